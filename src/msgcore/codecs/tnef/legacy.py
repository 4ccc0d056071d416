"""Attributes of the days before MAPI, as the properties that they stand for ([MS-OXTNEF] sections 2.1.3.2 and 2.1.3.3).

They are what a stream says where its lists of properties say nothing of the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from msgcore.codecs.objects.notes import Note, ignore
from msgcore.codecs.tnef.attributes import Attribute
from msgcore.codecs.tnef.stream import Found
from msgcore.model.attachment import AttachMethod
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachEncoding,
    PidTagAttachFilename,
    PidTagAttachMethod,
    PidTagAttachRendering,
    PidTagAttachTransportName,
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagConversationKey,
    PidTagCreationTime,
    PidTagEndDate,
    PidTagImportance,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagOriginalMessageClass,
    PidTagOwnerAppointmentId,
    PidTagParentKey,
    PidTagReceivedRepresentingAddressType,
    PidTagReceivedRepresentingEmailAddress,
    PidTagReceivedRepresentingEntryId,
    PidTagReceivedRepresentingName,
    PidTagRenderingPosition,
    PidTagResponseRequested,
    PidTagSearchKey,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagStartDate,
    PidTagSubject,
)

__all__ = ["ATTRIBUTES", "NOTHING_OLDER", "OlderProperties", "code_page_of", "owner_of"]

Read = Callable[[bytes, str], tuple[object, ...]]
"""Takes the content and the codec of its texts, and gives the values of the properties; ``None`` for one not said."""

_Known = tuple[tuple[PropertyKey, ...], Read]

_PREFIX = "microsoft mail v3.0 "
_CLASSES = {
    "ipm.microsoft mail.note": "IPM.Note",
    "ipm.microsoft mail.read receipt": "REPORT.IPM.Note.IPNRN",
    "ipm.microsoft mail.non-delivery": "REPORT.IPM.Note.NDR",
    "ipm.microsoft schedule.mtgreq": "IPM.Schedule.Meeting.Request",
    "ipm.microsoft schedule.mtgrespp": "IPM.Schedule.Meeting.Resp.Pos",
    "ipm.microsoft schedule.mtgrespn": "IPM.Schedule.Meeting.Resp.Neg",
    "ipm.microsoft schedule.mtgrespa": "IPM.Schedule.Meeting.Resp.Tent",
    "ipm.microsoft schedule.mtgcncl": "IPM.Schedule.Meeting.Canceled",
}
_RESPONSE = "ipm.schedule.meeting.resp."
_IMPORTANCES = {1: 2, 2: 1, 3: 0}
_LOCAL, _SUBMITTED, _READ, _HAS_ATTACHMENT = 0x02, 0x04, 0x20, 0x80
_FLAGS = {_LOCAL: 0x08, _SUBMITTED: 0x04, _READ: 0x01, _HAS_ATTACHMENT: 0x10}
_MODIFIED, _UNMODIFIED = 0x01, 0x02
_ONE_OFF = 4
_RENDERING, _NOT_RENDERED = struct.Struct("<HiHHI"), -1
_METHODS = {1: AttachMethod.BY_VALUE, 2: AttachMethod.STORAGE, 3: AttachMethod.BY_VALUE}
_IS_MAC_BINARY = 0x01
_MAC_BINARY = bytes.fromhex("2a864886f714030b01")  # [MS-OXCMSG] section 2.2.2.20


def code_page_of(content: bytes) -> int:
    """Read the primary code page of attOemCodepage."""
    return int.from_bytes(content[:4], "little")


class OlderProperties:
    """What attributes of one object stand for; of two that say the same the first one counts."""

    __slots__ = ("_codec", "_note", "_octets", "_places")

    def __init__(self, octets: bytes, codec: str, note: Note) -> None:
        self._octets = octets
        self._codec = codec
        self._note = note
        self._places: dict[BagKey, tuple[Found, _Known, int]] = {}

    def put(self, found: Iterable[Found], known: Mapping[int, _Known]) -> None:
        """Put what these attributes stand for, as far as they are known."""
        places = self._places
        for one in found:
            if one.attribute in known:
                tags, _ = its = known[one.attribute]
                for number, tag in enumerate(tags):
                    if tag.bag_key not in places:
                        places[tag.bag_key] = one, its, number

    def __iter__(self) -> Iterator[BagKey]:
        return iter(self._places)

    def read(self, key: BagKey) -> tuple[PropertyKey, object] | None:
        """Read one property, once; ``None`` where no attribute says it."""
        place = self._places.pop(key, None)
        if place is None:
            return None
        one, (tags, read), number = place
        try:
            value = read(self._octets[one.start : one.end], self._codec)[number]
        except (struct.error, ValueError, OverflowError):
            self._note(one.start, "property-malformed", f"attribute 0x{one.attribute:08X} makes no sense")
            return None
        return None if value is None else (tags[number], value)


NOTHING_OLDER = OlderProperties(b"", "cp1252", ignore)


def _text(content: bytes, codec: str) -> tuple[str]:
    return (content.partition(b"\0")[0].decode(codec, "replace"),)


def _class(content: bytes, codec: str) -> tuple[str]:
    (name,) = _text(content, codec)
    return (_CLASSES.get(name.lower().removeprefix(_PREFIX), name),)


def _date(content: bytes, _codec: str) -> tuple[datetime | None]:
    year, month, day, hour, minute, second = struct.unpack_from("<6H", content)
    return (datetime(year, month, day, hour, minute, second, tzinfo=UTC) if year else None,)


def _number(content: bytes, _codec: str) -> tuple[int]:
    return (int.from_bytes(content[:4], "little", signed=True),)


def _hexadecimal(content: bytes, codec: str) -> tuple[bytes]:
    return (bytes.fromhex(_text(content, codec)[0]),)


def _importance(content: bytes, _codec: str) -> tuple[int | None]:
    return (_IMPORTANCES.get(int.from_bytes(content[:2], "little")),)


def _yes(content: bytes, _codec: str) -> tuple[bool]:
    return (bool(int.from_bytes(content[:2], "little")),)


def _status(content: bytes, _codec: str) -> tuple[int]:
    status = content[0] if content else 0
    flags = 0 if status & _MODIFIED else _UNMODIFIED
    for bit, flag in _FLAGS.items():
        flags |= flag if status & bit else 0
    return (flags,)


def _person(content: bytes, codec: str) -> tuple[object, ...]:
    """Read a triple: sizes, a display name, and an address with its type ([MS-OXTNEF] section 2.1.3.3.1)."""
    kind, _whole, name_size, address_size = struct.unpack_from("<4H", content)
    if kind != _ONE_OFF:
        return None, None, None
    (name,) = _text(content[8 : 8 + name_size], codec)
    return name, *_address(content[8 + name_size : 8 + name_size + address_size], codec)


def _counted_person(content: bytes, codec: str) -> tuple[object, ...]:
    """Read a display name and an address with its type, the size in front of each ([MS-OXTNEF] section 2.1.3.3.16)."""
    (name_size,) = struct.unpack_from("<H", content)
    (address_size,) = struct.unpack_from("<H", content, 2 + name_size)
    (name,) = _text(content[2 : 2 + name_size], codec)
    return name, *_address(content[4 + name_size : 4 + name_size + address_size], codec)


def _address(content: bytes, codec: str) -> tuple[str | None, str | None]:
    (address,) = _text(content, codec)
    address_type, colon, email = address.partition(":")
    return (address_type.upper(), email) if colon else (None, None)


def _rendering(content: bytes, _codec: str) -> tuple[int, int, bytes | None]:
    if len(content) < _RENDERING.size:
        return int(AttachMethod.BY_VALUE), _NOT_RENDERED, None
    kind, position, _width, _height, flags = _RENDERING.unpack_from(content)
    encoding = _MAC_BINARY if flags & _IS_MAC_BINARY else None
    return int(_METHODS.get(kind, AttachMethod.BY_VALUE)), position, encoding


def _octets(content: bytes, _codec: str) -> tuple[bytes]:
    return (content,)


_SENT_FOR = (PidTagSentRepresentingName, PidTagSentRepresentingAddressType, PidTagSentRepresentingEmailAddress)
_RECEIVED_FOR = (
    PidTagReceivedRepresentingName,
    PidTagReceivedRepresentingAddressType,
    PidTagReceivedRepresentingEmailAddress,
)
ATTRIBUTES: Mapping[int, _Known] = {
    Attribute.MESSAGE_CLASS: ((PidTagMessageClass,), _class),
    Attribute.ORIGINAL_MESSAGE_CLASS: ((PidTagOriginalMessageClass,), _class),
    Attribute.SUBJECT: ((PidTagSubject,), _text),
    Attribute.BODY: ((PidTagBody,), _text),
    Attribute.FROM: ((PidTagSenderName, PidTagSenderAddressType, PidTagSenderEmailAddress), _person),
    Attribute.SENT_FOR: (_SENT_FOR, _counted_person),
    Attribute.DELEGATE: ((PidTagReceivedRepresentingEntryId,), _octets),
    Attribute.DATE_SENT: ((PidTagClientSubmitTime,), _date),
    Attribute.DATE_RECEIVED: ((PidTagMessageDeliveryTime,), _date),
    Attribute.DATE_MODIFIED: ((PidTagLastModificationTime,), _date),
    Attribute.DATE_START: ((PidTagStartDate,), _date),
    Attribute.DATE_END: ((PidTagEndDate,), _date),
    Attribute.OWNER_APPOINTMENT_ID: ((PidTagOwnerAppointmentId,), _number),
    Attribute.REQUEST_RESPONSE: ((PidTagResponseRequested,), _yes),
    Attribute.PRIORITY: ((PidTagImportance,), _importance),
    Attribute.MESSAGE_STATUS: ((PidTagMessageFlags,), _status),
    Attribute.MESSAGE_ID: ((PidTagSearchKey,), _hexadecimal),
    Attribute.PARENT_ID: ((PidTagParentKey,), _hexadecimal),
    Attribute.CONVERSATION_ID: ((PidTagConversationKey,), _hexadecimal),
    Attribute.ATTACH_REND_DATA: ((PidTagAttachMethod, PidTagRenderingPosition, PidTagAttachEncoding), _rendering),
    Attribute.ATTACH_TITLE: ((PidTagAttachFilename,), _text),
    Attribute.ATTACH_TRANSPORT_FILENAME: ((PidTagAttachTransportName,), _text),
    Attribute.ATTACH_META_FILE: ((PidTagAttachRendering,), _octets),
    Attribute.ATTACH_CREATE_DATE: ((PidTagCreationTime,), _date),
    Attribute.ATTACH_MODIFY_DATE: ((PidTagLastModificationTime,), _date),
}

_OWNER: Mapping[int, _Known] = {Attribute.OWNER: (_SENT_FOR, _counted_person)}
_OWNER_OF_RESPONSE: Mapping[int, _Known] = {Attribute.OWNER: (_RECEIVED_FOR, _counted_person)}


def owner_of(message_class: str) -> Mapping[int, _Known]:
    """Say what the owner is to a message: a response to a meeting goes to whom it names, others come from there."""
    return _OWNER_OF_RESPONSE if message_class.lower().startswith(_RESPONSE) else _OWNER
