"""Messages as tables look at them: what a file's name says, and what its content says, which is read once.

Contents never change, so what was read of one is kept by its name; what is large is read again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, cast

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import filetime_from_datetime
from msgcore.errors import NotFound, StoreCorrupt
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagChangeKey,
    PidTagClientSubmitTime,
    PidTagCreationTime,
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
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagStoreEntryId,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.props.types import PropertyType
from msgcore.providers.postoffice.folders import Folder
from msgcore.providers.postoffice.mailbox import Found, Mailbox
from msgcore.providers.postoffice.message_file import StoredContent
from msgcore.providers.postoffice.names import Entry
from msgcore.spi.store import MessageFlag
from msgcore.spi.versions import change_key

__all__ = ["RowReader", "Source"]

_log = logging.getLogger("msgcore.providers.postoffice")

_Key = tuple[BagKey, PropertyType]
_Values = dict[_Key, object]

_MOST_CONTENTS = 50_000
_LARGEST_VALUE = 1_000

# Read together with whatever is asked for first, so that another look with other columns opens no file.
_USUAL: tuple[Property[Any], ...] = (
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagClientSubmitTime,
    PidTagMessageDeliveryTime,
    PidTagCreationTime,
    PidTagLastModificationTime,
    PidTagMessageSizeExtended,
    PidTagMessageClass,
    PidTagImportance,
    PidTagSensitivity,
    PidTagInternetMessageId,
    PidTagDisplayTo,
    PidTagDisplayCc,
    PidTagInstanceKey,
)
# What the name says: it changes, and the content does not.
_OF_THE_NAME = frozenset(
    tag.bag_key
    for tag in (
        PidTagEntryId,
        PidTagRecordKey,
        PidTagChangeKey,
        PidTagParentEntryId,
        PidTagStoreEntryId,
        PidTagMessageFlags,
        PidTagMessageStatus,
        PidTagRead,
        PidTagHasAttachments,
    )
)


class RowReader:
    """Makes messages, and what tables look at, of the files of one mailbox. May be shared by threads."""

    def __init__(self, mailbox: Mailbox, uid: bytes) -> None:
        self._mailbox = mailbox
        self._uid = uid
        self._values: dict[tuple[int, str], _Values] = {}
        self._damaged: set[tuple[int, str]] = set()

    def sources(self, folder: Folder) -> Iterator[Source]:
        """Give the messages of a folder, but for those that go while it is looked at."""
        desk = _Desk(self)
        for entry in self._mailbox.messages(folder).values():
            source = Source(self, desk, Found(folder, entry))
            if source.get(PidTagInstanceKey) is not None:
                yield source

    def source(self, found: Found) -> Source:
        """Give one message; raises as :meth:`.Mailbox.read` does."""
        desk = _Desk(self)
        desk.message(found)
        return Source(self, desk, found)

    def tell_damage(self, found: Found, error: StoreCorrupt) -> None:
        """Log that a message is damaged, once."""
        if found.entry.content_key not in self._damaged:
            self._damaged.add(found.entry.content_key)
            _log.warning("%s", error)

    def known(self, found: Found) -> _Values:
        """Give what is known of a content, to be added to."""
        key = found.entry.content_key
        values = self._values.get(key)
        if values is None:
            if len(self._values) >= _MOST_CONTENTS:
                self._values.clear()
            values = self._values[key] = {}
        return values

    def message(self, found: Found, content: StoredContent | None = None) -> Message:
        """Make the message, with what the store says of it; raises as :meth:`.Mailbox.read` does."""
        content = content or self._mailbox.read(found)
        message, facts = content.message(), content.facts
        said = {
            **self.of_the_name(found),
            PidTagInstanceKey: _place(filetime_from_datetime(facts.created_at), found.entry),
            PidTagMessageSizeExtended: facts.size_octets,
            PidTagMessageDeliveryTime: facts.delivered_at,
            PidTagCreationTime: facts.created_at,
            PidTagLastModificationTime: facts.modified_at,
            PidTagDisplayTo: message.get(PidTagDisplayTo, ""),
            PidTagDisplayCc: message.get(PidTagDisplayCc, ""),
        }
        for tag, value in said.items():
            message.properties_set.preset(tag, value)
        return message

    def of_the_name(self, found: Found) -> Mapping[PropertyKey, object]:
        """Give what a file's name and place say."""
        entry_id = bytes(EntryId(self._uid, ObjectKind.MESSAGE, found.entry.id))
        return {
            PidTagEntryId: entry_id,
            PidTagRecordKey: entry_id,
            PidTagChangeKey: change_key(self._uid, found.entry.version),
            PidTagParentEntryId: bytes(EntryId(self._uid, ObjectKind.FOLDER, found.folder.id)),
            PidTagStoreEntryId: bytes(EntryId(self._uid, ObjectKind.STORE, 0)),
            PidTagMessageFlags: int(found.entry.flags),
            PidTagMessageStatus: int(found.entry.status),
            PidTagRead: found.entry.is_read,
            PidTagHasAttachments: MessageFlag.HAS_ATTACHMENTS in found.entry.flags,
        }


class _Desk:
    """Holds the message that one look at a table has read last."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._entry: Entry | None = None
        self._message = Message()

    def message(self, found: Found) -> Message:
        if self._entry is not found.entry:
            self._message = self._reader.message(found)
            self._entry = found.entry
        return self._message


class Source:
    """One message, as :class:`msgcore.props.match.PropertySource`; its file is read when that is needed.

    One that is gone has no property that its file would have to be read for; and neither has one that is damaged, but
    its place in the table: so the other rows are seen, and who opens this one is told.
    """

    __slots__ = ("_desk", "_found", "_named", "_reader", "_values")

    def __init__(self, reader: RowReader, desk: _Desk, found: Found) -> None:
        self._reader = reader
        self._desk = desk
        self._found = found
        self._values = reader.known(found)
        self._named: dict[_Key, object] | None = None

    def get(self, tag: PropertyKey, /) -> object:
        """Give a value."""
        key = tag.bag_key, tag.value_type
        if tag.bag_key not in _OF_THE_NAME and key in self._values:
            return self._values[key]
        try:
            return self._of_the_name(tag, key) if tag.bag_key in _OF_THE_NAME else self._of_the_content(tag)
        except NotFound:
            return None
        except StoreCorrupt as error:
            self._reader.tell_damage(self._found, error)
            return _place(0, self._found.entry) if tag.bag_key == PidTagInstanceKey.bag_key else None

    def _of_the_name(self, tag: PropertyKey, key: _Key) -> object:
        if self._named is None:
            said = self._reader.of_the_name(self._found)
            self._named = {(one.bag_key, one.value_type): value for one, value in said.items()}
        return self._named[key] if key in self._named else self._read(tag)  # as another type

    def _of_the_content(self, tag: PropertyKey) -> object:
        if not self._values:
            for one in _USUAL:
                self._read(one)
        return self._read(tag)

    def _read(self, tag: PropertyKey) -> object:
        value = self._desk.message(self._found).get(cast("Property[Any]", tag))
        if _is_small(value) and tag.bag_key not in _OF_THE_NAME:
            self._values[tag.bag_key, tag.value_type] = value
        return value


def _is_small(value: object) -> bool:
    match value:
        case str() | bytes():
            return len(value) <= _LARGEST_VALUE
        case tuple():
            return False
        case _:
            return True


def _place(created: int, entry: Entry) -> bytes:
    """Make what orders the messages that a table's keys do not: by the FILETIME of when they were made."""
    return created.to_bytes(8, "big") + entry.id.to_bytes(8, "big")
