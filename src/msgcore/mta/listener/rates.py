"""How much somebody has had lately, by leaky buckets over a clock that is handed in; and many such, not without end."""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import attrs

from msgcore.errors import UsageError

__all__ = ["Meter", "Meters", "Rate"]

K = TypeVar("K")

_NEVER = -math.inf


def _check_positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 < value < math.inf:
        raise UsageError(f"a rate's {field.name} is {value}: need a number above 0")


@attrs.frozen
class Rate:
    """``count`` of something within ``seconds``: as many may come at once, and as many more as meanwhile run off.

    Raises:
        UsageError: one of both is not above 0.
    """

    count: float = attrs.field(validator=_check_positive)
    seconds: float = attrs.field(default=60.0, validator=_check_positive)


class Meter:
    """What one client or user has had of each kind, and how many connections it has.

    Of each kind only the moment is kept at which the bucket will have run empty.
    """

    __slots__ = ("_empty_at", "places")

    def __init__(self) -> None:
        self.places = 0
        self._empty_at: dict[str, float] = {}

    def has_room(self, kind: str, rate: Rate | None, now: float) -> bool:
        """Say whether there is room for a next one, whatever its size."""
        return rate is None or self._empty_at.get(kind, _NEVER) - now < rate.seconds

    def add(self, kind: str, rate: Rate | None, now: float, amount: float = 1.0) -> None:
        """Count what has come in any case; there is room again after ``rate.seconds`` at the latest."""
        if rate is not None:
            empty_at = max(self._empty_at.get(kind, _NEVER), now) + amount * rate.seconds / rate.count
            self._empty_at[kind] = min(empty_at, now + 2 * rate.seconds)

    def take(self, kind: str, rate: Rate | None, now: float) -> bool:
        """Count one more if there is room for all of it, and say whether there was."""
        if rate is None:
            return True
        step = rate.seconds / rate.count
        empty_at = max(self._empty_at.get(kind, _NEVER), now) + step
        # A sum of many steps is off by some last digits.
        if empty_at - now > max(step, rate.seconds) * (1 + 1e-9):
            return False
        self._empty_at[kind] = empty_at
        return True

    def is_forgotten(self, now: float) -> bool:
        """Say whether it is as if nothing had ever come."""
        return not self.places and all(moment <= now for moment in self._empty_at.values())


class Meters(Generic[K]):
    """The meters of clients or of users, about ``most`` of them at once.

    Those that are as new are forgotten when there are too many, and if that is not enough those who came first, too:
    memory is worth more than to hold everything against everybody.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._meters: dict[K, Meter] = {}

    def __len__(self) -> int:
        return len(self._meters)

    def of(self, key: K, now: float) -> Meter:
        """Give the meter of a client or user."""
        meter = self._meters.get(key)
        if meter is None:
            if len(self._meters) >= self._most:
                self._forget(now)
            meter = self._meters[key] = Meter()
        return meter

    def _forget(self, now: float) -> None:
        # More than one at a time, so that a crowd of strangers does not have everybody looked at for each of them.
        kept = [(key, meter) for key, meter in self._meters.items() if not meter.is_forgotten(now)]
        too_many = len(kept) - self._most * 3 // 4
        idle = [key for key, meter in kept if not meter.places][: max(0, too_many)]
        self._meters = dict(kept)
        for key in idle:
            del self._meters[key]
