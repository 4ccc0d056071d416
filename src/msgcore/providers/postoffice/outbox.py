"""The outgoing queue: submissions in the outbox, and who works on which.

The entry of a message names the record of its submission. Whoever does something to a submission writes a new record
and renames the entry so that it names that; of two who do so at a time one finds that it came too late, and looks
again. What ends a submission moves the message in the same rename.

A lock ends when its process has ended, if that is on this machine; else when its lease has run out. No two machines
need the same time for that: how old a lock is goes by the clock that stamps files on the share, or by how long this
process has seen it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Clock
from msgcore.errors import NotFound, ObjectDeleted, StoreBusy, StoreCorrupt, UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Delivered, Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.providers.postoffice.mailbox import Found, Mailbox, NewEntry
from msgcore.providers.postoffice.message_file import Prepared, hashed_key
from msgcore.providers.postoffice.names import Entry, new_name
from msgcore.providers.postoffice.plans import Rename, make
from msgcore.providers.postoffice.plans import Step as PlanStep
from msgcore.providers.postoffice.share import share_time
from msgcore.providers.postoffice.submissions import Hold, Record, read_record, write_record
from msgcore.runtime.host import boot_id, boot_of, holder_has_ended, holder_name
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import MessageFlag, SpecialFolder
from msgcore.spi.versions import change_key, check_version, version_of

__all__ = ["Outbox", "refuse_submitted"]

_log = logging.getLogger("msgcore.providers.postoffice")

_OPEN = frozenset({OutgoingState.READY, OutgoingState.HELD})
_FINAL = (Accepted, Delivered, Refused)
_TRIES = 100
_MOST_FOUND = 10
_MOST_RECORDS = 10_000

Step = Callable[[Record], Record | None]
"""Says what becomes of a submission; ``None``: nothing."""


def refuse_submitted(found: Found) -> Found:
    """Go on unless the message waits to be sent (MAPI_E_SUBMITTED).

    Raises:
        UsageError: it does.
    """
    if found.entry.is_submitted:
        raise UsageError("the message is submitted and cannot be changed; abort_submit makes it a draft again")
    return found


class Outbox:
    """The queue of one mailbox. May be shared by threads."""

    def __init__(self, mailbox: Mailbox, uid: bytes, clock: Clock) -> None:
        self._mailbox = mailbox
        self._uid = uid
        self._clock = clock
        self._records: dict[str, Record] = {}
        self._damaged: set[str] = set()
        self._seen: dict[tuple[int, int], float] = {}

    # Submitting

    def submit(
        self,
        message: Message,
        prepared: Prepared,
        transfer_id: str,
        terms: SubmitTerms,
        recipients: Sequence[Recipient],
        draft: int | None = None,
    ) -> OutgoingItem:
        """Put a message into the outbox in place of its draft, or give what has that transfer id already."""

        def check(found: Found) -> Found:
            entry = refuse_submitted(found).entry
            check_version(version_of(message), change_key(self._uid, entry.version))
            return found

        now = self._clock.now()
        pending = dict[Recipient, Outcome](dict.fromkeys(recipients, Pending()))
        item = OutgoingItem(
            self._entry_id(0),
            transfer_id,
            OutgoingState.READY,
            submitted_at=now,
            due_at=terms.due_at(now),
            tries=0,
            sender=message.from_,
            outcomes=MappingProxyType(pending),
            transports=MappingProxyType({}),
            terms=terms,
        )
        key = _key_of(transfer_id)
        record = self._write(Record(item, message_id=message.message_id or ""))
        try:
            outbox = self._mailbox.tree.special(SpecialFolder.OUTBOX)
            new = self._mailbox.write_new(outbox, attrs.evolve(prepared, key=key), record)
        except BaseException:
            self._forget(record)
            raise
        # What raises from here on may have been published: whoever submits it again goes on with that.
        if draft is None or not new.drafts:
            make(new.steps)
        else:
            try:
                self._mailbox.replace(draft, new.steps, check)
            except (ObjectDeleted, UsageError):
                self._mailbox.drop([new])
                self._forget(record)
                raise
        number = self._mailbox.number_of(new)
        if number != new.number:
            self._forget(record)
        return self.submission(number)

    # Looking

    def open_items(self) -> list[OutgoingItem]:
        """List what is not yet sent or aborted, oldest first."""
        items = [record.item for _, record in self._all()]
        return sorted(items, key=lambda item: (item.submitted_at, item.entry_id.number))

    def submission(self, number: int) -> OutgoingItem:
        """Give one submission, also one that has ended.

        Raises:
            NotFound: the message is gone, or was never submitted.
        """
        return self._record(self._mailbox.find(number))[1].item

    def find(self, transfer_id: str, message_id: str) -> list[OutgoingItem]:
        """Find the submission with a transfer id, or else those of a Message-ID, the newest first."""
        known = self._mailbox.delivered(_key_of(transfer_id)) if transfer_id else None
        if known is not None:
            with suppress(NotFound):
                return [self.submission(known)]
        items = [record.item for record in self._ever() if message_id and record.message_id == message_id]
        return sorted(items, key=lambda item: (item.submitted_at, item.entry_id.number), reverse=True)[:_MOST_FOUND]

    def _ever(self) -> Iterator[Record]:
        """Give the records of all submissions whose message is there."""
        for folder, listing in self._mailbox.tree.walk():
            for entry in listing.messages.values():
                if entry.submission != "0":
                    try:
                        yield self._record(Found(folder, entry))[1]
                    except NotFound:
                        continue
                    except StoreCorrupt as error:
                        self._tell_damage(entry, error)

    def _all(self) -> list[tuple[Found, Record]]:
        outbox = self._mailbox.tree.special(SpecialFolder.OUTBOX)
        found: list[tuple[Found, Record]] = []
        for entry in self._mailbox.messages(outbox).values():
            if entry.is_submitted and entry.submission != "0":
                try:
                    found.append(self._record(Found(outbox, entry)))
                except ObjectDeleted:
                    continue
                except StoreCorrupt as error:  # it holds up no other
                    self._tell_damage(entry, error)
        return [(one, record) for one, record in found if record.item.state in _OPEN]

    def _tell_damage(self, entry: Entry, error: StoreCorrupt) -> None:
        """Log that a record is damaged, once."""
        if entry.submission not in self._damaged:
            self._damaged.add(entry.submission)
            _log.warning("%s", error)

    def _record(self, found: Found) -> tuple[Found, Record]:
        """Read the record of a message that may have got a new one meanwhile."""
        for _ in range(_TRIES):
            name = found.entry.submission
            if name == "0":
                raise NotFound(f"message {found.entry.id:x} is no submission")
            record = self._records.get(name) or self._read(found.entry)
            if record is not None:
                return found, record
            self._mailbox.look_again(found)
            before, found = found, self._mailbox.find(found.entry.id)
            if found.entry == before.entry:
                raise StoreCorrupt(f"{self._mailbox.place}: the record {name} of a submission is missing")
        raise StoreBusy(f"{self._mailbox.place}: message {found.entry.id:x} changes all the time")

    def _read(self, entry: Entry) -> Record | None:
        octets = self._mailbox.read_beside("submissions", entry.submission)
        if octets is None:
            return None
        record = read_record(octets, self._entry_id(entry.id), f"{self._mailbox.place}: {entry.submission}")
        if len(self._records) > _MOST_RECORDS:
            self._records.clear()
        self._records[entry.submission] = record
        return record

    def _entry_id(self, number: int) -> EntryId:
        return EntryId(self._uid, ObjectKind.MESSAGE, number)

    # Working

    def lock_due(self, lease_seconds: float) -> OutgoingItem | None:
        """Lock the oldest submission that is ready, due and free."""
        now = self._clock.now()
        for _ in range(_TRIES):
            ready = [
                (found, record)
                for found, record in self._all()
                if record.item.state is OutgoingState.READY and record.item.due_at <= now and self._is_free(record)
            ]
            if not ready:
                return None
            found, record = min(ready, key=lambda one: (one[1].item.submitted_at, one[0].entry.id))
            item = attrs.evolve(record.item, token=record.item.token + 1)
            hold = Hold(holder_name(), lease_seconds, share_time(self._mailbox.place / "tmp"))
            if self._mailbox.plans.finish():
                continue
            if self._put(found, attrs.evolve(record, item=item, hold=hold)) is not None:
                self._first_seen(item)
                return item
        raise StoreBusy(f"{self._mailbox.place}: others lock the same submissions all the time")

    def settle(self, item: OutgoingItem, reports: Sequence[Prepared]) -> bool:
        """Write what became of a locked submission and unlock it; false when somebody else has locked it since."""
        for _ in range(_TRIES):
            try:
                found, record = self._record(self._mailbox.find(item.entry_id.number))
            except NotFound:
                return False
            if self._mailbox.plans.finish():
                continue
            if record.item.token != item.token:
                return False
            settled = attrs.evolve(record, item=_settled(record.item, item), hold=None)
            if self._put(found, settled, reports) is not None:
                return True
        raise StoreBusy(f"{self._mailbox.place}: a submission changes all the time")

    def keep_preprocessed(
        self, item: OutgoingItem, beside: Prepared | None, copy: Prepared | None, reports: Sequence[Prepared]
    ) -> OutgoingItem | None:
        """Keep what hooks made of a locked submission; ``None`` when somebody else has locked it since."""
        for _ in range(_TRIES):
            try:
                found, record = self._record(self._mailbox.find(item.entry_id.number))
            except NotFound:
                return None
            if self._mailbox.plans.finish():
                continue
            if record.item.token != item.token:
                return None
            kept = attrs.evolve(record.item, outcomes=_outcomes(record.item, item), transports=_transports(item))
            after = self._put(found, attrs.evolve(record, item=kept), reports, beside, copy, is_preprocessed=True)
            if after is not None:
                return self._record(after)[1].item
        raise StoreBusy(f"{self._mailbox.place}: a submission changes all the time")

    def note_outcomes(self, number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
        """Write what was learned of recipients after they were sent to.

        Raises:
            NotFound: there is no such submission.
        """

        def step(record: Record) -> Record:
            noted = {one: outcomes.get(one, outcome) for one, outcome in record.item.outcomes.items()}
            return attrs.evolve(record, item=attrs.evolve(record.item, outcomes=MappingProxyType(noted)))

        self._step(number, step)

    def make_due(self) -> None:
        """Make every ready submission due."""
        now = self._clock.now()
        for found, record in self._all():
            if record.item.state is OutgoingState.READY and record.item.due_at > now:
                self._step(found.entry.id, lambda one: _due(one, now))

    def retry(self, number: int) -> None:
        """Make a submission ready and due now.

        Raises:
            NotFound: there is none.
            UsageError: it has ended.
        """
        now = self._clock.now()

        def step(record: Record) -> Record:
            item = _not_ended(record.item)
            item = attrs.evolve(item, state=OutgoingState.READY, due_at=item.terms.due_at(now), reason="")
            return attrs.evolve(record, item=item)

        self._step(number, step)

    def abort(self, number: int) -> None:
        """End a submission and make its message a draft again.

        Raises:
            NotFound: there is none.
            UsageError: it has ended, or is being sent at this moment (MAPI_E_UNABLE_TO_ABORT).
        """

        def step(record: Record) -> Record:
            item = _not_ended(record.item)
            if not self._is_free(record):
                raise UsageError("the submission is being sent at this moment")
            outcomes = {recipient: _aborted(outcome) for recipient, outcome in item.outcomes.items()}
            aborted = attrs.evolve(
                item, state=OutgoingState.ABORTED, token=item.token + 1, outcomes=MappingProxyType(outcomes)
            )
            return attrs.evolve(record, item=aborted, hold=None)

        self._step(number, step)

    def _step(self, number: int, step: Step) -> None:
        for _ in range(_TRIES):
            found, record = self._record(self._mailbox.find(number))
            if self._mailbox.plans.finish():
                continue
            after = step(record)
            if after is None or self._put(found, after) is not None:
                return
        raise StoreBusy(f"{self._mailbox.place}: a submission changes all the time")

    # Writing

    def _put(
        self,
        found: Found,
        record: Record,
        reports: Sequence[Prepared] = (),
        beside: Prepared | None = None,
        copy: Prepared | None = None,
        *,
        is_preprocessed: bool = False,
    ) -> Found | None:
        """Put a record in the place of another, and with it what else there is; ``None``: somebody was faster.

        Reports go into the inbox, ``beside`` into the outbox, where nobody sees it, and ``copy`` takes the message's
        place. What was beside goes when there is another one, and when the submission ends.
        """
        new: list[NewEntry] = []
        name = content = "0"
        try:
            inbox, outbox = (self._mailbox.tree.special(one) for one in (SpecialFolder.INBOX, SpecialFolder.OUTBOX))
            new += [self._mailbox.write_new(inbox, one) for one in reports]
            steps: list[PlanStep] = []
            if is_preprocessed or record.item.state not in _OPEN:
                steps += self._away(found.entry.id, record.item.preprocessed)
            if beside is not None:
                new.append(self._mailbox.write_new(outbox, beside))
            if is_preprocessed:
                number = found.entry.id if beside is None else new[-1].number
                record = attrs.evolve(record, item=attrs.evolve(record.item, preprocessed=self._entry_id(number)))
            if copy is not None:
                content = self._mailbox.write_beside("contents", *copy.chunks)
            name = self._write(record)
            after = self._placed(found, name, content, record.item.state)
            steps += [step for one in new for step in one.steps]
            first = Rename(found.path, after.path)
            plan = self._mailbox.plans.write(steps, first) if steps else None
        except BaseException:
            self._mailbox.drop(new)
            self._mailbox.remove_beside("contents", content)
            if name != "0":
                self._forget(name)
            raise
        # What raises from here on may be done all the same: what was written stays, and goes when nothing names it.
        is_made = make((), first) if plan is None else plan.carry_out()
        if not is_made:
            self._mailbox.drop(new)
            self._mailbox.remove_beside("contents", content)
            self._forget(name)
            self._mailbox.look_again(found)
            return None
        self._forget(found.entry.submission)
        if copy is not None:
            self._mailbox.remove_beside("contents", found.entry.content)
        return after

    def _away(self, number: int, preprocessed: EntryId | None) -> list[PlanStep]:
        """Say how what was kept beside a message goes."""
        if preprocessed is None or preprocessed.number == number:
            return []
        try:
            beside = self._mailbox.find(preprocessed.number)
        except ObjectDeleted:
            return []
        return [Rename(beside.path, self._mailbox.place / "tmp" / new_name())]

    def _placed(self, found: Found, name: str, content: str, state: OutgoingState) -> Found:
        entry = attrs.evolve(found.entry, tag=new_name(), submission=name)
        if content != "0":
            entry = attrs.evolve(entry, content=content)
        if state in _OPEN:
            return Found(found.folder, entry)
        is_sent = state is OutgoingState.SENT
        role, flag = (
            (SpecialFolder.SENT_ITEMS, MessageFlag.FROM_ME) if is_sent else (SpecialFolder.DRAFTS, MessageFlag.UNSENT)
        )
        flags = (entry.flags & ~(MessageFlag.SUBMIT | MessageFlag.UNSENT)) | MessageFlag.READ | flag
        return Found(self._mailbox.tree.special(role), attrs.evolve(entry, flags=flags))

    def _write(self, record: Record) -> str:
        return self._mailbox.write_beside("submissions", write_record(record))

    def _forget(self, name: str) -> None:
        self._records.pop(name, None)
        self._mailbox.remove_beside("submissions", name)

    # Locks

    def _is_free(self, record: Record) -> bool:
        hold = record.hold
        if hold is None:
            return True
        if boot_of(hold.holder) == boot_id() and holder_has_ended(hold.holder):
            return True
        return (
            self._clock.monotonic() - self._first_seen(record.item) >= hold.lease_seconds
            or share_time(self._mailbox.place / "tmp") - hold.taken_at >= hold.lease_seconds
        )

    def _first_seen(self, item: OutgoingItem) -> float:
        """Say when this process saw a lock first."""
        if len(self._seen) > _MOST_RECORDS:
            self._seen.clear()
        return self._seen.setdefault((item.entry_id.number, item.token), self._clock.monotonic())


def _key_of(transfer_id: str) -> str:
    return hashed_key("submission", transfer_id.encode("utf-8", "surrogatepass"))


def _due(record: Record, now: datetime) -> Record | None:
    item = record.item
    due_at = item.terms.due_at(now)
    if item.state is not OutgoingState.READY or item.due_at <= due_at:
        return None
    return attrs.evolve(record, item=attrs.evolve(item, due_at=due_at))


def _settled(known: OutgoingItem, given: OutgoingItem) -> OutgoingItem:
    return attrs.evolve(
        known,
        state=given.state,
        due_at=given.due_at,
        tries=given.tries,
        reason=given.reason,
        outcomes=_outcomes(known, given),
        transports=_transports(given),
    )


def _outcomes(known: OutgoingItem, given: OutgoingItem) -> Mapping[Recipient, Outcome]:
    """Give the outcomes after those given; what is final was learned meanwhile, and stays."""
    return MappingProxyType(
        {
            recipient: outcome if isinstance(outcome, _FINAL) else given.outcomes.get(recipient, outcome)
            for recipient, outcome in known.outcomes.items()
        }
    )


def _transports(given: OutgoingItem) -> Mapping[Recipient, str]:
    return MappingProxyType({one: name for one, name in given.transports.items() if name})


def _not_ended(item: OutgoingItem) -> OutgoingItem:
    if item.state not in _OPEN:
        raise UsageError(f"the submission has ended: it is {item.state.value}")
    return item


def _aborted(outcome: Outcome) -> Outcome:
    if outcome.is_final:
        return outcome
    return Refused(text="aborted before it was sent", stage="abort", note=outcome.note)
