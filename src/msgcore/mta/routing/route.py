"""Routing: which connector takes a recipient.

:meth:`RouteTable.route` is pure. How it selects, and what comes before what, stands in
:mod:`~msgcore.mta.routing.selection`; where the most specific space has one row that nothing closes, as is usual, there
is nothing to select. The trace walks the same rows once more, when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import cast, get_args

import attrs

from msgcore.errors import UsageError
from msgcore.model.address import Address, parse_address
from msgcore.mta.routing import table_data
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import LinkState, MessageFacts
from msgcore.mta.routing.reasons import no_route, unusable
from msgcore.mta.routing.rules import rules_of_connector, rules_of_space
from msgcore.mta.routing.selection import Policy, choose, trace_of
from msgcore.mta.routing.space_index import Row, SpaceIndex
from msgcore.wire.domain import address_key

__all__ = ["LinkState", "MessageFacts", "RouteTable"]

_NO_FACTS = MessageFacts()
_ALL_UP = LinkState()
_NOBODY: frozenset[str] = frozenset()


def _connectors(connectors: Iterable[Connector]) -> tuple[Connector, ...]:
    given = cast(object, connectors)
    found = tuple(cast("Iterable[object]", given)) if isinstance(given, Iterable) else (None,)
    if not all(isinstance(one, Connector) for one in found):
        raise UsageError(f"connectors: need a sequence of connectors, such as [Connector(…)], got {given!r:.80}")
    return cast("tuple[Connector, ...]", found)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise UsageError(f"locations: need a sequence of names; write [{names!r}]")
    return tuple(names)


@attrs.frozen
class RouteTable:
    """The connectors of an organisation, compiled for look-up. An empty table routes nothing.

    Raises:
        UsageError: what is given are no connectors; two have one name, or a connector has one address space twice; an
            unknown policy.
    """

    connectors: tuple[Connector, ...] = attrs.field(converter=_connectors, default=())
    policy: Policy = attrs.field(default="cost", kw_only=True)
    """``cost`` compares costs among the ways that are up.

    ``least_cost`` compares them first: mail waits for a cheap link that is down, but not for a schedule to open.
    """
    site: str = attrs.field(default="", kw_only=True)
    """The site of the MTA that uses the table."""
    locations: tuple[str, ...] = attrs.field(converter=_names, default=(), kw_only=True)
    """The groups of MTAs that it belongs to, for scopes."""
    epoch: int | None = attrs.field(default=None, kw_only=True, eq=False)
    """The number under which the table became active; no part of its data."""
    _indexes: Mapping[str, SpaceIndex] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.policy not in get_args(Policy):
            raise UsageError(f"policy {self.policy!r}: need {' or '.join(map(repr, get_args(Policy)))}")
        rows: dict[str, list[Row]] = {}
        names: set[str] = set()
        own_names = {self.site, *self.locations} - {""}
        for connector in self.connectors:
            if connector.name in names:
                raise UsageError(f"connector {connector.name!r}: two have this name")
            names.add(connector.name)
            rules = rules_of_connector(connector)
            is_far = connector.site not in ("", self.site)
            spaces: set[tuple[str, str]] = set()
            for space in connector.spaces:
                if (space.address_type, space.key) in spaces:
                    raise UsageError(f"connector {connector.name!r}: has {space} twice")
                spaces.add((space.address_type, space.key))
                its_rules = rules_of_space(space, own_names) + rules if space.scope else rules
                rows.setdefault(space.address_type, []).append(Row(connector, space, its_rules, is_far))
        object.__setattr__(self, "_indexes", {kind: SpaceIndex(kind, its_rows) for kind, its_rows in rows.items()})

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> RouteTable:
        """Make a table from plain data, as TOML or JSON gives it: the form of :meth:`to_data`.

        Raises:
            UsageError: a key is missing, unknown or wrong; the message names it: ``connectors[2].spaces[0].cost``.
        """
        return cls(**table_data.read_table(data))

    def to_data(self) -> dict[str, object]:
        """Give the table as plain data for TOML or JSON: ``connectors``, each with its ``spaces``."""
        return table_data.write_table(self.connectors, self.policy, self.site, self.locations)

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

        ``exclude`` names connectors to leave out of this try. Without ``now`` every link named in ``links`` is down,
        and every schedule that has windows open.

        Raises:
            InvalidAddress: the text is no address.
        """
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        kind, text = address.address_type, address.email_address
        index = self._indexes.get(kind) or self._indexes.get(kind.upper())
        # What address_key would do, without the call: nearly all addresses are of that kind.
        key = text.lower() if text.isascii() and text[-1:] != "." else address_key(kind.upper(), text)
        asked = index, key, facts, links, now, exclude, self.policy
        rows = None if index is None else index.best(key)
        if rows is None:
            reason = unusable(address) or no_route(address, trace_of(*asked))
            return Decision(address, facts, reason, None, self.epoch, None, asked)
        if len(rows) == 1:
            row = rows[0]
            name = row.connector.name
            if row.is_always_open and name not in links.down and name not in exclude and name != facts.arrived_by:
                for rule in row.rules:
                    if rule(facts) is not None:
                        break
                else:
                    return Decision(address, facts, None, None, self.epoch, row, asked)
        choice = choose(*asked)
        if choice is None:
            return Decision(address, facts, no_route(address, trace_of(*asked)), None, self.epoch, None, asked)
        row, retry_at = choice
        return Decision(address, facts, None, retry_at, self.epoch, row, asked)
