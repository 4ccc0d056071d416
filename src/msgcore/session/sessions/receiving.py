"""Retrieving the mail of a session's accounts, and looking at what waits at their servers.

Each retriever has a turn of its own: several calls may retrieve at the same time, from different accounts. What is
retrieved and deleted is decided below (:mod:`msgcore.spooler.incoming`); here it is decided from where, and into which
store.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryIdLike
from msgcore.base.nearest import there_are
from msgcore.base.times import Deadline
from msgcore.errors import ForeignEntryId, MsgcoreError, NotSupported, OperationCancelled, ProfileError, UsageError
from msgcore.session.checked import checked_text
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.progress import check_progress
from msgcore.session.remote_headers import RemoteHeaders
from msgcore.session.retriever import Retriever
from msgcore.session.services import OpenService, reach_stores
from msgcore.session.sessions.stores import SessionStores
from msgcore.session.store import MessageStore
from msgcore.session.tables.remote_rows import is_remote
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spooler.incoming import Gate, OnProgress, RetrievalReport, Task

__all__ = ["SessionReceiving"]

_REACHING_SECONDS = 10.0
"""So long the stores of a service that were away are waited for."""


class SessionReceiving(SessionStores):
    """Retrieve mail."""

    async def receive(
        self,
        *services: str,
        on_progress: OnProgress | None = None,
        check: bool = True,
        timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[RetrievalReport, ...]:
        """Retrieve the mail of these services, side by side, or of all accounts; a report for each, in order.

        ``on_progress`` is told after each batch that is on the disk; in blocking code by one thread for each service.
        The report's ``error`` says why a retrieval ended early; what it had stored by then stays. An account that could
        not be opened at logon has a report, too. ``timeout_seconds`` is for the whole call; ``None`` is no limit.

        Raises:
            UsageError: there is no such service, or it retrieves nothing; the message lists those that do. Or
                ``on_progress`` is no plain function.
            NotSupported: no service retrieves mail.
            MsgcoreError: with ``check``, the error of the first report that has one, after all have ended.
        """
        check_progress(on_progress)
        deadline = self._runtime.deadline(timeout_seconds)
        chosen = list({one: self._account(one) for one in services}.values()) if services else self._accounts()
        if not chosen:
            raise NotSupported(f"no service of this profile retrieves mail{self._reasons()}")
        await self._reach_stores(deadline)
        reports = await self._received(chosen, deadline, on_progress)
        if check:
            _raise_first(reports)
        return reports

    def remote_headers(self, service: str | None = None) -> RemoteHeaders:
        """Give the headers of what waits at the server of a service; by default of the only one that retrieves mail.

        Raises:
            UsageError: there is no such service, or several and none is named; the message lists them.
            ProfileError, NotSupported: the store for its mail is missing, or keeps no journal.
            MsgcoreError: why the service could not be opened.
        """
        if service is None and len(self._accounts()) != 1:
            raise UsageError(f"remote_headers: name the service; {self._there_are()}")
        retriever = self._accounts()[0] if service is None else self._account(service)
        if isinstance(retriever, OpenService):
            raise _reason(retriever)
        store = self._store_for(retriever)

        async def retrieve(task: Task, deadline: Deadline, on_progress: OnProgress | None) -> RetrievalReport:
            self._under_way += 1
            try:
                return await retriever.retrieve(store, deadline, task, self._gate(), on_progress)
            finally:
                self._under_way -= 1

        return RemoteHeaders(self._runtime, store, retriever, retrieve)

    async def _reach_stores(self, deadline: Deadline) -> None:
        """Open the stores that were away, side by side."""
        away = [opened for opened in self._services if opened.stores_away]
        async with self._runtime.group() as group:
            for opened in away:
                group.start(reach_stores(opened, deadline.sooner(_REACHING_SECONDS)))

    async def _receive_all(self, deadline: Deadline) -> tuple[RetrievalReport, ...]:
        """Retrieve all there is; raise the first error after all have ended."""
        reports = await self._received(self._accounts(), deadline, None)
        _raise_first(reports)
        return reports

    async def _received(
        self, chosen: Sequence[Retriever | OpenService], deadline: Deadline, on_progress: OnProgress | None
    ) -> tuple[RetrievalReport, ...]:
        found: dict[int, RetrievalReport] = {}

        async def receive_from(number: int) -> None:
            retriever = chosen[number]
            if isinstance(retriever, OpenService):
                found[number] = RetrievalReport(service=retriever.entry.name, error=retriever.error)
                return
            try:
                store = self._store_for(retriever)
                found[number] = await retriever.retrieve(store, deadline, Task.RECEIVE, self._gate(), on_progress)
            except OperationCancelled:
                raise
            except MsgcoreError as error:  # nothing was begun; the others go on
                found[number] = RetrievalReport(service=retriever.name, error=error)

        self._under_way += 1
        try:
            async with self._runtime.group() as group:
                for number in range(1, len(chosen)):
                    group.start(receive_from(number))
                await receive_from(0)
        finally:
            self._under_way -= 1
        return tuple(found[number] for number in range(len(chosen)))

    def _store_of(self, entry_id: EntryIdLike) -> MessageStore:
        try:
            return super()._store_of(entry_id)
        except ForeignEntryId as error:
            for retriever in self._retrievers():
                if is_remote(retriever.account, entry_id):
                    raise ForeignEntryId(
                        f"a remote header: its message waits at the server of {retriever.name}; mark it for download"
                    ) from error
            raise

    # Who, and where to

    def _gate(self) -> Gate:
        """Give what mail passes on its way in."""
        lost = next((str(one.failed) for one in self._services if one.could_not_open and one.failed.is_hook), "")
        queues = self._stores_with(Capability.OUTGOING_QUEUE)
        inbound = [hook for hook in self._hooks if hook.is_inbound]
        return Gate(inbound, queues[0].provider if queues else None, lost)

    def _retrievers(self) -> list[Retriever]:
        return [retriever for opened in self._services for retriever in opened.retrievers]

    def _accounts(self) -> list[Retriever | OpenService]:
        """List what mail is retrieved with, and the services that could not be opened and would be in the list."""
        accounts: list[Retriever | OpenService] = []
        for opened in self._services:
            accounts += [opened] if opened.is_lost_account else opened.retrievers
        return accounts

    def _account(self, name: str) -> Retriever | OpenService:
        checked_text(name, "a service")
        for retriever in self._retrievers():
            if retriever.name == name:
                return retriever
        for opened in self._services:
            if opened.entry.name == name and opened.could_not_open:
                return opened
        raise UsageError(f"{name!r} is no service of this profile that retrieves mail; {self._there_are(name)}")

    def _there_are(self, given: str = "") -> str:
        names = [one.entry.name if isinstance(one, OpenService) else one.name for one in self._accounts()]
        return f"{there_are(given, names)}{self._reasons()}"

    def _store_for(self, retriever: Retriever) -> GuardedStore:
        """Find the store that takes the mail of a retriever.

        Raises:
            ProfileError: the policy names a service that has none.
            NotSupported: there is no store for it, or it keeps no journal.
        """
        name = retriever.policy.deliver_to
        if name is None:
            try:
                return self._delivery_store.provider
            except NotSupported as error:
                raise NotSupported(f"{retriever.name}: {error}") from error
        opened = next((one for one in self._services if one.entry.name == name), None)
        if opened is None:
            names = ", ".join(one.entry.name for one in self._services)
            raise _misdirected(retriever, name, f"there is no such service in this profile, but {names}")
        if opened.could_not_open:
            raise _reason(opened)
        for one in opened.stores:
            if one.provider.can(Capability.JOURNAL):
                return one.provider
        if opened.stores_away and opened.away is not None:
            raise opened.away
        if opened.has_read_only_stores:
            raise _misdirected(retriever, name, "it is opened read-only")
        raise _misdirected(retriever, name, "it has no store that keeps a journal of what was retrieved")


def _misdirected(retriever: Retriever, name: str, problem: str) -> ProfileError:
    return ProfileError(f"{retriever.name} delivers to {name!r}, and {problem}", key="deliver_to")


def _reason(opened: OpenService) -> MsgcoreError:
    assert opened.error is not None
    return opened.error


def _raise_first(reports: Sequence[RetrievalReport]) -> None:
    for report in reports:
        if report.error is not None:
            raise report.error
