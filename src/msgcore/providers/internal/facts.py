"""What of a message stands in the columns of its row and in the full-text index beside its texts, read in one go.

What was read as MIME, and nothing was set over, is asked field by field: to ask for property after property takes twice
as long, and saving asks every message for the same ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.syntax.addresses import display_list
from msgcore.model.address import Address
from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagReadReceiptRequested,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.spi.kept import DEFAULTS

__all__ = ["MessageFacts", "facts_of"]

_AUTHORS = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagSenderName,
    PidTagSenderEmailAddress,
)
_CLASS, _IMPORTANCE, _SENSITIVITY = str(DEFAULTS[PidTagMessageClass]), int(Importance.NORMAL), int(Sensitivity.NORMAL)


class MessageFacts(NamedTuple):
    """Properties by their names; ``people`` are the names and addresses of authors and recipients, each once."""

    message_class: str
    subject: str | None
    from_name: str | None
    from_type: str | None
    from_address: str | None
    display_to: str
    display_cc: str
    people: Collection[str]
    internet_message_id: str | None
    importance: int
    sensitivity: int
    submit_time: datetime | None
    asks_for_receipt: bool


def facts_of(message: Message) -> MessageFacts:
    """Read the facts of a message as it is kept."""
    source = message.source
    if type(source) is MimeSource and not message.is_changed and message.properties_set.is_empty:
        return _facts_of_mime(source)
    return _facts_of_any(message)


def _facts_of_any(message: Message) -> MessageFacts:
    get = message.get
    people: dict[str, None] = dict.fromkeys([get(tag, "") for tag in _AUTHORS])
    for recipient in message.recipients:
        people[recipient.address.display_name] = None
        people[recipient.email_address] = None
    return MessageFacts(
        get(PidTagMessageClass, _CLASS),
        get(PidTagSubject),
        get(PidTagSentRepresentingName),
        get(PidTagSentRepresentingAddressType),
        get(PidTagSentRepresentingEmailAddress),
        get(PidTagDisplayTo, ""),
        get(PidTagDisplayCc, ""),
        people,
        get(PidTagInternetMessageId),
        get(PidTagImportance, _IMPORTANCE),
        get(PidTagSensitivity, _SENSITIVITY),
        get(PidTagClientSubmitTime),
        get(PidTagReadReceiptRequested, False),
    )


def _facts_of_mime(source: MimeSource) -> MessageFacts:
    value: Any = source.value  # gives what its tag says
    addresses = source.addresses
    to, cc = addresses(b"to"), addresses(b"cc")
    authors = addresses(b"from"), addresses(b"sender")
    from_name, from_type, from_address = _correspondent(authors[0] or authors[1])
    sender_name, _, sender_address = _correspondent(authors[1] or authors[0])
    people: dict[str, None] = dict.fromkeys(
        (from_name or "", from_address or "", sender_name or "", sender_address or "")
    )
    for one in (*to, *cc, *addresses(b"bcc")):
        people[one.display_name] = None
        people[one.email_address] = None
    importance, sensitivity = value(PidTagImportance), value(PidTagSensitivity)
    return MessageFacts(
        value(PidTagMessageClass),
        value(PidTagSubject),
        from_name,
        from_type,
        from_address,
        display_list(to),
        display_list(cc),
        people,
        value(PidTagInternetMessageId),
        _IMPORTANCE if importance is None else importance,
        _SENSITIVITY if sensitivity is None else sensitivity,
        value(PidTagClientSubmitTime),
        value(PidTagReadReceiptRequested) is not None,
    )


def _correspondent(addresses: Sequence[Address]) -> tuple[str | None, str | None, str | None]:
    """Give the name, the type and the address of the first one, as its properties have them."""
    if not addresses:
        return None, None, None
    one = addresses[0]
    name = one.display_name or one.email_address
    return (name, one.address_type, one.email_address) if one.is_resolved else (name, None, None)
