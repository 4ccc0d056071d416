"""Which transport takes which recipient: a pure function, after MAPI's transport order.

A transport that submits for the From address goes first, then the order of the profile. Address types compare as they
are; a transport of any type (``"*"``) comes after all that name the type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import attrs

from msgcore.model.address import Address
from msgcore.model.recipient import Recipient

__all__ = ["ANY_TYPE", "Assignment", "TransportFacts", "assign"]

ANY_TYPE = "*"


class TransportFacts(Protocol):
    """What the order needs to know of a transport."""

    @property
    def name(self) -> str: ...

    @property
    def address_types(self) -> Sequence[str]: ...

    @property
    def identity(self) -> Address | None: ...


@attrs.frozen
class Assignment:
    """Each transport's recipients, in the order in which the transports act; and those that nobody claims."""

    by_transport: tuple[tuple[str, tuple[Recipient, ...]], ...]
    unclaimed: tuple[Recipient, ...]

    def transport_of(self, recipient: Recipient) -> str | None:
        return next((name for name, recipients in self.by_transport if recipient in recipients), None)


def assign(recipients: Iterable[Recipient], sender: Address | None, transports: Sequence[TransportFacts]) -> Assignment:
    """Give each recipient to the first transport that takes its address type."""
    ordered = _ordered(sender, transports)
    claimed: dict[str, list[Recipient]] = {}
    unclaimed: list[Recipient] = []
    for recipient in recipients:
        taker = next((one for one in ordered if recipient.address_type in one.address_types), None) or next(
            (one for one in ordered if ANY_TYPE in one.address_types), None
        )
        if taker is None:
            unclaimed.append(recipient)
        else:
            claimed.setdefault(taker.name, []).append(recipient)
    by_transport = tuple((one.name, tuple(claimed[one.name])) for one in ordered if one.name in claimed)
    return Assignment(by_transport, tuple(unclaimed))


def _ordered(sender: Address | None, transports: Sequence[TransportFacts]) -> list[TransportFacts]:
    def is_other(transport: TransportFacts) -> bool:
        identity = transport.identity
        return sender is None or identity is None or identity.search_key != sender.search_key

    return sorted(transports, key=is_other)
