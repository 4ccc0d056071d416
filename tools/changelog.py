"""The changes of the next version, gathered from the fragments in ``changelog.d``.

``python tools/changelog.py`` prints them, and fails if a fragment is not named or written as ``changelog.d/README.md``
asks. ``python tools/changelog.py 0.2.0`` puts them, dated today, on top of ``CHANGELOG.md`` and deletes them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

KINDS = ("added", "changed", "fixed", "removed")
NAME = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)*)\.({'|'.join(KINDS)})\.md")
REPOSITORY = Path(__file__).resolve().parent.parent


def fragments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != "README.md")


def complaints(paths: Sequence[Path]) -> list[str]:
    """Say what is wrong with fragments, a line for each fault."""
    found = [f"{path.name}: need <topic>.<{'|'.join(KINDS)}>.md" for path in paths if not NAME.fullmatch(path.name)]
    texts = {path: path.read_text(encoding="utf-8").strip() for path in paths}
    found += [f"{path.name}: is empty" for path, text in texts.items() if not text]
    return found + [
        f"{path.name}: has a heading or a list" for path, text in texts.items() if text.startswith(("#", "-"))
    ]


def gathered(paths: Sequence[Path]) -> str:
    """Give the changes by kind, one item a fragment, in the order of topics."""
    of_kind: Mapping[str, list[str]] = {kind: [] for kind in KINDS}
    for path in paths:
        _, kind, _ = path.name.split(".")
        of_kind[kind].append("- " + " ".join(path.read_text(encoding="utf-8").split()))
    parts = [f"### {kind.capitalize()}\n\n" + "\n".join(items) + "\n" for kind, items in of_kind.items() if items]
    return "\n".join(parts)


def released(changelog: str, version: str, day: date, changes: str) -> str:
    """Give the change log with a new version on top, below its introduction.

    Raises:
        ValueError: the version is in it.
    """
    if f"\n## {version} " in changelog:
        raise ValueError(f"CHANGELOG.md has {version} already")
    introduction, *versions = re.split(r"(?=^## )", changelog, flags=re.MULTILINE)
    new = f"## {version} ({day.isoformat()})\n\n{changes}"
    return introduction.rstrip("\n") + "\n\n" + "\n".join([new, *versions])


def main(arguments: Sequence[str], root: Path = REPOSITORY) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?")
    version = parser.parse_args(arguments).version
    paths = fragments(root / "changelog.d")
    if wrong := complaints(paths):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    if version is None:
        print(gathered(paths), end="")
        return 0
    changelog = root / "CHANGELOG.md"
    text = released(changelog.read_text(encoding="utf-8"), version, datetime.now(UTC).date(), gathered(paths))
    changelog.write_text(text, encoding="utf-8")
    for path in paths:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
