"""Writing a message as TNEF inside MIME: a plain text, and beside it all that it is ([MS-OXCMAIL] section 2.1.3.4)."""

from __future__ import annotations

import hashlib
import re

from msgcore.codecs.mime.body_parts import Base64, Part, multipart, text_part
from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.transfer import Domain
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.model.message import Message
from msgcore.props.table import PidTagBody, PidTagTnefCorrelationKey, PidTagTransportMessageHeaders

__all__ = ["compose_with_tnef"]

_PLAIN_ID = re.compile(r"[!-~]{1,200}")
_FIELDS = b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n'
_DISPOSITION = b'Content-Disposition: attachment; filename="winmail.dat"\r\n'


def compose_with_tnef(message: Message, form: WriteForm) -> tuple[bytes, Part]:
    """Give the field that says which stream belongs to the message, and the body. No blind recipient is named in it.

    Raises:
        As ``tnef.write`` does.
    """
    key = _correlator_of(message)
    body = multipart("mixed", [text_part(message.get(PidTagBody, ""), form), _stream_part(message, key, form)])
    return text_field("X-MS-TNEF-Correlator", key), body


def _correlator_of(message: Message) -> str:
    """Give the Message-ID ([MS-OXCMAIL] section 2.1.3.2.26), or where there is none a value that the content makes."""
    given = (message.message_id or "").strip()
    if _PLAIN_ID.fullmatch(given):
        return given
    digest = hashlib.blake2b(_stream(message), digest_size=16).hexdigest()
    return f"<{digest}@tnef.invalid>"


def _stream_part(message: Message, key: str, form: WriteForm) -> Part:
    twin = message.copy()
    twin[PidTagTnefCorrelationKey] = key.encode("ascii")
    if PidTagTransportMessageHeaders in twin:
        del twin[PidTagTransportMessageHeaders]  # they are the header
    octets = _stream(twin)
    if form.domain is Domain.BINARY:
        return Part(_FIELDS + _DISPOSITION + _encoding("binary"), (octets,), Domain.BINARY)
    return Part(_FIELDS + _DISPOSITION + _encoding("base64"), (Base64(octets),), Domain.SEVEN_BIT)


def _encoding(name: str) -> bytes:
    return f"Content-Transfer-Encoding: {name}\r\n".encode()


def _stream(message: Message) -> bytes:
    from msgcore.codecs import tnef  # TNEF itself stands on the header reader of MIME

    return tnef.write(message, bcc=False)
