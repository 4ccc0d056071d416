"""Zones of the tests' name server, signed where asked for: keys, signatures and proofs that something is not there.

Signatures are made when somebody asks for them, so that any number of zones start at once; each zone has one key.
"""

from __future__ import annotations

import bisect
import functools
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import attrs
import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.dnssectypes import Algorithm
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.DNAME import DNAME
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG

from msgcore.runtime.dns.answers import records_of

__all__ = ["Nsec3", "Signing", "Zone", "tree_of"]

RRsets = list[dns.rrset.RRset]

_HEAD = """
$TTL 300
@ SOA ns.{origin} hostmaster.{origin} 1 3600 600 86400 300
@ NS ns.{origin}
"""


@attrs.frozen
class Nsec3:
    """Denial by hashes (RFC 5155); ``is_opt_out`` leaves unsigned delegations out."""

    iterations: int = 0
    salt: bytes = b""
    is_opt_out: bool = False


@attrs.frozen
class Signing:
    """How a zone is signed; ``lifetime`` says from when to when, around now, its signatures are good."""

    algorithm: Algorithm = Algorithm.ECDSAP256SHA256
    nsec3: Nsec3 | None = None
    lifetime: tuple[timedelta, timedelta] = (timedelta(hours=-1), timedelta(days=7))


class Zone:
    """One zone, as a master file says it without its SOA and NS, which every zone has."""

    def __init__(self, origin: str, text: str, signing: Signing | None) -> None:
        self.origin = dns.name.from_text(origin)
        head = _HEAD.format(origin="" if origin == "." else self.origin)
        self._zone = dns.zone.from_text(head + textwrap.dedent(text), self.origin, relativize=False, check_origin=False)
        self.signing = signing
        self._signatures: dict[tuple[dns.name.Name, RdataType], dns.rrset.RRset] = {}
        if signing is not None:
            self._key = _new_key(signing.algorithm)
            self.dnskey: DNSKEY = cast(Any, dns.dnssec).make_dnskey(
                self._key.public_key(), signing.algorithm, flags=257
            )
            self.add(self.origin, self.dnskey)

    @property
    def ds(self) -> DS:
        """What the zone above has to say of this one's key."""
        return dns.dnssec.make_ds(self.origin, self.dnskey, "SHA256")

    def add(self, name: dns.name.Name, record: dns.rdata.Rdata) -> None:
        self._zone.find_rdataset(name, record.rdtype, create=True).add(record, 300)
        for known in ("_names", "_with_those_above"):
            self.__dict__.pop(known, None)

    # What is there.

    def rrset(self, name: dns.name.Name, kind: RdataType) -> dns.rrset.RRset | None:
        return self._zone.get_rrset(name, kind)

    def exists(self, name: dns.name.Name) -> bool:
        """Say whether there is such a name, if only because there are names below it."""
        return name in self._with_those_above

    @functools.cached_property
    def _names(self) -> list[dns.name.Name]:
        """Give the names of this zone in their order, without those below its delegations."""
        names = sorted(self._zone.nodes)
        cuts = {name for name in names if name != self.origin and self.rrset(name, RdataType.NS)}
        return [name for name in names if cuts.isdisjoint(_above(name, self.origin)[:-1])]

    @functools.cached_property
    def _with_those_above(self) -> set[dns.name.Name]:
        return {one for name in self._names for one in _above(name, self.origin)}

    def encloser(self, name: dns.name.Name) -> dns.name.Name:
        """Find the longest existing name that this one lies below (RFC 5155 section 1.3)."""
        while not self.exists(name):
            name = name.parent()
        return name

    def wildcard(self, name: dns.name.Name) -> dns.name.Name:
        return dns.name.from_text("*", self.encloser(name))

    def renamed(self, name: dns.name.Name) -> tuple[dns.rrset.RRset, dns.name.Name] | None:
        """Give the DNAME above a name, and where it leads."""
        for depth in range(len(self.origin), len(name)):
            rrset = self.rrset(name.split(depth)[1], RdataType.DNAME)
            record = None if rrset is None else records_of(rrset)[0]
            if rrset is not None and isinstance(record, DNAME):
                return rrset, name.relativize(rrset.name).concatenate(record.target)
        return None

    # What is signed.

    def signed(self, rrset: dns.rrset.RRset, as_name: dns.name.Name | None = None) -> RRsets:
        """Give records with their signatures, as those of another name that a wildcard stands for."""
        found = [rrset]
        is_cut = rrset.name != self.origin and rrset.rdtype == RdataType.NS
        if self.signing is not None and not is_cut:
            found.append(self._signature(rrset))
        return [one if as_name is None else _renamed(one, as_name) for one in found]

    def _signature(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        key = (rrset.name, rrset.rdtype)
        if key not in self._signatures:
            assert self.signing is not None
            now = datetime.now(UTC)
            since, until = self.signing.lifetime
            signature: RRSIG = cast(Any, dns.dnssec).sign(
                rrset, self._key, self.origin, self.dnskey, inception=now + since, expiration=now + until
            )
            self._signatures[key] = dns.rrset.from_rdata(rrset.name, rrset.ttl, signature)
        return self._signatures[key]

    # What is not there.

    def denial(self, name: dns.name.Name) -> RRsets:
        """Say that there is no such name, or that it has no such records, with proofs if the zone is signed."""
        soa = self.rrset(self.origin, RdataType.SOA)
        assert soa is not None
        return [*self.signed(soa), *(self._proof(name) if self.signing is not None else ())]

    def proof_of_wildcard(self, name: dns.name.Name) -> RRsets:
        """Prove that a name is not there, so that a wildcard stands for it."""
        if self.signing is None:
            return []
        if self.signing.nsec3 is None:
            return self.signed(self._nsec(name))
        return self.signed(self._nsec3(self._next_closer(name), self.signing.nsec3))

    def _proof(self, name: dns.name.Name) -> RRsets:
        assert self.signing is not None
        hashing = self.signing.nsec3
        if hashing is None:
            proofs = [self._nsec(name)]
            if not self.exists(name):
                proofs.append(self._nsec(self.wildcard(name)))
        elif name in self._hashed(hashing):
            proofs = [self._nsec3(name, hashing)]
        else:
            closer = name
            while closer.parent() not in self._hashed(hashing):
                closer = closer.parent()
            wildcard = dns.name.from_text("*", closer.parent())
            proofs = [self._nsec3(one, hashing) for one in (closer.parent(), closer, wildcard)]
        unique = {proof.name: proof for proof in proofs}
        return [one for proof in unique.values() for one in self.signed(proof)]

    def _next_closer(self, name: dns.name.Name) -> dns.name.Name:
        return name.split(len(self.encloser(name)) + 1)[1]

    def _nsec(self, name: dns.name.Name) -> dns.rrset.RRset:
        """Give the record that is at a name, or goes from the one before it to the one behind."""
        names = self._names
        place = bisect.bisect_right(names, name) - 1
        kinds = [*self._kinds(names[place]), RdataType.RRSIG, RdataType.NSEC]
        following = names[(place + 1) % len(names)]
        return dns.rrset.from_text(names[place], 300, "IN", "NSEC", f"{following} {_written(kinds)}")

    def _nsec3(self, name: dns.name.Name, hashing: Nsec3) -> dns.rrset.RRset:
        names = {_hash_of(one, hashing): one for one in self._hashed(hashing)}
        hashes = sorted(names)
        wanted = _hash_of(name, hashing)
        place = max((place for place, one in enumerate(hashes) if one <= wanted), default=len(hashes) - 1)
        kinds = self._kinds(names[hashes[place]])
        if kinds and set(kinds) != {RdataType.NS}:
            kinds.append(RdataType.RRSIG)
        salt = hashing.salt.hex() or "-"
        text = f"1 {int(hashing.is_opt_out)} {hashing.iterations} {salt} {hashes[(place + 1) % len(hashes)]}"
        owner = dns.name.from_text(hashes[place], self.origin)
        return dns.rrset.from_text(owner, 300, "IN", "NSEC3", f"{text} {_written(kinds)}")

    def _hashed(self, hashing: Nsec3) -> set[dns.name.Name]:
        """Give the names that have a hash: all, also those that are there only for names below them."""
        found: set[dns.name.Name] = set()
        for name in self._names:
            is_unsigned_cut = set(self._kinds(name)) == {RdataType.NS}
            if not (hashing.is_opt_out and is_unsigned_cut):
                found.update(name.split(depth)[1] for depth in range(len(self.origin), len(name) + 1))
        return found

    def _kinds(self, name: dns.name.Name) -> list[RdataType]:
        node = self._zone.get_node(name)
        rdatasets: list[dns.rdataset.Rdataset] = [] if node is None else list(cast(Any, node))
        return [rdataset.rdtype for rdataset in rdatasets]


def _above(name: dns.name.Name, origin: dns.name.Name) -> list[dns.name.Name]:
    """Give the names from a zone's own down to this one."""
    return [name.split(depth)[1] for depth in range(len(origin), len(name) + 1)]


def _written(kinds: list[RdataType]) -> str:
    return " ".join(dns.rdatatype.to_text(kind) for kind in kinds)


def _hash_of(name: dns.name.Name, hashing: Nsec3) -> str:
    return dns.dnssec.nsec3_hash(name, hashing.salt, hashing.iterations, 1)


def _renamed(rrset: dns.rrset.RRset, name: dns.name.Name) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rrset.ttl, records_of(rrset))


def _new_key(algorithm: Algorithm) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
    if algorithm == Algorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == Algorithm.ECDSAP256SHA256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == Algorithm.ECDSAP384SHA384:
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65_537, 2_048)


def tree_of(texts: Mapping[str, str], signings: Mapping[str, Signing]) -> dict[dns.name.Name, Zone]:
    """Make zones and those above them up to the root, each with its delegations."""
    origins = {dns.name.root, *(dns.name.from_text(origin) for origin in texts)}
    origins |= {origin.split(depth)[1] for origin in origins for depth in range(1, len(origin))}
    zones: dict[dns.name.Name, Zone] = {}
    for origin in sorted(origins, key=len, reverse=True):
        text = origin.to_text(omit_final_dot=True)
        signing = signings.get(text)
        if signing is None and signings and text not in texts:
            signing = Signing()  # of those in between, that all can be signed
        zones[origin] = Zone(text, texts.get(text, ""), signing)
    for origin, zone in zones.items():
        _delegate(origin, zone, zones)
    return zones


def _delegate(origin: dns.name.Name, zone: Zone, zones: dict[dns.name.Name, Zone]) -> None:
    if origin == dns.name.root:
        return
    parent = zones[origin.parent()]
    delegated = zone.rrset(origin, RdataType.NS)
    assert delegated is not None
    for record in records_of(delegated):
        parent.add(origin, record)
    if zone.signing is not None and parent.signing is not None:
        parent.add(origin, zone.ds)
