"""Hostile restrictions end within their bounds: CPU time of a process each, with slack for slow machines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.forks import Cases
from tests.hostile.restriction_cases import CASES

_BOUND_SECONDS = 8.0


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    with Cases("tests.hostile.restriction_cases") as cases:
        yield cases


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_restriction_ends_within_its_bound(cases: Cases, name: str) -> None:
    assert cases.measure(name).cpu_seconds < _BOUND_SECONDS
