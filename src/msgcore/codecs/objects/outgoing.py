"""What is written of a message: its properties, rows and attachments, with what follows from them.

A message that was read from such a form and not changed is given as it was read, to the last property; one that was
changed keeps what nobody touched, but for what followed from that which changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import cast

import attrs

from msgcore.base.filenames import extension_of, short_name
from msgcore.codecs.mime.reports.rows import telling_of_recipients
from msgcore.codecs.mime.writer import changed_fields
from msgcore.codecs.objects.blind import BLIND_FIELDS, is_blind, names_blind, without_blind, without_fields
from msgcore.codecs.objects.calendar import as_mail, is_calendar_of_mime, named_calendar
from msgcore.codecs.objects.following import ATTACHMENTS, FOLLOWING, RECIPIENTS, REPLY_TO
from msgcore.codecs.objects.people import Values, row_of_recipient
from msgcore.codecs.objects.signed import whole_signed
from msgcore.codecs.objects.source import ObjectSource
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message, check_message
from msgcore.model.source import MessageSource
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachDataBinary,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachNumber,
    PidTagAttachSize,
    PidTagBody,
    PidTagDisplayName,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagNativeBody,
    PidTagRenderingPosition,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagSubject,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, Property, header_property
from msgcore.props.types import PropertyType

__all__ = ["OutgoingAttachment", "OutgoingMessage", "octets_as_read", "outgoing"]

_Entries = dict[BagKey, tuple[PropertyKey, object]]

_STORE_SAYS = keys_of(Owner.STORE)
_NOT_RENDERED = 0xFFFFFFFF
_BODIES = frozenset(tag.bag_key for tag in (PidTagBody, PidTagHtml, PidTagInternetCodepage))
_OF_RTF = (PidTagRtfCompressed, PidTagRtfInSync)
_CONTENT = PidTagAttachDataBinary.bag_key
_FROM_CHANGED = (
    (PidTagAttachLongFilename, (PidTagAttachFilename, PidTagAttachExtension, PidTagDisplayName)),
    (PidTagAttachDataBinary, (PidTagAttachSize,)),
)


@attrs.frozen
class OutgoingAttachment:
    """An attachment: its properties but for the content, which is octets or a message (then ``data`` is empty).

    Octets of the method STORAGE are an OLE object's compound file; such of another kind are a stream's.
    """

    properties: Values
    method: int
    data: bytes
    message: Message | None


@attrs.frozen
class OutgoingMessage:
    """A message as its properties, the rows of its recipient table, and its attachments."""

    properties: Values
    recipients: tuple[Values, ...]
    attachments: tuple[OutgoingAttachment, ...]


def octets_as_read(message: Message, form: str, *, bcc: bool) -> bytes | None:
    """Give the octets of a message that goes out as it was read in this form, or ``None`` when it has to be written.

    Raises:
        UsageError: it is no message.
    """
    check_message(message)
    source = message.source
    is_kept = source is not None and source.form == form and not message.is_changed
    return source.octets if source is not None and is_kept and (bcc or not names_blind(message)) else None


def outgoing(message: Message, *, bcc: bool = True) -> OutgoingMessage:
    """Work out what is written of a message. Files that nobody has loaded are read, which blocks.

    Without ``bcc`` nothing in it tells of blind recipients.

    Raises:
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        UsageError: the file of an attachment cannot be read any more, or has changed its size.
    """
    source = message.source
    if isinstance(source, ObjectSource) and not message.is_changed:
        found = OutgoingMessage(
            _in_order(source.content.properties.items()),
            tuple(_in_order(row.items()) for row in source.content.rows()),
            tuple(_as_read(one) for one in source.content.attachments()),
        )
    else:
        signed = whole_signed(message)
        attachments = message.attachments if signed is None else (signed,)
        telling = telling_of_recipients(message)
        if is_calendar_of_mime(message):
            attachments = tuple(map(named_calendar, attachments))
            telling = as_mail(message)
        found = OutgoingMessage(
            _in_order(_properties(telling, changed_fields(message)).values()),
            tuple(_in_order(row_of_recipient(one, number)) for number, one in enumerate(telling.recipients)),
            tuple(_attachment(one, number) for number, one in enumerate(attachments)),
        )
    if bcc:
        return found
    rows = tuple(row for row in found.recipients if not is_blind(row))
    return OutgoingMessage(without_blind(found.properties), rows, found.attachments)


def _in_order(entries: Iterable[tuple[PropertyKey, object]]) -> Values:
    """Sort properties by what they are: the octets say nothing of which was asked for first."""
    return tuple(sorted(entries, key=_place))


def _place(entry: tuple[PropertyKey, object]) -> tuple[int, int, str]:
    key = entry[0].bag_key
    if isinstance(key, int):
        return 0, key, ""
    property_set, name = key
    return (1 + property_set.int, name, "") if isinstance(name, int) else (1 + property_set.int, 1 << 32, name)


# The message's own properties


def _properties(message: Message, changed_in_header: Set[str]) -> _Entries:
    source = message.source
    if isinstance(source, ObjectSource):
        entries: _Entries = {tag.bag_key: (tag, value) for tag, value in source.content.properties.items()}
    else:
        entries = dict(_said(message))
    if source is not None and message.is_changed:
        changed = _changed(message, source)
        _drop_stale(entries, changed, source)
        _drop_fields(entries, changed, changed_in_header)
        _apply_changes(entries, message)
    for header in reversed(message.own_headers):
        tag = header_property(header.name)
        if not message.properties_set.was_changed(tag):
            entries[tag.bag_key] = (tag, header.value)
    for one in FOLLOWING:
        if one.tag.bag_key not in entries:
            value = one.work_out(message)
            if value is not None:
                entries[one.tag.bag_key] = (one.tag, value)
    return entries


def _said(message: Message) -> Iterator[tuple[BagKey, tuple[PropertyKey, object]]]:
    """Give what a message says that is neither in this form nor its store's own matter."""
    own = message.properties_set
    for tag in message.tags():
        key = tag.bag_key
        if tag.value_type is PropertyType.OBJECT or (key in _STORE_SAYS and not own.was_changed(tag)):
            continue
        value = message.said(cast("Property[object]", tag))
        if value is not None:
            yield key, (tag, value)


def _changed(message: Message, source: MessageSource) -> set[BagKey | str]:
    """Name what differs from the source, in the words of :class:`~msgcore.codecs.objects.following.Following`."""
    changed: set[BagKey | str] = {tag.bag_key for tag in message.properties_set.changed()}
    changed |= {header_property(header.name).bag_key for header in message.own_headers}
    if message.has_changed_content:
        changed.add(ATTACHMENTS)
        if message.recipients != tuple(source.recipients()):
            changed.add(RECIPIENTS)
    if tuple(message.reply_to) != tuple(source.reply_to()):
        changed.add(REPLY_TO)
    return changed


def _drop_stale(entries: _Entries, changed: set[BagKey | str], source: MessageSource) -> None:
    """Leave out what followed from something that changed; what was set itself comes back with the changes."""
    before = Message.from_source(source)
    for one in FOLLOWING:
        entry = entries.get(one.tag.bag_key)
        if entry is None or one.depends_on.isdisjoint(changed):
            continue
        if not one.may_be_said or entry[1] == one.work_out(before):
            del entries[one.tag.bag_key]
    if not _BODIES.isdisjoint(changed):
        for tag in (*_OF_RTF, PidTagNativeBody):
            entries.pop(tag.bag_key, None)


def _drop_fields(entries: _Entries, changed: set[BagKey | str], changed_in_header: Set[str]) -> None:
    """Take what was set anew, or deleted, out of the header that the message came with: properties say what is."""
    header = entries.get(PidTagTransportMessageHeaders.bag_key)
    named = {str(key[1]) for key in changed if isinstance(key, tuple) and key[0] == PS_INTERNET_HEADERS}
    names = named | changed_in_header
    if RECIPIENTS in changed:
        names |= BLIND_FIELDS
    if header is not None and names:
        entries[header[0].bag_key] = (header[0], without_fields(str(header[1]), names))


def _apply_changes(entries: _Entries, message: Message) -> None:
    own = message.properties_set
    for tag in own.changed():
        entries.pop(tag.bag_key, None)
    for tag, value in own.items():
        if own.was_changed(tag) and tag.value_type is not PropertyType.OBJECT:
            entries[tag.bag_key] = (tag, value)


# Attachments


def _as_read(attachment: Attachment) -> OutgoingAttachment:
    return _outgoing(attachment, attachment.properties.items())


def _attachment(attachment: Attachment, number: int) -> OutgoingAttachment:
    attachment.load()
    bag, stale = attachment.properties, _stale_of(attachment)
    entries = {tag.bag_key: (tag, value) for tag, value in bag.items() if tag.bag_key not in stale}
    for tag, value in _following(attachment, number):
        entries.setdefault(tag.bag_key, (tag, value))
    entries[PidTagAttachNumber.bag_key] = (PidTagAttachNumber, number)
    return _outgoing(attachment, entries.values())


def _stale_of(attachment: Attachment) -> set[BagKey]:
    """Name what followed from a content, a name or a subject that is another one now, and was not set itself."""
    bag, inner = attachment.properties, attachment.message
    stale = {tag for on, tags in _FROM_CHANGED for tag in tags if bag.was_changed(on)}
    was = None if inner is None or inner.source is None else inner.source.value(PidTagSubject)
    if inner is not None and was not in {None, inner.subject} and bag.get(PidTagDisplayName) == was:
        stale.add(PidTagDisplayName)
    return {tag.bag_key for tag in stale if not bag.was_changed(tag)}


def _following(attachment: Attachment, number: int) -> Values:
    filename, inner = attachment.filename, attachment.message
    name = filename or (None if inner is None else inner.said(PidTagSubject))
    values: Mapping[PropertyKey, object | None] = {
        PidTagAttachMethod: int(AttachMethod.BY_VALUE if inner is None else AttachMethod.EMBEDDED_MESSAGE),
        PidTagAttachNumber: number,
        PidTagAttachSize: len(attachment.data) if inner is None else None,
        PidTagAttachMimeTag: None if inner is not None else attachment.content_type,
        PidTagAttachLongFilename: filename,
        PidTagAttachFilename: short_name(filename) if filename else None,
        PidTagAttachExtension: (extension_of(filename) or None) if filename else None,
        PidTagDisplayName: name or None,
        PidTagRenderingPosition: _NOT_RENDERED,
    }
    return tuple((tag, value) for tag, value in values.items() if value is not None)


def _outgoing(attachment: Attachment, properties: Iterable[tuple[PropertyKey, object]]) -> OutgoingAttachment:
    message = attachment.message
    method = attachment.get(PidTagAttachMethod, AttachMethod.BY_VALUE)
    kept = _in_order(entry for entry in properties if entry[0].bag_key != _CONTENT)
    return OutgoingAttachment(kept, int(method), b"" if message is not None else attachment.data, message)
