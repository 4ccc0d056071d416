"""The server's side on real sockets, as the standard library's client meets it."""

from __future__ import annotations

import poplib
import socket
import ssl
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.runtime import TlsServerSettings
from msgcore.testing.servers import EVERY_CAPABILITY, LoopbackPop3Server
from tests.servers import Authority

LETTER = b"Subject: letter\r\n\r\n.dot\r\n..\r\n"
USERS = {"ann": "pa ss"}


@pytest.fixture(scope="module")
def certified(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackPop3Server]:
    with LoopbackPop3Server(USERS, apop=True, capabilities=EVERY_CAPABILITY) as server:
        yield server


@pytest.fixture
def upgrading(certified: TlsServerSettings) -> Iterator[LoopbackPop3Server]:
    with LoopbackPop3Server(USERS, tls=certified) as server:
        yield server


def library(server: LoopbackPop3Server) -> poplib.POP3:
    return poplib.POP3("localhost", server.port, timeout=30)


def logged_in(server: LoopbackPop3Server) -> poplib.POP3:
    client = library(server)
    client.user("ann")
    client.pass_("pa ss")
    return client


# Lines as poplib takes them: their ends are CR LF, and they are not very long.
LINES = st.lists(
    st.one_of(st.sampled_from([b"", b".", b"..", b".\t", b"From x"]), st.binary(max_size=90)), max_size=20
).map(lambda lines: [line.replace(b"\r", b"").replace(b"\n", b"") for line in lines])


@given(LINES)
def test_poplib_retrieves_what_was_put(server: LoopbackPop3Server, lines: list[bytes]) -> None:
    for unique_id, _ in server.maildrop("ann"):
        server.remove("ann", unique_id)
    server.put("ann", b"".join(b"%b\r\n" % line for line in lines))
    client = logged_in(server)
    retrieved = client.retr(1)[1]
    client.quit()

    assert retrieved == lines


def test_poplib_upgrades(upgrading: LoopbackPop3Server, authority: Authority) -> None:
    upgrading.put("ann", LETTER)
    client = library(upgrading)
    client.stls(context=authority.client_context())
    client.user("ann")
    client.pass_("pa ss")
    retrieved = client.retr(1)[1]
    client.quit()

    assert retrieved == LETTER.splitlines()


def test_poplib_speaks_tls_from_the_first_octet(certified: TlsServerSettings, authority: Authority) -> None:
    with LoopbackPop3Server(USERS, tls=certified, from_first_octet=True) as server:
        server.put("ann", LETTER)
        client = poplib.POP3_SSL("localhost", server.port, timeout=30, context=authority.client_context())
        client.user("ann")
        client.pass_("pa ss")
        retrieved = client.retr(1)[1]
        client.quit()

    assert retrieved == LETTER.splitlines()


def test_poplib_logs_in_by_apop(server: LoopbackPop3Server) -> None:
    client = library(server)
    answer = client.apop("ann", "pa ss")
    client.quit()

    assert answer == b"+OK welcome"


def test_poplib_is_refused_with_a_wrong_password(server: LoopbackPop3Server) -> None:
    client = library(server)
    client.user("ann")
    with pytest.raises(poplib.error_proto, match=r"-ERR \[AUTH\]"):
        client.pass_("no")
    client.quit()


@pytest.fixture
def three(upgrading: LoopbackPop3Server) -> LoopbackPop3Server:
    """A server with three messages."""
    for number in (1, 2, 3):
        upgrading.put("ann", LETTER * number, b"id-%d" % number)
    return upgrading


def test_poplib_lists(three: LoopbackPop3Server) -> None:
    client = logged_in(three)
    listed = client.stat(), client.list()[1], client.uidl()[1]
    client.quit()

    assert listed == ((3, 174), [b"1 29", b"2 58", b"3 87"], [b"1 id-1", b"2 id-2", b"3 id-3"])


def test_poplib_gets_a_header(three: LoopbackPop3Server) -> None:
    client = logged_in(three)
    top = client.top(2, 1)[1]
    client.quit()

    assert top == [b"Subject: letter", b"", b".dot"]


def test_poplib_deletes(three: LoopbackPop3Server) -> None:
    client = logged_in(three)
    client.dele(2)
    client.quit()

    assert [unique_id for unique_id, _ in three.maildrop("ann")] == [b"id-1", b"id-3"]


def test_poplib_thinks_better_of_it(three: LoopbackPop3Server) -> None:
    client = logged_in(three)
    client.dele(2)
    client.rset()
    client.quit()

    assert len(three.maildrop("ann")) == 3


def test_poplib_reads_the_capabilities(server: LoopbackPop3Server) -> None:
    client = library(server)
    offered = client.capa()
    client.quit()

    assert {"TOP", "UIDL", "PIPELINING", "UTF8", "LANG", "SASL", "USER"} <= set(offered)


def test_poplib_turns_utf_8_on(server: LoopbackPop3Server) -> None:
    client = library(server)
    answer = client.utf8()
    client.quit()

    assert answer == b"+OK UTF-8 it is"


def test_octets_in_clear_behind_stls_are_never_heard(upgrading: LoopbackPop3Server) -> None:
    with socket.create_connection(("127.0.0.1", upgrading.port), timeout=30) as client:
        client.recv(1_000)
        client.sendall(b"STLS\r\nUSER ann\r\n")
        answer = client.recv(1_000)

    assert (answer[:4], upgrading.sessions[0]) == (b"-ERR", ("STLS",))


def test_a_handshake_that_fails_ends_the_session_and_no_other(upgrading: LoopbackPop3Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        library(upgrading).stls(context=ssl.create_default_context())

    client = logged_in(upgrading)
    assert client.quit().startswith(b"+OK")
