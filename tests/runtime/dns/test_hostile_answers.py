"""Octets that no good name server sends: an answer, a failure, and nothing else."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.name
from dns.rdatatype import RdataType
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.times import Deadline
from msgcore.errors import ResolverFailed
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.runtime.blocking import run
from msgcore.runtime.dns.answers import Finding, find, records_of, written
from msgcore.runtime.dns.exchange import Exchange
from msgcore.runtime.dns.validator import Validator, Verdict
from tests.servers.name_server import NameServer
from tests.servers.zones import Nsec3, Signing

ZONE = (
    "@ MX 10 mx\nmx A 192.0.2.1\n@ TXT text\n_25._tcp.mx TLSA 3 1 1 " + "ab" * 32 + "\nwww CNAME mx\n*.wild A 192.0.2.2"
)
QUESTIONS = [
    (f"{name}{zone}.test", RdataType[kind])
    for zone in ("a", "b")
    for name, kind in [
        ("", "MX"),
        ("www.", "A"),
        ("_25._tcp.mx.", "TLSA"),
        ("x.wild.", "A"),
        ("x.", "A"),
        ("mx.", "TXT"),
    ]
]


class Inside(Exchange):
    """Asks the server without a network between."""

    def __init__(self, server: NameServer) -> None:
        super().__init__(BlockingRuntime(), server.settings, wants_signatures=True)
        self._server = server

    async def ask(self, name: dns.name.Name, kind: RdataType, deadline: Deadline) -> dns.message.Message:
        return dns.message.from_wire(self.octets(name, kind))

    def octets(self, name: dns.name.Name, kind: RdataType) -> bytes:
        return self._server.answer(dns.message.make_query(name, kind, want_dnssec=True)).to_wire()


def _set_up() -> tuple[Inside, Validator]:
    with NameServer(
        {"a.test": ZONE, "b.test": ZONE}, {"a.test": Signing(), "b.test": Signing(nsec3=Nsec3())}
    ) as server:
        exchange = Inside(server)
        return exchange, Validator(BlockingRuntime(), exchange, server.settings)


EXCHANGE, VALIDATOR = _set_up()


def judge(octets: bytes, name: dns.name.Name, kind: RdataType) -> tuple[Finding, Verdict]:
    answer = dns.message.from_wire(octets)
    found = find(answer, name, kind)
    return found, run(VALIDATOR.check(answer, found, kind, NEVER))


def told(found: Finding) -> object:
    return found.name, found.exists, {written(record) for record in records_of(found.rrset)}


CHANGES = st.lists(st.tuples(st.integers(0, 900), st.sampled_from([0, 1, 2, 0x20, 0x80, 0xC0, 0xFF])), max_size=4)


@given(st.sampled_from(QUESTIONS), CHANGES, st.integers(0, 900))
def test_no_change_of_octets_makes_another_answer_secure(
    question: tuple[str, RdataType], changes: list[tuple[int, int]], kept: int
) -> None:
    name, kind = dns.name.from_text(question[0]), question[1]
    octets = EXCHANGE.octets(name, kind)
    true, verdict = judge(octets, name, kind)
    assert verdict.is_secure
    changed = bytearray(octets if kept > 450 else octets[: kept + 12])
    for place, mask in changes:
        changed[place % len(changed)] ^= mask
    try:
        found, verdict = judge(bytes(changed), name, kind)
    except (dns.exception.DNSException, ResolverFailed):
        return
    assert found.is_whole
    assert not verdict.is_secure or told(found) == told(true)
    assert verdict.is_secure, "a.test and b.test are signed"
