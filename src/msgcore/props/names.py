"""Finding properties by name, alias or number."""

from __future__ import annotations

import functools
from typing import Any, cast
from uuid import UUID

from msgcore.errors import UnknownProperty
from msgcore.props import table
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType

__all__ = ["all_properties", "by_id", "lookup", "named_property"]


@functools.cache
def all_properties() -> tuple[PropertyTag[Any] | NamedProperty[Any], ...]:
    """Every property of the generated table, by name."""
    names = [name for name in table.__all__ if name.startswith("P")]
    return tuple(cast("PropertyTag[Any] | NamedProperty[Any]", getattr(table, name)) for name in names)


def lookup(name: str) -> Property[Any]:
    """Find a property by canonical name, PR_ name (with or without ``_A``/``_W``), or alias.

    Raises:
        UnknownProperty: there is no such property.
    """
    found = _names().get(name) or _names().get(name.removesuffix("_W").removesuffix("_A"))
    if found is None:
        raise UnknownProperty(f"{name!r} is no property that msgcore knows")
    return found


def by_id(property_id: int, value_type: PropertyType | None = None) -> tuple[PropertyTag[Any], ...]:
    """Give every tagged property with this id (and type): ids are used again between object kinds."""
    return tuple(tag for tag in _ids().get(property_id, ()) if value_type is None or tag.type is value_type)


def named_property(
    property_set: UUID, lid_or_name: int | str, value_type: PropertyType, spelled: str = ""
) -> NamedProperty[Any]:
    """Give the named property of the table with this name and type, or one of its own, which shows as ``spelled``.

    That of a header field is always one of its own: it is written as it was spelled.
    """
    known = _named().get((property_set, lid_or_name, value_type))
    if known is None or (spelled and property_set == PS_INTERNET_HEADERS):
        return NamedProperty(property_set, lid_or_name, value_type, spelled)
    return known


@functools.cache
def _named() -> dict[tuple[UUID, int | str, PropertyType], NamedProperty[Any]]:
    return {
        (known.property_set, known.lid_or_name, known.type): known
        for known in all_properties()
        if isinstance(known, NamedProperty)
    }


@functools.cache
def _names() -> dict[str, Property[Any]]:
    names: dict[str, Property[Any]] = {}
    for known in all_properties():
        names[known.name] = known
        if isinstance(known, PropertyTag) and known.pr_name:
            names[known.pr_name] = known
    for alias, targets in table.ALIASES.items():
        names.setdefault(alias, names[targets[0]])
    return names


@functools.cache
def _ids() -> dict[int, list[PropertyTag[Any]]]:
    ids: dict[int, list[PropertyTag[Any]]] = {}
    for known in all_properties():
        if isinstance(known, PropertyTag):
            ids.setdefault(known.id, []).append(known)
    return ids
