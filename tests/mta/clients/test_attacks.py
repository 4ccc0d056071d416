"""What is tried at servers that take mail (end of data, pipelining, STARTTLS, sizes), at a node with a real queue.

The conversation itself is attacked in ``tests/wire``. Here the whole house has to hold: whatever was tried, nothing of
it is in the queue, and the next client is served.
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mta.clients.site import SMALL_OCTETS, Site, site
from tests.mta.listener.house import Talk
from tests.servers import Authority

_numbers = itertools.count(1)

STRAYS = [
    b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\n.\r\n", b"\r\r\n.\r\n", b"\n", b"\r",
]  # fmt: skip
"""What some servers took for the end of data, or looked at otherwise than others did."""


@pytest.fixture(scope="module")
def node(authority: Authority, folder: Path) -> Iterator[Site]:
    with site(authority, folder) as node:
        yield node


@pytest.fixture
def evil(node: Site) -> Iterator[str]:
    """Give an address that no attack may get mail to; whoever is next is served all the same."""
    address = f"evil{next(_numbers)}@keep.test"
    yield address
    with Talk(node.smtp) as client:
        client.begin(f"good-{address}")
        assert client.send(b"Subject: good\r\n\r\n.\r\n").startswith("250 2.0.0 queued")
        client.say("QUIT")
    assert not node.knows_of(address)


def smuggled(evil: str) -> bytes:
    return f"MAIL FROM:<ann@node.test>\r\nRCPT TO:<{evil}>\r\nDATA\r\nSubject: evil\r\n\r\n.\r\nQUIT\r\n".encode()


@pytest.mark.parametrize("is_too_big", [False, True], ids=["small", "past the limit"])
@pytest.mark.parametrize("stray", STRAYS)
def test_nothing_else_ends_the_data(node: Site, evil: str, stray: bytes, is_too_big: bool) -> None:
    """R01: the message is refused, and nothing behind the stray line end is run."""
    with Talk(node.smtp) as client:
        client.begin(evil)
        client.socket.sendall(b"Subject: x\r\n\r\n" + b"x\r\n" * (SMALL_OCTETS // 3 if is_too_big else 1))

        assert client.send(b"x" + stray + smuggled(evil)).startswith("521 5.5.2")
        assert client.hear_all() == []


@pytest.mark.parametrize("stray", STRAYS)
def test_a_stray_line_end_does_not_come_by_chunks_of_text(node: Site, evil: str, stray: bytes) -> None:
    with Talk(node.smtp) as client:
        client.say("EHLO client.test", "MAIL FROM:<ann@node.test>", f"RCPT TO:<{evil}>")
        body = b"Subject: x\r\n\r\nx" + stray + smuggled(evil)

        assert client.send(b"BDAT %d LAST\r\n" % len(body) + body).startswith("554 5.5.2")
        assert client.say("NOOP").startswith("250")


def test_what_is_a_command_in_a_chunk_is_none(node: Site, evil: str) -> None:
    """R05: the octets of a chunk that is refused are not run."""
    with Talk(node.smtp) as client:
        client.say("EHLO client.test")
        body = smuggled(evil)

        assert client.send(b"BDAT %d LAST\r\n" % len(body) + body).startswith("503")
        assert client.say("NOOP").startswith("250")


@pytest.mark.parametrize("behind", [b"NOOP\r\n", b"MAIL FROM:<ann@node.test>\r\n", b"\x16\x03\x01"])
def test_nothing_behind_starttls_is_taken_into_tls(node: Site, evil: str, behind: bytes) -> None:
    """R02, T02: octets in clear that arrive with STARTTLS end the session before any handshake."""
    with Talk(node.submission) as client:
        client.say("EHLO client.test")

        assert client.send(b"STARTTLS\r\n" + behind + smuggled(evil)).startswith("554 5.5.0")
        assert client.hear_all() == []


def test_who_was_not_offered_pipelining_does_not_pipeline(node: Site, evil: str) -> None:
    """Who says HELO was offered nothing: whoever sends ahead of a reply all the same has something in mind."""
    with Talk(node.smtp) as client:
        client.say("HELO client.test")

        assert client.send(smuggled(evil)).startswith("554 5.5.0")
        assert client.hear_all() == []


def test_what_was_said_in_clear_is_forgotten_in_tls(node: Site, authority: Authority, evil: str) -> None:
    """T08: an envelope that was begun in clear is not there behind the handshake."""
    with Talk(node.smtp) as client:
        client.say("EHLO client.test", "MAIL FROM:<ann@node.test>", f"RCPT TO:<{evil}>")
        assert client.say("STARTTLS").startswith("220")
        client.socket = authority.client_context().wrap_socket(client.socket, server_hostname="localhost")

        assert client.say("DATA").startswith("503 5.5.1 EHLO first")
        client.close()


@pytest.mark.parametrize(
    "first", [b"EHLO x.test\r\n", b"GET / HTTP/1.1\r\nHost: mx\r\n\r\n", b"\x16\x03\x01\x02\0\x01"]
)
def test_who_speaks_before_the_greeting_is_sent_away(node: Site, evil: str, first: bytes) -> None:
    """R03; the octets are there before the session begins, as the machine takes connections by itself."""
    with socket.create_connection(("127.0.0.1", node.smtp), timeout=30) as client:
        client.sendall(first + smuggled(evil))
        client.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: client.recv(65_536), b""))

    # Who is quick enough to be greeted has spoken out of turn all the same.
    assert b"354" not in heard


@pytest.mark.parametrize("line", [b"NOOP " + b"x" * 1_000_000, b"MAIL FROM:<" + b"a" * 100_000, b"\0" * 100_000])
def test_a_command_without_end_is_cut_off(node: Site, evil: str, line: bytes) -> None:
    """R04."""
    with Talk(node.smtp) as client:
        try:
            heard = client.send(line)
        except ConnectionError:  # it may be cut off before it has said all
            return
    assert heard.startswith("500 5.5.2")


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY ann", "HELLO", "MAIL FROM:<>"])
def test_commands_without_end_are_cut_off(node: Site, evil: str, command: str) -> None:
    """R04: a client that brings nothing forward is sent away."""
    with Talk(node.smtp) as client:
        client.say("EHLO client.test")
        client.socket.sendall(f"{command}\r\n".encode() * 2_000)

        heard = client.hear_all()
    assert (heard[-1][:3], len(heard) < 200) == ("421", True)


def test_recipients_without_end_are_put_off(node: Site, evil: str) -> None:
    """R04: a transaction has a bounded number of them; who has more comes again (RFC 5321 section 4.5.3.1.10)."""
    with Talk(node.smtp) as client:
        client.say("EHLO client.test", "MAIL FROM:<ann@node.test>")

        replies = {client.say(*(f"RCPT TO:<r{n}@keep.test>" for n in range(1_000))), client.say(f"RCPT TO:<{evil}>")}
    assert {one[:9] for one in replies} == {"250 2.1.5", "452 4.5.3"}


@pytest.mark.parametrize(
    "said",
    [
        ["DATA"],
        ["MAIL FROM:<ann@node.test>", "DATA"],
        ["MAIL FROM:<ann@node.test>", "RCPT TO:<{evil}>", "RSET", "DATA"],
        ["MAIL FROM:<ann@node.test>", "RCPT TO:<{evil}>", "EHLO client.test", "DATA"],
        ["MAIL FROM:<ann@node.test>", "RCPT TO:<nobody@node.test>", "DATA"],
        ["RCPT TO:<{evil}>", "DATA"],
        ["MAIL FROM:<ann@node.test>", "RCPT TO:<{evil}>", "BDAT 0", "DATA"],
    ],
    ids=lambda said: ", ".join(one.partition(" ")[0] for one in said),
)
def test_without_an_envelope_there_is_no_message(node: Site, evil: str, said: list[str]) -> None:
    """R05: what follows a DATA that was refused is commands, and those refuse it."""
    with Talk(node.smtp) as client:
        client.say("EHLO client.test", *(one.format(evil=evil) for one in said[:-1]))

        assert client.say(said[-1]).startswith("503")
        assert client.say("Subject: evil", "", ".").startswith("500")


def test_an_envelope_ends_with_its_message(node: Site, evil: str) -> None:
    """R05: a message that was refused leaves no recipient behind for the next."""
    with Talk(node.smtp) as client:
        client.begin(evil)
        assert client.send(b"\0\r\n.\r\n").startswith("554")

        assert client.say("DATA").startswith("503")
        assert client.say("MAIL FROM:<ann@node.test>", "DATA").startswith("503")
