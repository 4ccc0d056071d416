"""Messages larger than a load limit: everything but the attachments' octets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from msgcore.errors import NotLoaded
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.model.source import MessageSource
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import PidTagAttachDataBinary, PidTagAttachSize
from msgcore.props.tags import Property

__all__ = ["limit_attachments"]


def limit_attachments(message: Message, limit_octets: int) -> Message:
    """Give the message with attachments whose ``data`` raises ``NotLoaded``."""
    source = message.source
    if source is None or not source.attachments():
        return message
    limited = Message.from_source(_LimitedSource(source, limit_octets))
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


class _LimitedSource:
    def __init__(self, source: MessageSource, limit_octets: int) -> None:
        self._source = source
        self._limit_octets = limit_octets
        # Made once: a writer knows by identity that an attachment is still the one that was read.
        self._attachments = tuple(self._limited(number, one) for number, one in enumerate(source.attachments()))

    @property
    def form(self) -> str:
        return self._source.form

    @property
    def octets(self) -> bytes:
        return self._source.octets

    def value(self, tag: PropertyKey) -> object | None:
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
        if attachment.message is None:
            properties.preset(PidTagAttachSize, attachment.size_octets)

        def refuse() -> NoReturn:
            raise NotLoaded(
                f"attachment {number} ({attachment.filename or attachment.content_type}): the message is larger than"
                f" the load limit of {self._limit_octets} octets; open_entry(...).open_attachment({number}) streams it"
            )

        return Attachment.lazy(refuse, properties, attachment.message)
