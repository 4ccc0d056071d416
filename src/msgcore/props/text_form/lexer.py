"""The words, literals and signs that the text of a restriction is made of."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

from msgcore.base.text import one_line
from msgcore.errors import RestrictionSyntax, TooComplex

__all__ = ["MAX_CHARACTERS", "TEXT_REMEDY", "Kind", "Token", "tokens_of"]

MAX_CHARACTERS = 1 << 20

# What to write for a word that was meant as a text.
TEXT_REMEDY = "text stands in double quotes"
_SHOWN_CHARACTERS = 30


class Kind(enum.Enum):
    """What a token is: the name of its group in the regular expression."""

    TEXT = enum.auto()
    OCTETS = enum.auto()
    GUID = enum.auto()
    TIME = enum.auto()
    NUMBER = enum.auto()
    WORD = enum.auto()
    SIGN = enum.auto()
    END = enum.auto()


class Token(NamedTuple):
    """A piece of the text as it stands there, at which character it starts, and what it is known by.

    That is the text itself, and for a word the text in small letters.
    """

    kind: Kind
    text: str
    position: int
    key: str

    def __str__(self) -> str:
        if self.kind is Kind.END:
            return "the end"
        return one_line(self.text, _SHOWN_CHARACTERS) + ("…" if len(self.text) > _SHOWN_CHARACTERS else "")


# Every repetition is possessive: a text is read in one pass, whatever is in it.
_TOKEN = re.compile(
    r"""
    \s*+
    (?: (?P<TEXT>   " (?: [^"\\]++ | \\. |(?!))*+ " )
    |   (?P<OCTETS> x" [^"]*+ " )
    |   (?P<GUID>   \{ [0-9A-Fa-f]{8} (?: -[0-9A-Fa-f]{4} ){3} -[0-9A-Fa-f]{12} \} )
    |   (?P<TIME>   [0-9]{4}-[0-9]{2}-[0-9]{2} (?: T [0-9:.]++ (?: Z | [+-][0-9:.]++ |(?!))?+ |(?!))?+ )
    |   (?P<NUMBER> -?+ (?: 0x[0-9A-Fa-f]++ | infd?+\b
                          | [0-9]++ (?: \.[0-9]++ |(?!))?+ (?: [eE][+-]?+[0-9]++ |(?!))?+ [A-Za-z]*+ ) )
    |   (?P<WORD>   [A-Za-z_][A-Za-z0-9_]*+ )
    |   (?P<SIGN>   <= | >= | == | != | [<>=():,/] )
    |   (?P<END>    \Z )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {kind.name: kind for kind in Kind}


def tokens_of(text: str) -> Iterator[Token]:
    """Give the tokens of ``text`` one by one, ``Kind.END`` as the last.

    Raises:
        RestrictionSyntax: a character starts no token.
        TooComplex: the text is longer than ``MAX_CHARACTERS``.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooComplex(f"the text is longer than {MAX_CHARACTERS} characters")
    position = 0
    while True:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise _unreadable(text, position)
        kind, piece = _KINDS[found.lastgroup], found[found.lastgroup]
        yield Token(kind, piece, found.start(found.lastgroup), piece.lower() if kind is Kind.WORD else piece)
        if kind is Kind.END:
            return
        position = found.end()


def _unreadable(text: str, position: int) -> RestrictionSyntax:
    while text[position].isspace():
        position += 1
    match text[position]:
        case '"':
            return RestrictionSyntax('the text that starts here has no closing "', position)
        case "{":
            return RestrictionSyntax("need a guid, as {00020329-0000-0000-c000-000000000046}", position)
        case "'" | "‘" | "’" | "“" | "”" | "`" as other:
            return RestrictionSyntax(f"{TEXT_REMEDY}, not in {other}", position)
        case other:
            return RestrictionSyntax(f"no word, number or sign starts with {other!r}", position)
