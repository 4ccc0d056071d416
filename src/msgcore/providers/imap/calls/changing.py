"""The IMAP store's messages changed, though a server lets nobody change one but for its flags.

*Theory of operation.* Where only categories differ, and the server keeps them as keywords, they are stored, and the
message stays what it is. Else the message is replaced: the new one is appended, with the flags, the time of arrival and
the delivery key of the old one, and when it is there, the old one is removed. So at whatever point this ends, one of
them is there. When removing fails it is looked at again: if the old one is still there, the new one is taken away, and
the message is as it was; if it is gone, the change is made.

The unique id names the version: who has read what was replaced in this logon overwrites nothing. A change of keywords
alone makes no version.
"""

from __future__ import annotations

from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CapabilityMissing, CommandRefused, CommitUnknown, MsgcoreError, ObjectDeleted, ServiceBusy
from msgcore.model.message import Message
from msgcore.props.table import PidNameKeywords
from msgcore.providers.imap.calls.appending import AppendingCalls
from msgcore.providers.imap.calls.base import INTERRUPTS, is_answered
from msgcore.providers.imap.calls.reach import DELETED
from msgcore.providers.imap.calls.replaced import Removal, Undoing
from msgcore.providers.imap.categories import Marks, flags_beside, marks_for, saying_its_categories
from msgcore.providers.imap.content import prepare
from msgcore.providers.imap.directory import Place
from msgcore.providers.imap.record import keywords_with
from msgcore.providers.imap.stored import Stored, categories_said, fetch_stored, source_octets_of
from msgcore.providers.imap.there import check_kept, check_there, check_writable, the_message
from msgcore.spi.store import Incoming
from msgcore.spi.versions import check_version, version_of
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["ChangingCalls"]


class ChangingCalls(AppendingCalls):
    """Change messages."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._one_change = self._runtime.lock()

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes:
        self._begin(deadline, is_read_only=False)
        given = message.copy()
        source_octets = source_octets_of(given)
        # One at a time: of two that replace the same message, each would take the other's for the old one's end.
        await self._one_change.acquire(deadline)
        try:
            (place,) = await self._directory.places([entry_id], deadline)
            stored_key = self._change_key(place)
            check_version(version_of(given), stored_key)
            stored = await self._stored(place, source_octets, deadline)
            if version_of(given) == stored_key and not given.properties_set.was_changed(PidNameKeywords):
                # Those that others have given it since it was loaded stay.
                categories = keywords_with(given.get(PidNameKeywords, ()), stored.flags)
                given.properties_set.preset(PidNameKeywords, categories)
            said = await self._runtime.in_thread(lambda: categories_said(stored, given, self.uid), deadline)
            if said is not None:
                flags = await self._marked(place, stored, said, given.get(PidNameKeywords, ()), deadline)
                if flags is None:
                    return stored_key
                stored = attrs.evolve(stored, flags=flags)
            return self._change_key(await self._replace(entry_id, place, stored, given, deadline))
        finally:
            self._one_change.release()

    async def _stored(self, place: Place, source_octets: int, deadline: Deadline) -> Stored:
        async def look(session: ImapSession) -> Stored:
            check_writable(session, place.folder)
            return await fetch_stored(session, place.folder, place.uid, source_octets)

        return await self._on(deadline, look, folder=place.folder, is_read_only=False)

    # Marking

    async def _marked(
        self, place: Place, stored: Stored, said: tuple[str, ...], wanted: tuple[str, ...], deadline: Deadline
    ) -> tuple[str, ...] | None:
        """Have keywords say the categories; where they do not, give the flags that the message has then."""
        marks = marks_for(said, wanted, stored.flags)
        if marks is None:
            return stored.flags
        if marks == Marks():
            return None
        try:
            flags = await self._on(deadline, _Marking(place, marks), folder=place.folder, is_read_only=False)
        except CapabilityMissing:
            return stored.flags
        # Servers keep fewer than they say, or spell one as it was spelled before.
        return None if set(keywords_with(said, flags)) == set(wanted) else flags

    # Replacing

    async def _replace(
        self, entry_id: EntryId, place: Place, stored: Stored, message: Message, deadline: Deadline
    ) -> Place:
        folder = place.folder
        incoming = Incoming(saying_its_categories(message, stored.flags), received_at=stored.internal_date)
        prepared = await self._runtime.in_thread(lambda: prepare(incoming, self.uid, stored.front.delivery), deadline)
        await self._check_replaceable(place, deadline)
        flags = flags_beside(stored.flags, message.get(PidNameKeywords, ()))
        (new,) = await self._appended(folder, [attrs.evolve(prepared, flags=flags)], deadline)
        interrupted = await self._remove_old(Removal(place, new, stored.flags), deadline)
        self._held.forget(folder.tag, place.uid)
        # Also by the entry id of the place itself, where the message came to it in this logon.
        named = self._directory.entry_id(folder, place.uid)
        for one in (entry_id, named):
            self._directory.forward(one, new.folder, new.uid)
        if interrupted is not None:
            raise interrupted
        return new

    async def _check_replaceable(self, place: Place, deadline: Deadline) -> None:
        async def look(session: ImapSession) -> None:
            check_kept(session, place.folder, DELETED)
            await check_there(session, place.folder, [place.uid])

        await self._on(deadline, look, folder=place.folder, is_read_only=False)

    async def _remove_old(self, removal: Removal, deadline: Deadline) -> BaseException | None:
        """Remove the message that was replaced, or else the one that replaces it.

        What cancelled the task is given, to be raised later, where the message was removed all the same.

        Raises:
            CommitUnknown: nobody can be asked whether it was removed; the new one is there, or both are.
            MsgcoreError: why it was not removed.
        """
        folder = removal.old.folder
        try:
            await self._on(deadline, removal, folder=folder, is_read_only=False, may_repeat=False)
        except (CommitUnknown, *INTERRUPTS):
            raise
        except BaseException as error:  # also in a task that is cancelled
            if removal.new.folder.tag != folder.tag:  # the server has numbered the messages anew
                await self._remove([removal.new])
                raise
            undoing = Undoing(removal, is_over=is_answered(error))
            try:
                is_removed = await self._undone(
                    lambda undoing_deadline: self._on(undoing_deadline, undoing, folder=folder, is_read_only=False)
                )
            except MsgcoreError as other:
                is_known = isinstance(error, CommandRefused | ServiceBusy)
                if is_known or (isinstance(error, ObjectDeleted) and isinstance(other, ObjectDeleted)):
                    raise error from other
                raise CommitUnknown(
                    f"folder {folder.name!r}: the changed message is there, and may be there as it was before, too"
                ) from error
            if not is_removed:
                raise
            return None if isinstance(error, MsgcoreError) else error
        return None


async def _flags_of(session: ImapSession, place: Place) -> tuple[str, ...]:
    """Give the flags of a message as they are now; raises ``ObjectDeleted`` when it is gone."""
    fetched = await session.fetch_all(UidSet.of([place.uid]), ["FLAGS"])
    return the_message(fetched, place.folder, place.uid).flags or ()


@attrs.frozen
class _Marking:
    """Adds and takes away keywords, and sees which flags there are then."""

    place: Place
    marks: Marks

    async def __call__(self, session: ImapSession) -> tuple[str, ...]:
        folder, uids = self.place.folder, UidSet.of([self.place.uid])
        check_kept(session, folder, self.marks.added)
        if self.marks.added:
            await session.store(uids, self.marks.added, how="+FLAGS")
        if self.marks.removed:
            await session.store(uids, self.marks.removed, how="-FLAGS")
        return await _flags_of(session, self.place)
