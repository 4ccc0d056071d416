"""Parts of a message that is composed: Content fields, and a body as segments in the least encoding that carries it.

A segment is octets as they go out, or content that goes out in base64, a chunk at a time. A composed part has ASCII
only, lines within 998 octets and CRLF line ends; an attached message may hold what it held when it was read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from msgcore.base.text import codec_of_code_page, refuse_line_ends
from msgcore.codecs.mime.charsets import charset_of_code_page
from msgcore.codecs.mime.fold import field, text_field
from msgcore.codecs.mime.parameter_writing import is_simple, parameter_tokens, quoted_words
from msgcore.codecs.mime.parameters import parse_parameters
from msgcore.codecs.mime.tolerated import ignore
from msgcore.codecs.mime.transfer import (
    base64_chunks,
    encode_quoted_printable,
    has_long_line,
    is_mostly_ascii,
    normalise_line_ends,
)
from msgcore.model.attachment import Attachment
from msgcore.props.table import PidTagAttachContentLocation, PidTagTextAttachmentCharset

__all__ = [
    "Base64",
    "Part",
    "Segment",
    "attachment_part",
    "chunks_of",
    "html_part",
    "message_part",
    "multipart",
    "text_part",
]


@attrs.frozen
class Base64:
    """Content that goes out in base64."""

    octets: bytes


Segment = bytes | Base64


@attrs.frozen
class Part:
    """The Content fields of a part, each ended by CRLF, and its body."""

    fields: bytes
    body: tuple[Segment, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (self.fields + b"\r\n", *self.body)


def chunks_of(segments: Iterable[Segment]) -> Iterator[bytes]:
    """Give the octets of segments a chunk at a time."""
    for segment in segments:
        if isinstance(segment, Base64):
            yield from base64_chunks(segment.octets)
        elif segment:
            yield segment


# Bodies

_HARMLESS = re.compile(rb"[\t\r\n -~]*")
_LONGEST_LINE = 990


def text_part(text: str) -> Part:
    """Make the plain text body."""
    octets = text.encode("utf-8", "replace")
    return _text("text/plain", "us-ascii" if octets.isascii() else "utf-8", octets)


def html_part(html: bytes, code_page: int) -> Part:
    """Make the HTML body, in the charset that it is in; in UTF-8 when that has no MIME name."""
    charset = charset_of_code_page(code_page)
    if charset is None:
        return _text("text/html", "utf-8", html.decode(codec_of_code_page(code_page), "replace").encode("utf-8"))
    return _text("text/html", charset, html)


def _text(media_type: str, charset: str, octets: bytes) -> Part:
    """Make a part of text, in which every line ends with CRLF. A bare CR is no line end and goes out encoded."""
    lines = octets.replace(b"\r\n", b"\n")
    is_binary = b"\r" in lines or charset.startswith("utf-16")
    if not is_binary:
        lines = lines.replace(b"\n", b"\r\n")
        if lines and not lines.endswith(b"\r\n"):
            lines += b"\r\n"
    body: Segment
    if not is_binary and _HARMLESS.fullmatch(lines) and not has_long_line(lines, _LONGEST_LINE):
        encoding, body = "7bit", lines
    elif not is_binary and is_mostly_ascii(lines):
        encoding, body = "quoted-printable", encode_quoted_printable(lines)
    else:
        encoding, body = "base64", Base64(octets if is_binary else lines)
    fields = field("Content-Type", [f"{media_type};".encode(), f"charset={charset}".encode()])
    return Part(fields + _encoding_field(encoding), (body,))


def _encoding_field(encoding: str) -> bytes:
    return f"Content-Transfer-Encoding: {encoding}\r\n".encode()


# Multiparts


def multipart(subtype: str, parts: Sequence[Part], parameters: Mapping[str, str] | None = None) -> Part:
    """Put parts into a multipart, under a boundary that depends on them alone and occurs in none of them."""
    boundary = _boundary(subtype, parts)
    delimiter = b"\r\n--" + boundary
    body: list[Segment] = []
    for part in parts:
        body.append((delimiter if body else delimiter[2:]) + b"\r\n")
        body.extend(part.segments)
    body.append(delimiter + b"--\r\n")
    tokens = [f"multipart/{subtype};".encode()]
    tokens.extend(f"{name}={value};".encode() for name, value in (parameters or {}).items())
    fields = field("Content-Type", [*tokens, b'boundary="%b"' % boundary])
    if not all(isinstance(segment, Base64) or segment.isascii() for segment in body):
        fields += _encoding_field("8bit")
    return Part(fields, tuple(body))


def _boundary(subtype: str, parts: Sequence[Part]) -> bytes:
    """Name a boundary. It holds ``=_``, which neither base64 nor quoted-printable has (RFC 2045 section 6.7)."""
    plain = [segment for part in parts for segment in part.segments if isinstance(segment, bytes)]
    digest = hashlib.blake2b(subtype.encode(), digest_size=12)
    for segment in plain:
        digest.update(segment)
    while True:
        boundary = b"=_" + digest.hexdigest().encode()
        if not any(boundary in segment for segment in plain):
            return boundary
        digest.update(b"again")


# Attachments

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")


def attachment_part(attachment: Attachment, *, is_shown: bool) -> Part:
    """Make the part of an attachment that is octets; ``is_shown`` says that the body refers to it.

    Raises:
        NotLoaded: it is a file that has not been read.
        InjectionRefused: a name holds CR, LF or NUL.
    """
    data = attachment.data
    media_type, parameters = _media_type(attachment.content_type)
    is_message = media_type in {"message/rfc822", "message/global"}
    body: Segment
    if is_message:
        encoding, body = ("7bit" if data.isascii() else "8bit"), data
    elif media_type.startswith(("text/", "message/")) and _is_exact_in_seven_bits(data):
        encoding, body = "7bit", data
    else:
        encoding, body = "base64", Base64(data)
    charset = attachment.get(PidTagTextAttachmentCharset)
    if charset and media_type.startswith("text/"):
        parameters = {"charset": charset, **parameters}
    fields = _content_fields(attachment, media_type, parameters, is_shown=is_shown)
    return Part(fields + _encoding_field(encoding), (body,))


def message_part(attachment: Attachment, segments: tuple[Segment, ...]) -> Part:
    """Make the part of an attached message, given that message's own segments."""
    is_seven_bit = all(isinstance(segment, Base64) or segment.isascii() for segment in segments)
    fields = _content_fields(attachment, "message/rfc822", {}, is_shown=False)
    return Part(fields + _encoding_field("7bit" if is_seven_bit else "8bit"), segments)


def _is_exact_in_seven_bits(data: bytes) -> bool:
    return (
        _HARMLESS.fullmatch(data) is not None
        and normalise_line_ends(data) == data
        and not has_long_line(data, _LONGEST_LINE)
    )


def _media_type(given: str) -> tuple[str, Mapping[str, str]]:
    """Read the type that the application gave; what is none, and a multipart in one piece, is just octets."""
    parsed = parse_parameters(refuse_line_ends(given, "content type").encode("utf-8", "replace"), ignore)
    if not _MEDIA_TYPE.fullmatch(parsed.value) or parsed.value.startswith("multipart/"):
        return "application/octet-stream", {}
    return parsed.value, {name: value for name, value in parsed.parameters.items() if name not in {"name", "boundary"}}


def _content_fields(attachment: Attachment, media_type: str, parameters: Mapping[str, str], *, is_shown: bool) -> bytes:
    filename = attachment.filename
    tokens = parameter_tokens(media_type, parameters)
    if filename is not None and not is_simple(filename):
        # Outlook and Gmail read this older form; RFC 2047 section 5 forbids it, so the right form stands beside it.
        tokens[-1] += b";"
        tokens.extend(quoted_words("name", filename))
    fields = field("Content-Type", tokens)
    # An inline text would be taken for the body.
    is_inline = is_shown or (attachment.is_inline and not media_type.startswith("text/"))
    disposition = "inline" if is_inline else "attachment"
    fields += field(
        "Content-Disposition", parameter_tokens(disposition, {} if filename is None else {"filename": filename})
    )
    if attachment.content_id is not None:
        fields += text_field("Content-ID", f"<{attachment.content_id}>")
    location = attachment.get(PidTagAttachContentLocation)
    return fields if location is None else fields + text_field("Content-Location", location)
