"""A message and the TNEF stream that belongs to it, as one message.

What the stream says counts, and the header fills the gaps; but for three things, which are the header's where it has
them: who sent the message (where the stream names another one) and to whom replies go, since that is what servers
judge a message by; who gets it; and its way here. A body is the stream's, or, where that has none, MIME's, never half
of each.

Anybody can write a stream that belongs to a message of theirs. So what stores, transports and filters say of a message
is never the stream's, nor is any header field: whatever wrote a verdict into the header took out what was forged there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.codecs.mime.mapping.derived import READERS, named_field_tags
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.objects.blind import names_blind
from msgcore.codecs.objects.source import ObjectSource
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.message import Message
from msgcore.model.people import FROM, FROM_IDS, SENDER, SENDER_IDS
from msgcore.model.recipient import Recipient, RowProperties
from msgcore.model.source import MessageSource
from msgcore.props.bag import PropBag
from msgcore.props.computed import Owner, keys_of
from msgcore.props.filled_bag import FilledBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidNameContentClass,
    PidTagBody,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
    PidTagBodyHtml,
    PidTagContentFilterSpamConfidenceLevel,
    PidTagDisplayName,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagNativeBody,
    PidTagOriginalMessageEntryId,
    PidTagRecipientType,
    PidTagReplyRecipientEntries,
    PidTagReplyRecipientNames,
    PidTagRowid,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagSmtpAddress,
)
from msgcore.props.tags import PS_INTERNET_HEADERS

__all__ = ["JoinedSource"]


def _keys(*tags: PropertyKey) -> frozenset[BagKey]:
    return frozenset(tag.bag_key for tag in tags)


# The last says what a report is about that was believed.
_NOT_BELIEVED = (
    keys_of(Owner.STORE)
    | keys_of(Owner.TRANSPORT)
    | _keys(PidTagContentFilterSpamConfidenceLevel, PidTagOriginalMessageEntryId)
)
_PEOPLE = _keys(*FROM, *FROM_IDS, *SENDER, *SENDER_IDS)
_REPLIES = _keys(PidTagReplyRecipientEntries, PidTagReplyRecipientNames)
_BODIES = _keys(
    PidTagBody,
    PidTagHtml,
    PidTagBodyHtml,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagInternetCodepage,
    PidTagNativeBody,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
)
_ROW_OF_THE_HEADER = _keys(PidTagRecipientType, PidTagDisplayName, PidTagSmtpAddress, PidTagRowid)


@attrs.frozen
class _Shares:
    """Which properties are MIME's alone, and which the stream's alone."""

    of_mime: frozenset[BagKey]
    of_stream: frozenset[BagKey]

    def is_of_mime(self, key: BagKey) -> bool:
        is_field = isinstance(key, tuple) and key[0] == PS_INTERNET_HEADERS and key != PidNameContentClass.bag_key
        return is_field or key in self.of_mime


def _shares(plain: MimeSource, stream: ObjectSource) -> _Shares:
    of_mime, of_stream = _NOT_BELIEVED, frozenset[BagKey]()
    if plain.from_() is None or _people(plain) == _people(stream):
        of_stream |= _PEOPLE
    else:
        of_mime |= _PEOPLE
    if plain.header.raw(b"reply-to") is not None:
        of_mime |= _REPLIES
    if _has_body(stream.content.properties) or not _has_own_body(plain):
        of_stream |= _BODIES
    else:
        of_mime |= _BODIES
    return _Shares(of_mime, of_stream)


def _people(source: MessageSource) -> list[str | None]:
    return [None if one is None else one.typed.casefold() for one in (source.from_(), source.sender())]


def _has_body(stream: PropBag) -> bool:
    if any(tag in stream for tag in (PidTagHtml, PidTagBodyHtml, PidTagRtfCompressed)):
        return True
    return bool(stream.get(PidTagBody, "").strip())


def _has_own_body(plain: MimeSource) -> bool:
    """Whether there is a body that says something: the plain text beside a stream may be empty."""
    text = plain.value(PidTagBody)
    return plain.contents.html is not None or (isinstance(text, str) and bool(text.strip()))


class _JoinedProperties(FilledBag):
    """What both say, decoded when it is asked for."""

    __slots__ = ("_fields", "_plain", "_shares", "_stream")

    def __init__(self, plain: MimeSource, stream: PropBag, shares: _Shares) -> None:
        super().__init__()
        self._plain = plain
        self._stream = stream
        self._shares = shares
        self._fields: Mapping[BagKey, PropertyKey] | None = None

    def fill(self, key: BagKey) -> None:
        if key in self._entries or key in self._changed:
            return
        entry = None if self._shares.is_of_mime(key) else self._said_by_stream(key)
        if entry is None and key not in self._shares.of_stream:
            entry = self._said_by_header(key)
        if entry is not None:
            self._entries[key] = entry

    def fill_all(self) -> None:
        for tag in (*self._stream.tags(), *self._plain.tags()):
            self.fill(tag.bag_key)

    def is_of_stream(self, key: BagKey) -> bool:
        """Whether the stream says the property, and counts."""
        return not self._shares.is_of_mime(key) and self._said_by_stream(key) is not None

    def _said_by_stream(self, key: BagKey) -> tuple[PropertyKey, object] | None:
        stream = self._stream
        if isinstance(stream, FilledBag):
            stream.fill(key)
        return stream._entries.get(key)

    def _said_by_header(self, key: BagKey) -> tuple[PropertyKey, object] | None:
        plain = self._plain
        reader = READERS.get(key)
        if reader is not None:
            tag: PropertyKey | None = reader.tag if reader.is_said(plain) else None
        else:
            if self._fields is None:
                self._fields = {one.bag_key: one for one in named_field_tags(plain)}
            tag = self._fields.get(key)
        value = None if tag is None else plain.value(tag)
        return None if tag is None or value is None else (tag, value)


class _JoinedObject:
    """Both as one object of the form ``"mime"``."""

    form = "mime"

    def __init__(self, plain: MimeSource, stream: ObjectSource) -> None:
        self._plain = plain
        self._stream = stream.content
        self.shares = _shares(plain, stream)
        self.properties = _JoinedProperties(plain, stream.content.properties, self.shares)
        self._attachments: tuple[Attachment, ...] | None = None

    @property
    def octets(self) -> bytes:
        return self._plain.octets

    def rows(self) -> Sequence[PropBag]:
        return self._stream.rows()

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            plain = self._plain
            others = plain.attachments() if self.shares.of_mime >= _BODIES else plain.attachments_in_parts()
            self._attachments = (*self._stream.attachments(), *others)
        return self._attachments


class JoinedSource(ObjectSource):
    """The source of a message with the TNEF stream that belongs to it; ``plain`` is the message without that part."""

    __slots__ = ("_joined", "_stream", "plain")

    def __init__(self, plain: MimeSource, stream: ObjectSource) -> None:
        self._joined = _JoinedObject(plain, stream)
        super().__init__(self._joined)
        self.plain = plain
        self._stream = stream

    def value(self, tag: PropertyKey) -> object | None:
        found = super().value(tag)
        # What only MIME works out of its fields, such as a flag's status.
        return self.plain.value(tag) if found is None and tag.bag_key not in self._joined.shares.of_stream else found

    def is_of_stream(self, keys: frozenset[BagKey | str]) -> bool:
        """Say whether one of these properties is the stream's."""
        return any(self._joined.properties.is_of_stream(key) for key in keys if not isinstance(key, str))

    def rows(self) -> Sequence[Recipient]:
        """Give the stream's own recipients; in a report those whom it tells of."""
        return self._stream.recipients()

    @property
    def names_blind(self) -> bool:
        """Whether the stream, or a message in it, names blind recipients."""
        return names_blind(Message.from_source(self._stream))

    def headers(self) -> Headers:
        return self.plain.headers()

    def from_(self) -> Address | None:
        return self.plain.from_() or super().from_()

    def sender(self) -> Address | None:
        return self.plain.sender() or super().sender()

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        return self.plain.addresses_of(field_name) or super().addresses_of(field_name)

    def reply_to(self) -> Sequence[Address]:
        return self.plain.reply_to() or super().reply_to()

    def recipients(self) -> Sequence[Recipient]:
        if self._recipients is None:
            rows: dict[tuple[str, str], Recipient] = {}
            for row in self._stream.recipients():
                rows.setdefault(_address_key(row), row)
            self._recipients = tuple(_with_row(one, rows.get(_address_key(one))) for one in self.plain.recipients())
        return self._recipients


def _address_key(recipient: Recipient) -> tuple[str, str]:
    return recipient.address_type, recipient.email_address.casefold()


def _with_row(recipient: Recipient, row: Recipient | None) -> Recipient:
    """Add what the stream's row says beside name, role and number."""
    if row is None:
        return recipient
    own = RowProperties([entry for entry in row.properties if entry[0].bag_key not in _ROW_OF_THE_HEADER])
    return attrs.evolve(recipient, properties=own) if own else recipient
