"""Parts of a message that is composed: Content fields, and a body as segments in the least encoding that carries it.

A segment is octets as they go out, or content that goes out in base64, a chunk at a time. A composed part keeps to the
form it is asked for; an attached message may hold what it held when it was read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgcore.base.text import codec_of_code_page, refuse_line_ends
from msgcore.codecs.mime.mapping.part_properties import FILE_TIMES, PartProperties, file_times
from msgcore.codecs.mime.mapping.read_texts import text_for_field
from msgcore.codecs.mime.syntax.charsets import charset_of_code_page
from msgcore.codecs.mime.syntax.flowed import flow, unflow
from msgcore.codecs.mime.syntax.fold import field, text_field
from msgcore.codecs.mime.syntax.parameter_writing import is_simple, parameter_tokens, quoted_words
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.syntax.transfer import (
    BLOCK_OCTETS,
    Domain,
    base64_chunks,
    domain_of,
    encode_base64_blocks,
    encode_quoted_printable,
    has_long_line,
    size_in_base64,
)
from msgcore.codecs.mime.write_form import STORAGE, WriteForm
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.body import code_page_of_html
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagAttachContentBase,
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagDisplayName,
    PidTagSubject,
    PidTagTextAttachmentCharset,
)

__all__ = [
    "Base64",
    "Part",
    "Segment",
    "attachment_part",
    "chunks_of",
    "encoding_field",
    "html_part",
    "is_message_type",
    "join_segments",
    "media_type_of",
    "message_part",
    "multipart",
    "size_of",
    "text_part",
]


class Base64(NamedTuple):
    """Content that goes out in base64; that of an attachment that is a file is read as it goes."""

    content: bytes | Attachment


Segment = bytes | Base64


class Part(NamedTuple):
    """The Content fields of a part, each ended by CRLF, and its body.

    ``domain`` is that of the body as it goes out; ``None`` stands for text, in 7 or 8 bits as the octets are.
    """

    fields: bytes
    body: tuple[Segment, ...]
    domain: Domain | None = None

    @property
    def segments(self) -> tuple[Segment, ...]:
        return (self.fields + b"\r\n", *self.body)


def chunks_of(segments: Iterable[Segment]) -> Iterator[bytes]:
    """Give the octets of segments a chunk at a time.

    Raises:
        UsageError: a file cannot be read any more, or has changed its size.
    """
    for segment in segments:
        if not isinstance(segment, Base64):
            if segment:
                yield segment
        elif isinstance(segment.content, bytes):
            yield from base64_chunks(segment.content)
        else:
            yield from encode_base64_blocks(segment.content.blocks(BLOCK_OCTETS))


def join_segments(segments: Iterable[Segment]) -> bytes:
    """Give the octets of segments at once; raises as :func:`chunks_of` does."""
    return b"".join([segment if type(segment) is bytes else b"".join(chunks_of((segment,))) for segment in segments])


def size_of(segments: Iterable[Segment]) -> int:
    """Say how many octets :func:`chunks_of` gives; nothing is encoded or read for that."""
    return sum(
        len(segment) if isinstance(segment, bytes) else size_in_base64(_size_of_content(segment.content))
        for segment in segments
    )


def _size_of_content(content: bytes | Attachment) -> int:
    return len(content) if isinstance(content, bytes) else content.size_octets


# Bodies

_HARMLESS = b"\t\r\n" + bytes(range(0x20, 0x7F))
_EIGHT_BIT = bytes(range(0x80, 0x100))
_LONGEST_LINE = 990


def text_part(text: str, form: WriteForm = STORAGE) -> Part:
    """Make the plain text body."""
    is_flowed = False
    if form.flowed:
        lines = text.replace("\r\n", "\n")
        flowed = flow(lines)
        # What would not read back the same is written as it is.
        is_flowed = unflow(flowed, delsp=False) == lines
        text = flowed if is_flowed else text
    octets = text.encode("utf-8", "replace")
    charset = "us-ascii" if octets.isascii() else "utf-8"
    return _text("text/plain", charset, octets, form.domain, "; format=flowed" if is_flowed else "")


def html_part(html: bytes, code_page: int, form: WriteForm = STORAGE) -> Part:
    """Make the HTML body, in the charset that it is in; in UTF-8 when that has no MIME name."""
    charset = charset_of_code_page(code_page_of_html(html, code_page))
    if charset is None:
        charset, html = "utf-8", html.decode(codec_of_code_page(code_page), "replace").encode("utf-8")
    return _text("text/html", charset, html, form.domain)


def _text(media_type: str, charset: str, octets: bytes, widest: Domain, parameters: str = "") -> Part:
    """Make a part of text, in which every line ends with CRLF. A bare CR is no line end and goes out encoded."""
    lines = octets.replace(b"\r\n", b"\n") if b"\r" in octets else octets
    if b"\r" in lines or charset.startswith("utf-16"):
        return Part(_text_fields(media_type, charset, parameters, "base64"), (Base64(octets),), Domain.SEVEN_BIT)
    if lines and not lines.endswith(b"\n"):
        lines += b"\n"
    harmful = lines.translate(None, _HARMLESS)
    domain = _domain_of_text(lines, harmful)
    body: Segment
    if domain <= widest:
        encoding, body = domain.label, lines.replace(b"\n", b"\r\n")
    else:
        domain = Domain.SEVEN_BIT
        # Quoted-printable is shorter than base64 when fewer than one octet in six has to be encoded.
        if len(harmful) * 6 < len(lines):
            encoding, body = "quoted-printable", encode_quoted_printable(lines)
        else:
            encoding, body = "base64", Base64(lines.replace(b"\n", b"\r\n"))
    return Part(_text_fields(media_type, charset, parameters, encoding), (body,), domain)


def _domain_of_text(lines: bytes, harmful: bytes) -> Domain:
    """Say in which domain lines are of which those octets may be harmed; control characters survive only as binary."""
    if (harmful and harmful.translate(None, _EIGHT_BIT)) or has_long_line(lines, _LONGEST_LINE):
        return Domain.BINARY
    return Domain.EIGHT_BIT if harmful else Domain.SEVEN_BIT


@lru_cache(maxsize=100)
def _text_fields(media_type: str, charset: str, parameters: str, encoding: str) -> bytes:
    value = f"{media_type}; charset={charset}{parameters}"
    return field("Content-Type", value.encode().split(b" ")) + encoding_field(encoding)


def encoding_field(encoding: str) -> bytes:
    return f"Content-Transfer-Encoding: {encoding}\r\n".encode()


# Multiparts


def multipart(subtype: str, parts: Sequence[Part], parameters: Mapping[str, str] | None = None) -> Part:
    """Put parts into a multipart, under a boundary that depends on them alone and occurs in none of them."""
    boundary = _boundary(subtype, parts)
    delimiter = b"\r\n--%b\r\n" % boundary
    body: list[Segment] = []
    for part in parts:
        body.append(b"%b%b\r\n" % (delimiter if body else delimiter[2:], part.fields))
        body += part.body
    body.append(b"\r\n--%b--\r\n" % boundary)
    given = "".join([f"\r\n {name}={value};" for name, value in (parameters or {}).items()])
    fields = f'Content-Type: multipart/{subtype};{given}\r\n boundary="{boundary.decode()}"\r\n'.encode()
    domain = max([_domain_of_part(part) for part in parts], default=Domain.SEVEN_BIT)
    if domain > Domain.SEVEN_BIT:
        fields += encoding_field(domain.label)
    return Part(fields, tuple(body), domain)


def _domain_of_part(part: Part) -> Domain:
    if part.domain is not None:
        return part.domain
    is_seven_bit = all(isinstance(segment, Base64) or segment.isascii() for segment in part.body)
    return Domain.SEVEN_BIT if is_seven_bit else Domain.EIGHT_BIT


def _boundary(subtype: str, parts: Sequence[Part]) -> bytes:
    """Name a boundary. It holds ``=_``, which neither base64 nor quoted-printable has (RFC 2045 section 6.7)."""
    plain = [segment for part in parts for segment in part.body if isinstance(segment, bytes)]
    # Not the whole of it: that it occurs nowhere is looked up, and few messages start alike in all their parts.
    told = b"".join([segment[:_TOLD] for segment in plain[:_TOLD]])
    digest = hashlib.blake2b(b"%b %d %b" % (subtype.encode(), len(plain), told), digest_size=12)
    boundary = b"=_%b" % digest.hexdigest().encode()
    for segment in plain:
        if boundary in segment:
            break
    else:
        return boundary
    # Somebody knew which one comes: all that could come are looked for once.
    taken = {found for segment in plain for found in _BOUNDARY.findall(segment)}
    while boundary in taken:
        digest.update(b"again")
        boundary = b"=_%b" % digest.hexdigest().encode()
    return boundary


_TOLD = 200
_BOUNDARY = re.compile(rb"=_[0-9a-f]{24}")


# Attachments

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_NO_PARAMETERS: Mapping[str, str] = {}
_OCTETS = "application/octet-stream"
_MESSAGES = frozenset({"message/rfc822", "message/global"})


def attachment_part(
    attachment: Attachment, form: WriteForm = STORAGE, *, is_shown: bool, defaults: Mapping[str, str] | None = None
) -> Part:
    """Make the part of an attachment that is octets or a file; ``is_shown`` says that the body refers to it.

    ``defaults`` are parameters of its Content-Type that it has unless it says them itself.

    Raises:
        NotLoaded: the content is larger than the load limit of where it comes from.
        UsageError: it is a file that cannot be read any more, or has changed its size.
        InjectionRefused: a name holds CR, LF or NUL.
    """
    is_ole = attachment.get(PidTagAttachMethod) == AttachMethod.STORAGE
    media_type, parameters = _media_type(_OCTETS if is_ole else _content_type(attachment))
    encoding, body, domain = _body_of(attachment, media_type, form.domain)
    charset = text_for_field(attachment, PidTagTextAttachmentCharset)
    if charset and media_type.startswith("text/"):
        parameters = {"charset": charset, **parameters}
    fields = _content_fields(attachment, media_type, parameters, is_shown=is_shown, defaults=defaults)
    return Part(fields + encoding_field(encoding), (body,), domain)


def _content_type(attachment: Attachment) -> str:
    return text_for_field(attachment, PidTagAttachMimeTag) or attachment.content_type


def media_type_of(attachment: Attachment) -> str:
    """Give the media type under which an attachment goes out, without its parameters."""
    return _media_type(_content_type(attachment))[0]


def is_message_type(content_type: str) -> bool:
    """Say whether content of this type is a message, whose octets go out as they are."""
    return _media_type(content_type)[0] in _MESSAGES


def _body_of(attachment: Attachment, media_type: str, widest: Domain) -> tuple[str, Segment, Domain]:
    """Choose the encoding. A file goes out in base64, which needs no look at it; but messages must not be encoded."""
    is_message = media_type in _MESSAGES
    if attachment.is_unread_file and not is_message:
        attachment.check_file()
        return "base64", Base64(attachment), Domain.SEVEN_BIT
    data = b"".join(attachment.blocks(BLOCK_OCTETS)) if attachment.is_unread_file else attachment.data
    if is_message:
        domain = domain_of(data)
        return domain.label, data, domain
    is_text = media_type.startswith(("text/", "message/"))
    domain = _domain_of_file(data) if is_text else Domain.BINARY
    if domain <= widest:
        return domain.label, data, domain
    return "base64", Base64(data), Domain.SEVEN_BIT


def _domain_of_file(data: bytes) -> Domain:
    """Say in which domain a file of text can go out as it is, to the last octet."""
    return max(_domain_of_text(data, data.translate(None, _HARMLESS)), domain_of(data))


def message_part(attachment: Attachment, segments: tuple[Segment, ...], domain: Domain) -> Part:
    """Make the part of an attached message, given that message's own segments and their domain."""
    fields = _content_fields(attachment, "message/rfc822", {}, is_shown=False)
    return Part(fields + encoding_field(domain.label), segments, domain)


def _media_type(given: str) -> tuple[str, Mapping[str, str]]:
    """Read the type that the application gave; what is none, and a multipart in one piece, is just octets."""
    return _shared_media_type(given) if len(given) <= _LONGEST_SHARED else _read_media_type(given)


def _read_media_type(given: str) -> tuple[str, Mapping[str, str]]:
    value, parameters = given, _NO_PARAMETERS
    if not _MEDIA_TYPE.fullmatch(given):
        parsed = parse_parameters(refuse_line_ends(given, "content type").encode("utf-8", "replace"), ignore)
        value = parsed.value
        parameters = {name: text for name, text in parsed.parameters.items() if name not in {"name", "boundary"}}
    if not _MEDIA_TYPE.fullmatch(value) or value.startswith("multipart/"):
        return _OCTETS, _NO_PARAMETERS
    return value, parameters


_LONGEST_SHARED = 100
_shared_media_type = lru_cache(maxsize=100)(_read_media_type)


@lru_cache(maxsize=100)
def _type_field(media_type: str) -> bytes:
    return field("Content-Type", parameter_tokens(media_type, _NO_PARAMETERS))


_RARE = frozenset(
    tag.bag_key
    for tag in (
        *FILE_TIMES,
        PidTagDisplayName,
        PidTagAttachContentId,
        PidTagAttachContentLocation,
        PidTagAttachContentBase,
    )
)


def _subjects(message: Message | None) -> Iterator[object]:
    """Give the subject that an attached message has, and the one that it had when it was read."""
    if message is not None:
        yield message.subject
        if message.source is not None:
            yield message.source.value(PidTagSubject)


def _content_fields(
    attachment: Attachment,
    media_type: str,
    parameters: Mapping[str, str],
    *,
    is_shown: bool,
    defaults: Mapping[str, str] | None = None,
) -> bytes:
    filename = text_for_field(attachment, PidTagAttachLongFilename, PidTagAttachFilename)
    content_id = text_for_field(attachment, PidTagAttachContentId)
    bag = attachment.properties
    if isinstance(bag, PartProperties) and not bag.was_changed(PidTagAttachMimeTag):
        parameters = {**bag.other_parameters(), **parameters}
    if defaults:
        parameters = {**defaults, **parameters}
    tokens = parameter_tokens(media_type, parameters)
    if filename is not None and not is_simple(filename):
        # Outlook and Gmail read this older form; RFC 2047 section 5 forbids it, so the right form stands beside it.
        tokens[-1] += b";"
        tokens.extend(quoted_words("name", filename))
    fields = _type_field(media_type) if len(tokens) == 1 else field("Content-Type", tokens)
    # An inline text would be taken for the body.
    is_marked = attachment.is_inline or (isinstance(bag, PartProperties) and bag.is_marked_inline)
    is_inline = is_shown or (is_marked and not media_type.startswith("text/"))
    disposition = "inline" if is_inline else "attachment"
    named = {} if filename is None else {"filename": filename}
    if type(bag) is PropBag and _RARE.isdisjoint([tag.bag_key for tag in bag.tags()]):
        return fields + field("Content-Disposition", parameter_tokens(disposition, named))
    fields += field("Content-Disposition", parameter_tokens(disposition, {**named, **file_times(attachment)}))
    described = text_for_field(attachment, PidTagDisplayName)
    is_stale = bag.was_changed(PidTagAttachLongFilename) and not bag.was_changed(PidTagDisplayName)
    if described and described not in {filename, *_subjects(attachment.message)} and not is_stale:
        fields += text_field("Content-Description", described)
    if content_id is not None:
        fields += text_field("Content-ID", f"<{content_id}>")
    location = text_for_field(attachment, PidTagAttachContentLocation)
    if location is not None:
        fields += text_field("Content-Location", location)
    base = text_for_field(attachment, PidTagAttachContentBase)
    return fields if base is None else fields + text_field("Content-Base", base)
