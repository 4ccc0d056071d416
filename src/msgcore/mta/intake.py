"""Taking a message into the queue: who submits it, what is kept, under which transfer id."""

from __future__ import annotations

from msgcore.base.text import refuse_line_ends
from msgcore.codecs import mime
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.mta.queue import Accept
from msgcore.spi.gateway import Content

__all__ = ["accept_of"]


def accept_of(envelope: Envelope, message: Message) -> Accept:
    """Make what the queue takes of a submission: the message without Bcc, as MIME, unchanged where it can be.

    Raises:
        InjectionRefused: an address holds CR, LF or NUL: no report and no trace could ever name it.
    """
    for address in (envelope.sender, *(recipient.address for recipient in envelope.recipients)):
        if address is not None:
            refuse_line_ends(address.typed, "address")
            refuse_line_ends(address.display_name, "display name")
    return Accept(
        transfer_id=envelope.transfer_id,
        sender=envelope.sender,
        recipients=envelope.recipients,
        content=Content(mime.write(message, bcc=False)),
        message_id=message.message_id or "",
        subject=message.subject,
        message_class=message.message_class,
    )
