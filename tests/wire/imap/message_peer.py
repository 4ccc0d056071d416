"""An IMAP server in memory, with a mailbox that is open, which answers as it is told and remembers what it heard."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TypeVar

from msgcore.runtime.abc import Endpoint
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime, whole
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.quirks import Quirk
from msgcore.wire.imap.session import ImapSession, open_session

__all__ = ["CLOSES", "USUAL", "Heard", "MessagePeer", "in_session"]

T = TypeVar("T")
Heard = Callable[[bytes], bytes | None]

CLOSES = b"<the connection closes>"
USUAL = ("LITERAL+", "UIDPLUS", "MOVE", "ESEARCH", "CONDSTORE")
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")


class MessagePeer:
    """``answer`` is given each command without its tag, and gives the answer, in which ``TAG`` stands for the tag.

    What it gives ``None`` for is answered with OK; what ends with ``CLOSES`` ends the connection. ``go_ahead`` is said
    before literals that wait. ``commands`` are those that were heard after SELECT.
    """

    def __init__(
        self,
        answer: Heard | Mapping[bytes, bytes] | None = None,
        *,
        capabilities: Sequence[str] = USUAL,
        go_ahead: bytes = b"+ go\r\n",
        exists: int = 9,
    ) -> None:
        self._answer: Heard = answer if callable(answer) else functools.partial(_first, answer or {})
        self._capabilities = " ".join(("IMAP4rev1", *capabilities)).encode()
        self._go_ahead = go_ahead
        self.opened = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 10]\r\n" % exists
        self._received = b""
        self._waited_at = 0
        self.is_closed = False
        self.commands: list[bytes] = []

    def greet(self) -> bytes:
        return b"* PREAUTH [CAPABILITY %b] ready\r\n" % self._capabilities

    def react(self, octets: bytes) -> bytes:
        self._received += octets
        said = b""
        while not self.is_closed and (end := self._end_of_command()):
            if end < 0:
                return said + self._granted()
            command, self._received = self._received[:end], self._received[end:]
            self._waited_at = 0
            said += self._react_to(command)
        return said

    def _end_of_command(self) -> int:
        """Say where the first command ends: 0 when it has not come, below that when it waits for a go-ahead."""
        at = 0
        while end := self._received.find(b"\n", at) + 1:
            found = _LITERAL.search(self._received, at, end)
            if found is None:
                return end
            if not found[2] and end == len(self._received) > self._waited_at:
                self._waited_at = end
                return -1
            at = end + int(found[1])
        return 0

    def _granted(self) -> bytes:
        if not self._go_ahead.startswith(b"+"):
            tag, self._received = self._received.partition(b" ")[0], b""
            return self._go_ahead.replace(b"TAG", tag)
        return self._go_ahead

    def _react_to(self, octets: bytes) -> bytes:
        tag, _, command = octets.removesuffix(b"\r\n").partition(b" ")
        verb = command.partition(b" ")[0]
        if verb in {b"SELECT", b"EXAMINE"}:
            return self.opened + tag + b" OK [READ-WRITE] open\r\n"
        if verb in {b"ENABLE", b"ID", b"CAPABILITY"}:
            return tag + b" OK done\r\n"
        self.commands.append(command)
        answer = self._answer(command)
        if answer is not None and answer.endswith(CLOSES):
            self.is_closed, answer = True, answer.removesuffix(CLOSES)
        return (b"TAG OK done\r\n" if answer is None else answer).replace(b"TAG", tag)


def _first(answers: Mapping[bytes, bytes], command: bytes) -> bytes | None:
    return next((answer for start, answer in answers.items() if command.startswith(start)), None)


def in_session(
    peer: MessagePeer,
    use: Callable[[ImapSession], Coroutine[object, object, T]],
    *,
    mode: Mode = Mode.BLOCKING,
    cut: Cut = whole,
    faults: Faults | None = None,
    quirks: tuple[Quirk, ...] = (),
) -> T:
    """Open a session with the peer, in memory, select INBOX, and use it."""
    server = ImapServer(Endpoint("imap.a.test", 143, "imap"), allow_cleartext_login=True, quirks=quirks)
    runtime = ScriptedRuntime([peer], faults=faults or Faults(cut=cut))

    async def main() -> T:
        session = await open_session(runtime, server, runtime.deadline(30))
        await session.select(b"INBOX")
        return await use(session)

    return mode.drive(runtime.call(main()))
