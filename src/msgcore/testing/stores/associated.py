"""Associated contents: what programs keep in a folder."""

from __future__ import annotations

from msgcore.base.ids import EntryId
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import EVERY_ROW, Contents, Incoming, MessageFlag, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Associated"]

C = Capability
ASSOCIATED = Contents.ASSOCIATED


async def keep(desk: StoreDesk, *messages: Message) -> list[EntryId]:
    return list(await desk.store.save_associated(desk.home, [Incoming(one) for one in messages], NEVER))


class Associated(StoreSuite):
    @needs(C.ASSOCIATED)
    def test_associated_contents_are_in_a_table_of_their_own(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], tuple[list[EntryId], list[EntryId]]]:
            kept = await keep(desk, NEW, OTHER)
            return kept, await desk.now_and_at_the_next_logon(lambda: desk.find(contents=ASSOCIATED))

        kept, (now, later) = run(story, OLD)
        assert (sorted(now, key=bytes), sorted(later, key=bytes)) == (sorted(kept, key=bytes),) * 2

    @needs(C.ASSOCIATED)
    def test_associated_contents_are_not_among_the_messages(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await keep(desk, NEW)
            return await desk.subjects()

        assert run(story, OLD) == ["old"]

    @needs(C.ASSOCIATED)
    def test_associated_contents_are_not_counted_with_the_messages(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, int, int]:
            before = (await desk.store.folder(desk.home, NEVER)).unread_count
            await keep(desk, NEW, OTHER)
            facts = await desk.store.folder(desk.home, NEVER)
            return facts.content_count, facts.unread_count - before, await desk.store.count(desk.home, EVERY_ROW, NEVER)

        assert run(story, OLD) == (1, 0, 1)

    @needs(C.ASSOCIATED)
    def test_associated_contents_are_counted_when_they_are_asked_for(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await keep(desk, NEW, OTHER)
            return [
                await desk.store.count(desk.home, TableQuery((), restriction, contents=ASSOCIATED), NEVER)
                for restriction in (None, PidTagSubject.equals("new"), PidTagSubject.equals("old"))
            ]

        assert run(story, OLD) == [2, 1, 0]

    @needs(C.ASSOCIATED)
    def test_an_associated_message_is_loaded_as_any(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            [kept] = await keep(desk, NEW)
            return await desk.load(kept)

        assert compare(NEW, run(story)) == ()

    @needs(C.ASSOCIATED)
    def test_saving_associated_contents_gives_their_entry_ids_in_order(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            return [(await desk.load(one)).subject for one in await keep(desk, NEW, OLD, OTHER)]

        assert run(story) == ["new", "old", "other"]

    @needs(C.ASSOCIATED)
    def test_an_associated_message_says_so(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            ids = [*desk.ids, *await keep(desk, NEW)]
            return [await desk.flags(one) & MessageFlag.ASSOCIATED for one in ids]

        assert run(story, OLD) == [0, MessageFlag.ASSOCIATED]

    @needs(C.ASSOCIATED, C.MODIFY)
    def test_a_changed_associated_message_stays_associated(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            [kept] = await keep(desk, NEW)
            await desk.store.save_changes(kept, OTHER, NEVER)
            rows = await desk.query(contents=ASSOCIATED)
            return [row[PidTagSubject] for row in rows], await desk.subjects()

        assert run(story, OLD) == (["other"], ["old"])

    @needs(C.ASSOCIATED, C.MOVE)
    def test_an_associated_message_stays_associated_where_it_is_moved(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            kept = await keep(desk, NEW)
            await desk.store.move(kept, desk.elsewhere, NEVER)
            there = [await desk.find(folder=desk.elsewhere, contents=one) for one in (ASSOCIATED, Contents.MESSAGES)]
            return [one == kept for one in [*there, await desk.find(contents=ASSOCIATED)]]

        assert run(story, OLD) == [True, False, False]

    @needs(C.ASSOCIATED, C.MOVE)
    def test_the_copy_of_an_associated_message_is_associated(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            copies = await desk.store.copy(await keep(desk, NEW), desk.elsewhere, NEVER)
            return list(copies), await desk.find(folder=desk.elsewhere, contents=ASSOCIATED)

        copies, found = run(story, OLD)
        assert found == copies

    @needs(C.ASSOCIATED, C.DELETE)
    def test_a_deleted_associated_message_is_gone_from_its_table(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            first, second = await keep(desk, NEW, OTHER)
            await desk.store.delete([first], NEVER)
            return [one == second for one in await desk.find(contents=ASSOCIATED)]

        assert run(story, OLD) == [True]

    @needs(C.ASSOCIATED, C.DELETE, C.RECOVERY)
    def test_a_restored_associated_message_is_associated_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId], list[str]]:
            kept = await keep(desk, NEW)
            await desk.store.delete(kept, NEVER)
            await desk.store.restore(kept, NEVER)
            return kept, await desk.find(contents=ASSOCIATED), await desk.subjects()

        kept, found, messages = run(story, OLD)
        assert (found, messages) == (kept, ["old"])

    @needs(C.ASSOCIATED, C.FOLDERS)
    def test_associated_contents_go_with_their_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            before = await desk.all_there_is()
            made = await desk.make_folder("made")
            await desk.store.save_associated(made, [Incoming(NEW)], NEVER)
            await desk.store.delete_folder(made, NEVER)
            return [one for one in await desk.all_there_is() if one not in before]

        assert run(story, OLD) == []
