"""Changing messages and marking them as read: it shows at once, everywhere, and at the next logon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import ObjectChanged
from msgcore.model.compare import Difference, compare
from msgcore.model.message import Message
from msgcore.props.table import PidTagChangeKey, PidTagMessageDeliveryTime, PidTagMessageFlags, PidTagSubject
from msgcore.props.tags import Property
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, MessageFlag, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Changes"]

MOMENT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def renamed(message: Message) -> None:
    message.subject = "new"


async def _is_told(desk: StoreDesk, entry_id: EntryId, message: Message) -> bool:
    """Say whether who saves this is told that somebody else has changed it."""
    try:
        await desk.store.save_changes(entry_id, message, NEVER)
    except ObjectChanged:
        return True
    return False


class Changes(StoreSuite):
    # Changing.

    @needs(Capability.MODIFY)
    def test_changes_show_in_the_loaded_message(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Sequence[Difference]:
            await desk.store.save_changes(desk.ids[0], NEW, NEVER)
            return compare(NEW, await desk.load(desk.ids[0]))

        assert run(story, OLD) == ()

    @needs(Capability.MODIFY)
    def test_the_changed_message_is_in_the_table_now_and_at_the_next_logon(self, run: Run) -> None:
        """By another entry id then, where the server names it anew."""

        async def story(desk: StoreDesk) -> tuple[list[Sequence[Difference]], list[Sequence[Difference]]]:
            await desk.store.save_changes(desk.ids[0], NEW, NEVER)

            async def look() -> list[Sequence[Difference]]:
                return [compare(NEW, await desk.load(one)) for one in await desk.find()]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story, OLD) == ([()], [()])

    @needs(Capability.MODIFY)
    def test_a_changed_message_keeps_its_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            for message in (NEW, OTHER):
                await desk.store.save_changes(desk.ids[0], message, NEVER)
            return await desk.find(), desk.ids

        found, expected = run(story, OLD)
        assert found == expected

    @needs(Capability.MODIFY)
    def test_changes_show_in_the_row(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[object, object]:
            before = await desk.value(desk.ids[0], PidTagSubject)
            await desk.change(desk.ids[0], renamed)
            return before, await desk.value(desk.ids[0], PidTagSubject)

        assert run(story, OLD) == ("old", "new")

    @needs(Capability.MODIFY)
    def test_changes_show_in_the_table(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], tuple[list[str], list[str]]]:
            before = await desk.subjects()
            await desk.change(desk.ids[0], renamed)
            return before, await desk.now_and_at_the_next_logon(desk.subjects)

        assert run(story, OLD) == (["old"], (["new"], ["new"]))

    @needs(Capability.MODIFY)
    def test_a_restriction_sees_changes(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, int]:
            await desk.change(desk.ids[0], renamed)
            old, new = PidTagSubject.equals("old"), PidTagSubject.equals("new")
            return await desk.store.count(desk.home, TableQuery((), old), NEVER), await desk.store.count(
                desk.home, TableQuery((), new), NEVER
            )

        assert run(story, OLD) == (0, 1)

    @needs(Capability.MODIFY)
    def test_changes_leave_the_other_messages_alone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.change(desk.ids[0], renamed)
            return await desk.subjects()

        assert run(story, OLD, OLD, OLD) == ["new", "old", "old"]

    @needs(Capability.CREATE, Capability.MODIFY)
    @pytest.mark.parametrize("tag", [PidTagMessageDeliveryTime, PidTagMessageFlags], ids=["when it came", "its flags"])
    def test_changes_leave_what_the_store_noted_about_the_arrival(self, run: Run, tag: Property[Any]) -> None:
        async def story(desk: StoreDesk) -> tuple[object, object]:
            entry_id = await desk.save_one(Incoming(OLD, is_read=True, is_unsent=True, received_at=MOMENT))
            before = await desk.value(entry_id, tag)
            desk.clock.move(60)
            await desk.store.save_changes(entry_id, Message(subject="new"), NEVER)
            return before, await desk.value(entry_id, tag)

        before, after = run(story)
        assert before == after

    @needs(Capability.MODIFY)
    def test_what_the_caller_does_after_saving_changes_is_not_saved(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            message = Message(subject="new")
            await desk.store.save_changes(desk.ids[0], message, NEVER)
            message.subject = "newer"
            return (await desk.load(desk.ids[0])).subject

        assert run(story, OLD) == "new"

    # Two who change the same message, where the store knows versions.

    @needs(Capability.MODIFY)
    def test_of_two_who_change_a_message_the_second_is_told(self, run: Run) -> None:
        """And what the first one saved is not lost."""

        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            first, second = await desk.load(desk.ids[0]), await desk.load(desk.ids[0])
            if PidTagChangeKey not in first:
                return True, ["first"]
            first.subject, second.subject = "first", "second"
            await desk.store.save_changes(desk.ids[0], first, NEVER)
            return await _is_told(desk, desk.ids[0], second), await desk.subjects()

        assert run(story, OLD) == (True, ["first"])

    @needs(Capability.MODIFY)
    def test_whoever_saves_changes_again_says_so_by_the_change_key_that_was_given(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            message = await desk.load(desk.ids[0])
            if PidTagChangeKey not in message:
                return True, ["again"]
            message.subject = "once"
            first = message[PidTagChangeKey]
            given = await desk.store.save_changes(desk.ids[0], message, NEVER)
            assert given is not None
            message.properties_set.preset(PidTagChangeKey, given)
            message.subject = "again"
            await desk.store.save_changes(desk.ids[0], message, NEVER)
            message.properties_set.preset(PidTagChangeKey, first)
            return await _is_told(desk, desk.ids[0], message), await desk.subjects()

        assert run(story, OLD) == (True, ["again"])

    @needs(Capability.MODIFY, Capability.RECOVERY)
    def test_a_message_that_was_deleted_and_restored_is_not_changed_by_that(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            message = await desk.load(desk.ids[0])
            message.subject = "new"
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids, NEVER)
            await desk.store.save_changes(desk.ids[0], message, NEVER)
            return await desk.subjects()

        assert run(story, OLD) == ["new"]

    @needs(Capability.MODIFY, Capability.READ_FLAGS, Capability.MOVE)
    def test_marks_and_moves_are_no_changes_of_a_message(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            message = await desk.load(desk.ids[0])
            message.subject = "new"
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.move(desk.ids, desk.elsewhere, NEVER)
            await desk.store.save_changes(desk.ids[0], message, NEVER)
            return [(await desk.load(desk.ids[0])).subject]

        assert run(story, OLD) == ["new"]

    @needs(Capability.MODIFY)
    def test_a_change_key_of_another_store_says_nothing(self, run: Run) -> None:
        """Outlook's files have those of Exchange."""

        async def story(desk: StoreDesk) -> list[str]:
            message = Message(subject="new")
            message.properties_set.preset(PidTagChangeKey, bytes(16) + b"\1\2\3")
            await desk.store.save_changes(desk.ids[0], message, NEVER)
            return await desk.subjects()

        assert run(story, OLD) == ["new"]

    # The read flag.

    @needs(Capability.READ_FLAGS)
    def test_messages_are_marked_read_and_unread(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[int], list[int]]:
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            await desk.store.set_read_flag(desk.ids[:1], False, NEVER)

            async def look() -> list[int]:
                return [await desk.flags(one) & MessageFlag.READ for one in desk.ids]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story, OLD, OTHER) == ([0, 1], [0, 1])

    @needs(Capability.READ_FLAGS)
    def test_a_restriction_sees_the_read_flag(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            await desk.store.set_read_flag(desk.ids[1:], True, NEVER)
            return await desk.find(PidTagMessageFlags.has_no_bit(MessageFlag.READ)), desk.ids[:1]

        found, expected = run(story, OLD, OTHER)
        assert found == expected

    @needs(Capability.READ_FLAGS)
    def test_the_loaded_message_has_the_read_flag(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            found: list[int] = []
            for is_read in (True, False):
                await desk.store.set_read_flag(desk.ids, is_read, NEVER)
                found.append((await desk.load(desk.ids[0]))[PidTagMessageFlags] & MessageFlag.READ)
            return found

        assert run(story, OLD) == [1, 0]

    @needs(Capability.READ_FLAGS)
    def test_a_folder_counts_the_unread_messages(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            counts: list[int] = []
            for is_read, ids in ((False, desk.ids), (True, desk.ids[:2]), (True, desk.ids)):
                await desk.store.set_read_flag(ids, is_read, NEVER)
                counts.append((await desk.store.folder(desk.home, NEVER)).unread_count)
            return counts

        assert run(story, OLD, OTHER, NEW) == [3, 1, 0]
