"""Journals: what is known of the messages of an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.store import Incoming, MessageStatus
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import ACCOUNT, StoreDesk
from msgcore.testing.stores.journal_model import OTHER_ACCOUNT, JournalModel, Step, steps
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["FETCHED", "NOON", "WAITS", "Journaling", "fetched", "only_entry"]

C = Capability
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)
HEADER = b"Subject: waits\r\n\r\n"
WAITS = JournalEntry(Origin(ACCOUNT, b"1", b"f", 300), NOON, MessageStatus.REMOTE_DOWNLOAD, HEADER, LATER)
FETCHED = Incoming(
    Message(subject="fetched"), origin=Origin(ACCOUNT, b"1", b"f", 300), remote_status=MessageStatus.REMOTE_DELETE
)


def fetched(unique_id: bytes, fingerprint: bytes = b"f", account: str = ACCOUNT) -> Incoming:
    """Make a message that was retrieved, with its unique id as its subject."""
    return Incoming(Message(subject=unique_id.decode()), origin=Origin(account, unique_id, fingerprint))


def waits(unique_id: bytes, fingerprint: bytes = b"f", account: str = ACCOUNT) -> JournalEntry:
    return JournalEntry(Origin(account, unique_id, fingerprint), NOON)


async def keys(desk: StoreDesk, account: str = ACCOUNT) -> list[JournalKey]:
    return [one.origin.key for one in await desk.journal(account)]


async def only_entry(desk: StoreDesk) -> JournalEntry:
    [entry] = await desk.journal()
    return entry


class Journaling(StoreSuite):
    # Whatever happens.

    @needs(C.JOURNAL, C.CREATE)
    def test_journals_say_what_was_noted_and_stored_and_deleted(self, run: Run) -> None:
        """Of two accounts, page by page, at once after every step; no message is stored twice."""

        @self.draws
        @given(st.lists(steps(), min_size=4, max_size=12), st.integers(1, 3))
        def say_the_same(drawn: list[Step], limit: int) -> None:
            async def story(desk: StoreDesk) -> None:
                model = JournalModel(desk)
                for step in drawn:
                    await model.do(step)
                    for account in (ACCOUNT, OTHER_ACCOUNT):
                        found: list[JournalEntry] = []
                        while page := await desk.store.journal(
                            account, found[-1].origin.key if found else None, limit, NEVER
                        ):
                            found += page
                        # When a message without an entry was saved is the store's to say.
                        expected = [
                            attrs.evolve(one, first_seen=other.first_seen) if one.stored else one
                            for one, other in zip(model.entries(account), found, strict=False)
                        ]
                        assert found == expected, step

            run(story)

        say_the_same()

    # Noting.

    @needs(C.JOURNAL)
    def test_an_entry_is_as_it_was_noted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[JournalEntry], list[JournalEntry]]:
            await desk.store.note([WAITS], NEVER)
            return await desk.now_and_at_the_next_logon(desk.journal)

        assert run(story) == ([WAITS], [WAITS])

    @needs(C.JOURNAL)
    def test_an_entry_that_is_noted_again_keeps_only_when_it_was_first_seen(self, run: Run) -> None:
        again = JournalEntry(Origin(ACCOUNT, b"1", b"f", 500), LATER, MessageStatus.REMOTE_DELETE, b"", NOON)

        async def story(desk: StoreDesk) -> list[JournalEntry]:
            await desk.store.note([WAITS], NEVER)
            await desk.store.note([again], NEVER)
            return await desk.journal()

        assert run(story) == [attrs.evolve(again, first_seen=NOON)]

    @needs(C.JOURNAL)
    def test_nothing_is_stored_by_being_noted_as_stored(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[JournalEntry]:
            claimed = EntryId(desk.store.uid, ObjectKind.MESSAGE, 1)
            await desk.store.note([attrs.evolve(WAITS, stored=claimed, is_gone=True)], NEVER)
            return await desk.journal()

        assert run(story) == [WAITS]

    @needs(C.JOURNAL, C.CREATE)
    def test_what_is_stored_stays_stored_when_it_is_noted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            entry_id = await desk.save_one(FETCHED)
            await desk.store.note([WAITS], NEVER)
            return (await only_entry(desk)).stored == entry_id

        assert run(story) is True

    # Reading.

    @needs(C.JOURNAL)
    def test_entries_come_by_unique_id_and_fingerprint_octet_by_octet(self, run: Run) -> None:
        rising = [(b"", b""), (b"", b"f"), (b"\x00", b""), (b"1", b"\x7f"), (b"1", b"\x80"), (b"10", b""), (b"B", b"")]
        rising += [(b"a", b""), (b"\xff", b"")]

        async def story(desk: StoreDesk) -> list[JournalKey]:
            await desk.store.note([waits(*key) for key in reversed(rising)], NEVER)
            return await keys(desk)

        assert run(story) == rising

    @needs(C.JOURNAL)
    @pytest.mark.parametrize("after", [(b"2", b"f"), (b"2", b"g"), (b"2x", b"")], ids=["there", "beside", "between"])
    def test_a_page_begins_behind_a_key_whether_it_is_there_or_not(self, run: Run, after: JournalKey) -> None:
        async def story(desk: StoreDesk) -> list[bytes]:
            await desk.store.note([waits(b"%d" % number) for number in range(1, 6)], NEVER)
            return [one.origin.unique_id for one in await desk.store.journal(ACCOUNT, after, 2, NEVER)]

        assert run(story) == [b"3", b"4"]

    @needs(C.JOURNAL)
    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_page_of_no_entries_is_refused(self, run: Run, limit: int) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.journal(ACCOUNT, None, limit, NEVER)

        run(story)

    @needs(C.JOURNAL)
    def test_accounts_are_told_apart(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[JournalKey]]:
            await desk.store.note([waits(b"1"), waits(b"2", account=OTHER_ACCOUNT)], NEVER)
            return [await keys(desk, account) for account in (ACCOUNT, OTHER_ACCOUNT, "nobody", ACCOUNT.upper())]

        assert run(story) == [[(b"1", b"f")], [(b"2", b"f")], [], []]

    # Forgetting.

    @needs(C.JOURNAL)
    def test_what_is_forgotten_is_not_in_the_journal_of_its_account(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[JournalKey], list[JournalKey]]:
            noted = [waits(b"1"), waits(b"1", b"g"), waits(b"2"), waits(b"2", account=OTHER_ACCOUNT)]
            await desk.store.note(noted, NEVER)
            await desk.store.forget(ACCOUNT, [(b"1", b"f"), (b"2", b"f"), (b"3", b"f")], NEVER)
            return await keys(desk), await keys(desk, OTHER_ACCOUNT)

        assert run(story) == ([(b"1", b"g")], [(b"2", b"f")])

    @needs(C.JOURNAL, C.CREATE)
    def test_a_message_stays_when_it_is_forgotten(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(FETCHED)
            await desk.store.forget(ACCOUNT, [(b"1", b"f")], NEVER)
            return await desk.subjects()

        assert run(story) == ["fetched"]

    @needs(C.JOURNAL, C.CREATE)
    def test_what_was_forgotten_is_stored_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(FETCHED)
            await desk.store.forget(ACCOUNT, [(b"1", b"f")], NEVER)
            await desk.save(FETCHED)
            return await desk.subjects()

        assert run(story) == ["fetched", "fetched"]

    # What else there is.

    @needs(C.JOURNAL, C.CHANGES, C.CREATE)
    def test_a_journal_changes_nothing_that_whoever_synchronises_is_told_of(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            await desk.save(FETCHED)
            token = (await desk.store.changes_since(None, None, 1_000, NEVER)).token
            await desk.store.note([waits(b"1"), waits(b"2")], NEVER)
            await desk.save(FETCHED)
            await desk.store.forget(ACCOUNT, [(b"1", b"f")], NEVER)
            return list((await desk.store.changes_since(None, token, 1_000, NEVER)).changes)

        assert run(story) == []

    @needs(C.JOURNAL, C.MAINTENANCE, C.CREATE, C.DELETE)
    def test_compacting_leaves_journals_as_they_are(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[JournalEntry], tuple[list[JournalEntry], list[JournalEntry]]]:
            await desk.store.note([attrs.evolve(WAITS, origin=Origin(ACCOUNT, b"2", b"f"))], NEVER)
            await desk.store.delete([await desk.save_one(FETCHED)], NEVER)
            before = await desk.journal()
            desk.clock.move(timedelta(days=3_000))
            await desk.store.compact(NEVER)
            return before, await desk.now_and_at_the_next_logon(desk.journal)

        before, after = run(story)
        assert after == (before, before)

    @needs(C.JOURNAL, C.MAINTENANCE, C.CREATE)
    def test_a_backup_has_the_journals_of_its_moment(self, run: Run, tmp_path: Path) -> None:
        """Where ``config_of_backup`` says that there is none, there is nothing to look at."""
        path = tmp_path / "backup"
        config = self.config_of_backup(path)

        async def story(desk: StoreDesk) -> tuple[list[JournalEntry], list[JournalEntry]]:
            await desk.store.note([attrs.evolve(WAITS, origin=Origin(ACCOUNT, b"2", b"f"))], NEVER)
            await desk.save(FETCHED)
            before = await desk.journal()
            if config is None:
                return before, before
            await desk.store.backup(path, NEVER)
            await desk.store.forget(ACCOUNT, [one.origin.key for one in before], NEVER)
            return before, await (await desk.another(config)).journal()

        before, saved = run(story)
        assert saved == before
