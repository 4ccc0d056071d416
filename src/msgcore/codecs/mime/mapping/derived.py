"""The properties of a message that was read, each with how it is read ([MS-OXCMAIL] section 2.2.3).

A property is *said* by the message, and then one of its ``tags``; or it follows from what is said (the sender when only
From is there, the lists of names, the parts of the subject), and then it has a value only: two messages that say the
same have the same tags.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgcore.codecs.mime.mapping.auto_response import suppressed_by_origin
from msgcore.codecs.mime.mapping.content_class import class_of_content_class, form_name_of
from msgcore.codecs.mime.mapping.fields import (
    FIELDS,
    MOST_NAMED,
    MappedField,
    importance_of,
    is_named_property,
    read_text,
    read_time,
)
from msgcore.codecs.mime.mapping.message_class import message_class_of
from msgcore.codecs.mime.mapping.people import PEOPLE
from msgcore.codecs.mime.mapping.property_reader import ALWAYS, Read, Reader
from msgcore.codecs.mime.reports.properties import REPORT_PROPERTIES, report_value
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.codecs.mime.tree.bodies import whole_text_of
from msgcore.codecs.mime.tree.view import MimeView
from msgcore.model.subject import split_subject
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidLidInfoPathFormName,
    PidLidPercentComplete,
    PidLidTaskComplete,
    PidLidTaskStatus,
    PidLidToDoTitle,
    PidNameContentClass,
    PidTagAutoResponseSuppress,
    PidTagBody,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
    PidTagContentFilterSpamConfidenceLevel,
    PidTagFlagStatus,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInternetCodepage,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagNativeBody,
    PidTagNonReceiptNotificationRequested,
    PidTagNormalizedSubject,
    PidTagOriginatorDeliveryReportRequested,
    PidTagReadReceiptRequested,
    PidTagSubjectPrefix,
    PidTagToDoItemFlags,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property, header_property

__all__ = ["ALWAYS", "READERS", "Reader", "named_field_tags", "said_tags"]

READERS: dict[BagKey, Reader] = {}
"""Every property but the named ones; those that a message says stand in the order of its ``tags``."""


def said_tags(view: MimeView, value: Callable[[PropertyKey], object | None]) -> list[PropertyKey]:
    """Give the properties that a message says, given how it reads one; those of unmapped fields behind all others."""
    said: list[PropertyKey] = [
        reader.tag for reader in READERS.values() if reader.is_said(view) and value(reader.tag) is not None
    ]
    said += named_field_tags(view)
    return said


def named_field_tags(view: MimeView) -> list[Property[str]]:
    """Name the properties of the first fields that have none of their own; their names stand as they are written."""
    header = view.header
    found: dict[bytes, Property[str]] = {}
    for field in header.each_field():
        if field.name and field.name not in found and is_named_property(field.name.decode("ascii")):
            found[field.name] = header_property(header.name(field).decode("ascii"))
            if len(found) == MOST_NAMED:
                break
    return list(found.values())


def _register(
    tag: Property[Any],
    read: Read,
    *,
    said_by: tuple[bytes, ...] | None = None,
    said_when: Callable[[MimeView], bool] | None = None,
) -> None:
    READERS[tag.bag_key] = Reader(tag, read, said_by, said_when)


# The header


def _field(mapped: MappedField) -> Read:
    """Read the first field of a name."""
    if mapped.is_list or mapped.aliases or mapped.only_with is not None:
        return _any_field(mapped)
    if mapped.read is read_text:
        return _text_of(mapped.lowered)
    name, read = mapped.lowered, mapped.read

    def read_field(view: MimeView) -> object | None:
        header = view.header
        raw = header.raw(name)
        return None if raw is None else read(raw, header.note)

    return read_field


def _text_of(name: bytes) -> Read:
    def read_field(view: MimeView) -> str | None:
        header = view.header
        raw = header.raw(name)
        if raw is None:
            return None
        text = header_text(raw, header.note)
        return decode_words(text, header.note) if "=?" in text else text

    return read_field


def _any_field(mapped: MappedField) -> Read:
    names, read, needed = mapped.names, mapped.read, mapped.only_with
    read_needed = None if needed is None else _field(needed)

    def read_field(view: MimeView) -> object | None:
        header = view.header
        values = [raw for name in names for raw in header.raw_all(name)]
        if not values or (read_needed is not None and not read_needed(view)):
            return None
        return read(b",".join(values) if mapped.is_list else values[0], header.note)

    return read_field


_OWN_IMPORTANCE_FIELDS = (b"importance", b"x-priority", b"x-msmail-priority")


def _importance(view: MimeView) -> int | None:
    for name in (*_OWN_IMPORTANCE_FIELDS, b"priority"):
        text = view.header.text(name)
        found = None if text is None else importance_of(name, text)
        if found is not None:
            return found
    return None


def _delivery_time(view: MimeView) -> object | None:
    _, semicolon, date = (view.header.raw(b"received") or b"").rpartition(b";")
    return read_time(date, view.header.note) if semicolon else None


def _when(field_name: bytes, value: object) -> Read:
    """Read as ``value`` where the field is there."""
    return lambda view: value if view.header.raw(field_name) is not None else None


def _subject_part(number: int) -> Read:
    def read(view: MimeView) -> str | None:
        subject = view.header.text(b"subject")
        return None if subject is None else split_subject(subject)[number]

    return read


# Inside one organisation these fields say what its servers found; from outside anybody may have written them.
_RESERVED = (b"x-ms-exchange-organization-", b"x-ms-exchange-forest-")
_SPAM_LEVEL = b"x-ms-exchange-organization-scl"


def _transport_headers(view: MimeView) -> str:
    header = view.header
    octets = b"".join(
        header.octets[field.start : field.end] for field in header.each_field() if not field.name.startswith(_RESERVED)
    )
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _auto_response(view: MimeView) -> object | None:
    """Read which automatic answers are not wanted; where no field says it, it follows from Auto-Submitted."""
    said = _SUPPRESSED(view)
    if said is not None:
        return said
    origin = view.header.text(b"auto-submitted")
    return None if origin is None else suppressed_by_origin(origin)


def _spam_level(view: MimeView) -> int | None:
    """Read the level that the message says, whoever wrote it: it is for whoever knows where the message came from."""
    text = view.header.text(_SPAM_LEVEL)
    return _LEVELS.get(text) if text else None


_LEVELS = {str(level): level for level in range(-1, 11)}


def _to_do_title(view: MimeView) -> str | None:
    return None if view.header.raw(_FLAG) is None else view.header.text(b"subject")


_FLAG = b"x-message-flag"


def _content_class(view: MimeView) -> str | None:
    return view.header.text(b"content-class")


def _is_unknown_content_class(view: MimeView) -> bool:
    """Whether there is a Content-Class that no message class says."""
    text = _content_class(view)
    return text is not None and class_of_content_class(text) is None


def _form_name(view: MimeView) -> str | None:
    text = _content_class(view)
    return None if text is None else form_name_of(text)


# The body


def _body(view: MimeView) -> str | None:
    texts = view.contents.texts
    return whole_text_of(texts) if texts else None


def _html(view: MimeView) -> bytes | None:
    return None if view.contents.html is None else view.html_body.octets[0]


def _code_page(view: MimeView) -> int | None:
    return None if view.contents.html is None else view.html_body.octets[1]


_PLAIN, _HTML, _CLEAR_SIGNED = 1, 3, 4


def _native_body(view: MimeView) -> int | None:
    """Say which body is the best one ([MS-OXCMSG] section 2.2.1.58.2)."""
    if view.root.media_type == "multipart/signed":
        return _CLEAR_SIGNED
    contents = view.contents
    if contents.html is not None:
        return _HTML
    return None if contents.plain is None else _PLAIN


def _of_body(read: Read) -> Read:
    """Read a field of the whole message where the whole message is not one attachment."""
    return lambda view: None if view.root in view.contents.attachments else read(view)


def _of_report(key: BagKey) -> Read:
    return lambda view: report_value(view.root, key)


_MAPPED = {mapped.tag.bag_key: _field(mapped) for mapped in FIELDS}
_SUPPRESSED = _MAPPED[PidTagAutoResponseSuppress.bag_key]
_MAPPED[PidTagAutoResponseSuppress.bag_key] = _auto_response
for _tag in (PidTagBodyContentId, PidTagBodyContentLocation):
    _MAPPED[_tag.bag_key] = _of_body(_MAPPED[_tag.bag_key])

_register(PidTagMessageClass, lambda view: message_class_of(view.root), said_by=ALWAYS)
READERS.update({reader.tag.bag_key: reader for reader in PEOPLE})
for _mapped in FIELDS:
    _register(_mapped.tag, _MAPPED[_mapped.tag.bag_key], said_by=_mapped.names)
_register(PidTagImportance, _importance, said_by=_OWN_IMPORTANCE_FIELDS)
_register(PidTagReadReceiptRequested, _when(b"disposition-notification-to", True), said_by=ALWAYS)
_register(PidTagNonReceiptNotificationRequested, _when(b"disposition-notification-to", True))
_register(PidTagOriginatorDeliveryReportRequested, _when(b"return-receipt-to", True), said_by=ALWAYS)
_register(PidTagMessageDeliveryTime, _delivery_time, said_by=ALWAYS)
_register(PidTagContentFilterSpamConfidenceLevel, _spam_level, said_by=(_SPAM_LEVEL,))
_register(PidNameContentClass, _content_class, said_when=_is_unknown_content_class)
_register(PidLidInfoPathFormName, _form_name, said_by=(b"content-class",))
_register(PidTagBody, _body, said_by=ALWAYS)
_register(PidTagHtml, _html, said_by=ALWAYS)
_register(PidTagInternetCodepage, _code_page, said_by=ALWAYS)
_register(PidTagTransportMessageHeaders, _transport_headers, said_by=ALWAYS)
_register(PidTagMessageSizeExtended, lambda view: len(view.octets), said_by=ALWAYS)
for _of_reports in REPORT_PROPERTIES:
    _register(_of_reports, _of_report(_of_reports.bag_key))
_register(PidTagHasAttachments, lambda view: view.has_attachments)
_register(PidTagNativeBody, _native_body)
_register(PidTagSubjectPrefix, _subject_part(0))
_register(PidTagNormalizedSubject, _subject_part(1))
# What a message that asks for a follow-up is ([MS-OXCMAIL] section 2.2.3.2.16).
_register(PidTagFlagStatus, _when(_FLAG, 2))
_register(PidTagToDoItemFlags, _when(_FLAG, 8))
_register(PidLidTaskStatus, _when(_FLAG, 0))
_register(PidLidTaskComplete, _when(_FLAG, False))
_register(PidLidPercentComplete, _when(_FLAG, 0.0))
_register(PidLidToDoTitle, _to_do_title)
