"""Contents tables: rows of one folder, restricted and sorted, on a connection that is handed in.

A folder has the messages whose ``folder_id`` names it, in three sections; a search folder has those that it links to,
all of them of section 0.

What SQL can answer exactly it does, page and all. The rest is evaluated row by row as the rows stream by, with the
reference evaluator. Where SQL has no column for a sort key, or a count of rows is to be cut out of rows that SQL alone
cannot tell, rows are sorted in memory by their sort keys, all that match for each page; only the page is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.props.key import PropertyKey
from msgcore.props.match import PropertySource, matcher
from msgcore.props.restriction import Count
from msgcore.props.row import Row, RowSet
from msgcore.props.table import PidTagInstanceKey
from msgcore.providers.internal.fulltext import WordTree, as_whole_words
from msgcore.providers.internal.paging import ALL, Stretch, number_of, stretches
from msgcore.providers.internal.plans import plan_of
from msgcore.providers.internal.sources import Layout, Source, layout_of, light_source, rows_of
from msgcore.providers.internal.standing import SECTIONS, standing_of
from msgcore.providers.internal.translate import Translator
from msgcore.providers.internal.word_sql import with_words
from msgcore.runtime import NEVER, Connection, Engine, SqlValue
from msgcore.spi import rows
from msgcore.spi.check import MOST_ROWS
from msgcore.spi.store import TableQuery

__all__ = ["FolderTable", "read_row"]

_FEW_ROWS = 1_000
_ROWS_A_CHECK = 100

_LINKS = "select message_id from search_link where search_link.folder_id = ?"
_LINKED = "exists (select 1 from search_link where search_link.folder_id = ? and message_id = message.id)"

Statement = tuple[str, tuple[SqlValue, ...]]


class FolderTable:
    """One folder's messages as a query looks at them, which has been checked (:func:`~msgcore.spi.check.check_query`).

    Without ``by_index`` all rows of the file are looked at, and no index (SQLite).

    Raises:
        UsageError: the query's origin is no place in this table.
        TimedOut: the deadline passed while rows were looked at one by one.
    """

    def __init__(
        self,
        connection: Connection,
        uid: bytes,
        folder: int,
        query: TableQuery,
        deadline: Deadline = NEVER,
        *,
        is_search: bool = False,
        by_index: bool = True,
    ) -> None:
        self.connection = connection
        self._uid = uid
        self._folder = folder
        self._is_search = is_search
        self._table = "message" if by_index else "message not indexed"
        self._deadline = deadline
        self.query = query
        restriction = query.restriction
        self._limit = min(restriction.limit, MOST_ROWS - 1) if isinstance(restriction, Count) else None
        part = restriction.part if isinstance(restriction, Count) else restriction
        plan = plan_of(uid, connection.engine, query.columns, part, tuple(query.sort_order))
        self.dialect, self.columns, self.order, self._layout = plan.dialect, plan.columns, plan.order, plan.layout
        self._origin = number_of(query.origin, self.columns)
        self.selection = plan.selection
        if plan.needs_index and not (by_index and self._is_indexed):
            self.selection = Translator(self.columns, self.dialect, lambda: False).translate(part)
        # Whether SQL finds just the rows that the restriction leaves.
        self.is_exact = self.selection.residual is None
        self.is_sorted_in_memory = self.order is None or (self._limit is not None and not self.is_exact)

    @cached_property
    def _is_indexed(self) -> bool:
        """Whether the full-text table has every message of the folder."""
        where = _LINKED if self._is_search else "folder_id = ?"
        without_words = f"message{self.dialect.by_index('message_without_words')} where is_indexed = 0"
        sql = f"select 1 from {without_words} and {where} limit 1"
        return self.connection.value(sql, (self._folder,)) is None

    def _is_in_folder(self, is_page: bool) -> str:
        """Give the condition on the folder; left aside, SQLite looks up the rows that have the words, not the folder's.

        That is best where few rows have them, and where all are read; a page of many is found sooner in the order.
        """
        key, of_folder = ("id", f"in ({_LINKS}) and 0 = ?") if self._is_search else ("folder_id", "= ? and section = ?")
        words = self.selection.words
        leads = self._has_rare_words if is_page and words else words
        return f"{self.dialect.aside(key) if leads else key} {of_folder}"

    @cached_property
    def _has_rare_words(self) -> bool:
        # PostgreSQL has statistics of the words.
        return self.dialect.engine is Engine.SQLITE and any(map(self._is_rare, self.selection.words))

    def _is_rare(self, words: WordTree) -> bool:
        # As whole words first: whatever begins with the last one is found five times as slowly.
        return all(self._hits(one) < _FEW_ROWS for one in dict.fromkeys((as_whole_words(words), words)))

    def _hits(self, words: WordTree) -> int:
        found, values = with_words(words, self.dialect.engine)
        return int(self.connection.value(f"select count(*) from ({found} limit ?)", (*values, _FEW_ROWS)))

    # Statements

    def select(self, what: str, stretch: Stretch, *, is_page: bool = False) -> Statement:
        """Write the SELECT of the rows that SQL finds in a stretch, all of them or a page."""
        found = f"from {self._table} where {self._is_in_folder(is_page)} and {self.selection.sql}"
        values: tuple[SqlValue, ...] = (self._folder, SECTIONS[self.query.contents], *self.selection.values)
        if self._limit is not None and self.order is not None and self.is_exact:
            first = f"select id {found} order by {self.order.sql(is_backward=False)} limit ?"
            found, values = f"from {self._table} where id in ({first})", (*values, self._limit)
        return f"select {what} {found} and {stretch.sql}", (*values, *stretch.values)

    @property
    def stretches(self) -> Iterable[Stretch]:
        """What SQL reads, one after the other: the side of the origin that is asked for, or the whole folder."""
        if self.order is None or self.is_sorted_in_memory:
            return (ALL,)
        return stretches(self.order, self.query, self._origin)

    # Answers

    def rows(self) -> Sequence[Row]:
        """Give the rows of the query's page."""
        query = self.query
        if self.is_sorted_in_memory:
            return self._page_of_memory()
        found: Sequence[Row]
        if self.is_exact:
            found = self._page()
        else:
            page = islice(self.matching(is_page=True), query.start, query.start + query.count)
            found = [source.row() for source in page]
        return found[::-1] if query.is_backward else found

    def count(self) -> int:
        """Count the rows on the query's side of its origin."""
        is_whole = self.query.origin is None
        if self.is_sorted_in_memory and not is_whole:
            return rows.count_rows(self._ranked(), attrs.evolve(self.query, restriction=None))
        if self.is_exact:
            found = sum(self._count(stretch) for stretch in self.stretches)
        else:
            found = sum(1 for _ in self.matching())
        return found if self._limit is None else min(found, self._limit)

    def matching(self, *, is_page: bool = False) -> Iterator[Source]:
        """Read the rows that the restriction leaves, one by one, in the order in which SQL gives them."""
        residual = self.selection.residual
        holds = None if residual is None else matcher(residual)
        layout = layout_of(self._uid, self.query.columns, self.dialect.engine, is_whole=True)
        for stretch in self.stretches:
            sql, values = self.select(layout.sql, stretch, is_page=is_page)
            for number, raw in enumerate(self.connection.stream(f"{sql} order by {stretch.order}", values)):
                if number % _ROWS_A_CHECK == 0:
                    self._deadline.check("looking at rows")
                source = Source(self.connection, layout, raw, self._deadline)
                if holds is None or holds(source):
                    yield source

    def first(self, tags: Sequence[PropertyKey]) -> Iterable[PropertySource]:
        """Give some properties of every row that the restriction leaves, of as many as its Count says."""
        found = (light_source(source, tags) for source in self.matching())
        if self._limit is None:
            return found
        # A row is a source, too.
        return rows.select(found, TableQuery(tuple(tags), None, self.query.sort_order, count=self._limit))

    def _page(self) -> RowSet:
        layout = self._layout
        wanted, skipped = self.query.count, self.query.start
        found: list[tuple[object, ...]] = []
        for stretch in self.stretches:
            sql, values = self.select(layout.sql, stretch, is_page=True)
            page = (wanted - len(found), skipped)
            raw = self.connection.rows(f"{sql} order by {stretch.order} limit ? offset ?", (*values, *page))
            found = [*found, *raw] if found else raw
            if len(found) >= wanted:
                break
            if skipped:
                skipped = 0 if raw else skipped - self._count(stretch)
        return rows_of(self.connection, layout, found, self._deadline)

    def _count(self, stretch: Stretch) -> int:
        return int(self.connection.value(*self.select("count(*)", stretch)))

    def _page_of_memory(self) -> list[Row]:
        query = attrs.evolve(self.query, columns=(PidTagInstanceKey,), restriction=None)
        chosen = rows.select(self._ranked(), query)
        instance_key = self.columns[PidTagInstanceKey.bag_key]
        numbers = [instance_key.to_sql(row[PidTagInstanceKey]) for row in chosen]
        return [_read(self.connection, self._layout, "id = ?", (number,), self._deadline) for number in numbers]

    def _ranked(self) -> Iterable[PropertySource]:
        return self.first([*(key.tag for key in self.query.sort_order), PidTagInstanceKey])


def read_row(connection: Connection, uid: bytes, mailbox: int, number: int, columns: tuple[PropertyKey, ...]) -> Row:
    """Read one message of a mailbox as a row.

    Raises:
        NotFound: it is deleted, or never was.
    """
    (found,) = standing_of(connection, mailbox, [number])
    return _read(connection, layout_of(uid, columns, connection.engine), "id = ?", (found.number,), NEVER)


def _read(connection: Connection, layout: Layout, where: str, values: tuple[SqlValue, ...], deadline: Deadline) -> Row:
    raw = connection.row(f"select {layout.sql} from message where {where}", values)
    if raw is None:
        raise NotFound(f"message {values[0]!r} is not in the store (any more)")
    return rows_of(connection, layout, [raw], deadline)[0]
