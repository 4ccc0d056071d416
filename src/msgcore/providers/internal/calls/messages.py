"""The internal store's messages: saved, changed, moved and deleted, and loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.content_reader import Limited, read_limited
from msgcore.providers.internal.dialect import look_up
from msgcore.providers.internal.flags import set_read_flags, set_status
from msgcore.providers.internal.prepare import Prepared, prepare
from msgcore.providers.internal.records import KeptContent, load_message, read_record
from msgcore.providers.internal.standing import Standing
from msgcore.providers.internal.writing import (
    copy_messages,
    insert_messages,
    move_messages,
    put_away,
    update_message,
)
from msgcore.runtime import Connection
from msgcore.spi.limited import limit_attachments
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.spi.versions import change_key, version_of

__all__ = ["MessageCalls"]

# Of a few messages with delivery keys it takes longer to ask for them than to make them ready in vain.
_LOOKED_UP_FIRST = 10


class MessageCalls(StoreCalls):
    """Write and load messages."""

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return await self._save(folder, incoming, deadline)

    async def save_associated(
        self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline
    ) -> Sequence[EntryId]:
        return await self._save(folder, incoming, deadline, MessageFlag.ASSOCIATED)

    async def _prepared(self, incoming: Sequence[Incoming], deadline: Deadline, flags: int = 0) -> list[Prepared]:
        now = self._runtime.now()
        return await self._runtime.in_thread(
            lambda: [prepare(self._keyed(one), now, flags, self._database.folder) for one in incoming], deadline
        )

    async def _save(
        self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline, flags: int = 0
    ) -> Sequence[EntryId]:
        number = self._folder(folder)
        known = await self._delivered(incoming, deadline)
        prepared = await self._prepared([one for one in incoming if _key(one) not in known], deadline, flags)

        def work(connection: Connection) -> list[int]:
            self._check_target(connection, number)
            placed = [(number, one) for one in prepared]
            return insert_messages(connection, placed, self._mailbox.id) if placed else []

        fresh = iter(await (self._write if prepared else self._read)(work, deadline))
        return [self._id(known[key] if (key := _key(one)) in known else next(fresh)) for one in incoming]

    async def _delivered(self, incoming: Sequence[Incoming], deadline: Deadline) -> Mapping[bytes | None, int]:
        """Find the messages of a batch that were delivered before, which need not be made ready again."""
        keys = {self._keyed(one).delivery_key: key for one in incoming if (key := _key(one)) is not None}
        if len(keys) < _LOOKED_UP_FIRST:
            return {}
        found = await self._read(
            lambda c: look_up(c, "delivery_key, id", "message", "delivery_key", list(keys)), deadline
        )
        return {given: found[key] for key, given in keys.items() if key in found}

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes:
        number = self._number(entry_id, ObjectKind.MESSAGE)
        wanted = version_of(message)
        (prepared,) = await self._prepared([Incoming(message)], deadline)

        def work(connection: Connection) -> int:
            (old,) = self._changeable(connection, [number])
            self._check_version(connection, number, wanted)
            return update_message(connection, self._mailbox.id, old, prepared)

        return change_key(self.uid, await self._write(work, deadline))

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        number = self._number(entry_id, ObjectKind.MESSAGE)

        def work(connection: Connection) -> tuple[Mapping[PropertyKey, object], Limited, str | None]:
            (found,) = self._standing(connection, [number])
            overlay = connection.value("select overlay from message where id = ?", (number,))
            content = read_limited(connection, found.content, load_limit_octets)
            return read_record(connection, self.uid, number), content, overlay

        record, content, overlay = await self._read(work, deadline)
        message = load_message(KeptContent(content.octets, content.form, overlay), record)
        if content.size_octets <= load_limit_octets:
            return message
        return limit_attachments(message, load_limit_octets, content.left_out)

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        now = self._now()

        def change(connection: Connection, messages: Sequence[Standing]) -> None:
            set_read_flags(connection, self._mailbox.id, messages, is_read, now)

        await self._each(entry_ids, self._standing, change, deadline)

    async def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        def change(connection: Connection, messages: Sequence[Standing]) -> None:
            set_status(connection, self._mailbox.id, messages, status, mask)

        await self._each(entry_ids, self._standing, change, deadline)

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        number = self._folder(folder)

        def change(connection: Connection, messages: Sequence[Standing]) -> None:
            self._check_target(connection, number)
            move_messages(connection, self._mailbox.id, messages, number)

        await self._each(entry_ids, self._changeable, change, deadline)

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        target, numbers = self._folder(folder), self._messages(entry_ids)

        def work(connection: Connection) -> list[int]:
            self._check_target(connection, target)
            found = {one.number: one for one in self._standing(connection, numbers)}
            return copy_messages(connection, self._mailbox.id, [found[number] for number in numbers], target)

        return [self._id(number) for number in await self._write(work, deadline)]

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        now = self._now()

        def change(connection: Connection, messages: Sequence[Standing]) -> None:
            put_away(connection, self._mailbox.id, messages, now)

        await self._each(entry_ids, self._changeable, change, deadline)

    async def _each(
        self,
        entry_ids: Sequence[EntryId],
        find: Callable[[Connection, Sequence[int]], list[Standing]],
        change: Callable[[Connection, Sequence[Standing]], None],
        deadline: Deadline,
    ) -> None:
        numbers = self._messages(entry_ids)
        await self._write(lambda c: change(c, find(c, numbers)), deadline)


def _key(incoming: Incoming) -> bytes | None:
    """Give the delivery key of a message that nothing is to be written of when it was delivered before."""
    return incoming.delivery_key if incoming.origin is None else None
