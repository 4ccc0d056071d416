"""Messages put into a mailbox that was numbered anew since the folders were listed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from msgcore.base.ids import EntryId
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, TableQuery
from msgcore.testing.servers import LoopbackImapServer
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

LETTER = b"Subject: letter\r\n\r\ntext\r\n"

Put = Callable[[Probe, EntryId, EntryId], Awaitable[EntryId]]


async def save(store: Probe, target: EntryId, _: EntryId) -> EntryId:
    (saved,) = await store.save(target, [Incoming(Message(subject="letter"))], NEVER)
    return saved


async def copy(store: Probe, target: EntryId, letter: EntryId) -> EntryId:
    (copied,) = await store.copy([letter], target, NEVER)
    return copied


async def move(store: Probe, target: EntryId, letter: EntryId) -> EntryId:
    await store.move([letter], target, NEVER)
    return letter


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        server.account("ann").add(b"Target")
        server.put("ann", LETTER)
        yield server


@pytest.mark.parametrize("put", [save, copy, move])
def test_the_entry_id_names_what_was_put_there(server: LoopbackImapServer, put: Put) -> None:
    async def story(store: Probe) -> str:
        folders = await store.by_name()
        [row] = await store.query(folders["INBOX"].entry_id, TableQuery((PidTagEntryId,)), NEVER)
        server.mailbox("ann", b"Target").renew()
        there = await put(store, folders["Target"].entry_id, EntryId.parse(row[PidTagEntryId]))
        return (await store.load(there, 1 << 20, NEVER)).subject

    assert tell(at_loopback(server), story) == "letter"
