"""Messages, restrictions and sort orders for the internal store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.model import Address, Attachment, Message
from msgcore.props.restriction import (
    And,
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
    SortKey,
)
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagSenderName,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.spi.store import Incoming

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
NUMBER: PropertyTag[int] = PropertyTag(0x6801, PropertyType.LONG, "Number")
OCTETS: PropertyTag[bytes] = PropertyTag(0x6802, PropertyType.BINARY, "Octets")
WORDS: PropertyTag[tuple[str, ...]] = PropertyTag(0x6803, PropertyType.MV_UNICODE, "Words")

# Few pieces, so that a text often stands in another one.
_pieces = st.sampled_from(
    ["a", "A", "b", "å", "Å", "A\u030a", "ß", "SS", "ſ", "İ", "i", "%", "_", "*", "'", '"', "\\", " ", "é", "あ", "😀"]
)
safe_texts = st.lists(_pieces, max_size=4).map("".join)
texts = st.lists(_pieces | st.sampled_from(["\0", "\ud800", "\udcff", "\n", "\x7f"]), max_size=4).map("".join)
header_texts = st.lists(_pieces | st.sampled_from(["\ud800", "\udcff"]), max_size=4).map("".join)

_start = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3).map(lambda n: _start + timedelta(seconds=n // 2, microseconds=n % 2))
addresses = st.builds(
    Address,
    st.sampled_from(["SMTP", "FAX"]),
    st.sampled_from(["a@a.test", "A@a.test", "b@b.test"]),
    safe_texts,
)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A composed message, or one that was read, with properties over it."""
    if draw(st.integers(0, 4)) == 0:
        raw = draw(st.sampled_from([b"a\0b", b"\xff", b"", b"=?utf-8?q?=00a?=", b"%", "å".encode()]))
        message = mime.read(b"Subject: " + raw + b"\r\nFrom: " + raw + b" <a@a.test>\r\n\r\n" + raw + b"\r\n")
    else:
        message = Message(
            from_=draw(st.none() | addresses),
            to=draw(st.lists(addresses, max_size=2)),
            cc=draw(st.lists(addresses, max_size=1)),
            subject=draw(st.none() | header_texts),
            text=draw(st.none() | safe_texts),
            importance=draw(st.none() | st.integers(0, 2)),
            sensitivity=draw(st.none() | st.integers(0, 3)),
            message_id=draw(st.none() | safe_texts),
            date=draw(st.none() | moments),
            message_class=draw(st.sampled_from(["IPM.Note", "ipm.note", "IPM.Own"])),
            attachments=draw(st.lists(st.just(Attachment(b"x")), max_size=1)),
        )
    if draw(st.booleans()):
        message[COLOUR] = draw(texts)
    if draw(st.booleans()):
        message[NUMBER] = draw(st.integers(-2, 2))
    if draw(st.booleans()):
        message[OCTETS] = draw(st.binary(max_size=2))
    if draw(st.booleans()):
        message[WORDS] = draw(st.lists(texts, max_size=2).map(tuple))
    return message


incoming = st.builds(
    Incoming, messages(), is_read=st.booleans(), is_unsent=st.booleans(), received_at=st.none() | moments
)

_TEXT_TAGS: Sequence[Property[str]] = (
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagDisplayTo,
    PidTagDisplayCc,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagBody,
    PidTagSenderName,
    COLOUR,
)
_NUMBER_TAGS: Sequence[Property[int]] = (
    PidTagMessageFlags,
    PidTagImportance,
    PidTagSensitivity,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    NUMBER,
)
_TIME_TAGS: Sequence[Property[datetime]] = (
    PidTagClientSubmitTime,
    PidTagMessageDeliveryTime,
    PidTagCreationTime,
)
_ANY_TAGS: Sequence[Property[object]] = (
    *_TEXT_TAGS,
    *_NUMBER_TAGS,
    *_TIME_TAGS,
    OCTETS,
    WORDS,
    PidTagHasAttachments,
)

_relations = st.sampled_from(Relation)
_modes = st.sampled_from(ContentMode)
_wanted_texts = texts | st.sampled_from(["IPM.Note", "IPM.", "a@a.test", "SMTP"])
_wanted_numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**31, -(2**31), 2**40, 2**70, 300]),
    st.floats(allow_nan=False),
    st.booleans(),
    st.just(Decimal("1.5")),
)

_leaves = st.one_of(
    st.builds(Content, st.sampled_from(_TEXT_TAGS), _modes, _wanted_texts, st.booleans(), st.booleans()),
    st.builds(Content, st.just(WORDS), _modes, _wanted_texts, st.booleans(), st.booleans()),
    st.builds(Content, st.just(OCTETS), _modes, st.binary(max_size=2)),
    st.builds(Comparison, st.sampled_from(_TEXT_TAGS), _relations, _wanted_texts),
    st.builds(Comparison, st.sampled_from(_NUMBER_TAGS), _relations, _wanted_numbers),
    st.builds(Comparison, st.sampled_from(_TIME_TAGS), _relations, moments),
    st.builds(PropertyComparison, st.sampled_from(_TEXT_TAGS), _relations, st.sampled_from(_TEXT_TAGS)),
    st.builds(PropertyComparison, st.sampled_from(_NUMBER_TAGS), _relations, st.sampled_from(_NUMBER_TAGS)),
    st.builds(PropertyComparison, st.sampled_from(_TIME_TAGS), _relations, st.sampled_from(_TIME_TAGS)),
    st.builds(Size, st.sampled_from(_ANY_TAGS), _relations, st.integers(0, 8)),
    st.sampled_from(_ANY_TAGS).map(lambda tag: tag.exists()),
    st.builds(
        Bitmask,
        st.sampled_from(_NUMBER_TAGS),
        st.sampled_from([0, 1, 2, 8, 0x18, -1, 2**31, 2**63, -(2**64)]),
        st.booleans(),
    ),
)


def _joined(parts: st.SearchStrategy[Restriction]) -> st.SearchStrategy[Restriction]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, parts)


restrictions: st.SearchStrategy[Restriction] = st.recursive(_leaves, _joined, max_leaves=6)

_SORTABLE: Sequence[Property[object]] = (*_TEXT_TAGS, *_NUMBER_TAGS, *_TIME_TAGS, OCTETS, PidTagHasAttachments)
sort_orders = st.lists(st.builds(SortKey, st.sampled_from(_SORTABLE), st.booleans()), max_size=3)

# What an overlay has to bring back as it was.
_ONE_OF_EACH: dict[PropertyType, st.SearchStrategy[object]] = {
    PropertyType.SHORT: st.integers(-(2**15), 2**15 - 1),
    PropertyType.LONG: st.integers(-(2**31), 2**31 - 1),
    PropertyType.I8: st.integers(-(2**63), 2**63 - 1),
    PropertyType.FLOAT: st.floats(width=32, allow_nan=False),
    PropertyType.DOUBLE: st.floats(allow_nan=False),
    PropertyType.CURRENCY: st.decimals(allow_nan=False),
    PropertyType.FLOATING_TIME: st.datetimes() | st.datetimes(timezones=st.just(UTC)),
    PropertyType.BOOLEAN: st.booleans(),
    PropertyType.UNICODE: texts,
    PropertyType.SYSTIME: st.datetimes(timezones=st.just(UTC)),
    PropertyType.CLSID: st.uuids(),
    PropertyType.BINARY: st.binary(max_size=5),
}
_VALUES: dict[PropertyType, st.SearchStrategy[object]] = {
    **_ONE_OF_EACH,
    **{PropertyType(kind | 0x1000): st.lists(one, max_size=3).map(tuple) for kind, one in _ONE_OF_EACH.items()},
}


@st.composite
def properties(draw: st.DrawFn) -> tuple[Property[object], object]:
    """A property that no message form knows, with a value of its type."""
    kind = draw(st.sampled_from(list(_VALUES)))
    tag: Property[object]
    match draw(st.integers(0, 2)):
        case 0:
            tag = PropertyTag(draw(st.integers(0x6800, 0x7BFF)), kind, "Own")
        case 1:
            tag = NamedProperty(draw(st.uuids()), draw(st.integers(0, 2**32 - 1)), kind)
        case _:
            tag = NamedProperty(UUID(int=7), draw(st.text(min_size=1, max_size=5)), kind)
    return tag, draw(_VALUES[kind])
