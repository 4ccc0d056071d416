"""What identifies a property in a bag."""

from __future__ import annotations

from uuid import UUID

from msgcore.errors import UsageError
from msgcore.props.types import PropertyType

__all__ = ["BagKey", "PropertyKey", "PropertyName", "check_key"]

PropertyName = tuple[UUID, int | str]
"""What identifies a named property: its set, and a 32-bit LID or a string name."""

BagKey = int | PropertyName
"""A tagged property's 16-bit id, or a named property's set and LID or name: a bag holds one type for each."""


class PropertyKey:
    """A property's identity and type, whatever the kind of its value is to a type checker."""

    __slots__ = ()

    bag_key: BagKey
    value_type: PropertyType

    @property
    def label(self) -> str:
        """The name that errors and tables show."""
        raise NotImplementedError


def check_key(given: object) -> None:
    """Raise ``UsageError`` unless it is a property.

    Looks into a bag are many, so they ask only when an ``AttributeError`` says that something is wrong.
    """
    if not isinstance(given, PropertyKey):
        raise UsageError(
            f"need a property tag such as PidTagSubject, got {given!r}; msgcore.props.lookup finds one by its name"
        )
