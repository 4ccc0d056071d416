"""A store on the desk of a test, into which archives are imported and out of which they are exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import attrs

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.props.table import (
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageStatus,
)
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.session.direct import open_store
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder, TableQuery
from msgcore.testing.memory_store import MemoryStore
from msgcore.transfer import (
    Archive,
    ArchiveWriter,
    ExportOptions,
    ExportResult,
    ImportOptions,
    ImportResult,
    export_folder,
    import_archive,
)

__all__ = ["Desk", "Kept", "Told", "memory_desk", "sqlite_desk"]


@attrs.frozen
class Kept:
    """A message as the store has it."""

    octets: bytes
    is_read: bool = False
    is_unsent: bool = False


@attrs.frozen
class Told:
    """What progress was told of: done, of how much, and how many messages."""

    all: list[tuple[int, int, int]] = attrs.field(factory=list[tuple[int, int, int]])

    def __call__(self, done: int, total: int, messages: int) -> None:
        self.all.append((done, total, messages))


@attrs.frozen
class Desk:
    """A store and its inbox, for blocking code."""

    runtime: BlockingRuntime
    plugin: Plugin
    store: GuardedStore
    inbox: EntryId

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.runtime.run(self.plugin.close())

    def bring(
        self, archive: Archive, options: ImportOptions | None = None, seconds: float | None = None
    ) -> ImportResult:
        deadline = self.runtime.deadline(seconds)
        work = import_archive(self.runtime, self.store, self.inbox, archive, options or ImportOptions(), deadline)
        return self.runtime.run(work)

    def take(
        self, writer: ArchiveWriter, options: ExportOptions | None = None, seconds: float | None = None
    ) -> ExportResult:
        deadline = self.runtime.deadline(seconds)
        work = export_folder(self.runtime, self.store, self.inbox, writer, options or ExportOptions(), deadline)
        return self.runtime.run(work)

    def save(self, *incoming: Incoming, folder: EntryId | None = None) -> Sequence[EntryId]:
        return self.runtime.run(self.store.save(folder or self.inbox, incoming, NEVER))

    def folder(self, *names: str) -> EntryId:
        """Make or find a folder below the inbox."""
        found = self.inbox
        for name in names:
            found = self.runtime.run(self.store.create_folder(found, name, NEVER))
        return found

    def folder_names(self) -> list[str]:
        return [facts.name for facts in self.runtime.run(self.store.folders(self.inbox, NEVER))]

    def kept(self, *folder: str) -> list[Kept]:
        """Give the messages of the inbox, or of a folder below it, in the order in which they came."""
        place = self.folder(*folder)
        return self.runtime.run(self._kept(place))

    async def _kept(self, place: EntryId) -> list[Kept]:
        rows = await self.store.query(place, TableQuery((PidTagEntryId, PidTagMessageFlags), count=1_000_000), NEVER)
        found: list[Kept] = []
        for row in rows:
            message = await self.store.load(EntryId.parse(row[PidTagEntryId]), 1 << 40, NEVER)
            flags = row[PidTagMessageFlags]
            found.append(Kept(mime.write(message), bool(flags & MessageFlag.READ), bool(flags & MessageFlag.UNSENT)))
        return found

    def octets(self, *folder: str) -> list[bytes]:
        return [one.octets for one in self.kept(*folder)]

    def ids(self) -> list[EntryId]:
        rows = self.runtime.run(self.store.query(self.inbox, TableQuery((PidTagEntryId,)), NEVER))
        return [EntryId.parse(row[PidTagEntryId]) for row in rows]

    def statuses(self) -> list[int]:
        rows = self.runtime.run(self.store.query(self.inbox, TableQuery((PidTagMessageStatus,)), NEVER))
        return [row.get(PidTagMessageStatus, 0) for row in rows]

    def times(self) -> list[object]:
        query = TableQuery((PidTagMessageDeliveryTime,))
        rows = self.runtime.run(self.store.query(self.inbox, query, NEVER))
        return [row[PidTagMessageDeliveryTime] for row in rows]


def memory_desk(provider: MemoryStore | None = None) -> Desk:
    runtime = BlockingRuntime()
    provider = provider or MemoryStore()
    plugin = Plugin("memory", provider, runtime)
    store = GuardedStore(plugin, provider)
    special = runtime.run(store.special_folders(NEVER))
    return Desk(runtime, plugin, store, special[SpecialFolder.INBOX])


def sqlite_desk(path: Path) -> Desk:
    """Open a store in a file, which is made if it is not there."""
    runtime = BlockingRuntime()

    async def opened() -> Desk:
        store = await open_store(f"sqlite:///{path}", runtime)
        plugin = Plugin("store", store, runtime)
        return Desk(runtime, plugin, store.provider, store.special_folders[SpecialFolder.INBOX])

    return runtime.run(opened())
