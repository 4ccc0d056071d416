"""What to search for, as the search keys of RFC 9051 section 6.4.4 and its extensions: put together, not yet said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import cast

import attrs

from msgcore.errors import UsageError
from msgcore.wire.imap.command import Argument, Atom
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["SearchCriteria", "all_of", "header", "key", "not_", "or_", "saved", "uids"]

_NAME = re.compile(r"[A-Z][A-Z0-9-]*")
_ATOM = re.compile(r'[^\x00-\x20\x7f-\U0010ffff(){%*"\\\]]+')
_ATOM_KEYS = frozenset({"EMAILID", "KEYWORD", "THREADID", "UNKEYWORD"})
_ALL = UidSet(((1, MAX_UID),))
_SHORT_RANGES = 50
_OTHER_OCTETS = 20
_QUOTED_OCTETS = 1_000  # what is longer is a literal, and not on the line
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EXTENSIONS = {
    "EMAILID": "OBJECTID",
    "MODSEQ": "CONDSTORE",
    "OLDER": "WITHIN",
    "SAVEDATESUPPORTED": "SAVEDATE",
    "SAVEDBEFORE": "SAVEDATE",
    "SAVEDON": "SAVEDATE",
    "SAVEDSINCE": "SAVEDATE",
    "THREADID": "OBJECTID",
    "X-GM-LABELS": "X-GM-EXT-1",
    "X-GM-MSGID": "X-GM-EXT-1",
    "X-GM-RAW": "X-GM-EXT-1",
    "X-GM-THRID": "X-GM-EXT-1",
    "YOUNGER": "WITHIN",
}

_Key = UidSet | tuple[Argument, ...]


@attrs.frozen
class SearchCriteria:
    """Search keys that all have to hold; none of them is every message.

    ``is_ascii``: without a charset every server understands it. ``extensions`` are the capabilities that it needs.
    """

    keys: tuple[_Key, ...] = ()
    is_ascii: bool = True
    extensions: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast(object, self.keys), tuple):
            raise UsageError(f'{self.keys!r} are no search keys; key("ALL") makes some')

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """What stands on the line of SEARCH, behind the charset."""
        if not self.keys:
            return (Atom(b"ALL"),)
        return tuple(argument for one in self.keys for argument in _arguments(one))

    @property
    def other_octets(self) -> int:
        """How long it is on the line, about, beside the unique ids that it can be split by."""
        place = self._longest_set()
        others = (one for at, one in enumerate(self.keys) if at != place)
        return sum(_octets(argument) for one in others for argument in _arguments(one))

    def split(self, max_octets: int) -> Sequence[SearchCriteria]:
        """Give criteria that find the same between them, each with so many octets of unique ids at most."""
        place = self._longest_set()
        if place is None:
            return [self]
        among = self.keys[place]
        assert isinstance(among, UidSet)
        before, after = self.keys[:place], self.keys[place + 1 :]
        return [attrs.evolve(self, keys=(*before, some, *after)) for some in among.split(max_octets) or [among]]

    def _longest_set(self) -> int | None:
        sets = [(len(one.ranges), place) for place, one in enumerate(self.keys) if isinstance(one, UidSet)]
        return max(sets)[1] if sets else None


def key(name: str, *values: str | bytes | int | date) -> SearchCriteria:
    """Give the key of this name, such as ``key("SEEN")``, ``key("LARGER", 100)`` or ``key("SINCE", date(2024, 2, 1))``.

    Text is searched for as it is; octets stand for text in UTF-8. Servers compare dates without their times.

    Raises:
        UsageError: this is no name of a key, or no value that it can have.
    """
    name = name.upper()
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no search key")
    said = tuple(_value(name, one) for one in values)
    is_ascii = all(one.isascii() for one in values if isinstance(one, str | bytes))
    extension = _EXTENSIONS.get(name)
    return SearchCriteria(((Atom(name.encode()), *said),), is_ascii, frozenset({extension} if extension else ()))


def header(name: str, text: str | bytes = "") -> SearchCriteria:
    """Find messages that have this header field, and ``text`` in it."""
    return key("HEADER", name, text)


def uids(among: UidSet) -> SearchCriteria:
    """Find messages with these unique ids."""
    return SearchCriteria((among,)) if among else not_(SearchCriteria())


def saved() -> SearchCriteria:
    """Find what the last search with ``SAVE`` among its returns has found (RFC 5182)."""
    return SearchCriteria(((Atom(b"$"),),), extensions=frozenset({"SEARCHRES"}))


def all_of(*criteria: SearchCriteria) -> SearchCriteria:
    """Find what all of these find."""
    return _joined(criteria, tuple(one for each in criteria for one in each.keys))


def or_(*criteria: SearchCriteria) -> SearchCriteria:
    """Find what one of these finds; there is nothing that none of them finds."""
    if not criteria:
        return not_(SearchCriteria())
    sets = [one for each in criteria if len(each.keys) == 1 for one in each.keys if isinstance(one, UidSet)]
    if len(sets) > 1:  # one set, which can be split however long it is
        others = [each for each in criteria if len(each.keys) != 1 or not isinstance(each.keys[0], UidSet)]
        return or_(uids(UidSet.union(*sets)), *others)
    if len(criteria) == 1:
        return criteria[0]
    # OR takes two: halves keep the nesting low, which servers limit.
    half = len(criteria) // 2
    one, other = or_(*criteria[:half]), or_(*criteria[half:])
    return _joined(criteria, ((Atom(b"OR"), *_as_one(one), *_as_one(other)),))


def not_(criteria: SearchCriteria) -> SearchCriteria:
    """Find what these do not find."""
    match criteria.keys:
        case (UidSet() as among,) if len(among.ranges) > _SHORT_RANGES:
            return uids(_ALL.without(among))  # a set, which can be split
        case _:
            pass
    return _joined([criteria], ((Atom(b"NOT"), *_as_one(criteria)),))


def _joined(criteria: Sequence[SearchCriteria], keys: tuple[_Key, ...]) -> SearchCriteria:
    extensions = frozenset(one for each in criteria for one in each.extensions)
    return SearchCriteria(keys, all(one.is_ascii for one in criteria), extensions)


def _as_one(criteria: SearchCriteria) -> tuple[Argument, ...]:
    return criteria.arguments if len(criteria.keys) <= 1 else (criteria.arguments,)


def _arguments(one: _Key) -> tuple[Argument, ...]:
    return (Atom(b"UID"), Atom(bytes(one))) if isinstance(one, UidSet) else one


def _octets(argument: Argument) -> int:
    match argument:
        case tuple():
            return sum(map(_octets, argument)) + 2
        case Atom():
            return len(argument.octets) + 1
        case str() | bytes():
            return len(argument) + 3 if len(argument) <= _QUOTED_OCTETS and argument.isascii() else _OTHER_OCTETS
        case _:
            return _OTHER_OCTETS


def _value(name: str, value: str | bytes | int | date) -> Argument:
    if isinstance(value, date):
        return Atom(f"{value.day}-{_MONTHS[value.month - 1]}-{value.year:04}".encode())
    if isinstance(value, int):
        if value < 0:
            raise UsageError(f"{name} {value}: there are no numbers below 0")
        return Atom(b"%d" % value)
    if name not in _ATOM_KEYS:
        return value
    text = value if isinstance(value, str) else value.decode("latin-1")
    if not _ATOM.fullmatch(text):
        raise UsageError(f"{name} {text!r}: there is no such keyword or id")
    return Atom(text.encode())
