"""Answers proved by DNSSEC, and what is not proved: signed zones on loopback, from a root of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import attrs
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from dns.dnssectypes import Algorithm
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.RRSIG import RRSIG

from msgcore.errors import DnssecFailed, ResolverFailed, SetupError
from msgcore.runtime import NEVER, BlockingRuntime, Runtime
from msgcore.runtime.dns import DnsAnswer, DnsKind, DnsSettings, Resolver
from msgcore.runtime.dns.signatures import Work, Zone, signatures_of, usable_keys, verify
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from tests.servers.name_server import Fault, NameServer, altered, servfail, stripped
from tests.servers.zones import Nsec3, Signing

MAIL = """
@ MX 10 mx
mx A 192.0.2.1
_25._tcp.mx TLSA 3 1 1 {digest}
www CNAME mx
out CNAME mx.plain.test.
*.wild A 192.0.2.2
there.wild TXT text
empty.below.deep A 192.0.2.3
under DNAME other
host.other A 192.0.2.4
""".format(digest="ab" * 32)
PLAIN = "@ MX 10 mx\nmx A 192.0.2.9\nin CNAME mx.nsec.test."

SIGNED = {
    "nsec.test": Signing(),
    "hashed.test": Signing(nsec3=Nsec3(iterations=3, salt=b"\xaa\xbb")),
    "optout.test": Signing(nsec3=Nsec3(is_opt_out=True)),
    "rsa.test": Signing(Algorithm.RSASHA256),
    "edwards.test": Signing(Algorithm.ED25519),
    "costly.test": Signing(nsec3=Nsec3(iterations=2_000)),
    "old.test": Signing(Algorithm.RSASHA1),
    "expired.test": Signing(lifetime=(timedelta(days=-9), timedelta(days=-1))),
    "early.test": Signing(lifetime=(timedelta(days=1), timedelta(days=9))),
    "sub.optout.test": Signing(),
}
UNSIGNED = ("plain.test", "plain.nsec.test", "plain.hashed.test", "plain.optout.test")
PROVED = ["nsec.test", "hashed.test", "optout.test"]


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    zones = {**dict.fromkeys(SIGNED, MAIL), **dict.fromkeys(UNSIGNED, PLAIN)}
    with NameServer(zones, SIGNED) as server:
        yield server


@pytest.fixture(autouse=True)
def clean(server: NameServer) -> None:
    server.faults.clear()
    server.asked.clear()


def ask(server: NameServer, name: str, kind: DnsKind = DnsKind.A, settings: DnsSettings | None = None) -> DnsAnswer:
    async def main(runtime: Runtime) -> DnsAnswer:
        chosen = settings or attrs.evolve(server.settings, attempts=1)
        return await Resolver(runtime, chosen).ask(name, kind, runtime.deadline(20))

    return Mode.BLOCKING.run(main)


@pytest.mark.parametrize("zone", [*PROVED, "rsa.test", "edwards.test", "sub.optout.test"])
@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("", DnsKind.MX, True),
        ("_25._tcp.mx.", DnsKind.TLSA, True),
        ("www.", DnsKind.A, True),
        ("a.b.wild.", DnsKind.A, True),
        ("host.under.", DnsKind.A, True),
        ("mx.", DnsKind.TXT, False),
        ("below.deep.", DnsKind.A, False),
        ("a.b.wild.", DnsKind.TXT, False),
    ],
)
def test_what_a_signed_zone_says_is_secure(
    server: NameServer, zone: str, name: str, kind: DnsKind, found: bool
) -> None:
    answer = ask(server, name + zone, kind)
    assert answer.exists
    assert bool(answer.records) == found
    assert answer.is_secure or (zone == "optout.test" and "wild" in name), "opt-out proves no name missing"


@pytest.mark.parametrize("name", ["nobody", "x.y.z", "nobody.mx", "zzz"])
@pytest.mark.parametrize("zone", [*PROVED, "edwards.test"])
def test_that_a_signed_zone_has_no_such_name_is_secure(server: NameServer, zone: str, name: str) -> None:
    answer = ask(server, f"{name}.{zone}")
    assert (answer.exists, answer.is_secure) == (False, zone != "optout.test")


def test_that_there_is_no_such_zone_is_secure(server: NameServer) -> None:
    for name in ("nothing.test", "nothing"):
        answer = ask(server, name, DnsKind.MX)
        assert (answer.exists, answer.is_secure) == (False, True)


@pytest.mark.parametrize("zone", [*UNSIGNED, "old.test", "costly.test"])
def test_what_nobody_signed_or_nobody_can_check_is_insecure_and_good(server: NameServer, zone: str) -> None:
    answer = ask(server, f"nobody.{zone}" if zone == "costly.test" else zone, DnsKind.MX)
    assert answer.exists == (zone != "costly.test")
    assert not answer.is_secure


@pytest.mark.parametrize(("name", "end"), [("out.nsec.test", "mx.plain.test"), ("in.plain.test", "mx.nsec.test")])
def test_aliases_are_secure_only_when_all_are(server: NameServer, name: str, end: str) -> None:
    answer = ask(server, name)
    assert (answer.canonical_name, answer.is_secure) == (end, False)


@pytest.mark.parametrize("zone", ["expired.test", "early.test"])
def test_signatures_out_of_their_time_are_bogus(server: NameServer, zone: str) -> None:
    with pytest.raises(DnssecFailed, match=rf"^MX of {zone}: DNSSEC: {zone}"):
        ask(server, zone, DnsKind.MX)


@pytest.mark.parametrize("fault", [stripped, altered])
@pytest.mark.parametrize(
    ("asked", "broken"),
    [
        ("nsec.test MX", "nsec.test MX"),
        ("nsec.test MX", "nsec.test DNSKEY"),
        ("nsec.test MX", "nsec.test DS"),
        ("nsec.test MX", "test DNSKEY"),
        ("nsec.test MX", "test DS"),
        ("nsec.test MX", ". DNSKEY"),
        ("plain.test MX", "plain.test DS"),
        ("plain.hashed.test MX", "plain.hashed.test DS"),
        ("nobody.nsec.test A", "nobody.nsec.test"),
        ("mx.hashed.test TXT", "mx.hashed.test TXT"),
        ("a.wild.nsec.test A", "a.wild.nsec.test A"),
        ("www.nsec.test A", "www.nsec.test A"),
        ("host.under.nsec.test A", "host.under.nsec.test A"),
    ],
)
def test_what_loses_its_signatures_or_has_others_is_bogus(
    server: NameServer, asked: str, broken: str, fault: Fault
) -> None:
    name, kind = asked.split()
    server.faults[broken] = fault
    with pytest.raises(DnssecFailed):
        ask(server, name, DnsKind(kind))


def answering(server: NameServer, change: Callable[[dns.message.Message], None]) -> Fault:
    def fault(answer: dns.message.Message) -> dns.message.Message:
        change(answer)
        return answer

    return fault


def signed(server: NameServer, zone: str, name: str, kind: str) -> list[dns.rrset.RRset]:
    """Give records with their signatures, as the zone has them."""
    rrset = server.zone(zone).rrset(dns.name.from_text(name), RdataType[kind])
    assert rrset is not None
    return server.zone(zone).signed(rrset)


def forged_address(server: NameServer, answer: dns.message.Message) -> None:
    """Put another address beside the true signature."""
    answer.answer[0] = dns.rrset.from_text("mx.nsec.test.", 300, "IN", "A", "192.0.2.66")


def another_names_records(server: NameServer, answer: dns.message.Message) -> None:
    answer.answer[:] = signed(server, "nsec.test", "host.other.nsec.test", "A")
    for rrset in answer.answer:
        rrset.name = dns.name.from_text("mx.nsec.test.")


def a_wildcard_in_its_place(server: NameServer, answer: dns.message.Message) -> None:
    """Play back what the wildcard says of another name, with the proof for that."""
    zone = server.zone("nsec.test")
    wildcard = zone.rrset(dns.name.from_text("*.wild.nsec.test"), RdataType.A)
    assert wildcard is not None
    answer.answer[:] = zone.signed(wildcard, dns.name.from_text("there.wild.nsec.test"))
    answer.authority[:] = zone.proof_of_wildcard(dns.name.from_text("b.wild.nsec.test"))


def the_wildcards_denial_in_its_place(server: NameServer, answer: dns.message.Message) -> None:
    """Play back what the wildcard has not, as if it stood at the name."""
    answer.answer.clear()
    answer.authority[:] = server.zone("nsec.test").denial(dns.name.from_text("*.wild.nsec.test"))
    for rrset in answer.authority[2:]:
        rrset.name = dns.name.from_text("there.wild.nsec.test")


def nothing_there(server: NameServer, answer: dns.message.Message) -> None:
    """Play back that another name is not there."""
    answer.answer.clear()
    answer.authority[:] = server.zone("nsec.test").denial(dns.name.from_text("zzz.nsec.test"))
    answer.set_rcode(dns.rcode.NXDOMAIN)


def nothing_of_this_kind(server: NameServer, answer: dns.message.Message) -> None:
    """Play back that the name, or that above it, has no such records."""
    name = answer.question[0].name.canonicalize()
    answer.answer.clear()
    answer.authority[:] = server.zone("nsec.test").denial(name)


def no_such_name(server: NameServer, answer: dns.message.Message) -> None:
    """Say more than the proof does."""
    answer.set_rcode(dns.rcode.NXDOMAIN)


def nothing_below(server: NameServer, answer: dns.message.Message) -> None:
    """Play back the NSEC of a DNAME, behind which another name comes."""
    nothing_of_this_kind(server, answer)
    answer.set_rcode(dns.rcode.NXDOMAIN)


def the_parents_word(server: NameServer, answer: dns.message.Message) -> None:
    """Play back the delegation's NSEC from the zone above, which lists no such records."""
    answer.answer.clear()
    answer.authority[:] = server.zone("test").denial(dns.name.from_text("nsec.test"))


@pytest.mark.parametrize(
    ("asked", "change"),
    [
        ("mx.nsec.test A", forged_address),
        ("mx.nsec.test A", another_names_records),
        ("there.wild.nsec.test A", a_wildcard_in_its_place),
        ("there.wild.nsec.test TXT", the_wildcards_denial_in_its_place),
        ("mx.nsec.test A", nothing_there),
        ("mx.nsec.test A", nothing_of_this_kind),
        ("www.nsec.test A", nothing_of_this_kind),
        ("mx.nsec.test TXT", no_such_name),
        ("host.under.nsec.test A", nothing_below),
        ("nsec.test MX", the_parents_word),
        ("nsec.test DS", the_parents_word),
    ],
)
def test_true_signatures_of_something_else_prove_nothing(
    server: NameServer, asked: str, change: Callable[[NameServer, dns.message.Message], None]
) -> None:
    server.faults[asked] = answering(server, lambda answer: change(server, answer))
    name, kind = asked.split()
    with pytest.raises(DnssecFailed):
        ask(server, name, DnsKind.MX if kind == "DS" else DnsKind(kind))


def test_what_a_zone_proves_is_asked_for_once(server: NameServer, mode: Mode) -> None:
    async def main(runtime: Runtime) -> list[DnsAnswer]:
        resolver = Resolver(runtime, server.settings)
        names = ("nsec.test", "mx.nsec.test", "nobody.nsec.test")
        return [await resolver.ask(name, DnsKind.A, runtime.deadline(20)) for name in names]

    assert [answer.is_secure for answer in mode.run(main)] == [True] * 3
    assert len([asked for asked in server.asked if asked.endswith(("DS", "DNSKEY"))]) == len(
        {". DNSKEY", "test DS", "test DNSKEY", "nsec.test DS", "nsec.test DNSKEY"}
    )


class LaterRuntime(BlockingRuntime):
    """A day that is not today."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=8)


def test_signatures_end_by_the_runtimes_clock(server: NameServer) -> None:
    async def main(runtime: Runtime) -> None:
        await Resolver(runtime, server.settings).ask("nsec.test", DnsKind.MX, runtime.deadline(20))

    with pytest.raises(DnssecFailed):
        call(LaterRuntime(), main)


def test_an_answer_is_not_kept_beyond_its_signature() -> None:
    short = Signing(lifetime=(timedelta(hours=-1), timedelta(seconds=60)))
    with NameServer({"short.test": MAIL}, {"short.test": short}) as server:
        assert ask(server, "mx.short.test").ttl_seconds <= 60


def test_what_could_not_be_fetched_is_a_failure_of_the_servers(server: NameServer) -> None:
    server.faults["nsec.test DNSKEY"] = servfail
    with pytest.raises(ResolverFailed, match=r"DNSKEY of nsec\.test.*SERVFAIL") as caught:
        ask(server, "nsec.test", DnsKind.MX)
    assert not isinstance(caught.value, DnssecFailed)


def nothing_at_all(answer: dns.message.Message) -> dns.message.Message:
    answer.answer.clear()
    return answer


@pytest.mark.parametrize("fault", [stripped, nothing_at_all])
def test_servers_that_hand_nothing_of_dnssec_on_are_told(server: NameServer, fault: Fault) -> None:
    server.faults[". DNSKEY"] = fault
    with pytest.raises(DnssecFailed, match=r"perhaps the name servers hand nothing of DNSSEC on: .* \(validates\)"):
        ask(server, "nsec.test", DnsKind.MX)
    assert not ask(server, "nsec.test", DnsKind.MX, attrs.evolve(server.settings, validates=False)).is_secure


@pytest.mark.parametrize("fault", [stripped, nothing_at_all])
def test_such_servers_will_do_where_nobody_demands_proofs(
    server: NameServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    settings = attrs.evolve(server.settings, validates=None)
    server.faults[". DNSKEY"] = fault
    for name in ("nsec.test", "expired.test"):
        assert not ask(server, name, DnsKind.MX, settings).is_secure
    assert "hand nothing of DNSSEC on" in caplog.text


def test_servers_that_once_handed_signatures_on_have_to(server: NameServer) -> None:
    """Else whoever can write into the path takes the proofs away, and nobody notices."""
    runtime = BlockingRuntime()
    resolver = Resolver(runtime, attrs.evolve(server.settings, validates=None))
    assert runtime.run(resolver.ask("nsec.test", DnsKind.MX, NEVER)).is_secure
    server.faults.update(dict.fromkeys((".", "test", "hashed.test"), stripped))
    with pytest.raises(DnssecFailed):
        runtime.run(resolver.ask("hashed.test", DnsKind.MX, NEVER))


def test_servers_are_looked_at_again(server: NameServer) -> None:
    clock = ManualClock()
    runtime = runtime_on(Mode.BLOCKING, clock)
    assert isinstance(runtime, BlockingRuntime)
    resolver = Resolver(runtime, attrs.evolve(server.settings, validates=None))
    server.faults[". DNSKEY"] = stripped
    assert not runtime.run(resolver.ask("nsec.test", DnsKind.MX, NEVER)).is_secure
    del server.faults[". DNSKEY"]
    clock.move(timedelta(seconds=601))
    assert runtime.run(resolver.ask("nsec.test", DnsKind.MX, NEVER)).is_secure


# Trust anchors


def test_an_anchor_may_be_a_key_of_any_zone(server: NameServer, tmp_path: Path) -> None:
    file = tmp_path / "anchors"
    file.write_text(f"; ours\nnsec.test. 3600 IN DNSKEY {server.zone('nsec.test').dnskey}\n")
    settings = attrs.evolve(server.settings, trust_anchors=file)
    assert ask(server, "nsec.test", DnsKind.MX, settings).is_secure
    assert not ask(server, "hashed.test", DnsKind.MX, settings).is_secure
    assert "test DS" not in server.asked


@pytest.mark.parametrize("signer", [".", "test."])
def test_a_signature_from_above_an_anchor_makes_nothing_insecure(
    server: NameServer, tmp_path: Path, signer: str
) -> None:
    def forge(answer: dns.message.Message) -> None:
        forged_address(server, answer)
        [signature] = signatures_of(answer.answer, answer.answer[0])
        false = signature.replace(signer=dns.name.from_text(signer))
        answer.answer[1:] = [dns.rrset.from_rdata("mx.nsec.test.", 300, false)]

    file = tmp_path / "anchors"
    file.write_text(f"nsec.test. 3600 IN DNSKEY {server.zone('nsec.test').dnskey}\n")
    server.faults["mx.nsec.test A"] = answering(server, forge)
    with pytest.raises(DnssecFailed):
        ask(server, "mx.nsec.test", DnsKind.A, attrs.evolve(server.settings, attempts=1, trust_anchors=file))


def test_another_roots_keys_prove_nothing(server: NameServer) -> None:
    with pytest.raises(DnssecFailed):
        ask(server, "nsec.test", DnsKind.MX, attrs.evolve(server.settings, trust_anchors=None))


@pytest.mark.parametrize("text", ["", ". IN A 192.0.2.1", "garbage", ". IN DS 1 8 2 ab", None])
def test_a_file_that_holds_no_anchors_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "anchors"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SetupError, match="anchors: no trust anchors"):
        Resolver(BlockingRuntime(), DnsSettings(trust_anchors=file))


def test_keys_that_are_revoked_or_no_zones_sign_nothing(server: NameServer) -> None:
    key = server.zone("nsec.test").dnskey
    others = [key.replace(flags=flags) for flags in (257 | 0x80, 1, 0)]
    others += [key.replace(protocol=2), key.replace(algorithm=Algorithm.RSASHA1)]
    assert usable_keys(dns.rrset.from_rdata("nsec.test.", 300, key, *others)) == (key,)


# Limits


def test_keys_and_signatures_without_number_are_not_tried_without_end(server: NameServer) -> None:
    """KeyTrap: many keys with one tag, many signatures by it, none of them good (CVE-2023-50387)."""
    zone = server.zone("nsec.test")
    (true, signature) = signed(server, "nsec.test", "mx.nsec.test", "A")
    forged = dns.rrset.from_text(true.name, 300, "IN", "A", "192.0.2.66")
    signatures = signatures_of([signature], true) * 30
    trap = Zone(zone.origin, (zone.dnskey,) * 30)
    now = datetime.now(UTC).timestamp()
    assert verify(true, signatures, trap, now, Work(NEVER)) is not None
    with pytest.raises(DnssecFailed, match="too many signatures"):
        verify(forged, signatures, trap, now, Work(NEVER))


def test_signatures_by_no_key_of_a_zone_cost_next_to_nothing(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would be compared with each key, and to work out a key's tag takes time."""
    (true, signature) = signed(server, "nsec.test", "mx.nsec.test", "A")
    [good] = signatures_of([signature], true)
    zone = server.zone("nsec.test")
    trap = Zone(zone.origin, (zone.dnskey,) * 30)
    worked_out: list[object] = []
    monkeypatch.setattr("dns.dnssec.key_id", worked_out.append)
    others = [cast(RRSIG, good.replace(key_tag=good.key_tag ^ 1))] * 1_500
    assert verify(true, others, trap, datetime.now(UTC).timestamp(), Work(NEVER)) is None
    assert not worked_out
