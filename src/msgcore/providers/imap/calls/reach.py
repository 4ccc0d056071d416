"""What the calls on messages have in common: finding them by folder, and taking back what was done half."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    CommandRefused,
    CommitUnknown,
    LimitExceeded,
    MsgcoreError,
    ObjectDeleted,
    OperationCancelled,
    ServiceBusy,
    StoreFull,
    UsageError,
)
from msgcore.providers.imap.arrivals import Print, find_arrived
from msgcore.providers.imap.calls.base import INTERRUPTS, Calls
from msgcore.providers.imap.directory import Folder, Place
from msgcore.providers.imap.held import HeldOnes
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.there import check_kept, check_there
from msgcore.runtime.abc import Runtime
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["DELETED", "INTERRUPTS", "Group", "ReachCalls", "expunge_messages", "remove_messages"]

DELETED = ("\\Deleted",)
# What servers say without a code, or with ALERT: Courier, Exchange, Gmail and others.
_FULL = re.compile(
    r"\b(?:over)?quota\b|\bmail(?:box|drop)? (?:is |has become )?(?:too )?full\b|\bout of (?:storage|disk)\b"
    r"|\b(?:insufficient|not enough) (?:\w+ )?(?:storage|space)\b",
    re.IGNORECASE,
)


@attrs.frozen
class Group:
    """Messages of one folder, in the order in which they were named; each once."""

    folder: Folder
    members: dict[int, EntryId]

    @property
    def uids(self) -> UidSet:
        return UidSet.of(self.members)


T = TypeVar("T")
Work = Callable[[ImapSession, Group], Awaitable[None]]


class ReachCalls(Calls):
    """Messages where they are."""

    def __init__(
        self, runtime: Runtime, sessions: Sessions, uid: bytes, display_name: str, *, read_only: bool = False
    ) -> None:
        super().__init__(runtime, sessions, uid, display_name, read_only=read_only)
        self._held = HeldOnes()
        self._said: set[str] = set()  # the codes by which the server has said where it put messages

    async def _groups(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> list[Group]:
        """Find messages by their folders; whether they are there is seen later."""
        groups: dict[int, Group] = {}
        places = await self._directory.places(entry_ids, deadline)
        for entry_id, place in zip(entry_ids, places, strict=True):
            group = groups.setdefault(place.folder.tag, Group(place.folder, {}))
            group.members.setdefault(place.uid, entry_id)
        return list(groups.values())

    async def _check_all(
        self, groups: Iterable[Group], deadline: Deadline, *, is_read_only: bool = True, flags: Sequence[str] = ()
    ) -> None:
        """Go on if all messages are there, and, unless they are only read, can be changed and given these flags.

        Raises:
            ObjectDeleted: one is not there.
            UsageError, CapabilityMissing: as :func:`~msgcore.providers.imap.there.check_kept` does.
        """
        for group in groups:

            async def check(session: ImapSession, group: Group = group) -> None:
                await check_there(session, group.folder, group.members)
                if not is_read_only:
                    check_kept(session, group.folder, flags)

            await self._on(deadline, check, folder=group.folder, is_read_only=is_read_only)

    async def _each(
        self,
        entry_ids: Sequence[EntryId],
        deadline: Deadline,
        work: Work,
        *,
        flags: Sequence[str] = (),
        may_repeat: bool,
    ) -> None:
        """Do something to messages, folder by folder, once it has been seen that it can be done to all of them.

        ``flags`` are those that they get. Raises as :meth:`_check_all` does, and what ``work`` raises.
        """
        self._begin(deadline, is_read_only=False)
        groups = await self._groups(entry_ids, deadline)
        if len(groups) > 1:
            await self._check_all(groups, deadline, is_read_only=False, flags=flags)
        for group in groups:

            async def do(session: ImapSession, group: Group = group) -> None:
                if len(groups) == 1:
                    await check_there(session, group.folder, group.members)
                check_kept(session, group.folder, flags)
                await work(session, group)

            await self._on(deadline, do, folder=group.folder, is_read_only=False, may_repeat=may_repeat)

    async def _target(self, entry_id: EntryId, deadline: Deadline) -> Folder:
        """Find the folder that messages are to be put into."""
        self._begin(deadline, is_read_only=False)
        folder = await self._folder(entry_id, deadline)
        if folder.raw_name is None or not folder.can_select:
            raise UsageError(f"folder {folder.name!r} has no messages, only folders in it")
        return folder

    async def _uid_next(self, session: ImapSession, folder: Folder, code: str) -> int:
        """Ask for the first unique id that new messages may get, unless the server is known to say which they got.

        It does so by ``code``, if it does: there are servers that offer UIDPLUS and do not.
        """
        assert folder.raw_name is not None
        if session.capabilities.has("UIDPLUS") and code in self._said:
            return 0
        return (await session.status(folder.raw_name, ("UIDNEXT",))).uid_next or 1

    async def _came(self, folder: Folder, uid_validity: int, uids: Iterable[int], deadline: Deadline) -> list[Place]:
        """Give the places of what a server has put into a folder's mailbox under these unique ids.

        Raises:
            CommitUnknown: the mailbox was made or numbered anew since it was listed, and is gone again.
        """
        home: Folder | None = folder
        if folder.uid_validity not in {0, uid_validity}:
            now = [one for one in await self._directory.all(deadline) if one.raw_name == folder.raw_name]
            home = next((one for one in now if one.uid_validity == uid_validity), None)
        if home is None:
            raise CommitUnknown(f"folder {folder.name!r} is another one than it was; messages were put into it")
        return [Place(home, uid) for uid in uids]

    async def _arrived(self, folder: Folder, least_uid: int, prints: Sequence[Print], deadline: Deadline) -> list[int]:
        """Find what was put into a folder where the server does not say under which unique ids.

        Raises:
            CommitUnknown: it is there, and cannot be found.
        """
        try:
            return await self._on(deadline, lambda session: find_arrived(session, least_uid, prints), folder=folder)
        except (CommitUnknown, OperationCancelled):
            raise
        except MsgcoreError as error:
            raise CommitUnknown(f"folder {folder.name!r}: messages were put into it: {error}") from error

    async def _remove(self, places: Iterable[Place]) -> None:
        """Take back what was put into folders, as far as that goes: another error is on its way to the caller."""
        wanted: dict[int, Group] = {}
        for place in places:
            group = wanted.setdefault(place.folder.tag, Group(place.folder, {}))
            group.members[place.uid] = self._directory.entry_id(place.folder, place.uid)
        for group in wanted.values():

            async def undo(deadline: Deadline, group: Group = group) -> None:
                async def remove(session: ImapSession) -> None:
                    await remove_messages(session, group.uids)

                await self._on(deadline, remove, folder=group.folder, is_read_only=False)

            with suppress(MsgcoreError):
                await self._undone(undo)

    def _refused(self, error: CommandRefused, folder: Folder) -> MsgcoreError:
        """Say why a folder takes no messages."""
        code = str(error.reply.code).partition(" ")[0].upper()
        if code in {"TRYCREATE", "NONEXISTENT"}:
            self._directory.forget()
            return ObjectDeleted(f"folder {folder.name!r} is gone")
        if code == "TOOBIG":  # RFC 4469
            return LimitExceeded(f"folder {folder.name!r}: {error}")
        is_full = code == "OVERQUOTA" or (code in {"", "ALERT"} and _FULL.search(str(error.reply)) is not None)
        return StoreFull(f"folder {folder.name!r}: {error}") if is_full else error


async def remove_messages(session: ImapSession, uids: UidSet) -> None:
    """Remove messages from the mailbox that is selected; where the server refuses to, they are not left marked.

    Raises:
        CommandRefused, ServiceBusy: it refuses.
    """
    try:
        await session.store(uids, DELETED, how="+FLAGS")
    except (CommandRefused, ServiceBusy):
        await _unmark(session, uids)
        raise
    await expunge_messages(session, uids)


async def expunge_messages(session: ImapSession, uids: UidSet) -> None:
    """Remove messages that have been marked for deletion; raises and unmarks as :func:`remove_messages` does."""
    try:
        await session.expunge(uids)
    except (CommandRefused, ServiceBusy):
        await _unmark(session, uids)
        raise


async def _unmark(session: ImapSession, uids: UidSet) -> None:
    with suppress(CommandRefused, ServiceBusy):
        await session.store(uids, DELETED, how="-FLAGS")
