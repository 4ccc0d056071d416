"""Contents: kept as long as a recipient of their message has not ended.

Whoever adds recipients to a message that is there, or takes its content away, locks the message first
(:func:`lock_messages`): on PostgreSQL, where others write at the same time, a content would otherwise go just when a
recipient comes who needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgcore.base.batches import batches
from msgcore.runtime import Connection, Engine
from msgcore.spi.gateway import Content

__all__ = ["drop_contents", "keep_content", "lock_messages", "marks"]

_AT_ONCE = 500


def marks(values: Sequence[object]) -> str:
    """Give a list of parameters for IN; that of no values matches nothing."""
    return ", ".join("?" * len(values)) or "null"


def lock_messages(connection: Connection, ids: Iterable[bytes]) -> None:
    """Let nobody else add recipients to these messages, or take their contents away, before this transaction ends."""
    if connection.engine is Engine.POSTGRES:  # SQLite has one writer at a time
        wanted = sorted(set(ids))
        connection.rows(
            f"select 1 from mta_message where id in ({marks(wanted)}) order by id for no key update", wanted
        )


def keep_content(connection: Connection, message_id: bytes, content: Content) -> None:
    """Give a message its content, unless it has it."""
    connection.run(
        "insert into mta_content (mta_message_id, form, octets) values (?, ?, ?) on conflict do nothing",
        (message_id, content.form, content.octets),
    )


def drop_contents(connection: Connection, ids: Iterable[bytes]) -> None:
    """Let go of the contents of messages of which no recipient is left that has not ended."""
    for some in batches(sorted(set(ids)), _AT_ONCE):
        connection.run(
            f"delete from mta_content where mta_message_id in ({marks(some)}) and not exists (select 1"
            " from mta_recipient where mta_recipient.mta_message_id = mta_content.mta_message_id and state < 5)",
            some,
        )
