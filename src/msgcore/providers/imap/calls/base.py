"""What every part of the IMAP store stands on: work on a leased connection that looks at the right mailbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CapabilityMissing, CommandRefused, NotSupported, ObjectDeleted, UsageError
from msgcore.providers.imap.directory import Directory, Folder, Place
from msgcore.providers.imap.sessions import Outdated, PooledSession, Sessions
from msgcore.runtime.abc import Runtime
from msgcore.spi.persist import to_its_end
from msgcore.spi.versions import change_key
from msgcore.wire.imap.session import ImapSession

__all__ = ["INTERRUPTS", "Calls", "is_answered"]

T = TypeVar("T")

INTERRUPTS = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""What ends a call at once: nothing is taken back."""

_UNDO_SECONDS = 30.0


class Calls:
    """An account at an IMAP server. Each method of a part is one call of :meth:`_on`, or a few."""

    def __init__(
        self, runtime: Runtime, sessions: Sessions, uid: bytes, display_name: str, *, read_only: bool = False
    ) -> None:
        self._runtime = runtime
        self._sessions = sessions
        self._directory = Directory(runtime, sessions, uid)
        self._uid = uid
        self._display_name = display_name
        self._is_read_only = read_only
        self._unsearched: set[int] = set()

    @property
    def uid(self) -> bytes:
        return self._uid

    @property
    def display_name(self) -> str:
        return self._display_name

    def _begin(self, deadline: Deadline, *, is_read_only: bool = True) -> None:
        """Go on with a call that may not need a connection; :meth:`_on` does this itself.

        Raises:
            Closed: the service was closed.
            TimedOut: the deadline has passed.
            NotSupported: it would change something, and the store was opened for reading only.
        """
        self._sessions.check_open()
        deadline.check(self._display_name)
        if self._is_read_only and not is_read_only:
            raise NotSupported(f"{self._display_name}: this store is open for reading only")

    def _change_key(self, place: Place) -> bytes:
        """Name the version of a message."""
        return change_key(self._uid, self._directory.version(place.folder, place.uid))

    async def _folder(self, entry_id: EntryId, deadline: Deadline) -> Folder:
        """Find a folder; raises as :meth:`.directory.Directory.folder` does, and as :meth:`_begin`."""
        self._begin(deadline)
        return await self._directory.folder(entry_id, deadline)

    async def _on(
        self,
        deadline: Deadline,
        work: Callable[[ImapSession], Awaitable[T]],
        *,
        folder: Folder | None = None,
        is_read_only: bool = True,
        may_repeat: bool = True,
    ) -> T:
        """Run ``work`` on a connection that nobody else has meanwhile, and give what it gives.

        With ``folder`` its mailbox is selected, and seen as it is now; ``is_read_only`` work may find it selected for
        writing, too. Without one, any mailbox may be selected, or none. ``work`` gets by with the session: who holds a
        connection awaits neither this method nor the directory, which would want another.

        ``may_repeat``: ``work`` may run a second time when a connection that was used before breaks in the middle.

        Raises:
            ObjectDeleted: the folder's mailbox is gone, or is another one now.
            UsageError: the folder has no messages, so there is nothing to select.
            Closed, TimedOut, NotSupported: as :meth:`_begin` says.
            MsgcoreError: what opening a session raises, and what ``work`` raises.
        """
        self._begin(deadline, is_read_only=is_read_only)

        async def run(pooled: PooledSession) -> T:
            return await work(pooled.session)

        async def at(where: Folder) -> T:
            async def look(pooled: PooledSession) -> None:
                await pooled.look_at(where, is_read_only=is_read_only)

            return await self._sessions.use(
                deadline, run, get_ready=look, raw_name=where.raw_name, may_repeat=may_repeat
            )

        if folder is None:
            return await self._sessions.use(deadline, run, may_repeat=may_repeat)
        try:
            return await at(folder)
        except Outdated as outdated:
            _, now = await self._directory.now(folder.entry_id, deadline)
            if now.tag != folder.tag:
                raise ObjectDeleted(f"folder {folder.name!r}: the server has numbered its messages anew") from outdated
            if now.raw_name == folder.raw_name and isinstance(outdated.__cause__, CommandRefused):
                raise outdated.__cause__ from None
        return await at(now)

    async def _undone(self, undo: Callable[[Deadline], Awaitable[T]]) -> T:
        """Take something back, for so long that it may come to its end; :meth:`Runtime.cancel` passes by.

        A task that is cancelled meanwhile does it again, and is cancelled after that.

        Raises:
            MsgcoreError: what ``undo`` raises; ``TimedOut`` when it took too long.
        """
        deadline = self._runtime.deadline(_UNDO_SECONDS)
        return await to_its_end(self._runtime, lambda: undo(deadline))


def is_answered(error: BaseException) -> bool:
    """Say whether a server has answered all that it was told, so that nothing of it is done later.

    What asks for patience may be an answer, or all that is heard of a server that goes away.
    """
    return isinstance(error, CommandRefused | CapabilityMissing | UsageError) or isinstance(
        error.__cause__, CommandRefused
    )
