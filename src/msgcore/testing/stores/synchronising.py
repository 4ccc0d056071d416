"""Changes since a token: a client that is told nothing else comes to have what the store has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import InvalidToken, UsageError
from msgcore.model.message import Message
from msgcore.props.table import PidTagComment, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.changes import Change, ChangeKind, Changes
from msgcore.spi.folders import Search
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.replica import Replica
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.upheaval import Step, Upheaval, steps

__all__ = ["Synchronising"]

C = Capability
CREATED, MOVED, CHANGED = ChangeKind.CREATED, ChangeKind.MOVED, ChangeKind.CHANGED
READ_STATE, DELETED = ChangeKind.READ_STATE, ChangeKind.DELETED
MANY = 1_000

Doing = Callable[[StoreDesk], Awaitable[object]]


async def since(desk: StoreDesk, folder: EntryId | None, doing: Doing, before: Doing | None = None) -> list[Change]:
    """Give what changed in a folder, or the store, by doing something, perhaps after something else."""
    if before is not None:
        await before(desk)
    token = (await desk.store.changes_since(folder, None, MANY, NEVER)).token
    await doing(desk)
    return list((await desk.store.changes_since(folder, token, MANY, NEVER)).changes)


async def kinds(desk: StoreDesk, doing: Doing, before: Doing | None = None) -> list[tuple[ChangeKind, EntryId]]:
    """Give the kinds of what changed in the whole store."""
    return [(one.kind, one.entry_id) for one in await since(desk, None, doing, before)]


def changed(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.save_changes(desk.ids[0], Message(subject="changed"), NEVER)


def marked(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.set_read_flag(desk.ids[:1], True, NEVER)


def tagged(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.set_message_status(desk.ids[:1], MessageStatus.TAGGED, MessageStatus.TAGGED, NEVER)


def moved(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.move(desk.ids[:1], desk.elsewhere, NEVER)


def deleted(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.delete(desk.ids[:1], NEVER)


def restored(desk: StoreDesk) -> Awaitable[object]:
    return desk.store.restore(desk.ids[:1], NEVER)


async def came_and_went(desk: StoreDesk) -> None:
    await desk.store.delete([await desk.save_one(NEW)], NEVER)


async def nothing(desk: StoreDesk) -> None:
    """Let everything be."""


class Synchronising(StoreSuite):
    # Whatever happens.

    @needs(C.CHANGES, C.CREATE)
    def test_whoever_follows_the_changes_has_what_the_store_has(self, run: Run) -> None:
        """Of the store and of a folder, at once after every step, and behind by some steps, page by page."""
        turns = st.lists(st.tuples(steps(), st.sampled_from([0, 0, 0, 0, 0, 1, 2, MANY])), min_size=8, max_size=20)

        @self.draws
        @given(turns)
        def has_the_same(drawn: list[tuple[Step, int]]) -> None:
            async def story(desk: StoreDesk) -> list[str]:
                upheaval = Upheaval(desk)
                at_once = [Replica(desk), Replica(desk, desk.home)]
                behind = [Replica(desk), Replica(desk, desk.home), Replica(desk, desk.elsewhere)]
                for replica in behind:
                    await replica.catch_up()
                for step, limit in drawn:
                    await upheaval.do(step)
                    for replica in at_once:
                        await replica.catch_up()
                        if found := await replica.differences():
                            return [f"after {step}:", *found]
                    for replica in behind if limit else ():
                        if await replica.turn(limit) and (found := await replica.differences()):
                            return [f"after {step}, behind, by pages of {limit}:", *found]
                for replica in behind:
                    await replica.catch_up(2)
                return [one for replica in behind for one in await replica.differences()]

            told = run(story, OLD, OTHER)
            assert not told, "\n".join(told)

        has_the_same()

    # What is given.

    @needs(C.CHANGES)
    def test_before_everything_all_that_is_there_was_created(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[set[tuple[ChangeKind, EntryId, EntryId]], StoreDesk]:
            found = await desk.store.changes_since(desk.home, None, MANY, NEVER)
            return {(one.kind, one.entry_id, one.folder) for one in found.changes}, desk

        found, desk = run(story, OLD, OTHER)
        assert found == {(CREATED, one, desk.home) for one in desk.ids}

    @needs(C.CHANGES)
    @pytest.mark.parametrize("is_whole", [False, True], ids=["folder", "store"])
    def test_nothing_has_changed_since_all_was_given(self, run: Run, is_whole: bool) -> None:
        async def story(desk: StoreDesk) -> list[Change]:
            return await since(desk, None if is_whole else desk.home, nothing)

        assert run(story, OLD, OTHER) == []

    @needs(C.CHANGES, C.CREATE)
    def test_a_new_message_is_created(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], list[EntryId]]:
            found = await kinds(desk, lambda desk: desk.save_one(NEW))
            return found, [one for one in await desk.find() if one not in desk.ids]

        found, [new] = run(story, OLD)
        assert found == [(CREATED, new)]

    @needs(C.CHANGES, C.ASSOCIATED)
    def test_a_new_associated_message_is_created_and_says_so(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[ChangeKind, bool]]:
            def save(desk: StoreDesk) -> Awaitable[object]:
                return desk.store.save_associated(desk.home, [Incoming(NEW)], NEVER)

            return [(one.kind, one.is_associated) for one in await since(desk, desk.home, save)]

        assert run(story, OLD) == [(CREATED, True)]

    @needs(C.CHANGES, C.MODIFY)
    def test_a_changed_message_is_changed(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], list[EntryId]]:
            return await kinds(desk, changed), desk.ids

        found, ids = run(story, OLD, OTHER)
        assert found == [(CHANGED, ids[0])]

    @needs(C.CHANGES, C.READ_FLAGS, C.CREATE)
    def test_a_message_that_was_marked_is_only_marked(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[ChangeKind, bool]]:
            return [(one.kind, one.is_read) for one in await since(desk, desk.home, marked)]

        assert run(story, OLD, OTHER) == [(READ_STATE, True)]

    @needs(C.CHANGES, C.MESSAGE_STATUS)
    def test_a_message_that_was_given_a_status_is_only_marked(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[ChangeKind]:
            return [one.kind for one in await since(desk, desk.home, tagged)]

        assert run(story, OLD, OTHER) == [READ_STATE]

    @needs(C.CHANGES, C.MESSAGE_STATUS)
    def test_a_status_that_a_message_has_already_is_no_change(self, run: Run) -> None:
        """Two replicas that set it for each other would never come to an end."""

        async def story(desk: StoreDesk) -> list[ChangeKind]:
            return [one.kind for one in await since(desk, desk.home, tagged, tagged)]

        assert run(story, OLD, OTHER) == []

    @needs(C.CHANGES, C.READ_FLAGS, C.MODIFY)
    def test_a_message_that_was_changed_and_marked_is_given_once(self, run: Run) -> None:
        async def both(desk: StoreDesk) -> None:
            await changed(desk)
            await marked(desk)

        async def story(desk: StoreDesk) -> list[ChangeKind]:
            return [one.kind for one in await since(desk, desk.home, both)]

        assert run(story, OLD, OTHER) == [CHANGED]

    @needs(C.CHANGES, C.MOVE)
    def test_a_moved_message_is_moved_in_the_store(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], EntryId]:
            return [(one.kind, one.folder) for one in await since(desk, None, moved)], desk.elsewhere

        found, there = run(story, OLD, OTHER)
        assert found == [(MOVED, there)]

    @needs(C.CHANGES, C.MOVE)
    def test_a_moved_message_leaves_one_folder_and_comes_into_the_other(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[tuple[ChangeKind, bool]]]:
            tokens = [(await desk.store.changes_since(one, None, MANY, NEVER)).token for one in both(desk)]
            await moved(desk)
            asked = zip(both(desk), tokens, strict=True)
            found = [await desk.store.changes_since(folder, token, MANY, NEVER) for folder, token in asked]
            return [[(one.kind, one.entry_id == desk.ids[0]) for one in changes.changes] for changes in found]

        def both(desk: StoreDesk) -> list[EntryId]:
            return [desk.home, desk.elsewhere]

        assert run(story, OLD, OTHER) == [[(DELETED, True)], [(CREATED, True)]]

    @needs(C.CHANGES, C.MOVE, C.MODIFY)
    def test_a_message_that_moved_and_changed_is_given_as_both(self, run: Run) -> None:
        async def both(desk: StoreDesk) -> None:
            await changed(desk)
            await moved(desk)

        async def story(desk: StoreDesk) -> list[ChangeKind]:
            return [one.kind for one in await since(desk, None, both)]

        assert sorted(run(story, OLD, OTHER), key=lambda kind: kind.value) == [CHANGED, MOVED]

    @needs(C.CHANGES, C.DELETE)
    def test_a_deleted_message_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], EntryId]:
            return await kinds(desk, deleted), desk.ids[0]

        found, gone = run(story, OLD, OTHER)
        assert found == [(DELETED, gone)]

    @needs(C.CHANGES, C.DELETE, C.RECOVERY)
    def test_a_restored_message_is_created(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], EntryId]:
            return await kinds(desk, restored, deleted), desk.ids[0]

        found, back = run(story, OLD, OTHER)
        assert found == [(CREATED, back)]

    @needs(C.CHANGES, C.DELETE, C.CREATE)
    def test_what_came_and_went_in_between_is_not_given(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[ChangeKind, EntryId]]:
            return await kinds(desk, came_and_went)

        assert run(story, OLD) == []

    # Folders.

    @needs(C.CHANGES, C.FOLDERS)
    def test_a_new_folder_is_created_in_its_parent(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[ChangeKind, bool, bool]]:
            found = await since(desk, None, lambda desk: desk.make_folder("made", desk.home))
            [made] = [one.entry_id for one in await desk.store.folders(desk.home, NEVER)]
            return [(one.kind, one.entry_id == made, one.folder == desk.home) for one in found]

        assert run(story) == [(CREATED, True, True)]

    @needs(C.CHANGES, C.HIERARCHY)
    def test_a_renamed_folder_is_changed(self, run: Run) -> None:
        async def make(desk: StoreDesk) -> None:
            desk.ids = [await desk.make_folder("made", desk.home)]

        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], EntryId]:
            found = await kinds(desk, lambda desk: desk.store.move_folder(desk.ids[0], desk.home, "own", NEVER), make)
            return found, desk.ids[0]

        found, made = run(story)
        assert found == [(CHANGED, made)]

    @needs(C.CHANGES, C.FOLDER_PROPERTIES)
    def test_a_folder_with_another_property_is_changed(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[tuple[ChangeKind, EntryId]], EntryId]:
            def comment(desk: StoreDesk) -> Awaitable[object]:
                return desk.store.set_folder_properties(desk.home, {PidTagComment: "new"}, NEVER)

            return await kinds(desk, comment), desk.home

        found, folder = run(story)
        assert found == [(CHANGED, folder)]

    @needs(C.CHANGES, C.FOLDERS, C.CREATE)
    def test_what_goes_with_a_folder_is_deleted_too(self, run: Run) -> None:
        async def fill(desk: StoreDesk) -> None:
            outer = await desk.make_folder("outer", desk.home)
            inner = await desk.make_folder("inner", outer)
            desk.ids = [outer, inner, await desk.save_one(NEW, inner)]

        async def story(desk: StoreDesk) -> tuple[set[tuple[ChangeKind, EntryId]], list[EntryId]]:
            found = await kinds(desk, lambda desk: desk.store.delete_folder(desk.ids[0], NEVER), fill)
            return set(found), desk.ids

        found, gone = run(story)
        assert found == {(DELETED, one) for one in gone}

    @needs(C.CHANGES, C.FOLDERS)
    def test_a_folder_in_a_folder_is_none_of_its_changes(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[Change]:
            return await since(desk, desk.home, lambda desk: desk.make_folder("made", desk.home))

        assert run(story) == []

    # Pages.

    @needs(C.CHANGES)
    @pytest.mark.parametrize("limit", [1, 2])
    def test_pages_give_what_one_answer_gives(self, run: Run, limit: int) -> None:
        async def story(desk: StoreDesk) -> tuple[list[Change], list[Change], list[int]]:
            whole = await desk.store.changes_since(desk.home, None, MANY, NEVER)
            found, sizes, token = list[Change](), list[int](), None
            for _ in range(MANY):
                page = await desk.store.changes_since(desk.home, token, limit, NEVER)
                found += page.changes
                sizes.append(len(page.changes))
                token = page.token
                if not page.has_more:
                    break
            return found, list(whole.changes), sizes

        found, whole, sizes = run(story, OLD, NEW, OTHER)
        assert (found, max(sizes)) == (whole, limit)

    @needs(C.CHANGES, C.MODIFY, C.MOVE)
    def test_a_page_does_not_part_what_is_said_of_one_message(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[list[ChangeKind]]:
            token: bytes = (await desk.store.changes_since(None, None, MANY, NEVER)).token
            await changed(desk)
            await moved(desk)
            pages: list[Changes] = [await desk.store.changes_since(None, token, 1, NEVER)]
            pages.append(await desk.store.changes_since(None, pages[0].token, 1, NEVER))
            return [sorted((one.kind for one in page.changes), key=lambda kind: kind.value) for page in pages]

        assert run(story, OLD, OTHER) == [[CHANGED, MOVED], []]

    @needs(C.CHANGES)
    def test_a_page_of_less_than_one_change_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.changes_since(desk.home, None, 0, NEVER)

        run(story)

    # Tokens.

    @needs(C.CHANGES, C.CREATE)
    def test_a_token_holds_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            token = (await desk.store.changes_since(desk.home, None, MANY, NEVER)).token
            await desk.reopen()
            new = await desk.save_one(NEW)
            found = await desk.store.changes_since(desk.home, token, MANY, NEVER)
            return [one.entry_id == new for one in found.changes]

        assert run(story, OLD) == [True]

    @needs(C.CHANGES, C.MODIFY)
    def test_a_token_may_be_asked_with_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[Changes, Changes]:
            token = (await desk.store.changes_since(desk.home, None, MANY, NEVER)).token
            await changed(desk)
            return (
                await desk.store.changes_since(desk.home, token, MANY, NEVER),
                await desk.store.changes_since(desk.home, token, MANY, NEVER),
            )

        first, second = run(story, OLD)
        assert list(second.changes) == list(first.changes)

    @needs(C.CHANGES)
    def test_the_token_of_another_folder_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            for own, other in ((desk.home, desk.elsewhere), (desk.home, None), (None, desk.home)):
                token = (await desk.store.changes_since(own, None, MANY, NEVER)).token
                with pytest.raises(InvalidToken):
                    await desk.store.changes_since(other, token, MANY, NEVER)

        run(story, OLD)

    @needs(C.CHANGES)
    def test_the_token_of_another_store_is_refused(self, run: Run) -> None:
        async def token(desk: StoreDesk) -> bytes:
            return (await desk.store.changes_since(None, None, MANY, NEVER)).token

        foreign = run(token, OLD)

        async def story(desk: StoreDesk) -> None:
            with pytest.raises(InvalidToken):
                await desk.store.changes_since(None, foreign, MANY, NEVER)

        run(story, OLD)

    @needs(C.CHANGES)
    @pytest.mark.parametrize("token", [b"", b"token", bytes(40), b"\xff" * 40], ids=["none", "text", "zeros", "ones"])
    def test_what_is_no_token_is_refused(self, run: Run, token: bytes) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(InvalidToken):
                await desk.store.changes_since(desk.home, token, MANY, NEVER)

        run(story)

    @needs(C.CHANGES, C.SEARCH_FOLDERS)
    def test_a_search_folder_has_no_changes_of_its_own(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            root = desk.special[SpecialFolder.ROOT]
            search = Search(PidTagSubject.exists(), (desk.home,))
            found = await desk.store.create_search_folder(root, "found", search, NEVER)
            with pytest.raises(UsageError):
                await desk.store.changes_since(found, None, MANY, NEVER)

        run(story)
