"""Writing data as a server says it: strings, names, flags, envelopes and body structures (RFC 9051 section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from msgcore.wire.imap.structure import BodyPart, Envelope, ImapAddress

__all__ = ["astring", "flag_list", "internal_date", "literal", "nstring", "string", "write_envelope", "write_structure"]

_ATOM = re.compile(rb"[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+")
_QUOTABLE = re.compile(rb"[\x20-\x7e\t]{0,1000}")
_NEEDS_SLASH = re.compile(rb'(["\\])')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def literal(octets: bytes) -> bytes:
    return b"{%d}\r\n%b" % (len(octets), octets)


def string(octets: bytes) -> bytes:
    if _QUOTABLE.fullmatch(octets):
        return b'"%b"' % _NEEDS_SLASH.sub(rb"\\\1", octets)
    return literal(octets)


def nstring(octets: bytes | None) -> bytes:
    return b"NIL" if octets is None else string(octets)


def astring(octets: bytes) -> bytes:
    return octets if _ATOM.fullmatch(octets) and octets.upper() != b"NIL" else string(octets)


def flag_list(flags: Iterable[str]) -> bytes:
    return b"(%b)" % " ".join(sorted(flags)).encode("latin-1", "replace")


def internal_date(moment: datetime) -> bytes:
    utc = moment.astimezone(UTC)
    return f'"{utc.day:2d}-{_MONTHS[utc.month - 1]}-{utc.year:04d} {utc:%H:%M:%S} +0000"'.encode()


def write_envelope(envelope: Envelope) -> bytes:
    lists = (envelope.from_, envelope.sender, envelope.reply_to, envelope.to, envelope.cc, envelope.bcc)
    return b"(%b)" % b" ".join(
        [
            nstring(envelope.date),
            nstring(envelope.subject),
            *map(_addresses, lists),
            nstring(envelope.in_reply_to),
            nstring(envelope.message_id),
        ]
    )


def _addresses(addresses: tuple[ImapAddress, ...]) -> bytes:
    return b"(%b)" % b"".join(map(_address, addresses)) if addresses else b"NIL"


def _address(one: ImapAddress) -> bytes:
    return b"(%b)" % b" ".join(map(nstring, (one.name, one.route, one.mailbox, one.host)))


def write_structure(part: BodyPart, *, is_extended: bool) -> bytes:
    """Write BODYSTRUCTURE, or BODY, which has no extension data."""
    return b"(%b)" % b" ".join((_multipart if part.is_multipart else _single)(part, is_extended))


def _multipart(part: BodyPart, is_extended: bool) -> list[bytes]:
    parts = b"".join([write_structure(one, is_extended=is_extended) for one in part.parts])
    basic = [parts, string(part.subtype.encode("latin-1"))]
    return [*basic, _parameters(part.parameters), *_extension(part)] if is_extended else basic


def _single(part: BodyPart, is_extended: bool) -> list[bytes]:
    basic = [
        string(part.media_type.encode("latin-1")),
        string(part.subtype.encode("latin-1")),
        _parameters(part.parameters),
        nstring(part.content_id),
        nstring(part.description),
        string(part.encoding.encode("latin-1")),
        b"%d" % part.size_octets,
    ]
    if part.envelope is not None:
        basic += [write_envelope(part.envelope), write_structure(part.parts[0], is_extended=is_extended)]
    if part.lines is not None:
        basic.append(b"%d" % part.lines)
    return [*basic, nstring(part.md5), *_extension(part)] if is_extended else basic


def _extension(part: BodyPart) -> list[bytes]:
    return [_disposition(part), _languages(part.languages), nstring(part.location)]


def _parameters(parameters: Mapping[str, bytes]) -> bytes:
    pairs = [item for name, value in parameters.items() for item in (string(name.encode("latin-1")), string(value))]
    return b"(%b)" % b" ".join(pairs) if pairs else b"NIL"


def _disposition(part: BodyPart) -> bytes:
    if not part.disposition:
        return b"NIL"
    return b"(%b %b)" % (string(part.disposition.encode("latin-1")), _parameters(part.disposition_parameters))


def _languages(languages: tuple[bytes, ...]) -> bytes:
    return b"(%b)" % b" ".join(map(string, languages)) if languages else b"NIL"
