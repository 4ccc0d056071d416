"""The wire form: what every transport and gateway puts behind DATA. One function, used by all stages.

It gives octets in which every line ends with CRLF, without NUL, without lines over 998 octets, and without 8-bit octets
that the next hop has not offered to take. What is so already goes out as it is. Otherwise the message is built again
from its tree: a body that cannot stay is encoded anew, a header field that cannot stay is written anew, all else is
kept. A signed part is never changed but for its line ends, which are CRLF where the signature was made (RFC 1847
section 2.1). What bears a DKIM signature goes out to the last octet as it was signed, or not at all (RFC 6376 section
5.3): whoever signed it has chosen its form. Where the hop takes binary (RFC 3030), a part that is labelled so stays, to
the last octet.

What is composed is written at once in the least encoding that the hop takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import attrs

from msgcore.codecs.mime.body_parts import is_message_type
from msgcore.codecs.mime.signatures import SIGNATURES, is_signed
from msgcore.codecs.mime.smime_part import is_signed_type
from msgcore.codecs.mime.syntax.charsets import is_wide
from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.transfer import (
    IDENTITIES,
    Domain,
    domain_of,
    encode_base64,
    encode_quoted_printable,
    is_mostly_ascii,
    normalise_line_ends,
)
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.codecs.mime.tnef_part.correlation import CORRELATOR
from msgcore.codecs.mime.tree.editing import BLIND_FIELDS, NO_LIMITS, has_blind_fields, may_hold_blind_fields
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.rebuild import raw_body_of, rebuild
from msgcore.codecs.mime.wire_fields import wire_field
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.codecs.mime.writer import chunks_in_form, goes_as_read
from msgcore.errors import CapabilityMissing
from msgcore.model.message import Message, check_message
from msgcore.model.recipient import RecipientKind
from msgcore.model.wire_form import WireForm

__all__ = [
    "Offers",
    "normalise_line_ends",
    "octets_for_program",
    "octets_for_wire",
    "usual_wire_form",
    "wire_writer",
    "write_for_wire",
]


class Offers(Protocol):
    """What a next hop says it can do, such as SMTP's extensions."""

    def offers(self, keyword: str) -> bool: ...


def wire_writer(message: Message, *, tnef: bool = False) -> Callable[[Offers], WireForm]:
    """Give what writes a message for a next hop when that is known, as :func:`write_for_wire` does.

    Raises:
        UsageError: it is no message.
    """
    check_message(message)
    return _WireWriter(message, tnef)


@attrs.define(eq=False)
class _WireWriter:
    """One object, where a closure is four that Python searches for garbage; a batch has a hundred."""

    message: Message
    tnef: bool

    def __call__(self, hop: Offers) -> WireForm:
        return _wire_form(
            self.message,
            allow_8bit=hop.offers("8BITMIME"),
            allow_utf8=hop.offers("SMTPUTF8"),
            allow_binary=hop.offers("BINARYMIME") and hop.offers("CHUNKING"),
            flowed=False,
            tnef=self.tnef,
        )


def write_for_wire(
    message: Message,
    *,
    allow_8bit: bool,
    allow_utf8: bool,
    allow_binary: bool = False,
    flowed: bool = False,
    tnef: bool = False,
) -> bytes:
    """Write a message for a next hop. Bcc is never in it; dots are not stuffed here.

    ``allow_8bit``: the hop offers 8BITMIME; composed text goes out unencoded. ``allow_utf8``: it offers SMTPUTF8;
    header fields of a message that needs it anyway go out unencoded: any other can still reach a hop that lacks it.
    ``allow_binary``: it offers BINARYMIME, and the octets go to it by BDAT; attachments go out unencoded, too.
    ``flowed``, ``tnef``: as ``mime.write`` does. Files that nobody has loaded are read, which blocks.

    Raises:
        CapabilityMissing: an address needs SMTPUTF8, or what is signed needs what the hop does not offer.
        NotLoaded, InjectionRefused, UsageError: as ``mime.write`` does.
    """
    check_message(message)
    return _wire_form(
        message, allow_8bit=allow_8bit, allow_utf8=allow_utf8, allow_binary=allow_binary, flowed=flowed, tnef=tnef
    ).octets


def _wire_form(
    message: Message, *, allow_8bit: bool, allow_utf8: bool, allow_binary: bool, flowed: bool, tnef: bool
) -> WireForm:
    source = message.source
    if source is not None and source.form == "mime" and goes_as_read(message, source, tnef=tnef):
        return _form_of_octets(
            source.octets,
            allow_8bit=allow_8bit,
            allow_utf8=allow_utf8,
            allow_binary=allow_binary,
            keeps_signatures=True,
        )
    composed = _composed_messages(message)
    needs_utf8 = composed is not None and not all(map(str.isascii, _addresses(composed)))
    domain = _domain(allow_8bit=allow_8bit, allow_binary=allow_binary)
    form = WriteForm(bcc=False, domain=domain, utf8=allow_utf8 and needs_utf8, flowed=flowed, tnef=tnef)
    octets = b"".join(chunks_in_form(message, form))
    if composed is not None and (not needs_utf8 or (allow_utf8 and domain > Domain.SEVEN_BIT)):
        return WireForm(octets)
    return _form_of_octets(octets, allow_8bit=allow_8bit, allow_utf8=allow_utf8, allow_binary=allow_binary)


def _composed_messages(message: Message) -> list[Message] | None:
    """Give the message and those in it; ``None`` when anything in them was not composed here, and may break rules."""
    found = [message]
    for one in found:
        if one.source is not None:
            return None
        for attachment in one.attachments:
            inner = attachment.message
            kind = attachment.content_type
            if inner is None and (is_message_type(kind) or is_signed_type(kind)):
                return None
            if inner is not None and all(inner is not known for known in found):
                found.append(inner)
    return found


def _addresses(messages: Iterable[Message]) -> Iterator[str]:
    """Give the addresses that header fields name."""
    for message in messages:
        yield from (r.email_address for r in message.recipients if r.kind is not RecipientKind.BCC)
        named = (message.from_, message.sender, *message.reply_to)
        yield from (address.email_address for address in named if address is not None)


def _domain(*, allow_8bit: bool, allow_binary: bool) -> Domain:
    return Domain.BINARY if allow_binary else Domain.EIGHT_BIT if allow_8bit else Domain.SEVEN_BIT


def octets_for_wire(octets: bytes, *, allow_8bit: bool, allow_utf8: bool, allow_binary: bool = False) -> bytes:
    """Bring a message's octets into the wire form, also where that breaks a DKIM signature.

    Raises:
        CapabilityMissing: as :func:`write_for_wire` does.
    """
    return _form_of_octets(octets, allow_8bit=allow_8bit, allow_utf8=allow_utf8, allow_binary=allow_binary).octets


def octets_for_program(octets: bytes) -> bytes:
    """Bring a message's octets into a form for a program of this machine: the wire form, with text in 8 bits.

    What bears a DKIM signature stays to the last octet, whatever stands in it: a program can read it.

    Raises:
        CapabilityMissing: a signed part cannot stay as it is.
    """
    stays = is_signed(octets)
    return _form_of_octets(octets, allow_8bit=True, allow_utf8=True, allow_binary=stays, keeps_signatures=stays).octets


def _form_of_octets(
    octets: bytes, *, allow_8bit: bool, allow_utf8: bool, allow_binary: bool, keeps_signatures: bool = False
) -> WireForm:
    domain = domain_of(octets)
    usual = _usual_form(octets, domain)
    if usual is not None:
        return usual
    root = parse(octets, NO_LIMITS)
    if domain > Domain.SEVEN_BIT or root.has_junk or not root.has_blank_line or _has_bcc(root):
        taken = _domain(allow_8bit=allow_8bit, allow_binary=allow_binary)
        builder = _Builder(taken, allow_utf8)
        built = rebuild(root, builder.header_of, builder.body_of, builder.comment_of, b"\r\n")
        if not (keeps_signatures and _is_signed(root) and _differ(octets, built)):
            octets = built
        elif domain > taken or _has_bcc(root):
            why = _what_stops(domain) if domain > taken else "blind recipients are named in it"
            raise CapabilityMissing(
                f"the message is signed (DKIM), and what the next hop takes would break the signature: {why}"
            )
    # Behind BDAT nothing is added: it could be content.
    return WireForm(octets if allow_binary or octets.endswith(b"\r\n") else octets + b"\r\n")


def _what_stops(domain: Domain) -> str:
    if domain is Domain.EIGHT_BIT:
        return "it has 8-bit octets, and the next hop does not offer 8BITMIME"
    return "it has a line over 998 octets, a bare CR or LF, or NUL, and does not go as text"


def _is_signed(root: Entity) -> bool:
    """Say whether a host on the way has signed the message, so that no octet of it may change (RFC 6376, RFC 8617)."""
    return any(root.header.raw(name) is not None for name in SIGNATURES)


def _differ(octets: bytes, built: bytes) -> bool:
    """Say whether more is different than a line end behind the body, or fields that name blind recipients."""
    if octets.removesuffix(b"\r\n") == built.removesuffix(b"\r\n"):
        return False
    one, other = (parse(text, NO_LIMITS) for text in (octets, built))
    if not _has_bcc(one) or one.body.removesuffix(b"\r\n") != other.body.removesuffix(b"\r\n"):
        return True
    return _open_fields(one) != _open_fields(other)


def _open_fields(root: Entity) -> list[bytes]:
    octets = root.header.octets
    return [octets[one.start : one.end] for one in root.header.each_field() if one.name not in BLIND_FIELDS]


# Fields and a blank line, and no line that is none.
_WHOLE_HEADER = re.compile(rb"(?:[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n|(?!))*+|(?!))++\r\n")
_ENCODING = b"content-transfer-encoding"


def usual_wire_form(octets: bytes) -> WireForm | None:
    """Give the wire form of a mail that goes to every hop as it is, as most do; ``None`` for one that has to be read.

    What was joined to a TNEF stream has to be: the stream may say more than the octets around it.
    """
    return _usual_form(octets, domain_of(octets), but_with=CORRELATOR)


def _usual_form(octets: bytes, domain: Domain, but_with: bytes = b"\0") -> WireForm | None:
    """Give the form of a mail that goes to every hop as it is, unless ``but_with`` is in its header (in lower case)."""
    if domain is not Domain.SEVEN_BIT or not (header := _WHOLE_HEADER.match(octets)):
        return None
    lowered = header[0].lower()
    if lowered.find(but_with) >= 0 or _may_name_blind(octets, lowered):
        return None
    return WireForm(octets if octets.endswith(b"\r\n") else octets + b"\r\n", is_text=True)


def _may_name_blind(octets: bytes, lowered: bytes) -> bool:
    """Say whether blind recipients may be named: in the header (in lower case), or in a message that is attached."""
    # ``in`` of octets in octets makes an error first, as it could be asked for a number.
    if lowered.find(b"bcc") >= 0:
        return True
    has_parts = lowered.find(b"multipart/") >= 0 or lowered.find(b"message/") >= 0
    return has_parts and may_hold_blind_fields(octets)


def _has_bcc(root: Entity) -> bool:
    if has_blind_fields(root):
        return True
    octets = root.reading.octets[root.body_start :]
    return may_hold_blind_fields(octets) and any(has_blind_fields(one) for one in root.walk() if one.is_whole_message)


@attrs.frozen
class _Form:
    """How a body goes out: its octets (``None``: built from the children) and its transfer encoding's name."""

    body: bytes | None
    encoding: str


class _Builder:
    """Builds a tree for one next hop; the form of a body is settled when its header is asked for."""

    def __init__(self, domain: Domain, allow_utf8: bool) -> None:
        self._domain = domain
        self._allow_utf8 = allow_utf8
        self._form = _Form(None, "")

    def header_of(self, entity: Entity) -> bytes:
        form = self._form = self._form_of(entity)
        octets, header = entity.header.octets, entity.header
        fields: list[bytes] = []
        for field in header.each_field():
            if not field.name or (entity.is_whole_message and field.name in BLIND_FIELDS):
                continue
            if field.name == _ENCODING and form.encoding != entity.transfer_encoding:
                continue
            name, value = header.name(field).decode("ascii"), header.value(field)
            as_it_stands = octets[field.start : field.end]
            fields.append(self._field(name, as_it_stands, value, is_inner=entity.depth > 0))
        if form.encoding not in {"", entity.transfer_encoding}:
            fields.append(f"Content-Transfer-Encoding: {form.encoding}\r\n".encode())
        return b"".join(fields) + b"\r\n"

    def _field(self, name: str, octets: bytes, value: bytes, *, is_inner: bool) -> bytes:
        try:
            return wire_field(name, octets, value, allow_utf8=self._allow_utf8)
        except CapabilityMissing:
            if not is_inner:
                raise
            # Nobody sends to the addresses of an attached message: they are text.
            return text_field(name, decode_words(header_text(value)))

    def body_of(self, entity: Entity) -> bytes | None:
        return self._form.body

    def comment_of(self, octets: bytes) -> bytes:
        """Keep the text around the parts when it can stay; readers ignore it (RFC 2046 section 5.1.1)."""
        normal = normalise_line_ends(octets)
        return normal if self._is_clean(normal) else b""

    def _is_clean(self, octets: bytes) -> bool:
        return domain_of(octets) <= min(self._domain, Domain.EIGHT_BIT)

    def _form_of(self, entity: Entity) -> _Form:
        if entity.media_type == "multipart/signed" and entity.children:
            body = normalise_line_ends(entity.body)
            # A bare CR is data in a header and a line end in a body; as CRLF it could mean another thing.
            has_bare_cr = entity.body.count(b"\r") > entity.body.count(b"\r\n") and b"\n" in entity.body
            if has_bare_cr or not self._is_clean(body):
                why = _what_stops(Domain.BINARY if has_bare_cr else domain_of(body))
                raise CapabilityMissing(
                    f"a signed part cannot go out as it is, and encoding it would break the signature: {why}"
                )
            return _Form(body, self._label(entity, body))
        if raw_body_of(entity) is None:
            if entity.is_multipart and not self._is_clean(entity.delimiter):
                raise CapabilityMissing("a boundary with octets that the next hop does not take")
            return _Form(None, self._label(entity, b""))
        if entity.transfer_encoding == "binary" and self._domain is Domain.BINARY:
            return _Form(entity.body, "binary")
        body = normalise_line_ends(entity.body)
        is_lossy = entity.transfer_encoding == "binary" and body is not entity.body and not _is_text(entity)
        if self._is_clean(body) and not is_lossy:
            return _Form(body, self._label(entity, body))
        return _encoded(entity)

    def _label(self, entity: Entity, body: bytes) -> str:
        """Give the encoding's name of a body that stays; 8bit and binary only where they are true and allowed.

        ``body`` is empty for what is built from its children, which keeps what its sender said of them.
        """
        given = entity.transfer_encoding
        if given in {"", "7bit"} or given not in IDENTITIES:
            return given
        if given == "binary" and not body and self._domain is Domain.BINARY:
            return given
        return "8bit" if self._domain > Domain.SEVEN_BIT and (not body.isascii() or not body) else "7bit"


def _is_text(entity: Entity) -> bool:
    """Whether line ends mean line ends in the body."""
    is_text = entity.media_type.startswith(("text/", "message/")) or entity.is_multipart
    return is_text and not is_wide(entity.content_type.get("charset") or "")


def _encoded(entity: Entity) -> _Form:
    """Encode a body anew: text in quoted-printable when most of it is ASCII, all else in base64."""
    content = entity.content
    if not _is_text(entity):
        return _Form(encode_base64(content), "base64")
    lines = content.replace(b"\r\n", b"\n")
    if entity.transfer_encoding in IDENTITIES:
        lines = lines.replace(b"\r", b"\n")
    if b"\r" in lines:
        return _Form(encode_base64(content), "base64")
    if is_mostly_ascii(lines):
        return _Form(encode_quoted_printable(lines), "quoted-printable")
    return _Form(encode_base64(lines.replace(b"\n", b"\r\n")), "base64")
