"""What a read message is decoded from, when it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.headers import Headers
from msgcore.model.recipient import Recipient
from msgcore.props.key import PropertyKey

__all__ = ["MessageSource"]


class MessageSource(Protocol):
    """Where a read message comes from: a codec's or store's lazy view, which never changes.

    A copy of the message gets a deep copy of it, whose attachments are others.
    """

    @property
    def form(self) -> str:
        """``"mime"``, ``"tnef"`` or ``"msg"``."""
        ...

    @property
    def octets(self) -> bytes:
        """The message as it was read."""
        ...

    def value(self, tag: PropertyKey) -> object | None:
        """Decode one property, or ``None`` when the message has none."""
        ...

    def tags(self) -> Sequence[PropertyKey]: ...

    def headers(self) -> Headers: ...

    def from_(self) -> Address | None:
        """Give the From field's first address; Sender's when there is none."""
        ...

    def sender(self) -> Address | None:
        """Give the Sender field's first address; From's when there is none."""
        ...

    def addresses_of(self, field_name: str) -> Sequence[Address]:
        """Read the addresses of every field of that name, in any case; of To, Cc and Bcc, those of the recipients."""
        ...

    def recipients(self) -> Sequence[Recipient]: ...

    def reply_to(self) -> Sequence[Address]: ...

    def attachments(self) -> Sequence[Attachment]: ...
