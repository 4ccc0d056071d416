"""Prometheus' text form, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from msgcore.mta.metrics.families import FAMILIES, Family
from msgcore.mta.metrics.tally import Labels, Tally, Values

__all__ = ["CONTENT_TYPE", "write_metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def write_metrics(tally: Tally) -> str:
    """Write all families, those too of which nothing has been counted."""
    return "".join(line for family in FAMILIES for line in _lines(family, tally))


def _lines(family: Family, tally: Tally) -> Iterator[str]:
    yield f"# HELP {family.name} {family.text}\n"
    yield f"# TYPE {family.name} {family.kind}\n"
    for labels, values in tally.samples(family):
        if family.kind == "histogram":
            yield from _histogram(family, labels, values)
        else:
            yield f"{family.name}{_labels(family.labels, labels)} {_number(values[0])}\n"


def _histogram(family: Family, labels: Labels, values: Values) -> Iterator[str]:
    bounds = [*map(_number, family.buckets), "+Inf"]
    counts = list(accumulate(values[:-1]))
    for bound, count in zip(bounds, counts, strict=True):
        yield f"{family.name}_bucket{_labels((*family.labels, 'le'), (*labels, bound))} {_number(count)}\n"
    yield f"{family.name}_sum{_labels(family.labels, labels)} {_number(values[-1])}\n"
    yield f"{family.name}_count{_labels(family.labels, labels)} {_number(counts[-1])}\n"


def _labels(names: Labels, values: Labels) -> str:
    if not names:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
