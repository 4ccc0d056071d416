"""What an address book gives is looked at before a session believes it; and types that a transport says again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from msgcore.errors import PluginBroken
from msgcore.model.address import Address
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.addressbook import AddressBookEntry
from msgcore.spi.guarded_addressbook import GuardedAddressBook
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.plugin import Plugin
from msgcore.testing.modes import Mode

ANN = Address("SMTP", "ann@a.test", "Ann")
ENTRY = AddressBookEntry(ANN)


class Says:
    """Says the same, whatever it is asked."""

    address_types = ("SMTP",)

    def __init__(self, given: object) -> None:
        self.given = given

    def _say(self, *arguments: object) -> Any:
        return self.given

    resolve_name = find_entries = list_members = submit = read_address_types = _say


Ask = Callable[[GuardedAddressBook], Coroutine[Any, Any, list[AddressBookEntry]]]
ASKED: dict[str, Ask] = {
    "resolve_name": lambda book: book.resolve_name("ann", NEVER),
    "find_entries": lambda book: book.find_entries("ann", 1, NEVER),
    "list_members": lambda book: book.list_members(ENTRY, NEVER),
}


def answer(ask: Ask, provider: Any) -> list[AddressBookEntry]:
    async def main(runtime: Runtime) -> list[AddressBookEntry]:
        return await ask(GuardedAddressBook(Plugin("mine", provider, runtime), provider))

    return Mode.BLOCKING.run(main)


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_address_is_taken_for_the_entry_of_a_person(ask: Ask) -> None:
    assert answer(ask, Says([ANN])) == answer(ask, Says([ENTRY])) == [ENTRY]


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("given", [None, "ann@a.test", ["ann@a.test"], [None], [Address("", "", "Ann")], {ANN: 1}])
def test_nonsense_of_an_address_book_is_told(ask: Ask, given: object) -> None:
    with pytest.raises(PluginBroken, match=r"^mine: .*Says\._say gave .*; need "):
        answer(ask, Says(given))


def test_more_entries_than_were_wanted_are_told() -> None:
    with pytest.raises(PluginBroken, match="need at most 1 entries"):
        answer(ASKED["find_entries"], Says([ENTRY, ENTRY]))


class NamesOnly:
    def resolve_name(self, name: str, deadline: object) -> list[Address]:
        return [ANN]


def test_an_address_book_that_cannot_be_browsed_shows_nobody() -> None:
    assert answer(ASKED["find_entries"], NamesOnly()) == []


def test_an_address_book_without_members_cannot_have_personal_lists() -> None:
    with pytest.raises(PluginBroken, match="has no list_members"):
        answer(ASKED["list_members"], NamesOnly())


def types_after(given: object) -> tuple[tuple[str, ...], PluginBroken | None]:
    """Let a transport say its address types again, and give what is believed then."""

    async def main(runtime: Runtime) -> tuple[tuple[str, ...], PluginBroken | None]:
        says: Any = Says(given)
        transport = GuardedTransport(Plugin("mine", says, runtime), says)
        try:
            await transport.follow_config(NEVER)
        except PluginBroken as error:
            return transport.address_types, error
        return transport.address_types, None

    return Mode.BLOCKING.run(main)


def test_address_types_that_are_said_again_are_believed() -> None:
    assert types_after(["fax", "SMTP"]) == (("FAX", "SMTP"), None)


@pytest.mark.parametrize("given", [None, "FAX", [1]])
def test_nonsense_for_address_types_leaves_those_of_before(given: object) -> None:
    types, error = types_after(given)

    assert (types, error is not None) == (("SMTP",), True)
