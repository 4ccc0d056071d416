"""A plug-in at work: the one way in which msgcore calls what others wrote, with their faults named.

A plain ``def`` runs in a thread of the plug-in's own pool (``max_threads`` of its class, 8 when it says nothing). An
``async def`` is awaited; with ``runs_on = "asyncio"`` it is given an event loop in blocking sessions, too. Both are
handed the deadline of the call. What has not ended a moment after it is cut, or left to itself in its thread; what
sends may have longer, to hear what has become of what is sent (:func:`answer_seconds_of`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import lru_cache
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, TypeVar, cast

from msgcore.base.times import Deadline
from msgcore.errors import (
    Closed,
    CutShort,
    MsgcoreError,
    OperationCancelled,
    PluginBroken,
    SetupError,
    SuspendedError,
    TimedOut,
)
from msgcore.runtime.abc import NEVER, Runtime, Workers
from msgcore.spi.service import SupportsClose, SupportsLogon

__all__ = ["Plugin", "answer_seconds_of"]

T = TypeVar("T")
K = TypeVar("K")

_THREADS = 8
_GRACE_SECONDS = 1.0
_CLOSE_SECONDS = 10.0
_MOST_ANSWER_SECONDS = 60.0
_MOST_CHARACTERS = 2_000
"""So much is told of what a plug-in raised, which may hold the whole answer of a server."""

_log = logging.getLogger("msgcore.plugins")


class Plugin:
    """An object of somebody's class, its name in messages, and its last fault, if its last call had one."""

    def __init__(self, name: str, target: object, runtime: Runtime) -> None:
        """Take a plug-in that is made.

        Raises:
            PluginBroken: ``max_threads`` or ``runs_on`` of its class is nonsense.
        """
        self.name = name
        self.target = target
        self.runtime = runtime
        self._fault: MsgcoreError | None = None
        self.tell: Callable[[], None] = _tell_nobody
        """Called, in whatever thread, when its fault or what it is doing is another than before."""
        self._workers: Workers = runtime.workers(f"msgcore {name}", _threads_of(name, target))
        self._is_closed = False
        self._at_close: list[Callable[[], None]] = []
        self._undoing: set[Future[None]] = set()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def fault(self) -> MsgcoreError | None:
        return self._fault

    @fault.setter
    def fault(self, fault: MsgcoreError | None) -> None:
        is_new = fault is not self._fault
        self._fault = fault
        if is_new:
            self.tell()

    @classmethod
    def make(cls, name: str, plugin_class: Callable[[Any, Runtime], object], config: Any, runtime: Runtime) -> Plugin:
        """Call a plug-in's constructor, which does no I/O.

        Raises:
            PluginBroken: it raised what is no error of msgcore.
        """
        try:
            return cls(name, plugin_class(config, runtime), runtime)
        except MsgcoreError:
            raise
        except Exception as error:
            raise _broken(name, plugin_class, error) from error

    async def logon(self, deadline: Deadline) -> None:
        """Let a service open what it needs; when that is cut short or fails, it is closed."""
        if isinstance(self.target, SupportsLogon):
            try:
                await self.call(self.target.logon, deadline, deadline=deadline)
            except BaseException:
                await self.close_and_log()
                raise

    def call(
        self,
        function: Callable[..., object],
        *arguments: object,
        deadline: Deadline = NEVER,
        undo: Callable[[Any], object] | None = None,
        answer_seconds: float = 0.0,
    ) -> Coroutine[Any, Any, object]:
        """Call one of the plug-in's methods; what it gives is whatever it gives, and for the caller to check.

        What a thread gives after the call was cut is for nobody; ``undo`` is called with it, in that thread. It is cut
        ``answer_seconds`` later than what only has to keep to its deadline.

        Raises:
            TimedOut: the deadline is past already, or no thread was free before it: nothing was called.
            CutShort: it did not end by the deadline; what it did is not known.
            PluginBroken: it raised what is no error of msgcore.
            Closed: the plug-in has been closed.
            MsgcoreError: what it raised.
        """
        if self._is_closed:
            raise Closed(f"{self.name}: is closed")
        return self._call(function, arguments, deadline, undo, answer_seconds)

    async def _call(
        self,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        deadline: Deadline,
        undo: Callable[[Any], object] | None = None,
        answer_seconds: float = 0.0,
    ) -> object:
        deadline.check(self.name)
        limit = deadline.later(_GRACE_SECONDS + answer_seconds)
        try:
            found = await self._run(function, arguments, limit, undo)
        except CutShort as error:
            told = self._late(function, str(error))
            self.fault = told if limit.is_past else CutShort(f"{self.name}: {_name_of(function)}: {error}")
            raise self.fault from error
        except SuspendedError as error:
            self.fault = _broken(self.name, function, error)
            raise self.fault from error
        except MsgcoreError as error:
            self.fault = error if isinstance(error, SetupError) else None
            raise
        except (Exception, BaseExceptionGroup) as error:
            if isinstance(error, BaseExceptionGroup) and error.subgroup((KeyboardInterrupt, SystemExit)) is not None:
                raise
            self.fault = _broken(self.name, function, error)
            raise self.fault from error
        self.fault = self._late(function, "it ended after it was to be cut") if limit.is_past else None
        return found

    def _late(self, function: object, what: str) -> CutShort:
        return CutShort(f"{self.name}: {_name_of(function)} did not keep to its deadline: {what}")

    async def _run(
        self,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        limit: Deadline,
        undo: Callable[[Any], object] | None,
    ) -> object:
        if _is_coroutine_function(getattr(function, "__func__", function)):
            given: object = function(*arguments)
        else:
            given = await self._in_thread(lambda: self._called(function, arguments), limit, undo)
        coroutine: Coroutine[Any, Any, object]
        if iscoroutine(given):
            coroutine = given
        elif isawaitable(given):
            coroutine = _awaited(given)
        else:
            return given
        with self.runtime.as_one_call() as call:
            try:
                return await self._awaited_until(limit, function, coroutine)
            except OperationCancelled as error:
                call.check()
                raise _broken(self.name, function, error) from error  # nobody has cancelled what its caller does

    async def _awaited_until(
        self, limit: Deadline, function: Callable[..., object], coroutine: Coroutine[Any, Any, object]
    ) -> object:
        owner = getattr(function, "__self__", self.target)
        if getattr(owner, "runs_on", "") != "asyncio":
            return await self.runtime.bounded(coroutine, limit)
        try:
            return await self.runtime.on_loop(lambda _: coroutine, limit)
        except TimedOut as error:
            if limit.is_past:
                raise CutShort(str(error)) from error
            raise

    def _called(self, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
        """Call a plain ``def``, which no ``cancel()`` reaches: what it raises is not for all that its caller does."""
        try:
            return function(*arguments)
        except OperationCancelled as error:
            raise _broken(self.name, function, error) from error

    async def _in_thread(
        self, function: Callable[[], T], limit: Deadline, undo: Callable[[T], object] | None = None
    ) -> T:
        future = self._workers.submit(function)
        try:
            return await self.runtime.wait(future, limit)
        except TimedOut as error:
            if future.done():
                return future.result()
            if future.cancel():
                raise TimedOut(f"{self.name}: none of its threads was free in time") from error
            future.add_done_callback(lambda _: _log.warning("%s: a call ended long after its deadline", self.name))
            self._undo_late(future, undo)
            raise CutShort("it goes on in its thread") from error
        except BaseException:
            if not future.cancel():
                await self._grace(future)
                self._undo_late(future, undo)
            raise

    def _undo_late(self, late: Future[T], undo: Callable[[T], object] | None) -> None:
        """Take back, in one of its threads, what a function gives when nobody waits for it any more."""
        if undo is None:
            return
        settled: Future[None] = Future()
        self._undoing.add(settled)

        def take_back() -> None:
            try:
                if late.exception() is None:
                    undone = undo(late.result())
                    if isawaitable(undone):
                        _run_at_once(_awaited(undone))
            except Exception as error:
                _log.warning("%s: what came too late could not be undone: %s", self.name, error)
            finally:
                self._undoing.discard(settled)
                settled.set_result(None)

        if late.done():
            self._workers.submit(take_back)
        else:
            late.add_done_callback(lambda _: take_back())

    async def _grace(self, future: Future[T]) -> None:
        """Let a function that was cancelled come to its end, for a moment: what it did is good to know."""
        done: Future[None] = Future()
        future.add_done_callback(lambda _: done.set_result(None))
        await self._for_a_moment([done])

    async def _for_a_moment(self, waiting: Iterable[Future[None]]) -> None:
        moment = self.runtime.deadline(_GRACE_SECONDS)
        with self.runtime.shielded(), suppress(TimedOut):
            for one in waiting:
                await self.runtime.wait(one, moment)

    async def close(self) -> None:
        """Close the plug-in, once; also in a call that was cancelled. What came too late is undone before, if it comes.

        Raises:
            MsgcoreError: what its ``close`` raised; ``CutShort`` when that hangs.
        """
        if self._is_closed:
            return
        self._is_closed = True
        for function in self._at_close:
            function()
        try:
            await self._for_a_moment(tuple(self._undoing))
            if isinstance(self.target, SupportsClose):
                with self.runtime.shielded():
                    await self._call(self.target.close, (), self.runtime.deadline(_CLOSE_SECONDS))
        finally:
            self._workers.close()

    async def close_and_log(self) -> MsgcoreError | None:
        """Close the plug-in where something else is to be told: what its ``close`` raised is logged, and given."""
        try:
            await self.close()
        except MsgcoreError as error:
            _log.warning("%s: could not be closed in order: %s", self.name, error)
            return error
        return None

    def at_close(self, function: Callable[[], None]) -> Callable[[], None]:
        """Have a function called when the plug-in is closed, unless the result is called before; at once if it is."""
        self._at_close.append(function)
        if self._is_closed:
            function()

        def forget() -> None:
            self._at_close = [one for one in self._at_close if one is not function]

        return forget

    def end(self, function: Callable[[], object]) -> None:
        """Call what the plug-in gave to end something; what it raises is its fault, and logged: it has ended."""
        try:
            function()
        except Exception as error:
            self.fault = _broken(self.name, function, error)
            _log.warning("%s", self.fault)

    def attribute(self, read: Callable[[], T]) -> T:
        """Read what the plug-in says without I/O, such as its address types.

        Raises:
            PluginBroken: it raised what is no error of msgcore.
        """
        try:
            return read()
        except MsgcoreError:
            raise
        except Exception as error:
            raise _broken(self.name, type(self.target), error) from error

    def nonsense(self, function: object, given: object, need: str) -> PluginBroken:
        """Make the error for a method that gave something else than its contract says."""
        self.fault = PluginBroken(f"{self.name}: {_name_of(function)} gave {_shown(given)}; need {need}")
        return self.fault

    def sequence(self, kind: type[T], function: object, given: object) -> Sequence[T]:
        """Give back what a method gave when it is a sequence of one kind.

        Raises:
            PluginBroken: it is not.
        """
        whole: object = given
        found = cast("Sequence[object]", given) if isinstance(given, Sequence) else (None,)
        # Most often all are of the class itself, which is seen at once.
        if set(map(type, found)) - {kind} and not all(isinstance(one, kind) for one in found):
            raise self.nonsense(function, whole, f"a sequence of {kind.__name__}")
        return cast("Sequence[T]", found)

    def mapping(self, key: type[K], function: object, given: object) -> Mapping[K, object]:
        """Give back what a method gave when it is a mapping by one kind of key.

        Raises:
            PluginBroken: it is not.
        """
        whole: object = given
        found: Mapping[object, object] = {None: None}
        if type(given) is dict:  # an abstract class is asked in a microsecond
            found = cast("dict[object, object]", given)
        elif isinstance(given, Mapping):
            try:
                found = dict(cast("Mapping[object, object]", given))
            except Exception as error:
                self.fault = _broken(self.name, function, error)
                raise self.fault from error
        if set(map(type, found)) - {key} and not all(isinstance(one, key) for one in found):
            raise self.nonsense(function, whole, f"a mapping by {key.__name__}")
        return cast("Mapping[K, object]", found)


def answer_seconds_of(name: str, provider: object) -> float:
    """Say how long beyond its deadline a transport or gateway may wait to hear what has become of what it has sent.

    Raises:
        PluginBroken: ``answer_seconds`` of its class is nonsense.
    """
    seconds: object = getattr(type(provider), "answer_seconds", 0.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _MOST_ANSWER_SECONDS:
        raise PluginBroken(f"{name}: answer_seconds is {_shown(seconds)}; need 0 to {_MOST_ANSWER_SECONDS:.0f}")
    return float(seconds)


def _threads_of(name: str, target: object) -> int:
    """Read how a class wants to be called."""
    threads: object = getattr(type(target), "max_threads", _THREADS)
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise PluginBroken(f"{name}: max_threads is {_shown(threads)}; need a number of threads, from 1 on")
    runs_on: object = getattr(target, "runs_on", "")
    if runs_on not in {None, "", "asyncio"}:
        raise PluginBroken(f"{name}: runs_on is {_shown(runs_on)}; need 'asyncio', or leave it out")
    return threads


def _tell_nobody() -> None:
    """Stand in for who wants to know."""


@lru_cache(1_000)
def _is_coroutine_function(function: object) -> bool:
    return iscoroutinefunction(function)


async def _awaited(given: Awaitable[object]) -> object:
    return await given


def _run_at_once(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine that waits in no event loop, as all do that use a blocking session's runtime."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise SuspendedError("it waits in an event loop, and there is none in its thread")


def _broken(name: str, function: object, error: BaseException) -> PluginBroken:
    try:
        text = str(error)[:_MOST_CHARACTERS]
    except Exception as second:
        text = f"(its text cannot be had: {type(second).__name__})"
    return PluginBroken(f"{name}: {_name_of(function)}: {type(error).__name__}{': ' if text else ''}{text}")


def _shown(given: object) -> str:
    try:
        return f"{given!r:.200}"
    except Exception as error:
        return f"a {type(given).__name__} whose repr raises {type(error).__name__}"


def _name_of(function: object) -> str:
    name = getattr(function, "__qualname__", "") or repr(function)
    return f"{getattr(function, '__module__', '')}.{name}".lstrip(".")
