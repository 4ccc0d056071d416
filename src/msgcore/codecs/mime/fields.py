"""Which header field is which property ([MS-OXCMAIL] section 2.2.3.1), as one table for both directions."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from msgcore.codecs.mime.dates import format_date, parse_date
from msgcore.codecs.mime.fold import field, text_field
from msgcore.codecs.mime.tolerated import Note
from msgcore.codecs.mime.transfer import decode_base64
from msgcore.codecs.mime.words import decode_words, header_text
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagConversationIndex,
    PidTagConversationTopic,
    PidTagExpiryTime,
    PidTagInReplyToId,
    PidTagInternetMessageId,
    PidTagInternetReferences,
    PidTagListHelp,
    PidTagListSubscribe,
    PidTagListUnsubscribe,
    PidTagPriority,
    PidTagReplyTime,
    PidTagSensitivity,
    PidTagSubject,
)
from msgcore.props.tags import Property

__all__ = ["FIELDS", "FIELD_OF_PROPERTY", "MappedField", "importance_of", "is_named_property", "read_time"]


@attrs.frozen
class MappedField:
    """One field with a property of its own: how its value is read, and how the whole field is written."""

    name: str
    tag: Property[Any]
    read: Callable[[bytes, Note], object | None]
    write: Callable[[str, Any], bytes]

    @property
    def lowered(self) -> bytes:
        return self.name.lower().encode()


def _read_text(raw: bytes, note: Note) -> str:
    return decode_words(header_text(raw, note), note)


def read_time(raw: bytes, note: Note) -> datetime | None:
    return parse_date(header_text(raw, note), note)


def _write_time(name: str, moment: datetime) -> bytes:
    return field(name, format_date(moment).split(b" "))


def _read_octets(raw: bytes, note: Note) -> bytes | None:
    return decode_base64(raw, note) or None


def _write_octets(name: str, octets: bytes) -> bytes:
    encoded = base64.b64encode(octets)
    return field(name, [encoded[start : start + 60] for start in range(0, len(encoded), 60)])


def _word_of(names: Mapping[str, int]) -> tuple[Callable[[bytes, Note], int | None], Callable[[str, int], bytes]]:
    numbers = {name.lower(): number for name, number in names.items()}
    words = {number: name for name, number in names.items()}

    def read(raw: bytes, note: Note) -> int | None:
        return numbers.get(header_text(raw, note).strip().lower())

    def write(name: str, number: int) -> bytes:
        return text_field(name, words.get(number, str(number)))

    return read, write


_SENSITIVITIES = {"Normal": 0, "Personal": 1, "Private": 2, "Company-Confidential": 3}
_PRIORITIES = {"normal": 0, "urgent": 1, "non-urgent": -1}

FIELDS: tuple[MappedField, ...] = (
    MappedField("Subject", PidTagSubject, _read_text, text_field),
    MappedField("Date", PidTagClientSubmitTime, read_time, _write_time),
    MappedField("Message-ID", PidTagInternetMessageId, _read_text, text_field),
    MappedField("In-Reply-To", PidTagInReplyToId, _read_text, text_field),
    MappedField("References", PidTagInternetReferences, _read_text, text_field),
    MappedField("Thread-Topic", PidTagConversationTopic, _read_text, text_field),
    MappedField("Thread-Index", PidTagConversationIndex, _read_octets, _write_octets),
    MappedField("Priority", PidTagPriority, *_word_of(_PRIORITIES)),
    MappedField("Sensitivity", PidTagSensitivity, *_word_of(_SENSITIVITIES)),
    MappedField("Reply-By", PidTagReplyTime, read_time, _write_time),
    MappedField("Expires", PidTagExpiryTime, read_time, _write_time),
    MappedField("List-Help", PidTagListHelp, _read_text, text_field),
    MappedField("List-Subscribe", PidTagListSubscribe, _read_text, text_field),
    MappedField("List-Unsubscribe", PidTagListUnsubscribe, _read_text, text_field),
)

FIELD_OF_PROPERTY: dict[BagKey, MappedField] = {mapped.tag.bag_key: mapped for mapped in FIELDS}

_IMPORTANCES = {"low": 0, "normal": 1, "high": 2, "non-urgent": 0, "urgent": 2, "medium": 1}
_X_PRIORITIES = {"1": 2, "2": 2, "3": 1, "4": 0, "5": 0}


def importance_of(field_name: bytes, text: str) -> int | None:
    """Read an importance from Importance, X-MSMail-Priority, Priority (words) or X-Priority (1 to 5, and a comment)."""
    if field_name == b"x-priority":
        return _X_PRIORITIES.get(text.strip()[:1])
    return _IMPORTANCES.get(text.strip().lower())


# Fields that never become named properties: those with a property, those that describe the form, those of the way here.
_EXCLUDED = {mapped.name.lower() for mapped in FIELDS} | {
    *("from", "sender", "to", "cc", "bcc", "reply-to", "importance", "x-priority", "x-msmail-priority"),
    *("disposition-notification-to", "return-receipt-to"),
    *("mime-version", "received", "return-path", "comments", "apparently-to", "encrypted"),
    *("x-mimeole", "x-ms-tnef-correlator"),
    *("newsgroups", "path", "xref", "followup-to", "distribution", "control", "lines", "nntp-posting-host"),
}
_EXCLUDED_PREFIXES = ("content-", "resent-", "x-ms-exchange-organization-", "x-ms-exchange-forest-")


def is_named_property(field_name: str) -> bool:
    """Say whether a field (name in lower case) becomes a named property of PS_INTERNET_HEADERS."""
    return field_name not in _EXCLUDED and not field_name.startswith(_EXCLUDED_PREFIXES)
