"""Messages of a store in memory, as they are saved, changed, marked, moved and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.message import Message
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.spi.versions import change_key, check_version, version_of
from msgcore.testing.memory import outgoing
from msgcore.testing.memory.calls.base import MemoryCalls
from msgcore.testing.memory.deleting import bring_back, put_away
from msgcore.testing.memory.journal import add_once
from msgcore.testing.memory.values import PENDING, keep

__all__ = ["MessageCalls"]

# What a changed message says anew; the other flags were noted when it arrived, or since.
_SAID_ANEW = MessageFlag.HAS_ATTACHMENTS | MessageFlag.RESEND


class MessageCalls(MemoryCalls):
    """Write messages."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        messages = [(keep(one, self._clock.now()), one) for one in incoming]
        with self._change(deadline) as state:
            number = self._place(state, folder)
            return [self._message_id(add_once(state, number, *message)) for message in messages]

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes | None:
        changed = keep(Incoming(message), self._clock.now())
        with self._change(deadline) as state:
            known = self._message(state, entry_id)
            outgoing.refuse_submitted(state, known.number)
            check_version(version_of(message), change_key(self.uid, known.version))
            flags = (known.flags & ~_SAID_ANEW) | (changed.flags & _SAID_ANEW)
            version = state.next_number()
            state.put(
                attrs.evolve(
                    known,
                    form=changed.form,
                    octets=changed.octets,
                    overlay=changed.overlay,
                    flags=flags,
                    modified_at=changed.modified_at,
                    version=version,
                )
            )
            return change_key(self.uid, version)

    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            target = self._place(state, folder)
            for message in self._messages(state, entry_ids):
                outgoing.refuse_submitted(state, message.number)
                if message.folder != target:
                    state.put(attrs.evolve(message, folder=target))

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        with self._change(deadline) as state:
            target = self._place(state, folder)
            copies = [self._message(state, entry_id).copied() for entry_id in entry_ids]
            return [self._message_id(state.add(target, one)) for one in copies]

    # Deleting

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            put_away(state, self._messages(state, entry_ids), self._clock.now())

    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            bring_back(state, [one for one in self._kept(state, entry_ids) if one.deleted_at is not None])

    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for message in self._kept(state, entry_ids):
                outgoing.refuse_submitted(state, message.number)
                state.drop(message.number)

    def purge_before(self, moment: datetime, deadline: Deadline) -> int:
        with self._change(deadline) as state:
            kept = state.messages.values()
            old = [one.number for one in kept if one.deleted_at is not None and one.deleted_at < moment]
            for number in old:
                state.drop(number)
            return len(old)

    # What is noted beside their content

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for message in self._messages(state, entry_ids):
                if message.is_read is is_read:
                    continue
                flags = message.flags & ~MessageFlag.READ
                if is_read:
                    flags = (flags & ~PENDING) | MessageFlag.READ
                    if MessageFlag.READ_RECEIPT_PENDING in message.flags:
                        state.owed[message.number] = (True, self._clock.now())
                state.put(attrs.evolve(message, flags=flags))

    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        with self._change(deadline) as state:
            for message in self._messages(state, entry_ids):
                # As integers: the complement of a flag knows nothing of an application's own bits.
                bits = (int(message.status) & ~int(mask)) | (int(status) & int(mask))
                state.put(attrs.evolve(message, status=MessageStatus(bits)))

    def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for message in self._kept(state, entry_ids):
                state.owed.pop(message.number, None)
                state.put(attrs.evolve(message, flags=message.flags & ~PENDING))

    def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        owed = [
            OwedReceipt(self._message_id(number), is_read, since)
            for number, (is_read, since) in self._state(deadline).owed.items()
        ]
        return sorted(owed, key=lambda one: (one.since, one.entry_id.number))
