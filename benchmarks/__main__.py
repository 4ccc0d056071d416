"""All benchmarks, with peers and limits side by side: python -m benchmarks [NAME …] [--quick] …

Makes an environment with the peers first (``.venv-bench``), starts the servers that each benchmark needs, prints every
table, and keeps all of it as JSON. A peer that is not to be had here is in its tables as missing, with the reason.

    python -m benchmarks --quick                   all of them, in less than three minutes
    python -m benchmarks route store               two of them
    python -m benchmarks --plots docs              all of them, and pictures of it
    python -m benchmarks compare OLD.json NEW.json what moved by more than its spread; status 1 with a regression
    python -m benchmarks plots FILE.json FOLDER    the pictures again
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import environment
from .catalogue import BENCHMARKS, summary

if TYPE_CHECKING:
    from .results import Report

RESULTS = environment.REPOSITORY / "build"


def main(arguments: list[str]) -> int:
    if not {"--here", "--list", "-h", "--help"} & {*arguments}:
        environment.enter([*arguments, "--here"])
    match [one for one in arguments if one != "--here"]:
        case ["compare", old, new]:
            return compare(Path(old), Path(new))
        case ["plots", file, folder]:
            return draw(Path(file), Path(folder))
        case others:
            return run(others)


def run(arguments: list[str]) -> int:
    """Run benchmarks; the status is 1 when one of them failed."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benchmarks; all without any")
    parser.add_argument("--quick", action="store_true", help="fewer rounds of less: for a look, not for the record")
    parser.add_argument("--list", action="store_true", help="name the benchmarks, and run none")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="default: build/benchmarks.json or, quick, benchmarks-quick.json"
    )
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw pictures there")
    parser.add_argument("--here", action="store_true", help="use the Python that runs this, and whatever peers it has")
    given = parser.parse_args(arguments)

    if given.list:
        for name in BENCHMARKS:
            print(f"{name:14} {summary(name)}")
        return 0
    if unknown := {*given.names} - {*BENCHMARKS}:
        parser.error(f"no benchmark: {', '.join(sorted(unknown))}; --list names them")
    file: Path = given.json or RESULTS / f"benchmarks{'-quick' if given.quick else ''}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    failures = 0
    from . import runner

    for report in runner.reports(given.names or BENCHMARKS, given.quick):
        file.write_text(report.to_json(), encoding="utf-8")
        failures += bool(report.benchmarks[-1].failure)
    print(f"benchmarks: kept in {file}", file=sys.stderr)
    if given.plots is not None:
        draw(file, given.plots)
    return int(failures > 0)


def compare(old: Path, new: Path) -> int:
    from .comparison import moves_between, regressions_in

    moves = moves_between(read(old), read(new))
    for move in moves:
        print(move)
    slower = regressions_in(moves)
    print(f"{len(moves)} moved by more than their spread, {len(slower)} of ours are slower")
    return int(bool(slower))


def draw(file: Path, folder: Path) -> int:
    from .plots import draw_all

    for path in draw_all(read(file), folder):
        print(f"benchmarks: drawn: {path}", file=sys.stderr)
    return 0


def read(file: Path) -> Report:
    from .results import Report

    return Report.from_json(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
