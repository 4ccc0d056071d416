"""The queue in a database, on SQLite or PostgreSQL.

Whoever gives a message its content or takes it away locks the content's row first (:func:`_lock_contents`): on
PostgreSQL, where others write at the same time, a content would otherwise go just when a new message names it. Of
several contents the one with the lower hash is locked first, so that no two transactions wait for each other.

A claim passes over the rows that others are claiming at this moment. :mod:`msgcore.runtime.leases` says by which clock
leases run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.model.address import Address
from msgcore.model.outcome import Outcome, outcome_fields, outcome_of_fields
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.mta.queue.contract import (
    Accept,
    Claim,
    NewReport,
    QueuedMessage,
    QueuedRecipient,
    Settlement,
    WaitingRecipient,
)
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.runtime import Connection, Database, Engine, Row, Runtime
from msgcore.runtime.host import holder_name
from msgcore.runtime.leases import LONGEST_LEASE_SECONDS, lease_clock
from msgcore.spi.gateway import Content

__all__ = ["QUEUE_SCHEMA", "SqlQueue"]

T = TypeVar("T")

_MOST_OCTETS = 64 * 1024 * 1024
_MESSAGE = (
    "id, transfer_id, sender_type, sender_address, sender_name, size_octets, accepted_at, expires_at, message_id,"
    " subject, message_class, content_hash"
)


_PASSING = {Engine.SQLITE: "", Engine.POSTGRES: "for update skip locked"}


class SqlQueue:
    """A queue in a database; may be shared by threads, tasks and processes, on PostgreSQL by those of many machines."""

    def __init__(self, runtime: Runtime, database: Database, lifetime: timedelta = timedelta(days=5)) -> None:
        self._runtime = runtime
        self._database = database
        self._lifetime = lifetime

    def _now(self) -> int:
        return filetime_from_datetime(self._runtime.now())

    async def _read(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        return await self._database.read(self._runtime, work, deadline)

    async def _write(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        return await self._database.write(self._runtime, work, deadline)

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        now = self._now()
        return await self._write(lambda c: self._accept(c, accept, now), deadline)

    def _accept(self, connection: Connection, accept: Accept, now: int) -> bytes:
        digest = _digest(accept.content)
        known = _find(connection, accept.transfer_id)
        _lock_contents(connection, digest, *([known[1]] if known else []))
        inserted = None if known else self._insert_message(connection, accept, digest, now)
        message_id = inserted or (known[0] if known else _overtaken(connection, accept.transfer_id))
        added = connection.run_many(
            "insert into mta_recipient (mta_message_id, kind, address_type, address, display_name, due_at)"
            " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
            [
                (message_id, int(r.kind), r.address_type, r.email_address, _storable(r.address.display_name), now)
                for r in accept.recipients
            ],
        )
        if inserted is None and added:
            _bring_back_content(connection, message_id, digest, accept.content)
        return message_id

    def _insert_message(self, connection: Connection, accept: Accept, digest: bytes, now: int) -> bytes | None:
        """Write a message; ``None`` when one of that transfer is there already."""
        sender = accept.sender
        _keep_content(connection, digest, accept.content)
        message_id = new_time_ordered_id()
        is_new = connection.run(
            f"insert into mta_message ({_MESSAGE}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (transfer_id) do nothing",
            (
                message_id,
                accept.transfer_id,
                sender.address_type if sender else None,
                sender.email_address if sender else None,
                _storable(sender.display_name) if sender else None,
                len(accept.content.octets),
                now,
                now + int(self._lifetime.total_seconds() * 10_000_000),
                _storable(accept.message_id),
                _storable(accept.subject),
                _storable(accept.message_class),
                digest,
            ),
        )
        return message_id if is_new else None

    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        now, monotonic = self._now(), self._runtime.monotonic()

        def work(connection: Connection) -> list[Claim]:
            clock = lease_clock(connection, monotonic)
            held = connection.rows(
                "select distinct holder from mta_recipient where holder is not null and leased_until > ?", (clock.now,)
            )
            # Who is not seen yet, because he claims at this moment, has not ended. No list of SQL is empty.
            ended = ["", *(holder for (holder,) in held if clock.has_ended(holder))]
            longest = clock.now + LONGEST_LEASE_SECONDS
            rows = connection.rows(
                "select number, mta_message_id, kind, address_type, address, display_name, tries, token"
                " from mta_recipient where is_open = 1 and due_at <= ?"
                f" and (holder is null or leased_until <= ? or leased_until > ? or holder in ({_marks(ended)}))"
                f" order by due_at, number limit ? {_PASSING[connection.engine]}",
                (now, clock.now, longest, *ended, limit),
            )
            rows = _within_memory(connection, rows)
            connection.run_many(
                "update mta_recipient set token = token + 1, holder = ?, leased_until = ? where number = ?",
                [(holder_name(), clock.now + lease_seconds, row[0]) for row in rows],
            )
            claimed: dict[bytes, list[QueuedRecipient]] = {}
            for number, message_id, kind, address_type, address, name, tries, token in rows:
                recipient = Recipient(Address(address_type, address, name), RecipientKind(kind))
                queued = QueuedRecipient(number, recipient, tries, token + 1)
                claimed.setdefault(message_id, []).append(queued)
            return [_claim(connection, message_id, tuple(queued)) for message_id, queued in claimed.items()]

        return await self._write(work, deadline)

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        now = self._now()

        def work(connection: Connection) -> list[QueuedRecipient]:
            in_order = sorted(settlements, key=lambda one: one.queued.number)
            lost = [one.queued for one in in_order if not _settle(connection, one, now)]
            hashes = [_digest(report.accept.content) for report in reports]
            _lock_contents(connection, _content_of(connection, message.id), *hashes)
            for report in reports:
                about = [
                    one for one in report.about if one not in lost and not _is_reported(connection, one, report.kind)
                ]
                if about:
                    report_id = self._accept(connection, report.accept, now)
                    connection.run_many(
                        "insert into mta_report (recipient_number, kind, mta_message_id) values (?, ?, ?)",
                        [(one.number, report.kind, report_id) for one in about],
                    )
            _drop_content(connection, message.id)
            return lost

        return await self._write(work, deadline)

    async def make_due(self, deadline: Deadline) -> None:
        now = self._now()
        statement = "update mta_recipient set due_at = ? where is_open = 1 and due_at > ?"
        await self._write(lambda c: c.run(statement, (now, now)), deadline)

    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        def work(connection: Connection) -> dict[Recipient, Outcome]:
            rows = connection.rows(
                "select kind, address_type, address, display_name, connector, outcome, code, enhanced, reply, stage,"
                " note from mta_recipient join mta_message on mta_message.id = mta_message_id where transfer_id = ?"
                " order by number",
                (transfer_id,),
            )
            return {
                Recipient(Address(kind, address, name), RecipientKind(role)): _by(connector, outcome_of_fields(*fields))
                for role, kind, address, name, connector, *fields in rows
            }

        return await self._read(work, deadline)

    async def queued(self, limit: int, deadline: Deadline) -> Sequence[WaitingRecipient]:
        def work(connection: Connection) -> list[WaitingRecipient]:
            rows = connection.rows(
                "select kind, address_type, address, display_name, subject, accepted_at, due_at, tries, connector,"
                " outcome, code, enhanced, reply, stage, note from mta_recipient join mta_message on mta_message.id ="
                " mta_message_id where is_open = 1 order by due_at, number limit ?",
                (limit,),
            )
            return [
                WaitingRecipient(
                    Recipient(Address(address_type, address, name), RecipientKind(kind)),
                    subject,
                    datetime_from_filetime(accepted_at),
                    datetime_from_filetime(due_at),
                    tries,
                    _by(connector, outcome_of_fields(*fields)),
                )
                for (kind, address_type, address, name, subject, accepted_at, due_at, tries, connector, *fields) in rows
            ]

        return await self._read(work, deadline)

    async def waiting(self, deadline: Deadline) -> int:
        count = "select count(*) from mta_recipient where is_open = 1"
        return int(await self._read(lambda c: c.value(count), deadline))


def _digest(content: Content) -> bytes:
    """Say what a content is: the same octets in another form are another one."""
    mark = b"" if content.form == "mime" else content.form.encode()
    return hashlib.sha256(content.octets).digest() + mark


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _find(connection: Connection, transfer_id: str) -> tuple[bytes, bytes] | None:
    """Find the id and the content's hash of a message."""
    row = connection.row("select id, content_hash from mta_message where transfer_id = ?", (transfer_id,))
    return None if row is None else (row[0], row[1])


def _overtaken(connection: Connection, transfer_id: str) -> bytes:
    """Give the message that another transaction has taken in meanwhile."""
    known = _find(connection, transfer_id)
    assert known is not None
    _lock_contents(connection, known[1])
    return known[0]


def _content_of(connection: Connection, message_id: bytes) -> bytes:
    digest: bytes = connection.value("select content_hash from mta_message where id = ?", (message_id,))
    return digest


def _lock_contents(connection: Connection, *hashes: bytes) -> None:
    """Let nobody else give or take away these contents, as far as they are there, before this transaction ends."""
    if connection.engine is Engine.POSTGRES:  # SQLite has one writer at a time
        connection.rows(
            f"select 1 from mta_content where hash in ({_marks(hashes)}) order by hash for no key update", hashes
        )


def _keep_content(connection: Connection, digest: bytes, content: Content) -> None:
    connection.run(
        "insert into mta_content (hash, form, octets) values (?, ?, ?)"
        " on conflict (hash) do update set octets = excluded.octets where length(mta_content.octets) = 0",
        (digest, content.form, content.octets),
    )


def _bring_back_content(connection: Connection, message_id: bytes, digest: bytes, content: Content) -> None:
    """Give a message its content again that was let go of when the recipients before had ended."""
    kept = "select length(octets) from mta_content where hash = ?"
    if connection.value(kept, (_content_of(connection, message_id),)) == 0:
        _keep_content(connection, digest, content)
        connection.run(
            "update mta_message set content_hash = ?, size_octets = ? where id = ?",
            (digest, len(content.octets), message_id),
        )


def _storable(text: str) -> str:
    """Text that every database can hold: a lone surrogate becomes a question mark, NUL is left out."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _within_memory(connection: Connection, rows: list[Row]) -> list[Row]:
    """Keep the first rows whose messages fit into memory together; one message always does."""
    sizes: dict[bytes, int] = {}
    for count, row in enumerate(rows):
        if row[1] not in sizes:
            size = int(connection.value("select size_octets from mta_message where id = ?", (row[1],)))
            if sizes and sum(sizes.values()) + size > _MOST_OCTETS:
                return rows[:count]
            sizes[row[1]] = size
    return rows


def _by(connector: str, outcome: Outcome) -> Outcome:
    """Note which connector an outcome came through."""
    notes = (f"connector {connector}" if connector else "", outcome.note)
    return attrs.evolve(outcome, note="; ".join(filter(None, notes)))


def _claim(connection: Connection, message_id: bytes, queued: tuple[QueuedRecipient, ...]) -> Claim:
    row = connection.row(f"select {_MESSAGE} from mta_message where id = ?", (message_id,))
    assert row is not None
    content = connection.row("select octets, form from mta_content where hash = ?", (row[11],))
    assert content is not None
    return Claim(_message(row), Content(content[0], content[1]), queued)


def _message(row: tuple[Any, ...]) -> QueuedMessage:
    return QueuedMessage(
        id=row[0],
        transfer_id=row[1],
        sender=None if row[2] is None else Address(row[2], row[3], row[4]),
        size_octets=row[5],
        accepted_at=datetime_from_filetime(row[6]),
        expires_at=datetime_from_filetime(row[7]),
        message_id=row[8],
        subject=row[9],
        message_class=row[10],
    )


def _settle(connection: Connection, settlement: Settlement, now: int) -> bool:
    outcome, queued = settlement.outcome, settlement.queued
    is_open = not outcome.is_final
    return bool(
        connection.run(
            "update mta_recipient set is_open = ?, due_at = ?, tries = tries + 1, holder = null, leased_until = null,"
            " connector = ?, next_hop = ?, outcome = ?, code = ?, enhanced = ?, reply = ?, stage = ?, note = ?,"
            " ended_at = ? where number = ? and token = ? and is_open = 1 and holder is not null",
            (
                int(is_open),
                filetime_from_datetime(settlement.due_at),
                settlement.connector,
                _storable(settlement.next_hop),
                *(_storable(field) if isinstance(field, str) else field for field in outcome_fields(outcome)),
                None if is_open else now,
                queued.number,
                queued.token,
            ),
        )
    )


def _is_reported(connection: Connection, queued: QueuedRecipient, kind: str) -> bool:
    known = connection.value("select 1 from mta_report where recipient_number = ? and kind = ?", (queued.number, kind))
    return known is not None


def _drop_content(connection: Connection, message_id: bytes) -> None:
    """Let go of a content once no recipient of any message that has it is open; the rows stay for tracking."""
    connection.run(
        "update mta_content set octets = ? where hash = ?"
        " and not exists (select 1 from mta_message where content_hash = mta_content.hash and exists"
        " (select 1 from mta_recipient where mta_message_id = mta_message.id and is_open = 1))",
        (b"", _content_of(connection, message_id)),
    )
