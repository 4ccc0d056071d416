"""Stores with one fault each in what they keep of deleted messages, status and receipts, and in streams."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, ObjectDeleted, StoreError, UsageError
from msgcore.model import Message
from msgcore.props.table import PidTagMessageStatus, PidTagReadReceiptRequested
from msgcore.runtime import NEVER
from msgcore.spi.message_state import AttachmentFacts, OwedReceipt
from msgcore.spi.store import Contents, Incoming, MessageFlag, MessageStatus
from msgcore.testing.memory.values import KeptMessage
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.stores.identity import Identity
from msgcore.testing.stores.moves import Moves
from msgcore.testing.stores.noting import Receipts, Statuses
from msgcore.testing.stores.recovering import Recovering
from msgcore.testing.stores.streaming import Streaming
from tests.testing.faulty_folders import Looking
from tests.testing.faulty_stores import store_fault

_PENDING = MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING
_NONE = MessageStatus(0)
_RESTORED = "receipts_of_a_restored_message_are_pending_again_unless_they_were_cleared"


class Meddling(Looking):
    """A store that changes what it keeps of a message behind everybody's back."""

    def meddle(self, entry_ids: Sequence[EntryId], **changes: Any) -> None:
        with self._memory.change() as state:
            for message in self._kept(state, entry_ids):
                state.put(attrs.evolve(message, **changes))

    def look_at(self, entry_id: EntryId) -> KeptMessage:
        return self._memory.state.messages[entry_id.number]


# Errors.


@store_fault(Identity, "a_folder_that_is_gone_is_deleted", "a_message_that_is_gone_is_deleted")
class DeletedNeverWas(Looking):
    """It does not tell an entry id of something deleted from one that never was."""

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        try:
            return super().load(entry_id, load_limit_octets, deadline)
        except ObjectDeleted as error:
            raise NotFound(str(error)) from error

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[object]:  # type: ignore[override]  # a fault
        try:
            return super().folders(parent, deadline)
        except ObjectDeleted as error:
            raise NotFound(str(error)) from error


@store_fault(Identity, "the_folder_of_another_store_is_not_found", "the_message_of_another_store_is_not_found")
class ForeignNeverWas(MemoryStore):
    """It does not tell an entry id of another store from one that never was."""

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self.uid:
            raise NotFound("never was")
        return super()._number(entry_id, kind)


@store_fault(Identity, "a_message_that_is_gone_for_good_is_not_kept")
class PurgedIsForgotten(MemoryStore):
    """It purges and restores what is not there, too."""

    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with suppress(ObjectDeleted):
            super().purge(entry_ids, deadline)


@store_fault(Identity, "a_message_that_is_gone_is_no_submission")
class DeletedIsRetried(MemoryStore):
    def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        with suppress(ObjectDeleted):
            super().retry(entry_id, deadline)


@store_fault(Moves, "of_several_messages_all_are_given_a_status_or_none")
class StatusOfSome(MemoryStore):
    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        for one in entry_ids:
            super().set_message_status([one], status, mask, deadline)


# Deleted.


@store_fault(
    Recovering,
    "a_deleted_message_is_among_what_is_deleted",
    "a_delivery_of_what_was_deleted_is_known_again",
    "a_message_is_deleted_where_it_was_deleted",
    "a_purged_message_is_gone_for_good",
    "a_restored_message_has_its_read_flag",
    "a_restored_message_is_counted_again",
    "a_restored_message_is_no_longer_among_what_is_deleted",
    "a_restored_message_is_the_same",
    "a_restored_message_is_where_it_was_with_its_entry_id",
    "of_several_messages_all_are_restored_or_none",
    "what_was_deleted_before_a_moment_is_purged",
)
class DeletesForGood(Looking):
    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().delete(entry_ids, deadline)
        self.purge(entry_ids, deadline)


@store_fault(
    Recovering,
    "a_deleted_message_is_among_what_is_deleted",
    "a_message_that_is_there_is_not_among_what_is_deleted",
    "a_purged_message_is_gone_for_good",
    "a_restored_message_is_no_longer_among_what_is_deleted",
    "what_was_deleted_before_a_moment_is_purged",
)
class EverythingIsAmongTheDeleted(MemoryStore):
    def _table(self, folder: EntryId, contents: Contents, deadline: Deadline) -> Sequence[Message]:
        found = super()._table(folder, contents, deadline)
        others = super()._table(folder, Contents.MESSAGES, deadline)
        return [*found, *others] if contents is Contents.DELETED else found


@store_fault(Recovering, "a_deleted_message_is_not_loaded")
class DeletedIsLoaded(Meddling):
    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        try:
            return super().load(entry_id, load_limit_octets, deadline)
        except ObjectDeleted:
            return self.look_at(entry_id).message(self.uid)


@store_fault(Recovering, "a_message_is_deleted_where_it_was_deleted")
class DeletedOfAllFolders(MemoryStore):
    """What is deleted is in one heap."""

    def _table(self, folder: EntryId, contents: Contents, deadline: Deadline) -> Sequence[Message]:
        if contents is not Contents.DELETED:
            return super()._table(folder, contents, deadline)
        kept = self._state(deadline).messages.values()
        return [one.message(self.uid) for one in kept if one.contents is Contents.DELETED]


@store_fault(Recovering, "a_delivery_of_what_was_deleted_is_known_again")
class DeletedIsDeliveredAgain(Meddling):
    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().delete(entry_ids, deadline)
        self.meddle(entry_ids, delivery_key=None)


@store_fault(
    Recovering,
    "a_restored_message_has_its_read_flag",
    "a_restored_message_is_no_longer_among_what_is_deleted",
    "a_restored_message_is_the_same",
    "a_restored_message_is_where_it_was_with_its_entry_id",
    "to_restore_what_was_not_deleted_changes_nothing",
)
class RestoresCopies(Looking):
    """What is restored has another entry id."""

    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        for one in entry_ids:
            self.copy([one], self._folder_id(self._message(self._state(deadline), one).folder), deadline)
        self.delete(entry_ids, deadline)


@store_fault(Recovering, "a_restored_message_is_the_same")
class RestoresTheSubject(Looking):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        for one in entry_ids:
            self.save_changes(one, Message(subject=self.load(one, 1 << 40, deadline).subject), deadline)


@store_fault(
    Recovering,
    "a_restored_message_is_no_longer_among_what_is_deleted",
    "to_restore_what_was_not_deleted_changes_nothing",
)
class RestoredIsStillAmongTheDeleted(Looking):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        home = self._folder_id(self._message(self._state(deadline), entry_ids[0]).folder)
        super().delete(self.copy(entry_ids, home, deadline), deadline)


@store_fault(
    Recovering,
    "a_restored_message_has_its_read_flag",
    "a_restored_message_is_counted_again",
    "to_restore_what_was_not_deleted_changes_nothing",
)
class RestoredIsRead(Meddling):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        self.set_read_flag(entry_ids, True, deadline)


@store_fault(Recovering, "of_several_messages_all_are_restored_or_none")
class RestoresWhatItCan(MemoryStore):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        for one in entry_ids:
            super().restore([one], deadline)


@store_fault(Recovering, "what_was_deleted_in_a_folder_that_is_gone_is_gone_for_good")
class KeepsWhatWasDeletedInAFolder(Looking):
    """What was deleted in a folder stays when the folder goes."""

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        deleted = self.ids_in(entry_id, deadline, Contents.DELETED)
        parent = self.folder(entry_id, deadline).parent_id
        if parent is not None:
            with self._change(deadline) as state:
                for one in self._kept(state, deleted):
                    state.put(attrs.evolve(one, folder=parent.number))
        super().delete_folder(entry_id, deadline)


@store_fault(Recovering, "a_purged_message_is_gone_for_good", "of_several_messages_all_are_purged_or_none")
class PurgesWhatWasDeletedBefore(Meddling):
    """What is to go for good, and was not deleted before, is only deleted."""

    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        there = [one for one in entry_ids if self.look_at(one).deleted_at is None]
        self.delete(there, deadline)
        super().purge([one for one in entry_ids if one not in there], deadline)


@store_fault(Recovering, "of_several_messages_all_are_purged_or_none")
class PurgesWhatItCan(MemoryStore):
    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        for one in entry_ids:
            super().purge([one], deadline)


@store_fault(Recovering, "what_was_deleted_before_a_moment_is_purged")
class PurgesAllThatWasDeleted(MemoryStore):
    """Of whatever age."""

    def purge_before(self, moment: datetime, deadline: Deadline) -> int:
        return super().purge_before(datetime.max.replace(tzinfo=moment.tzinfo), deadline)


@store_fault(Recovering, "what_was_deleted_before_a_moment_is_purged", "what_was_not_deleted_is_not_purged_for_its_age")
class PurgesByDateOfArrival(MemoryStore):
    """Whatever arrived before the moment, deleted or not."""

    def purge_before(self, moment: datetime, deadline: Deadline) -> int:
        with self._change(deadline) as state:
            old = [one.number for one in state.messages.values() if one.delivered_at < moment and not one.deleted_at]
            for number in old:
                state.drop(number)
        return len(old) + super().purge_before(moment, deadline)


# Status.


@store_fault(
    Statuses,
    "a_changed_message_keeps_its_status",
    "a_message_has_no_status_at_first",
    "a_moved_message_keeps_its_status",
    "a_status_is_kept_of_the_message_that_it_was_set_of",
    "a_status_that_a_message_says_itself_is_not_taken_over",
    "a_table_shows_the_status",
    "bits_of_the_mask_are_set_and_cleared_and_others_stay",
)
class EveryMessageIsADraft(Meddling):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        ids = super().save(folder, incoming, deadline)
        self.meddle(ids, status=MessageStatus.DRAFT)
        return ids


@store_fault(Statuses, "a_status_is_kept_of_the_message_that_it_was_set_of")
class StatusUntilLogoff(MemoryStore):
    def close(self) -> None:
        if not self._is_closed:
            with self._memory.change() as state:
                for one in list(state.messages.values()):
                    state.put(attrs.evolve(one, status=_NONE))
        super().close()


@store_fault(Statuses, "bits_of_the_mask_are_set_and_cleared_and_others_stay")
class StatusWithoutAMask(MemoryStore):
    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        super().set_message_status(entry_ids, status, MessageStatus(0x7FFFFFFF), deadline)


class Hiding(MemoryStore):
    """A store whose tables do not know of a status."""

    def _table(self, folder: EntryId, contents: Contents, deadline: Deadline) -> Sequence[Message]:
        found = super()._table(folder, contents, deadline)
        for one in found:
            one.properties_set.preset(PidTagMessageStatus, 0)
        return found


@store_fault(Statuses, "a_restriction_sees_the_status", "a_table_shows_the_status")
class TablesShowNoStatus(Hiding):
    """They show none."""


@store_fault(Statuses, "a_changed_message_keeps_its_status")
class ChangesClearTheStatus(Meddling):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, message, deadline)
        self.meddle([entry_id], status=_NONE)


@store_fault(Statuses, "a_moved_message_keeps_its_status")
class MovesClearTheStatus(Meddling):
    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        super().move(entry_ids, folder, deadline)
        self.meddle(entry_ids, status=_NONE)


@store_fault(Statuses, "a_status_that_a_message_says_itself_is_not_taken_over")
class StatusFromTheMessage(Meddling):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        ids = super().save(folder, incoming, deadline)
        for entry_id, one in zip(ids, incoming, strict=True):
            self.meddle([entry_id], status=MessageStatus(one.message.get(PidTagMessageStatus, 0)))
        return ids


# Receipts.


@store_fault(
    Receipts,
    "a_changed_message_keeps_its_pending_receipts",
    "a_copy_has_no_pending_receipts",
    "a_receipt_is_owed_since_a_message_was_read",
    "deleting_a_message_that_was_read_owes_nothing_more",
    "deleting_an_unread_message_owes_a_receipt_that_says_so",
    "receipts_are_listed_oldest_first",
    _RESTORED,
    "receipts_that_are_asked_for_are_pending",
    "what_was_cleared_is_owed_no_more",
)
class NothingIsPending(Meddling):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        ids = super().save(folder, incoming, deadline)
        for one in ids:
            self.meddle([one], flags=self.look_at(one).flags & ~_PENDING)
        return ids


@store_fault(
    Receipts,
    "a_changed_message_keeps_its_pending_receipts",
    "a_receipt_is_owed_since_a_message_was_read",
    "deleting_an_unread_message_owes_a_receipt_that_says_so",
    "no_receipt_is_pending_of_a_draft_or_of_what_was_read",
    _RESTORED,
    "receipts_that_are_asked_for_are_pending",
)
class EverythingIsPending(Meddling):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        ids = super().save(folder, incoming, deadline)
        for one in ids:
            self.meddle([one], flags=self.look_at(one).flags | _PENDING)
        return ids


@store_fault(Receipts, "a_receipt_is_pending_of_what_was_delivered")
class NothingIsPendingOfWhatIsDelivered(Meddling):
    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        ids = super().deliver(incoming, deadline)
        self.clear_receipts(ids, deadline)
        return ids


@store_fault(Receipts, "a_changed_message_keeps_its_pending_receipts")
class ChangesAskAnew(Meddling):
    """A changed message has pending what it asks for itself."""

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, message, deadline)
        asks = message.headers.get("Disposition-Notification-To") is not None
        flags = self.look_at(entry_id).flags & ~_PENDING
        self.meddle([entry_id], flags=flags | _PENDING if asks else flags)


@store_fault(Receipts, "a_copy_has_no_pending_receipts")
class CopiesAsk(Meddling):
    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        copies = super().copy(entry_ids, folder, deadline)
        for one, copy in zip(entry_ids, copies, strict=True):
            self.meddle([copy], flags=self.look_at(one).flags)
        return copies


@store_fault(
    Receipts, "nothing_is_owed_before_a_message_is_read", "restoring_a_message_takes_back_that_it_was_not_read"
)
class OwedFromArrivalOn(Meddling):
    def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        pending = [one for one in self._state(deadline).messages.values() if one.flags & _PENDING]
        early = [OwedReceipt(self._message_id(one.number), True, one.delivered_at) for one in pending]
        return [*super().owed_receipts(deadline), *early]


@store_fault(Receipts, "a_receipt_is_owed_since_a_message_was_read")
class OwedSinceArrival(Meddling):
    """It does not note when a message was read."""

    def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        found = super().owed_receipts(deadline)
        return [attrs.evolve(one, since=self.look_at(one.entry_id).delivered_at.replace(year=2001)) for one in found]


@store_fault(Receipts, "no_receipt_is_pending_once_a_message_was_read")
class PendingForEver(Meddling):
    """A receipt stays pending when it is owed, so that it is owed each time that a message is read."""

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        pending = {one: self.look_at(one).flags & _PENDING for one in entry_ids}
        super().set_read_flag(entry_ids, is_read, deadline)
        for one, flags in pending.items():
            self.meddle([one], flags=self.look_at(one).flags | flags)


@store_fault(
    Receipts,
    "a_receipt_is_owed_since_a_message_was_read",
    "to_read_a_message_again_owes_nothing_more",
    "what_was_cleared_before_it_was_read_is_never_owed",
)
class OwedEachTime(Meddling):
    """Reading a message that asks owes a receipt, however often it was read before."""

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        super().set_read_flag(entry_ids, is_read, deadline)
        with self._change(deadline) as state:
            for one in entry_ids if is_read else ():
                state.owed[one.number] = (True, self._clock.now())


@store_fault(Receipts, "deleting_an_unread_message_owes_a_receipt_that_says_so")
class DeletedAsRead(MemoryStore):
    def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        return [attrs.evolve(one, is_read=True) for one in super().owed_receipts(deadline)]


@store_fault(Receipts, "deleting_a_message_that_was_read_owes_nothing_more")
class DeletedOwesAlways(Meddling):
    """It owes that a message was not read, read or not, for each that is deleted."""

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        read = [one for one in entry_ids if self.look_at(one).is_read]
        super().delete(entry_ids, deadline)
        with self._change(deadline) as state:
            for one in read:
                state.owed[one.number] = (False, self._clock.now())


@store_fault(Receipts, _RESTORED)
class RestoredAsksNoMore(MemoryStore):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        self.clear_receipts(entry_ids, deadline)


@store_fault(Receipts, _RESTORED)
class RestoredAsksWhoWasTold(Meddling):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        for one in entry_ids:
            if self.look_at(one).message(self.uid).get(PidTagReadReceiptRequested):
                self.meddle([one], flags=self.look_at(one).flags | _PENDING)


@store_fault(Receipts, "restoring_a_message_takes_back_that_it_was_not_read")
class RestoredWasNeverRead(Meddling):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        owed = {one.entry_id.number: (one.is_read, one.since) for one in self.owed_receipts(deadline)}
        super().restore(entry_ids, deadline)
        with self._change(deadline) as state:
            state.owed.update(owed)


@store_fault(Receipts, "what_is_gone_for_good_owes_nothing")
class PurgedOwes(Meddling):
    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        owed = {one.entry_id.number: (one.is_read, one.since) for one in self.owed_receipts(deadline)}
        super().purge(entry_ids, deadline)
        with self._change(deadline) as state:
            state.owed.update(owed)


@store_fault(Receipts, "receipts_are_listed_oldest_first")
class NewestFirst(MemoryStore):
    def owed_receipts(self, deadline: Deadline) -> Sequence[OwedReceipt]:
        return super().owed_receipts(deadline)[::-1]


@store_fault(
    Receipts,
    _RESTORED,
    "the_receipt_of_a_deleted_message_is_cleared",
    "to_read_a_message_again_owes_nothing_more",
    "what_was_cleared_is_owed_no_more",
)
class NothingIsCleared(Meddling):
    """It clears what is pending, not what is owed."""

    def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        for one in entry_ids:
            self.meddle([one], flags=self.look_at(one).flags & ~_PENDING)


@store_fault(Receipts, "what_was_cleared_before_it_was_read_is_never_owed")
class PendingIsNotCleared(Meddling):
    def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for one in entry_ids:
                state.owed.pop(one.number, None)


@store_fault(Receipts, _RESTORED, "the_receipt_of_a_deleted_message_is_cleared")
class DeletedIsNotCleared(Meddling):
    def clear_receipts(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().clear_receipts([one for one in entry_ids if not self.look_at(one).deleted_at], deadline)


# Streams.


@store_fault(Streaming, "octets_are_given_from_anywhere", "pieces_of_an_attachment_are_its_data")
class StreamsWithoutAnEnd(MemoryStore):
    """It leaves out the last octet of what is longer than a piece."""

    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        found = super().attachment_octets(entry_id, number, mark, start, count, deadline)
        return found[:-1] if start and len(found) < count else found


@store_fault(
    Streaming,
    "an_attachment_that_is_not_there_is_not_found",
    "octets_are_given_from_anywhere",
    "pieces_of_an_attachment_are_its_data",
)
class StreamsTheFirstAttachment(MemoryStore):
    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        return super().attachment_octets(entry_id, 0, mark, start, count, deadline)


@store_fault(Streaming, "an_attachment_has_the_size_of_its_data")
class SizeEncoded(MemoryStore):
    def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        facts = super().attachment_facts(entry_id, number, deadline)
        return attrs.evolve(facts, size_octets=facts.size_octets * 4 // 3)


@store_fault(Streaming, "an_attachment_that_is_not_there_is_not_found")
class MissingIsEmpty(MemoryStore):
    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        try:
            return super().attachment_octets(entry_id, number, mark, start, count, deadline)
        except NotFound:
            return b""


@store_fault(Streaming, "octets_of_no_range_are_refused")
class AnyRange(MemoryStore):
    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        return super().attachment_octets(entry_id, number, mark, max(start, 0), max(count, 0), deadline)


@store_fault(Streaming, "an_attachment_that_was_changed_is_given_as_it_is_now")
class StreamsWhatWas(MemoryStore):
    """It gives attachments as they were when they were first asked for."""

    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        before = self.__dict__.setdefault("_before", {})
        now = super().attachment_octets(entry_id, number, mark, 0, 1 << 40, NEVER)
        whole = before.setdefault((entry_id, number), now)
        super().attachment_octets(entry_id, number, mark, start, count, deadline)
        return bytes(whole[start : start + count])


@store_fault(Streaming, "a_piece_of_another_content_is_refused")
class MixesContents(MemoryStore):
    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        now = self.attachment_facts(entry_id, number, deadline).mark
        return super().attachment_octets(entry_id, number, now, start, count, deadline)


@store_fault(Streaming, "reading_a_message_leaves_its_content_as_it_was")
class MarksTheReadFlag(Meddling):
    def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        facts = super().attachment_facts(entry_id, number, deadline)
        return attrs.evolve(facts, mark=facts.mark + bytes([self.look_at(entry_id).is_read]))

    def attachment_octets(
        self, entry_id: EntryId, number: int, mark: bytes, start: int, count: int, deadline: Deadline
    ) -> bytes:
        if mark[-1] != self.look_at(entry_id).is_read:
            raise StoreError("the message has been read")
        return super().attachment_octets(entry_id, number, mark[:-1], start, count, deadline)


@store_fault(Streaming, "an_attachment_that_is_a_message_is_no_stream")
class MessagesAreEmptyStreams(MemoryStore):
    """It gives an attached message as a stream of nothing."""

    def attachment_facts(self, entry_id: EntryId, number: int, deadline: Deadline) -> AttachmentFacts:
        try:
            return super().attachment_facts(entry_id, number, deadline)
        except NotFound:
            raise
        except UsageError:
            return AttachmentFacts(0, b"")
