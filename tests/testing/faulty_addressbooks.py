"""An address book without a fault, others with exactly one each, and the tests of the suite that have to find it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import Address
from msgcore.runtime import Runtime
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, NameMatch, NamePattern, best_matches
from msgcore.spi.capability import Capability
from msgcore.testing.addressbooks import AddressBookConformance

__all__ = ["FAULTS", "BookOfTests", "HonestBook"]

_LIST = DisplayType.DISTRIBUTION_LIST


@attrs.frozen
class BookConfig:
    place: Path


class HonestBook:
    """People and lists in a file."""

    config_type = BookConfig

    def __init__(self, config: BookConfig, runtime: Runtime) -> None:
        self._file = config.place / "book.json"

    @property
    def lists(self) -> dict[str, list[Address]]:
        lists: dict[str, Any] = json.loads(self._file.read_text())["lists"]
        return {key: [Address(*one) for one in members] for key, members in lists.items()}

    @property
    def entries(self) -> list[AddressBookEntry]:
        found = json.loads(self._file.read_text())["people"]
        return [AddressBookEntry(Address(*one)) for one in found] + [self.as_list(json.loads(k)) for k in self.lists]

    def as_list(self, address: Sequence[str]) -> AddressBookEntry:
        return AddressBookEntry(Address(*address), _LIST)

    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        return best_matches(name, self.entries)

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        pattern = NamePattern(name)
        return [one for one in self.entries if not name or pattern.match(one.names)][:limit]

    def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        for key, members in self.lists.items():
            if Address(*json.loads(key)) == entry.address:
                return members
        raise NotFound(f"{entry}: no list")


class BookOfTests(AddressBookConformance):
    service_class: ClassVar[type[object]] = HonestBook
    capabilities = frozenset({Capability.ENTRIES, Capability.MEMBERS})

    def config(self, place: Path) -> object:
        return BookConfig(place)

    def fill(self, place: Path, people: Sequence[Address]) -> None:
        (place / "book.json").write_text(json.dumps({"people": [attrs.astuple(one) for one in people], "lists": {}}))

    def fill_list(self, place: Path, address: Address, members: Sequence[Address]) -> None:
        known = json.loads((place / "book.json").read_text())
        known["lists"][json.dumps(attrs.astuple(address))] = [attrs.astuple(one) for one in members]
        (place / "book.json").write_text(json.dumps(known))


class Taciturn(HonestBook):
    capabilities = frozenset({Capability.ENTRIES})


class FirstLetters(HonestBook):
    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        first = name.strip()[:3].casefold()
        return [one for one in self.entries if one.display_name.casefold().startswith(first) and len(name) > 3]


class Literal(HonestBook):
    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        return [one for one in self.entries if one.display_name.casefold() == name.casefold()]


class NothingTwice(HonestBook):
    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        return super().resolve_name(name, deadline)[:1]


class AnyLonger(HonestBook):
    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        pattern = NamePattern(name)
        return [one for one in self.entries if pattern.match(one.names) is not NameMatch.NONE]


class Nameless(HonestBook):
    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        return [attrs.evolve(one, address=attrs.evolve(one.address, display_name="")) for one in self._found(name)]

    def _found(self, name: str) -> Sequence[AddressBookEntry]:
        return best_matches(name, self.entries)


class NobodyWithoutName(HonestBook):
    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        return await super().find_entries(name, limit, deadline) if name else []


class OnlyWhole(HonestBook):
    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        wanted = NameMatch.EXACT if name else NameMatch.NONE
        return [one for one in self.entries if NamePattern(name).match(one.names) >= wanted][:limit]


class WithoutLimit(HonestBook):
    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        return await super().find_entries(name, 1_000, deadline)


class ListsAsPeople(HonestBook):
    def as_list(self, address: Sequence[str]) -> AddressBookEntry:
        return AddressBookEntry(Address(*address))


class AnyOrder(HonestBook):
    def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        return [*reversed(super().list_members(entry, deadline))]


class GoneIsEmpty(HonestBook):
    def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:
        try:
            return super().list_members(entry, deadline)
        except NotFound:
            return []


class BlocksTheLoop(HonestBook):
    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address | AddressBookEntry]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().resolve_name(name, deadline)


class CannotBeConfigured(HonestBook):
    config_type: Any = None


_LISTS = {
    "test_a_list_is_found_as_one",
    "test_a_list_has_its_members_in_their_order",
    "test_a_list_that_is_gone_is_not_found",
}

FAULTS: Mapping[type[object], set[str]] = {
    Taciturn: {"test_it_declares_the_abilities_that_it_has", *_LISTS} - {"test_a_list_is_found_as_one"},
    FirstLetters: {
        "test_a_name_stands_for_who_has_it",
        "test_case_blanks_and_diacritics_do_not_count",
        "test_an_exact_name_goes_before_longer_ones",
        "test_a_name_that_nobody_has_gives_nobody",
        "test_who_is_found_keeps_the_name",
    },
    Literal: {"test_case_blanks_and_diacritics_do_not_count"},
    NothingTwice: {"test_all_who_have_a_name_are_given"},
    AnyLonger: {"test_an_exact_name_goes_before_longer_ones"},
    Nameless: {"test_who_is_found_keeps_the_name", "test_a_list_is_found_as_one"},
    NobodyWithoutName: {"test_no_name_gives_everybody", "test_entries_are_no_more_than_are_wanted"},
    OnlyWhole: {"test_a_name_gives_those_that_it_begins"},
    WithoutLimit: {"test_entries_are_no_more_than_are_wanted"},
    ListsAsPeople: {"test_a_list_is_found_as_one"},
    AnyOrder: {"test_a_list_has_its_members_in_their_order"},
    BlocksTheLoop: {"test_nothing_blocks_the_event_loop"},
    CannotBeConfigured: {"test_a_profile_can_configure_it"},
    GoneIsEmpty: {"test_a_list_that_is_gone_is_not_found"},
}
