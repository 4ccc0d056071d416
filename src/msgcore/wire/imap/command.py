"""Commands as they are written (RFC 9051 section 9): atoms, strings, lists and literals, and nothing else.

Whatever a string holds, it stays one: what cannot stand in quotes is sent as a literal, and CR, LF and NUL, by which a
second command could begin, are refused everywhere but in a :class:`Literal`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import attrs

from msgcore.base.text import Secret
from msgcore.errors import InjectionRefused, UsageError
from msgcore.wire.imap.uid_set import UidSet

__all__ = [
    "ANY_LITERAL",
    "LITERAL_MINUS_OCTETS",
    "NO_LITERAL",
    "Argument",
    "Atom",
    "Chunks",
    "Command",
    "Literal",
    "Piece",
    "flag",
    "is_flag",
    "write_command",
]

NO_LITERAL = -1
"""Every literal waits for the server's go-ahead (RFC 9051 section 4.3)."""
LITERAL_MINUS_OCTETS = 4_096
"""Literals up to here need not wait (RFC 7888 section 5)."""
ANY_LITERAL = 2**63 - 1
"""No literal needs to wait (RFC 7888 section 4)."""

_QUOTED_OCTETS = 1_000  # what is longer is a literal: some servers have short lines

_FORBIDDEN = re.compile(rb"[\r\n\0]")
_LITERAL_END = re.compile(rb"\{\d+[+-]?\}\Z")
_NAME = re.compile(rb"[A-Z0-9]+(?:[ =-][A-Z0-9]+)*")
_FLAG = re.compile(rb"\\?[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")


def _checked(octets: bytes) -> bytes:
    """Give what may stand in a command's line.

    Raises:
        InjectionRefused: it holds CR, LF or NUL.
    """
    found = _FORBIDDEN.search(octets)
    if found is not None:
        raise InjectionRefused(f"an argument of a command holds {found[0].decode()!r} at {found.start()}")
    return octets


@attrs.frozen
class Atom:
    """What is written as it is: a word of the protocol, a number, a section; ``shown_as`` hides a secret.

    Raises:
        InjectionRefused: it holds CR, LF or NUL, or ends like the announcement of a literal.
    """

    octets: bytes = attrs.field(repr=False)
    shown_as: bytes | None = None

    def __attrs_post_init__(self) -> None:
        if _LITERAL_END.search(_checked(self.octets)):
            raise InjectionRefused("an argument of a command ends like the announcement of a literal")


@attrs.frozen(eq=False)
class Chunks:
    """Octets that come one part after the other, and are ``size_octets`` together; they are gone through once."""

    parts: Iterable[bytes] = attrs.field(repr=False)
    size_octets: int


@attrs.frozen(eq=False)
class Literal:
    """Octets of any kind; with ``is_binary`` they may hold NUL (RFC 9051, ``literal8``)."""

    octets: bytes | Chunks = attrs.field(repr=False)
    is_binary: bool = False

    @property
    def size_octets(self) -> int:
        return self.octets.size_octets if isinstance(self.octets, Chunks) else len(self.octets)


Argument = Atom | Literal | Secret | UidSet | str | bytes | int | tuple["Argument", ...]
"""An argument: text and octets are strings, a tuple is a list in parentheses; a secret is a string that nobody sees."""


class Command:
    """A command without its tag: ``Command(b"UID FETCH", UidSet(...), (Atom(b"FLAGS"),))``."""

    __slots__ = ("arguments", "name")

    name: Final[bytes]
    arguments: Final[tuple[Argument, ...]]

    def __init__(self, name: bytes, *arguments: Argument) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no command")
        self.name = name
        self.arguments = arguments

    def __repr__(self) -> str:
        return f"Command({self.name!r}, {len(self.arguments)} arguments)"


def flag(text: str) -> Atom:
    """Write a flag or a keyword.

    Raises:
        InjectionRefused: it holds CR, LF or NUL.
        UsageError: it is none, by another character.
    """
    octets = _checked(text.encode("utf-8", "surrogatepass"))
    if not _FLAG.fullmatch(octets):
        raise UsageError(f"{text!r} is no flag")
    return Atom(octets)


def is_flag(text: str) -> bool:
    """Whether this is a flag or a keyword that can be written; servers name some that cannot."""
    return _FLAG.fullmatch(text.encode("utf-8", "surrogatepass")) is not None


@attrs.frozen(eq=False)
class Piece:
    """What is written in one go, and how a transcript shows it; ``waits`` for the server's go-ahead before."""

    octets: bytes | Chunks = attrs.field(repr=False)
    shown_as: bytes | None = None
    waits: bool = False


def write_command(command: Command, tag: bytes, free_octets: int = NO_LITERAL, *, is_utf8: bool = False) -> list[Piece]:
    """Write a command; literals up to ``free_octets`` do not wait for a go-ahead.

    With ``is_utf8`` the server takes UTF-8 in quotes (RFC 6855, or IMAP4rev2 when it is enabled).

    Raises:
        InjectionRefused: an argument holds CR, LF or NUL.
        UsageError: an argument is no text (a lone surrogate).
    """
    writer = _Writer(free_octets, is_utf8)
    writer.put(tag + b" " + command.name)
    for argument in command.arguments:
        writer.put(b" ")
        writer.put_argument(argument)
    writer.put(b"\r\n")
    return writer.done()


class _Writer:
    def __init__(self, free_octets: int, is_utf8: bool) -> None:
        self._free_octets = free_octets
        self._is_utf8 = is_utf8
        self._pieces: list[Piece] = []
        self._parts: list[bytes] = []
        self._shown: list[bytes] = []
        self._has_secret = False
        self._waits = False

    def put(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._parts.append(octets)
        self._shown.append(octets if shown_as is None else shown_as)
        self._has_secret |= shown_as is not None

    def done(self) -> list[Piece]:
        self._end_piece()
        return self._pieces

    def put_argument(self, argument: Argument) -> None:
        match argument:
            case Atom():
                self.put(argument.octets, argument.shown_as)
            case tuple():
                self._put_list(argument)
            case int():
                self.put(b"%d" % argument)
            case UidSet():
                self.put(bytes(argument))
            case Literal():
                self._put_literal(argument)
            case Secret():
                self._put_string(_encoded(argument.reveal()), b"***")
            case str():
                self._put_string(_encoded(argument))
            case bytes():
                self._put_string(argument)

    def _put_list(self, arguments: tuple[Argument, ...]) -> None:
        self.put(b"(")
        for place, one in enumerate(arguments):
            if place:
                self.put(b" ")
            self.put_argument(one)
        self.put(b")")

    def _put_string(self, octets: bytes, shown_as: bytes | None = None) -> None:
        if len(_checked(octets)) > _QUOTED_OCTETS or not (octets.isascii() or self._is_utf8_text(octets)):
            self._put_literal(Literal(octets), shown_as)
            return
        quoted = b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        self.put(quoted, shown_as)

    def _is_utf8_text(self, octets: bytes) -> bool:
        if not self._is_utf8:
            return False
        try:
            octets.decode()
        except UnicodeDecodeError:
            return False
        return True

    def _put_literal(self, literal: Literal, shown_as: bytes | None = None) -> None:
        size = literal.size_octets
        is_free = size <= self._free_octets
        sigil = b"~" if literal.is_binary else b""
        self.put(sigil + (b"{%d+}\r\n" if is_free else b"{%d}\r\n") % size)
        if not is_free:
            self._end_piece()
            self._waits = True
        if not isinstance(literal.octets, Chunks):
            self.put(literal.octets, shown_as)
            return
        self._end_piece()
        self._pieces.append(Piece(literal.octets, b"", waits=self._waits))
        self._waits = False

    def _end_piece(self) -> None:
        if not self._parts:
            return
        shown_as = b"".join(self._shown) if self._has_secret else None
        self._pieces.append(Piece(b"".join(self._parts), shown_as, waits=self._waits))
        self._parts.clear()
        self._shown.clear()
        self._has_secret = self._waits = False


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass  # its message would hold the text, which may be a password
    raise UsageError("an argument of a command holds half a character (a lone surrogate)")
