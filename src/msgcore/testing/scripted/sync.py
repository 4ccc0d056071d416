"""Lock, event and group of a scripted runtime; only waits that have to wait are written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, UsageError
from msgcore.runtime.abc import NEVER
from msgcore.runtime.cancel import Call, shielded
from msgcore.runtime.thread_group import first_of
from msgcore.testing.scripted.waits import Member, Waits

__all__ = ["ScriptedEvent", "ScriptedGroup", "ScriptedLock"]


class ScriptedLock:
    """Mutual exclusion; first come, first served."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._is_held = False
        self._turns: deque[object] = deque()

    async def acquire(self, deadline: Deadline = NEVER) -> None:
        turn = object()
        self._turns.append(turn)
        try:
            if self._is_held or self._turns[0] is not turn:
                self._waits.note("lock")
                self._waits.check(deadline, "lock")
                await self._waits.until(lambda: not self._is_held and self._turns[0] is turn, deadline, "lock")
            self._is_held = True
        finally:
            self._turns.remove(turn)

    def release(self) -> None:
        if not self._is_held:
            raise UsageError("release() of a lock that nobody holds")
        self._is_held = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class ScriptedEvent:
    """A flag; whoever waits when it is set goes on, also when it is cleared at once."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._is_set = False
        self._times_set = 0

    @property
    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._times_set += 1

    def clear(self) -> None:
        self._is_set = False

    async def wait(self, deadline: Deadline = NEVER) -> None:
        if self._is_set:
            return
        self._waits.note("event")
        self._waits.check(deadline, "event")
        before = self._times_set
        await self._waits.until(lambda: self._times_set > before, deadline, "event")


class ScriptedGroup:
    """Coroutines that take turns: one goes on whenever all others wait, in the order in which they were started."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._outer = self._call = waits.calls.current()
        self._members: list[Member] = []

    def start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        self._members.append(self._waits.start(coroutine, self._call))

    async def __aenter__(self) -> ScriptedGroup:
        self._outer = self._waits.calls.current()
        self._call = Call(self._waits.calls, self._outer.limit)
        self._outer.add(self._call.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OperationCancelled) or not isinstance(error, Exception | None):
            self._call.cancel()
        try:
            with shielded():
                await self._waits.until(lambda: all(member.is_done for member in self._members), NEVER, "group")
        finally:
            for member in self._members:
                self._waits.drop(member)
            self._outer.discard(self._call.cancel)
        errors = [member.error for member in self._members if member.error is not None]
        if error is not None:
            first_of([error, *errors])
        elif errors:
            raise first_of(errors)
