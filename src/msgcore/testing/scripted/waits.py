"""Every wait of one scripted runtime.

*Theory of operation.* There is one thread. The coroutine that the test drives is the main one; those that groups start
are members. The main one never suspends: while it waits, it gives the members turns. A member that has to wait gives
its turn back by yielding a mark. Time stands still as long as anybody can go on; when nobody can, the clock moves to
the first deadline of all waits. When no wait has one, nothing will ever end the main one's, and it raises TimedOut.
"""

from __future__ import annotations

import contextvars
import math
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any, Literal

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import SuspendedError, TimedOut
from msgcore.runtime.cancel import Call, Calls, entered
from msgcore.testing.clock import ManualClock

__all__ = ["Awaited", "Doing", "Member", "Waits"]

Doing = Literal[
    "connect", "read", "write", "start_tls", "close", "sleep", "in_thread", "wait", "on_loop", "lock", "event"
]

_MARK = object()


@attrs.frozen
class Awaited:
    """One thing that was awaited. ``detail`` says of what, or how much; octets themselves never show."""

    doing: Doing
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.doing} {self.detail}".rstrip()


@attrs.define(eq=False)
class _Wait:
    is_ready: Callable[[], bool]
    deadline: Deadline
    is_cut: bool = False

    def cut(self) -> None:
        self.is_cut = True

    @property
    def is_over(self) -> bool:
        return self.is_cut or self.is_ready() or self.deadline.is_past


@attrs.define(eq=False)
class Member:
    """A coroutine that a group has started."""

    coroutine: Coroutine[Any, Any, object]
    inner: Coroutine[Any, Any, object]
    context: contextvars.Context
    wait: _Wait | None = None
    is_done: bool = False
    error: BaseException | None = None

    @property
    def can_go_on(self) -> bool:
        return self.wait is None or self.wait.is_over


class Waits:
    """Where every wait of a runtime and its streams begins, is written down and ends."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.calls = Calls()
        self.awaited: list[Awaited] = []
        self._members: list[Member] = []
        self._running: Member | None = None
        self._standing = 0
        self._is_cancel_due = False

    @property
    def is_in_member(self) -> bool:
        return self._running is not None

    @contextmanager
    def call(self) -> Generator[Call]:
        """Make what follows one public call, the scope of :meth:`cancel`."""
        with self.calls.begin() as call:
            try:
                yield call
            finally:
                self._is_cancel_due = False

    def cancel(self) -> None:
        """End the waits that stand; when none does, the next one."""
        self.calls.cancel()
        self._is_cancel_due = not self._standing

    def note(self, doing: Doing, detail: str = "") -> None:
        self.awaited.append(Awaited(doing, detail))

    def check(self, deadline: Deadline, doing: str) -> None:
        """Go on unless the call was cancelled or has no time left."""
        call = self.calls.current()
        # A call without owner is a shield.
        if self._is_cancel_due and call.owner is not None:
            self._is_cancel_due = False
            self.calls.cancel()
        call.check()
        _sooner(deadline, call.limit).check(doing)

    async def until(self, is_ready: Callable[[], bool], deadline: Deadline, doing: str) -> None:
        """Wait until ``is_ready``.

        Raises:
            TimedOut: the deadline came first, or nothing would ever have ended the wait.
            OperationCancelled: the call was cancelled.
        """
        limit = _sooner(deadline, self.calls.current().limit)
        await self._wait(_Wait(is_ready, limit))
        if not is_ready():
            why = "nothing will ever end this wait" if math.isinf(limit.at) else "the deadline has passed"
            raise TimedOut(f"{doing}: {why}")

    async def pass_time(self, seconds: float, deadline: Deadline, doing: str) -> None:
        """Let time pass, but not past the deadline.

        Raises:
            TimedOut: the deadline came first.
            OperationCancelled: the call was cancelled.
        """
        end = Deadline.after(seconds, self.clock)
        limit = _sooner(deadline, self.calls.current().limit)
        await self._wait(_Wait(lambda: False, _sooner(end, limit)))
        if _sooner(end, limit) is limit:
            raise TimedOut(f"{doing}: the deadline has passed")

    async def _wait(self, wait: _Wait) -> None:
        call = self.calls.current()
        call.add(wait.cut)
        self._standing += 1
        try:
            while not wait.is_over:
                if self._running is not None:
                    self._running.wait = wait
                    await _Suspension()
                elif not self._give_turns():
                    self._let_time_pass(wait)
        finally:
            self._standing -= 1
            call.discard(wait.cut)
        call.check()

    def start(self, coroutine: Coroutine[Any, Any, object], call: Call) -> Member:
        """Have a coroutine take turns, as a part of ``call``; its first turn comes at the next wait."""

        async def main() -> None:
            with entered(call):
                await coroutine

        member = Member(main(), coroutine, contextvars.copy_context())
        self._members.append(member)
        return member

    def drop(self, member: Member) -> None:
        """Give a member no more turns."""
        if not member.is_done:
            member.is_done = True
            self._members.remove(member)
            member.context.run(member.coroutine.close)
            member.inner.close()  # in case that it never had a turn

    def _give_turns(self) -> bool:
        """Let every member that can go on do so; say whether there was one."""
        able = [member for member in self._members if member.can_go_on]
        for member in able:
            if not member.is_done:
                self._run(member)
        return bool(able)

    def _run(self, member: Member) -> None:
        self._running = member
        try:
            awaited = member.context.run(member.coroutine.send, None)
        except StopIteration:
            self._end(member, None)
        except BaseException as error:  # raised by the group
            self._end(member, error)
        else:
            if awaited is not _MARK:
                member.error = SuspendedError(f"{member.inner!r} awaited {awaited!r} in a scripted group")
                self.drop(member)
        finally:
            self._running = None

    def _end(self, member: Member, error: BaseException | None) -> None:
        member.error = error
        member.is_done = True
        self._members.remove(member)

    def _let_time_pass(self, wait: _Wait) -> None:
        waits = [wait, *(member.wait for member in self._members if member.wait is not None)]
        first = min(waits, key=lambda one: one.deadline.remaining_seconds())
        if math.isinf(first.deadline.at):
            wait.cut()
        else:
            self.clock.move_to(first.deadline)
            first.cut()  # also when its deadline goes by another clock


class _Suspension:
    def __await__(self) -> Generator[object, None, None]:
        yield _MARK


def _sooner(one: Deadline, other: Deadline) -> Deadline:
    """Give the deadline that ends first, whatever clocks they go by."""
    return one if one.remaining_seconds() <= other.remaining_seconds() else other
