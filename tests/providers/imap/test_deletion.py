"""Messages deleted while connections are lost or servers refuse: they are gone, or as they were, or nobody knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import CommandRefused, CommitUnknown, ConnectionLost, ServiceBusy
from msgcore.props.table import PidTagEntryId
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import SpecialFolder, TableQuery
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.imap.server import BARE_IMAP, USUAL_IMAP_EXTENSIONS
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

LETTER = b"Subject: x\r\n\r\ntext\r\n"
MARKED = frozenset({"\\Deleted"})
UNMARKED = frozenset[str]()
Delete = Callable[[Probe], Awaitable[None]]

pytestmark = pytest.mark.parametrize("count", [1, 3, 60])


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


async def empty(store: Probe) -> None:
    await store.empty_folder((await store.special_folders(NEVER))[SpecialFolder.INBOX], NEVER)


async def delete_all(store: Probe) -> None:
    inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
    rows = await store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)
    await store.delete([EntryId.parse(row[PidTagEntryId]) for row in rows], NEVER)


def put(server: LoopbackImapServer, count: int) -> None:
    """The last one of several is marked already."""
    for number in range(count):
        server.put("ann", LETTER, flags=["\\Deleted"] if number and number == count - 1 else [])


def marks(server: LoopbackImapServer) -> list[frozenset[str]]:
    return [mail.flags for mail in server.mailbox("ann").messages().values()]


def as_put(count: int) -> list[frozenset[str]]:
    return [UNMARKED] * (count - 1) + [MARKED] if count > 1 else [UNMARKED]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("delete", [delete_all, empty])
def test_what_is_cut_before_it_is_removed_is_as_it_was_and_can_be_deleted_again(
    server: LoopbackImapServer, count: int, delete: Delete, mode: Mode
) -> None:
    put(server, count)

    async def story(store: Probe) -> None:
        with server.cut(at="UID EXPUNGE", is_done=False, times=1), pytest.raises(ConnectionLost):
            await delete(store)
        assert marks(server) == as_put(count)
        await delete(store)

    tell(at_loopback(server), story, mode)
    assert marks(server) == []


@pytest.mark.parametrize("at", ["UID STORE", "UID EXPUNGE"])
def test_when_the_server_goes_away_as_exchange_does_nothing_is_left_marked(
    server: LoopbackImapServer, count: int, at: str
) -> None:
    put(server, count)
    server.cut(at=at, is_done=at == "UID STORE", says=b"Server Unavailable. 15\r\n", times=1)

    async def story(store: Probe) -> None:
        with pytest.raises((ServiceBusy, ConnectionLost)):
            await delete_all(store)

    tell(at_loopback(server), story)
    assert marks(server) == as_put(count)


@pytest.mark.parametrize("delete", [delete_all, empty])
def test_what_was_removed_is_so_though_the_answer_is_lost(
    server: LoopbackImapServer, count: int, delete: Delete
) -> None:
    put(server, count)
    server.cut(at="UID EXPUNGE", is_done=True, times=1)
    tell(at_loopback(server), delete)
    assert marks(server) == []


@pytest.mark.parametrize("delete", [delete_all, empty])
@pytest.mark.parametrize("offers", [BARE_IMAP, USUAL_IMAP_EXTENSIONS], ids=["bare", "usual"])
def test_what_a_server_does_not_remove_is_marked_as_it_was(count: int, offers: frozenset[str], delete: Delete) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        put(server, count)

        async def story(store: Probe) -> None:
            at = "UID EXPUNGE" if "UIDPLUS" in offers else "EXPUNGE"
            with server.answer("NO [NOPERM] not you", at=at), pytest.raises(CommandRefused):
                await delete(store)

        tell(at_loopback(server), story)
        assert marks(server) == as_put(count)


def test_when_nobody_can_be_asked_it_is_not_known(server: LoopbackImapServer, count: int) -> None:
    put(server, count)

    async def go_away(turn: Turn) -> object:
        server.cut(at="AUTHENTICATE")
        await turn.stream.close()
        raise ConnectionLost("cut on demand")

    server.add("UID EXPUNGE", "", Fault(go_away, 1))
    with pytest.raises(CommitUnknown, match="marked for deletion"):
        tell(at_loopback(server), delete_all)
    assert set(marks(server)) == {MARKED}
