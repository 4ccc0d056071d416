"""The entries of a Contacts folder, remembered between calls: after the first look only changes are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import InvalidToken, NotFound
from msgcore.runtime.abc import Runtime
from msgcore.session.contacts.forms import CONTACT_COLUMNS, read_entry
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.folder_rows import FolderContents
from msgcore.spi.addressbook import AddressBookEntry
from msgcore.spi.capability import Capability
from msgcore.spi.changes import ChangeKind
from msgcore.spi.guarded_store import GuardedStore

__all__ = ["Entries", "KnownContacts"]

Entries = Mapping[bytes, AddressBookEntry]
"""By entry id, in the order of their names."""

_PAGE = 1_000


@attrs.frozen
class _State:
    """What was there when the token was given."""

    token: bytes
    entries: Entries


class KnownContacts:
    """What is known of one store. May be shared by threads and tasks: who comes later finds an earlier state at worst,
    and reads the changes since that.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._state: _State | None = None
        self.changing = runtime.lock()
        """Held by whoever reads an entry in order to write it anew: of two the second sees what the first did."""

    async def entries(self, store: GuardedStore, folder: EntryId, deadline: Deadline) -> Entries:
        """Give all people and lists as they are now."""
        if not store.can(Capability.CHANGES):
            return await _all(store, folder, deadline)
        try:
            self._state = await _next(self._state, store, folder, deadline)
        except InvalidToken:
            self._state = await _next(None, store, folder, deadline)
        return self._state.entries


async def _next(state: _State | None, store: GuardedStore, folder: EntryId, deadline: Deadline) -> _State:
    token = None if state is None else state.token
    changed: dict[EntryId, bool] = {}
    while True:
        found = await store.changes_since(folder, token, _PAGE, deadline)
        changed.update((one.entry_id, one.kind is ChangeKind.DELETED) for one in found.changes if not one.is_associated)
        token = found.token
        if not found.has_more:
            break
    if state is None:  # the token first: what comes while all is read is read again
        return _State(token, await _all(store, folder, deadline))
    if not changed:
        return _State(token, state.entries)
    entries = {**state.entries}
    for entry_id, is_gone in changed.items():
        entry = None if is_gone else await _one(store, entry_id, deadline)
        entries.pop(bytes(entry_id), None)
        if entry is not None:
            entries[bytes(entry_id)] = entry
    return _State(token, _by_name(entries.values()))


async def _one(store: GuardedStore, entry_id: EntryId, deadline: Deadline) -> AddressBookEntry | None:
    try:
        return read_entry(await store.row(entry_id, CONTACT_COLUMNS, deadline))
    except NotFound:
        return None  # deleted since


async def _all(store: GuardedStore, folder: EntryId, deadline: Deadline) -> Entries:
    view = FlatView(FolderContents(store, folder), None, ())
    found = map(read_entry, await view.read_all(CONTACT_COLUMNS, deadline))
    return _by_name(one for one in found if one is not None)


def _by_name(entries: Iterable[AddressBookEntry]) -> Entries:
    return {one.entry_id: one for one in sorted(entries, key=lambda one: fold(one.display_name))}
