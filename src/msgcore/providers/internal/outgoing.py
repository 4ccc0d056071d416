"""The outgoing queue: the SQL of one transaction.

A submission is its message in the outbox, one row, and a row for each recipient. Whoever locks it raises the token;
only the holder of the newest token may settle. A lock is free when its lease has run out
(:mod:`msgcore.runtime.leases` says by which clock), or when the process that held it has ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.model.outcome import Outcome, outcome_fields, outcome_of_fields
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.providers.internal.dialect import chunks
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.recipient_details import details_to_json, with_details
from msgcore.providers.internal.records import storable
from msgcore.providers.internal.searches import update_searches
from msgcore.providers.internal.standing import Tally, standing_of
from msgcore.providers.internal.writing import move_messages, purge_messages
from msgcore.runtime import Connection
from msgcore.runtime.host import holder_name
from msgcore.runtime.leases import LeaseClock, lease_clock
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import MessageFlag

__all__ = [
    "Lock",
    "abort",
    "enqueue",
    "find_numbers",
    "keep_preprocessed",
    "lock_due",
    "make_due",
    "note_outcomes",
    "number_of",
    "open_items",
    "read_item",
    "refuse_submitted",
    "retry",
    "settle",
    "unlock",
]

_COLUMNS = (
    "message_id, transfer_id, state, submitted_at, due_at, tries, sender_type, sender_address, sender_name, reason,"
    " token, not_before, expires_at, at_least_once, preprocessed_id"
)
_MOST_FOUND = 10
_AT_ONCE = 100
# Asks for a moment twice, and gives it or, if that is later, when the submission may be sent.
_NOT_BEFORE = "case when not_before > ? then not_before else ? end"
_OF_MAILBOX = (
    "exists (select 1 from message join folder on folder.id = message.folder_id"
    " where message.id = submission.message_id and folder.mailbox_id = ?)"
)


def enqueue(
    connection: Connection,
    number: int,
    transfer_id: str,
    sender: Address | None,
    recipients: Sequence[Recipient],
    message_id: str | None,
    now: datetime,
    terms: SubmitTerms,
) -> None:
    """Make a message that stands in the outbox, with the flag ``SUBMIT``, a submission."""
    connection.run(
        "insert into submission (message_id, transfer_id, state, submitted_at, due_at, internet_message_id, not_before,"
        " expires_at, at_least_once, sender_type, sender_address, sender_name)"
        " values (?, ?, 'ready', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, transfer_id, filetime_from_datetime(now), filetime_from_datetime(terms.due_at(now))),
            *(None if message_id is None else storable(message_id), _filetime(terms.not_before)),
            *(_filetime(terms.expires_at), int(terms.at_least_once), *_sender(sender)),
        ),
    )
    connection.run_many(
        "insert into submission_recipient (message_id, position, kind, address_type, address, display_name, details)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [(number, position, *_recipient(one)) for position, one in enumerate(recipients)],
    )


def _recipient(one: Recipient) -> tuple[int, str, str, str | None, str | None]:
    name = storable(one.address.display_name)
    return int(one.kind), one.address_type, one.email_address, name, details_to_json(one)


def _filetime(moment: datetime | None) -> int | None:
    return None if moment is None else filetime_from_datetime(moment)


def _moment(filetime: int | None) -> datetime | None:
    return None if filetime is None else datetime_from_filetime(filetime)


def _sender(sender: Address | None) -> tuple[str | None, str | None, str | None]:
    return (sender.address_type, sender.email_address, storable(sender.display_name)) if sender else (None, None, None)


def number_of(connection: Connection, mailbox_id: int, transfer_id: str) -> int | None:
    """Find the message that was submitted as ``transfer_id``."""
    sql = f"select message_id from submission where transfer_id = ? and {_OF_MAILBOX}"
    number: int | None = connection.value(sql, (transfer_id, mailbox_id))
    return number


def find_numbers(connection: Connection, mailbox_id: int, transfer_id: str, message_id: str) -> list[int]:
    """Find the submission with a transfer id, or else those of a Message-ID, the newest first."""
    known = number_of(connection, mailbox_id, transfer_id) if transfer_id else None
    if known is not None or not message_id:
        return [] if known is None else [known]
    rows = connection.rows(
        f"select message_id from submission where internet_message_id = ? and {_OF_MAILBOX}"
        f" order by submitted_at desc, message_id desc limit {_MOST_FOUND}",
        (storable(message_id), mailbox_id),
    )
    return [row[0] for row in rows]


def open_items(connection: Connection, uid: bytes, mailbox_id: int) -> list[OutgoingItem]:
    """Read what is not yet sent or aborted, oldest first."""
    rows = connection.rows(
        f"select {_COLUMNS} from submission where state in ('ready', 'held') and {_OF_MAILBOX}"
        " order by submitted_at, message_id",
        (mailbox_id,),
    )
    return [_item(connection, uid, row) for row in rows]


def read_item(connection: Connection, uid: bytes, number: int) -> OutgoingItem:
    """Read one submission.

    Raises:
        NotFound: the message was never submitted, or is gone.
    """
    row = connection.row(f"select {_COLUMNS} from submission where message_id = ?", (number,))
    if row is None:
        raise NotFound(f"message {number} is no submission")
    return _item(connection, uid, row)


def _item(connection: Connection, uid: bytes, row: tuple[Any, ...]) -> OutgoingItem:
    rows = connection.rows(
        "select kind, address_type, address, display_name, details, transport, outcome, code, enhanced, reply, stage,"
        " note"
        " from submission_recipient where message_id = ? order by position",
        (row[0],),
    )
    outcomes: dict[Recipient, Outcome] = {}
    transports: dict[Recipient, str] = {}
    for kind, address_type, address, name, details, transport, *fields in rows:
        recipient = with_details(Recipient(Address(address_type, address, name), RecipientKind(kind)), details)
        outcomes[recipient] = outcome_of_fields(*fields)
        if transport:
            transports[recipient] = transport
    return OutgoingItem(
        EntryId(uid, ObjectKind.MESSAGE, row[0]),
        row[1],
        OutgoingState(row[2]),
        datetime_from_filetime(row[3]),
        datetime_from_filetime(row[4]),
        row[5],
        None if row[6] is None else Address(row[6], row[7], row[8]),
        outcomes,
        transports,
        row[9],
        row[10],
        SubmitTerms(not_before=_moment(row[11]), expires_at=_moment(row[12]), at_least_once=bool(row[13])),
        None if row[14] is None else EntryId(uid, ObjectKind.MESSAGE, row[14]),
    )


def refuse_submitted(connection: Connection, numbers: Sequence[int]) -> None:
    """Go on unless one of the messages waits to be sent (MAPI_E_SUBMITTED).

    Raises:
        UsageError: it does; it may be aborted, and nothing else.
    """
    for some in chunks(numbers):
        marks = ", ".join("?" * len(some))
        # Two questions, each with an index of its own: with "or" SQLite looks at all that wait.
        sql = " union all ".join(
            f"select 1 from submission where {column} in ({marks}) and state in ('ready', 'held')"
            for column in ("message_id", "preprocessed_id")
        )
        if connection.value(f"{sql} limit 1", (*some, *some)) is not None:
            raise UsageError("the message is submitted and cannot be changed; abort_submit makes it a draft again")


@attrs.frozen
class Lock:
    """A locked submission, and until when it is: a lock that was undone has its token given to another's."""

    item: OutgoingItem
    until: float


def unlock(connection: Connection, lock: Lock) -> None:
    """Give a lock back that nobody will use, unless it is another's by now."""
    connection.run(
        "update submission set holder = null, locked_until = null"
        " where message_id = ? and token = ? and holder = ? and locked_until = ?",
        (lock.item.entry_id.number, lock.item.token, holder_name(), lock.until),
    )


def make_due(connection: Connection, mailbox_id: int, now: int) -> None:
    """Make every ready submission of a mailbox due."""
    connection.run(
        f"update submission set due_at = {_NOT_BEFORE} where state = 'ready' and due_at > ? and {_OF_MAILBOX}",
        (now, now, now, mailbox_id),
    )


def lock_due(
    connection: Connection, uid: bytes, mailbox_id: int, now: int, monotonic: float, lease_seconds: float
) -> Lock | None:
    """Lock the oldest submission that is ready, due, and free."""
    clock = lease_clock(connection, monotonic)
    free = _first_free(connection, mailbox_id, now, clock)
    if free is None:
        return None
    until = clock.now + lease_seconds
    connection.run(
        "update submission set token = token + 1, holder = ?, locked_until = ? where message_id = ?",
        (holder_name(), until, free),
    )
    return Lock(read_item(connection, uid, free), until)


def _first_free(connection: Connection, mailbox_id: int, now: int, clock: LeaseClock) -> int | None:
    """Find it a page at a time: of ten thousand that are due the first is wanted, and few before it are locked."""
    after = (0, 0)
    while True:
        rows = connection.rows(
            "select message_id, submitted_at, holder, locked_until from submission where state = 'ready'"
            f" and due_at <= ? and (submitted_at, message_id) > (?, ?) and {_OF_MAILBOX}"
            " order by submitted_at, message_id limit ?",
            (now, *after, mailbox_id, _AT_ONCE),
        )
        for number, _, *lease in rows:
            if clock.is_free(*lease):
                return int(number)
        if len(rows) < _AT_ONCE:
            return None
        after = rows[-1][1], rows[-1][0]


_SET_OUTCOME = "update submission_recipient set outcome = ?, code = ?, enhanced = ?, reply = ?, stage = ?, note = ?"


def settle(connection: Connection, mailbox_id: int, item: OutgoingItem, sent_items: int) -> bool:
    """Write what became of a locked submission and unlock it; false when somebody else has locked it since."""
    number = item.entry_id.number
    changed = connection.run(
        "update submission set state = ?, due_at = ?, tries = ?, reason = ?, holder = null, locked_until = null"
        " where message_id = ? and token = ?",
        (item.state.value, filetime_from_datetime(item.due_at), item.tries, storable(item.reason), number, item.token),
    )
    if not changed:
        return False
    _write_outcomes(connection, item)
    if item.state is OutgoingState.SENT:
        _leave_outbox(connection, mailbox_id, number, sent_items, MessageFlag.READ | MessageFlag.FROM_ME)
    else:
        _touch(connection, mailbox_id, number)
    return True


def _write_outcomes(connection: Connection, item: OutgoingItem) -> None:
    """Write what the item says of its recipients; what is final already was learned meanwhile, and stays."""
    written = connection.run_many(
        f"{_SET_OUTCOME}, transport = ? where message_id = ? and position = ?"
        " and outcome not in ('accepted', 'delivered', 'refused')",
        [
            (*_fields(outcome), storable(item.transports.get(recipient, "")), item.entry_id.number, position)
            for position, (recipient, outcome) in enumerate(item.outcomes.items())
        ],
    )
    if written < len(item.outcomes):  # who took those that were noted before is only known now
        connection.run_many(
            "update submission_recipient set transport = ? where message_id = ? and position = ? and transport = ''",
            [
                (storable(item.transports[recipient]), item.entry_id.number, position)
                for position, recipient in enumerate(item.outcomes)
                if recipient in item.transports
            ],
        )


def note_outcomes(connection: Connection, number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
    """Write what was learned of recipients after they were sent to."""
    connection.run_many(
        f"{_SET_OUTCOME} where message_id = ? and kind = ? and address_type = ? and address = ?",
        [
            (*_fields(outcome), number, int(one.kind), one.address_type, one.email_address)
            for one, outcome in outcomes.items()
        ],
    )


def keep_preprocessed(connection: Connection, item: OutgoingItem, preprocessed: int) -> bool:
    """Note which message goes out for a locked submission, and outcomes; false when somebody else has the lock."""
    changed = connection.run(
        "update submission set preprocessed_id = ? where message_id = ? and token = ?",
        (preprocessed, item.entry_id.number, item.token),
    )
    if changed:
        _write_outcomes(connection, item)
    return bool(changed)


def _fields(outcome: Outcome) -> list[str | int | None]:
    return [storable(value) if isinstance(value, str) else value for value in outcome_fields(outcome)]


def retry(connection: Connection, mailbox_id: int, number: int, now: int) -> None:
    """Make a submission ready and due now.

    Raises:
        NotFound: there is none.
        UsageError: it has ended.
    """
    state = _state(connection, number)
    if state not in {OutgoingState.READY, OutgoingState.HELD}:
        raise UsageError(f"the submission has ended: it is {state.value}")
    connection.run(
        f"update submission set state = 'ready', due_at = {_NOT_BEFORE}, reason = '' where message_id = ?",
        (now, now, number),
    )
    _touch(connection, mailbox_id, number)


def abort(connection: Connection, mailbox_id: int, number: int, drafts: int, monotonic: float) -> None:
    """End a submission and make its message a draft again.

    Raises:
        NotFound: there is none.
        UsageError: it has ended, or is being sent at this moment (MAPI_E_UNABLE_TO_ABORT).
    """
    state = _state(connection, number)
    if state not in {OutgoingState.READY, OutgoingState.HELD}:
        raise UsageError(f"the submission has ended: it is {state.value}")
    row = connection.row("select holder, locked_until from submission where message_id = ?", (number,))
    if row is not None and not lease_clock(connection, monotonic).is_free(row[0], row[1]):
        raise UsageError("the submission is being sent at this moment")
    connection.run("update submission set state = 'aborted', token = token + 1 where message_id = ?", (number,))
    connection.run(
        "update submission_recipient set outcome = 'refused', code = null, enhanced = null, stage = 'abort',"
        " reply = 'aborted before it was sent' where message_id = ? and outcome in ('pending', 'deferred')",
        (number,),
    )
    _leave_outbox(connection, mailbox_id, number, drafts, MessageFlag.UNSENT | MessageFlag.READ)


def _state(connection: Connection, number: int) -> OutgoingState:
    state = connection.value("select state from submission where message_id = ?", (number,))
    if state is None:
        raise NotFound(f"message {number} is no submission")
    return OutgoingState(state)


def _touch(connection: Connection, mailbox_id: int, number: int) -> None:
    """Number the change of a submission, so that who watches the outbox hears of it."""
    (change,) = take_numbers(connection, mailbox_id, 1)
    connection.run("update message set change_number = ? where id = ?", (change, number))


def _leave_outbox(connection: Connection, mailbox_id: int, number: int, folder: int, flags: MessageFlag) -> None:
    preprocessed = connection.value("select preprocessed_id from submission where message_id = ?", (number,))
    if preprocessed not in {None, number}:
        with suppress(NotFound):  # lost with a part of the file that was damaged
            purge_messages(connection, mailbox_id, standing_of(connection, mailbox_id, [preprocessed], is_deleted=None))
    (old,) = standing_of(connection, mailbox_id, [number], is_deleted=None)
    move_messages(connection, mailbox_id, [old], folder)
    new = attrs.evolve(old, folder=folder, flags=int(old.flags & ~(MessageFlag.SUBMIT | MessageFlag.UNSENT) | flags))
    (change,) = take_numbers(connection, mailbox_id, 1)
    connection.run("update message set flags = ?, change_number = ? where id = ?", (new.flags, change, number))
    tally = Tally()  # it may have been marked as unread in the outbox
    tally.take([attrs.evolve(old, folder=folder)])
    tally.add(new.folder, new.section, new.flags)
    tally.write(connection)
    update_searches(connection, mailbox_id, [number], are_flipped=old.is_unread is not new.is_unread)
