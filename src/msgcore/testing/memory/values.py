"""What a store in memory keeps of folders and messages, as values that never change.

A message is kept as its octets, in the form they came in, and over them the properties that these do not say. So
nobody shares anything with the store, and a message comes back as one from a file does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs import read_message, write_message
from msgcore.codecs.beyond_mime import is_lost_in_mime, may_be_lost_in_mime
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction
from msgcore.props.table import (
    PidTagBody,
    PidTagChangeKey,
    PidTagCreationTime,
    PidTagDeletedOn,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagInstanceKey,
    PidTagLastModificationTime,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagParentEntryId,
    PidTagRead,
    PidTagReadReceiptRequested,
    PidTagRecordKey,
    PidTagStoreEntryId,
)
from msgcore.props.tags import Property
from msgcore.spi.journal import JournalEntry
from msgcore.spi.kept import DEFAULTS, STORE_SAYS, flags_set
from msgcore.spi.store import Contents, Incoming, MessageFlag, MessageStatus, SpecialFolder
from msgcore.spi.versions import change_key

__all__ = ["PENDING", "KeptEntry", "KeptFolder", "KeptMessage", "KeptSearch", "keep"]

_NO_FLAGS = MessageFlag(0)
PENDING = MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING

_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})

_Overlay = tuple[tuple[PropertyKey, object | None], ...]


@attrs.frozen
class KeptSearch:
    """What a search folder shows, with the numbers of the folders that it searches."""

    restriction: Restriction
    scope: tuple[int, ...]
    is_recursive: bool


@attrs.frozen
class KeptFolder:
    """One folder; ``properties`` are those that an application has set."""

    number: int
    parent: int | None
    name: str
    role: SpecialFolder | None = None
    search: KeptSearch | None = None
    properties: Mapping[PropertyKey, object] = attrs.field(factory=dict[PropertyKey, object])


@attrs.frozen
class KeptMessage:
    """One message; ``overlay`` holds the properties that its octets do not say, ``None`` for a deleted one."""

    form: str
    octets: bytes = attrs.field(repr=False)
    overlay: _Overlay = attrs.field(repr=False)
    flags: MessageFlag
    delivered_at: datetime
    created_at: datetime
    modified_at: datetime
    delivery_key: bytes | None = None
    folder: int = 0
    number: int = 0
    version: int = 0
    status: MessageStatus = attrs.field(default=MessageStatus(0))
    deleted_at: datetime | None = None

    @property
    def is_associated(self) -> bool:
        return MessageFlag.ASSOCIATED in self.flags

    @property
    def is_read(self) -> bool:
        return MessageFlag.READ in self.flags

    @property
    def contents(self) -> Contents:
        """Say which of its folder's messages it is among."""
        if self.deleted_at is not None:
            return Contents.DELETED
        return Contents.ASSOCIATED if self.is_associated else Contents.MESSAGES

    def copied(self) -> KeptMessage:
        """Make what a copy keeps: nothing of how the original arrived, and no receipt to send a second time."""
        return attrs.evolve(self, flags=self.flags & ~(MessageFlag.SUBMIT | PENDING), delivery_key=None)

    def message(self, uid: bytes) -> Message:
        """Make the message, with what the store says of it."""
        message = _read(self.form, self.octets, self.overlay)
        entry_id = bytes(EntryId(uid, ObjectKind.MESSAGE, self.number))
        facts: Mapping[PropertyKey, object] = {
            PidTagEntryId: entry_id,
            PidTagInstanceKey: entry_id,
            PidTagRecordKey: entry_id,
            PidTagChangeKey: change_key(uid, self.version),
            PidTagParentEntryId: bytes(EntryId(uid, ObjectKind.FOLDER, self.folder)),
            PidTagStoreEntryId: bytes(EntryId(uid, ObjectKind.STORE, 0)),
            PidTagMessageFlags: int(self.flags),
            PidTagMessageStatus: int(self.status),
            PidTagRead: self.is_read,
            PidTagHasAttachments: MessageFlag.HAS_ATTACHMENTS in self.flags,
            PidTagMessageSizeExtended: len(self.octets),
            PidTagMessageDeliveryTime: self.delivered_at,
            PidTagCreationTime: self.created_at,
            PidTagLastModificationTime: self.modified_at,
            PidTagDisplayTo: message.get(PidTagDisplayTo, ""),
            PidTagDisplayCc: message.get(PidTagDisplayCc, ""),
        }
        if self.deleted_at is not None:
            facts = {**facts, PidTagDeletedOn: self.deleted_at}
        for tag, value in facts.items():
            message.properties_set.preset(tag, value)
        return message


@attrs.frozen
class KeptEntry:
    """One entry of a journal, as it was noted, with the number of the message that it became."""

    noted: JournalEntry
    number: int | None = None


def keep(incoming: Incoming, now: datetime, flags: MessageFlag = _NO_FLAGS) -> KeptMessage:
    """Make what is kept of a message, with ``flags`` beside its own; raises as :func:`msgcore.codecs.mime.write` does.

    A message that arrives, is to be read, and asks for a receipt, has one pending.
    """
    message = incoming.message
    form, octets = _written(message)
    overlay = _not_carried(message, form, octets)
    kept = _read(form, octets, overlay)
    flags |= flags_set(message)
    if incoming.is_read:
        flags |= MessageFlag.READ
    if incoming.is_unsent:
        flags |= MessageFlag.UNSENT
    elif not incoming.is_read and kept.get(PidTagReadReceiptRequested, False):
        flags |= PENDING
    if any(not attachment.is_inline for attachment in kept.attachments):
        flags |= MessageFlag.HAS_ATTACHMENTS
    delivered_at = (incoming.received_at or now).astimezone(UTC)
    status = MessageStatus(incoming.status)
    return KeptMessage(form, octets, overlay, flags, delivered_at, now, now, incoming.delivery_key, status=status)


def _written(message: Message) -> tuple[str, bytes]:
    """Give a message's form and octets: its own if it has some, else MIME, or TNEF where MIME would lose some of it."""
    source = message.source
    if source is not None and not message.is_changed:
        return source.form, source.octets
    if source is not None and source.form != "mime":
        return source.form, write_message(message, form=source.form)
    octets = write_message(message, form="mime")
    if may_be_lost_in_mime(message) and is_lost_in_mime(message, read_message(octets, form="mime")):
        return "tnef", write_message(message, form="tnef")
    return "mime", octets


def _not_carried(message: Message, form: str, octets: bytes) -> _Overlay:
    """Find what was set or deleted on the message that its octets do not say."""
    carried = _read(form, octets, ())
    changed = [cast("Property[Any]", tag) for tag in message.properties_set.changed()]
    return tuple(
        (tag, message.said(tag))
        for tag in changed
        if tag.bag_key not in STORE_SAYS and _value(carried, tag) != _value(message, tag)
    )


def _value(message: Message, tag: Property[Any]) -> object:
    """Give a value; of a body, without what MIME cannot tell apart."""
    value: object = message.said(tag)
    if tag.bag_key in _BODIES and isinstance(value, str):
        return value.replace("\r\n", "\n").rstrip("\n")
    if tag.bag_key in _BODIES and isinstance(value, bytes):
        return value.replace(b"\r\n", b"\n").rstrip(b"\n")
    return value


def _read(form: str, octets: bytes, overlay: _Overlay) -> Message:
    message = read_message(octets, form=form)
    for tag, value in overlay:
        if value is None:
            message.properties_set.discard(tag)
        else:
            message.properties_set[cast("Property[object]", tag)] = value
    for tag, value in DEFAULTS.items():
        if cast("Property[object]", tag) not in message:
            message.properties_set.preset(tag, value)
    return message
