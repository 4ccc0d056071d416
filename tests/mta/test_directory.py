"""The directory as a node asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.model import Address
from msgcore.mta.directory import (
    DirectoryEntry,
    DirectoryObject,
    DistributionList,
    RecentDirectory,
    without_tag,
)
from msgcore.runtime import NEVER, run
from msgcore.testing.clock import ManualClock

PEOPLE = [Address("SMTP", f"{name}@a.test") for name in "abcde"]
LIST = DistributionList(Address("SMTP", "all@a.test"), tuple(PEOPLE))


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


class BriefBook(Book):
    """Knows lists beside people, and notes whom it was asked for at length."""

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        self.asked_briefly.append(address)
        base = without_tag(address, "+") or address
        if base == LIST.address:
            return attrs.evolve(LIST, members=())
        return DirectoryEntry(address, address.email_address) if base in self.known else None

    def __init__(self) -> None:
        super().__init__()
        self.asked_briefly: list[Address] = []


def test_a_list_that_was_looked_up_briefly_is_read_when_its_members_are_wanted() -> None:
    """Whatever its tag is: a client must not have 100,000 members read by each RCPT."""
    book = BriefBook()
    recent = RecentDirectory(book, ManualClock())
    tagged = [Address("SMTP", f"all+{number % 3}@a.test") for number in range(9)]

    found = [run(recent.look_up_briefly(one, NEVER)) for one in tagged]

    assert found == [attrs.evolve(LIST, members=())] * 9
    assert (len(book.asked_briefly), book.asked) == (3, [])
    run(recent.look_up(tagged[0], NEVER))
    assert book.asked == [tagged[0]]


def test_whoever_was_looked_up_briefly_is_not_asked_for_again() -> None:
    """But for lists and redirects there is no more to be said."""
    book = BriefBook()
    book.known = {PEOPLE[0]}
    recent = RecentDirectory(book, ManualClock())

    found = [run(recent.look_up_briefly(one, NEVER)) for one in PEOPLE[:2] * 2]

    assert [one is not None for one in found] == [True, False] * 2
    assert run(recent.look_up_many(PEOPLE[:2], NEVER)) == found[:2]
    assert (book.asked_briefly, book.asked) == (PEOPLE[:2], [])


def test_a_directory_that_knows_nothing_of_that_is_asked_as_ever() -> None:
    book, clock = Book(), ManualClock()
    book.known = {PEOPLE[0]}
    recent = RecentDirectory(book, clock)

    found = [run(recent.look_up_briefly(one, NEVER)) for one in PEOPLE[:2] * 2]

    assert [one is not None for one in found] == [True, False] * 2
    assert book.asked == PEOPLE[:2]


def test_a_change_is_seen_after_a_second() -> None:
    book, clock = Book(), ManualClock()
    recent = RecentDirectory(book, clock)
    found: list[bool] = []
    for seconds in (0.0, 0.5, 0.6):
        clock.move(seconds)
        found.append(asyncio.run(recent.look_up(PEOPLE[0], NEVER)) is not None)
        book.known.add(PEOPLE[0])

    assert found == [False, False, True]
