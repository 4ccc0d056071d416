"""A bag that decodes a property when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, overload

from msgcore.props.bag import PropBag, fits
from msgcore.props.key import BagKey, PropertyKey, check_key
from msgcore.props.tags import Property

__all__ = ["FilledBag"]

T = TypeVar("T")
D = TypeVar("D")


class FilledBag(PropBag):
    """The bag of an object over what was read: a property that was neither set nor deleted comes from there, once.

    Who derives from it says in :meth:`fill` and :meth:`fill_all` how; both put what they find into ``_entries`` and
    leave alone what is in ``_entries`` or ``_changed``.
    """

    __slots__ = ()

    def fill(self, key: BagKey) -> None:
        """Decode one property, if what was read has it."""
        raise NotImplementedError

    def fill_all(self) -> None:
        """Decode every property."""
        raise NotImplementedError

    def __getitem__(self, tag: Property[T]) -> T:
        try:
            self.fill(tag.bag_key)
        except AttributeError:
            check_key(tag)
            raise
        return super().__getitem__(tag)

    def __delitem__(self, tag: PropertyKey) -> None:
        self.fill(tag.bag_key)
        super().__delitem__(tag)

    def __contains__(self, tag: PropertyKey) -> bool:
        self.fill(tag.bag_key)
        return super().__contains__(tag)

    def __len__(self) -> int:
        self.fill_all()
        return super().__len__()

    @overload
    def get(self, tag: Property[T]) -> T | None: ...
    @overload
    def get(self, tag: Property[T], default: D) -> T | D: ...
    def get(self, tag: Property[Any], default: object = None) -> object:
        try:
            key = tag.bag_key
            entry = self._entries.get(key)
            if entry is None:
                self.fill(key)
                entry = self._entries.get(key)
        except AttributeError:
            check_key(tag)
            raise
        return entry[1] if entry is not None and (entry[0] is tag or fits(entry[0], tag)) else default

    def over(self, tag: PropertyKey) -> object:
        self.fill(tag.bag_key)
        return super().over(tag)

    def tags(self) -> tuple[PropertyKey, ...]:
        self.fill_all()
        return super().tags()

    def items(self) -> Iterator[tuple[PropertyKey, object]]:
        self.fill_all()
        return super().items()

    @property
    def is_empty(self) -> bool:
        return False

    def copy(self) -> PropBag:
        self.fill_all()
        return super().copy()
