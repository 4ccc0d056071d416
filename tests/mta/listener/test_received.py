"""The Received field: whatever a client calls itself, it is one field that keeps the grammar (RFC 5321 section 4.4)."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.mta.listener.received import arrival_clause, client_name, received_field
from msgcore.runtime import TlsFacts
from msgcore.testing.queues import NOON
from msgcore.testing.strategies.addresses import smtp_addresses
from msgcore.wire.smtp.server import Client
from msgcore.wire.smtp.server.commands import read_ehlo_name

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_LITERAL = r"\[(?:IPv6:)?[0-9A-Fa-f.:]+\]"
_COMMENT = r"\((?:[ !-'*-\[\]-~]|\\[ -~])*\)"
_LOCAL = r'(?:[^\s<>"@]+|"(?:[^"\\]|\\.)*")'
STAMP = re.compile(
    rf"from (?P<name>{_DOMAIN}|{_LITERAL})(?: \((?P<address>{_LITERAL})\))?(?: {_COMMENT})?"
    rf" by (?P<by>{_DOMAIN})(?: {_COMMENT})? with (?P<protocol>[A-Z0-9]+)(?: {_COMMENT})? id (?P<id>[A-Za-z0-9]+)"
    rf"(?: for <(?P<whom>{_LOCAL}@[^\s<>]+)>)?; (?P<date>.+)"
)

hello_names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=255) | st.sampled_from(
    ["client.a.test", "[192.0.2.1]", "[IPv6:2001:db8::1]", "[IPv6:]", "[]", "a_b.test", ".", "-", "a)(b", "\\", "(((("]
)
hosts = st.ip_addresses().map(str) | st.sampled_from(["fe80::1%eth0", "", "unix", "::ffff:192.0.2.1"])


def stamp_of(field: bytes) -> re.Match[str]:
    """Read a field by the grammar."""
    text = field.decode()
    assert text.endswith("\r\n"), text
    name, _, value = re.sub(r"\r\n[ \t]+", " ", text[:-2]).partition(": ")
    found = None if "\r" in value or "\n" in value else STAMP.fullmatch(value)
    assert name == "Received", text
    assert found is not None, value
    return found


@given(hello_names, hosts, st.none() | smtp_addresses(), st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)))
def test_a_field_keeps_the_grammar_whatever_the_client_says(name: str, host: str, whom: object, now: datetime) -> None:
    client = Client(host, read_ehlo_name(name), "EHLO", TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", False))
    path = "" if whom is None else str(getattr(whom, "email_address", ""))
    stamp = stamp_of(received_field(arrival_clause(client, "mx.b.test", "ESMTPS"), "ab12", path, now))

    assert (stamp["by"], stamp["protocol"], stamp["id"], stamp["whom"] or "") == ("mx.b.test", "ESMTPS", "ab12", path)
    assert parsedate_to_datetime(stamp["date"]) == now.replace(microsecond=0)


@given(hello_names, hosts)
def test_no_line_of_a_field_is_longer_than_a_line_may_be(name: str, host: str) -> None:
    field = received_field(arrival_clause(Client(host, name), "mx.b.test", "ESMTP"), "ab12", "x" * 320, NOON)

    assert max(map(len, field.split(b"\r\n"))) <= 998


@given(hello_names, st.ip_addresses())
def test_the_address_that_a_client_came_from_is_always_told(name: str, address: ipaddress.IPv4Address) -> None:
    stamp = stamp_of(received_field(arrival_clause(Client(str(address), name), "mx.b.test", "SMTP"), "1", "", NOON))
    literal = stamp["address"] or stamp["name"]

    assert ipaddress.ip_address(literal.strip("[]").removeprefix("IPv6:")) == address


def test_a_usual_field() -> None:
    clause = arrival_clause(Client("192.0.2.1", "client.a.test", "EHLO"), "mx.b.test", "ESMTP")

    assert received_field(clause, "ab12", "bob@b.test", NOON) == (
        b"Received: from client.a.test ([192.0.2.1])\r\n"
        b"\tby mx.b.test (msgcore) with ESMTP id ab12\r\n"
        b"\tfor <bob@b.test>; Tue, 01 Jan 2030 12:00:00 +0000\r\n"
    )


@pytest.mark.parametrize(
    ("address", "name", "shown"),
    [
        ("192.0.2.1", "mx.a.test", "mx.a.test ([192.0.2.1])"),
        ("2001:db8::1", "mx.a.test", "mx.a.test ([IPv6:2001:db8::1])"),
        ("fe80::1%eth0", "mx.a.test", "mx.a.test ([IPv6:fe80::1])"),
        ("192.0.2.1", "[192.0.2.9]", "[192.0.2.9] ([192.0.2.1])"),
        ("192.0.2.1", "[192.0.2.999]", "[192.0.2.1] (hello [192.0.2.999])"),
        ("192.0.2.1", "a_b.test", "[192.0.2.1] (hello a_b.test)"),
        ("192.0.2.1", "x)(y", "[192.0.2.1] (hello x\\)\\(y)"),
        ("192.0.2.1", "", "[192.0.2.1]"),
        ("", "", "unknown"),
    ],
)
def test_how_a_client_is_named(address: str, name: str, shown: str) -> None:
    assert client_name(Client(address, name)) == shown
