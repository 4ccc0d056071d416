"""Telling what happens in folders of an account: by IDLE on a connection of its own, else by asking now and then.

*Theory of operation.* Each folder that somebody listens to has one watch, whoever they are and however many, and each
watch one coroutine in the background. It leases a connection of the account, looks what has changed since it looked
last, and idles on it; it lets go every nine minutes, before servers and routers forget it, and looks again. One
connection of the account is always left for calls: watches beyond that, and those at servers without IDLE, lease one
each minute for a look. When a server gives no more connections than those that idle, one of these gives way.

A watch that is cut looks again after a pause that grows; as it knows what there was, nothing that happened meanwhile
is lost. What is told comes out of looks only, never out of what a server says by itself: that is a reason to look.

Threads come at the same time, so each change of what they share is one step. A watch is over once ``_OVER`` stands in
front of its listeners: who came before that is heard, and who comes behind it begins another watch.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    Closed,
    CommandRefused,
    MsgcoreError,
    ObjectDeleted,
    OperationCancelled,
    ServiceBusy,
    SetupError,
    TryAgain,
    UsageError,
)
from msgcore.providers.imap.directory import Directory, Folder
from msgcore.providers.imap.happened import about_folder, events_of
from msgcore.providers.imap.looking import NOTHING_SEEN, Change, Seen, first_look, look
from msgcore.providers.imap.sessions import PooledSession, Sessions
from msgcore.runtime.abc import Background, Runtime
from msgcore.spi.store import EventKind, EventSink, SpecialFolder, StoreEvent
from msgcore.wire.imap.responses import Fetch, Response
from msgcore.wire.imap.session import ImapSession

__all__ = ["Watching", "WatchingTimes"]

_log = logging.getLogger("msgcore.imap")

_LOOK_SECONDS = 60.0
_END_SECONDS = 60.0  # beyond the idling itself
_AT_ONCE = 1_000
_TOLD_AFTER_TRIES = 3


@attrs.frozen
class WatchingTimes:
    """How long things take, in seconds.

    ``idle`` on one connection, and ``ask`` between two looks where that cannot be; ``first_pause`` after a break, and
    before idling again, ``longest_pause`` after many; ``refused_pause`` when a login is refused. Who had to give way,
    or was not let idle, does not try it for ``held_back``.
    """

    idle: float = 540.0
    ask: float = 60.0
    first_pause: float = 0.1
    longest_pause: float = 300.0
    refused_pause: float = 3_600.0
    held_back: float = 600.0


class Watching:
    """All watches of an account. May be shared by threads and tasks."""

    def __init__(
        self,
        runtime: Runtime,
        sessions: Sessions,
        directory: Directory,
        name: str,
        times: WatchingTimes | None = None,
    ) -> None:
        self.runtime = runtime
        self.sessions = sessions
        self.directory = directory
        self.name = name
        self.times = times or WatchingTimes()
        self._watches: list[_Watch] = []
        self._places = deque(range(sessions.connections - 1))

    @property
    def folders(self) -> int:
        """Count the folders that are watched."""
        return len(self._watches)

    async def begin(self, entry_id: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        """Tell ``sink`` what happens in a folder, or in the inbox, until what is returned is called.

        While the server is away, it begins when it is back.

        Raises:
            ObjectDeleted, UsageError: there is no such folder, or it has no messages.
            MsgcoreError: what opening a session raises, but for what another try may help against.
        """
        folder = await self._found(entry_id, deadline)
        is_inbox = folder is None or folder.role is SpecialFolder.INBOX
        if folder is not None and not folder.can_select:
            raise UsageError(f"folder {folder.name!r} has no messages, only folders in it")
        listener = _Listener(sink)
        while True:
            watch = self._of(folder, is_inbox=is_inbox)
            if watch is None:
                watch = _Watch(self, folder, is_inbox=is_inbox)
                await watch.begin(deadline)
                self.sessions.check_open()
                self._watches.append(watch)
            # Of two that began at the same moment one is everybody's.
            if self._of(folder, is_inbox=is_inbox) is watch and watch.join(listener):
                return partial(watch.part, listener)
            self.leave(watch)

    def _of(self, folder: Folder | None, *, is_inbox: bool) -> _Watch | None:
        return next((one for one in tuple(self._watches) if one.is_of(folder, is_inbox=is_inbox)), None)

    def close(self) -> None:
        """Tell nobody anything any more."""
        for watch in tuple(self._watches):
            watch.stop()

    def leave(self, watch: _Watch) -> None:
        """Forget a watch that has ended."""
        with suppress(ValueError):
            self._watches.remove(watch)

    def take_place(self) -> bool:
        """Say whether one more may keep a connection; :meth:`give_place` ends that."""
        with suppress(IndexError):
            self._places.pop()
            return True
        return False

    def give_place(self) -> None:
        self._places.append(0)

    async def _found(self, entry_id: EntryId | None, deadline: Deadline) -> Folder | None:
        """Find a folder; ``None`` for an inbox that cannot be found now."""
        if entry_id is not None:
            return await self.directory.folder(entry_id, deadline)
        try:
            return await self.inbox(deadline)
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            if not _may_pass(error):
                raise
            deadline.check(self.name)
            return None

    async def inbox(self, deadline: Deadline) -> Folder:
        """Find the inbox.

        Raises:
            ObjectDeleted: there is none.
        """
        for one in (await self.directory.recent(deadline)).folders:
            if one.role is SpecialFolder.INBOX:
                return one
        raise ObjectDeleted(f"{self.name}: there is no inbox")


@attrs.define(eq=False)
class _Listener:
    sink: EventSink
    is_over: bool = False


def _nowhere(_: Sequence[StoreEvent]) -> None:
    pass


_OVER = _Listener(_nowhere, is_over=True)


class _Watch:
    """One folder that is watched; without ``folder`` the inbox, which has not been found yet."""

    def __init__(self, watching: Watching, folder: Folder | None, *, is_inbox: bool) -> None:
        self._watching = watching
        self._runtime = watching.runtime
        self._folder = folder
        self._is_inbox = is_inbox
        self._seen: Seen | None = None
        self._tries = self._vain = 0
        self._is_warned = False
        self._hold_from = 0.0
        self._listeners: list[_Listener] = []
        self._to_begin = [0.0]
        self._works: list[Background] = []

    def is_of(self, folder: Folder | None, *, is_inbox: bool) -> bool:
        """Say whether it is of that folder; there is one inbox."""
        if is_inbox or folder is None or self._folder is None:
            return is_inbox and self._is_inbox
        return folder.number == self._folder.number

    async def begin(self, deadline: Deadline) -> None:
        """See what there is, so that what happens from here on is told; later, when the server is away."""
        folder = self._folder
        if folder is None:
            return
        try:
            try:
                await self._use(folder, self._see, deadline)
            except ObjectDeleted as error:
                if not await self._follow(folder, error, deadline):
                    raise
                await self._use(self._folder or folder, self._see, deadline)
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            if not _may_pass(error):
                raise
            deadline.check(self._watching.name)
            self._warn(error)

    @property
    def is_over(self) -> bool:
        return self._listeners[:1] == [_OVER]

    def join(self, listener: _Listener) -> bool:
        """Tell a listener, too; false when the watch is over. The first one begins it."""
        self._listeners.append(listener)
        if self.is_over:
            return False
        with suppress(IndexError):  # somebody else has begun it
            self._start(self._to_begin.pop())
        return True

    def part(self, listener: _Listener) -> None:
        """Tell a listener nothing any more; from any thread. The last one ends the watch."""
        listener.is_over = True
        with suppress(ValueError):
            self._listeners.remove(listener)
        while not self._listeners:
            self._listeners.append(_OVER)
            if self.is_over:
                self.stop()
            else:
                self._listeners.remove(_OVER)

    def stop(self) -> None:
        """End at once, with the connection if it has one; from any thread."""
        self._listeners.insert(0, _OVER)
        self._watching.leave(self)
        self._cancel()

    def _start(self, seconds: float) -> None:
        self._works.append(self._runtime.in_background(self._main(seconds)))
        if self.is_over:
            self._cancel()

    def _cancel(self) -> bool:
        """End the work; false when another does so, or there is none."""
        with suppress(IndexError):
            self._works.pop().cancel()
            return True
        return False

    def _give_way(self) -> None:
        """Give the connection back to who has none, and ask now and then for a while."""
        self._hold_back()
        if self._cancel():
            self._start(self._watching.times.ask)

    def _hold_back(self) -> None:
        self._hold_from = self._runtime.monotonic() + self._watching.times.held_back

    async def _main(self, seconds: float | None) -> None:
        while seconds is not None and not self.is_over:
            if seconds:
                await self._runtime.sleep(seconds)
            seconds = await self._step()
        self.stop()

    async def _step(self) -> float | None:
        """Watch for a while; say in how many seconds to go on, ``None`` for not at all."""
        began = self._runtime.monotonic()
        try:
            seconds = await self._watch()
        except OperationCancelled:
            raise
        except Closed:
            return None
        except MsgcoreError as error:
            if self._runtime.monotonic() - began > self._watching.times.ask:
                self._tries = 0  # it was well for a while
            return self._pause(error)
        self._tries, self._is_warned = 0, False
        return seconds

    def _pause(self, error: MsgcoreError) -> float:
        """Say how long to let an account alone that cannot be watched now."""
        times = self._watching.times
        self._tries += 1
        is_refused = isinstance(error, SetupError) and not _may_pass(error)
        if is_refused or self._tries >= _TOLD_AFTER_TRIES:
            self._warn(error)
        if is_refused:  # who tries again and again is locked out
            return times.refused_pause
        return min(times.longest_pause, times.first_pause * 4.0 ** min(self._tries - 1, 20))

    def _warn(self, error: MsgcoreError) -> None:
        if not self._is_warned:
            self._is_warned = True
            _log.warning("%s: what happens there cannot be told now: %s", self._watching.name, error)

    async def _watch(self) -> float | None:
        folder = self._folder
        if folder is None:
            folder = self._folder = await self._watching.inbox(self._deadline())
        try:
            return await self._watch_at(folder)
        except ObjectDeleted as error:
            return 0.0 if await self._follow(folder, error, self._deadline()) else None

    async def _watch_at(self, folder: Folder) -> float:
        watching = self._watching
        if self._runtime.monotonic() < self._hold_from or not watching.take_place():
            await self._use(folder, self._look, self._deadline())
            return watching.times.ask
        try:
            # Some servers let one idle in a mailbox that is gone.
            await watching.directory.recently(folder.entry_id, self._deadline())
            did_idle = await self._use(folder, self._idle, self._deadline(), self._give_way)
        finally:
            watching.give_place()
        if not did_idle:
            self._hold_back()
        return 0.0 if did_idle else watching.times.ask

    async def _use(
        self,
        folder: Folder,
        work: Callable[[ImapSession, Folder], Awaitable[bool]],
        deadline: Deadline,
        give_way: Callable[[], None] | None = None,
    ) -> bool:
        """Work in the folder's mailbox; raises as :meth:`.sessions.Sessions.use` does, ``ObjectDeleted`` among it."""

        async def run(pooled: PooledSession) -> bool:
            return await work(pooled.session, folder)

        async def look_at(pooled: PooledSession) -> None:
            await pooled.look_at(folder, is_read_only=True)

        return await self._watching.sessions.use(
            deadline, run, get_ready=look_at, raw_name=folder.raw_name, may_repeat=False, give_way=give_way
        )

    async def _idle(self, session: ImapSession, folder: Folder) -> bool:
        """Look, and idle until there is a reason to look again; false when the server will not have it."""
        end = self._runtime.monotonic() + self._watching.times.idle
        news: Sequence[Response] | None = None
        is_patient = True
        while True:
            session.stream.deadline = self._deadline()
            has_changed = await self._look(session, folder, with_flags=news is None or _tells_flags(news))
            if not session.capabilities.has("IDLE"):
                return False
            began = self._runtime.monotonic()
            seconds = end - began
            if seconds <= 0 or began < self._hold_from:
                return True
            if news is not None:
                await self._breathe(is_good=has_changed or is_patient)
            session.stream.deadline = self._runtime.deadline(seconds + _END_SECONDS)
            try:
                news = await session.idle(seconds)
            except (CapabilityMissing, CommandRefused, ServiceBusy):
                return False
            is_patient = self._runtime.monotonic() - began > self._watching.times.ask

    async def _breathe(self, *, is_good: bool) -> None:
        """Wait a moment, and longer and longer at a server that again and again has no news."""
        times = self._watching.times
        self._vain = 0 if is_good else min(self._vain + 1, 20)
        await self._runtime.sleep(min(times.longest_pause, times.first_pause * 2.0**self._vain))

    async def _see(self, session: ImapSession, folder: Folder) -> bool:
        self._seen = await first_look(session)
        return False

    async def _look(self, session: ImapSession, folder: Folder, *, with_flags: bool = True) -> bool:
        """Tell what has changed; say whether anything has."""
        if self._seen is None:
            return await self._see(session, folder)
        before = self._seen
        self._seen, change = await look(session, before, with_flags=with_flags)
        if change:
            await self._tell(events_of(self._watching.directory, folder, before, self._seen, change, self._is_inbox))
        return bool(change)

    async def _tell(self, events: Iterator[StoreEvent]) -> None:
        with self._runtime.shielded():  # no other look finds them again, so who gives way tells them to the end
            while not self.is_over and (some := list(islice(events, _AT_ONCE))):
                for listener in tuple(self._listeners):
                    if not listener.is_over:
                        try:
                            listener.sink(some)
                        except Exception:  # whoever it is, the others go on hearing
                            _log.exception("%s: who listens there failed", self._watching.name)
                await self._runtime.sleep(0)

    async def _follow(self, folder: Folder, error: ObjectDeleted, deadline: Deadline) -> bool:
        """Find out what has become of the folder, and tell; false when it is gone.

        Raises:
            MsgcoreError: nothing has, and the server does not open it now.
        """
        directory = self._watching.directory
        try:
            now: Folder | None = (await directory.now(folder.entry_id, deadline))[1]
        except ObjectDeleted:
            now = None
        if now is not None and (now.tag, now.raw_name) == (folder.tag, folder.raw_name):
            raise error.__cause__ if isinstance(error.__cause__, MsgcoreError) else ServiceBusy(str(error))
        if now is not None and now.tag == folder.tag:
            self._folder = now
            return True
        following = now
        if now is None and self._is_inbox:
            following = await self._watching.inbox(deadline)
        seen, self._seen = self._seen or NOTHING_SEEN, NOTHING_SEEN if self._seen else None
        await self._tell(events_of(directory, folder, seen, NOTHING_SEEN, Change(gone=seen.uids), False))
        if now is None:
            await self._tell(iter([about_folder(EventKind.DELETED, folder)]))
        if following is None:
            return False
        if now is None:
            await self._tell(iter([about_folder(EventKind.CREATED, following)]))
        self._folder = following
        return True

    def _deadline(self) -> Deadline:
        return self._runtime.deadline(_LOOK_SECONDS)


def _may_pass(error: MsgcoreError) -> bool:
    """Whether an error is of the way to the server, or of the moment."""
    return isinstance(error, TryAgain | ConnectionError)


def _tells_flags(news: Sequence[Response]) -> bool:
    return any(isinstance(one, Fetch) for one in news)
