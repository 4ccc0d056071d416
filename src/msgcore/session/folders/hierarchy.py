"""The folder among others: its place, its name, its properties, and the folders below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, cast

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import PropertySource
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDepth,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagParentEntryId,
    PidTagSubfolders,
)
from msgcore.props.values import check_value
from msgcore.session.access import FolderLike
from msgcore.session.checked import checked_integer, checked_text
from msgcore.session.folders.base import FolderPart
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.table import Table
from msgcore.session.tables.folder_rows import hierarchy_rows
from msgcore.session.tables.source import KeptRows
from msgcore.spi.capability import Capability
from msgcore.spi.store import FolderFacts, SpecialFolder

__all__ = ["HIERARCHY_COLUMNS", "FolderHierarchy"]

HIERARCHY_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagDisplayName,
    PidTagEntryId,
    PidTagParentEntryId,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagSubfolders,
    PidTagDepth,
)


class FolderHierarchy(FolderPart):
    """Look at a folder from outside, and at those in it."""

    async def facts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> FolderFacts:
        """Say the folder's name, role, and how many messages it holds."""
        return await self._store.provider.folder(self._id, self._store.deadline(timeout_seconds))

    async def folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[FolderFacts, ...]:
        """List the folders in this one, by name."""
        return tuple(await self._store.provider.folders(self._id, self._store.deadline(timeout_seconds)))

    async def create_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        """Make a folder in this one, or find the one of that name.

        Where a special folder is missing, one that is called as they are may have its role from then on.

        Raises:
            UsageError: it is no name for a folder of this store.
        """
        checked_text(name, "create_folder")
        store, deadline = self._store, self._store.deadline(timeout_seconds)
        made = await store.provider.create_folder(self._id, name, deadline)
        if len(store.special_folders) < len(SpecialFolder):
            store.special_folders = await store.provider.special_folders(deadline)
        return self._other(made)

    async def open_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        """Open the folder of that name in this one; names compare without case.

        Raises:
            NotFound: there is none.
        """
        checked_text(name, "open_folder")
        facts = await self._store.provider.folder_named(self._id, name, self._store.deadline(timeout_seconds))
        return self._other(facts.entry_id)

    def hierarchy_table(self, *, depth: int | None = 1) -> Table:
        """Open a table of the folders below this one, each in front of those below it: ``depth`` levels, or all.

        It is read once, and again after ``refresh()``. ``PidTagDepth`` is 1 for the folders right below.

        Raises:
            UsageError: ``depth`` is less than 1.
        """
        if depth is not None and checked_integer(depth, "hierarchy_table") < 1:
            raise UsageError(f"a hierarchy of {depth} levels has no row")

        async def read(deadline: Deadline) -> Sequence[PropertySource]:
            return await hierarchy_rows(self._store.provider, self._id, depth, deadline)

        return Table(self._store.runtime, KeptRows(read), HIERARCHY_COLUMNS)

    async def properties(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Row:
        """Give all properties of the folder ([MS-OXCFOLD] section 2.2.2), as a row whose columns they are.

        Raises:
            NotSupported: the store's folders have none.
        """
        found = await self._store.provider.folder_properties(self._id, self._store.deadline(timeout_seconds))
        values: dict[BagKey, object] = {tag.bag_key: value for tag, value in found.items()}
        return Row(tuple(found), values)

    async def set_properties(
        self, values: Mapping[PropertyKey, object], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Set properties of the folder, all or none; ``None`` deletes one.

        Raises:
            UsageError: the store works one of them out itself, or a value is of another type.
            NotSupported: the store's folders have none.
        """
        deadline = self._store.deadline(timeout_seconds)
        await self._store.provider.set_folder_properties(self._id, _checked(values), deadline)

    async def rename(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Give the folder another name; a special folder keeps its role.

        Raises:
            UsageError: the name is taken or none, or it is the root.
            NotSupported: the store renames no folders.
        """
        checked_text(name, "rename")
        provider, deadline = self._store.provider, self._store.deadline(timeout_seconds)
        if provider.can(Capability.FOLDER_PROPERTIES):
            await provider.set_folder_properties(self._id, {PidTagDisplayName: name}, deadline)
            return
        facts = await provider.folder(self._id, deadline)
        await provider.move_folder(self._id, facts.parent_id or self._id, name, deadline)

    async def move_to(
        self, parent: FolderLike, name: str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Move the folder, with all that is in it, into another of the same store; entry ids stay.

        Raises:
            UsageError: it is special, ``parent`` is in it, or has a folder of that name already.
            NotSupported: the store moves no folders.
        """
        deadline = self._store.deadline(timeout_seconds)
        named = await self._name(deadline) if name is None else checked_text(name, "move_to")
        await self._store.provider.move_folder(self._id, EntryId.parse(parent), named, deadline)

    async def copy_to(
        self, parent: FolderLike, name: str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Self:
        """Copy the folder, with all that is in it, into another of the same store, and open the copy.

        Raises:
            UsageError: ``parent`` is in it, or has a folder of that name already.
            NotSupported: the store copies no folders.
        """
        deadline = self._store.deadline(timeout_seconds)
        named = await self._name(deadline) if name is None else checked_text(name, "copy_to")
        return self._other(await self._store.provider.copy_folder(self._id, EntryId.parse(parent), named, deadline))

    async def empty(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete all messages and folders in this one; its associated contents stay.

        Raises:
            NotSupported: the store empties no folders.
        """
        await self._store.provider.empty_folder(self._id, self._store.deadline(timeout_seconds))

    async def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Delete this folder with all that is in it; the messages that a search folder shows stay where they are.

        Raises:
            UsageError: it is a special folder.
        """
        await self._store.provider.delete_folder(self._id, self._store.deadline(timeout_seconds))

    async def _name(self, deadline: Deadline) -> str:
        return (await self._store.provider.folder(self._id, deadline)).name


def _checked(values: Mapping[PropertyKey, object]) -> dict[PropertyKey, object]:
    """See that every key is a tag, and every value of its type."""
    if not isinstance(cast(object, values), Mapping):
        raise UsageError(f"set_properties: need values by property tag, got {type(values).__name__}")
    checked: dict[PropertyKey, object] = {}
    for tag, value in values.items():
        if not isinstance(cast(object, tag), PropertyKey):
            raise UsageError(f"set_properties: need a property tag, got {tag!r}")
        checked[tag] = None if value is None else check_value(tag, value)
    return checked
