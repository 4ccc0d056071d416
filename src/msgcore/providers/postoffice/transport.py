"""The transport: from one of the workgroup into the mailboxes of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgcore.base.times import Deadline
from msgcore.errors import Closed
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.props.table import PidTagDisplayBcc
from msgcore.providers.postoffice.delivery import Offices
from msgcore.providers.postoffice.message_file import Prepared, prepare
from msgcore.providers.postoffice.office import MS
from msgcore.spi.store import Incoming
from msgcore.spi.transport import RoutePreview

__all__ = ["PostOfficeTransport"]


class PostOfficeTransport:
    """Delivers for one mailbox of a post office. May be shared by threads."""

    def __init__(self, offices: Offices, identity: Address, now: Callable[[], datetime]) -> None:
        self._offices = offices
        self._now = now
        self._is_closed = False
        self.identity = identity

    @property
    def address_types(self) -> Sequence[str]:
        return (MS,)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Put the message, without its Bcc recipients, into the mailboxes.

        Raises:
            Closed: :meth:`close` was called.
            ConnectionLost: the post office is not there.
            MsgcoreError: the message cannot be written.
        """
        self._check_open()
        deadline.check("post office")
        return self._offices.deliver(
            envelope.recipients, envelope.transfer_id, lambda: self._prepared(message), deadline
        )

    def preview(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, RoutePreview]:
        """Look for the mailboxes.

        Raises:
            Closed: :meth:`close` was called.
            ConnectionLost: the post office is not there.
        """
        self._check_open()
        deadline.check("post office")
        return self._offices.preview(envelope.recipients)

    def _prepared(self, message: Message) -> Prepared:
        shown = [one for one in message.recipients if one.kind is not RecipientKind.BCC]
        if len(shown) < len(message.recipients):
            message = message.copy()
            message.recipients = shown
            message.properties_set.discard(PidTagDisplayBcc)
        return prepare(Incoming(message), self._now())

    def close(self) -> None:
        """Take nothing more."""
        self._is_closed = True

    def _check_open(self) -> None:
        if self._is_closed:
            raise Closed("the post office has been closed")
