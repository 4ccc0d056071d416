"""Where the state of a session's services is told of: the status table and notifications listen to it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import attrs

__all__ = ["StatusBoard"]


@attrs.frozen(eq=False)
class _Listener:
    told: Callable[[int], None]
    ended: Callable[[], None]


class StatusBoard:
    """Tells which rows of the status table change, by number; ``flushes`` counts the calls that send and receive now.

    What is told is only that there is something to see: who listens looks. May be shared by threads.
    """

    def __init__(self) -> None:
        self.flushes = 0
        self._listeners: list[_Listener] = []  # each change of it is one step, for threads come at the same time
        self._is_closed = False

    def changed(self, *rows: int) -> None:
        """Tell that rows have changed, in whatever thread."""
        for listener in tuple(self._listeners):
            for row in rows:
                listener.told(row)

    def listen(self, told: Callable[[int], None], ended: Callable[[], None]) -> Callable[[], None]:
        """Call ``told`` with each row that changes, until the result is called; ``ended`` when the session ends."""
        listener = _Listener(told, ended)
        self._listeners.append(listener)
        if self._is_closed:
            ended()

        def end() -> None:
            with suppress(ValueError):  # it has been called before
                self._listeners.remove(listener)

        return end

    @contextmanager
    def flushing(self, *rows: int) -> Generator[None]:
        """Show that rows are flushed while this lasts."""
        self.flushes += 1
        self.changed(*rows)
        try:
            yield
        finally:
            self.flushes -= 1
            self.changed(*rows)

    def close(self) -> None:
        """Tell those who listen that nothing more comes."""
        self._is_closed = True
        for listener in tuple(self._listeners):
            listener.ended()
