"""Fan-out: one copy of a message for each way, next hop and form, as late as possible and as few as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from msgcore.base.records import record
from msgcore.errors import UsageError
from msgcore.mta.routing.connector import Connector, ContentProfile
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.nexthop import next_hop

__all__ = ["Copy", "fan_out"]

T = TypeVar("T")


@record
class Copy(Generic[T]):
    """The recipients of one message that one delivery serves: what is true of the copy is true of each of them."""

    connector: Connector
    next_hop: str
    content: ContentProfile
    is_tls_required: bool
    """Whether nobody on the way may take it without TLS (REQUIRETLS, RFC 8689)."""
    recipients: tuple[T, ...]


def fan_out(decided: Iterable[tuple[T, Decision]]) -> list[Copy[T]]:
    """Group decided recipients of one message into copies, in the order in which each way first comes up.

    Recipients of several domains share a copy only where the connector relays them to one next hop; no recipient's
    domain stands for another's. A copy is split at the connector's ``max_recipients``.

    Raises:
        UsageError: a decision names no connector, or one that has to wait.
    """
    groups: dict[tuple[str, int | None, str, bool], tuple[Connector, list[T]]] = {}
    for recipient, decision in decided:
        way = decision.way
        if way is None or decision.retry_at is not None:
            raise UsageError(f"{decision.recipient.typed}: has no way now; {decision}")
        hop = next_hop(decision.recipient, decision.options)
        # Two tables may mean different things by one name: a reload can fall between two decisions.
        key = way.name, decision.epoch, hop, "REQUIRETLS" in decision.facts.needs
        groups.setdefault(key, (way, []))[1].append(recipient)
    return [
        Copy(way, hop, way.content, is_tls_required, part)
        for (_, _, hop, is_tls_required), (way, recipients) in groups.items()
        for part in _parts(recipients, way.max_recipients)
    ]


def _parts(recipients: Sequence[T], limit: int | None) -> list[tuple[T, ...]]:
    step = limit or len(recipients)
    return [tuple(recipients[start : start + step]) for start in range(0, len(recipients), step)]
