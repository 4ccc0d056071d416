"""Search for octets that harm a parser: ``python -m tests.fuzz [PARSER...]``.

Seeds, and files of the corpus where it is at hand, are changed by chance and read. What a parser must not do (raise
what its line in the tables of ``tests/fuzz`` does not name, take time or memory that grow faster than its input) is
shrunk and saved below ``tests/fuzz/cases``, where the usual tests read it from then on. A run says its random seed; the
same seed tries the same octets.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.parser import CASES
from tests.fuzz.parsers import PARSERS
from tests.fuzz.searching import NewPlaces, search
from tests.shared import REPOSITORY


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parsers", nargs="*", metavar="PARSER", help="of " + ", ".join(PARSERS))
    parser.add_argument("--seconds", type=float, default=10.0, help="of the processor, for each parser (10)")
    parser.add_argument("--count", type=int, help="how many octets each parser reads, instead of a time")
    parser.add_argument("--seed", type=int, help="what another run said, to try what it tried")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"--seed {seed}", flush=True)
    is_good, places = True, NewPlaces()
    for name in options.parsers or PARSERS:
        found = search(name, PARSERS[name], seed, count=options.count, seconds=options.seconds, places=places)
        print(f"{name}: {found.tried:,} tried, {len(found.faults)} faults", flush=True)
        for kind, octets in found.faults.items():
            print(f"  {kind}: {_saved(name, octets)} ({len(octets)} octets)", flush=True)
        is_good = is_good and not found.faults
    return not is_good


def _saved(name: str, octets: bytes) -> Path:
    folder = CASES / name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / hashlib.sha256(octets).hexdigest()[:12]
    file.write_bytes(octets)
    return file.relative_to(REPOSITORY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
