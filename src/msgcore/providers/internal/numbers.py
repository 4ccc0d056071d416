"""Change numbers: each mailbox numbers what changes in it, in the order of commits."""

from __future__ import annotations

from msgcore.errors import StoreCorrupt
from msgcore.runtime import Connection, Engine

__all__ = ["lock_mailbox", "take_numbers"]


def lock_mailbox(connection: Connection, mailbox: int) -> None:
    """Let no other transaction write to the mailbox before this one ends."""
    if connection.engine is Engine.POSTGRES:  # SQLite has one writer at a time
        connection.row("select 1 from mailbox where id = ? for update", (mailbox,))


def take_numbers(connection: Connection, mailbox: int, count: int) -> range:
    """Give the next change numbers of a mailbox, which is locked by that."""
    last = connection.value(
        "update mailbox set change_number = change_number + ? where id = ? returning change_number", (count, mailbox)
    )
    if last is None:
        raise StoreCorrupt(f"mailbox {mailbox} is missing")
    return range(last - count + 1, last + 1)
