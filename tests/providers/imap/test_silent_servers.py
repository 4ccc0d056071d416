"""Servers that have UIDPLUS, and do not say where they put messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import StoreFull
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, TableQuery
from msgcore.testing.servers import LoopbackImapServer
from msgcore.wire.imap.server.settings import USUAL_IMAP_EXTENSIONS
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

LETTER = b"Subject: letter\r\nMessage-ID: <same@a.test>\r\n\r\ntext\r\n"
SAME = Message(subject="same", message_id="<same@a.test>", text="text")


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    """COPY and APPEND are done, and nothing is said of unique ids."""
    with LoopbackImapServer({"ann": PASSWORD}, extensions=USUAL_IMAP_EXTENSIONS - {"MOVE"}) as server:
        server.account("ann").add(b"Other")
        server.answer("OK done", at="APPEND", is_done=True)
        server.answer("OK done", at="UID COPY", is_done=True)
        yield server


async def ids_in(store: Probe, name: str) -> list[EntryId]:
    folder = (await store.by_name())[name]
    rows = await store.query(folder.entry_id, TableQuery((PidTagEntryId,)), NEVER)
    return [EntryId.parse(row[PidTagEntryId]) for row in rows]


def test_what_is_saved_is_not_taken_for_the_same_message_that_was_there_before(server: LoopbackImapServer) -> None:
    async def story(store: Probe) -> tuple[bool, int]:
        inbox = (await store.by_name())["INBOX"].entry_id
        first = await store.save(inbox, [Incoming(SAME)], NEVER)
        second = await store.save(inbox, [Incoming(SAME)], NEVER)
        return first != second, len(await ids_in(store, "INBOX"))

    assert tell(at_loopback(server), story) == (True, 2)


def test_what_was_there_before_stays_when_a_later_message_is_refused(server: LoopbackImapServer) -> None:
    """Only what this call has saved is taken back."""
    server.answer("NO [OVERQUOTA] full", at="APPEND", about="INBOX (\\Seen)")

    async def story(store: Probe) -> bool:
        inbox = (await store.by_name())["INBOX"].entry_id
        await store.save(inbox, [Incoming(SAME)], NEVER)
        before = await ids_in(store, "INBOX")
        with pytest.raises(StoreFull):
            await store.save(inbox, [Incoming(SAME), Incoming(SAME, is_read=True)], NEVER)
        return await ids_in(store, "INBOX") == before

    server.answer("OK done", at="APPEND", about="INBOX {", is_done=True)
    assert tell(at_loopback(server), story)


def test_copies_are_found(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER, b"Other")
    server.put("ann", LETTER)

    async def story(store: Probe) -> bool:
        [letter] = await ids_in(store, "INBOX")
        copies = await store.copy([letter], (await store.by_name())["Other"].entry_id, NEVER)
        return list(copies) == (await ids_in(store, "Other"))[1:]

    assert tell(at_loopback(server), story)


def test_entry_ids_stay_from_the_first_move_on(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER)
    server.put("ann", LETTER.replace(b"letter", b"second"))

    async def story(store: Probe) -> tuple[list[str], list[str]]:
        first, second = await ids_in(store, "INBOX")
        other = (await store.by_name())["Other"].entry_id
        await store.move([first], other, NEVER)
        await store.move([second], other, NEVER)
        rows = await store.query(other, TableQuery((PidTagSubject,)), NEVER)
        loaded = [(await store.load(one, 1 << 20, NEVER)).subject for one in (first, second)]
        return sorted(row[PidTagSubject] for row in rows), loaded

    assert tell(at_loopback(server), story) == (["letter", "second"], ["letter", "second"])
