"""What is in a folder: its messages as tables and lists, and what has changed among them."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.session.changes import CHANGES_AT_ONCE, changes_of
from msgcore.session.folders.base import FolderPart
from msgcore.session.item import DEFAULT_COLUMNS, Item
from msgcore.session.listing import list_messages
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.table import Table
from msgcore.session.tables.asked import checked_restriction, without_limit
from msgcore.session.tables.folder_rows import FolderContents
from msgcore.spi.changes import Changes
from msgcore.spi.store import Contents, TableQuery

__all__ = ["FolderMessages"]


class FolderMessages(FolderPart):
    """Look at the messages of a folder."""

    def contents_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        """Open a table of the folder's messages; nothing is read before rows are asked for."""
        return self._table(Contents.MESSAGES, columns, restriction, sort_order)

    def associated_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        """Open a table of the folder's associated contents: messages that programs keep, and no person sees."""
        return self._table(Contents.ASSOCIATED, columns, restriction, sort_order)

    def deleted_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        """Open a table of what was deleted from the folder and can still be restored."""
        return self._table(Contents.DELETED, columns, restriction, sort_order)

    def _table(
        self,
        contents: Contents,
        columns: Iterable[PropertyKey] | str,
        restriction: Restriction | str | None,
        sort_order: Iterable[SortKey] | str | None,
    ) -> Table:
        source = FolderContents(self._store.provider, self._id, contents)
        return Table(self._store.runtime, source, columns, restriction, sort_order)

    async def messages(
        self,
        where: Restriction | str | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        """Give the folder's messages in order of delivery: at most ``limit``, those that satisfy ``where``.

        ``where`` may be text, such as ``'subject:contains("report") and size > 10kb'``.
        """
        deadline = self._store.deadline(timeout_seconds)
        found = await list_messages(self._store, self._id, where, deadline, newest_first=newest_first, limit=limit)
        return tuple(found)

    async def count(
        self, where: Restriction | str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> int:
        """Count the messages that satisfy ``where``."""
        restriction, most = without_limit(checked_restriction(where))
        deadline = self._store.deadline(timeout_seconds)
        found = await self._store.provider.count(self._id, TableQuery((), restriction), deadline)
        return found if most is None else min(found, most)

    async def changes_since(
        self,
        token: bytes | None = None,
        *,
        limit: int = CHANGES_AT_ONCE,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Changes:
        """Say what has changed among the folder's messages since ``token``; ``None`` is before everything.

        At most ``limit`` changes in the order in which they were made, and the token to ask with next time; as long as
        ``has_more``, ask again at once. What moves in is ``CREATED``, what moves out ``DELETED``. A token stays good
        when the store is closed and opened again.

        Raises:
            InvalidToken: it is another folder's, or too old: forget the replica and begin without one.
            NotSupported: the store does not number its changes.
        """
        return await changes_of(self._store, self._id, token, limit, timeout_seconds)
