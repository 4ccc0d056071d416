"""Header fields on the wire: what cannot stay as it is, is written anew by the kind of the field."""

from __future__ import annotations

from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.fold import field, text_field
from msgcore.codecs.mime.syntax.parameter_writing import parameter_tokens
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.syntax.transfer import has_long_line
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.codecs.mime.tree.editing import crlf_field
from msgcore.errors import CapabilityMissing, InvalidAddress

__all__ = ["wire_field"]

_ADDRESSES = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "bcc"),
        *("resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc"),
        *("disposition-notification-to", "return-receipt-to", "errors-to", "mail-followup-to", "mail-reply-to"),
    }
)
_WITH_PARAMETERS = {"content-type": "text/plain", "content-disposition": "attachment"}
"""Fields with parameters, and what an empty value reads as."""
_LONGEST_NAME = 100


def wire_field(name: str, octets: bytes, value: bytes, *, allow_utf8: bool) -> bytes:
    """Write one field (``octets``, of which ``value`` is the part behind the colon) for the wire.

    Raises:
        CapabilityMissing: an address in it is not ASCII and the next hop does not offer SMTPUTF8.
    """
    as_it_stands = crlf_field(octets)
    if _is_allowed(as_it_stands, allow_utf8=allow_utf8) and not has_long_line(as_it_stands):
        return as_it_stands
    if len(name) > _LONGEST_NAME:
        return b""
    lowered = name.lower()
    if lowered in _WITH_PARAMETERS:
        parsed = parse_parameters(value, ignore)
        return field(name, parameter_tokens(parsed.value[:200] or _WITH_PARAMETERS[lowered], parsed.parameters))
    text = decode_words(header_text(value))
    if lowered not in _ADDRESSES:
        return text_field(name, text)
    addresses = read_addresses(value)
    foreign = [address.email_address for address in addresses if not address.email_address.isascii()]
    if foreign and not allow_utf8:
        raise CapabilityMissing(f"{name} {foreign[0][:100]!r} needs SMTPUTF8, which the next hop does not offer")
    try:
        return address_field(name, addresses) or text_field(name, text)
    except InvalidAddress:
        return text_field(name, text)


def _is_allowed(octets: bytes, *, allow_utf8: bool) -> bool:
    if octets.isascii():
        return True
    if not allow_utf8:
        return False
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
