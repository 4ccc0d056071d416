"""How far msgcore agrees with other libraries on the corpus; what it does not agree on is argued, field by field."""

from __future__ import annotations

import pytest

from tests import shared
from tests.codecs.mime.agreement import argued, imaptest, mime4j, stalwart_messages, stalwart_tables, stdlib_email
from tests.codecs.mime.agreement.comparison import Comparison
from tests.codecs.mime.agreement.oracles import compare_all


@pytest.fixture(scope="module")
def compared() -> list[Comparison]:
    return compare_all(shared.corpus())


@pytest.fixture(scope="module")
def differing(compared: list[Comparison]) -> list[Comparison]:
    return [comparison for comparison in compared if not comparison.is_agreed]


def test_97_of_100_compared_fields_agree(compared: list[Comparison], differing: list[Comparison]) -> None:
    assert 100 * len(differing) <= 3 * len(compared), f"{len(differing)} of {len(compared)} differ"


@pytest.mark.parametrize(
    ("oracle", "fields"),
    [
        (stalwart_messages.ORACLE, 2_500),
        (stalwart_tables.ORACLE, 580),
        (mime4j.ORACLE, 1_600),
        (imaptest.ORACLE, 100),
        (stdlib_email.ORACLE, 2_600),
    ],
)
def test_no_oracle_is_passed_over(compared: list[Comparison], oracle: str, fields: int) -> None:
    """An oracle whose form is misread compares less."""
    assert sum(comparison.oracle == oracle for comparison in compared) >= fields


def test_every_disagreement_is_argued(differing: list[Comparison]) -> None:
    assert argued.not_argued(differing) == []


def test_every_argument_is_about_a_disagreement(differing: list[Comparison]) -> None:
    assert argued.left_over(differing) == []


def test_every_argument_says_who_is_wrong() -> None:
    assert {argument.wrong for argument in argued.arguments()} <= {"theirs", "ours", "choice"}
