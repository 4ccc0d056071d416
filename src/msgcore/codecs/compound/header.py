"""The header of a compound file, and the FAT that it leads to ([MS-CFB] sections 2.2, 2.3 and 2.5)."""

from __future__ import annotations

from array import array

import attrs

from msgcore.codecs.compound.layout import (
    BYTE_ORDER,
    DIFAT_IN_HEADER,
    FREE_SECTOR,
    HEADER,
    HEADER_OCTETS,
    LARGEST_SECTOR,
    MINI_SHIFT,
    MINI_STREAM_CUTOFF,
    SIGNATURE,
)
from msgcore.codecs.compound.numbers import numbers_of
from msgcore.codecs.compound.rules import Departures
from msgcore.errors import MalformedMessage

__all__ = ["Header", "read_fat", "read_header"]

_VERSION_OF_SHIFT = {9: 3, 12: 4}


@attrs.frozen
class Header:
    """What is needed of a header; the counts of sectors are not: the chains themselves say how long they are."""

    version: int
    sector_shift: int
    directory_start: int
    mini_fat_start: int
    difat_start: int


def read_header(octets: bytes, departures: Departures) -> Header:
    """Read and check the header.

    Raises:
        MalformedMessage: these are no octets of a compound file, or its sectors have no size that there is.
    """
    if not octets.startswith(SIGNATURE) or len(octets) < HEADER_OCTETS:
        raise MalformedMessage("no compound file: its header is missing", 0, "header", "[MS-CFB] section 2.2")
    _, _, version, byte_order, shift, mini_shift, _, _, directory, _, cutoff, mini_fat, _, difat, _ = (
        HEADER.unpack_from(octets)
    )
    if shift not in _VERSION_OF_SHIFT:
        raise MalformedMessage(f"sector shift {shift}: need 9 or 12", 30, "header", "[MS-CFB] section 2.2")
    if mini_shift != MINI_SHIFT:
        raise MalformedMessage(f"mini sector shift {mini_shift}: need 6", 32, "header", "[MS-CFB] section 2.2")
    if version != _VERSION_OF_SHIFT[shift]:
        departures.note(26, "header-version", f"version {version} with sector shift {shift}")
    if byte_order != BYTE_ORDER:
        departures.note(28, "header-byte-order", f"byte order {byte_order:#06x}")
    if cutoff != MINI_STREAM_CUTOFF:
        departures.note(56, "header-cutoff", f"mini stream cutoff {cutoff}: taken as {MINI_STREAM_CUTOFF}")
    return Header(_VERSION_OF_SHIFT[shift], shift, directory, mini_fat, difat)


def read_fat(octets: bytes, header: Header, departures: Departures) -> array[int]:
    """Read as much of the FAT as the sectors in the file need; where a sector of it is missing, its part is free."""
    shift = header.sector_shift
    held = (len(octets) - 1) >> shift
    needed = (held * 4 + (1 << shift) - 1) >> shift
    sectors = _fat_sectors(octets, header, held, needed, departures)
    if len(sectors) < needed:
        departures.note(76, "fat-missing", f"{len(sectors)} sectors of the FAT for {held} sectors")
    free = FREE_SECTOR.to_bytes(4, "little") * (1 << shift - 2)
    pieces: list[bytes] = []
    for sector in sectors:
        piece = _sector(octets, sector, shift)
        if len(piece) < len(free):
            departures.note(76, "fat-missing", f"sector {sector} of the FAT, in a file of {held} sectors")
        pieces.append(piece + free[len(piece) :])
    return numbers_of(b"".join(pieces))


def _fat_sectors(octets: bytes, header: Header, held: int, needed: int, departures: Departures) -> list[int]:
    """List the sectors of the FAT: the beginning stands in the header, the rest in a chain of sectors."""
    found = _used(numbers_of(octets[HEADER_OCTETS - 4 * DIFAT_IN_HEADER : HEADER_OCTETS]).tolist())
    seen: set[int] = set()
    sector = header.difat_start
    while len(found) < needed and sector < held and sector not in seen:
        seen.add(sector)
        numbers = numbers_of(_sector(octets, sector, header.sector_shift)).tolist()
        if not numbers:
            break
        sector = numbers.pop()
        found += _used(numbers)
    if sector in seen:
        departures.note(68, "fat-missing", f"the DIFAT comes back to sector {sector}")
    return found[:needed]


def _used(numbers: list[int]) -> list[int]:
    """Take the numbers before the first that is no sector's."""
    end = next((at for at, number in enumerate(numbers) if number > LARGEST_SECTOR), len(numbers))
    return numbers[:end]


def _sector(octets: bytes, sector: int, shift: int) -> bytes:
    begin = (sector + 1) << shift
    return octets[begin : begin + (1 << shift)]
