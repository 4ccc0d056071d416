"""The suite for address books: what it finds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from msgcore.testing.addressbooks import AddressBookConformance
from tests.testing.faulty_addressbooks import FAULTS
from tests.testing.planted import Verdict, verdicts

HEAD = """
import pytest
from msgcore.testing.modes import Mode
from tests.testing import faulty_addressbooks as made

class TestHonest(made.BookOfTests): ...
"""
PLANTED = """
class Test{name}(made.BookOfTests):
    service_class = made.{name}
    @pytest.fixture
    def mode(self): return Mode.BLOCKING
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    text = HEAD + "".join(PLANTED.format(name=fault.__name__) for fault in FAULTS)
    return verdicts(text, tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_suite_finds_the_fault_and_names_it(fault: type[object], found: Mapping[str, Verdict]) -> None:
    assert found[f"Test{fault.__name__}"].failed == FAULTS[fault]


def test_an_address_book_without_a_fault_passes_whole(found: Mapping[str, Verdict]) -> None:
    assert (found["TestHonest"].failed, len(found["TestHonest"].passed)) == (frozenset(), 15)


def test_every_test_of_the_suite_is_proven_by_a_fault() -> None:
    tests = {name for name in dir(AddressBookConformance) if name.startswith("test_")}
    assert tests - set().union(*FAULTS.values()) == set()
