"""The loopback IMAP server: each of its faults and quirks, as plain sockets see them."""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Self

import attrs
import pytest

from msgcore.errors import UsageError
from msgcore.testing.servers import BARE_IMAP, USUAL_IMAP_EXTENSIONS, ImapQuirks, LoopbackImapServer

USERS = {"ann": "pa ss", "bob": "word"}
LETTERS = (b"Subject: 1\r\n\r\none\r\n", b'From: "A" <a@a.test>\r\nSubject: 2\r\n\r\ntwo\r\n')
FETCH = "UID FETCH 1 BODY.PEEK[TEXT]"


class Client:
    """A connection by which one says a command and hears all of the answer."""

    def __init__(self, server: LoopbackImapServer) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self._file = self._socket.makefile("rb")
        self.greeting = self.line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def line(self) -> str:
        return self._file.readline().decode()

    def rest(self) -> str:
        try:
            return self._file.read().decode()
        except ConnectionResetError:
            return "reset"

    def say(self, text: str) -> None:
        self._socket.sendall(text.encode() + b"\r\n")

    def ask(self, command: str) -> list[str]:
        """Give the lines up to the tagged one, or to the end of the connection."""
        self.say(f"t {command}")
        lines: list[str] = []
        while not lines or not lines[-1].startswith("t "):
            line = self.line()
            if not line:
                break
            lines.append(line.rstrip("\r\n"))
        return lines


@contextmanager
def opened(server: LoopbackImapServer) -> Generator[Client]:
    with Client(server) as client:
        client.ask('LOGIN ann "pa ss"')
        client.ask("SELECT INBOX")
        yield client


def filled(**options: object) -> LoopbackImapServer:
    server = LoopbackImapServer(USERS, **options)  # type: ignore[arg-type]  # one of several kinds
    for letter in LETTERS:
        server.put("ann", letter)
    return server


@pytest.fixture(scope="module")
def shared() -> Iterator[LoopbackImapServer]:
    with filled() as server:
        yield server


@pytest.fixture
def server(shared: LoopbackImapServer) -> Iterator[LoopbackImapServer]:
    yield shared
    shared.quirks = ImapQuirks()


def asked(server: LoopbackImapServer, command: str, quirks: ImapQuirks | None = None) -> list[str]:
    server.quirks = quirks or ImapQuirks()
    with opened(server) as client:
        return client.ask(command)


# Faults


def test_an_answer_is_replaced_and_nothing_done(server: LoopbackImapServer) -> None:
    with server.answer("NO [INUSE] not now", at="UID STORE"):
        assert asked(server, "UID STORE 1 +FLAGS x") == ["t NO [INUSE] not now"]

    assert server.mailbox("ann").messages()[1].flags == frozenset()


def test_an_answer_is_replaced_though_it_is_done(server: LoopbackImapServer) -> None:
    with server.answer("NO not now", at="UID STORE", is_done=True):
        asked(server, "UID STORE 2 +FLAGS.SILENT x")

    assert server.mailbox("ann").messages()[2].flags == frozenset({"x"})


def test_a_throttled_client_hears_for_how_long(server: LoopbackImapServer) -> None:
    text = "BAD Request is throttled. Suggested Backoff Time: 9312 milliseconds"
    with server.answer(text, at="SELECT"):
        assert asked(server, "SELECT INBOX") == [f"t {text}"]


def test_an_answer_may_have_another_tag(server: LoopbackImapServer) -> None:
    with server.answer("OK done", at="NOOP", tag="zzz"), opened(server) as client:
        client.say("t NOOP")

        assert client.line() == "zzz OK done\r\n"


def test_a_fault_strikes_so_many_times(server: LoopbackImapServer) -> None:
    with server.answer("NO not now", at="NOOP", times=1), opened(server) as client:
        assert [client.ask("NOOP"), client.ask("NOOP")] == [["t NO not now"], ["t OK done"]]


def test_a_fault_may_be_about_one_mailbox(server: LoopbackImapServer) -> None:
    with server.answer("NO not now", at="STATUS", about="INBOX"):
        assert asked(server, 'STATUS "INBOX" (MESSAGES)') == ["t NO not now"]


def test_a_fault_about_one_mailbox_spares_others(server: LoopbackImapServer) -> None:
    with server.answer("NO not now", at="STATUS", about="Other"):
        assert asked(server, "STATUS INBOX (MESSAGES)")[-1] == "t OK told"


def test_a_session_may_be_refused_in_the_greeting(server: LoopbackImapServer) -> None:
    with server.answer("BYE [UNAVAILABLE] not now", at="greeting"), Client(server) as client:
        assert client.greeting + client.rest() == "* BYE [UNAVAILABLE] not now\r\n"


def test_a_session_may_end_in_the_middle(server: LoopbackImapServer) -> None:
    with server.answer("BYE [UNAVAILABLE] not now", at="NOOP"), opened(server) as client:
        client.say("t NOOP")

        assert client.line() == "* BYE [UNAVAILABLE] not now\r\n"


def test_anything_may_be_said_ahead_of_an_answer(server: LoopbackImapServer) -> None:
    with server.say_ahead(b"\x00garbage\r\n", at="NOOP"):
        assert asked(server, "NOOP") == ["\x00garbage", "t OK done"]


def test_a_command_may_be_answered_twice(server: LoopbackImapServer) -> None:
    with server.say_behind(b"TAG OK again\r\n", at="NOOP"), opened(server) as client:
        client.ask("NOOP")

        assert client.line() == "t OK again\r\n"


def test_a_farewell_may_have_no_end(server: LoopbackImapServer) -> None:
    with server.say_without_end(b"* BYE not yet\r\n", at="LOGOUT"), opened(server) as client:
        client.say("t LOGOUT")

        assert [client.line() for _ in range(1_000)] == ["* BYE not yet\r\n"] * 1_000


def test_an_answer_is_cut_at_an_octet(server: LoopbackImapServer) -> None:
    with server.cut_within("UID FETCH", octets=20), opened(server) as client:
        client.say(f"t {FETCH}")

        assert client.rest() == "* 1 FETCH (UID 1 BODY[TEXT] {5}\r\none\r\n)\r\n"[:20]


def test_an_answer_stalls_at_an_octet_and_goes_on(server: LoopbackImapServer) -> None:
    with opened(server) as client:
        with server.stall_within("UID FETCH", octets=33) as fault:
            client.say(f"t {FETCH}")
            first = client.line()
            fault.wait()
        assert first + client.line() == "* 1 FETCH (UID 1 BODY[TEXT] {5}\r\none\r\n"


def test_a_connection_breaks_after_what_was_asked_for_is_done(server: LoopbackImapServer) -> None:
    with filled() as own, own.cut(), opened(own) as client:
        client.say("t APPEND INBOX {3+}\r\nabc")
        client.rest()

        assert len(own.mailbox("ann").messages()) == 3


def test_a_connection_breaks_before_it_is_done(server: LoopbackImapServer) -> None:
    with filled() as own, own.cut(is_done=False), opened(own) as client:
        client.say("t APPEND INBOX {3+}\r\nabc")
        client.rest()

        assert len(own.mailbox("ann").messages()) == 2


def test_a_fault_at_no_stage_is_refused(server: LoopbackImapServer) -> None:
    with pytest.raises(UsageError, match="'RETR' is no stage"):
        server.hold("RETR")


def test_an_answer_that_is_none_is_refused(server: LoopbackImapServer) -> None:
    with pytest.raises(UsageError, match="need an answer"):
        server.answer("PERHAPS", at="NOOP")


# Quirks


@pytest.mark.parametrize(
    "quirks, command, expected",
    [
        (
            ImapQuirks(has_only_literals=True), 'LIST "" INBOX',
            ["* LIST (\\HasNoChildren) {1}", "/ INBOX", "t OK listed"],
        ),
        (
            ImapQuirks(tells_flags_between=True), "FETCH 1 UID",
            ["* 2 FETCH (FLAGS (x))", "* 1 FETCH (UID 1)", "t OK fetched"],
        ),
        (ImapQuirks(tells_exists_between=True), "FETCH 1 UID", ["* 2 EXISTS", "* 1 FETCH (UID 1)", "t OK fetched"]),
        (
            ImapQuirks(tells_flags_apart=True), "UID FETCH 2 (FLAGS RFC822.SIZE)",
            ["* 2 FETCH (UID 2 RFC822.SIZE 41)", "* 2 FETCH (UID 2 FLAGS (x))", "t OK fetched"],
        ),
        (
            ImapQuirks(fetches_backwards=True), "FETCH 1:2 UID",
            ["* 2 FETCH (UID 2)", "* 1 FETCH (UID 1)", "t OK fetched"],
        ),
        (
            ImapQuirks(gives_whole_for_partial=True), "FETCH 1 BODY.PEEK[TEXT]<0.1>",
            ["* 1 FETCH (BODY[TEXT] {5}", "one", ")", "t OK fetched"],
        ),
        (ImapQuirks(searches_the_old_way=True), "UID SEARCH RETURN (ALL) ALL", ["* SEARCH 1 2", "t OK searched"]),
        (
            ImapQuirks(refuses_charsets=True), "SEARCH CHARSET UTF-8 ALL",
            ["t NO [BADCHARSET (US-ASCII)] unknown charset"],
        ),
        (
            ImapQuirks(uid_validity=0), "STATUS INBOX (UIDVALIDITY)",
            ["* STATUS INBOX (UIDVALIDITY 0)", "t OK told"],
        ),
        (ImapQuirks(names_no_uids=True), "UID COPY 1 Copies", ["t OK copied"]),
    ],
)  # fmt: skip
def test_a_quirk_is_seen(server: LoopbackImapServer, quirks: ImapQuirks, command: str, expected: list[str]) -> None:
    if b"Copies" not in server.account("ann").names:
        server.account("ann").add(b"Copies")
    server.mailbox("ann").set_flags([2], "FLAGS", ["x"])

    assert asked(server, command, quirks) == expected


def test_capabilities_may_show_only_before_the_login(server: LoopbackImapServer) -> None:
    quirks = ImapQuirks(hides_after_login=frozenset({"IDLE"}))

    assert "IDLE" not in asked(server, "CAPABILITY", quirks)[0].split()


def test_capabilities_may_show_only_after_the_login(server: LoopbackImapServer) -> None:
    server.quirks = ImapQuirks(hides_before_login=frozenset({"IDLE"}))
    with Client(server) as client:
        assert "IDLE" not in client.ask("CAPABILITY")[0].split()


def test_a_connection_too_many_is_refused() -> None:
    with filled(quirks=ImapQuirks(max_connections=1)) as server, opened(server), Client(server) as second:
        assert second.greeting == "* BYE [LIMIT] too many connections\r\n"


def test_a_login_too_many_is_refused() -> None:
    with filled(quirks=ImapQuirks(max_logins=1)) as server, opened(server), Client(server) as second:
        assert second.ask("LOGIN bob word") == ["t NO [LIMIT] too many simultaneous connections"]


def test_a_mailbox_may_get_another_validity(server: LoopbackImapServer) -> None:
    with filled() as own:
        own.mailbox("ann").renew(7)

        assert asked(own, "STATUS INBOX (UIDVALIDITY)")[0] == "* STATUS INBOX (UIDVALIDITY 7)"


def test_a_server_may_be_bare() -> None:
    with filled(extensions=BARE_IMAP | {"LOGIN"}) as server:
        assert asked(server, "CAPABILITY")[0] == "* CAPABILITY IMAP4rev1"


def test_an_extension_may_be_missing() -> None:
    with filled(extensions=USUAL_IMAP_EXTENSIONS - {"MOVE"}) as server:
        assert asked(server, "UID MOVE 1 INBOX") == ["t BAD no such command here and now"]


# Other clients, and what the server saw


def test_an_idling_client_is_told_of_a_message(server: LoopbackImapServer) -> None:
    with filled() as own, opened(own) as client:
        client.say("t IDLE")
        told = [client.line()]
        own.put("ann", LETTERS[0])
        told.append(client.line())
        client.say("DONE")

        assert [*told, client.line()] == ["+ idling\r\n", "* 3 EXISTS\r\n", "t OK done\r\n"]


def test_what_an_idling_client_is_told_may_be_cut(server: LoopbackImapServer) -> None:
    with filled() as own, own.cut("idling"), opened(own) as client:
        client.say("t IDLE")
        client.line()
        own.put("ann", LETTERS[0])

        assert client.rest() in {"", "reset"}


def test_a_session_is_told_what_another_does() -> None:
    with filled() as server, opened(server) as first, opened(server) as second:
        second.ask("UID STORE 1 +FLAGS.SILENT (\\Deleted)")
        second.ask("EXPUNGE")

        assert first.ask("NOOP") == ["* 1 EXPUNGE", "t OK done"]


def test_the_commands_of_a_session_are_kept(server: LoopbackImapServer) -> None:
    with filled() as own:
        asked(own, "APPEND INBOX {1+}\r\nx")

        assert own.sessions == (('LOGIN ann "pa ss"', "SELECT INBOX", "APPEND INBOX {1}"),)


def test_logins_are_counted() -> None:
    with filled() as server, opened(server):
        assert server.logins == ("ann",)


def test_a_stranger_has_no_account(server: LoopbackImapServer) -> None:
    with pytest.raises(UsageError, match="'eve' is no user here"):
        server.account("eve")


def test_other_settings_may_be_given() -> None:
    settings = attrs.evolve(LoopbackImapServer(USERS).settings, preauthenticated_user="ann")
    with filled(settings=settings) as server, Client(server) as client:
        assert client.greeting.startswith("* PREAUTH ")
