"""LIST, LSUB, STATUS and NAMESPACE (RFC 9051 sections 7.3 and 7.2.4, RFC 5258)."""

from __future__ import annotations

import re

from msgcore.wire.imap.lexer import Lexer, NotUnderstood, at, text_of
from msgcore.wire.imap.names import decode_name
from msgcore.wire.imap.parse.numbers import flags, number, text
from msgcore.wire.imap.responses import ListEntry, Namespace, NamespaceEntry, StatusData, Value

__all__ = ["list_entry", "namespace", "status_data"]

_PARENTHESIS = re.compile(rb"[()]")
_EXTENDED = re.compile(rb'\([ \t]*+"?(?:CHILDINFO|OLDNAME)\b', re.IGNORECASE)

_NUMBERS = {
    b"MESSAGES": "messages",
    b"UNSEEN": "unseen",
    b"UIDNEXT": "uid_next",
    b"UIDVALIDITY": "uid_validity",
    b"HIGHESTMODSEQ": "highest_modseq",
    b"SIZE": "size_octets",
    b"DELETED": "deleted",
    b"DELETED-STORAGE": "deleted_storage_octets",
    b"RECENT": "recent",
    b"APPENDLIMIT": "append_limit",
}


def list_entry(lexer: Lexer, *, is_subscription: bool) -> ListEntry:
    """Read what follows LIST or LSUB; a name without quotes may hold blanks and tabs."""
    attributes = flags(lexer.items())
    delimiter = lexer.value()
    if isinstance(delimiter, tuple):
        raise NotUnderstood("a list in place of a delimiter")
    raw_name, extended = _name(lexer, _EXTENDED)
    child_info: tuple[str, ...] = ()
    old_name: bytes | None = None
    for key, value in zip(extended[::2], extended[1::2], strict=False):
        if isinstance(key, bytes) and key.upper() == b"CHILDINFO":
            child_info = flags(value)
        elif isinstance(key, bytes) and key.upper() == b"OLDNAME" and isinstance(value, tuple) and len(value) == 1:
            old_name = value[0] if isinstance(value[0], bytes) else None
    return ListEntry(
        raw_name, decode_name(raw_name), text_of(delimiter or b""), attributes, child_info, old_name, is_subscription
    )


def status_data(lexer: Lexer) -> StatusData:
    """Read what follows STATUS; what is no number is left with ``other``."""
    raw_name, items = _name(lexer, _PARENTHESIS)
    numbers: dict[str, int] = {}
    mailbox_id: str | None = None
    other: dict[str, Value] = {}
    for key, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(key, bytes):
            raise NotUnderstood("a list in place of a name in STATUS")
        name = key.upper()
        try:
            if name in _NUMBERS:
                if value is not None:
                    numbers[_NUMBERS[name]] = number(value)
                continue
            if name == b"MAILBOXID":
                mailbox_id = text(value)
                continue
        except NotUnderstood:
            pass
        other[text_of(name)] = value
    return StatusData(raw_name, **numbers, mailbox_id=mailbox_id, other=other)


def namespace(lexer: Lexer) -> Namespace:
    """Read what follows NAMESPACE."""
    kinds = [*lexer.values(), None, None, None]
    return Namespace(*(_entries(kind) for kind in kinds[:3]))


def _entries(value: Value) -> tuple[NamespaceEntry, ...]:
    found: list[NamespaceEntry] = []
    for one in value if isinstance(value, tuple) else ():
        prefix, delimiter = (at(one, 0), at(one, 1)) if isinstance(one, tuple) else (None, None)
        if not isinstance(prefix, bytes):
            raise NotUnderstood("a namespace that is no list")
        found.append(NamespaceEntry(prefix, text_of(delimiter) if isinstance(delimiter, bytes) else ""))
    return tuple(found)


def _name(lexer: Lexer, opening: re.Pattern[bytes]) -> tuple[bytes, tuple[Value, ...]]:
    """Take a mailbox name, and the list that may follow it; behind a name without quotes it has to open so."""
    if lexer.sees(b'"') or lexer.sees_literal():
        raw_name = lexer.octets()
        return raw_name, () if lexer.is_at_end else lexer.items()
    rest = lexer.line_rest()
    start = _start_of_list(rest)
    if not opening.match(rest, start):
        start = len(rest)
    raw_name = rest[:start].rstrip(b" \t")
    if not raw_name:
        raise NotUnderstood("a mailbox without a name")
    return raw_name, Lexer([rest[start:]]).items() if start < len(rest) else ()


def _start_of_list(rest: bytes) -> int:
    """Say where the list begins that ends with the line; at its end when there is none."""
    depth = 0
    for found in reversed([*_PARENTHESIS.finditer(rest)] if rest.endswith(b")") else []):
        depth += 1 if found[0] == b")" else -1
        if depth == 0:
            return found.start()
    return len(rest)
