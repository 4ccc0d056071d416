"""Authentication-Results: what a stranger chose ends nothing, and nobody speaks in our name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.mta.intake import lowered_header
from msgcore.mta.trust.arc import ArcResult
from msgcore.mta.trust.authentication import Authentication
from msgcore.mta.trust.dkim import DkimResult
from msgcore.mta.trust.dmarc import DmarcResult
from msgcore.mta.trust.results_text import read_results, without_own_results
from msgcore.mta.trust.spf import SpfResult
from tests.mta.trust.letters import LETTER, bodies, headers

HOST = "mx.b.test"


def without_own(octets: bytes) -> bytes:
    return without_own_results(octets, lowered_header(octets), [HOST, "mx2.b.test"])


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_a_stranger_chose_adds_no_result_and_no_field(one: str, other: str) -> None:
    found = Authentication(
        SpfResult("fail", "mailfrom", one, other),
        None,
        (DkimResult("fail", other, one, one, "rsa-sha256", other, one),),
        ArcResult("none", other),
        DmarcResult("fail", one, "reject", "reject", other),
    )

    field = found.field(HOST)

    assert field.isascii()
    assert all(line.startswith(b"\t") for line in field.removesuffix(b"\r\n").split(b"\r\n")[1:])
    assert field.count(b"\n") == field.count(b"\r") == field.count(b"\r\n")
    expected = (HOST, frozenset({"spf=fail", "dkim=fail", "dmarc=fail", "arc=none"}))
    assert read_results(field.decode().partition(":")[2]) == expected


OURS = (
    b"Authentication-Results: MX2.b.test 1; spf=pass\r\n",
    b"Authentication-Results: mx.b.test; spf=pass\r\n",
    b"authentication-results:MX.B.TEST 1;\r\n\tspf=pass;\r\n dkim=pass\r\n",
    b'Authentication-Results : (a comment) "mx.b.test"; spf=pass\r\n',
    b"Authentication-Results:\r\n\tmx.b.test.; none\r\n",
    b"Authentication-Results: (;) mx.b.test; spf=pass\r\n",
    b"Authentication-Results: (" + b";" * 33_000 + b") mx.b.test; dmarc=pass\r\n",
    b"Authentication-Results: (a;b(c) mx.b.test; dmarc=pass\r\n",
    b"Authentication-Results: ; mx.b.test; dmarc=pass\r\n",
    b'Authentication-Results: "mx.b.test; spf=pass\r\n',
    b"Authentication-Results: mx.b.test (\r\n",
    b"Authentication-Results: mx.b.test; spf=pass\n",
)


@pytest.mark.parametrize("field", OURS)
def test_a_field_in_our_name_is_taken_out_wherever_it_stands(field: bytes) -> None:
    first, _, rest = LETTER.partition(b"\r\n")

    for octets in (
        field + LETTER,
        first + b"\r\n" + field + rest,
        LETTER.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1),
    ):
        assert without_own(octets) == octets.replace(field, b"")


@pytest.mark.parametrize(
    "field",
    [
        b"Authentication-Results: mx.other.test; spf=pass smtp.mailfrom=mx.b.test\r\n",
        b"Authentication-Results: notmx.b.test; spf=pass\r\n",
        b"Authentication-Results: mx.b.test.other; spf=pass\r\n",
        b"X-Authentication-Results: mx.b.test; spf=pass\r\n",
        b"ARC-Authentication-Results: i=1; mx.b.test; spf=pass\r\n",
        b"Subject: x\r\n\tAuthentication-Results: mx.b.test; spf=pass\r\n",
    ],
)
def test_no_other_octet_changes(field: bytes) -> None:
    octets = field + LETTER + OURS[0]

    assert without_own(octets) == octets


@given(headers, bodies, st.lists(st.sampled_from(OURS[:5]), max_size=3))
def test_what_is_left_is_the_rest(header: bytes, body: bytes, fields: list[bytes]) -> None:
    assert without_own(header + b"".join(fields) + b"From: a@a.test\r\n\r\n" + body) == (
        header + b"From: a@a.test\r\n\r\n" + body
    )
