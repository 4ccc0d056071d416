"""Writing a compound file of version 3 ([MS-CFB]): all chains are runs, so that no sector is touched by itself.

Behind the header lie, in this order, the DIFAT, the FAT, the directory, the mini FAT, the mini stream, and the streams
of 4,096 octets or more, each in consecutive sectors. A file that is cut so keeps what says where all the rest is.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import attrs

from msgcore.codecs.compound.layout import (
    BYTE_ORDER,
    DIFAT_IN_HEADER,
    DIFAT_SECTOR,
    END_OF_CHAIN,
    ENTRY_OCTETS,
    FAT_SECTOR,
    FREE_SECTOR,
    HEADER,
    MINI_SHIFT,
    MINI_STREAM_CUTOFF,
    SIGNATURE,
)
from msgcore.codecs.compound.new_directory import NewEntry, directory_octets, entries_of
from msgcore.codecs.compound.new_storage import NewStorage
from msgcore.codecs.compound.numbers import octets_of, table
from msgcore.errors import NotSupported

__all__ = ["write_compound", "write_compound_chunks"]

_SHIFT = 9
_SECTOR = 1 << _SHIFT
_NUMBERS = _SECTOR // 4
"""How many numbers a sector of a table holds; in a sector of the DIFAT the last is the next sector's."""
_MOST_SECTORS = (1 << 31 - _SHIFT) - 2
"""Past 2 GB a file of version 3 needs the range lock sector."""


def write_compound(root: NewStorage) -> bytes:
    """Write a storage as a compound file; equal storages give equal octets.

    Raises:
        UsageError: a name is too long, empty, has a NUL, or is a sibling's but for capitals; a storage stands in two
            places; or a number of it is too large.
        NotSupported: the file would have more than 2 GB.
    """
    return b"".join(write_compound_chunks(root))


def write_compound_chunks(root: NewStorage) -> Iterator[bytes]:
    """Write as :func:`write_compound` does, in pieces; large streams are given as they are, without a copy.

    What is wrong with ``root`` is raised before the first piece is given.
    """
    entries = entries_of(root)
    mini, large = _streams(entries)
    mini_stream, mini_fat = _mini_stream(mini)
    sizes = [len(mini_fat), len(mini_stream), *(len(octets) for _, octets in large)]
    plan = _plan([_sectors(len(entries) * ENTRY_OCTETS), *map(_sectors, sizes)])
    directory_start, mini_fat_start, mini_stream_start, *large_starts = plan.starts
    entries[0].start = mini_stream_start if mini_stream else END_OF_CHAIN
    for (entry, _), start in zip(large, large_starts, strict=True):
        entry.start = start
    directory = directory_octets(entries, len(mini_stream), _SECTOR)
    head = _header(plan, directory_start, mini_fat_start, len(mini_fat) // _SECTOR)
    return _given([head, directory, mini_fat, mini_stream], [octets for _, octets in large])


def _given(tables: list[bytes], large: list[bytes]) -> Iterator[bytes]:
    for octets in (b"".join(tables), *large):
        yield octets
        if padding := -len(octets) % _SECTOR:
            yield bytes(padding)


def _streams(entries: list[NewEntry]) -> tuple[list[tuple[NewEntry, bytes]], list[tuple[NewEntry, bytes]]]:
    """Sort streams that have octets: those for the mini stream, and the large ones."""
    streams = [(entry, entry.content) for entry in entries if isinstance(entry.content, bytes) and entry.content]
    mini = [one for one in streams if len(one[1]) < MINI_STREAM_CUTOFF]
    return mini, [one for one in streams if len(one[1]) >= MINI_STREAM_CUTOFF]


def _mini_stream(streams: list[tuple[NewEntry, bytes]]) -> tuple[bytes, bytes]:
    """Lay the small streams one after the other, each from a mini sector on, and make their FAT."""
    pieces: list[bytes] = []
    ends: list[int] = []
    at = 0
    for entry, octets in streams:
        entry.start = at
        pieces.append(octets)
        pieces.append(bytes(-len(octets) % (1 << MINI_SHIFT)))
        at += (len(octets) - 1 >> MINI_SHIFT) + 1
        ends.append(at)
    return b"".join(pieces), octets_of(_padded(_runs(at, ends)))


@attrs.frozen
class _Plan:
    """Where all lies: the FAT, the DIFAT's sectors, and the first sector of each chain."""

    fat: array[int]
    fat_start: int
    starts: list[int]


def _plan(chains: list[int]) -> _Plan:
    """Lay chains of so many sectors behind the sectors that the FAT and the DIFAT need for all of it.

    Raises:
        NotSupported: there are too many.
    """
    content = sum(chains)
    fat = difat = 0
    while fat < (needed := _ceil(content + fat + difat, _NUMBERS)):
        fat = needed
        difat = _ceil(max(0, fat - DIFAT_IN_HEADER), _NUMBERS - 1)
    if content + fat + difat > _MOST_SECTORS:
        raise NotSupported("a compound file of more than 2 GB")
    starts: list[int] = []
    at = difat + fat
    for count in chains:
        starts.append(at if count else END_OF_CHAIN)
        at += count
    following = _runs(at, [start + count for start, count in zip(starts, chains, strict=True) if count])
    following[:difat] = table([DIFAT_SECTOR] * difat)
    following[difat : difat + fat] = table([FAT_SECTOR] * fat)
    return _Plan(_padded(following), difat, starts)


def _runs(count: int, ends: list[int]) -> array[int]:
    """Make the table of ``count`` sectors whose chains are runs up to each of ``ends``."""
    following = table(range(1, count + 1))
    for end in ends:
        following[end - 1] = END_OF_CHAIN
    return following


def _padded(numbers: array[int]) -> array[int]:
    numbers.extend([FREE_SECTOR] * (-len(numbers) % _NUMBERS))
    return numbers


def _header(plan: _Plan, directory_start: int, mini_fat_start: int, mini_fat_sectors: int) -> bytes:
    """Write the header, the DIFAT and the FAT."""
    fat_sectors = len(plan.fat) // _NUMBERS
    difat_sectors = plan.fat_start
    sectors = table(range(plan.fat_start, plan.fat_start + fat_sectors))
    sectors.extend([FREE_SECTOR] * (DIFAT_IN_HEADER + difat_sectors * (_NUMBERS - 1) - fat_sectors))
    difat = sectors[:DIFAT_IN_HEADER]
    for number in range(difat_sectors):
        begin = DIFAT_IN_HEADER + number * (_NUMBERS - 1)
        difat += sectors[begin : begin + _NUMBERS - 1]
        difat.append(number + 1 if number + 1 < difat_sectors else END_OF_CHAIN)
    fixed = HEADER.pack(
        SIGNATURE, 0x3E, 3, BYTE_ORDER, _SHIFT, MINI_SHIFT,
        0, fat_sectors, directory_start, 0, MINI_STREAM_CUTOFF, mini_fat_start, mini_fat_sectors,
        0 if difat_sectors else END_OF_CHAIN, difat_sectors,
    )  # fmt: skip
    return fixed + octets_of(difat) + octets_of(plan.fat)


def _sectors(size_octets: int) -> int:
    return _ceil(size_octets, _SECTOR)


def _ceil(count: int, unit: int) -> int:
    return -(-count // unit)
