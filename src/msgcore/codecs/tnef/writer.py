"""Writing TNEF: every property in the lists, and beside them the attributes that older readers look at.

The same message always gives the same octets. The key in the header follows from the content.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import attrs

from msgcore.codecs.compound import is_compound
from msgcore.codecs.nested import write_nested
from msgcore.codecs.objects.outgoing import OutgoingAttachment, OutgoingMessage, octets_as_read, outgoing
from msgcore.codecs.objects.people import Values
from msgcore.codecs.tnef.attributes import (
    IID_MESSAGE,
    IID_STORAGE,
    IID_STREAM,
    SIGNATURE,
    VERSION,
    Attribute,
    Level,
)
from msgcore.codecs.tnef.stream import checksum
from msgcore.codecs.tnef.writing_properties import object_header, property_list
from msgcore.codecs.tnef.writing_texts import code_page_for, in_code_page
from msgcore.errors import NotSupported
from msgcore.model.attachment import AttachMethod
from msgcore.model.message import Message
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagImportance,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagRenderingPosition,
    PidTagSubject,
)

__all__ = ["compose", "write", "write_chunks"]

_LARGEST = 0xFFFFFFFF
_NOT_RENDERED = 0xFFFFFFFF
_FILE, _OLE = 1, 2
_PRIORITIES = {0: 3, 1: 2, 2: 1}


def write(message: Message, *, bcc: bool = True) -> bytes:
    """Write a message as a TNEF stream ([MS-OXTNEF]); without ``bcc`` nothing in it tells of blind recipients.

    What was read from TNEF and not changed is written octet for octet. Properties of types that TNEF has not are left
    out (:func:`msgcore.convert` tells which). Files that nobody has loaded are read, which blocks.

    Raises:
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        NotSupported: an attachment or body has more than 4 GiB.
        UsageError: a message is attached to itself; the file of an attachment cannot be read any more.
    """
    return b"".join(write_chunks(message, bcc=bcc))


def write_chunks(message: Message, *, bcc: bool = True) -> Iterator[bytes]:
    """Write a message in pieces, large attachments as they are in memory. All errors show before the first piece.

    Raises:
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        NotSupported: an attachment or body has more than 4 GiB.
        UsageError: a message is attached to itself; the file of an attachment cannot be read any more.
    """
    kept = octets_as_read(message, "tnef", bcc=bcc)
    return iter(compose(message, bcc=bcc) if kept is None else (kept,))


def compose(message: Message, *, bcc: bool = True) -> Sequence[bytes]:
    """Write a message anew, whether it changed or not."""
    return write_nested(message, lambda one, written: _stream(outgoing(one, bcc=bcc), written)).pieces


class _Pieces(NamedTuple):
    """Octets in pieces, and what they add up to."""

    pieces: list[bytes]
    sum: int
    size: int


@attrs.define
class _Writer:
    """Collects attributes."""

    pieces: list[bytes] = attrs.Factory(list[bytes])
    sum: int = 0
    size: int = 0

    def put(self, attribute: Attribute, *content: bytes, level: Level = Level.MESSAGE) -> None:
        whole = [(one, checksum(one)) for one in content]
        self.put_added(attribute, level, [one for one, _ in whole], sum(added for _, added in whole))

    def put_text(self, attribute: Attribute, text: str, code_page: int, level: Level = Level.MESSAGE) -> None:
        """Put a text, if the code page says it; it stands in the list of properties as well."""
        octets = in_code_page(text, code_page)
        if octets is not None:
            self.put(attribute, octets, level=level)

    def put_added(self, attribute: Attribute, level: Level, content: Sequence[bytes], added: int) -> None:
        """Put an attribute whose octets add up to ``added``."""
        size = sum(map(len, content))
        if size > _LARGEST:
            raise NotSupported(f"{size} octets do not fit an attribute of TNEF, which takes up to 4 GiB")
        header = struct.pack("<BII", level, attribute, size)
        end = struct.pack("<H", added & 0xFFFF)
        self.pieces += (header, *content, end)
        self.sum += checksum(header) + added + checksum(end)
        self.size += len(header) + size + len(end)


Written = Callable[[Message], _Pieces]
ByKey = Mapping[BagKey, object]


def _stream(message: OutgoingMessage, written: Written) -> _Pieces:
    by_key = _by_key(message.properties)
    texts = {attribute: text for attribute, tag in _TEXTS if isinstance(text := by_key.get(tag.bag_key), str)}
    titles = [_title(_by_key(one.properties)) for one in message.attachments]
    code_page = code_page_for([*texts.values(), *titles])
    writer = _Writer()
    writer.put(Attribute.TNEF_VERSION, struct.pack("<I", VERSION))
    writer.put(Attribute.OEM_CODEPAGE, struct.pack("<II", code_page, 0))
    for attribute, text in texts.items():
        writer.put_text(attribute, text, code_page)
    _put_numbers(writer, by_key)
    rows = message.recipients
    if rows:
        writer.put(Attribute.RECIPIENT_TABLE, struct.pack("<I", len(rows)), *map(property_list, rows))
    writer.put(Attribute.MESSAGE_PROPERTIES, property_list(message.properties))
    for attachment, title in zip(message.attachments, titles, strict=True):
        _put_facts(writer, attachment)
        if title:
            writer.put_text(Attribute.ATTACH_TITLE, title, code_page, Level.ATTACHMENT)
        _put_content(writer, attachment, written)
    head = SIGNATURE + struct.pack("<H", (writer.sum & 0xFFFF) or 1)
    return _Pieces([head, *writer.pieces], writer.sum + checksum(head), writer.size + len(head))


def _by_key(values: Values) -> ByKey:
    return {tag.bag_key: value for tag, value in values}


# What older readers look at ([MS-OXTNEF] section 2.1.3.2)


def _put_numbers(writer: _Writer, values: ByKey) -> None:
    moment = values.get(PidTagClientSubmitTime.bag_key)
    if isinstance(moment, datetime):
        writer.put(Attribute.DATE_SENT, _date(moment))
    importance = values.get(PidTagImportance.bag_key)
    if isinstance(importance, int) and importance in _PRIORITIES:
        writer.put(Attribute.PRIORITY, struct.pack("<H", _PRIORITIES[importance]))


_TEXTS = (
    (Attribute.MESSAGE_CLASS, PidTagMessageClass),
    (Attribute.SUBJECT, PidTagSubject),
    (Attribute.BODY, PidTagBody),
)


def _date(moment: datetime) -> bytes:
    day = (moment.isoweekday()) % 7
    parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, day)
    return struct.pack("<7H", *parts)


# Attachments


def _title(values: ByKey) -> str:
    """Give a file's name as older readers show it: the long one, but only beside a short one, which it is read as."""
    short = values.get(PidTagAttachFilename.bag_key)
    title = values.get(PidTagAttachLongFilename.bag_key, short)
    return title if isinstance(short, str) and isinstance(title, str) else ""


def _put_facts(writer: _Writer, attachment: OutgoingAttachment) -> None:
    """Begin an attachment: what it is, where it is shown, and its times."""
    values = _by_key(attachment.properties)
    position = values.get(PidTagRenderingPosition.bag_key, _NOT_RENDERED)
    position = position & 0xFFFFFFFF if isinstance(position, int) else _NOT_RENDERED
    kind = _OLE if attachment.method == AttachMethod.STORAGE else _FILE
    rendering = struct.pack("<HIHHI", kind, position, 0xFFFF, 0xFFFF, 0)
    writer.put(Attribute.ATTACH_REND_DATA, rendering, level=Level.ATTACHMENT)
    for attribute, tag in _TIMES:
        moment = values.get(tag.bag_key)
        if isinstance(moment, datetime):
            writer.put(attribute, _date(moment), level=Level.ATTACHMENT)


def _put_content(writer: _Writer, attachment: OutgoingAttachment, written: Written) -> None:
    """Put the octets of an attachment, or what it is else, and its list."""
    if attachment.message is not None:
        _put_object(writer, attachment.properties, IID_MESSAGE, written(attachment.message))
        return
    data = attachment.data
    content = _Pieces([data], checksum(data), len(data))
    if attachment.method == AttachMethod.STORAGE:
        _put_object(writer, attachment.properties, IID_STORAGE if is_compound(data) else IID_STREAM, content)
    elif attachment.method == AttachMethod.EMBEDDED_MESSAGE:
        _put_object(writer, attachment.properties, IID_MESSAGE, content)
    else:
        writer.put_added(Attribute.ATTACH_DATA, Level.ATTACHMENT, content.pieces, content.sum)
        writer.put(Attribute.ATTACHMENT, property_list(attachment.properties), level=Level.ATTACHMENT)


_TIMES = (
    (Attribute.ATTACH_CREATE_DATE, PidTagCreationTime),
    (Attribute.ATTACH_MODIFY_DATE, PidTagLastModificationTime),
)


def _put_object(writer: _Writer, values: Values, interface: UUID, content: _Pieces) -> None:
    """Put the list of an attachment whose content is an object in it."""
    head = object_header(content.size, interface)
    listed = property_list(values, head, 1)
    padding = bytes(-content.size % 4)
    writer.put_added(
        Attribute.ATTACHMENT,
        Level.ATTACHMENT,
        [listed, *content.pieces, padding],
        checksum(listed) + content.sum,
    )
