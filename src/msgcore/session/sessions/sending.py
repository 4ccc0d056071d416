"""Submitting messages, and what becomes of them."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId, EntryIdLike, new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, NotFound, ObjectDeleted, OperationCancelled, SetupError, TryAgain, UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message, check_message
from msgcore.model.outcome import Accepted, Outcomes
from msgcore.model.recipient import Recipient
from msgcore.profile.profile import Profile
from msgcore.props.table import PidTagChangeKey, PidTagLastModificationTime
from msgcore.runtime.abc import Runtime
from msgcore.session.access import Draft, Submission
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.ready import ready_to_send, refuse_nobody
from msgcore.session.reports import look_for_reports, may_be_reported
from msgcore.session.resolving import is_plain
from msgcore.session.sent_mail import is_to_be_filed, mark_sent_mail
from msgcore.session.sessions.receiving import SessionReceiving
from msgcore.session.sessions.recipients import SessionRecipients
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import NO_LOAD_LIMIT, SpecialFolder
from msgcore.spi.versions import check_version, version_of
from msgcore.spooler.filing import file_sent_mail, is_late
from msgcore.spooler.incoming import RetrievalReport
from msgcore.spooler.outgoing import send_due
from msgcore.spooler.receipts import answer_receipt
from msgcore.spooler.resending import resend_of_report, resend_of_submission
from msgcore.spooler.retry import RetryPolicy
from msgcore.spooler.terms import terms_of
from msgcore.spooler.tying import note_report, submission_of

__all__ = ["SessionSending", "SubmissionLike"]

_log = logging.getLogger("msgcore.session")

SubmissionLike = Submission | OutgoingItem | bytes
"""What names a submission: what ``submit`` gave, an item of ``submissions``, or the entry id of its message."""


class SessionSending(SessionRecipients, SessionReceiving):
    """Put messages into the outbox, send what is due, and follow it."""

    def __init__(self, runtime: Runtime, profile: Profile) -> None:
        super().__init__(runtime, profile)
        self._flushing = runtime.lock()
        self._has_submitted = runtime.event()
        """Wakes the spooler that runs in the background."""
        self._files_sent_mail = True  # what an earlier session was killed before
        self._sent_late: set[EntryId] = set()
        self._seen_reports: set[bytes] = set()
        self._to_be_asked: set[EntryId] = set()
        """The messages whose receipts only a person may send: they are not read again at each flush."""

    async def submit(
        self,
        message: Message,
        *,
        at_least_once: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Submission:
        """Put a message into the outbox: when this returns it is on the disk and will be sent.

        A copy is submitted, with Message-ID, Date and From set where they were not; the message given stays as it is.
        Its properties say when it may be sent and until when: PidTagDeferredSendTime, PidTagExpiryTime and their kin.
        When it is lost whether somebody got it, a person decides; with ``at_least_once`` it is sent again, and may
        come twice (``None``: as the profile says).

        Raises:
            UsageError: there is no recipient, no sender can be found, or an attached file cannot be read.
            UnresolvedName, AmbiguousName: a bare name stands for nobody, or for several (both are InvalidAddress).
        """
        check_message(message, "submit")
        terms = terms_of(message, self._runtime.now(), at_least_once=self._may_come_twice(at_least_once))
        return await self._put(message, self._runtime.deadline(timeout_seconds), terms)

    async def _submit(self, message: Message, timeout_seconds: float, draft: Draft | None) -> Submission:
        if draft is None:
            return await self.submit(message, timeout_seconds=timeout_seconds)
        check_message(message, "submit")
        terms = terms_of(message, self._runtime.now(), at_least_once=self._may_come_twice(None))
        deadline = self._runtime.deadline(timeout_seconds)
        if draft.store is self._queue():
            return await self._put(message, deadline, terms, draft=draft.entry_id)
        transfer_id = await self._transfer_id_of(draft, version_of(message), deadline)
        submission = await self._put(message, deadline, terms, transfer_id=transfer_id)
        await draft.store.delete([draft.entry_id], deadline)
        return submission

    async def _transfer_id_of(self, draft: Draft, version: bytes | None, deadline: Deadline) -> str:
        """Give the same for each who submits a draft of another store, so that it is in the queue once.

        Raises:
            ObjectDeleted: the draft is gone.
            ObjectChanged: it is of another version.
            UsageError: it was submitted as it stands, and that has ended.
        """
        row = await draft.store.row(draft.entry_id, (PidTagLastModificationTime, PidTagChangeKey), deadline)
        stored = row.get(PidTagChangeKey)
        if stored is not None:
            check_version(version, stored)
        said = f"{bytes(draft.entry_id).hex()} {row.get(PidTagLastModificationTime)}"
        # Nobody guesses it: the uid of a store that has a queue is random, and its own.
        transfer_id = hmac.digest(self._queue().uid, said.encode(), "sha256")[:16].hex()
        for item in await self._queue().find_submissions(transfer_id, "", deadline):
            if item.state in {OutgoingState.SENT, OutgoingState.ABORTED}:
                raise UsageError(
                    f"the draft was submitted before, and {item.state.value}; save it anew to submit it again"
                )
        return transfer_id

    async def _put(
        self,
        message: Message,
        deadline: Deadline,
        terms: SubmitTerms,
        recipients: Sequence[Recipient] | None = None,
        *,
        transfer_id: str | None = None,
        draft: EntryId | None = None,
    ) -> Submission:
        self._need_open()
        ready = await self._prepared(message, deadline)
        if recipients is not None:  # as they are now, for those of a report may have come from anywhere
            prepared = {one: one for one in ready.recipients}
            recipients = [prepared.get(one, one) for one in recipients]
        transfer_id = transfer_id or new_time_ordered_id().hex()
        item = await self._queue().submit(ready, transfer_id, deadline, terms, recipients, draft)
        self._has_submitted.set()
        return Submission(bytes(item.entry_id), ready.message_id or "")

    async def resend(
        self,
        submission: SubmissionLike,
        *,
        at_least_once: bool | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Submission:
        """Submit a message again, to those only who were refused: of a submission, or of a non-delivery report.

        A report is named by its entry id, in whatever store of the session it is. The message is the one that was
        submitted here; of a report about another one, that which the report brings back. It keeps its Message-ID, and
        what it says of its recipients.

        Raises:
            UsageError: nobody was refused, the submission has not ended, or the report brings no message back.
            NotFound: the message, or the report, is gone.
        """
        deadline, queue, entry_id = self._runtime.deadline(timeout_seconds), self._queue(), _id_of(submission)
        item = await _submission_or_none(queue, entry_id, deadline)
        if item is None:
            store = self._store_of(bytes(entry_id)).provider
            report = await store.load(entry_id, NO_LOAD_LIMIT, deadline)
            again = await resend_of_report(self._runtime, queue, report, deadline)
        else:
            again = await resend_of_submission(self._runtime, queue, item, deadline)
        terms = SubmitTerms(at_least_once=self._may_come_twice(at_least_once))
        return await self._put(again.message, deadline, terms, again.recipients)

    def _may_come_twice(self, given: bool | None) -> bool:
        return self._profile.spooler.at_least_once if given is None else given

    async def send_receipt(self, entry_id: EntryIdLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bool:
        """Submit the read receipt that a message is owed, when a person has said so; false when none is owed.

        Those that need no question are submitted by :meth:`flush_queues`.

        Raises:
            NotSupported: the message's store does not note receipts.
        """
        deadline, store = self._runtime.deadline(timeout_seconds), self._store_of(entry_id).provider
        wanted = EntryId.parse(entry_id)
        for owed in await store.owed_receipts(deadline):
            if owed.entry_id == wanted and owed.is_read:
                now, identities = self._runtime.now(), self._identities()
                self._files_sent_mail = True
                return await answer_receipt(store, self._queue(), owed, identities, now, deadline, was_asked=True)
        return False

    async def _send_receipts(self, deadline: Deadline) -> None:
        """Submit the receipts that are owed and need no question; log what cannot be now."""
        for store in [one.provider for one in self.stores if one.provider.can(Capability.RECEIPTS)]:
            try:
                owed = await store.owed_receipts(deadline)
            except OperationCancelled:
                raise
            except MsgcoreError as error:
                _log.warning("%s: receipts wait until the next time: %s", store.display_name, error)
                continue
            for one in owed:
                if one.is_read and one.entry_id not in self._to_be_asked:
                    await self._send_owed(store, one, deadline)

    async def _send_owed(self, store: GuardedStore, owed: OwedReceipt, deadline: Deadline) -> None:
        try:
            now, identities = self._runtime.now(), self._identities()
            if await answer_receipt(store, self._queue(), owed, identities, now, deadline):
                self._files_sent_mail = True
            else:
                self._to_be_asked.add(owed.entry_id)
        except OperationCancelled:
            raise
        except MsgcoreError as error:  # one that cannot be answered holds up no other
            _log.warning("%s: a receipt waits until the next time: %s", store.display_name, error)

    def _identities(self) -> list[Address]:
        return [opened.identity for opened in self._services if opened.identity is not None]

    @property
    def _retry_policy(self) -> RetryPolicy:
        said = self._profile.spooler
        return RetryPolicy(said.shortest, said.longest, said.lifetime)

    def _queue(self) -> GuardedStore:
        return self.default_store.provider

    async def _prepared(self, message: Message, deadline: Deadline) -> Message:
        refuse_nobody(message.recipients)
        ready = ready_to_send(message, self.primary_identity, self._runtime.now())
        if not self._queue().can(Capability.STREAMS):
            await self._runtime.in_thread(ready.load_files, deadline)
        mark_sent_mail(ready, self._services)
        self._files_sent_mail = self._files_sent_mail or is_to_be_filed(ready)
        if not all(is_plain(recipient) for recipient in ready.recipients):
            ready.recipients = await self._resolved(ready.recipients, deadline)
        return ready

    async def flush_queues(
        self, *, timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RetrievalReport, ...]:
        """Send and receive now: work off the outbox, deferred submissions too, what transports hold, and what waits
        at servers; side by side. Gives a report for each account that mail was retrieved from.

        A profile whose stores have no outbox only receives.

        Raises:
            TimedOut: it is not done within ``timeout_seconds``; what is left waits for the next call. What a server has
                got by then is waited for, half a minute at most.
            MsgcoreError: what the first transport or retrieval met that did not get through, after all have ended; an
                account that could not be opened at logon is one of them.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        with self._board.flushing(*range(len(self._services) + 1)):
            return await self._flush_queues(deadline)

    async def _flush_queues(self, deadline: Deadline) -> tuple[RetrievalReport, ...]:
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

    async def _send_due(self, queue: GuardedStore, deadline: Deadline) -> int:
        """Take what is due to the transports, and file what was sent; give how many submissions were taken up."""
        failed = [opened.failed for opened in self._services if opened.could_not_open]
        await self._flushing.acquire(deadline)
        try:
            try:
                await self._follow_config(deadline)
                await self._send_receipts(deadline)
                taken = await send_due(
                    self._runtime,
                    queue,
                    self._transports(),
                    deadline,
                    self._retry_policy,
                    failed,
                    self._hooks,
                    on_sent=self._note_sent,
                )
            except OperationCancelled:  # whoever cancels waits for no server; the next flush files what was sent
                raise
            except MsgcoreError:
                await self._file_sent_mail(deadline)
                raise
            await self._file_sent_mail(deadline)
            return taken
        finally:
            self._flushing.release()

    def _note_sent(self, item: OutgoingItem, message: Message | None) -> None:
        """Have it filed, however long it waited in the outbox."""
        if message is None or is_to_be_filed(message):
            self._files_sent_mail = True
            if is_late(item, self._runtime.now()):
                self._sent_late.add(item.entry_id)

    async def _file_sent_mail(self, deadline: Deadline) -> None:
        """Put what was sent into the stores of its accounts, also what an earlier session left; log what cannot be."""
        try:
            await self._reach_stores(deadline)
            if not self._files_sent_mail and not any(one.provider.can(Capability.SENT_MAIL) for one in self.stores):
                return
            sent_items = self.default_store.special_folders[SpecialFolder.SENT_ITEMS]
            stores = {one.provider.uid: one.provider for one in self.stores}
            submitters = {
                store.provider.uid: [transport.name for transport in opened.transports]
                for opened in self._services
                for store in opened.stores
            }
            late = frozenset(self._sent_late)
            is_done = await file_sent_mail(self._runtime, self._queue(), sent_items, stores, submitters, deadline, late)
        except OperationCancelled:
            raise
        except MsgcoreError as error:  # what was sent is sent; the rest is for the next time
            _log.warning("%s: sent mail is not all filed: %s", self._profile.name, error)
        else:
            self._files_sent_mail = not is_done
            if is_done:
                self._sent_late -= late

    async def outcomes(
        self, submission: SubmissionLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Outcomes:
        """Say what has become of each recipient so far; what a transport took is followed there if it can tell.

        So are the reports that have come in: one that is proven makes the outcome, any other is told in its note.
        They are looked for in the inboxes; one that is elsewhere may be named instead of the submission that it is
        about, by its entry id, in whatever store of the session it is.

        Raises:
            NotFound: the submission is gone, or the report is about none.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        queue, entry_id = self._queue(), _id_of(submission)
        item = await _submission_or_none(queue, entry_id, deadline) or await self._reported(entry_id, deadline)
        if may_be_reported(item):
            await look_for_reports(self.stores, queue, item, self._seen_reports, deadline)
            item = await queue.submission(item.entry_id, deadline)
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

    async def _reported(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        """Note what a report tells, and give the submission that it is about."""
        store, queue = self._store_of(bytes(entry_id)).provider, self._queue()
        tied = await submission_of(queue, await store.load(entry_id, NO_LOAD_LIMIT, deadline), deadline)
        if tied is None:
            raise NotFound("the message is no submission, nor a report about one that was submitted here")
        await note_report(queue, tied, deadline)
        return await queue.submission(tied.item.entry_id, deadline)

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


async def _submission_or_none(queue: GuardedStore, entry_id: EntryId, deadline: Deadline) -> OutgoingItem | None:
    """Find a submission; ``None`` for what is another message, maybe of another store."""
    if entry_id.provider_uid != queue.uid:
        return None
    try:
        return await queue.submission(entry_id, deadline)
    except ObjectDeleted:
        raise
    except NotFound:
        return None


def _id_of(submission: SubmissionLike) -> EntryId:
    if isinstance(submission, Submission | OutgoingItem):
        return EntryId.parse(submission.entry_id)
    return EntryId.parse(submission)
