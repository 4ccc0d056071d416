"""Who is told of commits, and the thread that looks for those of other processes.

Theory of operation: this process's commits are told by whoever made them, before he goes on. For the others' a thread
looks, from the first listener to the last, at something that differs after each commit, and tells when it does; as it
differs after this process's own, too, a listener may be told of a commit twice. A look that fails is repeated: what
happened meanwhile is told after the first that succeeds. One thread tells at a time, and who commits meanwhile waits
for it: so a thread that tells must not wait for a commit.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, TimedOut
from msgcore.runtime.abc import NEVER

__all__ = ["Listener", "Listeners", "Lookout"]

Listener = Callable[[], None]

_LOOK_SECONDS = 0.25
_SECONDS_AFTER_A_FAILURE = 2.0
# A listener may be at work in the thread, and wait for what who closes holds.
_END_SECONDS = 5.0

_log = logging.getLogger("msgcore.sql")


class Lookout(Protocol):
    """Sees that something was committed; used by one thread at a time."""

    def look(self) -> object:
        """Give what is equal as long as nothing was committed."""
        ...

    def close(self) -> None: ...


class Listeners:
    """Those who listen to one database."""

    def __init__(self, name: str, lookout: Callable[[], Lookout]) -> None:
        self._name = name
        self._lookout = lookout
        self._guard = threading.Lock()
        # Reentrant, so that a listener may add others.
        self._telling = threading.RLock()
        self._teller: int | None = None
        self._listeners: tuple[Listener, ...] = ()
        self._watch: _Watch | None = None

    @property
    def is_telling_here(self) -> bool:
        """Whether a listener is at work in this very thread."""
        return self._teller == threading.get_ident()

    def add(self, listener: Listener, deadline: Deadline, *, is_told_at_once: bool = False) -> Callable[[], None]:
        """Tell ``listener`` of every commit from now on, until the result is called; blocks while the first look lasts.

        One that ``is_told_at_once`` is called here before that, and after it of each commit that it did not see.

        Raises:
            StoreError, TryAgain: the database cannot be looked at.
            TimedOut: other listeners were at work until the deadline.
            BaseException: what the listener raised at once; it is told nothing more.
        """
        self._add(listener)
        try:
            if is_told_at_once:
                with self._as_teller(deadline):
                    listener()
        except BaseException:
            self._forget(listener)
            raise
        return lambda: self._forget(listener)

    def _add(self, listener: Listener) -> None:
        with self._guard:
            if self._watch is None:
                self._watch = _Watch(self._lookout(), self._name, self.tell)
            self._listeners += (listener,)

    @contextmanager
    def _as_teller(self, deadline: Deadline) -> Generator[None]:
        is_inside = self.is_telling_here
        if not self._telling.acquire(timeout=min(deadline.remaining_seconds(), threading.TIMEOUT_MAX)):
            raise TimedOut(f"{self._name}: other listeners were at work until the deadline")
        try:
            self._teller = threading.get_ident()
            yield
        finally:
            self._teller = threading.get_ident() if is_inside else None
            self._telling.release()

    def _forget(self, listener: Listener) -> None:
        with self._guard:
            self._listeners = tuple(one for one in self._listeners if one is not listener)
            if not self._listeners:
                self._end_watch()

    def _end_watch(self) -> _Watch | None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.end()
        return watch

    def close(self) -> None:
        """Forget all, and wait for the thread's end."""
        with self._guard:
            self._listeners = ()
            watch = self._end_watch()
        if watch is not None:
            watch.join()

    def tell(self) -> None:
        if not self._listeners:
            return
        with self._as_teller(NEVER):
            for listener in self._listeners:
                try:
                    listener()
                except BaseException:  # the change is on the disk, whatever a listener makes of it
                    _log.exception("%s: a listener raised", self._name)


class _Watch:
    """The thread; it closes the lookout at its end."""

    def __init__(self, lookout: Lookout, name: str, tell: Callable[[], None]) -> None:
        self._lookout = lookout
        self._name = name
        self._tell = tell
        self._is_over = threading.Event()
        try:
            self._seen = lookout.look()
        except BaseException:
            lookout.close()
            raise
        self._thread = threading.Thread(target=self._watch, name="msgcore watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let the thread end, without a wait: the caller may be a listener, in that very thread."""
        self._is_over.set()

    def join(self) -> None:
        if self._thread is not threading.current_thread():
            self._thread.join(_END_SECONDS)

    def _watch(self) -> None:
        seconds = _LOOK_SECONDS
        try:
            while not self._is_over.wait(seconds):
                seconds = self._look()
        finally:
            self._lookout.close()

    def _look(self) -> float:
        """Look once and give the seconds until the next time."""
        try:
            seen = self._lookout.look()
        except MsgcoreError as error:
            _log.warning("%s: cannot see what others commit: %s", self._name, error)
            return _SECONDS_AFTER_A_FAILURE
        if seen != self._seen:
            self._seen = seen
            self._tell()
        return _LOOK_SECONDS
