"""The attributes of a TNEF stream, found in one pass over their headers; no content is looked at."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgcore.base.octets import Limits
from msgcore.codecs.objects.notes import Note, ignore
from msgcore.codecs.tnef.attributes import ALIASES, BY_NUMBER, SIGNATURE, Attribute
from msgcore.errors import MalformedMessage

__all__ = ["Found", "attributes_of", "check_sums", "checksum"]

_HEADER = struct.Struct("<BII")
_FIRST = 6  # the signature and the key
_SUM = 2
_KNOWN = frozenset(Attribute)


class Found(NamedTuple):
    """One attribute: its level and id, where its header stands, and where its content starts and ends."""

    level: int
    attribute: int
    header: int
    start: int
    end: int


def attributes_of(octets: bytes, first: int, end: int, limits: Limits, note: Note = ignore) -> list[Found]:
    """Find the attributes of a stream that stands from ``first`` to ``end``; the last one may be cut.

    Raises:
        MalformedMessage: it does not begin with the signature.
    """
    if octets[first : first + 4] != SIGNATURE:
        raise MalformedMessage("no TNEF stream", first, "tnef-signature", "[MS-OXTNEF] section 2.1.3.1")
    found: list[Found] = []
    at, last, unpack, most = first + _FIRST, end - _HEADER.size, _HEADER.unpack_from, limits.parts * 10
    while at <= last:
        level, attribute, size = unpack(octets, at)
        if not 1 <= level <= 2:
            note(at, "tnef-junk", f"{end - at} octets that are no attribute")
            return found
        start = at + _HEADER.size
        behind = start + size
        if behind > end:
            note(at, "tnef-truncated", f"an attribute of {size} octets, {end - start} are left")
            behind = end
        if len(found) == most:
            note(at, "limit-attributes", f"more than {most} attributes")
            return found
        if attribute not in _KNOWN:
            attribute = _meant(attribute, at, note)
        found.append(Found(level, attribute, at, start, behind))
        at = behind + _SUM
    if at < end:
        note(at, "tnef-junk", f"{end - at} octets that are no attribute")
    return found


def _meant(attribute: int, at: int, note: Note) -> int:
    """Give the attribute that is meant by an unknown id, or the id itself."""
    known = ALIASES.get(attribute)
    if known is not None:
        return known
    note(at, "tnef-attribute-unknown", f"0x{attribute:08X}")
    return BY_NUMBER.get(attribute & 0xFFFF, attribute)


def check_sums(octets: bytes, found: Iterable[Found], end: int) -> Iterator[tuple[int, int, int]]:
    """Give the offset of each wrong checksum, what it is and what it should be."""
    for one in found:
        if one.end + _SUM <= end:
            said = int.from_bytes(octets[one.end : one.end + _SUM], "little")
            right = checksum(memoryview(octets)[one.start : one.end])
            if said != right:
                yield one.end, said, right


_PIECE = 256  # so many octets of 255, and the one of Adler-32 itself, stay below its modulus
_PIECES = struct.Struct(f"{_PIECE}s" * 16)


def checksum(content: bytes | memoryview[int]) -> int:
    """Add up the octets, modulo 65536 ([MS-OXTNEF] section 2.1.3.1.3)."""
    view, adler32 = memoryview(content), zlib.adler32
    if len(view) <= _PIECE:
        return adler32(view, 0) & 0xFFFF
    # What Adler-32 keeps in its upper half is a multiple of 65536; in the lower one it counts from 1.
    whole = len(view) - len(view) % _PIECES.size
    added = sum([sum(map(adler32, pieces)) for pieces in _PIECES.iter_unpack(view[:whole])])
    added += sum([adler32(view[at : at + _PIECE]) for at in range(whole, len(view), _PIECE)])
    return added - -(-len(view) // _PIECE) & 0xFFFF
