"""Properties that lie over a message's content because its form cannot carry them: found, kept as JSON, laid over."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.errors import NotSupported, StoreCorrupt
from msgcore.model.body import as_mime_says
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.names import by_id
from msgcore.props.table import PidTagBody, PidTagHtml
from msgcore.props.tags import NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.props.values import check_value
from msgcore.spi.kept import DEFAULTS, STORE_SAYS

__all__ = ["Overlay", "is_kept", "lay_over", "not_carried", "overlay_from_json", "overlay_to_json"]

Overlay = Sequence[tuple[PropertyKey, object | None]]
"""Properties with their values; ``None`` stands for one that was deleted."""

_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})

_NOT_KEPT = frozenset(
    {PropertyType.OBJECT, PropertyType.NULL, PropertyType.RESTRICTION, PropertyType.UNSPECIFIED, PropertyType.ERROR}
)

_SURROGATE = re.compile("[\ud800-\udfff]")


def _as_it_is(_tag: PropertyKey, value: object) -> object:
    return value


def not_carried(
    message: Message,
    kept: Message,
    as_held: Callable[[PropertyKey, object], object] = _as_it_is,
    tags: Iterable[PropertyKey] | None = None,
) -> Overlay:
    """Find what was set or deleted on a message that ``kept``, read from its octets, does not say.

    ``as_held`` gives a value as the store's rows hold it. ``tags`` are looked at instead of what was set: of a message
    that came in another form. What no overlay holds, objects and restrictions, is passed over then.
    """
    found: list[tuple[PropertyKey, object | None]] = []
    for tag in message.properties_set.changed() if tags is None else tags:
        if tag.bag_key in STORE_SAYS or (tags is not None and not is_kept(tag)):
            continue
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of a bag is a Property
        value = as_held(tag, message.said(key))
        if as_mime_says(kept.said(key)) != as_mime_says(value) if tag.bag_key in _BODIES else kept.said(key) != value:
            found.append((tag, value))
    return found


def lay_over(message: Message, overlay: Iterable[tuple[PropertyKey, object | None]]) -> None:
    """Put an overlay over a message, and what every message of a store has."""
    for tag, value in overlay:
        key: Property[Any] = tag  # type: ignore[assignment]  # every key of an overlay is a Property
        if value is None:
            message.properties_set.discard(key)
        else:
            message.properties_set[key] = value
    for default_tag, default in DEFAULTS.items():
        if default_tag not in message:
            message.properties_set.preset(default_tag, default)


def is_kept(tag: PropertyKey) -> bool:
    """Whether an overlay can hold such a property: it holds no objects and no restrictions."""
    return tag.value_type.element not in _NOT_KEPT


def overlay_to_json(properties: Iterable[tuple[PropertyKey, object | None]]) -> str | None:
    """Write properties, ``None`` standing for one that was deleted; ``None`` when there is nothing to write."""
    entries = [[*_identity(tag), int(tag.value_type), _plain(tag, tag.value_type, value)] for tag, value in properties]
    return json.dumps(entries, separators=(",", ":")) if entries else None


def overlay_from_json(text: str | None) -> list[tuple[PropertyKey, object | None]]:
    """Read what :func:`overlay_to_json` wrote.

    Raises:
        StoreCorrupt: it did not write this.
    """
    if text is None:
        return []
    try:
        return [_entry(*identity, kind=kind, plain=plain) for *identity, kind, plain in json.loads(text)]
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        raise StoreCorrupt(f"the overlay of a message is damaged: {type(error).__name__}: {error}") from error


def _entry(*identity: Any, kind: int, plain: Any) -> tuple[PropertyKey, object | None]:
    value_type = PropertyType(kind)
    if value_type.element is PropertyType.STRING8:
        raise ValueError("text is kept as PT_UNICODE")
    tag, value = _tag(identity, value_type), _value(value_type, plain)
    return tag, None if value is None else check_value(tag, value)


def _identity(tag: PropertyKey) -> list[Any]:
    match tag:
        case NamedProperty():
            return [str(tag.property_set), tag.lid_or_name]
        case PropertyTag():
            return [tag.id]
        case _:
            raise NotSupported(f"{tag.label}: neither a property tag nor a named property")


def _tag(identity: Sequence[Any], kind: PropertyType) -> PropertyKey:
    if len(identity) == 2:
        return NamedProperty[object](UUID(identity[0]), identity[1], kind)
    known = by_id(identity[0], kind)
    return known[0] if known else PropertyTag[object](identity[0], kind, f"0x{identity[0]:04X}{kind:04X}")


def _plain(tag: PropertyKey, kind: PropertyType, value: object) -> Any:
    match value:
        case str() if _SURROGATE.search(value):
            # JSON would join a pair of them to one character.
            return {"utf8": base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            is_floating = kind.element is PropertyType.FLOATING_TIME
            return value.isoformat() if is_floating else filetime_from_datetime(value)
        case UUID() | Decimal():
            return str(value)
        case tuple():
            return [_plain(tag, kind.element, one) for one in cast("tuple[object, ...]", value)]
        case _:
            raise NotSupported(f"{tag.label}: the store keeps no {type(value).__name__}")


def _value(kind: PropertyType, plain: Any) -> object | None:
    if plain is None:
        return None
    if kind.is_multiple:
        return tuple(_value(kind.element, one) for one in plain)
    match kind:
        case PropertyType.BINARY | PropertyType.SERVER_ID | PropertyType.RULE_ACTION:
            return base64.b64decode(plain)
        case PropertyType.UNICODE:
            return _text(plain)
        case PropertyType.SYSTIME:
            return datetime_from_filetime(plain)
        case PropertyType.FLOATING_TIME:
            return datetime.fromisoformat(plain)
        case PropertyType.CLSID:
            return UUID(plain)
        case PropertyType.CURRENCY:
            return Decimal(plain)
        case _:
            return cast(object, plain)


def _text(plain: Any) -> str:
    return plain if isinstance(plain, str) else base64.b64decode(plain["utf8"]).decode("utf-8", "surrogatepass")
