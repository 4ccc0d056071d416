"""The addresses of the MTA itself: no mail is sent there by MX records, for it would come back."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns import DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["OwnAddresses", "is_own_address"]

_KNOWN_SECONDS, _UNKNOWN_SECONDS = 600.0, 60.0
_ASKING_SECONDS = 5.0


def is_own_address(text: str) -> bool:
    """Say whether text is an address that is one machine's: no name, and nothing that every machine has."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


class OwnAddresses:
    """Those that are ``given`` and, where others' servers bring mail, those of its ``names`` and those they came to.

    Behind a translator of addresses only DNS knows the one that the world has; and a node that listens at every address
    of its machine learns which these are from who connects. To a node where people only submit, or that only sends,
    nothing comes back: at its addresses another MTA may take mail.
    """

    def __init__(self, runtime: Runtime, names: Collection[str], given: Collection[str]) -> None:
        self._runtime = runtime
        self._names = names
        self._given = frozenset(given)
        self._of_names: Mapping[tuple[str, DnsKind], frozenset[str]] = {}  # replaced as a whole
        self._asks_at = -math.inf
        self._lock = runtime.lock()
        self.heard: Callable[[], Collection[str]] | None = None
        """Gives the addresses to which others' servers have come; ``None`` where none come."""

    async def all(self, resolver: Resolver, deadline: Deadline) -> frozenset[str]:
        """Give all that are known; what DNS does not say now is asked for again in a minute.

        Raises:
            TimedOut: the deadline passed.
        """
        if self.heard is None:
            return self._given
        if self._runtime.monotonic() >= self._asks_at:
            await self._lock.acquire(deadline)  # who comes meanwhile must not take what is asked for as not there
            try:
                if self._runtime.monotonic() >= self._asks_at:
                    await self._ask(resolver, deadline)
            finally:
                self._lock.release()
        return self._given.union(*self._of_names.values(), filter(is_own_address, self.heard()))

    async def _ask(self, resolver: Resolver, deadline: Deadline) -> None:
        found, known_seconds = dict(self._of_names), _KNOWN_SECONDS
        for name in self._names:
            for kind in (DnsKind.A, DnsKind.AAAA):
                try:
                    answer = await resolver.ask(name, kind, deadline.sooner(_ASKING_SECONDS))
                except OperationCancelled:
                    raise
                except MsgcoreError:
                    deadline.check(f"the addresses of {name}")
                    known_seconds = _UNKNOWN_SECONDS
                else:
                    found[name, kind] = frozenset(_addresses(answer.records))
        self._of_names, self._asks_at = found, self._runtime.monotonic() + known_seconds


def _addresses(records: Collection[object]) -> Iterator[str]:
    return (str(ip_address(one)) for one in records if isinstance(one, str) and is_own_address(one))
