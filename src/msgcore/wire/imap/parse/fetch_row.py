"""FETCH as servers mostly send it, read at one go: what this reads, :mod:`~msgcore.wire.imap.parse.fetch` reads alike.

One expression finds a whole row in the octets that have arrived. It matches only what is well-formed, and nothing that
is said twice, wrong once and right another time; whatever it does not match is left to the other. Literals are not in
the row: a mark that no line can hold stands for each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgcore.wire.imap.lexer import Lexer, NotUnderstood, balanced_value, text_of
from msgcore.wire.imap.parse.body_structure import body_structure
from msgcore.wire.imap.parse.dates import date_time
from msgcore.wire.imap.quoted import STRING, unquoted
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.structure import Envelope
from msgcore.wire.imap.uid_set import MAX_UID

__all__ = ["LEAST_DEPTH", "cut_row", "row", "with_marks"]

LEAST_DEPTH = 8
"""How deep lists may be in a row; where less is allowed, rows are not for this."""

# A mark stands for a whole string: no backslash ahead of a literal takes its quote for one that goes on.
_STRING_OR_MARK = rb'"(?:\n\d+|[^"\\\n]*+(?:\\.[^"\\\n]*+)*)"'


def _balanced(string: bytes, depth: int) -> bytes:
    inner = rb"|" + _balanced(string, depth - 1) if depth > 1 else b""
    return rb'\((?:[^()"\t\r\n]++|(?<=[ (])%b(?=[ ()])%b)*\)' % (string, inner)


def _row(string: bytes) -> re.Pattern[bytes]:
    text = rb"(?:NIL|%b)" % string
    field = rb'(?:NIL|"(%b)")' % string[1:-1]
    address = rb"\((?:%b %b %b %b|NIL %b %b NIL)\)" % (text, text, text, string, text, text)
    addresses = rb" (NIL|\((?:%b)+\))" % address
    envelope = rb"\(%b %b%b %b %b\)" % (field, field, addresses * 6, field, field)
    return re.compile(
        rb"\* (\d{1,10}) FETCH \((?:(?:"
        rb"UID (?(2)(?!)|([1-9]\d{0,9}))"
        rb'|FLAGS \(([^()"\r\n\t\v\f]{0,500})\)'
        rb'|INTERNALDATE "(?(4)(?!)|([^"\\\n]*+))"'
        rb"|RFC822\.SIZE (\d{1,19})"
        rb"|MODSEQ \((\d{1,19})\)"
        rb"|ENVELOPE (?(9)(?!)|%b)"
        rb'|(BODY\[[^\]"\r\n]{0,2000}\](?:<\d{1,20}>)?) (?(18)(?!)|(%b))'
        rb"|BODYSTRUCTURE (?(19)(?!)|(%b))"
        rb")(?: (?=[A-Z])|(?=\))))+\)\r?\n" % (envelope, text, _balanced(string, LEAST_DEPTH)),
        re.DOTALL,
    )


_ROW = _row(STRING)
_ROW_WITH_ESCAPES = _row(_STRING_OR_MARK)
_LITERAL = re.compile(rb"\{(\d{1,9})\}\r\n\Z")
_MARK = re.compile(rb'"\n(\d+)"')


def with_marks(lines: Sequence[bytes]) -> bytes:
    """Join the lines of a response with a mark for each literal, and end them."""
    parts = [lines[0]]
    for number, line in enumerate(lines[1:]):
        parts += (b'"\n%d"' % number, line)
    return b"".join([*parts, b"\r\n"])


def cut_row(data: bytes, start: int, most: int) -> tuple[bytes, Sequence[bytes], int] | None:
    """Give the lines of the response at ``start`` with marks, its literals, and where it ends.

    ``None``: it is not whole, has more than ``most`` octets, or literals of an unusual form.
    """
    lines: list[bytes] = []
    literals: list[bytes] = []
    place = start
    while (end := data.find(b"\n", place) + 1) and end - start <= most:
        line = data[place:end]
        found = _LITERAL.search(line) if line.endswith(b"}\r\n") else None
        if found is None:
            return b"".join([*lines, line]) if lines else line, literals, end
        place = end + int(found[1])
        if place - start > most:
            break
        lines += (line[: found.start()], b'"\n%d"' % len(literals))
        literals.append(data[end:place])
    return None


def row(line: bytes, literals: Sequence[bytes]) -> Fetch | None:
    """Read a whole row with its end, or give ``None``: it is not as usual."""
    found = _ROW.fullmatch(line)
    is_plain = found is not None and _has_no_escapes(line, found)
    if not is_plain:
        found = _ROW_WITH_ESCAPES.fullmatch(line)
    if found is None:
        return None
    (
        number, uid, flags, received, size, modseq,
        date, subject, from_, sender, reply_to, to, cc, bcc, in_reply_to, message_id, section, text, parts,
    ) = found.groups()  # fmt: skip
    message, unique_id = int(number), None if uid is None else int(uid)
    if message > MAX_UID or (unique_id or 0) > MAX_UID:
        return None
    try:
        internal_date = None if received is None else date_time(received)
    except NotUnderstood:
        return None
    envelope = None
    if from_ is not None:
        if literals or not is_plain:
            date, subject, in_reply_to, message_id = [
                None if one is None else _string(one, literals) for one in (date, subject, in_reply_to, message_id)
            ]
            from_, sender, reply_to, to, cc, bcc = [
                _unmarked(one, literals) if b"\n" in one else one for one in (from_, sender, reply_to, to, cc, bcc)
            ]
        envelope = Envelope(date, subject, from_, sender, reply_to, to, cc, bcc, in_reply_to, message_id)
    fetch = Fetch(
        message,
        unique_id,
        None if flags is None else _flags(flags),
        None if size is None else int(size),
        internal_date,
        None if modseq is None else int(modseq),
        envelope,
    )
    if section is not None:
        fetch.sections = {_name(section): None if text == b"NIL" else _string(text[1:-1], literals)}
    return fetch if parts is None or _take_structure(parts, literals, fetch) else None


def _has_no_escapes(line: bytes, found: re.Match[bytes]) -> bool:
    """Say whether there are backslashes among the flags only, so that every quote begins or ends a string."""
    last = line.rfind(b"\\")
    return last < 0 or found.start(3) <= line.find(b"\\") <= last < found.end(3)


def _string(inside: bytes, literals: Sequence[bytes]) -> bytes:
    return literals[int(inside)] if inside[:1] == b"\n" else unquoted(inside)


def _unmarked(sent: bytes, literals: Sequence[bytes]) -> bytes:
    """Put literals back, as quoted strings."""

    def quoted(mark: re.Match[bytes]) -> bytes:
        return b'"%b"' % literals[int(mark[1])].replace(b"\\", b"\\\\").replace(b'"', b'\\"')

    return _MARK.sub(quoted, sent)


def _take_structure(sent: bytes, literals: Sequence[bytes], fetch: Fetch) -> bool:
    """Say whether this is a structure, which is then put into ``fetch``."""
    defects: list[str] = []
    try:
        fetch.structure = body_structure(balanced_value(_unmarked(sent, literals)), defects)
    except NotUnderstood:
        return False
    fetch.defects = tuple(defects)
    return True


@lru_cache(1024)
def _flags(octets: bytes) -> tuple[str, ...]:
    return tuple("NIL" if one.upper() == b"NIL" else text_of(one) for one in octets.split())


@lru_cache(64)
def _name(section: bytes) -> str:
    return Lexer([section]).section()
