"""The suite for retrievers, on retrievers without a fault and with exactly one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.testing import retriever_suites
from tests.testing.faulty_deleting import DELETING_FAULTS, CommitsNothing, DeletesTheNextOne
from tests.testing.faulty_listings import LISTING_FAULTS, AccountOfTheDay, IdsOfTheDay, ListsTwenty
from tests.testing.faulty_retrieving import (
    RETRIEVING_FAULTS,
    DeletesWhatWasRead,
    GoneEndsTheSession,
    NoHeaders,
    TheFirstForAll,
)
from tests.testing.faulty_sessions import SESSION_FAULTS, OneSessionInALife, SeesWhatWasThereAtFirst
from tests.testing.honest_retrievers import BareRetriever, PlainRetriever
from tests.testing.planted import Verdict, verdicts
from tests.testing.planting import planted_suites
from tests.testing.post_offices import PostOffice
from tests.testing.retriever_suites import BareOfficeContract, OfficeRetriever

FAULTS = {**LISTING_FAULTS, **RETRIEVING_FAULTS, **DELETING_FAULTS, **SESSION_FAULTS}

_LEFT = {
    "test_what_is_left_at_the_server_is_stored_once",
    "test_what_comes_beside_what_was_left_is_stored_once",
    "test_what_was_left_and_removed_was_stored_once",
}
_REMOVED = {
    "test_what_was_received_is_gone_at_the_server",
    "test_what_was_left_is_removed_once_the_policy_says_so",
    "test_so_many_copies_as_the_policy_keeps_are_left",
}

RECEIVING_FAULTS: Mapping[type[object], set[str]] = {
    AccountOfTheDay: _LEFT,
    IdsOfTheDay: {*_LEFT, "test_what_a_lost_session_has_stored_is_not_stored_again"},
    ListsTwenty: {"test_many_messages_are_received"},
    TheFirstForAll: {
        *_LEFT,
        "test_what_is_received_is_stored_once",
        "test_many_messages_are_received",
        "test_what_a_lost_session_has_stored_is_not_stored_again",
        "test_a_message_that_is_gone_does_not_end_the_retrieval",
    },
    DeletesWhatWasRead: {"test_what_is_left_at_the_server_stays_there"},
    GoneEndsTheSession: set(),  # another session retrieves the others
    NoHeaders: {"test_for_headers_alone_no_message_is_stored", "test_for_headers_alone_no_message_is_removed"},
    DeletesTheNextOne: {
        *_REMOVED,
        "test_what_is_received_is_stored_once",
        "test_many_messages_are_received",
        "test_what_was_left_and_removed_was_stored_once",
    },
    CommitsNothing: _REMOVED,
    OneSessionInALife: {"test_what_a_lost_session_has_stored_is_not_stored_again"},
    SeesWhatWasThereAtFirst: {"test_what_comes_beside_what_was_left_is_stored_once"},
}


class TestPlainRetriever(OfficeRetriever):
    """Of plain ``def`` methods, without a fault."""

    service_class = PlainRetriever
    deadline_seconds = 0.1


class ShyOffice(PostOffice):
    take_away = None  # type: ignore[assignment]  # it cannot


class ShyRetriever(OfficeRetriever):
    far_end_class = ShyOffice


_GONE = "test_a_message_that_is_gone_harms_no_other"


def test_what_a_far_end_cannot_do_is_not_tested() -> None:
    assert getattr(ShyRetriever, _GONE) is None


def test_what_is_left_out_for_one_stays_for_the_others() -> None:
    assert callable(getattr(OfficeRetriever, _GONE))


@pytest.mark.parametrize(
    ("name", "is_tested"),
    [("test_unique_ids_are_distinct", False), ("test_it_has_no_unique_ids_as_declared", True)],
)
def test_of_what_a_server_has_not_only_that_is_tested(name: str, is_tested: bool) -> None:
    assert callable(getattr(BareOfficeContract, name)) is is_tested


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """What the contract's tests find."""
    text = planted_suites(
        retriever_suites,
        "service_class",
        ["OfficeContract", "BareOfficeContract", "OpenHandedContract"],
        FAULTS,
        lambda fault: "BareOfficeContract" if issubclass(fault, BareRetriever) else "OfficeContract",
    )
    return verdicts(text, tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def found_by_receiving(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    """What the tests find that go through the spooler."""
    text = planted_suites(
        retriever_suites, "service_class", ["OfficeReceiving"], RECEIVING_FAULTS, lambda _: "OfficeReceiving"
    )
    return verdicts(text, tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("control", ["TestOfficeContract", "TestBareOfficeContract"])
def test_retrievers_without_a_fault_pass(control: str, found: Mapping[str, Verdict]) -> None:
    assert found[control].failed == frozenset()


def test_a_retriever_without_a_fault_passes_through_the_spooler(found_by_receiving: Mapping[str, Verdict]) -> None:
    assert found_by_receiving["TestOfficeReceiving"].failed == frozenset()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_suite_finds_the_fault_and_names_it(fault: type[object], found: Mapping[str, Verdict]) -> None:
    assert found[f"Test{fault.__name__}"].failed == FAULTS[fault]


@pytest.mark.parametrize("fault", RECEIVING_FAULTS, ids=lambda fault: fault.__name__)
def test_the_way_through_the_spooler_shows_the_fault(
    fault: type[object], found_by_receiving: Mapping[str, Verdict]
) -> None:
    assert found_by_receiving[f"Test{fault.__name__}"].failed == RECEIVING_FAULTS[fault]


def test_the_suite_finds_a_secret_in_the_configuration(found: Mapping[str, Verdict]) -> None:
    assert found["TestOpenHandedContract"].failed == {"test_the_configuration_shows_no_secret"}


def test_every_test_of_the_contract_finds_a_fault(found: Mapping[str, Verdict]) -> None:
    """A test that nothing fails says nothing."""
    of_controls = [found[name] for name in ("TestOfficeContract", "TestBareOfficeContract")]
    tests = frozenset[str]().union(*(one.passed for one in of_controls))
    assert tests - frozenset[str]().union(*(one.failed for one in found.values())) == frozenset()
