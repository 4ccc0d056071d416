"""The client against Dovecot, in both modes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import TypeVar

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused
from msgcore.runtime import Runtime
from msgcore.runtime.abc import Endpoint, Security
from msgcore.testing.modes import Mode
from msgcore.wire.pop3 import Pop3Server, Pop3Session, Until, open_session
from msgcore.wire.sasl import CramMd5, Credentials, Login, Mechanism, Plain, Scram
from tests.servers import PASSWORDS, Authority, Dovecot

pytestmark = pytest.mark.interop
each_mode = pytest.mark.parametrize("mode", Mode)

T = TypeVar("T")

MESSAGES = [
    b"Subject: %d\r\n\r\n" % number + (b".\r\n" * (number % 7)) + b"x" * (50 * number) + b"\r\n"
    for number in range(1, 301)
]
ALL = Until(messages=10**6, octets=10**9, seconds=10)


@pytest.fixture
def maildrop(dovecot: Dovecot) -> Iterator[Dovecot]:
    dovecot.empty("alice")
    dovecot.put("alice", MESSAGES)
    yield dovecot
    dovecot.empty("alice")


@pytest.fixture
def server(maildrop: Dovecot, authority: Authority) -> Pop3Server:
    return Pop3Server(
        Endpoint("localhost", maildrop.pop3, "pop3"),
        Security.STARTTLS,
        user="alice",
        password=Secret(PASSWORDS["alice"]),
        ca_file=authority.ca_file,
    )


def in_session(mode: Mode, server: Pop3Server, use: Callable[[Pop3Session], Coroutine[object, object, T]]) -> T:
    async def main(runtime: Runtime) -> T:
        session = await open_session(runtime, server, runtime.deadline(20))
        try:
            return await use(session)
        finally:
            session.abort()

    return mode.run(main)


async def all_of(session: Pop3Session) -> list[bytes | None]:
    numbers = (await session.listing()).numbers
    given: list[bytes | None] = []
    while len(given) < len(numbers):
        given += [one.octets for one in await session.retrieve(numbers[len(given) :], Until(messages=70))]
    await session.quit()
    return given


@each_mode
def test_all_messages_come_as_they_were_put(server: Pop3Server, mode: Mode) -> None:
    assert in_session(mode, server, all_of) == MESSAGES


@each_mode
def test_in_tls_from_the_first_octet_too(server: Pop3Server, maildrop: Dovecot, mode: Mode) -> None:
    server = attrs.evolve(server, endpoint=Endpoint("localhost", maildrop.pop3s, "pop3"), security=Security.IMPLICIT)

    assert in_session(mode, server, all_of) == MESSAGES


@each_mode
def test_the_listed_sizes_are_those_of_the_messages(server: Pop3Server, mode: Mode) -> None:
    async def use(session: Pop3Session) -> list[int]:
        return list((await session.listing()).sizes)

    assert in_session(mode, server, use) == [len(message) for message in MESSAGES]


@each_mode
def test_headers_come_without_their_messages(server: Pop3Server, mode: Mode) -> None:
    async def use(session: Pop3Session) -> list[bytes | None]:
        return [one.octets for one in await session.tops(range(1, 301), ALL)]

    assert in_session(mode, server, use) == [b"Subject: %d\r\n\r\n" % number for number in range(1, 301)]


@each_mode
def test_a_message_comes_in_pieces(server: Pop3Server, mode: Mode) -> None:
    async def use(session: Pop3Session) -> tuple[int, bytes]:
        pieces: list[bytes] = []
        return await session.retrieve_to(300, pieces.append), b"".join(pieces)

    assert in_session(mode, server, use) == (len(MESSAGES[299]), MESSAGES[299])


@each_mode
def test_what_was_deleted_is_gone_after_the_end(server: Pop3Server, maildrop: Dovecot, mode: Mode) -> None:
    async def use(session: Pop3Session) -> None:
        assert await session.delete(range(3, 301)) == []
        await session.quit()

    in_session(mode, server, use)
    assert maildrop.waiting("alice") == MESSAGES[:2]


@each_mode
def test_what_was_deleted_stays_when_the_session_breaks(server: Pop3Server, maildrop: Dovecot, mode: Mode) -> None:
    async def use(session: Pop3Session) -> None:
        assert await session.delete(range(3, 301)) == []

    in_session(mode, server, use)
    assert len(maildrop.waiting("alice")) == 300


@each_mode
def test_a_wrong_password_is_refused(server: Pop3Server, mode: Mode) -> None:
    with pytest.raises(AuthenticationRefused):
        in_session(mode, attrs.evolve(server, password=Secret("wrong")), all_of)


ALICE = PASSWORDS["alice"]


@pytest.mark.parametrize(
    "mechanism",
    [
        Plain("alice", Secret(ALICE)),
        Login("alice", Secret(ALICE)),
        CramMd5("alice", Secret(ALICE)),
        Scram("SCRAM-SHA-256", "alice", Secret(ALICE)),
    ],
    ids=["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"],
)
def test_every_mechanism_of_the_server_opens_the_session(server: Pop3Server, mechanism: Mechanism) -> None:
    def own(credentials: Credentials) -> Mechanism:
        return mechanism

    async def use(session: Pop3Session) -> int:
        return len((await session.listing()).numbers)

    assert in_session(Mode.BLOCKING, attrs.evolve(server, mechanism=own), use) == 300
