"""Whether one of a zone's keys made a signature, and how much work that may cost.

Theory of operation: a zone, or somebody in its place, can name any number of keys with one tag and any number of
signatures by them, and each pair costs a verification (KeyTrap, CVE-2023-50387). So each question has its
:class:`Work`, and what would cost more is not believed. Signatures by other keys are passed over at no cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
import dns.dnssec
import dns.exception
import dns.name
import dns.node
import dns.rdataset
import dns.rrset
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.dnskeybase import Flag

from msgcore.base.times import Deadline
from msgcore.errors import DnssecFailed
from msgcore.runtime.dns.answers import records_of

__all__ = ["Verified", "Work", "Zone", "is_of", "is_supported", "signatures_of", "usable_keys", "verify"]

# RFC 9904 without SHA-1, which not every machine verifies any more: a zone with nothing else is not secure.
_ALGORITHMS = frozenset(
    {
        Algorithm.RSASHA256,
        Algorithm.RSASHA512,
        Algorithm.ECDSAP256SHA256,
        Algorithm.ECDSAP384SHA384,
        Algorithm.ED25519,
        Algorithm.ED448,
    }
)
_DIGESTS = frozenset({DSDigest.SHA256, DSDigest.SHA384})

# What a bad signature costs besides its verification: true zones have hardly any.
_BAD_SIGNATURE = 4

# RSA keys past this make each verification slow.
_MOST_KEY_OCTETS = 520


class Work:
    """How much one question may still cost."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self._left = {"questions": 60, "signatures": 60, "hashes": 3_000}

    def spend(self, kind: str, amount: int = 1) -> None:
        """Take note of work, before it is done.

        Raises:
            DnssecFailed: it goes past what a proof may cost.
        """
        self._left[kind] -= amount
        if self._left[kind] < 0:
            raise DnssecFailed(f"the proof takes too many {kind}")

    def spend_hashes(self, amount: int) -> None:
        self.spend("hashes", amount)


@attrs.frozen
class Zone:
    """A zone that is proved to be signed with these keys."""

    origin: dns.name.Name
    keys: tuple[DNSKEY, ...]
    by_tag: Mapping[tuple[int, int], Sequence[DNSKEY]] = attrs.field(init=False, eq=False, repr=False)
    """The keys by tag and algorithm; to work out a tag takes as long as a look at every octet."""

    def __attrs_post_init__(self) -> None:
        found: dict[tuple[int, int], list[DNSKEY]] = {}
        for key in self.keys:
            found.setdefault((dns.dnssec.key_id(key), key.algorithm), []).append(key)
        object.__setattr__(self, "by_tag", found)


@attrs.frozen
class Verified:
    """Records that a zone signed, for ``seconds`` more; ``wildcard`` is what they stand at, if not at their name."""

    wildcard: dns.name.Name | None
    seconds: int


def is_supported(record: DS) -> bool:
    return record.algorithm in _ALGORITHMS and record.digest_type in _DIGESTS


def is_of(record: DS, zone: dns.name.Name, key: DNSKEY) -> bool:
    """Say whether a delegation means this key."""
    if (dns.dnssec.key_id(key), key.algorithm) != (record.key_tag, record.algorithm):
        return False
    return dns.dnssec.make_ds(zone, key, DSDigest(record.digest_type)).digest == record.digest


def usable_keys(rrset: dns.rrset.RRset) -> tuple[DNSKEY, ...]:
    """Give the keys that may sign a zone's records (RFC 4034 section 2.1, RFC 5011 section 2.1)."""
    return tuple(
        key
        for key in records_of(rrset)
        if isinstance(key, DNSKEY)
        and key.flags & Flag.ZONE
        and not key.flags & Flag.REVOKE
        and key.protocol == 3
        and key.algorithm in _ALGORITHMS
        and len(key.key) <= _MOST_KEY_OCTETS
    )


def signatures_of(section: list[dns.rrset.RRset], rrset: dns.rrset.RRset) -> list[RRSIG]:
    return [
        record
        for other in section
        if other.rdtype == RdataType.RRSIG and other.covers == rrset.rdtype and other.name == rrset.name
        for record in records_of(other)
        if isinstance(record, RRSIG)
    ]


def verify(rrset: dns.rrset.RRset, signatures: list[RRSIG], zone: Zone, now: float, work: Work) -> Verified | None:
    """Find a signature of this zone that is good now; ``None``: there is none.

    Raises:
        DnssecFailed: it takes too much work.
    """
    if not rrset.name.is_subdomain(zone.origin):
        return None
    labels = len(rrset.name) - 1 - rrset.name.is_wild()
    for signature in signatures:
        if (
            signature.signer != zone.origin
            or signature.type_covered != rrset.rdtype
            or not len(zone.origin) - 1 <= signature.labels <= labels
            or not signature.inception <= now <= signature.expiration
        ):
            continue
        for key in zone.by_tag.get((signature.key_tag, signature.algorithm), ()):
            work.spend("signatures")
            if _is_good(rrset, signature, zone.origin, key, now):
                wildcard = None if signature.labels == labels else _wildcard(rrset.name, signature.labels)
                seconds = min(rrset.ttl, signature.original_ttl, int(signature.expiration - now))
                return Verified(wildcard, seconds)
            work.spend("signatures", _BAD_SIGNATURE)
    return None


def _wildcard(name: dns.name.Name, labels: int) -> dns.name.Name:
    return dns.name.Name([b"*", *name.split(labels + 1)[1].labels])


def _is_good(rrset: dns.rrset.RRset, signature: RRSIG, zone: dns.name.Name, key: DNSKEY, now: float) -> bool:
    keys: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {zone: dns.rdataset.from_rdata(0, key)}
    try:
        cast(Any, dns.dnssec).validate_rrsig(rrset, signature, keys, now=now)
    except (dns.exception.DNSException, ValueError):
        return False
    return True
