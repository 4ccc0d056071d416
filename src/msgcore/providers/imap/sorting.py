"""The orders of a table: which of them a server gives to the last row (RFC 5256), and how rows are sorted here.

Ours has absent values first and rows that compare as equal by their instance keys, in the direction of the last sort
key; a server's has them as they stand in the mailbox, in either direction. So a descending order is an ascending one
read backward, where instance keys rise with unique ids. ``ARRIVAL`` compares what the rows say of arrival, by moment.
What it compares of subjects and people is not what they say (it leaves ``Re:`` and domains out), of dates and sizes it
is something else where a header is damaged or something of ours stands in front of the message: these are sorted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from operator import itemgetter

from msgcore.props.order import Rank
from msgcore.props.restriction import SortKey
from msgcore.props.types import PropertyType
from msgcore.providers.imap.columns import ARRIVALS
from msgcore.wire.imap.capabilities import Capabilities

__all__ = ["Place", "in_order", "words_for_sort"]

Place = tuple[tuple[Rank, ...], int | bytes, int]
"""What a message's sort keys compare as, what it is sorted by where they are equal, and its unique id."""


def words_for_sort(
    keys: Sequence[SortKey], capabilities: Capabilities, *, are_in_order: bool
) -> tuple[str, ...] | None:
    """Give the keys of SORT that sort rising as the only sort key does; ``None`` where rows are sorted here.

    ``are_in_order``: instance keys rise with unique ids.
    """
    if len(keys) != 1 or not are_in_order or not capabilities.has("SORT"):
        return None
    tag = keys[0].tag
    return ("ARRIVAL",) if tag.bag_key in ARRIVALS and tag.value_type is PropertyType.SYSTIME else None


def in_order(places: Iterable[Place], keys: Sequence[SortKey]) -> list[Place]:
    """Sort by the keys; what is the same by all that counts stays in the order in which it came."""
    found = sorted(places, key=itemgetter(1), reverse=bool(keys) and keys[-1].is_descending)
    for number, key in reversed([*enumerate(keys)]):
        found.sort(key=partial(_rank_of, number), reverse=key.is_descending)
    return found


def _rank_of(number: int, place: Place) -> Rank:
    return place[0][number]
