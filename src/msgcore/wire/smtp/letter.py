"""One mail transaction as client: what it says next, and what has become of each recipient; it knows no I/O.

A recipient is *open* until a reply or the end of the connection settles it, and what settles it is final. Every reply
is taken by the command that it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import MsgcoreError, ProtocolBroken, TimedOut
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Outcomes, Unknown, outcome_of_reply
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.plan import Plan
from msgcore.wire.smtp.replies import Leaving

__all__ = ["END", "RSET", "Flight", "Letter", "Transaction"]

END = "end of data"
_WINDOW = 100
_DOT = b".\r\n"
RSET = b"RSET\r\n"
_TOO_MANY = EnhancedStatus(5, 5, 3)
_TOO_MANY_NOW = EnhancedStatus(4, 5, 3)
_TLS_FIRST = 530  # RFC 3207 section 4
_UNKNOWN_PARAMETER = frozenset({501, 504, 555})
_UNKNOWN_COMMAND = frozenset({500, 502, 504})


class Transaction(NamedTuple):
    """What became of every recipient, and whether the connection takes another transaction.

    ``failed_extensions``: what the server offers and then does not understand. ``is_begun``: the server answered MAIL,
    or may have the message. ``has_chunked``: it took a chunk, so it knows BDAT. ``left_over`` are those who were too
    many for a message that others got: they may get it by another transaction.
    """

    outcomes: Outcomes
    is_usable: bool
    failed_extensions: frozenset[str] = frozenset()
    is_begun: bool = True
    has_chunked: bool = False
    left_over: tuple[Recipient, ...] = ()


class Flight(NamedTuple):
    """Commands that go together, and who takes the reply to each, at which stage.

    ``has_message``: all of the message goes, too.
    """

    octets: bytes
    takers: list[tuple[str, Callable[[Reply], None]]]
    has_message: bool = False


class _Rcpt:
    __slots__ = ("command", "outcome", "recipients")

    def __init__(self, command: bytes, recipients: tuple[Recipient, ...]) -> None:
        self.command = command
        self.recipients = recipients
        self.outcome: Outcome | None = None


class Letter:
    """One transaction on its way. ``stage`` is what the next reply answers.

    ``is_said``: the server may have all of the message, and so may have taken it.
    """

    __slots__ = (
        "_accepted", "_failed", "_has_chunked", "_is_answered", "_is_open", "_is_ready", "_left_over", "_note", "_peer",
        "_plan", "_rcpts", "_unanswered", "_waiting", "is_said", "may_need_reset", "replies_left", "stage",
    )  # fmt: skip

    def __init__(self, plan: Plan, peer: str, note: str = "") -> None:
        self._plan = plan
        self._peer = peer
        self._note = f"{note}; {plan.note}" if note and plan.note else note or plan.note
        self._rcpts = [_Rcpt(command, recipients) for command, recipients in plan.rcpts.items()]
        self._unanswered = iter(self._rcpts)
        self._accepted: list[_Rcpt] = []  # those that the server said yes to
        self.stage = "MAIL"
        self._is_open = False  # MAIL was accepted, and the transaction has not ended
        self._is_ready = False  # 354 was given, or a first chunk taken
        self._left_over: list[_Rcpt] = []
        self._waiting: list[_Rcpt] = []  # LMTP: those whose last reply is still to come
        self._failed: frozenset[str] = frozenset()
        self._is_answered = self._has_chunked = False
        self.is_said = False
        self.replies_left = 0
        """How many replies there are still to come to what :meth:`rest` gave, or to the last flight."""
        self.may_need_reset = plan.is_chunked
        """Whether RSET stands before the next transaction when nobody waits for the end of this one."""

    # What is said

    def flights(self) -> Iterator[Flight]:
        """Give what goes to the server up to the message, one flight after the replies to the other."""
        rcpts = self._rcpts
        if not rcpts:
            return iter(())
        if not self._plan.is_pipelined:
            return self._lock_step()
        if len(rcpts) <= _WINDOW:
            return iter((self._flight(rcpts, is_first=True, is_last=True),))
        return self._windows(rcpts)

    def _windows(self, rcpts: list[_Rcpt]) -> Iterator[Flight]:
        accepted = 0
        for start in range(0, len(rcpts), _WINDOW):
            if start and not self._is_open:
                return
            window, is_last = rcpts[start : start + _WINDOW], start + _WINDOW >= len(rcpts)
            if self._left_over and accepted == len(self._accepted):
                self._leave(rcpts[start:])
                window, is_last = [], True
            accepted = len(self._accepted)
            yield self._flight(window, is_first=not start, is_last=is_last)
            if is_last:
                return

    def _leave(self, rcpts: list[_Rcpt]) -> None:
        """Say nothing of these: a hundred before them were too many, and servers count what they refuse."""
        for rcpt in rcpts:
            rcpt.outcome = self._left_over[-1].outcome
        self._left_over += rcpts

    def _flight(self, window: list[_Rcpt], *, is_first: bool, is_last: bool) -> Flight:
        commands = [self._plan.mail] if is_first else []
        takers: list[tuple[str, Callable[[Reply], None]]] = [("MAIL", self.take_mail)] if is_first else []
        for rcpt in window:
            commands.append(rcpt.command)
            takers.append(("RCPT", self.take_rcpt))
        if is_last and self._plan.is_at_once:
            commands += (b"BDAT %d LAST\r\n" % len(self._plan.data), self._plan.data)
            self.replies_left = -1  # by how many are taken
        elif is_last and (go_ahead := self._go_ahead()):
            commands.append(go_ahead)
            takers.append(("DATA", self.take_data))
        return Flight(b"".join(commands), takers, self.replies_left < 0)

    def _lock_step(self) -> Iterator[Flight]:
        yield Flight(self._plan.mail, [("MAIL", self.take_mail)])
        for number, rcpt in enumerate(self._rcpts):
            if len(self._left_over) == _WINDOW:
                self._leave(self._rcpts[number:])
                break
            if self._is_open:
                yield Flight(rcpt.command, [("RCPT", self.take_rcpt)])
        if self._accepted and (go_ahead := self._go_ahead()):
            yield Flight(go_ahead, [("DATA", self.take_data)])

    def _go_ahead(self) -> bytes:
        """What asks whether the message may come: to a server that does not know BDAT it would be commands."""
        if not self._plan.is_chunked:
            return b"DATA\r\n"
        first = self._plan.first_octets
        return b"BDAT %d\r\n%b" % (first, self._plan.data[:first]) if first else b""

    def rest(self) -> tuple[bytes, bytes]:
        """Give what is left to say when the flights are answered, the message and its end; both empty: nothing.

        Asked again behind the replies, it leaves a transaction that is open.
        """
        plan, taken = self._plan, self._accepted
        if plan.is_lmtp:
            self._waiting = [*taken]
        each = len(taken) if plan.is_lmtp and (taken or self._is_ready) else 1
        if self.replies_left < 0:
            self.replies_left, self.stage = each, END
            return b"", b""
        if not self._is_open:
            return b"", b""
        is_ended, self.stage, self.replies_left = self.stage == END, END, each
        first = plan.first_octets
        if plan.is_chunked and taken and not is_ended and (self._is_ready or not first):
            return b"BDAT %d LAST\r\n" % (len(plan.data) - first), plan.data[first:]
        if self._is_ready and not is_ended and not plan.is_chunked:
            return plan.data if taken else b"", _DOT
        self.stage, self.replies_left = "RSET", 1
        return b"", RSET

    @property
    def needs_reset(self) -> bool:
        """Whether the server may still think itself inside the transaction."""
        return self._is_open

    # What is heard

    def take_mail(self, reply: Reply) -> None:
        self._is_open = reply.is_positive
        if not self._is_open:
            if reply.is_intermediate:
                raise self._broken(f"answers {reply} to MAIL")
            if reply.code in _UNKNOWN_PARAMETER:
                self._failed |= self._plan.optional
            self._settle(reply, self._rcpts, "MAIL")
        self._is_answered = True

    def take_rcpt(self, reply: Reply) -> None:
        """Take the reply to the next RCPT."""
        rcpt = next(self._unanswered)
        if reply.is_positive:
            if self._is_open:
                self._accepted.append(rcpt)
            return
        if reply.is_intermediate:
            raise self._broken(f"answers {reply} to RCPT")
        if not self._is_open:
            return  # MAIL has settled it
        if self._means_too_many(reply):
            rcpt.outcome = Deferred(reply.code, reply.enhanced, reply.text, "RCPT", self._note)
            self._left_over.append(rcpt)
        else:
            if reply.code in _UNKNOWN_PARAMETER - {501} and rcpt.command.find(b"> ") > 0:
                self._failed |= {"DSN"}
            self._settle(reply, [rcpt], "RCPT")

    def _means_too_many(self, reply: Reply) -> bool:
        """RFC 5321 section 4.5.3.1.10: 552 for too many recipients is to be taken as 452."""
        if reply.code == 452:
            is_said = reply.enhanced == _TOO_MANY_NOW or (reply.enhanced is None and "recipient" in reply.text.lower())
        else:
            is_said = reply.code == 552 and reply.enhanced in {None, _TOO_MANY}
        return is_said and bool(self._accepted)

    def take_data(self, reply: Reply) -> None:
        is_chunked = self._plan.is_chunked
        is_yes = reply.is_positive if is_chunked else reply.is_intermediate
        is_nonsense = not is_yes and not reply.is_temporary and not reply.is_permanent
        if is_nonsense or (is_yes and not self._is_open):
            raise self._broken(f"answers {reply} to {self._go_ahead()[:4].decode()}")
        self._is_ready = is_yes
        self._has_chunked = is_yes and is_chunked
        if not is_yes and not self._take_unknown_chunk(reply, "DATA"):
            self._settle(reply, self._accepted, "DATA")

    def _take_unknown_chunk(self, reply: Reply, stage: str) -> bool:
        """Say whether the server offers CHUNKING and knows no BDAT; what is text may still go by DATA."""
        if not self._plan.is_chunked or reply.code not in _UNKNOWN_COMMAND:
            return False
        if self._plan.is_lmtp and stage == END and (self._has_chunked or self._plan.is_at_once):
            return False  # it has shown that it knows BDAT, and this is about one recipient
        self._settle(reply, self._accepted, stage)
        if not self._plan.is_binary:
            self._failed |= {"CHUNKING"}
            for rcpt in self._accepted:
                rcpt.outcome = Deferred(reply.code, reply.enhanced, reply.text, stage, self._note)
        return True

    def take_end(self, reply: Reply) -> bool:
        """Take a reply to the end of the message, or to RSET; say whether the connection is still good."""
        self.replies_left -= 1
        if self.stage == "RSET":
            self._is_open = False
            return reply.is_positive
        is_positive = reply.is_positive
        if not self.is_said if is_positive else reply.is_intermediate:
            raise self._broken(f"answers {reply} to the end of data")
        if not is_positive and self._take_unknown_chunk(reply, END):
            return False  # what it did with the octets behind is not known
        if self._plan.is_lmtp and self._waiting:
            self._settle(reply, [self._waiting.pop(0)], END)
        else:
            self._settle(reply, self._accepted, END)
        if not is_positive and self._plan.is_chunked:
            return True  # RFC 3030 section 2: behind a chunk that failed comes RSET
        self._is_open = self.replies_left > 0
        return True

    def take_reset(self, reply: Reply) -> bool:
        """Take the reply to RSET behind the message; say whether the connection is still good.

        Who knows RSET says yes to it: a no was to the message.
        """
        if not reply.is_positive and reply.code not in _UNKNOWN_COMMAND:
            self.doubt(is_no_left=True)
        return reply.is_positive

    def take_early(self, reply: Reply) -> None:
        """Take a no that came before the end of the message; there is no way back from inside the data."""
        if reply.is_positive or reply.is_intermediate:
            raise self._broken(f"said {reply} before the end of data")
        self._settle(reply, self._accepted, END)

    def cut(self, error: MsgcoreError) -> None:
        """Settle what is open when the connection ended, or cannot be believed any more."""
        if isinstance(error, TimedOut) and self._plan.is_pipelined and self.stage in {"RCPT", "DATA"}:
            self._failed |= {"PIPELINING"}
        if isinstance(error, TimedOut) and self._plan.is_chunked and self.is_said and self.stage == END:
            self._failed |= {"CHUNKING"}
        if isinstance(error, Leaving) and not (self.is_said and self.stage == "RCPT"):
            # Behind the data of LMTP it is the reply for one recipient, and says nothing of those behind.
            first = self._waiting[:1] or [rcpt for rcpt in self._rcpts if rcpt.outcome is None]
            self._settle(error.reply, first, self.stage)
            # Without MAIL a message that went along is nobody's.
            self.is_said = self.is_said and self.stage != "MAIL"
        kind = Unknown if self.is_said else Deferred
        for rcpt in self._rcpts:
            rcpt.outcome = rcpt.outcome or kind(None, None, str(error), self.stage, self._note)

    @property
    def is_refused(self) -> bool:
        """Whether anybody was refused before the message was said."""
        return any(rcpt.outcome is not None for rcpt in self._rcpts)

    def disbelieve(self) -> None:
        """Take back what is settled before the message was said: these were another letter's replies."""
        for rcpt in self._rcpts:
            rcpt.outcome = None

    def doubt(self, *, is_no_left: bool) -> None:
        """Take back that it was taken: more replies came than were due, and a no is among what may have been to it."""
        settled = [rcpt for rcpt in self._accepted if rcpt.outcome is not None]
        taken = [isinstance(rcpt.outcome, Accepted | Delivered) for rcpt in settled]
        if any(taken) and (is_no_left or not all(taken)):
            text = f"{self._peer}: the server gave more replies than were due"
            for rcpt in settled:
                rcpt.outcome = Unknown(None, None, text, END, self._note)

    def _settle(self, reply: Reply, rcpts: Iterable[_Rcpt], stage: str) -> None:
        if reply.is_positive:
            outcome = self._taken(reply, stage)
        elif reply.code == _TLS_FIRST and self._plan.is_tls_offered:
            outcome = Deferred(reply.code, reply.enhanced, reply.text, stage, self._note)
        else:
            outcome = outcome_of_reply(reply, stage, self._note)
        for rcpt in rcpts:
            rcpt.outcome = outcome

    def _taken(self, reply: Reply, stage: str) -> Outcome:
        """RFC 2033 section 4.2: a server of LMTP that says yes has delivered."""
        if self._plan.is_lmtp:
            return Delivered(reply.code, reply.enhanced, reply.text, stage, self._note)
        return Accepted(reply.code, reply.enhanced, reply.text, stage, self._note, reports_itself=self._plan.is_dsn)

    def transaction(self, *, is_usable: bool) -> Transaction:
        plan = self._plan
        found: dict[Recipient, Outcome] = {}
        if plan.settled:
            found.update(plan.settled)
            if self._note:
                found = {recipient: attrs.evolve(one, note=self._note) for recipient, one in found.items()}
        for rcpt in self._rcpts:
            assert rcpt.outcome is not None
            outcome = rcpt.outcome if is_usable else attrs.evolve(rcpt.outcome, is_connection_usable=False)
            for recipient in rcpt.recipients:
                found[recipient] = outcome
        if len(found) > 1:
            found = {recipient: found[recipient] for recipient in plan.recipients}
        is_begun = self._is_answered or self.is_said
        left_over = self._may_follow() if self._left_over and is_usable else ()
        return Transaction(Outcomes(found), is_usable, self._failed, is_begun, self._has_chunked, left_over)

    def _may_follow(self) -> tuple[Recipient, ...]:
        """Give those who were too many, if anybody got the message."""
        is_taken = any(isinstance(rcpt.outcome, Accepted | Delivered) for rcpt in self._accepted)
        return tuple(one for rcpt in self._left_over for one in rcpt.recipients) if is_taken else ()

    def _broken(self, what: str) -> ProtocolBroken:
        return ProtocolBroken.remote(f"{self._peer}: the server {what}")
