"""Addresses of an envelope (RFC 9051 section 7.5.2), and their lists as servers mostly send them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from msgcore.wire.imap.quoted import STRING, STRING_WITH_ESCAPES, unquoted

__all__ = ["ImapAddress", "read_addresses"]

_TEXT = rb'(?:NIL|"(%b)")' % STRING[1:-1]
_ONE = re.compile(rb'\(\(%b NIL "(%b)" "(%b)"\)\)' % (_TEXT, STRING[1:-1], STRING[1:-1]))
_EACH = re.compile(rb"\(%b %b %b %b\)" % (_TEXT, _TEXT, _TEXT, _TEXT))
_EACH_WITH_ESCAPES = re.compile(rb"\(%b %b %b %b\)" % ((rb"(NIL|%b)" % STRING_WITH_ESCAPES,) * 4), re.DOTALL)


@attrs.define(unsafe_hash=True)  # frozen ones take three times as long to make; it is a value all the same
class ImapAddress:
    """One address; NIL is ``None``. Without ``host`` it begins a group, whose name is ``mailbox``, or ends it."""

    name: bytes | None
    mailbox: bytes | None
    host: bytes | None
    route: bytes | None = None


def read_addresses(sent: bytes) -> tuple[ImapAddress, ...]:
    """Read NIL, or a list that is known to be one of addresses only, with NIL and quoted strings for their texts."""
    if sent == b"NIL":
        return ()
    fields: Sequence[Sequence[bytes | None]]
    if b"\\" in sent:
        fields = [[_said(text) for text in texts] for texts in _EACH_WITH_ESCAPES.findall(sent)]
    elif (one := _ONE.fullmatch(sent)) is not None:
        return (ImapAddress(*one.groups()),)
    else:
        fields = [found.groups() for found in _EACH.finditer(sent)]
    return tuple([ImapAddress(name, mailbox, host, route) for name, route, mailbox, host in fields])


def _said(text: bytes) -> bytes | None:
    return None if text == b"NIL" else unquoted(text[1:-1])
