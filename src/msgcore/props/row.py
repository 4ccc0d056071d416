"""One row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast, overload

import attrs

from msgcore.errors import PropertyNotFound, StoreError
from msgcore.props.key import BagKey, PropertyKey, check_key
from msgcore.props.tags import Property
from msgcore.props.values import PropertyError, PropertyErrorCode

__all__ = ["Row", "RowLayout", "RowSet"]

T = TypeVar("T")
D = TypeVar("D")


_NOT_FOUND = PropertyError(PropertyErrorCode.NOT_FOUND)

Place = tuple[Any, Callable[[Any], object] | None]


@attrs.frozen(eq=False)
class RowLayout:
    """Where a store's raw rows have the values of the columns: at which place, and how one is made of what is there.

    ``None`` at a place means that there is no value; without a function the value stands there as it is.
    """

    columns: tuple[PropertyKey, ...]
    places: Mapping[BagKey, Place]

    def value(self, raw: Any, tag: PropertyKey) -> object:
        """Make a column's value of a raw row."""
        try:
            place = self.places.get(tag.bag_key)
        except AttributeError:
            check_key(tag)
            raise
        if place is None:
            return None
        at, make = place
        value = raw[at]
        return value if make is None or value is None else make(value)


@lru_cache(1_000)
def _by_key(columns: tuple[PropertyKey, ...]) -> RowLayout:
    """Lay out rows whose raw form is a mapping."""
    return RowLayout(columns, {tag.bag_key: (tag.bag_key, None) for tag in columns})


@lru_cache(1_000)
def _narrowed(layout: RowLayout, columns: tuple[PropertyKey, ...]) -> RowLayout:
    return RowLayout(columns, {tag.bag_key: layout.places[tag.bag_key] for tag in columns})


class Row:
    """Values by column. A column without a value holds a :class:`~msgcore.props.values.PropertyError`.

    Iterating gives the columns, and ``len()`` their number; ``tag in row`` says whether there is a value. Rows with the
    same columns and the same values are equal.
    """

    __slots__ = ("_layout", "_raw")
    __hash__ = None  # type: ignore[assignment]  # how Python says that there is none

    def __init__(self, columns: tuple[PropertyKey, ...], values: Mapping[BagKey, object]) -> None:
        """Make a row of values; a column without one has none."""
        self._layout = _by_key(columns)
        self._raw: Any = {tag.bag_key: values.get(tag.bag_key) for tag in columns}

    @classmethod
    def several(cls, layout: RowLayout, found: Iterable[Any]) -> list[Row]:
        """Make rows of what a store's query gave; values are made of it when they are asked for."""
        new = cls.__new__
        rows: list[Row] = []
        for raw in found:
            row = new(cls)
            row._layout = layout
            row._raw = raw
            rows.append(row)
        return rows

    @staticmethod
    def laid_out(rows: Sequence[Row]) -> tuple[set[RowLayout], list[Any]]:
        """Give the layouts of rows, which those of one query share as a rule, and what each row is made of."""
        return {row._layout for row in rows}, [row._raw for row in rows]

    def __getitem__(self, tag: Property[T]) -> T:
        """Give the value.

        Raises:
            PropertyNotFound: the row has none, or no such column.
            StoreError: the value cannot be read; the text says why.
        """
        value = self._layout.value(self._raw, tag)
        if value is None or (isinstance(value, PropertyError) and value.code is PropertyErrorCode.NOT_FOUND):
            raise PropertyNotFound(tag.label)
        if isinstance(value, PropertyError):
            raise StoreError(f"{tag.label}: {value.code.name}: {value.text}")
        return cast(T, value)

    @overload
    def get(self, tag: Property[T]) -> T | None: ...
    @overload
    def get(self, tag: Property[T], default: D) -> T | D: ...
    def get(self, tag: Property[Any], default: object = None) -> object:
        """Give a column's value, or ``default`` where it has none or an error stands for it (:meth:`error`)."""
        # What RowLayout.value() does, without the call: this is what is asked most of all.
        try:
            at, make = self._layout.places[tag.bag_key]
        except KeyError:
            return default
        except AttributeError:
            check_key(tag)
            raise
        value = self._raw[at]
        if make is not None and value is not None:
            value = make(value)
        return default if value is None or type(value) is PropertyError else value

    def __contains__(self, tag: object) -> bool:
        value = self._layout.value(self._raw, cast(PropertyKey, tag))
        return value is not None and not isinstance(value, PropertyError)

    def __iter__(self) -> Iterator[PropertyKey]:
        return iter(self._layout.columns)

    def __len__(self) -> int:
        return len(self._layout.columns)

    def items(self) -> Iterator[tuple[PropertyKey, object]]:
        """Give each column with its value, or with the error that says why it has none."""
        for tag in self._layout.columns:
            value = self._layout.value(self._raw, tag)
            yield tag, _NOT_FOUND if value is None else value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return self._layout.columns == other._layout.columns and list(self.items()) == list(other.items())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the values: what the store made them of belongs to this process."""
        return Row, (self.columns, _values(self))

    def error(self, tag: PropertyKey) -> PropertyError | None:
        """Say why a column has no value; ``None`` when it has one."""
        value = self._layout.value(self._raw, tag)
        if value is None:
            return _NOT_FOUND
        return value if isinstance(value, PropertyError) else None

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._layout.columns

    def __repr__(self) -> str:
        shown = ", ".join(f"{tag.label}={_shown(value)}" for tag, value in self.items())
        return f"<Row {shown}>"


class RowSet(Sequence[Row]):
    """The rows that answer one query, all of the same columns: each is made when it is taken, anew each time."""

    __slots__ = ("_layout", "_raw")

    def __init__(self, layout: RowLayout, raw: Sequence[Any]) -> None:
        """Make rows of what a store's query gave; their values are made of it when they are asked for."""
        self._layout = layout
        self._raw = raw

    @classmethod
    def of(cls, columns: tuple[PropertyKey, ...], rows: Sequence[Row]) -> RowSet | None:
        """Take rows of these columns as a set; ``None`` where one has others."""
        if isinstance(rows, RowSet):
            return rows if rows._layout.columns == columns else None
        layouts, raw = Row.laid_out(rows)
        if any(layout.columns != columns for layout in layouts):
            return None
        if len(layouts) == 1:
            return cls(layouts.pop(), raw)
        return _set_of(columns, [_values(row) for row in rows])

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._layout.columns

    def showing(self, columns: tuple[PropertyKey, ...]) -> RowSet:
        """Give the rows with only these of their columns."""
        return self if columns == self._layout.columns else RowSet(_narrowed(self._layout, columns), self._raw)

    def value(self, number: int, tag: PropertyKey) -> object:
        """Give a value of the row with this number: ``None``, or an error, where it has none."""
        return self._layout.value(self._raw[number], tag)

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> RowSet: ...
    def __getitem__(self, index: int | slice) -> Row | RowSet:
        if isinstance(index, slice):
            return RowSet(self._layout, self._raw[index])
        return Row.several(self._layout, [self._raw[index]])[0]

    def __iter__(self) -> Iterator[Row]:
        return iter(Row.several(self._layout, self._raw))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(cast("Sequence[object]", other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the values, as a row does."""
        return _set_of, (self.columns, [_values(row) for row in self])

    def __repr__(self) -> str:
        return repr(list(self))


def _set_of(columns: tuple[PropertyKey, ...], values: Sequence[Mapping[BagKey, object]]) -> RowSet:
    return RowSet(_by_key(columns), values)


def _values(row: Row) -> dict[BagKey, object]:
    return {tag.bag_key: value for tag, value in row.items()}


def _shown(value: object) -> str:
    return PropertyErrorCode.NOT_FOUND.name if value == _NOT_FOUND else repr(value)
