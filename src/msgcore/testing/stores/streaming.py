"""Attachments, piece by piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import NotFound, StoreError, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import mail_octets

__all__ = ["Streaming"]

C = Capability
LONG = bytes(range(256)) * 4_000
WITH_TWO = Message(subject="two", text="x", attachments=[Attachment(b"first"), Attachment(LONG, filename="long.bin")])


async def whole(desk: StoreDesk, number: int, piece_octets: int) -> bytes:
    """Read an attachment in pieces until none is left."""
    facts = await desk.store.attachment_facts(desk.ids[0], number, NEVER)
    found, piece = b"", b"-"
    while piece:
        piece = await desk.store.attachment_octets(desk.ids[0], number, facts.mark, len(found), piece_octets, NEVER)
        found += piece
    return found


async def mark_of(desk: StoreDesk, number: int) -> bytes:
    return (await desk.store.attachment_facts(desk.ids[0], number, NEVER)).mark


class Streaming(StoreSuite):
    @needs(C.STREAMS)
    @pytest.mark.parametrize(("number", "data"), [(0, b"first"), (1, LONG)], ids=["short", "long"])
    def test_pieces_of_an_attachment_are_its_data(self, run: Run, number: int, data: bytes) -> None:
        async def story(desk: StoreDesk) -> bytes:
            return await whole(desk, number, 70_001)

        assert run(story, WITH_TWO) == data

    @needs(C.STREAMS, C.CREATE)
    def test_pieces_of_any_attachment_are_its_data(self, run: Run) -> None:
        composed = st.lists(st.binary(max_size=300), min_size=1).map(lambda parts: Message(attachments=parts))

        @self.draws
        @given(composed | mail_octets().map(mime.read), st.integers(3, 30))
        def are_its_data(message: Message, piece_octets: int) -> None:
            attachments = {number: one for number, one in enumerate(message.attachments) if one.message is None}

            async def story(desk: StoreDesk) -> dict[int, tuple[int, bytes]]:
                facts = {one: await desk.store.attachment_facts(desk.ids[0], one, NEVER) for one in attachments}
                return {one: (said.size_octets, await whole(desk, one, piece_octets)) for one, said in facts.items()}

            expected = {number: (len(one.data), one.data) for number, one in attachments.items()}
            assert run(story, message) == expected

        are_its_data()

    @needs(C.STREAMS)
    def test_octets_are_given_from_anywhere(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bytes]:
            places = [(300_000, 7), (5, 3), (len(LONG) - 2, 9), (len(LONG), 9), (len(LONG) + 9, 9), (0, 0)]
            mark = await mark_of(desk, 1)
            return [await desk.store.attachment_octets(desk.ids[0], 1, mark, *place, NEVER) for place in places]

        assert run(story, WITH_TWO) == [LONG[300_000:300_007], b"\5\6\7", b"\xfe\xff", b"", b"", b""]

    @needs(C.STREAMS)
    def test_an_attachment_has_the_size_of_its_data(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            facts = [await desk.store.attachment_facts(desk.ids[0], number, NEVER) for number in (0, 1)]
            return [said.size_octets for said in facts]

        assert run(story, WITH_TWO) == [5, len(LONG)]

    @needs(C.STREAMS)
    @pytest.mark.parametrize("number", [2, -1, 1 << 40])
    def test_an_attachment_that_is_not_there_is_not_found(self, run: Run, number: int) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(NotFound):
                await desk.store.attachment_facts(desk.ids[0], number, NEVER)
            with pytest.raises(NotFound):
                await desk.store.attachment_octets(desk.ids[0], number, await mark_of(desk, 0), 0, 9, NEVER)

        run(story, WITH_TWO)

    @needs(C.STREAMS)
    @pytest.mark.parametrize(("start", "count"), [(-1, 9), (0, -1)], ids=["place", "count"])
    def test_octets_of_no_range_are_refused(self, run: Run, start: int, count: int) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.attachment_octets(desk.ids[0], 0, await mark_of(desk, 0), start, count, NEVER)

        run(story, WITH_TWO)

    @needs(C.STREAMS)
    def test_an_attachment_that_is_a_message_is_no_stream(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await desk.store.attachment_facts(desk.ids[0], 0, NEVER)
            with pytest.raises(UsageError):
                await desk.store.attachment_octets(desk.ids[0], 0, await mark_of(desk, 1), 0, 9, NEVER)

        run(story, Message(text="x", attachments=[Message(subject="inside", text="y"), Attachment(b"octets")]))

    @needs(C.STREAMS, C.MODIFY)
    def test_a_piece_of_another_content_is_refused(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> None:
            mark = await mark_of(desk, 0)
            await desk.store.save_changes(desk.ids[0], Message(attachments=[b"other"]), NEVER)
            with pytest.raises(StoreError):
                await desk.store.attachment_octets(desk.ids[0], 0, mark, 0, 9, NEVER)

        run(story, WITH_TWO)

    @needs(C.STREAMS, C.READ_FLAGS)
    def test_reading_a_message_leaves_its_content_as_it_was(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bytes:
            mark = await mark_of(desk, 0)
            await desk.store.set_read_flag(desk.ids, True, NEVER)
            return await desk.store.attachment_octets(desk.ids[0], 0, mark, 0, 9, NEVER)

        assert run(story, WITH_TWO) == b"first"

    @needs(C.STREAMS, C.MODIFY)
    def test_an_attachment_that_was_changed_is_given_as_it_is_now(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bytes]:
            before = await whole(desk, 0, 9)
            await desk.store.save_changes(desk.ids[0], Message(attachments=[b"second"]), NEVER)
            return [before, await whole(desk, 0, 9)]

        assert run(story, WITH_TWO) == [b"first", b"second"]
