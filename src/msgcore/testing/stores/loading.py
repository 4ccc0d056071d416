"""Several messages loaded together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import ForeignEntryId, NotFound, NotLoaded, ObjectDeleted, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import EVERYTHING, StoreDesk, uid_of_nobody
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Loading"]

C = Capability
LETTERS = [Message(subject=one, text=one * 9) for one in "abcde"]
LARGE = Message(subject="large", text="body", attachments=[Attachment(b"x" * 5_000, filename="a.bin")])


async def loaded(desk: StoreDesk, ids: Sequence[EntryId], limit_octets: int = EVERYTHING) -> list[Message | NotFound]:
    """Ask until all have been given, as a session does."""
    found: list[Message | NotFound] = []
    while len(found) < len(ids):
        found += await desk.store.load_many(ids[len(found) :], limit_octets, NEVER)
    return found


def shown(found: Sequence[Message | NotFound]) -> list[object]:
    """Show each message by its subject, and each error by its class."""
    return [one.subject if isinstance(one, Message) else type(one) for one in found]


class Loading(StoreSuite):
    @needs(C.BULK_LOAD)
    def test_messages_are_given_in_the_order_asked_for(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            mixed = [desk.ids[place] for place in (3, 0, 4, 1, 2)]
            return shown(await loaded(desk, mixed)), [(await desk.load(one)).subject for one in mixed]

        together, one_by_one = run(story, *LETTERS)
        assert together == one_by_one

    @needs(C.BULK_LOAD)
    def test_a_message_that_is_named_twice_is_given_twice(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            first, second, *_ = desk.ids
            subjects = [(await desk.load(one)).subject for one in (first, second)]
            return shown(await loaded(desk, [first, second, first])), [*subjects, subjects[0]]

        found, expected = run(story, *LETTERS)
        assert found == expected

    @needs(C.BULK_LOAD)
    def test_messages_say_what_they_say_when_they_are_loaded_one_by_one(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            together = await loaded(desk, desk.ids)
            assert all(isinstance(one, Message) for one in together)
            return [
                difference
                for entry_id, one in zip(desk.ids, together, strict=True)
                if isinstance(one, Message)
                for difference in compare(await desk.load(entry_id), one)
            ]

        assert run(story, LARGE, *LETTERS) == []

    @needs(C.BULK_LOAD, C.MOVE)
    def test_messages_of_two_folders_are_given_in_the_order_asked_for(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            copies = await desk.store.copy(desk.ids, desk.elsewhere, NEVER)
            mixed = [one for pair in zip(desk.ids, copies, strict=True) for one in pair]
            return shown(await loaded(desk, mixed)), [(await desk.load(one)).subject for one in mixed]

        together, one_by_one = run(story, *LETTERS)
        assert together == one_by_one

    @needs(C.BULK_LOAD, C.DELETE)
    def test_a_message_that_is_gone_does_not_end_the_rest(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            await desk.store.delete([desk.ids[0], desk.ids[2]], NEVER)
            return [one if isinstance(one, type) else "there" for one in shown(await loaded(desk, desk.ids))]

        assert run(story, *LETTERS) == [ObjectDeleted, "there", ObjectDeleted, "there", "there"]

    @needs(C.BULK_LOAD)
    def test_the_message_of_another_store_does_not_end_the_rest(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            stranger = EntryId(uid_of_nobody(desk), ObjectKind.MESSAGE, desk.ids[0].number)
            return shown(await loaded(desk, [stranger, desk.ids[0]]))

        assert run(story, LETTERS[0]) == [ForeignEntryId, "a"]

    @needs(C.BULK_LOAD)
    def test_what_is_no_message_is_refused_at_its_turn(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            found = await desk.store.load_many([desk.ids[0], desk.home], EVERYTHING, NEVER)
            with pytest.raises(UsageError):
                await desk.store.load_many([desk.home], EVERYTHING, NEVER)
            return shown(found)

        assert run(story, LETTERS[0]) == ["a"]

    @needs(C.BULK_LOAD)
    def test_of_messages_above_the_load_limit_attachments_are_not_loaded(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            found = await loaded(desk, desk.ids, 1_000)
            [large] = [one for one in found if isinstance(one, Message) and one.attachments]
            with pytest.raises(NotLoaded):
                _ = large.attachments[0].data

        run(story, LETTERS[0], LARGE)
