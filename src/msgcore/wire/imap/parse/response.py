"""One response, by its first words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgcore.wire.imap.framing import Frame
from msgcore.wire.imap.lexer import Lexer, NotUnderstood, text_of
from msgcore.wire.imap.parse.account import acl, identity, metadata, my_rights, quota, quota_root
from msgcore.wire.imap.parse.fetch import fetch
from msgcore.wire.imap.parse.finding import extended_search, search, thread, vanished
from msgcore.wire.imap.parse.mailboxes import list_entry, namespace, status_data
from msgcore.wire.imap.parse.numbers import flags
from msgcore.wire.imap.parse.status import capabilities, status
from msgcore.wire.imap.responses import (
    CapabilityData,
    Continuation,
    Enabled,
    Exists,
    Expunge,
    FlagsData,
    Recent,
    Response,
    UnknownData,
)
from msgcore.wire.imap.uid_set import MAX_UID

__all__ = ["response"]

_NUMBERED = re.compile(rb"\*[ \t]*(\d+)[ \t]+([A-Za-z]+)(?![^ \t(])")
_NAMED = re.compile(rb"\*[ \t]*([A-Za-z][A-Za-z0-9-]*)(?![^ \t(])[ \t]*")


def response(frame: Frame, max_depth: int) -> Response:
    """Make a response of a frame. What is no response at all, or makes no sense, is :class:`UnknownData`."""
    line = frame.lines[0]
    if line.startswith(b"+"):
        return Continuation(line[1:].strip(b" \t"))
    found = status(line)
    if found is not None:
        return found
    if not line.startswith(b"*"):
        return UnknownData(line, "a line without a tag")
    try:
        return _untagged(frame, max_depth)
    except NotUnderstood as error:
        return UnknownData(_octets(frame), str(error))


def _untagged(frame: Frame, max_depth: int) -> Response:
    line = frame.lines[0]
    numbered = _NUMBERED.match(line)
    if numbered is not None:
        return _about_a_number(numbered, frame, max_depth)
    named = _NAMED.match(line)
    if named is None:
        raise NotUnderstood("untagged data without a name")
    name = named[1].upper()
    if name in _LINES and len(frame.lines) == 1:
        return _LINES[name](line[named.end() :])
    if name in _KINDS:
        return _KINDS[name](Lexer([line[named.end() :], *frame.lines[1:]], frame.literals, max_depth))
    return UnknownData(_octets(frame))


def _about_a_number(found: re.Match[bytes], frame: Frame, max_depth: int) -> Response:
    name = found[2].upper()
    number = int(found[1]) if len(found[1]) <= 10 else MAX_UID + 1
    if number > MAX_UID or (number == 0 and name == b"EXPUNGE"):
        raise NotUnderstood(f"{found[1][:20]!r} is no message number")
    match name:
        case b"EXISTS":
            return Exists(number)
        case b"RECENT":
            return Recent(number)
        case b"EXPUNGE":
            return Expunge(number)
        case b"FETCH":
            rest = frame.lines[0][found.end() :]
            return fetch(number, Lexer([rest, *frame.lines[1:]], frame.literals, max_depth))
        case _:
            return UnknownData(_octets(frame))


def _octets(frame: Frame) -> bytes:
    return Lexer(frame.lines, frame.literals).rest()


_LINES: Mapping[bytes, Callable[[bytes], Response]] = {
    b"CAPABILITY": lambda rest: CapabilityData(capabilities(rest)),
    b"ENABLED": lambda rest: Enabled(tuple(text_of(rest).upper().split())),
    b"SEARCH": search,
    b"SORT": search,
    b"THREAD": thread,
}
_KINDS: Mapping[bytes, Callable[[Lexer], Response]] = {
    b"FLAGS": lambda lexer: FlagsData(flags(lexer.items())),
    b"LIST": lambda lexer: list_entry(lexer, is_subscription=False),
    b"XLIST": lambda lexer: list_entry(lexer, is_subscription=False),
    b"LSUB": lambda lexer: list_entry(lexer, is_subscription=True),
    b"STATUS": status_data,
    b"NAMESPACE": namespace,
    b"ESEARCH": extended_search,
    b"VANISHED": vanished,
    b"ID": identity,
    b"QUOTA": quota,
    b"QUOTAROOT": quota_root,
    b"ACL": acl,
    b"MYRIGHTS": my_rights,
    b"METADATA": metadata,
}
