"""Messages deleted: marked for deletion, and removed. What ends in between is taken back, as far as that goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, CommitUnknown, MsgcoreError, ServiceBusy
from msgcore.providers.imap.calls.base import INTERRUPTS, Calls, is_answered
from msgcore.providers.imap.calls.reach import DELETED
from msgcore.providers.imap.directory import Folder
from msgcore.providers.imap.there import check_kept, check_there, find
from msgcore.wire.imap.command import Atom, Command
from msgcore.wire.imap.criteria import SearchCriteria, all_of, key
from msgcore.wire.imap.criteria import uids as with_uids
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["DeletingCalls", "Deletion"]


@attrs.define
class Deletion:
    """Deletes messages of a folder. ``marked`` were so before, as far as the server has said; they stay so."""

    folder: Folder
    uids: UidSet = attrs.field(factory=UidSet)
    marked: UidSet = attrs.field(factory=UidSet)
    has_begun: bool = False

    @property
    def question(self) -> Command:
        """Ask which of the messages are marked."""
        return Command(b"UID SEARCH", Atom(b"UID"), self.uids, Atom(b"DELETED"))

    async def all_of_them(self, session: ImapSession) -> None:
        """Delete them, once it has been seen that all are there."""
        await check_there(session, self.folder, self.uids)
        check_kept(session, self.folder, DELETED)
        await self._delete(session)

    async def everything(self, session: ImapSession) -> None:
        """Delete all messages that are in the folder now."""
        check_kept(session, self.folder, DELETED)
        there = await find(session, SearchCriteria())
        if there:
            is_limited = session.behaviour.max_messages or session.capabilities.message_limit
            self.uids = there if is_limited else UidSet(((1, max(last for _, last in there.ranges)),))
            await self._delete(session)

    async def _delete(self, session: ImapSession) -> None:
        self.marked = (await session.search(all_of(with_uids(self.uids), key("DELETED")))).found
        self.has_begun = True
        await self.remove(session)

    async def remove(self, session: ImapSession, marking: Iterable[Answer] | None = None) -> None:
        """Mark the messages, unless the server has been told to and answers so, and remove them."""
        try:
            if marking is None:
                await session.store(self.uids, DELETED, how="+FLAGS")
            for answer in marking or ():
                answer.check()
            await session.expunge(self.uids)
        except (CommandRefused, ServiceBusy):
            with suppress(CommandRefused, ServiceBusy):
                await self._unmark(session)
            raise

    async def take_back(self, session: ImapSession) -> int:
        """Take off the marks, and say how many messages are there after that."""
        if await self._there(session):
            await self._unmark(session)
        # A server that is slow may have come to an EXPUNGE meanwhile.
        return len(await self._there(session))

    async def _there(self, session: ImapSession) -> UidSet:
        found = (await session.search(with_uids(self.uids))).found
        return found.without(found.without(self.uids))

    async def _unmark(self, session: ImapSession) -> None:
        ours = self.uids.without(self.marked)
        if ours:
            await session.store(ours, DELETED, how="-FLAGS")


class DeletingCalls(Calls):
    """Delete messages, so that they are gone, or as they were."""

    async def _deleted(self, deletion: Deletion, delete: Callable[[], Awaitable[None]]) -> None:
        """Have messages deleted; when that ends in between, they are not left marked.

        What cancels the task is raised also where they were deleted all the same.

        Raises:
            CommitUnknown: nobody can be asked whether they were; they may be there, and be marked.
            MsgcoreError: why they were not deleted; a note on it says how many are left, if only some are.
        """
        try:
            await delete()
        except INTERRUPTS:
            raise
        except BaseException as error:  # also in a task that is cancelled
            if not deletion.has_begun or is_answered(error):
                raise
            left = await self._left_of(deletion, error)
            if left or not isinstance(error, MsgcoreError):
                if left:
                    error.add_note(f"folder {deletion.folder.name!r}: {left} of these messages are still there")
                raise

    async def _left_of(self, deletion: Deletion, error: BaseException) -> int:
        folder = deletion.folder

        async def take_back(deadline: Deadline) -> int:
            return await self._on(deadline, deletion.take_back, folder=folder, is_read_only=False)

        try:
            return await self._undone(take_back)
        except MsgcoreError:
            raise CommitUnknown(
                f"folder {folder.name!r}: messages may have been deleted, or be marked for deletion: {error}"
            ) from error
