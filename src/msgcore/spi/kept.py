"""What every store says of the messages that it keeps, whatever they say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message
from msgcore.props.computed import FLAGS_BEFORE_FIRST_SAVE
from msgcore.props.table import (
    PidTagChangeKey,
    PidTagCreationTime,
    PidTagDeletedOn,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInstanceKey,
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
    PidTagStoreEntryId,
)
from msgcore.props.tags import Property
from msgcore.spi.store import MessageFlag

__all__ = ["DEFAULTS", "STORE_SAYS", "flags_set"]

STORE_SAYS = frozenset(
    tag.bag_key
    for tag in (
        PidTagEntryId,
        PidTagParentEntryId,
        PidTagStoreEntryId,
        PidTagRecordKey,
        PidTagInstanceKey,
        PidTagChangeKey,
        PidTagMessageFlags,
        PidTagMessageStatus,
        PidTagDeletedOn,
        PidTagRead,
        PidTagHasAttachments,
        PidTagMessageSizeExtended,
        PidTagMessageDeliveryTime,
        PidTagCreationTime,
        PidTagLastModificationTime,
        PidTagDisplayTo,
        PidTagDisplayCc,
    )
)
"""What a store says itself: what an application sets of these is not kept."""

DEFAULTS: Mapping[Property[Any], str | int] = {
    PidTagMessageClass: "IPM.Note",
    PidTagImportance: int(Importance.NORMAL),
    PidTagSensitivity: int(Sensitivity.NORMAL),
}
"""What a message has that does not say it ([MS-OXCMSG] section 3.2.5.2)."""


def flags_set(message: Message) -> MessageFlag:
    """Give the flags that an application set on a message which was never saved; other bits are the store's own."""
    if not message.is_changed or not message.properties_set.was_changed(PidTagMessageFlags):
        return MessageFlag(0)
    return MessageFlag((message.said(PidTagMessageFlags) or 0) & FLAGS_BEFORE_FIRST_SAVE)
