"""What routing decided for one recipient, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.model.address import Address
from msgcore.mta.routing.candidate import Candidate
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.reasons import Reason
from msgcore.mta.routing.selection import Asked, trace_of
from msgcore.mta.routing.space_index import Row
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Candidate", "Decision", "Reason"]

_NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Decision:
    """The connector that takes ``recipient``, or the ``reason`` why none does.

    ``retry_at`` is set when every way that could take it is closed or its link down: the connector is then the one that
    is best then, and until then the recipient waits. Where only the other side can open the way, it says when to look
    again. ``epoch`` is that of the table, if it has one.
    """

    recipient: Address
    facts: MessageFacts
    reason: Reason | None
    retry_at: datetime | None
    epoch: int | None
    _row: Row | None
    _asked: Asked = attrs.field(eq=False, repr=False)

    @property
    def connector(self) -> str | None:
        """Its name; ``None``: there is no way, and ``reason`` says why. So are ``gateway``, ``space`` and ``cost``."""
        return None if self._row is None else self._row.connector.name

    @property
    def gateway(self) -> str | None:
        return None if self._row is None else self._row.connector.gateway

    @property
    def way(self) -> Connector | None:
        """The connector itself, with all that it says about how to deliver."""
        return None if self._row is None else self._row.connector

    @property
    def waits_for_call(self) -> bool:
        """Whether the recipient waits until the connector's other side calls (remote-initiated)."""
        schedule = None if self._row is None else self._row.connector.schedule
        return self.retry_at is not None and schedule is not None and schedule.is_remote_initiated

    @property
    def options(self) -> Mapping[str, str]:
        """What the connector tells its gateway; empty when there is none."""
        return _NO_OPTIONS if self._row is None else self._row.connector.options

    @property
    def space(self) -> AddressSpace | None:
        return None if self._row is None else self._row.space

    @property
    def cost(self) -> int | None:
        return None if self._row is None else self._row.space.cost

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every matching row with its verdict, the most specific first; worked out when asked for."""
        return trace_of(*self._asked).candidates

    def explain(self) -> str:
        """Tell the decision and what became of every candidate, as lines of text for a person."""
        trace = trace_of(*self._asked)
        size = f"  ({self.facts.size_octets:,} octets)" if self.facts.size_octets else ""
        name = self.recipient.typed if self.recipient.is_resolved else self.recipient.display_name
        epoch = "" if self.epoch is None else f"  (table {self.epoch})"
        lines = [f"{name}{size}{epoch}", f"  {self._summary()}"]
        if trace.candidates:
            lines.append("")
            lines.extend(_table(trace.candidates))
        if trace.other_spaces:
            lines.append("")
            noun = "address space does" if trace.other_spaces == 1 else "address spaces do"
            more = "other " if trace.candidates else ""
            lines.append(f"  {trace.other_spaces:,} {more}{self.recipient.address_type} {noun} not match.")
        return "\n".join(lines)

    def _summary(self) -> str:
        if self._row is None:
            return f"no route: {self.reason}"
        connector, space = self._row.connector, self._row.space
        return f"goes to {connector.name} (gateway {connector.gateway}) by {space}, cost {space.cost}{self._wait()}"

    def _wait(self) -> str:
        if self.waits_for_call:
            return ", once the other side calls"
        return "" if self.retry_at is None else f", from {self.retry_at:%Y-%m-%d %H:%M:%S %Z} on"

    def __str__(self) -> str:
        return self._summary()


def _table(candidates: tuple[Candidate, ...]) -> list[str]:
    head = ("connector", "address space", "cost", "verdict")
    rows = [(c.connector, str(c.space), str(c.space.cost), str(c)) for c in candidates]
    first, second = (max(len(row[column]) for row in (head, *rows)) for column in (0, 1))
    return [
        f"  {name:<{first}}  {space:<{second}}  {cost:>4}  {verdict}" for name, space, cost, verdict in (head, *rows)
    ]
