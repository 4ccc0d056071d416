"""Telling what happens in a session's stores, to its services, and in its outgoing queue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, cast

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, UsageError
from msgcore.profile.profile import Profile
from msgcore.props.table import PidTagParentEntryId
from msgcore.runtime.abc import Event, Runtime
from msgcore.session.access import FolderLike
from msgcore.session.notices.callbacks import Callbacks
from msgcore.session.notices.notification import Notification, NotificationKind, notification_of
from msgcore.session.notices.notifications import SessionNotifications
from msgcore.session.notices.subscription import Put, Subscription, Watch
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.sessions.sending import SessionSending
from msgcore.session.table import Table
from msgcore.session.tables.events import TableEvent
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import SpecialFolder, StoreEvent

__all__ = ["SessionNoticing"]

_EVERY_KIND = frozenset(NotificationKind)
_OF_OBJECTS = _EVERY_KIND - {NotificationKind.STATUS, NotificationKind.QUEUE, NotificationKind.LOOK_AGAIN}


class SessionNoticing(SessionSending):
    """Advise whoever wants to know."""

    def __init__(self, runtime: Runtime, profile: Profile) -> None:
        super().__init__(runtime, profile)
        self._callbacks = Callbacks(runtime)

    async def advise(
        self,
        callback: Callable[[Any], object],
        about: FolderLike | Table | None = None,
        *,
        kinds: Iterable[NotificationKind] | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> int:
        """Call a function with each :class:`Notification` from now on; give the connection for :meth:`unadvise`.

        ``about`` is a store, a folder (and what is in it), a message, or the entry id of one; without it all stores of
        the session that can tell, its status and its outgoing queue. ``kinds`` leaves out others. What moves out of a
        folder is ``DELETED`` to who listens to that. With a table the function gets its ``TableEvent``; the table is
        the callbacks' own then, to be read in them only.

        All functions are called by one thread or task of the session's, which they hold up while they last; what they
        raise is logged. They may call the session, also to log off. In asyncio they may be ``async def``.

        Raises:
            NotSupported: the store that it is about, or this kind of table, cannot tell.
            UsageError: it is no function, or ``kinds`` are none.
            Closed: the session was logged off.
        """
        if not callable(cast(object, callback)):
            raise UsageError(f"advise: need a function, got {type(callback).__name__}")
        deadline = self._runtime.deadline(timeout_seconds)
        if not isinstance(about, Table):
            subscription = await self._subscribed(about, _checked(kinds), deadline, self._callbacks.bell)
            return self._callbacks.add(subscription, callback)
        if kinds is not None:
            raise UsageError("advise: a table's events have kinds of their own")
        self._need_open()
        about.ring(self._callbacks.bell)
        await about.advise(timeout_seconds=timeout_seconds)
        return self._callbacks.add(_HeardTable(about), callback)

    def unadvise(self, connection: int) -> None:
        """Call a function no more, which may be at work for the last time.

        Raises:
            UsageError: it is no connection that :meth:`advise` gave, or has ended.
        """
        self._callbacks.remove(connection)

    def notifications(
        self,
        about: FolderLike | None = None,
        *,
        kinds: Iterable[NotificationKind] | None = None,
        timeout_seconds: float | None = None,
    ) -> SessionNotifications:
        """Iterate over what happens, of all or of some kinds; ``about`` is as with :meth:`advise`.

        It ends when nothing has happened for ``timeout_seconds``, or at logoff with what was told by then. Of more than
        1,000 notifications that wait, one ``LOOK_AGAIN`` is left.
        """
        wanted = _checked(kinds)
        return SessionNotifications(
            self._runtime,
            lambda deadline: self._subscribed(about, wanted, deadline),
            timeout_seconds,
            lambda: self._is_closed,
        )

    async def _subscribed(
        self,
        about: FolderLike | None,
        kinds: Collection[NotificationKind],
        deadline: Deadline,
        bell: Event | None = None,
    ) -> Subscription:
        self._need_open()
        watches = self._watches(kinds) if about is None else await self._watches_about(EntryId.parse(about), deadline)
        subscription = Subscription(self._runtime, kinds, bell)
        await subscription.begin(watches, deadline)
        return subscription

    def _watches(self, kinds: Collection[NotificationKind]) -> Sequence[Watch]:
        """Say what is to be listened to for all that the session can tell."""
        watches: list[Watch] = []
        if not _OF_OBJECTS.isdisjoint(kinds):
            watches += [_watch(one.provider, None) for one in self.stores if _can_tell(one.provider)]
        if NotificationKind.QUEUE in kinds:
            watches += [
                _watch_queue(one.provider, one.special_folders[SpecialFolder.OUTBOX])
                for one in self._stores_with(Capability.OUTGOING_QUEUE)[:1]
                if one.provider.can(Capability.NOTIFY)
            ]
        # Always: so who listens to nothing else hears of the end of the session, too.
        return [*watches, self._watch_status]

    async def _watches_about(self, entry_id: EntryId, deadline: Deadline) -> Sequence[Watch]:
        """Say what is to be listened to for what happens to one object."""
        store, wanted = self._store_of(entry_id).provider, bytes(entry_id)
        if not _can_tell(store):
            raise NotSupported(f"{store.display_name}: this store tells nobody what happens in it")
        if entry_id.kind == ObjectKind.STORE:
            return [_watch(store, None)]
        if not store.can(Capability.NOTIFY):
            return [await _watch_one(store, entry_id, deadline)]
        if entry_id.kind != ObjectKind.FOLDER:
            return [_watch(store, None, lambda one: one.entry_id == wanted)]
        if (await store.folder(entry_id, deadline)).is_search:
            return [_watch(store, entry_id)]
        # A store says what came new or moved in, and a folder's own watch what left it, wherever that went.
        return [_watch(store, None, lambda one: _is_of(one, wanted)), _watch(store, entry_id, _is_gone)]

    async def _watch_status(self, put: Put, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        def told(row: int) -> None:
            put([Notification(NotificationKind.STATUS, service=self._row_name(row))])

        return self._board.listen(told, ended)


@attrs.frozen(eq=False)
class _HeardTable:
    """A table that the callbacks listen to."""

    table: Table

    async def taken(self) -> Sequence[TableEvent] | None:
        return await self.table.taken()

    def close(self) -> None:
        self.table.unring()


def _is_of(one: Notification, folder: bytes) -> bool:
    """Whether it is about a folder itself, or about what is in it now."""
    is_message = EntryId.parse(one.entry_id).kind == ObjectKind.MESSAGE
    return one.entry_id == folder or (one.folder == folder and not (is_message and _is_gone(one)))


def _is_gone(one: Notification) -> bool:
    return one.kind is NotificationKind.DELETED


def _can_tell(store: GuardedStore) -> bool:
    return store.can(Capability.NOTIFY) or store.can(Capability.FOLDER_NOTIFY)


async def _watch_one(store: GuardedStore, entry_id: EntryId, deadline: Deadline) -> Watch:
    """Listen to a folder, or to what is told of a message in its folder, of a store that tells of one at a time."""
    if entry_id.kind == ObjectKind.FOLDER:
        return _watch(store, entry_id)
    wanted = bytes(entry_id)
    row = await store.row(entry_id, (PidTagParentEntryId,), deadline)
    return _watch(store, EntryId.parse(row[PidTagParentEntryId]), lambda one: one.entry_id == wanted)


def _every(_: Notification) -> bool:
    return True


def _watch(store: GuardedStore, folder: EntryId | None, is_wanted: Callable[[Notification], bool] = _every) -> Watch:
    async def watch(put: Put, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        def sink(events: Sequence[StoreEvent]) -> None:
            put([one for one in map(notification_of, events) if is_wanted(one)])

        return await store.advise(folder, sink, ended, deadline)

    return watch


def _watch_queue(store: GuardedStore, outbox: EntryId) -> Watch:
    async def watch(put: Put, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        def sink(events: Sequence[StoreEvent]) -> None:
            put([Notification(NotificationKind.QUEUE, bytes(one.entry_id), bytes(one.folder)) for one in events])

        return await store.advise(outbox, sink, ended, deadline)

    return watch


def _checked(kinds: Iterable[NotificationKind] | None) -> Collection[NotificationKind]:
    if kinds is None:
        return _EVERY_KIND
    wanted = list(kinds) if isinstance(cast(object, kinds), Iterable) else [kinds]
    if not wanted or not all(isinstance(cast(object, one), NotificationKind) for one in wanted):
        raise UsageError(f"kinds: need NotificationKind, such as [NotificationKind.NEW_MAIL], got {kinds!r:.200}")
    return frozenset(cast("list[NotificationKind]", wanted))
