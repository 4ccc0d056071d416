"""Addresses in header fields, written.

A recipient of another type than SMTP has no form in RFC 5322. It is written as Exchange does, encapsulated in a local
part (``IMCEA`` type ``-`` address), but at a domain that is reserved never to exist (RFC 2606), so that no server can
take it for a mailbox. The same form keeps an SMTP address that is none. A bare name, which is resolved at submit, is
written as a phrase alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgcore.base.text import refuse_line_ends
from msgcore.codecs.mime.syntax.fold import WIDTH, encoded_words, field
from msgcore.errors import InvalidAddress
from msgcore.model.address import SMTP, Address, check_smtp_address

__all__ = ["address_field"]

_ENCAPSULATION_DOMAIN = "encapsulated.invalid"
_FOREIGN_SPACE = re.compile(r"[^\S\t ]")
_TYPE_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_VALUE_SAFE = _TYPE_SAFE | frozenset(b"-=")
_PIECE = 60
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++|(?!))*+")
_QUOTABLE = re.compile(r"[!-~]++(?: [!-~]++|(?!))*+")
# What nearly every address is: dotted atoms at dotted labels, within the lengths of RFC 5321 section 4.5.3.1.
_USUAL = re.compile(
    r"(?![Ii][Mm][Cc][Ee][Aa])[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++|(?!))*+"
    r"@[A-Za-z0-9]++(?:-++[A-Za-z0-9]++|(?!))*+(?:\.[A-Za-z0-9]++(?:-++[A-Za-z0-9]++|(?!))*+|(?!))*+"
)
_USUAL_LENGTH = 64
_LONGEST_SHARED = 200
_LONGEST_PHRASE_WORD = 70
_SHORTEST_PHRASE_WORD = 24


def address_field(name: str, addresses: Iterable[Address], *, utf8: bool = False) -> bytes | None:
    """Write an address field, or ``None`` when there are no addresses; with ``utf8`` names as they are (RFC 6532).

    Raises:
        InjectionRefused: a name or address holds CR, LF or NUL.
        InvalidAddress: an address is longer than a header line.
    """
    room = WIDTH - len(name) - 3  # what stands on the first line, with a comma behind it
    tokens: list[bytes] = []
    for address in addresses:
        added = _tokens(address, room, utf8=utf8)
        if added and tokens:
            tokens[-1] += b","
        tokens.extend(added)
    return field(name, tokens) if tokens else None


def _tokens(address: Address, room: int, *, utf8: bool) -> list[bytes]:
    name, value = address.display_name, address.email_address
    is_short = len(name) + len(value) <= _LONGEST_SHARED
    usual = _usual_mailbox(name, value, utf8) if is_short and address.address_type == SMTP else None
    if usual is not None and len(usual) <= room:
        return [usual]
    refuse_line_ends(name, "display name")
    refuse_line_ends(value, "address")
    refuse_line_ends(address.address_type, "address type")
    if not address.is_resolved and not value:
        return _phrase(name, room, utf8=utf8) if name else []
    spec = _addr_spec(address)
    if not name or (name == value and address.address_type == SMTP):
        return [b"<" + spec[0], *spec[1:-1], spec[-1] + b">"] if len(spec) > 1 else spec
    spec[0] = b"<" + spec[0]
    spec[-1] += b">"
    return [*_phrase(name, room, utf8=utf8), *spec]


@lru_cache(maxsize=1_000)
def _usual_mailbox(name: str, value: str, utf8: bool) -> bytes | None:
    """Write what most addresses are, not to be folded inside; kept, because mail goes to the same people again."""
    if len(value) > _USUAL_LENGTH or not _USUAL.fullmatch(value):
        return None
    spec = value.encode("ascii")
    if not name or name == value:
        return spec
    return b"%b <%b>" % (b" ".join(_phrase(name, _LONGEST_PHRASE_WORD, utf8=utf8)), spec)


def _addr_spec(address: Address) -> list[bytes]:
    value = address.email_address
    if address.address_type == SMTP and len(value) <= 320 and not value.upper().startswith("IMCEA"):
        try:
            octets = check_smtp_address(value).encode("utf-8")
        except (InvalidAddress, UnicodeEncodeError):
            # What was read from a broken message is kept, in the form that hurts nobody.
            return _encapsulated(address)
        if octets.isascii() or not _FOREIGN_SPACE.search(value):
            return [octets]
    return _encapsulated(address)


def _encapsulated(address: Address) -> list[bytes]:
    kind = "".join(chr(o) if o in _TYPE_SAFE else f"+{o:02X}" for o in address.address_type.encode("utf-8", "replace"))
    value = address.email_address.encode("utf-8", "replace")
    local = "".join("_" if o == 0x2F else chr(o) if o in _VALUE_SAFE else f"+{o:02X}" for o in value)
    octets = f"IMCEA{kind}-{local}@{_ENCAPSULATION_DOMAIN}".encode("ascii")
    if len(octets) > 8_000:
        raise InvalidAddress(f"{address.typed[:80]!r}…: too long for a header field")
    # White space inside < and > is no part of an address, so a long one can be folded.
    return [octets[start : start + _PIECE] for start in range(0, len(octets), _PIECE)]


def _phrase(name: str, room: int, *, utf8: bool) -> list[bytes]:
    """Write a display name: atoms, a quoted string, or encoded words, whichever reads back the same.

    Raises:
        InjectionRefused: it holds CR, LF or NUL.
    """
    if "=?" not in name and len(name) <= 300:
        if _ATOMS.fullmatch(name):
            return name.encode("ascii").split(b" ")
        if _QUOTABLE.fullmatch(name) or (utf8 and _is_quotable_utf8(name)):
            return [word.encode() for word in f'"{_escaped(name)}"'.split(" ")]
    refuse_line_ends(name, "display name")
    return encoded_words(name, max(_SHORTEST_PHRASE_WORD, min(_LONGEST_PHRASE_WORD, room)))


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _is_quotable_utf8(name: str) -> bool:
    return name.isprintable() and len(name) <= 100 and "  " not in name and name.strip(" ") == name != ""
