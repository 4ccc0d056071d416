"""Taking a message into the queue: who submits it, what is kept, under which transfer id."""

from __future__ import annotations

from msgcore.base.text import refuse_line_ends
from msgcore.codecs import mime
from msgcore.errors import InvalidAddress
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.mta.queue import Accept
from msgcore.spi.gateway import Content

__all__ = ["accept_of"]

# A line has room for 998 (RFC 5322 section 2.1.1), a row of an index of PostgreSQL for 2,704.
_MOST_OCTETS_OF_AN_ADDRESS = 1_000


def accept_of(envelope: Envelope, message: Message) -> Accept:
    """Make what the queue takes of a submission: the message without Bcc, as MIME, unchanged where it can be.

    Raises:
        InjectionRefused, InvalidAddress: an address that no report and no trace could name: it holds CR, LF or NUL,
            or is too long for a header field.
    """
    for address in (envelope.sender, *(recipient.address for recipient in envelope.recipients)):
        if address is not None:
            refuse_line_ends(address.typed, "address")
            refuse_line_ends(address.display_name, "display name")
            if len(address.typed.encode("utf-8", "surrogatepass")) > _MOST_OCTETS_OF_AN_ADDRESS:
                raise InvalidAddress(f"{address.typed[:80]!r}…: longer than {_MOST_OCTETS_OF_AN_ADDRESS:,} octets")
    return Accept(
        transfer_id=envelope.transfer_id,
        sender=envelope.sender,
        recipients=envelope.recipients,
        content=Content(mime.write(message, bcc=False)),
        message_id=message.message_id or "",
        subject=message.subject,
        message_class=message.message_class,
    )
