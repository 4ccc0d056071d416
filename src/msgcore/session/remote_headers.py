"""Remote headers: what waits at a server, looked at before it is retrieved, and marked for what is to become of it.

What MAPI calls the remote transport's header folder. The journal in the store holds the headers and the marks: a look
needs no connection, and both are there again after a restart. :meth:`RemoteHeaders.refresh` retrieves headers,
:meth:`RemoteHeaders.process` carries out the marks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias, cast

import attrs

from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.table import (
    PidTagEntryId,
    PidTagImportance,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.runtime.abc import Runtime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.progress import check_progress
from msgcore.session.retriever import Retriever
from msgcore.session.table import Table
from msgcore.session.tables.remote_rows import HeaderReader, RemoteRow, is_waiting, journal_key, remote_message
from msgcore.session.tables.source import RowsInMemory
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.store import NO_STATUS, MessageStatus, check_status
from msgcore.spooler.incoming import OnProgress, RetrievalReport, Task
from msgcore.spooler.retrieval.journal_entries import entries_of
from msgcore.spooler.retrieval.policy import MARKS

__all__ = ["REMOTE_COLUMNS", "RemoteHeader", "RemoteHeaders", "RetrieveCall"]

_PAGE = 1_000


REMOTE_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagEntryId,
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagImportance,
    PidTagMessageStatus,
)

RetrieveCall: TypeAlias = Callable[[Task, Deadline, OnProgress | None], Awaitable[RetrievalReport]]
_EachPage: TypeAlias = Callable[[Callable[[Iterable[JournalEntry]], None], Deadline], Awaitable[None]]


@attrs.frozen
class RemoteHeader:
    """A message that waits at a server, by its header. ``size_octets`` is the server's word, ``None`` without one.

    ``status`` has ``REMOTE_DOWNLOAD`` or ``REMOTE_DELETE`` when it is marked, or both when it is to be moved here.
    """

    entry_id: bytes = attrs.field(repr=False)
    subject: str
    from_: Address | None
    date: datetime | None
    size_octets: int | None
    status: MessageStatus


@each_call_whole("_runtime")
class RemoteHeaders:
    """The headers of what waits at one account's server. May be shared by threads and tasks."""

    def __init__(self, runtime: Runtime, store: GuardedStore, retriever: Retriever, retrieve: RetrieveCall) -> None:
        """Use :meth:`Session.remote_headers`."""
        self._runtime = runtime
        self._store = store
        self._retriever = retriever
        self._retrieve = retrieve

    @property
    def service(self) -> str:
        """The name of the service whose server it is."""
        return self._retriever.name

    # With the server

    async def refresh(
        self,
        *,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> RetrievalReport:
        """Retrieve the headers of what is new at the server, and see what is there no more. Marks stay.

        Raises:
            MsgcoreError: with ``check``, the error that the report has.
        """
        return await self._done(Task.REFRESH, on_progress, check, timeout_seconds)

    async def process(
        self,
        *,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> RetrievalReport:
        """Download what is marked for that, and delete at the server what is marked for that; nothing else.

        Raises:
            MsgcoreError: with ``check``, the error that the report has; what is not done keeps its marks.
        """
        return await self._done(Task.PROCESS, on_progress, check, timeout_seconds)

    async def _done(
        self, task: Task, on_progress: OnProgress | None, check: bool, timeout_seconds: float | None
    ) -> RetrievalReport:
        check_progress(on_progress)
        report = await self._retrieve(task, self._runtime.deadline(timeout_seconds), on_progress)
        if check and report.error is not None:
            raise report.error
        return report

    # Looking

    def contents_table(
        self,
        columns: Iterable[PropertyKey] | str = REMOTE_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        """Open a table of the headers: a row for each message that waits, and was not retrieved.

        A row has the properties that its header gives, ``PidTagMessageSizeExtended`` as the server says it, and the
        marks in ``PidTagMessageStatus``. The journal is read when rows are asked for, and again after this session
        changed it, or after :meth:`Table.refresh`.
        """
        return Table(self._runtime, _RemoteRows(self._each_page, self._retriever), columns, restriction, sort_order)

    async def list(self, *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS) -> tuple[RemoteHeader, ...]:
        """Give the headers of all that waits, in the order of their delivery."""
        found: list[tuple[float, bytes, RemoteHeader]] = []
        await self._each_page(lambda page: found.extend(map(_listed, page)), self._runtime.deadline(timeout_seconds))
        return tuple([header for *_, header in sorted(found)])

    async def _each_page(self, take: Callable[[Iterable[JournalEntry]], None], deadline: Deadline) -> None:
        """Hand on what waits, a page of the journal at a time, in a thread."""
        after: JournalKey | None = None
        while True:
            page = await self._store.journal(self._retriever.account, after, _PAGE, deadline)
            await self._runtime.in_thread(partial(take, filter(is_waiting, page)), deadline)
            if len(page) < _PAGE:
                return
            after = page[-1].origin.key

    # Marks

    async def set_message_status(
        self,
        entry_ids: Iterable[bytes],
        status: MessageStatus,
        mask: MessageStatus,
        *,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Set those bits of ``mask`` that ``status`` has, and clear the others of it; for all or for none.

        The bits are ``REMOTE_DOWNLOAD`` and ``REMOTE_DELETE``; a message that has both is moved here.

        Raises:
            UsageError: there are other bits, or ``entry_ids`` is one, not several.
            NotFound: a message is not waiting (any more).
        """
        for given in (status, mask):
            check_status(given, "set_message_status")
            if int(given) & ~int(MARKS):
                raise UsageError("set_message_status: at a server REMOTE_DOWNLOAD and REMOTE_DELETE can be set")
        if isinstance(cast(object, entry_ids), bytes):
            raise UsageError("need a sequence of entry ids, such as [entry_id], got bytes")
        keys = sorted({journal_key(self._retriever.account, entry_id) for entry_id in entry_ids})
        deadline = self._runtime.deadline(timeout_seconds)
        entries = await self._waiting(keys, deadline)
        marked = [attrs.evolve(one, status=(one.status & ~mask) | (status & mask)) for one in entries]
        if marked:
            await self._store.note(marked, deadline)
            self._retriever.changes += 1

    async def mark_for_download(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Have messages retrieved by the next :meth:`process`; whether they stay at the server, the policy says."""
        await self.set_message_status(entry_ids, MessageStatus.REMOTE_DOWNLOAD, MARKS, timeout_seconds=timeout_seconds)

    async def mark_for_deletion(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Have messages deleted at the server by the next :meth:`process`, unread."""
        await self.set_message_status(entry_ids, MessageStatus.REMOTE_DELETE, MARKS, timeout_seconds=timeout_seconds)

    async def mark_for_move(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Have messages retrieved by the next :meth:`process`, and then deleted at the server."""
        await self.set_message_status(entry_ids, MARKS, MARKS, timeout_seconds=timeout_seconds)

    async def unmark(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Let messages wait as they are."""
        await self.set_message_status(entry_ids, NO_STATUS, MARKS, timeout_seconds=timeout_seconds)

    async def _waiting(self, keys: Sequence[JournalKey], deadline: Deadline) -> Sequence[JournalEntry]:
        known = await entries_of(self._store, self._retriever.account, keys, deadline)
        for key in keys:
            entry = known.get(key)
            if entry is None or not is_waiting(entry):
                raise NotFound(f"{self.service}: {_name_of(key, entry)} is not waiting at the server (any more)")
        return [known[key] for key in keys]

    def __repr__(self) -> str:
        return f"<RemoteHeaders of {self.service}>"


class _RemoteRows(RowsInMemory):
    """The rows as they were read, until this session changes the journal or the table is refreshed."""

    def __init__(self, each_page: _EachPage, retriever: Retriever) -> None:
        self._each_page = each_page
        self._retriever = retriever
        self._kept: list[RemoteRow] | None = None
        self._changes = 0

    async def rows(self, deadline: Deadline) -> Sequence[RemoteRow]:
        changes = self._retriever.changes
        if self._kept is None or changes != self._changes:
            rows: list[RemoteRow] = []
            reader = HeaderReader()
            await self._each_page(lambda page: rows.extend(RemoteRow(entry, reader) for entry in page), deadline)
            self._kept, self._changes = rows, changes
        return self._kept

    def refresh(self) -> None:
        self._kept = None


def _name_of(key: JournalKey, entry: JournalEntry | None) -> str:
    subject = "" if entry is None or not entry.header else remote_message(entry).subject
    return f"message {key[0]!r}" + (f" ({one_line(subject)})" if subject else "")


def _listed(entry: JournalEntry) -> tuple[float, bytes, RemoteHeader]:
    """Give a header with its place in the list: by delivery, those that do not say when in front, as in a table."""
    row = remote_message(entry)
    delivered = row.get(PidTagMessageDeliveryTime)
    header = RemoteHeader(
        row[PidTagEntryId],
        row.subject,
        row.from_,
        row.date,
        row.get(PidTagMessageSizeExtended),
        MessageStatus(row[PidTagMessageStatus]),
    )
    return 0.0 if delivered is None else delivered.timestamp(), header.entry_id, header
