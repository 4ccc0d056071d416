"""The message that a report is about: read from the report's last part, and written into it (RFC 3462 section 1)."""

from __future__ import annotations

from msgcore.codecs.mime.body_parts import Part
from msgcore.codecs.mime.syntax.transfer import domain_of, normalise_line_ends
from msgcore.codecs.mime.tree.editing import NO_LIMITS, crlf_field
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.header_block import HeaderBlock

__all__ = ["header_of_original", "original_part"]

_HEADERS_ALONE = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})


def header_of_original(root: Entity) -> HeaderBlock | None:
    """Find the header of the message that a report is about, whole or alone (RFC 3462 section 2)."""
    for entity in root.walk(into_messages=False):
        if entity is root:
            continue
        if entity.message is not None:
            return entity.message.header
        if entity.media_type in _HEADERS_ALONE:
            return parse(entity.content, NO_LIMITS).header
    return None


def original_part(original: bytes, *, return_full: bool, most: int) -> Part:
    """Write the original whole when ``return_full`` and it has at most ``most`` octets, else its header, cut there."""
    if return_full and len(original) <= most:
        return _labelled(b"Content-Type: message/rfc822\r\n", normalise_line_ends(original))
    root = parse(original, NO_LIMITS)
    octets = root.header.octets
    fields: list[bytes] = []
    size = 0
    for one in root.header.each_field():
        size += one.end - one.start
        if size > most:
            break
        if one.name:
            fields.append(crlf_field(octets[one.start : one.end]))
    return _labelled(b"Content-Type: text/rfc822-headers\r\n", b"".join(fields))


def _labelled(content_type: bytes, body: bytes) -> Part:
    encoding = domain_of(body).label.encode()
    return Part(content_type + b"Content-Transfer-Encoding: " + encoding + b"\r\n", (body,))
