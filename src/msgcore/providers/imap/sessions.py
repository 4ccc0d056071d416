"""The connections of an account: a pool of logged-in sessions, no more of them than the server likes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    Closed,
    CommandRefused,
    ConnectionLost,
    MsgcoreError,
    ObjectDeleted,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
    TlsFailed,
    UsageError,
)
from msgcore.providers.imap.folder_tree import Folder
from msgcore.runtime.abc import Runtime
from msgcore.runtime.pool import Pool, PoolLimits
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.session import ImapSession, open_session

__all__ = ["Outdated", "PooledSession", "Sessions", "means_full"]

T = TypeVar("T")

# After these every command has had its answer: the connection is as good as before.
_HARMLESS = (CommandRefused, ServiceBusy, CapabilityMissing, UsageError)
# What a session says that is of no use any more.
_GONE = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken, CommandRefused, ServiceBusy)

_SURE_SECONDS = 1.0
_NOOP_SECONDS = 5.0
_CLOSE_SECONDS = 8.0
# Servers end what is idle for half an hour (RFC 9051 section 5.4), and routers forget it much sooner.
_IDLE_SECONDS = 600.0
_USES = 1_000_000

# RFC 5530 has a code for it, LIMIT; what servers say without one.
_FULL = re.compile(
    r"\[LIMIT\]|\btoo many\b.{0,40}\b(?:connections|sessions|logins)\b|\b(?:connections?|sessions?)\b.{0,60}\bexceed"
    r"|\bexceed.{0,60}\b(?:connections?|sessions?)\b|\bmaximum\b.{0,60}\b(?:connections|sessions)\b",
    re.IGNORECASE | re.DOTALL,
)


class Outdated(ObjectDeleted):
    """The mailbox is not there under its name, or is another one than its folder was listed with."""


@attrs.define(eq=False)
class PooledSession:
    """A session as the pool keeps it. ``is_current``: the server has just told what is new."""

    session: ImapSession
    is_current: bool = False

    @property
    def selected_name(self) -> bytes | None:
        selected = self.session.selected
        return None if selected is None else selected.raw_name

    async def look_at(self, folder: Folder, *, is_read_only: bool) -> None:
        """Select a folder's mailbox, or see what is new in it; what had changed is forgotten.

        Raises:
            UsageError: the folder has no mailbox.
            Outdated: it cannot be selected, or not any more, or its messages are numbered anew.
        """
        if folder.raw_name is None or not folder.can_select:
            raise UsageError(f"folder {folder.name!r} has no messages, only folders in it")
        try:
            if not self._is_at(folder, is_read_only=is_read_only):
                await self.session.select(folder.raw_name, is_read_only=is_read_only)
            elif not self.is_current:
                await self.session.noop()
        except CommandRefused as error:
            raise Outdated(str(error)) from error
        finally:
            self.is_current = False
        self.session.unasked()
        if not self._is_at(folder, is_read_only=is_read_only, may_be_refused=True):
            raise Outdated(f"folder {folder.name!r}: the server has numbered its messages anew")

    def _is_at(self, folder: Folder, *, is_read_only: bool, may_be_refused: bool = False) -> bool:
        """Say whether a folder's mailbox is selected; ``may_be_refused``: perhaps not for writing, as asked."""
        selected = self.session.selected
        return (
            selected is not None
            and selected.raw_name == folder.raw_name
            and (is_read_only or may_be_refused or not selected.is_read_only)
            and (folder.uid_validity == selected.uid_validity or not folder.uid_validity or not selected.uid_validity)
        )

    async def catch_up(self) -> None:
        """Have the server look at the mailbox that is selected, if one is: it tells of that one as it saw it last."""
        if self.session.selected is not None and not self.is_current:
            await self.session.noop()
        self.is_current = False
        self.session.unasked()

    async def look_away(self) -> None:
        """Leave the mailbox that is selected: what happens to mailboxes is not to hit it."""
        self.is_current = False
        if self.session.selected is not None:
            await self.session.unselect()
        self.session.unasked()

    async def is_good(self, idle_seconds: float, deadline: Deadline) -> bool:
        """Say whether the server is still there; asks it when it has said something, or was idle for long."""
        self.is_current = False
        stream = self.session.stream
        if stream.has_ended:
            return False
        if not stream.unread_octets and idle_seconds <= _SURE_SECONDS:
            return True
        stream.deadline = deadline.sooner(_NOOP_SECONDS)
        try:
            await self.session.noop()
        except _GONE:
            deadline.check(str(stream.endpoint))  # it may have been the caller's own that passed
            return False
        self.session.unasked()
        self.is_current = True
        return True

    async def close(self, deadline: Deadline) -> None:
        self.session.stream.deadline = deadline
        try:
            await self.session.logout()
        except _GONE:
            self.session.abort()

    def abort(self) -> None:
        self.session.abort()


class Sessions:
    """Sessions with one account, at most ``connections`` at a time. May be shared by threads and tasks."""

    def __init__(self, runtime: Runtime, server: ImapServer, connections: int) -> None:
        self._runtime = runtime
        self._server = server
        self._name = str(server.endpoint)
        self.connections = connections
        limits = PoolLimits(connections, uses_per_connection=_USES, idle_seconds=_IDLE_SECONDS)
        self._pool = Pool(runtime, self._open, limits, self._name, means_full=means_full)
        self._is_closed = False

    async def use(
        self,
        deadline: Deadline,
        work: Callable[[PooledSession], Awaitable[T]],
        *,
        get_ready: Callable[[PooledSession], Awaitable[None]] | None = None,
        raw_name: bytes | None = None,
        may_repeat: bool = True,
        give_way: Callable[[], None] | None = None,
    ) -> T:
        """Run ``work`` on a session that nobody else has meanwhile, one that has that mailbox selected if it is idle.

        ``get_ready`` runs before, and again on a new session when the one that was idle turns out to be dead; so does
        ``work``, if it ``may_repeat``. A session goes on when it has had an answer to all, and is dropped when not.
        ``give_way`` is as with :meth:`~msgcore.runtime.pool.Pool.lease`.

        Raises:
            TimedOut: the deadline passed, perhaps while all were in use.
            Closed: :meth:`close` was called.
            MsgcoreError: as :func:`~msgcore.wire.imap.session.open_session` raises them, and what is raised here.
        """
        is_at_work = False

        async def run() -> T:
            nonlocal is_at_work
            pooled = lease.connection
            pooled.session.stream.deadline = deadline
            try:
                if get_ready is not None:
                    await get_ready(pooled)
                is_at_work = True
                found = await work(pooled)
            except _HARMLESS:
                lease.is_usable = True
                raise
            lease.is_usable = True
            return found

        with await self._pool.lease(
            deadline, prefer=lambda one: one.selected_name == raw_name, give_way=give_way
        ) as lease:
            try:
                return await run()
            except ConnectionLost:
                # It may have been lost long ago, without anybody noticing.
                if lease.is_fresh or (is_at_work and not may_repeat):
                    raise
            await lease.reopen(deadline)
            return await run()

    def check_open(self) -> None:
        """Go on when nobody has closed the account.

        Raises:
            Closed: somebody has.
        """
        if self._is_closed:
            raise Closed(f"{self._name}: the connections have been closed")

    async def close(self) -> None:
        """Log out, and wait a little for those who are at work."""
        self._is_closed = True
        await self._pool.close(self._runtime.deadline(_CLOSE_SECONDS))

    async def _open(self, deadline: Deadline) -> PooledSession:
        return PooledSession(await open_session(self._runtime, self._server, deadline))


def means_full(error: MsgcoreError) -> bool:
    """Say whether a server that would not open a session has enough of them already, by what it said."""
    return _FULL.search(str(error)) is not None
