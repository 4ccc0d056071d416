"""Search folders: what they show, and where they look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.props.restriction import Count, Restriction
from msgcore.session.access import FolderLike, folder_ids
from msgcore.session.checked import checked_text
from msgcore.session.folders.base import FolderPart
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.tables.asked import checked_restriction
from msgcore.spi.folders import Search
from msgcore.spi.store import SpecialFolder

__all__ = ["FolderSearches"]


class FolderSearches(FolderPart):
    """Make search folders, and change what they show ([MS-OXCFOLD] sections 2.2.1.4 and 2.2.1.5)."""

    async def create_search_folder(
        self,
        name: str,
        where: Restriction | str,
        scope: Iterable[FolderLike] | None = None,
        *,
        recursive: bool = True,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Self:
        """Make a search folder in this one: it shows the messages of ``scope`` that satisfy ``where``, at every moment.

        Without ``scope`` it looks in this folder, in ``finder`` at all that a person sees; ``recursive`` looks in the
        folders below those of the scope, too.

        Raises:
            UsageError: the name is taken, or the scope is empty or names a search folder.
            TooComplex: the restriction is more than the store evaluates.
            NotSupported: the store has no search folders.
        """
        checked_text(name, "create_search_folder")
        places = [self._whole_scope()] if scope is None else folder_ids(scope)
        search = Search(_checked(where), tuple(places), recursive)
        deadline = self._store.deadline(timeout_seconds)
        return self._other(await self._store.provider.create_search_folder(self._id, name, search, deadline))

    def _whole_scope(self) -> EntryId:
        special = self._store.special_folders
        return special[SpecialFolder.IPM_SUBTREE] if self._id == special.get(SpecialFolder.FINDER) else self._id

    async def search_criteria(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Search:
        """Say what this search folder shows.

        Raises:
            UsageError: it is no search folder.
        """
        return await self._store.provider.search_criteria(self._id, self._store.deadline(timeout_seconds))

    async def set_search_criteria(
        self,
        where: Restriction | str | None = None,
        scope: Iterable[FolderLike] | None = None,
        *,
        recursive: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Make this search folder show something else; what is not given stays as it is.

        Raises:
            UsageError: it is no search folder; or as :meth:`create_search_folder` does.
        """
        deadline = self._store.deadline(timeout_seconds)
        now = await self._store.provider.search_criteria(self._id, deadline)
        search = Search(
            now.restriction if where is None else _checked(where),
            now.scope if scope is None else tuple(folder_ids(scope)),
            now.is_recursive if recursive is None else recursive,
        )
        await self._store.provider.set_search_criteria(self._id, search, deadline)


def _checked(where: Restriction | str) -> Restriction:
    restriction = checked_restriction(where)
    if restriction is None:
        raise UsageError("a search folder needs a restriction")
    if isinstance(restriction, Count):
        raise UsageError("a search folder shows all that satisfies its restriction: at_most() is for tables")
    return restriction
