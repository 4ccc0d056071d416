"""Folders that are moved, renamed, copied and emptied."""

from __future__ import annotations

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import MsgcoreError, ObjectDeleted, UsageError
from msgcore.model.message import Message
from msgcore.props.table import PidTagComment, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.folders import Search
from msgcore.spi.store import Contents, Incoming, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import answers

__all__ = ["Hierarchy"]

C = Capability


async def a_tree(desk: StoreDesk) -> list[EntryId]:
    """Make a folder in a folder beside a third one, each with a message that is called as it is."""
    outer = await desk.make_folder("outer")
    folders = [outer, await desk.make_folder("inner", outer), await desk.make_folder("other")]
    if desk.can(C.CREATE):
        for folder, name in zip(folders, ("outer", "inner", "other"), strict=True):
            await desk.save_one(Message(subject=name), folder)
    return folders


async def subjects_in(desk: StoreDesk, folder: EntryId) -> list[str]:
    return sorted(row.get(PidTagSubject, "") for row in await desk.query(folder=folder))


class Hierarchy(StoreSuite):
    # Moving.

    @needs(C.HIERARCHY)
    def test_a_moved_folder_is_in_its_new_parent_only(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[list[str]], list[list[str]]]:
            outer, inner, other = await a_tree(desk)
            await desk.store.move_folder(inner, other, "inner", NEVER)

            async def look() -> list[list[str]]:
                return [await desk.names_in(outer), await desk.names_in(other)]

            return await desk.now_and_at_the_next_logon(look)

        assert run(story) == ([[], ["inner"]], [[], ["inner"]])

    @needs(C.HIERARCHY, C.CREATE)
    def test_a_moved_folder_takes_along_what_is_in_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            outer, inner, other = await a_tree(desk)
            await desk.store.move_folder(outer, other, "moved", NEVER)
            return await subjects_in(desk, outer), await subjects_in(desk, inner)

        assert run(story) == (["outer"], ["inner"])

    @needs(C.HIERARCHY)
    @pytest.mark.parametrize("name", ["renamed", "OUTER"], ids=["another name", "another case"])
    def test_a_folder_is_renamed_where_it_is(self, run: Run, name: str) -> None:
        async def story(desk: StoreDesk) -> str:
            outer, *_ = await a_tree(desk)
            await desk.store.move_folder(outer, desk.special[SpecialFolder.IPM_SUBTREE], name, NEVER)
            return (await desk.store.folder(outer, NEVER)).name

        assert run(story) == name

    @needs(C.HIERARCHY)
    @pytest.mark.parametrize("method", ["move_folder", "copy_folder"])
    @pytest.mark.parametrize("name", ["other", "OTHER"], ids=["the same", "in other case"])
    def test_a_name_that_is_taken_is_refused(self, run: Run, method: str, name: str) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            outer, *_ = await a_tree(desk)
            before = await desk.all_there_is()
            with pytest.raises(UsageError):
                await getattr(desk.store, method)(outer, desk.special[SpecialFolder.IPM_SUBTREE], name, NEVER)
            return before, await desk.all_there_is()

        before, after = run(story)
        assert after == before

    @needs(C.HIERARCHY)
    @pytest.mark.parametrize("method", ["move_folder", "copy_folder"])
    @pytest.mark.parametrize("name", ["", " ", "a\nb"], ids=["empty", "blank", "two lines"])
    def test_what_is_no_name_is_refused(self, run: Run, method: str, name: str) -> None:
        async def story(desk: StoreDesk) -> None:
            _, inner, other = await a_tree(desk)
            with pytest.raises(UsageError):
                await getattr(desk.store, method)(inner, other, name, NEVER)

        run(story)

    @needs(C.HIERARCHY)
    @pytest.mark.parametrize("method", ["move_folder", "copy_folder"])
    @pytest.mark.parametrize("target", [0, 1], ids=["itself", "a folder in it"])
    def test_a_folder_does_not_go_into_itself(self, run: Run, method: str, target: int) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            folders = await a_tree(desk)
            before = await desk.all_there_is()
            with pytest.raises(UsageError):
                await getattr(desk.store, method)(folders[0], folders[target], "new", NEVER)
            return before, await desk.all_there_is()

        before, after = run(story)
        assert after == before

    @needs(C.HIERARCHY)
    @pytest.mark.parametrize("method", ["move_folder", "copy_folder"])
    def test_special_folders_stay_where_they_are(self, run: Run, method: str) -> None:
        async def story(desk: StoreDesk) -> tuple[dict[str, MsgcoreError | None], list[object], list[object]]:
            *_, other = await a_tree(desk)
            before = await desk.all_there_is()
            call = getattr(desk.store, method)
            uses = {role.value: lambda one=one: call(one, other, "new", NEVER) for role, one in desk.special.items()}
            return await answers(uses), before, await desk.all_there_is()

        answered, before, after = run(story)
        assert {name: error for name, error in answered.items() if not isinstance(error, UsageError)} == {}
        assert after == before

    # Copying.

    @needs(C.HIERARCHY)
    def test_a_copied_folder_is_another_one_with_the_same_folders_in_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str], list[str]]:
            outer, inner, other = await a_tree(desk)
            copy = await desk.store.copy_folder(outer, other, "copy", NEVER)
            inside = [one.entry_id for one in await desk.store.folders(copy, NEVER)]
            return copy == outer or inner in inside, await desk.names_in(other), await desk.names_in(copy)

        assert run(story) == (False, ["copy"], ["inner"])

    @needs(C.HIERARCHY, C.CREATE)
    def test_a_copied_folder_has_the_same_messages_in_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[str]]:
            outer, _, other = await a_tree(desk)
            copy = await desk.store.copy_folder(outer, other, "copy", NEVER)
            [inside] = [one.entry_id for one in await desk.store.folders(copy, NEVER)]
            return [await subjects_in(desk, one) for one in (copy, inside)]

        assert run(story) == [["outer"], ["inner"]]

    @needs(C.HIERARCHY, C.CREATE)
    def test_copying_a_folder_leaves_the_original(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            outer, _, other = await a_tree(desk)

            async def look() -> list[object]:
                facts = await desk.store.folder(outer, NEVER)
                return [facts, await subjects_in(desk, outer), await desk.names_in(outer)]

            before = await look()
            await desk.store.copy_folder(outer, other, "copy", NEVER)
            return before, await look()

        before, after = run(story)
        assert after == before

    @needs(C.HIERARCHY, C.CREATE, C.RECOVERY, C.DELETE)
    def test_a_copied_folder_has_nothing_that_was_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[EntryId]]:
            outer, _, other = await a_tree(desk)
            await desk.store.delete(await desk.find(folder=outer), NEVER)
            copy = await desk.store.copy_folder(outer, other, "copy", NEVER)
            return [await desk.find(folder=copy), await desk.find(folder=copy, contents=Contents.DELETED)]

        assert run(story) == [[], []]

    @needs(C.HIERARCHY, C.ASSOCIATED)
    def test_a_copied_folder_has_the_same_associated_contents(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[int, int]:
            outer, _, other = await a_tree(desk)
            await desk.store.save_associated(outer, [Incoming(NEW)], NEVER)
            copy = await desk.store.copy_folder(outer, other, "copy", NEVER)
            kept = await desk.find(folder=copy, contents=Contents.ASSOCIATED)
            return len(kept), (await desk.store.folder(copy, NEVER)).content_count

        assert run(story) == (1, 1)

    @needs(C.HIERARCHY, C.FOLDER_PROPERTIES)
    def test_a_copied_folder_has_the_same_properties(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            outer, _, other = await a_tree(desk)
            await desk.store.set_folder_properties(outer, {PidTagComment: "ours"}, NEVER)
            copy = await desk.store.copy_folder(outer, other, "copy", NEVER)
            return (await desk.store.folder_properties(copy, NEVER)).get(PidTagComment)

        assert run(story) == "ours"

    @needs(C.HIERARCHY, C.SEARCH_FOLDERS)
    def test_a_copied_search_folder_searches_for_the_same(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[Search, Search, list[str]]:
            outer, *_ = await a_tree(desk)
            search = Search(PidTagSubject.equals("old"), (desk.home,))
            found = await desk.store.create_search_folder(outer, "found", search, NEVER)
            copy = await desk.store.copy_folder(found, outer, "copy", NEVER)
            return search, await desk.store.search_criteria(copy, NEVER), await subjects_in(desk, copy)

        search, copied, found = run(story, OLD, OTHER)
        assert (copied, found) == (search, ["old"])

    # Emptying.

    @needs(C.HIERARCHY)
    def test_an_emptied_folder_has_no_messages_left(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.store.empty_folder(desk.home, NEVER)
            return await desk.now_and_at_the_next_logon(desk.subjects)

        assert run(story, OLD, OTHER) == ([], [])

    @needs(C.HIERARCHY)
    def test_an_emptied_folder_has_no_folders_left(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            outer, inner, _ = await a_tree(desk)
            await desk.make_folder("innermost", inner)
            await desk.store.empty_folder(outer, NEVER)
            with pytest.raises(ObjectDeleted):
                await desk.store.folder(inner, NEVER)
            return await desk.names_in(outer)

        assert run(story) == []

    @needs(C.HIERARCHY, C.CREATE)
    def test_emptying_a_folder_leaves_the_others_alone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            outer, _, other = await a_tree(desk)
            await desk.store.empty_folder(outer, NEVER)
            return [*await subjects_in(desk, other), *await desk.subjects()]

        assert run(story, OLD) == ["other", "old"]

    @needs(C.HIERARCHY, C.ASSOCIATED)
    def test_an_emptied_folder_keeps_its_associated_contents(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            kept = await desk.store.save_associated(desk.home, [Incoming(NEW)], NEVER)
            await desk.store.empty_folder(desk.home, NEVER)
            return list(kept), await desk.find(contents=Contents.ASSOCIATED)

        kept, found = run(story, OLD)
        assert found == kept

    @needs(C.HIERARCHY, C.RECOVERY)
    def test_messages_of_an_emptied_folder_can_be_restored(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.store.empty_folder(desk.home, NEVER)
            await desk.store.restore(desk.ids, NEVER)
            return await desk.subjects()

        assert run(story, OLD, OTHER) == ["old", "other"]

    @needs(C.HIERARCHY)
    def test_a_folder_with_a_special_folder_in_it_is_not_emptied(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await desk.all_there_is()
            with pytest.raises(UsageError):
                await desk.store.empty_folder(desk.special[SpecialFolder.ROOT], NEVER)
            return before, await desk.all_there_is()

        before, after = run(story, OLD)
        assert after == before
