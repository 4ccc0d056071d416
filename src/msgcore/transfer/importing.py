"""Bringing an archive into a store: in batches, again after any end, each message once.

Every message is saved with a delivery key made of the folder that it is imported into, the archive and the folder in
it, the message's fingerprint, and how many with the same fingerprint came before it there. So the store itself knows
what has been imported: an import that was cut, or one of an archive that has grown, is simply made again; a message
that stands twice in an archive comes twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import cast

import attrs

from msgcore.base.findings import Finding
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import read_message
from msgcore.codecs.forms import missing_from
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.message import Message
from msgcore.props.table import PidTagMessageDeliveryTime, PidTagMessageFlags
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.transfer.archive import Archive, ArchivedMessage, Skipped
from msgcore.transfer.choices import check_counts, check_functions, check_switches, need
from msgcore.transfer.fingerprint import fingerprint
from msgcore.transfer.holding import Hold

__all__ = ["BATCH_OCTETS", "ImportOptions", "ImportResult", "Incomplete", "Progress", "import_archive"]

_KEPT_FLAGS = MessageFlag.READ | MessageFlag.UNSENT

BATCH_OCTETS = 32 * 1024 * 1024
"""A batch ends with the message that reaches it, however many messages it has."""

_FIRST = 10

Progress = Callable[[int, int, int], None]
"""Told after each batch: how much is done, of how much, and how many messages that were.

An import counts octets of the archive, an export messages of the store. What it raises ends the work.
"""


@attrs.frozen
class ImportOptions:
    """How an archive is imported.

    ``skipped`` is told each message that cannot be read, or that the store cannot take; without it the first one ends
    the import with its error. ``keeps_deleted`` brings messages that were marked as deleted, too, with that mark in
    their status. ``is_archive_time`` takes the archive's word for when a message was delivered before the message's
    own (its first Received field, else its Date): right for what msgcore exported, wrong for files that were copied.
    ``known_as`` is the name that the archive is known by, in place of its path: the old path for one that was moved;
    a name that was never used brings every message again.

    Raises:
        UsageError: one is of a wrong kind, or ``batch`` is less than 1.
    """

    batch: int = 1_000
    progress: Progress | None = None
    skipped: Callable[[Skipped], None] | None = None
    keeps_deleted: bool = False
    is_archive_time: bool = False
    known_as: str | None = None

    def __attrs_post_init__(self) -> None:
        check_counts(batch=self.batch)
        check_functions(progress=self.progress, skipped=self.skipped)
        check_switches(keeps_deleted=self.keeps_deleted, is_archive_time=self.is_archive_time)
        known_as = cast(object, self.known_as)
        need(known_as is None or isinstance(known_as, str), "known_as", "text or None", known_as)


@attrs.frozen
class Incomplete:
    """A message that was read only in part: where it stands, as text for a person, and what was found first."""

    where: str
    finding: Finding


@attrs.frozen
class ImportResult:
    """What became of an archive's messages.

    ``messages`` were saved, now or by an earlier import, though they may have been moved or deleted in the store
    since: that does not bring them again. ``deleted`` were left out because the archive marks them as that; ``skipped``
    could not be read or saved. ``incomplete`` of those that were read were so only in part, as a damaged or truncated
    file of Outlook's forms is (of mail nobody can say); ``first_incomplete`` names the first ten.
    """

    messages: int = 0
    deleted: int = 0
    skipped: int = 0
    incomplete: int = 0
    first_incomplete: tuple[Incomplete, ...] = attrs.field(default=(), repr=False)


@attrs.define
class _Batch:
    """Messages by the folder of the archive that they are in, and what was met beside them."""

    letters: dict[tuple[str, ...], list[Incoming]] = attrs.field(factory=dict[tuple[str, ...], list[Incoming]])
    skipped: list[Skipped] = attrs.field(factory=list[Skipped])
    incomplete: list[Incomplete] = attrs.field(factory=list[Incomplete])
    count: int = 0
    octets: int = 0
    deleted: int = 0
    position: int = 0


async def import_archive(
    runtime: Runtime,
    store: GuardedStore,
    folder: EntryId,
    archive: Archive,
    options: ImportOptions,
    deadline: Deadline,
) -> ImportResult:
    """Save an archive's messages in ``folder``, and those of its folders in folders of those names below it.

    Each batch is one transaction a folder. Read and draft flags are kept by every store, answered, flagged and deleted
    ones by a store that has a message status; forwarded ones are not kept.

    Raises:
        LimitExceeded, NotFound, UsageError: a message or the archive cannot be read; what stands before it is saved.
        TimedOut: the deadline passed, perhaps while another program had the archive locked; what was saved stays, and
            the next import goes on behind it.
        StoreError: as the store's ``save`` does; the same.
    """
    hold = Hold(archive.path, archive.hold)
    try:
        held = await hold.wait(runtime, deadline)
        keys = _Keys(bytes(folder), options.known_as or archive.path.absolute().as_posix())
        return await _Intake(runtime, store, held, options, deadline, keys, {(): folder}).run()
    finally:
        hold.close()


@attrs.define
class _Intake:
    """One import on its way."""

    _runtime: Runtime
    _store: GuardedStore
    _archive: Archive
    _options: ImportOptions
    _deadline: Deadline
    _keys: _Keys
    _folders: dict[tuple[str, ...], EntryId]
    _result: ImportResult = ImportResult()

    async def run(self) -> ImportResult:
        total = await self._runtime.in_thread(lambda: self._archive.total_octets, self._deadline)
        with closing(self._archive.entries()) as entries:
            position, is_end = 0, False
            while not is_end:
                batch = await self._runtime.in_thread(lambda: self._read(entries), self._deadline)
                position, is_end = max(position, batch.position), not batch.count
                await self._save(batch)
                if self._options.progress is not None:
                    self._options.progress(total if is_end else position, total, self._result.messages)
        return self._result

    def _read(self, entries: Iterator[ArchivedMessage | Skipped]) -> _Batch:
        """Read the next batch; one without anything in it is the end."""
        batch = _Batch()
        for entry in entries:
            batch.count += 1
            if isinstance(entry, ArchivedMessage):
                self._add(batch, entry)
            else:
                batch.skipped.append(entry)
            has_failed = batch.skipped and self._options.skipped is None
            if has_failed or batch.count == self._options.batch or batch.octets >= BATCH_OCTETS:
                break
        return batch

    def _add(self, batch: _Batch, entry: ArchivedMessage) -> None:
        batch.position = entry.position_octets
        if entry.is_deleted and not self._options.keeps_deleted:
            batch.deleted += 1
            return
        where = entry.where or f"{self._archive.path}: before octet {entry.position_octets}"
        try:
            message = read_message(entry.octets, form=entry.form)
            missing = missing_from(entry.octets, entry.form)
        except (LimitExceeded, MalformedMessage) as error:
            batch.skipped.append(Skipped(where, type(error)(f"{where}: {error}")))
            return
        if missing is not None:
            batch.incomplete.append(Incomplete(where, missing))
        batch.octets += len(entry.octets)
        # MIME says nothing of these, and what it did say would be anybody's word.
        own = MessageFlag(0 if entry.form == "mime" else message.get(PidTagMessageFlags, 0) & _KEPT_FLAGS)
        incoming = Incoming(
            message,
            entry.is_read or MessageFlag.READ in own,
            entry.is_draft or MessageFlag.UNSENT in own,
            self._received_at(message, entry),
            self._keys.key(entry.folder, entry),
            _status_of(entry),
        )
        batch.letters.setdefault(entry.folder, []).append(incoming)

    def _received_at(self, message: Message, entry: ArchivedMessage) -> datetime | None:
        own = message.get(PidTagMessageDeliveryTime) or message.date
        return (entry.received_at or own) if self._options.is_archive_time else (own or entry.received_at)

    async def _save(self, batch: _Batch) -> None:
        for names, letters in batch.letters.items():
            folder = await self._folder(names)
            saved = await self._save_all(folder, letters, batch.skipped)
            self._result = attrs.evolve(self._result, messages=self._result.messages + saved)
        for one in batch.skipped:
            if self._options.skipped is None:
                raise one.error
            self._options.skipped(one)
        self._result = attrs.evolve(
            self._result,
            deleted=self._result.deleted + batch.deleted,
            skipped=self._result.skipped + len(batch.skipped),
            incomplete=self._result.incomplete + len(batch.incomplete),
            first_incomplete=(*self._result.first_incomplete, *batch.incomplete)[:_FIRST],
        )

    async def _folder(self, names: tuple[str, ...]) -> EntryId:
        """Find or make the folder of that path."""
        found = self._folders[()]
        for depth in range(1, len(names) + 1):
            path, above = names[:depth], found
            known = self._folders.get(path)
            found = known or await self._store.create_folder(above, _folder_name(path[-1]), self._deadline)
            self._folders[path] = found
        return found

    async def _save_all(self, folder: EntryId, letters: Sequence[Incoming], skipped: list[Skipped]) -> int:
        """Save in one transaction; where one message cannot be saved, one by one, so that it alone is skipped."""
        try:
            return len(await self._store.save(folder, letters, self._deadline))
        except (LimitExceeded, MalformedMessage) as error:
            if len(letters) > 1:
                return sum([await self._save_all(folder, [one], skipped) for one in letters])
            skipped.append(Skipped(f"{self._archive.path}: {letters[0].message.subject!r:.80}", error))
            return 0


class _Keys:
    """Delivery keys. Of a message it holds some 100 octets: eight of its fingerprint, to count equal ones."""

    def __init__(self, folder: bytes, archive: str) -> None:
        self._start = hashlib.sha256(b"msgcore import\0" + folder)
        self._start.update(archive.encode("utf-8", "surrogateescape") + b"\0")
        self._seen: set[int] = set()
        self._again: dict[int, int] = {}

    def key(self, folder: tuple[str, ...], entry: ArchivedMessage) -> bytes:
        digest = self._start.copy()
        digest.update("/".join(name.replace("/", "//") for name in folder).encode("utf-8", "surrogatepass") + b"\0")
        digest.update(fingerprint(entry.octets) if entry.form == "mime" else hashlib.sha256(entry.octets).digest())
        # Two messages may share the eight octets, too: the second is then counted as one that came again.
        short = int.from_bytes(digest.digest()[:8], "big")
        if short not in self._seen:
            self._seen.add(short)
            return digest.digest()
        self._again[short] = self._again.get(short, 0) + 1
        digest.update(b"%d" % self._again[short])
        return digest.digest()


def _status_of(entry: ArchivedMessage) -> MessageStatus:
    status = MessageStatus.ANSWERED if entry.is_answered else MessageStatus(0)
    status |= MessageStatus.TAGGED if entry.is_flagged else MessageStatus(0)
    return status | (MessageStatus.DELETE_MARKED if entry.is_deleted else MessageStatus(0))


def _folder_name(name: str) -> str:
    """Give a name that stores take: without control characters and surrogates, and not blank."""
    clean = "".join("_" if c < " " or "\ud800" <= c <= "\udfff" else c for c in name)
    return clean if clean.strip() else "_"
