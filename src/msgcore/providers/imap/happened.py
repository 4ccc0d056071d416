"""What has happened in a folder, by entry ids, of what a look has found."""

from __future__ import annotations

from collections.abc import Iterator

from msgcore.base.ids import EntryId
from msgcore.providers.imap.directory import Directory, Folder
from msgcore.providers.imap.ids import split_number
from msgcore.providers.imap.looking import NOTHING_SEEN, Change, Seen
from msgcore.spi.store import EventKind, StoreEvent

__all__ = ["about_folder", "events_of"]


def about_folder(kind: EventKind, folder: Folder) -> StoreEvent:
    """Say that something has happened to a folder itself."""
    return StoreEvent(kind, folder.parent_id or folder.entry_id, folder.entry_id)


def events_of(
    directory: Directory, folder: Folder, before: Seen, now: Seen, change: Change, is_inbox: bool
) -> Iterator[StoreEvent]:
    """Say what has changed by entry ids: a message in the place of another has that one's, and is changed."""

    def event(kind: EventKind, entry_id: EntryId) -> StoreEvent:
        return StoreEvent(kind, folder.entry_id, entry_id)

    replaced: set[int] = set()
    for uid in change.came:
        entry_id = directory.entry_id(folder, uid)
        tag, first = split_number(entry_id.number)
        if tag == folder.tag and first != uid and first in before.uids:
            replaced.add(first)
            yield event(EventKind.MODIFIED, entry_id)
        else:
            is_new = is_inbox and uid not in change.read and before is not NOTHING_SEEN
            yield event(EventKind.NEW_MAIL if is_new else EventKind.CREATED, entry_id)
    for uid in change.changed:
        yield event(EventKind.MODIFIED, directory.entry_id(folder, uid))
    for uid in change.gone:
        if uid in replaced:
            continue
        entry_id = directory.entry_id(folder, uid)
        other = directory.uid_in(folder, bytes(entry_id))
        is_there = other is not None and other != uid and other in now.uids
        yield event(EventKind.MODIFIED if is_there else EventKind.DELETED, entry_id)
