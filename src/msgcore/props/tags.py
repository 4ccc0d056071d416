"""Property tags and named properties: typed keys that also build restrictions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar
from uuid import UUID

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import (
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Exists,
    Or,
    Relation,
    Restriction,
    SortKey,
)
from msgcore.props.types import PropertyType

__all__ = [
    "PS_INTERNET_HEADERS",
    "PS_MAPI",
    "PS_PUBLIC_STRINGS",
    "NamedProperty",
    "Property",
    "PropertyTag",
    "header_property",
]

T_co = TypeVar("T_co", covariant=True)

PS_MAPI = UUID("00020328-0000-0000-c000-000000000046")
PS_PUBLIC_STRINGS = UUID("00020329-0000-0000-c000-000000000046")
PS_INTERNET_HEADERS = UUID("00020386-0000-0000-c000-000000000046")


class Property(PropertyKey, Generic[T_co]):
    """A property whose value is a ``T``. ``<`` and its kin build restrictions; ``==`` compares the tags themselves."""

    __slots__ = ()

    def __lt__(self, value: object) -> Restriction:
        return Comparison(self, Relation.LT, value)

    def __le__(self, value: object) -> Restriction:
        return Comparison(self, Relation.LE, value)

    def __gt__(self, value: object) -> Restriction:
        return Comparison(self, Relation.GT, value)

    def __ge__(self, value: object) -> Restriction:
        return Comparison(self, Relation.GE, value)

    def equals(self, value: object, *, ignore_case: bool = False) -> Restriction:
        """Hold where the value is ``value``; a text may ignore case."""
        if ignore_case:
            return self._content(ContentMode.FULL, value, ignore_case=True)
        return Comparison(self, Relation.EQ, value)

    def not_equals(self, value: object) -> Restriction:
        """Hold where the property is there with another value."""
        return Comparison(self, Relation.NE, value)

    def is_in(self, values: Iterable[object]) -> Restriction:
        """Hold where the value is one of ``values``."""
        return Or(tuple(Comparison(self, Relation.EQ, value) for value in values))

    def contains(self, text: str | bytes, *, ignore_case: bool = False, ignore_non_space: bool = False) -> Restriction:
        """Hold where ``text`` stands anywhere in the value."""
        return self._content(ContentMode.SUBSTRING, text, ignore_case, ignore_non_space)

    def starts_with(
        self, text: str | bytes, *, ignore_case: bool = False, ignore_non_space: bool = False
    ) -> Restriction:
        """Hold where the value starts with ``text``."""
        return self._content(ContentMode.PREFIX, text, ignore_case, ignore_non_space)

    def exists(self) -> Restriction:
        """Hold where the row has the property."""
        return Exists(self)

    def has_any_bit(self, mask: int) -> Restriction:
        """Hold where some bit of ``mask`` is set."""
        return Bitmask(self, mask)

    def has_no_bit(self, mask: int) -> Restriction:
        """Hold where the property is there and no bit of ``mask`` is set."""
        return Bitmask(self, mask, is_set=False)

    def ascending(self) -> SortKey:
        return SortKey(self)

    def descending(self) -> SortKey:
        return SortKey(self, is_descending=True)

    def _content(
        self, mode: ContentMode, value: object, ignore_case: bool = False, ignore_non_space: bool = False
    ) -> Restriction:
        if not isinstance(value, str | bytes):
            raise UsageError(f"{self.label}: need text to look for, got {type(value).__name__}")
        return Content(self, mode, value, ignore_case, ignore_non_space)


@attrs.frozen(repr=False, order=False)
class PropertyTag(Property[T_co]):
    """A tagged property. Identity is id, type and object kind (``area``): ids are used again between object kinds."""

    id: int
    type: PropertyType
    name: str = attrs.field(eq=False)
    pr_name: str = attrs.field(default="", eq=False)
    area: str = ""
    # Read for each look into a bag: a field is found twice as fast as a method.
    bag_key: BagKey = attrs.field(init=False, eq=False, default=attrs.Factory(lambda tag: tag.id, takes_self=True))

    @property
    def value_type(self) -> PropertyType:
        return self.type

    @property
    def label(self) -> str:
        return self.name

    @property
    def tag(self) -> int:
        """The 32-bit property tag: the id above the type."""
        return self.id << 16 | self.type

    def __repr__(self) -> str:
        return self.name


@attrs.frozen(repr=False, order=False)
class NamedProperty(Property[T_co]):
    """A named property: its set, and a 32-bit LID or a string name, which each store maps to an id of its own."""

    property_set: UUID
    lid_or_name: int | str
    type: PropertyType
    name: str = attrs.field(default="", eq=False)
    bag_key: BagKey = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda tag: (tag.property_set, tag.lid_or_name), takes_self=True)
    )

    @property
    def value_type(self) -> PropertyType:
        return self.type

    @property
    def label(self) -> str:
        return self.name or f"{{{self.property_set}}}/{self.lid_or_name}"

    def __repr__(self) -> str:
        return self.label


def header_property(field_name: str) -> NamedProperty[str]:
    """Name the property of an Internet header field that has none of its own ([MS-OXCMAIL] section 2.2.3.1.11.4)."""
    lowered = refuse_line_ends(field_name, "header name").lower()
    return NamedProperty(PS_INTERNET_HEADERS, lowered, PropertyType.UNICODE, field_name)
