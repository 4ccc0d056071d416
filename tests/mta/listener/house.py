"""A listener on this machine, with a queue that keeps what it takes, and clients of any kind."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.model import Address, Recipient
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.directory import EX, DirectoryEntry
from msgcore.mta.listener import Arrival, DirectoryCheck, Listener, ListenerSettings
from msgcore.mta.node_events import watch_nothing
from msgcore.mta.queue.contract import Accept
from msgcore.runtime import AsyncioRuntime, Endpoint
from msgcore.runtime.loop_thread import submit
from msgcore.wire.smtp.server import Client

__all__ = ["HOST", "LETTER", "House", "KeepingQueue", "People", "Talk", "anybody", "check_of", "everybody", "routes"]

T = TypeVar("T")

HOST = "mx.b.test"
LETTER = b"From: ann@a.test\r\nSubject: hello\r\nMessage-ID: <1@a.test>\r\n\r\nHello\r\n"


def anybody(_: Client) -> bool:
    """Mean every client."""
    return True


class KeepingQueue:
    """The accepting end of a queue: keeps what it takes, but for what it does first."""

    def __init__(self, first: Callable[[Accept], Coroutine[Any, Any, object]] | None = None) -> None:
        self.accepted: list[Accept] = []
        self.asked = 0
        self._first = first

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        self.asked += 1
        if self._first is not None:
            await self._first(accept)
        self.accepted.append(accept)
        return b"\0" * 16


class People:
    """A directory of a few addresses, compared without case."""

    def __init__(self, *known: str) -> None:
        self._known = {address.lower() for address in known}

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        name = address.email_address.lower()
        return DirectoryEntry(Address(EX, f"/cn={name}"), name) if name in self._known else None


class Everybody:
    """A check that takes all recipients."""

    async def check(self, recipient: Recipient, arrival: Arrival, deadline: Deadline) -> Reply | None:
        return None


everybody = Everybody()


def routes() -> RouteTable:
    """Give a table that has the domain b.test here, and all others behind a relay."""
    ours = Connector("ours", "mailbox", [AddressSpace("SMTP", "*@b.test")])
    return RouteTable([ours, Connector("internet", "smtp", [AddressSpace("SMTP", "*", cost=10)])])


def check_of(*known: str) -> DirectoryCheck:
    return DirectoryCheck(People(*known), routes)


class House:
    """A listener on msgcore's loop thread, on one port of 127.0.0.1."""

    def __init__(
        self,
        queue: Any = None,
        *,
        recipients: Any = everybody,
        runtime: Any = None,
        verifier: Any = None,
        users: Any = None,
        watch: Any = watch_nothing,
        grace_seconds: float = 3_600.0,  # what a stop would wait for without end fails a test
        **settings: Any,
    ) -> None:
        self.queue = KeepingQueue() if queue is None else queue
        self.runtime = runtime or AsyncioRuntime()
        self.listener = Listener(
            self.runtime,
            [Endpoint("127.0.0.1", 0, "smtp")],
            ListenerSettings(HOST, **settings),
            self.queue,
            recipients,
            users=users,
            grace_seconds=grace_seconds,
            watch=watch,
            verifier=verifier,
        )
        self.is_lmtp = bool(settings.get("is_lmtp"))
        self.port = 0

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return submit(coroutine).result(30)

    def __enter__(self) -> Self:
        self.run(self.listener.start())
        self.port = self.listener.ports[0]
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.listener.close())

    def library(self, *, is_lmtp: bool = False) -> smtplib.SMTP:
        """Connect as the standard library does."""
        kind = smtplib.LMTP if is_lmtp else smtplib.SMTP
        return kind("127.0.0.1", self.port, local_hostname="client.a.test")

    def talk(self, source: str = "127.0.0.1") -> Talk:
        return Talk(self.port, source)

    @property
    def octets(self) -> list[bytes]:
        """The contents that were taken, without the field that the listener put in front."""
        return [one.content.octets.partition(b"+0000\r\n")[2] for one in self.queue.accepted]


class Talk:
    """A client that says octets and hears replies; it has been greeted."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))
        self._heard = b""
        self.greeting = self.hear()

    def say(self, *lines: str) -> str:
        """Say commands in one write, but for a hello, whose reply comes first; give the last reply."""
        if len(lines) > 1 and lines[0].startswith(("EHLO", "LHLO")):
            self.say(lines[0])
            return self.say(*lines[1:])
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return [self.hear() for _ in lines][-1]

    def begin(self, *recipients: str) -> str:
        """Come to where the message is awaited."""
        return self.say("EHLO client.a.test", "MAIL FROM:<ann@a.test>", *(f"RCPT TO:<{r}>" for r in recipients), "DATA")

    def send(self, octets: bytes) -> str:
        self.socket.sendall(octets)
        return self.hear()

    def hear(self) -> str:
        """Give the last line of the next reply, empty at the end of the connection."""
        while True:
            line, end, rest = self._heard.partition(b"\r\n")
            if end:
                self._heard = rest
                if line[3:4] != b"-":
                    return line.decode()
            else:
                more = b""
                with contextlib.suppress(ConnectionResetError):  # it has not read all that was said
                    more = self.socket.recv(65_536)
                if not more:
                    return ""
                self._heard += more

    def hear_all(self) -> list[str]:
        """Give what is said until the end of the connection."""
        return [*iter(self.hear, "")]

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
