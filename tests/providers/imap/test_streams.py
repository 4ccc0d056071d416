"""Attachments of the IMAP store, piece by piece, from a real server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import ConnectionLost, NotFound, ObjectDeleted, StoreError, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.providers.imap.held import Download, TemporaryOctets
from msgcore.runtime.abc import NEVER
from msgcore.testing.modes import Mode
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import UidSet
from tests.providers.imap.account import Desk, story_at
from tests.servers import Authority, Dovecot

pytestmark = pytest.mark.interop

T = TypeVar("T")
LONG = bytes(range(256)) * 8_000
TEXT = "".join(f"a line of text, number {number} = å\r\n" for number in range(60_000))
INSIDE = Message(subject="inside", text="y", attachments=[Attachment(LONG, filename="inner.bin")])
MESSAGE = Message(
    subject="several",
    text="x",
    attachments=[
        Attachment(b"small"),
        Attachment(LONG, filename="long.bin", content_type="application/x-own"),
        INSIDE,
        Attachment(TEXT.encode(), filename="long.txt", content_type="text/x-own"),
    ],
)


class Run(Protocol):
    def __call__(self, story: Callable[[Desk], Awaitable[T]]) -> T: ...


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def run(request: pytest.FixtureRequest, dovecot_of_anybody: Dovecot, authority: Authority) -> Iterator[Run]:
    def run_story(story: Callable[[Desk], Awaitable[T]]) -> T:
        return story_at(dovecot_of_anybody, authority, request.param, story)

    yield run_story


async def whole(desk: Desk, entry_id: EntryId, number: int, piece_octets: int = 700_001) -> bytes:
    facts = await desk.store.attachment_facts(entry_id, number, NEVER)
    found, piece = b"", b"-"
    while piece:
        piece = await desk.store.attachment_octets(entry_id, number, facts.mark, len(found), piece_octets, NEVER)
        found += piece
    assert len(found) == facts.size_octets
    return found


@pytest.mark.parametrize(
    ("number", "data"), [(0, b"small"), (1, LONG), (3, TEXT.encode())], ids=["small", "long", "text"]
)
def test_pieces_of_an_attachment_of_a_large_message_are_its_data(run: Run, number: int, data: bytes) -> None:
    async def story(desk: Desk) -> bytes:
        [entry_id] = await desk.save(MESSAGE)
        return await whole(desk, entry_id, number)

    assert run(story) == data


@pytest.mark.parametrize(("number", "error"), [(2, UsageError), (4, NotFound), (-1, NotFound)])
def test_what_is_no_attachment_of_a_large_message_is_refused(run: Run, number: int, error: type[Exception]) -> None:
    async def story(desk: Desk) -> None:
        [entry_id] = await desk.save(MESSAGE)
        with pytest.raises(error):
            await desk.store.attachment_facts(entry_id, number, NEVER)

    run(story)


def test_the_mark_of_another_message_is_refused(run: Run) -> None:
    async def story(desk: Desk) -> None:
        one, other = await desk.save(MESSAGE, MESSAGE)
        mark = (await desk.store.attachment_facts(other, 0, NEVER)).mark
        with pytest.raises(StoreError):
            await desk.store.attachment_octets(one, 0, mark, 0, 9, NEVER)

    run(story)


def test_an_attachment_goes_with_its_message(run: Run) -> None:
    async def story(desk: Desk) -> None:
        [entry_id] = await desk.save(MESSAGE)
        mark = (await desk.store.attachment_facts(entry_id, 1, NEVER)).mark
        await desk.store.delete([entry_id], NEVER)
        with pytest.raises(ObjectDeleted):
            await desk.store.attachment_octets(entry_id, 1, mark, 0, 9, NEVER)

    run(story)


def test_an_attachment_is_read_on_after_its_message_was_moved(run: Run) -> None:
    async def story(desk: Desk) -> bytes:
        [entry_id] = await desk.save(MESSAGE)
        await whole(desk, entry_id, 1)
        await desk.store.move([entry_id], desk.drafts, NEVER)
        return await whole(desk, entry_id, 1)

    assert run(story) == LONG


class Cut(TemporaryOctets):
    """Loses the connection after a million octets, once; ``added`` are those that were written."""

    def __init__(self) -> None:
        super().__init__()
        self.added = 0
        self.is_cut = False

    def add(self, octets: bytes) -> None:
        super().add(octets)
        self.added += len(octets)
        if self.added > 1_000_000 and not self.is_cut:
            self.is_cut = True
            raise ConnectionLost("cut by the test")


async def cut_download(desk: Desk, entry_id: EntryId, *, message_octets: int | None = None) -> tuple[Cut, int]:
    """Have the download of the long attachment be cut; say how many octets it has."""
    (place,) = await desk.directory.places([entry_id], NEVER)

    async def look(session: ImapSession) -> tuple[int, int]:
        [fetch] = await session.fetch_all(UidSet.of([place.uid]), ["RFC822.SIZE", "BODYSTRUCTURE"])
        assert fetch.structure is not None
        assert fetch.size_octets is not None
        return fetch.size_octets, fetch.structure.parts[2].size_octets

    size, body_octets = await desk.session(look)
    cut = Cut()
    download = Download(message_octets or size, "3", "base64", body_octets, cut)
    desk.store.held.keep_cut((place.folder.tag, place.uid, 1), download)
    return cut, body_octets


def test_a_download_that_was_cut_goes_on_where_it_ended(run: Run) -> None:
    async def story(desk: Desk) -> tuple[bool, int]:
        [entry_id] = await desk.save(MESSAGE)
        cut, body_octets = await cut_download(desk, entry_id)
        return await whole(desk, entry_id, 1) == LONG, cut.added - body_octets

    assert run(story) == (True, 0)


def test_a_download_of_what_is_another_message_now_begins_anew(run: Run) -> None:
    async def story(desk: Desk) -> bool:
        [entry_id] = await desk.save(MESSAGE)
        cut, _ = await cut_download(desk, entry_id, message_octets=7)
        super(Cut, cut).add(b"other octets")
        return await whole(desk, entry_id, 1) == LONG

    assert run(story)
