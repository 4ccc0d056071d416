"""What the commands of a session have in common: a conversation, its state, and turns for those who share it.

*Theory of operation.* Whoever says something takes a *turn*, and callers queue for it. Within a turn everything is said
and heard through ``conversation``; at its end what nobody asked for is folded into the state. A fetch of many messages
is many turns, and its commands stay in flight in between: it is the session's ``unfinished`` work. When somebody else's
turn comes first, the unfinished work is asked to gather what is in flight into a buffer of its own, so that nobody
waits for anybody who waits. A turn that ends in an error with commands in flight leaves a connection on which nobody
could tell whose the next answer is; it is aborted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol

import attrs

from msgcore.errors import Closed, CommandRefused, ServiceBusy, UsageError
from msgcore.runtime.abc import Runtime, Stream
from msgcore.wire.imap.capabilities import Capabilities
from msgcore.wire.imap.command import Command
from msgcore.wire.imap.conversation import Conversation
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.login import told_capabilities
from msgcore.wire.imap.quirks import Behaviour
from msgcore.wire.imap.responses import Response, Status, UnknownData
from msgcore.wire.imap.selected import Selected

__all__ = ["SessionBase", "Turn", "Unfinished"]

_EVENTS = 100_000
_GOOD_ENDS = (CommandRefused, ServiceBusy, UsageError)


class Unfinished(Protocol):
    """Work whose commands are in flight between two turns."""

    async def gather(self) -> None:
        """Hear all that is in flight, and keep it."""
        ...


class SessionBase:
    """See above. ``behaviour`` is what is known of servers of this kind."""

    def __init__(
        self, conversation: Conversation, capabilities: Capabilities, runtime: Runtime, behaviour: Behaviour
    ) -> None:
        self.conversation = conversation
        self.capabilities = capabilities
        self.runtime = runtime
        self.behaviour = behaviour
        self.identity: Mapping[str, str] = {}
        self.note = ""
        self.selected: Selected | None = None
        self.enabled: frozenset[str] = frozenset()
        self.unfinished: Unfinished | None = None
        self.lock = runtime.lock()
        self._events: list[Response] = []

    @property
    def stream(self) -> Stream:
        return self.conversation.stream

    @property
    def name(self) -> str:
        return self.conversation.name

    def turn(self, owner: Unfinished | None = None) -> Turn:
        """Wait for one's turn: ``async with session.turn(): …``; ``owner`` is the work that goes on in it."""
        return Turn(self, owner)

    def unasked(self) -> list[Response]:
        """Give and forget what the server has told unasked: new counts, expunged messages, flags, codes."""
        events, self._events = self._events, []
        return events

    def abort(self) -> None:
        self.stream.abort()

    async def run(self, *commands: Command) -> list[Answer]:
        """Say commands in one flight, within a turn of one's own."""
        async with self.turn():
            return await self.conversation.run(*commands)

    async def ask(self, command: Command) -> Answer:
        """Say a command, within a turn of one's own, and hear that it is granted."""
        (answer,) = await self.run(command)
        return answer.check()

    def fold(self) -> None:
        """Take up what the server has told unasked."""
        news = self.conversation.take_unasked()
        if self.selected is not None:
            for response in news:
                self.selected.take(response)
        for response in reversed(news):  # the last list of capabilities holds
            status = response if isinstance(response, Status) else None
            told = told_capabilities(self.capabilities, status, [response])
            if told is not None:
                self.know(told)
                break
        self._events += [one for one in news if not isinstance(one, UnknownData)]
        del self._events[:-_EVENTS]

    def know(self, capabilities: Capabilities) -> None:
        """Go on with these capabilities."""
        self.capabilities = capabilities
        self.conversation.free_literal_octets = capabilities.free_literal_octets


@attrs.define
class Turn:
    """The right to speak, as an asynchronous context."""

    _session: SessionBase
    _owner: Unfinished | None

    async def __aenter__(self) -> None:
        session = self._session
        await session.lock.acquire(session.stream.deadline)
        try:
            if session.conversation.is_leaving:
                raise Closed(f"{session.name}: the session has been logged out")
            work = session.unfinished
            if work is not None and work is not self._owner:
                session.unfinished = None
                await work.gather()
        except BaseException:
            session.abort()
            session.lock.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session = self._session
        try:
            is_stuck = session.conversation.is_in_flight and session.unfinished is None
            if is_stuck or (
                error is not None and session.conversation.is_in_flight and not isinstance(error, _GOOD_ENDS)
            ):
                session.abort()
            session.fold()
        finally:
            session.lock.release()
