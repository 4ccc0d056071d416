"""Finding what the journal knows of each message of a listing: both go by unique id, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import attrs

from msgcore.spi.journal import JournalEntry
from msgcore.spi.retrieval import Waiting

__all__ = ["Match", "agree", "by_unique_id", "match"]

_LITTLE_OCTETS = 256


@attrs.frozen
class Match:
    """The messages and the entries of one unique id: places in the listing, in order, and entries by fingerprint."""

    unique_id: bytes
    places: Sequence[int]
    entries: Sequence[JournalEntry]


def agree(entry: JournalEntry, size_octets: int, changeable_octets: int = 0) -> bool | None:
    """Say whether a size that the server gives is that of an entry's message; ``None``: one of them is not known.

    It may have grown by a little, no more than the fields take that servers add.
    """
    known = entry.origin.size_octets
    if -1 in {known, size_octets}:
        return None
    return known <= size_octets <= known + min(changeable_octets, _LITTLE_OCTETS)


def by_unique_id(listing: Sequence[Waiting]) -> list[int]:
    """Give the places in a listing (from 0 on) by unique id; those of one id in the listing's order."""
    return sorted(range(len(listing)), key=lambda place: listing[place].unique_id)


def match(listing: Sequence[Waiting], places: Sequence[int], entries: Sequence[JournalEntry]) -> Iterator[Match]:
    """Give what has one unique id together, for places and entries that are each sorted by unique id."""
    known = groupby(entries, key=lambda entry: entry.origin.unique_id)
    unique_id, group = next(known, (None, iter(())))
    for listed, same in groupby(places, key=lambda place: listing[place].unique_id):
        while unique_id is not None and unique_id < listed:
            yield Match(unique_id, (), tuple(group))
            unique_id, group = next(known, (None, iter(())))
        here: tuple[JournalEntry, ...] = ()
        if unique_id == listed:
            here = tuple(group)
            unique_id, group = next(known, (None, iter(())))
        yield Match(listed, tuple(same), here)
    while unique_id is not None:
        yield Match(unique_id, (), tuple(group))
        unique_id, group = next(known, (None, iter(())))
