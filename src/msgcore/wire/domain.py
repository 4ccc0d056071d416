"""Domain names as DNS and old servers know them."""

from __future__ import annotations

import unicodedata

__all__ = ["ascii_domain"]


def ascii_domain(domain: str) -> str:
    """Give a domain in lower case, every label that is not ASCII as an A-label (RFC 5890 section 2.3.2.1).

    Upper case and composition are mapped and nothing else, so that ``ß`` stays itself as IDNA 2008 demands;
    whether a label is registered or sensible is left to DNS.
    """
    domain = domain.lower()
    if domain.isascii():
        return domain
    return ".".join(_a_label(label) for label in unicodedata.normalize("NFC", domain).split("."))


def _a_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
