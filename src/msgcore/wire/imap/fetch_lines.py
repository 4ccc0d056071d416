"""FETCH lines in, messages out: each message once, whole, and under its own unique id.

*Theory of operation.* What was asked about a message may come in several lines, which stand next to each other; the
message that came last stays *open* until it is clear that no more is said of it. Any line may also be news of
somebody's change of flags. A line belongs to the fetch when its unique id was asked for and has not been given, and
when it says more than flags (or when nothing else was asked for). What does not belong is left to the session.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import attrs

from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["FetchLines"]

_FIELD_OF = {
    "BODY": "structure",
    "BODYSTRUCTURE": "structure",
    "EMAILID": "email_id",
    "ENVELOPE": "envelope",
    "FLAGS": "flags",
    "INTERNALDATE": "internal_date",
    "MODSEQ": "modseq",
    "RFC822.SIZE": "size_octets",
    "UID": "uid",
}
_NEWS = frozenset({"FLAGS", "MODSEQ", "UID"})
_LINES = 100
"""Of how many lines a message is put together."""


class FetchLines:
    """See above. ``uids`` is what was asked for, or ``None`` for all; ``items`` as FETCH has them, in upper case."""

    def __init__(self, uids: UidSet | None, items: Sequence[str]) -> None:
        self._asked = None if uids is None else _Runs(uids)
        self._given = _Runs()
        self._open: Fetch | None = None
        self._fields = [_FIELD_OF[item] for item in ("UID", *items) if item in _FIELD_OF]
        self._others = sum(item not in _FIELD_OF for item in items)
        self._tells_news = not set(items) - _NEWS
        self._lines = 0
        self.messages: list[Fetch] = []
        self.left: list[Fetch] = []
        """Lines that do not belong to the fetch."""

    def take(self, lines: Sequence[Fetch]) -> None:
        """Take lines as they came; mostly each is of another message."""
        last = self._open
        whole: list[Fetch] = []
        for fetch in lines:
            if last is None or last.number != fetch.number or not (last.uid is None or fetch.uid in {None, last.uid}):
                if last is not None:
                    whole.append(last)
                last = fetch
                self._lines = 1
            elif self._lines < _LINES:
                last = _merged(last, fetch)
                self._lines += 1
            else:
                self._put(whole)
                whole.clear()
                self.left.append(fetch)
        self._open = last
        self._put(whole)

    def seal(self) -> None:
        """Know that no more is said of the message that came last."""
        if self._open is not None:
            self._put([self._open])
            self._open = None

    def _put(self, whole: Sequence[Fetch]) -> None:
        asked, given = self._asked, self._given
        for fetch in whole:
            uid = fetch.uid
            if (
                uid is not None
                and (asked is None or uid in asked)
                and (fetch.sections or self._tells_news or _tells_more(fetch))
                and given.add(uid)
            ):
                self.messages.append(fetch)
            else:
                self.left.append(fetch)

    def seal_if_whole(self) -> None:
        """Know that nothing comes any more: a message of which something is missing is not given."""
        fetch = self._open
        if fetch is None:
            return
        has_others = len(fetch.sections) + len(fetch.other) >= self._others
        if has_others and all(getattr(fetch, name) is not None for name in self._fields):
            self.seal()
        self._open = None

    def forget(self, uids: UidSet) -> None:
        """Take it that these have not been given: they come again."""
        self._given = _Runs(self._given.numbers.without(uids))

    def without_given(self, uids: UidSet) -> UidSet:
        """Leave out what has been given."""
        return uids.without(self._given.numbers)


def _tells_more(fetch: Fetch) -> bool:
    if fetch.size_octets is not None or fetch.envelope is not None or fetch.other or fetch.defects:
        return True
    return any(getattr(fetch, name) is not None for name in _MORE)


def _merged(one: Fetch, other: Fetch) -> Fetch:
    """Give what two lines say of a message; where both say something, the later holds."""
    said = {
        name: value
        for name in _FIELDS
        if (value := getattr(other, name)) is not None and name not in {"sections", "other", "defects"}
    }
    return attrs.evolve(
        one,
        **said,
        sections={**one.sections, **other.sections},
        other={**one.other, **other.other},
        defects=(*one.defects, *other.defects),
    )


_FIELDS = tuple(field.name for field in attrs.fields(Fetch))
_MORE = tuple(
    name for name in _FIELDS if name not in {"number", "uid", "flags", "modseq", "sections", "other", "defects"}
)


class _Runs:
    """Numbers that are held as ranges as long as they rise; those that come late are held one by one."""

    __slots__ = ("_ends", "_late", "_starts")

    def __init__(self, numbers: UidSet = UidSet()) -> None:  # noqa: B008  # frozen
        ranges = UidSet.union(numbers).ranges
        self._starts = [first for first, _ in ranges]
        self._ends = [last for _, last in ranges]
        self._late: set[int] = set()

    @property
    def numbers(self) -> UidSet:
        return UidSet.union(UidSet(tuple(zip(self._starts, self._ends, strict=True))), UidSet.of(self._late))

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._starts, number) - 1
        return (place >= 0 and number <= self._ends[place]) or number in self._late

    def add(self, number: int) -> bool:
        """Add a number, and say whether it is new."""
        ends = self._ends
        if ends and ends[-1] == number - 1:
            ends[-1] = number
        elif not ends or number > ends[-1]:
            self._starts.append(number)
            ends.append(number)
        elif number in self:
            return False
        else:
            self._late.add(number)
        return True
