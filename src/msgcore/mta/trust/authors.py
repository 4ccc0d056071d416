"""The domains of a mail's authors, by which it is signed, and judged by DMARC."""

from __future__ import annotations

import re

from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.model.address import SMTP, Address
from msgcore.mta.trust.canonical import Field, SignedMail
from msgcore.wire.domain import ascii_domain

__all__ = ["author_domain", "author_domains", "domain_of"]

_QUOTED = re.compile(r'"(?:[^"\\]++|\\.|(?!))*+"', re.DOTALL)
_ANGLED = re.compile(r"<([^<>]*+)>")


def author_domain(mail: SignedMail) -> str:
    """Give the domain of the one address of the one From field, as DNS knows it; empty where that is not so."""
    fields = mail.named(b"from")
    if len(fields) != 1 or not mail.is_readable:
        return ""
    addresses = read_addresses(fields[0].value.removesuffix(b"\r\n"), limit=2)
    if len(addresses) != 1 or addresses[0].address_type != SMTP:
        return ""
    domain = domain_of(addresses[0])
    return domain if set(_angled_domains(fields[0])) <= {domain} else ""


def author_domains(mail: SignedMail, most: int) -> tuple[str, ...]:
    """Give the domains of all addresses of all From fields, each once, and not many more than ``most``."""
    found: dict[str, None] = {}
    for field in mail.named(b"from"):
        for address in read_addresses(field.value.removesuffix(b"\r\n")):
            if address.address_type == SMTP:
                found.setdefault(domain_of(address))
        found |= dict.fromkeys(_angled_domains(field))
        if len(found) > most:
            break
    return tuple(filter(None, found))


def _angled_domains(field: Field) -> list[str]:
    """Give the domains of what stands in angle brackets where there are several.

    Of ``<ann@a.test> <eve@evil.test>``, which is nothing by RFC 5322, one reader shows the first and the next the last.
    """
    if field.value.count(b"<") < 2:
        return []
    text = _QUOTED.sub("", without_comments(field.value.decode("utf-8", "replace")))
    return [_domain_in(one) for one in _ANGLED.findall(text) if "@" in one]


def domain_of(address: Address) -> str:
    """Give the domain of an Internet address, as DNS knows it."""
    return _domain_in(address.email_address)


def _domain_in(address: str) -> str:
    return ascii_domain(address.rpartition("@")[2].strip().removesuffix("."))
