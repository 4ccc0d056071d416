"""Writing header fields: encoded words (RFC 2047) and folding (RFC 5322 section 2.2.3).

A field is its name and tokens; between two tokens stands one space, and only there a line may be folded. Reading turns
a fold into one space, so what is written reads back the same.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError

__all__ = ["WIDTH", "encoded_words", "field", "text_field", "text_tokens"]

WIDTH = 76
"""The longest line, where there is a place to fold (RFC 2047 section 2: no more with an encoded word in it)."""

_LONGEST_LINE = 998
_NAME = re.compile(rb"[!-9;-~]{1,400}")
# A single space between two other characters: the places where a text may be folded.
_GAP = re.compile(r"(?<=[^ \t]) (?=[^ \t])")
# As long as a line takes: an address in List-Unsubscribe must not become an encoded word (RFC 2047 section 5).
_PIECE = re.compile(r"(?:[!-~](?:[\t -~]{0,898}[!-~])?)?")
_WORD_STARTS = re.compile(r"=\?[^?\s]*+\?[QqBb]\?")
_ONE_LINE = re.compile(r"[!-~]++(?: [!-~]++|(?!))*+")
_Q_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_Q_SAFE_OR_SPACE = _Q_SAFE + b" "
_Q_FORMS = [bytes([octet]) if octet in _Q_SAFE else b"_" if octet == 0x20 else b"=%02X" % octet for octet in range(256)]
_Q_COSTS = [len(form) for form in _Q_FORMS]
_B_COSTS = [1] * 256
_SHORTEST_WORD = 24  # one character of four octets


def field(name: str, tokens: Iterable[bytes]) -> bytes:
    """Write a field, folded at 76 octets where there is a place to fold.

    Raises:
        UsageError: ``name`` is no field name.
    """
    pieces = [_opening(name)]
    width = len(pieces[0])
    for token in tokens:
        size = len(token) + 1
        # A first line with nothing but the name is legal and upsets old programs.
        if width + size > WIDTH and (len(pieces) > 1 or not _may_follow(width, token)):
            pieces.append(b"\r\n")
            width = 0
        pieces += (b" ", token)
        width += size
    if len(pieces) == 1:
        pieces.append(b" ")
    pieces.append(b"\r\n")
    return b"".join(pieces)


def _may_follow(width: int, token: bytes) -> bool:
    return width + 1 + len(token) <= _LONGEST_LINE and not token.startswith(b"=?")


@lru_cache(maxsize=500)
def _opening(name: str) -> bytes:
    octets = name.encode("utf-8", "replace")
    if not _NAME.fullmatch(octets):
        raise UsageError(f"{name[:80]!r} is no header field name")
    return octets + b":"


def text_field(name: str, value: str, *, utf8: bool = False) -> bytes:
    """Write an unstructured field; with ``utf8`` without encoded words where it can (RFC 6532).

    Raises:
        InjectionRefused: ``value`` holds CR, LF or NUL.
        UsageError: ``name`` is no field name.
    """
    if len(name) + len(value) + 2 <= WIDTH and _ONE_LINE.fullmatch(value) and "=?" not in value:
        return b"%b %b\r\n" % (_opening(name), value.encode("ascii"))
    return field(name, text_tokens(value, name, utf8=utf8))


def text_tokens(value: str, name: str = "", *, utf8: bool = False) -> list[bytes]:
    """Make the tokens of an unstructured text: as it stands where it can, in encoded words from the first to the last
    piece that cannot.

    Raises:
        InjectionRefused: ``value`` holds CR, LF or NUL.
    """
    refuse_line_ends(value, name or "header text")
    pieces = _GAP.split(value)
    is_fit = _is_fit_as_utf8 if utf8 else _PIECE.fullmatch
    bad = [
        number
        for number, piece in enumerate(pieces)
        if not is_fit(piece) or ("=?" in piece and _WORD_STARTS.search(piece))
    ]
    if not bad:
        return [piece.encode() for piece in pieces if piece]
    first, last = bad[0], bad[-1]
    room = WIDTH - 2 - len(name)
    return [
        *[piece.encode() for piece in pieces[:first]],
        *encoded_words(" ".join(pieces[first : last + 1]), 75 if first or room < _SHORTEST_WORD else room),
        *[piece.encode() for piece in pieces[last + 1 :]],
    ]


def _is_fit_as_utf8(piece: str) -> bool:
    return bool(_PIECE.fullmatch(piece)) or (piece.isprintable() and len(piece) <= 100 and piece.strip(" ") == piece)


def encoded_words(text: str, width: int = 75) -> list[bytes]:
    """Write text as UTF-8 encoded words of at most ``width`` octets, cut between characters (RFC 2047 section 5)."""
    octets = text.encode("utf-8", "replace")
    unsafe = len(octets.translate(None, _Q_SAFE_OR_SPACE))
    is_q = len(octets) + 2 * unsafe <= (len(octets) + 2) // 3 * 4
    room = width - len("=?utf-8?q??=")
    if is_q:
        return [
            b"=?utf-8?q?%b?=" % b"".join([_Q_FORMS[octet] for octet in piece])
            for piece in _pieces(octets, _Q_COSTS, len(octets) + 2 * unsafe, room)
        ]
    return [
        b"=?utf-8?b?%b?=" % base64.b64encode(piece) for piece in _pieces(octets, _B_COSTS, len(octets), room // 4 * 3)
    ]


def _pieces(octets: bytes, costs: list[int], cost: int, most: int) -> Iterator[bytes]:
    """Cut UTF-8 between characters so that no piece costs more than ``most``; ``cost`` is what all costs."""
    if cost <= most:
        yield octets
        return
    start = character = cost = before = 0
    for at, octet in enumerate(octets):
        if octet & 0xC0 != 0x80:
            character, before = at, cost
        cost += costs[octet]
        if cost > most:
            yield octets[start:character]
            start = character
            cost -= before
            before = 0
    yield octets[start:]
