"""The SVG of a table: a small layout of its own.

*Theory of operation.* Four columns. Spaces stand one below the other, those of a type together, in the order of their
connectors. A connector would stand at the middle of its spaces (those it shares with others pull less), and a next hop
at the middle of its connectors; where that is too close, neighbours are moved apart by as little as possible in sum (of
squares). Lines end at ports, one below the other, so that the costs at their ends can be read.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import islice

import attrs

from msgcore.mta.routing.drawing import ConnectorBox, Drawing, HopBox, SpaceBox, more_connectors

__all__ = ["svg_of"]

_MARGIN, _HEAD = 24, 64
_ROW, _ROW_GAP, _TYPE_GAP = 26, 6, 18
_TYPE_WIDTH, _SPACE_WIDTH, _CONNECTOR_WIDTH, _HOP_WIDTH = 76, 236, 236, 236
_TYPE_LEFT = _MARGIN
_SPACE_LEFT = _TYPE_LEFT + _TYPE_WIDTH + 6
_CONNECTOR_LEFT = _SPACE_LEFT + _SPACE_WIDTH + 170
_HOP_LEFT = _CONNECTOR_LEFT + _CONNECTOR_WIDTH + 110
_WIDTH = _HOP_LEFT + _HOP_WIDTH + _MARGIN
_BOX_GAP, _PORT, _LINE = 14, 16, 15
_SCREEN = 720  # so far apart the name of a type is said again
_MOST_LIMITS = 5
_CELLS = 30  # of one line of text in a box

# Fill and stroke, for one address type after another.
_COLORS = (
    ("#e8f0fe", "#3b6fd4"),
    ("#e6f4ea", "#2f8a4e"),
    ("#fef3e0", "#c27a0e"),
    ("#f3e8fd", "#8447c9"),
    ("#fce8e6", "#c5443a"),
    ("#e0f5f5", "#1b8585"),
    ("#f1efe9", "#77705d"),
)
_STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-size: 13px; fill: #1f2430 }
.head { font-size: 11px; fill: #6b7280; letter-spacing: .06em; text-transform: uppercase }
.title { font-size: 16px; font-weight: 600 }
.mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px }
.name { font-weight: 600 }
.small { font-size: 11.5px; fill: #4b5563 }
.cost { font-size: 11.5px; font-weight: 600; text-anchor: end; paint-order: stroke; stroke: #fff; stroke-width: 4px;
  stroke-linejoin: round }
.line { fill: none; stroke-width: 1.6; stroke-opacity: .75 }
.box { stroke-width: 1.3 }
.off { stroke-dasharray: 5 4 }
.faded { fill: #8a919e }
"""


@attrs.frozen
class _Place:
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def svg_of(drawing: Drawing) -> str:
    """Give the SVG of a drawing."""
    spaces = _space_places(drawing.spaces)
    connectors = _connector_places(drawing, spaces)
    hops = _hop_places(drawing, connectors)
    lowest = min((place.top for places in (spaces, connectors, hops) for place in places), default=0.0)
    spaces, connectors, hops = (
        [_Place(place.top - lowest + _HEAD, place.height) for place in places] for places in (spaces, connectors, hops)
    )
    ends = [place.top + place.height for places in (spaces, connectors, hops) for place in places]
    bottom = max(ends, default=float(_HEAD))
    parts: list[str] = []
    if drawing.folded:
        parts.append(_more(drawing.folded, bottom + _BOX_GAP))
        bottom += _BOX_GAP + _ROW
    parts[:0] = [
        *_lines(drawing, spaces, connectors, hops),
        *_types(drawing, spaces),
        *(_space(box, place, _colors(drawing, box)) for box, place in zip(drawing.spaces, spaces, strict=True)),
        *(_connector(box, place) for box, place in zip(drawing.connectors, connectors, strict=True)),
        *(_hop(box, place) for box, place in zip(drawing.hops, hops, strict=True)),
    ]
    height = bottom + _MARGIN
    count = len(drawing.connectors) + drawing.folded
    title = f"{count:,} connector{'' if count == 1 else 's'}"
    heads = (
        (_TYPE_LEFT, "type"),
        (_SPACE_LEFT, "address space"),
        (_CONNECTOR_LEFT, "connector (number: cost)"),
        (_HOP_LEFT, "gateway and next hop"),
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height:g}" '
            f'viewBox="0 0 {_WIDTH} {height:g}" role="img" aria-label="Routes: {title}">',
            f"<title>Routes: {title}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{height:g}" fill="#fff"/>',
            *(f'<text class="head" x="{x}" y="{_HEAD - 24}">{head}</text>' for x, head in heads),
            *parts,
            "</svg>\n",
        ]
    )


# Where boxes stand


def _space_places(spaces: Sequence[SpaceBox]) -> list[_Place]:
    places: list[_Place] = []
    top = 0.0
    for number, space in enumerate(spaces):
        if number:
            is_same = space.address_type == spaces[number - 1].address_type
            top += _ROW + (_ROW_GAP if is_same else _TYPE_GAP)
        places.append(_Place(top, _ROW))
    return places


def _connector_places(drawing: Drawing, spaces: Sequence[_Place]) -> list[_Place]:
    shared = Counter(line.space for line in drawing.lines)
    pulls: list[list[tuple[float, float]]] = [[] for _ in drawing.connectors]
    for line in drawing.lines:
        pulls[line.connector].append((spaces[line.space].middle, 1 / shared[line.space]))
    heights = [
        max(20 + _LINE * (1 + len(_limit_lines(box))), _PORT * len(its) + 8)
        for box, its in zip(drawing.connectors, pulls, strict=True)
    ]
    return _spread([sum(y * pull for y, pull in its) / sum(pull for _, pull in its) for its in pulls], heights)


def _hop_places(drawing: Drawing, connectors: Sequence[_Place]) -> list[_Place]:
    middles = [
        [place.middle for box, place in zip(drawing.connectors, connectors, strict=True) if box.hop == number]
        for number in range(len(drawing.hops))
    ]
    heights = [20 + _LINE * (2 if hop.next_hop else 1) for hop in drawing.hops]
    return _spread([sum(its) / len(its) for its in middles], heights)


def _spread(middles: Sequence[float], heights: Sequence[int]) -> list[_Place]:
    """Place boxes as near to where they would stand as they can be without touching, in the same order."""
    order = sorted(range(len(middles)), key=lambda number: middles[number])
    # Runs of boxes that touch: where the run begins (the mean of what each would like), their number, its length.
    runs: list[tuple[float, int, float]] = []
    for number in order:
        wish, count, length = middles[number] - heights[number] / 2, 1, float(heights[number] + _BOX_GAP)
        while runs and runs[-1][0] + runs[-1][2] > wish:
            before, more, its_length = runs.pop()
            wish = (before * more + (wish - its_length) * count) / (more + count)
            count, length = count + more, length + its_length
        runs.append((wish, count, length))
    places = [_Place(0, 0)] * len(middles)
    numbers = iter(order)
    for top, count, _ in runs:
        down = 0.0
        for number in islice(numbers, count):
            places[number] = _Place(top + down, heights[number])
            down += heights[number] + _BOX_GAP
    return places


# What is drawn


def _lines(
    drawing: Drawing, spaces: Sequence[_Place], connectors: Sequence[_Place], hops: Sequence[_Place]
) -> list[str]:
    parts: list[str] = []
    costs: list[str] = []
    for number, place in enumerate(connectors):
        its = sorted((line for line in drawing.lines if line.connector == number), key=lambda line: line.space)
        first = place.middle - _PORT * (len(its) - 1) / 2
        for port, line in enumerate(its):
            y = first + port * _PORT
            stroke = _colors(drawing, drawing.spaces[line.space])[1]
            parts.append(_curve(_SPACE_LEFT + _SPACE_WIDTH, spaces[line.space].middle, _CONNECTOR_LEFT, y, stroke))
            if line.cost is not None:
                costs.append(f'<text class="cost" x="{_CONNECTOR_LEFT - 9}" y="{y + 4:g}">{line.cost}</text>')
        middle = hops[drawing.connectors[number].hop].middle
        parts.append(_curve(_CONNECTOR_LEFT + _CONNECTOR_WIDTH, place.middle, _HOP_LEFT, middle, "#9aa1ad"))
    return parts + costs


def _curve(x: float, y: float, to_x: float, to_y: float, stroke: str) -> str:
    half = (x + to_x) / 2
    return f'<path class="line" stroke="{stroke}" d="M{x:g} {y:g}C{half:g} {y:g} {half:g} {to_y:g} {to_x:g} {to_y:g}"/>'


def _colors(drawing: Drawing, box: SpaceBox) -> tuple[str, str]:
    return _COLORS[drawing.address_types.index(box.address_type) % len(_COLORS)]


def _types(drawing: Drawing, spaces: Sequence[_Place]) -> list[str]:
    parts: list[str] = []
    for number, address_type in enumerate(drawing.address_types):
        its = [p for box, p in zip(drawing.spaces, spaces, strict=True) if box.address_type == address_type]
        height = its[-1].top + its[-1].height - its[0].top
        stroke = _COLORS[number % len(_COLORS)][1]
        parts.append(
            f'<rect x="{_TYPE_LEFT}" y="{its[0].top:g}" width="{_TYPE_WIDTH}" height="{height:g}" rx="5" '
            f'fill="{stroke}"/>'
        )
        middle = _TYPE_LEFT + _TYPE_WIDTH / 2
        parts.extend(
            f'<text class="name" x="{middle:g}" y="{its[0].top + 18 + down:g}" text-anchor="middle" '
            f'style="fill:#fff">{_cut(address_type, 8)}</text>'
            for down in range(0, int(height), _SCREEN)
        )
    return parts


def _rect(left: int, place: _Place, width: int, fill: str, stroke: str, extra: str = "") -> str:
    return (
        f'<rect class="box{extra}" x="{left}" y="{place.top:g}" width="{width}" height="{place.height:g}" rx="5" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def _text(text: str, x: float, y: float, kind: str, most: int = _CELLS) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{_cut(text, most)}</text>'


def _group(title: str, *parts: str) -> str:
    return f"<g><title>{_escaped(title)}</title>{''.join(parts)}</g>"


def _space(box: SpaceBox, place: _Place, colors: tuple[str, str]) -> str:
    kind, y = ("small", 17.5) if box.folded else ("mono", 17)
    return _group(
        f"{box.address_type}:{box.pattern}" if not box.folded else f"{box.text} of {box.pattern}",
        _rect(_SPACE_LEFT, place, _SPACE_WIDTH, colors[0], colors[1], " off" if box.folded else ""),
        _text(box.text, _SPACE_LEFT + 10, place.top + y, kind),
    )


def _connector(box: ConnectorBox, place: _Place) -> str:
    limits = _limit_lines(box)
    top = place.middle - _LINE * (1 + len(limits)) / 2
    off, stroke = ("", "#4b5563") if box.is_enabled else (" off", "#9aa1ad")
    faded = "" if box.is_enabled else " faded"
    return _group(
        "; ".join((box.name, *box.limits)),
        _rect(_CONNECTOR_LEFT, place, _CONNECTOR_WIDTH, "#f9fafb", stroke, off),
        _text(box.name, _CONNECTOR_LEFT + 12, top + 12, f"name{faded}", _CELLS - 4),
        *(
            _text(limit, _CONNECTOR_LEFT + 12, top + 12 + _LINE * (number + 1), f"small{faded}", _CELLS + 2)
            for number, limit in enumerate(limits)
        ),
    )


def _limit_lines(box: ConnectorBox) -> tuple[str, ...]:
    limits = box.limits
    return (
        limits if len(limits) <= _MOST_LIMITS else (*limits[: _MOST_LIMITS - 1], f"and {len(limits) - 4} more limits")
    )


def _hop(box: HopBox, place: _Place) -> str:
    second = [_text(box.next_hop, _HOP_LEFT + 12, place.top + 38, "mono")] if box.next_hop else []
    return _group(
        f"{box.gateway} {box.next_hop}".strip(),
        _rect(_HOP_LEFT, place, _HOP_WIDTH, "#fff", "#4b5563"),
        _text(box.gateway, _HOP_LEFT + 12, place.top + 22, "name", _CELLS - 4),
        *second,
    )


def _more(folded: int, top: float) -> str:
    place = _Place(top, _ROW)
    text = more_connectors(folded)
    return _group(
        text,
        _rect(_CONNECTOR_LEFT, place, _CONNECTOR_WIDTH, "#fff", "#9aa1ad", " off"),
        _text(text, _CONNECTOR_LEFT + 12, top + 17.5, "small", _CELLS + 2),
    )


def _cut(text: str, most: int) -> str:
    """Escape what finds room in ``most`` cells; of longer text the middle goes, for both ends tell more."""
    cells = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text]
    if sum(cells) <= most:
        return _escaped(text)
    head, tail = "", ""
    room = most - 1
    left, right = 0, len(text)
    while left < right:
        # The head gets three cells of five.
        at = left if len(head) * 2 <= len(tail) * 3 else right - 1
        if cells[at] > room:
            break
        room -= cells[at]
        if at == left:
            head, left = head + text[at], left + 1
        else:
            tail, right = text[at] + tail, at
    return _escaped(f"{head}\N{HORIZONTAL ELLIPSIS}{tail}")


def _escaped(text: str) -> str:
    """Escape text for XML, which has no control characters and no halves of characters (section 2.2)."""
    return escape("".join(c if _is_xml(c) else "\N{REPLACEMENT CHARACTER}" for c in text))


def _is_xml(character: str) -> bool:
    return (
        character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"
    ) or character in "\t\n\r"
