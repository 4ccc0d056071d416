"""Change numbers: each mailbox numbers what changes in it, in the order of commits."""

from __future__ import annotations

from msgcore.errors import ObjectDeleted
from msgcore.runtime import Connection, Engine

__all__ = ["lock_mailbox", "mailbox_removed", "take_numbers"]


def mailbox_removed() -> ObjectDeleted:
    """Make the error of a session whose mailbox somebody has removed."""
    return ObjectDeleted("the mailbox was removed from its organisation")


def lock_mailbox(connection: Connection, mailbox: int) -> bool:
    """Let no other transaction write to the mailbox before this one ends; ``False``: another one has removed it."""
    if connection.engine is Engine.POSTGRES:  # SQLite has one writer at a time
        return connection.row("select 1 from mailbox where id = ? for update", (mailbox,)) is not None
    return True


def take_numbers(connection: Connection, mailbox: int, count: int) -> range:
    """Give the next change numbers of a mailbox, which is locked by that.

    Raises:
        ObjectDeleted: the mailbox was removed.
    """
    last = connection.value(
        "update mailbox set change_number = change_number + ? where id = ? returning change_number", (count, mailbox)
    )
    if last is None:
        raise mailbox_removed()
    return range(last - count + 1, last + 1)
