"""Retrieving a maildrop over POP3, with each library as its manual says, and by hand as fast as the protocol goes.

Every fetcher connects to a port of 127.0.0.1, logs in, retrieves the messages with the numbers 1 to ``count`` and says
QUIT; nothing is deleted. It gives how many octets it had, without what the protocol adds.
"""

from __future__ import annotations

import poplib
import socket
from collections.abc import Callable
from pathlib import Path

import attrs

import msgcore
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.providers.pop3 import Pop3Config, Pop3Service
from msgcore.runtime import Endpoint, Runtime
from msgcore.runtime.abc import Security
from msgcore.spi.url import ServiceUrl
from msgcore.wire.pop3 import Pop3Server, Until, open_session

from .callers import blocking, in_asyncio

__all__ = [
    "CLIENT",
    "FEW",
    "LIMIT",
    "MANY",
    "POPLIB",
    "Fetcher",
    "all_fetchers",
    "fetch_into_store",
    "fetch_with_maildrop",
]

LIMIT, FARTHER, POPLIB = "limit: raw, 64 in flight", "limit: raw, 256 in flight", "poplib"
CLIENT, MAILDROP = "msgcore's client", "msgcore's provider"
MANY, FEW, PASSWORD = "alice", "bob", "secret"
"""Users: one with all letters, and one with a tenth of them."""

SECONDS = 600
_END = b"\r\n.\r\n"


@attrs.frozen
class Fetcher:
    """``fetch`` retrieves so many messages from a port, and gives their octets together (the limit: 0)."""

    name: str
    fetch: Callable[[int, int], int]


def all_fetchers() -> list[Fetcher]:
    return [
        Fetcher(LIMIT, drain_raw(64)),
        Fetcher(FARTHER, drain_raw(256)),
        Fetcher(CLIENT, blocking(fetch_with_client)),
        Fetcher(f"{CLIENT}, asyncio", in_asyncio(fetch_with_client)),
        Fetcher(MAILDROP, blocking(fetch_with_maildrop)),
        Fetcher(f"{MAILDROP}, asyncio", in_asyncio(fetch_with_maildrop)),
        Fetcher(POPLIB, fetch_with_poplib),
    ]


# By hand


def drain_raw(window: int) -> Callable[[int, int], int]:
    """Keep up to ``window`` RETR in flight, read into one buffer and only count where messages end."""

    def fetch(port: int, count: int) -> int:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for command in (b"", f"USER {MANY}\r\n".encode(), f"PASS {PASSWORD}\r\n".encode()):
                connection.sendall(command)
                if not connection.recv(1_000).startswith(b"+OK"):
                    raise ConnectionError("the login was refused")
            drain(connection, count, window)
            connection.sendall(b"QUIT\r\n")
        return 0

    return fetch


def drain(connection: socket.socket, count: int, window: int) -> None:
    overlap = len(_END) - 1
    buffer = bytearray(overlap + (1 << 18))
    view = memoryview(buffer)
    asked = ended = 0
    while ended < count:
        if asked < count and asked - ended <= window // 2:
            numbers = range(asked + 1, min(ended + window, count) + 1)
            connection.sendall(b"".join(b"RETR %d\r\n" % number for number in numbers))
            asked = numbers[-1]
        size = connection.recv_into(view[overlap:])
        if not size:
            raise ConnectionError("the server closed the connection")
        ended += buffer.count(_END, 0, overlap + size)
        buffer[:overlap] = buffer[size : overlap + size]


# Libraries


def fetch_with_poplib(port: int, count: int) -> int:
    client = poplib.POP3("127.0.0.1", port)
    client.user(MANY)
    client.pass_(PASSWORD)
    octets = 0
    for number in range(1, count + 1):
        _, lines, _ = client.retr(number)
        octets += len(b"\r\n".join(lines)) + 2
    client.quit()
    return octets


async def fetch_with_client(runtime: Runtime, port: int, count: int) -> int:
    server = Pop3Server(
        Endpoint("127.0.0.1", port, "pop3"),
        Security.OPPORTUNISTIC,
        user=MANY,
        password=Secret(PASSWORD),
        allow_cleartext_login=True,
    )
    session = await open_session(runtime, server, Deadline.after(SECONDS))
    left = (await session.listing()).numbers[:count]
    octets = 0
    while left:
        drained = await session.retrieve(left, Until())
        octets += sum(len(one.octets or b"") for one in drained)
        left = left[len(drained) :]
    await session.quit()
    return octets


async def fetch_with_maildrop(runtime: Runtime, port: int, count: int, user: str = MANY) -> int:
    config = Pop3Config(
        url=ServiceUrl("pop3", "127.0.0.1", port, Security.OPPORTUNISTIC),
        user=user,
        password=Secret(PASSWORD),
        allow_cleartext_login=True,
    )
    deadline = Deadline.after(SECONDS)
    maildrop = await Pop3Service(config, runtime).open_maildrop(deadline)
    left = (await maildrop.list(deadline))[:count]
    octets = 0
    while left:
        given = await maildrop.retrieve(left, deadline)
        octets += sum(len(one.octets) for one in given)
        left = left[len(given) :]
    await maildrop.commit(deadline)
    return octets


def fetch_into_store(port: int, path: Path, user: str = MANY) -> int:
    """Retrieve the whole maildrop into a new store, each batch on the disk before the next, and leave it there."""
    with msgcore.open_store(f"sqlite:///{path}") as store:
        report = msgcore.receive(
            f"pop3://127.0.0.1:{port}",
            into=store,
            user=user,
            password=Secret(PASSWORD),
            allow_cleartext_login=True,
            leave_on_server=True,
            timeout_seconds=SECONDS,
        )
    return report.octets
