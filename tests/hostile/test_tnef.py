"""Hostile TNEF ends within its bounds: CPU time and memory of a process each, with slack for slow machines.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input; the job here reads three times,
writes, and reads again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.forks import Cases
from tests.hostile.tnef_cases import CASES, mutate

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    with Cases("tests.hostile.tnef_cases") as cases:
        yield cases


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_stream_ends_within_its_bounds(cases: Cases, name: str) -> None:
    taken = cases.measure(name)

    assert taken.cpu_seconds < _SLACK * (2 + 0.4 * taken.size_octets / _MEGABYTE)
    assert taken.growth_octets < 64 * _MEGABYTE + 8 * taken.size_octets


def test_two_thousand_damaged_streams_end_in_a_message_or_a_typed_error() -> None:
    mutate()
