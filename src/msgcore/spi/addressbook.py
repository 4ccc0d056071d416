"""The address book contract: entries, names that stand for them, and members of lists.

A name stands for an entry that has it (without case and diacritics, the words in any order); or, if there is none, for
every entry with a name in which each word of it begins a word of its own, as in MAPI's PR_ANR (``al an`` is Ann Alm).
:func:`best_matches` is that rule; an address book that knows names otherwise may follow its own.

Every method may be plain ``def`` or ``async def``, and raises errors of msgcore's only.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.model.address import MAPIPDL, Address
from msgcore.props.words import words
from msgcore.spi.answer import Answer

__all__ = [
    "AddressBookEntry",
    "AddressBookProvider",
    "DisplayType",
    "NameMatch",
    "NamePattern",
    "SupportsEntries",
    "SupportsMembers",
    "best_matches",
]


class DisplayType(enum.IntEnum):
    """What an entry is (PidTagDisplayType, [MS-OXOABK] section 2.2.3.11)."""

    MAIL_USER = 0
    DISTRIBUTION_LIST = 1
    """A list with an address of its own: whoever delivers to it expands it."""
    PRIVATE_DISTRIBUTION_LIST = 5
    """A list of the address book's owner, of address type MAPIPDL: expanded at submit."""


@attrs.frozen
class AddressBookEntry:
    """A person or a list in an address book.

    Its name is the display name of its address; ``other_names`` are found, too. ``entry_id`` is the address book's own
    name for it: empty where it has none.
    """

    address: Address
    display_type: DisplayType = DisplayType.MAIL_USER
    other_names: tuple[str, ...] = ()
    entry_id: bytes = attrs.field(default=b"", repr=False)

    @property
    def display_name(self) -> str:
        return self.address.display_name or self.address.email_address

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is found by."""
        return (self.display_name, *self.other_names)

    @property
    def is_list(self) -> bool:
        return self.display_type is not DisplayType.MAIL_USER or self.is_personal_list

    @property
    def is_personal_list(self) -> bool:
        return self.display_type is DisplayType.PRIVATE_DISTRIBUTION_LIST or self.address.address_type == MAPIPDL

    def __str__(self) -> str:
        return str(self.address)


@runtime_checkable
class AddressBookProvider(Protocol):
    """A directory that resolves bare names at submit."""

    def resolve_name(self, name: str, deadline: Deadline) -> Answer[Sequence[Address | AddressBookEntry]]:
        """Give all that ``name`` may stand for: one when it is resolved, several when it is ambiguous.

        A plain address is a person's. Those that have just that name are given without those that it only begins.
        """
        ...


@runtime_checkable
class SupportsEntries(Protocol):
    """An address book that can be browsed."""

    def find_entries(self, name: str, limit: int, deadline: Deadline) -> Answer[Sequence[AddressBookEntry]]:
        """Give the entries with a name that ``name`` is or begins, at most ``limit``, in the order of their names.

        An empty name gives any entry.
        """
        ...


@runtime_checkable
class SupportsMembers(Protocol):
    """An address book with lists whose members it tells. A personal list has to be in one."""

    def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Answer[Sequence[Address | AddressBookEntry]]:
        """Give the members of a list, lists among them as they are; ``NotFound`` when the list is gone."""
        ...


class NameMatch(enum.IntEnum):
    """How well a name fits an entry."""

    NONE = 0
    BEGINS = 1
    EXACT = 2


class NamePattern:
    """A name to look for, prepared once for many entries."""

    def __init__(self, name: str) -> None:
        self._folded = _folded(name)
        # The longest first: what begins with it begins with the others that it begins with, too, so that giving each
        # the first word that is left finds a way whenever there is one.
        self._words = sorted(words(self._folded), key=len, reverse=True)
        self._sorted = sorted(self._words)

    def match(self, names: Iterable[str]) -> NameMatch:
        """Say how well it fits the best of an entry's names."""
        best = NameMatch.NONE
        for name in names:
            found = self._match_one(_folded(name))
            if found is NameMatch.EXACT:
                return found
            best = max(best, found)
        return best

    def _match_one(self, folded: str) -> NameMatch:
        if folded == self._folded:
            return NameMatch.EXACT
        if not self._words or not all(word in folded for word in self._words):
            return NameMatch.NONE
        left = words(folded)
        if sorted(left) == self._sorted:
            return NameMatch.EXACT
        for word in self._words:
            taken = next((number for number, one in enumerate(left) if one.startswith(word)), None)
            if taken is None:
                return NameMatch.NONE
            del left[taken]
        return NameMatch.BEGINS


def _folded(name: str) -> str:
    return fold(name.strip(), ignore_non_space=True)


def best_matches(name: str, entries: Iterable[AddressBookEntry]) -> list[AddressBookEntry]:
    """Give those that have just this name or, if there are none, those that it begins; in their order."""
    pattern = NamePattern(name)
    found: dict[NameMatch, list[AddressBookEntry]] = {one: [] for one in NameMatch}
    for entry in entries:
        found[pattern.match(entry.names)].append(entry)
    return found[NameMatch.EXACT] or found[NameMatch.BEGINS]
