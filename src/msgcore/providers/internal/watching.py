"""Telling what happens in a folder, or in the whole store: after each commit, whoever made it, what changed is read.

A look may have to be made twice (a server is lost), so it changes nothing: what it found is taken when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import ObjectDeleted
from msgcore.providers.internal.changes import Scope, changes_since, token_of_now
from msgcore.providers.internal.dialect import chunks
from msgcore.runtime import Connection, Database, Runtime
from msgcore.spi.changes import Change, ChangeKind
from msgcore.spi.store import EventKind, EventSink, StoreEvent

__all__ = ["FolderWatch", "SearchWatch", "StoreWatch", "watch"]

_AT_ONCE = 1_000
_KINDS = {
    ChangeKind.CREATED: EventKind.CREATED,
    ChangeKind.MOVED: EventKind.MOVED,
    ChangeKind.DELETED: EventKind.DELETED,
}


async def watch(
    runtime: Runtime,
    database: Database,
    watched: FolderWatch | SearchWatch | StoreWatch,
    sink: EventSink,
    deadline: Deadline,
) -> Callable[[], None]:
    """Tell ``sink`` what becomes of what is watched, until the result is called."""

    def tell() -> None:
        try:
            found = database.look(watched.look)
        except ObjectDeleted:  # the mailbox was removed: nothing happens in it any more
            return
        watched.take(found)
        if found.events:
            sink(found.events)

    # The first look, which others who tell wait for, finds where the watch begins.
    return await database.listen(runtime, tell, deadline, is_told_at_once=True)


@attrs.frozen
class _Found:
    """What a look found, and the token for the next one; ``came`` and ``went`` are the links of a search folder."""

    token: bytes
    events: Sequence[StoreEvent] = ()
    came: Collection[int] = ()
    went: Collection[int] = ()


class _Watch:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._token: bytes | None = None

    def take(self, found: _Found) -> None:
        """Go on from what a look has found."""
        self._token = found.token

    def _changes(self, connection: Connection, token: bytes) -> tuple[list[Change], bytes]:
        """Give what has changed, but for associated messages, and the token of now."""
        changes: list[Change] = []
        has_more = True
        while has_more:
            found = changes_since(connection, self._scope, token, _AT_ONCE, tells_unseen=True)
            changes += (change for change in found.changes if not change.is_associated)
            token, has_more = found.token, found.has_more
        return changes, token


class StoreWatch(_Watch):
    """What happens in a mailbox, which is the scope."""

    def look(self, connection: Connection) -> _Found:
        if self._token is None:
            return _Found(token_of_now(connection, self._scope))
        changes, token = self._changes(connection, self._token)
        receiving = self._receiving(connection) if any(_is_new(one) for one in changes) else frozenset[int]()
        # One that moved and changed is two changes, and one that changed in two ways is told once.
        told = dict.fromkeys(_event_of(one, receiving) for one in changes)
        return _Found(token, list(told))

    def _receiving(self, connection: Connection) -> frozenset[int]:
        """Find the folders that mail is received in."""
        rows = connection.rows("select folder_id from receive_folder where mailbox_id = ?", (self._scope.mailbox,))
        return frozenset(number for (number,) in rows)


def _is_new(change: Change) -> bool:
    is_message = change.entry_id.kind == ObjectKind.MESSAGE
    return is_message and change.kind is ChangeKind.CREATED and not change.is_read


def _event_of(change: Change, receiving: Collection[int]) -> StoreEvent:
    kind = _KINDS.get(change.kind, EventKind.MODIFIED)
    if _is_new(change) and change.folder.number in receiving:
        kind = EventKind.NEW_MAIL
    return StoreEvent(kind, change.folder, change.entry_id)


class _OfFolder(_Watch):
    def __init__(self, scope: Scope, folder: EntryId) -> None:
        super().__init__(scope)
        self._folder = folder

    def _event(self, kind: EventKind, entry_id: EntryId) -> StoreEvent:
        return StoreEvent(kind, self._folder, entry_id)


class FolderWatch(_OfFolder):
    """What happens in a folder; ``scope`` is that folder."""

    def look(self, connection: Connection) -> _Found:
        if self._token is None:
            return _Found(token_of_now(connection, self._scope))
        changes, token = self._changes(connection, self._token)
        return _Found(token, [self._event(_KINDS.get(one.kind, EventKind.MODIFIED), one.entry_id) for one in changes])


class SearchWatch(_OfFolder):
    """What happens in a search folder; ``scope`` is the mailbox, whose changes are looked up among the links.

    A link comes or goes with a change of its message, or with one of a folder: the search's, or one that moved.
    """

    def __init__(self, scope: Scope, folder: EntryId) -> None:
        super().__init__(scope, folder)
        self._known: set[int] = set()

    def take(self, found: _Found) -> None:
        super().take(found)
        self._known.difference_update(found.went)
        self._known.update(found.came)

    def look(self, connection: Connection) -> _Found:
        if self._token is None:
            return _Found(token_of_now(connection, self._scope), came=self._links(connection))
        changes, token = self._changes(connection, self._token)
        changed = {one.entry_id.number for one in changes if one.entry_id.kind == ObjectKind.MESSAGE}
        if any(one.entry_id.kind == ObjectKind.FOLDER for one in changes):
            links, known = self._links(connection), self._known
        else:
            links, known = self._links_of(connection, sorted(changed)), self._known & changed
        came, went = links - known, known - links
        events = [
            *self._about(EventKind.DELETED, went),
            *self._about(EventKind.CREATED, came),
            *self._about(EventKind.MODIFIED, links & known & changed),
        ]
        return _Found(token, events, came, went)

    def _about(self, kind: EventKind, numbers: Iterable[int]) -> Iterable[StoreEvent]:
        return (self._event(kind, self._scope.message(number)) for number in sorted(numbers))

    def _links(self, connection: Connection) -> set[int]:
        rows = connection.rows("select message_id from search_link where folder_id = ?", (self._folder.number,))
        return {number for (number,) in rows}

    def _links_of(self, connection: Connection, messages: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for some in chunks(messages):
            marks = ", ".join("?" * len(some))
            sql = f"select message_id from search_link where folder_id = ? and message_id in ({marks})"
            found.update(number for (number,) in connection.rows(sql, (self._folder.number, *some)))
        return found
