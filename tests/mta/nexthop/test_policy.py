"""What TLS to a host has to show: the strongest of what is asked for."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.mta.nexthop.policy import FLOORS, HostFacts, Level, TlsDemand, Unfit, Wishes, demand
from msgcore.mta.nexthop.sts import StsPolicy
from msgcore.runtime.abc import TlsSettings
from msgcore.runtime.dns import TlsaRecord

KEY = TlsaRecord(3, 1, 1, b"k" * 32)
CHAIN = TlsaRecord(1, 1, 1, b"k" * 32)

POLICIES = st.builds(
    StsPolicy,
    st.sampled_from(["enforce", "testing", "none"]),
    st.just(60),
    st.sampled_from([("mx.b.test",), ("*.b.test",), ("other.test",)]),
)
WISHES = st.builds(
    Wishes, st.just("b.test"), st.none() | POLICIES, st.sampled_from(FLOORS), st.booleans(), st.booleans()
)
FACTS = st.builds(
    HostFacts, st.just("mx.b.test"), st.booleans(), st.none() | st.sampled_from([(KEY,), (CHAIN,), (KEY, CHAIN)])
)


def strength(found: TlsDemand | Unfit) -> int:
    """Nothing at all is the strongest."""
    return len(Level) if isinstance(found, Unfit) else found.level


@given(WISHES, FACTS)
def test_no_policy_makes_it_weaker_than_without(wishes: Wishes, host: HostFacts) -> None:
    """DANE is kept to where MTA-STS fails (RFC 8461 section 2), which is its own proof and no weaker."""
    given = strength(demand(wishes, host))
    is_dane = host.tlsa is not None and KEY in host.tlsa and (wishes.requires_tls or not wishes.waives_tls)

    assert given >= strength(demand(attrs.evolve(wishes, floor="opportunistic"), host))
    assert given >= strength(demand(attrs.evolve(wishes, sts=None, requires_tls=False), host))
    assert given >= strength(demand(attrs.evolve(wishes, waives_tls=True), host))
    assert is_dane or given >= strength(demand(wishes, attrs.evolve(host, tlsa=None)))


@given(WISHES, FACTS)
def test_only_what_nobody_asks_for_may_go_in_clear(wishes: Wishes, host: HostFacts) -> None:
    found = demand(wishes, host)
    is_enforced = wishes.sts is not None and wishes.sts.mode == "enforce"
    is_asked_for = wishes.requires_tls or wishes.floor != "opportunistic"
    is_promised = not wishes.waives_tls and (is_enforced or host.tlsa is not None)
    may = isinstance(found, TlsDemand) and None in found.tries(TlsSettings())

    assert may == (not is_asked_for and not is_promised)


@given(WISHES.map(lambda one: attrs.evolve(one, requires_tls=True)), FACTS)
def test_requiretls_wants_a_host_that_is_proved_and_proves_itself(wishes: Wishes, host: HostFacts) -> None:
    found = demand(wishes, host)

    assert strength(found) >= Level.VERIFY or host.tlsa is not None
    if isinstance(found, TlsDemand):
        assert host.is_mx_secure or host.tlsa is not None or found.kind == "sts"


ENFORCED = StsPolicy("enforce", 60, ("*.b.test",))


@pytest.mark.parametrize(
    ("wishes", "host", "level"),
    [
        (Wishes("b.test"), HostFacts("mx.b.test"), Level.OPPORTUNISTIC),
        (Wishes("b.test", floor="encrypt"), HostFacts("mx.b.test"), Level.ENCRYPT),
        (Wishes("b.test", ENFORCED), HostFacts("mx.b.test"), Level.VERIFY),
        (Wishes("b.test", ENFORCED), HostFacts("mx.b.test", True, (KEY,)), Level.DANE),
        (Wishes("b.test", ENFORCED), HostFacts("mx.other.test", True, (KEY,)), Level.DANE),
        (Wishes("b.test"), HostFacts("mx.b.test", True, (CHAIN,)), Level.ENCRYPT),
        (Wishes("b.test", ENFORCED), HostFacts("mx.b.test", True, (CHAIN,)), Level.VERIFY),
        (Wishes("b.test", ENFORCED, waives_tls=True), HostFacts("mx.b.test", True, (KEY,)), Level.OPPORTUNISTIC),
        (Wishes("b.test", requires_tls=True), HostFacts("mx.b.test", True, (KEY,)), Level.DANE),
        (Wishes("b.test", requires_tls=True), HostFacts("mx.b.test", True), Level.VERIFY),
    ],
)
def test_examples(wishes: Wishes, host: HostFacts, level: Level) -> None:
    assert strength(demand(wishes, host)) == level


@pytest.mark.parametrize(
    ("wishes", "host"),
    [
        (Wishes("b.test", ENFORCED), HostFacts("mx.other.test")),
        (Wishes("b.test", ENFORCED), HostFacts("mx.other.test", True, (CHAIN,))),
        (Wishes("b.test", requires_tls=True), HostFacts("mx.b.test")),
        (Wishes("b.test", ENFORCED, requires_tls=True), HostFacts("mx.other.test", True)),
        (Wishes("b.test", ENFORCED, requires_tls=True), HostFacts("b.test")),
    ],
)
def test_who_cannot_be_what_is_asked_for_gets_nothing(wishes: Wishes, host: HostFacts) -> None:
    assert isinstance(demand(wishes, host), Unfit)


def test_in_testing_a_host_that_is_not_named_is_told_of_and_gets_its_mail() -> None:
    found = demand(Wishes("b.test", attrs.evolve(ENFORCED, mode="testing")), HostFacts("mx.other.test"))

    assert found == TlsDemand(Level.OPPORTUNISTIC, kind="sts", is_tested=True, breach="validation-failure")


def test_in_testing_it_is_verified_first_whatever_the_floor_is() -> None:
    testing = attrs.evolve(ENFORCED, mode="testing")
    found = [demand(Wishes("b.test", testing, floor=floor), HostFacts("mx.b.test")) for floor in FLOORS]
    tries = [one.tries(TlsSettings()) for one in found if isinstance(one, TlsDemand)]

    assert [one[0] for one in tries] == [TlsSettings()] * 3
    assert [one[-1] for one in tries] == [None, TlsSettings(is_opportunistic=True), TlsSettings()]
