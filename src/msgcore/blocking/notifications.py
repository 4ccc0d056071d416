"""A session's notifications for blocking code."""

from __future__ import annotations

from typing import Self

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.notices import notifications as _notifications
from msgcore.session.notices.notification import Notification
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS

__all__ = ["SessionNotifications"]


@twin_of(_notifications.SessionNotifications)
class SessionNotifications(Closing):
    """An iterator over what happens in a session, from the moment when it was made.

    It ends when nothing has happened for as long as was asked for, or the session is logged off. In the first case it
    goes on listening, and may be iterated over again.
    """

    def __init__(self, runtime: BlockingRuntime, inner: _notifications.SessionNotifications) -> None:
        self._runtime = runtime
        self._inner = inner

    def begin(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        self._runtime.run(self._inner.begin(timeout_seconds=timeout_seconds))
        return self

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Notification:
        try:
            return self._runtime.run(self._inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        self._runtime.run(self._inner.close())
