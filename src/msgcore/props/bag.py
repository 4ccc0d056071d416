"""A bag of properties that knows what has changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, cast, overload

from msgcore.errors import PropertyNotFound, UsageError
from msgcore.props.key import BagKey, PropertyKey, check_key
from msgcore.props.tags import Property, TakesValue
from msgcore.props.types import PropertyType
from msgcore.props.values import check_value

__all__ = ["UNTOUCHED", "PropBag", "checked", "fits"]

T = TypeVar("T")
D = TypeVar("D")

_INTEGERS = frozenset({PropertyType.SHORT, PropertyType.LONG, PropertyType.I8})
_KEPT: dict[type, PropertyType] = {str: PropertyType.UNICODE, bytes: PropertyType.BINARY}
_OF_WIRES = frozenset({PropertyType.STRING8, PropertyType.MV_STRING8})


UNTOUCHED = object()
"""What :meth:`PropBag.over` gives for a property that was neither set nor deleted."""


class PropBag:
    """Properties by identity: one type for each id. What was set or deleted since it was made is known.

    Reading with a tag of the same id and another type finds nothing, but for integers of another width. Text is always
    PT_UNICODE: what a wire calls PT_STRING8 goes in under the tag that :func:`msgcore.props.wire.tag_from_wire` gives.
    """

    __slots__ = ("_changed", "_entries")

    def __init__(self) -> None:
        self._entries: dict[BagKey, tuple[PropertyKey, object]] = {}
        self._changed: dict[BagKey, PropertyKey] = {}

    __iter__ = None  # or Python would go through numbers from 0 on; tags() are what it has

    def __getitem__(self, tag: Property[T]) -> T:
        try:
            entry = self._entries.get(tag.bag_key)
        except AttributeError:
            check_key(tag)
            raise
        if entry is None or not fits(entry[0], tag):
            raise PropertyNotFound(tag.label)
        return cast(T, entry[1])

    def __setitem__(self, tag: TakesValue[T], value: T) -> None:
        known: Any = tag
        try:
            key = known.bag_key
            # Text and octets, which most values are, are kept as they are.
            kind = _KEPT.get(type(value))
            is_kept = kind is not None and kind is known.value_type
            self._entries[key] = (known, value if is_kept else checked(known, value))
        except AttributeError:
            check_key(tag)
            raise
        self._changed[key] = known

    def __delitem__(self, tag: PropertyKey) -> None:
        if self._entries.pop(tag.bag_key, None) is None:
            raise PropertyNotFound(tag.label)
        self._changed[tag.bag_key] = tag

    def __contains__(self, tag: PropertyKey) -> bool:
        entry = self._entries.get(tag.bag_key)
        return entry is not None and fits(entry[0], tag)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def get(self, tag: Property[T]) -> T | None: ...
    @overload
    def get(self, tag: Property[T], default: D) -> T | D: ...
    def get(self, tag: Property[Any], default: object = None) -> object:
        """Give the value, or ``default`` when the bag has none."""
        try:
            entry = self._entries.get(tag.bag_key)
        except AttributeError:
            check_key(tag)
            raise
        return entry[1] if entry is not None and (entry[0] is tag or fits(entry[0], tag)) else default

    def over(self, tag: PropertyKey) -> object:
        """Read a bag that lies over another source: ``None`` was deleted here, ``UNTOUCHED``: see below it."""
        key = tag.bag_key
        entry = self._entries.get(key)
        if entry is not None and (entry[0] is tag or fits(entry[0], tag)):
            return entry[1]
        return None if key in self._changed else UNTOUCHED

    def preset(self, tag: PropertyKey, value: object) -> None:
        """Put a value that is not a change: what a codec or store read."""
        self._entries[tag.bag_key] = (tag, checked(tag, value))

    def discard(self, tag: PropertyKey) -> None:
        """Delete, also what is not there: the deletion counts as a change, for a bag that lies over another."""
        self._entries.pop(tag.bag_key, None)
        self._changed[tag.bag_key] = tag

    def tags(self) -> tuple[PropertyKey, ...]:
        return tuple([tag for tag, _ in self._entries.values()])

    def items(self) -> Iterator[tuple[PropertyKey, object]]:
        return iter(self._entries.values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it and nothing was deleted."""
        return not self._entries and not self._changed

    @property
    def is_changed(self) -> bool:
        """Whether anything was set or deleted."""
        return bool(self._changed)

    def changed(self) -> tuple[PropertyKey, ...]:
        """The properties set or deleted; a deleted one is not in the bag."""
        return tuple(self._changed.values())

    def was_changed(self, tag: PropertyKey) -> bool:
        return tag.bag_key in self._changed

    def copy(self) -> PropBag:
        twin = PropBag()
        twin._entries = dict(self._entries)
        twin._changed = dict(self._changed)
        return twin

    def __reduce__(self) -> tuple[object, ...]:
        """Go to another process as what it holds, wherever it has that from."""
        return PropBag._made_again, (tuple(self.items()), self.changed())

    @classmethod
    def _made_again(cls, held: Iterable[tuple[PropertyKey, object]], changed: Iterable[PropertyKey]) -> PropBag:
        bag = cls()
        for tag, value in held:
            bag.preset(tag, value)
        bag._changed = {tag.bag_key: tag for tag in changed}
        return bag


def checked(tag: PropertyKey, value: object) -> object:
    """Give a value as a bag keeps it.

    Raises:
        UsageError: it is not of the property's type, or of one that only wires have.
    """
    if tag.value_type in _OF_WIRES:
        raise UsageError(f"{tag.label}: a bag keeps text as PT_UNICODE; PT_STRING8 is for wires")
    return check_value(tag, value)


def fits(stored: PropertyKey, asked: PropertyKey) -> bool:
    """Say whether a value under the one property is found by the other, of the same identity."""
    if stored is asked:
        return True
    kind, wanted = stored.value_type, asked.value_type
    return kind is wanted or (kind in _INTEGERS and wanted in _INTEGERS)
