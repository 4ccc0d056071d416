"""A POP3 server in memory that answers as it is told, octet for octet, and remembers what it heard."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TypeVar

import pytest

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError
from msgcore.runtime.abc import Endpoint, Security
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, Peer, ScriptedRuntime, whole
from msgcore.wire.pop3 import Drained, Pop3Server, Pop3Session, open_session

__all__ = ["SECURED", "SERVER", "MaildropPeer", "in_session", "octets_of", "opened", "refused", "stuffed"]

T = TypeVar("T")

SERVER = Pop3Server(
    Endpoint("pop.a.test", 110, "pop3"), user="ann", password=Secret("sesame"), allow_cleartext_login=True
)
SECURED = Pop3Server(Endpoint("pop.a.test", 995, "pop3"), Security.IMPLICIT, user="ann", password=Secret("sesame"))
CAPABILITIES = ("TOP", "UIDL", "USER", "PIPELINING")


def stuffed(octets: bytes) -> bytes:
    """Give the body of a multi-line answer, line by line, and its end (RFC 1939 section 3)."""
    lines = octets.split(b"\r\n")[:-1]
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


class MaildropPeer:
    """A working server with ``messages``.

    ``answers`` says what it answers instead to a whole command, to a verb, or as ``"greeting"``: text gets its line
    end, octets go out as they are, and ``None`` closes the connection. ``flights`` counts the commands that came
    together.
    """

    def __init__(
        self,
        *messages: bytes,
        capabilities: Sequence[str] | None = CAPABILITIES,
        answers: Mapping[str, str | bytes | None] | None = None,
    ) -> None:
        self._messages = messages
        self._capabilities = capabilities
        self._answers = {"greeting": "+OK ready", **(answers or {})}
        self._received = bytearray()
        self.is_closed = False
        self.commands: list[str] = []
        self.flights: list[int] = []

    def greet(self) -> bytes:
        return self._written(self._answers["greeting"])

    def react(self, octets: bytes) -> bytes:
        self._received += octets
        *lines, rest = bytes(self._received).split(b"\r\n")
        self._received[:] = rest
        if lines:
            self.flights.append(len(lines))
        said = bytearray()
        for line in lines:
            if not self.is_closed:
                self.commands.append(line.decode())
                said += self._answer(self.commands[-1])
        return bytes(said)

    @property
    def verbs(self) -> list[str]:
        return [command.partition(" ")[0] for command in self.commands]

    def _written(self, answer: str | bytes | None) -> bytes:
        if answer is None:
            self.is_closed = True
            return b""
        return answer if isinstance(answer, bytes) else answer.encode() + b"\r\n"

    def _answer(self, command: str) -> bytes:
        verb, _, argument = command.partition(" ")
        for key in (command, verb):
            if key in self._answers:
                return self._written(self._answers[key])
        number = int(argument.split()[0]) if verb in {"RETR", "TOP"} else 0
        match verb:
            case "CAPA":
                return self._capa()
            case "STAT":
                return b"+OK %d %d\r\n" % (len(self._messages), sum(map(len, self._messages)))
            case "LIST":
                return b"+OK\r\n" + b"".join(b"%d %d\r\n" % (n, len(one)) for n, one in self._numbered) + b".\r\n"
            case "UIDL":
                return b"+OK\r\n" + b"".join(b"%d id%d\r\n" % (n, n) for n, _ in self._numbered) + b".\r\n"
            case "RETR" | "TOP" if not 1 <= number <= len(self._messages):
                return b"-ERR no such message\r\n"
            case "RETR":
                return b"+OK\r\n" + stuffed(self._messages[number - 1])
            case "TOP":
                return b"+OK\r\n" + stuffed(self._messages[number - 1].partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
            case _:
                self.is_closed = verb == "QUIT"
                return b"+OK\r\n"

    def _capa(self) -> bytes:
        if self._capabilities is None:
            return b"-ERR what?\r\n"
        return b"+OK\r\n" + b"".join(f"{one}\r\n".encode() for one in self._capabilities) + b".\r\n"

    @property
    def _numbered(self) -> list[tuple[int, bytes]]:
        return list(enumerate(self._messages, 1))


def in_session(
    peer: Peer,
    use: Callable[[Pop3Session], Coroutine[object, object, T]],
    *,
    mode: Mode = Mode.BLOCKING,
    server: Pop3Server = SERVER,
    cut: Cut = whole,
    faults: Faults | None = None,
) -> T:
    """Open a session with the peer, in memory, and use it."""
    runtime = ScriptedRuntime([peer], faults=faults or Faults(cut=cut))

    async def main() -> T:
        return await use(await open_session(runtime, server, runtime.deadline(30)))

    return mode.drive(runtime.call(main()))


def opened(peer: Peer, server: Pop3Server = SERVER, *, cut: Cut = whole, mode: Mode = Mode.BLOCKING) -> Pop3Session:
    """Open a session, and give it."""

    async def use(session: Pop3Session) -> Pop3Session:
        return session

    return in_session(peer, use, server=server, cut=cut, mode=mode)


def refused(error: type[MsgcoreError], peer: Peer, server: Pop3Server = SERVER) -> MsgcoreError:
    """Give the error that opening a session ends with, which is of this very class."""
    with pytest.raises(error) as caught:
        opened(peer, server)
    assert type(caught.value) is error
    return caught.value


def octets_of(drained: Sequence[Drained]) -> list[bytes | None]:
    return [one.octets for one in drained]
