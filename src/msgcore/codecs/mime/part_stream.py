"""The content of a large attachment, read piece by piece from wherever the octets of its message are kept.

Content that stands as it is, or in base64 of even lines, is found at any place by counting. Any other is decoded from
its start; a :class:`Place` says how far that has come, so that reading on does not begin anew.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from msgcore.codecs.mime.large_parts import LargePart
from msgcore.codecs.mime.syntax.transfer import decode_base64, decode_base64_start, decode_content, only_base64

__all__ = ["START", "Place", "read_part"]

ReadBody = Callable[[int, int], bytes]
"""Gives octets of the message: so many, from an offset on."""

_BLOCK_OCTETS = 65_536  # more than a line of quoted-printable that is cut


@attrs.frozen
class Place:
    """How far a body has been decoded: ``taken`` octets of it, ``rest`` of them not yet.

    What was decoded ends with ``ahead``, which begins at ``position`` of the content.
    """

    taken: int = 0
    rest: bytes = b""
    position: int = 0
    ahead: bytes = b""


START = Place()


def read_part(part: LargePart, read: ReadBody, start: int, count: int, place: Place = START) -> tuple[bytes, Place]:
    """Give ``count`` octets of the content from ``start`` on, fewer at its end only, and the place behind them.

    ``place`` is one that an earlier call for this part gave.

    Raises:
        ValueError: the octets are not those in which the part was found.
    """
    end = min(start + count, part.size_octets)
    if start >= end:
        return b"", place
    if not part.encoding:
        return _checked(read(part.start + start, end - start), end - start), START
    if part.line_octets:
        return _checked(_read_lines(part, read, start, end), end - start), START
    if place.position > start:
        place = START
    pieces: list[bytes] = []
    while place.position < end:
        ahead = place.ahead
        if not ahead and place.taken >= part.end - part.start:
            break
        wanted = ahead[max(0, start - place.position) : end - place.position]
        pieces.append(wanted)
        used = min(len(ahead), end - place.position)
        place = attrs.evolve(place, position=place.position + used, ahead=ahead[used:])
        if place.position < end:
            place = _decoded_on(part, read, place)
    return _checked(b"".join(pieces), end - start), place


def _checked(found: bytes, size_octets: int) -> bytes:
    if len(found) != size_octets:
        raise ValueError(f"{len(found)} octets of content where there should be {size_octets}")
    return found


def _read_lines(part: LargePart, read: ReadBody, start: int, end: int) -> bytes:
    """Decode the groups of four characters that hold the octets asked for."""
    first, last = start // 3, (end + 2) // 3
    at = _offset_of_group(part, first)
    encoded = read(part.start + at, min(_offset_of_group(part, last), part.end - part.start) - at)
    return decode_base64(encoded)[start - first * 3 : end - first * 3]


def _offset_of_group(part: LargePart, group: int) -> int:
    line, within = divmod(group, part.line_octets // 4)
    return line * (part.line_octets + part.line_end_octets) + within * 4


def _decoded_on(part: LargePart, read: ReadBody, place: Place) -> Place:
    """Decode the next block of the body; everything decoded so far has been used."""
    size = part.end - part.start
    block = read(part.start + place.taken, min(_BLOCK_OCTETS, size - place.taken))
    if not block:
        raise ValueError("the body of the part ends too soon")
    taken = place.taken + len(block)
    if part.encoding == "quoted-printable":
        text = place.rest + block
        cut = len(text) if taken == size else text.rfind(b"\n") + 1
        return Place(taken, text[cut:], place.position, decode_content(text[:cut], part.encoding))
    data, padding, _ = block.partition(b"=")
    text = place.rest + only_base64(data)
    if padding or taken == size:
        return Place(size, b"", place.position, decode_base64_start(text))
    cut = len(text) // 4 * 4
    return Place(taken, text[cut:], place.position, decode_base64_start(text[:cut]))
