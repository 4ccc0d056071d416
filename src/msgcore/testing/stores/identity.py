"""What a store is and what its entry ids name."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import ForeignEntryId, MsgcoreError, NotFound, ObjectDeleted, UsageError
from msgcore.model.message import Message
from msgcore.props.row import Row
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk, uid_of_nobody
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.stores.uses import (
    answers,
    uses_of_a_folder,
    uses_of_a_message,
    uses_of_a_submission,
    uses_of_what_is_kept,
)

__all__ = ["Identity"]

ABC = [Message(subject=subject, text=f"This is {subject}.") for subject in ("one", "two", "three")]


def _others_than(kind: type[MsgcoreError], answered: dict[str, MsgcoreError | None]) -> dict[str, MsgcoreError | None]:
    return {name: error for name, error in answered.items() if not isinstance(error, kind)}


async def _subject(desk: StoreDesk, entry_id: EntryId) -> str:
    try:
        return (await desk.load(entry_id)).subject
    except NotFound:
        return "(gone)"


class Identity(StoreSuite):
    def test_the_store_can_do_what_is_declared(self, run: Run) -> None:
        """The suite's ``capabilities`` steer which tests there are: an ability that is not among them is not tested."""

        async def story(desk: StoreDesk) -> frozenset[Capability]:
            return desk.store.capabilities

        assert run(story) == frozenset(self.capabilities)

    def test_the_uid_is_the_same_at_every_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bytes, bytes]:
            before = desk.store.uid
            await desk.reopen()
            return before, desk.store.uid

        before, after = run(story)
        assert before == after

    def test_the_store_has_a_name_to_show(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            return desk.store.display_name

        assert run(story).strip()

    def test_special_folders_are_the_same_at_every_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[object, object]:
            before = dict(desk.special)
            await desk.reopen()
            return before, dict(desk.special)

        before, after = run(story)
        assert before == after

    def test_a_special_folder_says_its_role(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[SpecialFolder, SpecialFolder | None]:
            return {role: (await desk.store.folder(one, NEVER)).role for role, one in desk.special.items()}

        roles = run(story)
        assert roles == {role: role for role in roles}

    def test_a_folder_says_the_same_of_itself_as_its_parent_does(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[object, object]]:
            root = desk.special[SpecialFolder.ROOT]
            return [
                (one, await desk.store.folder(one.entry_id, NEVER)) for one in await desk.store.folders(root, NEVER)
            ]

        pairs = run(story)
        assert [listed for listed, _ in pairs] == [alone for _, alone in pairs]

    def test_a_folder_lies_in_the_parent_that_lists_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, set[EntryId | None]]:
            root = desk.special[SpecialFolder.ROOT]
            return root, {one.parent_id for one in await desk.store.folders(root, NEVER)}

        root, parents = run(story)
        assert parents <= {root}

    def test_a_folder_counts_its_messages(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            return (await desk.store.folder(desk.home, NEVER)).content_count

        assert run(story, *ABC) == 3

    # Entry ids.

    def test_an_entry_id_in_a_row_is_of_this_store_and_a_message(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[bytes], bytes]:
            return [row[PidTagEntryId] for row in await desk.query()], desk.store.uid

        found, uid = run(story, *ABC)
        assert {(len(one), one[:4], one[4:20], one[20]) for one in found} == {(29, bytes(4), uid, ObjectKind.MESSAGE)}

    def test_entry_ids_of_folders_are_of_this_store_and_folders(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[set[tuple[bytes, int]], bytes]:
            return {(one.provider_uid, one.kind) for one in desk.special.values()}, desk.store.uid

        found, uid = run(story)
        assert found == {(uid, ObjectKind.FOLDER)}

    def test_every_message_has_an_entry_id_of_its_own(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[EntryId]:
            return await desk.find()

        assert len(set(run(story, *ABC))) == 3

    def test_the_entry_id_in_a_row_opens_the_message_that_the_row_shows(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[str, str]]:
            rows = await desk.query()
            return [(row[PidTagSubject], (await desk.load(EntryId.parse(row[PidTagEntryId]))).subject) for row in rows]

        pairs = run(story, *ABC)
        assert sorted(shown for shown, _ in pairs) == ["one", "three", "two"]
        assert [opened for _, opened in pairs] == [shown for shown, _ in pairs]

    def test_the_row_of_one_message_is_its_row_in_the_table(self, run: Run) -> None:
        columns = (PidTagEntryId, PidTagSubject)

        async def story(desk: StoreDesk) -> list[tuple[Row, Row]]:
            rows = await desk.query(columns=columns)
            return [(row, await desk.store.row(EntryId.parse(row[PidTagEntryId]), columns, NEVER)) for row in rows]

        pairs = run(story, *ABC)
        assert [repr(alone) for _, alone in pairs] == [repr(in_table) for in_table, _ in pairs]

    def test_another_store_of_the_service_has_another_uid(self, run: Run, tmp_path: Path) -> None:
        """A profile may have several: by the uid a session knows whose an entry id is."""
        place = tmp_path / "another"
        place.mkdir()

        async def story(desk: StoreDesk) -> tuple[bytes, bytes]:
            return desk.store.uid, (await desk.another(self.config(place))).store.uid

        one, other = run(story)
        assert one != other

    def test_entry_ids_name_the_same_messages_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            before = [(await desk.load(one)).subject for one in desk.ids]
            await desk.reopen()
            return before, [(await desk.load(one)).subject for one in desk.ids]

        before, after = run(story, *ABC)
        assert before == after

    @needs("take_away")
    def test_entry_ids_of_the_others_stay_when_a_message_goes(self, run: Run) -> None:
        """The number of a message is its own, not its place in a list."""

        async def story(desk: StoreDesk) -> tuple[dict[EntryId, str], dict[EntryId, str]]:
            before = {one: (await desk.load(one)).subject for one in desk.ids}
            await desk.runtime.in_thread(partial(desk.take_away, 0))
            await desk.reopen()
            return before, {one: await _subject(desk, one) for one in desk.ids}

        before, after = run(story, *ABC)
        gone = ABC[0].subject
        assert after == {one: "(gone)" if subject == gone else subject for one, subject in before.items()}

    def test_the_message_of_another_store_is_not_found(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            stranger = EntryId(uid_of_nobody(desk), ObjectKind.MESSAGE, desk.ids[0].number)
            uses = {
                **uses_of_a_message(desk.store, stranger, desk.elsewhere, NEVER),
                **uses_of_what_is_kept(desk.store, [stranger], NEVER),
                **uses_of_a_submission(desk.store, stranger, NEVER),
            }
            return await answers(uses)

        assert _others_than(ForeignEntryId, run(story, *ABC)) == {}

    def test_the_folder_of_another_store_is_not_found(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            stranger = EntryId(uid_of_nobody(desk), ObjectKind.FOLDER, desk.home.number)
            return await answers(uses_of_a_folder(desk.store, stranger, desk.ids[0], desk.home, NEVER))

        assert _others_than(ForeignEntryId, run(story, *ABC)) == {}

    def test_a_message_that_never_was_is_not_found(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            number = max(one.number for one in desk.ids) ^ (1 << 40)
            never = EntryId(desk.store.uid, ObjectKind.MESSAGE, number)
            uses = {
                **uses_of_a_message(desk.store, never, desk.elsewhere, NEVER),
                **uses_of_what_is_kept(desk.store, [never], NEVER),
            }
            return await answers(uses)

        assert _others_than(NotFound, run(story, *ABC)) == {}

    def test_a_folder_is_not_taken_for_a_message(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            uses = {
                **uses_of_a_message(desk.store, desk.home, desk.elsewhere, NEVER),
                **uses_of_what_is_kept(desk.store, [desk.home], NEVER),
                **uses_of_a_submission(desk.store, desk.home, NEVER),
            }
            return await answers(uses)

        assert _others_than(UsageError, run(story, *ABC)) == {}

    def test_a_message_is_not_taken_for_a_folder(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            first, second, *_ = desk.ids
            return await answers(uses_of_a_folder(desk.store, first, second, desk.home, NEVER))

        assert _others_than(UsageError, run(story, *ABC)) == {}

    @needs(Capability.DELETE)
    def test_a_message_that_is_gone_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            gone = desk.ids[0]
            await desk.store.delete([gone], NEVER)
            return await answers(uses_of_a_message(desk.store, gone, desk.elsewhere, NEVER))

        assert _others_than(ObjectDeleted, run(story, *ABC)) == {}

    @needs(Capability.DELETE, Capability.OUTGOING_QUEUE)
    def test_a_message_that_is_gone_is_no_submission(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            gone = desk.ids[0]
            await desk.store.delete([gone], NEVER)
            return await answers(uses_of_a_submission(desk.store, gone, NEVER))

        assert _others_than(NotFound, run(story, *ABC)) == {}

    @needs(Capability.RECOVERY)
    def test_a_message_that_is_gone_for_good_is_not_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            gone = desk.ids[0]
            await desk.store.purge([gone], NEVER)
            return await answers(uses_of_what_is_kept(desk.store, [gone], NEVER))

        assert _others_than(ObjectDeleted, run(story, *ABC)) == {}

    @needs(Capability.FOLDERS)
    def test_a_folder_that_is_gone_is_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> dict[str, MsgcoreError | None]:
            gone = await desk.make_folder("gone", desk.home)
            await desk.store.delete_folder(gone, NEVER)
            return await answers(uses_of_a_folder(desk.store, gone, desk.ids[0], desk.home, NEVER))

        assert _others_than(ObjectDeleted, run(story, *ABC)) == {}
