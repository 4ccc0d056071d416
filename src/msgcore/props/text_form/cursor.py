"""A place in the text of a restriction: one token ahead, what may stand there, and the error when it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar
from uuid import UUID

from msgcore.base.nearest import nearest
from msgcore.errors import RestrictionSyntax
from msgcore.props.text_form.lexer import TEXT_REMEDY, Kind, Token, tokens_of
from msgcore.props.text_form.literals import read_number, read_octets, read_time, unescape

__all__ = ["Cursor"]

T = TypeVar("T")

_LITERALS = frozenset({Kind.TEXT, Kind.OCTETS, Kind.GUID, Kind.TIME, Kind.NUMBER})


class Cursor:
    """Reads tokens, literals and lists. ``token`` is the next one; words and signs are known by their key alone."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens_of(text)
        self.token = next(self._tokens)

    def advance(self) -> Token:
        """Give the token and go on to the one behind it; not at the end."""
        token, self.token = self.token, next(self._tokens)
        return token

    def take(self, key: str) -> bool:
        """Go on when this word or sign stands here, and say whether it did."""
        if self.token.key != key:
            return False
        self.advance()
        return True

    def need(self, key: str) -> None:
        if not self.take(key):
            self.fail(repr(key))

    def closed(self, value: T) -> T:
        """Give ``value`` when the parenthesis that it stands in ends here."""
        self.need(")")
        return value

    def fail(self, wanted: str, found: Token | None = None) -> NoReturn:
        found = found or self.token
        raise RestrictionSyntax(f"need {wanted}, found {found}", found.position)

    def fail_at_none_of(self, words: Sequence[str]) -> NoReturn:
        near = nearest(self.token.key, words)
        meant = "" if near is None else f"; did you mean {near}?"
        raise RestrictionSyntax(f"need one of {', '.join(words)}, found {self.token}{meant}", self.token.position)

    def items(self, end: str, read: Callable[[], T]) -> list[T]:
        """Read what commas part, perhaps nothing, up to the token ``end``, which stays to be read."""
        if self.token.text == end:
            return []
        found = [read()]
        while self.take(","):
            found.append(read())
        return found

    def arguments(self, read: Callable[[], T]) -> list[T]:
        self.need("(")
        return self.closed(self.items(")", read))

    @property
    def is_at_literal(self) -> bool:
        return self.token.kind in _LITERALS or self.token.key in {"true", "false", "("}

    def literal(self) -> object:
        if self.token.text != "(":
            return self._single()
        return tuple(self.arguments(self._single))

    def text(self) -> str:
        if self.token.kind is not Kind.TEXT:
            self.fail("a text in double quotes")
        return str(self._single())

    def whole_number(self, wanted: str = "a whole number") -> int:
        at_number = self.token
        number = self._single() if at_number.kind is Kind.NUMBER else None
        return number if isinstance(number, int) else self.fail(wanted, at_number)

    def _single(self) -> object:
        token = self.token
        if token.key in {"true", "false"}:
            self.advance()
            return token.key == "true"
        if token.kind not in _LITERALS:
            self.fail(f"a value ({TEXT_REMEDY})" if token.kind is Kind.WORD else "a value")
        try:
            value = _read(token)
        except ValueError as error:
            raise RestrictionSyntax(f"{token}: {error}", token.position) from error
        self.advance()
        return value


def _read(token: Token) -> object:
    match token.kind:
        case Kind.TEXT:
            return unescape(token.text[1:-1])
        case Kind.OCTETS:
            return read_octets(token.text[2:-1])
        case Kind.GUID:
            return UUID(token.text)
        case Kind.TIME:
            return read_time(token.text)
        case _:
            return read_number(token.text)
