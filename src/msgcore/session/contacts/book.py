"""A Contacts folder as an address book: read once, asked often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import MAPIPDL
from msgcore.session.access import StoreAccess
from msgcore.session.contacts.forms import CONTACT_COLUMNS, Member, read_entry, read_members
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.folder_rows import FolderContents
from msgcore.session.tables.gap import BEGINNING, Gap
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, NamePattern, best_matches
from msgcore.spi.store import SpecialFolder

__all__ = ["ContactsBook"]

_PAGE = 1_000
_LOAD_LIMIT_OCTETS = 32 * 1024 * 1024


class ContactsBook:
    """The people and lists of a store as they are when it is asked first: one is made for each call of a session."""

    def __init__(self, store: StoreAccess) -> None:
        self._store = store
        self.name = store.display_name
        self._read: Mapping[bytes, AddressBookEntry] | None = None

    async def entries(self, deadline: Deadline) -> Mapping[bytes, AddressBookEntry]:
        """Give all by entry id, in the order of their names."""
        if self._read is None:
            found = [entry for entry in await self._rows(deadline) if entry is not None]
            found.sort(key=lambda one: fold(one.display_name))
            self._read = {one.entry_id: one for one in found}
        return self._read

    async def _rows(self, deadline: Deadline) -> list[AddressBookEntry | None]:
        folder = self._store.special_folders[SpecialFolder.CONTACTS]
        view = FlatView(FolderContents(self._store.provider, folder), None, ())
        found: list[AddressBookEntry | None] = []
        gap = BEGINNING
        while True:
            page = await view.read(gap, CONTACT_COLUMNS, _PAGE, deadline)
            found += [read_entry(row) for row in page.rows]
            if len(page.rows) < _PAGE:
                return found
            gap = Gap(page.place(_PAGE - 1), is_after=True)

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
        known = await self.entries(deadline)
        if entry.entry_id not in known:
            raise NotFound(f"{entry}: there is no such list in {self.name} (any more)")
        contact = await self._store.provider.load(EntryId.parse(entry.entry_id), _LOAD_LIMIT_OCTETS, deadline)
        return [found for found in (_entry_of(one, known) for one in read_members(contact)) if found is not None]


def _entry_of(member: Member, known: Mapping[bytes, AddressBookEntry]) -> AddressBookEntry | None:
    found = known.get(member.entry_id)
    if found is not None:
        return found
    if not member.address.is_resolved:
        return None
    is_list = member.address.address_type == MAPIPDL
    return (
        AddressBookEntry(member.address, DisplayType.PRIVATE_DISTRIBUTION_LIST)
        if is_list
        else AddressBookEntry(member.address)
    )
