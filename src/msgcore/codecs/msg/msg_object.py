"""One message of a .msg file, decoded as it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgcore.base.octets import Limits
from msgcore.codecs.compound import Storage, copy_of, read_compound, write_compound
from msgcore.codecs.msg.code_pages import code_page_of
from msgcore.codecs.msg.layout import (
    ATTACHMENT,
    ATTACHMENT_HEADER,
    CONTENT_OBJECT,
    EMBEDDED_HEADER,
    MESSAGE_HEADER,
    NAMES,
    RECIPIENT,
    added_to_attachment,
    added_to_row,
    stream_name,
)
from msgcore.codecs.msg.name_map import read_name_map
from msgcore.codecs.msg.own_file import own_file
from msgcore.codecs.msg.property_bag import ObjectBag, SharedFacts
from msgcore.codecs.objects.notes import ignore
from msgcore.codecs.objects.source import ObjectSource
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagAttachDataBinary,
    PidTagAttachMethod,
    PidTagMessageAttachments,
    PidTagMessageRecipients,
)
from msgcore.props.types import PropertyType

__all__ = ["MsgObject"]

_TABLES = frozenset({PidTagMessageRecipients.bag_key, PidTagMessageAttachments.bag_key})
_CONTENT = PidTagAttachDataBinary.bag_key
_CONTENT_STREAM = stream_name(PidTagAttachDataBinary.id, PropertyType.BINARY)


class MsgObject:
    """A message that is ``storage`` in the file of ``root``, whose octets are ``whole``, inside ``depth`` others.

    ``code_page`` is that of the message around it, for text that is not Unicode where this one says none.
    """

    form = "msg"

    def __init__(
        self,
        whole: bytes,
        root: Storage,
        shared: SharedFacts,
        *,
        storage: Storage | None = None,
        code_page: int = 1252,
        depth: int = 0,
    ) -> None:
        self.storage = root if storage is None else storage
        self.shared = shared
        self.depth = depth
        self._whole = whole
        self._root = root
        self._outer_code_page = code_page
        self._bag: ObjectBag | None = None
        self._rows: tuple[PropBag, ...] | None = None
        self._attachments: tuple[Attachment, ...] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as a file, which is read again there."""
        return _read_again, (self.octets, self.shared.limits, self._outer_code_page)

    @property
    def octets(self) -> bytes:
        return self._whole if self.storage is self._root else self._own_file(self.storage)

    def _own_file(self, storage: Storage) -> bytes:
        return own_file(storage, self._root.storage(NAMES))

    @property
    def properties(self) -> ObjectBag:
        if self._bag is None:
            header = MESSAGE_HEADER if self.storage is self._root else EMBEDDED_HEADER
            self._bag = ObjectBag(self.storage, self.shared, header, self._outer_code_page, _TABLES)
            self._bag.code_page = code_page_of(self._bag, self._outer_code_page)
        return self._bag

    def rows(self) -> Sequence[PropBag]:
        if self._rows is None:
            most = self.shared.limits.addresses
            code_page = self.properties.code_page
            self._rows = tuple(
                ObjectBag(one, self.shared, ATTACHMENT_HEADER, code_page, added=added_to_row(number))
                for number, one in enumerate(self._numbered(RECIPIENT, most))
            )
        return self._rows

    def attachments(self) -> Sequence[Attachment]:
        if self._attachments is None:
            most = self.shared.limits.parts
            self._attachments = tuple(map(self._attachment, range(most), self._numbered(ATTACHMENT, most)))
        return self._attachments

    def _numbered(self, prefix: str, most: int) -> Sequence[Storage]:
        """Give the storages of a kind in the order of their numbers."""
        pattern = re.compile(re.escape(prefix) + "([0-9A-Fa-f]{1,8})", re.IGNORECASE)
        storages: Mapping[str, Storage] = self.storage.storages()
        found = [(int(match[1], 16), one) for name, one in storages.items() if (match := pattern.fullmatch(name))]
        if len(found) > most:
            self.shared.note(0, "limit-parts", f"{len(found)} storages {prefix}, of which {most} are read")
        return [one for _, one in sorted(found, key=lambda pair: pair[0])][:most]

    # Attachments

    def _attachment(self, number: int, storage: Storage) -> Attachment:
        bag = ObjectBag(
            storage,
            self.shared,
            ATTACHMENT_HEADER,
            self.properties.code_page,
            frozenset({_CONTENT}),
            added_to_attachment(number),
        )
        inner = storage.storage(CONTENT_OBJECT)
        if inner is None:
            return Attachment.lazy(lambda: storage.stream(_CONTENT_STREAM) or b"", bag)
        if bag.get(PidTagAttachMethod) != AttachMethod.EMBEDDED_MESSAGE:
            return Attachment.lazy(lambda: write_compound(copy_of(inner)), bag)
        message = self._message(inner)
        return Attachment.lazy(bytes if message is not None else lambda: self._own_file(inner), bag, message)

    def _message(self, storage: Storage) -> Message | None:
        if self.depth + 1 >= self.shared.limits.nesting:
            self.shared.note(0, "limit-nesting", f"messages nested deeper than {self.depth + 1}")
            return None
        inner = MsgObject(
            self._whole,
            self._root,
            self.shared,
            storage=storage,
            code_page=self.properties.code_page,
            depth=self.depth + 1,
        )
        return Message.from_source(ObjectSource(inner))


def _read_again(octets: bytes, limits: Limits, code_page: int) -> MsgObject:
    root = read_compound(octets, limits)
    return MsgObject(octets, root, SharedFacts(read_name_map(root, ignore), limits, ignore), code_page=code_page)
