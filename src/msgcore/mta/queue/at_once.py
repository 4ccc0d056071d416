"""Taking messages in with one statement: the shortest way to a PostgreSQL server and back.

That of a single message is a fifth less work than that of many would be for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.mta.queue.columns import NEW_MESSAGE
from msgcore.mta.queue.events import event_text
from msgcore.mta.queue.record_sets import RecordSet
from msgcore.mta.queue.taking_in import MESSAGE_MARKS, NEW_RECIPIENT, Arrival, message_values, recipient_rows
from msgcore.mta.queue.tracking import EventKind
from msgcore.runtime import Database, Runtime, SqlValue

__all__ = ["take_in_at_once"]

_NAMES = NEW_RECIPIENT.split(", ")
_RECIPIENT_TYPES = {
    **dict.fromkeys(_NAMES, "text"),
    **dict.fromkeys(("kind", "notify", "is_successor", "state", "token", "due_at", "look_at"), "bigint"),
    "leased_until": "double precision",
}
_RECIPIENTS = RecordSet(_RECIPIENT_TYPES)
_ONE = (
    f"new as (insert into mta_message ({NEW_MESSAGE}) values ({MESSAGE_MARKS})"
    " on conflict (transfer_id) do nothing returning id),"
    " content as (insert into mta_content (mta_message_id, form, octets) select id, ?, ? from new),"
    f" recipients as (insert into mta_recipient (mta_message_id, {NEW_RECIPIENT}) select new.id, given.*"
    f" from new, {_RECIPIENTS.sql} on conflict do nothing),"
    " events as (insert into mta_event (at, kind, mta_message_id, connector, next_hop, text)"
    f" select ?, '{EventKind.ACCEPTED.value}', id, '', '', ? from new)"
    " select id from new"
)

_MESSAGES = RecordSet(
    {
        **dict.fromkeys(NEW_MESSAGE.split(", "), "text"),
        **dict.fromkeys(("size_octets", "accepted_at", "expires_at"), "bigint"),
        "id": "bytea",
        "form": "text",
        "starts_at": "integer",
        "arrival": "text",
    }
)
_OF_MESSAGES = RecordSet({**_RECIPIENT_TYPES, "mta_message_id": "bytea", "place": "bigint"})
# All contents come as one value, of which each is a part.
_MANY = (
    f"came ({', '.join(_MESSAGES.columns)}) as (select {_MESSAGES.values} from {_MESSAGES.sql}),"
    f" new as (insert into mta_message ({NEW_MESSAGE}) select {NEW_MESSAGE} from came"
    " on conflict (transfer_id) do nothing returning id),"
    " content as (insert into mta_content (mta_message_id, form, octets)"
    " select id, form, substr(?, starts_at, cast(size_octets as integer)) from came where id in (select id from new)),"
    f" recipients as (insert into mta_recipient (mta_message_id, {NEW_RECIPIENT}) select new.id, {NEW_RECIPIENT}"
    f" from new join {_OF_MESSAGES.sql} on new.id = decode(mta_message_id, 'hex') order by place"
    " on conflict do nothing),"
    " events as (insert into mta_event (at, kind, mta_message_id, connector, next_hop, text)"
    f" select accepted_at, '{EventKind.ACCEPTED.value}', id, '', '', arrival from came"
    " where id in (select id from new))"
    " select id from new"
)


async def take_in_at_once(
    runtime: Runtime, database: Database, arrivals: Sequence[Arrival], deadline: Deadline
) -> list[bytes] | None:
    """Write messages, and give their ids; ``None``, and only new transfers are written, when some are there already.

    Many have to be small ones.
    """
    ids = [new_time_ordered_id() for _ in arrivals]
    steps, parameters = (_MANY, _of_many(arrivals, ids)) if len(ids) > 1 else (_ONE, _of_one(arrivals[0], ids[0]))
    new = await database.write_at_once(runtime, steps, parameters, deadline)
    return ids if len(new) == len(ids) else None


def _of_one(arrival: Arrival, message_id: bytes) -> tuple[SqlValue, ...]:
    content = arrival.accept.content
    return (
        *message_values(arrival, message_id),
        content.form,
        content.octets,
        _RECIPIENTS.parameter(recipient_rows(arrival)),
        arrival.times.now,
        event_text(arrival.accept.arrival),
    )


def _of_many(arrivals: Sequence[Arrival], ids: Sequence[bytes]) -> tuple[SqlValue, ...]:
    contents = [one.accept.content for one in arrivals]
    starts = itertools.accumulate((len(one.octets) for one in contents), initial=1)
    messages = [
        (*message_values(one, message_id), content.form, start, event_text(one.accept.arrival))
        for one, message_id, content, start in zip(arrivals, ids, contents, starts, strict=False)
    ]
    recipients = [(*row, ids[number]) for number, one in enumerate(arrivals) for row in recipient_rows(one)]
    return (
        _MESSAGES.parameter(messages),
        b"".join(one.octets for one in contents),
        _OF_MESSAGES.parameter((*row, place) for place, row in enumerate(recipients)),
    )
