"""Property tags and named properties: typed keys that also build restrictions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar, cast, overload
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
    PropertyComparison,
    Relation,
    Restriction,
    Size,
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
    "TakesValue",
    "ValueSize",
    "check_name",
    "header_property",
]

T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)
Element = TypeVar("Element")

PS_MAPI = UUID("00020328-0000-0000-c000-000000000046")
PS_PUBLIC_STRINGS = UUID("00020329-0000-0000-c000-000000000046")
PS_INTERNET_HEADERS = UUID("00020386-0000-0000-c000-000000000046")


@attrs.frozen(order=False)
class ValueSize:
    """The size of a property's value, which ``<`` and its kin make a restriction of."""

    tag: PropertyKey

    def __lt__(self, size_octets: int) -> Restriction:
        return Size(self.tag, Relation.LT, size_octets)

    def __le__(self, size_octets: int) -> Restriction:
        return Size(self.tag, Relation.LE, size_octets)

    def __gt__(self, size_octets: int) -> Restriction:
        return Size(self.tag, Relation.GT, size_octets)

    def __ge__(self, size_octets: int) -> Restriction:
        return Size(self.tag, Relation.GE, size_octets)


class Property(PropertyKey, Generic[T_co]):
    """A property whose value is a ``T``. ``<`` and its kin build restrictions; ``==`` compares the tags themselves."""

    __slots__ = ()

    def __lt__(self, value: T_co | Property[T_co]) -> Restriction:
        return self._compared(Relation.LT, value)

    def __le__(self, value: T_co | Property[T_co]) -> Restriction:
        return self._compared(Relation.LE, value)

    def __gt__(self, value: T_co | Property[T_co]) -> Restriction:
        return self._compared(Relation.GT, value)

    def __ge__(self, value: T_co | Property[T_co]) -> Restriction:
        return self._compared(Relation.GE, value)

    @overload
    def equals(
        self: Property[tuple[Element, ...]],
        value: Element | tuple[Element, ...] | PropertyKey,
        *,
        ignore_case: bool = False,
        ignore_non_space: bool = False,
    ) -> Restriction: ...
    @overload
    def equals(
        self, value: T_co | Property[T_co], *, ignore_case: bool = False, ignore_non_space: bool = False
    ) -> Restriction: ...
    def equals(self, value: object, *, ignore_case: bool = False, ignore_non_space: bool = False) -> Restriction:
        """Hold where the value is ``value``, or that of another property; a text may ignore case and diacritics."""
        if ignore_case or ignore_non_space:
            return self._content(ContentMode.FULL, value, ignore_case, ignore_non_space)
        return self._compared(Relation.EQ, value)

    @overload
    def not_equals(
        self: Property[tuple[Element, ...]], value: Element | tuple[Element, ...] | PropertyKey
    ) -> Restriction: ...
    @overload
    def not_equals(self, value: T_co | Property[T_co]) -> Restriction: ...
    def not_equals(self, value: object) -> Restriction:
        """Hold where the property is there with another value, or another than that of another property."""
        return self._compared(Relation.NE, value)

    @overload
    def is_in(self: Property[tuple[Element, ...]], values: Iterable[Element | tuple[Element, ...]]) -> Restriction: ...
    @overload
    def is_in(self, values: Iterable[T_co]) -> Restriction: ...
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

    def has_words(self, text: str, *, ignore_case: bool = True, ignore_non_space: bool = True) -> Restriction:
        """Hold where the words of ``text`` stand in the value one behind the other, the last one perhaps cut short.

        As a search box does it: ``has_words("quarterly rep")`` finds a quarterly report.
        """
        return self._content(ContentMode.WORD_PREFIX, text, ignore_case, ignore_non_space)

    def has_phrase(self, text: str, *, ignore_case: bool = True, ignore_non_space: bool = True) -> Restriction:
        """Hold where the words of ``text`` stand in the value one behind the other, each whole."""
        return self._content(ContentMode.PHRASE, text, ignore_case, ignore_non_space)

    def matches(self, pattern: str) -> Restriction:
        """Hold where the regular expression is found in the text (RE2's syntax; needs the extra ``regex``)."""
        return Comparison(self, Relation.MATCHES, pattern)

    @property
    def value_size(self) -> ValueSize:
        """The size of the value in octets, to compare with: ``PidTagBody.value_size > 10_000``."""
        return ValueSize(self)

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
        """Sort by it, what has no value first."""
        return SortKey(self)

    def descending(self) -> SortKey:
        """Sort by it the other way round, what has no value last."""
        return SortKey(self, is_descending=True)

    def _compared(self, relation: Relation, value: object) -> Restriction:
        if isinstance(value, PropertyKey):
            return PropertyComparison(self, relation, value)
        return Comparison(self, relation, value)

    def _content(
        self, mode: ContentMode, value: object, ignore_case: bool = False, ignore_non_space: bool = False
    ) -> Restriction:
        if not isinstance(value, str | bytes):
            raise UsageError(f"{self.label}: need text to look for, got {type(value).__name__}")
        return Content(self, mode, value, ignore_case, ignore_non_space)


class TakesValue(Protocol[T_contra]):
    """A property to which a value of this type may be given: to type checkers only.

    A ``Property[str]`` is a ``Property[object]`` to whoever reads it, and so would take anything.
    """

    def __lt__(self, value: T_contra) -> Restriction: ...
    def exists(self) -> Restriction: ...


@attrs.frozen(repr=False, order=False, cache_hash=True)
class PropertyTag(Property[T_co]):
    """A tagged property. Identity is id, type and object kind (``area``): ids are used again between object kinds."""

    id: int
    type: PropertyType
    name: str = attrs.field(eq=False)
    pr_name: str = attrs.field(default="", eq=False)
    area: str = ""
    # Read for each look into a bag: a field is found twice as fast as a method.
    bag_key: BagKey = attrs.field(init=False, eq=False, default=attrs.Factory(lambda tag: tag.id, takes_self=True))
    value_type: PropertyType = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda tag: tag.type, takes_self=True)
    )

    @property
    def label(self) -> str:
        return self.name

    @property
    def tag(self) -> int:
        """The 32-bit property tag: the id above the type."""
        return self.id << 16 | self.type

    def __repr__(self) -> str:
        return self.name


@attrs.frozen(repr=False, order=False, cache_hash=True)
class NamedProperty(Property[T_co]):
    """A named property: its set, and a 32-bit LID or a string name, which each store maps to an id of its own.

    Raises:
        UsageError: the set is no UUID, the LID not from 0 to 2**32 - 1, or the type none.
    """

    property_set: UUID
    lid_or_name: int | str
    type: PropertyType
    name: str = attrs.field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        check_name(self.property_set, self.lid_or_name)
        if not isinstance(cast(object, self.type), PropertyType):
            raise UsageError(f"{self.label}: need a PropertyType, got {self.type!r}")

    bag_key: BagKey = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda tag: (tag.property_set, tag.lid_or_name), takes_self=True)
    )
    value_type: PropertyType = attrs.field(
        init=False, eq=False, default=attrs.Factory(lambda tag: tag.type, takes_self=True)
    )

    @property
    def label(self) -> str:
        return self.name or f"{{{self.property_set}}}/{self.lid_or_name}"

    def __repr__(self) -> str:
        return self.label


def check_name(property_set: object, lid_or_name: object) -> None:
    """Raise ``UsageError`` unless these name a property ([MS-OXCDATA] section 2.6.1)."""
    if not isinstance(property_set, UUID):
        raise UsageError(f"a property set is a UUID, not {property_set!r}")
    is_lid = isinstance(lid_or_name, int) and not isinstance(lid_or_name, bool) and 0 <= lid_or_name < 1 << 32
    if not is_lid and not isinstance(lid_or_name, str):
        raise UsageError(f"a named property has a LID of 32 bits or a name, not {lid_or_name!r}")


def header_property(field_name: str) -> NamedProperty[str]:
    """Name the property of an Internet header field that has none of its own ([MS-OXCMAIL] section 2.2.3.1.11.4)."""
    lowered = refuse_line_ends(field_name, "header name").lower()
    return NamedProperty(PS_INTERNET_HEADERS, lowered, PropertyType.UNICODE, field_name)
