"""The keys of SEARCH as predicates (RFC 9051 section 6.4.4, RFC 5032, RFC 7162)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs

from msgcore.wire.imap.server.answer import bad, no
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.handler import ServedMessage
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["SearchKeys", "Searched"]

Test = Callable[["Searched"], bool]

_CHARSETS = {"US-ASCII": "ascii", "UTF-8": "utf-8", "ISO-8859-1": "latin-1"}
_FLAGS = {
    "ANSWERED": "\\Answered", "DELETED": "\\Deleted", "DRAFT": "\\Draft", "FLAGGED": "\\Flagged", "SEEN": "\\Seen",
}  # fmt: skip
_DEPTH = 50
_MAX_KEYS = 10_000


@attrs.frozen
class Searched:
    """A message that a search looks at, and its number."""

    number: int
    message: ServedMessage


class SearchKeys:
    """Reads keys; ``last_number`` and ``last_uid`` are what ``*`` means, ``now`` what YOUNGER counts from."""

    def __init__(
        self, arguments: Arguments, offers: frozenset[str], last_number: int, last_uid: int, now: datetime
    ) -> None:
        self._arguments = arguments
        self._offers = offers
        self._last_number = last_number
        self._last_uid = last_uid
        self._now = now
        self._charset = "utf-8"
        self._keys = 0
        self.needs_modseq = False

    def take(self) -> Test:
        """Take all of the program.

        Raises:
            Refusal: BAD for no keys, NO with BADCHARSET for a charset that is not known.
        """
        if self._arguments.has_word(b"CHARSET"):
            self._arguments.space()
            self.take_charset()
        test = self._several(0)
        self._arguments.end()
        return test

    def take_charset(self) -> None:
        """Take the name of a charset, and the blank behind it."""
        name = self._arguments.astring().decode("latin-1").upper()
        if name not in _CHARSETS:
            raise no("no such charset", "BADCHARSET (US-ASCII UTF-8 ISO-8859-1)")
        self._charset = _CHARSETS[name]
        self._arguments.space()

    def _several(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while not self._arguments.is_at_end and not self._arguments.is_next(b")"):
            self._arguments.space()
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda one: all(test(one) for test in tests)

    def _one(self, depth: int) -> Test:
        self._keys += 1
        if depth > _DEPTH or self._keys > _MAX_KEYS:
            raise bad("too many keys", "LIMIT")
        if self._arguments.has(b"("):
            test = self._several(depth + 1)
            self._arguments.need(b")")
            return test
        if self._arguments.is_set_next():
            numbers = _members(self._arguments.numbers(self._last_number))
            return lambda one: numbers(one.number)
        return self._named(self._arguments.word(), depth)

    def _named(self, name: str, depth: int) -> Test:
        if name == "NOT":
            test = self._after_space(depth)
            return lambda one: not test(one)
        if name == "OR":
            first, second = self._after_space(depth), self._after_space(depth)
            return lambda one: first(one) or second(one)
        if name in _WITHOUT_ARGUMENT:
            return _WITHOUT_ARGUMENT[name]
        flag = name.removeprefix("UN")
        if flag in _FLAGS:
            return _has_flag(_FLAGS[flag], is_set=flag == name)
        if name not in _WITH_ARGUMENT or (name in {"YOUNGER", "OLDER"} and "WITHIN" not in self._offers):
            raise bad(f"no such key: {name}")
        self._arguments.space()
        return _WITH_ARGUMENT[name](self, name)

    def _after_space(self, depth: int) -> Test:
        self._arguments.space()
        return self._one(depth + 1)

    # Keys with arguments; each takes its own.

    def take_uid(self, _: str) -> Test:
        numbers = _members(self._arguments.numbers(self._last_uid))
        return lambda one: numbers(one.message.uid)

    def take_keyword(self, name: str) -> Test:
        return _has_flag(self._arguments.atom().decode("latin-1"), is_set=name == "KEYWORD")

    def take_size(self, name: str) -> Test:
        limit = self._arguments.number()
        if name == "LARGER":
            return lambda one: len(one.message.octets) > limit
        return lambda one: len(one.message.octets) < limit

    def take_date(self, name: str) -> Test:
        day = self._arguments.date()
        get = _sent_day if name.startswith("SENT") else _internal_day
        match name.removeprefix("SENT"):
            case "BEFORE":
                return lambda one: (found := get(one)) is not None and found < day
            case "ON":
                return lambda one: get(one) == day
            case _:
                return lambda one: (found := get(one)) is not None and found >= day

    def take_age(self, name: str) -> Test:
        limit = self._now - timedelta(seconds=min(self._arguments.number(), 10**9))
        if name == "YOUNGER":
            return lambda one: one.message.internal_date >= limit
        return lambda one: one.message.internal_date <= limit

    def take_field(self, name: str) -> Test:
        text = self._text()
        return lambda one: _is_in(text, one.message.fields(name))

    def take_header(self, _: str) -> Test:
        name = self._arguments.astring().decode("latin-1")
        self._arguments.space()
        text = self._text()
        return lambda one: _is_in(text, one.message.fields(name))

    def take_body(self, _: str) -> Test:
        text = self._text()
        return lambda one: text in one.message.body_text.casefold()

    def take_anywhere(self, _: str) -> Test:
        text = self._text()
        return lambda one: text in one.message.header_text.casefold() or text in one.message.body_text.casefold()

    def take_modseq(self, _: str) -> Test:
        if "CONDSTORE" not in self._offers:
            raise bad("CONDSTORE is not offered")
        self.needs_modseq = True
        if self._arguments.is_next(b'"'):
            self._arguments.string()
            self._arguments.space()
            self._arguments.word()
            self._arguments.space()
        limit = self._arguments.number()
        return lambda one: one.message.modseq >= limit

    def take_email_id(self, _: str) -> Test:
        wanted = self._arguments.astring().decode("latin-1")
        return lambda one: one.message.email_id == wanted

    def _text(self) -> str:
        try:
            return self._arguments.astring().decode(self._charset).casefold()
        except UnicodeDecodeError:
            raise bad("the text is not of this charset") from None


def _members(numbers: UidSet) -> Callable[[int], bool]:
    """Look numbers up, also in a set of many ranges."""
    if len(numbers.ranges) < 20:
        return numbers.__contains__
    if len(numbers) <= 1_000_000:
        return frozenset(numbers).__contains__
    return numbers.__contains__


def _has_flag(flag: str, *, is_set: bool) -> Test:
    wanted = flag.casefold()
    return lambda one: (wanted in {have.casefold() for have in one.message.flags}) is is_set


def _is_in(text: str, values: Sequence[str]) -> bool:
    return any(text in value.casefold() for value in values)


def _sent_day(one: Searched) -> date | None:
    return one.message.sent


def _internal_day(one: Searched) -> date | None:
    return one.message.internal_date.astimezone(UTC).date()


_WITHOUT_ARGUMENT: Mapping[str, Test] = {
    "ALL": lambda _: True,
    "NEW": lambda _: False,  # \Recent is nobody's here (RFC 9051 appendix E)
    "OLD": lambda _: True,
    "RECENT": lambda _: False,
}
_WITH_ARGUMENT: Mapping[str, Callable[[SearchKeys, str], Test]] = {
    "UID": SearchKeys.take_uid,
    "KEYWORD": SearchKeys.take_keyword,
    "UNKEYWORD": SearchKeys.take_keyword,
    "LARGER": SearchKeys.take_size,
    "SMALLER": SearchKeys.take_size,
    **dict.fromkeys(("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"), SearchKeys.take_date),
    **dict.fromkeys(("YOUNGER", "OLDER"), SearchKeys.take_age),
    **dict.fromkeys(("FROM", "TO", "CC", "BCC", "SUBJECT"), SearchKeys.take_field),
    "HEADER": SearchKeys.take_header,
    "BODY": SearchKeys.take_body,
    "TEXT": SearchKeys.take_anywhere,
    "MODSEQ": SearchKeys.take_modseq,
    "EMAILID": SearchKeys.take_email_id,
}
