"""OK, NO, BAD, BYE and PREAUTH, tagged or not, and their codes (RFC 9051 section 7.1)."""

from __future__ import annotations

import re

from msgcore.wire.imap.lexer import Lexer, NotUnderstood, text_of
from msgcore.wire.imap.responses import Bye, Code, Status, Value

__all__ = ["capabilities", "status"]

_STATUS = re.compile(rb"([^ \t+*][^ \t]*|\*)[ \t]*(?:(OK|NO|BAD|BYE|PREAUTH)(?![^ \t\[])|(?=\[))[ \t]*", re.IGNORECASE)
_CODE = re.compile(rb"\[[ \t]*([^\s\[\]()\"]+)(?:[ \t]*\]|[ \t]+)")
_PLAIN = re.compile(rb'([^\]("]*)\]')
_IN_CODE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+|(?!))*+(?:"|\Z)|[()\]]', re.DOTALL)


def status(line: bytes) -> Status | Bye | None:
    """Read a status response; ``None`` when it is none.

    A code in brackets behind ``*``, or with nothing ahead of it, counts as one of an OK, as some servers mean it.
    """
    if line.startswith(b"["):
        line = b"* " + line
    found = _STATUS.match(line)
    if found is None or (found[2] is None and found[1] != b"*"):
        return None
    code, text = _code(line[found.end() :])
    if found[2] is None and code is None:
        return None
    word = (found[2] or b"OK").decode().upper()
    if found[1] != b"*":
        return Status(found[1], word, text, code)
    return Bye(text, code) if word == "BYE" else Status(b"", word, text, code)


def capabilities(names: bytes) -> tuple[str, ...]:
    """Read names with blanks between them; each once, in upper case."""
    return tuple(dict.fromkeys(text_of(name).upper() for name in names.replace(b"LITERAL +", b"LITERAL+").split()))


def _code(rest: bytes) -> tuple[Code | None, str]:
    found = _CODE.match(rest)
    if found is None:
        return None, text_of(rest.strip())
    name = text_of(found[1]).upper()
    if found[0].endswith(b"]"):
        return Code(name), text_of(rest[found.end() :].strip())
    end = _end_of_code(rest, found.end())
    if end < 0:
        return None, text_of(rest.strip())
    inside = rest[found.end() : end].strip()
    return Code(name, inside, _values(inside)), text_of(rest[end + 1 :].strip())


def _end_of_code(rest: bytes, place: int) -> int:
    """Find the bracket that ends the code: not one in quotes or in parentheses, as flags of Gmail have it."""
    plain = _PLAIN.match(rest, place)
    if plain is not None:
        return plain.end() - 1
    depth = 0
    for found in _IN_CODE.finditer(rest, place):
        if found[0] == b"]" and depth <= 0:
            return found.start()
        depth += (found[0] == b"(") - (found[0] == b")")
    return rest.find(b"]", place)


def _values(inside: bytes) -> tuple[Value, ...]:
    try:
        return Lexer([inside]).values()
    except NotUnderstood:
        return ()
