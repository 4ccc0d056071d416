"""The properties of an attachment that was read, each got from its part when it is asked for ([MS-OXCMAIL] 2.2.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from msgcore.base.filenames import extension_of, short_name
from msgcore.codecs.mime.syntax.dates import format_date, parse_date
from msgcore.codecs.mime.tree.bodies import HtmlBody
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.shown import content_id_of, is_hidden, is_shown
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.props.bag import PropBag
from msgcore.props.filled_bag import FilledBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachContentBase,
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachFlags,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagCreationTime,
    PidTagDisplayName,
    PidTagLastModificationTime,
    PidTagRenderingPosition,
    PidTagTextAttachmentCharset,
)

__all__ = ["FILE_TIMES", "PartProperties", "file_times"]

_OF_THE_FORM = frozenset({"name", "charset", "boundary", "format", "delsp"})
_RENDERED_IN_BODY = 0x00000004
_NOT_RENDERED = 0xFFFFFFFF
_TIMES = {"creation-date": PidTagCreationTime, "modification-date": PidTagLastModificationTime}
FILE_TIMES = tuple(_TIMES.values())
"""The properties that :func:`file_times` writes."""


class PartProperties(FilledBag):
    """The bag of an attachment over its part: what was neither set nor deleted is read from there, once.

    ``html`` is the body that may show it; ``holds_message`` says that its content is a message.
    """

    __slots__ = ("holds_message", "html", "part")

    def __init__(self, part: Entity, html: HtmlBody, *, holds_message: bool) -> None:
        PropBag.__init__(self)  # one for each attachment that is read: ``super`` takes as long as all the rest
        self.part = part
        self.html = html
        self.holds_message = holds_message

    def other_parameters(self) -> dict[str, str]:
        """The parameters of the Content-Type that are no property and no matter of the form."""
        return {name: text for name, text in self.part.content_type.parameters.items() if name not in _OF_THE_FORM}

    @property
    def is_marked_inline(self) -> bool:
        """Whether the part is marked as inline, and nobody has said since whether the body shows it.

        Where there is no HTML it is an attachment, and yet mail programs show it where it stands.
        """
        return self.part.disposition.value == "inline" and not self.was_changed(PidTagAttachmentHidden)

    def fill(self, key: BagKey) -> None:
        reader = _READERS.get(key)
        if reader is None or key in self._entries or key in self._changed:
            return
        tag, read = reader
        value = read(self)
        if value is not None:
            self._entries[key] = (tag, value)

    def fill_all(self) -> None:
        for key in _READERS:
            self.fill(key)

    def copy(self) -> PartProperties:
        twin = PartProperties(self.part, self.html, holds_message=self.holds_message)
        twin._entries = dict(self._entries)
        twin._changed = dict(self._changed)
        return twin


def file_times(attachment: Attachment) -> dict[str, str]:
    """Give the parameters of Content-Disposition that hold the file's times (RFC 2183 sections 2.4 and 2.5)."""
    times = {name: attachment.get(tag) for name, tag in _TIMES.items()}
    return {name: format_date(moment).decode() for name, moment in times.items() if moment is not None}


def _method(bag: PartProperties) -> int:
    return int(AttachMethod.EMBEDDED_MESSAGE if bag.holds_message else AttachMethod.BY_VALUE)


def _field(name: bytes) -> _Read:
    return lambda bag: bag.part.header.text(name)


def _time(parameter: str) -> _Read:
    def read(bag: PartProperties) -> datetime | None:
        text = bag.part.disposition.get(parameter)
        return None if text is None else parse_date(text, bag.part.header.note)

    return read


def _of_name(change: Callable[[str], str]) -> _Read:
    def read(bag: PartProperties) -> str | None:
        filename = bag.get(PidTagAttachLongFilename)
        return None if filename is None else change(filename) or None

    return read


def _display_name(bag: PartProperties) -> str | None:
    """Name the attachment for people: as it is described, else as the file or the message in it is called."""
    given, described = bag.part.filename, bag.part.header.text(b"content-description")
    if not bag.holds_message:
        return described or given
    message = bag.part.message
    return given or described or (None if message is None else message.header.text(b"subject"))


def _hidden(bag: PartProperties) -> bool | None:
    return is_hidden(bag.part, bag.html) or None


def _flags(bag: PartProperties) -> int | None:
    return _RENDERED_IN_BODY if is_shown(bag.part, bag.html) else None


_Read = Callable[[PartProperties], object]

_TABLE: tuple[tuple[PropertyKey, _Read], ...] = (
    (PidTagAttachMethod, _method),
    (PidTagAttachMimeTag, lambda bag: bag.part.media_type),
    (PidTagRenderingPosition, lambda _bag: _NOT_RENDERED),
    (PidTagAttachLongFilename, lambda bag: bag.part.filename),
    (PidTagAttachFilename, _of_name(short_name)),
    (PidTagAttachExtension, _of_name(extension_of)),
    (PidTagDisplayName, _display_name),
    (PidTagAttachContentId, lambda bag: content_id_of(bag.part)),
    (PidTagAttachContentLocation, _field(b"content-location")),
    (PidTagAttachContentBase, _field(b"content-base")),
    (PidTagTextAttachmentCharset, lambda bag: bag.part.content_type.get("charset")),
    *((cast(PropertyKey, tag), _time(parameter)) for parameter, tag in _TIMES.items()),
    (PidTagAttachmentHidden, _hidden),
    (PidTagAttachFlags, _flags),
)
_READERS: dict[BagKey, tuple[PropertyKey, _Read]] = {tag.bag_key: (tag, read) for tag, read in _TABLE}
