"""Values and properties in words for people."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import cast

from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.names import all_properties
from msgcore.props.tags import NamedProperty

__all__ = ["name_of", "value_in_words"]

_SHOWN = 60


def value_in_words(value: object) -> str:
    """Give a value in at most some 60 characters."""
    if isinstance(value, bytes):
        return f"{len(value)} octets"
    if isinstance(value, tuple):
        return _short(", ".join(map(value_in_words, cast("tuple[object, ...]", value)[:_SHOWN])))
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}…"
    if value is None:
        return "nothing"
    return value.isoformat(" ").replace("+00:00", " UTC") if isinstance(value, datetime) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def name_of(tag: PropertyKey) -> str:
    """Give the documented name of a property, where a file says only the LID of one."""
    return _names().get(tag.bag_key, tag.label) if isinstance(tag.bag_key, tuple) else tag.label


@functools.cache
def _names() -> dict[BagKey, str]:
    return {known.bag_key: known.label for known in all_properties() if isinstance(known, NamedProperty)}
