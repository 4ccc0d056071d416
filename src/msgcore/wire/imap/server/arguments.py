"""The arguments of one command, taken from the front one by one (RFC 9051 section 9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeVar

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.server.answer import bad
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["Arguments"]

D = TypeVar("D")

_ATOM = re.compile(rb"[^(){ \x00-\x1f\x7f%*\"\\\]]+")
_ASTRING = re.compile(rb"[^(){ \x00-\x1f\x7f%*\"\\]+")
_PATTERN = re.compile(rb"[^(){ \x00-\x1f\x7f\"\\]+")
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_LITERAL = re.compile(rb"~?\{(\d{1,19})\+?\}\r\n")
_FLAG = re.compile(rb"\\?[^(){ \x00-\x1f\x7f%*\"\\\]]+")
_NUMBER = re.compile(rb"\d{1,19}")
_SET = re.compile(rb"(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*")
_DATE = re.compile(rb'"?(\d{1,2})-([A-Za-z]{3})-(\d{4})"?')
_DATE_TIME = re.compile(rb'"([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')
_MONTHS = (b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC")


class Arguments:
    """What stands behind a verb, with its literals in place: the methods take what they are named after.

    They raise :class:`~msgcore.wire.imap.server.answer.Refusal` for anything else.
    """

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._place = 0

    @property
    def is_at_end(self) -> bool:
        return self._place >= len(self._octets)

    def end(self) -> None:
        if not self.is_at_end:
            raise bad(f"too much: {self._here()}")

    def is_next(self, octets: bytes) -> bool:
        return self._octets.startswith(octets, self._place)

    def has(self, octets: bytes) -> bool:
        """Take these octets if they come next, and say whether they did."""
        is_next = self.is_next(octets)
        if is_next:
            self._place += len(octets)
        return is_next

    def need(self, octets: bytes) -> None:
        if not self.has(octets):
            raise bad(f"need {octets!r}, not {self._here()}")

    def has_word(self, word: bytes) -> bool:
        """Take this word, of any case, if it comes next."""
        end = self._place + len(word)
        is_next = self._octets[self._place : end].upper() == word and self._octets[end : end + 1] in {b"", b" ", b")"}
        if is_next:
            self._place = end
        return is_next

    def space(self) -> None:
        self.need(b" ")

    def atom(self) -> bytes:
        return self._match(_ATOM, "an atom")[0]

    def word(self) -> str:
        """Take an atom, in upper case."""
        return self.atom().decode("latin-1").upper()

    def astring(self) -> bytes:
        return self._string_or(_ASTRING)

    def pattern(self) -> bytes:
        """Take an astring in which ``*`` and ``%`` may stand, too."""
        return self._string_or(_PATTERN)

    def string(self) -> bytes:
        if self.is_next(b'"'):
            return re.sub(rb"\\(.)", rb"\1", self._match(_QUOTED, "a string")[1])
        return self.literal()

    def literal(self) -> bytes:
        size = int(self._match(_LITERAL, "a string")[1])
        octets = self._octets[self._place : self._place + size]
        self._place += size
        return octets

    def number(self) -> int:
        return int(self._match(_NUMBER, "a number")[0])

    def numbers(self, last: int) -> UidSet:
        """Take a set of numbers, in which ``*`` is ``last``."""
        return _read_set(self._match(_SET, "a set of numbers")[0], last)

    def is_set_next(self) -> bool:
        return _SET.match(self._octets, self._place) is not None

    def flags(self) -> frozenset[str]:
        """Take flags, in brackets or not."""
        if not self.is_next(b"("):
            found = [self._flag()]
            while self.has(b" "):
                found.append(self._flag())
            return frozenset(found)
        self.need(b"(")
        listed: list[str] = []
        while not self.has(b")"):
            if listed:
                self.space()
            listed.append(self._flag())
        return frozenset(listed)

    def words(self) -> list[str]:
        """Take a list of atoms in brackets, in upper case."""
        found: list[str] = []
        self.need(b"(")
        while not self.has(b")"):
            if found:
                self.space()
            found.append(self.word())
        return found

    def date(self) -> date:
        found = self._match(_DATE, "a date")
        return self._moment(lambda: date(int(found[3]), _month(found[2]), int(found[1])))

    def date_time(self) -> datetime:
        found = self._match(_DATE_TIME, "a date and time")
        offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == b"-" else 1)
        clock = int(found[4]), int(found[5]), int(found[6])
        return self._moment(
            lambda: datetime(int(found[3]), _month(found[2]), int(found[1]), *clock, tzinfo=timezone(offset))
        ).astimezone(UTC)

    def _moment(self, make: Callable[[], D]) -> D:
        try:
            return make()
        except (ValueError, OverflowError):
            raise bad("there is no such date") from None

    def take_match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        found = pattern.match(self._octets, self._place)
        if found is not None:
            self._place = found.end()
        return found

    def _match(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        found = self.take_match(pattern)
        if found is None:
            raise bad(f"need {what}, not {self._here()}")
        return found

    def _string_or(self, pattern: re.Pattern[bytes]) -> bytes:
        if self.is_next(b'"') or _LITERAL.match(self._octets, self._place):
            return self.string()
        return self._match(pattern, "a string")[0]

    def _flag(self) -> str:
        return self._match(_FLAG, "a flag")[0].decode("latin-1")

    def _here(self) -> str:
        return self._octets[self._place : self._place + 20].decode("latin-1") or "the end"


def _month(name: bytes) -> int:
    return _MONTHS.index(name.upper()) + 1


def _read_set(octets: bytes, last: int) -> UidSet:
    """``*`` is the last number, also where a range names it beyond that (RFC 9051 section 9, ``seq-range``)."""
    if not last and octets == b"*":
        return UidSet()
    try:
        return UidSet.parse(octets.replace(b"*", b"%d" % min(max(last, 1), MAX_UID)))
    except ProtocolBroken:
        raise bad("a number is out of bounds") from None
