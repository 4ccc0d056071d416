"""A message that was read from MIME: properties, recipients and attachments, decoded when they are asked for.

``tags`` gives what the message says. What follows from that (the sender when only From is there, the lists of names,
the parts of the subject) has a value, too, but no place in ``tags``: two messages that say the same have the same tags.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

from msgcore.codecs.mime.addresses import display_list, read_addresses
from msgcore.codecs.mime.contents import Contents, contents_of, html_of, text_of
from msgcore.codecs.mime.entity import Entity
from msgcore.codecs.mime.fields import FIELD_OF_PROPERTY, FIELDS, importance_of, is_named_property
from msgcore.codecs.mime.message_class import message_class_of
from msgcore.codecs.mime.parts import attachment_of, is_hidden
from msgcore.model.address import SMTP, Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Header, Headers
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagDisplayBcc,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInternetCodepage,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagNormalizedSubject,
    PidTagOriginatorDeliveryReportRequested,
    PidTagReadReceiptRequested,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSenderSmtpAddress,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSentRepresentingSmtpAddress,
    PidTagSubject,
    PidTagSubjectPrefix,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property, header_property
from msgcore.props.types import PropertyType

__all__ = ["MimeSource"]

_KINDS = ((b"to", RecipientKind.TO), (b"cc", RecipientKind.CC), (b"bcc", RecipientKind.BCC))
_OWN_IMPORTANCE_FIELDS = (b"importance", b"x-priority", b"x-msmail-priority")
_IMPORTANCE_FIELDS = (*_OWN_IMPORTANCE_FIELDS, b"priority")
_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_ABSENT = object()


class MimeSource:
    """The lazy view of one message; it never changes."""

    __slots__ = ("_attachments", "_cache", "_contents", "_headers", "_html", "_people", "_recipients", "root")

    def __init__(self, root: Entity) -> None:
        self.root = root
        self._cache: dict[BagKey, object] = {}
        self._contents: Contents | None = None
        self._attachments: tuple[Attachment, ...] | None = None
        self._recipients: tuple[Recipient, ...] | None = None
        self._headers: Headers | None = None
        self._html: tuple[bytes, int] | None = None
        self._people: dict[bytes, list[Address]] = {}

    @property
    def form(self) -> str:
        return "mime"

    @property
    def octets(self) -> bytes:
        root = self.root
        whole = root.reading.octets
        return whole if root.start == 0 and root.end == len(whole) else root.octets

    def value(self, tag: PropertyKey) -> object | None:
        key = tag.bag_key
        found = self._cache.get(key, _ABSENT)
        if found is _ABSENT:
            found = self._cache[key] = self._read(tag, key)
        return found if _fits(key, tag.value_type) else None

    def tags(self) -> Sequence[PropertyKey]:
        present: list[PropertyKey] = [PidTagMessageClass]
        header = self.root.header
        for tags, name in ((_FROM, b"from"), (_SENDER, b"sender")):
            if header.raw(name) is not None:
                present.extend(tag for tag in tags if self.value(tag) is not None)
        present.extend(mapped.tag for mapped in FIELDS if self.value(mapped.tag) is not None)
        if (
            any(header.raw(name) is not None for name in _IMPORTANCE_FIELDS[:3])
            and self.value(PidTagImportance) is not None
        ):
            present.append(PidTagImportance)
        others = (
            PidTagReadReceiptRequested,
            PidTagOriginatorDeliveryReportRequested,
            PidTagMessageDeliveryTime,
            PidTagBody,
            PidTagHtml,
            PidTagTransportMessageHeaders,
            PidTagMessageSizeExtended,
        )
        present.extend(tag for tag in others if self.value(tag) is not None)
        if self.contents.html is not None:
            present.append(PidTagInternetCodepage)
        for name in header.index():
            lowered = name.decode("ascii")
            if is_named_property(lowered):
                present.append(header_property(lowered))
        return present

    def headers(self) -> Headers:
        if self._headers is None:
            header = self.root.header
            self._headers = Headers(
                Header(header.name(field), header.decoded(header.value(field)))
                for field in header.fields()
                if field.name
            )
        return self._headers

    def recipients(self) -> Sequence[Recipient]:
        if self._recipients is None:
            self._recipients = tuple(
                Recipient(address, kind) for name, kind in _KINDS for address in self.addresses(name)
            )
        return self._recipients

    def reply_to(self) -> Sequence[Address]:
        return tuple(self.addresses(b"reply-to"))

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            html = b"" if self.contents.html is None else self.html[0]
            self._attachments = tuple(
                attachment_of(part, html, _message_in(part)) for part in self.contents.attachments
            )
        return self._attachments

    # For the other modules of this folder

    @property
    def contents(self) -> Contents:
        if self._contents is None:
            self._contents = contents_of(self.root)
        return self._contents

    @property
    def html(self) -> tuple[bytes, int]:
        if self._html is None:
            entity = self.contents.html
            assert entity is not None
            self._html = html_of(entity)
        return self._html

    def addresses(self, name: bytes) -> list[Address]:
        """Read the addresses of every field called ``name``."""
        known = self._people.get(name)
        if known is None:
            known = self._people[name] = self._read_addresses(name)
        return known

    def _read_addresses(self, name: bytes) -> list[Address]:
        reading = self.root.reading
        note = reading.findings.at(self.root.header_start)
        limit = reading.limits.addresses
        found: list[Address] = []
        for raw in self.root.header.raw_all(name):
            found.extend(read_addresses(raw, note, limit - len(found)))
            if len(found) >= limit:
                break
        return found

    def _read(self, tag: PropertyKey, key: BagKey) -> object | None:
        mapped = FIELD_OF_PROPERTY.get(key)
        if mapped is not None:
            raw = self.root.header.raw(mapped.lowered)
            return None if raw is None else mapped.read(raw, self.root.reading.findings.at(self.root.header_start))
        reader = _READERS.get(key)
        if reader is not None:
            return reader[1](self)
        if isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS:
            name = str(tag.lid_or_name)
            return self.root.header.text(name.encode("utf-8", "replace")) if is_named_property(name) else None
        return None


def _message_in(part: Entity) -> Message | None:
    root = part.message
    return None if root is None else Message.from_source(MimeSource(root))


def _fits(key: BagKey, asked: PropertyType) -> bool:
    mapped = FIELD_OF_PROPERTY.get(key)
    reader = _READERS.get(key)
    known = PropertyType.UNICODE  # a header field
    if mapped is not None:
        known = mapped.tag.value_type
    elif reader is not None:
        known = reader[0]
    return known is asked or (known in _INTEGERS and asked in _INTEGERS)


# What is read by more than the value of one field

_FROM: tuple[Property[str], ...] = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingSmtpAddress,
)
_SENDER: tuple[Property[str], ...] = (
    PidTagSenderName,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderSmtpAddress,
)


def _correspondent(source: MimeSource, name: bytes, other: bytes, number: int) -> str | None:
    """Read one property of From or Sender; when one of the fields is missing the other stands for it."""
    addresses = source.addresses(name) or source.addresses(other)
    if not addresses:
        return None
    address = addresses[0]
    if number == 3:
        return address.email_address if address.address_type == SMTP else None
    if not address.is_resolved:  # a name without an address
        return address.display_name if number == 0 else None
    return (address.display_name or address.email_address, address.address_type, address.email_address)[number]


def _importance(source: MimeSource) -> int | None:
    for name in _IMPORTANCE_FIELDS:
        text = source.root.header.text(name)
        found = None if text is None else importance_of(name, text)
        if found is not None:
            return found
    return None


def _delivery_time(source: MimeSource) -> object | None:
    raw = source.root.header.raw(b"received")
    if raw is None:
        return None
    _, semicolon, date = raw.rpartition(b";")
    mapped = FIELD_OF_PROPERTY[_SUBMIT_TIME]
    return mapped.read(date, source.root.reading.findings.at(source.root.header_start)) if semicolon else None


_SUBMIT_TIME = next(mapped.tag.bag_key for mapped in FIELDS if mapped.name == "Date")


def _receipt(field_name: bytes) -> Callable[[MimeSource], bool | None]:
    return lambda source: True if source.root.header.raw(field_name) is not None else None


def _names(kind: RecipientKind) -> Callable[[MimeSource], str]:
    return lambda source: display_list([r.address for r in source.recipients() if r.kind is kind])


def _body(source: MimeSource) -> str | None:
    plain = source.contents.plain
    return None if plain is None else text_of(plain)


def _html(source: MimeSource) -> bytes | None:
    return None if source.contents.html is None else source.html[0]


def _code_page(source: MimeSource) -> int | None:
    return None if source.contents.html is None else source.html[1]


def _has_attachments(source: MimeSource) -> bool:
    root = source.root
    if not root.is_multipart and not root.is_message and root.media_type.startswith("text/"):
        return bool(source.contents.attachments)
    html = b"" if source.contents.html is None else source.html[0]
    return any(not is_hidden(part, html) for part in source.contents.attachments)


def _subject_split(number: int) -> Callable[[MimeSource], str | None]:
    def read(source: MimeSource) -> str | None:
        subject = cast("str | None", source.value(PidTagSubject))
        return None if subject is None else split_subject(subject)[number]

    return read


def split_subject(subject: str) -> tuple[str, str]:
    """Split off the prefix: up to three characters that are no digits, a colon and a space ([MS-OXCMSG] 2.2.1.9)."""
    prefix, colon, rest = subject.partition(": ")
    if colon and 1 <= len(prefix) <= 3 and prefix.isalpha():
        return f"{prefix}: ", rest
    return "", subject


def _transport_headers(source: MimeSource) -> str:
    header = source.root.header
    kept = [
        header.octets[field.start : field.end]
        for field in header.fields()
        if not field.name.startswith((b"x-ms-exchange-organization-", b"x-ms-exchange-forest-"))
    ]
    octets = b"".join(kept)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


_READERS: dict[BagKey, tuple[PropertyType, Callable[[MimeSource], object | None]]] = {}


def _register(tag: Property[Any], reader: Callable[[MimeSource], object | None]) -> None:
    _READERS[tag.bag_key] = (tag.value_type, reader)


for _number in range(4):
    _register(_FROM[_number], functools.partial(_correspondent, name=b"from", other=b"sender", number=_number))
    _register(_SENDER[_number], functools.partial(_correspondent, name=b"sender", other=b"from", number=_number))
_register(PidTagImportance, _importance)
_register(PidTagMessageDeliveryTime, _delivery_time)
_register(PidTagReadReceiptRequested, _receipt(b"disposition-notification-to"))
_register(PidTagOriginatorDeliveryReportRequested, _receipt(b"return-receipt-to"))
_register(PidTagDisplayTo, _names(RecipientKind.TO))
_register(PidTagDisplayCc, _names(RecipientKind.CC))
_register(PidTagDisplayBcc, _names(RecipientKind.BCC))
_register(PidTagSubjectPrefix, _subject_split(0))
_register(PidTagNormalizedSubject, _subject_split(1))
_register(PidTagBody, _body)
_register(PidTagHtml, _html)
_register(PidTagInternetCodepage, _code_page)
_register(PidTagHasAttachments, _has_attachments)
_register(PidTagMessageClass, lambda source: message_class_of(source.root))
_register(PidTagMessageSizeExtended, lambda source: len(source.octets))
_register(PidTagTransportMessageHeaders, _transport_headers)
