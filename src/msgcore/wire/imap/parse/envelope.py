"""ENVELOPE (RFC 9051 section 7.5.2), as servers send it."""

from __future__ import annotations

from msgcore.wire.imap.lexer import NotUnderstood
from msgcore.wire.imap.responses import Value
from msgcore.wire.imap.structure import Envelope, ImapAddress

__all__ = ["addresses", "envelope"]

_FIELDS = 10


def envelope(value: Value, defects: list[str]) -> Envelope:
    """Make an envelope; what is missing at its end is ``None``.

    Raises:
        NotUnderstood: it is no list, or an empty one.
    """
    while isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], tuple):
        value = value[0]  # Domino
    if not isinstance(value, tuple) or not value:
        raise NotUnderstood("an envelope that is no list")
    if len(value) != _FIELDS:
        defects.append(f"an envelope of {len(value)} fields")
    fields = [*value[:_FIELDS], *[None] * (_FIELDS - len(value))]
    from_, sender, reply_to, to, cc, bcc = (addresses(field, defects) for field in fields[2:8])
    date, subject, in_reply_to, message_id = (_text(fields[place], defects) for place in (0, 1, 8, 9))
    return Envelope(date, subject, from_, sender, reply_to, to, cc, bcc, in_reply_to, message_id)


def addresses(value: Value, defects: list[str]) -> tuple[ImapAddress, ...]:
    """Make a list of addresses; those that are none are left out."""
    if not value:
        return ()
    if isinstance(value, bytes):
        defects.append("text in place of a list of addresses")
        return ()
    if len(value) == 4 and not any(isinstance(one, tuple) for one in value):
        defects.append("an address in place of a list of them")
        value = (value,)
    found: list[ImapAddress] = []
    for one in value:
        if isinstance(one, tuple) and one:
            found.append(_address(one, defects))
        else:
            defects.append("no address in a list of them")
    return tuple(found)


def _address(value: tuple[Value, ...], defects: list[str]) -> ImapAddress:
    if len(value) != 4:
        defects.append(f"an address of {len(value)} fields")
    name, route, mailbox, host = [_text(one, defects) for one in (*value[:4], None, None, None)][:4]
    if host is None and mailbox is not None and name is not None and b"@" in name:
        # Gmail has the two the wrong way round in some messages.
        defects.append("a name in place of an address")
        _, _, host = name.rpartition(b"@")
        name, mailbox = mailbox, name[: -len(host) - 1]
    return ImapAddress(name, mailbox, host, route)


def _text(value: Value, defects: list[str]) -> bytes | None:
    if isinstance(value, tuple):
        defects.append("a list in place of text in an envelope")
        return None
    return value
