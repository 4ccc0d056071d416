"""Which public calls are running, and how ``cancel()`` reaches their waits.

Theory of operation: a runtime owns one :class:`Calls`. Each public call is a :class:`Call`, found through a context
variable, so that threads and tasks that the call starts belong to it, too; what runs outside of any call belongs to
the root call, which every ``cancel()`` replaces. A wait leaves a waker with its call and takes it back when it ends.
``cancel()`` sets the flag first and calls the wakers after that, under the same lock that adds them, so no wait is
missed. The locks are reentrant because ``cancel()`` may run in a signal handler that interrupted one of these methods.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled
from msgcore.runtime.abc import NEVER, Runtime

__all__ = ["Call", "Calls", "Waker", "end_of", "entered", "finish", "leave_call", "result_of", "shielded"]

if TYPE_CHECKING:
    from msgcore.runtime.waits import FarWaits

T = TypeVar("T")

Waker = Callable[[], None]


class Waits:
    """The waits that end together."""

    __slots__ = ("guard", "is_cancelled", "wakers")

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.wakers: set[Waker] = set()
        self.is_cancelled = False


class Call:
    """The scope of one public call: its waits end together when it is cancelled, and none goes past its ``limit``.

    A part of another call (``outer``) ends with that, and has its own limit. ``waits`` are those of both.
    """

    __slots__ = ("is_over", "limit", "owner", "waits")

    def __init__(self, owner: Calls | None, limit: Deadline = NEVER, outer: Call | None = None) -> None:
        self.owner = owner
        self.limit = limit
        self.is_over = False
        self.waits: Waits = Waits() if outer is None else outer.waits

    def check(self) -> None:
        """Go on unless the call was cancelled.

        Raises:
            OperationCancelled: it was.
        """
        if self.waits.is_cancelled:
            raise OperationCancelled("cancel() ended this call")

    def add(self, waker: Waker) -> None:
        """Have ``waker`` called by :meth:`cancel`, until :meth:`discard`; it runs in any thread and must not wait."""
        waits = self.waits
        with waits.guard:
            if waits.is_cancelled:
                self.check()
            waits.wakers.add(waker)

    def discard(self, waker: Waker) -> None:
        waits = self.waits
        with waits.guard:
            waits.wakers.discard(waker)

    def cancel(self) -> None:
        with self.waits.guard:
            self.waits.is_cancelled = True
            for waker in tuple(self.waits.wakers):
                waker()


# None outside of any call. A call without owner is a shield: it holds for every runtime and nobody can cancel it.
_current: ContextVar[Call | None] = ContextVar("msgcore_call", default=None)


class Calls:
    """The calls that now run in one runtime."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._root = Call(self)
        self._running: set[Call] = set()
        self.far: FarWaits | None = None
        """For those who wait on a loop: where deadlines are kept that are far away."""

    def current(self) -> Call:
        """Find the call that this thread or task runs for."""
        call = _current.get()
        if call is None or call.is_over or call.owner not in (self, None):
            return self._root
        return call

    def begin(self) -> AbstractContextManager[Call]:
        """Start a call; inside another one of this runtime, go on with that."""
        outer = self.current()
        return nullcontext(outer) if outer is not self._root else _Begun(self._guard, self._running, Call(self))

    def within(self, limit: Deadline) -> AbstractContextManager[None]:
        """Let no wait of what follows go past ``limit``."""
        outer = self.current()
        outer.check()
        return _Within(Call(self, limit.or_sooner(outer.limit), outer))

    def cancel(self) -> None:
        """End the waits of all calls that run now; calls that start later are not touched."""
        with self._guard:
            calls = (self._root, *self._running)
            self._root = Call(self)
        for call in calls:
            call.cancel()


class entered:  # read as a function; a generator would cost each call a microsecond
    """Run what follows as a part of ``call``."""

    __slots__ = ("_call", "_token")

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._token = _current.set(self._call)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


class _Begun:
    """A call that is among those that run."""

    __slots__ = ("_call", "_guard", "_running", "_token")

    def __init__(self, guard: AbstractContextManager[bool], running: set[Call], call: Call) -> None:
        self._guard = guard
        self._running = running
        self._call = call

    def __enter__(self) -> Call:
        with self._guard:
            self._running.add(self._call)
        self._token = _current.set(self._call)
        return self._call

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        self._call.is_over = True
        with self._guard:
            self._running.discard(self._call)


class _Within(entered):
    """A part of a call, until it is left."""

    __slots__ = ()

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        self._call.is_over = True


def leave_call() -> None:
    """Take the current context out of any call: for work that outlives the call that starts it."""
    _current.set(None)


@contextmanager
def shielded() -> Generator[None]:
    """Let ``cancel()`` pass by what follows."""
    with entered(Call(None)):
        yield


def end_of(future: Future[Any]) -> Future[None]:
    """Give a future that is done when another is, whatever becomes of that, which is for somebody else to read."""
    end: Future[None] = Future()
    future.add_done_callback(lambda _: end.set_result(None))
    return end


async def finish(runtime: Runtime, future: Future[T]) -> None:
    """Wait for the end of work that must not be abandoned; neither a deadline nor ``cancel()`` cuts the wait short.

    A second cancellation of the waiting task is raised after the end. Only the interpreter's own exceptions
    (Control-C) are raised at once.
    """
    end = end_of(future)
    interrupted: BaseException | None = None
    while not end.done():
        try:
            with shielded():
                await runtime.wait(end)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # asyncio.CancelledError, which this module does not load
            interrupted = error
    if interrupted is not None:
        raise interrupted


def result_of(future: Future[T]) -> T:
    """Read a finished future.

    Raises:
        OperationCancelled: the work was withdrawn.
    """
    try:
        return future.result(0)
    except CancelledError as error:
        raise OperationCancelled("the work was cancelled") from error
