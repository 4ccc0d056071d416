"""Mail transactions as client, with an outcome for every recipient (RFC 5321 section 3.3, RFC 2920, RFC 3030).

*Theory of operation.* Where the server offers PIPELINING, MAIL, RCPT and DATA go in one flight (of at most 100 RCPT),
and where it offers CHUNKING, too, so does the message; else each command waits for its reply. The end of one message
goes together with the start of the next. Every reply is matched to its command (:mod:`~msgcore.wire.smtp.letter`).

What makes ``Deferred`` true is knowing how much the system took of a write: until it took the last octet of a message,
the server cannot have accepted it, whatever becomes of the connection; from then on only a reply tells, and without one
the outcome is ``Unknown``.

A peer that speaks before it is asked is never believed: 421 (the service is closing) apart, that ends the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

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

__all__ = ["Transaction", "is_nothing_sent", "transmit", "transmit_all"]

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
    return attrs.evolve(again, failed_extensions=failed | again.failed_extensions)


def is_nothing_sent(transaction: Transaction) -> bool:
    """Say whether the message may be sent again without anybody getting it twice."""
    return all(outcome.certainty is Certainty.NOT_SENT for outcome in transaction.outcomes.values())


async def _transmit_one(stream: Stream, plan: Plan, note: str) -> Transaction:
    sender = _Sender(stream, iter(()), note)
    letter = sender.letter_of(plan)
    await sender.begin(letter, None)
    await sender.end(letter)
    return letter.transaction(is_usable=sender.is_usable)


async def transmit_all(
    stream: Stream, plans: Iterator[Plan], tell: Callable[[Transaction], object], note: str = ""
) -> None:
    """Send messages one behind the other and tell what became of each, in their order, as soon as it is known.

    The end of a message and the start of the next go together, so each costs one round trip; the plan behind these is
    made while the server works. When the connection ends, what had been begun is told of and the rest is not: fewer
    transactions come than there are plans.

    Raises:
        OperationCancelled: as :func:`transmit` does.
    """
    sender = _Sender(stream, plans, note)
    before: Letter | None = None
    while (plan := sender.next_plan()) is not None:
        letter = sender.letter_of(plan)
        await sender.begin(letter, before)
        if before is not None:
            tell(before.transaction(is_usable=sender.is_usable))
        before = letter
        if not sender.is_usable:
            break
    if before is not None:
        await sender.end(before)
        tell(before.transaction(is_usable=sender.is_usable))


class _Sender:
    """The client's side of one connection."""

    def __init__(self, stream: Stream, plans: Iterator[Plan], note: str) -> None:
        self._stream = stream
        self._plans = plans
        self._ahead: list[Plan | None] = []
        self._replies = Replies(stream)
        self._is_fresh = True
        self._peer = str(stream.endpoint)
        unverified = "" if stream.tls is None or stream.tls.is_verified else "the certificate was not verified"
        self._note = "; ".join(filter(None, (unverified, note)))
        self.is_usable = True

    def letter_of(self, plan: Plan) -> Letter:
        return Letter(plan, self._peer, self._note)

    def next_plan(self) -> Plan | None:
        return self._ahead.pop() if self._ahead else next(self._plans, None)

    async def begin(self, letter: Letter, before: Letter | None) -> None:
        """End the letter before, and say all of this one up to its message."""
        try:
            ending = before
            for flight in letter.flights():
                await self._fly(flight, letter, ending)
                ending = None
            if ending is not None:  # the new one has nobody to go to
                await self._end(ending)
        except (Leaving, *_CUTS, OperationCancelled) as error:
            self._cut(error, before, letter)

    async def end(self, letter: Letter) -> None:
        """Say what is left of a letter, hear what becomes of it, and leave a transaction that came to nothing."""
        try:
            if not self.is_usable:
                raise ConnectionLost(f"{self._peer}: the connection could not be used any more")
            await self._end(letter)
        except (Leaving, *_CUTS, OperationCancelled) as error:
            self._cut(error, letter)
        self.is_usable = self.is_usable and not self._replies

    async def _fly(self, flight: Flight, letter: Letter, before: Letter | None) -> None:
        marks = [(letter, len(flight.octets))] if flight.has_message else []
        if before is None:
            await self._say(flight.octets, marks, is_waiting=False)
        else:
            await self._end_with(before, flight.octets, marks)
        for stage, take in flight.takers:
            letter.stage = stage
            take(self._replies.take() or await self._replies.wait())

    async def _end(self, letter: Letter) -> None:
        await self._end_with(letter, b"", [])
        if letter.needs_reset and self.is_usable:
            await self._end_with(letter, b"", [])

    async def _end_with(self, letter: Letter, following: bytes, marks: list[tuple[Letter, int]]) -> None:
        """Say what is left of a letter with what follows it, and hear the replies to the letter."""
        is_waiting = letter.replies_left != 0
        message, end = letter.rest()
        if len(message) > _LARGE_OCTETS:
            await self._say(message, [], is_waiting=is_waiting)
            message = b""
            if self._replies.has_unasked:
                letter.take_early(self._replies.take() or await self._replies.wait())
                raise ConnectionLost(f"{self._peer}: the message was refused before its end")
        ending = message + end
        if following and letter.may_need_reset:
            following = RSET + following
            marks = [(one, len(RSET) + at) for one, at in marks]
        marks = [(letter, len(ending)), *((one, len(ending) + at) for one, at in marks)]
        if ending or following:
            await self._say(ending + following, marks, is_waiting=is_waiting)
        while letter.replies_left:
            self.is_usable = letter.take_end(self._replies.take() or await self._replies.wait()) and self.is_usable
        if following and letter.may_need_reset:
            reply = self._replies.take() or await self._replies.wait()
            self.is_usable = reply.is_positive and self.is_usable

    async def _say(self, octets: bytes, marks: list[tuple[Letter, int]], *, is_waiting: bool) -> None:
        """Write; ``marks`` are the letters that are said when so many of the octets are.

        What the server said before the connection broke still counts; the next read tells of the break.
        """
        if not is_waiting and (self._replies.has_unasked if self._is_fresh else self._replies):
            await self._hear_unasked()
        self._is_fresh = False
        try:
            await self._stream.write(octets)
        except MsgcoreError as error:
            taken = error.sent_octets if isinstance(error, TryAgain) else None
            for letter, at in marks:
                letter.is_said = letter.is_said or taken is None or taken >= at
            if not isinstance(error, ConnectionLost):
                raise
        else:
            for letter, _ in marks:
                letter.is_said = True
        if not self._ahead:
            self._ahead.append(next(self._plans, None))

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
