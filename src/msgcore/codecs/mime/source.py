"""A message that was read from MIME, as the model asks for it: properties, people, attachments, header fields."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.codecs.mime.mapping.derived import READERS, said_tags
from msgcore.codecs.mime.mapping.fields import is_named_property
from msgcore.codecs.mime.mapping.parts import attachment_in_text, attachment_of
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.view import MimeView
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.message import Message
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty
from msgcore.props.types import PropertyType

__all__ = ["MimeSource"]

_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_ABSENT = object()


class MimeSource(MimeView):
    """The source of a :class:`Message`; each property is decoded once."""

    __slots__ = ("_attachments", "_cache", "_headers")

    def __init__(self, root: Entity) -> None:
        super().__init__(root)
        self._cache: dict[BagKey, object] = {}
        self._attachments: tuple[Attachment, ...] | None = None
        self._headers: Headers | None = None

    @property
    def form(self) -> str:
        return "mime"

    def value(self, tag: PropertyKey) -> object | None:
        key = tag.bag_key
        reader = READERS.get(key)
        if reader is None:
            return self._named(tag)
        if reader.tag is not tag and not _is_same_kind(reader.tag.value_type, tag.value_type):
            return None
        found = self._cache.get(key, _ABSENT)
        if found is _ABSENT:
            found = self._cache[key] = reader.read(self)
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
        return self._first(b"from") or self._first(b"sender")

    def sender(self) -> Address | None:
        return self._first(b"sender") or self._first(b"from")

    def _first(self, name: bytes) -> Address | None:
        addresses = self.addresses(name)
        return addresses[0] if addresses else None

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        return self.addresses(field_name.lower().encode("utf-8", "replace"))

    def reply_to(self) -> Sequence[Address]:
        return self.addresses(b"reply-to")

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            parts = [attachment_of(part, self.shown, _message_in(part)) for part in self.contents.attachments]
            self._attachments = (*parts, *map(attachment_in_text, self.files_in_text))
        return self._attachments


def _is_same_kind(known: PropertyType, asked: PropertyType) -> bool:
    return known is asked or (known in _INTEGERS and asked in _INTEGERS)


def _message_in(part: Entity) -> Message | None:
    root = part.message
    return None if root is None else Message.from_source(MimeSource(root))
