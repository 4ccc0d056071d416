"""Finding properties by name, alias or number."""

from __future__ import annotations

import functools
from typing import Any, cast

from msgcore.errors import UnknownProperty
from msgcore.props import table
from msgcore.props.tags import NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType

__all__ = ["all_properties", "by_id", "lookup"]


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
