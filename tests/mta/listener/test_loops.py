"""Mail that goes round in a circle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.mta.intake import lowered_header
from msgcore.mta.listener.loops import is_going_round
from msgcore.mta.listener.received import arrival_clause, received_field
from msgcore.testing.queues import NOON
from msgcore.wire.smtp.server import Client

HOST = "mx.b.test"
OTHER = b"Received: from x by mx.c.test id 1; Tue, 01 Jan 2030 12:00:00 +0000\r\n"
CLAUSE = arrival_clause(Client("192.0.2.1", "mx.a.test"), HOST, "ESMTP")


def ours(number: int) -> bytes:
    return received_field(CLAUSE, f"id{number}", "bob@b.test", NOON)


def is_round(*fields: bytes, body: bytes = b"body\r\n", most: int = 100, passes: int = 10) -> bool:
    return is_going_round(lowered_header(b"".join(fields) + b"Subject: x\r\n\r\n" + body), HOST, most, passes)


@given(st.integers(0, 12), st.integers(0, 12), st.randoms(use_true_random=False))
def test_a_message_goes_round_past_either_count(others: int, passes: int, random: st.DataObject) -> None:
    fields = [OTHER] * others + [ours(n) for n in range(passes)]
    random.shuffle(fields)  # type: ignore[attr-defined]  # it is a random.Random

    assert is_round(*fields, most=10, passes=5) == (others + passes > 10 or passes > 5)


@given(st.binary())
def test_no_octets_end_in_an_error(octets: bytes) -> None:
    assert not is_going_round(lowered_header(octets), HOST, 1_000, 10)


@pytest.mark.parametrize(
    ("fields", "is_one"),
    {
        "none": (list[bytes](), False),
        "at the limit": ([OTHER] * 100, False),
        "past the limit": ([OTHER] * 101, True),
        "in capitals": ([OTHER.upper()] * 101, True),
        "with blanks before the colon": ([OTHER.replace(b":", b" \t:", 1)] * 101, True),
        "of other names": ([OTHER.replace(b"Received", b"Received-SPF", 1)] * 101, False),
        "here ten times": ([ours(n) for n in range(10)], False),
        "here eleven times": ([ours(n) for n in range(11)], True),
        "here twice under one id": ([ours(1), OTHER, ours(1)], True),
        "here in capitals": ([ours(n).upper() for n in range(11)], True),
        "from here, by others": ([OTHER.replace(b"from x", b"from " + HOST.encode())] * 20, False),
        "by a host whose name begins so": ([ours(1).replace(HOST.encode(), HOST.encode() + b".c.test")] * 20, False),
    }.values(),
    ids=str,
)
def test_which_traces_are_those_of_a_circle(fields: list[bytes], is_one: bool) -> None:
    assert is_round(*fields) == is_one


def test_what_a_body_quotes_is_no_trace() -> None:
    assert not is_round(body=(OTHER + ours(1)) * 200)


def test_a_header_with_other_line_ends_is_read_too() -> None:
    """By BDAT any octets come."""
    octets = (OTHER * 101).replace(b"\r\n", b"\n") + b"\nbody\r\n\r\n"

    assert is_going_round(lowered_header(octets), HOST, 100, 10)
