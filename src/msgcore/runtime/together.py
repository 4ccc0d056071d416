"""Doing together what several callers ask for at the same time: one transaction for all who came while the last ran.

*Theory of operation.* One caller at a time leads: it has the questions that are there done at once, and wakes everybody
whose question that was. Which those are is settled as late as can be, by whoever does them (a transaction may have to
wait for its turn first), and in any thread. Once its own is answered, the first who still waits leads. When several at
once fail, each is done by itself, so that nobody fails because of another. A leader that is cut leaves the questions
that nobody answered to the next; so what is done must bear to be done twice. State is a list and a flag, under a lock
that nobody holds while waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled
from msgcore.runtime.abc import Event, Runtime

__all__ = ["Gather", "Together"]

Q = TypeVar("Q")
A = TypeVar("A")


@attrs.define(eq=False)
class _Ticket(Generic[Q, A]):
    question: Q
    event: Event
    deadline: Deadline
    leads: bool = False
    answers: Sequence[A] = ()
    error: Exception | None = None
    is_answered: bool = False


Gather = Callable[[], Sequence[Q]]
"""Gives the questions that have come by the time of its first call, and the same ones again."""


class Together(Generic[Q, A]):
    """Answers questions by ``work``, as many at once as have gathered, but not more than ``most``."""

    def __init__(
        self, runtime: Runtime, work: Callable[[Gather[Q], Deadline], Awaitable[Sequence[A]]], most: int = 200
    ) -> None:
        self._runtime = runtime
        self._work = work
        self._most = most
        self._guard = threading.Lock()
        self._waiting: list[_Ticket[Q, A]] = []
        self._is_led = False
        self._were_several = False

    async def ask(self, question: Q, deadline: Deadline) -> A:
        """Give the answer to a question.

        Raises:
            Exception: what ``work`` raises for this question.
            TimedOut: the deadline passed; a question that is not being worked on is withdrawn.
        """
        ticket: _Ticket[Q, A] = _Ticket(question, self._runtime.event(), deadline)
        with self._guard:
            self._waiting.append(ticket)
            ticket.leads, self._is_led = not self._is_led, True
        try:
            if not ticket.leads:
                await ticket.event.wait(deadline)
            while not ticket.is_answered:  # the leader's own, and his who was woken to lead
                await self._do_some(deadline)
        finally:
            if ticket.leads or not ticket.is_answered:
                self._leave(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.answers[0]

    def _leave(self, ticket: _Ticket[Q, A]) -> None:
        """Withdraw a question that nobody answered, and let another lead in its place."""
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            if not ticket.leads:
                return
            ticket.leads = False
            answered = [one for one in self._waiting if one.is_answered]
            self._waiting = [one for one in self._waiting if not one.is_answered]
            self._is_led = bool(self._waiting)
            heirs = self._waiting[:1]
            for heir in heirs:
                heir.leads = True
        for one in (*answered, *heirs):
            one.event.set()

    async def _let_more_ask(self, deadline: Deadline) -> None:
        """Wait for those who are just about to ask: for as long as each round of the loop brings another one."""
        count = 0
        while count < len(self._waiting) < self._most:
            count = len(self._waiting)
            await self._runtime.sleep(0, deadline)

    async def _do_some(self, deadline: Deadline) -> None:
        if self._were_several:  # a single one has nobody to wait for
            await self._let_more_ask(deadline)
        some: list[_Ticket[Q, A]] = []

        def gather() -> list[Q]:
            if not some:
                with self._guard:
                    some.extend(self._waiting[: self._most])
            return [one.question for one in some]

        try:
            answers = await self._work(gather, deadline)
        except Exception as error:  # whatever it is, it is told to whose question it is of
            if not some or isinstance(error, OperationCancelled):  # the leader's own: the next one tries for himself
                raise
            await self._do_singly(some, error)
        else:
            for one, answer in zip(some, answers, strict=True):
                one.answers, one.is_answered = (answer,), True
        self._were_several = len(some) > 1
        with self._guard:
            self._waiting = [one for one in self._waiting if not one.is_answered]
        for one in some:
            if one.is_answered and not one.leads:
                one.event.set()

    async def _do_singly(self, tickets: Sequence[_Ticket[Q, A]], error: Exception) -> None:
        if len(tickets) == 1:
            tickets[0].error, tickets[0].is_answered = error, True
            return
        for one in tickets:
            try:
                one.answers = await self._work(lambda one=one: [one.question], one.deadline)  # type: ignore[misc]  # bound now
            except Exception as own:
                one.error = own
            one.is_answered = True
