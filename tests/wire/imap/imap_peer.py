"""An IMAP server in memory that answers as it is told, octet for octet, and remembers what it heard."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TypeVar

import pytest

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError
from msgcore.runtime.abc import Endpoint, Security
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, Peer, ScriptedRuntime, whole
from msgcore.wire.imap import Conversation, ImapServer, ImapSession, open_session

__all__ = ["SECURED", "SERVER", "ImapPeer", "in_conversation", "in_session", "opened", "refused"]

T = TypeVar("T")

SERVER = ImapServer(
    Endpoint("imap.a.test", 143, "imap"), user="ann", password=Secret("sesame"), allow_cleartext_login=True
)
SECURED = ImapServer(Endpoint("imap.a.test", 993, "imap"), Security.IMPLICIT, user="ann", password=Secret("sesame"))
CAPABILITIES = ("IMAP4rev1", "LITERAL+", "SASL-IR", "AUTH=PLAIN")

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")

Said = str | bytes | None


class ImapPeer:
    """A working server that has everything and knows nothing.

    ``answers`` says what it answers instead to a whole command, to a verb, as ``"greeting"``, or as ``"literal"`` where
    one waits for a go-ahead. Octets go out as they are, and ``None`` closes the connection; text gets its line end, and
    the tagged OK unless it has a tagged line. ``{tag}`` is the command's tag in both. Of several answers each waits for
    one more line. ``is_silent``: it does not greet, as behind STARTTLS.
    ``commands`` are without tags, ``flights`` counts those that came together.
    """

    def __init__(
        self,
        *,
        capabilities: Sequence[str] = CAPABILITIES,
        answers: Mapping[str, Said | Sequence[Said]] | None = None,
    ) -> None:
        self._capabilities = " ".join(capabilities)
        self._answers = {"greeting": "* OK ready", **(answers or {})}
        self._buffer = b""
        self._command = b""
        self._awaited = 0
        self._tag = b""
        self._later: list[Said] = []
        self.is_silent = False
        self.is_closed = False
        self.commands: list[str] = []
        self.flights: list[int] = []

    def greet(self) -> bytes:
        if self.is_silent:
            return b""
        return self._written(self._answers["greeting"], is_greeting=True)

    def react(self, octets: bytes) -> bytes:
        self._buffer += octets
        before = len(self.commands)
        said = bytearray()
        while not self.is_closed and (line := self._next_line()) is not None:
            said += self._hear(line)
        if len(self.commands) > before:
            self.flights.append(len(self.commands) - before)
        return bytes(said)

    def _next_line(self) -> bytes | None:
        """Give a line, or the literal that is due."""
        end = self._awaited or self._buffer.find(b"\n") + 1
        if not end or len(self._buffer) < end:
            return None
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def _hear(self, line: bytes) -> bytes:
        if self._later:
            self.commands.append(line.decode().rstrip("\r\n"))
            return self._written(self._later.pop(0))
        self._command += line
        if self._awaited:  # the line goes on behind the literal
            self._awaited = 0
            return b""
        literal = _LITERAL.search(line)
        if literal is not None:
            self._awaited = int(literal[1])
            if literal[2]:
                return b""
            self._tag = self._command.partition(b" ")[0]
            answer = self._written(self._answers.get("literal", b"+ go on\r\n"))
            if not answer.startswith(b"+"):
                self._command, self._awaited = b"", 0
            return answer
        self._tag, _, command = self._command.rstrip(b"\r\n").partition(b" ")
        self._command = b""
        self.commands.append(command.decode("latin-1"))
        return self._answer(self.commands[-1])

    def _answer(self, command: str) -> bytes:
        verb = command.partition(" ")[0]
        verb = " ".join(command.split(" ")[:2]) if verb == "UID" else verb
        for key in (command, verb):
            if key in self._answers:
                return self._written(self._answers[key])
        if verb == "CAPABILITY":
            return self._written(f"* CAPABILITY {self._capabilities}")
        if verb == "LOGOUT":
            said = self._written("* BYE see you")
            self.is_closed = True
            return said
        return self._written("{tag} OK done")

    def _written(self, said: Said | Sequence[Said], *, is_greeting: bool = False) -> bytes:
        if isinstance(said, Sequence) and not isinstance(said, str | bytes):
            first, *self._later = said
            return self._written(first)
        if said is None:
            self.is_closed = True
            return b""
        if isinstance(said, str):
            is_whole = is_greeting or "{tag}" in said or said.startswith("+")
            said = said.encode() + (b"\r\n" if is_whole else b"\r\n{tag} OK done\r\n")
        return said.replace(b"{tag}", self._tag)

    @property
    def verbs(self) -> list[str]:
        return [command.partition(" ")[0] for command in self.commands]


def in_session(
    peer: Peer,
    use: Callable[[ImapSession], Coroutine[object, object, T]],
    *,
    mode: Mode = Mode.BLOCKING,
    server: ImapServer = SERVER,
    cut: Cut = whole,
    faults: Faults | None = None,
) -> T:
    """Open a session with the peer, in memory, and use it."""
    runtime = ScriptedRuntime([peer], faults=faults or Faults(cut=cut))

    async def main() -> T:
        return await use(await open_session(runtime, server, runtime.deadline(30)))

    return mode.drive(runtime.call(main()))


def in_conversation(
    peer: Peer,
    use: Callable[[Conversation], Coroutine[object, object, T]],
    *,
    mode: Mode = Mode.BLOCKING,
    cut: Cut = whole,
    free_octets: int = -1,
) -> T:
    """Hear the greeting, and use the conversation."""
    runtime = ScriptedRuntime([peer], faults=Faults(cut=cut))

    async def main() -> T:
        stream = await runtime.connect(SERVER.endpoint)
        stream.deadline = runtime.deadline(30)
        conversation = Conversation(stream)
        conversation.free_literal_octets = free_octets
        await conversation.hear_greeting()
        return await use(conversation)

    return mode.drive(runtime.call(main()))


def opened(peer: Peer, server: ImapServer = SERVER, *, cut: Cut = whole, mode: Mode = Mode.BLOCKING) -> ImapSession:
    """Open a session, and give it."""

    async def use(session: ImapSession) -> ImapSession:
        return session

    return in_session(peer, use, server=server, cut=cut, mode=mode)


def refused(error: type[MsgcoreError], peer: Peer, server: ImapServer = SERVER) -> MsgcoreError:
    """Give the error that opening a session ends with, which is of this very class."""
    with pytest.raises(error) as caught:
        opened(peer, server)
    assert type(caught.value) is error
    return caught.value
