"""What a property means beside others, so that two ways to say the same compare as the same.

A default that stands there means what its absence does, and so does an empty text; entry ids, search keys and SMTP
addresses that are made of an address say nothing that the address does not; a header field is its named property.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgcore.base.one_off import OneOffEntryId
from msgcore.errors import MalformedMessage
from msgcore.model.address import SMTP
from msgcore.model.body import as_mime_says
from msgcore.model.defaults import MEANT, MEANT_IN_ROW
from msgcore.model.message import Message
from msgcore.model.people import FROM, FROM_IDS, RECEIPT, RECEIPT_IDS, SENDER, SENDER_IDS, Person
from msgcore.model.recipient import Recipient
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAddressType,
    PidTagBody,
    PidTagEmailAddress,
    PidTagHtml,
    PidTagNonReceiptNotificationRequested,
    PidTagReadReceiptRequested,
    PidTagRecipientDisplayName,
    PidTagRecipientEntryId,
    PidTagSearchKey,
    PidTagTransmittableDisplayName,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, Property
from msgcore.props.types import PropertyType

__all__ = ["Meanings", "meaning_in_row", "signed"]

_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})
_BITS = {PropertyType.SHORT: 16, PropertyType.LONG: 32, PropertyType.I8: 64}


class Meanings:
    """What one message means by its properties; ``tags`` are those that it says."""

    __slots__ = ("_fields", "_message", "_said", "tags")

    def __init__(self, message: Message) -> None:
        self.tags = message.tags()
        self._message = message
        self._said = {tag.bag_key for tag in self.tags}
        self._fields: dict[str, str] | None = None

    def of(self, tag: PropertyKey) -> object:
        """Give what the message means by a property; ``None``: nothing that it does not say by others as well."""
        key = tag.bag_key
        if isinstance(key, tuple) and key[0] == PS_INTERNET_HEADERS and key not in self._said:
            return self._field(str(key[1])) or None
        value = self._message.said(cast("Property[object]", tag))
        if key in _IDS_OF:
            return _unless_of_person(value, *map(self._message.said, _IDS_OF[key][1:3]))
        if value is None or value == "":
            return self._unsaid(tag)
        return as_mime_says(value) if key in _BODIES else signed(tag, value)

    def _unsaid(self, tag: PropertyKey) -> object:
        key, message = tag.bag_key, self._message
        if key in _SMTP_OF:
            kind, email = map(message.said, _SMTP_OF[key][1:3])
            return email if kind == SMTP else None
        if key == PidTagNonReceiptNotificationRequested.bag_key:
            return message.said(PidTagReadReceiptRequested) or False
        return MEANT.get(key)

    def _field(self, name: str) -> str | None:
        """Give the first field of a name; all are looked at once, however many names are asked for."""
        if self._fields is None:
            self._fields = {field.name.lower(): field.value for field in reversed(self._message.headers)}
        return self._fields.get(name.lower())


_IDS_OF: Mapping[BagKey, Person] = {
    tag.bag_key: person
    for person, ids in ((FROM, FROM_IDS), (SENDER, SENDER_IDS), (RECEIPT, RECEIPT_IDS))
    for tag in ids
}
_SMTP_OF: Mapping[BagKey, Person] = {person[-1].bag_key: person for person in (FROM, SENDER, RECEIPT)}


def meaning_in_row(recipient: Recipient, tag: PropertyKey) -> object:
    """Give what the row of a recipient means by a property, beside its address, name and role."""
    value = recipient.get(cast("Property[object]", tag))
    if tag.bag_key in _IDS_OF_ROW:
        return _unless_of_person(value, recipient.get(PidTagAddressType), recipient.get(PidTagEmailAddress))
    if value is None or value == "":
        return MEANT_IN_ROW.get(tag.bag_key)
    return None if tag.bag_key in _NAMES_OF_ROW and value == recipient.display_name else signed(tag, value)


_IDS_OF_ROW = frozenset({PidTagSearchKey.bag_key, PidTagRecipientEntryId.bag_key})
_NAMES_OF_ROW = frozenset({PidTagRecipientDisplayName.bag_key, PidTagTransmittableDisplayName.bag_key})


def _unless_of_person(value: object, kind: object, email: object) -> object:
    """Give a search key or entry id, or ``None`` when it is made of this address."""
    if not isinstance(value, bytes) or not isinstance(kind, str) or not isinstance(email, str):
        return value
    person = f"{kind}:{email}".upper()
    return None if _as_key(value, person) or _as_entry_id(value) == person else value


def _as_key(value: bytes, person: str) -> bool:
    return value.rstrip(b"\0") == person.encode("utf-8", "replace")


def _as_entry_id(value: bytes) -> str | None:
    try:
        read = OneOffEntryId.parse(value)
    except MalformedMessage:
        return None
    return f"{read.address_type}:{read.email_address}".upper()


def signed(tag: PropertyKey, value: object) -> object:
    """Give an integer as every wire does: flags may be taken in their unsigned reading."""
    bits = _BITS.get(tag.value_type.element)
    if bits is None:
        return value
    if isinstance(value, tuple):
        return tuple(_signed_number(one, bits) for one in cast("tuple[object, ...]", value))
    return _signed_number(value, bits)


def _signed_number(value: object, bits: int) -> object:
    return value - (1 << bits) if isinstance(value, int) and value >= 1 << (bits - 1) else value
