"""What was signed in the clear, as Outlook's forms keep it: one attachment that is all of it ([MS-OXOSMIME] 2.1.3.1).

MIME gives a signed message as its text and its files. Written as such it could not be put together again to the last
octet, and nobody could verify it any more.
"""

from __future__ import annotations

from msgcore.codecs.mime.source import came_with_stream
from msgcore.codecs.mime.tree.editing import NO_LIMITS, crlf_field, kept_fields
from msgcore.codecs.mime.tree.entity import parse
from msgcore.codecs.mime.writer import keeps_body
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message

__all__ = ["whole_signed"]

_SIGNED = "multipart/signed"
_CLASS = "ipm.note.smime.multipartsigned"
_FILENAME = "smime.p7m"
_PARTS = 2
"""What is signed, and the signature (RFC 1847 section 2.1)."""


def whole_signed(message: Message) -> Attachment | None:
    """Give the attachment that is all of a message that came signed as MIME, or ``None`` where it is none any more."""
    source = message.source
    if source is None or source.form != "mime" or message.message_class.lower() != _CLASS:
        return None
    if came_with_stream(message) or not keeps_body(message):
        return None
    root = parse(source.octets, NO_LIMITS)
    if root.media_type != _SIGNED or len(root.children) < _PARTS:
        return None
    others = {name: None for name in root.header.names() if name != b"content-type"}
    fields = b"".join(crlf_field(one) for one in kept_fields(root, others) if one)
    body = source.octets[root.body_start :]
    if b"\r" not in body:
        body = body.replace(b"\n", b"\r\n")  # what is kept in a file with its line ends was signed with CRLF
    return Attachment(b"%b\r\n%b" % (fields, body), filename=_FILENAME, content_type=_SIGNED)
