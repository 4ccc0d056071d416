"""Reading certificates: those of the tests' own authority, and octets that are none."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import MalformedMessage
from msgcore.session.probe import Certificate
from tests.servers import Authority


@pytest.fixture(scope="module")
def der(authority: Authority) -> bytes:
    return ssl.PEM_cert_to_DER_cert(authority.server.certificate.read_text())


def test_a_certificate_tells_whom_it_is_for_and_who_signed_it(der: bytes) -> None:
    certificate = Certificate.parse(der)

    assert (certificate.subject, certificate.issuer) == ("CN=localhost", "CN=msgcore test authority")


def test_host_names_and_addresses_are_names(der: bytes) -> None:
    assert Certificate.parse(der).names == ("localhost", "127.0.0.1")


def test_it_holds_as_long_as_it_was_signed_for(der: bytes) -> None:
    certificate = Certificate.parse(der)

    assert certificate.not_after - certificate.not_before == timedelta(days=30)


@pytest.mark.parametrize(("hours", "left"), [(0, 30), (29 * 24 + 1, 0), (31 * 24, -1)])
def test_days_left_are_whole_ones(der: bytes, hours: int, left: int) -> None:
    certificate = Certificate.parse(der)

    assert certificate.days_left(certificate.not_before + timedelta(hours=hours)) == left


def test_a_time_of_four_digits_for_the_year_is_read() -> None:
    name = b"\x30\x00"
    validity = b"\x30\x22" + b"\x18\x0f20500101000000Z" + b"\x18\x0f20600101000000Z"
    signed = b"\x02\x01\x01" + name + name + validity + name + name
    octets = b"\x30" + bytes([len(signed)]) + signed

    assert Certificate.parse(b"\x30" + bytes([len(octets)]) + octets).not_after == datetime(2060, 1, 1, tzinfo=UTC)


@given(st.data())
def test_octets_that_are_no_certificate_are_malformed_or_read(der: bytes, data: st.DataObject) -> None:
    octets = bytearray(der[: data.draw(st.integers(0, len(der)))] if data.draw(st.booleans()) else der)
    for _ in range(data.draw(st.integers(0, 3))):
        if octets:
            octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        certificate = Certificate.parse(bytes(octets))
    except MalformedMessage as error:
        assert str(error).startswith("this is no X.509 certificate")
    else:
        assert certificate.subject.isprintable()
