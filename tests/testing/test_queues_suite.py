"""The suite for queues: what it finds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from msgcore.testing.queues import QueueConformance
from tests.testing.faulty_queues import FAULTS
from tests.testing.planted import Verdict, verdicts

HEAD = """
from msgcore.testing.queues import QueueConformance
from tests.testing.faulty_queues import FAULTS, QueueOfTests

class TestSound(QueueOfTests, QueueConformance): ...
"""
PLANTED = """
class Test{name}(QueueOfTests, FAULTS["{name}"].part):
    queue_class = FAULTS["{name}"].queue_class
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """What the suite says of the sound queue in both modes, and of each one with a fault in one of them."""
    text = HEAD + "".join(PLANTED.format(name=name) for name in FAULTS)
    return verdicts(text, tmp_path_factory.mktemp("planted"), "-k", "TestSound or not blocking")


@pytest.mark.parametrize("name", FAULTS)
def test_the_suite_finds_the_fault_and_names_it(name: str, found: Mapping[str, Verdict]) -> None:
    assert sorted(found[f"Test{name}"].failed) == sorted(FAULTS[name].found_by)


def test_a_queue_without_a_fault_passes_whole(found: Mapping[str, Verdict]) -> None:
    assert (sorted(found["TestSound"].failed), len(found["TestSound"].passed) > 50) == ([], True)


def test_every_test_of_the_suite_is_proven_by_a_fault() -> None:
    tests = {name for name in dir(QueueConformance) if name.startswith("test_")}
    assert sorted(tests.difference(*(one.found_by for one in FAULTS.values()))) == []
