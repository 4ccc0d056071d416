"""Folders that can be made and deleted."""

from __future__ import annotations

from functools import partial

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import MsgcoreError, NotFound, UsageError
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import FolderFacts, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import answers

__all__ = ["Folders"]


async def make(desk: StoreDesk, *names: str, parent: EntryId | None = None) -> list[EntryId]:
    """Make folders beside each other, below the subtree when nothing else is said."""
    above = parent or desk.special[SpecialFolder.IPM_SUBTREE]
    return [await desk.store.create_folder(above, name, NEVER) for name in names]


class Folders(StoreSuite):
    @needs(Capability.FOLDERS)
    def test_a_new_folder_says_its_name_and_parent_and_is_empty(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[FolderFacts, FolderFacts]:
            [made] = await make(desk, "Own")
            parent = desk.special[SpecialFolder.IPM_SUBTREE]
            return await desk.store.folder(made, NEVER), FolderFacts(made, parent, "Own", None, 0, 0)

        said, expected = run(story)
        assert said == expected

    @needs(Capability.FOLDERS)
    def test_a_new_folder_is_there_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            [made] = await make(desk, "Own")
            await desk.reopen()
            return (await desk.store.folder(made, NEVER)).name

        assert run(story) == "Own"

    @needs(Capability.FOLDERS)
    def test_folders_are_listed_by_name_without_case(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            [parent] = await make(desk, "parent")
            await make(desk, "b", "A", "d", "C", parent=parent)
            return [one.name for one in await desk.store.folders(parent, NEVER)]

        assert run(story) == ["A", "b", "C", "d"]

    @needs(Capability.FOLDERS)
    @pytest.mark.parametrize("again", ["Own Folder", "OWN folder"], ids=["the same", "in other case"])
    def test_a_folder_of_the_same_name_without_case_is_found_not_made(self, run: Run, again: str) -> None:
        async def story(desk: StoreDesk) -> list[EntryId]:
            return await make(desk, "Own Folder", again)

        first, second = run(story)
        assert first == second

    @needs(Capability.FOLDERS, Capability.FOLDER_NAMES)
    def test_a_folder_is_found_by_its_name_without_case_in_its_parent_only(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[FolderFacts], list[MsgcoreError | None]]:
            outer, other = await make(desk, "outer", "Other")
            [inner] = await make(desk, "Äpfel", parent=outer)
            found = [await desk.store.folder_named(outer, name, NEVER) for name in ("Äpfel", "ÄPFEL")]
            missing = [(outer, "Apfel"), (outer, "Other"), (other, "Äpfel"), (outer, ""), (inner, "\0")]
            await desk.store.delete_folder(other, NEVER)
            uses = {f"{name} {place}": partial(desk.store.folder_named, place, name, NEVER) for place, name in missing}
            said = await answers(uses)
            return [await desk.store.folder(inner, NEVER), *found], list(said.values())

        (said, *found), missing = run(story)
        assert found == [said, said]
        assert [isinstance(one, NotFound) for one in missing] == [True] * 5

    @needs(Capability.FOLDERS)
    def test_folders_of_one_name_in_two_parents_are_two(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> set[EntryId]:
            first, second = await make(desk, "first", "second")
            return {*await make(desk, "same", parent=first), *await make(desk, "same", parent=second)}

        assert len(run(story)) == 2

    @needs(Capability.FOLDERS)
    def test_folders_lie_in_folders(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            [outer] = await make(desk, "outer")
            [inner] = await make(desk, "inner", parent=outer)
            await make(desk, "innermost", parent=inner)
            return (
                [one.name for one in await desk.store.folders(outer, NEVER)],
                [one.name for one in await desk.store.folders(inner, NEVER)],
            )

        assert run(story) == (["inner"], ["innermost"])

    @needs(Capability.FOLDERS, Capability.CREATE)
    def test_a_message_in_a_folder_is_in_no_other(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[EntryId]]:
            first, second = await make(desk, "first", "second")
            entry_id = await desk.save_one(Message(subject="here"), first)
            return [[entry_id], await desk.find(folder=first), await desk.find(folder=second), await desk.find()]

        saved, first, second, home = run(story)
        assert (first, second, home) == (saved, [], [])

    @needs(Capability.FOLDERS)
    def test_a_deleted_folder_is_no_longer_listed(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            [parent] = await make(desk, "parent")
            gone, _ = await make(desk, "gone", "kept", parent=parent)
            await desk.store.delete_folder(gone, NEVER)
            await desk.reopen()
            return [one.name for one in await desk.store.folders(parent, NEVER)]

        assert run(story) == ["kept"]

    @needs(Capability.FOLDERS)
    def test_a_deleted_folder_takes_the_folders_in_it_along(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            [outer] = await make(desk, "outer")
            [inner] = await make(desk, "inner", parent=outer)
            await desk.store.delete_folder(outer, NEVER)
            with pytest.raises(NotFound):
                await desk.store.folder(inner, NEVER)

        run(story)

    @needs(Capability.FOLDERS, Capability.CREATE)
    def test_a_deleted_folder_takes_its_messages_along(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            [outer] = await make(desk, "outer")
            [inner] = await make(desk, "inner", parent=outer)
            deep = await desk.save_one(Message(subject="deep"), inner)
            await desk.store.delete_folder(outer, NEVER)
            with pytest.raises(NotFound):
                await desk.load(deep)

        run(story)

    @needs(Capability.FOLDERS)
    def test_a_deleted_folder_leaves_the_others_alone(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await desk.all_there_is()
            [made] = await make(desk, "made")
            await desk.store.delete_folder(made, NEVER)
            return before, await desk.all_there_is()

        before, after = run(story, Message(subject="kept"))
        assert after == before

    @needs(Capability.FOLDERS)
    def test_special_folders_are_never_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[dict[str, MsgcoreError | None], object, object]:
            before = dict(desk.special)
            uses = {
                role.value: lambda one=one: desk.store.delete_folder(one, NEVER) for role, one in desk.special.items()
            }
            answered = await answers(uses)
            await desk.reopen()
            return answered, before, dict(desk.special)

        answered, before, after = run(story)
        assert {name: error for name, error in answered.items() if not isinstance(error, UsageError)} == {}
        assert after == before
