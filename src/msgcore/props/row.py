"""One row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast, overload

from msgcore.errors import PropertyNotFound, StoreError
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.tags import Property
from msgcore.props.values import PropertyError, PropertyErrorCode

__all__ = ["Row"]

T = TypeVar("T")
D = TypeVar("D")


class Row:
    """Values by column. A column without a value holds a :class:`~msgcore.props.values.PropertyError`."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: tuple[PropertyKey, ...], values: Mapping[BagKey, object]) -> None:
        self._columns = columns
        self._values = values

    def __getitem__(self, tag: Property[T]) -> T:
        """Give the value.

        Raises:
            PropertyNotFound: the row has none, or no such column.
            StoreError: the value cannot be read; the text says why.
        """
        value = self._values.get(tag.bag_key)
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
        value = self._values.get(tag.bag_key)
        return default if value is None or isinstance(value, PropertyError) else value

    def error(self, tag: PropertyKey) -> PropertyError | None:
        """Say why a column has no value; ``None`` when it has one."""
        value = self._values.get(tag.bag_key, PropertyError(PropertyErrorCode.NOT_FOUND))
        return value if isinstance(value, PropertyError) else None

    @property
    def columns(self) -> tuple[PropertyKey, ...]:
        return self._columns

    def __repr__(self) -> str:
        shown = ", ".join(f"{tag.label}={self._values.get(tag.bag_key)!r}" for tag in self._columns)
        return f"<Row {shown}>"
