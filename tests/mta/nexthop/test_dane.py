"""Delivery by MX where DNSSEC vouches for the hosts' keys, against a name server with signed zones."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from msgcore.errors import MissingExtra, MsgcoreError
from msgcore.model import Accepted, Deferred, Envelope, Outcome, Refused
from msgcore.mta.gateways.smtp import SmtpGateway
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.runtime import Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER, to
from tests.mta.nexthop.hosts import FIRST, SECOND, MxHostServer, Place, place, tls_of, tlsa_of
from tests.servers import Authority, KeyPair
from tests.servers.name_server import altered, servfail


def test_dane_is_kept_to_and_told_of(mode: Mode, dane: Place) -> None:
    dane.ca_file = Path(ssl.get_default_verify_paths().openssl_cafile)  # no authority counts
    [outcome] = dane.deliver(mode)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx1.b.test")
    assert dane.counted.told == [("tlsa", "", "mx1.b.test")]


@pytest.mark.parametrize("fault", ["stripped", "454 4.7.0 no", "cut", "other key"])
def test_where_dane_fails_nothing_is_sent_and_it_is_told(
    mode: Mode, dane_only: Place, authority: Authority, fault: str
) -> None:
    first = dane_only.first
    if fault == "stripped":
        first.leave_out("STARTTLS")
    elif fault == "cut":
        first.cut(at="STARTTLS")
    elif fault == "other key":
        first.stop()
        first = MxHostServer(FIRST, dane_only.port, tls=tls_of(authority.issue("mx1.b.test")))
        first.start()
    else:
        first.answer(fault, at="STARTTLS")
    outcomes = dane_only.deliver(mode, times=2)
    first.stop()

    assert outcomes == [Deferred(None, "4.7.5")] * 2
    assert (first.received, {one.policy.kind for one in dane_only.counted.results}) == ((), {"tlsa"})
    expected = "validation-failure" if fault in {"cut", "other key"} else "starttls-not-supported"
    assert {one.result for one in dane_only.counted.results} == {expected}


def test_a_host_that_fails_by_its_policy_is_passed_over(mode: Mode, dane: Place) -> None:
    """The second host has no TLSA record, and DNSSEC proves that."""
    dane.first.leave_out("STARTTLS")
    [outcome] = dane.deliver(mode)

    assert (type(outcome), outcome.remote_mta, dane.first.received) == (Accepted, "mx2.b.test", ())


@pytest.mark.parametrize("fault", [servfail, altered])
def test_where_tlsa_records_are_not_to_be_had_the_host_gets_nothing(
    mode: Mode, dane_only: Place, fault: Callable[..., object]
) -> None:
    dane_only.names.faults[f"_{dane_only.port}._tcp.mx1.b.test"] = fault  # type: ignore[assignment]  # one of them
    [outcome] = dane_only.deliver(mode)

    assert (outcome, dane_only.first.received) == (Deferred(None, "4.7.5"), ())
    assert dane_only.counted.told[0][1] in {"tlsa-invalid", "dnssec-invalid"}


def test_a_domain_whose_signatures_are_wrong_gets_nothing(dane: Place) -> None:
    dane.names.faults["b.test MX"] = altered
    [outcome] = dane.deliver(Mode.BLOCKING)

    assert (outcome, dane.counted.told) == (Deferred(None, "4.4.3"), [("tlsa", "dnssec-invalid", "")])


@pytest.fixture
def shared(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """One host of two domains, of which one has no say in DNSSEC."""
    strict = f"@ MX 10 mx1\nmx1 A {FIRST}\n_PORT._tcp.mx1 {tlsa_of(pair)}"
    yield from place(authority, pair, {"b.test": strict, "lax.test": "@ MX 10 mx1.b.test."}, ["b.test"])


def test_domains_that_have_a_host_in_common_have_no_policy_in_common(shared: Place) -> None:
    """What the one does without, the other is not given by a session that is there already."""
    shared.first.leave_out("STARTTLS")

    async def story(gateway: SmtpGateway, runtime: Runtime) -> list[str]:
        told: list[str] = []
        for domain in ("lax.test", "b.test", "lax.test"):
            try:
                outcomes = await gateway.deliver(
                    Envelope(ANN, to("bob"), domain), Content(LETTER), domain, runtime.deadline(30)
                )
                told += [type(one).__name__ for one in outcomes.values()]
            except MsgcoreError as error:
                told.append(type(error).__name__)
        return told

    assert shared.at_gateway(Mode.BLOCKING, story) == ["Accepted", "TlsFailed", "Accepted"]
    assert [one.policy.domain for one in shared.counted.results] == ["lax.test", "b.test"]


@pytest.fixture
def late(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """A domain of many hosts, of which only the last has records that can be had."""
    hosts = "\n".join(f"@ MX {number} old{number}\nold{number} A {SECOND}" for number in range(5))
    zone = f"{hosts}\n@ MX 10 mx1\nmx1 A {FIRST}\n_PORT._tcp.mx1 {tlsa_of(pair)}"
    yield from place(authority, pair, {"b.test": zone}, ["b.test"])


def test_hosts_that_get_nothing_do_not_hide_the_next_one(mode: Mode, late: Place) -> None:
    for number in range(5):
        late.names.faults[f"_{late.port}._tcp.old{number}.b.test"] = servfail
    [outcome] = late.deliver(mode)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx1.b.test"), outcome
    assert [host for _, result, host in late.counted.told if result] == [f"old{number}.b.test" for number in range(5)]


@pytest.fixture
def aliased(authority: Authority, pair: KeyPair) -> Iterator[Place]:
    """A host that is an alias of another, whose certificate an authority made that its TLSA record holds."""
    [certificate] = load_pem_x509_certificates(authority.ca_file.read_bytes())
    record = f"TLSA 2 0 0 {certificate.public_bytes(Encoding.DER).hex()}"
    zone = f"@ MX 10 mx\nmx CNAME mx1\nmx1 A {FIRST}\n_PORT._tcp.mx1 {record}"
    yield from place(authority, pair, {"b.test": zone}, ["b.test"])


def test_a_host_that_is_an_alias_may_show_the_certificate_of_what_it_is_an_alias_of(aliased: Place) -> None:
    [outcome] = aliased.deliver(Mode.BLOCKING)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx.b.test"), outcome
    assert aliased.counted.told == [("tlsa", "", "mx.b.test")]


# What messages say


def test_requiretls_goes_where_all_is_proved(mode: Mode, dane: Place) -> None:
    [outcome] = dane.deliver(mode, require_tls=True)

    assert (type(outcome), outcome.remote_mta) == (Accepted, "mx1.b.test")
    [received] = dane.first.received
    assert received.envelope.request.require_tls


@pytest.mark.parametrize("leaves_out", ["STARTTLS", "REQUIRETLS"])
def test_requiretls_goes_to_no_host_that_does_less(dane_only: Place, leaves_out: str) -> None:
    """And says nothing of the next hop, where other mail may go."""
    dane_only.first.leave_out(leaves_out)
    [outcome] = dane_only.deliver(Mode.BLOCKING, require_tls=True)

    expected: Outcome = Refused(None, "5.7.30") if leaves_out == "REQUIRETLS" else Deferred(None, "4.7.5")
    assert (outcome, dane_only.first.received) == (expected, ())


def test_requiretls_is_refused_where_nothing_proves_the_host(plain: Place) -> None:
    [outcome] = plain.deliver(Mode.BLOCKING, require_tls=True)

    assert (outcome, plain.first.received) == (Refused(None, "5.7.30"), ())


def test_requiretls_waits_where_it_is_not_known_what_proves_the_host(plain: Place) -> None:
    plain.outbound = OutboundSettings()
    plain.names.faults["_mta-sts.b.test TXT"] = servfail
    [outcome] = plain.deliver(Mode.BLOCKING, require_tls=True)

    assert (type(outcome), plain.first.received) == (Deferred, ())


def test_a_sender_may_waive_the_domain_s_policies_and_not_the_mta_s(mode: Mode, dane_only: Place) -> None:
    dane_only.first.leave_out("STARTTLS")
    waiving = b"TLS-Required: No\r\n" + LETTER
    assert isinstance(dane_only.deliver(mode, octets=waiving)[0], Accepted)
    assert not dane_only.counted.told, "it says nothing of the domain's policies"

    dane_only.outbound = OutboundSettings(uses_mta_sts=False, tls={"*": "encrypt"})
    assert dane_only.deliver(mode, octets=waiving) == [Deferred(None, "4.7.5")]


def test_what_this_host_lacks_for_a_record_refuses_no_message(
    mode: Mode, dane_only: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> NoReturn:
        raise MissingExtra("dnssec", "a TLSA record of usage 2 (DANE-TA)")

    monkeypatch.setattr("msgcore.runtime.tls.matching", lacking)
    [outcome] = dane_only.deliver(mode)

    assert isinstance(outcome, Deferred) and "dnssec" in outcome.text
    assert dane_only.first.received == ()
