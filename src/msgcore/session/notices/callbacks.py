"""Applications' functions that are called with what happens: all of a session in one thread or task, in order.

A function that takes long holds up the others, and nothing else: what happens meanwhile waits in the queue of each.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from inspect import isawaitable
from itertools import count
from typing import Any, Protocol, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import Closed, MsgcoreError, OperationCancelled, TimedOut, UsageError
from msgcore.runtime.abc import NEVER, Background, Runtime

__all__ = ["Callbacks", "Heard"]

_log = logging.getLogger("msgcore.session")

_AGAIN_SECONDS = 1.0
_GRACE_SECONDS = 2.0

_at_work: ContextVar[Callbacks | None] = ContextVar("msgcore_callbacks", default=None)


class Heard(Protocol):
    """What somebody listens to."""

    async def taken(self) -> Sequence[object] | None:
        """Give what waits, without waiting; ``None`` when nothing will come any more."""
        ...

    def close(self) -> None: ...


@attrs.frozen(eq=False)
class _Callback:
    heard: Heard
    function: Callable[[Any], object]


class Callbacks:
    """Who is called, by connection number; the thread or task begins with the first of them."""

    def __init__(self, runtime: Runtime) -> None:
        self.bell = runtime.event()
        """To be rung when something was heard."""
        self._runtime = runtime
        self._numbers = count(1)
        self._callbacks: dict[int, _Callback] = {}
        self._background: Background | None = None
        self._is_closing = False

    def add(self, heard: Heard, function: Callable[[Any], object]) -> int:
        """Call ``function`` with each of what is heard, from now on; give the number that :meth:`remove` takes."""
        number = next(self._numbers)
        self._callbacks[number] = _Callback(heard, function)
        if number == 1:
            self._background = self._runtime.in_background(self._main())
        self.bell.set()
        return number

    def remove(self, number: int) -> None:
        """Call the function no more; one that is at work ends by itself.

        Raises:
            UsageError: there is none of that number, or not any more.
        """
        callback = self._callbacks.pop(number, None)
        if callback is None:
            raise UsageError(f"unadvise: {number} is no connection of this session, or not any more")
        callback.heard.close()

    async def close(self, deadline: Deadline) -> None:
        """Call with what was heard by now, then end; at the deadline functions that still wait are cancelled.

        From one of the functions it does not wait for that one to end.
        """
        self._is_closing = True
        background = self._background
        if background is not None and _at_work.get() is not self:
            self._background = None
            self.bell.set()
            try:
                await background.wait(deadline)
            except TimedOut:
                _log.warning("logs off though a callback has not ended")
                self._drop_all()
                background.cancel()
                await self._ended(background)
            except OperationCancelled:  # of this call, or long ago of the callbacks' task
                if not background.has_ended:
                    raise
        self._drop_all()

    def _drop_all(self) -> None:
        for number in tuple(self._callbacks):
            callback = self._callbacks.pop(number, None)
            if callback is not None:
                callback.heard.close()

    async def _ended(self, background: Background) -> None:
        try:
            await background.wait(self._runtime.deadline(_GRACE_SECONDS))
        except (TimedOut, OperationCancelled):
            return  # a function that computes cannot be ended from outside

    async def _main(self) -> None:
        _at_work.set(self)
        while True:
            self.bell.clear()
            is_idle = True
            for number in tuple(self._callbacks):
                is_idle = not await self._call(number) and is_idle
            if is_idle and self._is_closing:
                return
            if is_idle:
                await self.bell.wait()

    async def _call(self, number: int) -> bool:
        """Call one function with what waits for it; say whether anything did."""
        callback = self._callbacks.get(number)
        if callback is None:
            return False
        try:
            events = await callback.heard.taken()
        except OperationCancelled:
            raise
        except Closed:
            events = None
        except MsgcoreError as error:  # what happened waits; the next look tells it
            _log.warning("a callback's table cannot be read: %s", error)
            await self._runtime.sleep(_AGAIN_SECONDS)
            return True
        if events is None:
            self._callbacks.pop(number, None)
            callback.heard.close()
            return False
        for event in events:
            if number not in self._callbacks:
                break
            await self._tell(callback.function, event)
        return bool(events)

    async def _tell(self, function: Callable[[Any], object], event: object) -> None:
        try:
            # Bounded: it ends at the logoff whatever it waits for, and a cancellation of its own ends nothing else.
            await self._runtime.bounded(_called(function, event), NEVER)
        except Exception:  # whatever it is, the others are called all the same
            _log.exception("a callback raised")


async def _called(function: Callable[[Any], object], event: object) -> None:
    answer = function(event)
    if isawaitable(answer):
        await cast("Awaitable[object]", answer)
