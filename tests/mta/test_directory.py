"""The directory as a node asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.model import Address
from msgcore.mta.directory import DirectoryEntry, DirectoryObject, RecentDirectory
from msgcore.runtime import NEVER
from msgcore.testing.clock import ManualClock

PEOPLE = [Address("SMTP", f"{name}@a.test") for name in "abcde"]


class Book:
    """Knows everybody who was added, and counts who was asked for."""

    def __init__(self) -> None:
        self.known: set[Address] = set()
        self.asked: list[Address] = []

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        self.asked.append(address)
        return DirectoryEntry(address, address.email_address) if address in self.known else None


@given(st.lists(st.lists(st.sampled_from(PEOPLE), max_size=5), max_size=5), st.sets(st.sampled_from(PEOPLE)))
def test_it_says_what_the_directory_says_and_asks_for_each_once(
    questions: Sequence[Sequence[Address]], known: set[Address]
) -> None:
    book = Book()
    book.known = known
    recent = RecentDirectory(book, ManualClock())

    for addresses in questions:
        found = asyncio.run(recent.look_up_many(addresses, NEVER))
        assert [one is not None for one in found] == [one in known for one in addresses]
    assert len(book.asked) == len(set(book.asked))


def test_a_change_is_seen_after_a_second() -> None:
    book, clock = Book(), ManualClock()
    recent = RecentDirectory(book, clock)
    found: list[bool] = []
    for seconds in (0.0, 0.5, 0.6):
        clock.move(seconds)
        found.append(asyncio.run(recent.look_up(PEOPLE[0], NEVER)) is not None)
        book.known.add(PEOPLE[0])

    assert found == [False, False, True]
