"""Mail transactions as client, with an outcome for every recipient (RFC 5321 section 3.3, RFC 2920, RFC 3030).

*Theory of operation.* Where the server offers PIPELINING, MAIL, RCPT and DATA go in one flight (of at most 100 RCPT),
and where it offers CHUNKING, too, so does the message; else each command waits for its reply. The end of one message
goes together with the start of the next. Every reply is matched to its command (:mod:`~msgcore.wire.smtp.letter`).

What makes ``Deferred`` true is knowing how much the system took of a write: until it took the last octet of a message,
the server cannot have accepted it, whatever becomes of the connection; from then on only a reply tells, and without one
the outcome is ``Unknown``.

So no message is begun behind the stream's deadline, and what is not said by then is cut; but the reply to one that the
server has is waited for (RFC 5321 section 4.5.3.2.6) until the deadline or for ``ANSWER_SECONDS`` since its last octet,
whichever ends later: who gives up sooner sends it twice. It is never more than ``ANSWER_SECONDS`` beyond the deadline.

A peer that speaks before it is asked is never believed: 421 (the service is closing) apart, that ends the connection.
Replies that are left over may be the true ones to the message before: where one is a no, what was taken is ``Unknown``.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import (
    ConnectionLost,
    MsgcoreError,
    OperationCancelled,
    ProtocolBroken,
    TimedOut,
    TlsFailed,
    TryAgain,
)
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Certainty
from msgcore.runtime.abc import Stream
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.letter import RSET, Flight, Letter, Transaction
from msgcore.wire.smtp.plan import Plan, make_plan
from msgcore.wire.smtp.replies import Leaving, Replies

__all__ = ["ANSWER_SECONDS", "Transaction", "is_nothing_sent", "transmit", "transmit_all"]

ANSWER_SECONDS = 30.0
"""So long at least the reply to a whole message is waited for, whatever the deadline."""

T = TypeVar("T")

_CUTS = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken)
_LARGE_OCTETS = 64 * 1024


async def transmit(
    stream: Stream,
    envelope: Envelope,
    octets: bytes,
    extensions: Extensions,
    *,
    is_proven: bool = False,
    is_text: bool = False,
    note: str = "",
) -> Transaction:
    """Send one message in wire form (lines end with CR LF) to the recipients of its envelope.

    What the server or the network does is in the outcomes, each with its stage: ``MAIL``, ``RCPT``, ``DATA`` or
    ``end of data``. A ``Deferred`` recipient's message has certainly not been taken. A server that does not understand
    what it offers is asked once more without that. ``is_proven`` and ``is_text`` mean what they do to ``make_plan``;
    ``note`` is for the outcomes.

    Raises:
        UsageError: octets or an address can never be sent; nothing was.
        OperationCancelled: the call was cancelled before the message was sent; the connection is unusable.
    """
    plan = make_plan(envelope, octets, extensions, is_proven=is_proven, is_text=is_text)
    first = await _transmit_one(stream, plan, note)
    failed = first.failed_extensions
    if not failed or not first.is_usable or not is_nothing_sent(first):
        return first
    plan = make_plan(envelope, octets, extensions.without(*failed), is_text=is_text)
    again = await _transmit_one(stream, plan, note)
    if not again.failed_extensions and again.outcomes == first.outcomes:
        return again  # the same without: that was not the reason
    return again._replace(failed_extensions=failed | again.failed_extensions)


def is_nothing_sent(transaction: Transaction) -> bool:
    """Say whether the message may be sent again without anybody getting it twice."""
    return all(outcome.certainty is Certainty.NOT_SENT for outcome in transaction.outcomes.values())


async def _transmit_one(stream: Stream, plan: Plan, note: str) -> Transaction:
    told: list[Transaction] = []
    await transmit_all(stream, iter((plan,)), told.append, note)
    return told[0]


async def transmit_all(
    stream: Stream,
    plans: Iterator[Plan],
    tell: Callable[[Transaction], object],
    note: str = "",
    due: Callable[[], Deadline] | None = None,
) -> None:
    """Send messages one behind the other and tell what became of each, in their order, as soon as it is known.

    The end of a message and the start of the next go together, so each costs one round trip; the plan behind these is
    made while the server works. When the connection ends, what had been begun is told of and the rest is not: fewer
    transactions come than there are plans. So it is when the stream's deadline passes; ``due`` gives the one that it
    gets when a message has been answered.

    Raises:
        OperationCancelled: as :func:`transmit` does.
    """
    sender = _Sender(stream, plans, tell, note, due)
    before: Letter | None = None
    try:
        while sender.may_go_on(before) and (prepared := sender.next_letter()) is not None:
            await sender.begin(prepared, before)
            before = prepared[0]
        if before is not None:
            await sender.end(before)
    finally:
        sender.tell_settled()


_Prepared = tuple[Letter, Flight | None, Iterator[Flight]]
"""A letter, the first of its flights, and those behind it."""

_Said = tuple[tuple[Letter, int], ...]
"""Letters that are said when so many octets of a write are."""


class _Sender:
    """The client's side of one connection.

    What is no answer to what has just been heard is done when the next octets have been written, while the server
    works: telling of a letter that is settled, and preparing the one behind the next.
    """

    def __init__(
        self,
        stream: Stream,
        plans: Iterator[Plan],
        tell: Callable[[Transaction], object],
        note: str,
        due: Callable[[], Deadline] | None,
    ) -> None:
        self._stream = stream
        self._plans = plans
        self._tell = tell
        self._due = due
        self._has_gone_on = False  # beyond a deadline
        self._answer_by = 0.0  # how long the reply to what was said last is waited for, on the deadline's clock
        self._ahead: list[_Prepared | None] = []
        self._settled: tuple[Letter, bool] | None = None
        self._replies = Replies(stream)
        self._is_fresh = True
        self._peer = str(stream.endpoint)
        unverified = "" if stream.tls is None or stream.tls.is_verified else "the certificate was not verified"
        self._note = "; ".join(filter(None, (unverified, note)))
        self.is_usable = True

    def may_go_on(self, before: Letter | None) -> bool:
        """Say whether another letter may be said behind this one; what is not said itself is cut at the deadline."""
        if not self.is_usable or before is None or not before.is_said:
            return self.is_usable
        self._renew_deadline()
        deadline = self._stream.deadline
        return deadline.at >= self._answer_by or not deadline.is_past

    def next_letter(self) -> _Prepared | None:
        return self._ahead.pop() if self._ahead else self._prepared()

    def _prepared(self) -> _Prepared | None:
        plan = next(self._plans, None)
        if plan is None:
            return None
        letter = Letter(plan, self._peer, self._note)
        flights = letter.flights()
        return letter, next(flights, None), flights

    async def begin(self, prepared: _Prepared, before: Letter | None) -> None:
        """End the letter before, and say all of this one up to its message."""
        letter, flight, flights = prepared
        replies, ending = self._replies, before
        try:
            while flight is not None:
                octets, takers, has_message = flight
                said = ((letter, len(octets)),) if has_message else ()
                if ending is None:
                    await self._say(octets, said, is_waiting=False)
                else:
                    await self._end_with(ending, octets, said)
                    ending = None
                    self._turn_to(letter)
                for letter.stage, take in takers:
                    take(replies.take() or await self._wait(is_said=letter.is_said))
                flight = next(flights, None)
            if ending is not None:  # the new one has nobody to go to
                await self._end(ending)
                self._renew_deadline()
            if self._replies and not letter.replies_left:
                await self._hear_unasked()
        except (Leaving, *_CUTS, OperationCancelled) as error:
            if before is not None and isinstance(error, ProtocolBroken):
                before.doubt(is_no_left=letter.is_refused)
                letter.disbelieve()
            self._cut(error, before, letter)
        if before is not None:
            self._settle(before)

    def _turn_to(self, letter: Letter) -> None:
        """Give a letter time of its own, for the one before has been answered.

        Raises:
            TimedOut: there is none left, and the server has not got the message.
        """
        self._renew_deadline()
        if self._has_gone_on and not letter.is_said:
            self._stream.deadline.check(self._peer)

    def _renew_deadline(self) -> None:
        if self._due is not None:
            self._stream.deadline = self._due()

    def _wait(self, *, is_said: bool) -> Coroutine[Any, Any, Reply]:
        """Wait for the next reply, beyond the deadline where it is about a letter that the server has."""
        waiting = self._replies.wait()
        return self._going_on(waiting) if is_said else waiting

    def _going_on(self, step: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
        return self._beyond_deadline(step) if self._stream.deadline.at < self._answer_by else step

    async def _beyond_deadline(self, step: Coroutine[Any, Any, T]) -> T:
        stream, deadline = self._stream, self._stream.deadline
        self._has_gone_on = True
        stream.deadline = Deadline(self._answer_by, deadline.clock)
        try:
            return await step
        finally:
            stream.deadline = deadline

    async def end(self, letter: Letter) -> None:
        """Say what is left of a letter, hear what becomes of it, and leave a transaction that came to nothing."""
        try:
            if not self.is_usable:
                raise ConnectionLost(f"{self._peer}: the connection could not be used any more")
            await self._end(letter)
            if self._replies:
                self.is_usable = False
                letter.doubt(is_no_left=self._is_no_left())
        except (Leaving, *_CUTS, OperationCancelled) as error:
            self._cut(error, letter)
        self._settle(letter)

    def _settle(self, letter: Letter) -> None:
        if self._settled is not None:
            self.tell_settled()
        self._settled = letter, self.is_usable

    def tell_settled(self) -> None:
        """Tell of the letter that was settled, if it has not been told of."""
        if self._settled is not None:
            (letter, is_usable), self._settled = self._settled, None
            self._tell(letter.transaction(is_usable=is_usable))

    async def _end(self, letter: Letter) -> None:
        await self._end_with(letter, b"", ())
        if letter.needs_reset and self.is_usable and not self._replies:
            await self._end_with(letter, b"", ())

    async def _end_with(self, letter: Letter, following: bytes, said: _Said) -> None:
        """Say what is left of a letter with what follows it, and hear the replies to the letter."""
        is_waiting = letter.replies_left != 0
        message, end = letter.rest()
        if len(message) > _LARGE_OCTETS:
            self.tell_settled()  # this may take long
            await self._say(message, (), is_waiting=is_waiting)
            message = b""
            if await self._replies.look():
                letter.take_early(self._replies.take() or await self._replies.wait())
                raise ConnectionLost(f"{self._peer}: the message was refused before its end")
        ending = message + end
        needs_reset = following and letter.may_need_reset
        if needs_reset:
            following = RSET + following
            said = tuple([(one, len(RSET) + at) for one, at in said])
        if ending or following:
            behind = tuple([(one, len(ending) + at) for one, at in said]) if said else ()
            await self._say(ending + following, ((letter, len(ending)), *behind), is_waiting=is_waiting)
        replies = self._replies
        while letter.replies_left:
            self.is_usable = (
                letter.take_end(replies.take() or await self._wait(is_said=letter.is_said)) and self.is_usable
            )
        if needs_reset:
            reply = replies.take() or await self._wait(is_said=any(one.is_said for one, _ in said))
            self.is_usable = letter.take_reset(reply) and self.is_usable

    async def _say(self, octets: bytes, said: _Said, *, is_waiting: bool) -> None:
        """Write; ``said`` are the letters that are said with it.

        What the server said before the connection broke still counts; the next read tells of the break.
        """
        if not is_waiting and (await self._has_spoken() if self._is_fresh else self._replies):
            await self._hear_unasked()
        self._is_fresh = False
        try:
            writing = self._stream.write(octets)
            await (self._going_on(writing) if is_waiting else writing)  # behind one that the server has
        except MsgcoreError as error:
            taken = error.sent_octets if isinstance(error, TryAgain) else None
            for letter, at in said:
                letter.is_said = letter.is_said or taken is None or taken >= at
            if not isinstance(error, ConnectionLost):
                raise
        else:
            for letter, _ in said:
                letter.is_said = True
            if said:
                deadline = self._stream.deadline
                self._answer_by = min(deadline.clock.monotonic(), deadline.at) + ANSWER_SECONDS
        if self._settled is not None:
            self.tell_settled()
        if not self._ahead:
            self._ahead.append(self._prepared())

    async def _has_spoken(self) -> bool:
        """Say whether the peer has said what nobody asked for; in TLS it may be ciphertext yet."""
        return self._replies.has_unasked if self._stream.tls is None else await self._replies.look()

    def _is_no_left(self) -> bool:
        while reply := self._replies.take():
            if not reply.is_positive:
                return True
        return False

    async def _hear_unasked(self) -> None:
        """Hear a peer that speaks before it is asked: what it may be is 421."""
        await self._replies.fill()
        reply = self._replies.take()
        raise self._broken(f"said {reply or 'something'} before it was asked")

    def _cut(self, error: MsgcoreError, *letters: Letter | None) -> None:
        self.is_usable = False
        if isinstance(error, OperationCancelled) and not any(letter and letter.is_said for letter in letters):
            raise error
        for letter in letters:
            if letter is not None:
                letter.cut(error)

    def _broken(self, what: str) -> ProtocolBroken:
        return ProtocolBroken.remote(f"{self._peer}: the server {what}")
