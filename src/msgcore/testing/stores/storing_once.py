"""Messages that were retrieved: each is stored once, and its entry says so in the same moment, and when it is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import ACCOUNT, StoreDesk
from msgcore.testing.stores.journal_model import OTHER_ACCOUNT
from msgcore.testing.stores.journaling import FETCHED, NOON, WAITS, fetched, only_entry
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["StoringOnce"]

C = Capability

Doing = Callable[[StoreDesk, EntryId], Awaitable[object]]


async def is_gone_after(desk: StoreDesk, doing: Doing) -> bool:
    """Say whether a retrieved message is gone when something was done to it."""
    await doing(desk, await desk.save_one(FETCHED))
    return (await only_entry(desk)).is_gone


class StoringOnce(StoreSuite):
    # Storing.

    @needs(C.JOURNAL, C.CREATE)
    def test_a_saved_message_has_an_entry_that_names_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, Origin, MessageStatus]:
            entry_id = await desk.save_one(FETCHED)
            await desk.reopen()
            entry = await only_entry(desk)
            return entry.stored == entry_id, entry.origin, entry.status

        assert run(story) == (True, FETCHED.origin, MessageStatus.REMOTE_DELETE)

    @needs(C.JOURNAL, C.RECEIVE_FOLDERS)
    def test_a_delivered_message_has_an_entry_that_names_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            [entry_id] = await desk.store.deliver([FETCHED], NEVER)
            return (await only_entry(desk)).stored == entry_id

        assert run(story) is True

    @needs(C.JOURNAL, C.CREATE)
    def test_a_message_that_comes_from_nowhere_has_no_entry(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[JournalEntry]:
            await desk.save(Message(subject="mine"))
            return await desk.journal()

        assert run(story) == []

    @needs(C.JOURNAL, C.CREATE)
    def test_what_waited_is_stored_and_has_no_header_then(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, bytes, datetime]:
            await desk.store.note([WAITS], NEVER)
            entry_id = await desk.save_one(FETCHED)
            entry = await only_entry(desk)
            return entry.stored == entry_id, entry.header, entry.first_seen

        assert run(story) == (True, b"", NOON)

    @needs(C.JOURNAL, C.CREATE)
    def test_of_messages_that_cannot_be_saved_there_is_no_entry(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[JournalEntry]:
            never = EntryId(desk.store.uid, ObjectKind.FOLDER, desk.home.number ^ (1 << 40))
            with pytest.raises(NotFound):
                await desk.save(fetched(b"1"), fetched(b"2"), folder=never)
            return await desk.journal()

        assert run(story) == []

    # Storing once.

    @needs(C.JOURNAL, C.CREATE)
    def test_a_message_is_stored_once_wherever_it_is_saved(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            first = await desk.save_one(FETCHED)
            await desk.reopen()
            [again, other] = await desk.save(FETCHED, fetched(b"2"), folder=desk.elsewhere)
            found = await desk.find(folder=desk.elsewhere)
            return again == first and found == [other], await desk.subjects()

        assert run(story) == (True, ["fetched"])

    @needs(C.JOURNAL, C.RECEIVE_FOLDERS, C.CREATE)
    def test_a_message_that_was_saved_is_not_delivered(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            return await desk.store.deliver([FETCHED], NEVER) == [await desk.save_one(FETCHED)]

        assert run(story) is True

    @needs(C.JOURNAL, C.CREATE)
    def test_a_message_that_comes_twice_in_one_call_is_stored_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, list[str]]:
            return len({*await desk.save(fetched(b"1"), fetched(b"2"), fetched(b"1"))}), await desk.subjects()

        assert run(story) == (2, ["1", "2"])

    @needs(C.JOURNAL, C.CREATE)
    def test_what_differs_in_account_or_fingerprint_is_another_message(self, run: Run) -> None:
        others = [fetched(b"1", b"g"), fetched(b"1", account=OTHER_ACCOUNT)]

        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(fetched(b"1"), *others)
            return await desk.subjects()

        assert run(story) == ["1", "1", "1"]

    @needs(C.JOURNAL, C.CREATE)
    def test_what_was_stored_before_has_the_new_status_and_size(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, MessageStatus]:
            await desk.save(FETCHED)
            await desk.save(Incoming(FETCHED.message, origin=Origin(ACCOUNT, b"1", b"f", 500)))
            entry = await only_entry(desk)
            return entry.origin.size_octets, entry.status

        assert run(story) == (500, MessageStatus(0))

    @needs(C.JOURNAL, C.CREATE, C.DELETE)
    def test_a_message_that_was_deleted_is_not_stored_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            first = await desk.save_one(FETCHED)
            await desk.store.delete([first], NEVER)
            return await desk.save_one(FETCHED) == first, await desk.subjects()

        assert run(story) == (True, [])

    @needs(C.JOURNAL, C.CREATE, C.RECOVERY)
    def test_a_message_that_is_gone_for_good_is_not_stored_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            first = await desk.save_one(FETCHED)
            await desk.store.purge([first], NEVER)
            return await desk.save_one(FETCHED) == first, await desk.subjects()

        assert run(story) == (True, [])

    # Gone.

    @needs(C.JOURNAL, C.CREATE)
    def test_a_message_that_is_there_is_not_gone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            return await is_gone_after(desk, lambda desk, one: desk.load(one))

        assert run(story) is False

    @needs(C.JOURNAL, C.CREATE, C.DELETE)
    def test_a_deleted_message_is_gone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            return await is_gone_after(desk, lambda desk, one: desk.store.delete([one], NEVER))

        assert run(story) is True

    @needs(C.JOURNAL, C.CREATE, C.RECOVERY)
    def test_a_purged_message_is_gone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            return await is_gone_after(desk, lambda desk, one: desk.store.purge([one], NEVER))

        assert run(story) is True

    @needs(C.JOURNAL, C.CREATE, C.RECOVERY, C.DELETE)
    def test_a_restored_message_is_not_gone(self, run: Run) -> None:
        async def delete_and_restore(desk: StoreDesk, one: EntryId) -> None:
            await desk.store.delete([one], NEVER)
            await desk.store.restore([one], NEVER)

        async def story(desk: StoreDesk) -> bool:
            return await is_gone_after(desk, delete_and_restore)

        assert run(story) is False

    @needs(C.JOURNAL, C.CREATE, C.MOVE)
    def test_a_message_that_was_moved_is_not_gone(self, run: Run) -> None:
        """Not even to Deleted Items: it is gone when it is deleted from there."""

        async def story(desk: StoreDesk) -> bool:
            folder = desk.special.get(SpecialFolder.DELETED_ITEMS, desk.elsewhere)
            return await is_gone_after(desk, lambda desk, one: desk.store.move([one], folder, NEVER))

        assert run(story) is False

    @needs(C.JOURNAL, C.CREATE, C.MOVE, C.DELETE)
    def test_a_message_is_gone_though_a_copy_of_it_is_there(self, run: Run) -> None:
        async def copy_and_delete(desk: StoreDesk, one: EntryId) -> None:
            await desk.store.copy([one], desk.elsewhere, NEVER)
            await desk.store.delete([one], NEVER)

        async def story(desk: StoreDesk) -> bool:
            return await is_gone_after(desk, copy_and_delete)

        assert run(story) is True

    @needs(C.JOURNAL, C.CREATE, C.FOLDERS)
    def test_a_message_is_gone_with_its_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            made = await desk.make_folder("made")
            await desk.save(FETCHED, folder=made)
            await desk.store.delete_folder(made, NEVER)
            return (await only_entry(desk)).is_gone

        assert run(story) is True
