"""What waits between a source that tells what happens, in whatever thread, and who listens.

Nobody who tells is ever held up. A queue is bounded, and what does not fit is not lost without a word: all that waits
then becomes one notice that there was too much, after which who listens looks again.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import Closed
from msgcore.runtime.abc import Event, Runtime

__all__ = ["Ear", "EventQueue"]

T = TypeVar("T")

_MOST_WAITING = 1_000


def _never(_: object) -> bool:
    return False


class EventQueue(Generic[T]):
    """What was told and nobody has taken; past 1,000 events only that there were too many.

    ``bell`` is rung when there is something, or when the queue is closed; several queues of one listener may share it.
    Of what ``is_hint`` says, one that waits already is not put a second time: it only says that there is something.
    """

    def __init__(self, runtime: Runtime, bell: Event | None = None, is_hint: Callable[[T], bool] = _never) -> None:
        self._waiting: deque[T | None] = deque()
        self._bell = bell or runtime.event()
        self._is_hint = is_hint
        self._hints: set[T] = set()
        self._is_closed = False

    def put(self, events: Sequence[T]) -> None:
        """Take in what happened; called in whatever thread."""
        for event in events:
            if self._is_hint(event):
                if event in self._hints:
                    continue
                self._hints.add(event)
            self._waiting.append(event)
        if len(self._waiting) > _MOST_WAITING:
            self.overflow()
        self._bell.set()

    def overflow(self) -> None:
        """Remember only that something happened."""
        self._hints.clear()
        self._waiting.clear()
        self._waiting.append(None)

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    @property
    def has_ended(self) -> bool:
        """Whether nothing waits, and nothing will."""
        return self._is_closed and not self._waiting

    async def wait(self, deadline: Deadline) -> None:
        """Wait until something happened.

        Raises:
            Closed: what tells was closed, and nothing waits any more.
            TimedOut: nothing happened until the deadline.
        """
        while True:
            self._bell.clear()
            if self._waiting:
                return
            if self._is_closed:
                raise Closed("the table, its store or the session has been closed")
            await self._bell.wait(deadline)

    def take(self) -> list[T] | None:
        """Give what waits, in order; ``None`` when it was too much."""
        # First, so that a hint that comes from here on is put, if perhaps for nothing.
        self._hints.clear()
        events: list[T] = []
        for _ in range(len(self._waiting)):
            try:
                event = self._waiting.popleft()
            except IndexError:  # an overflow in another thread, a moment ago
                event = None
            if event is None:
                self._waiting.clear()
                return None
            events.append(event)
        return events

    def close(self) -> None:
        """Tell who waits that nothing more comes; what waits can still be taken."""
        self._is_closed = True
        self._bell.set()


class Ear(Generic[T]):
    """What a source knows of a queue: it keeps none alive that was dropped without being closed."""

    def __init__(self, queue: EventQueue[T]) -> None:
        self._queue = weakref.ref(queue)
        self.end: Callable[[], None] | None = None

    def put(self, events: Sequence[T]) -> None:
        queue = self._queue()
        if queue is not None:
            queue.put(events)
        elif self.end is not None:
            self.end()

    def ended(self) -> None:
        queue = self._queue()
        if queue is not None:
            queue.close()
