"""A session: one logon to a profile.

The session owns its services and opens them in the profile's order; one that fails at logon leaves the others working
and shows its state in the status table. Submitting writes to the default store's outbox and returns; the spooler takes
it to the transports when :meth:`Session.flush_queues` is called.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.ids import EntryId, new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.errors import (
    InvalidAddress,
    NotSupported,
    OperationCancelled,
    SetupError,
    TimedOut,
    TryAgain,
)
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Outcomes
from msgcore.model.recipient import Recipient
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile
from msgcore.props.match import PropertySource
from msgcore.props.table import PidTagClientSubmitTime
from msgcore.runtime.abc import Runtime
from msgcore.session.access import Submission
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.ready import ready_to_send
from msgcore.session.retriever import Retriever
from msgcore.session.services import OpenService, open_service
from msgcore.session.sessions.receiving import SessionReceiving
from msgcore.session.table import Table
from msgcore.session.tables.session_rows import (
    QUEUE_COLUMNS,
    STATUS_COLUMNS,
    STORE_COLUMNS,
    queue_rows,
    status_rows,
    store_rows,
)
from msgcore.session.tables.source import LiveRows, MemoryRows
from msgcore.spi.addressbook import AddressBookProvider
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.store import OutgoingItem
from msgcore.spooler.incoming import RetrievalReport
from msgcore.spooler.order import assign
from msgcore.spooler.outgoing import send_due

_log = logging.getLogger("msgcore.session")

_LOGOFF_SECONDS = 15.0

__all__ = ["RecipientCheck", "Session", "SubmissionLike", "logon"]


SubmissionLike = Submission | OutgoingItem | bytes
"""What names a submission: what ``submit`` gave, an item of ``submissions``, or the entry id of its message."""


@attrs.frozen
class RecipientCheck:
    """Who takes a recipient: the service, its connector if it routes, and why, or why nobody does."""

    recipient: Recipient
    service: str | None
    connector: str | None
    reason: str

    @property
    def is_claimed(self) -> bool:
        return self.service is not None and self.connector != ""

    def __str__(self) -> str:
        taker = " / ".join(part for part in (self.service, self.connector) if part) or "nobody"
        return f"{self.recipient}: {taker}: {self.reason}"


def logon(
    profile: str | Profile,
    runtime: Runtime,
    *,
    admin: ProfileAdmin | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Opening[Session]:
    """Log on to a profile.

    Raises:
        ProfileError: the profile is missing or wrong; with file, line and key.
        SetupError, NotSupported: every service failed at logon; the first one's error.
    """

    async def start() -> Session:
        deadline = runtime.deadline(timeout_seconds)
        given = profile
        if not isinstance(given, Profile):
            name, administration = given, admin or ProfileAdmin()
            given = await runtime.in_thread(lambda: administration.profile(name), deadline)
        session = Session(runtime, given)
        await session.open(deadline)
        return session

    return Opening(start)


class Session(SessionReceiving, Closing):
    """A logon to a profile. May be shared by threads and tasks; :meth:`close` logs off."""

    def __init__(self, runtime: Runtime, profile: Profile) -> None:
        """Use :func:`logon`."""
        super().__init__(runtime, profile)
        self._flushing = runtime.lock()

    async def open(self, deadline: Deadline) -> None:
        """Open every service, side by side; raise the first error when none could be opened."""
        entries = self._profile.services
        found: dict[int, OpenService] = {}

        async def open_one(number: int) -> None:
            found[number] = await open_service(entries[number], self._runtime, deadline, self._submit)

        try:
            async with self._runtime.group() as group:
                for number in range(1, len(entries)):
                    group.start(open_one(number))
                if entries:
                    await open_one(0)
        except BaseException:
            self._services = list(found.values())
            await self.close()
            raise
        self._services = [found[number] for number in range(len(entries))]
        _name_apart(self._transports())
        _name_apart(self._retrievers())
        errors = [opened.error for opened in self._services if opened.error is not None]
        if errors and all(opened.could_not_open for opened in self._services):
            raise errors[0]

    async def close(self) -> None:
        """Log off: close every service. What was submitted stays in its outbox."""
        if self._under_way:
            self.cancel()
        with self._runtime.shielded():
            try:
                await self._wait_until_idle(self._runtime.deadline(_LOGOFF_SECONDS))
            except TimedOut:
                _log.warning("%s: logs off though a flush has not ended", self._profile.name)
        interrupted: BaseException | None = None
        for opened in self._services:
            try:
                await opened.close()
            except BaseException as error:  # a cancelled task leaves nothing open, either
                interrupted = interrupted or error
        if interrupted is not None:
            raise interrupted

    async def _wait_until_idle(self, deadline: Deadline) -> None:
        await self._flushing.acquire(deadline)
        self._flushing.release()
        for retriever in self._retrievers():
            await retriever.wait_until_idle(deadline)

    logoff = close

    def cancel(self) -> None:
        """End the waits of every call now running on this session with ``OperationCancelled``; from any thread."""
        self._runtime.cancel()

    # Sending

    async def submit(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        """Put a message into the outbox: when this returns it is on the disk and will be sent.

        A copy is submitted, with Message-ID, Date and From set where they were not; the message given stays as it is.

        Raises:
            UsageError: there is no recipient, no sender can be found, or an attached file cannot be read.
            InvalidAddress: a bare name stands for nobody, or for several.
        """
        return await self._submit(message, timeout_seconds)

    async def _submit(self, message: Message, timeout_seconds: float) -> Submission:
        deadline = self._runtime.deadline(timeout_seconds)
        queue = self._queue()
        ready = await self._prepared(message, deadline)
        transfer_id = new_time_ordered_id().hex()
        item = await queue.submit(ready, transfer_id, deadline)
        return Submission(bytes(item.entry_id), ready.message_id or "")

    def _queue(self) -> GuardedStore:
        return self.default_store.provider

    async def _prepared(self, message: Message, deadline: Deadline) -> Message:
        ready = ready_to_send(message, self.primary_identity, self._runtime.now())
        if not self._queue().can(Capability.STREAMS):
            await self._runtime.in_thread(ready.load_files, deadline)
        if not all(recipient.address.is_resolved for recipient in ready.recipients):
            ready.recipients = await self._resolved(ready.recipients, deadline)
        return ready

    @property
    def primary_identity(self) -> Address | None:
        """The address of the first service that has one."""
        return next((opened.identity for opened in self._services if opened.identity is not None), None)

    async def _resolved(self, recipients: Sequence[Recipient], deadline: Deadline) -> tuple[Recipient, ...]:
        return tuple([attrs.evolve(one, address=await self._resolve(one.address, deadline)) for one in recipients])

    async def _resolve(self, address: Address, deadline: Deadline) -> Address:
        if address.is_resolved:
            return address
        name = address.display_name
        for opened in self._services:
            for book in opened.address_books:
                found = await _resolved_by(opened, book, name, deadline)
                if len(found) > 1:
                    several = ", ".join(str(one) for one in found)
                    raise InvalidAddress(f"{name!r} may be any of {several}; give the address")
                if found:
                    return found[0]
        raise InvalidAddress(f"{name!r} is no address, and no address book of this profile knows the name")

    async def flush_queues(
        self, *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RetrievalReport, ...]:
        """Send and receive now: work off the outbox, deferred submissions too, what transports hold, and what waits
        at servers; side by side. Gives a report for each account that mail was retrieved from.

        A profile whose stores have no outbox only receives.

        Raises:
            TimedOut: it is not done within ``timeout_seconds``; what is left waits for the next call.
            MsgcoreError: what the first transport or retrieval met that did not get through, after all have ended; an
                account that could not be opened at logon is one of them.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        if self._accounts() and not self._stores_with(Capability.OUTGOING_QUEUE):
            return await self._receive_all(deadline)
        queue = self._queue()
        await queue.make_due(deadline)
        reports: tuple[RetrievalReport, ...] = ()

        async def receive_all() -> None:
            nonlocal reports
            reports = await self._receive_all(deadline)

        self._under_way += 1
        try:
            async with self._runtime.group() as group:
                if self._accounts():
                    group.start(receive_all())
                await self._send_due(queue, deadline)
        finally:
            self._under_way -= 1
        return reports

    async def _send_due(self, queue: GuardedStore, deadline: Deadline) -> None:
        failed = [opened.failed for opened in self._services if opened.could_not_open]
        await self._flushing.acquire(deadline)
        try:
            await send_due(self._runtime, queue, self._transports(), deadline, failed=failed)
        finally:
            self._flushing.release()

    def _transports(self) -> list[GuardedTransport]:
        return [transport for opened in self._services for transport in opened.transports]

    async def outcomes(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Outcomes:
        """Say what has become of each recipient so far; what a transport took is followed there if it can tell.

        Raises:
            NotFound: the submission is gone.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        item = await self._queue().submission(_id_of(submission), deadline)
        known = dict(item.outcomes)
        for transport in self._transports():
            mine = [r for r, name in item.transports.items() if name == transport.name]
            taken = [recipient for recipient in mine if isinstance(known[recipient], Accepted)]
            if taken and transport.can(Capability.TRACKING):
                try:
                    known.update(await transport.track(item.transfer_id, taken, deadline))
                except OperationCancelled:
                    raise
                except (SetupError, TryAgain) as error:
                    # What is known from before stays true.
                    known.update({one: attrs.evolve(known[one], note=str(error)) for one in taken})
        return Outcomes(known)

    async def submissions(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[OutgoingItem, ...]:
        """List what waits in the outbox, oldest first; each may be given to ``outcomes``, ``retry_submit``, …"""
        return tuple(await self._queue().outgoing(self._runtime.deadline(timeout_seconds)))

    async def submission_state(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> OutgoingItem:
        """Say where a submission stands: its state, its tries, and why it waits."""
        deadline = self._runtime.deadline(timeout_seconds)
        return await self._queue().submission(_id_of(submission), deadline)

    async def retry_submit(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Make a held or waiting submission ready: the next flush sends it to those that have not got it.

        Raises:
            UsageError: it has ended.
        """
        await self._queue().retry(_id_of(submission), self._runtime.deadline(timeout_seconds))

    async def abort_submit(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """End a submission; its message becomes a draft.

        Raises:
            UsageError: it has ended, or is being sent at this moment.
        """
        await self._queue().abort(_id_of(submission), self._runtime.deadline(timeout_seconds))

    async def check_recipients(
        self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RecipientCheck, ...]:
        """Say before submit, for each recipient, which service and connector takes it, or why none does."""
        deadline = self._runtime.deadline(timeout_seconds)
        checks: dict[Recipient, RecipientCheck] = {}
        given: dict[Recipient, list[Recipient]] = {}  # who stands for whom: two names may be one person
        for recipient in message.recipients:
            try:
                address = await self._resolve(recipient.address, deadline)
                given.setdefault(attrs.evolve(recipient, address=address), []).append(recipient)
            except InvalidAddress as error:
                checks[recipient] = RecipientCheck(recipient, None, None, str(error))
        sender = message.from_ or self.primary_identity
        transports = self._transports()
        assignment = assign(given, sender, transports)
        for recipient in assignment.unclaimed:
            failed = [str(opened.failed) for opened in self._services if opened.could_not_open]
            reason = "; ".join(failed) or f"no service of this profile takes {recipient.address_type}"
            checks.update({one: RecipientCheck(one, None, None, reason) for one in given[recipient]})
        by_name = {transport.name: transport for transport in transports}
        for name, recipients in assignment.by_transport:
            previews = await self._previews(by_name[name], Envelope(sender, recipients), message, deadline)
            for recipient in recipients:
                connector, reason = previews.get(recipient, (None, f"takes {recipient.address_type}"))
                checks.update({one: RecipientCheck(one, name, connector, reason) for one in given[recipient]})
        return tuple(checks[recipient] for recipient in message.recipients)

    async def _previews(
        self, transport: GuardedTransport, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, tuple[str | None, str]]:
        if not transport.can(Capability.PREVIEW):
            return {}
        try:
            found = await transport.preview(envelope, message, deadline)
        except OperationCancelled:
            raise
        except (SetupError, TryAgain) as error:
            return dict.fromkeys(envelope.recipients, (None, str(error)))
        # A routing transport without a connector takes the recipient only to report it.
        return {recipient: (one.connector or "", one.reason) for recipient, one in found.items()}

    # Tables

    def status_table(self) -> Table:
        """Open a table of the session's services: name, state, and what went wrong, as they are at each look."""
        return Table(self._runtime, MemoryRows(lambda: status_rows(self._services)), STATUS_COLUMNS)

    def stores_table(self) -> Table:
        """Open a table of the stores that are open: name, entry id, service, and which is the default one."""

        def look() -> Sequence[PropertySource]:
            try:
                default = self.default_store
            except NotSupported:
                default = None
            return store_rows(self._services, default)

        return Table(self._runtime, MemoryRows(look), STORE_COLUMNS)

    async def outgoing_queue_table(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Table:
        """Open a table of what waits in the outbox, oldest first, with the reason why, as it is at each look.

        Raises:
            NotSupported: no store has an outbox.
        """
        queue = self._queue()

        async def read(deadline: Deadline) -> Sequence[PropertySource]:
            return await queue_rows(queue, deadline)

        return Table(self._runtime, LiveRows(read), QUEUE_COLUMNS, sort_order=[PidTagClientSubmitTime.ascending()])


def _name_apart(providers: Sequence[GuardedTransport] | Sequence[Retriever]) -> None:
    """Give every one a name of its own: a service may have several."""
    taken: set[str] = set()
    for provider in providers:
        name, number = provider.name, 2
        while provider.name in taken:
            provider.name, number = f"{name} ({number})", number + 1
        taken.add(provider.name)


async def _resolved_by(
    opened: OpenService, book: AddressBookProvider, name: str, deadline: Deadline
) -> Sequence[Address]:
    """Ask one address book; an error is raised, for a name that it may know is not to be guessed elsewhere."""
    assert opened.plugin is not None
    given = await opened.plugin.call(book.resolve_name, name, deadline, deadline=deadline)
    return opened.plugin.sequence(Address, book.resolve_name, given)


def _id_of(submission: SubmissionLike) -> EntryId:
    return EntryId.parse(submission if isinstance(submission, bytes) else submission.entry_id)
