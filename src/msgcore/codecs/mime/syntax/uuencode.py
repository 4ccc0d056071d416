"""Files that stand uuencoded in a text, as they were sent before MIME (POSIX uuencode)."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgcore.codecs.mime.syntax.charsets import guess
from msgcore.codecs.mime.syntax.transfer import decode_content

__all__ = ["UuFile", "may_hold_files", "uu_files", "without_files"]

_MAY_BEGIN = re.compile(rb"begin [67]")  # modes give the owner 6 or 7
_BEGIN = re.compile(rb"begin [67][0-7]{2} ([^\r\n]{1,255}?)[ \t]*+\r?\n")
# Lines of data, perhaps an empty one, and the end: nothing else may stand between, or it would be lost.
_REST = re.compile(
    rb"([!-`][ -`]{1,84}\r?\n)(?:[!-`][ -`]{1,84}\r?\n|(?!))*+(?:[` ]?[ \t]*+\r?\n|(?!))?+end[ \t]*+(?:\r?\n|\Z)"
)
_MOST = 1_000


class UuFile(NamedTuple):
    """A file: where it stands in the text, from ``begin`` to behind ``end``, the name it was given, and its octets."""

    start: int
    end: int
    filename: str
    data: bytes


def may_hold_files(octets: bytes, start: int, end: int) -> bool:
    """Say whether a look with :func:`uu_files` is worth while."""
    # Faster in running text than ``find``, which skips by what is not in the word it seeks.
    return _MAY_BEGIN.search(octets, start, end) is not None


def uu_files(octets: bytes) -> list[UuFile]:
    """Find the files in a text, a thousand at most; what is no file from ``begin`` to ``end`` stays text."""
    files: list[UuFile] = []
    position = 0
    for _ in range(_MOST):
        found = _BEGIN.search(octets, position)
        if found is None:
            break
        position = found.start() + 1
        is_at_line_start = found.start() == 0 or octets[found.start() - 1] in b"\r\n"
        rest = _REST.match(octets, found.end()) if is_at_line_start else None
        if rest is None or not _is_data(rest[1].rstrip(b"\r\n")):
            continue
        position = rest.end()
        data = decode_content(octets[found.start() : position], "x-uuencode")
        files.append(UuFile(found.start(), position, guess(found[1]), data))
    return files


def _is_data(line: bytes) -> bool:
    """Say whether a line has about as many characters as its first one claims; encoders pad in several ways."""
    claimed = ((line[0] - 32) & 63) + 2
    return 0 <= len(line) - 1 - claimed // 3 * 4 <= 4


def without_files(octets: bytes, files: list[UuFile]) -> bytes:
    """Give the text around the files."""
    position = 0
    kept: list[bytes] = []
    for file in files:
        kept.append(octets[position : file.start])
        position = file.end
    return b"".join([*kept, octets[position:]])
