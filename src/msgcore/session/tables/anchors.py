"""Rows whose number is known, so that a seek by number starts near its aim."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.session.tables.gap import BEGINNING, END, Gap
from msgcore.spi.store import RowKey

__all__ = ["Anchors"]

_SPACING = 1_000
_MOST = 10_000


class Anchors:
    """Every thousandth row that a table has passed while its rows are as many as ``total``."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._keys: dict[int, RowKey] = {}

    def pass_by(self, number: int, count: int, key: Callable[[int], RowKey]) -> None:
        """Note ``count`` rows from ``number`` on."""
        first = max(1, -(-number // _SPACING))
        for step in range(first, (number + count - 1) // _SPACING + 1):
            if len(self._keys) < _MOST:
                self._keys[step] = key(step * _SPACING - number)

    def nearest(self, number: int) -> tuple[int, Gap]:
        """Give the known row next to ``number``, the beginning and the end among them."""
        known = [(0, BEGINNING), (self.total, END)]
        for step in (number // _SPACING, number // _SPACING + 1):
            if step in self._keys and step * _SPACING < self.total:
                known.append((step * _SPACING, Gap(self._keys[step])))
        return min(known, key=lambda one: abs(one[0] - number))
