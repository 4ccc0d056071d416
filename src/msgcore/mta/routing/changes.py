"""Changes: what is different in a new table, and what that means for a sample of mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import cast

import attrs

from msgcore.model.address import Address, parse_address
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.facts import LinkState, MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.schedule import Schedule
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["MovedRecipient", "Share", "Simulation", "TableChange", "compare_tables", "simulate"]

_ALL_UP = LinkState()
_SHOWN = 20


@attrs.frozen
class TableChange:
    """One difference between two tables, as values of ``field`` before and after.

    ``field`` is empty where a whole connector, or a whole space of one, was added (``before`` is ``None``) or removed
    (``after`` is). One option of a connector is a field of its own: ``options.relay``. A field of the table itself has
    no connector.
    """

    connector: str
    space: AddressSpace | None
    field: str
    before: object
    after: object

    def __str__(self) -> str:
        what = f"connector {self.connector!r}" if self.connector else "table"
        if self.space is not None:
            what = f"{what}: space {self.space}"
        if self.field:
            return f"{what}: {self.field}: {_shown(self.before)} -> {_shown(self.after)}"
        return f"{what}: {'added' if self.before is None else 'removed'}"


def compare_tables(before: RouteTable, after: RouteTable) -> tuple[TableChange, ...]:
    """Give every difference between two tables, ``()`` when they route alike; connectors are paired by name.

    The spaces of a connector are paired by what they match. In which order anything stands makes no difference.
    """
    old, new = _by_name(before), _by_name(after)
    found = list(_fields("", None, before, after, ("connectors",)))
    for name in _either(old, new):
        one, other = old.get(name), new.get(name)
        if one is None or other is None:
            found.append(TableChange(name, None, "", one, other))
        else:
            found.extend(_of_connector(one, other))
    return tuple(found)


def _by_name(table: RouteTable) -> dict[str, Connector]:
    return {connector.name: connector for connector in table.connectors}


def _either(old: Iterable[str], new: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*old, *new)))


def _of_connector(before: Connector, after: Connector) -> Iterator[TableChange]:
    name = before.name
    yield from _fields(name, None, before, after, ("name", "spaces", "options"))
    for key in _either(before.options, after.options):
        one, other = before.options.get(key), after.options.get(key)
        if one != other:
            yield TableChange(name, None, f"options.{key}", one, other)
    old, new = _by_key(before), _by_key(after)
    for matched in dict.fromkeys((*old, *new)):
        space, its = old.get(matched), new.get(matched)
        if space is None or its is None:
            yield TableChange(name, space or its, "", space, its)
        else:
            yield from _fields(name, space, space, its, ("address_type", "pattern"))


def _by_key(connector: Connector) -> dict[tuple[str, str], AddressSpace]:
    return {(space.address_type, space.key): space for space in connector.spaces}


def _fields(
    connector: str,
    space: AddressSpace | None,
    before: attrs.AttrsInstance,
    after: attrs.AttrsInstance,
    others: tuple[str, ...],
) -> Iterator[TableChange]:
    for field in attrs.fields(type(before)):
        if not field.init or not field.eq or field.name in others:
            continue
        one, other = (cast("object", getattr(thing, field.name)) for thing in (before, after))
        if one != other:
            yield TableChange(connector, space, field.name, one, other)


def _shown(value: object) -> str:
    if isinstance(value, tuple | frozenset):
        texts = [str(one) for one in cast("Iterable[object]", value)]
        return ", ".join(sorted(texts) if isinstance(value, frozenset) else texts) or "none"
    if isinstance(value, Schedule):
        return f"{', '.join(value.windows) or 'when the other side calls'} ({value.time_zone})"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "none" if value is None or value == "" else str(value)


@attrs.frozen
class MovedRecipient:
    """A recipient of the sample who goes another way after the change."""

    before: Decision
    after: Decision

    @property
    def recipient(self) -> Address:
        return self.before.recipient

    def __str__(self) -> str:
        return f"{self.recipient.typed}: {self.before}\n  now {self.after}"


@attrs.frozen
class Share:
    """How many recipients of the sample a connector takes; ``None`` counts those who have no route."""

    connector: str | None
    before: int
    after: int


@attrs.frozen
class Simulation:
    """What a change of tables does to a sample of mail; as text it is a report for a person."""

    shares: tuple[Share, ...]
    moved: tuple[MovedRecipient, ...]

    @property
    def recipients(self) -> int:
        """How many the sample has."""
        return sum(share.before for share in self.shares)

    def __str__(self) -> str:
        width = max((len(_name(share)) for share in self.shares), default=0)
        width = max(width, len("connector"))
        lines = [f"{self.recipients:,} recipients, another way than before: {len(self.moved):,}", ""]
        lines.append(f"  {'connector':<{width}}  {'before':>10}  {'after':>10}")
        lines.extend(f"  {_name(share):<{width}}  {share.before:>10,}  {share.after:>10,}" for share in self.shares)
        if self.moved:
            lines.append("")
            lines.extend("  " + str(one).replace("\n", "\n  ") for one in self.moved[:_SHOWN])
        if len(self.moved) > _SHOWN:
            lines.append(f"  and {len(self.moved) - _SHOWN:,} more")
        return "\n".join(lines)


def _name(share: Share) -> str:
    return "(no route)" if share.connector is None else share.connector


def simulate(
    before: RouteTable,
    after: RouteTable,
    sample: Iterable[tuple[str | Address, MessageFacts]],
    *,
    links: LinkState = _ALL_UP,
    now: datetime | None = None,
) -> Simulation:
    """Route a sample of mail by two tables: who takes how much, and which recipients go another way.

    Another way is another connector, or one that was changed so that mail is delivered otherwise (its gateway, options,
    or content); another reason why there is none; another time to wait for. Each of those recipients is kept with both
    decisions, so a sample should not be larger than memory; the rest is only counted.

    Raises:
        InvalidAddress: a recipient is no address.
    """
    counts_before, counts_after = Counter[str | None](), Counter[str | None]()
    moved: list[MovedRecipient] = []
    for recipient, facts in sample:
        address = parse_address(recipient) if isinstance(recipient, str) else recipient
        old, new = (table.route(address, facts, links=links, now=now) for table in (before, after))
        counts_before[old.connector] += 1
        counts_after[new.connector] += 1
        if _way(old) != _way(new):
            moved.append(MovedRecipient(old, new))
    names = sorted({*counts_before, *counts_after}, key=lambda name: (name is None, name or ""))
    shares = tuple(Share(name, counts_before[name], counts_after[name]) for name in names)
    return Simulation(shares, tuple(moved))


def _way(decision: Decision) -> tuple[object, ...]:
    way = decision.way
    if way is None:
        return (None if decision.reason is None else decision.reason.status,)
    options: Mapping[str, str] = way.options
    return way.name, way.gateway, dict(options), way.content, decision.retry_at
