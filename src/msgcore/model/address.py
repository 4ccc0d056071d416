"""Addresses of any type, and the readers of address text.

Text forms: RFC 5322 (``Bob <bob@b.test>``, lists, groups), ``TYPE:value``, ``Name [TYPE:value]``, and a bare name
that is resolved at submit. The reader is one pass over the text, without recursion, and never raises; what it cannot
understand becomes a bare name. :func:`parse_addresses` is for applications and refuses what is no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from msgcore.base.ids import search_key
from msgcore.base.text import refuse_line_ends
from msgcore.errors import InvalidAddress

__all__ = ["SMTP", "Address", "check_smtp_address", "parse_address", "parse_addresses", "read_mailboxes"]

SMTP = "SMTP"

_TYPES_WITH_COMMAS = frozenset({"X400", "EX"})
_ANOTHER_ADDRESS = re.compile(r",.*(@|[A-Z][A-Z0-9-]*:\S)", re.DOTALL)
_TYPED = re.compile(r"([A-Z][A-Z0-9-]*):\s*(\S.*)", re.DOTALL)
_NAMED_TYPED = re.compile(r"(.*\S)\s*\[([A-Za-z][A-Za-z0-9-]*):([^\]]+)\]", re.DOTALL)
_ATOM_TEXT = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010FFFF-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010FFFF-]+)*"
)
_QUOTED_LOCAL = re.compile(r'"([^"\\\x00-\x1f\x7f]|\\[ -~])*"')
_DOMAIN = re.compile(
    r"[A-Za-z0-9\x80-\U0010FFFF]([\w\x80-\U0010FFFF-]*[A-Za-z0-9\x80-\U0010FFFF])?(\.[A-Za-z0-9\x80-\U0010FFFF]([\w\x80-\U0010FFFF-]*[A-Za-z0-9\x80-\U0010FFFF])?)*\.?"
)
_DOMAIN_LITERAL = re.compile(r"\[[!-Z^-~]*\]")
_PHRASE_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')
# One token: white space, a quoted string (perhaps unended), a comment's edge, an angle, a separator, or any others.
_TOKEN = re.compile(r'\s+|"(?:[^"\\]|\\.)*"?|\\.|[()<>,;:\[\]@]|[^\s"()<>,;:\[\]@\\]+|.', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@attrs.frozen
class Address:
    """Where a message can go: an address type (upper-case: SMTP, X400, FAX, …), an address, a display name.

    An empty ``address_type`` marks a bare name that has still to be resolved.
    """

    address_type: str
    email_address: str
    display_name: str = attrs.field(default="", eq=False)

    @property
    def is_resolved(self) -> bool:
        return bool(self.address_type)

    @property
    def typed(self) -> str:
        """``TYPE:value``, as routing and tables know it."""
        return f"{self.address_type}:{self.email_address}"

    @property
    def search_key(self) -> bytes:
        return search_key(self.address_type, self.email_address)

    @property
    def domain(self) -> str:
        """The part behind the last @ of an SMTP address, lower-case; empty for other types."""
        return self.email_address.rpartition("@")[2].lower() if self.address_type == SMTP else ""

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


@attrs.frozen
class Mailbox:
    """What the reader found between two commas: the phrase (or comment), the addr-spec if any, and the text itself.

    ``has_stray_words``: words beside an address without angles, which no standard gives a meaning.
    """

    phrase: str
    addr_spec: str
    text: str
    has_stray_words: bool = False


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
    refuse_line_ends(text, "address")
    typed = _typed_whole(text.strip())
    if typed is not None:
        return (typed,)
    reader = _Reader(text, typed=True)
    mailboxes = [mailbox for token in _TOKEN.finditer(text) for mailbox in reader.take(token)]
    mailboxes.extend(reader.end(len(text)))
    if reader.is_in_group:
        raise InvalidAddress(f"{text!r}: an address type is written in capitals (SMS:+46), and a group ends with ;")
    return tuple(_from_mailbox(mailbox) for mailbox in mailboxes)


def _typed_whole(text: str) -> Address | None:
    """Read ``TYPE:value`` when that is all there is; a group ends with a semicolon, which only X.400 has as well."""
    typed = _TYPED.fullmatch(text)
    if typed is None or (text.endswith(";") and typed[1] not in _TYPES_WITH_COMMAS):
        return None
    if typed[1] not in _TYPES_WITH_COMMAS and _ANOTHER_ADDRESS.search(typed[2]):
        raise InvalidAddress(f"{text!r}: an address behind a {typed[1]} address; give them as a list")
    return _checked(Address(typed[1], typed[2].strip()))


def _from_mailbox(mailbox: Mailbox) -> Address:
    text = mailbox.text.strip()
    typed = _TYPED.fullmatch(text)
    if typed is not None:
        return _checked(Address(typed[1], typed[2].strip()))
    named = _NAMED_TYPED.fullmatch(text)
    if named is not None:
        return _checked(Address(named[2].upper(), named[3].strip(), named[1].strip().strip('"')))
    if mailbox.has_stray_words:
        raise InvalidAddress(f"{text!r}: words beside an address; write Name <address>")
    if mailbox.addr_spec:
        return _checked(Address(SMTP, mailbox.addr_spec, mailbox.phrase))
    if not mailbox.phrase or text.endswith(":"):
        raise InvalidAddress(f"{mailbox.text!r} is no address")
    return Address("", "", mailbox.phrase)


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
    if len(local.encode()) > 64 or len(domain.encode()) > 255:
        raise InvalidAddress(f"{address!r}: longer than 64 octets before or 255 behind the @")
    if not (_ATOM_TEXT.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        raise InvalidAddress(f"{address!r}: {local!r} is no local part")
    if not (_DOMAIN.fullmatch(domain) or _DOMAIN_LITERAL.fullmatch(domain)):
        raise InvalidAddress(f"{address!r}: {domain!r} is no domain")
    return address


def read_mailboxes(text: str, *, typed: bool = False, limit: int = 100_000) -> Iterator[Mailbox]:
    """Read an RFC 5322 address list leniently: groups are opened, routes and comments dropped, nothing raises.

    With ``typed``, ``TYPE:value`` is no group. At most ``limit`` mailboxes are given.
    """
    reader = _Reader(text, typed)
    for token in _TOKEN.finditer(text):
        yield from reader.take(token)
        if reader.count >= limit:
            return
    yield from reader.end(len(text))


class _Reader:
    """One pass over the tokens; ``words`` is the phrase so far, ``angle`` what stands between < and >."""

    def __init__(self, text: str, typed: bool) -> None:
        self._text = text
        self._typed = typed
        self.count = 0
        self.is_in_group = False
        self._start = 0
        self._reset(0)

    def _reset(self, start: int) -> None:
        self._start = start
        self._words: list[str] = []
        self._angle: list[str] | None = None
        self._inside_angle = False
        self._comment: list[str] = []
        self._comment_depth = 0
        self._bracket_depth = 0

    def take(self, token: re.Match[str]) -> Iterator[Mailbox]:
        part = token[0]
        if self._comment_depth:
            self._take_comment(part)
        elif part == "(":
            self._comment_depth = 1
        elif part == "[":
            self._bracket_depth += 1
            self._put(part)
        elif part == "]":
            self._bracket_depth = max(0, self._bracket_depth - 1)
            self._put(part)
        elif self._bracket_depth:
            self._put(part)
        elif part == "<":
            self._inside_angle = True
            self._angle = []
        elif part == ">":
            self._inside_angle = False
        elif part in {",", ";"}:
            self.is_in_group = self.is_in_group and part == ","
            if self._inside_angle and part == "," and self._angle and self._angle[0] == "@":
                self._angle = []  # the commas of a source route
            else:
                yield from self.end(token.start())
                self._reset(token.end())
        elif part == ":":
            self._take_colon(token)
        else:
            self._put(part)

    def _take_comment(self, part: str) -> None:
        if part == "(":
            self._comment_depth += 1
        elif part == ")":
            self._comment_depth -= 1
        if self._comment_depth and len(self._comment) < 1_000:
            self._comment.append(part)

    def _take_colon(self, token: re.Match[str]) -> None:
        if self._inside_angle:
            self._angle = []  # the end of a source route
        elif self._typed and re.fullmatch(r"[A-Z][A-Z0-9-]*", "".join(self._words).strip()):
            self._put(":")
        else:
            self.is_in_group = True
            self._reset(token.end())  # the name of a group

    def _put(self, part: str) -> None:
        if self._inside_angle and self._angle is not None:
            self._angle.append(part)
        else:
            self._words.append(part)

    def end(self, at: int) -> Iterator[Mailbox]:
        words, angle = self._words, self._angle
        comment = _unescape("".join(self._comment)).strip()
        if angle is not None:
            spec = "".join(part for part in angle if not part.isspace())
            yield self._found(_phrase(words) or comment, spec, at)
        elif "@" in words:
            spec, phrase = _split_bare(words)
            yield self._found(phrase or comment, spec, at, has_stray_words=bool(phrase))
        elif phrase := _phrase(words):
            yield self._found(phrase, "", at)

    def _found(self, phrase: str, spec: str, at: int, *, has_stray_words: bool = False) -> Mailbox:
        self.count += 1
        return Mailbox(phrase, spec, self._text[self._start : at], has_stray_words)


def _phrase(words: list[str]) -> str:
    parts = [_unescape(_unquote(word)) for word in words]
    return " ".join("".join(part if not part.isspace() else " " for part in parts).split())


def _unquote(word: str) -> str:
    """Take the quotes off a quoted string, which may lack its last; an escaped quote at its end stays."""
    return _QUOTED.sub(r"\1", word) if word.startswith('"') else word


def _split_bare(words: list[str]) -> tuple[str, str]:
    """Split ``Bob bob@b.test`` (no angles): the addr-spec is what touches the @, the rest is a phrase."""
    at = words.index("@")
    first = at
    while first > 0 and not words[first - 1].isspace():
        first -= 1
    last = at + 1
    while last < len(words) and words[last].isspace():
        last += 1
    while last < len(words) and not words[last].isspace():
        last += 1
    if first == at:  # white space around the @
        first = max(0, at - 2)
    spec = "".join(word for word in words[first:last] if not word.isspace())
    return spec, _phrase(words[:first] + words[last:])


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
