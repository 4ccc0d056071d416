"""What benchmarks found, as values: tables of cases, and reports of whole runs, which JSON keeps."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

__all__ = ["Cell", "Measured", "NotHere", "Report", "Row", "Share", "Table", "is_limit", "is_ours", "print_each"]


class NotHere(Exception):
    """Something that a benchmark cannot do without is not on this machine; the text says what, and how it is had."""


@attrs.frozen
class Share:
    """How fast a case was as a share of the limit, in each round beside the limit: 1 is as fast."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart; of a single one nothing is known."""
        return max(self.rounds) - min(self.rounds) if len(self.rounds) > 1 else math.inf


Cell = str | float | Share | None


@attrs.frozen
class Row:
    """One case, and its figures."""

    name: str
    cells: tuple[Cell, ...]


@attrs.frozen
class Table:
    """Cases side by side. ``columns`` are the names of the cells; ``missing`` says of each peer that is not here why.

    Two runs know a table by ``name``; what changes with the size of a run stands in ``about`` and ``notes``.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    about: str = ""
    missing: Mapping[str, str] = attrs.field(factory=dict[str, str])
    notes: tuple[str, ...] = ()

    def cells(self) -> Mapping[tuple[str, str], Cell]:
        """Give the cells by case and column."""
        return {
            (row.name, column): cell for row in self.rows for column, cell in zip(self.columns, row.cells, strict=True)
        }

    def to_json(self) -> str:
        """Write it in one line."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Table:
        return _table(json.loads(text))

    def markdown(self) -> str:
        title = f"{self.name}: {self.about}" if self.about else self.name
        gone = [Row(name, (f"missing: {why}", *[None] * (len(self.columns) - 1))) for name, why in self.missing.items()]
        lines = [f"### {title}", "", _line(["case", *self.columns]), "| --- |" + " ---: |" * len(self.columns)]
        lines += [_line([row.name, *map(_shown, row.cells)]) for row in (*self.rows, *gone)]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(cell: Cell) -> str:
    """Write a number with three digits that count, or more before the point."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case Share():
            return _shown(cell.median)
        case _:
            if not math.isfinite(cell) or cell == int(cell):
                return f"{cell:,.0f}"
            return f"{cell:,.{max(0, 2 - math.floor(math.log10(abs(cell))))}f}"


def is_limit(case: str) -> bool:
    return case.startswith("limit")


def is_ours(case: str) -> bool:
    return case.startswith("msgcore")


def print_each(tables: Iterable[Table]) -> None:
    for one in tables:
        print(f"\n{one.markdown()}", flush=True)


# Whole runs


@attrs.frozen
class Measured:
    """A benchmark's tables, and what it took; ``failure`` says why there are not all of them.

    ``processor_seconds`` are those of its processes, without servers that leave their parents.
    """

    name: str
    tables: tuple[Table, ...]
    seconds: float
    processor_seconds: float
    failure: str = ""


@attrs.frozen
class Report:
    """All of one run. ``facts`` tell of the machine, the day, the revision, and the versions of everybody."""

    facts: Mapping[str, Any]
    is_quick: bool
    benchmarks: tuple[Measured, ...]

    def to_json(self) -> str:
        return json.dumps(attrs.asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        try:
            data = json.loads(text)
            benchmarks = tuple(
                attrs.evolve(Measured(**one), tables=tuple(map(_table, one["tables"]))) for one in data["benchmarks"]
            )
            return cls(data["facts"], data["is_quick"], benchmarks)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a report of benchmarks: {error!r}") from error

    def tables(self) -> Mapping[tuple[str, str], Table]:
        """Give the tables by their benchmark and their name."""
        return {(one.name, table.name): table for one in self.benchmarks for table in one.tables}


def _table(data: Mapping[str, Any]) -> Table:
    rows = tuple(Row(row["name"], tuple(map(_cell, row["cells"]))) for row in data["rows"])
    columns, notes = tuple(data["columns"]), tuple(data["notes"])
    return Table(data["name"], columns, rows, data["about"], data["missing"], notes)


def _cell(data: Any) -> Cell:
    match data:
        case {"rounds": [*rounds]}:
            return Share(tuple(map(float, rounds)))
        case None | str() | float() | int():
            return data
        case _:
            raise TypeError(f"a cell is {type(data).__name__}")
