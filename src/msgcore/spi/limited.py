"""Messages larger than a load limit: everything but the attachments' octets.

A store may leave the large attachments unread, here and in attached messages, and say of each how large it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from msgcore.errors import NotLoaded
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.model.source import MessageSource
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import PidTagAttachDataBinary, PidTagAttachSize, PidTagMessageSizeExtended
from msgcore.props.tags import Property

__all__ = ["AttachmentPath", "LeftOut", "limit_attachments"]

AttachmentPath = tuple[int, ...]
"""The number of an attachment; of one in an attached message the number of that, and then its own, and so on."""


class LeftOut(NamedTuple):
    """How large an attachment is that is not there: its content, and its body in the octets of the message."""

    size_octets: int
    body_octets: int


_NOTHING: Mapping[AttachmentPath, LeftOut] = {}


def limit_attachments(
    message: Message, limit_octets: int, left_out: Mapping[AttachmentPath, LeftOut] = _NOTHING
) -> Message:
    """Give the message with attachments whose ``data`` raises ``NotLoaded``.

    With ``left_out``, the message was read from octets without the bodies of these attachments. Then its source raises
    ``NotLoaded`` for its ``octets``, too: it cannot be written.
    """
    return _limited(message, _Limit(limit_octets, left_out, ()))


def _limited(message: Message, limit: _Limit) -> Message:
    source = message.source
    if source is None or not source.attachments():
        return message
    limited = Message.from_source(_LimitedSource(source, limit))
    over, bag = limited.properties_set, message.properties_set
    for tag, value in bag.items():
        over.preset(tag, value)
    for tag in bag.changed():
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of a bag is a Property
        if key in bag:
            over[key] = bag[key]
        else:
            over.discard(key)
    return limited


class _Limit(NamedTuple):
    """What holds for the message at ``path``; ``left_out`` has the paths of it and of all in it, from its own on."""

    limit_octets: int
    left_out: Mapping[AttachmentPath, LeftOut]
    path: AttachmentPath

    def of(self, number: int) -> _Limit:
        """Give what holds for an attached message."""
        inner = {path[1:]: one for path, one in self.left_out.items() if path[0] == number}
        return _Limit(self.limit_octets, inner, (*self.path, number))


class _LimitedSource:
    def __init__(self, source: MessageSource, limit: _Limit) -> None:
        self._source = source
        self._limit = limit
        # Made once: a writer knows by identity that an attachment is still the one that was read.
        self._attachments = tuple(self._limited(number, one) for number, one in enumerate(source.attachments()))

    def __reduce__(self) -> tuple[object, ...]:
        return _LimitedSource, (self._source, self._limit)

    @property
    def form(self) -> str:
        return self._source.form

    @property
    def octets(self) -> bytes:
        if self._limit.left_out:
            raise NotLoaded(
                "attachments of the message are not loaded, so it cannot be written:"
                f" it is larger than the load limit of {self._limit.limit_octets} octets;"
                " load_message and open_message take a higher one as load_limit_octets"
            )
        return self._source.octets

    def value(self, tag: PropertyKey) -> object | None:
        if tag.bag_key == PidTagMessageSizeExtended.bag_key and self._limit.left_out:
            return len(self._source.octets) + sum(one.body_octets for one in self._limit.left_out.values())
        return self._source.value(tag)

    def tags(self) -> Sequence[PropertyKey]:
        return self._source.tags()

    def headers(self) -> Headers:
        return self._source.headers()

    def from_(self) -> Address | None:
        return self._source.from_()

    def sender(self) -> Address | None:
        return self._source.sender()

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        return self._source.addresses_of(field_name)

    def recipients(self) -> Sequence[Recipient]:
        return self._source.recipients()

    def reply_to(self) -> Sequence[Address]:
        return self._source.reply_to()

    def attachments(self) -> Sequence[Attachment]:
        return self._attachments

    def _limited(self, number: int, attachment: Attachment) -> Attachment:
        properties = PropBag()
        for tag, value in attachment.properties.items():
            if tag.bag_key != PidTagAttachDataBinary.bag_key:
                properties.preset(tag, value)
        limit = self._limit.of(number)
        if attachment.message is None:
            left_out = self._limit.left_out.get((number,))
            properties.preset(PidTagAttachSize, attachment.size_octets if left_out is None else left_out.size_octets)
        message = attachment.message
        if message is not None and limit.left_out:
            message = _limited(message, limit)

        def refuse() -> NoReturn:
            first = limit.path[0]
            is_inside = len(limit.path) > 1
            where = f" of attached message {first}" if is_inside else ""
            streamed = "" if is_inside or message is not None else f", and open_attachment({first}) streams it"
            raise NotLoaded(
                f"attachment {number}{where} ({attachment.filename or attachment.content_type}): the message is larger"
                f" than the load limit of {limit.limit_octets} octets; load_message and open_message take a higher one"
                f" as load_limit_octets{streamed}"
            )

        return Attachment.lazy(refuse, properties, message)
