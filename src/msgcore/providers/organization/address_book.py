"""The organisation's address book: its mailboxes and distribution lists, by name and display name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.mta.directory import DistributionList
from msgcore.props.words import words
from msgcore.providers.internal.mailboxes import Mailbox, find_mailbox
from msgcore.providers.organization.directory import Directory, primary_address
from msgcore.providers.organization.entries import Entry, find_list
from msgcore.runtime import Connection, Engine
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, NameMatch, NamePattern

__all__ = ["AddressBook"]

_MOST_CANDIDATES = 100

_SIGNS = re.compile("[!%_]")
_LONGEST_PART = 100  # SQLite takes no pattern of more than 50,000 octets
_NO_ASCII = {
    Engine.SQLITE: "length(cast({0} as blob)) <> length({0})",
    Engine.POSTGRES: "octet_length({0}) <> length({0})",
}
_HOLDS = {
    Engine.SQLITE: "lower({0}) like ? escape '!'",
    # In Turkish I is no capital of i.
    Engine.POSTGRES: """lower({0} collate "C") like ? escape '!'""",
}
_COLUMNS = ("name", "display_name")


class _Named(NamedTuple):
    """Somebody whose addresses have not been read yet."""

    name: str
    display_name: str
    is_list: bool


class AddressBook:
    """Resolves names, and shows who is there."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """Give those of that name, or else those whose names it begins, as far as a person can choose among them."""
        pattern = NamePattern(name)

        def best(named: Sequence[_Named]) -> list[_Named]:
            exact: list[_Named] = []
            begun: list[_Named] = []
            for one in named:
                match pattern.match((one.display_name, one.name)):
                    case NameMatch.EXACT:
                        exact.append(one)
                    case NameMatch.BEGINS:
                        begun.append(one)
                    case NameMatch.NONE:
                        pass
            return exact or begun

        return await self._entries(name, best, _MOST_CANDIDATES, deadline)

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        pattern = NamePattern(name)

        def fitting(named: Sequence[_Named]) -> list[_Named]:
            return [one for one in named if not name.strip() or pattern.match((one.display_name, one.name))]

        return await self._entries(name, fitting, limit, deadline)

    async def _entries(
        self, name: str, choose: Callable[[Sequence[_Named]], list[_Named]], limit: int, deadline: Deadline
    ) -> Sequence[AddressBookEntry]:
        def work(connection: Connection) -> list[AddressBookEntry]:
            chosen = sorted(choose(_named(connection, name)), key=lambda one: (fold(one.display_name), fold(one.name)))
            found = [self._entry(connection, one) for one in chosen[:limit]]
            return [one for one in found if one is not None]

        return await self._directory.read(work, deadline)

    def _entry(self, connection: Connection, named: _Named) -> AddressBookEntry | None:
        found: Mailbox | Entry | None
        found = find_list(connection, named.name) if named.is_list else find_mailbox(connection, named.name)
        if found is None:
            return None
        address = primary_address(found) or self._directory.distinguished_name(found)
        kind = DisplayType.DISTRIBUTION_LIST if named.is_list else DisplayType.MAIL_USER
        return AddressBookEntry(address, kind, (named.name,), self._directory.entry_id(found))

    async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]:
        found = await self._directory.look_up(entry.address, deadline)
        if not isinstance(found, DistributionList):
            raise NotFound(f"{entry}: there is no such list (any more)")
        kinds = await self._directory.look_up_many(found.members, deadline)
        return [
            AddressBookEntry(
                member, DisplayType.DISTRIBUTION_LIST if isinstance(kind, DistributionList) else DisplayType.MAIL_USER
            )
            for member, kind in zip(found.members, kinds, strict=True)
        ]


def _named(connection: Connection, name: str) -> list[_Named]:
    """Read all that a name may fit, and some that it does not: folding is Python's, but what is ASCII has few cases."""
    folded = fold(name.strip(), ignore_non_space=True)
    part = max(words(folded), key=len, default=folded)[:_LONGEST_PART]
    no_ascii = _NO_ASCII[connection.engine]
    tests = [no_ascii.format(column) for column in _COLUMNS]
    parameters: list[str] = []
    if part.isascii() and "\0" not in part:
        tests += [_HOLDS[connection.engine].format(column) for column in _COLUMNS]
        escaped = _SIGNS.sub(r"!\g<0>", part)
        parameters = [f"%{escaped}%"] * len(_COLUMNS)
    fits = " or ".join(tests)
    rows = connection.rows(
        f"select name, display_name, 0 from mailbox where {fits} union all"
        f" select name, display_name, 1 from directory_entry where name is not null and ({fits})",
        parameters * 2,
    )
    return [_Named(named, shown, bool(is_list)) for named, shown, is_list in rows]
