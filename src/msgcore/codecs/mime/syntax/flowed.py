"""Plain text in format=flowed (RFC 3676): long lines broken with a blank at the end, and joined again.

Line ends are LF here. A quoted line keeps its quote marks, and the blank behind them if there is one, both ways.
"""

from __future__ import annotations

import re

__all__ = ["flow", "unflow"]

_WIDTH = 74
_QUOTES = re.compile(r"(>*)( ?)")
_SIGNATURE = "-- "
_STUFFED = (" ", ">", "From ")


def flow(text: str) -> str:
    """Break long lines at blanks, and put a blank before what would be misread (RFC 3676 section 4.2 and 4.4).

    ``unflow`` gives the same text again, unless a line of it ends with a blank: compare, and write such text as it is.
    """
    return "\n".join([_broken(line) for line in text.split("\n")])


def _broken(line: str) -> str:
    if line.startswith(">"):
        marks = _QUOTES.match(line)
        assert marks is not None
        prefix, first = marks[1] + " ", marks[0]
    else:
        prefix, first = "", ""
    pieces: list[str] = []
    start = len(first)
    while len(line) - start > _WIDTH - len(prefix):
        at = _place_to_break(line, start, start + max(_WIDTH - len(prefix), 20))
        if at < 0:
            break
        pieces.append(line[start:at])
        start = at
    pieces.append(line[start:])
    if first:
        return "\n".join([first + pieces[0], *(prefix + piece for piece in pieces[1:])])
    return "\n".join([" " + piece if piece.startswith(_STUFFED) else piece for piece in pieces])


def _place_to_break(line: str, start: int, limit: int) -> int:
    """Find the place behind the last blank before ``limit``, or behind the first that there is; -1 when none is."""
    at = line.rfind(" ", start, limit)
    # A line of nothing but blanks, or of what marks a signature, would not be joined again.
    if at < 0 or line[start:at].strip() in {"", "--"}:
        at = line.find(" ", limit)
    return at + 1 if 0 <= at < len(line) - 1 else -1


def unflow(text: str, delsp: bool) -> str:
    """Join the lines that end with a blank with those behind them (RFC 3676 section 4.1).

    With ``delsp`` that blank is left out (DelSp=yes). A line of another quote depth is never joined, nor is what marks
    a signature.
    """
    body, end = (text[:-1], "\n") if text.endswith("\n") else (text, "")
    done: list[str] = []
    pieces: list[str] = []
    open_depth = -1
    for line in body.split("\n"):
        marks = _QUOTES.match(line)
        assert marks is not None
        depth, content = len(marks[1]), line[marks.end() :]
        is_signature = content == _SIGNATURE
        if depth != open_depth or is_signature:
            if pieces:
                done.append("".join(pieces))
            # The blank behind quote marks stays: it is how a reader shows them.
            pieces = [marks[0] if depth else "", content]
        else:
            if delsp:
                pieces[-1] = pieces[-1][:-1]
            pieces.append(content)
        if content.endswith(" ") and not is_signature:
            open_depth = depth
        else:
            done.append("".join(pieces))
            pieces, open_depth = [], -1
    if pieces:
        done.append("".join(pieces))
    return "\n".join(done) + end
