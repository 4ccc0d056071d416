"""Sessions for blocking code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any

from msgcore.base.ids import EntryIdLike
from msgcore.blocking.closing import Closing
from msgcore.blocking.folder import Folder
from msgcore.blocking.notifications import SessionNotifications
from msgcore.blocking.remote_headers import RemoteHeaders
from msgcore.blocking.store import MessageStore, SpecialFolders, opened_entry
from msgcore.blocking.stored_message import StoredMessage
from msgcore.blocking.table import Table
from msgcore.blocking.twin import twin_of
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Outcomes
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import session as _session
from msgcore.session import store as _store
from msgcore.session.access import LOAD_LIMIT_OCTETS, FolderLike, Submission
from msgcore.session.notices.notification import NotificationKind
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.sessions.recipients import RecipientCheck
from msgcore.session.sessions.sending import SubmissionLike
from msgcore.session.sessions.spooling import INTERVAL_SECONDS
from msgcore.spi.addressbook import AddressBookEntry
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spooler.incoming import OnProgress, RetrievalReport

__all__ = ["Session"]


@twin_of(_session.Session)
class Session(SpecialFolders, Closing):
    """:class:`msgcore.session.session.Session` for blocking code; leaving its context logs off."""

    def __init__(self, runtime: BlockingRuntime, inner: _session.Session) -> None:
        """Use :func:`msgcore.logon`."""
        self._runtime = runtime
        self._inner = inner

    def __repr__(self) -> str:
        return repr(self._inner)

    @property
    def _special_store(self) -> _store.MessageStore:
        return self._inner.default_store

    @property
    def profile_name(self) -> str:
        return self._inner.profile_name

    @property
    def primary_identity(self) -> Address | None:
        return self._inner.primary_identity

    @property
    def stores(self) -> tuple[MessageStore, ...]:
        return tuple(MessageStore(self._runtime, store) for store in self._inner.stores)

    def store(self, service: str) -> MessageStore:
        return MessageStore(self._runtime, self._inner.store(service))

    @property
    def default_store(self) -> MessageStore:
        return MessageStore(self._runtime, self._inner.default_store)

    def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        return self._runtime.run(self._inner.load_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds))

    def open_entry(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> StoredMessage | Folder:
        return opened_entry(
            self._runtime, self._inner.open_entry(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
        )

    def open_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> StoredMessage:
        opening = self._inner.open_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
        return StoredMessage(self._runtime, self._runtime.run(opening.open()))

    def submit(
        self,
        message: Message,
        *,
        at_least_once: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Submission:
        return self._runtime.run(
            self._inner.submit(message, at_least_once=at_least_once, timeout_seconds=timeout_seconds)
        )

    def resend(
        self,
        submission: SubmissionLike,
        *,
        at_least_once: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Submission:
        return self._runtime.run(
            self._inner.resend(submission, at_least_once=at_least_once, timeout_seconds=timeout_seconds)
        )

    def send_receipt(self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bool:
        return self._runtime.run(self._inner.send_receipt(entry_id, timeout_seconds=timeout_seconds))

    def flush_queues(self, *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS) -> tuple[RetrievalReport, ...]:
        return self._runtime.run(self._inner.flush_queues(timeout_seconds=timeout_seconds))

    def receive(
        self,
        *services: str,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[RetrievalReport, ...]:
        return self._runtime.run(
            self._inner.receive(*services, on_progress=on_progress, check=check, timeout_seconds=timeout_seconds)
        )

    def remote_headers(self, service: str | None = None) -> RemoteHeaders:
        return RemoteHeaders(self._runtime, self._inner.remote_headers(service))

    def outcomes(self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Outcomes:
        return self._runtime.run(self._inner.outcomes(submission, timeout_seconds=timeout_seconds))

    def submissions(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[OutgoingItem, ...]:
        return self._runtime.run(self._inner.submissions(timeout_seconds=timeout_seconds))

    def submission_state(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> OutgoingItem:
        return self._runtime.run(self._inner.submission_state(submission, timeout_seconds=timeout_seconds))

    def retry_submit(self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.retry_submit(submission, timeout_seconds=timeout_seconds))

    def abort_submit(self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.abort_submit(submission, timeout_seconds=timeout_seconds))

    def resolve_name(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> AddressBookEntry:
        return self._runtime.run(self._inner.resolve_name(name, timeout_seconds=timeout_seconds))

    def find_entries(
        self, name: str = "", *, limit: int = 100, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        return self._runtime.run(self._inner.find_entries(name, limit=limit, timeout_seconds=timeout_seconds))

    def check_recipients(
        self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RecipientCheck, ...]:
        return self._runtime.run(self._inner.check_recipients(message, timeout_seconds=timeout_seconds))

    def status_table(self) -> Table:
        return Table(self._runtime, self._inner.status_table())

    def stores_table(self) -> Table:
        return Table(self._runtime, self._inner.stores_table())

    def outgoing_queue_table(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Table:
        inner = self._runtime.run(self._inner.outgoing_queue_table(timeout_seconds=timeout_seconds))
        return Table(self._runtime, inner)

    def advise(
        self,
        callback: Callable[[Any], object],
        about: FolderLike | Table | None = None,
        *,
        kinds: Iterable[NotificationKind] | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> int:
        if iscoroutinefunction(callback):
            raise UsageError("advise: need a plain function, got one that is async def")
        told_of = about.ring() if isinstance(about, Table) else about
        return self._runtime.run(self._inner.advise(callback, told_of, kinds=kinds, timeout_seconds=timeout_seconds))

    def unadvise(self, connection: int) -> None:
        self._inner.unadvise(connection)

    def notifications(
        self,
        about: FolderLike | None = None,
        *,
        kinds: Iterable[NotificationKind] | None = None,
        timeout_seconds: float | None = None,
    ) -> SessionNotifications:
        inner = self._inner.notifications(about, kinds=kinds, timeout_seconds=timeout_seconds)
        return SessionNotifications(self._runtime, inner).begin()

    def start_spooler(
        self, *, interval_seconds: float = INTERVAL_SECONDS, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.start_spooler(interval_seconds=interval_seconds, timeout_seconds=timeout_seconds))

    def stop_spooler(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.stop_spooler(timeout_seconds=timeout_seconds))

    def cancel(self) -> None:
        self._inner.cancel()

    def close(self) -> None:
        self._runtime.run(self._inner.close())

    logoff = close
