"""QUOTA, QUOTAROOT, ACL, MYRIGHTS, METADATA and ID (RFC 9208, RFC 4314, RFC 5464, RFC 2971)."""

from __future__ import annotations

from msgcore.wire.imap.lexer import Lexer, NotUnderstood, text_of
from msgcore.wire.imap.parse.numbers import number
from msgcore.wire.imap.responses import Acl, IdData, Metadata, MyRights, Quota, QuotaRoot, Value

__all__ = ["acl", "identity", "metadata", "my_rights", "quota", "quota_root"]


def quota(lexer: Lexer) -> Quota:
    """Read what follows QUOTA; the root may be missing."""
    root = b"" if lexer.sees(b"(") else lexer.octets()
    items = lexer.items()
    if len(items) % 3:
        raise NotUnderstood("resources that are not by threes")
    resources = {
        _text(name).upper(): (number(used), number(limit))
        for name, used, limit in zip(items[::3], items[1::3], items[2::3], strict=True)
    }
    return Quota(root, resources)


def quota_root(lexer: Lexer) -> QuotaRoot:
    """Read what follows QUOTAROOT."""
    return QuotaRoot(_mailbox(lexer), tuple(one for one in lexer.values() if isinstance(one, bytes)))


def acl(lexer: Lexer) -> Acl:
    """Read what follows ACL."""
    raw_name = _mailbox(lexer)
    return Acl(raw_name, {name: _text(rights) for name, rights in _pairs(lexer.values())})


def my_rights(lexer: Lexer) -> MyRights:
    """Read what follows MYRIGHTS."""
    return MyRights(_mailbox(lexer), text_of(b"" if lexer.is_at_end else lexer.octets()))


def metadata(lexer: Lexer) -> Metadata:
    """Read what follows METADATA when it gives values; names alone only say that these have changed."""
    raw_name = _mailbox(lexer)
    if not lexer.sees(b"("):
        raise NotUnderstood("names of annotations without values")
    return Metadata(raw_name, {name: _octets(value) for name, value in _pairs(lexer.items())})


def identity(lexer: Lexer) -> IdData:
    """Read what follows ID."""
    pairs = _pairs(lexer.items())
    return IdData({name.lower(): text_of(_octets(value) or b"") for name, value in pairs})


def _mailbox(lexer: Lexer) -> bytes:
    return lexer.octets() if lexer.sees(b'"') or lexer.sees_literal() else lexer.atom()


def _pairs(items: tuple[Value, ...]) -> list[tuple[str, Value]]:
    if len(items) % 2:
        raise NotUnderstood("a name without a value")
    return [(_text(name), value) for name, value in zip(items[::2], items[1::2], strict=True)]


def _text(value: Value) -> str:
    if not isinstance(value, bytes):
        raise NotUnderstood("something else in place of a name")
    return text_of(value)


def _octets(value: Value) -> bytes | None:
    if isinstance(value, tuple):
        raise NotUnderstood("a list in place of a value")
    return value
