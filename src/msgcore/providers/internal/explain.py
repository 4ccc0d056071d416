"""How a contents table is read: what SQL answers, what rows decide, and which index leads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgcore.props.check import parts_of, tags_of
from msgcore.props.restriction import (
    AmbiguousName,
    AnyRow,
    Restriction,
)
from msgcore.providers.internal.columns import column_of
from msgcore.providers.internal.contents import FolderTable
from msgcore.spi.store import TablePlan

__all__ = ["explain_table"]

_INDEX = re.compile(
    r"(?:SEARCH|SCAN) message USING (?:COVERING )?INDEX (\w+)"  # SQLite
    r"|Index (?:Only )?Scan (?:Backward )?using (\w+) on message\b"  # PostgreSQL
)
# Incremental is what PostgreSQL sorts of rows that an index gives by the heads of their keys.
_SORTS = re.compile("ORDER BY|(?<!Incremental )Sort$")

_ADVICE = (
    "each message may have to be read; has_words and has_phrase of subject and body are answered by the full text, "
    "conditions on from, from_name, to, subject, size, received and read by the database"
)


def explain_table(table: FolderTable) -> TablePlan:
    """Say how a table's rows would be read, after asking the database for its plan of each statement."""
    steps = tuple(_steps(table))
    order = "sorted in memory" if table.is_sorted_in_memory else _order(steps)
    selection = table.selection
    advice = _ADVICE if selection.residual is not None and _is_slow(table, selection.residual) else ""
    return TablePlan(selection.translated, selection.preselected, selection.residual, order, steps, advice)


def _is_slow(table: FolderTable, residual: Restriction) -> bool:
    """Say whether the message of each row of the folder may have to be read."""
    if table.selection.translated is not None or table.selection.preselected is not None:
        return False
    waiting = [residual]
    while waiting:
        one = waiting.pop()
        if isinstance(one, AnyRow | AmbiguousName) or any(
            column_of(tag, table.columns) is None for tag in tags_of(one)
        ):
            return True
        waiting += parts_of(one)
    return False


def _steps(table: FolderTable) -> Iterator[str]:
    for stretch in table.stretches:
        sql, values = table.select("*", stretch, is_page=not table.is_sorted_in_memory)
        sql = f"{sql} order by {stretch.order}"
        if table.is_exact and not table.is_sorted_in_memory:
            # What is best for a page is not so for all rows.
            sql, values = f"{sql} limit ?", (*values, table.query.count)
        yield from table.dialect.plan(table.connection, sql, values)


def _order(steps: Sequence[str]) -> str:
    if any(map(_SORTS.search, steps)):
        return "sorted by the database"
    found = [index[1] or index[2] for step in steps if (index := _INDEX.match(step)) is not None]
    return f"by index {found[-1]}" if found and found[-1] != "message_pkey" else "by id"
