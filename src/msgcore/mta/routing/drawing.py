"""What a picture of a table shows: boxes and lines, folded where there would be too many."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.base.text import one_line
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.route import RouteTable
from msgcore.spi.url import shown_url

__all__ = ["ConnectorBox", "Drawing", "HopBox", "Line", "SpaceBox", "drawing_of", "more_connectors"]

MOST_CONNECTORS = 60
_SPACES_IN_ALL = 150
_MOST_SPACES, _FEWEST_SPACES = 12, 3


@attrs.frozen
class SpaceBox:
    """A pattern of one address type, or in place of those that are folded away: how many they are."""

    address_type: str
    pattern: str
    folded: int = 0

    @property
    def text(self) -> str:
        return f"and {self.folded:,} more" if self.folded else self.pattern


@attrs.frozen
class HopBox:
    """Where connectors lead: a gateway, and the server that it relays to, if it does."""

    gateway: str
    next_hop: str


@attrs.frozen
class ConnectorBox:
    """A connector, what it does not take, and the number of its place among the :class:`HopBox`."""

    name: str
    limits: tuple[str, ...]
    is_enabled: bool
    hop: int


@attrs.frozen
class Line:
    """From a space to a connector, by their numbers; ``cost`` is ``None`` for spaces that are folded away."""

    space: int
    connector: int
    cost: int | None


@attrs.frozen
class Drawing:
    """All of a picture; ``folded`` connectors are not in it."""

    spaces: tuple[SpaceBox, ...]
    connectors: tuple[ConnectorBox, ...]
    hops: tuple[HopBox, ...]
    lines: tuple[Line, ...]
    folded: int

    @property
    def address_types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(space.address_type for space in self.spaces))


def drawing_of(table: RouteTable) -> Drawing:
    """Say what a picture of a table shows: its first connectors, and of each the first spaces."""
    shown = table.connectors[:MOST_CONNECTORS]
    most = max(_FEWEST_SPACES, min(_MOST_SPACES, _SPACES_IN_ALL // max(1, len(shown))))
    keys: dict[tuple[str, str], str] = {}
    for connector in shown:
        for space in connector.spaces[:most]:
            keys.setdefault((space.address_type, space.key), space.pattern)
    boxes: list[tuple[str, int, SpaceBox]] = []  # with the connector that it stands by
    lines: list[tuple[SpaceBox, int, int | None]] = []
    made: dict[tuple[str, str], SpaceBox] = {}
    for number, connector in enumerate(shown):
        folded: dict[str, int] = {}
        for space in connector.spaces:
            key = space.address_type, space.key
            if key not in keys:
                folded[space.address_type] = folded.get(space.address_type, 0) + 1
                continue
            if key not in made:
                made[key] = SpaceBox(space.address_type, one_line(keys[key]))
                boxes.append((space.address_type, number, made[key]))
            lines.append((made[key], number, space.cost))
        for address_type, count in folded.items():
            box = SpaceBox(address_type, connector.name, count)  # the name only tells it from others
            boxes.append((address_type, number, box))
            lines.append((box, number, None))
    boxes.sort(key=lambda box: box[:2])
    spaces = tuple(box for _, _, box in boxes)
    place = {box: number for number, box in enumerate(spaces)}
    hops = list(dict.fromkeys(_hop(connector) for connector in shown))
    return Drawing(
        spaces,
        tuple(
            ConnectorBox(one_line(one.name), tuple(_limits(one)), one.is_enabled, hops.index(_hop(one)))
            for one in shown
        ),
        tuple(hops),
        tuple(Line(place[box], number, cost) for box, number, cost in lines),
        len(table.connectors) - len(shown),
    )


def more_connectors(folded: int) -> str:
    return f"and {folded:,} more connector{'' if folded == 1 else 's'}"


def _hop(connector: Connector) -> HopBox:
    return HopBox(one_line(connector.gateway), one_line(shown_url(connector.options.get("relay", ""))))


def _limits(one: Connector) -> Iterator[str]:
    if not one.is_enabled:
        yield "disabled"
    if one.max_size_octets is not None:
        yield f"up to {_size(one.max_size_octets)}"
    for word, values in (
        ("only from", one.only_from),
        ("never from", one.never_from),
        ("only", one.message_classes),
        ("needs", sorted(one.needs_verdicts)),
        ("refuses", sorted(one.refuses_verdicts)),
    ):
        if values:
            yield f"{word} {one_line(', '.join(values))}"
    if one.priorities != (-9, 9):
        yield f"priority {one.priorities[0]} to {one.priorities[1]}"
    if one.capabilities is not None:
        yield f"promises {', '.join(sorted(one.capabilities)) or 'nothing'}"
    if one.schedule is not None:
        yield f"open {', '.join(one.schedule.windows)}" if one.schedule.windows else "open when called"
        if one.schedule.windows and one.schedule.time_zone != "UTC":
            yield f"by {one.schedule.time_zone}"
    for word, name in (("leads to", one.leads_to), ("in site", one.site)):
        if name:
            yield f"{word} {one_line(name)}"
    if one.max_tries is not None:
        yield f"up to {one.max_tries:,} tries"
    if one.weight != 1:
        yield f"weight {one.weight}"
    if one.content != "as it is":
        yield f"made into {one.content}"


def _size(octets: int) -> str:
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if octets >= unit and octets % (unit // 10) == 0:
            return f"{octets / unit:g} {name}"
    return f"{octets:,} octets"
