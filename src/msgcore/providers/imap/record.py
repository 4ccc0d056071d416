"""What the store says of a message, from what the server says of it: the same in a row and in a loaded message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidNameKeywords,
    PidTagCreationTime,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagInstanceKey,
    PidTagLastModificationTime,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecordKey,
    PidTagStoreEntryId,
)
from msgcore.providers.imap.flags import categories_in, message_flags_in, status_in
from msgcore.spi.store import MessageFlag

__all__ = ["add_record", "flagged_record", "keywords_with", "placed_record"]


def placed_record(
    entry_id: EntryId, folder_id: EntryId, internal_date: datetime | None, size_octets: int
) -> dict[PropertyKey, object]:
    """Give what never changes of a message in its place; a server's impossible date is no date.

    ``size_octets`` is that of the message without what stands in front of it.
    """
    own = bytes(entry_id)
    found: dict[PropertyKey, object] = {
        PidTagEntryId: own,
        PidTagInstanceKey: own,
        PidTagRecordKey: own,
        PidTagParentEntryId: bytes(folder_id),
        PidTagStoreEntryId: bytes(EntryId(entry_id.provider_uid, ObjectKind.STORE, 0)),
        PidTagMessageSizeExtended: size_octets,
    }
    if internal_date is not None:
        for tag in (PidTagMessageDeliveryTime, PidTagCreationTime, PidTagLastModificationTime):
            found[tag] = internal_date
    return found


def flagged_record(flags: Iterable[str], *, has_attachments: bool) -> dict[PropertyKey, object]:
    """Give what the flags of a message say, and that it has attachments."""
    known = tuple(flags)
    said = message_flags_in(known) | (MessageFlag.HAS_ATTACHMENTS if has_attachments else MessageFlag(0))
    return {
        PidTagMessageFlags: int(said),
        PidTagMessageStatus: int(status_in(known)),
        PidTagRead: bool(said & MessageFlag.READ),
        PidTagHasAttachments: has_attachments,
    }


def keywords_with(said: tuple[str, ...], flags: Iterable[str]) -> tuple[str, ...]:
    """Give a message's categories: those that it says itself, and behind them those among its flags."""
    known = {one.lower() for one in said}
    return (*said, *(one for one in categories_in(flags) if one.lower() not in known))


def add_record(message: Message, record: Mapping[PropertyKey, object], flags: Iterable[str]) -> None:
    """Put what the store says into a message that was read."""
    for tag, value in record.items():
        message.properties_set.preset(tag, value)
    said = message.get(PidNameKeywords, ())
    categories = keywords_with(said, flags)
    if categories != said:
        message.properties_set.preset(PidNameKeywords, categories)
