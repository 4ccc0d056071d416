"""FETCH as servers mostly send it, read at one go: what this reads, :mod:`~msgcore.wire.imap.parse.fetch` reads alike.

One expression finds a whole row in the octets that have arrived. It matches only what is well-formed, and nothing that
is said twice, wrong once and right another time; whatever it does not match is left to the other. Literals are not in
the row: a mark that no line can hold stands for each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgcore.wire.imap.lexer import Lexer, NotUnderstood, balanced_value, text_of, unquoted
from msgcore.wire.imap.parse.body_structure import body_structure
from msgcore.wire.imap.parse.dates import date_time
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.structure import BodyPart, Envelope, ImapAddress
from msgcore.wire.imap.uid_set import MAX_UID

__all__ = ["LEAST_DEPTH", "ROW", "row", "with_marks"]

LEAST_DEPTH = 8
"""How deep lists may be in a row; where less is allowed, rows are not for this."""

# Python before 3.11.5 gets possessive repeats of more than one character class wrong: only these are possessive here.
_STRING = rb'"(?:[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*|\n\d+)"'
_TEXT = rb"(?:NIL|%b)" % _STRING
_ADDRESS = rb"\((?:%b %b %b %b|NIL %b %b NIL)\)" % (_TEXT, _TEXT, _TEXT, _STRING, _TEXT, _TEXT)
_ADDRESSES = rb"(?:NIL|\((?:%b)+\))" % _ADDRESS
_ENVELOPE = rb"\((%b) (%b)%b (%b) (%b)\)" % (_TEXT, _TEXT, (rb" (%b)" % _ADDRESSES) * 6, _TEXT, _TEXT)


def _balanced(depth: int) -> bytes:
    inner = rb"|" + _balanced(depth - 1) if depth > 1 else b""
    return rb'\((?:[^()"\t\r\n]++|(?<=[ (])%b(?=[ ()])%b)*\)' % (_STRING, inner)


ROW = re.compile(
    rb"\* (\d{1,10}) FETCH \((?:(?:"
    rb"(?(2)(?!)|UID ([1-9]\d{0,9}))"
    rb'|FLAGS \(([^()"\r\n\t\v\f]{0,500})\)'
    rb'|(?(4)(?!)|INTERNALDATE "([^"\\\r\n]*+)")'
    rb"|RFC822\.SIZE (\d{1,19})"
    rb"|MODSEQ \((\d{1,19})\)"
    rb"|ENVELOPE %b"
    rb'|(?(17)(?!)|(BODY\[[^\]"\r\n]{0,2000}\](?:<\d{1,20}>)?) (%b))'
    rb"|(?(19)(?!)|BODYSTRUCTURE (%b))"
    rb")(?: (?=[A-Z])|(?=\))))+\)\r?\n" % (_ENVELOPE, _TEXT, _balanced(LEAST_DEPTH))
)
_MARK = re.compile(rb'"\n(\d+)"')
_SAID = rb'(NIL|"[^"\\]*+(?:\\.[^"\\]*+)*")'
_EACH_ADDRESS = re.compile(rb"\(%b %b %b %b\)" % (_SAID, _SAID, _SAID, _SAID), re.DOTALL)
_KNOWN_OCTETS = 200


def with_marks(lines: Sequence[bytes]) -> bytes:
    """Join the lines of a response with a mark for each literal, and end them."""
    parts = [lines[0]]
    for number, line in enumerate(lines[1:]):
        parts += (b'"\n%d"' % number, line)
    return b"".join([*parts, b"\r\n"])


def row(found: re.Match[bytes], literals: Sequence[bytes] = ()) -> Fetch | None:
    """Make a response of what ``ROW`` has found, or ``None``: it is not as usual as it looked."""
    number, uid, flags, date, size, modseq, *sent, section, text, parts = found.groups()
    message, unique_id = int(number), None if uid is None else int(uid)
    if message > MAX_UID or (unique_id or 0) > MAX_UID:
        return None
    defects: list[str] = []
    try:
        internal_date = None if date is None else date_time(date)
        structure = None if parts is None else _structure(parts, literals, defects)
    except NotUnderstood:
        return None
    return Fetch(
        message,
        unique_id,
        None if flags is None else _flags(flags),
        None if size is None else int(size),
        internal_date,
        None if modseq is None else int(modseq),
        None if sent[0] is None else _envelope(sent, literals),
        structure,
        {} if section is None else {_name(section): _text(text, literals)},
        defects=tuple(defects),
    )


def _unmarked(sent: bytes, literals: Sequence[bytes]) -> bytes:
    """Put literals back, as quoted strings."""
    if b"\n" not in sent:
        return sent

    def quoted(mark: re.Match[bytes]) -> bytes:
        return b'"%b"' % literals[int(mark[1])].replace(b"\\", b"\\\\").replace(b'"', b'\\"')

    return _MARK.sub(quoted, sent)


def _envelope(sent: Sequence[bytes], literals: Sequence[bytes]) -> Envelope:
    date, subject, *lists, in_reply_to, message_id = sent
    return Envelope.unread(
        _text(date, literals),
        _text(subject, literals),
        [_unmarked(one, literals) for one in lists] if literals else lists,
        _text(in_reply_to, literals),
        _text(message_id, literals),
        _addresses,
    )


def _addresses(sent: bytes) -> tuple[ImapAddress, ...]:
    if sent == b"NIL":
        return ()
    # The same people write again and again, and most lists stand in three fields.
    return _known_addresses(sent) if len(sent) < _KNOWN_OCTETS else _new_addresses(sent)


def _new_addresses(sent: bytes) -> tuple[ImapAddress, ...]:
    return tuple(
        [
            ImapAddress(_said(name), _said(mailbox), _said(host), _said(route))
            for name, route, mailbox, host in _EACH_ADDRESS.findall(sent)
        ]
    )


def _said(text: bytes) -> bytes | None:
    if text == b"NIL":
        return None
    return unquoted(text[1:-1]) if b"\\" in text else text[1:-1]


_known_addresses = lru_cache(4096)(_new_addresses)


def _structure(sent: bytes, literals: Sequence[bytes], defects: list[str]) -> BodyPart:
    return body_structure(balanced_value(_unmarked(sent, literals)), defects)


def _text(text: bytes, literals: Sequence[bytes]) -> bytes | None:
    return literals[int(text[1:-1])] if text[:2] == b'"\n' else _said(text)


@lru_cache(1024)
def _flags(octets: bytes) -> tuple[str, ...]:
    return tuple("NIL" if one.upper() == b"NIL" else text_of(one) for one in octets.split())


@lru_cache(64)
def _name(section: bytes) -> str:
    return Lexer([section]).section()
