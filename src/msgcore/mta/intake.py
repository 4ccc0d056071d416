"""Taking a message into the queue: who submits it, what is kept in which form, under which transfer id."""

from __future__ import annotations

from msgcore.base.text import refuse_line_ends
from msgcore.codecs import mime, tnef
from msgcore.codecs.beyond_mime import is_lost_in_mime, may_be_lost_in_mime
from msgcore.codecs.mime.source import MimeSource, came_with_stream
from msgcore.errors import InvalidAddress
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.mta.queue.contract import Accept
from msgcore.spi.gateway import Content
from msgcore.spi.overlay import not_carried

__all__ = ["accept_of"]

# A line has room for 998 (RFC 5322 section 2.1.1), a row of an index of PostgreSQL for 2,704.
_MOST_OCTETS_OF_AN_ADDRESS = 1_000

# What MIME says here no properties say: they would break a signature, or take away what is encrypted or reported.
_SEALED = ("multipart/signed", "multipart/encrypted", "multipart/report")


def accept_of(envelope: Envelope, message: Message) -> Accept:
    """Make what the queue takes of a submission: the message without Bcc, unchanged where it can be.

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
        content=_content_of(message),
        message_id=message.message_id or "",
        subject=message.subject,
        message_class=message.message_class,
    )


def _content_of(message: Message) -> Content:
    """Give a message in the form in which it travels: MIME for what was read as that and says no more, else TNEF."""
    source = message.source
    if source is None or source.form != "mime" or (message.is_changed and came_with_stream(message)):
        return Content(tnef.write(message, bcc=False), "tnef")
    octets = mime.write(message, bcc=False)
    is_sealed = isinstance(source, MimeSource) and source.root.media_type in _SEALED
    if not message.is_changed or is_sealed or not _says_more(message, mime.read(octets)):
        return Content(octets)
    return Content(tnef.write(message, bcc=False), "tnef")


def _says_more(message: Message, kept: Message) -> bool:
    """Say whether a message says what ``kept``, read from the MIME that it was written as, does not."""
    if not_carried(message, kept):
        return True
    return may_be_lost_in_mime(message) and is_lost_in_mime(message, kept)
