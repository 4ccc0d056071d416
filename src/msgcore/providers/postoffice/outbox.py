"""The outgoing queue: submissions in the outbox, and who works on which.

The entry of a message names the record of its submission. Whoever does something to a submission writes a new record
and renames the entry so that it names that; of two who do so at a time one finds that it came too late, and looks
again. What ends a submission moves the message in the same rename.

A lock ends when its process has ended, if that is on this machine; else when its lease has run out. No two machines
need the same time for that: how old a lock is goes by the clock that stamps files on the share, or by how long this
process has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Clock
from msgcore.errors import NotFound, ObjectDeleted, StoreBusy, StoreCorrupt, UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.providers.postoffice.mailbox import Found, Mailbox, NewEntry
from msgcore.providers.postoffice.message_file import Prepared, hashed_key
from msgcore.providers.postoffice.names import Entry, new_name
from msgcore.providers.postoffice.plans import Rename, make
from msgcore.providers.postoffice.share import share_time
from msgcore.providers.postoffice.submissions import Hold, Record, read_record, write_record
from msgcore.runtime.host import boot_id, boot_of, holder_has_ended, holder_name
from msgcore.spi.store import MessageFlag, OutgoingItem, OutgoingState, SpecialFolder

__all__ = ["Outbox", "refuse_submitted"]

_OPEN = frozenset({OutgoingState.READY, OutgoingState.HELD})
_TRIES = 100
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
        self._seen: dict[tuple[int, int], float] = {}

    # Submitting

    def submit(self, message: Message, prepared: Prepared, transfer_id: str) -> OutgoingItem:
        """Put a message into the outbox, or give what was submitted under that transfer id before."""
        now = self._clock.now()
        pending = dict[Recipient, Outcome](dict.fromkeys(message.recipients, Pending()))
        item = OutgoingItem(
            self._entry_id(0),
            transfer_id,
            OutgoingState.READY,
            submitted_at=now,
            due_at=now,
            tries=0,
            sender=message.from_,
            outcomes=MappingProxyType(pending),
            transports=MappingProxyType({}),
        )
        key = hashed_key("submission", transfer_id.encode("utf-8", "surrogatepass"))
        record = self._write(Record(item))
        try:
            outbox = self._mailbox.tree.special(SpecialFolder.OUTBOX)
            new = self._mailbox.write_new(outbox, attrs.evolve(prepared, key=key), record)
        except BaseException:
            self._forget(record)
            raise
        # What raises from here on may have been published: whoever submits it again goes on with that.
        make(new.steps)
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

    def _all(self) -> list[tuple[Found, Record]]:
        outbox = self._mailbox.tree.special(SpecialFolder.OUTBOX)
        found: list[tuple[Found, Record]] = []
        for entry in self._mailbox.messages(outbox).values():
            if entry.is_submitted and entry.submission != "0":
                try:
                    found.append(self._record(Found(outbox, entry)))
                except ObjectDeleted:
                    continue
        return [(one, record) for one, record in found if record.item.state in _OPEN]

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
            if self._put(found, Record(item, hold)) is not None:
                self._seen[item.entry_id.number, item.token] = self._clock.monotonic()
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
            if self._put(found, Record(_settled(record.item, item)), reports) is not None:
                return True
        raise StoreBusy(f"{self._mailbox.place}: a submission changes all the time")

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
            item = attrs.evolve(_not_ended(record.item), state=OutgoingState.READY, due_at=now, reason="")
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
            return Record(
                attrs.evolve(
                    item,
                    state=OutgoingState.ABORTED,
                    token=item.token + 1,
                    outcomes=MappingProxyType(outcomes),
                )
            )

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

    def _put(self, found: Found, record: Record, reports: Sequence[Prepared] = ()) -> Found | None:
        """Put a record in the place of another, and reports into the inbox with it; ``None``: somebody was faster."""
        name = self._write(record)
        after = self._placed(found, name, record.item.state)
        first = Rename(found.path, after.path)
        # What raises while it is carried out may be done all the same: then what was written stays, and goes when
        # nothing names it.
        is_made = self._with_reports(first, reports) if reports else make((), first)
        self._forget(found.entry.submission if is_made else name)
        if not is_made:
            self._mailbox.look_again(found)
        return after if is_made else None

    def _with_reports(self, first: Rename, reports: Sequence[Prepared]) -> bool:
        inbox = self._mailbox.tree.special(SpecialFolder.INBOX)
        new: list[NewEntry] = []
        try:
            for report in reports:
                new.append(self._mailbox.write_new(inbox, report))
            plan = self._mailbox.plans.write([step for one in new for step in one.steps], first)
        except BaseException:
            self._mailbox.drop(new)
            raise
        is_made = plan.carry_out()
        if not is_made:
            self._mailbox.drop(new)
        return is_made

    def _placed(self, found: Found, name: str, state: OutgoingState) -> Found:
        entry = attrs.evolve(found.entry, tag=new_name(), submission=name)
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
        now = self._clock.monotonic()
        seen = self._seen.setdefault((record.item.entry_id.number, record.item.token), now)
        return (
            now - seen >= hold.lease_seconds
            or share_time(self._mailbox.place / "tmp") - hold.taken_at >= hold.lease_seconds
        )


def _due(record: Record, now: datetime) -> Record | None:
    item = record.item
    if item.state is not OutgoingState.READY or item.due_at <= now:
        return None
    return attrs.evolve(record, item=attrs.evolve(item, due_at=now))


def _settled(known: OutgoingItem, given: OutgoingItem) -> OutgoingItem:
    outcomes = {recipient: given.outcomes.get(recipient, outcome) for recipient, outcome in known.outcomes.items()}
    transports: Mapping[Recipient, str] = {one: name for one, name in given.transports.items() if name}
    return attrs.evolve(
        known,
        state=given.state,
        due_at=given.due_at,
        tries=given.tries,
        reason=given.reason,
        outcomes=MappingProxyType(outcomes),
        transports=MappingProxyType(dict(transports)),
    )


def _not_ended(item: OutgoingItem) -> OutgoingItem:
    if item.state not in _OPEN:
        raise UsageError(f"the submission has ended: it is {item.state.value}")
    return item


def _aborted(outcome: Outcome) -> Outcome:
    if outcome.is_final:
        return outcome
    return Refused(text="aborted before it was sent", stage="abort", note=outcome.note)
