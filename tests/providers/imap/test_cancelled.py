"""Tasks that are cancelled in the middle of a change: it is taken back as after an error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import OperationCancelled
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.store import Incoming, TableQuery
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, opened

LETTER = b"Subject: %s\r\n\r\ntext\r\n"
SMALL = Message(subject="small")


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        for name in (b"Work", b"Target"):
            server.account("ann").add(name)
        yield server


async def ids_in(store: Probe, name: str) -> list[EntryId]:
    folder = (await store.by_name())[name]
    rows = await store.query(folder.entry_id, TableQuery((PidTagEntryId,)), NEVER)
    return [EntryId.parse(row[PidTagEntryId]) for row in rows]


async def save_three(store: Probe) -> None:
    """Save messages of which the last one is read; a server without MULTIAPPEND takes one after the other."""
    inbox = (await store.by_name())["INBOX"].entry_id
    await store.save(inbox, [Incoming(SMALL), Incoming(SMALL), Incoming(SMALL, is_read=True)], NEVER)


async def copy_two(store: Probe) -> None:
    """Copy messages of two folders."""
    those = await ids_in(store, "INBOX") + await ids_in(store, "Work")
    await store.copy(those, (await store.by_name())["Target"].entry_id, NEVER)


Story = Callable[[Probe], Awaitable[object]]


def cancelled(server: LoopbackImapServer, fault: Fault[Turn], change: Story, after: Story) -> object:
    """Cancel the task of a change while the server holds it, and see what is there then."""

    async def story(store: Probe) -> object:
        task = asyncio.ensure_future(change(store))
        assert await asyncio.to_thread(fault.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await after(store)

    with fault:
        return Mode.ASYNCIO.run(lambda runtime: opened(runtime, at_loopback(server), story))


def test_of_a_save_nothing_stays(server: LoopbackImapServer) -> None:
    held = server.hold("APPEND", "INBOX (\\Seen)")
    assert cancelled(server, held, save_three, lambda store: ids_in(store, "INBOX")) == []


def test_of_a_copy_nothing_stays(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER % b"one")
    server.put("ann", LETTER % b"two")
    server.mailbox("ann").remove([1])
    server.put("ann", LETTER % b"three", b"Work")
    held = server.hold("UID COPY", "1 ")
    assert cancelled(server, held, copy_two, lambda store: ids_in(store, "Target")) == []


def test_of_a_folders_copy_nothing_stays(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER % b"one", b"Work")

    async def copy_folder(store: Probe) -> None:
        folders = await store.by_name()
        await store.copy_folder(folders["Work"].entry_id, folders["Target"].entry_id, "copied", NEVER)

    async def names(store: Probe) -> list[str]:
        return sorted(await store.by_name())

    assert "copied" not in str(cancelled(server, server.hold("UID COPY"), copy_folder, names))


@pytest.mark.parametrize("at", ["UID STORE", "UID EXPUNGE"])
def test_what_was_being_changed_is_there_once(server: LoopbackImapServer, at: str) -> None:
    server.put("ann", LETTER % b"old")

    async def change(store: Probe) -> None:
        [one] = await ids_in(store, "INBOX")
        await store.save_changes(one, Message(subject="new"), NEVER)

    async def subjects(store: Probe) -> list[str]:
        rows = await store.query((await store.by_name())["INBOX"].entry_id, TableQuery((PidTagSubject,)), NEVER)
        return [row[PidTagSubject] for row in rows]

    async def hold_once(turn: Turn) -> object:
        await server.runtime.wait(gate)
        return await turn.carry_out()

    gate: Future[None] = Future()
    fault = server.add(at, "", Fault(hold_once, 1, lambda: gate.set_result(None)))
    assert cancelled(server, fault, change, subjects) == ["old"]


def test_what_cancel_ends_is_taken_back_too(server: LoopbackImapServer) -> None:
    held = server.hold("APPEND", "INBOX (\\Seen)")

    async def main(runtime: Runtime) -> None:
        async def story(store: Probe) -> None:
            task = asyncio.ensure_future(save_three(store))
            assert await asyncio.to_thread(held.wait)
            runtime.cancel()
            await task

        await opened(runtime, at_loopback(server), story)

    with held:
        with pytest.raises(OperationCancelled):
            Mode.ASYNCIO.run(main)
        assert list(server.mailbox("ann").messages()) == []
