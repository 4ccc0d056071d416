"""The promoted columns: which property stands in which column of ``message``, and how it is read back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)

__all__ = ["COLUMNS", "Column", "column_of"]


def _same(value: Any) -> Any:
    return value


def _to_filetime(value: Any) -> Any:
    return filetime_from_datetime(value) if isinstance(value, datetime) else value


@attrs.frozen
class Column:
    """One promoted property: its SQL name, the folded twin if it has one, and both conversions."""

    tag: PropertyKey
    name: str
    folded: str | None = None
    from_sql: Callable[[Any], Any] = _same
    to_sql: Callable[[Any], Any] = _same


def _time(tag: PropertyKey, name: str) -> Column:
    return Column(tag, name, None, datetime_from_filetime, _to_filetime)


COLUMNS: dict[BagKey, Column] = {
    column.tag.bag_key: column
    for column in (
        Column(PidTagMessageFlags, "flags"),
        Column(PidTagMessageClass, "message_class"),
        Column(PidTagSubject, "subject", "subject_key"),
        Column(PidTagSentRepresentingName, "from_name", "from_name_key"),
        Column(PidTagSentRepresentingAddressType, "from_type"),
        Column(PidTagSentRepresentingEmailAddress, "from_address", "from_address_key"),
        Column(PidTagDisplayTo, "display_to", "display_to_key"),
        Column(PidTagDisplayCc, "display_cc"),
        Column(PidTagInternetMessageId, "internet_message_id"),
        Column(PidTagImportance, "importance"),
        Column(PidTagSensitivity, "sensitivity"),
        Column(PidTagMessageSizeExtended, "size_octets"),
        _time(PidTagClientSubmitTime, "submit_time"),
        _time(PidTagMessageDeliveryTime, "delivery_time"),
        _time(PidTagCreationTime, "creation_time"),
        _time(PidTagLastModificationTime, "modification_time"),
    )
}


def column_of(tag: PropertyKey) -> Column | None:
    """Find the promoted column of a property, if it has one."""
    return COLUMNS.get(tag.bag_key)
