"""What routing decided for one recipient, and why."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import Address
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.space_index import Row
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["Candidate", "Decision", "Reason", "Trace", "Verdict"]

_NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class Verdict(enum.Enum):
    """Why a candidate was taken or dropped, in the order in which the rules apply."""

    DISABLED = "disabled"
    TOO_BIG = "too big"
    SENDER_NOT_ALLOWED = "not for this sender"
    LESS_SPECIFIC = "less specific"
    LEFT_OUT = "left out of this try"
    LINK_DOWN = "link is down"
    COSTS_MORE = "costs more"
    NOT_DRAWN = "equal, and not drawn"
    CHOSEN = "chosen"


@attrs.frozen
class Candidate:
    """A connector, the space of it that matches the recipient, and what became of it."""

    connector: str
    space: AddressSpace
    verdict: Verdict
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.detail}" if self.detail else self.verdict.value


@attrs.frozen
class Reason:
    """Why there is no way for a recipient; of class 4 when waiting or an administrator may help."""

    status: EnhancedStatus
    text: str

    @property
    def is_permanent(self) -> bool:
        return self.status.klass == 5

    def __str__(self) -> str:
        return f"{self.status} {self.text}"


@attrs.frozen
class Trace:
    """Every row of the recipient's type that matches it, and how many others there are."""

    candidates: tuple[Candidate, ...]
    other_spaces: int


@attrs.frozen
class Decision:
    """The connector that takes ``recipient``, or the ``reason`` why none does.

    ``retry_at`` is set when every link that could take it is down: the connector is then the one that comes up first,
    at that time, and until then the recipient waits.
    """

    recipient: Address
    facts: MessageFacts
    reason: Reason | None
    retry_at: datetime | None
    _row: Row | None
    _trace: Callable[[], Trace] = attrs.field(eq=False, repr=False)

    @property
    def connector(self) -> str | None:
        return None if self._row is None else self._row.connector.name

    @property
    def gateway(self) -> str | None:
        return None if self._row is None else self._row.connector.gateway

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
        return self._trace().candidates

    def explain(self) -> str:
        """Tell the decision and what became of every candidate, as lines of text for a person."""
        trace = self._trace()
        size = f"  ({self.facts.size_octets:,} octets)" if self.facts.size_octets else ""
        name = self.recipient.typed if self.recipient.is_resolved else self.recipient.display_name
        lines = [f"{name}{size}", f"  {self._summary()}"]
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
        wait = "" if self.retry_at is None else f", once its link is up at {self.retry_at:%Y-%m-%d %H:%M:%S %Z}"
        connector, space = self._row.connector, self._row.space
        return f"goes to {connector.name} (gateway {connector.gateway}) by {space}, cost {space.cost}{wait}"

    def __str__(self) -> str:
        return self._summary()


def _table(candidates: tuple[Candidate, ...]) -> list[str]:
    head = ("connector", "address space", "cost", "verdict")
    rows = [(c.connector, str(c.space), str(c.space.cost), str(c)) for c in candidates]
    first, second = (max(len(row[column]) for row in (head, *rows)) for column in (0, 1))
    return [
        f"  {name:<{first}}  {space:<{second}}  {cost:>4}  {verdict}" for name, space, cost, verdict in (head, *rows)
    ]
