"""Taking a message into the queue: who submits it, what is kept in which form, under which transfer id.

What an application submits is a message; what a client sends over SMTP are octets, which stay as they are.
"""

from __future__ import annotations

import contextlib
import re

import attrs

from msgcore.base.text import one_line, refuse_line_ends
from msgcore.codecs import mime, read_message, tnef
from msgcore.codecs.beyond_mime import is_lost_in_mime, may_be_lost_in_mime
from msgcore.codecs.mime.source import MimeSource, came_with_stream
from msgcore.errors import InvalidAddress, MsgcoreError
from msgcore.model.delivery import DeliveryRequest
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.mta.queue.contract import Accept
from msgcore.props.table import PidTagPriority
from msgcore.spi.gateway import Content
from msgcore.spi.overlay import not_carried

__all__ = ["accept_of", "accept_of_mail", "content_of_mail", "is_simple", "lowered_header"]

# A line has room for 998 (RFC 5322 section 2.1.1), a row of an index of PostgreSQL for 2,704.
_MOST_OCTETS_OF_AN_ADDRESS = 1_000

_NOTE = "IPM.Note"

# PidTagPriority, as MIXER's values of MT-PRIORITY (RFC 6710 appendix B); what is normal asks for nothing.
_PRIORITIES = {1: 4, -1: -4}
# Fields, each of lines that end with CR LF, and a blank line.
_HEADER = re.compile(rb"(?:[!-9;-~]++:[^\r\n]*+\r\n(?:[ \t][^\r\n]*+\r\n|(?!))*+|(?!))++(?=\r\n)")
_PLAIN_TEXT = re.compile(rb"\ncontent-type: *+text/(?:plain|html)(?:;|\r)")
_BLANKS = (b" ", b"\t")

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
        request=_request_of(envelope, message),
    )


def _request_of(envelope: Envelope, message: Message) -> DeliveryRequest:
    """Give what is asked for; where the envelope says nothing of a priority, the message's own is that."""
    request, priority = envelope.request, _PRIORITIES.get(message.get(PidTagPriority, 0))
    return request if request.priority is not None or priority is None else attrs.evolve(request, priority=priority)


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


def lowered_header(octets: bytes) -> bytes:
    """Give the header of a mail in lower case, to look for names of fields in it."""
    end = octets.find(b"\r\n\r\n") + 1 or len(octets)
    # Only what came by BDAT can have lines that end otherwise.
    other = octets.find(b"\n\n", 0, end)
    return octets[: end if other < 0 else other].lower()


def is_simple(header: bytes) -> bool:
    """Say whether a mail with this header, in lower case, is kept as it is: no Bcc is in it, nor a TNEF stream."""
    # ``in`` of octets in octets makes an error first, as it could be asked for a number.
    return header.find(b"bcc") < 0 and header.find(b"x-ms-tnef-correlator") < 0


def content_of_mail(octets: bytes, *, is_site: bool) -> Content:
    """Give what is kept of a mail that a client sent: its octets, but for a Bcc field. Takes time for a large one.

    From a site of the organisation (``is_site``) a TNEF stream that belongs to the message is believed: it is kept as
    TNEF, with the header for a trace. From anybody else it is a part as any other.

    Raises:
        MsgcoreError: the message cannot be written without its Bcc.
    """
    message = mime.read(octets)
    if is_site and came_with_stream(message):
        with contextlib.suppress(MsgcoreError):  # a stream that cannot be written anew is left where it is
            return Content(tnef.write(message, bcc=False), "tnef")
    if b"bcc" not in lowered_header(octets):
        return Content(octets)
    return Content(mime.write(message, bcc=False))


def accept_of_mail(envelope: Envelope, content: Content, received_from: str) -> Accept:
    """Make what the queue takes of a mail that a client sent."""
    facts = _plain_facts(content.octets) if content.form == "mime" else None
    message_id, subject, message_class = facts or _read_facts(content)
    return Accept(
        transfer_id=envelope.transfer_id,
        sender=envelope.sender,
        recipients=envelope.recipients,
        content=content,
        message_id=message_id,
        subject=subject,
        message_class=message_class,
        request=envelope.request,
        received_from=received_from,
    )


def _read_facts(content: Content) -> tuple[str, str, str]:
    """Read a message's id, subject and class."""
    try:
        message = read_message(content.octets, content.form)
        return _shown(message.message_id or ""), _shown(message.subject), _shown(message.message_class) or _NOTE
    except MsgcoreError:  # too large or too odd to be read here; whoever delivers it judges for himself
        return "", "", _NOTE


def _plain_facts(octets: bytes) -> tuple[str, str, str] | None:
    """Give the same of a mail whose header says all of it plainly; ``None`` for any other, which has to be read."""
    whole = _HEADER.match(octets)
    if whole is None:
        return None
    header = octets[: whole.end()]
    named = b"\n" + header.lower()
    if not header.isascii() or 0 in header or header.find(b"=?") >= 0 or named.find(b"\ncontent-class") >= 0:
        return None
    kind = named.find(b"\ncontent-type")
    if kind >= 0 and (not _PLAIN_TEXT.match(named, kind) or named.find(b"\ncontent-type", kind + 1) >= 0):
        return None
    message_id, subject = _plain_field(header, named, b"\nmessage-id"), _plain_field(header, named, b"\nsubject")
    return None if message_id is None or subject is None else (message_id, subject, _NOTE)


def _plain_field(header: bytes, named: bytes, name: bytes) -> str | None:
    """Give a field of one line, empty when there is none; ``None`` when it has to be read."""
    start = named.find(name)
    if start < 0:
        return ""
    value = start + len(name)  # in the header itself, which begins one octet later, the place of the colon's end
    end = header.find(b"\r\n", value)
    if named[value : value + 1] != b":" or header[end + 2 : end + 3] in _BLANKS or named.find(name, value) >= 0:
        return None
    text = header[value:end].decode("ascii").strip(" ")
    return text if text.isprintable() and len(text) <= _MOST_OCTETS_OF_AN_ADDRESS else None


def _shown(text: str) -> str:
    """Make what a mail says of itself safe to show and to store."""
    if text.isascii() and text.isprintable() and len(text) <= _MOST_OCTETS_OF_AN_ADDRESS:
        return text
    return one_line(text.encode("utf-8", "replace").decode("utf-8"))
