"""Counting: the samples of some families, which can be sent as JSON and added up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

from msgcore.mta.metrics.families import BY_NAME, Family

__all__ = ["Labels", "Tally", "Values"]

# So many samples of a family are kept apart, whatever the labels are: what comes then is counted as "other".
_MOST_SAMPLES = 500

Labels = tuple[str, ...]
Values = list[float]
"""Of a counter or gauge one number; of a histogram how many lie in each bucket, the last infinite, and the sum."""


class Tally:
    """Samples by family and labels; used by one thread."""

    def __init__(self) -> None:
        self._samples: dict[str, dict[Labels, Values]] = {}

    def add(self, family: Family, *labels: str, by: float = 1.0) -> None:
        """Count something, or change a gauge."""
        self._values(family, labels)[0] += by

    def put(self, family: Family, *labels: str, value: float) -> None:
        """Set a gauge."""
        self._values(family, labels)[0] = value

    def observe(self, family: Family, value: float) -> None:
        """Count a value in a histogram."""
        values = self._values(family, ())
        values[bisect_left(family.buckets, value)] += 1
        values[-1] += value

    def _values(self, family: Family, labels: Labels) -> Values:
        samples = self._samples.setdefault(family.name, {})
        values = samples.get(labels)
        if values is None:
            if len(samples) >= _MOST_SAMPLES:
                labels = ("other",) * len(labels)
            values = samples.setdefault(labels, _nothing(family))
        return values

    def samples(self, family: Family) -> Iterator[tuple[Labels, Values]]:
        """Give the samples of a family in the order of their labels; what has no labels is there from the start."""
        found = self._samples.get(family.name, {})
        if not family.labels and not found and family.kind != "gauge":
            found = {(): _nothing(family)}
        return iter(sorted(found.items()))

    def take(self, other: Tally, *, without_gauges: bool = False) -> None:
        """Add what another one has counted; the gauges of who has ended say nothing any more."""
        for name, samples in other._samples.items():
            family = BY_NAME[name]
            if without_gauges and family.kind == "gauge":
                continue
            for labels, values in samples.items():
                own = self._values(family, labels)
                own[:] = [one + more for one, more in zip(own, values, strict=True)]

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {name: [[list(key), values] for key, values in own.items()] for name, own in self._samples.items()}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Tally:
        """Read what :meth:`to_data` gave."""
        tally = cls()
        tally._samples = {name: {tuple(key): list(values) for key, values in own} for name, own in data.items()}
        return tally


def _nothing(family: Family) -> Values:
    return [0.0] * (len(family.buckets) + 2 if family.kind == "histogram" else 1)
