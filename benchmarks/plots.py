"""Pictures of a report: how fast each peer is, and what things cost as there are more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from .chart import Bar, Bars, Chart, Line, powers_of_ten, svg_of, svg_of_bars
from .results import Report, Row, Table, is_limit, is_ours

__all__ = ["draw_all"]


@attrs.frozen
class Picture:
    """Throughput by peer: which table is shown, of what a second, and what stands above the picture."""

    file: str
    benchmark: str
    table: str
    unit: str
    title: str
    has_limits: bool = True
    """Without, where limits are so much faster that nobody else would be seen."""


PICTURES = (
    Picture("reading", "mime_read", "small, envelope", "messages", "Small letters read: the envelope", False),
    Picture("everything", "mime_read", "small, everything", "messages", "Small letters read: everything", False),
    Picture("slow", "mime_read", "small, everything, slow libraries", "messages", "The same, slow libraries", False),
    Picture("writing", "mime_write", "small", "messages", "Small letters composed and written"),
    Picture("sending", "smtp_send", "2 KB, connections: 1, loopback", "messages", "Letters of 2 KB sent over SMTP"),
    Picture("pop3", "pop3_fetch", "Loopback", "messages", "Letters of 6.5 KB retrieved over POP3"),
    Picture("imap", "imap_fetch", "Envelopes", "messages", "Envelopes fetched over IMAP"),
    Picture("storing", "store", "in batches", "messages", "Letters of 9 KB stored durably, in batches"),
    Picture("routing", "route", "1,000 spaces", "recipients", "Recipients routed among 1,000 address spaces", False),
    Picture("mta", "mta", "Through a server", "mails", "Mails of 2 KB through a server with a queue", False),
    Picture("tnef", "outlook_forms", "TNEF, corpus", "files", "winmail.dat read", False),
    Picture("msg", "outlook_forms", ".msg, corpus", "files", ".msg files read", False),
)

GROWTHS = {
    "Store": "One message more, and the first page, by messages in the folder",
    "Routing": "A routing decision, by address spaces",
    "MIME": "A message read, every field, body and file, by its octets",
    "Queue": "One message more, and one claimed and finished, by recipients who wait",
}


def draw_all(report: Report, folder: Path) -> Iterator[Path]:
    """Write ``benchmarks-*.svg`` of what the report has, and give their paths as they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = report.tables()
    when = f"{str(report.facts.get('date', ''))[:10]}{', a quick run' if report.is_quick else ''}"
    made: dict[str, str] = {}
    for picture in PICTURES:
        if (table := tables.get((picture.benchmark, picture.table))) and table.rows:
            made[picture.file] = svg_of_bars(_bars(picture, table, when))
    for name, title in GROWTHS.items():
        if table := tables.get(("growth", name)):
            made[f"growth-{name.lower()}"] = svg_of(_growth(title, table, when))
    for name, svg in made.items():
        path = folder / f"benchmarks-{name}.svg"
        path.write_text(svg, encoding="utf-8")
        yield path


def _bars(picture: Picture, table: Table, when: str) -> Bars:
    column = f"{picture.unit}/s"
    shown = (row for row in table.rows if picture.has_limits or not is_limit(row.name))
    rates = {row.name: _number(table, row, column) for row in shown}
    bars = [
        Bar(name, rate, f"{rate:,.0f}", 0 if is_ours(name) else 7 if is_limit(name) else 3)
        for name, rate in sorted(rates.items(), key=lambda item: -item[1])
    ]
    return Bars(picture.title, f"{picture.unit} a second ({when})", tuple(bars))


def _number(table: Table, row: Row, column: str) -> float:
    cell = row.cells[table.columns.index(column)]
    assert isinstance(cell, float | int)
    return float(cell)


def _growth(title: str, table: Table, when: str) -> Chart:
    """Draw each case's microseconds, both axes logarithmic."""
    sizes = {column: int(found[1].replace(",", "")) for column in table.columns if (found := _SIZE.match(column))}
    lines = [
        Line(row.name, [(size, _number(table, row, column)) for column, size in sizes.items()]) for row in table.rows
    ]
    lines.sort(key=lambda line: -line.points[-1][1])  # as they stand at the right
    costs = [cost for line in lines for _, cost in line.points]
    return Chart(
        title,
        table.about,
        f"µs each ({when})",
        tuple(lines),
        x_ticks=powers_of_ten([*sizes.values()]),
        y_ticks=powers_of_ten(costs),
    )


_SIZE = re.compile(r"([\d,]+): µs$")
