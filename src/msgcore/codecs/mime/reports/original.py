"""The message that a report is about: read from the report's last part, and written into it (RFC 3462 section 1)."""

from __future__ import annotations

from msgcore.codecs.mime.body_parts import Part
from msgcore.codecs.mime.syntax.transfer import (
    Domain,
    domain_of,
    encode_quoted_printable,
    normalise_line_ends,
)
from msgcore.codecs.mime.tree.editing import NO_LIMITS, crlf_field
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.header_block import HeaderBlock

__all__ = ["header_of_original", "id_and_subject", "original_part"]

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


def id_and_subject(original: HeaderBlock | None) -> tuple[str | None, str]:
    """Give what a report names the original by: its message id, if it has one, and its subject."""
    return (None, "") if original is None else (original.text(b"message-id"), original.text(b"subject") or "")


def original_part(original: bytes, *, return_full: bool, most: int, utf8: bool = False) -> Part:
    """Write the original whole when ``return_full`` and it has at most ``most`` octets, else its header, cut there.

    What cannot go out unencoded, as a message has to (RFC 2046 section 5.2.1), comes back as its header, too. One with
    UTF-8 in its header is ``message/global`` or ``message/global-headers`` (RFC 6533 section 4); without ``utf8`` it is
    the latter, encoded, so that the report itself can go anywhere.
    """
    header = _header_of(original, most)
    if return_full and len(original) <= most and (utf8 or not _is_utf8(header)):
        whole = normalise_line_ends(original)
        domain = domain_of(whole)
        if domain is not Domain.BINARY:
            kind = "global" if _is_utf8(header) else "rfc822"
            return _labelled(f"message/{kind}", domain.label, whole)
    if not _is_utf8(header):
        return _encoded("text/rfc822-headers", header)
    if not utf8 or domain_of(header) is Domain.BINARY:
        return _encoded("message/global-headers", header)
    return _labelled("message/global-headers", Domain.EIGHT_BIT.label, header)


def _header_of(original: bytes, most: int) -> bytes:
    """Give whole fields of at most ``most`` octets, every line with CRLF. No more than that is looked at."""
    header = parse(original[: most + 1], NO_LIMITS).header
    fields: list[bytes] = []
    for one in header.each_field():
        # Where it was cut, a field may go on.
        if one.end > most:
            break
        if one.name:
            fields.append(crlf_field(header.octets[one.start : one.end]))
    return b"".join(fields)


def _is_utf8(header: bytes) -> bool:
    if header.isascii():
        return False
    try:
        header.decode()
    except UnicodeDecodeError:
        return False
    return True


def _encoded(media_type: str, header: bytes) -> Part:
    """Write a header in ASCII lines that are short enough for every system (RFC 6522 section 4)."""
    if domain_of(header) is Domain.SEVEN_BIT:
        return _labelled(media_type, Domain.SEVEN_BIT.label, header)
    return _labelled(media_type, "quoted-printable", encode_quoted_printable(header.replace(b"\r\n", b"\n")))


def _labelled(media_type: str, encoding: str, body: bytes) -> Part:
    fields = f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return Part(fields.encode("ascii"), (body,))
