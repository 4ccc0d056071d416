"""Taking messages in, each transfer and recipient once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import attrs

from msgcore.base.batches import batches
from msgcore.base.ids import new_time_ordered_id
from msgcore.base.records import record
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.mta.queue.columns import (
    NEW_MESSAGE,
    RECIPIENT,
    lane_of,
    recipient_values,
    request_text,
    sender_key,
    storable,
)
from msgcore.mta.queue.contents import keep_content, lock_messages, marks
from msgcore.mta.queue.contract import Accept, Claim, Lease, QueuedMessage, QueuedRecipient, State, Urgency
from msgcore.mta.queue.events import NewEvent, add_events
from msgcore.mta.queue.tracking import EventKind
from msgcore.runtime import Connection, Row, SqlValue
from msgcore.runtime.host import holder_name
from msgcore.wire.domain import address_key, typed_key

__all__ = [
    "MESSAGE_MARKS",
    "NEW_RECIPIENT",
    "Arrival",
    "Taken",
    "add_recipients",
    "message_values",
    "recipient_rows",
    "state_of",
    "take_in",
]

NEW_RECIPIENT = f"{RECIPIENT}, is_successor, address_key, state, token, holder, leased_until, lane, due_at, look_at"
MESSAGE_MARKS, _RECIPIENT_MARKS = (marks(names.split(", ")) for names in (NEW_MESSAGE, NEW_RECIPIENT))

_AT_ONCE = 500
_SECOND = 10_000_000
_FIRST_LOOK = 4 * 3_600 * _SECOND
_LONGEST_HOLD = 45 * 86_400 * _SECOND


class Times(NamedTuple):
    """When a message came, and when it may leave: at once, or when its sender said (RFC 4865). All are FILETIMEs.

    It is looked at after some hours whatever it waits for, as it may be time for a notice, or to give it up; and given
    up after its grade's lifetime, or sooner when its sender said so (RFC 2852).
    """

    now: int
    due_at: int
    look_at: int
    expires_at: int


def _times(arrival: Arrival) -> Times:
    request, now = arrival.accept.request, filetime_from_datetime(arrival.now)
    due_at = now
    if request.hold_until is not None:
        due_at = min(max(now, filetime_from_datetime(request.hold_until)), now + _LONGEST_HOLD)
    elif request.hold_seconds is not None:
        due_at = now + min(request.hold_seconds * _SECOND, _LONGEST_HOLD)
    lifetime = arrival.lifetime or arrival.urgency.lifetime
    expires_at = due_at + (lifetime.days * 86_400 + lifetime.seconds) * _SECOND + lifetime.microseconds * 10
    if request.within_seconds is not None and not request.only_tell_when_late:
        expires_at = min(expires_at, now + request.within_seconds * _SECOND)
    return Times(now, due_at, min(expires_at, due_at + _FIRST_LOOK), expires_at)


def _urgency(arrival: Arrival) -> Urgency:
    return Urgency.of_priority(arrival.accept.request.priority)


@attrs.frozen(eq=False)
class Arrival:
    """A message that came at a moment; ``lifetime`` overrules that of its grade, ``lease`` is for who takes it on.

    ``are_successors``: its recipients take the place of others.
    """

    accept: Accept
    now: datetime
    lifetime: timedelta | None = None
    lease: Lease | None = None
    are_successors: bool = False
    urgency: Urgency = attrs.field(init=False, default=attrs.Factory(_urgency, takes_self=True))
    times: Times = attrs.field(init=False, default=attrs.Factory(_times, takes_self=True))

    @property
    def is_leased(self) -> bool:
        """Whether somebody takes it on, and may deliver it now."""
        return self.lease is not None and self.times.due_at <= self.times.now


@record
class Taken:
    """The id of a message that was taken in, and those of its recipients that were leased with it."""

    message_id: bytes
    claim: Claim | None = None


def take_in(connection: Connection, arrivals: Sequence[Arrival], leases_at: float | None = None) -> list[Taken]:
    """Write messages and their recipients, as far as they are new.

    ``leases_at`` is what the clock of leases says; with ``None`` nothing is leased.
    """
    new: dict[str, tuple[Arrival, bytes]] = {}
    for arrival in arrivals:
        new.setdefault(arrival.accept.transfer_id, (arrival, new_time_ordered_id()))
    inserted = connection.run_many(
        f"insert into mta_message ({NEW_MESSAGE}) values ({MESSAGE_MARKS}) on conflict (transfer_id) do nothing",
        [message_values(arrival, message_id) for arrival, message_id in new.values()],
    )
    ids = {transfer_id: message_id for transfer_id, (_, message_id) in new.items()}
    if inserted < len(new):  # some were there, or came at this moment
        ids = _find(connection, list(new))
    claims: dict[int, Claim] = {}
    first = [arrival for arrival, message_id in new.values() if ids[arrival.accept.transfer_id] == message_id]
    if first:
        claims = _add_first(connection, [(ids[one.accept.transfer_id], one) for one in first], leases_at)
    seen = {id(arrival) for arrival in first}
    for arrival in arrivals:
        if id(arrival) not in seen:
            _take_in_again(connection, ids[arrival.accept.transfer_id], arrival)
    return [Taken(ids[arrival.accept.transfer_id], claims.get(id(arrival))) for arrival in arrivals]


def _add_first(
    connection: Connection, arrivals: Sequence[tuple[bytes, Arrival]], leases_at: float | None
) -> dict[int, Claim]:
    """Write what belongs to messages that are new, and give what was leased of them by the identity of the arrival."""
    connection.run_many(
        "insert into mta_content (mta_message_id, form, octets) values (?, ?, ?)",
        [(message_id, one.accept.content.form, one.accept.content.octets) for message_id, one in arrivals],
    )
    add_recipients(connection, arrivals, leases_at)
    events = [NewEvent(EventKind.ACCEPTED, message_id, text=one.accept.arrival) for message_id, one in arrivals]
    add_events(connection, events, arrivals[0][1].times.now)
    return {} if leases_at is None else _leased(connection, arrivals)


def _leased(connection: Connection, arrivals: Sequence[tuple[bytes, Arrival]]) -> dict[int, Claim]:
    """Give what was leased of messages that are new."""
    leased = {message_id: arrival for message_id, arrival in arrivals if arrival.is_leased}
    rows: dict[bytes, list[Row]] = {}
    for row in connection.rows(
        "select mta_message_id, number, kind, address_type, address from mta_recipient"
        f" where mta_message_id in ({marks(list(leased))}) order by number",
        list(leased),
    ):
        rows.setdefault(row[0], []).append(row)
    return {id(leased[one]): _claim(one, leased[one], its_rows) for one, its_rows in rows.items()}


def _claim(message_id: bytes, arrival: Arrival, rows: Sequence[Row]) -> Claim:
    accept = arrival.accept
    message = QueuedMessage(
        message_id,
        accept.transfer_id,
        accept.sender,
        len(accept.content.octets),
        arrival.now,
        datetime_from_filetime(arrival.times.expires_at),
        accept.message_id,
        accept.subject,
        accept.message_class,
        accept.request,
        accept.received_from,
        accept.verdicts,
        accept.trace,
        accept.arrived_by,
    )
    # Of one who is named twice the first was written.
    by_row = {(int(one.kind), one.address_type, one.email_address): one for one in reversed(accept.recipients)}
    queued = [QueuedRecipient(number, by_row[kind, name, address], 0, 1) for _, number, kind, name, address in rows]
    return Claim(message, accept.content, tuple(queued))


def _take_in_again(connection: Connection, message_id: bytes, arrival: Arrival) -> None:
    """Add what is new of a transfer that is there already."""
    lock_messages(connection, [message_id])
    if add_recipients(connection, [(message_id, arrival)]):
        # The recipients before may have ended, and the content gone with them.
        keep_content(connection, message_id, arrival.accept.content)


def add_recipients(
    connection: Connection, arrivals: Sequence[tuple[bytes, Arrival]], leases_at: float | None = None
) -> int:
    """Write the recipients that are new of messages that are there, and say how many those are.

    Who takes a place is new only if nobody in the message has that address, in whatever role: one copy is enough.
    """
    there = _there(connection, arrivals)
    rows: list[tuple[SqlValue, ...]] = []
    for message_id, arrival in arrivals:
        for one, row in zip(arrival.accept.recipients, recipient_rows(arrival, leases_at), strict=True):
            if arrival.are_successors:
                place = message_id, *typed_key(one.address)
                if place in there:
                    continue
                there.add(place)
            rows.append((message_id, *row))
    insert = f"insert into mta_recipient (mta_message_id, {NEW_RECIPIENT}) values (?, {_RECIPIENT_MARKS})"
    return connection.run_many(f"{insert} on conflict do nothing", rows)


def _there(connection: Connection, arrivals: Sequence[tuple[bytes, Arrival]]) -> set[tuple[bytes, str, str]]:
    """Give the addresses of successors that their messages have already: the id, the type and the key of each.

    Only those are looked for: a message to many aliases is expanded some at a time.
    """
    wanted: dict[tuple[bytes, str], list[str]] = {}
    for message_id, arrival in arrivals:
        for one in arrival.accept.recipients if arrival.are_successors else ():
            kind, key = typed_key(one.address)
            wanted.setdefault((message_id, kind), []).append(key)
    there: set[tuple[bytes, str, str]] = set()
    for (message_id, kind), keys in wanted.items():
        for some in batches(keys, _AT_ONCE):
            found = connection.rows(
                "select address_key from mta_recipient where mta_message_id = ? and address_type = ?"
                f" and address_key in ({marks(some)})",
                (message_id, kind, *some),
            )
            there |= {(message_id, kind, key) for (key,) in found}
    return there


def recipient_rows(arrival: Arrival, leases_at: float | None = None) -> list[tuple[SqlValue, ...]]:
    """Give the columns ``NEW_RECIPIENT`` of the recipients."""
    times, lease = arrival.times, arrival.lease
    standing: tuple[SqlValue, ...]
    if leases_at is not None and lease is not None and arrival.is_leased:
        standing = (int(State.LEASED), 1, holder_name(), leases_at + lease.seconds)
    else:
        standing = (int(state_of(times.due_at, times.now)), 0, None, None)
    rest = (*standing, lane_of(arrival.urgency, ""), times.due_at, times.look_at)
    return [
        (*recipient_values(one), int(arrival.are_successors), address_key(one.address_type, one.email_address), *rest)
        for one in arrival.accept.recipients
    ]


def state_of(due_at: int, now: int) -> State:
    """Say whether a recipient is ready, or waits for its time."""
    return State.READY if due_at <= now else State.WAITING


def message_values(arrival: Arrival, message_id: bytes) -> tuple[SqlValue, ...]:
    """Give the columns ``NEW_MESSAGE``."""
    accept = arrival.accept
    sender = accept.sender
    return (
        message_id,
        accept.transfer_id,
        sender.address_type if sender else None,
        sender.email_address if sender else None,
        storable(sender.display_name) if sender else None,
        len(accept.content.octets),
        arrival.times.now,
        arrival.times.expires_at,
        storable(accept.message_id),
        storable(accept.subject),
        storable(accept.message_class),
        request_text(accept.request),
        storable(accept.received_from),
        storable(" ".join(sorted(accept.verdicts))) if accept.verdicts else "",
        storable("\n".join(accept.trace)) if accept.trace else "",
        storable(accept.arrived_by),
        sender_key(sender) if sender else None,
    )


def _find(connection: Connection, transfers: Sequence[str]) -> dict[str, bytes]:
    """Find the ids of messages."""
    statement = f"select transfer_id, id from mta_message where transfer_id in ({marks(transfers)})"
    return dict(connection.rows(statement, list(transfers)))
