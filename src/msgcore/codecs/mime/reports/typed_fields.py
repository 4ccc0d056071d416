"""Fields of reports whose value has a type before it: ``rfc822; bob@b.test`` (RFC 3464 section 2.1.2).

Addresses of type ``utf-8`` have the escapes of RFC 6533 section 3, those of type ``rfc822`` none. Texts that are not
ASCII go out as encoded words, which no address is read from; with ``utf8`` both stand there as they are.
"""

from __future__ import annotations

import re
from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.syntax.dates import format_date, parse_date
from msgcore.codecs.mime.syntax.fold import field, text_tokens
from msgcore.codecs.mime.syntax.words import header_text
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.address import SMTP, Address

__all__ = [
    "address_field",
    "date_field",
    "line_field",
    "name_field",
    "read_address",
    "read_date",
    "typed_field",
    "typed_value",
]

_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
# What stands for itself in the escaped form (RFC 6533 section 3): neither a backslash nor what xtext is made of.
_PLAIN = re.compile(r"[!-*,-<>-\[\]-~]*")
_PLAIN_AS_UTF8 = re.compile(r"[!-*,-<>-\[\]-~\xa1-\U0010ffff]*")
_HALF = re.compile("[\ud800-\udfff]")
_COMMENT = re.compile(r"(?<=[^\s(])\s+\([^()]*+\)\Z")
_SMTP_TYPES = frozenset({"", "rfc822", "utf-8", "unknown"})
_NO_KIND = re.compile(r"[^A-Za-z0-9-]")
# A single space between two other characters: where a value may be folded.
_GAP = re.compile(r"(?<=[^ ]) (?=[^ ])")
_LONGEST_PIECE = 400


def typed_value(text: str) -> tuple[str, str]:
    """Split ``rfc822; bob@b.test`` into its type, in lower case, and its value; the type is empty without one."""
    kind, semicolon, value = text.partition(";")
    if not semicolon or " " in kind.strip() or "@" in kind:
        return "", text.strip()
    return kind.strip().lower(), value.strip()


# Addresses


def read_address(group: HeaderBlock, name: bytes) -> Address | None:
    """Read a typed address; ``None`` when the field is missing or empty."""
    raw = group.raw(name)
    # As it stands: no SMTP address comes from an encoded word.
    text = header_text(raw or b"")
    if raw is None or not text:
        return None
    kind, value = typed_value(text)
    if kind in _SMTP_TYPES:
        return Address(SMTP, _unquoted(kind, value))
    return Address(kind.upper(), typed_value(group.decoded(raw))[1])


def _unquoted(kind: str, value: str) -> str:
    """Take a comment behind it, angle brackets and a source route away, and of a ``utf-8`` address the escapes."""
    value = _COMMENT.sub("", value.strip())
    if value.startswith("<") or value.endswith(">"):
        value = value.removeprefix("<").removesuffix(">")
    if value.startswith("@"):
        value = value.partition(":")[2] or value
    return _ESCAPE.sub(_character, value) if kind == "utf-8" else value


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    is_harmless = 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if is_harmless else escape[0]


def address_field(name: str, address: Address | None, *, utf8: bool = False) -> bytes:
    """Write an address under its type; those of other systems go out under their own name, in lower case."""
    if address is None:
        return b""
    value = one_line(address.email_address or address.display_name)
    if address.address_type != SMTP:
        return field(name, _typed_tokens(name, address.address_type, value, utf8))
    return _folded(name, f"rfc822; {value}" if value.isascii() else f"utf-8; {_escaped(value, utf8)}")


def _escaped(value: str, utf8: bool) -> str:
    """Write ``utf-8-addr-unitext``, or of ASCII alone ``utf-8-addr-xtext``."""
    plain = _PLAIN_AS_UTF8 if utf8 else _PLAIN
    # Half of a character has no escape.
    value = _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    return "".join([c if plain.fullmatch(c) else f"\\x{{{ord(c):X}}}" for c in value])


def _folded(name: str, text: str) -> bytes:
    """Write text, folded where a single space stands."""
    most = _LONGEST_PIECE if text.isascii() else _LONGEST_PIECE // 2
    pieces = [word[start : start + most] for word in _GAP.split(text) for start in range(0, len(word), most)]
    return field(name, [piece.encode() for piece in pieces])


# Other values


def typed_field(name: str, kind: str, value: str, *, utf8: bool = False) -> bytes:
    """Write ``kind; value``, or nothing when there is no value."""
    line = one_line(value)
    return field(name, _typed_tokens(name, kind, line, utf8)) if line else b""


def _typed_tokens(name: str, kind: str, line: str, utf8: bool) -> list[bytes]:
    """Write the type in lower case, of letters, digits and hyphens; ``unknown`` when there is nothing left of it."""
    word = _NO_KIND.sub("", kind).lower()[:40] or "unknown"
    return text_tokens(f"{word}; {line}".rstrip(), name, utf8=utf8)


def line_field(name: str, value: str, *, utf8: bool = False) -> bytes:
    """Write a text on one line, or nothing when there is none."""
    line = one_line(value)
    return field(name, text_tokens(line, name, utf8=utf8)) if line else b""


def name_field(address: Address, *, utf8: bool = False) -> bytes:
    """Write the display name of an address, where it says more than the address."""
    name = address.display_name
    return b"" if name == address.email_address else line_field("X-Display-Name", name, utf8=utf8)


def date_field(name: str, moment: datetime | None) -> bytes:
    return b"" if moment is None else field(name, format_date(moment).split(b" "))


def read_date(group: HeaderBlock, name: bytes) -> datetime | None:
    text = group.text(name)
    return parse_date(text) if text else None
