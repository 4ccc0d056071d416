"""Saving new messages: they show at once, and at the next logon, and a delivery is made once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msgcore.base.ids import EntryId
from msgcore.model.message import Message
from msgcore.props.table import PidTagHasAttachments, PidTagMessageDeliveryTime, PidTagMessageFlags
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, MessageFlag
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import NEW, OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Saving"]

MOMENT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)


def flagged(flags: int) -> Message:
    message = Message(subject="flagged")
    message[PidTagMessageFlags] = flags
    return message


class Saving(StoreSuite):
    # Saving.

    @needs(Capability.CREATE)
    def test_saving_gives_the_entry_ids_in_order(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            ids = await desk.save(*(Message(subject=text) for text in ("c", "a", "b")))
            return [(await desk.load(one)).subject for one in ids]

        assert run(story) == ["c", "a", "b"]

    @needs(Capability.CREATE)
    def test_saving_no_message_gives_no_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[EntryId]:
            return await desk.save()

        assert run(story) == []

    @needs(Capability.CREATE)
    def test_what_is_saved_shows_in_the_table(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str]]:
            await desk.save(OTHER, NEW)
            return await desk.now_and_at_the_next_logon(desk.subjects)

        assert run(story, OLD) == (["new", "old", "other"],) * 2

    @needs(Capability.CREATE)
    def test_what_one_logon_saves_another_one_sees(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            other = await desk.beside()
            before = await other.subjects()
            await desk.save(NEW)
            return [*before, *await other.subjects()]

        assert run(story, OLD) == ["old", "new", "old"]

    @needs(Capability.CREATE)
    @pytest.mark.parametrize(
        ("incoming", "expected"),
        [
            (Incoming(OLD), MessageFlag(0)),
            (Incoming(OLD, is_read=True), MessageFlag.READ),
            (Incoming(OLD, is_unsent=True), MessageFlag.UNSENT),
            (Incoming(flagged(0xFF)), MessageFlag.READ | MessageFlag.UNSENT | MessageFlag.FROM_ME | MessageFlag.RESEND),
        ],
        ids=["new", "read", "unsent", "as the application set them"],
    )
    def test_the_flags_say_how_a_message_came(self, run: Run, incoming: Incoming, expected: MessageFlag) -> None:
        async def story(desk: StoreDesk) -> int:
            return await desk.flags(await desk.save_one(incoming))

        assert run(story) & ~MessageFlag.UNMODIFIED == expected

    @needs(Capability.CREATE)
    def test_the_time_of_arrival_is_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> object:
            entry_id = await desk.save_one(Incoming(OLD, received_at=MOMENT))
            return await desk.value(entry_id, PidTagMessageDeliveryTime)

        assert run(story) == MOMENT

    @needs(Capability.CREATE)
    def test_a_message_with_an_attachment_says_so(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            return [await desk.value(one, PidTagHasAttachments) for one in await desk.save(NEW, OLD)]

        assert run(story) == [True, False]

    # Delivery keys.

    @needs(Capability.CREATE)
    def test_a_second_delivery_with_the_same_key_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            for _ in range(2):
                await desk.save(Incoming(OLD, delivery_key=b"k"))
            return await desk.subjects()

        assert run(story) == ["old"]

    @needs(Capability.CREATE)
    def test_a_second_delivery_gives_the_entry_id_of_the_first(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, EntryId]:
            return await desk.save_one(Incoming(OLD, delivery_key=b"k")), await desk.save_one(
                Incoming(OLD, delivery_key=b"k")
            )

        first, second = run(story)
        assert first == second

    @needs(Capability.CREATE)
    def test_a_delivery_is_known_again_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(Incoming(OLD, delivery_key=b"k"))
            await desk.reopen()
            await desk.save(Incoming(OLD, delivery_key=b"k"))
            return await desk.subjects()

        assert run(story) == ["old"]

    @needs(Capability.CREATE, Capability.MOVE)
    def test_a_delivery_is_known_again_after_the_message_was_moved(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            entry_id = await desk.save_one(Incoming(OLD, delivery_key=b"k"))
            await desk.store.move([entry_id], desk.elsewhere, NEVER)
            await desk.save(Incoming(OLD, delivery_key=b"k"))
            return await desk.subjects()

        assert run(story) == []

    @needs(Capability.CREATE)
    @pytest.mark.parametrize("keys", [(b"k", b"l"), (None, None), (b"", b"k")], ids=["different", "none", "empty"])
    def test_deliveries_without_a_key_in_common_are_all_kept(
        self, run: Run, keys: tuple[bytes | None, bytes | None]
    ) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.save(*(Incoming(OLD, delivery_key=key) for key in keys))
            return await desk.subjects()

        assert run(story) == ["old", "old"]
