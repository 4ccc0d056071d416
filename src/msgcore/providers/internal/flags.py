"""Read flags, receipts and status: the SQL of one transaction, on a connection that is handed in."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.providers.internal.dialect import chunks
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.searches import update_searches
from msgcore.providers.internal.standing import Standing, Tally
from msgcore.runtime import Connection, Row
from msgcore.spi.store import MessageFlag, MessageStatus

__all__ = ["clear_receipts", "owed_receipts", "set_read_flags", "set_status"]

_PENDING = MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING


def set_read_flags(connection: Connection, mailbox: int, messages: Sequence[Standing], is_read: bool, now: int) -> None:
    """Set or clear the read flag; what is read for the first time ends a pending receipt, which is then owed."""
    changed = [one for one in messages if one.is_unread is is_read]
    changes = take_numbers(connection, mailbox, len(changed))
    tally = Tally()
    tally.take(changed)
    rows: list[tuple[int, int, int]] = []
    for one, change in zip(changed, changes, strict=True):
        flags = one.flags & ~MessageFlag.READ
        if is_read:
            flags = (one.flags & ~_PENDING) | MessageFlag.READ
        rows.append((flags, change, one.number))
        tally.add(one.folder, one.section, flags)
    connection.run_many("update message set flags = ?, change_number = ? where id = ?", rows)
    if is_read:
        connection.run_many(
            "insert into receipt (message_id, is_read, since) values (?, 1, ?) on conflict do nothing",
            [(one.number, now) for one in changed if one.flags & MessageFlag.READ_RECEIPT_PENDING],
        )
    tally.write(connection)
    update_searches(connection, mailbox, [one.number for one in changed], are_flipped=True)


def set_status(
    connection: Connection, mailbox: int, messages: Sequence[Standing], status: MessageStatus, mask: MessageStatus
) -> None:
    """Set the bits of a mask in the status of messages; those that have it so already stay as they are."""
    messages = _with_other_status(connection, messages, status, mask)
    changes = take_numbers(connection, mailbox, len(messages))
    connection.run_many(
        "update message set status = (status & ?) | ?, change_number = ? where id = ?",
        [(~int(mask), int(status & mask), change, one.number) for one, change in zip(messages, changes, strict=True)],
    )
    update_searches(connection, mailbox, [one.number for one in messages], are_flipped=False)


def _with_other_status(
    connection: Connection, messages: Sequence[Standing], status: MessageStatus, mask: MessageStatus
) -> list[Standing]:
    others: set[int] = set()
    for some in chunks([one.number for one in messages]):
        marks = ", ".join("?" * len(some))
        sql = f"select id from message where id in ({marks}) and (status & ?) <> ?"
        others.update(number for (number,) in connection.rows(sql, (*some, int(mask), int(status & mask))))
    return [one for one in messages if one.number in others]


def clear_receipts(connection: Connection, mailbox: int, messages: Sequence[Standing]) -> None:
    """End what is pending or owed for messages."""
    connection.run_many("delete from receipt where message_id = ?", [(one.number,) for one in messages])
    pending = [one for one in messages if one.flags & _PENDING]
    connection.run_many(
        "update message set flags = ?, change_number = ? where id = ?",
        [
            (one.flags & ~_PENDING, change, one.number)
            for one, change in zip(pending, take_numbers(connection, mailbox, len(pending)), strict=True)
        ],
    )
    update_searches(connection, mailbox, [one.number for one in pending], are_flipped=False)


def owed_receipts(connection: Connection, mailbox: int) -> list[Row]:
    """Give message, kind and time of the receipts that a mailbox owes, oldest first."""
    return connection.rows(
        "select message_id, is_read, since from receipt join message on message.id = message_id"
        " join folder on folder.id = folder_id where mailbox_id = ? order by since, message_id",
        (mailbox,),
    )
