"""An address book as sessions use it: called as a plug-in is, with what it gives checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgcore.base.times import Deadline
from msgcore.errors import PluginBroken
from msgcore.model.address import Address
from msgcore.spi.addressbook import AddressBookEntry, AddressBookProvider
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.plugin import Plugin

__all__ = ["GuardedAddressBook"]


class GuardedAddressBook:
    """One address book of a plug-in."""

    def __init__(self, plugin: Plugin, provider: AddressBookProvider) -> None:
        """Read what the address book says of itself.

        Raises:
            PluginBroken: that is nonsense.
        """
        self.name = plugin.name
        self._plugin = plugin
        self._provider: Any = provider
        self.capabilities = plugin.attribute(lambda: capabilities_of(provider))

    async def resolve_name(self, name: str, deadline: Deadline) -> list[AddressBookEntry]:
        """Give all that a name may stand for.

        Raises:
            PluginBroken, MsgcoreError: it cannot be said whom the address book knows.
        """
        return await self._entries(self._provider.resolve_name, name, deadline)

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> list[AddressBookEntry]:
        """Give the entries that a name begins; of an address book that cannot be browsed, none."""
        if Capability.ENTRIES not in self.capabilities:
            return []
        method = self._provider.find_entries
        found = self._checked(method, await self._plugin.call(method, name, limit, deadline, deadline=deadline))
        if len(found) > limit:
            raise self._plugin.nonsense(method, found, f"at most {limit} entries")
        return found

    async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> list[AddressBookEntry]:
        """Give the members of a list.

        Raises:
            PluginBroken: the address book gives a personal list, and not who is in it.
            NotFound: the list is gone.
        """
        if Capability.MEMBERS not in self.capabilities:
            raise PluginBroken(f"{self.name}: {entry} is a list, and the address book has no list_members")
        return await self._entries(self._provider.list_members, entry, deadline)

    async def _entries(
        self, method: Callable[..., object], asked: object, deadline: Deadline
    ) -> list[AddressBookEntry]:
        return self._checked(method, await self._plugin.call(method, asked, deadline, deadline=deadline))

    def _checked(self, method: Callable[..., object], given: object) -> list[AddressBookEntry]:
        found: Sequence[object] = self._plugin.sequence(object, method, given)
        entries: list[AddressBookEntry] = []
        for one in found:
            entry = AddressBookEntry(one) if isinstance(one, Address) else one
            if not isinstance(entry, AddressBookEntry) or not entry.address.is_resolved:
                raise self._plugin.nonsense(method, given, "a sequence of entries or addresses, each with a type")
            entries.append(entry)
        return entries
