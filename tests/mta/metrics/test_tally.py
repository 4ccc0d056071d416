"""Counts: added up wherever they were made, and read by Prometheus' own reader."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from msgcore.mta.metrics.families import (
    ACCEPT_SECONDS,
    DELIVERIES,
    FAMILIES,
    PROCESS_CPU_SECONDS,
    QUEUE_RECIPIENTS,
    RECIPIENTS_ABSORBED,
    SESSIONS_OPEN,
)
from msgcore.mta.metrics.process import measure_process
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.metrics.text import write_metrics

# What a connector may be called: anything but line ends.
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=5)
steps = st.one_of(
    st.tuples(st.just("delivered"), names),
    st.tuples(st.just("accepted"), st.sampled_from([0.0, 0.001, 0.0015, 1.0, 119.0, 120.0, 121.0, 1e9])),
    st.tuples(st.just("opened"), st.sampled_from([1.0, -1.0])),
)


def counted(steps: Iterable[tuple[str, object]]) -> Tally:
    tally = Tally()
    for what, value in steps:
        match what, value:
            case "delivered", str():
                tally.add(DELIVERIES, value, "accepted")
            case "accepted", float():
                tally.observe(ACCEPT_SECONDS, value)
            case _, float():
                tally.add(SESSIONS_OPEN, "smtp", by=value)
            case _:
                raise AssertionError(what)
    return tally


def samples(tally: Tally) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Give what Prometheus reads."""
    families = text_string_to_metric_families(write_metrics(tally))
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


@given(st.lists(steps), st.lists(steps))
def test_what_two_processes_counted_adds_up_to_what_one_would_have(
    some: list[tuple[str, object]], others: list[tuple[str, object]]
) -> None:
    added = Tally()
    for one in (counted(some), counted(others)):
        added.take(Tally.of_data(json.loads(json.dumps(one.to_data()))))

    assert samples(added) == pytest.approx(samples(counted([*some, *others])))  # sums, in another order


@given(st.lists(steps))
def test_prometheus_reads_what_was_counted(steps: list[tuple[str, object]]) -> None:
    found = samples(counted(steps))

    seconds = [value for what, value in steps if what == "accepted" and isinstance(value, float)]
    for bound in (*ACCEPT_SECONDS.buckets, math.inf):
        text = "+Inf" if bound == math.inf else str(int(bound)) if bound == int(bound) else repr(bound)
        label = frozenset({("le", text)})
        assert found["msgcore_accept_seconds_bucket", label] == sum(one <= bound for one in seconds)
    for name in {value for what, value in steps if what == "delivered"}:
        label = frozenset({("connector", str(name)), ("outcome", "accepted")})
        assert found["msgcore_deliveries_total", label] == steps.count(("delivered", name))


def test_every_family_is_told_of_before_anything_was_counted() -> None:
    families = list(text_string_to_metric_families(write_metrics(Tally())))

    assert [(one.name.removesuffix("_total"), one.type, one.documentation) for one in families] == [
        (one.name.removesuffix("_total"), one.kind, one.text) for one in FAMILIES
    ]


def test_labels_past_a_bound_are_counted_together() -> None:
    tally = counted(("delivered", f"c{number}") for number in range(600))

    label = frozenset({("connector", "other"), ("outcome", "other")})
    assert (len(list(tally.samples(DELIVERIES))), samples(tally)["msgcore_deliveries_total", label]) == (501, 100)


def test_of_who_has_ended_the_counters_stay_and_the_gauges_go() -> None:
    ended, all_of_them = Tally(), Tally()
    ended.add(RECIPIENTS_ABSORBED)
    ended.put(QUEUE_RECIPIENTS, "ready", value=7)
    all_of_them.take(ended, without_gauges=True)

    assert (list(all_of_them.samples(RECIPIENTS_ABSORBED)), list(all_of_them.samples(QUEUE_RECIPIENTS))) == (
        [((), [1.0])],
        [],
    )


def test_a_process_is_measured() -> None:
    tally = Tally()
    measure_process(tally, "main")

    [(labels, [seconds])] = tally.samples(PROCESS_CPU_SECONDS)
    assert labels == ("main",)
    assert seconds > 0
