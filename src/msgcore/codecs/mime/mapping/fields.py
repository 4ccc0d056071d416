"""Which header field is which property ([MS-OXCMAIL] 2.1.3.2 and 2.2.3.2), as one table for both directions."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from msgcore.codecs.mime.mapping.auto_response import read_suppressed, write_suppressed
from msgcore.codecs.mime.mapping.categories import read_keywords, write_keywords
from msgcore.codecs.mime.mapping.languages import read_language, write_language
from msgcore.codecs.mime.syntax.dates import format_date, parse_date
from msgcore.codecs.mime.syntax.fold import field, text_field
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.transfer import decode_base64
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidLidClassification,
    PidLidClassificationDescription,
    PidLidClassificationGuid,
    PidLidClassificationKeep,
    PidLidClassified,
    PidLidFlagRequest,
    PidNameKeywords,
    PidTagAutoResponseSuppress,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
    PidTagClientSubmitTime,
    PidTagConversationIndex,
    PidTagConversationTopic,
    PidTagExpiryTime,
    PidTagInReplyToId,
    PidTagInternetMessageId,
    PidTagInternetOrganization,
    PidTagInternetReferences,
    PidTagListHelp,
    PidTagListSubscribe,
    PidTagListUnsubscribe,
    PidTagMessageLocaleId,
    PidTagPriority,
    PidTagReplyTime,
    PidTagSensitivity,
    PidTagSubject,
)
from msgcore.props.tags import Property

__all__ = [
    "FIELDS",
    "FIELD_OF_PROPERTY",
    "MOST_NAMED",
    "MappedField",
    "importance_of",
    "is_named_property",
    "read_text",
    "read_time",
]


@attrs.frozen
class MappedField:
    """One field with a property of its own: how its value is read, and how the whole field is written.

    ``aliases`` are other fields that are read as it, where it is missing. ``is_list``: all fields of the name are one
    list. ``only_with``: without that property, or where it is false, this one is neither read nor written.
    """

    name: str
    tag: Property[Any]
    read: Callable[[bytes, Note], object | None]
    write: Callable[[str, Any], bytes]
    aliases: tuple[str, ...] = ()
    is_list: bool = False
    only_with: MappedField | None = None

    @property
    def lowered(self) -> bytes:
        return self.name.lower().encode()

    @property
    def names(self) -> tuple[bytes, ...]:
        """Its name and its aliases, in lower case."""
        return (self.lowered, *[alias.lower().encode() for alias in self.aliases])


def read_text(raw: bytes, note: Note) -> str:
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


def _read_yes(raw: bytes, note: Note) -> bool | None:
    return {"true": True, "false": False}.get(header_text(raw, note).lower())


def _write_yes(name: str, value: bool) -> bytes:
    return text_field(name, "true" if value else "false")


def _write_true(name: str, value: bool) -> bytes:
    return _write_yes(name, value) if value else b""


def _read_id(raw: bytes, note: Note) -> str:
    text = read_text(raw, note)
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def _write_id(name: str, value: str) -> bytes:
    return text_field(name, f"<{value}>")


_SENSITIVITIES = {"Normal": 0, "Personal": 1, "Private": 2, "Company-Confidential": 3}
_PRIORITIES = {"normal": 0, "urgent": 1, "non-urgent": -1}
_CLASSIFIED = MappedField("X-Microsoft-Classified", PidLidClassified, _read_yes, _write_true)


FIELDS: tuple[MappedField, ...] = (
    MappedField("Subject", PidTagSubject, read_text, text_field),
    MappedField("Date", PidTagClientSubmitTime, read_time, _write_time),
    MappedField("Message-ID", PidTagInternetMessageId, read_text, text_field),
    MappedField("In-Reply-To", PidTagInReplyToId, read_text, text_field),
    MappedField("References", PidTagInternetReferences, read_text, text_field),
    MappedField("Thread-Topic", PidTagConversationTopic, read_text, text_field),
    MappedField("Thread-Index", PidTagConversationIndex, _read_octets, _write_octets),
    MappedField("Priority", PidTagPriority, *_word_of(_PRIORITIES)),
    MappedField("Sensitivity", PidTagSensitivity, *_word_of(_SENSITIVITIES)),
    MappedField("Reply-By", PidTagReplyTime, read_time, _write_time),
    MappedField("Expires", PidTagExpiryTime, read_time, _write_time, aliases=("Expiry-Date",)),
    MappedField("Keywords", PidNameKeywords, read_keywords, write_keywords, is_list=True),
    MappedField("Content-Language", PidTagMessageLocaleId, read_language, write_language),
    MappedField("Content-ID", PidTagBodyContentId, _read_id, _write_id),
    MappedField("Content-Location", PidTagBodyContentLocation, read_text, text_field),
    MappedField("Organization", PidTagInternetOrganization, read_text, text_field),
    MappedField("X-Auto-Response-Suppress", PidTagAutoResponseSuppress, read_suppressed, write_suppressed),
    MappedField("X-Message-Flag", PidLidFlagRequest, read_text, text_field),
    _CLASSIFIED,
    MappedField("X-Microsoft-Classification", PidLidClassification, read_text, text_field, only_with=_CLASSIFIED),
    MappedField("X-Microsoft-ClassDesc", PidLidClassificationDescription, read_text, text_field, only_with=_CLASSIFIED),
    MappedField("X-Microsoft-ClassID", PidLidClassificationGuid, read_text, text_field, only_with=_CLASSIFIED),
    MappedField("X-Microsoft-ClassKeep", PidLidClassificationKeep, _read_yes, _write_yes, only_with=_CLASSIFIED),
    MappedField("List-Help", PidTagListHelp, read_text, text_field),
    MappedField("List-Subscribe", PidTagListSubscribe, read_text, text_field),
    MappedField("List-Unsubscribe", PidTagListUnsubscribe, read_text, text_field),
)

FIELD_OF_PROPERTY: dict[BagKey, MappedField] = {mapped.tag.bag_key: mapped for mapped in FIELDS}

_IMPORTANCES = {"low": 0, "normal": 1, "high": 2, "non-urgent": 0, "urgent": 2, "medium": 1}
_X_PRIORITIES = {"1": 2, "2": 2, "3": 1, "4": 0, "5": 0}


def importance_of(field_name: bytes, text: str) -> int | None:
    """Read an importance from Importance, X-MSMail-Priority, Priority (words) or X-Priority (1 to 5, and a comment)."""
    if field_name == b"x-priority":
        return _X_PRIORITIES.get(text.strip()[:1])
    return _IMPORTANCES.get(text.strip().lower())


# Fields that never become named properties ([MS-OXCMAIL] section 2.2.3.2.29): those with a property, those that
# describe the form, those of the way here, and those of the news.
_EXCLUDED = {name.decode() for mapped in FIELDS for name in mapped.names} | {
    *("from", "sender", "to", "cc", "bcc", "reply-to", "importance", "x-priority", "x-msmail-priority"),
    *("disposition-notification-to", "return-receipt-to"),
    *("mime-version", "received", "return-path", "comments", "apparently-to", "encrypted", "encoding", "rr", "trace"),
    *("x-mimeole", "x-ms-tnef-correlator"),
    *("newsgroups", "path", "xref", "followup-to", "distribution", "control", "lines", "nntp-posting-host"),
    *("adhoc", "approved", "bytes", "article", "supercedes", "supersedes", "summary"),
}
_EXCLUDED_PREFIXES = ("content-", "resent-", "x-ms-exchange-organization-", "x-ms-exchange-forest-")
_LONGEST_NAME = 256

MOST_NAMED = 100
"""So many fields of one message become named properties: a store keeps each new name for good."""


def is_named_property(field_name: str) -> bool:
    """Say whether a field (name in lower case) becomes a named property of PS_INTERNET_HEADERS."""
    return (
        field_name not in _EXCLUDED
        and not field_name.startswith(_EXCLUDED_PREFIXES)
        and len(field_name) <= _LONGEST_NAME
    )
