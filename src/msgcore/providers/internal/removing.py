"""Removing a mailbox, part by part; the SQL of one transaction."""

from __future__ import annotations

from msgcore.providers.internal.content import drop_unused_contents
from msgcore.providers.internal.folder_tree import folders_inside
from msgcore.providers.internal.numbers import lock_mailbox
from msgcore.runtime import Connection

__all__ = ["remove_some"]

_AT_ONCE = 1_000


def remove_some(connection: Connection, mailbox: int) -> bool:
    """Delete a thousand messages, or the rest of them and the mailbox; say whether there is more to delete.

    Nothing is noted about what goes: whoever would ask is gone with it.
    """
    lock_mailbox(connection, mailbox)
    rows = connection.rows(
        "select message.id, content_id from message join folder on folder.id = folder_id where mailbox_id = ? limit ?",
        (mailbox, _AT_ONCE),
    )
    connection.run_many("delete from message where id = ?", [(number,) for number, _ in rows])
    drop_unused_contents(connection, [content for _, content in rows])
    if len(rows) == _AT_ONCE:
        return True
    roots = connection.rows("select id from folder where mailbox_id = ? and parent_id is null", (mailbox,))
    # The innermost first: SQLite's cascades nest 1,000 deep and no deeper.
    for folder in reversed([inside for (root,) in roots for inside in folders_inside(connection, root)]):
        connection.run("delete from folder where id = ?", (folder,))
    connection.run("delete from mailbox where id = ?", (mailbox,))
    return False
