"""Numbers as servers write them."""

from __future__ import annotations

import re
from functools import lru_cache

from msgcore.wire.imap.lexer import NotUnderstood, text_of
from msgcore.wire.imap.responses import Value
from msgcore.wire.imap.uid_set import MAX_UID

__all__ = ["flags", "number", "text", "uid", "word"]

_DIGITS = re.compile(rb"\d{1,20}")
_FLOAT = re.compile(rb"\d{1,4}(?:\.\d{1,20})?[eE]\+?\d{1,2}")


def number(value: Value) -> int:
    """Read a number of up to 64 bits; some servers write ``9.3736e+06``.

    Raises:
        NotUnderstood: it is none, or negative.
    """
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, bytes):
        if _DIGITS.fullmatch(value):
            found = int(value)
        elif _FLOAT.fullmatch(value):
            found = round(float(value))
        else:
            raise NotUnderstood(f"{value[:20]!r} is no number")
        if found < 2**64:
            return found
    raise NotUnderstood("this is no number" if not isinstance(value, bytes) else f"{value[:20]!r} is too large")


def uid(value: Value) -> int:
    """Read a message number or unique id: 1 to 4294967295.

    Raises:
        NotUnderstood: it is none.
    """
    found = number(value)
    if not 0 < found <= MAX_UID:
        raise NotUnderstood(f"{found} is no unique id")
    return found


def text(value: Value) -> str:
    """Read text.

    Raises:
        NotUnderstood: it is NIL or a list.
    """
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if not isinstance(value, bytes):
        raise NotUnderstood(f"text was expected, not {'NIL' if value is None else 'a list'}")
    return text_of(value)


def flags(value: Value) -> tuple[str, ...]:
    """Read a list of flags, attributes or other words; NIL is an empty one, and in a list it is a word.

    Raises:
        NotUnderstood: it is no list, or holds lists.
    """
    if value is None:
        return ()
    if isinstance(value, bytes):
        raise NotUnderstood(f"a list was expected, not {value[:20]!r}")
    return tuple([_flag(one) for one in value])


def _flag(value: Value) -> str:
    if value is None:
        return "NIL"
    if not isinstance(value, bytes):
        raise NotUnderstood("a list in a list of words")
    return word(value)


def word(octets: bytes) -> str:
    """Decode a word; short ones, which come again and again, are remembered."""
    return _short_word(octets) if len(octets) <= _SHORT else text_of(octets)


_SHORT = 64
_short_word = lru_cache(1024)(text_of)
