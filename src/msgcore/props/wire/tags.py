"""Property tags as the 32-bit numbers of a wire, named properties by the ids that a store or file gives them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from msgcore.errors import MalformedMessage, NotSupported
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.names import by_id
from msgcore.props.tags import NamedProperty, PropertyTag
from msgcore.props.types import INSTANCE, MULTIPLE, PropertyType

__all__ = ["NamesById", "tag_from_wire", "tag_to_wire", "type_from_wire"]

NamesById = Mapping[int, PropertyName]
"""Which named property each id from 0x8000 stands for, in one store, message or file."""

_FIRST_NAMED = 0x8000


def type_from_wire(code: int) -> PropertyType:
    """Give the type of a 16-bit code; the mark of a column's instances (0x2000) is left out.

    Raises:
        MalformedMessage: there is no such type.
    """
    try:
        return PropertyType(code & ~INSTANCE if code & MULTIPLE else code)
    except ValueError as error:
        raise MalformedMessage(f"0x{code:04X} is no property type", source="[MS-OXCDATA] section 2.11.1") from error


def tag_from_wire(property_tag: int, named: NamesById | None = None) -> PropertyKey:
    """Find the property of a 32-bit tag; text in a code page (PT_STRING8) is the property of the same text in Unicode.

    One that the table does not know by id and type becomes a :class:`PropertyTag` of its own. Ids from 0x8000 are
    named properties: those of ``named`` where it is given, else those of the address book, which have fixed ids.

    Raises:
        MalformedMessage: the type does not exist.
    """
    if named is not None and property_tag >> 16 >= _FIRST_NAMED:
        number, kind = property_tag >> 16, type_from_wire(property_tag & 0xFFFF).kept
        name = named.get(number)
        return NamedProperty[object](*name, kind) if name is not None else _unknown(number, kind)
    return _of_fixed_id(property_tag)


@functools.lru_cache(maxsize=4096)
def _of_fixed_id(property_tag: int) -> PropertyKey:
    number, kind = property_tag >> 16, type_from_wire(property_tag & 0xFFFF).kept
    known = by_id(number, kind)
    return known[0] if known else _unknown(number, kind)


def tag_to_wire(tag: PropertyKey, ids: Mapping[PropertyName, int] | None = None) -> int:
    """Give the 32-bit tag of a property.

    Raises:
        NotSupported: it is a named property without an id in ``ids``.
    """
    if isinstance(tag, PropertyTag):
        return tag.tag
    number = None if ids is None or isinstance(tag.bag_key, int) else ids.get(tag.bag_key)
    if number is None:
        raise NotSupported(f"{tag.label}: a named property has no tag here, because it has no id")
    return number << 16 | tag.value_type


def _unknown(number: int, kind: PropertyType) -> PropertyKey:
    return PropertyTag[object](number, kind, f"0x{number:04X}{kind:04X}")
