"""Charts as SVG, small enough to read: lines over one another, and bars side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import attrs

__all__ = ["Bar", "Bars", "Chart", "Line", "powers_of_ten", "svg_of", "svg_of_bars"]

_WIDTH, _HEIGHT = 760, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 34, 56, 46
_NAME_OF_AXIS, _LETTER, _BETWEEN = 200, 7, 18
_COLORS = "#3b6fd4", "#c5443a", "#2f8a4e", "#c27a0e", "#7a4fb5", "#0f8b8d", "#8a5a44", "#6b7280"
_STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-size: 12px; fill: #4b5563 }
.title { font-size: 14px; font-weight: 600; fill: #1f2430 }
.grid { stroke: #e3e5ea }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.band { fill: #f3c9c4; fill-opacity: .5 }
"""

Points = Sequence[tuple[float, float]]
Ticks = tuple[tuple[float, str], ...]
"""Places of an axis, and what stands there."""


@attrs.frozen
class Line:
    name: str
    points: Points


@attrs.frozen
class Chart:
    """Lines over one another. ``bands`` are stretches of x to be marked.

    An axis with ticks that are given is logarithmic, and goes from the first tick to the last.
    """

    title: str
    x_name: str
    y_name: str
    lines: tuple[Line, ...]
    bands: tuple[tuple[float, float], ...] = ()
    x_ticks: Ticks = ()
    y_ticks: Ticks = ()


class _Axis:
    """Where the values of an axis are between two places of the picture."""

    def __init__(self, values: Sequence[float], ticks: Ticks, start: float, end: float) -> None:
        self._is_logarithmic = bool(ticks)
        self.ticks = ticks or _even_ticks(min(values, default=0.0), max(values, default=1.0))
        self._low, self._high = (self._value(self.ticks[place][0]) for place in (0, -1))
        self._start, self._length = start, end - start

    def _value(self, given: float) -> float:
        return math.log(given) if self._is_logarithmic else given

    def at(self, given: float) -> float:
        share = (self._value(given) - self._low) / (self._high - self._low)
        return self._start + min(1.0, max(0.0, share)) * self._length


def svg_of(chart: Chart) -> str:
    points = [point for line in chart.lines for point in line.points]
    names = [line.name for line in chart.lines]
    edge = _WIDTH - _RIGHT if _is_short(names) else _WIDTH - 2 * _LETTER - _LETTER * max(map(len, names))
    level = _Axis([x for x, _ in points], chart.x_ticks, _LEFT, edge)
    upright = _Axis([0.0, *(y for _, y in points)], chart.y_ticks, _HEIGHT - _BOTTOM, _TOP)
    across, down = level.at, upright.at
    parts = [f'<text class="title" x="{_LEFT}" y="20">{escape(chart.title)}</text>']
    for start, end in chart.bands:
        parts.append(
            f'<rect class="band" x="{across(start):.1f}" y="{_TOP}" width="{across(end) - across(start):.1f}" '
            f'height="{_HEIGHT - _TOP - _BOTTOM}"/>'
        )
    for y, name in upright.ticks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{edge}" y1="{down(y):.1f}" y2="{down(y):.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{down(y) + 4:.1f}" text-anchor="end">{name}</text>')
    for x, name in level.ticks:
        parts.append(f'<text x="{across(x):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{name}</text>')
    middle = (_LEFT + edge) / 2
    parts.append(f'<text x="{middle:g}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(chart.x_name)}</text>')
    parts.append(f'<text x="{_LEFT}" y="40">{escape(chart.y_name)}</text>')
    for number, line in enumerate(chart.lines):
        color = _COLORS[number % len(_COLORS)]
        path = "L".join(f"{across(x):.1f} {down(y):.1f}" for x, y in line.points)
        parts.append(f'<path class="line" stroke="{color}" d="M{path}"/>')
    parts += _legend(names, edge)
    return _picture(chart.title, parts, _HEIGHT)


def _is_short(names: Sequence[str]) -> bool:
    """Say whether the names find room in one line, beside that of the axis."""
    return sum(_LETTER * len(name) + _BETWEEN for name in names) <= _WIDTH - _RIGHT - _LEFT - _NAME_OF_AXIS


def _legend(names: Sequence[str], edge: float) -> list[str]:
    """Write the names of the lines above them, up to the edge, or one below the other on its right."""
    parts: list[str] = []
    x, y, anchor = (edge, 40, "end") if _is_short(names) else (edge + _LETTER, _TOP + 14, "start")
    for number, name in reversed([*enumerate(names)]) if _is_short(names) else enumerate(names):
        style = f"fill:{_COLORS[number % len(_COLORS)]}"
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" style="{style}">{escape(name)}</text>')
        if _is_short(names):
            x -= _LETTER * len(name) + _BETWEEN
        else:
            y += 18
    return parts


def _picture(title: str, parts: Sequence[str], height: int) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
            f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


# Bars


@attrs.frozen
class Bar:
    """``color`` counts from 0, and says of what kind it is."""

    name: str
    length: float
    label: str
    color: int = 0


@attrs.frozen
class Bars:
    """Bars from the left, whose lengths are as the numbers are; what the lengths mean stands below the title."""

    title: str
    about: str
    bars: tuple[Bar, ...]


_BAR, _BAR_GAP, _BAR_LEFT, _BAR_RIGHT = 14, 8, 300, 130


def svg_of_bars(chart: Bars) -> str:
    height = _TOP + len(chart.bars) * (_BAR + _BAR_GAP) + _BAR_GAP
    longest = max((bar.length for bar in chart.bars), default=0.0) or 1.0
    parts = [
        f'<text class="title" x="{_LEFT}" y="20">{escape(chart.title)}</text>',
        f'<text x="{_LEFT}" y="40">{escape(chart.about)}</text>',
    ]
    for number, bar in enumerate(chart.bars):
        top = _TOP + number * (_BAR + _BAR_GAP)
        width = bar.length / longest * (_WIDTH - _BAR_LEFT - _BAR_RIGHT)
        color, text = _COLORS[bar.color % len(_COLORS)], top + _BAR - 3
        parts += [
            f'<text x="{_BAR_LEFT - 8}" y="{text}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect x="{_BAR_LEFT}" y="{top}" width="{max(1.0, width):.1f}" height="{_BAR}" fill="{color}"/>',
            f'<text x="{_BAR_LEFT + max(1.0, width) + 6:.1f}" y="{text}">{escape(bar.label)}</text>',
        ]
    return _picture(chart.title, parts, height)


def powers_of_ten(values: Sequence[float], unit: str = "") -> Ticks:
    """Give the ticks of a logarithmic axis on which all values are: the powers of ten from below to above them."""
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    powers = range(low, max(high, low + 1) + 1)
    return tuple((10.0**power, f"{10.0**power:,.10g}{unit}") for power in powers)


def _even_ticks(low: float, high: float) -> Ticks:
    """Give round places from below the least to above the most."""
    step = _step((high - low) or 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple((number * step, f"{number * step:,.10g}") for number in range(first, max(last, first + 1) + 1))


def _step(length: float) -> float:
    """Give a round step, of which eight or fewer make the length."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in (0.2, 0.25, 0.5, 1.0, 2.0) if length / (step * power) <= 8)
