"""Addresses of any type, and their text forms as an application gives them.

Text forms: RFC 5322 (``Bob <bob@b.test>``, lists, groups), ``TYPE:value``, ``Name [TYPE:value]``, and a bare name
that is resolved at submit. The reader (:mod:`~msgcore.model.mailboxes`) takes what it cannot understand for a bare
name; :func:`parse_addresses` is for applications and refuses what is no address.
"""

from __future__ import annotations

import re

import attrs

from msgcore.base.ids import search_key
from msgcore.base.one_off import OneOffEntryId
from msgcore.base.text import refuse_line_ends
from msgcore.errors import InvalidAddress
from msgcore.model.mailboxes import TOKEN, Mailbox, MailboxReader, read_mailboxes

__all__ = ["MAPIPDL", "SMTP", "Address", "check_smtp_address", "parse_address", "parse_addresses", "read_mailboxes"]

SMTP = "SMTP"
MAPIPDL = "MAPIPDL"
"""The address type of a personal distribution list, which is expanded at submit."""

_TYPES_WITH_COMMAS = frozenset({"X400", "EX"})
_AT_OR_TYPE = re.compile(r"@|(?<![A-Z0-9-])[0-9-]*+[A-Z][A-Z0-9-]*+:\S")
_TYPED = re.compile(r"([A-Z][A-Z0-9-]*):\s*(\S.*)", re.DOTALL)
_TYPE_IN_BRACKETS = re.compile(r"\[([A-Za-z][A-Za-z0-9-]*+):")
_LABELS = r"[A-Za-z0-9]++(?:-++[A-Za-z0-9]++|(?!))*+(?:\.[A-Za-z0-9]++(?:-++[A-Za-z0-9]++|(?!))*+|(?!))*+"
# ``bob@b.test``, ``Bob Berg <bob@b.test>`` and ``"Berg, Bob" <bob@b.test>``, short enough to be within all limits.
_USUAL = re.compile(
    r'(?:"([^"\\@\r\n\0=]*+)" <|([^\s"()<>,;:\[\]@\\.=?\0]++(?: [^\s"()<>,;:\[\]@\\.=?\0]++|(?!))*+) <|)'
    rf"([A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]++(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]++|(?!))*+@{_LABELS})(>?)"
)
_ATOM_TEXT = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010FFFF-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010FFFF-]+)*"
)
_QUOTED_LOCAL = re.compile(r'"([^"\\\x00-\x1f\x7f]|\\[ -~])*"')
_DOMAIN = re.compile(
    r"[A-Za-z0-9\x80-\U0010FFFF]([\w\x80-\U0010FFFF-]*[A-Za-z0-9\x80-\U0010FFFF])?(\.[A-Za-z0-9\x80-\U0010FFFF]([\w\x80-\U0010FFFF-]*[A-Za-z0-9\x80-\U0010FFFF])?)*\.?"
)
_DOMAIN_LITERAL = re.compile(r"\[[!-Z^-~]*\]")
_PHRASE_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')


@attrs.frozen(cache_hash=True)
class Address:
    """Where a message can go: an address type (upper-case: SMTP, X400, FAX, …), an address, a display name.

    An empty ``address_type`` marks a bare name that has still to be resolved.
    """

    address_type: str
    email_address: str
    display_name: str = attrs.field(default="", eq=False)

    @property
    def is_resolved(self) -> bool:
        """Whether it says where to: a bare name has no type until an address book knows it."""
        return bool(self.address_type)

    @property
    def typed(self) -> str:
        """``TYPE:value``, as routing and tables know it."""
        return f"{self.address_type}:{self.email_address}"

    @property
    def search_key(self) -> bytes:
        """The same octets for the same address in whatever case (PidTagSearchKey)."""
        return search_key(self.address_type, self.email_address)

    @property
    def domain(self) -> str:
        """The part behind the last @ of an SMTP address, lower-case; empty for other types."""
        return self.email_address.rpartition("@")[2].lower() if self.address_type == SMTP else ""

    def one_off_entry_id(self, *, takes_rich_form: bool = False) -> bytes:
        """Give the address as an entry id that needs no look-up ([MS-OXCDATA] section 2.2.5.1).

        ``takes_rich_form``: whoever has the address reads TNEF.
        """
        name = self.display_name or self.email_address
        return bytes(OneOffEntryId(name, self.address_type, self.email_address, takes_rich_form=takes_rich_form))

    @classmethod
    def of_entry_id(cls, octets: bytes) -> Address:
        """Read the address of a one-off entry id.

        Raises:
            MalformedMessage: it is none.
        """
        found = OneOffEntryId.parse(octets)
        name = "" if found.display_name == found.email_address else found.display_name
        return cls(found.address_type.upper(), found.email_address, name)

    def __str__(self) -> str:
        if not self.is_resolved:
            return self.display_name
        if self.address_type != SMTP:
            return f"{self.display_name} [{self.typed}]" if self.display_name else self.typed
        if not self.display_name or self.display_name == self.email_address:
            return self.email_address
        name = self.display_name
        if _PHRASE_NEEDS_QUOTES.search(name):
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{self.email_address}>"


def parse_address(text: str) -> Address:
    """Read exactly one address.

    Raises:
        InvalidAddress: there is none, or more than one.
    """
    found = parse_addresses(text)
    if len(found) != 1:
        raise InvalidAddress(f"{text!r}: need one address, found {len(found)}")
    return found[0]


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Read the addresses that an application gives, in any of the text forms.

    Raises:
        InvalidAddress: some part is no address and no name either.
        InjectionRefused: the text holds CR, LF or NUL.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None and len(text) <= 64:
        quoted, name, spec, end = usual.groups()
        phrase = name if quoted is None else quoted
        if (phrase is None) != bool(end):
            return (Address(SMTP, spec, phrase or ""),)
    refuse_line_ends(text, "address")
    typed = _typed_whole(text.strip())
    if typed is not None:
        return (typed,)
    reader = MailboxReader(text, typed=True)
    mailboxes = [mailbox for token in TOKEN.finditer(text) for mailbox in reader.take(token)]
    mailboxes.extend(reader.end(len(text)))
    if reader.is_in_group:
        raise InvalidAddress(f"{text!r}: an address type is written in capitals (SMS:+46), and a group ends with ;")
    return tuple(_from_mailbox(mailbox) for mailbox in mailboxes)


def _typed_whole(text: str) -> Address | None:
    """Read ``TYPE:value`` when that is all there is; a group ends with a semicolon, which only X.400 has as well."""
    typed = _TYPED.fullmatch(text)
    if typed is None or (text.endswith(";") and typed[1] not in _TYPES_WITH_COMMAS):
        return None
    comma = -1 if typed[1] in _TYPES_WITH_COMMAS else typed[2].find(",")
    if comma >= 0 and _AT_OR_TYPE.search(typed[2], comma + 1):
        raise InvalidAddress(f"{text!r}: an address behind a {typed[1]} address; give them as a list")
    return _checked(Address(typed[1], typed[2].strip()))


def _from_mailbox(mailbox: Mailbox) -> Address:
    text = mailbox.text.strip()
    typed = _TYPED.fullmatch(text)
    if typed is not None:
        return _checked(Address(typed[1], typed[2].strip()))
    named = _named_typed(text)
    if named is not None:
        return _checked(named)
    if mailbox.has_stray_words:
        raise InvalidAddress(f"{text!r}: words beside an address; write Name <address>")
    if mailbox.addr_spec:
        return _checked(Address(SMTP, mailbox.addr_spec, mailbox.phrase))
    if not mailbox.phrase or text.endswith(":"):
        raise InvalidAddress(f"{mailbox.text!r} is no address")
    return Address("", "", mailbox.phrase)


def _named_typed(text: str) -> Address | None:
    """Read ``Name [TYPE:value]``, where the last bracket that can begin one does; the value has no closing one."""
    if not text.endswith("]"):
        return None
    begun = [
        found for found in _TYPE_IN_BRACKETS.finditer(text, text.rfind("]", 0, -1) + 1) if found.end() < len(text) - 1
    ]
    for found in reversed(begun):
        # Directly behind an @ stands a domain literal: ``bob@[IPv6:::1]``.
        if found.start() and text[found.start() - 1] != "@":
            name = text[: found.start()].strip().strip('"')
            return Address(found[1].upper(), text[found.end() : -1].strip(), name)
    return None


def _checked(address: Address) -> Address:
    if not address.email_address.isascii():
        _refuse_surrogates(address.email_address)
    if address.address_type == SMTP:
        check_smtp_address(address.email_address)
    return address


def _refuse_surrogates(address: str) -> None:
    try:
        address.encode()
    except UnicodeEncodeError as error:
        raise InvalidAddress(f"{address!a}: holds half of a character at {error.start}") from error


def check_smtp_address(address: str) -> str:
    """Give an addr-spec back when it may stand in an SMTP command (RFC 5321 section 4.1.2, RFC 6531).

    Raises:
        InvalidAddress: it may not.
        InjectionRefused: it holds CR, LF or NUL.
    """
    refuse_line_ends(address, "address")
    _refuse_surrogates(address)
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddress(f"{address!r}: need a local part, @ and a domain")
    # Local parts of more than 64 octets are in use (VERP, SRS); RFC 5321 section 4.5.3.1 lets the server refuse them.
    if max(len(local.encode()), len(domain.encode())) > 255:
        raise InvalidAddress(f"{address!r}: longer than 255 octets before or behind the @")
    if not (_ATOM_TEXT.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        raise InvalidAddress(f"{address!r}: {local!r} is no local part")
    if not (_DOMAIN.fullmatch(domain) or _DOMAIN_LITERAL.fullmatch(domain)):
        raise InvalidAddress(f"{address!r}: {domain!r} is no domain")
    return address
