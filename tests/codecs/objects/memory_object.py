"""A message object made of plain bags, as a reader of TNEF or .msg files would give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgcore.codecs.objects.outgoing import OutgoingAttachment, outgoing
from msgcore.codecs.objects.source import ObjectSource
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.tags import Property


class MemoryObject:
    """What it is given, each time."""

    form = "msg"
    octets = b"as it was read"

    def __init__(self, properties: PropBag, rows: Sequence[PropBag], attachments: Sequence[Attachment]) -> None:
        self.properties = properties
        self._rows = rows
        self._attachments = attachments

    def rows(self) -> Sequence[PropBag]:
        return self._rows

    def attachments(self) -> Sequence[Attachment]:
        return self._attachments


def bag(entries: Iterable[tuple[PropertyKey, object]]) -> PropBag:
    made = PropBag()
    for tag, value in entries:
        made.preset(tag, value)
    return made


def read(
    properties: Mapping[Property[Any], object],
    rows: Sequence[Mapping[Property[Any], object]] = (),
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Read a message with these properties, rows and attachments."""
    content = MemoryObject(bag(properties.items()), [bag(row.items()) for row in rows], attachments)
    return Message.from_source(ObjectSource(content))


def written_and_read(message: Message) -> Message:
    """Give the message that is read again from exactly what a writer would write."""
    made = outgoing(message)
    content = MemoryObject(
        bag(made.properties), [bag(row) for row in made.recipients], [_attachment(one) for one in made.attachments]
    )
    return Message.from_source(ObjectSource(content))


def _attachment(one: OutgoingAttachment) -> Attachment:
    inner = None if one.message is None else written_and_read(one.message)
    return Attachment.lazy(lambda: one.data, bag(one.properties), inner)
