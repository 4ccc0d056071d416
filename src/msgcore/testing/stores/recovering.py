"""Deleted messages that are kept for a while: seen among what is deleted, restored, or deleted for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotFound, ObjectDeleted
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import Contents, Incoming, MessageFlag, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Recovering"]

C = Capability
DELETED = Contents.DELETED


async def deleted_subjects(desk: StoreDesk) -> list[str]:
    return sorted(row[PidTagSubject] for row in await desk.query(contents=DELETED))


class Recovering(StoreSuite):
    # Deleted.

    @needs(C.RECOVERY, C.DELETE)
    def test_a_deleted_message_is_among_what_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.store.delete(desk.ids[:1], NEVER)
            return await desk.now_and_at_the_next_logon(lambda: deleted_subjects(desk))

        assert run(story, OLD, OTHER) == (["old"], ["old"])

    @needs(C.RECOVERY, C.DELETE)
    def test_a_message_that_is_there_is_not_among_what_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            return await desk.store.count(desk.home, TableQuery((), contents=DELETED), NEVER)

        assert run(story, OLD, OTHER) == 0

    @needs(C.RECOVERY, C.DELETE)
    def test_a_deleted_message_is_not_loaded(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            await desk.store.delete(desk.ids, NEVER)
            with pytest.raises(ObjectDeleted):
                await desk.load(desk.ids[0])

        run(story, OLD)

    @needs(C.RECOVERY, C.DELETE, C.CREATE)
    def test_a_message_is_deleted_where_it_was_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[EntryId]]:
            there = await desk.save_one(NEW, desk.elsewhere)
            await desk.store.delete([*desk.ids, there], NEVER)
            found = [await desk.find(folder=one, contents=DELETED) for one in (desk.home, desk.elsewhere)]
            return [*found, [*desk.ids], [there]]

        here, there, *expected = run(story, OLD)
        assert [here, there] == expected

    @needs(C.RECOVERY, C.DELETE, C.CREATE)
    def test_a_delivery_of_what_was_deleted_is_known_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            entry_id = await desk.save_one(Incoming(OLD, delivery_key=b"k"))
            await desk.store.delete([entry_id], NEVER)
            await desk.save(Incoming(OLD, delivery_key=b"k"))
            return await desk.subjects()

        assert run(story) == []

    # Restored.

    @needs(C.RECOVERY, C.DELETE)
    def test_a_restored_message_is_where_it_was_with_its_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[tuple[list[EntryId], list[EntryId]], list[EntryId]]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids[:1], NEVER)
            return await desk.now_and_at_the_next_logon(desk.find), desk.ids[:1]

        found, restored = run(story, OLD, OTHER)
        assert found == (restored, restored)

    @needs(C.RECOVERY, C.DELETE)
    def test_a_restored_message_is_the_same(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids, NEVER)
            return await desk.load(desk.ids[0])

        assert compare(NEW, run(story, NEW)) == ()

    @needs(C.RECOVERY, C.DELETE)
    def test_a_restored_message_is_no_longer_among_what_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids[:1], NEVER)
            return await deleted_subjects(desk)

        assert run(story, OLD, OTHER) == ["other"]

    @needs(C.RECOVERY, C.DELETE, C.READ_FLAGS)
    def test_a_restored_message_is_counted_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[int, int]]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            counts: list[tuple[int, int]] = []
            for change in (desk.store.delete, desk.store.restore):
                await change(desk.ids[:1], NEVER)
                facts = await desk.store.folder(desk.home, NEVER)
                counts.append((facts.content_count, facts.unread_count))
            return counts

        assert run(story, OLD, OTHER) == [(1, 1), (2, 2)]

    @needs(C.RECOVERY, C.DELETE, C.READ_FLAGS)
    def test_a_restored_message_has_its_read_flag(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            await desk.store.set_read_flag(desk.ids[:1], True, NEVER)
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.restore(desk.ids, NEVER)
            return [await desk.flags(one) & MessageFlag.READ for one in desk.ids]

        assert run(story, OLD, OTHER) == [1, 0]

    @needs(C.RECOVERY)
    def test_to_restore_what_was_not_deleted_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await desk.all_there_is()
            await desk.store.restore(desk.ids, NEVER)
            return before, await desk.all_there_is()

        before, after = run(story, OLD, OTHER)
        assert after == before

    @needs(C.RECOVERY, C.DELETE)
    def test_of_several_messages_all_are_restored_or_none(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.delete(desk.ids, NEVER)
            await desk.store.purge(desk.ids[1:], NEVER)
            with pytest.raises(ObjectDeleted):
                await desk.store.restore(desk.ids, NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == []

    @needs(C.RECOVERY, C.FOLDERS, C.CREATE, C.DELETE)
    def test_what_was_deleted_in_a_folder_that_is_gone_is_gone_for_good(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            made = await desk.make_folder("made")
            gone = [await desk.save_one(NEW, made), await desk.save_one(NEW, made)]
            await desk.store.delete(gone[:1], NEVER)
            await desk.store.delete_folder(made, NEVER)
            for one in gone:
                with pytest.raises(ObjectDeleted):
                    await desk.store.restore([one], NEVER)

        run(story)

    # Gone for good.

    @needs(C.RECOVERY, C.DELETE)
    @pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted before", "not deleted"])
    def test_a_purged_message_is_gone_for_good(self, run: Run, is_deleted: bool) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            if is_deleted:
                await desk.store.delete(desk.ids[:1], NEVER)
            await desk.store.purge(desk.ids[:1], NEVER)
            await desk.reopen()
            with pytest.raises(ObjectDeleted):
                await desk.store.restore(desk.ids[:1], NEVER)
            return await desk.subjects(), await deleted_subjects(desk)

        assert run(story, OLD, OTHER) == (["other"], [])

    @needs(C.RECOVERY)
    def test_of_several_messages_all_are_purged_or_none(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            never = EntryId(desk.store.uid, ObjectKind.MESSAGE, desk.ids[0].number ^ (1 << 40))
            with pytest.raises(NotFound):
                await desk.store.purge([*desk.ids, never], NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == ["old", "other"]

    @needs(C.RECOVERY, C.DELETE)
    def test_what_was_deleted_before_a_moment_is_purged(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, list[str]]:
            await desk.store.delete(desk.ids[:1], NEVER)
            desk.clock.move(timedelta(days=2))
            await desk.store.delete(desk.ids[1:2], NEVER)
            found = await desk.store.purge_before(desk.clock.now() - timedelta(days=1), NEVER)
            return found, await deleted_subjects(desk)

        assert run(story, OLD, NEW, OTHER) == (1, ["new"])

    @needs(C.RECOVERY, C.DELETE)
    def test_what_was_not_deleted_is_not_purged_for_its_age(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, list[str]]:
            desk.clock.move(timedelta(days=2))
            return await desk.store.purge_before(desk.clock.now(), NEVER), await desk.subjects()

        assert run(story, OLD, OTHER) == (0, ["old", "other"])
