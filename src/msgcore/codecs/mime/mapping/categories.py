"""Categories of a message: the Keywords field, a list of phrases (RFC 5322 section 3.6.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.words import decode_words, header_text

__all__ = ["read_keywords", "write_keywords"]

# A quoted string, which ends with the text when its quote is missing; a comma; anything else.
_PIECE = re.compile(r'"((?:[^"\\]++|\\.|(?!))*+)"?|,|[^",]++', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = re.compile(r'[^\s",\\]++(?: [^\s",\\]++|(?!))*+')


def read_keywords(raw: bytes, note: Note) -> tuple[str, ...] | None:
    """Read the list; a comma in a quoted string is part of its keyword. Encoded words may hold the whole list."""
    found: list[str | None] = []
    pieces: list[re.Match[str]] = []
    for piece in _PIECE.finditer(decode_words(header_text(raw, note), note)):
        if piece[0] == ",":
            found.append(_keyword(pieces))
            pieces = []
        else:
            pieces.append(piece)
    found.append(_keyword(pieces))
    return tuple([keyword for keyword in found if keyword is not None]) or None


def _keyword(pieces: Sequence[re.Match[str]]) -> str | None:
    """Put one keyword together, or give ``None`` when there is none; what quoted strings hold stays as it is."""
    quoted = [piece[1] for piece in pieces if piece[1] is not None]
    if not quoted:
        return " ".join("".join([piece[0] for piece in pieces]).split()) or None
    if len(quoted) == len([piece for piece in pieces if not piece[0].isspace()]) == 1:
        return _ESCAPED.sub(r"\1", quoted[0])
    return "".join([piece[0] if piece[1] is None else _ESCAPED.sub(r"\1", piece[1]) for piece in pieces]).strip()


def write_keywords(name: str, keywords: Sequence[str]) -> bytes:
    """Write the list; nothing for an empty one.

    Raises:
        InjectionRefused: a keyword holds CR, LF or NUL.
    """
    return text_field(name, ", ".join(map(_written, keywords))) if keywords else b""


def _written(keyword: str) -> str:
    if _PLAIN.fullmatch(keyword):
        return keyword
    escaped = keyword.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
