"""One listener of a session: what it wants to hear, and what of that waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from msgcore.base.times import Deadline
from msgcore.runtime.abc import Event, Runtime
from msgcore.session.notices.notification import LOOK_AGAIN, Notification, NotificationKind
from msgcore.session.notices.queue import Ear, EventQueue

__all__ = ["Put", "Subscription", "Watch"]

Put = Callable[[Sequence[Notification]], None]

Watch = Callable[[Put, Callable[[], None], Deadline], Awaitable[Callable[[], None]]]
"""Begins to tell of one thing; is given where to, and what to call when there is nothing more; gives the end."""

_HINTS = frozenset({NotificationKind.STATUS, NotificationKind.QUEUE})


def _is_hint(event: Notification) -> bool:
    return event.kind in _HINTS


class Subscription:
    """Notifications of some kinds, from the watches that were begun."""

    def __init__(self, runtime: Runtime, kinds: Collection[NotificationKind], bell: Event | None = None) -> None:
        self._kinds = frozenset(kinds)
        self._queue: EventQueue[Notification] = EventQueue(runtime, bell, _is_hint)
        self._ears: list[Ear[Notification]] = []

    async def begin(self, watches: Sequence[Watch], deadline: Deadline) -> None:
        """Listen from now on; all or nothing."""
        try:
            for watch in watches:
                ear = Ear(self._queue)
                self._ears.append(ear)
                ear.end = await watch(_only(ear.put, self._kinds), ear.ended, deadline)
        except BaseException:
            self.close()
            raise

    async def wait(self, deadline: Deadline) -> None:
        """Wait until there is something to take; raises as :meth:`EventQueue.wait` does."""
        await self._queue.wait(deadline)

    async def taken(self) -> Sequence[Notification] | None:
        """Give what waits, in order, without waiting; ``None`` when nothing will come any more."""
        if self._queue.has_ended:
            return None
        events = self._queue.take()
        return (LOOK_AGAIN,) if events is None else events

    def close(self) -> None:
        """Listen no more."""
        for ear in self._ears:
            end, ear.end = ear.end, None
            if end is not None:
                end()
        self._ears.clear()
        self._queue.close()


def _only(put: Put, kinds: frozenset[NotificationKind]) -> Put:
    # A function of its own, that does not know the subscription: who drops that ends it.
    def put_wanted(events: Sequence[Notification]) -> None:
        wanted = [one for one in events if one.kind in kinds]
        if wanted:
            put(wanted)

    return put_wanted
