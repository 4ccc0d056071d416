"""What servers offer and then fail to do, so that the next session does without it."""

from __future__ import annotations

from msgcore.base.times import Clock
from msgcore.runtime.abc import Endpoint

__all__ = ["HostMemory"]

_MOST_HOSTS = 1_000
_MEMORY_SECONDS = 3_600.0


class HostMemory:
    """The extensions that failed at each server, for an hour since the last failure.

    Several threads may share one: each step on the table is a single operation on a ``dict``, and a failure that two
    of them note at the same moment is at worst noted again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: dict[Endpoint, tuple[frozenset[str], float]] = {}

    def remember(self, endpoint: Endpoint, extensions: frozenset[str]) -> None:
        """Note what failed; when there are too many servers, the one with the oldest failure is forgotten."""
        known = self.failed_at(endpoint)
        self._failed.pop(endpoint, None)
        self._failed[endpoint] = (known | extensions, self._clock.monotonic() + _MEMORY_SECONDS)
        for oldest in list(self._failed)[:-_MOST_HOSTS]:
            self._failed.pop(oldest, None)

    def failed_at(self, endpoint: Endpoint) -> frozenset[str]:
        """Give what is not to be used at a server, though it is offered."""
        extensions, until = self._failed.get(endpoint, (frozenset(), 0.0))
        return extensions if self._clock.monotonic() < until else frozenset()
