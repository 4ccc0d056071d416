"""Routing: which connector takes a recipient.

*Theory of operation.* Candidates are the rows of the recipient's own address type whose space matches the whole
address; no other type is ever looked at. Then, in this order:

1. Connectors that cannot take the message at all are dropped: disabled, too big, not for this sender.
2. Of the rest, the most specific spaces stay. From here on the set is fixed: a narrow space whose link is down never
   makes a broader one win, because the broader way would often lead back here.
3. Connectors that the caller leaves out (those that just did not answer) are dropped.
4. The order is total: a link that is up before one that comes up later, then the lower cost, then a weighted
   rendezvous hash over the transfer id, which is even, and the same on every try.

:meth:`RouteTable.route` is pure. The trace walks the same rows once more, when it is asked for.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.mta.routing import table_data
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Candidate, Decision, Reason, Trace, Verdict
from msgcore.mta.routing.facts import LinkState, MessageFacts
from msgcore.mta.routing.space_index import Row, SpaceIndex
from msgcore.wire.domain import address_key

__all__ = ["LinkState", "MessageFacts", "RouteTable"]

_UP = datetime.min.replace(tzinfo=UTC)
_NO_FACTS = MessageFacts()
_ALL_UP = LinkState()
_NOBODY: frozenset[str] = frozenset()


def _connectors(connectors: Iterable[Connector]) -> tuple[Connector, ...]:
    return tuple(connectors)


@attrs.frozen
class RouteTable:
    """The connectors of an organisation, compiled for look-up. An empty table routes nothing.

    Raises:
        UsageError: two connectors have one name, or a connector has one address space twice.
    """

    connectors: tuple[Connector, ...] = attrs.field(converter=_connectors, default=())
    _indexes: Mapping[str, SpaceIndex] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        indexes: dict[str, SpaceIndex] = {}
        names: set[str] = set()
        for connector in self.connectors:
            if connector.name in names:
                raise UsageError(f"connector {connector.name!r}: two have this name")
            names.add(connector.name)
            spaces: set[tuple[str, str]] = set()
            for space in connector.spaces:
                if (space.address_type, space.key) in spaces:
                    raise UsageError(f"connector {connector.name!r}: has {space} twice")
                spaces.add((space.address_type, space.key))
                index = indexes.setdefault(space.address_type, SpaceIndex(space.address_type))
                index.add(Row(connector, space))
        object.__setattr__(self, "_indexes", indexes)

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> RouteTable:
        """Make a table from plain data, as TOML or JSON gives it: the form of :meth:`to_data`.

        Raises:
            UsageError: a key is missing, unknown or wrong; the message names it: ``connectors[2].spaces[0].cost``.
        """
        return cls(table_data.read_connectors(data))

    def to_data(self) -> dict[str, object]:
        """Give the table as plain data for TOML or JSON: ``connectors``, each with its ``spaces``."""
        return table_data.write_connectors(self.connectors)

    @property
    def address_types(self) -> tuple[str, ...]:
        """The address types that have a space, sorted."""
        return tuple(sorted(self._indexes))

    def route(
        self,
        recipient: str | Address,
        facts: MessageFacts = _NO_FACTS,
        *,
        links: LinkState = _ALL_UP,
        now: datetime | None = None,
        exclude: AbstractSet[str] = _NOBODY,
    ) -> Decision:
        """Choose the connector for one recipient (``TYPE:value``, ``bob@b.test`` or an address).

        ``exclude`` names connectors to leave out of this try. Without ``now`` every link named in ``links`` is down.

        Raises:
            InvalidAddress: the text is no address.
        """
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        kind = address.address_type.upper()
        index = self._indexes.get(kind)
        question = _Question(address_key(kind, address.email_address), facts, links, now, exclude)
        trace = functools.partial(_trace, index, question)
        unusable = _unusable(address)
        if unusable is not None:
            return Decision(address, facts, unusable, None, None, functools.partial(_trace, None, question))
        choice = None if index is None else question.choose(index)
        if choice is None:
            return Decision(address, facts, _reason(kind, trace()), None, None, trace)
        row, retry_at = choice
        return Decision(address, facts, None, retry_at, row, trace)


@attrs.frozen
class _Question:
    """One recipient's key and everything else that the choice depends on."""

    key: str
    facts: MessageFacts
    links: LinkState
    now: datetime | None
    exclude: AbstractSet[str]

    def choose(self, index: SpaceIndex) -> tuple[Row, datetime | None] | None:
        for group in index.groups(self.key):
            able = [row for row in group if self.barrier(row.connector) is None]
            if able:
                return self.best(able)
        return None

    def barrier(self, connector: Connector) -> tuple[Verdict, str] | None:
        """Say why a connector cannot take this message at all."""
        if not connector.is_enabled:
            return Verdict.DISABLED, ""
        size = self.facts.size_octets
        if not connector.takes_size(size):
            return Verdict.TOO_BIG, f"{size:,} octets, takes {connector.max_size_octets:,}"
        if not connector.takes_sender(self.facts.sender):
            return Verdict.SENDER_NOT_ALLOWED, "only from " + ", ".join(connector.only_from)
        return None

    def best(self, able: list[Row]) -> tuple[Row, datetime | None] | None:
        if self.exclude:
            able = [row for row in able if row.connector.name not in self.exclude]
        if not able:
            return None
        if len(able) == 1 and not self.links.down:
            return able[0], None
        until, cost = min((self.up_at(row), row.space.cost) for row in able)
        equals = [row for row in able if (self.up_at(row), row.space.cost) == (until, cost)]
        row = equals[0] if len(equals) == 1 else max(equals, key=self._draw)
        return row, None if until is _UP else until

    def up_at(self, row: Row) -> datetime:
        return self.links.down_until(row.connector.name, self.now) or _UP

    def _draw(self, row: Row) -> tuple[float, str, str]:
        """Score a row for the weighted rendezvous hash; name and pattern make the order total."""
        connector = row.connector
        text = f"{self.facts.transfer_id or self.key}\0{connector.name}"
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        fraction = (int.from_bytes(digest, "big") + 0.5) / 2**64
        return connector.weight / -math.log(fraction), connector.name, row.space.key


def _unusable(address: Address) -> Reason | None:
    if not address.is_resolved:
        return Reason(EnhancedStatus(5, 1, 3), f"{address.display_name!r} is a name that stands for no address yet")
    if address.address_type.upper() == SMTP and "@" not in address.email_address:
        return Reason(EnhancedStatus(5, 1, 3), f"{address.email_address!r} has no domain")
    return None


def _trace(index: SpaceIndex | None, question: _Question) -> Trace:
    if index is None:
        return Trace((), 0)
    candidates: list[Candidate] = []
    fixed: list[Row] = []
    for group in index.groups(question.key):
        able = [row for row in group if question.barrier(row.connector) is None]
        choice = None if fixed else question.best(able)
        for row in sorted(group, key=lambda row: (row.space.cost, row.connector.name, row.space.key)):
            verdict, detail = _verdict(question, row, fixed, choice)
            candidates.append(Candidate(row.connector.name, row.space, verdict, detail))
        fixed = fixed or able
    return Trace(tuple(candidates), index.size - len(candidates))


def _verdict(
    question: _Question, row: Row, fixed: list[Row], choice: tuple[Row, datetime | None] | None
) -> tuple[Verdict, str]:
    barrier = question.barrier(row.connector)
    if barrier is not None:
        return barrier
    if fixed:
        return Verdict.LESS_SPECIFIC, f"{fixed[0].space.pattern} comes first"
    if row.connector.name in question.exclude or choice is None:
        return Verdict.LEFT_OUT, ""
    chosen, until = choice
    if row is chosen:
        return Verdict.CHOSEN, "" if until is None else f"link is down until {until:%Y-%m-%d %H:%M:%S %Z}"
    if question.up_at(row) > (until or _UP):
        return Verdict.LINK_DOWN, f"until {question.up_at(row):%Y-%m-%d %H:%M:%S %Z}"
    if row.space.cost > chosen.space.cost:
        return Verdict.COSTS_MORE, f"{row.space.cost}, not {chosen.space.cost}"
    return Verdict.NOT_DRAWN, ""


def _reason(address_type: str, trace: Trace) -> Reason:
    verdicts = {candidate.verdict for candidate in trace.candidates}
    if Verdict.LEFT_OUT in verdicts:
        return Reason(EnhancedStatus(4, 4, 4), "every connector of the best address space is left out of this try")
    if Verdict.DISABLED in verdicts:
        names = sorted({c.connector for c in trace.candidates if c.verdict is Verdict.DISABLED})
        return Reason(EnhancedStatus(4, 4, 4), f"disabled: {', '.join(names)}")
    if Verdict.TOO_BIG in verdicts:
        detail = next(c.detail for c in trace.candidates if c.verdict is Verdict.TOO_BIG)
        return Reason(EnhancedStatus(5, 3, 4), f"too big for every connector: {detail}")
    if Verdict.SENDER_NOT_ALLOWED in verdicts:
        return Reason(EnhancedStatus(5, 7, 1), "no connector takes mail of this sender to there")
    if trace.other_spaces:
        return Reason(EnhancedStatus(5, 4, 4), f"no {address_type} address space matches")
    return Reason(EnhancedStatus(5, 4, 4), f"no connector serves the address type {address_type}")
