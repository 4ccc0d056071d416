"""The properties of a message that was read, each with how it is read ([MS-OXCMAIL] section 2.2.3).

A property is *said* by the message, and then one of its ``tags``; or it follows from what is said (the sender when only
From is there, the lists of names, the parts of the subject), and then it has a value only: two messages that say the
same have the same tags.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import attrs

from msgcore.codecs.mime.addresses import display_list
from msgcore.codecs.mime.contents import text_of
from msgcore.codecs.mime.fields import FIELDS, MappedField, importance_of, read_time
from msgcore.codecs.mime.message_class import message_class_of
from msgcore.codecs.mime.view import MimeView
from msgcore.model.address import SMTP, Address
from msgcore.model.recipient import RecipientKind
from msgcore.props.key import BagKey
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
    PidTagSubjectPrefix,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property

__all__ = ["READERS", "Reader"]

Read = Callable[[MimeView], object | None]


@attrs.frozen
class Reader:
    """How one property is read. ``said_by`` are the header fields one of which says it; ``None``: it only follows."""

    tag: Property[Any]
    read: Read
    said_by: tuple[bytes, ...] | None = None


READERS: dict[BagKey, Reader] = {}
"""Every property but the named ones; those that a message says stand in the order of its ``tags``."""


def _register(tag: Property[Any], read: Read, *, said_by: tuple[bytes, ...] | None = None) -> None:
    READERS[tag.bag_key] = Reader(tag, read, said_by)


ALWAYS = (b"",)
"""Said whenever there is a value."""


# People


def _said(view: MimeView, name: bytes, other: bytes) -> Address | None:
    """Give the address in a field; when it is missing the other stands for it."""
    addresses = view.addresses(name) or view.addresses(other)
    return addresses[0] if addresses else None


def _name(address: Address) -> str | None:
    return address.display_name or address.email_address


def _type(address: Address) -> str | None:
    return address.address_type if address.is_resolved else None


def _email(address: Address) -> str | None:
    return address.email_address if address.is_resolved else None


def _smtp(address: Address) -> str | None:
    return address.email_address if address.address_type == SMTP else None


def _of(name: bytes, other: bytes, part: Callable[[Address], object | None]) -> Read:
    def read(view: MimeView) -> object | None:
        address = _said(view, name, other)
        return None if address is None else part(address)

    return read


def _names(kind: RecipientKind) -> Read:
    return lambda view: display_list([r.address for r in view.recipients() if r.kind is kind])


# The header


def _field(mapped: MappedField) -> Read:
    name, read = mapped.lowered, mapped.read

    def read_field(view: MimeView) -> object | None:
        header = view.header
        raw = header.raw(name)
        return None if raw is None else read(raw, header.note)

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


def _is_there(field_name: bytes) -> Read:
    return lambda view: True if view.header.raw(field_name) is not None else None


def _subject_part(number: int) -> Read:
    def read(view: MimeView) -> str | None:
        subject = view.header.text(b"subject")
        return None if subject is None else _split_subject(subject)[number]

    return read


def _split_subject(subject: str) -> tuple[str, str]:
    """Split off the prefix: up to three characters that are no digits, a colon and a space ([MS-OXCMSG] 2.2.1.9)."""
    prefix, colon, rest = subject.partition(": ")
    if colon and 1 <= len(prefix) <= 3 and prefix.isalpha():
        return f"{prefix}: ", rest
    return "", subject


def _transport_headers(view: MimeView) -> str:
    header = view.header
    octets = b"".join(
        header.octets[field.start : field.end]
        for field in header.each_field()
        if not field.name.startswith((b"x-ms-exchange-organization-", b"x-ms-exchange-forest-"))
    )
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


# The body


def _body(view: MimeView) -> str | None:
    plain = view.contents.plain
    return None if plain is None else text_of(plain)


def _html(view: MimeView) -> bytes | None:
    return None if view.contents.html is None else view.html[0]


def _code_page(view: MimeView) -> int | None:
    return None if view.contents.html is None else view.html[1]


_register(PidTagMessageClass, lambda view: message_class_of(view.root), said_by=ALWAYS)
for _tags, _by, _other in (
    (
        (
            PidTagSentRepresentingName,
            PidTagSentRepresentingAddressType,
            PidTagSentRepresentingEmailAddress,
            PidTagSentRepresentingSmtpAddress,
        ),
        b"from",
        b"sender",
    ),
    (
        (PidTagSenderName, PidTagSenderAddressType, PidTagSenderEmailAddress, PidTagSenderSmtpAddress),
        b"sender",
        b"from",
    ),
):
    for _tag, _part in zip(_tags, (_name, _type, _email, _smtp), strict=True):
        _register(cast("Property[Any]", _tag), _of(_by, _other, _part), said_by=(_by,))
for _mapped in FIELDS:
    _register(_mapped.tag, _field(_mapped), said_by=(_mapped.lowered,))
_register(PidTagImportance, _importance, said_by=_OWN_IMPORTANCE_FIELDS)
_register(PidTagReadReceiptRequested, _is_there(b"disposition-notification-to"), said_by=ALWAYS)
_register(PidTagOriginatorDeliveryReportRequested, _is_there(b"return-receipt-to"), said_by=ALWAYS)
_register(PidTagMessageDeliveryTime, _delivery_time, said_by=ALWAYS)
_register(PidTagBody, _body, said_by=ALWAYS)
_register(PidTagHtml, _html, said_by=ALWAYS)
_register(PidTagInternetCodepage, _code_page, said_by=ALWAYS)
_register(PidTagTransportMessageHeaders, _transport_headers, said_by=ALWAYS)
_register(PidTagMessageSizeExtended, lambda view: len(view.octets), said_by=ALWAYS)
_register(PidTagHasAttachments, lambda view: view.has_attachments)
_register(PidTagDisplayTo, _names(RecipientKind.TO))
_register(PidTagDisplayCc, _names(RecipientKind.CC))
_register(PidTagDisplayBcc, _names(RecipientKind.BCC))
_register(PidTagSubjectPrefix, _subject_part(0))
_register(PidTagNormalizedSubject, _subject_part(1))
