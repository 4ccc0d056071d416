"""Expansion of any directory: who can be reached gets the message, once, whatever loops there are."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.model import Address, Recipient
from msgcore.mta.directory import DirectoryEntry, DirectoryObject, DistributionList, Redirect
from msgcore.mta.expansion import Expansion
from msgcore.runtime import NEVER
from msgcore.runtime.blocking import run
from tests.conftest import SOAK
from tests.mta.expansion.books import BOB, Book, FastBook, address, books

EXAMPLES = settings(max_examples=5_000 if SOAK else 60)

roots = st.sampled_from(["l0", "L0", "EX:l0", "l0+tag", "r0", "m0", "x0@b.test"])


def entry_of(book: Book, one: Address) -> DirectoryObject | None:
    return run(book.look_up(one, NEVER))


def identity(book: Book, one: Address) -> str:
    """Say who it is: a mailbox or list by its distinguished name, others by their address."""
    entry = entry_of(book, one)
    return (one if entry is None else entry.address).typed.lower()


def onward(entry: DirectoryObject | None) -> Sequence[Address]:
    if isinstance(entry, DistributionList):
        return entry.members
    if isinstance(entry, Redirect):
        return (*entry.targets, *([] if entry.keeps is None else [entry.keeps.address]))
    return ()


def reachable(book: Book, root: Address) -> tuple[set[str], dict[str, set[str]]]:
    """Walk in the simplest way: who is at an end, and which lists and redirects lead to which."""
    ends: set[str] = set()
    ways: dict[str, set[str]] = {}
    waiting = [root]
    while waiting:
        here = waiting.pop()
        name, further = identity(book, here), onward(entry_of(book, here))
        if not further:
            ends.add(name)
        elif name not in ways:
            ways[name] = {identity(book, one) for one in further}
            waiting += further
    return ends, {name: to & ways.keys() for name, to in ways.items()}


def has_loop(ways: dict[str, set[str]]) -> bool:
    """Take away what leads nowhere further until nothing changes; what is left goes round."""
    left = dict(ways)
    while ends := [name for name, to in left.items() if not to & left.keys()]:
        for name in ends:
            del left[name]
    return bool(left)


def everybody(expansion: Expansion) -> list[Recipient]:
    return [*expansion.recipients, *(one for group in expansion.under_owner for one in group.recipients)]


def is_empty_list(book: Book, root: str) -> bool:
    entry = entry_of(book, address(root))
    return isinstance(entry, DistributionList) and not entry.members


@EXAMPLES
@given(books(), roots)
def test_everybody_at_an_end_gets_the_message_once(book: Book, root: str) -> None:
    ends, _ = reachable(book, address(root))
    got = [identity(book, one.address) for one in everybody(book.expand(root))]

    assert sorted(got) == ([] if is_empty_list(book, root) else sorted(ends))


@EXAMPLES
@given(books(), roots)
def test_a_replay_gives_the_same_in_the_same_order(book: Book, root: str) -> None:
    again = FastBook(book.entries)

    assert repr(again.expand(root)) == repr(book.expand(root))


@EXAMPLES
@given(books(), roots)
def test_a_recipient_that_comes_out_stands_for_itself_or_is_refused_by_itself(book: Book, root: str) -> None:
    expansion = book.expand(root)
    paths = [(expansion.recipients, BOB), *((group.recipients, group.owner) for group in expansion.under_owner)]
    again = [book.expand(one, sender) for recipients, sender in paths for one in recipients]

    assert all(one.is_unchanged or one.refusal for one in again)


@EXAMPLES
@given(books(), roots)
def test_a_loop_is_told_where_there_is_one(book: Book, root: str) -> None:
    _, ways = reachable(book, address(root))

    assert bool(book.expand(root).loops) == has_loop(ways)


@EXAMPLES
@given(books(), roots)
def test_without_the_ways_that_are_told_there_is_no_loop(book: Book, root: str) -> None:
    _, ways = reachable(book, address(root))
    for one, other in book.expand(root).loops:
        ways[one.typed.lower()].discard(other.typed.lower())

    assert not has_loop(ways)


@EXAMPLES
@given(books(), roots)
def test_a_list_owns_only_whom_it_leads_to(book: Book, root: str) -> None:
    for group in book.expand(root).under_owner:
        ends, _ = reachable(book, group.list_address)

        assert {identity(book, one.address) for one in group.recipients} <= ends


@EXAMPLES
@given(books(), roots)
def test_nobody_is_asked_for_twice(book: Book, root: str) -> None:
    book.expand(root)

    asked = [one.typed.lower() for one in book.asked]
    assert len(asked) == len(set(asked))


@EXAMPLES
@given(books(), roots)
def test_a_report_stays_a_report(book: Book, root: str) -> None:
    """A null return path is never replaced, so that no reports about a report come to anybody."""
    owned, null = book.expand(root), book.expand(root, None)
    ends = {identity(book, one.address) for one in everybody(owned)}

    assert (null.under_owner, {identity(book, one.address) for one in null.recipients}) == ((), ends)


@EXAMPLES
@given(books(), roots)
def test_who_stands_for_himself_is_the_only_recipient(book: Book, root: str) -> None:
    expansion = book.expand(root)
    entry = entry_of(book, address(root))

    assert expansion.is_unchanged == (entry is None or isinstance(entry, DirectoryEntry))
    assert not expansion.is_unchanged or expansion.recipients == (expansion.recipient,)
