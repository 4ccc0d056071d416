"""Places in a table's order: a cursor and a bookmark stand between two rows, never on one.

A place is a row's key, or the values of a category's header. It has its spot in the order whether or not the row is
there any more; so a row that arrives or goes makes no page skip or repeat another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

import attrs

from msgcore.props.row import Row
from msgcore.spi.store import RowKey

__all__ = ["BEGINNING", "END", "Bookmark", "Gap", "HeaderPlace", "Page", "Position"]


@attrs.frozen
class HeaderPlace:
    """Where a category's header stands: the values of its category keys, from the outermost on."""

    values: tuple[object, ...]


@attrs.frozen
class Gap:
    """Right before ``place``, or right after it; without a place, before every row or after every row."""

    place: RowKey | HeaderPlace | None
    is_after: bool = False


BEGINNING = Gap(None)
END = Gap(None, is_after=True)


P_co = TypeVar("P_co", bound=RowKey | HeaderPlace, covariant=True)


@attrs.frozen
class Page(Generic[P_co]):
    """Rows as they are shown, and where each stands: a place is made when it is asked for, for few are."""

    rows: Sequence[Row]
    _make_place: Callable[[int], P_co]
    _places: dict[int, P_co] = attrs.field(init=False, factory=dict[int, P_co])

    def place(self, number: int) -> P_co:
        known = self._places.get(number)
        if known is None:
            known = self._places[number] = self._make_place(number)
        return known

    @property
    def end(self) -> Gap:
        """The gap behind the last of its rows, of which there is one."""
        return Gap(self.place(len(self.rows) - 1), is_after=True)


@attrs.frozen(eq=False)
class Bookmark:
    """A place in one table, from its :meth:`create_bookmark`; or one of the three that every table has."""

    BEGINNING: ClassVar[Bookmark]
    CURRENT: ClassVar[Bookmark]
    END: ClassVar[Bookmark]

    name: str = "bookmark"


Bookmark.BEGINNING = Bookmark("beginning")
Bookmark.CURRENT = Bookmark("current")
Bookmark.END = Bookmark("end")


@attrs.frozen
class Position:
    """How many rows stand before the cursor, and how many there are."""

    row: int
    count: int

    @property
    def fraction(self) -> float:
        """How much of the table stands before the cursor, from 0 to 1; of an empty table nothing."""
        return self.row / self.count if self.count else 0.0
