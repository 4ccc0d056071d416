"""Writing and reading message rows: the SQL of one transaction, on a connection that is handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, overload

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import fold
from msgcore.base.times import filetime_from_datetime
from msgcore.codecs import read_message, write_message
from msgcore.errors import NotFound
from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagInternetMessageId,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagParentEntryId,
    PidTagRecordKey,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagStoreEntryId,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.providers.internal.columns import COLUMNS, column_of
from msgcore.providers.internal.overlay import overlay_from_json, overlay_to_json
from msgcore.runtime import Connection, SqlValue
from msgcore.spi.store import Incoming, MessageFlag

__all__ = [
    "COMPUTED",
    "Prepared",
    "clean",
    "computed_properties",
    "drop_unused_content",
    "insert_message",
    "load_message",
    "prepare",
    "promoted",
    "read_content",
    "update_message",
]

# What the store computes: never part of an overlay.
COMPUTED = frozenset(
    tag.bag_key
    for tag in (
        PidTagEntryId,
        PidTagParentEntryId,
        PidTagStoreEntryId,
        PidTagRecordKey,
        PidTagInstanceKey,
        PidTagMessageFlags,
        PidTagHasAttachments,
        PidTagMessageSizeExtended,
        PidTagMessageDeliveryTime,
        PidTagCreationTime,
        PidTagLastModificationTime,
        PidTagDisplayTo,
        PidTagDisplayCc,
    )
)

_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})

_DEFAULTS: Mapping[Property[Any], object] = {
    PidTagMessageClass: "IPM.Note",
    PidTagImportance: int(Importance.NORMAL),
    PidTagSensitivity: int(Sensitivity.NORMAL),
}

_PROMOTED = ", ".join(column.name for column in COLUMNS.values())


@attrs.frozen
class Prepared:
    """A message ready to be written: made before the transaction, so that it only writes."""

    form: str
    octets: bytes
    hash: bytes
    overlay: str | None
    columns: Mapping[str, SqlValue]
    delivery_key: bytes | None = None


def prepare(incoming: Incoming, now: datetime, created: datetime | None = None) -> Prepared:
    """Encode a message and work out its promoted columns. Takes time for large messages; needs no database."""
    message = incoming.message
    source = message.source
    octets = source.octets if source is not None and not message.is_changed else write_message(message, form="mime")
    return _prepared(message, octets, incoming, now, created)


def _prepared(message: Message, octets: bytes, incoming: Incoming, now: datetime, created: datetime | None) -> Prepared:
    kept = read_message(octets, form="mime")
    not_carried = _not_carried(message, kept)
    _lay_over(kept, not_carried)
    received = incoming.received_at or now
    flags = MessageFlag(0)
    if incoming.is_read:
        flags |= MessageFlag.READ
    if incoming.is_unsent:
        flags |= MessageFlag.UNSENT
    if any(not attachment.is_inline for attachment in kept.attachments):
        flags |= MessageFlag.HAS_ATTACHMENTS
    # From the content with its overlay, which is what every later reader of the row sees.
    display_to = kept.get(PidTagDisplayTo, "") or message.get(PidTagDisplayTo, "")
    submit_time = kept.get(PidTagClientSubmitTime)
    columns: dict[str, SqlValue] = {
        "flags": int(flags),
        "message_class": clean(kept[PidTagMessageClass]),
        **_folded("subject", kept.get(PidTagSubject)),
        **_folded("from_name", kept.get(PidTagSentRepresentingName)),
        "from_type": clean(kept.get(PidTagSentRepresentingAddressType)),
        **_folded("from_address", kept.get(PidTagSentRepresentingEmailAddress)),
        **_folded("display_to", display_to),
        "display_cc": clean(kept.get(PidTagDisplayCc, "")),
        "internet_message_id": clean(kept.get(PidTagInternetMessageId)),
        "importance": kept[PidTagImportance],
        "sensitivity": kept[PidTagSensitivity],
        "size_octets": len(octets),
        "submit_time": filetime_from_datetime(submit_time) if submit_time else None,
        "delivery_time": filetime_from_datetime(received),
        "creation_time": filetime_from_datetime(created or now),
        "modification_time": filetime_from_datetime(now),
    }
    overlay = overlay_to_json(not_carried)
    return Prepared("mime", octets, hashlib.sha256(octets).digest(), overlay, columns, incoming.delivery_key)


def _not_carried(message: Message, kept: Message) -> list[tuple[PropertyKey, object | None]]:
    """Find what was set or deleted on the message that its octets do not say."""
    found: list[tuple[PropertyKey, object | None]] = []
    for tag in message.properties_set.changed():
        if tag.bag_key in COMPUTED:
            continue
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of a bag is a Property
        value = message.get(key)
        if isinstance(value, str) and column_of(tag) is not None:
            value = clean(value)  # what a row cannot hold the message does not say either
        if _lines_of(kept.get(key)) != _lines_of(value) if tag.bag_key in _BODIES else kept.get(key) != value:
            found.append((tag, value))
    return found


def _lines_of(body: object) -> object:
    """Give a body without what MIME does not tell apart, so that none is kept twice for a line end."""
    match body:
        case str():
            return body.replace("\r\n", "\n").rstrip("\n")
        case bytes():
            return body.replace(b"\r\n", b"\n").rstrip(b"\n")
        case _:
            return body


@overload
def clean(text: str) -> str: ...
@overload
def clean(text: str | None) -> str | None: ...
def clean(text: str | None) -> str | None:
    """Give text that the database can hold: a lone surrogate becomes a question mark."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def _folded(name: str, text: str | None) -> dict[str, SqlValue]:
    kept = clean(text)
    return {name: kept, f"{name}_key": None if kept is None else fold(kept).encode()}


def insert_message(connection: Connection, folder_id: int, prepared: Prepared) -> int:
    """Write a message and give its number; a delivery key that is there already gives the number it has."""
    if prepared.delivery_key is not None:
        delivered = connection.value("select id from message where delivery_key = ?", (prepared.delivery_key,))
        if delivered is not None:
            return int(delivered)
    values = {
        "folder_id": folder_id,
        "content_id": _content_id(connection, prepared),
        "overlay": prepared.overlay,
        "delivery_key": prepared.delivery_key,
        **prepared.columns,
    }
    marks = ", ".join("?" * len(values))
    return connection.insert(f"insert into message ({', '.join(values)}) values ({marks})", tuple(values.values()))


def update_message(connection: Connection, number: int, prepared: Prepared) -> None:
    """Write a message anew over its row; what the store notes about its arrival stays."""
    row = connection.row("select content_id, flags from message where id = ?", (number,))
    if row is None:
        raise NotFound(f"message {number} is not in the store (any more)")
    kept = MessageFlag.READ | MessageFlag.UNSENT | MessageFlag.SUBMIT | MessageFlag.FROM_ME
    columns = dict(prepared.columns)
    columns["flags"] = (int(row[1]) & kept) | (int(str(columns["flags"])) & ~kept)
    for name in ("delivery_time", "creation_time"):
        del columns[name]
    values = {"content_id": _content_id(connection, prepared), "overlay": prepared.overlay, **columns}
    setters = ", ".join(f"{name} = ?" for name in values)
    connection.run(f"update message set {setters} where id = ?", (*values.values(), number))
    drop_unused_content(connection, [int(row[0])])


def _content_id(connection: Connection, prepared: Prepared) -> int:
    known = connection.value("select id from content where hash = ?", (prepared.hash,))
    if known is not None:
        return int(known)
    return connection.insert(
        "insert into content (hash, form, octets) values (?, ?, ?)", (prepared.hash, prepared.form, prepared.octets)
    )


def drop_unused_content(connection: Connection, content_ids: list[int]) -> None:
    """Delete those of the contents that no message names any more."""
    connection.run_many(
        "delete from content where id = ? and not exists (select 1 from message where content_id = content.id)",
        [(content_id,) for content_id in content_ids],
    )


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
        PidTagHasAttachments: bool(record["flags"] & MessageFlag.HAS_ATTACHMENTS),
    }
    for column in COLUMNS.values():
        if column.tag.bag_key in COMPUTED and record[column.name] is not None:
            values[column.tag] = column.from_sql(record[column.name])
    return values


def load_message(octets: bytes, overlay: str | None, computed: Mapping[PropertyKey, object]) -> Message:
    """Put a message together: its content, the overlay as changes, the store's own properties as facts."""
    message = read_message(octets, form="mime")
    _lay_over(message, overlay_from_json(overlay))
    for tag, value in computed.items():
        message.properties_set.preset(tag, value)
    return message


def _lay_over(message: Message, overlay: Iterable[tuple[PropertyKey, object | None]]) -> None:
    """Put an overlay over a message, and what every message of a store has ([MS-OXCMSG] section 3.2.5.2)."""
    for tag, value in overlay:
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of an overlay is a Property
        if value is None:
            message.properties_set.discard(key)
        else:
            message.properties_set[key] = value
    for default_tag, default in _DEFAULTS.items():
        if default_tag not in message:
            message.properties_set.preset(default_tag, default)
