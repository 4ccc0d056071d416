"""Search folders: what a search finds, at every moment."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import MsgcoreError, TooComplex, UsageError
from msgcore.model.message import Message
from msgcore.props.match import match
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.table import (
    PidTagImportance,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagSubject,
)
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.folders import Search
from msgcore.spi.store import EVERY_ROW, Contents, FolderFacts, Incoming, MessageFlag, MessageStatus, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.upheaval import Step, Upheaval, steps
from msgcore.testing.stores.uses import answers
from msgcore.testing.strategies import MESSAGE_TAGS, messages_to_find, restrictions

__all__ = ["Searching"]

C = Capability
IS_OLD = PidTagSubject.equals("old")
EVERYTHING = PidTagSubject.exists()


async def search_for(
    desk: StoreDesk, restriction: Restriction, *scope: EntryId, is_recursive: bool = True, name: str = "found"
) -> EntryId:
    """Make a search folder below the root; it searches the home folder when no other is named."""
    search = Search(restriction, scope or (desk.home,), is_recursive)
    return await desk.store.create_search_folder(desk.special[SpecialFolder.ROOT], name, search, NEVER)


async def found_in(desk: StoreDesk, folder: EntryId) -> list[str]:
    """Give the subjects in a search folder."""
    rows = await desk.query(folder=folder)
    return sorted(row.get(PidTagSubject, "") for row in rows)


class Searching(StoreSuite):
    # What is found.

    @needs(C.SEARCH_FOLDERS)
    def test_any_search_finds_the_messages_that_match(self, run: Run) -> None:
        @self.draws
        @given(st.lists(messages_to_find(), max_size=4), st.lists(restrictions(MESSAGE_TAGS), min_size=1, max_size=4))
        def finds(messages: list[Message], wanted: list[Restriction]) -> None:
            async def story(desk: StoreDesk) -> list[tuple[set[EntryId], set[EntryId]]]:
                loaded = {one: await desk.load(one) for one in desk.ids}
                answered: list[tuple[set[EntryId], set[EntryId]]] = []
                for number, restriction in enumerate(wanted):
                    folder = await search_for(desk, restriction, name=f"found {number}")
                    matching = {one for one, message in loaded.items() if match(restriction, message)}
                    answered.append((set(await desk.find(folder=folder)), matching))
                return answered

            answered = run(story, *messages)
            assert [found for found, _ in answered] == [matching for _, matching in answered]

        finds()

    @needs(C.SEARCH_FOLDERS, C.CREATE)
    def test_a_search_shows_whatever_happens(self, run: Run) -> None:
        """Messages that come, change, move and go while search folders are there."""
        unread = PidTagMessageFlags.has_no_bit(MessageFlag.READ)

        @self.draws
        @given(st.lists(steps(), min_size=4, max_size=20), st.booleans())
        def shows(drawn: list[Step], is_recursive: bool) -> None:
            async def story(desk: StoreDesk) -> list[object]:
                upheaval = Upheaval(desk)
                wanted = [EVERYTHING, PidTagSubject.contains("1"), unread]
                searches = [
                    (one, await search_for(desk, one, is_recursive=is_recursive, name=f"found {number}"))
                    for number, one in enumerate(wanted)
                ]
                for step in drawn:
                    await upheaval.do(step)
                    for restriction, folder in searches:
                        there = await _matching(desk, restriction, is_recursive)
                        shown = sorted(await desk.find(folder=folder), key=bytes)
                        facts = await desk.store.folder(folder, NEVER)
                        if shown != there or facts.content_count != len(there):
                            return [step, restriction, shown, there, facts]
                return []

            assert run(story, OLD, OTHER) == []

        shows()

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_finds_what_was_there_before_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            folder = await search_for(desk, IS_OLD)
            return await desk.now_and_at_the_next_logon(lambda: found_in(desk, folder))

        assert run(story, OLD, OTHER) == (["old"], ["old"])

    @needs(C.SEARCH_FOLDERS, C.CREATE)
    def test_a_search_finds_what_came_after_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, IS_OLD)
            await desk.save(OLD, OTHER)
            return await found_in(desk, folder)

        assert run(story) == ["old"]

    @needs(C.SEARCH_FOLDERS, C.MODIFY)
    def test_a_search_finds_a_message_that_comes_to_match(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, IS_OLD)
            await desk.store.save_changes(desk.ids[0], OLD, NEVER)
            return await found_in(desk, folder)

        assert run(story, OTHER) == ["old"]

    @needs(C.SEARCH_FOLDERS, C.MODIFY)
    def test_a_search_loses_a_message_that_no_longer_matches(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, IS_OLD)
            await desk.store.save_changes(desk.ids[0], OTHER, NEVER)
            return await found_in(desk, folder)

        assert run(story, OLD) == []

    @needs(C.SEARCH_FOLDERS, C.READ_FLAGS)
    def test_a_search_for_unread_messages_goes_by_their_read_flags(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[str]]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            folder = await search_for(desk, PidTagMessageFlags.has_no_bit(MessageFlag.READ))
            seen: list[list[str]] = []
            for is_read in (True, False):
                await desk.store.set_read_flag(desk.ids[:1], is_read, NEVER)
                seen.append(await found_in(desk, folder))
            return seen

        assert run(story, OLD, OTHER) == [["other"], ["old", "other"]]

    @needs(C.SEARCH_FOLDERS, C.MESSAGE_STATUS)
    def test_a_search_for_a_status_goes_by_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[str]]:
            folder = await search_for(desk, PidTagMessageStatus.has_any_bit(MessageStatus.TAGGED))
            seen: list[list[str]] = []
            for status in (MessageStatus.TAGGED, MessageStatus(0)):
                await desk.store.set_message_status(desk.ids[:1], status, MessageStatus.TAGGED, NEVER)
                seen.append(await found_in(desk, folder))
            return seen

        assert run(story, OLD, OTHER) == [["old"], []]

    @needs(C.SEARCH_FOLDERS, C.MOVE)
    def test_a_search_follows_messages_that_move_into_its_scope_and_out(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[str]]:
            here, there = await search_for(desk, IS_OLD), await search_for(desk, IS_OLD, desk.elsewhere, name="there")
            await desk.store.move(desk.ids[:1], desk.elsewhere, NEVER)
            return [await found_in(desk, here), await found_in(desk, there)]

        assert run(story, OLD, OTHER) == [[], ["old"]]

    @needs(C.SEARCH_FOLDERS, C.DELETE)
    def test_a_search_does_not_find_what_was_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, EVERYTHING)
            await desk.store.delete(desk.ids[:1], NEVER)
            return await found_in(desk, folder)

        assert run(story, OLD, OTHER) == ["other"]

    @needs(C.SEARCH_FOLDERS, C.DELETE, C.RECOVERY)
    def test_a_search_finds_what_was_restored(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, EVERYTHING)
            await desk.store.delete(desk.ids[:1], NEVER)
            await desk.store.restore(desk.ids[:1], NEVER)
            return await found_in(desk, folder)

        assert run(story, OLD, OTHER) == ["old", "other"]

    @needs(C.SEARCH_FOLDERS, C.ASSOCIATED)
    def test_a_search_does_not_find_associated_contents(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.save_associated(desk.home, [Incoming(NEW)], NEVER)
            folder = await search_for(desk, EVERYTHING)
            await desk.store.save_associated(desk.home, [Incoming(OTHER)], NEVER)
            return await found_in(desk, folder)

        assert run(story, OLD) == ["old"]

    # Where it searches.

    @needs(C.SEARCH_FOLDERS, C.FOLDERS, C.CREATE)
    @pytest.mark.parametrize(("is_recursive", "expected"), [(True, ["new", "old"]), (False, ["old"])])
    def test_a_search_goes_into_the_folders_below_when_it_shall(
        self, run: Run, is_recursive: bool, expected: Sequence[str]
    ) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, EVERYTHING, is_recursive=is_recursive)
            inner = await desk.make_folder("inner", await desk.make_folder("outer", desk.home))
            await desk.save(NEW, folder=inner)
            return await found_in(desk, folder)

        assert run(story, OLD) == expected

    @needs(C.SEARCH_FOLDERS, C.CREATE)
    def test_a_search_goes_through_all_folders_of_its_scope(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(NEW, folder=desk.elsewhere)
            folder = await search_for(desk, EVERYTHING, desk.home, desk.elsewhere)
            return await found_in(desk, folder)

        assert run(story, OLD) == ["new", "old"]

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_through_folders_in_one_another_finds_each_message_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, EVERYTHING, desk.special[SpecialFolder.ROOT], desk.home)
            return await found_in(desk, folder)

        assert run(story, OLD) == ["old"]

    @needs(C.SEARCH_FOLDERS, C.HIERARCHY, C.CREATE)
    def test_a_search_follows_folders_that_move_into_its_scope_and_out(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[str]]:
            folder = await search_for(desk, EVERYTHING)
            made = await desk.make_folder("made")
            await desk.save(NEW, folder=made)
            seen: list[list[str]] = []
            for parent in (desk.home, desk.special[SpecialFolder.IPM_SUBTREE]):
                await desk.store.move_folder(made, parent, "made", NEVER)
                seen.append(await found_in(desk, folder))
            return seen

        assert run(story) == [["new"], []]

    @needs(C.SEARCH_FOLDERS, C.FOLDERS, C.CREATE)
    def test_a_search_goes_on_when_a_folder_of_its_scope_is_gone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            made = await desk.make_folder("made")
            await desk.save(NEW, folder=made)
            folder = await search_for(desk, EVERYTHING, made, desk.home)
            await desk.store.delete_folder(made, NEVER)
            return await found_in(desk, folder)

        assert run(story, OLD) == ["old"]

    # What a search folder is.

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_folder_says_what_it_searches_for(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[tuple[Search, Search], Search]:
            wanted = Search(IS_OLD & (PidTagImportance >= 1), (desk.home, desk.elsewhere), is_recursive=False)
            root = desk.special[SpecialFolder.ROOT]
            folder = await desk.store.create_search_folder(root, "found", wanted, NEVER)
            return await desk.now_and_at_the_next_logon(lambda: desk.store.search_criteria(folder, NEVER)), wanted

        said, wanted = run(story)
        assert said == (wanted, wanted)

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_folder_is_listed_in_its_parent(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[FolderFacts, list[FolderFacts]]:
            root = desk.special[SpecialFolder.ROOT]
            folder = await search_for(desk, IS_OLD)
            inside = [one for one in await desk.store.folders(root, NEVER) if one.entry_id == folder]
            return FolderFacts(folder, root, "found", None, 1, 1, is_search=True), inside

        expected, found = run(story, OLD, OTHER)
        assert found == [expected]

    @needs(C.SEARCH_FOLDERS, C.READ_FLAGS)
    def test_a_search_folder_counts_what_it_shows(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, int, int]:
            await desk.store.set_read_flag(desk.ids, False, NEVER)
            folder = await search_for(desk, EVERYTHING)
            await desk.store.set_read_flag(desk.ids[:1], True, NEVER)
            facts = await desk.store.folder(folder, NEVER)
            return facts.content_count, facts.unread_count, await desk.store.count(folder, EVERY_ROW, NEVER)

        assert run(story, OLD, NEW, OTHER) == (3, 2, 3)

    @needs(C.SEARCH_FOLDERS)
    def test_a_table_of_a_search_folder_is_restricted_and_sorted_as_any(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, EVERYTHING)
            order = (SortKey(PidTagSubject, is_descending=True),)
            rows = await desk.query(~PidTagSubject.equals("new"), order, folder=folder)
            return [row[PidTagSubject] for row in rows]

        assert run(story, OLD, NEW, OTHER) == ["other", "old"]

    @needs(C.SEARCH_FOLDERS, C.CREATE)
    def test_a_message_in_a_search_folder_is_the_message_itself_in_its_own_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[bytes], list[bytes], list[EntryId], list[EntryId]]:
            there = await desk.save_one(NEW, desk.elsewhere)
            folder = await search_for(desk, EVERYTHING, desk.special[SpecialFolder.ROOT])
            order = (SortKey(PidTagSubject),)
            rows = await desk.query(None, order, columns=(PidTagParentEntryId,), folder=folder)
            places = [row[PidTagParentEntryId] for row in rows]
            found = await desk.find(None, order, folder=folder)
            return places, [bytes(desk.elsewhere), bytes(desk.home)], found, [there, *desk.ids]

        places, expected, found, messages = run(story, OLD)
        assert (places, found) == (expected, messages)

    @needs(C.SEARCH_FOLDERS, C.DELETE)
    def test_a_message_that_is_deleted_where_it_was_found_is_deleted_where_it_is(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            folder = await search_for(desk, IS_OLD)
            await desk.store.delete(await desk.find(folder=folder), NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == ["other"]

    @needs(C.SEARCH_FOLDERS, C.FOLDERS)
    def test_deleting_a_search_folder_leaves_its_messages(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.delete_folder(await search_for(desk, EVERYTHING), NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == ["old", "other"]

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_folder_is_made_to_show_something_else(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], bool]:
            folder = await search_for(desk, IS_OLD)
            wanted = Search(PidTagSubject.equals("other"), (desk.home,), is_recursive=False)
            await desk.store.set_search_criteria(folder, wanted, NEVER)
            return await found_in(desk, folder), await desk.store.search_criteria(folder, NEVER) == wanted

        assert run(story, OLD, OTHER) == (["other"], True)

    # What is refused.

    @needs(C.SEARCH_FOLDERS)
    def test_nothing_is_put_into_a_search_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[dict[str, MsgcoreError | None], list[object], list[object]]:
            store, folder = desk.store, await search_for(desk, IS_OLD)
            search = Search(IS_OLD, (desk.home,))
            made = await desk.make_folder("made") if desk.can(C.FOLDERS) else folder
            before = await desk.all_there_is()
            uses = {
                "save": (C.CREATE, lambda: store.save(folder, [Incoming(NEW)], NEVER)),
                "save_associated": (C.ASSOCIATED, lambda: store.save_associated(folder, [Incoming(NEW)], NEVER)),
                "move": (C.MOVE, lambda: store.move(desk.ids, folder, NEVER)),
                "copy": (C.MOVE, lambda: store.copy(desk.ids, folder, NEVER)),
                "create_folder": (C.FOLDERS, lambda: store.create_folder(folder, "new", NEVER)),
                "move_folder": (C.HIERARCHY, lambda: store.move_folder(made, folder, "new", NEVER)),
                "copy_folder": (C.HIERARCHY, lambda: store.copy_folder(made, folder, "new", NEVER)),
                "search": (C.SEARCH_FOLDERS, lambda: store.create_search_folder(folder, "new", search, NEVER)),
            }
            answered = await answers({name: use for name, (ability, use) in uses.items() if desk.can(ability)})
            return answered, before, await desk.all_there_is()

        answered, before, after = run(story, OLD, OTHER)
        assert {name: error for name, error in answered.items() if not isinstance(error, UsageError)} == {}
        assert after == before

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_of_no_folder_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            root, nowhere = desk.special[SpecialFolder.ROOT], Search(IS_OLD, ())
            with pytest.raises(UsageError):
                await desk.store.create_search_folder(root, "found", nowhere, NEVER)
            with pytest.raises(UsageError):
                await desk.store.set_search_criteria(await search_for(desk, IS_OLD), nowhere, NEVER)

        run(story)

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_of_a_search_folder_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            folder = await search_for(desk, IS_OLD)
            with pytest.raises(UsageError):
                await search_for(desk, IS_OLD, folder, name="again")

        run(story)

    @needs(C.SEARCH_FOLDERS)
    def test_a_search_that_is_too_complex_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await desk.all_there_is()
            deep: Restriction = IS_OLD
            for _ in range(1_000):
                deep = ~deep
            with pytest.raises(TooComplex):
                await search_for(desk, deep)
            return before, await desk.all_there_is()

        before, after = run(story)
        assert after == before

    @needs(C.SEARCH_FOLDERS)
    @pytest.mark.parametrize("name", ["found", "FOUND"], ids=["the same", "in other case"])
    def test_the_name_of_another_folder_is_refused(self, run: Run, name: str) -> None:
        async def story(desk: StoreDesk) -> None:
            await search_for(desk, IS_OLD)
            with pytest.raises(UsageError):
                await search_for(desk, IS_OLD, name=name)

        run(story)

    @needs(C.SEARCH_FOLDERS)
    def test_a_folder_that_is_no_search_folder_says_so(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.search_criteria(desk.home, NEVER)
            with pytest.raises(UsageError):
                await desk.store.set_search_criteria(desk.home, Search(IS_OLD, (desk.elsewhere,)), NEVER)

        run(story)


async def _matching(desk: StoreDesk, restriction: Restriction, is_recursive: bool) -> list[EntryId]:
    """Ask the folders of the scope one by one what a search of the home folder has to show."""
    folders = [desk.home]
    for one in folders if is_recursive else ():
        folders += [inside.entry_id for inside in await desk.store.folders(one, NEVER)]
    found = [await desk.find(restriction, folder=one, contents=Contents.MESSAGES) for one in folders]
    return sorted((one for ids in found for one in ids), key=bytes)
