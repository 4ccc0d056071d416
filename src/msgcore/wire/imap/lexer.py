"""Atoms, strings, literals and lists (RFC 9051 section 9), in the lines and literals of one response.

Lenient where servers are: a quote within a quoted string ends it only when a blank, a parenthesis, a bracket or the end
of the line follows, a backslash stands for itself ahead of anything but a quote or a backslash, and an atom is whatever
is no blank and no parenthesis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgcore.wire.imap.quoted import unquoted
from msgcore.wire.imap.responses import Value

__all__ = ["Lexer", "NotUnderstood", "TooDeep", "at", "balanced_value", "text_of"]

_BLANKS = re.compile(rb"[ \t]*+")
_TOKEN = re.compile(
    rb'[ \t]*+(?:([()])|"([^"\\]*+(?:\\.[^"\\]*+|(?!))*+)"(?=[ \t()\]]|\Z)|([^ \t()"][^ \t()]*+)|(")|\Z)', re.DOTALL
)
_LENIENT_END = re.compile(rb'\\.|(")(?=[ \t)\]]|\Z)', re.DOTALL)
_USUAL = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+|(?!))*+"|[^ ()"]++|[()]', re.DOTALL)
_WORD = re.compile(rb"[ \t]*+([A-Za-z0-9._/-]++)")
_BARE_SECTION = re.compile(rb'[^\]"]*+')
_ORIGIN = re.compile(rb"<(\d{1,20})(?:\.\d+)?>")

_PARENTHESIS, _STRING, _ATOM, _QUOTE = 1, 2, 3, 4


class NotUnderstood(Exception):  # it never leaves the parser
    """This is no data, or not what was expected; the message says what was found."""


class TooDeep(bytes):
    """A list that is deeper than is read, as it was sent but for quotes."""

    __slots__ = ()


def balanced_value(octets: bytes) -> Value:
    """Read a list that is known to balance, and to have blanks or parentheses around its strings."""
    stack: list[list[Value]] = []
    current: list[Value] = []
    for token in _USUAL.findall(octets):
        first = token[0]
        if first == 34:
            current.append(unquoted(token[1:-1]))
        elif first == 40:
            stack.append(current)
            current = []
        elif first == 41:
            whole = tuple(current)
            current = stack.pop()
            current.append(whole)
        else:
            current.append(None if len(token) == 3 and token.upper() == b"NIL" else token)
    return current[0]


def at(values: Sequence[Value], place: int) -> Value:
    """Give the value at a place, or ``None`` behind the last."""
    return values[place] if place < len(values) else None


def text_of(octets: bytes) -> str:
    """Decode text for people: UTF-8, else Latin-1."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


class Lexer:
    """Reads values off the front of a response. ``defects`` gathers what was tolerated."""

    __slots__ = ("_line", "_lines", "_literals", "_max_depth", "_number", "_place", "defects", "is_spent")

    def __init__(self, lines: Sequence[bytes], literals: Sequence[bytes] = (), max_depth: int = 100) -> None:
        self._lines = lines
        self._literals = literals
        self._max_depth = max_depth
        self._number = 0
        self._line: bytes = lines[0]
        self._place: int = 0
        self.defects: list[str] = []
        self.is_spent = False
        """Whether all that was left has been taken as it was."""

    @property
    def position(self) -> tuple[int, int]:
        """Where it is: the line, and the place in it. It may be set to where it has been."""
        return self._number, self._place

    @position.setter
    def position(self, position: tuple[int, int]) -> None:
        self._number, self._place = position
        self._line = self._lines[self._number]

    @property
    def is_at_end(self) -> bool:
        """Whether nothing but blanks is left."""
        self._skip_blanks()
        return self._place == len(self._line) and self._number == len(self._literals)

    def skip(self, octets: bytes) -> bool:
        """Skip blanks, and these octets if they come next; say whether they did."""
        self._skip_blanks()
        if self._line.startswith(octets, self._place):
            self._place += len(octets)
            return True
        return False

    def sees(self, octets: bytes) -> bool:
        """Say whether these octets come next, behind blanks."""
        self._skip_blanks()
        return self._line.startswith(octets, self._place)

    def sees_literal(self) -> bool:
        self._skip_blanks()
        return self._place == len(self._line) and self._number < len(self._literals)

    def word(self) -> bytes:
        """Take a name: letters, digits, and what joins them.

        Raises:
            NotUnderstood: something else comes next.
        """
        found = _WORD.match(self._line, self._place)
        if found is None:
            raise NotUnderstood(f"a name was expected, not {self._line[self._place : self._place + 20]!r}")
        self._place = found.end()
        return found[1]

    def section(self) -> str:
        """Take the name of a fetched item, with its section and origin, in upper case: ``BODY[1.2]<0>``.

        Raises:
            NotUnderstood: something else comes next, or the bracket is not closed.
        """
        name = self.word()
        if not self._line.startswith(b"[", self._place):
            return name.decode().upper()
        self._place += 1
        parts = [name, b"[", *self._inside_brackets(), b"]"]
        origin = _ORIGIN.match(self._line, self._place)
        if origin is not None:
            self._place = origin.end()
            parts.append(b"<%b>" % origin[1])
        inside = b" ".join(b"".join(parts).split()).replace(b"( ", b"(").replace(b" )", b")")
        return inside.decode("latin-1").upper()

    def value(self) -> Value:
        """Take what comes next: an atom, a string, or a list of values; what is too deep stays as octets.

        Raises:
            NotUnderstood: nothing is left, or a closing parenthesis, or a quote or a parenthesis is not closed.
        """
        stack: list[list[Value]] = []
        current: list[Value] = []
        match, line, place = _TOKEN.match, self._line, self._place
        item: Value
        while True:
            found = match(line, place)
            assert found is not None
            kind = found.lastindex
            if kind == _STRING:
                item = unquoted(found[_STRING])
                place = found.end()
            elif kind == _ATOM:
                atom: bytes = found[_ATOM]
                item = None if len(atom) == 3 and atom.upper() == b"NIL" else atom
                place = found.end()
            elif kind != _PARENTHESIS:
                item = self._unusual(found)
                line, place = self._line, self._place
            elif found[_PARENTHESIS] == b")":
                if not stack:
                    raise NotUnderstood("a closing parenthesis in place of a value")
                item = tuple(current)
                current = stack.pop()
                place = found.end()
            elif len(stack) < self._max_depth:
                stack.append(current)
                current = []
                place = found.end()
                continue
            else:
                self._place = found.end()
                item = self._too_deep()
                line, place = self._line, self._place
            if not stack:
                self._place = place
                return item
            current.append(item)

    def atom(self) -> bytes:
        """Take an atom as it is, also one that is called NIL.

        Raises:
            NotUnderstood: something else comes next.
        """
        found = _TOKEN.match(self._line, self._place)
        if found is None or found.lastindex != _ATOM:
            raise NotUnderstood("an atom was expected")
        self._place = found.end()
        return found[_ATOM]

    def octets(self) -> bytes:
        """Take an atom or a string.

        Raises:
            NotUnderstood: NIL or a list comes next, or nothing.
        """
        value = self.value()
        if not isinstance(value, bytes):
            raise NotUnderstood(f"text was expected, not {'NIL' if value is None else 'a list'}")
        return value

    def items(self) -> tuple[Value, ...]:
        """Take a list; NIL is an empty one.

        Raises:
            NotUnderstood: something else comes next.
        """
        value = self.value()
        if value is None:
            return ()
        if isinstance(value, bytes):
            raise NotUnderstood(f"a list was expected, not {value[:20]!r}")
        return value

    def values(self) -> tuple[Value, ...]:
        """Take all that is left.

        Raises:
            NotUnderstood: it does not balance.
        """
        found: list[Value] = []
        while not self.is_at_end:
            found.append(self.value())
        return tuple(found)

    def line_rest(self) -> bytes:
        """Take what is left of this line, without blanks at its ends."""
        start, self._place = self._place, len(self._line)
        return self._line[start:].strip(b" \t")

    def rest(self) -> bytes:
        """Take all that is left as it was sent, the lengths of literals apart."""
        parts = [self._line[self._place :]]
        while self._number < len(self._literals):
            parts.append(self._literals[self._number])
            self._number += 1
            parts.append(self._lines[self._number])
        self._line = self._lines[self._number]
        self._place = len(self._line)
        self.is_spent = True
        return b"".join(parts).strip(b" \t")

    def _skip_blanks(self) -> None:
        found = _BLANKS.match(self._line, self._place)
        assert found is not None
        self._place = found.end()

    def _literal(self) -> bytes:
        literal = self._literals[self._number]
        self._number += 1
        self._line = self._lines[self._number]
        self._place = 0
        return literal

    def _token(self) -> tuple[int, bytes | None]:
        found = _TOKEN.match(self._line, self._place)
        assert found is not None
        kind = found.lastindex
        if kind == _ATOM:
            self._place = found.end()
            atom = found[_ATOM]
            return _ATOM, None if len(atom) == 3 and atom.upper() == b"NIL" else atom
        if kind == _PARENTHESIS:
            self._place = found.end()
            return _PARENTHESIS, found[_PARENTHESIS]
        if kind == _STRING:
            self._place = found.end()
            return _STRING, unquoted(found[_STRING])
        return _STRING, self._unusual(found)

    def _unusual(self, found: re.Match[bytes]) -> bytes:
        """Take a string with quotes in it, or a literal."""
        if found.lastindex == _QUOTE:
            return self._lenient_string(found.end() - 1)
        if self._number == len(self._literals):
            raise NotUnderstood("the response ends too early")
        return self._literal()

    def _lenient_string(self, place: int) -> bytes:
        # One expression for all of it would cost memory by the octet.
        end = next((found for found in _LENIENT_END.finditer(self._line, place + 1) if found[1]), None)
        if end is None:
            raise NotUnderstood("a quote is not closed")
        self._place = end.end()
        self.defects.append("quotes within a quoted string")
        return unquoted(self._line[place + 1 : end.start()])

    def _too_deep(self) -> bytes:
        self.defects.append(f"lists more than {self._max_depth} deep")
        parts, depth = [b"("], 1
        while depth:
            kind, item = self._token()
            parts.append(item or b"NIL")
            if kind == _PARENTHESIS:
                depth += 1 if item == b"(" else -1
        return TooDeep(b" ".join(parts))

    def _inside_brackets(self) -> list[bytes]:
        parts: list[bytes] = []
        while True:
            found = _BARE_SECTION.match(self._line, self._place)
            assert found is not None
            parts.append(found[0])
            self._place = found.end()
            if self._line.startswith(b"]", self._place):
                self._place += 1
                return parts
            if self._place == len(self._line) and self._number == len(self._literals):
                raise NotUnderstood("a bracket is not closed")
            _, octets = self._token()
            parts.append(octets or b"NIL")
