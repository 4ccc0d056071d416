"""The message that was replaced by another: removed by one of those who would replace it, or by none.

*Theory of operation.* Whoever removes it marks it for deletion first. Where the server keeps modification sequences
(RFC 7162) it is marked only if it is as it was just seen, so that of several programs one has marked it, and the others
are told so. Flags that it got while the new message was on its way are given to that one first.

A server that keeps none, and Gmail, let two programs remove the same message within one round trip.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.errors import CommandRefused, CommitUnknown, ObjectChanged, ObjectDeleted, ServiceBusy
from msgcore.providers.imap.calls.reach import DELETED, expunge_messages, remove_messages
from msgcore.providers.imap.categories import can_be_appended
from msgcore.providers.imap.directory import Place
from msgcore.providers.imap.there import check_there, found_among, the_message
from msgcore.wire.imap.criteria import uids as with_uids
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Removal", "Undoing"]

_LOOKS = 10


@attrs.define
class Removal:
    """Removes the ``old`` message, which had these flags, as far as ``new``, which is in its place, knows."""

    old: Place
    new: Place
    flags: tuple[str, ...]
    has_begun: bool = False

    @property
    def was_marked(self) -> bool:
        return _is_marked(self.flags)

    async def __call__(self, session: ImapSession) -> None:
        """Remove it.

        Raises:
            ObjectDeleted: it is gone.
            ObjectChanged: somebody else is removing or replacing it, or goes on changing its flags.
            CommitUnknown: it is gone, and nobody knows by whom; the new message is there.
            CommandRefused, ServiceBusy: the server does not do it.
        """
        uids = UidSet.of([self.old.uid])
        if await self._has_marked(session, uids):
            await expunge_messages(session, uids)
            return
        self.has_begun = True
        await remove_messages(session, uids)

    async def _has_marked(self, session: ImapSession, uids: UidSet) -> bool:
        """Mark the message, and nobody else has; or say that the server cannot tell."""
        for _ in range(_LOOKS):
            seen = await self._look(session, uids)
            await self._pass_on(session, seen.flags or ())
            if not seen.modseq:
                return False
            session.unasked()
            self.has_begun = True
            try:
                modified = await session.store(uids, DELETED, how="+FLAGS", unchanged_since=seen.modseq)
            except (CommandRefused, ServiceBusy):
                self.has_begun = False
                await self._look(session, uids)
                raise
            if not modified:
                await self._check_marked(session)
                return True
            self.has_begun = False
        raise self._changed()

    async def _look(self, session: ImapSession, uids: UidSet) -> Fetch:
        selected = session.selected
        # Gmail removes a message as soon as it is marked.
        can_tell = session.capabilities.has("CONDSTORE") and not session.capabilities.is_gmail
        has_modseq = can_tell and selected is not None and selected.highest_modseq
        fetched = await session.fetch_all(uids, ["FLAGS", "MODSEQ"] if has_modseq else ["FLAGS"])
        seen = the_message(fetched, self.old.folder, self.old.uid)
        if has_modseq and _is_marked(seen.flags or ()) and not self.was_marked:
            raise self._changed()
        return seen

    async def _check_marked(self, session: ImapSession) -> None:
        """Go on if the message was there to be marked: a server tells its new modification sequence (section 3.1.3).

        Raises:
            CommitUnknown: it does not, and the message is gone: before that, or because of the mark.
        """
        told = [one for one in session.unasked() if isinstance(one, Fetch) and one.uid == self.old.uid]
        if any(one.modseq for one in told):
            return
        try:
            await check_there(session, self.old.folder, [self.old.uid])
        except ObjectDeleted as error:
            raise CommitUnknown(f"{error}: somebody else has moved, replaced or expunged it just now") from error

    async def _pass_on(self, session: ImapSession, flags: tuple[str, ...]) -> None:
        """Do to the new message what others have done to the flags of the old one meanwhile."""
        came, went = (
            [one for one in some if one not in others and can_be_appended(one)]
            for some, others in ((flags, self.flags), (self.flags, flags))
        )
        if self.new.folder.tag != self.old.folder.tag:
            return
        new = UidSet.of([self.new.uid])
        if came:
            await session.store(new, came, how="+FLAGS")
        if went:
            await session.store(new, went, how="-FLAGS")
        self.flags = flags

    def _changed(self) -> ObjectChanged:
        name = self.old.folder.name
        return ObjectChanged(f"folder {name!r}: somebody else is changing the message, which is left: open it again")


@attrs.frozen
class Undoing:
    """Says whether the old message was removed after all; if not, takes the new one away again.

    Before that the old one loses its mark, and is looked for again: else a server that is slow may come to an EXPUNGE
    of a connection that was lost, and neither would be left. A mark that it had before is there again where the server
    has answered all (``is_over``).
    """

    removal: Removal
    is_over: bool = False

    async def __call__(self, session: ImapSession) -> bool:
        removal = self.removal
        old = UidSet.of([removal.old.uid])
        is_there = await self._is_there(session)
        if removal.has_begun and is_there:
            await session.store(old, DELETED, how="-FLAGS")
            is_there = await self._is_there(session)
        if removal.has_begun and not is_there:
            return True
        await remove_messages(session, UidSet.of([removal.new.uid]))
        if removal.has_begun and removal.was_marked and self.is_over:
            await session.store(old, DELETED, how="+FLAGS")
        return False

    async def _is_there(self, session: ImapSession) -> bool:
        uid = self.removal.old.uid
        return bool(found_among([uid], await session.search(with_uids(UidSet.of([uid])))))


def _is_marked(flags: Sequence[str]) -> bool:
    return "\\deleted" in {one.lower() for one in flags}
