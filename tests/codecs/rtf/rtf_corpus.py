"""Every compressed RTF of the corpus: of ``.msg`` files by their streams, of TNEF by the magic in it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import olefile  # type: ignore[import-untyped]  # it has no types

from tests import shared

_STREAM = "__substg1.0_10090102"
_MAGIC = b"LZFu"


@functools.cache
def compressed_corpus() -> Mapping[str, bytes]:
    """Map the file, and the path of the message within it, to the value of PidTagRtfCompressed."""
    root = shared.corpus()
    found: dict[str, bytes] = {}
    for path in sorted((root / "msg").rglob("*.msg")):
        found.update({f"{path.relative_to(root)}{inner}": octets for inner, octets in _of_msg(path)})
    for path in sorted((root / "tnef").rglob("*.tnef")):
        found.update({str(path.relative_to(root)): octets for octets in _of_tnef(path.read_bytes())})
    return found


def _of_msg(path: Path) -> Iterator[tuple[str, bytes]]:
    with olefile.OleFileIO(str(path)) as file:
        for inner in file.listdir():
            # The map of named properties has hash buckets of that name.
            if inner[-1] == _STREAM and "__nameid_version1.0" not in inner:
                yield "".join(f"/{name}" for name in inner[:-1]), file.openstream(inner).read()


def _of_tnef(octets: bytes) -> Iterator[bytes]:
    at = octets.find(_MAGIC) - 8
    if at >= 0:
        yield octets[at : at + 4 + int.from_bytes(octets[at : at + 4], "little")]
