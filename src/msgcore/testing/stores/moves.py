"""Moving, copying and deleting messages: it shows at once, and at the next logon, for all of them or for none."""

from __future__ import annotations

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import MsgcoreError, NotFound
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import EVERY_ROW, MessageFlag
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import answers, uses_of_several_messages

__all__ = ["Moves"]


def renamed(message: Message) -> None:
    message.subject = "new"


class Moves(StoreSuite):
    # Moving and copying.

    @needs(Capability.MOVE)
    def test_a_moved_message_keeps_its_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId], str]:
            await desk.store.move(desk.ids[:1], desk.elsewhere, NEVER)
            found = await desk.find(folder=desk.elsewhere)
            return found, desk.ids[:1], (await desk.load(desk.ids[0])).subject

        found, before, subject = run(story, OLD, OTHER)
        assert (found, subject) == (before, "old")

    @needs(Capability.MOVE)
    def test_a_moved_message_is_no_longer_where_it_was(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.store.move(desk.ids[:1], desk.elsewhere, NEVER)
            return await desk.now_and_at_the_next_logon(desk.subjects)

        assert run(story, OLD, OTHER) == (["other"], ["other"])

    @needs(Capability.MOVE)
    def test_folders_count_what_was_moved(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.store.move(desk.ids[:1], desk.elsewhere, NEVER)
            return [(await desk.store.folder(one, NEVER)).content_count for one in (desk.home, desk.elsewhere)]

        assert run(story, OLD, OTHER, NEW) == [2, 1]

    @needs(Capability.MOVE)
    def test_moving_a_message_to_where_it_is_leaves_it_there(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.move(desk.ids, desk.home, NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == ["old", "other"]

    @needs(Capability.MOVE)
    def test_copying_gives_the_entry_ids_of_the_copies_in_order(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            originals = [(await desk.load(one)).subject for one in desk.ids]
            copies = await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            return originals, [(await desk.load(one)).subject for one in copies]

        originals, copies = run(story, OLD, NEW, OTHER)
        assert copies == originals

    @needs(Capability.MOVE)
    def test_a_copy_has_an_entry_id_of_its_own(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> set[EntryId]:
            copies = await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            return {*desk.ids, *copies, *await desk.store.copy(desk.ids, desk.home, NEVER)}

        assert len(run(story, OLD)) == 3

    @needs(Capability.MOVE)
    def test_a_copy_has_the_same_content(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            [copy] = await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            return await desk.load(copy)

        assert compare(NEW, run(story, NEW)) == ()

    @needs(Capability.MOVE)
    def test_copying_leaves_the_original_where_it_is(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            return await desk.subjects()

        assert run(story, OLD) == ["old"]

    @needs(Capability.MOVE, Capability.MODIFY)
    def test_a_change_to_a_copy_does_not_reach_the_original(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[str, str]:
            [copy] = await desk.store.copy(desk.ids, desk.home, NEVER)
            await desk.change(copy, renamed)
            return (await desk.load(desk.ids[0])).subject, (await desk.load(copy)).subject

        assert run(story, OLD) == ("old", "new")

    @needs(Capability.MOVE, Capability.READ_FLAGS)
    def test_marking_a_copy_does_not_mark_the_original(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            copies = await desk.store.copy(desk.ids, desk.home, NEVER)
            await desk.store.set_read_flag(copies, True, NEVER)
            return [await desk.flags(one) & MessageFlag.READ for one in (*desk.ids, *copies)]

        assert run(story, OLD) == [0, 1]

    @needs(Capability.MOVE, Capability.DELETE)
    def test_a_copy_stays_when_the_original_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            [copy] = await desk.store.copy(desk.ids, desk.home, NEVER)
            await desk.store.delete(desk.ids, NEVER)
            return await desk.load(copy)

        assert compare(NEW, run(story, NEW)) == ()

    # Deleting.

    @needs(Capability.DELETE)
    def test_a_deleted_message_is_in_no_table(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.store.delete(desk.ids[:1], NEVER)
            return await desk.now_and_at_the_next_logon(desk.subjects)

        assert run(story, OLD, OTHER) == (["other"], ["other"])

    @needs(Capability.DELETE)
    def test_a_deleted_message_is_not_counted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, int]:
            await desk.store.delete(desk.ids[:1], NEVER)
            facts = await desk.store.folder(desk.home, NEVER)
            return await desk.store.count(desk.home, EVERY_ROW, NEVER), facts.content_count

        assert run(story, OLD, OTHER, NEW) == (2, 2)

    @needs(Capability.DELETE)
    def test_a_message_stays_deleted_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            await desk.store.delete(desk.ids, NEVER)
            await desk.reopen()
            with pytest.raises(NotFound):
                await desk.load(desk.ids[0])

        run(story, OLD)

    # All or nothing.

    @needs(Capability.READ_FLAGS)
    def test_of_several_messages_all_are_marked_or_none(self, run: Run) -> None:
        self._all_or_nothing(run, "set_read_flag")

    @needs(Capability.MOVE)
    def test_of_several_messages_all_are_moved_or_none(self, run: Run) -> None:
        self._all_or_nothing(run, "move")

    @needs(Capability.MOVE)
    def test_of_several_messages_all_are_copied_or_none(self, run: Run) -> None:
        self._all_or_nothing(run, "copy")

    @needs(Capability.DELETE)
    def test_of_several_messages_all_are_deleted_or_none(self, run: Run) -> None:
        self._all_or_nothing(run, "delete")

    @needs(Capability.MESSAGE_STATUS)
    def test_of_several_messages_all_are_given_a_status_or_none(self, run: Run) -> None:
        self._all_or_nothing(run, "set_message_status")

    def _all_or_nothing(self, run: Run, name: str) -> None:
        async def story(desk: StoreDesk) -> tuple[MsgcoreError | None, list[object], list[object]]:
            if desk.can(Capability.READ_FLAGS):
                await desk.store.set_read_flag(desk.ids, False, NEVER)
            before = await desk.all_there_is()
            first, second = desk.ids
            never = EntryId(desk.store.uid, ObjectKind.MESSAGE, max(first.number, second.number) ^ (1 << 40))
            uses = uses_of_several_messages(desk.store, [first, never, second], desk.elsewhere, NEVER)
            answered = await answers({name: uses[name]})
            return answered[name], before, await desk.all_there_is()

        error, before, after = run(story, OLD, OTHER)
        assert isinstance(error, NotFound)
        assert after == before
