"""Hostile RTF ends within its bounds: CPU time and memory of a process each, with slack for slow machines.

The bound of the security reference is 2 s + 0.4 s per MB and 64 MB + 8 times the input; a job here does three things.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.forks import Cases
from tests.hostile.rtf_cases import CASES

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    with Cases("tests.hostile.rtf_cases") as cases:
        yield cases


@pytest.mark.parametrize("name", CASES)
def test_hostile_rtf_ends_within_its_bounds(cases: Cases, name: str) -> None:
    taken = cases.measure(name)

    assert taken.cpu_seconds < _SLACK * (2 + 0.4 * taken.size_octets / _MEGABYTE)
    assert taken.growth_octets < 64 * _MEGABYTE + 8 * taken.size_octets
