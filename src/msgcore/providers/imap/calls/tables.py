"""The IMAP store's contents tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, ObjectDeleted
from msgcore.props.key import PropertyKey
from msgcore.props.row import Row
from msgcore.props.table import PidTagRead
from msgcore.providers.imap.calls.base import Calls
from msgcore.providers.imap.directory import Directory, Folder, Place
from msgcore.providers.imap.explain import explain_table
from msgcore.providers.imap.header_cache import HeaderCache
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.sources import Reader
from msgcore.providers.imap.table import FolderTable
from msgcore.providers.imap.translate import Selection, Translator
from msgcore.runtime.abc import Runtime
from msgcore.spi.check import check_query
from msgcore.spi.store import TablePlan, TableQuery
from msgcore.wire.imap.session import ImapSession

__all__ = ["TableCalls"]

T = TypeVar("T")


class TableCalls(Calls):
    """Look at contents tables."""

    def __init__(
        self, runtime: Runtime, sessions: Sessions, uid: bytes, display_name: str, *, read_only: bool = False
    ) -> None:
        super().__init__(runtime, sessions, uid, display_name, read_only=read_only)
        self._headers = HeaderCache()

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        """Give rows; but for text in bodies and attachments they are those that the restriction leaves.

        Of that text the server alone knows, so it finds the messages whose rows then decide. It compares by its own
        rules: a message that has a word in another spelling, with accents say, may be missed (:meth:`explain` says so).
        """
        found = await self._folder(folder, deadline)
        check_query(query)
        return await self._look(found, query, FolderTable.rows, deadline) if found.can_select else []

    async def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        found = await self._folder(folder, deadline)
        check_query(query)
        return await self._look(found, query, FolderTable.count, deadline) if found.can_select else 0

    async def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> TablePlan:
        found = await self._folder(folder, deadline)
        check_query(query)

        async def work(session: ImapSession) -> TablePlan:
            selection = self._selection(session, found, query)
            in_order = self._names(found).are_in_order
            return explain_table(query, selection, session.capabilities, are_in_order=in_order)

        return await self._on(deadline, work)

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        self._begin(deadline)
        check_query(TableQuery(columns))
        (place,) = await self._directory.places([entry_id], deadline)

        async def work(session: ImapSession) -> Row:
            # The flags are asked for so that something is, which says that it is there.
            for source in await self._reader(session, place.folder).sources([place.uid], (*columns, PidTagRead)):
                return source.row(columns)
            raise ObjectDeleted(f"folder {place.folder.name!r}: the message of unique id {place.uid} is gone")

        return await self._on(deadline, work, folder=place.folder)

    async def _look(
        self, folder: Folder, query: TableQuery, look: Callable[[FolderTable], Awaitable[T]], deadline: Deadline
    ) -> T:
        """Look at a contents table as a checked query does."""

        async def work(session: ImapSession) -> T:
            reader = self._reader(session, folder)

            async def look_at(selection: Selection) -> T:
                return await look(FolderTable(session, reader, query, selection, self._names(folder), deadline))

            selection = self._selection(session, folder, query)
            try:
                return await look_at(selection)
            except CommandRefused:
                if selection.criteria is None or selection.criteria.is_ascii:
                    raise
            return await look_at(self._selection(session, folder, query, knows_utf8=False))

        return await self._on(deadline, work, folder=folder)

    def _reader(self, session: ImapSession, folder: Folder) -> Reader:
        def change_key(uid: int) -> bytes:
            return self._change_key(Place(folder, uid))

        return Reader(session, folder, self._headers, self._names(folder).entry_id, change_key)

    def _names(self, folder: Folder) -> _Names:
        return _Names(self._directory, folder)

    def _selection(
        self, session: ImapSession, folder: Folder, query: TableQuery, *, knows_utf8: bool = True
    ) -> Selection:
        # Gmail finds whole words only.
        translator = Translator(
            self._names(folder).uid_of,
            finds_parts_of_words=not session.capabilities.is_gmail,
            knows_utf8=knows_utf8,
            max_octets=session.behaviour.max_command_octets,
        )
        return translator.translate(query.restriction)


@attrs.frozen
class _Names:
    """The entry ids of a folder's messages, by the directory."""

    directory: Directory
    folder: Folder

    @property
    def are_in_order(self) -> bool:
        return self.directory.is_in_order(self.folder)

    def entry_id(self, uid: int) -> EntryId:
        return self.directory.entry_id(self.folder, uid)

    def uid_of(self, entry_id: bytes) -> int | None:
        return self.directory.uid_in(self.folder, entry_id)
