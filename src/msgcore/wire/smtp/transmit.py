"""One mail transaction as client, with an outcome for every recipient (RFC 5321 section 3.3, RFC 2920).

*Theory of operation.* Where the server offers PIPELINING, MAIL, RCPT and DATA go in one flight (of at most 100 RCPT),
else each waits for its reply; every reply is matched to its command. A recipient is *open* until a reply or the end of
the connection settles it, and what settles it is final. The message itself goes in two writes: all but the lone dot,
then the dot. That is what makes ``Deferred`` true: until the second write begins, the server cannot have taken the
message, whatever becomes of the connection; from then on only a reply tells, and without one the outcome is
``Unknown``.

A peer that speaks before it is asked is never believed: 421 (the service is closing) apart, that ends the connection.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import ConnectionLost, MsgcoreError, OperationCancelled, ProtocolBroken, TimedOut, TlsFailed
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcome, Outcomes, Unknown, outcome_of_reply
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Stream
from msgcore.wire.lines import Incoming
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.plan import Plan, make_plan
from msgcore.wire.smtp.reply import take_reply

__all__ = ["Transaction", "transmit"]

_WINDOW = 100
_DOT = b".\r\n"
_END = "end of data"
_CUTS = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken)
_TOO_MANY = EnhancedStatus(5, 5, 3)


@attrs.frozen
class Transaction:
    """What became of every recipient, and whether the connection takes another transaction."""

    outcomes: Outcomes
    is_usable: bool


async def transmit(stream: Stream, envelope: Envelope, octets: bytes, extensions: Extensions) -> Transaction:
    """Send one message in wire form (lines end with CR LF) to the recipients of its envelope.

    What the server or the network does is in the outcomes, each with its stage: ``MAIL``, ``RCPT``, ``DATA`` or
    ``end of data``. A ``Deferred`` recipient's message has certainly not been taken.

    Raises:
        UsageError: octets or an address can never be sent; nothing was.
        OperationCancelled: the call was cancelled before the message was sent; the connection is unusable.
    """
    plan = make_plan(envelope, octets, extensions)
    transfer = _Transfer(stream, plan, is_pipelined=extensions.offers("PIPELINING"))
    if plan.rcpts:
        await transfer.run()
    outcomes = {**plan.settled, **transfer.outcomes()}
    in_order = {recipient: outcomes[recipient] for recipient in envelope.recipients}
    return Transaction(Outcomes(in_order), transfer.is_usable)


class _Leaving(MsgcoreError):
    """The server said 421: it closes the connection, at whatever stage (RFC 5321 section 3.8)."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


@attrs.define(eq=False)
class _Rcpt:
    command: bytes
    recipients: tuple[Recipient, ...]
    is_taken: bool = False
    outcome: Outcome | None = None


class _Transfer:
    def __init__(self, stream: Stream, plan: Plan, *, is_pipelined: bool) -> None:
        self._stream = stream
        self._plan = plan
        self._is_pipelined = is_pipelined
        self._incoming = Incoming(stream)
        self._rcpts = [_Rcpt(command, recipients) for command, recipients in plan.rcpts.items()]
        self._note = "" if stream.tls is None or stream.tls.is_verified else "the certificate was not verified"
        self._stage = "MAIL"
        self._is_open = False  # MAIL was accepted, and the transaction has not ended
        self._is_ready = False  # 354 was given
        self._is_dot_written = False
        self.is_usable = True

    async def run(self) -> None:
        try:
            # To look into the system's buffer costs a call: here, and before the dot, where it matters most.
            if self._incoming.has_unasked:
                await self._hear_unasked()
            await self._address()
            if self._is_ready:
                await self._send_data()
            if self._is_open:
                await self._reset()
            self.is_usable = self.is_usable and not self._incoming.buffer
        except (_Leaving, *_CUTS) as error:
            self._cut(error)
        except OperationCancelled as error:
            if not self._is_dot_written:
                raise
            self._cut(error)

    def outcomes(self) -> dict[Recipient, Outcome]:
        settled = [(rcpt, rcpt.outcome) for rcpt in self._rcpts]
        return {recipient: outcome for rcpt, outcome in settled if outcome for recipient in rcpt.recipients}

    # What is said.

    async def _address(self) -> None:
        windows = [self._rcpts[n : n + _WINDOW] for n in range(0, len(self._rcpts), _WINDOW)]
        if not self._is_pipelined:
            windows = [[], *([rcpt] for rcpt in self._rcpts)]
        for n, window in enumerate(windows):
            is_last = self._is_pipelined and n == len(windows) - 1
            await self._flight(window, with_mail=n == 0, with_data=is_last)
            if not self._is_open:
                break
        if not self._is_pipelined and any(rcpt.is_taken for rcpt in self._rcpts):
            await self._flight([], with_mail=False, with_data=True)

    async def _say(self, octets: bytes) -> None:
        if self._incoming.buffer:
            await self._hear_unasked()
        await self._stream.write(octets)

    async def _flight(self, window: list[_Rcpt], *, with_mail: bool, with_data: bool) -> None:
        commands = [rcpt.command for rcpt in window]
        if with_mail:
            commands.insert(0, self._plan.mail)
        if with_data:
            commands.append(b"DATA\r\n")
        self._stage = "MAIL" if with_mail else "RCPT" if window else "DATA"
        # What the server said before the connection broke still counts; the next read tells of the break.
        with contextlib.suppress(ConnectionLost):
            await self._say(b"".join(commands))
        if with_mail:
            self._take_mail(await self._reply())
        for rcpt in window:
            self._stage = "RCPT"
            self._take_rcpt(rcpt, await self._reply())
        if with_data:
            self._stage = "DATA"
            self._take_data(await self._reply())

    async def _send_data(self) -> None:
        is_for_nobody = not any(rcpt.is_taken for rcpt in self._rcpts)
        if not is_for_nobody:
            await self._send_text()
            if not self._is_open:
                return
        self._is_dot_written = not is_for_nobody
        self._stage = _END
        with contextlib.suppress(ConnectionLost):
            await self._say(_DOT)
        reply = await self._reply()
        if reply.is_intermediate:
            raise self._broken(f"answers {reply} to the end of data")
        self._settle(reply, (rcpt for rcpt in self._rcpts if rcpt.is_taken))
        self._is_open = False

    async def _send_text(self) -> None:
        try:
            await self._say(self._plan.data)
        except ConnectionLost as error:
            try:
                await self._take_early_refusal()
            except ConnectionLost:
                raise error from None
        else:
            if self._incoming.has_unasked:
                await self._take_early_refusal()

    async def _take_early_refusal(self) -> None:
        """Hear a server that says no before it has the whole message; there is no way back from inside the data."""
        reply = await self._reply()
        if reply.is_positive or reply.is_intermediate:
            raise self._broken(f"said {reply} before the end of data")
        self._settle(reply, (rcpt for rcpt in self._rcpts if rcpt.is_taken))
        self._is_open = self.is_usable = False

    async def _reset(self) -> None:
        """Leave a transaction that came to nothing; its outcomes stand, however this ends."""
        try:
            await self._say(b"RSET\r\n")
            self.is_usable = (await self._reply()).is_positive
        except (_Leaving, *_CUTS):
            self.is_usable = False

    # What is heard.

    async def _reply(self) -> Reply:
        while True:
            try:
                reply = take_reply(self._incoming.buffer)
            except ProtocolBroken as error:
                raise ProtocolBroken.remote(f"{self._stream.endpoint}: {error}") from None
            if reply is None:
                await self._incoming.fill_line()
            elif reply.code == 421:
                raise _Leaving(reply)
            else:
                return reply

    async def _hear_unasked(self) -> None:
        raise self._broken(f"said {await self._reply()} before it was asked")

    def _take_mail(self, reply: Reply) -> None:
        if reply.is_intermediate:
            raise self._broken(f"answers {reply} to MAIL")
        self._is_open = reply.is_positive
        if not reply.is_positive:
            self._settle(reply, self._rcpts)

    def _take_rcpt(self, rcpt: _Rcpt, reply: Reply) -> None:
        if reply.is_intermediate:
            raise self._broken(f"answers {reply} to RCPT")
        if not self._is_open:
            return  # MAIL has settled it
        if reply.is_positive:
            rcpt.is_taken = True
        elif self._means_too_many(reply):
            rcpt.outcome = Deferred(reply.code, reply.enhanced, reply.text, self._stage, self._note)
        else:
            self._settle(reply, [rcpt])

    def _means_too_many(self, reply: Reply) -> bool:
        """RFC 5321 section 4.5.3.1.10: 552 for too many recipients is to be taken as 452."""
        is_said = reply.code == 552 and reply.enhanced in {None, _TOO_MANY}
        return is_said and any(rcpt.is_taken for rcpt in self._rcpts)

    def _take_data(self, reply: Reply) -> None:
        if reply.is_positive or (reply.is_intermediate and not self._is_open):
            raise self._broken(f"answers {reply} to DATA")
        self._is_ready = reply.is_intermediate
        if not self._is_ready:
            self._settle(reply, (rcpt for rcpt in self._rcpts if rcpt.is_taken))

    def _settle(self, reply: Reply, rcpts: Iterable[_Rcpt]) -> None:
        outcome = outcome_of_reply(reply, self._stage, self._note)
        for rcpt in rcpts:
            rcpt.outcome = outcome

    def _cut(self, error: MsgcoreError) -> None:
        self.is_usable = False
        for rcpt in self._rcpts:
            if rcpt.outcome is not None:
                continue
            if isinstance(error, _Leaving):
                rcpt.outcome = outcome_of_reply(error.reply, self._stage, self._note)
            else:
                kind = Unknown if self._is_dot_written and rcpt.is_taken else Deferred
                rcpt.outcome = kind(None, None, str(error), self._stage, self._note)

    def _broken(self, what: str) -> ProtocolBroken:
        return ProtocolBroken.remote(f"{self._stream.endpoint}: the server {what}")
