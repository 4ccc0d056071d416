"""The IMAP store's messages: loaded, marked and deleted; and with the other parts, saved, moved and copied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    MsgcoreError,
    NotFound,
    ObjectDeleted,
    UsageError,
)
from msgcore.model.message import Message
from msgcore.props.table import PidTagChangeKey
from msgcore.providers.imap.calls.deletion import DeletingCalls, Deletion
from msgcore.providers.imap.calls.moving import MovingCalls
from msgcore.providers.imap.calls.reach import DELETED, Group
from msgcore.providers.imap.calls.saving import SavingCalls
from msgcore.providers.imap.directory import Folder, Place
from msgcore.providers.imap.flags import SEEN, status_flags
from msgcore.providers.imap.partial_load import Loaded, load_afresh, load_several
from msgcore.providers.imap.record import add_record, flagged_record, placed_record
from msgcore.providers.imap.sessions import Outdated, PooledSession
from msgcore.providers.imap.there import check_kept, flags_in_use
from msgcore.spi.limited import limit_attachments
from msgcore.spi.store import LOADED_AT_ONCE, MessageStatus
from msgcore.wire.imap.command import Atom, Command, flag
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.storing import How
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["MessageCalls"]

T = TypeVar("T")

_LOADED_OCTETS = 16 << 20
_IN_ONE_LINE = 50

Change = tuple[How, tuple[str, ...]]
Changes = Callable[[ImapSession], Sequence[Change]]


class MessageCalls(SavingCalls, MovingCalls, DeletingCalls):
    """Load and change messages."""

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        self._begin(deadline)
        (place,) = await self._directory.places([entry_id], deadline)

        async def work(session: ImapSession) -> Loaded:
            return await load_afresh(session, place.folder, place.uid, load_limit_octets)

        return self._read(place, await self._looking(deadline, work, place.folder), load_limit_octets)

    async def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        self._begin(deadline)
        wanted = [await self._place(one, deadline) for one in entry_ids[:LOADED_AT_ONCE]]
        fetched = await self._fetched_together(
            [one for one in wanted if isinstance(one, Place)], load_limit_octets, deadline
        )
        found: list[Message | NotFound] = []
        for place in wanted:
            one = fetched.get((place.folder.tag, place.uid)) if isinstance(place, Place) else place
            try:
                if isinstance(place, Place) and isinstance(one, Loaded):
                    found.append(self._read(place, one, load_limit_octets))
                elif isinstance(one, NotFound):
                    found.append(one)
                elif isinstance(one, MsgcoreError):
                    raise one
                else:
                    break  # it is left for the next time
            except MsgcoreError:
                if not found:
                    raise
                break
        return found

    async def _place(self, entry_id: EntryId, deadline: Deadline) -> Place | UsageError:
        """Find where a message is, or the error to be given in its place or raised at its turn."""
        try:
            return (await self._directory.places([entry_id], deadline))[0]
        except UsageError as error:
            return error

    async def _fetched_together(
        self, places: Sequence[Place], load_limit_octets: int, deadline: Deadline
    ) -> dict[tuple[int, int], Loaded | MsgcoreError]:
        """Fetch messages, folder by folder, as long as there is room for them."""
        folders = {one.folder.tag: one.folder for one in places}
        room = _LOADED_OCTETS
        fetched: dict[tuple[int, int], Loaded | MsgcoreError] = {}
        for tag, folder in folders.items():
            uids = list(dict.fromkeys(one.uid for one in places if one.folder.tag == tag))

            async def work(
                session: ImapSession, folder: Folder = folder, uids: Sequence[int] = uids, room: int = room
            ) -> dict[int, Loaded | MsgcoreError]:
                return await load_several(session, folder, uids, load_limit_octets, room)

            try:
                some = await self._on(deadline, work, folder=folder)
            except NotFound as error:  # the folder is gone
                some = dict.fromkeys(uids, error)
            fetched.update(((tag, uid), one) for uid, one in some.items())
            room -= sum(len(one.octets) for one in some.values() if isinstance(one, Loaded))
            if room <= 0:
                break
        return fetched

    def _read(self, place: Place, loaded: Loaded, load_limit_octets: int) -> Message:
        message = loaded.message()
        has_attachments = any(not attachment.is_inline for attachment in message.attachments)
        entry_id = self._directory.entry_id(place.folder, place.uid)
        record = {
            **placed_record(entry_id, place.folder.entry_id, loaded.internal_date, loaded.size_octets),
            **flagged_record(loaded.flags, has_attachments=has_attachments),
            PidTagChangeKey: self._change_key(place),
        }
        add_record(message, record, loaded.flags)
        if loaded.size_octets <= load_limit_octets:
            return message
        return limit_attachments(message, load_limit_octets, loaded.left_out)

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        await self._mark(entry_ids, deadline, lambda _: [("+FLAGS" if is_read else "-FLAGS", (SEEN,))], (SEEN,))

    async def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        added, removed = status_flags(status & mask), status_flags(int(mask) & ~int(status))

        def changes(session: ImapSession) -> Sequence[Change]:
            both: list[Change] = [("+FLAGS", added), ("-FLAGS", flags_in_use(session, removed))]
            return [(how, flags) for how, flags in both if flags]

        await self._mark(entry_ids, deadline, changes, added)

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        self._begin(deadline, is_read_only=False)
        groups = await self._groups(entry_ids, deadline)
        if len(groups) > 1:
            await self._check_all(groups, deadline, is_read_only=False, flags=DELETED)
        for group in groups:
            await self._delete_in(group, deadline, is_small=_is_small(groups))

    async def _delete_in(self, group: Group, deadline: Deadline, *, is_small: bool) -> None:
        folder, deletion = group.folder, Deletion(group.folder, group.uids)

        async def delete() -> None:
            if is_small:
                await self._change(
                    group, deadline, lambda _: [("+FLAGS", DELETED)], DELETED, deletion, may_repeat=False
                )
            else:
                await self._on(deadline, deletion.all_of_them, folder=folder, is_read_only=False, may_repeat=False)

        await self._deleted(deletion, delete)
        for uid in group.members:
            self._held.forget(folder.tag, uid)

    async def _mark(
        self, entry_ids: Sequence[EntryId], deadline: Deadline, changes: Changes, flags: Sequence[str]
    ) -> None:
        """Change the flags of messages, all or none; ``flags`` are those that they get."""

        async def mark(session: ImapSession, group: Group) -> None:
            for how, some in changes(session):
                await session.store(group.uids, some, how=how)

        group = await self._small_group(entry_ids, deadline)
        if group is None:
            await self._each(entry_ids, deadline, mark, flags=flags, may_repeat=True)
        else:
            await self._change(group, deadline, changes, flags, None, may_repeat=True)

    # In few flights

    async def _small_group(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Group | None:
        """Give the messages when they are of one folder, and so few that a line has room for them."""
        self._begin(deadline, is_read_only=False)
        groups = await self._groups(entry_ids, deadline)
        return groups[0] if _is_small(groups) else None

    async def _change(
        self,
        group: Group,
        deadline: Deadline,
        changes: Changes,
        flags: Sequence[str],
        deletion: Deletion | None,
        *,
        may_repeat: bool,
    ) -> None:
        """See whether messages are there, and change their flags; of a single one in the same flight.

        What a server does to one that is gone is nothing; of several none is to be changed then. With ``deletion`` they
        are removed when their flags have been changed.

        Raises:
            ObjectDeleted: one is gone.
            MsgcoreError: what ``check_kept`` raises, and what the server refuses.
        """

        async def work(session: ImapSession) -> None:
            uids = group.uids
            check_kept(session, group.folder, flags)
            stores = [_store(uids, change) for change in changes(session)]
            along, later = (stores, []) if len(group.members) == 1 else ([], stores)
            looks = [Command(b"UID SEARCH", Atom(b"UID"), uids)]
            if deletion is not None:
                looks.append(deletion.question)
                deletion.has_begun = bool(along)
            noop, seen, *done = await session.run(Command(b"NOOP"), *looks, *along)
            if noop.refusal is not None:
                raise Outdated(str(noop.refusal)) from noop.refusal
            missing = uids.without(seen.check().found)
            if missing:
                first = next(iter(missing))
                raise ObjectDeleted(f"folder {group.folder.name!r}: the message of unique id {first} is gone")
            if deletion is not None:
                deletion.marked = done.pop(0).found
                deletion.has_begun = True
            done += await session.run(*later) if later else ()
            for answer in done if deletion is None else ():
                answer.check()
            if deletion is not None:
                await deletion.remove(session, done)

        await self._looking(deadline, work, group.folder, is_read_only=False, may_repeat=may_repeat)

    async def _looking(
        self,
        deadline: Deadline,
        work: Callable[[ImapSession], Awaitable[T]],
        folder: Folder,
        *,
        is_read_only: bool = True,
        may_repeat: bool = True,
    ) -> T:
        """Do as :meth:`_on`, for work that has the server look at the mailbox in its own first flight.

        Where ``work`` sees that the mailbox is not what it was it raises ``Outdated``, and runs again by ``_on``.
        """
        self._begin(deadline, is_read_only=is_read_only)

        async def look(pooled: PooledSession) -> None:
            pooled.is_current = True  # it need not be asked what is new
            await pooled.look_at(folder, is_read_only=is_read_only)

        async def run(pooled: PooledSession) -> T:
            return await work(pooled.session)

        try:
            return await self._sessions.use(
                deadline, run, get_ready=look, raw_name=folder.raw_name, may_repeat=may_repeat
            )
        except Outdated:
            return await self._on(deadline, work, folder=folder, is_read_only=is_read_only, may_repeat=may_repeat)
        finally:
            if not is_read_only:
                self._directory.outdate()


def _is_small(groups: Sequence[Group]) -> bool:
    return len(groups) == 1 and len(groups[0].members) <= _IN_ONE_LINE


def _store(uids: UidSet, change: Change) -> Command:
    how, flags = change
    return Command(b"UID STORE", uids, Atom(f"{how}.SILENT".encode()), tuple(flag(one) for one in flags))
