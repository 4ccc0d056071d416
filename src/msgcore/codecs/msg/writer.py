"""Writing .msg files; the same message always gives the same octets."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import attrs

from msgcore.codecs.compound import (
    NewStorage,
    copy_of,
    is_compound,
    read_compound,
    write_compound,
    write_compound_chunks,
)
from msgcore.codecs.msg.layout import (
    ATTACHMENT,
    CLASS_ID,
    CONTENT_OBJECT,
    FIRST_NAMED,
    NAMES,
    PROPERTIES,
    RECIPIENT,
    added_to_attachment,
    added_to_row,
    stream_name,
)
from msgcore.codecs.msg.new_name_map import NewNameMap
from msgcore.codecs.nested import write_nested
from msgcore.codecs.objects.following import FORM_SAYS
from msgcore.codecs.objects.outgoing import OutgoingAttachment, octets_as_read, outgoing
from msgcore.codecs.objects.people import Values
from msgcore.errors import MsgcoreError, NotSupported
from msgcore.model.attachment import AttachMethod
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAttachDataBinary,
    PidTagAttachDataObject,
    PidTagStoreSupportMask,
)
from msgcore.props.tags import NamedProperty, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.props.wire import (
    IN_STREAMS,
    WireForm,
    encode_streams,
    encode_value,
    has_form,
    is_in_stream,
    slot_of_stream,
)

__all__ = ["compose", "unwritable", "write", "write_chunks"]

_READABLE_AND_WRITABLE = 0x06
_SLOT = struct.Struct("<III")
_COUNTS = struct.Struct("<8xIIII")
_ANY_SIZE, _MESSAGE, _STORAGE = 0xFFFFFFFF, 1, 4
_UNICODE = 0x00040000


def write(message: Message, *, bcc: bool = True) -> bytes:
    """Write a message as a .msg file ([MS-OXMSG]); without ``bcc`` nothing in it tells of blind recipients.

    What was read from a .msg file and not changed is written octet for octet. Properties of types that such files
    have not are left out (:func:`msgcore.convert` tells which). Files that nobody has loaded are read, which blocks.

    Raises:
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        NotSupported: the file would have more than 2 GiB.
        UsageError: a message is attached to itself; the file of an attachment cannot be read any more.
    """
    kept = octets_as_read(message, "msg", bcc=bcc)
    return compose(message, bcc=bcc) if kept is None else kept


def write_chunks(message: Message, *, bcc: bool = True) -> Iterator[bytes]:
    """Write a message in pieces, large attachments as they are in memory. All errors show before the first piece.

    Raises:
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        NotSupported: the file would have more than 2 GiB.
        UsageError: a message is attached to itself; the file of an attachment cannot be read any more.
    """
    kept = octets_as_read(message, "msg", bcc=bcc)
    return iter(write_compound_chunks(_tree(message, bcc))) if kept is None else iter((kept,))


def compose(message: Message, *, bcc: bool = True) -> bytes:
    """Write a message anew, whether it changed or not."""
    return write_compound(_tree(message, bcc))


def unwritable(tag: PropertyKey, value: object) -> str | None:
    """Say why a property cannot stand in a .msg file, or give ``None``."""
    if not has_form(tag.value_type, WireForm.MSG):
        return f"a .msg file has no values of the type {tag.value_type.name}"
    if isinstance(tag, PropertyTag) and tag.id >= FIRST_NAMED:
        return "its id means nothing in another file; name it by its property set and name"
    try:
        _encoded(tag.value_type, value)
    except NotSupported as error:
        return str(error)
    return None


@attrs.define
class _Made:
    """A message's storage without the header of its properties, and how many recipients and attachments it has."""

    storage: NewStorage
    slots: bytes
    recipients: int
    attachments: int
    is_used: bool = False

    def with_header(self, *, is_top: bool) -> NewStorage:
        """Give the storage, and another one with the same in it for each further place."""
        counts = _COUNTS.pack(self.recipients, self.attachments, self.recipients, self.attachments)
        self.storage.streams[PROPERTIES] = counts + bytes(8 if is_top else 0) + self.slots
        storage = _twin(self.storage) if self.is_used else self.storage
        self.is_used = True
        return storage


def _twin(storage: NewStorage) -> NewStorage:
    twin = attrs.evolve(storage, storages={})
    waiting = [(storage, twin)]
    while waiting:
        old, new = waiting.pop()
        for name, child in old.storages.items():
            new.storages[name] = attrs.evolve(child, storages={})
            waiting.append((child, new.storages[name]))
    return twin


def _tree(message: Message, bcc: bool) -> NewStorage:
    names = NewNameMap()
    root = write_nested(message, lambda one, made: _message(one, made, names, bcc)).with_header(is_top=True)
    root.clsid = CLASS_ID
    root.storages[NAMES] = names.storage()
    return root


def _message(message: Message, made: Callable[[Message], _Made], names: NewNameMap, bcc: bool) -> _Made:
    what = outgoing(message, bcc=bcc)
    storage = NewStorage()
    slots = _put(storage, _as_unicode(_with(what.properties, dict(FORM_SAYS["msg"]))), names)
    for number, row in enumerate(what.recipients):
        inner = storage.storages[f"{RECIPIENT}{number:08X}"] = NewStorage()
        inner.streams[PROPERTIES] = bytes(8) + _put(inner, _with(row, added_to_row(number)), names)
    for number, attachment in enumerate(what.attachments):
        values = _with(attachment.properties, added_to_attachment(number))
        storage.storages[f"{ATTACHMENT}{number:08X}"] = _attachment(attachment, values, made, names)
    return _Made(storage, slots, len(what.recipients), len(what.attachments))


def _with(values: Values, added: Mapping[PropertyKey, object]) -> Values:
    """Add what is not said."""
    said = {tag.bag_key for tag, _ in values}
    return (*values, *(entry for entry in added.items() if entry[0].bag_key not in said))


def _as_unicode(values: Values) -> Values:
    """Say that text is Unicode, also where it was not in the file that it was read from."""
    return tuple(
        (tag, value | _UNICODE if tag == PidTagStoreSupportMask and isinstance(value, int) else value)
        for tag, value in values
    )


def _attachment(
    attachment: OutgoingAttachment, values: Values, made: Callable[[Message], _Made], names: NewNameMap
) -> NewStorage:
    storage = NewStorage()
    slots = _put(storage, values, names)
    inner = _object_of(attachment, made)
    if inner is not None:
        kind = _MESSAGE if attachment.message is not None else _STORAGE
        storage.storages[CONTENT_OBJECT] = inner
        slots += _SLOT.pack(PidTagAttachDataObject.tag, _READABLE_AND_WRITABLE, _ANY_SIZE) + struct.pack("<I", kind)
    else:
        slots += _slot(storage, PidTagAttachDataBinary.id, PropertyType.BINARY, attachment.data)
    storage.streams[PROPERTIES] = bytes(8) + slots
    return storage


def _object_of(attachment: OutgoingAttachment, made: Callable[[Message], _Made]) -> NewStorage | None:
    """Give the storage that an attachment is, or ``None`` when it is octets."""
    if attachment.message is not None:
        return made(attachment.message).with_header(is_top=False)
    # What is method 5 and was not opened is a file with names of its own, which stays one.
    if attachment.method != AttachMethod.STORAGE or not is_compound(attachment.data):
        return None
    try:
        return copy_of(read_compound(attachment.data))
    except MsgcoreError:
        return None


# Properties


def _put(storage: NewStorage, values: Values, names: NewNameMap) -> bytes:
    """Put values into a storage and give their slots by id; what the form cannot say is left out."""
    slots: dict[int, bytes] = {}
    for tag, value in values:
        if not has_form(tag.value_type, WireForm.MSG):
            continue
        try:
            number = _id_of(tag, names)
            if number is not None:
                slots[number] = _slot(storage, number, tag.value_type, value)
        except NotSupported:
            continue
    return b"".join(slots[number] for number in sorted(slots))


def _id_of(tag: PropertyKey, names: NewNameMap) -> int | None:
    """Give the id under which a property stands here; an id of another file's map means nothing."""
    if isinstance(tag, NamedProperty):
        return names.id_of(cast("NamedProperty[object]", tag))
    return tag.id if isinstance(tag, PropertyTag) and tag.id < FIRST_NAMED else None


def _encoded(kind: PropertyType, value: object) -> tuple[bytes, tuple[bytes, ...]]:
    if isinstance(value, str) and value.endswith("\0"):
        value += "\0"  # Readers take one away.
    return encode_streams(kind, value) if kind in IN_STREAMS else (encode_value(kind, value, WireForm.MSG), ())


def _slot(storage: NewStorage, number: int, kind: PropertyType, value: object) -> bytes:
    octets, elements = _encoded(kind, value)
    head = struct.pack("<II", number << 16 | kind, _READABLE_AND_WRITABLE)
    if not is_in_stream(kind):
        return head + octets
    storage.streams[stream_name(number, kind)] = octets
    for place, element in enumerate(elements):
        storage.streams[stream_name(number, kind, place)] = element
    return head + slot_of_stream(kind, octets)
