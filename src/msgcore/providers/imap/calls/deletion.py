"""Messages deleted: marked for deletion, and removed. What ends in between is taken back, as far as that goes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import attrs

from msgcore.errors import CommandRefused, ServiceBusy
from msgcore.providers.imap.calls.reach import DELETED, Group
from msgcore.providers.imap.there import check_there, check_writable, found_among
from msgcore.wire.imap.command import Atom, Command
from msgcore.wire.imap.criteria import all_of, key
from msgcore.wire.imap.criteria import uids as with_uids
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Deletion"]


@attrs.define
class Deletion:
    """Deletes messages of a folder. ``marked`` were so before, as far as the server has said; they stay so."""

    group: Group
    marked: UidSet = attrs.field(factory=UidSet)
    has_begun: bool = False

    @property
    def question(self) -> Command:
        """Ask which of the messages are marked."""
        return Command(b"UID SEARCH", Atom(b"UID"), self.group.uids, Atom(b"DELETED"))

    async def __call__(self, session: ImapSession) -> None:
        """Delete all of them, once it has been seen that all are there."""
        uids = self.group.uids
        await check_there(session, self.group.folder, uids)
        check_writable(session, self.group.folder)
        found = await session.search(all_of(with_uids(uids), key("DELETED")))
        self.marked = UidSet.of(found_among(list(uids), found))
        self.has_begun = True
        await self.remove(session)

    async def remove(self, session: ImapSession, marking: Iterable[Answer] | None = None) -> None:
        """Mark the messages, unless the server has been told to and answers so, and remove them."""
        try:
            if marking is None:
                await session.store(self.group.uids, DELETED, how="+FLAGS")
            for answer in marking or ():
                answer.check()
            await session.expunge(self.group.uids)
        except (CommandRefused, ServiceBusy):
            with suppress(CommandRefused, ServiceBusy):
                await self._unmark(session)
            raise

    async def take_back(self, session: ImapSession) -> int:
        """Take off the marks, and say how many messages are there after that."""
        uids = list(self.group.uids)
        there = found_among(uids, await session.search(with_uids(self.group.uids)))
        if not there:
            return 0
        await self._unmark(session)
        # A server that is slow may have come to an EXPUNGE meanwhile.
        return len(found_among(uids, await session.search(with_uids(self.group.uids))))

    async def _unmark(self, session: ImapSession) -> None:
        ours = self.group.uids.without(self.marked)
        if ours:
            await session.store(ours, DELETED, how="-FLAGS")
