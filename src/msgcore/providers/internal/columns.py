"""The promoted columns: which property stands in which column of ``message``, and how it is read back.

Text is text in SQLite, and UTF-8 in PostgreSQL, whose text holds no NUL; its order is that of the octets in both.
:func:`~msgcore.providers.internal.dialect.as_stored` makes the one of the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import fold
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.errors import NotFound, UsageError
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagChangeKey,
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagDeletedOn,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagInternetMessageId,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecordKey,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagStoreEntryId,
    PidTagSubject,
)
from msgcore.props.types import PropertyType
from msgcore.runtime import Engine, SqlValue
from msgcore.spi.store import MessageFlag
from msgcore.spi.versions import change_key

__all__ = ["COLUMNS", "Column", "Columns", "column_of", "columns_of_store", "folded"]

_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})


def _same(value: Any) -> Any:
    return value


def _text(value: object) -> SqlValue:
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def _read_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()


def _number(value: object) -> SqlValue:
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else None
    return value if isinstance(value, float) else None


def _filetime(value: object) -> SqlValue:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return filetime_from_datetime(value)


def folded(text: str) -> bytes:
    """Give what a folded twin holds for a text."""
    return fold(text).encode("utf-8", "surrogatepass")


def _has_text(column: Column) -> bool:
    return column.tag.value_type is PropertyType.UNICODE


def _ordered_by(column: Column) -> str | None:
    return column.folded or (None if column.is_text else column.name)


@attrs.frozen
class Column:
    """One promoted property: its SQL, the folded twin if it has one, and both conversions.

    ``to_sql`` gives what a value is compared with, ``None`` for one that SQL cannot hold. An ``is_id`` column has the
    number of an entry id, which is only equal to another or not.
    """

    tag: PropertyKey
    name: str
    folded: str | None = None
    from_sql: Callable[[Any], Any] = _same
    to_sql: Callable[[object], SqlValue] = _number
    is_nullable: bool = True
    is_id: bool = False

    is_text: bool = attrs.field(init=False, default=attrs.Factory(_has_text, takes_self=True))
    # What rows are sorted by; None where SQL would sort text by case.
    order: str | None = attrs.field(init=False, default=attrs.Factory(_ordered_by, takes_self=True))

    def reading(self, engine: Engine) -> Callable[[Any], Any] | None:
        """Give what makes a value of what a row has; ``None`` where that is the value."""
        is_value = self.from_sql is _same or (self.from_sql is _read_text and engine is Engine.SQLITE)
        return None if is_value else self.from_sql

    def place(self, value: object) -> SqlValue:
        """Give where a value stands in :attr:`order`.

        Raises:
            UsageError: it is none of the property's.
        """
        place = folded(value) if self.is_text and isinstance(value, str) else self.to_sql(value)
        if place is None and value is not None:
            raise UsageError(f"{self.tag.label}: a row cannot stand at {value!r}")
        return place


def _textual(tag: PropertyKey, name: str, folded: str | None = None, *, is_nullable: bool = True) -> Column:
    return Column(tag, name, folded, _read_text, _text, is_nullable)


def _whole(tag: PropertyKey, name: str) -> Column:
    return Column(tag, name, is_nullable=False)


def _time(tag: PropertyKey, name: str, *, is_nullable: bool = False) -> Column:
    return Column(tag, name, None, datetime_from_filetime, _filetime, is_nullable=is_nullable)


Columns = Mapping[BagKey, Column]

COLUMNS: Columns = {
    column.tag.bag_key: column
    for column in (
        _whole(PidTagMessageFlags, "flags"),
        _whole(PidTagMessageStatus, "status"),
        _textual(PidTagMessageClass, "message_class", is_nullable=False),
        _textual(PidTagSubject, "subject", "subject_key"),
        _textual(PidTagSentRepresentingName, "from_name", "from_name_key"),
        _textual(PidTagSentRepresentingAddressType, "from_type"),
        _textual(PidTagSentRepresentingEmailAddress, "from_address", "from_address_key"),
        _textual(PidTagDisplayTo, "display_to", "display_to_key"),
        _textual(PidTagDisplayCc, "display_cc"),
        _textual(PidTagInternetMessageId, "internet_message_id"),
        _whole(PidTagImportance, "importance"),
        _whole(PidTagSensitivity, "sensitivity"),
        _whole(PidTagMessageSizeExtended, "size_octets"),
        _time(PidTagClientSubmitTime, "submit_time", is_nullable=True),
        _time(PidTagMessageDeliveryTime, "delivery_time"),
        _time(PidTagCreationTime, "creation_time"),
        _time(PidTagLastModificationTime, "modification_time"),
        _time(PidTagDeletedOn, "deleted_time", is_nullable=True),
    )
}


def column_of(tag: PropertyKey, columns: Columns = COLUMNS) -> Column | None:
    """Find the promoted column of a property, if it has one: of its type, or an integer of another width."""
    column = columns.get(tag.bag_key)
    if column is None:
        return None
    kind, wanted = column.tag.value_type, tag.value_type
    return column if kind is wanted or (kind in _INTEGERS and wanted in _INTEGERS) else None


@lru_cache(maxsize=256)
def columns_of_store(uid: bytes) -> Columns:
    """Give the promoted columns and, in the same form, what the store of this uid works out of them."""
    store = bytes(EntryId(uid, ObjectKind.STORE, 0))
    computed = (
        *(_entry_id(tag, "id", uid, ObjectKind.MESSAGE) for tag in (PidTagEntryId, PidTagInstanceKey, PidTagRecordKey)),
        _entry_id(PidTagParentEntryId, "folder_id", uid, ObjectKind.FOLDER),
        _change_key(uid),
        # The same for every row; a plain number would be the number of a column to an ORDER BY.
        Column(
            PidTagStoreEntryId, "(id & 0)", None, lambda _: store, lambda one: 0 if one == store else None, False, True
        ),
        _flag(PidTagHasAttachments, MessageFlag.HAS_ATTACHMENTS),
        _flag(PidTagRead, MessageFlag.READ),
    )
    return {**COLUMNS, **{column.tag.bag_key: column for column in computed}}


def _flag(tag: PropertyKey, flag: MessageFlag) -> Column:
    # A number in each engine, which a comparison gives in one of them only.
    bit = int(flag).bit_length() - 1
    return Column(tag, f"(flags >> {bit} & 1)", from_sql=bool, is_nullable=False)


def _change_key(uid: bytes) -> Column:
    def to_sql(value: object) -> SqlValue:
        if not isinstance(value, bytes) or len(value) != len(uid) + 8 or not value.startswith(uid):
            return None
        number = int.from_bytes(value[len(uid) :], "big")
        return number if number < 2**63 else None

    return Column(PidTagChangeKey, "content_number", None, lambda number: change_key(uid, number), to_sql, False, True)


def _entry_id(tag: PropertyKey, name: str, uid: bytes, kind: int) -> Column:
    start = bytes(EntryId(uid, kind, 0))[:-8]

    def from_sql(number: int) -> bytes:
        return start + number.to_bytes(8, "big")

    def to_sql(value: object) -> SqlValue:
        try:
            entry_id = EntryId.parse(value) if isinstance(value, bytes) else None
        except NotFound:
            return None
        if entry_id is None or (entry_id.provider_uid, entry_id.kind) != (uid, kind) or entry_id.number >= 2**63:
            return None
        return entry_id.number

    return Column(tag, name, None, from_sql, to_sql, is_nullable=False, is_id=True)
