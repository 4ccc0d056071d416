"""Reading message rows: the SQL of one transaction, on a connection that is handed in, and messages made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, overload

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs import read_message
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagInstanceKey,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecordKey,
    PidTagStoreEntryId,
)
from msgcore.props.tags import Property
from msgcore.providers.internal.columns import COLUMNS
from msgcore.providers.internal.overlay import overlay_from_json
from msgcore.runtime import Connection, SqlValue
from msgcore.spi.kept import DEFAULTS, STORE_SAYS
from msgcore.spi.store import MessageFlag

__all__ = [
    "clean",
    "computed_properties",
    "lay_over",
    "load_message",
    "promoted",
    "read_content",
]

_PROMOTED = ", ".join(column.name for column in COLUMNS.values())


@overload
def clean(text: str) -> str: ...
@overload
def clean(text: str | None) -> str | None: ...
def clean(text: str | None) -> str | None:
    """Give text that the database can hold: a lone surrogate becomes a question mark."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()


def promoted(connection: Connection, where: str, values: tuple[SqlValue, ...]) -> Iterator[dict[str, Any]]:
    """Read the promoted columns of messages, with ``id`` and ``folder_id``, one by one."""
    names = ["id", "folder_id", *(column.name for column in COLUMNS.values())]
    for row in connection.stream(f"select id, folder_id, {_PROMOTED} from message where {where}", values):
        yield dict(zip(names, row, strict=True))


def read_content(connection: Connection, number: int) -> tuple[bytes, str | None]:
    """Read a message's octets and its overlay.

    Raises:
        NotFound: it is gone.
    """
    row = connection.row(
        "select octets, overlay from message join content on content.id = content_id where message.id = ?", (number,)
    )
    if row is None:
        raise NotFound(f"message {number} is not in the store (any more)")
    return row[0], row[1]


def computed_properties(record: Mapping[str, Any], uid: bytes) -> dict[PropertyKey, object]:
    """Give what the store says about a message, beside what the message says itself."""
    entry_id = bytes(EntryId(uid, ObjectKind.MESSAGE, record["id"]))
    values: dict[PropertyKey, object] = {
        PidTagEntryId: entry_id,
        PidTagInstanceKey: entry_id,
        PidTagRecordKey: entry_id,
        PidTagParentEntryId: bytes(EntryId(uid, ObjectKind.FOLDER, record["folder_id"])),
        PidTagStoreEntryId: bytes(EntryId(uid, ObjectKind.STORE, 0)),
        PidTagRead: bool(record["flags"] & MessageFlag.READ),
        PidTagHasAttachments: bool(record["flags"] & MessageFlag.HAS_ATTACHMENTS),
    }
    for column in COLUMNS.values():
        if column.tag.bag_key in STORE_SAYS and record[column.name] is not None:
            values[column.tag] = column.from_sql(record[column.name])
    return values


def load_message(octets: bytes, overlay: str | None, computed: Mapping[PropertyKey, object]) -> Message:
    """Put a message together: its content, the overlay as changes, the store's own properties as facts."""
    message = read_message(octets, form="mime")
    lay_over(message, overlay_from_json(overlay))
    for tag, value in computed.items():
        message.properties_set.preset(tag, value)
    return message


def lay_over(message: Message, overlay: Iterable[tuple[PropertyKey, object | None]]) -> None:
    """Put an overlay over a message, and what every message of a store has."""
    for tag, value in overlay:
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of an overlay is a Property
        if value is None:
            message.properties_set.discard(key)
        else:
            message.properties_set[key] = value
    for default_tag, default in DEFAULTS.items():
        if default_tag not in message:
            message.properties_set.preset(default_tag, default)
