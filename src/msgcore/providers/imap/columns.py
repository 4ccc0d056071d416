"""What has to be fetched for a property, so that a row says what the loaded message says.

Most properties of a message are read from a few fields of its header; some need its structure, too; what needs its
bodies needs all of it. What no field and no body says may still stand in front of the message
(:mod:`msgcore.providers.imap.front`), whose fields are fetched with any others.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import attrs

from msgcore.codecs.mime.mapping.derived import READERS
from msgcore.codecs.mime.mapping.fields import FIELD_OF_PROPERTY
from msgcore.codecs.mime.mapping.people import PEOPLE
from msgcore.codecs.mime.reports.properties import REPORT_PROPERTIES
from msgcore.props.check import parts_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.match import NAME_TAGS
from msgcore.props.restriction import (
    AmbiguousName,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    Exists,
    PropertyComparison,
    Restriction,
    Size,
    SubTable,
)
from msgcore.props.table import (
    PidLidInfoPathFormName,
    PidLidPercentComplete,
    PidLidTaskComplete,
    PidLidTaskStatus,
    PidLidToDoTitle,
    PidNameContentClass,
    PidNameKeywords,
    PidTagAutoResponseSuppress,
    PidTagBody,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
    PidTagChangeKey,
    PidTagContentFilterSpamConfidenceLevel,
    PidTagCreationTime,
    PidTagEntryId,
    PidTagFlagStatus,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagInternetCodepage,
    PidTagLastModificationTime,
    PidTagMessageAttachments,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageRecipients,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagNativeBody,
    PidTagNonReceiptNotificationRequested,
    PidTagNormalizedSubject,
    PidTagOriginatorDeliveryReportRequested,
    PidTagParentEntryId,
    PidTagRead,
    PidTagReadReceiptRequested,
    PidTagRecordKey,
    PidTagStoreEntryId,
    PidTagSubjectPrefix,
    PidTagToDoItemFlags,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty
from msgcore.providers.imap.front import FRONT_FIELDS
from msgcore.wire.imap.items import header_fields

__all__ = [
    "ARRIVALS",
    "EVERY_FIELD",
    "WHOLE_HEADER",
    "Level",
    "Need",
    "asked_of_rows",
    "is_about_place",
    "is_of_flags",
    "need_of",
    "needs_of",
]

ARRIVALS: frozenset[BagKey] = frozenset(
    tag.bag_key for tag in (PidTagMessageDeliveryTime, PidTagCreationTime, PidTagLastModificationTime)
)
"""The properties that say when a message came."""

WHOLE_HEADER = "BODY.PEEK[HEADER]"
EVERY_FIELD = None
_MOST_FIELDS = 40
_FIELD_NAME = re.compile(r"[!#$&'+./0-9;<=>?@A-Z^_`a-z|~-]{1,100}")


class Level(enum.IntEnum):
    """How much of a message has to be there; each level has the ones below it."""

    PLACE = 0
    """Nothing of it: where it is says it."""
    ARRIVAL = 1
    """When it came."""
    HEADER = 2
    STRUCTURE = 3
    """Also the kinds of its parts; where these leave it open, all of it."""
    WHOLE = 4


@attrs.frozen
class Need:
    """What some properties need: the level, these fields of the header (``None``: all), the flags."""

    level: Level = Level.PLACE
    fields: frozenset[str] | None = frozenset()
    has_flags: bool = False

    def __or__(self, other: Need) -> Need:
        fields = None if self.fields is None or other.fields is None else self.fields | other.fields
        return Need(max(self.level, other.level), fields, self.has_flags or other.has_flags)

    @property
    def items(self) -> tuple[str, ...]:
        """What FETCH is asked for; a whole message is not among it."""
        found = ["FLAGS"] if self.has_flags else []
        if self.level >= Level.ARRIVAL:
            found += ["INTERNALDATE", "RFC822.SIZE"]
        if self.level >= Level.HEADER:
            fields = self.fields
            is_whole = fields is None or len(fields) > _MOST_FIELDS
            found.append(WHOLE_HEADER if is_whole else header_fields([*FRONT_FIELDS, *sorted(fields or ())]))
        if self.level >= Level.STRUCTURE:
            found.append("BODYSTRUCTURE")
        return tuple(found)

    @property
    def of_every_field(self) -> Need:
        """The same with the whole header."""
        return attrs.evolve(self, fields=EVERY_FIELD)


def _header(*fields: str) -> Need:
    return Need(Level.HEADER, frozenset(field.upper() for field in fields))


_PLACE = Need()
_FROM_AND_SENDER = _header("From", "Sender")
_SUBJECT = _header("Subject")
_FLAG = _header("X-Message-Flag")
_PARTS = Need(Level.STRUCTURE, frozenset({"CONTENT-CLASS", "CONTENT-DISPOSITION", "CONTENT-TYPE"}))
_WHOLE = Need(Level.WHOLE)

_OF_FIELDS: Mapping[BagKey, Need] = {
    key: _header(
        *(name.decode() for name in (*mapped.names, *(mapped.only_with.names if mapped.only_with is not None else ())))
    )
    for key, mapped in FIELD_OF_PROPERTY.items()
}


def _person_needs(key: BagKey) -> Need:
    """Say which field a property of people is read from, by its name."""
    label = next(reader.tag for reader in PEOPLE if reader.tag.bag_key == key).label
    for beginning, need in _PEOPLE.items():
        if label.startswith(beginning):
            return need
    return Need(Level.HEADER, EVERY_FIELD)


_PEOPLE = {
    "PidTagSentRepresenting": _FROM_AND_SENDER,
    "PidTagSender": _FROM_AND_SENDER,
    "PidTagReadReceipt": _header("Disposition-Notification-To"),
    "PidTagReplyRecipient": _header("Reply-To"),
    "PidTagDisplayTo": _header("To"),
    "PidTagDisplayCc": _header("Cc"),
    "PidTagDisplayBcc": _header("Bcc"),
}

_NEEDS: Mapping[BagKey, Need] = {
    **{reader.tag.bag_key: _person_needs(reader.tag.bag_key) for reader in PEOPLE},
    **_OF_FIELDS,
    # Where it is, and what the flags say
    **{
        tag.bag_key: _PLACE
        for tag in (
            PidTagChangeKey,
            PidTagEntryId,
            PidTagInstanceKey,
            PidTagRecordKey,
            PidTagParentEntryId,
            PidTagStoreEntryId,
        )
    },
    **dict.fromkeys(ARRIVALS, Need(Level.ARRIVAL)),
    PidTagRead.bag_key: Need(has_flags=True),
    PidTagMessageStatus.bag_key: Need(has_flags=True),
    PidTagMessageFlags.bag_key: _PARTS | Need(has_flags=True),
    PidNameKeywords.bag_key: _OF_FIELDS[PidNameKeywords.bag_key] | Need(has_flags=True),
    # The header
    PidTagMessageSizeExtended.bag_key: _header(),
    PidTagImportance.bag_key: _header("Importance", "X-Priority", "X-MSMail-Priority", "Priority"),
    PidTagReadReceiptRequested.bag_key: _header("Disposition-Notification-To"),
    PidTagNonReceiptNotificationRequested.bag_key: _header("Disposition-Notification-To"),
    PidTagOriginatorDeliveryReportRequested.bag_key: _header("Return-Receipt-To"),
    PidTagContentFilterSpamConfidenceLevel.bag_key: _header("X-MS-Exchange-Organization-SCL"),
    PidNameContentClass.bag_key: _header("Content-Class"),
    PidLidInfoPathFormName.bag_key: _header("Content-Class"),
    PidTagAutoResponseSuppress.bag_key: _header("X-Auto-Response-Suppress", "Auto-Submitted"),
    PidTagSubjectPrefix.bag_key: _SUBJECT,
    PidTagNormalizedSubject.bag_key: _SUBJECT,
    PidTagMessageRecipients.bag_key: _header("To", "Cc", "Bcc"),
    PidTagFlagStatus.bag_key: _FLAG,
    PidTagToDoItemFlags.bag_key: _FLAG,
    PidLidTaskStatus.bag_key: _FLAG,
    PidLidTaskComplete.bag_key: _FLAG,
    PidLidPercentComplete.bag_key: _FLAG,
    PidLidToDoTitle.bag_key: _FLAG | _SUBJECT,
    PidTagTransportMessageHeaders.bag_key: Need(Level.HEADER, EVERY_FIELD),
    # The parts
    PidTagHasAttachments.bag_key: _PARTS,
    PidTagMessageClass.bag_key: _PARTS,
    **{tag.bag_key: _PARTS for tag in REPORT_PROPERTIES},
    # The bodies
    **{
        tag.bag_key: _WHOLE
        for tag in (
            PidTagBody,
            PidTagHtml,
            PidTagInternetCodepage,
            PidTagNativeBody,
            PidTagBodyContentId,
            PidTagBodyContentLocation,
            PidTagMessageAttachments,
        )
    },
}
_PLACED = frozenset(key for key, need in _NEEDS.items() if need is _PLACE)
_FLAGGED = frozenset(tag.bag_key for tag in (PidTagRead, PidTagMessageStatus, PidTagMessageFlags, PidNameKeywords))


def need_of(tag: PropertyKey) -> Need:
    """Say what a property needs."""
    need = _NEEDS.get(tag.bag_key)
    if need is not None:
        return need
    if isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS:
        name = str(tag.lid_or_name)
        return _header(name) if _FIELD_NAME.fullmatch(name) else Need(Level.HEADER, EVERY_FIELD)
    # What is read from a message in a way that is not known here needs all of it; what is not, stands in front of it.
    return _WHOLE if tag.bag_key in READERS else _header()


@lru_cache(maxsize=256)
def needs_of(tags: Iterable[PropertyKey]) -> Need:
    """Say what several properties (a tuple or a frozen set of them) need together."""
    need = _PLACE
    for tag in tags:
        need |= need_of(tag)
    return need


def is_about_place(tag: PropertyKey) -> bool:
    """Say whether nothing needs to be fetched for a property."""
    return tag.bag_key in _PLACED


def is_of_flags(tag: PropertyKey) -> bool:
    """Say whether a property may change while the message stays the same."""
    return tag.bag_key in _FLAGGED


def asked_of_rows(restriction: Restriction | None) -> frozenset[PropertyKey]:
    """Give the properties that a restriction asks for."""
    found: set[PropertyKey] = set()
    waiting = [] if restriction is None else [restriction]
    while waiting:
        one = waiting.pop()
        match one:
            case Comparison() | Content() | Exists() | Size() | Bitmask():
                found.add(one.tag)
            case PropertyComparison():
                found |= {one.tag, one.other}
            case AnyRow():  # what it asks is asked of recipients or attachments
                found.add(PidTagMessageRecipients if one.table is SubTable.RECIPIENTS else PidTagMessageAttachments)
            case AmbiguousName():
                found.update(NAME_TAGS)
            case _:
                waiting += parts_of(one)
    return frozenset(found)
