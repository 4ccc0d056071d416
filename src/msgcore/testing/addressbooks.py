"""The conformance suite for address books."""

from __future__ import annotations

# First, because it names the extra that may be missing.
from msgcore.testing.conformance import Conformance, needs, see_that_it_can_be_configured, see_that_there_is_one, unsaid

# isort: split
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import attrs
import pytest

from msgcore.errors import NotFound
from msgcore.model.address import Address
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.session.services import providers_of
from msgcore.spi.addressbook import AddressBookEntry, AddressBookProvider
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_addressbook import GuardedAddressBook
from msgcore.spi.plugin import Plugin
from msgcore.spi.service import ServiceClass
from msgcore.testing.loopwatch import watch_loop
from msgcore.testing.modes import Mode

__all__ = ["LIST", "PEOPLE", "AddressBookConformance"]

T = TypeVar("T")

_EVERYBODY = 100

PEOPLE = (
    Address("SMTP", "ann@a.test", "Ann Alm"),
    Address("SMTP", "annika@a.test", "Annika Alm"),
    Address("SMTP", "asa@a.test", "Åsa Öberg"),
    Address("SMTP", "bob.1@a.test", "Bob Berg"),
    Address("SMTP", "bob.2@a.test", "Bob Berg"),
    Address("SMTP", "bob.3@a.test", "Bob Berg Lund"),
)
"""Who is in an address book that is tested."""

LIST = Address("SMTP", "choir@a.test", "The Choir")
"""The list in an address book that has lists; the first two people are its members."""


class AddressBookConformance(Conformance):
    """Tests of an address book.

    One class is all that is written::

        class TestPhoneBook(AddressBookConformance):
            service_class = PhoneBookService

            def config(self, place: Path) -> PhoneBookConfig:
                return PhoneBookConfig(place / "people.csv")

            def fill(self, place: Path, people: Sequence[Address]) -> None:
                write_people(place / "people.csv", people)
    """

    service_class: ClassVar[type[object]]
    """The message service; its first address book is tested."""

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        return [
            *super()._left_out(),
            *unsaid(cls, service_class="the class that the entry point names"),
        ]

    def config(self, place: Path) -> object:
        """Give the configuration of the address book that is kept at ``place``."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how its address book is configured")

    def fill(self, place: Path, people: Sequence[Address]) -> None:
        """Put people, and nobody else, into a new address book at ``place``."""
        raise NotImplementedError(f"{type(self).__qualname__} has to say how people get into its address book")

    def fill_list(self, place: Path, address: Address, members: Sequence[Address]) -> None:
        """Put a list there as well: only for an address book that tells the members of lists."""

    @pytest.fixture
    def book(self, mode: Mode, tmp_path: Path) -> _Book:
        self.fill(tmp_path, PEOPLE)
        if Capability.MEMBERS in self.capabilities:
            self.fill_list(tmp_path, LIST, PEOPLE[:2])
        return _Book(mode, self.service_class, self.config(tmp_path), self.ample_seconds)

    def test_it_declares_the_abilities_that_it_has(self, book: _Book) -> None:
        assert book.capabilities() & {Capability.ENTRIES, Capability.MEMBERS} == self.capabilities

    def test_a_profile_can_configure_it(self) -> None:
        see_that_it_can_be_configured(self.service_class)

    def test_nothing_blocks_the_event_loop(self, tmp_path: Path) -> None:
        self.fill(tmp_path, PEOPLE)
        book = _Book(Mode.ASYNCIO, self.service_class, self.config(tmp_path), self.ample_seconds)
        with watch_loop() as seen:
            book.resolved("annika alm")
        assert [str(one) for one in seen] == []

    # Names

    @pytest.mark.parametrize("person", [PEOPLE[1], PEOPLE[2]], ids=lambda one: one.email_address)
    def test_a_name_stands_for_who_has_it(self, book: _Book, person: Address) -> None:
        assert book.resolved(person.display_name) == [person.typed]

    @pytest.mark.parametrize("name", ["asa oberg", "ÅSA ÖBERG", " A\u030asa  O\u0308berg "])
    def test_case_blanks_and_diacritics_do_not_count(self, book: _Book, name: str) -> None:
        assert book.resolved(name) == [PEOPLE[2].typed]

    def test_an_exact_name_goes_before_longer_ones(self, book: _Book) -> None:
        assert PEOPLE[5].typed not in book.resolved("Bob Berg")

    def test_all_who_have_a_name_are_given(self, book: _Book) -> None:
        assert {PEOPLE[3].typed, PEOPLE[4].typed} <= set(book.resolved("bob berg"))

    @pytest.mark.parametrize("name", ["Zoe", "Ann Zoe", "%", "_nn Alm", "*", "'", '"', "\\", "(", "\0", "x" * 10_000])
    def test_a_name_that_nobody_has_gives_nobody(self, book: _Book, name: str) -> None:
        assert book.resolved(name) == []

    def test_who_is_found_keeps_the_name(self, book: _Book) -> None:
        [found] = book.ask(lambda one: one.resolve_name("annika alm", NEVER))
        assert (found.display_name, found.is_list) == ("Annika Alm", False)

    # Entries

    @needs(Capability.ENTRIES)
    def test_no_name_gives_everybody(self, book: _Book) -> None:
        found = {one.address.typed for one in book.ask(lambda one: one.find_entries("", _EVERYBODY, NEVER))}
        assert {one.typed for one in PEOPLE} <= found

    @needs(Capability.ENTRIES)
    def test_a_name_gives_those_that_it_begins(self, book: _Book) -> None:
        found = book.ask(lambda one: one.find_entries("bob b", _EVERYBODY, NEVER))
        assert sorted(one.address.typed for one in found) == [one.typed for one in PEOPLE[3:]]

    @needs(Capability.ENTRIES)
    def test_entries_are_no_more_than_are_wanted(self, book: _Book) -> None:
        assert len(book.ask(lambda one: one.find_entries("", 2, NEVER))) == 2

    # Lists

    @needs(Capability.MEMBERS)
    def test_a_list_is_found_as_one(self, book: _Book) -> None:
        [found] = book.ask(lambda one: one.resolve_name(LIST.display_name, NEVER))
        assert (found.display_name, found.is_list) == (LIST.display_name, True)

    @needs(Capability.MEMBERS)
    def test_a_list_has_its_members_in_their_order(self, book: _Book) -> None:
        async def members(one: GuardedAddressBook) -> list[AddressBookEntry]:
            [found] = await one.resolve_name(LIST.display_name, NEVER)
            return await one.list_members(found, NEVER)

        assert [one.address.typed for one in book.ask(members)] == [one.typed for one in PEOPLE[:2]]

    @needs(Capability.MEMBERS)
    def test_a_list_that_is_gone_is_not_found(self, book: _Book) -> None:
        async def members(one: GuardedAddressBook) -> list[AddressBookEntry]:
            [found] = await one.resolve_name(LIST.display_name, NEVER)
            gone = Address("SMTP", "gone@a.test", "gone")
            return await one.list_members(attrs.evolve(found, address=gone, entry_id=found.entry_id[::-1]), NEVER)

        with pytest.raises(NotFound):
            book.ask(members)


@attrs.frozen
class _Book:
    """The address book under test, opened anew for each question."""

    mode: Mode
    service_class: type[object]
    config: object
    ample_seconds: float

    def resolved(self, name: str) -> list[str]:
        return [one.address.typed for one in self.ask(lambda book: book.resolve_name(name, NEVER))]

    def capabilities(self) -> frozenset[Capability]:
        async def read(book: GuardedAddressBook) -> frozenset[Capability]:
            return book.capabilities

        return self.ask(read)

    def ask(self, question: Callable[[GuardedAddressBook], Coroutine[Any, Any, T]]) -> T:
        async def main(runtime: Runtime) -> T:
            kind = cast(ServiceClass, self.service_class)
            plugin = Plugin.make(self.service_class.__name__, kind, self.config, runtime)
            end = runtime.deadline(self.ample_seconds)
            await plugin.logon(end)
            try:
                books = [one for one in providers_of(plugin) if isinstance(one, AddressBookProvider)]
                see_that_there_is_one(books, plugin, "address book", "resolve_name")
                return await runtime.bounded(question(GuardedAddressBook(plugin, books[0])), end)
            finally:
                await plugin.close()

        return self.mode.run(main)
