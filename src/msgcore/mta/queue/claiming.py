"""Claiming: which recipients a worker gets next, and what becomes of those whose worker has ended.

A claim passes over the rows that others are claiming at this moment. :mod:`msgcore.runtime.leases` says by which clock
leases run.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import attrs

from msgcore.mta.queue.columns import MESSAGE, RECIPIENT, hop_of, read_attempts, read_message, read_recipient
from msgcore.mta.queue.contents import marks
from msgcore.mta.queue.contract import MOST_CRASHES, NOBODY, SUSPICIOUS, Claim, QueuedRecipient, State
from msgcore.mta.queue.events import NewEvent, add_events
from msgcore.mta.queue.tracking import EventKind
from msgcore.runtime import Connection, Engine, Row, SqlValue
from msgcore.runtime.host import holder_name
from msgcore.runtime.leases import LONGEST_LEASE_SECONDS, LeaseClock, lease_clock
from msgcore.spi.gateway import Content

__all__ = ["DeadLetter", "Demand", "claim", "free_lost_leases", "lanes_of_ready", "make_ready"]

# Nobody waits longer, not even who was held by his sender: a time further in the future stands on a wrong clock.
_LONGEST_WAIT = 60 * 24 * 3_600 * 10_000_000
_READY_AT_ONCE = 1_000

_MOST_OCTETS = 64 * 1024 * 1024
_MOST_LANES = 100_000

_PASSING = {Engine.SQLITE: "", Engine.POSTGRES: "for update skip locked"}

# From one lane to the next by the index, whatever stands in them.
_LANES = (
    "with recursive lanes (lane) as (select min(lane) from mta_recipient where state = 1 and lane > ''"
    " union all select (select min(lane) from mta_recipient where state = 1 and lane > lanes.lane) from lanes"
    " where lanes.lane is not null)"
    " select lane from lanes where lane is not null limit ?"
)


@attrs.frozen
class Demand:
    """What a worker asks for. ``now`` is a FILETIME; ``turn`` says with which hop the round begins."""

    limit: int
    lease_seconds: float
    passing: AbstractSet[str]
    takes_suspects: bool
    now: int
    monotonic: float
    turn: int = 0


def lanes_of_ready(connection: Connection, passing: AbstractSet[str] = NOBODY) -> list[str]:
    """Give the lanes that somebody stands in."""
    return [lane for (lane,) in connection.rows(_LANES, (_MOST_LANES,)) if hop_of(lane) not in passing]


def make_ready(connection: Connection, now: int, *, looks_for_wrong_clocks: bool) -> None:
    """Make ready whose time has come, some at a time; and now and then who waits by a clock that was wrong."""
    moments = ["due_at <= ?"]
    values = [now]
    if looks_for_wrong_clocks:
        moments.append("due_at > ?")
        values.append(now + _LONGEST_WAIT)
    for moment, value in zip(moments, values, strict=True):
        connection.run(
            "update mta_recipient set state = 1 where number in (select number from mta_recipient"
            f" where state = 0 and {moment} order by due_at limit ? {_PASSING[connection.engine]})",
            (value, _READY_AT_ONCE),
        )


@attrs.frozen
class DeadLetter:
    """A recipient over whom too many workers have ended just now."""

    transfer_id: str
    address: str
    reason: str

    def __str__(self) -> str:
        return f"{self.transfer_id}: a dead letter, to {self.address}: {self.reason}; it waits for a person"


def free_lost_leases(connection: Connection, clock: LeaseClock, now: int) -> list[DeadLetter]:
    """Make ready what was leased to workers that are gone or too late; give whom too many ended over."""
    rows = connection.rows(
        "select number, mta_message_id, crashes, holder, leased_until from mta_recipient where state = 2"
        " and leased_until is not null"
    )
    ended = {holder: clock.has_ended(holder) for holder in {row[3] for row in rows}}
    lost = [row for row in rows if ended[row[3]] or row[4] <= clock.now or row[4] > clock.now + LONGEST_LEASE_SECONDS]
    dead: list[DeadLetter] = []
    updated: list[NewEvent] = []
    for number, message_id, crashes, _, leased_until in lost:
        is_dead = crashes + 1 >= MOST_CRASHES
        reason = f"{crashes + 1} workers ended, or were too late, while they had it" if is_dead else ""
        if connection.run(
            "update mta_recipient set state = ?, crashes = crashes + 1, holder = null, leased_until = null, reason = ?"
            " where number = ? and state = 2 and leased_until = ?",
            (int(State.DEAD if is_dead else State.READY), reason, number, leased_until),
        ):
            kind = EventKind.DEAD if is_dead else EventKind.CRASHED
            updated.append(NewEvent(kind, message_id, number, text=reason))
            if is_dead:
                dead.append(_dead_letter(connection, number, reason))
    add_events(connection, updated, now)
    return dead


def _dead_letter(connection: Connection, number: int, reason: str) -> DeadLetter:
    [(transfer_id, kind, address)] = connection.rows(
        "select transfer_id, address_type, address from mta_recipient join mta_message on mta_message.id ="
        " mta_message_id where number = ?",
        (number,),
    )
    return DeadLetter(transfer_id, f"{kind}:{address}", reason)


def claim(connection: Connection, demand: Demand) -> list[Claim]:
    clock = lease_clock(connection, demand.monotonic)
    rows = _suspect(connection, demand) or _within_memory(connection, _ready_rows(connection, demand))
    if not rows:
        return []
    numbers = [row[0] for row in rows]
    connection.run(
        "update mta_recipient set state = 2, token = token + 1, holder = ?, leased_until = ?"
        f" where number in ({marks(numbers)})",
        (holder_name(), clock.now + demand.lease_seconds, *numbers),
    )
    told = _told(connection, [row[0] for row in rows if row[3]])
    by_message: dict[bytes, list[QueuedRecipient]] = {}
    for number, message_id, tries, token, crashes, attempts, is_successor, *recipient in rows:
        queued = QueuedRecipient(
            number,
            read_recipient(tuple(recipient)),
            tries,
            token + 1,
            read_attempts(attempts),
            crashes,
            told.get(number, frozenset()),
            bool(is_successor),
        )
        by_message.setdefault(message_id, []).append(queued)
    return _claims(connection, by_message)


def _ready_rows(connection: Connection, demand: Demand) -> list[Row]:
    """Give who is ready: those who have to be looked at, and then from the lanes in turn.

    So a hop with much mail keeps none of another back.
    """
    found = _rows(connection, "state in (0, 1) and look_at <= ? order by look_at", (demand.now,), demand.limit)
    grades: dict[str, list[str]] = {}
    for lane in lanes_of_ready(connection, demand.passing):
        grades.setdefault(lane[0], []).append(lane)
    for grade in sorted(grades):
        lanes = grades[grade]
        start = demand.turn % len(lanes)
        lanes = lanes[start:] + lanes[:start]
        share = max(1, (demand.limit - len(found)) // len(lanes))
        taken: dict[str, int] = {}
        for count in (share, demand.limit):
            for lane in lanes:
                left = min(count, demand.limit - len(found))
                if left > 0:
                    before = taken.get(lane, 0)
                    rows = _rows(connection, "state = 1 and lane = ? order by due_at, number", (lane,), before + left)
                    found += rows[before:]
                    taken[lane] = len(rows)
            if len(lanes) == 1 or len(found) >= demand.limit:
                break
    return list({row[0]: row for row in found}.values())


def _suspect(connection: Connection, demand: Demand) -> list[Row]:
    """Give somebody over whom workers have ended, alone: if he is the reason, he takes nobody with him."""
    if not demand.takes_suspects:
        return []
    return _select(connection, f"state = 1 and crashes >= {SUSPICIOUS} order by due_at, number", (), 1)


def _rows(connection: Connection, which: str, values: tuple[SqlValue, ...], limit: int) -> list[Row]:
    return _select(connection, f"crashes < {SUSPICIOUS} and {which}", values, limit)


def _select(connection: Connection, which: str, values: tuple[SqlValue, ...], limit: int) -> list[Row]:
    return connection.rows(
        f"select number, mta_message_id, tries, token, crashes, attempts, is_successor, {RECIPIENT} from mta_recipient"
        f" where {which} limit ? {_PASSING[connection.engine]}",
        (*values, limit),
    )


def _within_memory(connection: Connection, rows: list[Row]) -> list[Row]:
    """Keep the first rows whose messages fit into memory together; one message always does."""
    ids = list(dict.fromkeys(row[1] for row in rows))
    sizes: dict[bytes, int] = dict(
        connection.rows(f"select id, size_octets from mta_message where id in ({marks(ids)})", ids)
    )
    total, seen = 0, set[bytes]()
    for count, row in enumerate(rows):
        if row[1] not in seen:
            seen.add(row[1])
            total += sizes[row[1]]
            if count and total > _MOST_OCTETS:
                return rows[:count]
    return rows


def _told(connection: Connection, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
    """Give the kinds of reports that there are about recipients that were claimed before."""
    if not numbers:
        return {}
    kinds: dict[int, set[str]] = {}
    for number, kind in connection.rows(
        f"select recipient_number, kind from mta_report where recipient_number in ({marks(numbers)})", list(numbers)
    ):
        kinds.setdefault(number, set()).add(kind)
    return {number: frozenset(told) for number, told in kinds.items()}


def _claims(connection: Connection, by_message: dict[bytes, list[QueuedRecipient]]) -> list[Claim]:
    ids = list(by_message)
    columns = ", ".join(f"mta_message.{column}" for column in MESSAGE.split(", "))
    rows = connection.rows(
        f"select {columns}, octets, form from mta_message join mta_content on mta_message_id = mta_message.id"
        f" where mta_message.id in ({marks(ids)})",
        ids,
    )
    found = {row[0]: row for row in rows}
    return [
        Claim(read_message(found[one][:-2]), Content(found[one][-2], found[one][-1]), tuple(queued))
        for one, queued in by_message.items()
    ]
