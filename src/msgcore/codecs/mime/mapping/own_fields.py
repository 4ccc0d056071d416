"""The header fields that a message's properties write, each with the properties that it depends on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

import attrs

from msgcore.codecs.mime.mapping.content_class import class_of_content_class, content_class_of
from msgcore.codecs.mime.mapping.fields import FIELDS, MappedField, is_named_property
from msgcore.codecs.mime.mapping.read_texts import fit_for_field
from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.fold import field, text_field
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address
from msgcore.model.headers import own_headers
from msgcore.model.message import Message
from msgcore.model.people import FROM, RECEIPT, SENDER, Person
from msgcore.model.recipient import RecipientKind
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidLidInfoPathFormName,
    PidNameContentClass,
    PidTagConversationTopic,
    PidTagImportance,
    PidTagMessageClass,
    PidTagOriginatorDeliveryReportRequested,
    PidTagReadReceiptRequested,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property

__all__ = ["OWN_FIELDS", "RECIPIENTS", "REPLY_TO", "OwnField", "fields_of_source", "named_fields"]

RECIPIENTS = {kind: f"recipients:{kind.name}" for kind in (RecipientKind.TO, RecipientKind.CC, RecipientKind.BCC)}
"""What the field of the recipients of a kind depends on."""
REPLY_TO = "reply_to"

_NAME = re.compile(r"[!-9;-~]{1,256}")
_USUAL_CLASS = "IPM.Note"  # for which there is none


Writer = Callable[[Message, bool], bytes | None]


@attrs.frozen
class OwnField:
    """One field: its name in lower case, the property ids and names that it follows, and how it is written.

    ``write`` is told whether text may stand in the field as UTF-8.
    """

    name: bytes
    depends_on: frozenset[BagKey | str]
    write: Writer


def _correspondent(message: Message, tags: Person) -> Address | None:
    """Read one of the two correspondents from its properties; a name alone is kept, too.

    Of whom Exchange knows by an address of its own, what others reach them by.
    """
    name, kind, address, smtp = [message.said(tag) or "" for tag in tags]
    if smtp and kind != SMTP:
        kind, address = SMTP, smtp
    return Address(kind, address, name) if name or address else None


def _line(message: Message, text: str) -> str:
    """Give a text for a field; what the application composed is as it is, and may be refused further on."""
    return text if message.source is None else fit_for_field(text)


def _address_field(message: Message, name: str, addresses: Sequence[Address], utf8: bool) -> bytes | None:
    if message.source is not None:
        texts = [(one.address_type, one.email_address, one.display_name) for one in addresses]
        addresses = [Address(*(_line(message, text) for text in three)) for three in texts]
    return address_field(name, addresses, utf8=utf8)


def _from(message: Message, utf8: bool) -> bytes | None:
    address = _correspondent(message, FROM)
    return None if address is None else _address_field(message, "From", (address,), utf8)


def _sender(message: Message, utf8: bool) -> bytes | None:
    address = _correspondent(message, SENDER)
    if address is None:
        return None
    from_ = _correspondent(message, FROM)
    # RFC 5322 section 3.6.2: no Sender field that says what From says; but an application that sets it keeps it.
    is_same = from_ is not None and (from_.typed, from_.display_name) == (address.typed, address.display_name)
    return None if is_same and not _is_set(message, SENDER) else _address_field(message, "Sender", (address,), utf8)


def _reply_to(message: Message, utf8: bool) -> bytes | None:
    addresses = message.reply_to
    return _address_field(message, "Reply-To", addresses, utf8) if addresses else None


def _is_set(message: Message, tags: Person) -> bool:
    return any(tag in message.properties_set for tag in tags)


def _people(name: str, kind: RecipientKind) -> Writer:
    def write(message: Message, utf8: bool) -> bytes | None:
        addresses = [r.address for r in message.recipients if r.kind is kind]
        return _address_field(message, name, addresses, utf8) if addresses else None

    return write


def _mapped(mapped: MappedField) -> Writer:
    is_text = mapped.write is text_field
    needed = mapped.only_with

    def write(message: Message, utf8: bool) -> bytes | None:
        value: object = message.get(mapped.tag)
        if value is None or (needed is not None and not message.get(needed.tag)):
            return None
        if isinstance(value, str):
            value = _line(message, value)
        return text_field(mapped.name, str(value), utf8=utf8) if is_text else mapped.write(mapped.name, value)

    return write


_IMPORTANCES = {0: ("low", "5"), 1: ("normal", "3"), 2: ("high", "1")}


def _importance(number: int, name: str) -> Writer:
    def write(message: Message, _utf8: bool) -> bytes | None:
        words = _IMPORTANCES.get(message.get(PidTagImportance, -1))
        return None if words is None else field(name, [words[number].encode()])

    return write


def _receipt(name: str, tag: Property[bool]) -> Writer:
    """A request for a receipt names who gets it: the sender, when nobody else is named ([MS-OXCMAIL] 2.1.3.1.5)."""

    def write(message: Message, utf8: bool) -> bytes | None:
        if not message.get(tag, False):
            return None
        given = (_correspondent(message, tags) for tags in (RECEIPT, FROM, SENDER))
        address = next(filter(None, given), None)
        return None if address is None else _address_field(message, name, (address,), utf8)

    return write


def _content_class(message: Message, utf8: bool) -> bytes | None:
    """Write the class that the message class stands for, else the one that was given, when that stands for none."""
    message_class = message.message_class
    value = None
    if message_class != _USUAL_CLASS:
        value = content_class_of(message_class, message.get(PidLidInfoPathFormName))
    if value is None:
        value = message.get(PidNameContentClass)
        if value is None or class_of_content_class(value) is not None:
            return None
    return text_field("Content-Class", _line(message, value), utf8=utf8)


def _no_field(_message: Message, _utf8: bool) -> None:
    """What is read as another field is not written."""


def _keys(*tags: PropertyKey) -> frozenset[BagKey | str]:
    return frozenset(tag.bag_key for tag in tags)


OWN_FIELDS: tuple[OwnField, ...] = (
    OwnField(b"from", _keys(*FROM), _from),
    OwnField(b"sender", _keys(*SENDER), _sender),
    OwnField(b"reply-to", frozenset({REPLY_TO}), _reply_to),
    *(
        OwnField(kind.name.lower().encode(), frozenset({key}), _people(kind.name.capitalize(), kind))
        for kind, key in RECIPIENTS.items()
    ),
    *(
        OwnField(
            mapped.lowered, _keys(mapped.tag, *([mapped.only_with.tag] if mapped.only_with else [])), _mapped(mapped)
        )
        for mapped in FIELDS
    ),
    *(OwnField(alias, _keys(mapped.tag), _no_field) for mapped in FIELDS for alias in mapped.names[1:]),
    OwnField(b"content-class", _keys(PidTagMessageClass, PidNameContentClass, PidLidInfoPathFormName), _content_class),
    OwnField(b"importance", _keys(PidTagImportance), _importance(0, "Importance")),
    OwnField(b"x-priority", _keys(PidTagImportance), _importance(1, "X-Priority")),
    OwnField(b"x-msmail-priority", _keys(PidTagImportance), _no_field),
    OwnField(
        b"disposition-notification-to",
        _keys(PidTagReadReceiptRequested, *RECEIPT),
        _receipt("Disposition-Notification-To", PidTagReadReceiptRequested),
    ),
    OwnField(
        b"return-receipt-to",
        _keys(PidTagOriginatorDeliveryReportRequested),
        _receipt("Return-Receipt-To", PidTagOriginatorDeliveryReportRequested),
    ),
)


def fields_of_source(tags: Iterable[PropertyKey]) -> Sequence[OwnField]:
    """Give the fields that a message may write that was read and says these properties.

    A topic that only follows from the subject is no field.
    """
    if any(tag.bag_key == PidTagConversationTopic.bag_key for tag in tags):
        return OWN_FIELDS
    return _WITHOUT_TOPIC


_WITHOUT_TOPIC = tuple(own for own in OWN_FIELDS if PidTagConversationTopic.bag_key not in own.depends_on)


def named_fields(message: Message, tags: Iterable[PropertyKey], *, utf8: bool) -> Iterator[tuple[bytes, bytes | None]]:
    """Write those of ``tags`` that are named properties for fields, by name in lower case; ``None``: it was deleted.

    One that was read, and that no field can say, is left out.

    Raises:
        UsageError: a name is no field name, or belongs to a property of its own.
        InjectionRefused: a name or value holds CR, LF or NUL.
    """
    for tag in tags:
        if not isinstance(tag, NamedProperty) or tag.property_set != PS_INTERNET_HEADERS:
            continue
        if tag.bag_key == PidNameContentClass.bag_key:
            continue
        lowered = str(tag.lid_or_name)
        value: object = message.get(cast("Property[object]", tag))
        if not isinstance(value, str):
            yield lowered.encode("utf-8", "replace"), None
            continue
        was_read = message.source is not None and not message.properties_set.was_changed(cast(PropertyKey, tag))
        if was_read and not (_NAME.fullmatch(lowered) and is_named_property(lowered)):
            continue
        if not is_named_property(lowered):
            raise UsageError(f"header {lowered}: set the argument or property that stands for it")
        value = _line(message, value) if was_read else value
        (checked,) = own_headers([(tag.name if tag.name.lower() == lowered else lowered, value)])
        yield lowered.encode("ascii"), text_field(checked.name, checked.value, utf8=utf8)
