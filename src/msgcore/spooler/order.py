"""Which transport takes which recipient: a pure function, after MAPI's transport order.

A transport that submits for the From address goes first, then the order of the profile. A recipient whose entry id is
of a transport's own system is that transport's; every other goes by its address type. Types compare as they are; a
transport of any type (``"*"``) comes after all that name the type. Who says "not me" is followed by the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import attrs

from msgcore.base.ids import provider_uid_of
from msgcore.model.address import Address
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagEntryId

__all__ = ["ANY_TYPE", "Assignment", "TransportFacts", "assign"]

ANY_TYPE = "*"


class TransportFacts(Protocol):
    """What the order needs to know of a transport."""

    @property
    def name(self) -> str: ...

    @property
    def address_types(self) -> Sequence[str]: ...

    @property
    def provider_uids(self) -> Sequence[bytes]: ...

    @property
    def identity(self) -> Address | None: ...


@attrs.frozen
class Assignment:
    """Each transport's recipients, in the order in which the transports act; and those that nobody claims."""

    by_transport: tuple[tuple[str, tuple[Recipient, ...]], ...]
    unclaimed: tuple[Recipient, ...]

    def transport_of(self, recipient: Recipient) -> str | None:
        return next((name for name, recipients in self.by_transport if recipient in recipients), None)


_NOBODY: Mapping[Recipient, Collection[str]] = {}


def assign(
    recipients: Iterable[Recipient],
    sender: Address | None,
    transports: Sequence[TransportFacts],
    declined: Mapping[Recipient, Collection[str]] = _NOBODY,
) -> Assignment:
    """Give each recipient to the first transport that claims it, but for those that have ``declined`` it."""
    ordered = _ordered(sender, transports)
    claimed: dict[str, list[Recipient]] = {}
    unclaimed: list[Recipient] = []
    for recipient in recipients:
        passed = declined.get(recipient, ())
        taker = _taker(recipient, [one for one in ordered if one.name not in passed])
        if taker is None:
            unclaimed.append(recipient)
        else:
            claimed.setdefault(taker.name, []).append(recipient)
    by_transport = tuple((one.name, tuple(claimed[one.name])) for one in ordered if one.name in claimed)
    return Assignment(by_transport, tuple(unclaimed))


def _taker(recipient: Recipient, ordered: Sequence[TransportFacts]) -> TransportFacts | None:
    entry_id = recipient.get(PidTagEntryId)
    uid = provider_uid_of(entry_id) if isinstance(entry_id, bytes) else b""
    own = (one for one in ordered if uid in one.provider_uids)
    by_type = (one for one in ordered if recipient.address_type in one.address_types)
    of_any_type = (one for one in ordered if ANY_TYPE in one.address_types)
    return next(own, None) or next(by_type, None) or next(of_any_type, None)


def _ordered(sender: Address | None, transports: Sequence[TransportFacts]) -> list[TransportFacts]:
    def is_other(transport: TransportFacts) -> bool:
        identity = transport.identity
        return sender is None or identity is None or identity.search_key != sender.search_key

    return sorted(transports, key=is_other)
