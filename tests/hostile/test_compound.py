"""Hostile compound files end within their bounds: CPU time and memory of a process each, with slack for slow machines.

The bound of the security reference for sizes that lie is 1 s and 32 MB, for all others 2 s + 0.4 s per MB and 64 MB + 8
times the input; the job here reads twice and writes a copy.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.compound_cases import CASES
from tests.hostile.forks import Cases

_SLACK = 4
_MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    with Cases("tests.hostile.compound_cases") as cases:
        yield cases


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_compound_file_ends_within_its_bounds(cases: Cases, name: str) -> None:
    taken = cases.measure(name)

    assert taken.cpu_seconds < _SLACK * (1 + 0.4 * taken.size_octets / _MEGABYTE)
    assert taken.growth_octets < 32 * _MEGABYTE + 8 * taken.size_octets
