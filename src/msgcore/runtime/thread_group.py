"""The group of blocking callers: one thread a coroutine."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

from msgcore.errors import OperationCancelled
from msgcore.runtime.background import BackgroundWork
from msgcore.runtime.cancel import Call, Calls, entered

__all__ = ["ThreadGroup", "first_of", "run_in_thread"]


def first_of(errors: list[BaseException]) -> BaseException:
    """Give the first of several errors, with a note of the others."""
    first, *others = errors
    for other in others:
        first.add_note(f"also: {type(other).__name__}: {other}")
    return first


def run_in_thread(work: BackgroundWork, drive: Callable[[Coroutine[Any, Any, object]], object]) -> None:
    """Do background work in a thread of its own."""

    def main() -> None:
        try:
            drive(work.main())
        except BaseException as error:  # raised where somebody waits for the work
            work.settle(error)
        else:
            work.settle(None)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(main,), name="msgcore background", daemon=True)
    work.holder = thread
    thread.start()


class ThreadGroup:
    """Coroutines side by side, each driven by a thread of its own, as parts of the call that opened the group.

    An error of one leaves the others alone. When the block itself is cut (Control-C, ``cancel()``), they are cancelled.
    """

    def __init__(self, calls: Calls, drive: Callable[[Coroutine[Any, Any, object]], object]) -> None:
        self._calls = calls
        self._drive = drive
        self._outer = self._call = calls.current()
        self._guard = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._run, coroutine), name=f"group: {coroutine!r}"[:80], daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # no more threads
            coroutine.close()
            raise
        with self._guard:
            self._threads.append(thread)

    def _run(self, coroutine: Coroutine[Any, Any, object]) -> None:
        try:
            with entered(self._call):
                self._drive(coroutine)
        except BaseException as error:  # raised in the thread that waits for the group
            with self._guard:
                self._errors.append(error)

    async def __aenter__(self) -> ThreadGroup:
        self._outer = self._calls.current()
        self._call = Call(self._calls, self._outer.limit)
        self._outer.add(self._call.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OperationCancelled) or not isinstance(error, Exception | None):
            self._call.cancel()
        try:
            self._join()
        except BaseException:  # Control-C
            self._call.cancel()
            self._join()
            raise
        finally:
            self._outer.discard(self._call.cancel)
        if error is not None:
            first_of([error, *self._errors])
        elif self._errors:
            raise first_of(self._errors)

    def _join(self) -> None:
        while True:
            with self._guard:
                if not self._threads:
                    return
                thread = self._threads[-1]
            thread.join()
            with self._guard:
                self._threads.remove(thread)
