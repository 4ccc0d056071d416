"""What the records of a zone prove to be missing: all that is, and nothing else."""

from __future__ import annotations

import dns.name
import pytest
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import DnssecFailed
from msgcore.runtime.abc import NEVER
from msgcore.runtime.dns.answers import records_of
from msgcore.runtime.dns.denial import Denied, Proofs, deny, stands_for
from msgcore.runtime.dns.signatures import Work
from tests.servers.zones import Nsec3, Signing, Zone

ORIGIN = dns.name.from_text("a.test")
LABELS = st.sampled_from(["a", "b", "m", "z"])
NAMES = st.lists(LABELS, max_size=3).map(".".join)
OWNERS = st.tuples(st.sampled_from(["", "*."]), NAMES).map(lambda parts: (parts[0] + parts[1]).strip(".") or "@")
KINDS = st.sampled_from([RdataType.A, RdataType.TXT, RdataType.DS])
HASHING = st.sampled_from([None, Nsec3(), Nsec3(2, b"\x01"), Nsec3(is_opt_out=True)])


def written(owners: dict[str, str], cut: str) -> str:
    """Write a zone with one record at each name, and perhaps a delegation."""
    lines = [f"{owner} {kind} {'192.0.2.1' if kind == 'A' else 'text'}" for owner, kind in owners.items()]
    return "\n".join([*lines, *([f"{cut} NS ns.elsewhere.test."] if cut else [])])


def absolute(name: str) -> dns.name.Name:
    return dns.name.from_text(name, ORIGIN) if name else ORIGIN


def proofs_of(zone: Zone, *names: dns.name.Name) -> Proofs:
    """Gather what a zone shows when it is asked for these names."""
    found = [(rrset.name, records_of(rrset)[0]) for name in names for rrset in zone.denial(name)]
    return Proofs(
        ORIGIN,
        {name: record for name, record in found if isinstance(record, NSEC)},
        {name: record for name, record in found if isinstance(record, NSEC3)},
        Work(NEVER).spend_hashes,
    )


def above(name: dns.name.Name) -> list[dns.name.Name]:
    return [name.split(depth)[1] for depth in range(len(ORIGIN), len(name) + 1)]


def truth(zone: Zone, name: dns.name.Name, kind: RdataType, cut: dns.name.Name | None) -> bool | None:
    """Say whether there is such a name without these records; ``None``: they are there, or not this zone's to deny."""
    if name == ORIGIN and kind == RdataType.DS:
        return None
    if cut is not None and name.is_subdomain(cut) and (name != cut or kind != RdataType.DS):
        return None
    there = name if zone.exists(name) else zone.wildcard(name)
    if zone.rrset(there, kind) is not None:
        return None
    return zone.exists(there)


@given(st.dictionaries(OWNERS, st.sampled_from(["A", "TXT"]), max_size=5), NAMES, NAMES, KINDS, HASHING)
def test_all_that_is_missing_is_proved_and_nothing_else(
    owners: dict[str, str], cut: str, asked: str, kind: RdataType, hashing: Nsec3 | None
) -> None:
    zone = Zone("a.test", written(owners, cut), Signing(nsec3=hashing))
    name, delegation = absolute(asked), absolute(cut) if cut else None
    expected = truth(zone, name, kind, delegation)
    everything = proofs_of(zone, name, *(one for owner in [*owners, cut] for one in above(absolute(owner.strip("@")))))
    for proofs in [proofs_of(zone, name), everything]:
        denied = deny(proofs, name, kind)
        if denied is None or not denied.is_secure:
            assert expected is None or (denied is not None and hashing is not None and hashing.is_opt_out)
        else:
            assert denied.exists == expected


@given(st.dictionaries(OWNERS, st.just("A"), max_size=5), NAMES, NAMES, HASHING)
def test_a_wildcard_stands_only_for_names_that_are_not_there(
    owners: dict[str, str], base: str, asked: str, hashing: Nsec3 | None
) -> None:
    wildcard = dns.name.from_text("*", absolute(base))
    zone = Zone("a.test", written({**owners, wildcard.relativize(ORIGIN).to_text(): "A"}, ""), Signing(nsec3=hashing))
    name = absolute(asked)
    if name == wildcard.parent() or not name.is_subdomain(wildcard.parent()):
        return
    does_stand = not zone.exists(name) and zone.wildcard(name) == wildcard
    everything = proofs_of(zone, name, *(one for owner in owners for one in above(absolute(owner.strip("@")))))
    proved = stands_for(everything, wildcard, name)
    assert (proved is True) == (does_stand and not (hashing is not None and hashing.is_opt_out))


def test_proofs_that_would_cost_too_many_hashes_are_not_looked_at() -> None:
    """CVE-2023-50868; more than a hundred iterations make a zone insecure, and many names are too much work."""
    zone = Zone("a.test", "@ A 192.0.2.1", Signing(nsec3=Nsec3(iterations=101)))
    assert deny(proofs_of(zone, absolute("b")), absolute("b"), RdataType.A) == Denied(False, is_secure=False)
    costly = Zone("a.test", "@ A 192.0.2.1", Signing(nsec3=Nsec3(iterations=100)))
    deep = absolute("x." * 60 + "b")
    with pytest.raises(DnssecFailed, match="too many hashes"):
        deny(proofs_of(costly, deep), deep, RdataType.A)
