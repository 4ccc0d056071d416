"""What a store notes of a message beside its content: its status, and the receipts that are owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgcore.base.ids import EntryId
from msgcore.model.message import Message
from msgcore.props.table import PidTagMessageStatus, PidTagReadReceiptRequested, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Receipts", "Statuses"]

C = Capability
TAGGED, ANSWERED, OWN = MessageStatus.TAGGED, MessageStatus.ANSWERED, MessageStatus(0x10000)
PENDING = MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING


def asking() -> Message:
    """Make a message whose sender asks for a receipt."""
    message = Message(from_="ann@a.test", to="bob@b.test", subject="asking", text="read?")
    message[PidTagReadReceiptRequested] = True
    return message


async def status_of(desk: StoreDesk, entry_id: EntryId) -> object:
    return await desk.value(entry_id, PidTagMessageStatus)


async def put(desk: StoreDesk, status: MessageStatus, mask: MessageStatus) -> None:
    await desk.store.set_message_status(desk.ids[:1], status, mask, NEVER)


class Statuses(StoreSuite):
    @needs(C.MESSAGE_STATUS)
    def test_a_message_has_no_status_at_first(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            return await status_of(desk, desk.ids[0])

        assert run(story, OLD) == 0

    @needs(C.MESSAGE_STATUS)
    def test_a_status_is_kept_of_the_message_that_it_was_set_of(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            await put(desk, TAGGED | OWN, TAGGED | OWN)

            async def look() -> list[object]:
                return [await status_of(desk, one) for one in desk.ids]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story, OLD, OTHER) == ([0x10002, 0], [0x10002, 0])

    @needs(C.MESSAGE_STATUS)
    def test_bits_of_the_mask_are_set_and_cleared_and_others_stay(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            await put(desk, TAGGED | OWN, TAGGED | OWN)
            await put(desk, ANSWERED | MessageStatus.HIDDEN, ANSWERED | TAGGED)
            return await status_of(desk, desk.ids[0])

        assert run(story, OLD) == ANSWERED | OWN

    @needs(C.MESSAGE_STATUS)
    def test_a_table_shows_the_status(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[str, int]]:
            await put(desk, TAGGED, TAGGED)
            rows = await desk.query(columns=(PidTagSubject, PidTagMessageStatus))
            return sorted((row[PidTagSubject], row[PidTagMessageStatus]) for row in rows)

        assert run(story, OLD, OTHER) == [("old", TAGGED), ("other", 0)]

    @needs(C.MESSAGE_STATUS)
    def test_a_restriction_sees_the_status(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            await put(desk, TAGGED, TAGGED)
            return await desk.find(PidTagMessageStatus.has_any_bit(TAGGED)), desk.ids[:1]

        found, expected = run(story, OLD, OTHER)
        assert found == expected

    @needs(C.MESSAGE_STATUS, C.MODIFY)
    def test_a_changed_message_keeps_its_status(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            await put(desk, TAGGED, TAGGED)
            await desk.store.save_changes(desk.ids[0], OTHER, NEVER)
            return await status_of(desk, desk.ids[0])

        assert run(story, OLD) == TAGGED

    @needs(C.MESSAGE_STATUS, C.MOVE)
    def test_a_moved_message_keeps_its_status(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            await put(desk, TAGGED, TAGGED)
            await desk.store.move(desk.ids, desk.elsewhere, NEVER)
            return await status_of(desk, desk.ids[0])

        assert run(story, OLD) == TAGGED

    @needs(C.MESSAGE_STATUS, C.CREATE)
    def test_a_status_that_a_message_says_itself_is_not_taken_over(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            message = Message(subject="hidden")
            message[PidTagMessageStatus] = int(MessageStatus.HIDDEN)
            return await status_of(desk, await desk.save_one(message))

        assert run(story) == 0


class Receipts(StoreSuite):
    # Pending.

    @needs(C.RECEIPTS, C.CREATE)
    def test_receipts_that_are_asked_for_are_pending(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[int], list[int]]:
            async def look() -> list[int]:
                return [await desk.flags(one) & PENDING for one in desk.ids]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story, asking(), OLD) == ([PENDING, 0], [PENDING, 0])

    @needs(C.RECEIPTS, C.CREATE)
    def test_no_receipt_is_pending_of_a_draft_or_of_what_was_read(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            return [await desk.flags(one) & PENDING for one in desk.ids]

        assert run(story, Incoming(asking(), is_unsent=True), Incoming(asking(), is_read=True)) == [0, 0]

    @needs(C.RECEIPTS, C.RECEIVE_FOLDERS)
    def test_a_receipt_is_pending_of_what_was_delivered(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            [entry_id] = await desk.store.deliver([Incoming(asking())], NEVER)
            return await desk.flags(entry_id) & PENDING

        assert run(story) == PENDING

    @needs(C.RECEIPTS, C.CREATE, C.MODIFY)
    def test_a_changed_message_keeps_its_pending_receipts(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.store.save_changes(desk.ids[0], OTHER, NEVER)
            await desk.store.save_changes(desk.ids[1], asking(), NEVER)
            return [await desk.flags(one) & PENDING for one in desk.ids]

        assert run(story, asking(), OLD) == [PENDING, 0]

    @needs(C.RECEIPTS, C.CREATE, C.MOVE)
    def test_a_copy_has_no_pending_receipts(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            [copy] = await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            return [await desk.flags(one) & PENDING for one in (*desk.ids, copy)]

        assert run(story, asking()) == [PENDING, 0]

    # Owed.

    @needs(C.RECEIPTS, C.CREATE)
    def test_nothing_is_owed_before_a_message_is_read(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[OwedReceipt]:
            return list(await desk.store.owed_receipts(NEVER))

        assert run(story, asking()) == []

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_a_receipt_is_owed_since_a_message_was_read(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[OwedReceipt], EntryId, tuple[datetime, datetime]]:
            before = desk.clock.now()
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            after = desk.clock.now()
            await desk.reopen()
            return list(await desk.store.owed_receipts(NEVER)), desk.ids[0], (before, after)

        [owed], read, (before, after) = run(story, asking(), OLD)
        assert owed == OwedReceipt(read, True, owed.since)
        assert before - timedelta(seconds=1) <= owed.since <= after

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_no_receipt_is_pending_once_a_message_was_read(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            return await desk.flags(desk.ids[0]) & PENDING

        assert run(story, asking()) == 0

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_to_read_a_message_again_owes_nothing_more(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.clear_receipts(desk.ids, NEVER)
            for is_read in (False, True):
                await desk.store.set_read_flag(desk.ids, is_read, NEVER)
            return [one.is_read for one in await desk.store.owed_receipts(NEVER)]

        assert run(story, asking()) == []

    @needs(C.RECEIPTS, C.CREATE, C.DELETE, C.RECOVERY)
    def test_deleting_an_unread_message_owes_a_receipt_that_says_so(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[bool, bool]]:
            await desk.store.delete(desk.ids, NEVER)
            owed = await desk.store.owed_receipts(NEVER)
            return [(one.entry_id == desk.ids[0], one.is_read) for one in owed]

        assert run(story, asking(), OLD) == [(True, False)]

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS, C.DELETE, C.RECOVERY)
    def test_deleting_a_message_that_was_read_owes_nothing_more(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.delete(desk.ids, NEVER)
            return [one.is_read for one in await desk.store.owed_receipts(NEVER)]

        assert run(story, asking()) == [True]

    @needs(C.RECEIPTS, C.CREATE, C.DELETE, C.RECOVERY)
    def test_restoring_a_message_takes_back_that_it_was_not_read(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[OwedReceipt]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids, NEVER)
            return list(await desk.store.owed_receipts(NEVER))

        assert run(story, asking()) == []

    @needs(C.RECEIPTS, C.CREATE, C.DELETE, C.RECOVERY)
    def test_receipts_of_a_restored_message_are_pending_again_unless_they_were_cleared(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.clear_receipts(desk.ids[:1], NEVER)
            await desk.store.restore(desk.ids, NEVER)
            return [await desk.flags(one) & PENDING for one in desk.ids]

        assert run(story, asking(), asking(), OLD) == [0, PENDING, 0]

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS, C.RECOVERY)
    def test_what_is_gone_for_good_owes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[OwedReceipt]:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.purge(desk.ids, NEVER)
            return list(await desk.store.owed_receipts(NEVER))

        assert run(story, asking()) == []

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_receipts_are_listed_oldest_first(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            for one in reversed(desk.ids):
                desk.clock.move(60)
                await desk.store.set_read_flag([one], True, NEVER)
            owed = [one.entry_id for one in await desk.store.owed_receipts(NEVER)]
            return [owed == desk.ids[::-1]]

        assert run(story, asking(), asking(), asking()) == [True]

    # Cleared.

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_what_was_cleared_is_owed_no_more(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.clear_receipts(desk.ids[:1], NEVER)
            await desk.reopen()
            return [one.entry_id == desk.ids[1] for one in await desk.store.owed_receipts(NEVER)]

        assert run(story, asking(), asking()) == [True]

    @needs(C.RECEIPTS, C.CREATE, C.READ_FLAGS)
    def test_what_was_cleared_before_it_was_read_is_never_owed(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, list[OwedReceipt]]:
            await desk.store.clear_receipts(desk.ids, NEVER)
            flags = await desk.flags(desk.ids[0]) & PENDING
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            return flags, list(await desk.store.owed_receipts(NEVER))

        assert run(story, asking()) == (0, [])

    @needs(C.RECEIPTS, C.CREATE, C.DELETE, C.RECOVERY)
    def test_the_receipt_of_a_deleted_message_is_cleared(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[OwedReceipt]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.clear_receipts(desk.ids, NEVER)
            return list(await desk.store.owed_receipts(NEVER))

        assert run(story, asking()) == []
