"""Addresses as MAIL and RCPT carry them (RFC 5321 section 4.1.2, RFC 6531 section 3.3)."""

from __future__ import annotations

import re

from msgcore.base.text import refuse_line_ends
from msgcore.errors import InvalidAddress
from msgcore.model.address import SMTP, Address
from msgcore.wire.domain import ascii_domain

__all__ = ["check_path", "needs_utf8", "usual_path", "wire_path"]

# Dots stand anywhere in a local part: hosts in the field hand out "a..b" and "a.", and only they can refuse them.
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u00a1-\U0010FFFF-]+"
    r'|"(?:[ !#-\[\]-~\u00a1-\U0010FFFF]|\\[ -~])*"'
)
_DOMAIN = re.compile(r"[A-Za-z0-9_\u00a1-\U0010FFFF-]+(?:\.[A-Za-z0-9_\u00a1-\U0010FFFF-]+)*\.?|\[[!-Z^-~]+\]")
# What nearly every address is: it needs no closer look.
_USUAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++|(?!))*+")
_LONGEST_USUAL = 255
_SEPARATORS = re.compile("[\u2028\u2029\ud800-\udfff]")


def check_path(address: str) -> str:
    """Give an address back when it can stand between ``<`` and ``>``.

    Raises:
        InjectionRefused: it holds CR, LF or NUL.
        InvalidAddress: it has another form.
    """
    if len(address) <= _LONGEST_USUAL and _USUAL.fullmatch(address):
        return address
    refuse_line_ends(address, "address")
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or _SEPARATORS.search(address):
        raise InvalidAddress(f"{address!r} cannot stand in an SMTP command")
    # Local parts of more than 64 octets are in use (VERP, SRS); RFC 5321 section 4.5.3.1 lets the server refuse them.
    if max(len(local.encode()), len(domain.encode())) > 255:
        raise InvalidAddress(f"{address!r}: longer than 255 octets before or behind the @")
    return address


def needs_utf8(address: str) -> bool:
    """Say whether an address has no form in ASCII; its domain alone always has one."""
    return not (address.isascii() or address.rpartition("@")[0].isascii())


def usual_path(address: str) -> bytes | None:
    """Give the path of an address that goes to every server as it is; ``None`` for one that needs a closer look."""
    return b"<%b>" % address.encode() if len(address) <= _LONGEST_USUAL and _USUAL.fullmatch(address) else None


def wire_path(address: Address | None, *, utf8: bool) -> bytes:
    """Give the path of an address, with its angle brackets; ``None`` is the null path.

    Without ``utf8`` an international domain goes as A-labels.

    Raises:
        InvalidAddress: the address is of another type than SMTP, may not stand in a command, or needs UTF-8.
    """
    if address is None:
        return b"<>"
    if address.address_type != SMTP:
        raise InvalidAddress(f"{address.typed!r}: SMTP carries addresses of type SMTP only")
    text = address.email_address
    if (usual := usual_path(text)) is not None:
        return usual
    check_path(text)
    if utf8 or text.isascii():
        return f"<{text}>".encode()
    if needs_utf8(text):
        raise InvalidAddress(f"{text!r} has no form in ASCII")
    local, _, domain = text.rpartition("@")
    return f"<{local}@{ascii_domain(domain)}>".encode("ascii")
