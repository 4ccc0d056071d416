"""FETCH (RFC 9051 section 7.5.2): the items of one message; one that makes no sense is kept as it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgcore.wire.imap.lexer import Lexer, NotUnderstood
from msgcore.wire.imap.names import decode_name
from msgcore.wire.imap.parse.body_structure import body_structure
from msgcore.wire.imap.parse.dates import date_time
from msgcore.wire.imap.parse.envelope import envelope
from msgcore.wire.imap.parse.numbers import flags, number, text, uid
from msgcore.wire.imap.responses import Fetch, Value

__all__ = ["fetch"]


def fetch(message: int, lexer: Lexer) -> Fetch:
    """Read what follows FETCH.

    Raises:
        NotUnderstood: no list follows.
    """
    if not lexer.skip(b"("):
        raise NotUnderstood("FETCH without a list")
    items = _Items(lexer.defects)
    try:
        while not lexer.skip(b")") and not lexer.is_spent:
            items.take(lexer)
    except NotUnderstood as error:
        items.refuse("", lexer.rest(), error)
    if not lexer.is_at_end:
        items.refuse("", lexer.rest(), NotUnderstood("more behind the list"))
    return Fetch(message, **items.fields, sections=items.sections, other=items.other, defects=tuple(items.defects))


class _Items:
    def __init__(self, defects: list[str]) -> None:
        self.fields: dict[str, Any] = {}
        self.sections: dict[str, bytes | None] = {}
        self.other: dict[str, Value] = {}
        self.defects = defects

    def take(self, lexer: Lexer) -> None:
        """Take the next item; where its end is not known, all that follows is of it."""
        name = lexer.section()
        if lexer.sees(b")"):
            self.defects.append(f"{name} has no value")
            return
        start = lexer.position
        try:
            value = lexer.value()
        except NotUnderstood as error:
            lexer.position = start
            self.refuse(name, lexer.rest().removesuffix(b")"), error)
            return
        try:
            self._put(name, value)
        except NotUnderstood as error:
            self.refuse(name, value, error)

    def refuse(self, name: str, value: Value, error: NotUnderstood) -> None:
        self.defects.append(f"{name}: {error}" if name else str(error))
        if name or value:
            self.other[name] = value

    def _put(self, name: str, value: Value) -> None:
        if name in _FIELDS:
            field, read = _FIELDS[name]
            self.fields[field] = read(value, self.defects)
            if self.fields[field] is None:
                self.other[name] = None
        elif name in _SECTIONS or name.startswith(("BODY[", "BINARY[")):
            if isinstance(value, tuple):
                raise NotUnderstood("a list in place of text")
            self.sections[name] = value
        elif name in _GMAIL:
            self.other[name] = value
            self.fields.setdefault(_GMAIL[name], text(value))
        else:
            self.other[name] = value


def _labels(value: Value) -> tuple[str, ...]:
    if isinstance(value, bytes):
        raise NotUnderstood("a list was expected")
    # Gmail lets a label be called NIL, and sends it as an atom.
    return tuple(decode_name(one or b"NIL") for one in value or () if not isinstance(one, tuple))


def _optional_text(value: Value) -> str | None:
    return None if value is None else text(value)


def _date(value: Value) -> Any:
    if value is None:
        return None
    if not isinstance(value, bytes):
        raise NotUnderstood("a list in place of a date")
    return date_time(value)


_Read = Callable[[Value, list[str]], Any]


def _plainly(read: Callable[[Value], Any]) -> _Read:
    return lambda value, _defects: read(value)


_FIELDS: Mapping[str, tuple[str, _Read]] = {
    "UID": ("uid", _plainly(uid)),
    "FLAGS": ("flags", _plainly(flags)),
    "RFC822.SIZE": ("size_octets", _plainly(number)),
    "INTERNALDATE": ("internal_date", _plainly(_date)),
    "MODSEQ": ("modseq", _plainly(number)),
    "ENVELOPE": ("envelope", envelope),
    "BODYSTRUCTURE": ("structure", body_structure),
    "BODY": ("structure", body_structure),
    "EMAILID": ("email_id", _plainly(text)),
    "THREADID": ("thread_id", _plainly(_optional_text)),
    "X-GM-LABELS": ("labels", _plainly(_labels)),
    "PREVIEW": ("preview", _plainly(_optional_text)),
    "SAVEDATE": ("save_date", _plainly(_date)),
}
_SECTIONS = {"RFC822", "RFC822.HEADER", "RFC822.TEXT"}
_GMAIL = {"X-GM-MSGID": "email_id", "X-GM-THRID": "thread_id"}
