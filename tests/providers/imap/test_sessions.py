"""The connections of an account: used again, replaced when they died, and never more than the server allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from msgcore.errors import CommandRefused, ConnectionLost, MsgcoreError, ObjectDeleted, ServiceBusy
from msgcore.providers.imap.sessions import means_full
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.testing.modes import Mode, gather
from msgcore.testing.servers import ImapQuirks, LoopbackImapServer
from msgcore.wire.imap.server import EVERY_IMAP_EXTENSION
from msgcore.wire.imap.session import ImapSession
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, opened, tell

pytestmark = pytest.mark.parametrize("mode", Mode)


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        for name in (b"a", b"b"):
            server.account("ann").add(name)
            server.put("ann", b"Subject: in %s\r\n\r\n" % name, name)
        yield server


async def selected(store: Probe, name: str, *, is_read_only: bool = True, may_repeat: bool = True) -> tuple[bytes, int]:
    """Say which mailbox is selected for a folder, and how many messages are seen in it."""

    async def work(session: ImapSession) -> tuple[bytes, int]:
        assert session.selected is not None
        return session.selected.raw_name, len(await session.fetch_all(None, ["FLAGS"]))

    folder = (await store.by_name())[name]
    return await store.work(folder, work, is_read_only=is_read_only, may_repeat=may_repeat)


def count_of(server: LoopbackImapServer, command: str) -> int:
    return sum(one.split()[0] == command for session in server.sessions for one in session)


def test_one_connection_serves_one_call_after_another(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        for _ in range(5):
            await store.special_folders(NEVER)

    tell(at_loopback(server), story, mode)
    assert len(server.sessions) == 1


def test_connections_are_logged_out_at_the_end(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        looks = [store.special_folders(NEVER) for _ in range(4)]
        await gather(store.runtime, *looks)

    tell(at_loopback(server), story, mode)
    assert [session[-1] for session in server.sessions] == ["LOGOUT"] * len(server.sessions)


def test_work_is_done_in_the_mailbox_that_it_is_for(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> list[tuple[bytes, int]]:
        return [await selected(store, name) for name in ("a", "INBOX", "b", "a")]

    assert tell(at_loopback(server), story, mode) == [(b"a", 1), (b"INBOX", 0), (b"b", 1), (b"a", 1)]


def test_a_mailbox_that_is_selected_is_not_selected_again(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        for _ in range(3):
            await selected(store, "a")

    tell(at_loopback(server), story, mode)
    assert count_of(server, "EXAMINE") == 1


def test_a_mailbox_is_selected_for_writing_when_something_is_to_be_written(
    server: LoopbackImapServer, mode: Mode
) -> None:
    async def story(store: Probe) -> None:
        await selected(store, "a")
        await selected(store, "a", is_read_only=False)
        await selected(store, "a")

    tell(at_loopback(server), story, mode)
    assert (count_of(server, "EXAMINE"), count_of(server, "SELECT")) == (1, 1)


def test_what_came_in_since_is_seen(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> tuple[bytes, int]:
        await selected(store, "a")
        server.put("ann", b"Subject: new\r\n\r\n", b"a")
        return await selected(store, "a")

    assert tell(at_loopback(server), story, mode) == (b"a", 2)


def test_a_mailbox_that_was_numbered_anew_is_another_one(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        await selected(store, "a")
        folder = (await store.by_name())["a"]
        await selected(store, "b")
        server.mailbox("ann", b"a").renew()
        with pytest.raises(ObjectDeleted):
            await store.work(folder, ImapSession.noop)

    tell(at_loopback(server), story, mode)


def test_a_server_without_uidvalidity_is_put_up_with(server: LoopbackImapServer, mode: Mode) -> None:
    server.quirks = ImapQuirks(uid_validity=0)

    assert tell(at_loopback(server), lambda store: selected(store, "a"), mode) == (b"a", 1)


def test_a_refusal_leaves_the_connection_as_good_as_it_was(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        await store.special_folders(NEVER)
        server.answer("NO not now", at="LIST", times=2)  # asked a second time without options
        with pytest.raises(CommandRefused):
            await store.by_name()
        await store.by_name()

    tell(at_loopback(server), story, mode)
    assert len(server.sessions) == 1


@pytest.mark.parametrize("at", ["LIST", "EXAMINE", "UID FETCH"])
def test_a_connection_that_dies_at_work_is_replaced_once(server: LoopbackImapServer, at: str, mode: Mode) -> None:
    async def story(store: Probe) -> tuple[bytes, int]:
        await selected(store, "a")
        server.cut(at, times=1)
        return await selected(store, "b")

    assert tell(at_loopback(server), story, mode) == (b"b", 1)


def test_a_new_connection_that_dies_is_not_replaced(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        with pytest.raises(ConnectionLost):
            await store.special_folders(NEVER)

    server.cut("LIST")
    tell(at_loopback(server), story, mode)
    assert count_of(server, "LIST") == 1


def test_what_may_not_be_repeated_is_not(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> None:
        await selected(store, "a")
        server.cut("UID FETCH")
        with pytest.raises(ConnectionLost):
            await selected(store, "a", may_repeat=False)

    tell(at_loopback(server), story, mode)
    assert count_of(server, "UID") == 2


def test_what_may_not_be_repeated_survives_a_connection_that_dies_before(
    server: LoopbackImapServer, mode: Mode
) -> None:
    async def story(store: Probe) -> tuple[bytes, int]:
        await selected(store, "a")
        server.cut("EXAMINE", about="b", times=1)
        return await selected(store, "b", may_repeat=False)

    assert tell(at_loopback(server), story, mode) == (b"b", 1)


def test_a_server_that_was_away_is_used_again(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> tuple[bytes, int]:
        await selected(store, "a")
        server.stop()
        with pytest.raises(ConnectionLost):
            await selected(store, "a")
        server.start()
        return await selected(store, "a")

    assert tell(at_loopback(server), story, mode) == (b"a", 1)


@pytest.mark.parametrize(
    "quirks", [ImapQuirks(max_connections=2), ImapQuirks(max_logins=2)], ids=["at the greeting", "at the login"]
)
def test_calls_make_do_with_as_many_connections_as_the_server_allows(
    server: LoopbackImapServer, quirks: ImapQuirks, mode: Mode
) -> None:
    server.quirks = quirks
    seen: list[tuple[bytes, int]] = []

    async def look(store: Probe) -> None:
        seen.append(await selected(store, "a"))

    async def story(store: Probe) -> None:
        await store.special_folders(NEVER)
        await gather(store.runtime, *(look(store) for _ in range(6)))

    tell(at_loopback(server, connections=5), story, mode)
    assert seen == [(b"a", 1)] * 6


def test_there_are_never_more_connections_than_configured(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> int:
        await gather(store.runtime, *(store.special_folders(NEVER) for _ in range(12)))
        return server.open_connections

    assert tell(at_loopback(server, connections=3), story, mode) <= 3


def test_the_first_connection_that_the_server_refuses_is_an_error(server: LoopbackImapServer, mode: Mode) -> None:
    server.quirks = ImapQuirks(max_logins=0)

    async def main(runtime: Runtime) -> None:
        with pytest.raises(ServiceBusy):
            await opened(runtime, at_loopback(server), lambda store: store.special_folders(NEVER))

    mode.run(main)


def test_a_mailbox_that_is_gone_is_gone_and_the_others_are_not(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: Probe) -> tuple[bytes, int]:
        await selected(store, "a")
        folder = (await store.by_name())["a"]
        await selected(store, "b")
        await server.account("ann").delete(b"a")
        with pytest.raises(ObjectDeleted):
            await store.work(folder, ImapSession.noop)
        return await selected(store, "b")

    assert tell(at_loopback(server), story, mode) == (b"b", 1)


@pytest.mark.parametrize(
    ("said", "is_full"),
    [
        ("NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", True),
        ("NO [ALERT] Too many simultaneous connections. (Failure)", True),
        ("BYE Too many connections from your host", True),
        ("NO User is authenticated but exceeded the number of allowed sessions", True),
        ("NO [UNAVAILABLE] maximum IMAP connections reached", True),
        ("NO LOGIN failed: connection limit exceeded", True),
        ("NO [AUTHENTICATIONFAILED] wrong password", False),
        ("BYE shutting down", False),
        ("connection reset by peer", False),
    ],
)
def test_a_server_that_has_enough_of_connections_is_understood(said: str, is_full: bool, mode: Mode) -> None:
    assert means_full(MsgcoreError(said)) is is_full


def test_a_mailbox_with_an_object_id_is_found_under_the_name_that_another_client_has_given_it(mode: Mode) -> None:
    """RFC 8474 section 4: it stays when the mailbox is renamed."""
    with LoopbackImapServer({"ann": PASSWORD}, extensions=EVERY_IMAP_EXTENSION) as server:
        server.account("ann").add(b"before")

        async def story(store: Probe) -> tuple[bytes, str]:
            folder = (await store.by_name())["before"]
            await server.account("ann").rename(b"before", b"behind")

            async def work(session: ImapSession) -> bytes:
                assert session.selected is not None
                return session.selected.raw_name

            return await store.work(folder, work), (await store.folder(folder.entry_id, NEVER)).name

        assert tell(at_loopback(server), story, mode) == (b"behind", "behind")
