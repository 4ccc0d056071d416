"""A session's notifications, one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self

from msgcore.base.times import Deadline
from msgcore.errors import Closed, OperationCancelled, TimedOut
from msgcore.runtime.abc import Runtime
from msgcore.session.notices.notification import Notification
from msgcore.session.notices.subscription import Subscription
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing

__all__ = ["SessionNotifications"]


class SessionNotifications(Closing):
    """An asynchronous iterator over what happens in a session, from its beginning: ``async with``, or the first step.

    It ends when nothing has happened for as long as was asked for, or the session is logged off. In the first case it
    goes on listening, and may be iterated over again.
    """

    def __init__(
        self,
        runtime: Runtime,
        subscribe: Callable[[Deadline], Awaitable[Subscription]],
        timeout_seconds: float | None,
        is_over: Callable[[], bool],
    ) -> None:
        self._runtime = runtime
        self._subscribe = subscribe
        self._timeout_seconds = timeout_seconds
        self._is_over = is_over
        self._subscription: Subscription | None = None
        self._events: deque[Notification] = deque()
        self._is_closed = False

    async def begin(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        """Listen from now on, if it does not yet; raises as :meth:`Session.advise` does."""
        if self._subscription is None and not self._is_closed:
            self._subscription = await self._subscribe(self._runtime.deadline(timeout_seconds))
        return self

    async def __aenter__(self) -> Self:
        return await self.begin()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        await self.begin()
        subscription = self._subscription
        while not self._events:
            if subscription is None:
                raise StopAsyncIteration
            try:
                await self._wait(subscription, self._runtime.deadline(self._timeout_seconds))
            except (Closed, TimedOut):
                raise StopAsyncIteration from None
            self._events.extend(await subscription.taken() or ())
        return self._events.popleft()

    async def _wait(self, subscription: Subscription, deadline: Deadline) -> None:
        try:
            await subscription.wait(deadline)
        except OperationCancelled:
            if not self._is_over():
                raise
            # A logoff cancels what sends and retrieves; here the end comes by itself, and soon.
            with self._runtime.shielded():
                await subscription.wait(deadline)

    async def close(self) -> None:
        """Listen no more, from any thread; who waits for the next one is woken, and given what was heard by now."""
        self._is_closed = True
        if self._subscription is not None:
            self._subscription.close()
