"""The suite for transports, on transports without a fault and with exactly one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.testing import faulty_transports
from tests.testing.faulty_transports import FAULTS, OperatorTransport
from tests.testing.honest import PlainTransport
from tests.testing.operators import Operator
from tests.testing.planted import Verdict, verdicts
from tests.testing.planting import planted_suites
from tests.testing.talkative import Talkative


class TestPlainTransport(OperatorTransport):
    """Of plain ``def`` methods, without a fault."""

    service_class = PlainTransport
    deadline_seconds = 0.1


class ShyOperator(Operator):
    refuse = None  # type: ignore[assignment]  # it cannot


class ShyTransport(OperatorTransport):
    far_end_class = ShyOperator


def test_what_a_far_end_cannot_do_is_not_tested() -> None:
    assert getattr(ShyTransport, "test_a_refused_recipient_harms_no_other") is None  # noqa: B009  # not declared so


def test_what_is_left_out_for_one_stays_for_the_others() -> None:
    assert callable(OperatorTransport.test_a_refused_recipient_harms_no_other)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Verdict]:
    text = planted_suites(
        faulty_transports,
        "service_class",
        ["OperatorTransport", "TalkativeTransport", "OpenHandedTransport"],
        FAULTS,
        lambda fault: "TalkativeTransport" if issubclass(fault, Talkative) else "OperatorTransport",
    )
    return verdicts(text, tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("control", ["TestOperatorTransport", "TestTalkativeTransport"])
def test_transports_without_a_fault_pass_whole(control: str, found: Mapping[str, Verdict]) -> None:
    assert found[control].failed == frozenset()


def test_an_ability_brings_its_tests(found: Mapping[str, Verdict]) -> None:
    more = found["TestTalkativeTransport"].passed - found["TestOperatorTransport"].passed
    assert "test_a_preview_sends_nothing" in more


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_suite_finds_the_fault_and_names_it(fault: type[object], found: Mapping[str, Verdict]) -> None:
    assert found[f"Test{fault.__name__}"].failed == FAULTS[fault]


def test_the_suite_finds_a_secret_in_the_configuration(found: Mapping[str, Verdict]) -> None:
    assert found["TestOpenHandedTransport"].failed == {"test_the_configuration_shows_no_secret"}
