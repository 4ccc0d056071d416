"""Taking one message in with one statement: the shortest way to a PostgreSQL server and back."""

from __future__ import annotations

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.mta.queue.columns import MESSAGE
from msgcore.mta.queue.events import event_text
from msgcore.mta.queue.record_sets import RecordSet
from msgcore.mta.queue.taking_in import MESSAGE_MARKS, NEW_RECIPIENT, Arrival, message_values, recipient_rows
from msgcore.mta.queue.tracking import EventKind
from msgcore.runtime import Database, Runtime

__all__ = ["take_in_at_once"]

_NAMES = NEW_RECIPIENT.split(", ")
_RECIPIENTS = RecordSet(
    {
        **dict.fromkeys(_NAMES, "text"),
        **dict.fromkeys(("kind", "notify", "is_successor", "state", "token", "due_at", "look_at"), "bigint"),
        "leased_until": "double precision",
    }
)
_STEPS = (
    f"new as (insert into mta_message ({MESSAGE}) values ({MESSAGE_MARKS})"
    " on conflict (transfer_id) do nothing returning id),"
    " content as (insert into mta_content (mta_message_id, form, octets) select id, ?, ? from new),"
    f" recipients as (insert into mta_recipient (mta_message_id, {NEW_RECIPIENT}) select new.id, given.*"
    f" from new, {_RECIPIENTS.sql} on conflict do nothing),"
    " events as (insert into mta_event (at, kind, mta_message_id, connector, next_hop, text)"
    f" select ?, '{EventKind.ACCEPTED.value}', id, '', '', ? from new)"
    " select id from new"
)


async def take_in_at_once(runtime: Runtime, database: Database, arrival: Arrival, deadline: Deadline) -> bytes | None:
    """Write a message, and give its id; ``None``, and nothing is written, when its transfer is there already."""
    accept = arrival.accept
    rows = await database.write_at_once(
        runtime,
        _STEPS,
        (
            *message_values(arrival, new_time_ordered_id()),
            accept.content.form,
            accept.content.octets,
            _RECIPIENTS.parameter(recipient_rows(arrival)),
            arrival.times.now,
            event_text(accept.arrival),
        ),
        deadline,
    )
    return rows[0][0] if rows else None
