"""Writing a folder of a store into an archive: in batches, again after any end, each message once.

Before anything is written the archive is read: a message that is in it already, by its fingerprint, is not written
again. So an export that was cut goes on where the archive ends, and a later one adds what is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import LimitExceeded, MsgcoreError, NotFound, NotLoaded, StoreCorrupt, TooComplex, UsageError
from msgcore.model.message import Message
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
)
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import LOADED_AT_ONCE, MessageFlag, MessageStatus, RowKey, TableQuery
from msgcore.transfer.archive import ArchivedMessage, ArchiveWriter, Skipped
from msgcore.transfer.choices import check_counts, check_functions, check_switches
from msgcore.transfer.fingerprint import fingerprint
from msgcore.transfer.holding import Hold
from msgcore.transfer.importing import BATCH_OCTETS, Progress

__all__ = ["ExportOptions", "ExportResult", "export_folder"]

_COLUMNS = (
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
)
# Which messages there are a store may still know when it cannot read their rows.
_KEYS = (PidTagEntryId, PidTagInstanceKey)

_MOST_LEVELS = 1_000


def _restriction(where: Restriction | str | None) -> Restriction | None:
    if isinstance(where, str):
        from msgcore.props.text_form import parse_restriction

        return parse_restriction(where)
    given = cast(object, where)
    if given is not None and not isinstance(given, Restriction):
        hint = "; for equality write tag.equals(value), not tag == value" if isinstance(given, bool) else ""
        raise UsageError(f"where: need a restriction or its text, got {type(given).__name__}{hint}")
    return where


@attrs.frozen
class ExportOptions:
    """How a folder is exported.

    ``where`` chooses messages; it may be text, such as ``'subject:contains("report") and size > 10kb'``. ``recursive``
    brings the folders below, too, but for search folders: the messages that they show are in other folders.
    ``skipped`` is told each message that is larger than ``limit_octets``, or damaged in the store; without it the first
    one ends the export with its error.

    Raises:
        UsageError: one is of a wrong kind, or a number is less than 1.
        RestrictionSyntax, UnknownProperty: the text is no restriction.
    """

    where: Restriction | None = attrs.field(default=None, converter=_restriction)
    recursive: bool = False
    batch: int = 1_000
    progress: Progress | None = None
    skipped: Callable[[Skipped], None] | None = None
    limit_octets: int = 256 * 1024 * 1024

    def __attrs_post_init__(self) -> None:
        check_counts(batch=self.batch, limit_octets=self.limit_octets)
        check_functions(progress=self.progress, skipped=self.skipped)
        check_switches(recursive=self.recursive)


@attrs.frozen
class ExportResult:
    """How many messages were written, how many were in the archive before, and how many were skipped."""

    written: int = 0
    present: int = 0
    skipped: int = 0


async def export_folder(
    runtime: Runtime,
    store: GuardedStore,
    folder: EntryId,
    writer: ArchiveWriter,
    options: ExportOptions,
    deadline: Deadline,
) -> ExportResult:
    """Write the messages of ``folder`` into an archive, in the order in which the store has them.

    Flags are written as far as the archive has them. What a message says is written octet for octet where it was read;
    one that was composed, or changed in the store, as :func:`msgcore.codecs.mime.write` writes it.

    Raises:
        StoreFull: the archive's disk is full; the archive has whole messages only, and the next export goes on.
        NotSupported: an mbox is to have folders, or a folder has too long a name; nothing is written.
        UsageError: the writer is open already, or the file is no mbox; the same.
        TimedOut: the deadline passed, perhaps while another program had the archive locked; the same.
        LimitExceeded, StoreCorrupt: a message is larger than the limit, or damaged.
        TooComplex: there are more than a thousand levels of folders; nothing is written.
    """
    outgo = _Outgo(runtime, store, writer, options, deadline)
    places = await outgo.places(folder)
    hold = Hold(writer.path, lambda: writer if writer.open() else None)
    try:
        await hold.wait(runtime, deadline)
        return await outgo.run(places)
    finally:
        hold.close()


@attrs.frozen
class _Place:
    """A folder to be exported, and its path below the first."""

    folder: EntryId
    names: tuple[str, ...] = ()


@attrs.define
class _Outgo:
    """One export on its way."""

    _runtime: Runtime
    _store: GuardedStore
    _writer: ArchiveWriter
    _options: ExportOptions
    _deadline: Deadline
    _held: Counter[tuple[tuple[str, ...], bytes]] = attrs.field(factory=Counter[tuple[tuple[str, ...], bytes]])
    _result: ExportResult = ExportResult()
    _done: int = 0
    _total: int = 0

    async def places(self, folder: EntryId) -> list[_Place]:
        """Find the folders that have messages, before the archive is touched."""
        found = [_Place(folder)]
        if self._options.recursive:
            await self._add_folders(found)
        filled: list[_Place] = []
        for place in found:
            count = await self._store.count(place.folder, TableQuery((), self._options.where), self._deadline)
            if count:
                self._writer.check_folder(place.names)
                filled.append(place)
            self._total += count
        return filled

    async def _add_folders(self, places: list[_Place]) -> None:
        """Add the folders below those that are there, each once; what a search folder shows is in others."""
        seen = {place.folder for place in places}
        for place in places:  # which grow meanwhile
            for facts in await self._store.folders(place.folder, self._deadline):
                if facts.is_search or facts.entry_id in seen:
                    continue
                if len(place.names) == _MOST_LEVELS:
                    raise TooComplex(f"folder {facts.name!r:.200} is more than {_MOST_LEVELS} levels down")
                seen.add(facts.entry_id)
                places.append(_Place(facts.entry_id, (*place.names, facts.name)))

    async def run(self, places: Sequence[_Place]) -> ExportResult:
        await self._runtime.in_thread(self._read_archive, self._deadline)
        for place in places:
            await self._export(place)
        return self._result

    def _read_archive(self) -> None:
        for entry in self._writer.archive().entries():
            if isinstance(entry, ArchivedMessage):
                self._held[entry.folder, fingerprint(entry.octets)] += 1

    async def _export(self, place: _Place) -> None:
        origin: RowKey | None = None
        while True:
            query = TableQuery(_COLUMNS, self._options.where, count=self._options.batch, origin=origin)
            rows: Sequence[Row]
            whole: Sequence[Row]
            try:
                rows = whole = await self._store.query(place.folder, query, self._deadline)
            except StoreCorrupt:
                rows = await self._store.query(place.folder, attrs.evolve(query, columns=_KEYS), self._deadline)
                whole = await self._one_by_one(rows)
            for some in _in_batches(whole):
                await self._export_rows(place.names, some)
            if len(rows) < self._options.batch:
                return
            origin = RowKey((), rows[-1][PidTagInstanceKey])

    async def _one_by_one(self, keys: Sequence[Row]) -> list[Row]:
        """Read the rows of messages without those that are damaged, which are told of, or gone."""
        found: list[Row] = []
        for one in keys:
            try:
                found.append(await self._store.row(EntryId.parse(one[PidTagEntryId]), _COLUMNS, self._deadline))
            except NotFound:
                continue
            except StoreCorrupt as error:
                self._skip(_damaged(one, error))
                self._done += 1
        return found

    async def _export_rows(self, names: tuple[str, ...], rows: Sequence[Row]) -> None:
        wanted: list[Row] = []
        for row in rows:
            size, limit = row.get(PidTagMessageSizeExtended, 0), self._options.limit_octets
            if size > limit:
                self._skip(_skipped(row, LimitExceeded(f"a message of {size} octets; the limit is {limit}")))
            else:
                wanted.append(row)
        loaded, damaged = await self._loaded(wanted)
        for one in [*damaged, *await self._runtime.in_thread(lambda: self._write(names, loaded), self._deadline)]:
            self._skip(one)
        self._done += len(rows)
        if self._options.progress is not None:
            self._options.progress(self._done, self._total, self._result.written)

    async def _loaded(self, rows: Sequence[Row]) -> tuple[list[tuple[Row, Message]], list[Skipped]]:
        """Load messages, without those that were deleted meanwhile; those apart that the store has not whole."""
        ids = [EntryId.parse(row[PidTagEntryId]) for row in rows]
        found: list[Message | NotFound | StoreCorrupt] = []
        while len(found) < len(ids):
            some = ids[len(found) : len(found) + LOADED_AT_ONCE]
            try:
                found += await self._store.load_many(some, self._options.limit_octets, self._deadline)
            except StoreCorrupt as error:  # of the first of them
                found.append(error)
        each = list(zip(rows, found, strict=True))
        return (
            [(row, one) for row, one in each if isinstance(one, Message)],
            [_damaged(row, one) for row, one in each if isinstance(one, StoreCorrupt)],
        )

    def _skip(self, one: Skipped) -> None:
        if self._options.skipped is None:
            raise one.error
        self._options.skipped(one)
        self._result = attrs.evolve(self._result, skipped=self._result.skipped + 1)

    def _write(self, names: tuple[str, ...], loaded: Sequence[tuple[Row, Message]]) -> list[Skipped]:
        """Write those that are not in the archive, and give those that could not be written."""
        fresh: list[ArchivedMessage] = []
        skipped: list[Skipped] = []
        present = 0
        for row, message in loaded:
            try:
                archived = _archived(names, row, mime.write(message))
            except (LimitExceeded, NotLoaded) as error:
                skipped.append(_skipped(row, error))
                continue
            if self._is_held(archived):
                present += 1
            else:
                fresh.append(archived)
        if fresh:
            self._writer.write(fresh)
        self._result = attrs.evolve(
            self._result, written=self._result.written + len(fresh), present=self._result.present + present
        )
        return skipped

    def _is_held(self, message: ArchivedMessage) -> bool:
        """Say whether the archive had the message, once more than was asked so far."""
        if not self._held:
            return False
        key = (message.folder, fingerprint(self._writer.as_read(message)))
        if key not in self._held:
            return False
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
        return True


def _in_batches(rows: Sequence[Row]) -> list[list[Row]]:
    """Divide rows so that the messages of one part are in memory together."""
    batches: list[list[Row]] = []
    octets = BATCH_OCTETS
    for row in rows:
        if octets >= BATCH_OCTETS:
            batches.append([])
            octets = 0
        batches[-1].append(row)
        octets += row.get(PidTagMessageSizeExtended, 0)
    return batches


def _skipped(row: Row, error: MsgcoreError) -> Skipped:
    return Skipped(f"message {row[PidTagEntryId].hex()}", error)


def _damaged(row: Row, error: StoreCorrupt) -> Skipped:
    where = f"message {row[PidTagEntryId].hex()}"
    return Skipped(where, StoreCorrupt(f"{where}: {error}"))


def _archived(names: tuple[str, ...], row: Row, octets: bytes) -> ArchivedMessage:
    flags = MessageFlag(row.get(PidTagMessageFlags, 0))
    status = MessageStatus(row.get(PidTagMessageStatus, 0))
    return ArchivedMessage(
        octets,
        is_read=bool(flags & MessageFlag.READ),
        is_draft=bool(flags & MessageFlag.UNSENT),
        is_answered=bool(status & MessageStatus.ANSWERED),
        is_flagged=bool(status & MessageStatus.TAGGED),
        is_deleted=bool(status & MessageStatus.DELETE_MARKED),
        received_at=row.get(PidTagMessageDeliveryTime),
        folder=names,
    )
