"""A message that was read from MIME, as the model asks for it: properties, people, attachments, header fields.

A TNEF stream among the parts is read when attachments or a missing body are asked for; one that belongs to the message
(``tnef_part.correlation``), which a field of the header says there may be, with the first property.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import attrs

from msgcore.base.octets import Limits
from msgcore.codecs.mime.mapping.derived import READERS, said_tags
from msgcore.codecs.mime.mapping.fields import is_named_property
from msgcore.codecs.mime.mapping.parts import attachment_in_text, attachment_of
from msgcore.codecs.mime.tnef_part.correlation import CORRELATOR, is_correlated
from msgcore.codecs.mime.tnef_part.stream import stream_in
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef
from msgcore.codecs.mime.tree.view import MimeView
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagNativeBody,
    PidTagTnefCorrelationKey,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty
from msgcore.props.types import PropertyType

if TYPE_CHECKING:
    from msgcore.codecs.mime.tnef_part.joined import JoinedSource

__all__ = ["MimeSource", "Stream", "came_with_stream", "source_of"]

_BODIES = {tag.bag_key for tag in (PidTagBody, PidTagHtml, PidTagInternetCodepage, PidTagNativeBody)}
_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_LOWERED = {"To": b"to", "Cc": b"cc", "Bcc": b"bcc"}
_ABSENT = object()


class Stream(NamedTuple):
    """A TNEF stream and the part that it stands in."""

    part: Entity
    message: Message


def source_of(root: Entity) -> MimeSource:
    """Make the source of the message whose tree has this root."""
    return MimeSource(root) if root.header.raw(CORRELATOR) is None else _WithCorrelator(root)


def _read_again(octets: bytes, limits: Limits | None) -> MimeSource:
    return source_of(parse(octets, limits))


class MimeSource(MimeView):
    """The source of a :class:`Message`; each property is decoded once. ``left_out`` is a part that others read."""

    __slots__ = ("_attachments", "_cache", "_headers", "_left_out", "_streams")

    form = "mime"

    def __init__(self, root: Entity, left_out: Entity | None = None) -> None:
        MimeView.__init__(self, root)  # for one of two calls for each message, ``super`` takes longer
        self._left_out = left_out
        self._cache: dict[BagKey, object] = {}
        self._attachments: tuple[Attachment, ...] | None = None
        self._headers: Headers | None = None
        self._streams: tuple[Stream, ...] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as octets, which are read again there."""
        reading = self.root.reading
        return _read_again, (self.octets, None if reading.is_usual else reading.limits)

    def __deepcopy__(self, memo: object) -> MimeSource:
        """Give one of the same message whose attachments are others; what was decoded serves both."""
        twin = type(self)(self.root)
        twin._left_out = self._left_out
        twin._contents, twin._files, twin._html = self._contents, self._files, self._html
        twin._people, twin._recipients, twin._headers = self._people, self._recipients, self._headers
        twin._cache = self._cache
        return twin

    def value(self, tag: PropertyKey) -> object | None:
        key = tag.bag_key
        reader = READERS.get(key)
        if reader is None:
            return self._named(tag)
        if reader.tag is not tag and not _is_same_kind(reader.tag.value_type, tag.value_type):
            return None
        found = self._cache.get(key, _ABSENT)
        if found is _ABSENT:
            found = reader.read(self)
            if key in _BODIES and self._streams != () and self.streams:
                found = self._body(key, found)
            self._cache[key] = found
        return found

    def _named(self, tag: PropertyKey) -> str | None:
        if not isinstance(tag, NamedProperty) or tag.property_set != PS_INTERNET_HEADERS:
            return None
        name = str(tag.lid_or_name)
        if tag.type is not PropertyType.UNICODE or not is_named_property(name):
            return None
        return self.header.text(name.encode("utf-8", "replace"))

    def tags(self) -> Sequence[PropertyKey]:
        return said_tags(self, self.value)

    def headers(self) -> Headers:
        if self._headers is None:
            self._headers = Headers(self.header.headers())
        return self._headers

    def from_(self) -> Address | None:
        addresses = self.addresses(b"from") or self.addresses(b"sender")
        return addresses[0] if addresses else None

    def sender(self) -> Address | None:
        addresses = self.addresses(b"sender") or self.addresses(b"from")
        return addresses[0] if addresses else None

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        return self.addresses(_LOWERED.get(field_name) or field_name.lower().encode("utf-8", "replace"))

    def reply_to(self) -> Sequence[Address]:
        return self.addresses(b"reply-to")

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            in_parts = self.attachments_in_parts() if self.contents.attachments else ()
            in_text = self.files_in_text
            self._attachments = (*in_parts, *map(attachment_in_text, in_text)) if in_parts or in_text else ()
        return self._attachments

    def attachments_in_parts(self) -> Sequence[Attachment]:
        """Give the attachments but for those that stand in the text."""
        parts = self.contents.attachments
        if not parts:
            return ()
        if not self.streams and self._left_out is None:
            return [attachment_of(part, self.html_body, _message_in(part)) for part in parts]
        streams = {id(one.part): one.message for one in self.streams}
        found: list[Attachment] = []
        for part in parts:
            stream = streams.get(id(part))
            if stream is not None:
                found += self._attachments_in(stream, part)
            elif part is not self._left_out:
                found.append(attachment_of(part, self.html_body, _message_in(part)))
        return found

    # TNEF

    @property
    def joined(self) -> JoinedSource | None:
        """The message with the TNEF stream that belongs to it, if there is one."""
        return None

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The TNEF streams that are shown and not believed: they do not belong to the message."""
        found = self._streams
        if found is None:
            attachments = self.contents.attachments
            parts = attachments and [one for one in attachments if may_hold_tnef(one) and one is not self._left_out]
            found = self._streams = tuple(_shown_streams(parts)) if parts else ()
        return found

    def _body(self, key: BagKey, found: object) -> object:
        """Give a body, or what goes with it, from the first stream that has one, where MIME has none."""
        contents, plain = self.contents, READERS[PidTagBody.bag_key].read(self)
        if contents.html is not None or (isinstance(plain, str) and plain.strip()):
            return found
        from msgcore.codecs.mime.tnef_part.shown import shown_bodies  # which writes MIME, and so reads it

        bodies = next(filter(None, (shown_bodies(one.message) for one in self.streams)), None)
        return found if bodies is None else bodies.get(key)

    def _attachments_in(self, stream: Message, part: Entity) -> Sequence[Attachment]:
        from msgcore.codecs.mime.tnef_part.shown import shown_attachments  # as above

        limits = part.reading.limits
        # So that streams in messages in streams come to an end where parts in parts do.
        inner = attrs.evolve(limits, nesting=max(0, limits.nesting - part.depth - 1))

        def read(octets: bytes) -> Message:
            return Message.from_source(source_of(parse(octets, inner)))

        return shown_attachments(stream, read)

    @property
    def has_attachments(self) -> bool:
        found = super().has_attachments
        if found and self._contents is not None and self.streams:
            return any(not one.is_inline for one in self.attachments())
        return found


class _WithCorrelator(MimeSource):
    """A message whose header says that a TNEF stream belongs to it; whether one does is seen when it is asked."""

    __slots__ = ("_is_decided", "_joined")

    def __init__(self, root: Entity) -> None:
        super().__init__(root)
        self._is_decided = False
        self._joined: JoinedSource | None = None

    @property
    def joined(self) -> JoinedSource | None:
        if not self._is_decided:
            self._joined, self._is_decided = self._join(), True
        return self._joined

    def _join(self) -> JoinedSource | None:
        from msgcore.codecs.mime.tnef_part.joined import JoinedSource  # which stands on this module
        from msgcore.codecs.objects.source import ObjectSource

        for part in self.contents.attachments:
            stream = stream_in(part) if may_hold_tnef(part) else None
            source = None if stream is None else stream.source
            if isinstance(source, ObjectSource) and is_correlated(
                self.header, source.content.properties.get(PidTagTnefCorrelationKey)
            ):
                return JoinedSource(MimeSource(self.root, left_out=part), source)
        return None

    @property
    def streams(self) -> tuple[Stream, ...]:
        return super().streams if self.joined is None else self.joined.plain.streams

    # What the two say together

    def value(self, tag: PropertyKey) -> object | None:
        return super().value(tag) if self.joined is None else self.joined.value(tag)

    def tags(self) -> Sequence[PropertyKey]:
        return super().tags() if self.joined is None else self.joined.tags()

    def from_(self) -> Address | None:
        return super().from_() if self.joined is None else self.joined.from_()

    def sender(self) -> Address | None:
        return super().sender() if self.joined is None else self.joined.sender()

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        return super().addresses_of(field_name) if self.joined is None else self.joined.addresses_of(field_name)

    def reply_to(self) -> Sequence[Address]:
        return super().reply_to() if self.joined is None else self.joined.reply_to()

    def recipients(self) -> tuple[Recipient, ...]:
        return super().recipients() if self.joined is None else tuple(self.joined.recipients())

    def attachments(self) -> Sequence[Attachment]:
        return super().attachments() if self.joined is None else self.joined.attachments()

    @property
    def has_attachments(self) -> bool:
        return super().has_attachments if self.joined is None else any(not one.is_inline for one in self.attachments())


def came_with_stream(message: Message) -> bool:
    """Say whether a TNEF stream belongs to the message as it was read, and has to be written anew when it changes."""
    source = message.source
    return isinstance(source, MimeSource) and source.joined is not None


def _shown_streams(parts: Sequence[Entity]) -> Iterator[Stream]:
    from msgcore.codecs.mime.tnef_part.shown import shows_anything  # as above

    for part in parts:
        stream = stream_in(part)
        if stream is not None and shows_anything(stream):
            yield Stream(part, stream)


def _is_same_kind(known: PropertyType, asked: PropertyType) -> bool:
    return known is asked or (known in _INTEGERS and asked in _INTEGERS)


def _message_in(part: Entity) -> Message | None:
    root = part.message
    return None if root is None else Message.from_source(source_of(root))
