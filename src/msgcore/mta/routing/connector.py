"""Connectors: address spaces, and the gateway that serves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Connector"]


def _frozen(options: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(options))


def _no_options() -> Mapping[str, str]:
    return {}


def _spaces(spaces: Iterable[AddressSpace]) -> tuple[AddressSpace, ...]:
    return tuple(spaces)


def _patterns(patterns: Iterable[str]) -> tuple[str, ...]:
    if isinstance(patterns, str):
        raise UsageError(f"only_from: need a sequence of patterns; write [{patterns!r}]")
    return tuple(patterns)


@attrs.frozen
class Connector:
    """A way out: ``gateway`` (the name of its entry point) with ``options`` serves the addresses of ``spaces``.

    ``weight`` shares out mail among connectors that are equal in all else. ``only_from`` keeps the connector for
    senders whose SMTP address matches one of the patterns; the null sender of reports matches none.
    """

    name: str
    gateway: str
    spaces: tuple[AddressSpace, ...] = attrs.field(converter=_spaces)
    options: Mapping[str, str] = attrs.field(converter=_frozen, factory=_no_options, hash=False)
    is_enabled: bool = True
    max_size_octets: int | None = None
    only_from: tuple[str, ...] = attrs.field(converter=_patterns, default=())
    weight: int = 1
    _senders: tuple[AddressSpace, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not self.name or self.name != self.name.strip():
            raise UsageError(f"connector {self.name!r}: need a name without white space around it")
        refuse_line_ends(self.name, "connector")
        if not self.gateway:
            raise UsageError(f"connector {self.name!r}: need the name of a gateway")
        if not self.spaces:
            raise UsageError(f"connector {self.name!r}: need an address space, or nothing is ever routed to it")
        if self.max_size_octets is not None and self.max_size_octets < 0:
            raise UsageError(f"connector {self.name!r}: max_size_octets {self.max_size_octets}: need 0 or more")
        if not 1 <= self.weight <= 1_000:
            raise UsageError(f"connector {self.name!r}: weight {self.weight}: need 1 to 1000")
        object.__setattr__(self, "_senders", tuple(AddressSpace(SMTP, pattern) for pattern in self.only_from))

    def takes_size(self, size_octets: int) -> bool:
        return self.max_size_octets is None or size_octets <= self.max_size_octets

    def takes_sender(self, sender: Address | None) -> bool:
        if not self._senders:
            return True
        if sender is None or sender.address_type != SMTP:
            return False
        return any(space.matches(sender.email_address) for space in self._senders)
