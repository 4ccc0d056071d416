"""Single conditions that SEARCH answers, exactly or with others: flags, sizes, days of arrival, text in its places."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import Relation
from msgcore.props.table import (
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagInReplyToId,
    PidTagInternetMessageId,
    PidTagInternetReferences,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.providers.imap.flags import MESSAGE_FLAGS, status_flags
from msgcore.providers.imap.front import FRONT_FIELDS
from msgcore.spi.store import MessageFlag
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key, not_, or_

__all__ = [
    "EVERY",
    "NOTHING",
    "arrived",
    "flagged",
    "has_category",
    "has_field",
    "has_id",
    "has_text",
    "one_of_two",
    "or_other",
    "sized",
]

EVERY = SearchCriteria()
NOTHING = not_(EVERY)

_FRONT, _, _OVERLAY, _PATCH = FRONT_FIELDS
_DAY = timedelta(days=1)
_LARGEST = 2**32 - 1  # a number of IMAP4rev1
_MOST_RUNS = 4

_RUN = re.compile("[A-Za-z0-9]+")
_SAFE_RUN = re.compile("[A-RT-Za-rt-z0-9]+")  # half of a folded sharp s is an s
_PLAIN = re.compile(r"[!#-\[\]-~]+")
_KEYWORD = re.compile(r"[A-Za-z0-9!#$&'+,./:;<=>?@^_`|~-]{1,100}")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,100}")
_SYSTEM = {
    "\\Seen": "SEEN",
    "\\Answered": "ANSWERED",
    "\\Flagged": "FLAGGED",
    "\\Deleted": "DELETED",
    "\\Draft": "DRAFT",
}
_TEXTS: dict[BagKey, tuple[tuple[str, ...], ...]] = {
    PidTagSubject.bag_key: (("SUBJECT",),),
    # FROM and its kin look for what a server makes of addresses, which may leave a name in parentheses out.
    PidTagSentRepresentingName.bag_key: (("HEADER", "From"), ("HEADER", "Sender")),
    PidTagDisplayTo.bag_key: (("HEADER", "To"),),
    PidTagDisplayCc.bag_key: (("HEADER", "Cc"),),
}
_IDS: dict[BagKey, str] = {
    PidTagInternetMessageId.bag_key: "Message-ID",
    PidTagInReplyToId.bag_key: "In-Reply-To",
    PidTagInternetReferences.bag_key: "References",
}


# Flags


def flagged(tag: PropertyKey, mask: int, *, is_set: bool) -> SearchCriteria | None:
    """Find where some bit of the mask is set, or none; ``None``: flags do not say it all.

    Bits that no flag stands for are set in no message.
    """
    bits = [1 << place for place in range(32) if mask >> place & 1]
    if tag.bag_key == PidTagMessageStatus.bag_key:
        names: Iterable[str] = [name for bit in bits for name in status_flags(bit)]
    elif tag.bag_key != PidTagMessageFlags.bag_key or MessageFlag.HAS_ATTACHMENTS in bits:
        return None
    else:
        names = [text for flag, text in MESSAGE_FLAGS.items() if flag & mask]
    some = or_(*(key(_SYSTEM[name]) if name in _SYSTEM else key("KEYWORD", name) for name in names))
    return some if is_set else not_(some)


def one_of_two(holding: SearchCriteria, if_so: bool, if_not: bool) -> SearchCriteria:
    """Find by whether something holds that either does or does not."""
    if if_so is if_not:
        return EVERY if if_so else NOTHING
    return holding if if_so else not_(holding)


# Sizes and times


def sized(relation: Relation, value: object) -> SearchCriteria | None:
    """Narrow down by the size on the server, which has what stands in front of a message with it."""
    if not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return None
    low, high = math.floor(value), math.ceil(value)
    match relation:
        case Relation.GT:
            return _larger(low)
        case Relation.GE:
            return _larger(high - 1)
        case Relation.LT:
            return _smaller(high)
        case Relation.LE:
            return _smaller(low + 1)
        case Relation.EQ:
            least, most = _larger(high - 1), _smaller(low + 1)
            return None if least is None or most is None else all_of(least, most)
        case _:
            return None


def _larger(size: int) -> SearchCriteria | None:
    if size < 0:
        return EVERY
    return key("LARGER", size) if size < _LARGEST else None


def _smaller(size: int) -> SearchCriteria | None:
    if size <= 0:
        return NOTHING
    return or_(key("SMALLER", size), header(_FRONT)) if size < _LARGEST else None


def arrived(relation: Relation, moment: datetime) -> SearchCriteria | None:
    """Narrow down by the day, with a day more on either side."""
    try:
        since, before = moment.date() - 2 * _DAY, moment.date() + 3 * _DAY
    except OverflowError:
        return None
    match relation:
        case Relation.GT | Relation.GE:
            return key("SINCE", since)
        case Relation.LT | Relation.LE:
            return key("BEFORE", before)
        case Relation.EQ:
            return all_of(key("SINCE", since), key("BEFORE", before))
        case _:
            return None


# Text


def has_text(tag: PropertyKey, text: str, *, ignore_case: bool) -> SearchCriteria | None:
    """Narrow down to messages in which the runs of the text stand where the property is read from."""
    field = _field_of(tag)
    places = (("HEADER", field),) if field is not None else _TEXTS.get(tag.bag_key, ())
    runs = _runs_in(text, is_folded=ignore_case)
    if not places or not runs or tag.value_type is not PropertyType.UNICODE:
        return None
    return or_other(or_(*(all_of(*(key(*place, run) for run in runs)) for place in places)))


def has_id(tag: PropertyKey, value: str) -> SearchCriteria | None:
    """Narrow down to messages with this Message-ID, or one of its kin, as it is written."""
    field = _IDS.get(tag.bag_key)
    if field is None or tag.value_type is not PropertyType.UNICODE or not _PLAIN.fullmatch(value):
        return None
    return or_other(header(field, value))


def has_category(category: str) -> SearchCriteria:
    """Narrow down to messages that may have a category: by keyword, which servers compare without case, or field."""
    said = or_other(header("Keywords"))
    return or_(key("KEYWORD", category), said) if _KEYWORD.fullmatch(category) else said


def has_field(tag: PropertyKey) -> SearchCriteria | None:
    """Narrow down to messages with the field that the property is read from."""
    field = _field_of(tag)
    return None if field is None else or_other(header(field))


def _field_of(tag: PropertyKey) -> str | None:
    if tag.value_type is not PropertyType.UNICODE:
        return None
    if isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS:
        name = str(tag.lid_or_name)
        return name if _FIELD_NAME.fullmatch(name) else None
    return _IDS.get(tag.bag_key)


def _runs_in(text: str, *, is_folded: bool) -> list[str]:
    """Give the longest runs of letters and digits that stand in every text where ``text`` stands."""
    # Folding composes: an accent behind a letter makes it another one, in either text.
    found = _SAFE_RUN.findall(unicodedata.normalize("NFC", text)) if is_folded else _RUN.findall(text)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:_MOST_RUNS]


def or_other(found: SearchCriteria) -> SearchCriteria:
    """Find also what may say something else than its fields and its text on the server."""
    return or_(found, header(_OVERLAY), header(_PATCH))
