"""Attachments: octets, a file that is read later, or another message."""

from __future__ import annotations

import enum
import mimetypes
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from msgcore.base.filenames import safe_name
from msgcore.base.text import refuse_line_ends
from msgcore.errors import NotLoaded, UsageError
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAttachContentId,
    PidTagAttachDataBinary,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagAttachSize,
    PidTagDisplayName,
    PidTagRenderingPosition,
)
from msgcore.props.tags import Property, TakesValue

if TYPE_CHECKING:
    from msgcore.model.message import Message

__all__ = ["AttachMethod", "Attachment"]

T = TypeVar("T")
D = TypeVar("D")


class AttachMethod(enum.IntEnum):
    """How the content is held (PidTagAttachMethod, [MS-OXCMSG] section 2.2.2.9)."""

    NONE = 0
    BY_VALUE = 1
    BY_REFERENCE = 2
    EMBEDDED_MESSAGE = 5
    STORAGE = 6


_BY_VALUE = int(AttachMethod.BY_VALUE)


class Attachment:
    """One attachment, a bag of properties with its content.

    ``content`` is octets, a ``Path`` (checked now, read by :meth:`load` or when it is written), or a message.
    ``is_inline`` marks what the HTML body shows by ``cid:`` and the content id.

    Raises:
        UsageError: ``content`` is a str (only a Path opens a file), or a Path that is no readable file.
        InjectionRefused: a name or type holds CR, LF or NUL.
    """

    __slots__ = ("_bag", "_loader", "_message", "_path")

    def __init__(
        self,
        content: bytes | bytearray | memoryview | Path | Message,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        content_id: str | None = None,
        is_inline: bool = False,
    ) -> None:
        self._bag = PropBag()
        self._path: Path | None = None
        self._loader: Callable[[], bytes] | None = None
        self._message: Message | None = None
        if isinstance(cast(object, content), str):
            raise UsageError("attachment: a str is ambiguous; give octets, or a Path to open a file")
        if isinstance(content, bytes | bytearray | memoryview):
            self._put_data(bytes(content))
        elif isinstance(content, Path):
            if not content.is_file():
                raise UsageError(f"attachment {content}: no such file")
            self._path = content
            filename = filename or content.name
            self._bag[PidTagAttachSize] = content.stat().st_size
            self._bag[PidTagAttachMethod] = AttachMethod.BY_VALUE
        else:
            self._message = content
            self._bag[PidTagAttachMethod] = AttachMethod.EMBEDDED_MESSAGE
            content_type = content_type or "message/rfc822"
        if filename is not None:
            self._bag[PidTagAttachLongFilename] = refuse_line_ends(filename, "file name")
        self._bag[PidTagAttachMimeTag] = refuse_line_ends(content_type or _guess_type(filename), "content type")
        self._bag[PidTagRenderingPosition] = 0xFFFFFFFF
        if content_id is not None:
            self._bag[PidTagAttachContentId] = refuse_line_ends(content_id, "content id").strip("<>")
        if is_inline:
            self._bag[PidTagAttachmentHidden] = True

    @classmethod
    def lazy(cls, loader: Callable[[], bytes], properties: PropBag, message: Message | None = None) -> Attachment:
        """Make an attachment whose content a codec or store reads when it is asked for."""
        attachment = cls.__new__(cls)
        attachment._bag = properties
        attachment._path = None
        attachment._loader = loader
        attachment._message = message
        return attachment

    def copy(self) -> Attachment:
        """Make another attachment with the same content; what is set on or read into one is not in the other."""
        twin = Attachment.__new__(Attachment)
        twin._bag = self._bag.copy()
        twin._path = self._path
        twin._loader = self._loader
        twin._message = None if self._message is None else self._message.copy()
        return twin

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process with its content; a file that was not read goes as its path."""
        if self._loader is not None and self._message is None:
            _ = self.data  # which the bag keeps
        return Attachment._made_again, (self._bag, self._path, self._message)

    @classmethod
    def _made_again(cls, bag: PropBag, path: Path | None, message: Message | None) -> Attachment:
        attachment = cls.__new__(cls)
        attachment._bag, attachment._path, attachment._loader, attachment._message = bag, path, None, message
        return attachment

    @property
    def data(self) -> bytes:
        """The content's octets; of an embedded message none.

        Raises:
            NotLoaded: the content is a file that :meth:`load` has not read yet.
        """
        held = self._bag.get(PidTagAttachDataBinary)
        if held is not None:
            return held
        if self._loader is not None:
            loaded = self._loader()
            self._bag.preset(PidTagAttachDataBinary, loaded)
            return loaded
        if self._path is not None:
            raise NotLoaded(f"attachment {self._path}: call load() to read the file")
        return b""

    def load(self) -> None:
        """Read the file behind a ``Path``, so that :attr:`data` has it. Blocks; does nothing for other attachments.

        Raises:
            UsageError: the file cannot be read any more.
        """
        if self._path is None or PidTagAttachDataBinary in self._bag:
            return
        try:
            self._put_data(self._path.read_bytes())
        except OSError as error:
            raise self._unreadable(error) from error

    @property
    def is_unread_file(self) -> bool:
        """Whether it is a file that :meth:`load` has not read, which :meth:`blocks` gives in pieces."""
        return self._path is not None and PidTagAttachDataBinary not in self._bag

    def check_file(self) -> None:
        """See that the file behind a ``Path`` is still what it was, so far as that shows without reading it. Blocks.

        Raises:
            UsageError: the file is gone, or has another size than when it was attached.
        """
        if self._path is None:
            return
        try:
            self._check_size(self._path.stat().st_size)
        except OSError as error:
            raise self._unreadable(error) from error

    def blocks(self, size_octets: int) -> Iterator[bytes]:
        """Give the content in blocks of that size, but for the last; a file is read as they are taken, which blocks.

        Raises:
            NotLoaded: as :attr:`data` does, but not for a file.
            UsageError: the file cannot be read any more, or has another size than when it was attached.
        """
        if self._path is None or PidTagAttachDataBinary in self._bag:
            data = self.data
            yield from (data[at : at + size_octets] for at in range(0, len(data), size_octets))
            return
        read, size = 0, self.size_octets
        try:
            with self._path.open("rb") as file:
                while read <= size and (block := file.read(size_octets)):
                    read += len(block)
                    yield block
        except OSError as error:
            raise self._unreadable(error) from error
        self._check_size(read)

    def _check_size(self, found: int) -> None:
        if found != self.size_octets:
            raise UsageError(f"attachment {self._path}: has changed its size since it was attached")

    def _unreadable(self, error: OSError) -> UsageError:
        return UsageError(f"attachment {self._path}: {error.strerror}")

    @property
    def message(self) -> Message | None:
        """The embedded message, if this is one."""
        return self._message

    @property
    def filename(self) -> str | None:
        """The name as it was given: data, not a path; never open a file by it."""
        long_name = self._bag.get(PidTagAttachLongFilename)
        return self._bag.get(PidTagAttachFilename) if long_name is None else long_name

    @property
    def safe_filename(self) -> str:
        """A name that a file in a folder of one's own can have (:func:`~msgcore.base.filenames.safe_name`).

        A message without a name has that of its subject, with ``.msg`` if it was read from one of Outlook's forms, else
        with ``.eml``; anything else that of its display name or description, with the extension of its type.
        """
        if self.filename:
            return safe_name(self.filename)
        if self._message is not None:
            return _name_of_message(self._message)
        return _name_of_content(self._bag.get(PidTagDisplayName) or "", self._bag.get(PidTagAttachMimeTag) or "")

    @property
    def content_type(self) -> str:
        """The media type; where none is said, that of a message or of the file name's extension."""
        given = self._bag.get(PidTagAttachMimeTag)
        if given is not None:
            return given
        return "message/rfc822" if self._message is not None else _guess_type(self.filename)

    @property
    def content_id(self) -> str | None:
        """The content id without angle brackets."""
        return self._bag.get(PidTagAttachContentId)

    @property
    def is_inline(self) -> bool:
        """Whether the body shows it, so that a list of attachments leaves it out."""
        return self._bag.get(PidTagAttachmentHidden, False)

    @property
    def size_octets(self) -> int:
        """The octets of the content, not encoded; those of a message that is attached as it says its size itself."""
        held = self._bag.get(PidTagAttachSize)
        if held is not None:
            return held
        return len(self.data) if self._message is None else self._message.size_octets

    @property
    def properties(self) -> PropBag:
        """All properties; changing one makes the message that holds the attachment changed."""
        return self._bag

    @property
    def is_changed(self) -> bool:
        """Whether a property, the content or the attached message was changed since it was read."""
        return self._bag.is_changed or (self._message is not None and self._message.is_changed)

    __iter__ = None  # or Python would go through numbers from 0 on

    def __getitem__(self, tag: Property[T]) -> T:
        return self._bag[tag]

    def __setitem__(self, tag: TakesValue[T], value: T) -> None:
        known: Any = tag
        self._bag[known] = value
        if known.bag_key == PidTagAttachDataBinary.bag_key:
            self._bag.discard(PidTagAttachSize)  # it follows from the content

    @overload
    def get(self, tag: Property[T]) -> T | None: ...
    @overload
    def get(self, tag: Property[T], default: D) -> T | D: ...
    def get(self, tag: Property[Any], default: object = None) -> object:
        """Give a property of the row, or ``default``; size and content are there before they have been read.

        Raises:
            NotLoaded: the content is asked for, as :attr:`data` does.
        """
        value = self._bag.get(tag)
        if value is None and self._message is None:
            key = tag.bag_key
            if key == PidTagAttachSize.bag_key and tag == PidTagAttachSize:
                return self.size_octets
            if key == PidTagAttachDataBinary.bag_key and tag == PidTagAttachDataBinary:
                return self.data
        return default if value is None else value

    def tags(self) -> tuple[PropertyKey, ...]:
        return self._bag.tags()

    def __repr__(self) -> str:
        return f"<Attachment {self.filename or self.content_id or ''!r} {self.content_type}>"

    def _put_data(self, data: bytes) -> None:
        bag = self._bag
        bag[PidTagAttachDataBinary] = data
        bag[PidTagAttachSize] = len(data)
        bag[PidTagAttachMethod] = _BY_VALUE


def _name_of_message(message: Message) -> str:
    source = message.source
    extension = ".eml" if source is None or source.form == "mime" else ".msg"
    return safe_name(f"{_stem_of(message.subject)}{extension}")


def _name_of_content(described: str, content_type: str) -> str:
    name = _stem_of(described)
    is_known = mimetypes.guess_type(name)[0] is not None or content_type == "application/octet-stream"
    return name if is_known else safe_name(name + (mimetypes.guess_extension(content_type) or ""))


def _stem_of(words: str) -> str:
    """Make a name of a text that is no path: what stands before a slash is part of it."""
    return safe_name(re.sub(r"[/\\]", "_", words))


def _guess_type(filename: str | None) -> str:
    guessed = mimetypes.guess_type(filename)[0] if filename else None
    return guessed or "application/octet-stream"
