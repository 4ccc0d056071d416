"""The parts of a message by their octets, as an IMAP server needs them (RFC 9051 sections 2.3 and 6.4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from email.utils import parsedate_tz
from functools import cached_property

import attrs

from msgcore.codecs.mime.syntax.charsets import decode
from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.errors import MalformedMessage
from msgcore.testing.mail_addresses import read_envelope, read_fields, read_imap_addresses
from msgcore.wire.imap.structure import BodyPart, Envelope

__all__ = ["MailContent", "MailPart"]

_DEPTH = 50
_PARAMETER = re.compile(rb';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))', re.DOTALL)
_TYPE = re.compile(rb"\s*([^\s/;]+)\s*/\s*([^\s;()]+)")
_COMMENT = re.compile(rb'("(?:[^"\\]|\\.)*"?)|\([^()]*\)', re.DOTALL)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_OF_ADDRESSES = frozenset({b"from", b"to", b"cc", b"bcc"})
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})


@attrs.define(eq=False, slots=False)
class MailPart:
    """A part, or a whole message: its header from ``start``, its body from ``body_start`` to ``end``."""

    octets: bytes = attrs.field(repr=False)
    start: int
    body_start: int
    end: int
    fields: Mapping[bytes, bytes]
    media_type: bytes
    subtype: bytes
    parameters: Mapping[str, bytes]
    parts: Sequence[MailPart] = ()

    @property
    def header(self) -> bytes:
        return self.octets[self.start : self.body_start]

    @property
    def body(self) -> bytes:
        return self.octets[self.body_start : self.end]

    @property
    def encoding(self) -> str:
        return self.fields.get(b"content-transfer-encoding", b"7bit").decode("latin-1").strip().lower()

    @property
    def is_multipart(self) -> bool:
        return self.media_type == b"multipart"

    @property
    def is_message(self) -> bool:
        return (self.media_type, self.subtype) == (b"message", b"rfc822") and bool(self.parts)

    @property
    def decoded(self) -> bytes:
        return decode_content(self.body, self.encoding)

    def below(self) -> Iterator[MailPart]:
        yield self
        for part in self.parts:
            yield from part.below()


class MailContent:
    """What a message says, worked out when it is asked for."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    @cached_property
    def root(self) -> MailPart:
        return _read_part(self.octets, 0, len(self.octets), b"text/plain", 0)

    @cached_property
    def envelope(self) -> Envelope:
        return read_envelope(self.root.header)

    @cached_property
    def structure(self) -> BodyPart:
        return _body_part(self.root, "" if self.root.is_multipart else "1")

    @cached_property
    def _fields(self) -> Sequence[tuple[bytes, bytes]]:
        return read_fields(self.root.header)

    @property
    def sent(self) -> date | None:
        value = next((value for name, value in self._fields if name == b"date"), b"")
        found = parsedate_tz(value.decode("latin-1"))
        try:
            return None if found is None else date(*found[:3])
        except ValueError:
            return None

    def section(self, numbers: tuple[int, ...], what: str) -> bytes | None:
        part = self._part(numbers)
        if part is None:
            return None
        if not numbers:
            return {"": self.octets, "HEADER": part.header, "TEXT": part.body}[what]
        if not what:
            return part.body
        if what == "MIME":
            return b"" if part is self.root else part.header
        if not part.is_message:
            return None
        return part.parts[0].body if what == "TEXT" else part.parts[0].header

    def decoded(self, numbers: tuple[int, ...]) -> bytes | None:
        part = self._part(numbers)
        if part is None:
            return None
        if not numbers:
            return self.octets
        if part.encoding not in _ENCODINGS:
            raise MalformedMessage(f"transfer encoding {part.encoding[:60]!r}")
        return part.decoded

    def _part(self, numbers: tuple[int, ...]) -> MailPart | None:
        part = container = self.root
        for place, number in enumerate(numbers):
            if place and not part.parts:
                return None
            container = part.parts[0] if place and part.is_message else part
            if container.is_multipart and number <= len(container.parts):
                part = container.parts[number - 1]
            elif not container.is_multipart and number == 1:  # a message of a single part
                part = container
            else:
                return None
        return part

    def fields(self, name: str) -> Sequence[str]:
        wanted = name.lower().encode("latin-1", "replace")
        values = [value for field, value in self._fields if field == wanted]
        said = [_decoded_text(value) for value in values]
        return [*said, *map(_bare_addresses, values)] if wanted in _OF_ADDRESSES else said

    @cached_property
    def header_text(self) -> str:
        return "\n".join(f"{name.decode('latin-1')}: {_decoded_text(value)}" for name, value in self._fields)

    @cached_property
    def body_text(self) -> str:
        return "\n".join(_texts(self.root))


def _bare_addresses(value: bytes) -> str:
    """Give the addresses without comments and blanks in them: they are found, too (RFC 9051 section 6.4.4)."""
    found = [b"%b@%b" % (one.mailbox, one.host) for one in read_imap_addresses(value) if one.mailbox and one.host]
    return b" ".join(found).decode("latin-1")


def _decoded_text(value: bytes) -> str:
    return decode_words(header_text(value))


def _texts(root: MailPart) -> Iterator[str]:
    for part in root.below():
        if part.media_type == b"text":
            charset = part.parameters.get("charset", b"utf-8").decode("latin-1")
            yield decode(part.decoded, charset)
        if part.is_message:
            yield header_text(part.parts[0].header)


def _read_part(octets: bytes, start: int, end: int, default_type: bytes, depth: int) -> MailPart:
    body_start = _end_of_header(octets, start, end)
    fields: dict[bytes, bytes] = {}
    for name, value in read_fields(octets[start:body_start]):
        fields.setdefault(name, value)
    said = _without_comments(fields.get(b"content-type", b""))
    found = _TYPE.match(said) or _TYPE.match(default_type)
    assert found is not None, "the default is a type"
    media_type, subtype = found[1].lower(), found[2].lower()
    parameters = _parameters(said)
    if media_type == b"text" and "charset" not in parameters:
        parameters["charset"] = b"us-ascii"
    part = MailPart(octets, start, body_start, end, fields, media_type, subtype, parameters)
    if depth < _DEPTH:
        part.parts = list(_inner(part, depth + 1))
    elif part.is_multipart:
        part.media_type, part.subtype = b"application", b"octet-stream"
    return part


def _inner(part: MailPart, depth: int) -> Iterator[MailPart]:
    octets = part.octets
    if part.is_multipart:
        default = b"message/rfc822" if part.subtype == b"digest" else b"text/plain"
        places = list(_between_boundaries(octets, part.body_start, part.end, part.parameters.get("boundary", b"")))
        for start, end in places or [(part.end, part.end)]:
            yield _read_part(octets, start, end, default, depth)
    elif (part.media_type, part.subtype) == (b"message", b"rfc822"):
        yield _read_part(octets, part.body_start, part.end, b"text/plain", depth)


def _between_boundaries(octets: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Give where parts begin and end; the line end ahead of a boundary belongs to it (RFC 2046 section 5.1.1)."""
    if not boundary:
        return
    line = re.compile(rb"(?<=\n)--%b(--)?[ \t]*(?:\r?\n|\Z)" % re.escape(boundary.rstrip()))
    began: int | None = None
    for found in line.finditer(octets, start, end):
        if began is not None:
            yield began, max(began, _before_line_end(octets, began, found.start()))
        if found[1]:
            return
        began = found.end()
    if began is not None:
        yield began, end


def _before_line_end(octets: bytes, start: int, place: int) -> int:
    if octets[place - 2 : place] == b"\r\n":
        return place - 2
    return place - 1 if place > start and octets[place - 1 : place] == b"\n" else place


def _end_of_header(octets: bytes, start: int, end: int) -> int:
    if octets.startswith(b"\r\n", start, end):
        return start + 2
    if octets.startswith(b"\n", start, end):
        return start + 1
    found = _EMPTY_LINE.search(octets, start, end)
    return end if found is None else found.end()


def _without_comments(value: bytes) -> bytes:
    return _COMMENT.sub(rb"\1", value)


def _parameters(value: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, quoted, plain in _PARAMETER.findall(value):
        found.setdefault(name.decode("latin-1").lower(), re.sub(rb"\\(.)", rb"\1", quoted) or plain)
    return found


def _body_part(part: MailPart, section: str) -> BodyPart:
    disposition = _without_comments(part.fields.get(b"content-disposition", b""))
    basic = BodyPart(
        section,
        part.media_type.decode("latin-1"),
        part.subtype.decode("latin-1"),
        part.parameters,
        part.fields.get(b"content-id"),
        part.fields.get(b"content-description"),
        part.encoding,
        part.end - part.body_start,
        part.octets.count(b"\n", part.body_start, part.end) if part.media_type == b"text" or part.is_message else None,
        part.fields.get(b"content-md5"),
        disposition.partition(b";")[0].strip().decode("latin-1").lower(),
        _parameters(disposition),
        tuple(one.strip() for one in part.fields.get(b"content-language", b"").split(b",") if one.strip()),
        part.fields.get(b"content-location"),
    )
    prefix = f"{section}." if section else ""
    if part.is_message:
        inner = part.parts[0]
        child = _body_part(inner, section if inner.is_multipart else f"{prefix}1")
        return attrs.evolve(basic, envelope=read_envelope(inner.header), parts=(child,))
    parts = tuple(_body_part(one, f"{prefix}{number}") for number, one in enumerate(part.parts, 1))
    return attrs.evolve(basic, parts=parts)
