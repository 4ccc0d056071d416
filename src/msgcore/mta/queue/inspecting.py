"""Looking at what is in the queue and how full it is, and forgetting what has ended."""

from __future__ import annotations

from msgcore.base.times import datetime_from_filetime
from msgcore.mta.queue.claiming import lanes_of_ready
from msgcore.mta.queue.columns import SELECT_WAITING, hop_of, read_waiting
from msgcore.mta.queue.contents import lock_messages
from msgcore.mta.queue.contract import QueueDepth, State, WaitingRecipient, Where
from msgcore.mta.queue.restrict import selector
from msgcore.runtime import Connection

__all__ = ["depth_of", "list_waiting", "purge"]

_AT_ONCE = 1_000


def list_waiting(connection: Connection, limit: int, where: Where) -> list[WaitingRecipient]:
    is_wanted = selector(where)
    if where is None:
        rows = connection.rows(f"{SELECT_WAITING} where state < 5 order by due_at, number limit ?", (limit,))
        return [read_waiting(row) for row in rows]
    found: list[WaitingRecipient] = []
    for row in connection.stream(f"{SELECT_WAITING} where state < 5 order by due_at, number"):
        waiting = read_waiting(row)
        if is_wanted(waiting):
            found.append(waiting)
            if len(found) == limit:
                break
    return found


def depth_of(connection: Connection, now: int) -> QueueDepth:
    counts = {State(state): count for state, count in connection.rows(_COUNTS)}
    # Whoever waits for a hop that is down is not late: nothing could go there.
    down = frozenset(hop for (hop,) in connection.rows("select hop from mta_link"))
    moments = [
        connection.value("select min(due_at) from mta_recipient where state = 1 and lane = ?", (lane,))
        for lane in lanes_of_ready(connection, down)
    ]
    late = connection.rows(
        "select lane, due_at from mta_recipient where state = 0 and due_at <= ? order by due_at limit ?",
        (now, _AT_ONCE),
    )
    moments += [due_at for lane, due_at in late if hop_of(lane) not in down]
    oldest = min((due_at for due_at in moments if due_at is not None), default=None)
    return QueueDepth(counts, None if oldest is None else datetime_from_filetime(oldest))


# Each by an index of its own, and those that have ended not at all: they are history.
_COUNTS = " union all ".join(
    f"select {state}, (select count(*) from mta_recipient where state = {state})" for state in range(5)
)


def purge(connection: Connection, before: int) -> int:
    """Forget messages that have ended, some at a time; those that reports are kept about go with their reports."""
    rows = connection.rows(
        "select distinct mta_message_id from mta_recipient as ended where state = 5 and ended_at < ?"
        " and not exists (select 1 from mta_recipient where mta_message_id = ended.mta_message_id"
        " and (state < 5 or ended_at >= ?)) limit ?",
        (before, before, _AT_ONCE),
    )
    ids = [(row[0],) for row in rows]
    lock_messages(connection, [row[0] for row in rows])
    connection.run_many(
        "delete from mta_report where recipient_number in (select number from mta_recipient where mta_message_id = ?)",
        ids,
    )
    connection.run_many("delete from mta_event where mta_message_id = ?", ids)
    connection.run_many("delete from mta_recipient where mta_message_id = ?", ids)
    connection.run_many("delete from mta_message where id = ?", ids)
    return len(ids)
