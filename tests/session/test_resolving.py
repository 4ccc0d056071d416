"""Resolving names over several address books, and expanding personal lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import AmbiguousName, NotFound, UnresolvedName
from msgcore.model import Notify, Recipient, RecipientKind
from msgcore.model.address import MAPIPDL, Address
from msgcore.props.table import PidTagEntryId
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.session.resolving import NameResolver, Standing, once
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, best_matches


@attrs.frozen
class Shelf:
    """An address book in memory: people by name, lists by name."""

    name: str
    people: Sequence[str] = ()
    lists: Mapping[str, Sequence[str]] = attrs.field(factory=dict[str, Sequence[str]])
    asked: list[str] = attrs.field(factory=list[str])

    def entry(self, name: str) -> AddressBookEntry:
        if name in self.lists:
            return AddressBookEntry(Address(MAPIPDL, name, name), DisplayType.PRIVATE_DISTRIBUTION_LIST)
        return AddressBookEntry(Address("SMTP", f"{name.replace(' ', '.').lower()}@{self.name}.test", name))

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]:
        self.asked.append(name)
        return best_matches(name, [self.entry(one) for one in (*self.people, *self.lists)])

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        return (await self.resolve_name(name, deadline))[:limit]

    async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]:
        if entry.display_name not in self.lists:
            raise NotFound(f"{entry}: gone")
        return [self.entry(one) for one in self.lists[entry.display_name]]


UID = b"o" * 16


class Directory(Shelf):
    """An address book whose entries have entry ids of their own."""

    def entry(self, name: str) -> AddressBookEntry:
        return attrs.evolve(Shelf.entry(self, name), entry_id=bytes(4) + UID + name.encode())


def standing(given: Recipient | str, *books: Shelf) -> Standing:
    recipient = Recipient(Address("", "", given)) if isinstance(given, str) else given
    return BlockingRuntime().run(NameResolver(books).standing(recipient, NEVER))


def addresses(given: Recipient | str, *books: Shelf) -> list[str]:
    return [one.address.email_address for one in standing(given, *books).reached]


def test_the_first_address_book_with_the_exact_name_decides() -> None:
    assert addresses("ann", Shelf("a", ["Bob"]), Shelf("b", ["Ann"]), Shelf("c", ["Ann"])) == ["ann@b.test"]


def test_an_exact_name_in_a_later_address_book_goes_before_a_beginning() -> None:
    assert addresses("ann", Shelf("a", ["Annika"]), Shelf("b", ["Ann"])) == ["ann@b.test"]


def test_a_beginning_that_fits_one_entry_of_all_stands_for_it() -> None:
    assert addresses("ann", Shelf("a", ["Annika"]), Shelf("b", ["Bob"])) == ["annika@a.test"]


def test_a_beginning_that_fits_entries_of_two_address_books_is_ambiguous() -> None:
    with pytest.raises(AmbiguousName, match=r"may be any of Ann Berg .*, Annika .*; give the address"):
        addresses("ann", Shelf("a", ["Annika"]), Shelf("b", ["Ann Berg"]))


def test_an_ambiguous_name_has_its_candidates() -> None:
    with pytest.raises(AmbiguousName) as raised:
        addresses("bo", Shelf("a", ["Bob", "Bo Lund"]))

    assert (raised.value.name, sorted(one.email_address for one in raised.value.candidates)) == (
        "bo",
        ["bo.lund@a.test", "bob@a.test"],
    )


def test_a_long_row_of_candidates_is_cut_in_the_text_only() -> None:
    with pytest.raises(AmbiguousName, match="and 90 more") as raised:
        addresses("a", Shelf("a", [f"A{n}" for n in range(100)]))

    assert len(raised.value.candidates) == 100


def test_a_name_that_nobody_has_names_the_fix() -> None:
    with pytest.raises(UnresolvedName, match="give the address") as raised:
        addresses("zoe", Shelf("a", ["Ann"]))

    assert raised.value.name == "zoe"


def test_a_name_is_asked_for_once() -> None:
    shelf = Shelf("a", ["Ann"])
    resolver = NameResolver([shelf])
    for _ in range(2):
        BlockingRuntime().run(resolver.standing(Recipient(Address("", "", "Ann")), NEVER))

    assert shelf.asked == ["Ann"]


def test_an_address_is_not_looked_up() -> None:
    shelf = Shelf("a", ["Ann"])
    standing(Recipient(Address("FAX", "+1", "Ann")), shelf)

    assert shelf.asked == []


def test_a_row_with_a_one_off_entry_id_is_that_address() -> None:
    """MAPI takes a recipient that has an entry id for resolved, whatever else its row says."""
    fax = Address("FAX", "+46 8 1", "Ann's fax")
    row = Recipient(Address("", "", "Ann"), properties={PidTagEntryId: fax.one_off_entry_id()})

    assert [one.address for one in standing(row).reached] == [fax]


@pytest.mark.parametrize(
    ("name", "email", "is_kept"),
    [
        ("Ann Alm", "ann.alm@a.test", True),
        ("", "ann.alm@a.test", True),
        ("Ann Alm", "mallory@evil.test", False),
        ("Bob", "bob@a.test", False),
    ],
)
def test_an_entry_id_is_believed_when_the_address_book_gives_it_to_that_address(
    name: str, email: str, is_kept: bool
) -> None:
    """It may have come with a message from outside, and leads past the choice of a transport."""
    directory = Directory("a", ["Ann Alm", "Bob"])
    entry_id = directory.entry("Ann Alm").entry_id
    given_recipient = Recipient(Address("SMTP", email, name), properties={PidTagEntryId: entry_id})
    found = BlockingRuntime().run(NameResolver([directory], {UID: [directory]}).standing(given_recipient, NEVER))

    assert [one.get(PidTagEntryId) for one in once([found])] == [entry_id if is_kept else None]


def test_an_entry_id_that_came_with_a_name_is_not_that_of_whom_the_name_stands_for() -> None:
    row = Recipient(Address("", "", "Ann"), properties={PidTagEntryId: bytes(4) + UID + b"Bob"})
    found = BlockingRuntime().run(NameResolver([Shelf("b", ["Ann"])], {UID: []}).standing(row, NEVER))

    assert [(str(one), one.get(PidTagEntryId)) for one in once([found])] == [("Ann <ann@b.test>", None)]


# Lists


def test_a_list_gives_members_of_lists_inside_it_with_the_way() -> None:
    shelf = Shelf("a", ["Ann", "Bob"], {"Outer": ["Ann", "Inner"], "Inner": ["Bob"]})

    assert [(one.address.display_name, one.lists) for one in standing("Outer", shelf).reached] == [
        ("Ann", ("Outer",)),
        ("Bob", ("Outer", "Inner")),
    ]


def test_a_list_is_named_by_its_address_type_as_well() -> None:
    shelf = Shelf("a", ["Ann"], {"Outer": ["Ann"]})

    assert addresses(Recipient(Address(MAPIPDL, "outer")), shelf) == ["ann@a.test"]


def test_a_list_by_its_address_type_is_no_person_of_that_name() -> None:
    people, lists = Shelf("a", ["Outer"]), Shelf("b", ["Ann"], {"Outer": ["Ann"]})

    assert addresses(Recipient(Address(MAPIPDL, "Outer")), people, lists) == ["ann@b.test"]


def test_what_was_meant_for_a_list_that_is_gone_goes_to_nobody_whose_name_begins_so() -> None:
    shelf = Shelf("a", ["Board Secretary"], {"Board Games": ["Board Secretary"]})

    with pytest.raises(UnresolvedName, match="personal list 'Board'"):
        standing(Recipient(Address(MAPIPDL, "Board", "Board")), shelf)


def test_a_list_inside_itself_is_told_with_the_way() -> None:
    shelf = Shelf("a", ["Ann"], {"One": ["Two"], "Two": ["Three"], "Three": ["Two", "Ann"]})

    assert standing("One", shelf).loops == (("Two", "Three", "Two"),)


def test_a_list_in_two_lists_is_no_loop() -> None:
    shelf = Shelf("a", ["Ann"], {"Top": ["Left", "Right"], "Left": ["Low"], "Right": ["Low"], "Low": ["Ann"]})

    assert (standing("Top", shelf).loops, addresses("Top", shelf)) == ((), ["ann@a.test"])


def test_a_list_that_is_gone_is_named_with_the_one_that_has_it() -> None:
    @attrs.frozen
    class Torn(Shelf):
        async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]:
            if entry.display_name == "Inner":
                raise NotFound("Inner: gone")
            return await super().list_members(entry, deadline)

    with pytest.raises(UnresolvedName, match="list 'Outer' has a member that is a list, and gone"):
        standing("Outer", Torn("a", [], {"Outer": ["Inner"], "Inner": []}))


NAMES = [f"L{n}" for n in range(5)]


@given(st.fixed_dictionaries({name: st.lists(st.sampled_from([*NAMES, "P", "Q", "R"]), max_size=4) for name in NAMES}))
def test_whatever_is_in_whatever_everybody_is_reached_once(lists: dict[str, list[str]]) -> None:
    found = addresses("L0", Shelf("a", ["P", "Q", "R"], lists))

    seen, waiting = {"L0"}, ["L0"]
    while waiting:
        new = set(lists.get(waiting.pop(), ())) - seen
        seen |= new
        waiting += new
    assert sorted(found) == sorted(f"{one.lower()}@a.test" for one in seen & {"P", "Q", "R"})


# Who is left


def all_of(given: Sequence[Recipient], *books: Shelf) -> list[Recipient]:
    return once([standing(one, *books) for one in given])


def test_who_is_a_recipient_already_does_not_come_again_by_a_list() -> None:
    shelf = Shelf("a", ["Ann", "Bob"], {"Both": ["Ann", "Bob"]})
    ann = Recipient(Address("SMTP", "ANN@a.test"), RecipientKind.BCC)

    assert all_of([Recipient(Address("", "", "Both")), ann], shelf) == [Recipient(Address("SMTP", "bob@a.test")), ann]


def test_who_is_named_does_not_come_by_a_list_before() -> None:
    shelf = Shelf("a", ["Ann", "Bob"], {"Both": ["Ann", "Bob"]})
    names = [Recipient(Address("", "", "Both")), Recipient(Address("", "", "Ann"), RecipientKind.BCC)]

    assert all_of(names, shelf) == [
        Recipient(Address("SMTP", "bob@a.test")),
        Recipient(Address("SMTP", "ann@a.test"), RecipientKind.BCC),
    ]


def test_members_have_the_role_and_the_wishes_of_the_list() -> None:
    shelf = Shelf("a", ["Ann"], {"Both": ["Ann"]})
    [found] = all_of([Recipient(Address("", "", "Both"), RecipientKind.CC, Notify.NEVER)], shelf)

    assert (found.kind, found.notify) == (RecipientKind.CC, Notify.NEVER)


def test_an_address_that_is_given_twice_stays_twice() -> None:
    """What an application has spelled out is its own affair; transports give it to each once."""
    twice = [Recipient(Address("SMTP", "ann@a.test"), kind) for kind in (RecipientKind.TO, RecipientKind.CC)]

    assert all_of(twice) == twice
