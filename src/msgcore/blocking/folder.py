"""Folders for blocking code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from msgcore.base.ids import EntryIdLike
from msgcore.blocking.closing import Closing
from msgcore.blocking.item import Item
from msgcore.blocking.table import Table
from msgcore.blocking.twin import twin_of
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import folder as _folder
from msgcore.session.access import FolderLike
from msgcore.session.changes import CHANGES_AT_ONCE
from msgcore.session.folders.archives import TRANSFER_TIMEOUT_SECONDS
from msgcore.session.item import DEFAULT_COLUMNS
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.read_flags import ReadReceipt
from msgcore.spi.changes import Changes
from msgcore.spi.folders import Search
from msgcore.spi.store import FolderFacts, Incoming, MessageStatus
from msgcore.transfer import Archive, ArchiveWriter, ExportOptions, ExportResult, ImportOptions, ImportResult

__all__ = ["Folder"]


@twin_of(_folder.Folder)
class Folder(Closing):
    """:class:`msgcore.session.folder.Folder` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _folder.Folder) -> None:
        self._runtime = runtime
        self._inner = inner

    @property
    def entry_id(self) -> bytes:
        return self._inner.entry_id

    def _other(self, inner: _folder.Folder) -> Self:
        return type(self)(self._runtime, inner)

    def facts(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> FolderFacts:
        return self._runtime.run(self._inner.facts(timeout_seconds=timeout_seconds))

    def folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[FolderFacts, ...]:
        return self._runtime.run(self._inner.folders(timeout_seconds=timeout_seconds))

    def create_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        return self._other(self._runtime.run(self._inner.create_folder(name, timeout_seconds=timeout_seconds)))

    def open_folder(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Self:
        return self._other(self._runtime.run(self._inner.open_folder(name, timeout_seconds=timeout_seconds)))

    def hierarchy_table(self, *, depth: int | None = 1) -> Table:
        return Table(self._runtime, self._inner.hierarchy_table(depth=depth))

    def properties(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Row:
        return self._runtime.run(self._inner.properties(timeout_seconds=timeout_seconds))

    def set_properties(
        self, values: Mapping[PropertyKey, object], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_properties(values, timeout_seconds=timeout_seconds))

    def rename(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.rename(name, timeout_seconds=timeout_seconds))

    def move_to(
        self, parent: FolderLike, name: str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.move_to(parent, name, timeout_seconds=timeout_seconds))

    def copy_to(
        self, parent: FolderLike, name: str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Self:
        return self._other(self._runtime.run(self._inner.copy_to(parent, name, timeout_seconds=timeout_seconds)))

    def empty(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.empty(timeout_seconds=timeout_seconds))

    def delete(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.delete(timeout_seconds=timeout_seconds))

    def contents_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        return Table(self._runtime, self._inner.contents_table(columns, restriction, sort_order))

    def associated_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        return Table(self._runtime, self._inner.associated_table(columns, restriction, sort_order))

    def deleted_table(
        self,
        columns: Iterable[PropertyKey] | str = DEFAULT_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        return Table(self._runtime, self._inner.deleted_table(columns, restriction, sort_order))

    def messages(
        self,
        where: Restriction | str | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Item, ...]:
        found = self._runtime.run(
            self._inner.messages(where, newest_first=newest_first, limit=limit, timeout_seconds=timeout_seconds)
        )
        return tuple(Item(self._runtime, one) for one in found)

    def count(self, where: Restriction | str | None = None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.count(where, timeout_seconds=timeout_seconds))

    def changes_since(
        self,
        token: bytes | None = None,
        *,
        limit: int = CHANGES_AT_ONCE,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Changes:
        return self._runtime.run(self._inner.changes_since(token, limit=limit, timeout_seconds=timeout_seconds))

    def save(
        self,
        message: Message,
        *,
        is_read: bool = False,
        received_at: datetime | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> bytes:
        return self._runtime.run(
            self._inner.save(message, is_read=is_read, received_at=received_at, timeout_seconds=timeout_seconds)
        )

    def save_all(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        return self._runtime.run(self._inner.save_all(incoming, timeout_seconds=timeout_seconds))

    def save_associated(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bytes:
        return self._runtime.run(self._inner.save_associated(message, timeout_seconds=timeout_seconds))

    def move_here(self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.move_here(entry_ids, timeout_seconds=timeout_seconds))

    def copy_here(
        self, entry_ids: Iterable[EntryIdLike], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        return self._runtime.run(self._inner.copy_here(entry_ids, timeout_seconds=timeout_seconds))

    def set_status(
        self,
        entry_ids: Iterable[EntryIdLike],
        status: MessageStatus,
        mask: MessageStatus,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._runtime.run(self._inner.set_status(entry_ids, status, mask, timeout_seconds=timeout_seconds))

    def set_read_flags(
        self,
        entry_ids: Iterable[EntryIdLike],
        is_read: bool = True,
        *,
        receipt: ReadReceipt = ReadReceipt.SEND,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        marking = self._inner.set_read_flags(entry_ids, is_read, receipt=receipt, timeout_seconds=timeout_seconds)
        self._runtime.run(marking)

    def create_search_folder(
        self,
        name: str,
        where: Restriction | str,
        scope: Iterable[FolderLike] | None = None,
        *,
        recursive: bool = True,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Self:
        made = self._inner.create_search_folder(
            name, where, scope, recursive=recursive, timeout_seconds=timeout_seconds
        )
        return self._other(self._runtime.run(made))

    def search_criteria(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Search:
        return self._runtime.run(self._inner.search_criteria(timeout_seconds=timeout_seconds))

    def set_search_criteria(
        self,
        where: Restriction | str | None = None,
        scope: Iterable[FolderLike] | None = None,
        *,
        recursive: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._runtime.run(
            self._inner.set_search_criteria(where, scope, recursive=recursive, timeout_seconds=timeout_seconds)
        )

    def import_archive(
        self,
        archive: Path | Archive,
        options: ImportOptions | None = None,
        *,
        timeout_seconds: float = TRANSFER_TIMEOUT_SECONDS,
    ) -> ImportResult:
        return self._runtime.run(self._inner.import_archive(archive, options, timeout_seconds=timeout_seconds))

    def export_to(
        self,
        writer: ArchiveWriter,
        options: ExportOptions | None = None,
        *,
        timeout_seconds: float = TRANSFER_TIMEOUT_SECONDS,
    ) -> ExportResult:
        return self._runtime.run(self._inner.export_to(writer, options, timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    def __repr__(self) -> str:
        return repr(self._inner)
