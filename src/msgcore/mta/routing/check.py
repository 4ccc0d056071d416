"""Checking a table before it is put in force: what can never be, what leads back, what is not installed.

*Theory of operation.* Rows of the same pattern compete by cost, and rows of different patterns by specificity alone. A
pattern can never be hidden by more specific ones (each of those has literals that some of its addresses lack), so one
row shadows another only where both have the same pattern. Rows are sorted by pattern once, and a connector is looked
at once: the time grows with the table, not with its square.

How bad a finding is: an ``error`` loses mail or sends it round, and no table with one should be put in force; a
``warning`` says that something of the table does nothing; a ``note``, that it does little, which may be as intended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import attrs

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError, UsageError
from msgcore.model.address import SMTP
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.hosts import host_of, is_among
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.routing.specimen import specimen
from msgcore.spi.config import build_config, option_values
from msgcore.spi.registry import gateway
from msgcore.spi.secrets import check_reference

__all__ = ["Severity", "TableFinding", "check_table", "refuse_errors"]

Severity = Literal["error", "warning", "note"]
_BY_MX = frozenset({"port", "address_families", "allow_loopback"})
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@attrs.frozen
class TableFinding:
    """One thing that is wrong with a table: the ``rule``'s stable name, the connector and the space it is about."""

    severity: Severity
    rule: str
    text: str
    connector: str = ""
    space: AddressSpace | None = None

    def __str__(self) -> str:
        where = ", ".join(text for text in (self.connector, "" if self.space is None else str(self.space)) if text)
        return f"{self.severity}: {self.rule}: {where}: {self.text}"


@attrs.frozen
class _Row:
    connector: Connector
    space: AddressSpace
    is_far: bool
    is_of_use: bool

    @property
    def order(self) -> tuple[int, bool]:
        return self.space.cost, self.is_far

    @property
    def way(self) -> tuple[str, Mapping[str, str], str]:
        return self.connector.gateway, self.connector.options, self.connector.content


_Groups = Mapping[tuple[str, str], list[_Row]]


def check_table(
    table: RouteTable, *, own_names: Iterable[str] = (), built_in: Iterable[str] = ("mailbox",)
) -> tuple[TableFinding, ...]:
    """Find what is wrong with a table, the worst first, else in the order of its connectors.

    ``own_names`` are the names and addresses at which this MTA itself takes mail, each with or without a port
    (``mx.a.test``, ``192.0.2.1``, ``localhost:25``): a connector that relays there sends mail round. ``built_in``
    are the gateways that the MTA has besides those that are installed or registered.
    """
    names, known = {name.lower() for name in own_names}, set(built_in)
    groups: dict[tuple[str, str], list[_Row]] = {}
    found: list[TableFinding] = []
    places = {table.site, *table.locations} - {""}
    for connector in table.connectors:
        if connector.gateway not in known:
            found.extend(_of_gateway(connector, known))
        found.extend(_of_relay(connector))
        found.extend(_of_loop(connector, names, table.site))
        closed = list(_of_closed(connector))
        found.extend(closed)
        is_far = connector.site not in ("", table.site)
        for space in connector.spaces:
            useless = list(_of_space(connector, space, places))
            found.extend(useless)
            rows = groups.setdefault((space.address_type, space.key), [])
            rows.append(_Row(connector, space, is_far, not closed and not useless))
    found.extend(_of_rivals(table, groups))
    found.extend(_of_types(groups))
    found.extend(_of_redundant(groups))
    return _sorted(table, found)


def refuse_errors(table: RouteTable, own_names: Sequence[str], built_in: Sequence[str]) -> None:
    """Refuse a table that loses mail or sends it round.

    Raises:
        UsageError: ``check_table`` finds errors; the message lists them.
    """
    errors = [str(one) for one in check_table(table, own_names=own_names, built_in=built_in) if one.severity == "error"]
    if errors:
        raise UsageError("routes: " + "; ".join(errors))


def _sorted(table: RouteTable, found: list[TableFinding]) -> tuple[TableFinding, ...]:
    place = {connector.name: number for number, connector in enumerate(table.connectors)}
    return tuple(sorted(found, key=lambda one: (_SEVERITIES.index(one.severity), place.get(one.connector, -1))))


# One connector


def _unfetched(reference: str) -> Secret:
    check_reference(reference)
    return Secret("not-fetched-yet")


def _of_gateway(connector: Connector, built_in: Iterable[str]) -> Iterator[TableFinding]:
    try:
        config_type = gateway(connector.gateway, built_in=built_in).config_type
    except MsgcoreError as error:
        yield TableFinding("error", "unknown gateway", str(error), connector.name)
        return
    try:
        values = option_values(config_type, connector.options)
        build_config(config_type, values, folder=Path(), secret=_unfetched)
    except MsgcoreError as error:
        yield TableFinding("error", "wrong options", str(error), connector.name)


def _of_relay(connector: Connector) -> Iterator[TableFinding]:
    if connector.gateway == "smtp" and "relay" in connector.options:
        for name in sorted(_BY_MX.intersection(connector.options)):
            text = f"{name} is of hosts that are found by MX; a relay's port stands in its URL"
            yield TableFinding("warning", "unused option", text, connector.name)


def _of_loop(connector: Connector, own_names: set[str], site: str) -> Iterator[TableFinding]:
    host = host_of(connector)
    if host is not None and is_among(host, own_names):
        text = f"relays to {connector.options['relay']}, which is this MTA itself"
        yield TableFinding("error", "loop", text, connector.name)
    elif connector.leads_to and (connector.leads_to == site or connector.leads_to.lower() in own_names):
        text = f"leads to {connector.leads_to}, which is this MTA's own place"
        yield TableFinding("error", "loop", text, connector.name)


def _of_space(connector: Connector, space: AddressSpace, places: set[str]) -> Iterator[TableFinding]:
    """Say why nothing ever goes by this space."""
    if space.scope and places.isdisjoint(space.scope):
        text = f"only for {', '.join(space.scope)}, and this MTA is of {', '.join(sorted(places)) or 'no site'}"
        yield TableFinding("note", "out of scope", text, connector.name, space)
    elif specimen(space) is None:
        yield TableFinding("warning", "no match", "no valid address matches it", connector.name, space)


def _of_closed(connector: Connector) -> Iterator[TableFinding]:
    """Say why nothing ever goes this way."""
    if not connector.is_enabled:
        yield TableFinding("warning", "disabled", "takes no mail until it is enabled", connector.name)
    elif connector.max_size_octets == 0:
        yield TableFinding("warning", "takes nothing", "no message is as small as 0 octets", connector.name)
    elif _refuses_all_senders(connector):
        text = "never_from has every sender that only_from has"
        yield TableFinding("warning", "takes nothing", text, connector.name)
    elif rivals := _verdicts_that_never_meet(connector):
        yield TableFinding("warning", "takes nothing", f"no message has {rivals}", connector.name)
    elif connector.schedule is not None and connector.schedule.is_remote_initiated:
        text = "opens only while the other side calls; mail waits until then"
        yield TableFinding("note", "never opens", text, connector.name)


def _refuses_all_senders(connector: Connector) -> bool:
    never = [AddressSpace(SMTP, pattern) for pattern in connector.never_from]
    only = [AddressSpace(SMTP, pattern) for pattern in connector.only_from]
    # A star of the narrow pattern is met by a star of the broad one and by nothing else, so this compares languages.
    return bool(only) and all(any(broad.matches_key(narrow.key) for broad in never) for narrow in only)


def _verdicts_that_never_meet(connector: Connector) -> str:
    """Name verdicts that are needed and refused, or two of one kind that are needed; empty when there are none."""
    both = connector.needs_verdicts & connector.refuses_verdicts
    if both:
        return f"{min(both)} and has it not"
    by_kind: dict[str, str] = {}
    for verdict in sorted(connector.needs_verdicts):
        other = by_kind.setdefault(verdict.partition("=")[0], verdict)
        if other != verdict:
            return f"{other} and {verdict}"
    return ""


def _is_free(row: _Row) -> bool:
    """Say whether it takes every message at any time, as long as its link is up."""
    one = row.connector
    return (
        one.max_size_octets is None
        and not (one.only_from or one.never_from or one.message_classes or one.leads_to)
        and not (one.needs_verdicts or one.refuses_verdicts)
        and one.priorities == (-9, 9)
        and one.capabilities is None
        and one.schedule is None
        and one.max_tries is None
    )


# Rows of one pattern


def _of_rivals(table: RouteTable, groups: _Groups) -> Iterator[TableFinding]:
    """Say of each connector what it is beside a better one of the same spaces, once for each such pair."""
    found: dict[tuple[str, str, str], tuple[TableFinding, int]] = {}
    for group in groups.values():
        rows = [row for row in group if row.is_of_use] if len(group) > 1 else []
        free = [row for row in rows if _is_free(row)]
        if not free:
            continue
        best = min(free, key=lambda row: (*row.order, row.connector.name))
        for row in rows:
            finding = None if row is best else _beside(row, best, table.policy == "least_cost")
            if finding is not None:
                key = finding.rule, row.connector.name, best.connector.name
                first, count = found.get(key, (finding, 0))
                found[key] = first, count + 1
    for finding, count in found.values():
        more = f"; so with {count - 1:,} other{'' if count == 2 else 's'} of its spaces" if count > 1 else ""
        yield attrs.evolve(finding, text=finding.text + more)


def _beside(row: _Row, best: _Row, cost_is_first: bool) -> TableFinding | None:
    other, make = best.connector.name, row.connector.name
    if row.order < best.order:
        return None
    if row.way == best.way:
        text = f"goes the same way as {other}, which has the same space and takes everything"
        return TableFinding("warning", "same way", text, make, row.space)
    if row.space.cost > best.space.cost:
        costs = f"{other} takes everything there for {best.space.cost}, not {row.space.cost}"
        if cost_is_first:
            return TableFinding("warning", "shadowed", f"{costs}, and cost decides first", make, row.space)
        return TableFinding("note", "backup", f"{costs}; this is a way while its link is down", make, row.space)
    if row.is_far and not best.is_far:
        text = f"never drawn while the link of {other} is up: that is nearer, and costs the same"
        return TableFinding("note", "never drawn", text, make, row.space)
    return None


# Types and patterns


def _of_types(groups: _Groups) -> Iterator[TableFinding]:
    by_type: dict[str, list[_Row]] = {}
    for (address_type, _), rows in groups.items():
        by_type.setdefault(address_type, []).extend(rows)
    for address_type, rows in sorted(by_type.items()):
        if all(row.space.is_exact for row in rows):
            text = f"every {address_type} address that is not written out is refused; no space has a *"
            yield TableFinding("warning", "no fallback", text, space=rows[0].space)
        lowest = min(row.space.specificity for row in rows)
        for row in rows:
            if row.space.fallthrough and row.space.specificity == lowest:
                text = "falls through to nothing: no space is less specific"
                yield TableFinding("warning", "falls nowhere", text, row.connector.name, row.space)


def _of_redundant(groups: _Groups) -> Iterator[TableFinding]:
    """Say which spaces could go, because the next broader one leads to the same connector, and to no other.

    Only where every pattern is an address, ``*@domain``, ``*@*.domain`` or ``*``: those lie inside each other or apart.
    """
    own = {key: rows for (address_type, key), rows in groups.items() if address_type == SMTP}
    if not all(_is_plain(key) for key in own):
        return
    for key, rows in own.items():
        if len(rows) > 1 or not rows[0].is_of_use:
            continue
        broader = next((own[wider] for wider in _wider(key) if wider in own), None)
        if broader is not None and len(broader) == 1 and _takes(rows[0]) == _takes(broader[0]):
            text = f"says what {broader[0].space.pattern} says already"
            yield TableFinding("note", "redundant", text, rows[0].connector.name, rows[0].space)


def _is_plain(key: str) -> bool:
    if key == "*" or "*" not in key:
        return True
    return key.startswith("*@") and "*" not in key.removeprefix("*@").removeprefix("*.")


def _wider(key: str) -> Iterator[str]:
    if key == "*":
        return
    _, _, domain = key.rpartition("@")
    if not key.startswith("*@"):
        yield f"*@{domain}"
    parent = domain.removeprefix("*.").partition(".")[2] if domain.startswith("*.") else domain.partition(".")[2]
    while parent:
        yield f"*@*.{parent}"
        parent = parent.partition(".")[2]
    yield "*"


def _takes(row: _Row) -> tuple[str, frozenset[str], bool]:
    return row.connector.name, frozenset(row.space.scope), row.space.fallthrough
