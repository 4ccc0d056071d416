"""The internal store's search folders."""

from __future__ import annotations

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import TooComplex, UsageError
from msgcore.props.check import check_restriction
from msgcore.props.restriction import Count
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.folder_tree import check_free_name, find_folder, find_parent, insert_folder
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.search_filling import fill_search
from msgcore.providers.internal.searches import KeptSearch, SearchFolder, read_search, write_search
from msgcore.runtime import Connection
from msgcore.spi.folders import Search

__all__ = ["SearchCalls"]


class SearchCalls(StoreCalls):
    """Make search folders, and say and change what they show."""

    async def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        above, kept = self._folder(parent), self._kept(search)

        def work(connection: Connection) -> int:
            find_parent(connection, self._mailbox.id, above)
            check_free_name(connection, above, name)
            self._check_scope(connection, kept)
            number = insert_folder(connection, self._mailbox.id, above, name, search=write_search(kept))
            fill_search(connection, self._mailbox.id, SearchFolder(number, kept), deadline)
            return number

        return EntryId(self.uid, ObjectKind.FOLDER, await self._write(work, deadline))

    async def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Search:
        number = self._folder(entry_id)
        text = await self._read(lambda c: self._search_of(c, number), deadline)
        kept = read_search(text)
        scope = tuple(EntryId(self.uid, ObjectKind.FOLDER, one) for one in kept.scope)
        return Search(kept.restriction, scope, kept.is_recursive)

    async def set_search_criteria(self, entry_id: EntryId, search: Search, deadline: Deadline) -> None:
        number, kept = self._folder(entry_id), self._kept(search)

        def work(connection: Connection) -> None:
            self._search_of(connection, number)
            self._check_scope(connection, kept)
            (change,) = take_numbers(connection, self._mailbox.id, 1)
            connection.run(
                "update folder set search = ?, change_number = ? where id = ?", (write_search(kept), change, number)
            )
            fill_search(connection, self._mailbox.id, SearchFolder(number, kept), deadline)

        await self._write(work, deadline)

    def _kept(self, search: Search) -> KeptSearch:
        """Give a search with its folders by number, when it can be one."""
        check_restriction(search.restriction)
        if isinstance(search.restriction, Count):
            raise TooComplex("Count: a search folder shows everything that its restriction leaves")
        if not search.scope:
            raise UsageError("a search folder needs a folder to search")
        scope = tuple(dict.fromkeys(map(self._folder, search.scope)))
        return KeptSearch(search.restriction, scope, search.is_recursive)

    def _check_scope(self, connection: Connection, search: KeptSearch) -> None:
        for number in search.scope:
            if find_folder(connection, self._mailbox.id, number).search is not None:
                raise UsageError("a search folder cannot be searched")

    def _search_of(self, connection: Connection, number: int) -> str:
        folder = find_folder(connection, self._mailbox.id, number)
        if folder.search is None:
            raise UsageError(f"{folder.name!r} is no search folder")
        return folder.search
