"""A name server on 127.0.0.1, over UDP and TCP, whose zones and faults a test writes down; it starts at once.

It answers as a server does that resolves for others, from zones of its own: any name that it has no zone for is none.
Signed zones hang on a signed root, whose key is in the file of trust anchors.
"""

from __future__ import annotations

import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.RRSIG import RRSIG

from msgcore.runtime.dns import DnsSettings
from msgcore.runtime.dns.answers import records_of
from tests.servers.server import make_directory
from tests.servers.zones import Signing, Zone, tree_of

__all__ = [
    "Fault",
    "NameServer",
    "altered",
    "failing",
    "lame",
    "many_mx",
    "refused",
    "servfail",
    "silent",
    "stripped",
    "truncated",
    "wrong_id",
]

Fault = Callable[[dns.message.Message], dns.message.Message | None]
"""What becomes of an answer before it is sent; ``None``: nothing is."""

_MOST_ALIASES = 8
_STEP_SECONDS = 0.05


def servfail(answer: dns.message.Message) -> dns.message.Message:
    return failing(answer, dns.rcode.SERVFAIL)


def refused(answer: dns.message.Message) -> dns.message.Message:
    return failing(answer, dns.rcode.REFUSED)


def failing(answer: dns.message.Message, code: dns.rcode.Rcode) -> dns.message.Message:
    for section in (answer.answer, answer.authority, answer.additional):
        section.clear()
    answer.set_rcode(code)
    return answer


def silent(answer: dns.message.Message) -> None:
    return None


def truncated(answer: dns.message.Message) -> dns.message.Message:
    """Cut an answer short, which the server does over UDP only."""
    answer.flags |= dns.flags.TC
    return answer


def wrong_id(answer: dns.message.Message) -> dns.message.Message:
    """Answer as somebody does who did not see the question."""
    answer.id ^= 0x5A5A
    return answer


def lame(answer: dns.message.Message) -> dns.message.Message:
    """Point at the root instead of an answer."""
    failing(answer, dns.rcode.NOERROR)
    answer.flags &= ~(dns.flags.AA | dns.flags.RA)
    answer.authority.append(dns.rrset.from_text(".", 300, "IN", "NS", "ns."))
    return answer


def stripped(answer: dns.message.Message) -> dns.message.Message:
    """Leave out all that DNSSEC adds."""
    for section in (answer.answer, answer.authority):
        section[:] = [one for one in section if one.rdtype not in {RdataType.RRSIG, RdataType.NSEC, RdataType.NSEC3}]
    return answer


def altered(answer: dns.message.Message) -> dns.message.Message:
    """Change the last octet of every signature."""
    for section in (answer.answer, answer.authority):
        section[:] = [_altered(one) if one.rdtype == RdataType.RRSIG else one for one in section]
    return answer


def _altered(rrset: dns.rrset.RRset) -> dns.rrset.RRset:
    records = [
        one.replace(signature=one.signature[:-1] + bytes([one.signature[-1] ^ 1]))
        for one in records_of(rrset)
        if isinstance(one, RRSIG)
    ]
    return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, records)


def many_mx(count: int) -> str:
    """Write so many MX records of a zone's own name."""
    return "\n".join(f"@ MX {place} mx{place}" for place in range(count))


class NameServer:
    """Answers for ``zones``, texts of master files by origin; see :class:`~tests.servers.zones.Zone`.

    ``signed`` names the zones that are signed, ``signing`` how; the root and what lies between are signed if any is.
    ``faults`` befall whatever is asked of a name, or of a name and a type ("a.test MX"); ``asked`` is what was.
    """

    def __init__(
        self,
        zones: Mapping[str, str],
        signed: Iterable[str] | Mapping[str, Signing] = (),
        faults: Mapping[str, Fault] | None = None,
    ) -> None:
        self.faults = dict(faults or {})
        self.asked: list[str] = []
        self.directory = make_directory()
        self._zones = tree_of(zones, _signings(signed))
        self.root = self._zones[dns.name.root]
        self.trust_anchors = self.directory / "anchors"
        if self.root.signing is not None:
            self.trust_anchors.write_text(f". IN DS {self.root.ds}\n")
        self._is_over = threading.Event()
        self._by_udp, self._by_tcp = _open()
        self.port: int = self._by_tcp.getsockname()[1]
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]

    @property
    def settings(self) -> DnsSettings:
        """How a resolver comes here."""
        is_signed = self.root.signing is not None
        return DnsSettings(
            (f"127.0.0.1:{self.port}",),
            trust_anchors=self.trust_anchors if is_signed else None,
            validates=is_signed,
        )

    def zone(self, origin: str) -> Zone:
        return self._zones[dns.name.from_text(origin)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._by_udp.close()
        self._by_tcp.close()
        shutil.rmtree(self.directory)

    def _serve_udp(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                octets, client = self._by_udp.recvfrom(65_535)
                answer = self._answer(octets, is_udp=True)
                if answer is not None:
                    self._by_udp.sendto(answer, client)

    def _serve_tcp(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError):  # TimeoutError is one
                connection, _ = self._by_tcp.accept()
                with connection:
                    connection.settimeout(5)
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            head = stream.read(2)
            if len(head) == 2:
                answer = self._answer(stream.read(*struct.unpack("!H", head)), is_udp=False)
                if answer is not None:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    # From question to answer.

    def _answer(self, octets: bytes, *, is_udp: bool) -> bytes | None:
        try:
            question = dns.message.from_wire(octets)
        except dns.exception.DNSException:
            return None
        name, kind = question.question[0].name, question.question[0].rdtype
        asked = f"{name.canonicalize().to_text(omit_final_dot=True)} {dns.rdatatype.to_text(kind)}"
        self.asked.append(asked)
        answer: dns.message.Message | None = self.answer(question)
        fault = self.faults.get(asked) or self.faults.get(asked.partition(" ")[0])
        if fault is not None and (is_udp or fault is not truncated):
            answer = fault(self.answer(question))
        if answer is None:
            return None
        try:
            return answer.to_wire(max_size=max(question.payload, 512) if is_udp else 65_535)
        except dns.exception.TooBig:
            truncated(failing(answer, dns.rcode.NOERROR))
            return answer.to_wire()

    def answer(self, question: dns.message.Message) -> dns.message.Message:
        """Answer a question as if it had come over the network, without faults."""
        answer = dns.message.make_response(question, recursion_available=True)
        name, kind = question.question[0].name.canonicalize(), question.question[0].rdtype
        for _ in range(_MOST_ALIASES):
            following = self._fill(answer, name, kind)
            if following is None:
                break
            name = following
        if not question.ednsflags & dns.flags.DO:
            stripped(answer)
        return answer

    def _fill(self, answer: dns.message.Message, name: dns.name.Name, kind: RdataType) -> dns.name.Name | None:
        """Say what there is of one name; give the name to go on with."""
        zone = self._zone_of(name, kind)
        renamed = zone.renamed(name)
        if renamed is not None:
            answer.answer.extend(zone.signed(renamed[0]))
            answer.answer.append(dns.rrset.from_text(name, renamed[0].ttl, "IN", "CNAME", str(renamed[1])))
            return renamed[1]
        is_wild = not zone.exists(name)
        there = zone.wildcard(name) if is_wild else name
        rrset = zone.rrset(there, kind)
        alias = zone.rrset(there, RdataType.CNAME) if rrset is None else None
        found = rrset or alias
        if found is None:
            answer.authority.extend(zone.denial(name))
            if is_wild and not zone.exists(there):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            return None
        answer.answer.extend(zone.signed(found, name if is_wild else None))
        if is_wild:
            answer.authority.extend(zone.proof_of_wildcard(name))
        target = None if alias is None else records_of(alias)[0]
        return target.target.canonicalize() if isinstance(target, CNAME) else None

    def _zone_of(self, name: dns.name.Name, kind: RdataType) -> Zone:
        """Find the deepest zone that a name lies in; what a zone's key is stands in the one above."""
        if kind == RdataType.DS and name != dns.name.root:
            name = name.parent()
        while name not in self._zones:
            name = name.parent()
        return self._zones[name]


def _signings(signed: Iterable[str] | Mapping[str, Signing]) -> dict[str, Signing]:
    usual = Signing()
    return {
        zone: cast(Mapping[str, Signing], signed)[zone] if isinstance(signed, Mapping) else usual for zone in signed
    }


def _open() -> tuple[socket.socket, socket.socket]:
    """Bind one port for both."""
    while True:
        by_tcp = socket.create_server(("127.0.0.1", 0))
        by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for one in (by_tcp, by_udp):
            one.settimeout(_STEP_SECONDS)
        try:
            by_udp.bind(by_tcp.getsockname())
        except OSError:
            by_udp.close()
            by_tcp.close()
        else:
            return by_udp, by_tcp
