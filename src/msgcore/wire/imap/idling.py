"""Waiting for news: IDLE (RFC 2177), and what news the server is to tell (NOTIFY, RFC 5465)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.errors import CapabilityMissing
from msgcore.wire.imap.command import Argument, Atom, Command
from msgcore.wire.imap.responses import Response, Status
from msgcore.wire.imap.session_base import SessionBase

__all__ = ["IdleCommands", "Watched"]

_LONGEST_SECONDS = 28 * 60.0  # servers may end a session that says nothing for 30 minutes (RFC 2177)
_ANSWER_SECONDS = 30.0
_GATHER_SECONDS = 0.05
_END_SECONDS = 5.0  # what the end of a wait may take
_FLOOD = 1_000

_MESSAGE_EVENTS = ("MessageNew", "MessageExpunge", "FlagChange")


@attrs.frozen
class Watched:
    """Which mailboxes NOTIFY is to tell of, and what: ``events`` as RFC 5465 section 5 has them; none for nothing.

    ``which`` is ``selected``, ``selected-delayed``, ``inboxes``, ``personal``, ``subscribed``, or ``subtree`` or
    ``mailboxes``, which need ``raw_names``. ``items`` is what FETCH is to say of new messages in the selected mailbox.
    """

    which: str
    events: tuple[str, ...] = _MESSAGE_EVENTS
    raw_names: tuple[bytes, ...] = ()
    items: tuple[str, ...] = ()

    def argument(self) -> Argument:
        which: list[Argument] = [Atom(self.which.encode())]
        if self.raw_names:
            which.append(self.raw_names)
        if not self.events:
            return (*which, Atom(b"NONE"))
        events: list[Argument] = []
        for event in self.events:
            events.append(Atom(event.encode()))
            if event == "MessageNew" and self.items:
                events.append(tuple(Atom(item.encode()) for item in self.items))
        return (*which, tuple(events))


class IdleCommands(SessionBase):
    """Commands by which the server tells news at once."""

    async def idle(self, seconds: float) -> list[Response]:
        """Wait so long at most for news, and give the first that come and what comes with them.

        News that have come before and that nobody has taken are given at once.

        The deadline of the stream bounds the wait, too: it ends up to 5 seconds before, so that the session is good
        afterwards. A server that does not answer within 30 seconds at the beginning or at the end is gone.

        Raises:
            CapabilityMissing: the server has no IDLE; ask with ``noop`` from time to time.
            CommandRefused, ServiceBusy: it does not do so now.
            TimedOut, ConnectionLost: the connection is dead; then nobody knows what was missed.
        """
        if not self.capabilities.has("IDLE"):
            raise CapabilityMissing(f"{self.name}: the server has no IDLE")
        async with self.turn():
            if _are_news(self._events):
                return self.unasked()
            deadline = self.stream.deadline
            try:
                await self._idle(min(seconds, _LONGEST_SECONDS))
            finally:
                self.stream.deadline = deadline
            self.fold()
        return self.unasked()

    async def _idle(self, seconds: float) -> None:
        conversation, stream, clock = self.conversation, self.stream, self.runtime
        deadline = stream.deadline
        left = deadline.remaining_seconds()
        end = clock.monotonic() + min(seconds, left - min(_END_SECONDS, left / 2))
        stream.deadline = deadline.sooner(_ANSWER_SECONDS)
        (pending,) = await conversation.send(Command(b"IDLE"))
        if await conversation.hear_go_ahead(pending) is None:
            pending.answer().check()
            return
        stream.deadline = deadline
        while not pending.is_answered and not self._has_news():
            if not await conversation.hear(max(0.0, end - clock.monotonic())):
                break
        stream.deadline = deadline.sooner(_ANSWER_SECONDS)
        gathered = clock.monotonic() + _GATHER_SECONDS  # news come in company
        while not pending.is_answered and self._has_news() and len(conversation.unasked) < _FLOOD:
            if not await conversation.hear(max(0.0, gathered - clock.monotonic())):
                break
        if not pending.is_answered:
            await conversation.say_line(b"DONE")
            await conversation.finish([pending])
        pending.answer().check()

    def _has_news(self) -> bool:
        return _are_news(self.conversation.unasked)

    async def notify(self, *watched: Watched, tells_status: bool = False) -> None:
        """Have the server tell what is new in these mailboxes, and of no others; with none it tells as it does without.

        With ``tells_status`` it says at once how things stand. What it tells is in ``unasked()``, and ends ``idle``.

        Raises:
            CapabilityMissing: the server has no NOTIFY.
            CommandRefused: it does not watch all that; nothing has changed.
        """
        if not self.capabilities.has("NOTIFY"):
            raise CapabilityMissing(f"{self.name}: the server has no NOTIFY")
        if not watched:
            await self.ask(Command(b"NOTIFY", Atom(b"NONE")))
            return
        status: Sequence[Argument] = [Atom(b"STATUS")] if tells_status else []
        await self.ask(Command(b"NOTIFY", Atom(b"SET"), *status, *(one.argument() for one in watched)))


def _are_news(responses: Sequence[Response]) -> bool:
    """Whether something is more than a sign of life."""
    return any(not isinstance(one, Status) or one.code is not None for one in responses)
