"""Domain names as DNS and old servers know them, and the form in which addresses are compared."""

from __future__ import annotations

import unicodedata

from msgcore.model.address import SMTP, Address

__all__ = ["address_key", "ascii_domain", "typed_key"]

_LONGEST = 255  # characters (RFC 1035 section 2.3.4); composing and encoding take time quadratic in the length


def ascii_domain(domain: str) -> str:
    """Give a domain in lower case, every label that is not ASCII as an A-label (RFC 5890 section 2.3.2.1).

    Upper case and composition are mapped and nothing else, so that ``ß`` stays itself as IDNA 2008 demands;
    whether a label is registered or sensible is left to DNS. What is longer than any domain is only lower-cased.
    """
    domain = domain.lower()
    if domain.isascii() or len(domain) > _LONGEST:
        return domain
    return ".".join(_a_label(label) for label in unicodedata.normalize("NFC", domain).split("."))


def _a_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def address_key(address_type: str, address: str) -> str:
    """Give the form in which addresses and patterns are compared.

    Case says nothing, in the local part either: RFC 5321 section 2.4 leaves that to the receiving host, and none in the
    field tells ``Bob`` from ``bob``. An international domain compares equal in both its forms.
    """
    if address_type != SMTP or (address.isascii() and not address.endswith(".")):
        return address.lower()
    local, at, domain = address.rpartition("@")
    return local.lower() + at + ascii_domain(domain.removesuffix("."))


def typed_key(address: Address) -> tuple[str, str]:
    """Give an address's type and its :func:`address_key`: what two addresses of one place have alike."""
    return address.address_type, address_key(address.address_type, address.email_address)
