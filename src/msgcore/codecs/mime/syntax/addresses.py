"""Addresses in header fields, read (RFC 5322 section 3.4, and what real mail writes in its place).

A recipient of another type than SMTP stands encapsulated in a local part (``IMCEA`` type ``-`` address), as
``address_writing`` writes it; from any other domain than its own such an address is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgcore.codecs.mime.syntax.tolerated import Note, ignore
from msgcore.codecs.mime.syntax.words import decode_run, decode_words, header_text
from msgcore.model.address import SMTP, Address, read_mailboxes

__all__ = ["display_list", "read_addresses"]

_ENCAPSULATED = re.compile(r"IMCEA((?:[A-Z0-9]|\+[0-9A-F]{2})*)-([^@]*)@encapsulated\.invalid", re.IGNORECASE)
_PLUS = re.compile(rb"\+([0-9A-Fa-f]{2})")


def _simple(word: str) -> re.Pattern[str]:
    """Make the expression for one address of a list of simple ones, given the class of letters, digits and ``_``.

    ``Bob <bob@b.test>``, ``"Bob" <bob@b.test>``, ``=?utf-8?q?B=C3=B3b?= <bob@b.test>``, ``<bob@b.test>``,
    ``bob@b.test (Bob)`` and ``bob@b.test``, which nearly every address is, and a comma or the end behind it; else all
    that is left.
    """
    spec = rf"([{word}.+=/-]++@[{word}.-]++)"
    return re.compile(
        rf'(?:(?:"([^"\\=]*+)"|((?:=\?[{word}-]{{1,60}}\?[QqBb]\?[^\s?"(),:;<>@\[\\\]]*+\?=\s*+|(?!))++)|'
        r'([A-Za-z0-9 !#$%&\'*+/^_`{|}~-]*+[^\s"(),:;<>@\[\\\]=?.]?+))\s*+'
        rf'<{spec}>|{spec}(?:\s*+\(([^()"\\=]{{0,200}}+)\)|(?!))?+)\s*+(?:,\s*+(?!\Z)|\Z)|([\s\S]++)'
    )


# In ASCII the letters are written out: they become a table, while of ``\w`` it is asked of each character.
_SIMPLE_ASCII, _SIMPLE = _simple("A-Za-z0-9_"), _simple(r"\w")
# Encoded words with octets that would end a phrase; quoted strings are stepped over.
_BARE_WORD = re.compile(r'"(?:[^"\\]++|\\.|(?!))*+"?|=\?[^?\s"]{1,60}\?[QqBb]\?[^?"]*\?=', re.DOTALL)
_SPECIAL = re.compile(r"[()<>,;:@\[\]\\\s]")


def read_addresses(raw: bytes, note: Note = ignore, limit: int = 100_000) -> list[Address]:
    """Read the value of an address field; groups are opened, and no address comes from an encoded word."""
    text = header_text(raw, note)
    return _simple_addresses(text, note, limit) or _any_addresses(text, note, limit)


def _any_addresses(text: str, note: Note, limit: int) -> list[Address]:
    if "=?" in text:
        text = _BARE_WORD.sub(_protected, text)
    found: list[Address] = []
    for mailbox in read_mailboxes(text, limit=limit):
        phrase = decode_words(mailbox.phrase, note) if "=?" in mailbox.phrase else mailbox.phrase
        if mailbox.addr_spec:
            found.append(_address(phrase, mailbox.addr_spec))
        elif phrase:
            note("address-missing", f"{mailbox.text.strip()[:80]!r} has no address")
            found.append(Address("", "", phrase))
    if len(found) >= limit:
        note("limit-addresses", f"more than {limit} addresses in a field")
    return found


def _simple_addresses(text: str, note: Note, limit: int) -> list[Address] | None:
    """Read a list of simple addresses only; ``None`` when something else is in it."""
    simple: list[tuple[str, ...]] = (_SIMPLE_ASCII if text.isascii() else _SIMPLE).findall(text)
    if len(simple) > limit or (simple and simple[-1][-1]):
        return None
    found: list[Address] = []
    for quoted, words, name, spec, bare, comment, _ in simple:
        address = bare or spec
        if bare:
            phrase = comment.strip()
        elif words:
            phrase = decode_run(" ".join(words.split()), note)
        else:
            phrase = " ".join((name or quoted).split())
        found.append(_address(phrase, address) if address[0] in "Ii" else Address(SMTP, address, phrase))
    return found


def _protected(found: re.Match[str]) -> str:
    word = found[0]
    return f'"{word}"' if not word.startswith('"') and _SPECIAL.search(word) else word


def _address(phrase: str, addr_spec: str) -> Address:
    if addr_spec[:5].upper() == "IMCEA":
        encapsulated = _ENCAPSULATED.fullmatch(addr_spec)
        if encapsulated is not None:
            return Address(_released(encapsulated[1]), _released(encapsulated[2]), phrase)
    return Address(SMTP, addr_spec, phrase)


def _released(text: str) -> str:
    octets = text.replace("_", "/").encode("utf-8")
    return _PLUS.sub(lambda found: bytes.fromhex(found[1].decode()), octets).decode("utf-8", "replace")


def display_list(addresses: Sequence[Address]) -> str:
    """Join display names as PidTagDisplayTo and its kin do ([MS-OXOMSG] section 2.2.1.7)."""
    return "; ".join(address.display_name or address.email_address for address in addresses)
