"""Compressed RTF, written ([MS-OXRTFCP] section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgcore.codecs.rtf.given import given_octets
from msgcore.codecs.rtf.header import COMPRESSED, PRELOAD, STORED, WINDOW, Header

__all__ = ["compress", "store"]

_LONGEST = 17
_SHORTEST = 3  # two octets cost as much as a reference
_TRIES = 12
_MOST_PLACES = 16 * WINDOW


def store(rtf: bytes) -> bytes:
    """Write RTF uncompressed, with the header in front (``MELA``)."""
    octets = given_octets(rtf)
    return Header.of(STORED, octets, len(octets)).octets() + octets


def compress(rtf: bytes) -> bytes:
    """Compress RTF (``LZFu``); the same RTF gives the same octets."""
    octets = given_octets(rtf)
    contents = _written(_tokens(PRELOAD + octets))
    return Header.of(COMPRESSED, contents, len(octets)).octets() + contents


def _written(tokens: Iterator[bytes]) -> bytes:
    """Join tokens, references being those of two octets, with a control octet before each eight."""
    contents = bytearray()
    while eight := tuple(islice(tokens, 8)):
        contents.append(sum(1 << bit for bit, token in enumerate(eight) if len(token) == 2))
        contents += b"".join(eight)
    return bytes(contents)


def _tokens(octets: bytes) -> Iterator[bytes]:
    """Say what stands behind the preload in literals and references, and the end mark.

    ``newest`` knows where three octets stood last, ``older`` (a ring like the dictionary) where they stood before that.
    """
    newest: dict[bytes, int] = {}
    older = [-WINDOW] * WINDOW
    known, at, size = 0, len(PRELOAD), len(octets)
    while at < size:
        while known < at:
            key = octets[known : known + _SHORTEST]
            older[known % WINDOW] = newest.get(key, -WINDOW)
            newest[key] = known
            known += 1
        place = newest.get(octets[at : at + _SHORTEST], -WINDOW)
        length = 1
        if place > at - WINDOW:
            place, length = _longest(octets, at, place, older)
        if length < _SHORTEST:
            yield octets[at : at + 1]
            at += 1
            continue
        yield (place % WINDOW << 4 | length - 2).to_bytes(2, "big")
        at += length
        if len(newest) > _MOST_PLACES:
            newest = {key: place for key, place in newest.items() if place > at - WINDOW}
    yield (at % WINDOW << 4).to_bytes(2, "big")


def _longest(octets: bytes, at: int, place: int, older: list[int]) -> tuple[int, int]:
    """Find where the longest text stood that stands at ``at``, and its length; few places are tried."""
    wanted = octets[at : at + _LONGEST]
    found, length = place, 0
    for _ in range(_TRIES):
        if octets.startswith(wanted[: length + 1], place):
            found, length = place, length + 1
            while length < len(wanted) and octets[place + length] == wanted[length]:
                length += 1
            if length == len(wanted):
                break
        before = older[place % WINDOW]
        if before <= at - WINDOW or before >= place:
            break
        place = before
    return found, length
