"""The IMAP store's messages moved and copied: all of them or none, unless a move of very many ends between commands.

A server gives a message that was moved another unique id. Its entry id is forwarded, and stays until the logon ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    CommitUnknown,
    ConnectionLost,
    MsgcoreError,
    ObjectDeleted,
    ServiceBusy,
    TimedOut,
)
from msgcore.providers.imap.arrivals import Print, prints_of, prints_there
from msgcore.providers.imap.calls.base import INTERRUPTS, is_answered
from msgcore.providers.imap.calls.reach import DELETED, Group, ReachCalls, remove_messages
from msgcore.providers.imap.directory import Folder, Place
from msgcore.providers.imap.flags import COPIED
from msgcore.providers.imap.front import DELIVERY_FIELD
from msgcore.providers.imap.there import check_kept, check_there, check_writable, found_among
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key
from msgcore.wire.imap.criteria import uids as with_uids
from msgcore.wire.imap.in_lines import in_lines
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_codes import CopyUid
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["MovingCalls"]

_CODE = "COPYUID"
_Place = tuple[int, int]
Arrived = dict[_Place, Place]
"""By where a message was, where it, or its copy, is now."""


@attrs.define
class _Carried:
    """What is done of a copy or move, and by what is known where it went.

    ``prints`` are by unique id; ``said`` is what the server has said to each command.
    """

    least_uid: int = 0
    prints: dict[int, Print] = attrs.field(factory=dict[int, Print])
    done: list[int] = attrs.field(factory=list[int])
    said: list[CopyUid | None] = attrs.field(factory=list["CopyUid | None"])


@attrs.define
class _Removal:
    """Removes those messages of a folder that are there. ``marked`` were so before it began; ``None``: it has not."""

    group: Group
    marked: list[int] | None = None

    async def __call__(self, session: ImapSession) -> set[_Place]:
        there = await _there(session, self.group)
        if there:
            self.marked = await _there(session, self.group, key("DELETED"))
            await remove_messages(session, UidSet.of(there))
        return {(self.group.folder.tag, uid) for uid in there}

    async def unmark(self, session: ImapSession) -> list[int]:
        """Take off the marks for deletion where it has begun, and say what is there."""
        there = await _there(session, self.group)
        if not there or self.marked is None:
            return there
        await session.store(UidSet.of(there), DELETED, how="-FLAGS")
        return await _there(session, self.group)

    async def mark_again(self, session: ImapSession) -> None:
        await session.store(UidSet.of(self.marked or ()), DELETED, how="+FLAGS")


class MovingCalls(ReachCalls):
    """Move and copy messages."""

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        target = await self._target(folder, deadline)
        groups = await self._groups(entry_ids, deadline)
        leaving = [group for group in groups if group.folder.tag != target.tag]
        in_one_go = len(leaving) == 1 and await self._on(deadline, _can_move)
        if len(groups) > 1 or not in_one_go:
            staying = [group for group in groups if group.folder.tag == target.tag]
            await self._check_all(staying, deadline, is_read_only=False)
            await self._check_all(leaving, deadline, is_read_only=False, flags=() if in_one_go else DELETED)
        if in_one_go:
            (group,) = leaving
            self._forward(group, await self._carry(group, target, deadline, is_move=True))
            return
        # All are copied before any is removed, so that nothing has happened when one copy is refused.
        arrived = await self._all_copied(leaving, target, deadline)
        taken: list[Place] = []
        removals = [_Removal(group) for group in leaving]
        for number, removal in enumerate(removals):
            group = removal.group
            try:
                moved = await self._on(deadline, removal, folder=group.folder, is_read_only=False, may_repeat=False)
            except INTERRUPTS:
                raise
            except BaseException as error:  # also in a task that is cancelled
                if await self._was_done(removals[number:], arrived, error):
                    break
                raise
            self._forward(_part(group, moved), arrived)
            taken += [arrived[group.folder.tag, uid] for uid in group.members if (group.folder.tag, uid) not in moved]
        if taken:
            # Whoever took them away has put them elsewhere, perhaps; they are not to be in two places.
            await self._remove(taken)
            raise ObjectDeleted("messages were moved or deleted by others meanwhile")

    async def _was_done(self, removals: Iterable[_Removal], arrived: Arrived, error: BaseException) -> bool:
        """Say whether messages were moved although it ended in an error; else those that are left have no copies.

        Raises:
            CommitUnknown: nobody can be asked after a connection was lost; all of them have copies.
        """
        try:
            left = await self._take_back(removals, arrived, is_over=is_answered(error))
        except MsgcoreError:
            if isinstance(error, ConnectionLost | TimedOut):
                raise CommitUnknown(f"messages were copied, and perhaps not removed: {error}") from error
            return False
        return not left and isinstance(error, MsgcoreError)

    async def _take_back(self, removals: Iterable[_Removal], arrived: Arrived, *, is_over: bool) -> int:
        """Remove the copies of messages that are still where they were, and count them; the others have been moved.

        What is left there where removing has begun loses a mark for deletion first, and is looked for again: else
        somebody may expunge it, as a server does that comes late to what it was told, and there would be none. A mark
        that it had before is there again where the server has answered, so that nothing can come late (``is_over``).
        """
        count = 0
        for removal in removals:
            group = removal.group

            async def look(deadline: Deadline, removal: _Removal = removal) -> list[int]:
                return await self._on(deadline, removal.unmark, folder=removal.group.folder, is_read_only=False)

            left = {(group.folder.tag, uid) for uid in await self._undone(look)}
            self._forward(_part(group, arrived.keys() - left), arrived)
            await self._remove([arrived[one] for one in left])
            if is_over and removal.marked:
                await self._marked_again(removal)
            count += len(left)
        return count

    async def _marked_again(self, removal: _Removal) -> None:
        async def mark(deadline: Deadline) -> None:
            await self._on(deadline, removal.mark_again, folder=removal.group.folder, is_read_only=False)

        with suppress(MsgcoreError):
            await self._undone(mark)

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        target = await self._target(folder, deadline)
        groups = await self._groups(entry_ids, deadline)
        if len(groups) > 1:
            await self._check_all(groups, deadline)
        places = [(one.folder.tag, one.uid) for one in await self._directory.places(entry_ids, deadline)]
        rounds: list[Arrived] = []
        try:
            for wanted in _rounds(places):
                some = [part for group in groups if (part := _part(group, wanted)).members]
                rounds.append(await self._all_copied(some, target, deadline))
            await self._mark_copies(groups, rounds, deadline)
        except INTERRUPTS:
            raise
        except BaseException:  # also in a task that is cancelled
            await self._remove([there for arrived in rounds for there in arrived.values()])
            raise
        seen: Counter[_Place] = Counter()
        found: list[EntryId] = []
        for place in places:
            there = rounds[seen[place]][place]
            found.append(self._directory.entry_id(there.folder, there.uid))
            seen[place] += 1
        return found

    def _forward(self, group: Group, arrived: Arrived) -> None:
        for uid, entry_id in group.members.items():
            there = arrived.get((group.folder.tag, uid))
            if there is None:
                continue
            self._directory.keep_version(group.folder, uid, there)
            # Also by the entry id that it has in rows, where it was named by another.
            for one in (entry_id, self._directory.entry_id(group.folder, uid)):
                self._directory.forward(one, there.folder, there.uid)

    async def _all_copied(self, groups: Iterable[Group], target: Folder, deadline: Deadline) -> Arrived:
        """Copy messages of several folders, or none of them."""
        arrived: Arrived = {}
        for group in groups:
            try:
                arrived.update(await self._carry(group, target, deadline, is_move=False))
                if any((group.folder.tag, uid) not in arrived for uid in group.members):
                    raise ObjectDeleted(f"folder {group.folder.name!r}: a message was deleted while it was copied")
            except INTERRUPTS:
                raise
            except BaseException:
                await self._remove(arrived.values())
                raise
        return arrived

    async def _carry(self, group: Group, target: Folder, deadline: Deadline, *, is_move: bool) -> Arrived:
        """Copy or move the messages of a folder, by as many commands as they take.

        When one of these is refused or lost, what was copied before is removed again; what was moved before is where
        it was to be, and is known there, and a note on the error says how many these are.
        """
        carried = _Carried()

        async def work(session: ImapSession) -> None:
            await self._carry_in(session, group, target, carried, is_move=is_move)

        try:
            await self._on(deadline, work, folder=group.folder, is_read_only=not is_move, may_repeat=False)
        except INTERRUPTS:
            raise
        except BaseException as error:  # also in a task that is cancelled
            told = self._refused(error, target) if isinstance(error, CommandRefused) else error
            if carried.done and is_move:
                told.add_note(f"{len(carried.done)} of {len(group.members)} messages had been moved")
            with suppress(MsgcoreError):
                done = await self._undone(lambda undoing: self._where(group, carried, target, undoing))
                if is_move:
                    self._forward(group, done)
                else:
                    await self._remove(done.values())
            if told is not error:
                raise told from error
            raise
        return await self._where(group, carried, target, deadline)

    async def _carry_in(
        self, session: ImapSession, group: Group, target: Folder, carried: _Carried, *, is_move: bool
    ) -> None:
        raw_name, uids = target.raw_name, list(group.uids)
        assert raw_name is not None
        await check_there(session, group.folder, uids)
        carried.least_uid = await self._uid_next(session, target, _CODE)
        if carried.least_uid:
            carried.prints = dict(zip(uids, await prints_of(session, uids), strict=True))
        if is_move:
            check_writable(session, group.folder)
        for some in in_lines(session, group.uids, len(raw_name)):
            before: list[CopyUid] = []
            try:
                said = await (session.move(some, raw_name, before) if is_move else session.copy(some, raw_name))
            except (CommandRefused, ServiceBusy):
                for part in before:
                    if len(part.source) <= len(some):
                        carried.done += part.source
                        carried.said.append(part)
                raise
            except (ConnectionLost, TimedOut) as error:
                done = "moved" if is_move else "copied"
                raise CommitUnknown(f"it is not known whether messages were {done}: {error}") from error
            carried.done += some
            carried.said.append(said if said is None or len(said.source) <= len(some) else None)
            if carried.said[-1] is None and not carried.prints:
                # At once, while there is something to look at: a later command may be refused.
                left = UidSet.of(uids).without(UidSet.of(carried.done)) if is_move else UidSet.of(uids)
                carried.prints = await prints_there(session, left)

    async def _where(self, group: Group, carried: _Carried, target: Folder, deadline: Deadline) -> Arrived:
        """Say where messages are that were carried, as far as anybody can tell."""
        arrived: Arrived = {}
        tag = group.folder.tag
        for one in filter(None, carried.said):
            places = await self._came(target, one.uid_validity, one.target, deadline)
            arrived.update({(tag, uid): there for uid, there in zip(one.source, places, strict=True)})
        if None not in carried.said:
            if carried.said:
                self._said.add(_CODE)
            return arrived
        # Without prints they were moved, and nobody can tell where each is; from now on that is seen to before.
        self._said.discard(_CODE)
        uids = [uid for uid in carried.done if uid in carried.prints]
        if uids:
            prints = [carried.prints[uid] for uid in uids]
            found = await self._arrived(target, carried.least_uid, prints, deadline)
            arrived.update({(tag, uid): Place(target, there) for uid, there in zip(uids, found, strict=True)})
        return arrived

    async def _mark_copies(self, groups: Iterable[Group], rounds: Sequence[Arrived], deadline: Deadline) -> None:
        """Mark the copies of messages that were delivered by a key, which is not the copies' own.

        Where the server keeps no keywords, a copy stands for the delivery when the message itself is gone.
        """
        keyed: list[_Place] = []
        for group in groups:

            async def look(session: ImapSession, group: Group = group) -> list[int]:
                criteria = all_of(with_uids(group.uids), header(DELIVERY_FIELD))
                return found_among(list(group.members), await session.search(criteria))

            keyed += [(group.folder.tag, uid) for uid in await self._on(deadline, look, folder=group.folder)]
        copies = [arrived[one] for arrived in rounds for one in keyed if one in arrived]
        if not copies:
            return
        target, marked = copies[0].folder, UidSet.of(one.uid for one in copies)

        async def mark(session: ImapSession) -> None:
            try:
                check_kept(session, target, (COPIED,))
            except CapabilityMissing:
                return
            await session.store(marked, (COPIED,), how="+FLAGS")

        await self._on(deadline, mark, folder=target, is_read_only=False)


async def _can_move(session: ImapSession) -> bool:
    return session.capabilities.has("MOVE")


async def _there(session: ImapSession, group: Group, *criteria: SearchCriteria) -> list[int]:
    return found_among(list(group.members), await session.search(all_of(with_uids(group.uids), *criteria)))


def _rounds(places: Sequence[_Place]) -> list[set[_Place]]:
    """Say what is copied in turn: what is named twice is copied twice, and a server copies it once at a time."""
    counts = Counter(places)
    return [{one for one, count in counts.items() if count > turn} for turn in range(max(counts.values(), default=0))]


def _part(group: Group, wanted: set[_Place]) -> Group:
    members = {uid: one for uid, one in group.members.items() if (group.folder.tag, uid) in wanted}
    return Group(group.folder, members)
