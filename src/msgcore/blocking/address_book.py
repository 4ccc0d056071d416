"""The personal address book for blocking code."""

from __future__ import annotations

from msgcore.blocking.twin import twin_of
from msgcore.model.address import Address
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.contacts import address_book as _address_book
from msgcore.session.contacts.address_book import EntryLike, MembersLike
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.addressbook import AddressBookEntry

__all__ = ["AddressBook"]


@twin_of(_address_book.AddressBook)
class AddressBook:
    """:class:`msgcore.session.contacts.address_book.AddressBook` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _address_book.AddressBook) -> None:
        """Use ``store.address_book``, or the session's."""
        self._runtime = runtime
        self._inner = inner

    def entries(
        self, name: str = "", *, limit: int = 1_000, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        return self._runtime.run(self._inner.entries(name, limit=limit, timeout_seconds=timeout_seconds))

    def members(
        self, entry: EntryLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        return self._runtime.run(self._inner.members(entry, timeout_seconds=timeout_seconds))

    def add_person(
        self,
        name: str,
        address: str | Address,
        *,
        nickname: str = "",
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> AddressBookEntry:
        return self._runtime.run(
            self._inner.add_person(name, address, nickname=nickname, timeout_seconds=timeout_seconds)
        )

    def add_list(
        self, name: str, members: MembersLike = (), *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> AddressBookEntry:
        return self._runtime.run(self._inner.add_list(name, members, timeout_seconds=timeout_seconds))

    def change(
        self,
        entry: EntryLike,
        *,
        name: str | None = None,
        address: str | Address | None = None,
        nickname: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> AddressBookEntry:
        return self._runtime.run(
            self._inner.change(entry, name=name, address=address, nickname=nickname, timeout_seconds=timeout_seconds)
        )

    def set_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_members(entry, members, timeout_seconds=timeout_seconds))

    def add_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.add_members(entry, members, timeout_seconds=timeout_seconds))

    def remove_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.remove_members(entry, members, timeout_seconds=timeout_seconds))

    def remove(self, *entries: EntryLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove(*entries, timeout_seconds=timeout_seconds))
