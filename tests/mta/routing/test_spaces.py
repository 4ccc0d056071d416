"""Address spaces: what a pattern matches, and which of two is the more specific."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import InjectionRefused, UsageError
from msgcore.mta import AddressSpace

ADDRESSES = st.text("aAb1.@/= *Ü", min_size=1, max_size=12)
PATTERNS = st.text("aAb1./=*", min_size=1, max_size=8).filter(lambda text: text.strip() == text)


@given(PATTERNS, ADDRESSES)
def test_a_star_stands_for_any_run_of_characters(pattern: str, address: str) -> None:
    as_regex = ".*".join(re.escape(run) for run in pattern.split("*"))
    expected = re.fullmatch(as_regex, address, re.IGNORECASE | re.DOTALL) is not None

    assert AddressSpace("MS", pattern).matches(address) == expected


@given(PATTERNS)
def test_every_pattern_matches_itself_and_its_upper_case(pattern: str) -> None:
    space = AddressSpace("MS", pattern)

    assert (space.matches(pattern), space.matches(pattern.upper())) == (True, True)


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("bob@b.test", "bob@b.test", True),
        ("bob@b.test", "BOB@B.Test", True),
        ("bob@b.test", "rob@b.test", False),
        ("*@b.test", "bob@b.test", True),
        ("*@b.test", "bob@x.b.test", False),
        ("*@b.test", "bob@bb.test", False),
        ("*@b.test", '"x@y"@b.test', True),
        ("*@b.test", '"x@b.test"@c.test', False),
        ("*@*.b.test", "bob@x.b.test", True),
        ("*@*.b.test", "bob@y.x.b.test", True),
        ("*@*.b.test", "bob@b.test", False),
        ("*@*.b.test", "bob@xb.test", False),
        ("*", "bob@b.test", True),
        ("sales-*@b.test", "sales-eu@b.test", True),
        ("sales-*@b.test", "bob@b.test", False),
        ("*@b.test", "bob@b.test.", True),
        ("*@bücher.test", "bob@xn--bcher-kva.test", True),
        ("*@xn--bcher-kva.test", "bob@BÜCHER.test", True),
        ("*@fass.test", "bob@faß.test", False),
    ],
)
def test_an_smtp_pattern_is_compared_with_the_whole_address(pattern: str, address: str, expected: bool) -> None:
    assert AddressSpace("SMTP", pattern).matches(address) == expected


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("bob@b.test", "*ob@b.test"),
        ("a@b.c", "*@a-very-long-domain.test"),
        ("*ob@b.test", "*@b.test"),
        ("*@x.b.test", "*@*.b.test"),
        ("*@*.x.b.test", "*@*.b.test"),
        ("*@*.b.test", "*@*.test"),
        ("*@*.test", "*"),
    ],
)
def test_exact_is_more_specific_than_more_literals_and_those_than_fewer(more: str, less: str) -> None:
    assert AddressSpace("SMTP", more).specificity > AddressSpace("SMTP", less).specificity


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        ("b.test", "write '*@b.test' for a domain, '*@*.b.test' for its subdomains"),
        (".b.test", "'*@b.test'"),
        ("*.b.test", "'*@*.b.test'"),
        ("@b.test", "write '*@b.test'"),
        ("bob@", "'*' alone"),
        ("", "write '*'"),
        (" *@b.test", "write '*@b.test'"),
    ],
)
def test_a_wrong_smtp_pattern_is_refused_with_what_to_write_instead(pattern: str, advice: str) -> None:
    with pytest.raises(UsageError, match=re.escape(advice)):
        AddressSpace("SMTP", pattern)


@pytest.mark.parametrize("cost", [0, 101, -1, True, "10"])
def test_a_cost_outside_1_to_100_is_refused(cost: Any) -> None:
    with pytest.raises(UsageError, match="need 1 to 100"):
        AddressSpace("SMTP", "*", cost)


@pytest.mark.parametrize("address_type", ["", "a b", "1A", "SMTP:", "É"])
def test_a_wrong_address_type_is_refused(address_type: str) -> None:
    with pytest.raises(UsageError, match="address type"):
        AddressSpace(address_type, "*")


def test_the_address_type_is_put_in_upper_case() -> None:
    assert AddressSpace("smtp", "*") == AddressSpace("SMTP", "*")


def test_a_line_end_in_a_pattern_is_refused() -> None:
    with pytest.raises(InjectionRefused):
        AddressSpace("X400", "c=us\r\n")
