"""What is known of messages that does not change: values that were read once, by message and property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgcore.props.key import PropertyKey
from msgcore.providers.imap.ids import message_number

__all__ = ["HeaderCache"]

Values = Mapping[PropertyKey, object]

_NOTHING: Values = {}
_ENTRY_OCTETS, _VALUE_OCTETS = 250, 70


class HeaderCache:
    """Values by the tag of the folder and the unique id, ``limit_octets`` of them at most, as far as they are counted.

    *Theory of operation.* What is new goes into the young half. When that is full it becomes the old half, and what was
    old is forgotten; what is kept again is young again. So each step is a single look at a dictionary or a change of
    it, and threads need no lock: the worst that a race does is to forget something.
    """

    def __init__(self, limit_octets: int = 64 << 20) -> None:
        self._half_octets = limit_octets // 2
        self._young: dict[int, Values] = {}
        self._old: dict[int, Values] = {}
        self._young_octets = 0

    def known(self, tag: int, uid: int) -> Values:
        """Give the values that are known of a message; ``None`` among them: it has no such property."""
        number = message_number(tag, uid)
        return self._young.get(number) or self._old.get(number, _NOTHING)

    def keep(self, tag: int, uid: int, values: Values) -> None:
        """Note values, beside those that are known."""
        if self._young_octets > self._half_octets:
            self._young, self._old, self._young_octets = {}, self._young, 0
        self._young[message_number(tag, uid)] = {**self.known(tag, uid), **values}
        self._young_octets += _ENTRY_OCTETS + sum(map(_size_of, values.values()))


def _size_of(value: object) -> int:
    if isinstance(value, str | bytes):
        return _VALUE_OCTETS + len(value)
    if isinstance(value, tuple):
        return _VALUE_OCTETS + sum(map(_size_of, cast("tuple[object, ...]", value)))
    return _VALUE_OCTETS
