"""Remote headers for blocking code."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.blocking.table import Table
from msgcore.blocking.twin import twin_of
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import remote_headers as _remote_headers
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.remote_headers import REMOTE_COLUMNS, RemoteHeader
from msgcore.spi.store import MessageStatus
from msgcore.spooler.incoming import OnProgress, RetrievalReport

__all__ = ["RemoteHeaders"]


@twin_of(_remote_headers.RemoteHeaders)
class RemoteHeaders:
    """:class:`msgcore.session.remote_headers.RemoteHeaders` for blocking code."""

    def __init__(self, runtime: BlockingRuntime, inner: _remote_headers.RemoteHeaders) -> None:
        """Use :meth:`Session.remote_headers`."""
        self._runtime = runtime
        self._inner = inner

    @property
    def service(self) -> str:
        return self._inner.service

    def refresh(
        self,
        *,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> RetrievalReport:
        return self._runtime.run(
            self._inner.refresh(on_progress=on_progress, check=check, timeout_seconds=timeout_seconds)
        )

    def process(
        self,
        *,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> RetrievalReport:
        return self._runtime.run(
            self._inner.process(on_progress=on_progress, check=check, timeout_seconds=timeout_seconds)
        )

    def contents_table(
        self,
        columns: Iterable[PropertyKey] | str = REMOTE_COLUMNS,
        restriction: Restriction | str | None = None,
        sort_order: Iterable[SortKey] | str | None = (),
    ) -> Table:
        return Table(self._runtime, self._inner.contents_table(columns, restriction, sort_order))

    def list(self, *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS) -> tuple[RemoteHeader, ...]:
        return self._runtime.run(self._inner.list(timeout_seconds=timeout_seconds))

    def set_message_status(
        self,
        entry_ids: Iterable[bytes],
        status: MessageStatus,
        mask: MessageStatus,
        *,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._runtime.run(self._inner.set_message_status(entry_ids, status, mask, timeout_seconds=timeout_seconds))

    def mark_for_download(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.mark_for_download(entry_ids, timeout_seconds=timeout_seconds))

    def mark_for_deletion(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.mark_for_deletion(entry_ids, timeout_seconds=timeout_seconds))

    def mark_for_move(
        self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.mark_for_move(entry_ids, timeout_seconds=timeout_seconds))

    def unmark(self, entry_ids: Iterable[bytes], *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.unmark(entry_ids, timeout_seconds=timeout_seconds))
