"""What SQL says in another way on another engine, and rows that are looked up or numbered many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import attrs

from msgcore.runtime import Connection, Engine, SqlValue

__all__ = ["Dialect", "as_stored", "chunks", "dialect_of", "last_id", "leave_gap", "look_up", "new_ids"]

T = TypeVar("T")

_LOOKED_UP_AT_ONCE = 250

# What PostgreSQL's indexes have of these, as a row of them has room for 2,704 octets.
HEAD_OCTETS = 600
_WITH_HEADS = frozenset({"subject_key", "from_address_key"})


@attrs.frozen
class Dialect:
    """How one engine wants conditions and plans written."""

    engine: Engine

    def stored(self, value: SqlValue) -> SqlValue:
        """Give a promoted column's value as the engine stores it: PostgreSQL's text holds no NUL."""
        return value.encode() if self.engine is Engine.POSTGRES and isinstance(value, str) else value

    def head(self, term: str) -> str | None:
        """Write what an index has of a key; ``None`` where it has the whole."""
        if self.engine is Engine.SQLITE or term not in _WITH_HEADS:
            return None
        return f"substring({term} from 1 for {HEAD_OCTETS})"

    def compared(self, term: str, relation: str, value: SqlValue) -> tuple[str, tuple[SqlValue, ...]]:
        """Compare (``=``, ``<``, ``<=``, ``>``, ``>=``) so that an index can lead."""
        head = self.head(term)
        if head is None or not isinstance(value, bytes):
            return f"{term} {relation} ?", (value,)
        if len(value) < HEAD_OCTETS:  # longer than it are only those that are greater, their heads too
            return f"{head} {relation} ?", (value,)
        to_head = relation if "=" in relation else f"{relation}="
        return f"({head} {to_head} ? and {term} {relation} ?)", (value[:HEAD_OCTETS], value)

    def rows_compared(self, terms: Sequence[str], relation: str) -> str:
        """Compare terms, and behind them the id, with as many values at once, so that an index can lead."""
        # SQLite leads by the id at the end of each index only when it is told how ids collate, which for numbers is
        # nothing. Else it looks at all that are equal in the terms.
        last = "? collate binary" if self.engine is Engine.SQLITE else "?"
        return f"({', '.join(terms)}, id) {relation} ({'?, ' * len(terms)}{last})"

    def is_one_of(self, term: str, values: Sequence[SqlValue]) -> tuple[str, tuple[SqlValue, ...]]:
        """Compare with several values so that an index can lead."""
        if len(values) == 1:
            return self.compared(term, "=", values[0])
        marks = ", ".join("?" * len(values))
        head = self.head(term)
        if head is None:
            return f"{term} in ({marks})", tuple(values)
        heads = [value[:HEAD_OCTETS] if isinstance(value, bytes) else value for value in values]
        return f"({head} in ({marks}) and {term} in ({marks}))", (*heads, *values)

    def octets(self, column: str) -> str:
        """Give the UTF-8 of a promoted text: SQLite's text functions stop at a NUL, and its LIKE folds ASCII."""
        return f"cast({column} as blob)" if self.engine is Engine.SQLITE else column

    def has_part(self, octets: str) -> str:
        """Write the condition that octets stand somewhere in others; no octets stand nowhere in SQLite."""
        return f"instr({octets}, ?) > 0" if self.engine is Engine.SQLITE else f"position(? in {octets}) > 0"

    def aside(self, term: str) -> str:
        """Write a term that no index is to be chosen for; PostgreSQL knows better, by its statistics."""
        return f"+{term}" if self.engine is Engine.SQLITE else term

    def by_index(self, index: str) -> str:
        """Write behind a table's name which index leads; PostgreSQL knows better."""
        return f" indexed by {index}" if self.engine is Engine.SQLITE else ""

    def plan(self, connection: Connection, sql: str, values: Sequence[SqlValue]) -> list[str]:
        """Ask what the database would do."""
        if self.engine is Engine.SQLITE:
            return [str(step) for *_, step in connection.rows(f"explain query plan {sql}", values)]
        return [str(step).strip().removeprefix("->").strip() for (step,) in connection.rows(_EXPLAIN + sql, values)]


_EXPLAIN = "explain (costs off) "
_DIALECTS = {engine: Dialect(engine) for engine in Engine}


def dialect_of(engine: Engine) -> Dialect:
    return _DIALECTS[engine]


def as_stored(engine: Engine, columns: Sequence[SqlValue]) -> Sequence[SqlValue]:
    """Give a row's values of promoted columns as the engine stores them."""
    return columns if engine is Engine.SQLITE else list(map(dialect_of(engine).stored, columns))


def new_ids(connection: Connection, table: str, count: int) -> Sequence[int]:
    """Give numbers for new rows of a table, which no row of it ever had."""
    if connection.engine is Engine.POSTGRES:
        sql = f"select nextval('{table}_id_seq') from generate_series(1, ?)"
        return [number for (number,) in connection.rows(sql, (count,))]
    first = last_id(connection, table) + 1
    return range(first, first + count)


def last_id(connection: Connection, table: str) -> int:
    """Give the highest number that a row of the table ever had."""
    if connection.engine is Engine.POSTGRES:
        return int(connection.value(f"select case when is_called then last_value else 0 end from {table}_id_seq"))
    return int(connection.value("select seq from sqlite_sequence where name = ?", (table,)) or 0)


def leave_gap(connection: Connection, tables: Sequence[str]) -> None:
    """Let new rows of tables of a copied file have numbers that the original's will not have for long (SQLite)."""
    for table in tables:
        last = last_id(connection, table)
        connection.run("update sqlite_sequence set seq = ? where name = ?", (((last >> 32) + 1) << 32, table))


def look_up(
    connection: Connection, columns: str, table: str, key: str, wanted: Sequence[SqlValue]
) -> dict[SqlValue, int]:
    """Give two columns of the rows that have one of the wanted keys, the second by the first."""
    found: dict[SqlValue, int] = {}
    for some in chunks(wanted):
        marks = ", ".join("?" * len(some))
        found.update(connection.rows(f"select {columns} from {table} where {key} in ({marks})", some))
    return found


def chunks(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut what stands in an ``in (…)`` into pieces of one length, so that few statements differ; few stay as they are.

    The last piece is filled up with what it has already.
    """
    for start in range(0, len(wanted), _LOOKED_UP_AT_ONCE):
        some = wanted[start : start + _LOOKED_UP_AT_ONCE]
        yield some if start == 0 else [*some, *[some[0]] * (_LOOKED_UP_AT_ONCE - len(some))]
