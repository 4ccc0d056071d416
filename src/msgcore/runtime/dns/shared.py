"""Answers that are kept for a while, and questions that are asked once for all who want to know.

Theory of operation: whoever asks first works for all who ask the same meanwhile; they wait for him, each up to his own
deadline. One who gives up, because his deadline was the shortest or he was cancelled, leaves the work to the next.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ResolverFailed
from msgcore.runtime.abc import Runtime

__all__ = ["Kept", "Shared"]

K = TypeVar("K")
V = TypeVar("V")


@attrs.frozen
class Kept(Generic[V]):
    """A value and the moment, on the runtime's monotonic clock, from which it is no longer good."""

    value: V
    until: float


# None: whoever asked has given up.
_Outcome = Future[Kept[V] | ResolverFailed | None]


class Shared(Generic[K, V]):
    """Values by key, at most ``most`` of them; those that nobody has asked for the longest make room."""

    def __init__(self, runtime: Runtime, most: int) -> None:
        self._runtime = runtime
        self._most = most
        self._guard = threading.Lock()
        self._kept: OrderedDict[K, Kept[V]] = OrderedDict()
        self._asked: dict[K, _Outcome[V]] = {}

    async def get(self, key: K, find: Callable[[], Awaitable[tuple[V, float]]], deadline: Deadline) -> Kept[V]:
        """Give what is kept, or have ``find`` find it, which also says for how many seconds it is good.

        Raises:
            ResolverFailed: what ``find`` raised, here or at somebody else who asked the same.
            TimedOut: the deadline passed while somebody else asked.
        """
        while True:
            found, is_mine = self._look(key)
            if isinstance(found, Kept):
                return found
            if is_mine:
                return await self._find(key, found, find)
            outcome = await self._runtime.wait(found, deadline)
            if isinstance(outcome, ResolverFailed):
                raise type(outcome)(str(outcome)) from outcome
            if outcome is not None:
                return outcome

    async def _find(
        self,
        key: K,
        mine: _Outcome[V],
        find: Callable[[], Awaitable[tuple[V, float]]],
    ) -> Kept[V]:
        outcome: Kept[V] | ResolverFailed | None = None
        try:
            value, seconds = await find()
            kept = outcome = Kept(value, self._runtime.monotonic() + seconds)
        except ResolverFailed as error:
            outcome = error
            raise
        finally:
            with self._guard:
                del self._asked[key]
                if isinstance(outcome, Kept):
                    self._keep(key, outcome)
            mine.set_result(outcome)
        return kept

    def _look(self, key: K) -> tuple[Kept[V] | _Outcome[V], bool]:
        """Give what is kept, or the outcome to wait for; and whether the caller is the one to find it."""
        with self._guard:
            kept = self._kept.get(key)
            if kept is not None and kept.until > self._runtime.monotonic():
                self._kept.move_to_end(key)
                return kept, False
            others = self._asked.get(key)
            if others is not None:
                return others, False
            mine = self._asked[key] = Future()
            return mine, True

    def _keep(self, key: K, kept: Kept[V]) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
