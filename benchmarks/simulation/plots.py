"""What a run looks like: the day, the delays, and one outage."""

from __future__ import annotations

from pathlib import Path

from ..chart import Chart, Line, svg_of
from .measures import Measures, Series
from .worlds import World

__all__ = ["draw_all"]

_HOUR = 3_600.0
_MOST_HOURS = 30
_BEFORE, _AFTER = 1 * _HOUR, 3 * _HOUR
_MOST_POINTS = 300
_PERCENT = tuple((10.0**power, f"{10.0**power:g} %") for power in range(-3, 3))
_TIMES = (
    (0.1, "0.1 s"),
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (_HOUR, "1 h"),
    (10 * _HOUR, "10 h"),
    (100 * _HOUR, "100 h"),
)


def draw_all(folder: Path, world: World, measures: Measures, outage: tuple[float, float]) -> None:
    """Write ``simulation-day.svg``, ``simulation-delays.svg`` and ``simulation-outage.svg``."""
    folder.mkdir(parents=True, exist_ok=True)
    about = f"{world.settings.topology}, {world.connectors:,} connectors, {measures.accepted:,} messages"
    charts = {
        "day": _day(measures, about),
        "delays": _delays(measures, about),
        "outage": _outage(measures, outage, about),
    }
    for name, chart in charts.items():
        (folder / f"simulation-{name}.svg").write_text(svg_of(chart), encoding="utf-8")


def _day(measures: Measures, about: str) -> Chart:
    return Chart(
        f"A day of mail ({about})",
        "hours",
        "messages or tries a second",
        (
            Line("accepted", _rates(measures.accepted_at)),
            Line("nobody there", _rates(measures.failed_at)),
            Line("delivered", _rates(measures.delivered_at)),
        ),
    )


def _rates(series: Series) -> list[tuple[float, float]]:
    stretch = series.stretch_seconds
    points = [(number * stretch / _HOUR, count / stretch) for number, count in enumerate(series.counts)]
    return points[: int(_MOST_HOURS * _HOUR / stretch)]


def _delays(measures: Measures, about: str) -> Chart:
    lines: list[Line] = []
    for name, delays in zip(("urgent", "normal", "non-urgent"), measures.delays, strict=True):
        shares = delays.shares()
        points = [(delay, 100 * (1 - share)) for delay, share in shares[:: 1 + len(shares) // _MOST_POINTS]]
        lines.append(Line(name, [point for point in points if point[1] > 0]))
    return Chart(
        f"Delays ({about})",
        "from acceptance to delivery",
        "messages that take longer",
        tuple(lines),
        x_ticks=_TIMES,
        y_ticks=_PERCENT,
    )


def _outage(measures: Measures, outage: tuple[float, float], about: str) -> Chart:
    start, end = outage
    stretch = measures.stretch_seconds

    def tries(series: Series) -> list[tuple[float, float]]:
        return [
            (number * stretch / _HOUR, float(count))
            for number, count in enumerate(series.counts)
            if start - _BEFORE <= number * stretch <= end + _AFTER
        ]

    waiting = [
        (number * stretch / _HOUR, float(count))
        for number, count in sorted(measures.watched_waiting.items())
        if start - _BEFORE <= number * stretch <= end + _AFTER
    ]
    return Chart(
        f"A host that is away for two hours ({about})",
        "hours",
        f"messages, or tries in {stretch / 60:g} minutes",
        (
            Line("waiting for it", waiting),
            Line("tries that fail", tries(measures.watched_failures)),
            Line("tries", tries(measures.watched_tries)),
        ),
        bands=((start / _HOUR, end / _HOUR),),
    )
