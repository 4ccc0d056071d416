"""The suite for content checks, on one without a fault and on some with exactly one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.testing import faulty_content_checks
from tests.testing.faulty_content_checks import FAULTS
from tests.testing.planted import Verdict, verdicts
from tests.testing.planting import planted_suites


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    text = planted_suites(faulty_content_checks, "check_class", ["WordCheckSuite"], FAULTS, lambda _: "WordCheckSuite")
    return verdicts(text, tmp_path_factory.mktemp("planted"))


def test_a_check_without_a_fault_passes_whole(found: Mapping[str, Verdict]) -> None:
    assert found["TestWordCheckSuite"].failed == frozenset()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_suite_finds_the_fault_and_names_it(fault: type[object], found: Mapping[str, Verdict]) -> None:
    assert found[f"Test{fault.__name__}"].failed == FAULTS[fault]
