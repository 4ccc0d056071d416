"""Addresses that did not answer, which are tried last for a while."""

from __future__ import annotations

from msgcore.base.times import Clock

__all__ = ["Penalties"]

# Longer than the first wait of mail that was deferred: its second try goes to hosts behind those that failed.
_SECONDS = 900.0
_MOST = 10_000


class Penalties:
    """The addresses at which nobody answered, or no session was wanted, for a quarter of an hour since the last time.

    Each address is by itself, of IPv6, too: a network of 64 bits is one customer as a client, whom limits count so, but
    holds all hosts of a domain as servers, of which one that is away says nothing of the next.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def failed(self, address: str) -> None:
        """Note that an address failed; when there are too many, the one with the oldest failure is forgotten."""
        self._until.pop(address, None)
        self._until[address] = self._clock.monotonic() + _SECONDS
        for oldest in list(self._until)[:-_MOST]:
            self._until.pop(oldest, None)

    def worked(self, address: str) -> None:
        self._until.pop(address, None)

    def holds(self, address: str) -> bool:
        """Say whether an address is tried last now."""
        return self._clock.monotonic() < self._until.get(address, 0.0)
