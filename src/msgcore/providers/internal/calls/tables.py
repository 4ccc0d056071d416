"""The internal store's contents tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import MissingExtra, StoreCorrupt, StoreError
from msgcore.props.key import PropertyKey
from msgcore.props.row import Row
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.contents import FolderTable, read_row
from msgcore.providers.internal.explain import explain_table
from msgcore.providers.internal.groups import group_rows
from msgcore.providers.internal.search_filling import catch_up
from msgcore.providers.internal.searches import is_behind, read_search
from msgcore.runtime import Connection
from msgcore.spi.check import check_query
from msgcore.spi.store import RowGroup, TablePlan, TableQuery

__all__ = ["TableCalls"]

T = TypeVar("T")


class _Behind(Exception):
    """A search folder has to be filled anew before it is looked at."""


class TableCalls(StoreCalls):
    """Look at contents tables."""

    _does_without_indexes = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # Those that were seen to be this mailbox's, and whether it is a search folder: both of them never change.
        self._own_folders: dict[int, bool] = {}

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return await self._look(folder, query, FolderTable.rows, deadline)

    async def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return await self._look(folder, query, FolderTable.count, deadline)

    async def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        return await self._look(folder, query, group_rows, deadline)

    async def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> TablePlan:
        return await self._look(folder, query, explain_table, deadline)

    async def _look(
        self, folder: EntryId, query: TableQuery, look: Callable[[FolderTable], T], deadline: Deadline
    ) -> T:
        """Look at a contents table as a checked query does."""
        number = self._folder(folder)
        check_query(query)

        def work(connection: Connection) -> T:
            is_search = self._own_folders.get(number)
            if is_search is None:
                self._check_folder(connection, number)
                is_search = connection.value("select search from folder where id = ?", (number,)) is not None
                self._own_folders[number] = is_search
            if is_search:
                self._check_search(connection, number)
            table = partial(FolderTable, connection, self.uid, number, query, deadline, is_search=is_search)
            try:
                found = look(table())
            except StoreCorrupt:
                if not self._does_without_indexes:
                    raise
                found = look(table(by_index=False))
            if not found:  # perhaps because the folder is gone
                self._check_folder(connection, number)
            return found

        try:
            return await self._read(work, deadline)
        except _Behind:
            await self._write(lambda c: catch_up(c, self._mailbox.id, number, deadline), deadline)
            return await self._read(work, deadline)

    def _check_search(self, connection: Connection, number: int) -> None:
        """Go on if a search folder shows what its search finds, as far as anybody knows."""
        row = connection.row("select name, search from folder where id = ?", (number,))
        if row is None or (self._does_without_indexes and not is_behind(row[1])):
            return
        name, text = row
        try:
            read_search(text)
        except MissingExtra as error:
            if is_behind(text):
                raise MissingExtra(
                    error.extra,
                    f"search folder {name!r}, which has a regular expression and lacks what came meanwhile,",
                ) from error
        except StoreCorrupt as error:
            raise StoreCorrupt(f"search folder {name!r}: {error}; set its criteria anew, or delete it") from error
        else:
            if is_behind(text):
                if self._does_without_indexes:
                    raise StoreError(
                        f"search folder {name!r} lacks what came while it could not be asked; to have it filled anew,"
                        " open the store to write, and look at it there"
                    )
                raise _Behind

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        number = self._number(entry_id, ObjectKind.MESSAGE)
        check_query(TableQuery(columns))
        return await self._read(lambda c: read_row(c, self.uid, self._mailbox.id, number, columns), deadline)
