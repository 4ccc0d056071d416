"""The personal address book as applications see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import cast

import attrs

from msgcore.base.ids import EntryId, provider_uid_of
from msgcore.base.text import refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.errors import AmbiguousName, InvalidAddress, NotFound, ObjectChanged, UnresolvedName, UsageError
from msgcore.model.address import MAPIPDL, Address, parse_address, parse_addresses
from msgcore.model.message import Message
from msgcore.session.access import LOAD_LIMIT_OCTETS, StoreAccess
from msgcore.session.checked import checked_limit
from msgcore.session.contacts.book import ContactsBook
from msgcore.session.contacts.forms import CONTACT_CLASS, LIST_CLASS, write_list, write_members, write_person
from msgcore.session.contacts.known import KnownContacts
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.addressbook import AddressBookEntry, NameMatch, NamePattern
from msgcore.spi.store import Incoming, SpecialFolder

__all__ = ["AddressBook", "EntryLike", "MembersLike"]

EntryLike = AddressBookEntry | str
"""What names an entry of a personal address book: the entry itself, or a name that it alone has."""

MemberLike = str | Address | AddressBookEntry
MembersLike = MemberLike | Iterable[MemberLike]
"""Members of a list: addresses in any text form, entries, and names of entries."""

_TRIES = 10


@each_call_whole("_store.runtime")
class AddressBook:
    """People and personal distribution lists in a store's Contacts folder. May be shared by threads and tasks.

    Each is a message there (IPM.Contact, IPM.DistList), which any other program may change as well. Changes are made
    one behind the other, each to what is there then. None is lost to another program where the store knows versions
    (:mod:`msgcore.spi.versions`).
    """

    def __init__(self, store: StoreAccess, known: KnownContacts) -> None:
        """Use ``store.address_book``, or the session's."""
        self._store = store
        self._known = known
        self._folder = store.special_folders[SpecialFolder.CONTACTS]

    async def entries(
        self, name: str = "", *, limit: int = 1_000, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        """List people and lists by name, at most ``limit``; with a ``name`` those that it begins."""
        deadline = self._store.deadline(timeout_seconds)
        return tuple(await self._book().find_entries(name, checked_limit(limit, "entries"), deadline))

    async def members(
        self, entry: EntryLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        """List the members of a list as they are now, lists among them as such.

        Raises:
            NotFound: there is no such list.
        """
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        return tuple(await book.list_members(await _list(book, entry, deadline), deadline))

    async def add_person(
        self,
        name: str,
        address: str | Address,
        *,
        nickname: str = "",
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> AddressBookEntry:
        """Add a person; ``nickname`` is another name to be found by.

        Raises:
            InvalidAddress: it is no address.
            UsageError: there is no name.
        """
        contact = Message(message_class=CONTACT_CLASS)
        write_person(contact, attrs.evolve(_address(address), display_name=_name(name)), _text(nickname))
        return await self._save(contact, self._store.deadline(timeout_seconds))

    async def add_list(
        self, name: str, members: MembersLike = (), *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> AddressBookEntry:
        """Add a personal distribution list.

        A member that is an entry of this address book is followed when its address changes; a list may be in a list.

        Raises:
            UsageError: there is no name, or a list of that name.
            UnresolvedName, AmbiguousName: a member is a name that no entry has, or several have.
        """
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        await _check_free(book, _name(name), deadline)
        contact = Message(message_class=LIST_CLASS)
        write_list(contact, name)
        write_members(contact, await _members(book, members, deadline))
        return await self._save(contact, deadline)

    async def change(
        self,
        entry: EntryLike,
        *,
        name: str | None = None,
        address: str | Address | None = None,
        nickname: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> AddressBookEntry:
        """Change what a person is called or has as address, or a list's name; what is ``None`` stays.

        Raises:
            NotFound: there is no such entry.
            UsageError: a list gets an address, or the name of another list.
        """
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        known = await _entry(book, entry, deadline)
        shown = known.display_name if name is None else _name(name)
        if not known.is_list:
            new = known.address if address is None else _address(address)
            person, other_name = attrs.evolve(new, display_name=shown), None if nickname is None else _text(nickname)
            await self._rewrite(known, lambda contact: write_person(contact, person, other_name), deadline)
        elif address is not None or nickname is not None:
            raise UsageError(f"{known.display_name!r} is a list, which has a name and members only")
        else:
            await _check_free(book, shown, deadline, itself=known)
            await self._rewrite(known, lambda contact: write_list(contact, shown), deadline)
        return (await self._book().entries(deadline))[known.entry_id]

    async def set_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Say who is in a list; raises as :meth:`add_list` and :meth:`members` do."""
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        known = await _list(book, entry, deadline)
        given = await _members(book, members, deadline)
        await self._rewrite(known, lambda contact: _write_once(contact, given), deadline)

    async def add_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Put members behind those of a list; who is one stays where it is. Raises as :meth:`set_members` does."""
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        known = await _list(book, entry, deadline)
        given = await _members(book, members, deadline)

        async def add(contact: Message) -> None:
            _write_once(contact, [*await book.members_of(contact, deadline), *given])

        await self._rewrite(known, add, deadline)

    async def remove_members(
        self, entry: EntryLike, members: MembersLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Take members out of a list; who is none is passed over. Raises as :meth:`set_members` does."""
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        known = await _list(book, entry, deadline)
        leaving = {one.address.search_key for one in await _members(book, members, deadline)}

        async def take_out(contact: Message) -> None:
            there = await book.members_of(contact, deadline)
            _write_once(contact, [one for one in there if one.address.search_key not in leaving])

        await self._rewrite(known, take_out, deadline)

    async def remove(self, *entries: EntryLike, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete people and lists, all or none.

        Lists that a person was in keep the address; a list that another has as a member has to leave that, too.

        Raises:
            NotFound: one of them is not there.
        """
        deadline = self._store.deadline(timeout_seconds)
        book = self._book()
        known = [await _entry(book, one, deadline) for one in entries]
        await self._store.provider.delete([EntryId.parse(one.entry_id) for one in known], deadline)

    def _book(self) -> ContactsBook:
        return ContactsBook(self._store, self._known)

    async def _rewrite(
        self, known: AddressBookEntry, write: Callable[[Message], Awaitable[None] | None], deadline: Deadline
    ) -> None:
        """Write an entry anew, made of what is there at that moment; those who share the store take turns."""
        await self._known.changing.acquire(deadline)
        try:
            for tries_left in reversed(range(_TRIES)):
                try:
                    return await self._rewrite_once(EntryId.parse(known.entry_id), write, deadline)
                except ObjectChanged:  # by another process
                    if not tries_left:
                        raise
        finally:
            self._known.changing.release()

    async def _rewrite_once(
        self, entry_id: EntryId, write: Callable[[Message], Awaitable[None] | None], deadline: Deadline
    ) -> None:
        contact = await self._store.provider.load(entry_id, LOAD_LIMIT_OCTETS, deadline)
        written = write(contact)
        if written is not None:
            await written
        await self._store.provider.save_changes(entry_id, contact, deadline)

    async def _save(self, contact: Message, deadline: Deadline) -> AddressBookEntry:
        (saved,) = await self._store.provider.save(self._folder, [Incoming(contact, is_read=True)], deadline)
        return (await self._book().entries(deadline))[bytes(saved)]


async def _entry(book: ContactsBook, given: EntryLike, deadline: Deadline) -> AddressBookEntry:
    """Find the one entry that is meant: a name has to be its own, for something is done to it."""
    known = await book.entries(deadline)
    if isinstance(given, AddressBookEntry):
        if given.entry_id not in known:
            raise NotFound(f"{given}: is no entry of {book.name} (any more)")
        return known[given.entry_id]
    if not isinstance(cast(object, given), str):
        raise UsageError(f"need an entry or its name, got {type(given).__name__}")
    named = _called(known.values(), given)
    if len(named) > 1:
        raise AmbiguousName(given, [one.address for one in named], f"{given!r} is the name of several; give the entry")
    if not named:
        raise NotFound(f"{book.name} has no entry of the name {given!r}")
    return named[0]


def _called(entries: Iterable[AddressBookEntry], name: str) -> list[AddressBookEntry]:
    pattern = NamePattern(name)
    return [one for one in entries if pattern.match(one.names) is NameMatch.EXACT]


async def _list(book: ContactsBook, given: EntryLike, deadline: Deadline) -> AddressBookEntry:
    if isinstance(given, str):  # a person may have the name of a list
        lists = [one for one in _called((await book.entries(deadline)).values(), given) if one.is_list]
        if len(lists) == 1:
            return lists[0]
    found = await _entry(book, given, deadline)
    if not found.is_list:
        raise NotFound(f"{found} is no list")
    return found


def _write_once(contact: Message, members: Sequence[AddressBookEntry]) -> None:
    once = {(one.address.search_key, one.entry_id): one for one in reversed(members)}
    write_members(contact, [*reversed(once.values())])


async def _check_free(
    book: ContactsBook, name: str, deadline: Deadline, *, itself: AddressBookEntry | None = None
) -> None:
    others = [one for one in (await book.entries(deadline)).values() if one.is_list and one != itself]
    if _called(others, name):
        raise UsageError(f"there is a list {name!r} already")


async def _members(book: ContactsBook, given: MembersLike, deadline: Deadline) -> list[AddressBookEntry]:
    items = (given,) if isinstance(given, str | Address | AddressBookEntry) else given
    if not isinstance(cast(object, items), Iterable):
        raise UsageError(f"members: need addresses, entries or names, got {type(items).__name__}")
    found: list[AddressBookEntry] = []
    for item in items:
        if isinstance(item, AddressBookEntry):
            found.append(await _own_or_address(book, item, deadline))
        elif isinstance(item, Address):
            found.append(await _member(book, item, deadline))
        elif isinstance(cast(object, item), str):
            found += [await _member(book, address, deadline) for address in parse_addresses(item)]
        else:
            raise UsageError(f"members: need text, an Address or an entry, got {type(item).__name__}")
    return found


async def _own_or_address(book: ContactsBook, given: AddressBookEntry, deadline: Deadline) -> AddressBookEntry:
    """Find an entry of this address book; one of another has to have an address, which it goes by here."""
    is_own = provider_uid_of(given.entry_id) == book.uid
    if given.entry_id and (is_own or given.is_personal_list):
        return await _entry(book, given, deadline)
    return attrs.evolve(given, entry_id=b"")


async def _member(book: ContactsBook, address: Address, deadline: Deadline) -> AddressBookEntry:
    if address.is_resolved and address.address_type != MAPIPDL:
        return AddressBookEntry(address)
    name = address.email_address if address.is_resolved else address.display_name
    try:
        return await _entry(book, name, deadline)
    except AmbiguousName:
        raise
    except NotFound as error:
        raise UnresolvedName(name, f"{error}; give the address") from error


def _address(given: str | Address) -> Address:
    address = parse_address(given) if isinstance(given, str) else given
    if not address.is_resolved or address.address_type == MAPIPDL:
        raise InvalidAddress(f"{address}: a person needs an address, such as ann@a.test")
    return address


def _text(given: str) -> str:
    return refuse_line_ends(given, "name").strip()


def _name(given: str) -> str:
    name = _text(given)
    if not name:
        raise UsageError("a person or a list needs a name")
    return name
