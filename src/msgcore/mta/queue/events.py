"""Tracking events as rows: added in the transaction that does what they tell of, and never changed."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.records import record
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.model.address import parse_address
from msgcore.mta.queue.columns import older_sender_key, sender_key, storable
from msgcore.mta.queue.record_sets import RecordSet
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.runtime import Connection, Engine, SqlValue
from msgcore.wire.domain import typed_key

__all__ = ["NewEvent", "add_events", "event_text", "track_events"]

_LONGEST_TEXT = 1_000
_EVENTS = RecordSet(
    {
        "at": "bigint",
        "kind": "text",
        "mta_message_id": "bytea",
        "recipient_number": "bigint",
        "connector": "text",
        "next_hop": "text",
        "text": "text",
    }
)


@record
class NewEvent:
    kind: EventKind
    message_id: bytes
    recipient_number: int | None = None
    connector: str = ""
    next_hop: str = ""
    text: str = ""


def event_text(text: str) -> str:
    """Cut a text to what an event holds."""
    return storable(text[:_LONGEST_TEXT])


def add_events(connection: Connection, events: Sequence[NewEvent], now: int) -> None:
    rows = [
        (now, one.kind.value, one.message_id, one.recipient_number, one.connector, one.next_hop, event_text(one.text))
        for one in events
    ]
    insert = f"insert into mta_event ({', '.join(_EVENTS.columns)})"
    if len(rows) > 1 and connection.engine is Engine.POSTGRES:
        connection.run(f"{insert} select {_EVENTS.values} from {_EVENTS.sql}", [_EVENTS.parameter(rows)])
    elif rows:
        connection.run_many(f"{insert} values (?, ?, ?, ?, ?, ?, ?)", rows)


def track_events(connection: Connection, track: Track) -> list[TrackingEvent]:
    conditions = ["mta_event.number > ?"]
    parameters: list[SqlValue] = [track.after]
    if track.message_id:
        conditions.append("message_id = ?")
        parameters.append(storable(track.message_id))
    if track.transfer_id:
        conditions.append("transfer_id = ?")
        parameters.append(track.transfer_id)
    if track.address:
        conditions.append("address_type = ? and address_key = ?")
        parameters += typed_key(parse_address(track.address))
    if track.sender:
        sender = parse_address(track.sender)
        conditions.append("sender_key in (?, ?) and sender_type = ?")
        parameters += [sender_key(sender), older_sender_key(sender), sender.address_type]
    if track.since is not None:
        conditions.append("at >= ?")
        parameters.append(filetime_from_datetime(track.since))
    rows = connection.rows(
        "select mta_event.number, at, mta_event.kind, transfer_id, message_id, address_type, address,"
        " mta_event.connector, mta_event.next_hop, text, sender_type, sender_address from mta_event"
        " join mta_message on mta_message.id = mta_event.mta_message_id"
        " left join mta_recipient on mta_recipient.number = recipient_number"
        f" where {' and '.join(conditions)} order by mta_event.number limit ?",
        (*parameters, track.limit),
    )
    return [
        TrackingEvent(
            number,
            datetime_from_filetime(at),
            EventKind(kind),
            transfer_id,
            message_id,
            "" if address is None else f"{address_type}:{address}",
            connector,
            next_hop,
            text,
            "" if by[1] is None else f"{by[0]}:{by[1]}",
        )
        for number, at, kind, transfer_id, message_id, address_type, address, connector, next_hop, text, *by in rows
    ]
