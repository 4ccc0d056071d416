"""MTA-STS as text."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import MalformedMessage
from msgcore.mta.nexthop.sts import StsPolicy, is_named, policy_id, read_policy

HOSTS = st.lists(st.sampled_from(["mx.b.test", "*.b.test", "mail.c.test"]), min_size=1, max_size=3, unique=True)


@given(
    st.sampled_from(["enforce", "testing", "none"]), st.integers(0, 31_557_600), HOSTS, st.sampled_from(["\r\n", "\n"])
)
def test_a_policy_is_read_as_it_was_written(mode: str, seconds: int, hosts: list[str], end: str) -> None:
    policy = read_policy((end.join([*StsPolicy(mode, seconds, tuple(hosts)).lines, "other: x"]) + end).encode())  # type: ignore[arg-type]  # drawn

    assert policy == StsPolicy(mode, seconds, tuple(hosts))  # type: ignore[arg-type]  # drawn


@given(st.binary(max_size=200) | st.binary(max_size=60).map(b"version: STSv1\nmode: enforce\nmx: a\nmax_age: ".__add__))
def test_no_octets_harm_a_reader(octets: bytes) -> None:
    try:
        policy = read_policy(octets)
    except MalformedMessage:
        return
    assert policy.hosts or policy.mode == "none"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mode: enforce\nmx: mx.b.test\nmax_age: 60",
        "version: STSv2\nmode: enforce\nmx: mx.b.test\nmax_age: 60",
        "version: STSv1\nmode: must\nmx: mx.b.test\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmx: mx.b.test",
        "version: STSv1\nmode: enforce\nmx: mx.b.test\nmax_age: -1",
        "version: STSv1\nmode: enforce\nmx: *.*.test\nmax_age: 60",
        "version: STSv1\nmode: none\nmax_age: 60\nother: \0",
        "<html>not found</html>",
    ],
)
def test_what_is_no_policy_is_none(text: str) -> None:
    with pytest.raises(MalformedMessage):
        read_policy(text.encode())


def test_blanks_in_a_line_take_no_time_in_their_square() -> None:
    begun = process_time()
    read_policy(b"version: STSv1\nmode: none\nmax_age: 60\nother: x" + b" " * 64_000 + b"x \t\r\n")

    assert process_time() - begun < 1


@pytest.mark.parametrize(
    ("host", "expected"),
    [("mx.b.test", True), ("MX.B.TEST.", True), ("a.mx.b.test", False), ("b.test", False), ("mail.c.test", True)],
)
def test_a_star_is_one_label(host: str, expected: bool) -> None:
    assert is_named(host, StsPolicy("enforce", 60, ("*.b.test", "mail.c.test"))) is expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([b"v=STSv1; id=20260101T000000;"], "20260101T000000"),
        ([b"v=STSv1;id=1"], "1"),
        ([b"v=spf1 -all", b"v=STSv1; id=1; extra=x"], "1"),
        ([b"v=STSv1; id=1", b"v=STSv1; id=2"], None),
        ([b"v=STSv1;"], None),
        ([b"v=STSv1; id=a-b"], None),
        ([b"v=STSv10; id=1"], None),
        ([], None),
    ],
)
def test_the_promise_in_dns(records: list[bytes], expected: str | None) -> None:
    assert policy_id(records) == expected
