"""The content of an attachment as a stream: it reads as a file of the same octets does."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore import Attachment, Message, aio
from msgcore.blocking.attachment_file import attachment_file
from msgcore.errors import Closed, MsgcoreError, OperationCancelled, StoreError, TimedOut, UsageError
from msgcore.runtime import run
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.attachment_stream import PIECE_OCTETS, AttachmentStream, PieceReader
from tests.waits import Waits

LARGE = bytes(range(256)) * (3 * PIECE_OCTETS // 256) + b"the end"

steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, len(LARGE))),
        st.tuples(st.just("begin"), st.integers(0, len(LARGE) + 9)),
        st.tuples(st.just("end"), st.integers(-len(LARGE), 9)),
        st.tuples(st.just("on"), st.integers(0, PIECE_OCTETS + 9)),
    ),
    max_size=12,
)
ORIGINS = {"begin": io.SEEK_SET, "on": io.SEEK_CUR, "end": io.SEEK_END}


class Kept:
    """Octets that are read piece by piece; it notes which."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.asked: list[tuple[int, int]] = []

    async def read(self, start: int, count: int) -> bytes:
        self.asked.append((start, count))
        return self.octets[start : start + count]

    def stream(self) -> AttachmentStream:
        return AttachmentStream(self.read, len(self.octets))

    def file(self) -> BinaryIO:
        return attachment_file(BlockingRuntime(), self.stream())


def follow(
    steps: list[tuple[str, int]], read: Callable[[int], bytes], seek: Callable[[int, int], int]
) -> list[bytes | int]:
    return [read(number) if what == "read" else seek(number, ORIGINS[what]) for what, number in steps]


@given(st.sampled_from([b"", b"x", LARGE]), steps)
def test_a_stream_reads_and_seeks_as_a_file_of_its_octets(octets: bytes, steps: list[tuple[str, int]]) -> None:
    steps = [(what, max(number, -len(octets)) if what == "end" else number) for what, number in steps]
    stream, file = Kept(octets).stream(), io.BytesIO(octets)

    assert follow(steps, lambda count: run(stream.read(count)), stream.seek) == follow(steps, file.read, file.seek)


@given(st.sampled_from([b"", b"x", LARGE]), steps)
def test_the_file_of_blocking_code_reads_and_seeks_as_one_of_its_octets(
    octets: bytes, steps: list[tuple[str, int]]
) -> None:
    steps = [(what, max(number, -len(octets)) if what == "end" else number) for what, number in steps]
    mine, file = Kept(octets).file(), io.BytesIO(octets)

    assert follow(steps, mine.read, mine.seek) == follow(steps, file.read, file.seek)


def test_reading_on_asks_for_each_octet_once() -> None:
    kept = Kept(LARGE)
    stream = kept.stream()
    while run(stream.read(1_000)):
        pass

    assert kept.asked == [
        (start, min(PIECE_OCTETS, len(LARGE) - start)) for start in range(0, len(LARGE), PIECE_OCTETS)
    ]


def test_iterating_gives_all_octets_in_pieces() -> None:
    async def pieces(stream: AttachmentStream) -> list[int]:
        return [len(piece) async for piece in stream]

    assert run(pieces(Kept(LARGE).stream())) == [PIECE_OCTETS, PIECE_OCTETS, PIECE_OCTETS, len(b"the end")]


def test_a_file_of_blocking_code_gives_lines() -> None:
    assert list(Kept(b"one\ntwo\nthree").file()) == [b"one\n", b"two\n", b"three"]


def test_content_that_became_shorter_is_an_error() -> None:
    kept = Kept(LARGE)
    stream = kept.stream()
    kept.octets = b"short"

    with pytest.raises(StoreError, match="has changed"):
        run(stream.read(10))


def test_a_place_before_the_beginning_is_refused() -> None:
    stream = Kept(b"abc").stream()

    with pytest.raises(UsageError, match="before the beginning"):
        stream.seek(-4, io.SEEK_END)


def test_an_origin_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="7 is no origin"):
        Kept(b"abc").stream().seek(0, 7)


def test_a_closed_stream_is_not_read() -> None:
    stream = Kept(b"abc").stream()
    run(stream.close())

    with pytest.raises(Closed):
        run(stream.read())


def test_the_size_is_known_before_anything_is_read() -> None:
    kept = Kept(LARGE)

    assert (kept.stream().size_octets, kept.asked) == (len(LARGE), [])


def failing_once(octets: bytes, at: int, error: BaseException) -> PieceReader:
    """Read octets; the first piece from ``at`` on raises."""
    errors = [error]

    async def read(start: int, count: int) -> bytes:
        if start >= at and errors:
            raise errors.pop()
        return octets[start : start + count]

    return read


@pytest.mark.parametrize("error", [TimedOut("late"), OperationCancelled("ended")], ids=["late", "cancelled"])
def test_a_read_that_fails_is_made_again_without_loss(error: MsgcoreError) -> None:
    stream = AttachmentStream(failing_once(LARGE, PIECE_OCTETS, error), len(LARGE))
    head = run(stream.read(10))
    with pytest.raises(type(error)):
        run(stream.read())

    assert head + run(stream.read()) == LARGE


READS: list[Callable[[BinaryIO], bytes]] = [
    lambda file: file.read(),
    lambda file: file.read(2 * PIECE_OCTETS),
    lambda file: file.readline(),
    lambda file: b"".join(file.readlines()),
]


@pytest.mark.parametrize("read", READS, ids=["read", "read some", "readline", "readlines"])
def test_a_read_of_blocking_code_that_fails_is_made_again_without_loss(read: Callable[[BinaryIO], bytes]) -> None:
    octets = bytes(PIECE_OCTETS) + b"\n" + bytes(PIECE_OCTETS)
    stream = AttachmentStream(failing_once(octets, PIECE_OCTETS, TimedOut("late")), len(octets))
    file = attachment_file(BlockingRuntime(), stream)
    head = file.read(10)
    with pytest.raises(TimedOut):
        read(file)

    assert head + file.read() == octets


def test_a_file_of_blocking_code_is_read_into_a_buffer() -> None:
    file, buffer = Kept(b"abcdef").file(), bytearray(4)

    assert (cast(Any, file).readinto(buffer), bytes(buffer), file.read()) == (4, b"abcd", b"ef")


def test_a_read_that_cancel_reaches_between_two_pieces_ends(tmp_path: Path) -> None:
    async def read_at_once(store: aio.MessageStore) -> bytes:
        await store.inbox.save(Message(attachments=[Attachment(LARGE)]))
        [item] = await store.inbox.messages()
        async with store.open_message(item.entry_id) as message, message.open_attachment(0) as stream:
            waits = Waits(store.cancel)
            waits.begin(at=1)
            asyncio.get_running_loop().set_task_factory(waits.start)
            return await asyncio.create_task(stream.read())

    async def main() -> bytes:
        async with aio.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
            return await read_at_once(store)

    with pytest.raises(OperationCancelled):
        asyncio.run(main())


def test_two_tasks_that_read_one_stream_are_told() -> None:
    async def read_twice() -> list[bytes | BaseException]:
        go = asyncio.Event()

        async def read(start: int, count: int) -> bytes:
            await go.wait()
            return LARGE[start : start + count]

        stream = AttachmentStream(read, len(LARGE))
        first = asyncio.create_task(stream.read(5))
        second = asyncio.create_task(stream.read(5))
        second.add_done_callback(lambda _: go.set())
        return list(await asyncio.gather(first, second, return_exceptions=True))

    first, second = asyncio.run(read_twice())
    assert (first, type(second)) == (LARGE[:5], UsageError)


PLACES: list[Callable[[AttachmentStream], int]] = [lambda one: one.seek(0), lambda one: one.tell()]


@pytest.mark.parametrize("use", PLACES, ids=["seek", "tell"])
def test_a_closed_stream_has_no_place(use: Callable[[AttachmentStream], int]) -> None:
    stream = Kept(b"abc").stream()
    run(stream.close())

    with pytest.raises(Closed):
        use(stream)


def test_a_place_behind_every_end_is_refused() -> None:
    with pytest.raises(UsageError, match="3 octets"):
        Kept(b"abc").stream().seek(10**30)
