"""A Contacts folder as an address book."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import MAPIPDL
from msgcore.model.message import Message
from msgcore.session.access import LOAD_LIMIT_OCTETS, StoreAccess
from msgcore.session.contacts.forms import CONTACT_COLUMNS, Member, read_email, read_members
from msgcore.session.contacts.known import Entries, KnownContacts
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, NamePattern, best_matches
from msgcore.spi.store import SpecialFolder

__all__ = ["ContactsBook"]


class ContactsBook:
    """The people and lists of a store as they are when it is asked first: one is made for each call of a session."""

    def __init__(self, store: StoreAccess, known: KnownContacts) -> None:
        self._store = store
        self._known = known
        self.name = store.display_name
        self.uid = store.provider.uid
        self._read: Entries | None = None

    async def entries(self, deadline: Deadline) -> Entries:
        """Give all by entry id, in the order of their names."""
        if self._read is None:
            folder = self._store.special_folders[SpecialFolder.CONTACTS]
            self._read = await self._known.entries(self._store.provider, folder, deadline)
        return self._read

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]:
        return best_matches(name, (await self.entries(deadline)).values())

    async def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        pattern = NamePattern(name)
        everybody = (await self.entries(deadline)).values()
        return [one for one in everybody if not name.strip() or pattern.match(one.names)][:limit]

    async def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """Give the members as they are now; a person who is no entry any more is who it was.

        A list that is gone is given by its name, without an entry id.

        Raises:
            NotFound: the list itself is gone.
        """
        if entry.entry_id not in await self.entries(deadline):
            raise NotFound(f"{entry}: there is no such list in {self.name} (any more)")
        contact = await self._store.provider.load(EntryId.parse(entry.entry_id), LOAD_LIMIT_OCTETS, deadline)
        return await self.members_of(contact, deadline)

    async def members_of(self, contact: Message, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """Give the members of a list that was loaded, as :meth:`list_members` does."""
        known = await self.entries(deadline)
        found = [await self._entry_of(one, known, deadline) for one in read_members(contact)]
        return [one for one in found if one is not None]

    async def _entry_of(self, member: Member, known: Entries, deadline: Deadline) -> AddressBookEntry | None:
        if member.entry_id not in known:
            return _as_it_was(member)
        if member.email == 0:
            return known[member.entry_id]
        return await self._by_email(member, deadline) or _as_it_was(member)

    async def _by_email(self, member: Member, deadline: Deadline) -> AddressBookEntry | None:
        """Find a person by an address that is not the one that the entry goes by."""
        if member.email is None:
            return None
        try:
            contact = await self._store.provider.row(EntryId.parse(member.entry_id), CONTACT_COLUMNS, deadline)
        except NotFound:
            return None  # deleted since
        address = read_email(contact, member.email)
        return None if address is None else AddressBookEntry(address)


def _as_it_was(member: Member) -> AddressBookEntry | None:
    if not member.address.is_resolved:
        return None
    is_list = member.address.address_type == MAPIPDL
    return (
        AddressBookEntry(member.address, DisplayType.PRIVATE_DISTRIBUTION_LIST)
        if is_list
        else AddressBookEntry(member.address)
    )
