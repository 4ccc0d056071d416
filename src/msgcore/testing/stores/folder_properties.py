"""Properties of folders: those that an application sets, and those that the store works out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAssociatedContentCount,
    PidTagComment,
    PidTagContainerClass,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFolderType,
    PidTagParentEntryId,
    PidTagSubfolders,
    PidTagSubject,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property
from msgcore.props.types import PropertyType
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.folders import Search
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import properties

__all__ = ["FolderProperties"]

C = Capability
COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
WORKED_OUT: dict[Property[object], object] = {
    PidTagEntryId: b"x",
    PidTagContentCount: 7,
    PidTagFolderType: 2,
}


async def said(desk: StoreDesk, *tags: Property[object]) -> list[object]:
    """Give properties of the home folder; ``None`` for one that it has not."""
    found = await desk.store.folder_properties(desk.home, NEVER)
    return [found.get(tag) for tag in tags]


def _by_identity(values: Mapping[PropertyKey, object]) -> dict[tuple[BagKey, PropertyType], object]:
    """Give values by what a property is, whatever it is called."""
    return {(tag.bag_key, tag.value_type): value for tag, value in values.items()}


def _is_same(one: object, other: object) -> bool:
    # What is not a number equals nothing, and is written as itself.
    return one == other or repr(one) == repr(other)


class FolderProperties(StoreSuite):
    @needs(C.FOLDER_PROPERTIES)
    @pytest.mark.parametrize("tag", [PidTagComment, PidTagContainerClass, COLOUR], ids=lambda tag: tag.label)
    def test_a_property_of_a_folder_is_kept(self, run: Run, tag: Property[str]) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            await desk.store.set_folder_properties(desk.home, {tag: "IPF.Own"}, NEVER)
            return await desk.now_and_at_the_next_logon(lambda: said(desk, tag))

        assert run(story) == (["IPF.Own"], ["IPF.Own"])

    @needs(C.FOLDER_PROPERTIES)
    def test_any_properties_of_a_folder_are_kept_with_value_and_type(self, run: Run) -> None:
        @self.draws
        @given(st.dictionaries(st.integers(0, 5), properties(), max_size=4))
        def are_kept(drawn: dict[int, tuple[Property[object], object]]) -> None:
            wanted: dict[PropertyKey, object] = {}
            for tag, value in drawn.values():
                if tag.bag_key not in {one.bag_key for one in wanted}:
                    wanted[tag] = value

            async def story(desk: StoreDesk) -> Mapping[PropertyKey, object]:
                await desk.store.set_folder_properties(desk.home, wanted, NEVER)
                return await desk.store.folder_properties(desk.home, NEVER)

            found, expected = _by_identity(run(story)), _by_identity(wanted)
            assert [one for one, value in expected.items() if not _is_same(found.get(one), value)] == []

        are_kept()

    @needs(C.FOLDER_PROPERTIES)
    def test_setting_a_property_leaves_the_others(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            await desk.store.set_folder_properties(desk.home, {PidTagComment: "ours", COLOUR: "red"}, NEVER)
            await desk.store.set_folder_properties(desk.home, {COLOUR: "blue"}, NEVER)
            return await said(desk, PidTagComment, COLOUR)

        assert run(story) == ["ours", "blue"]

    @needs(C.FOLDER_PROPERTIES)
    def test_none_deletes_a_property_of_a_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], bool]:
            await desk.store.set_folder_properties(desk.home, {PidTagComment: "ours", COLOUR: "red"}, NEVER)
            await desk.store.set_folder_properties(desk.home, {COLOUR: None}, NEVER)
            return await said(desk, PidTagComment), COLOUR in await desk.store.folder_properties(desk.home, NEVER)

        assert run(story) == (["ours"], False)

    @needs(C.FOLDER_PROPERTIES)
    def test_each_folder_has_its_own_properties(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            await desk.store.set_folder_properties(desk.home, {PidTagComment: "ours"}, NEVER)
            return PidTagComment in await desk.store.folder_properties(desk.elsewhere, NEVER)

        assert run(story) is False

    @needs(C.FOLDER_PROPERTIES)
    @pytest.mark.parametrize(("tag", "value"), WORKED_OUT.items(), ids=[tag.label for tag in WORKED_OUT])
    def test_what_the_store_works_out_is_not_set(self, run: Run, tag: Property[object], value: object) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            before = await said(desk, tag, PidTagComment)
            with pytest.raises(UsageError):
                await desk.store.set_folder_properties(desk.home, {PidTagComment: "new", tag: value}, NEVER)
            return before, await said(desk, tag, PidTagComment)

        before, after = run(story)
        assert after == before

    @needs(C.FOLDER_PROPERTIES)
    def test_a_value_of_another_type_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.set_folder_properties(desk.home, {PidTagComment: 7}, NEVER)

        run(story)

    # Its name.

    @needs(C.FOLDER_PROPERTIES)
    def test_a_folder_is_renamed_by_its_display_name_and_keeps_its_role(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[str, str, bool]:
            before = await desk.store.folder(desk.home, NEVER)
            await desk.store.set_folder_properties(desk.home, {PidTagDisplayName: "Inkorg"}, NEVER)
            after = await desk.store.folder(desk.home, NEVER)
            [said_now] = await said(desk, PidTagDisplayName)
            return after.name, str(said_now), after.role is before.role

        assert run(story) == ("Inkorg", "Inkorg", True)

    @needs(C.FOLDER_PROPERTIES)
    def test_a_display_name_that_is_taken_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            facts = await desk.store.folder(desk.home, NEVER)
            assert facts.parent_id is not None
            taken = next(one for one in await desk.names_in(facts.parent_id) if one != facts.name)
            before = await desk.all_there_is()
            with pytest.raises(UsageError):
                await desk.store.set_folder_properties(
                    desk.home, {PidTagComment: "new", PidTagDisplayName: taken.upper()}, NEVER
                )
            return before, await desk.all_there_is()

        before, after = run(story)
        assert after == before

    # What the store works out.

    @needs(C.FOLDER_PROPERTIES)
    def test_a_folder_says_in_properties_what_its_facts_say(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            facts = await desk.store.folder(desk.home, NEVER)
            parent = bytes(cast(bytes, facts.parent_id))
            tags = (PidTagEntryId, PidTagParentEntryId, PidTagDisplayName, PidTagContentCount, PidTagContentUnreadCount)
            expected: list[object] = [
                bytes(facts.entry_id),
                parent,
                facts.name,
                facts.content_count,
                facts.unread_count,
            ]
            return await said(desk, *tags), expected

        found, expected = run(story, OLD, OTHER)
        assert found == expected

    @needs(C.FOLDER_PROPERTIES)
    def test_a_folder_says_its_kind(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            root = await desk.store.folder_properties(desk.special[SpecialFolder.ROOT], NEVER)
            return [root[PidTagFolderType], *await said(desk, PidTagFolderType)]

        assert run(story) == [0, 1]

    @needs(C.FOLDER_PROPERTIES, C.SEARCH_FOLDERS)
    def test_a_search_folder_says_that_it_is_one(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            search = Search(PidTagSubject.exists(), (desk.home,))
            found = await desk.store.create_search_folder(desk.special[SpecialFolder.ROOT], "found", search, NEVER)
            return (await desk.store.folder_properties(found, NEVER))[PidTagFolderType]

        assert run(story) == 2

    @needs(C.FOLDER_PROPERTIES, C.FOLDERS)
    def test_a_folder_says_whether_folders_are_in_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            before = await said(desk, PidTagSubfolders)
            await desk.make_folder("made", desk.home)
            return [*before, *await said(desk, PidTagSubfolders)]

        assert run(story) == [False, True]

    @needs(C.FOLDER_PROPERTIES, C.ASSOCIATED)
    def test_a_folder_counts_its_associated_contents(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            await desk.store.save_associated(desk.home, [Incoming(NEW), Incoming(Message())], NEVER)
            return await said(desk, PidTagAssociatedContentCount, PidTagContentCount)

        assert run(story, OLD) == [2, 1]
