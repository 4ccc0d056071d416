"""What commands print: tables for people, JSON for programs. What strangers wrote never reaches a terminal as it is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any, Protocol, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from msgcore.base.text import one_line

__all__ = ["Told", "print_json", "print_table", "progress_bar", "say", "shown_value"]

_AS_WIDE_AS_NEEDED = 10_000


class Told(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, done: int, total: int, count: int, /) -> None: ...


def print_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, as_json: bool = False) -> None:
    """Print the rows, or all that is in them as a JSON array; what is cut is cut on a terminal only."""
    if as_json:
        print_json(list(rows))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        # Whoever is to name something by its id needs all of that: others make room.
        table.add_column(column.replace("_", " "), overflow="ellipsis", no_wrap=_is_id(column))
    for row in rows:
        cells = (shown_value(row.get(column)) for column in columns)
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    is_terminal = sys.stdout.isatty()
    Console(width=None if is_terminal else _AS_WIDE_AS_NEEDED, highlight=False).print(table)


def _is_id(column: str) -> bool:
    return column == "id" or column.endswith("_id")


def print_json(value: object) -> None:
    is_utf = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(value, default=_plain, ensure_ascii=not is_utf, indent=2))


def say(text: str = "", *, to: TextIO | None = None) -> None:
    """Print text that may be a stranger's, line by line, without what a terminal would obey."""
    for line in text.splitlines() or [""]:
        indent = line[: len(line) - len(line.lstrip(" "))]
        print(f"{indent}{one_line(line, len(line))}", file=to)


@contextmanager
def progress_bar(doing: str) -> Generator[Told]:
    """Show how far a long piece of work is, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty() or "NO_COLOR" in os.environ:
        yield _tell_nobody
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]:,}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(doing, total=None, count=0)

        def tell(done: int, total: int, count: int) -> None:
            bar.update(task, completed=done, total=total, count=count)

        yield tell


def _tell_nobody(_done: int, _total: int, _count: int, /) -> None:
    pass


def shown_value(value: object) -> str:
    """Write a value for people, on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
        case list() | tuple():
            return ", ".join(map(shown_value, cast("Sequence[object]", value)))
        case Enum():
            return value.name.lower()
        case _:
            return one_line(str(value), 10_000)


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return value.hex()
        case Enum():
            return value.name.lower()
        case _:
            return str(value)
