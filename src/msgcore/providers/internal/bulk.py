"""All messages of a folder at once, in few statements and little memory however many there are.

They do what :mod:`.writing` does to messages one by one, but for search folders: who calls brings those up to date.
"""

from __future__ import annotations

from msgcore.providers.internal import outgoing
from msgcore.providers.internal.content import drop_unused_contents
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.prepare import COLUMN_NAMES
from msgcore.providers.internal.standing import Section
from msgcore.runtime import Connection
from msgcore.spi.store import MessageFlag

__all__ = ["copy_all", "purge_all", "put_all_away"]

_PENDING = int(MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING)
_LEFT_BEHIND = int(MessageFlag.SUBMIT) | _PENDING
_MESSAGES, _ASSOCIATED, _DELETED = int(Section.MESSAGES), int(Section.ASSOCIATED), int(Section.DELETED)
_UNREAD = f"(flags & {int(MessageFlag.READ)}) = 0"

_COPIED = ", ".join(
    (*("section", "content_id", "is_indexed", "overlay"), *(name for name in COLUMN_NAMES if name != "flags"))
)
_COPY = (
    "insert into message (folder_id, flags, created_number, arrived_number, content_number, change_number,"
    f" {_COPIED}) select ?, flags & ~{_LEFT_BEHIND}, number, number, number, number, {_COPIED}"
    f" from (select message.*, ? + row_number() over (order by id) as number from message"
    f" where folder_id = ? and section <> {_DELETED}) as copied order by number"
)
_NOTE_GONE = (
    "insert into gone (mailbox_id, number, folder_id, object_id, is_folder, is_move, is_associated, created_number,"
    " arrived_number) select ?, ? + row_number() over (order by id), folder_id, id, 0, 0,"
    f" case when section = {_ASSOCIATED} then 1 else 0 end, created_number, arrived_number from message"
    " where folder_id = ? and {}"
)
_PUT_AWAY = (
    f"update message set section = {_DELETED}, deleted_time = ?, flags = flags & ~{_PENDING}, change_number = number"
    " from (select id as one, ? + row_number() over (order by id) as number from message"
    f" where folder_id = ? and section = {_MESSAGES}) as numbered where message.id = one"
)
_OWE = (
    "insert into receipt (message_id, is_read, since) select id, 0, ? from message"
    f" where folder_id = ? and section = {_MESSAGES} and {_UNREAD}"
    f" and (flags & {int(MessageFlag.NON_READ_RECEIPT_PENDING)}) <> 0 on conflict do nothing"
)

_AT_ONCE = 1_000


def copy_all(connection: Connection, mailbox: int, source: int, target: int) -> None:
    """Copy a folder's messages, those apart that are deleted, into a new folder, and its counts."""
    before = _take(connection, mailbox, source, f"section <> {_DELETED}")
    if before is not None:
        connection.run(_COPY, (target, before, source))
    connection.run(
        "update folder set (message_count, unread_count) ="
        " (select message_count, unread_count from folder where id = ?) where id = ?",
        (source, target),
    )


def put_all_away(connection: Connection, mailbox: int, folder: int, now: int) -> None:
    """Delete what people see in a folder, with the chance to restore it.

    Raises:
        UsageError: one of the messages is submitted.
    """
    _refuse_submitted(connection, folder)
    condition = f"section = {_MESSAGES}"
    before = _take(connection, mailbox, folder, condition)
    if before is None:
        return
    connection.run(_OWE, (now, folder))
    connection.run(_NOTE_GONE.format(condition), (mailbox, before, folder))
    connection.run(_PUT_AWAY, (now, before, folder))
    connection.run("update folder set message_count = 0, unread_count = 0 where id = ?", (folder,))


def purge_all(connection: Connection, mailbox: int, folder: int) -> None:
    """Delete all messages of a folder for good; its counts stay, for the folder goes next."""
    condition = f"section <> {_DELETED}"
    before = _take(connection, mailbox, folder, condition)
    if before is not None:
        connection.run(_NOTE_GONE.format(condition), (mailbox, before, folder))
    some = "select id, content_id from message where folder_id = ? limit ?"
    while rows := connection.rows(some, (folder, _AT_ONCE)):
        connection.run_many("delete from message where id = ?", [(number,) for number, _ in rows])
        drop_unused_contents(connection, [content for _, content in rows])


def _take(connection: Connection, mailbox: int, folder: int, condition: str) -> int | None:
    """Take a change number for each message of a folder, and give the one before the first."""
    count = connection.value(f"select count(*) from message where folder_id = ? and {condition}", (folder,))
    return take_numbers(connection, mailbox, count)[0] - 1 if count else None


def _refuse_submitted(connection: Connection, folder: int) -> None:
    rows = connection.rows(
        "select message_id from submission join message on message.id = message_id"
        f" where folder_id = ? and section = {_MESSAGES} and state in ('ready', 'held') limit 1",
        (folder,),
    )
    outgoing.refuse_submitted(connection, [number for (number,) in rows])
