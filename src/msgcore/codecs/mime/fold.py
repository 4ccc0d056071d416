"""Writing header fields: encoded words (RFC 2047) and folding (RFC 5322 section 2.2.3).

A field is its name and tokens; between two tokens stands one space, and only there a line may be folded. Reading turns
a fold into one space, so what is written reads back the same.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError

__all__ = ["encoded_words", "field", "text_field", "text_tokens"]

_WIDTH = 78
_LONGEST_TOKEN = 400
_NAME = re.compile(rb"[!-9;-~]{1,400}")
# A single space between two other characters: the places where a text may be folded.
_GAP = re.compile(r"(?<=[^ \t]) (?=[^ \t])")
_PLAIN = re.compile(r"[\t -~]*")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def field(name: str, tokens: Iterable[bytes]) -> bytes:
    """Write a field, folded at 78 octets where there is a place to fold.

    Raises:
        UsageError: ``name`` is no field name.
    """
    octets = name.encode("utf-8", "replace")
    if not _NAME.fullmatch(octets):
        raise UsageError(f"{name[:80]!r} is no header field name")
    lines: list[bytes] = []
    line = octets + b":"
    is_bare = True  # a first line with nothing but the name is legal and upsets old programs
    for token in tokens:
        if len(line) + 1 + len(token) > (2 * _LONGEST_TOKEN if is_bare else _WIDTH):
            lines.append(line)
            line = b""
        line += b" " + token
        is_bare = False
    lines.append(line + b" " if is_bare else line)
    return b"\r\n".join(lines) + b"\r\n"


def text_field(name: str, value: str) -> bytes:
    """Write an unstructured field.

    Raises:
        InjectionRefused: ``value`` holds CR, LF or NUL.
    """
    return field(name, text_tokens(value, name))


def text_tokens(value: str, name: str = "") -> list[bytes]:
    """Make the tokens of an unstructured text: as it stands where it can, in encoded words from the first to the last
    piece that cannot.

    Raises:
        InjectionRefused: ``value`` holds CR, LF or NUL.
    """
    refuse_line_ends(value, name or "header text")
    pieces = _GAP.split(value)
    bad = [number for number, piece in enumerate(pieces) if not _is_plain(piece)]
    if not bad:
        return [piece.encode("ascii") for piece in pieces if piece]
    first, last = bad[0], bad[-1]
    width = 75 if first else max(45, 76 - len(name))
    return [
        *(piece.encode("ascii") for piece in pieces[:first]),
        *encoded_words(" ".join(pieces[first : last + 1]), width),
        *(piece.encode("ascii") for piece in pieces[last + 1 :]),
    ]


def _is_plain(piece: str) -> bool:
    return (
        _PLAIN.fullmatch(piece) is not None
        and "=?" not in piece
        and len(piece) <= _LONGEST_TOKEN
        and piece.strip(" \t") == piece
    )


def encoded_words(text: str, width: int = 75) -> list[bytes]:
    """Write text as UTF-8 encoded words of at most ``width`` octets, cut between characters (RFC 2047 section 5)."""
    whole = text.encode("utf-8", "replace")
    unsafe = sum(octet not in _Q_SAFE and octet != 0x20 for octet in whole)
    is_q = len(whole) + 2 * unsafe <= (len(whole) + 2) // 3 * 4
    room = width - len("=?utf-8?q??=")
    words: list[bytes] = []
    piece = b""
    cost = 0
    most = room if is_q else room // 4 * 3
    for character in text:
        octets = character.encode("utf-8", "replace")
        price = _q_cost(octets) if is_q else len(octets)
        if cost + price > most:
            words.append(_word(piece, is_q))
            piece, cost = b"", 0
        piece += octets
        cost += price
    words.append(_word(piece, is_q))
    return words


def _q_cost(octets: bytes) -> int:
    return sum(1 if octet in _Q_SAFE or octet == 0x20 else 3 for octet in octets)


def _word(octets: bytes, is_q: bool) -> bytes:
    if is_q:
        return b"=?utf-8?q?%b?=" % b"".join(_Q_FORMS[octet] for octet in octets)
    return b"=?utf-8?b?%b?=" % base64.b64encode(octets)


_Q_FORMS = [bytes([octet]) if octet in _Q_SAFE else b"_" if octet == 0x20 else b"=%02X" % octet for octet in range(256)]
