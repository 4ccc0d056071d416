"""The addresses of the MTA itself: no mail is sent there by MX records, for it would come back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns import DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["OwnAddresses", "is_own_address"]

_KNOWN_SECONDS = 600.0
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
        self._of_names: frozenset[str] = frozenset()
        self._asked_at: float | None = None
        self.heard: Callable[[], Collection[str]] | None = None
        """Gives the addresses to which others' servers have come; ``None`` where none come."""

    async def all(self, resolver: Resolver, deadline: Deadline) -> frozenset[str]:
        """Give all that are known; what DNS does not say now is asked for again in some minutes."""
        if self.heard is None:
            return self._given
        now = self._runtime.monotonic()
        if self._asked_at is None or not 0 <= now - self._asked_at < _KNOWN_SECONDS:
            self._asked_at = now
            found = [one for name in self._names for one in await _ask(resolver, name, deadline)]
            self._of_names = frozenset(found) or self._of_names
        return self._given | self._of_names | frozenset(filter(is_own_address, self.heard()))


async def _ask(resolver: Resolver, name: str, deadline: Deadline) -> list[str]:
    found: list[str] = []
    for kind in (DnsKind.A, DnsKind.AAAA):
        try:
            answer = await resolver.ask(name, kind, deadline.sooner(_ASKING_SECONDS))
        except OperationCancelled:
            raise
        except MsgcoreError:
            continue
        found += _addresses(answer.records)
    return found


def _addresses(records: Collection[object]) -> Iterator[str]:
    return (str(ip_address(one)) for one in records if isinstance(one, str) and is_own_address(one))
