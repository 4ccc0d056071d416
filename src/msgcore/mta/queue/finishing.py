"""Finishing: what became of claimed recipients, who takes their place, and the reports about them."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

import attrs

from msgcore.base.batches import batches
from msgcore.base.records import record
from msgcore.base.times import filetime_from_datetime
from msgcore.model.outcome import outcome_fields
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.columns import lane_of, storable, written_attempts
from msgcore.mta.queue.contents import drop_contents, lock_messages, marks
from msgcore.mta.queue.contract import Accept, Finished, NewReport, QueuedMessage, QueuedRecipient, Settlement, State
from msgcore.mta.queue.events import NewEvent, add_events
from msgcore.mta.queue.record_sets import RecordSet
from msgcore.mta.queue.taking_in import Arrival, add_recipients, state_of, take_in
from msgcore.mta.queue.tracking import EventKind
from msgcore.runtime import Connection, Engine, SqlValue
from msgcore.spi.gateway import Content

_AT_ONCE = 500

# The token rises here, too: what is finished twice is lost the second time.
_WRITE = (
    "update mta_recipient set token = mta_recipient.token + 1, tries = mta_recipient.tries + 1, crashes = 0,"
    " holder = null, leased_until = null, reason = '',"
)
_TRIES = RecordSet(
    {
        "state": "bigint",
        "lane": "text",
        "due_at": "bigint",
        "look_at": "bigint",
        "attempts": "text",
        "connector": "text",
        "next_hop": "text",
        "outcome": "text",
        "code": "bigint",
        "enhanced": "text",
        "reply": "text",
        "stage": "text",
        "note": "text",
        "ended_at": "bigint",
        "number": "bigint",
    }
)
_WRITTEN = [name for name in _TRIES.columns if name != "number"]

__all__ = ["Ending", "finish", "successors_of"]


@record
class Ending:
    """What a worker says of one claim, with its reports ready to be taken in."""

    message: QueuedMessage
    settlements: tuple[Settlement, ...]
    reports: tuple[tuple[NewReport, Arrival], ...]

    @classmethod
    def of(cls, finished: Finished, now: datetime, lifetime: timedelta | None = None) -> Ending:
        arrivals = tuple((report, Arrival(report.accept, now, lifetime)) for report in finished.reports)
        return cls(finished.message, tuple(sorted(finished.settlements, key=lambda one: one.queued.number)), arrivals)


def finish(connection: Connection, endings: Sequence[Ending], moment: datetime) -> list[QueuedRecipient]:
    """Write what became of several claims at once, and give the recipients whose lease was lost."""
    now = filetime_from_datetime(moment)
    settled = [(ending.message, one) for ending in endings for one in ending.settlements]
    lost = _lost(connection, [one for _, one in settled])
    kept = [(message, one) for message, one in settled if one.queued not in lost]
    _write_tries(connection, [(message, one) for message, one in kept if one.is_try], now)
    _give_back(connection, [(message, one) for message, one in kept if not one.is_try], now)
    events = [
        NewEvent(one.event, message.id, one.queued.number, one.connector, one.next_hop, one.text)
        for message, one in kept
        if one.is_try
    ]
    ids = [ending.message.id for ending in endings]
    lock_messages(connection, ids)
    successors = [
        (message.id, successors_of(message, one.successors, moment)) for message, one in kept if one.successors
    ]
    if successors:
        add_recipients(connection, successors)
    for ending in endings:
        for report, arrival in ending.reports:
            _report(connection, ending.message, report, arrival, lost, events)
    add_events(connection, events, now)
    drop_contents(connection, ids)
    return [one.queued for _, one in settled if one.queued in lost]


def successors_of(
    message: QueuedMessage, recipients: tuple[Recipient, ...], moment: datetime, hold_until: datetime | None = None
) -> Arrival:
    """Make what brings further recipients of a message that is there; they may leave at once, or when it says."""
    request = attrs.evolve(message.request, hold_seconds=None, hold_until=hold_until)
    accept = Accept(message.transfer_id, message.sender, recipients, Content(b""), request=request)
    return Arrival(accept, moment, are_successors=True)


def _lost(connection: Connection, settlements: Sequence[Settlement]) -> set[QueuedRecipient]:
    """Say whose lease was lost; nobody else changes the others before this transaction ends."""
    numbers = sorted({one.queued.number for one in settlements})
    locking = " for update" if connection.engine is Engine.POSTGRES else ""
    found: dict[int, tuple[int, int]] = {}
    for some in batches(numbers, _AT_ONCE):
        statement = f"select number, token, state from mta_recipient where number in ({marks(some)}) order by number"
        found |= {number: (token, state) for number, token, state in connection.rows(statement + locking, some)}
    lost: set[QueuedRecipient] = set()
    for one in settlements:
        token, state = found.get(one.queued.number, (0, State.ENDED))
        if token != one.queued.token or not _may_settle(one, State(state)):
            lost.add(one.queued)
    return lost


def _may_settle(settlement: Settlement, state: State) -> bool:
    """Say whether a result counts for a recipient that nobody has claimed since.

    Who was too late is in time after all; but what a person held meanwhile stays held, unless it has ended.
    """
    if not settlement.is_try:
        return state is State.LEASED
    return state <= State.LEASED or (settlement.outcome.is_final and state is not State.ENDED)


def _write_tries(connection: Connection, settled: Sequence[tuple[QueuedMessage, Settlement]], now: int) -> None:
    rows = [_written_try(message, one, now) for message, one in settled]
    if len(rows) > 1 and connection.engine is Engine.POSTGRES:
        columns = ", ".join(f"{name} = given.{name}" for name in _WRITTEN)
        statement = f"{_WRITE} {columns} from {_TRIES.sql} where mta_recipient.number = given.number"
        connection.run(statement, [_TRIES.parameter(rows)])
    elif rows:
        connection.run_many(f"{_WRITE} {', '.join(f'{name} = ?' for name in _WRITTEN)} where number = ?", rows)


def _written_try(message: QueuedMessage, settlement: Settlement, now: int) -> tuple[SqlValue, ...]:
    has_ended = settlement.outcome.is_final
    kind, code, enhanced, text, stage, note = outcome_fields(settlement.outcome)
    return (
        *_place(message, settlement, now, has_ended=has_ended),
        written_attempts(settlement.attempts),
        settlement.connector,
        storable(settlement.next_hop),
        kind,
        code,
        enhanced,
        storable(text),
        storable(stage),
        storable(note),
        now if has_ended else None,
        settlement.queued.number,
    )


def _give_back(connection: Connection, settled: Sequence[tuple[QueuedMessage, Settlement]], now: int) -> None:
    """Let recipients wait again whom nobody tried, with the reason, and what they wait for."""
    if not settled:
        return
    connection.run_many(
        "update mta_recipient set state = ?, lane = ?, due_at = ?, look_at = ?, attempts = ?,"
        " connector = coalesce(nullif(?, ''), connector), next_hop = coalesce(nullif(?, ''), next_hop), reason = ?,"
        " token = token + 1, holder = null, leased_until = null where number = ?",
        [
            (
                *_place(message, one, now, has_ended=False),
                written_attempts(one.attempts),
                one.connector,
                storable(one.next_hop),
                storable(one.outcome.text),
                one.queued.number,
            )
            for message, one in settled
        ],
    )


def _place(message: QueuedMessage, settlement: Settlement, now: int, *, has_ended: bool) -> tuple[int, str, int, int]:
    """Say where a recipient stands from now on: its state and lane, when it is due, and when it is looked at."""
    due_at = filetime_from_datetime(settlement.due_at)
    look_at = filetime_from_datetime(settlement.look_at or message.expires_at)
    if settlement.look_at is None and look_at <= now:  # it has expired: no more than a try is left
        look_at = max(due_at, look_at)
    state = State.ENDED if has_ended else state_of(due_at, now)
    return int(state), lane_of(message.urgency, storable(settlement.hop)), due_at, look_at


def _report(
    connection: Connection,
    message: QueuedMessage,
    report: NewReport,
    arrival: Arrival,
    lost: AbstractSet[QueuedRecipient],
    events: list[NewEvent],
) -> None:
    about = [one for one in report.about if one not in lost and not _is_reported(connection, one, report.kind)]
    if not about:
        return
    take_in(connection, [arrival])
    connection.run_many(
        "insert into mta_report (recipient_number, kind) values (?, ?)",
        [(one.number, report.kind) for one in about],
    )
    if report.accept.message_class.startswith("REPORT."):  # else it is the copy for a list
        events += [NewEvent(EventKind.REPORTED, message.id, one.number, text=report.kind) for one in about]


def _is_reported(connection: Connection, queued: QueuedRecipient, kind: str) -> bool:
    known = connection.value("select 1 from mta_report where recipient_number = ? and kind = ?", (queued.number, kind))
    return known is not None
