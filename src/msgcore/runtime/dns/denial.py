"""What signed records prove about names that are not there (RFC 4035 section 5.4, RFC 5155 section 8). Pure.

The records have been verified before they come here, and are of the zone that they are used for.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import attrs
import dns.dnssec
import dns.name
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

__all__ = ["Denied", "Proofs", "deny", "stands_for"]

# RFC 9276 section 3.2: more serve nobody, and cost whoever checks (CVE-2023-50868). Zones have 0 as a rule.
_MOST_ITERATIONS = 100

_SHA1 = 1
_OPT_OUT = 1


@attrs.frozen
class Denied:
    """What is proved of a name.

    ``exists``: there is such a name, or a wildcard stands for it, and the records are of other types. ``kinds`` are
    those at the name itself, where a proof lists them. Without ``is_secure`` there may be names after all, in a zone
    that nobody signs (opt-out), or the proof costs too much to be looked at.
    """

    exists: bool
    kinds: frozenset[int] = frozenset()
    is_secure: bool = True


@attrs.frozen
class Proofs:
    """The records of one zone's answer. ``spend`` is told of every hash before it is made, and raises at too many."""

    zone: dns.name.Name
    nsec: Mapping[dns.name.Name, NSEC]
    nsec3: Mapping[dns.name.Name, NSEC3]
    spend: Callable[[int], None]


def deny(proofs: Proofs, name: dns.name.Name, kind: RdataType) -> Denied | None:
    """Say what is proved of a name of the zone, and its records of one type; ``None``: nothing is."""
    if not proofs.nsec3:
        return _deny(proofs, name, kind)
    hashed = _Hashed.of(proofs)
    if hashed is None:
        return None
    return Denied(False, is_secure=False) if hashed.is_costly else hashed.deny(name, kind)


def stands_for(proofs: Proofs, wildcard: dns.name.Name, name: dns.name.Name) -> bool | None:
    """Say whether it is proved that nothing is closer to a name than the wildcard (RFC 4035 section 5.3.4).

    ``False``: not in a secure way (see :class:`Denied`); ``None``: not at all.
    """
    encloser = wildcard.parent()
    if not proofs.nsec3:
        covering = _covering(proofs, name)
        return True if covering is not None and _encloser(name, *covering) == encloser else None
    hashed = _Hashed.of(proofs)
    if hashed is None or hashed.is_costly:
        return None if hashed is None else False
    record = hashed.covering(name.split(len(encloser) + 1)[1])
    return None if record is None else not record.flags & _OPT_OUT


def _kinds_of(record: NSEC | NSEC3) -> frozenset[int]:
    return frozenset(
        window * 256 + place * 8 + bit
        for window, bitmap in record.windows
        for place, octet in enumerate(bitmap)
        for bit in range(8)
        if octet & 0x80 >> bit
    )


def _lacks(kinds: frozenset[int], name: dns.name.Name, kind: RdataType) -> bool:
    """Say whether the record that lists these types may deny this one: RFC 6840 section 4.1 and 4.4."""
    if kind in kinds or RdataType.CNAME in kinds:
        return False
    if kind == RdataType.DS:
        # The zone below says nothing of what the zone above has.
        return RdataType.SOA not in kinds or name == dns.name.root
    return not _is_cut(kinds)


def _is_cut(kinds: frozenset[int]) -> bool:
    return RdataType.NS in kinds and RdataType.SOA not in kinds


def _ends_here(kinds: frozenset[int]) -> bool:
    """Say whether what is below a name is somebody else's to deny (RFC 6840 section 4.1, RFC 6672 section 5.3.4)."""
    return _is_cut(kinds) or RdataType.DNAME in kinds


def _wildcard(encloser: dns.name.Name) -> dns.name.Name:
    return dns.name.Name([b"*", *encloser.labels])


# By names (RFC 4034).


def _deny(proofs: Proofs, name: dns.name.Name, kind: RdataType) -> Denied | None:
    if name in proofs.nsec:
        kinds = _kinds_of(proofs.nsec[name])
        return Denied(True, kinds) if _lacks(kinds, name, kind) else None
    covering = _covering(proofs, name)
    if covering is None:
        return None
    if covering[1].next.is_subdomain(name):
        return Denied(True)  # there is nothing at it, only below it
    wildcard = _wildcard(_encloser(name, *covering))
    if wildcard in proofs.nsec:
        return Denied(True) if _lacks(_kinds_of(proofs.nsec[wildcard]), wildcard, kind) else None
    return None if _covering(proofs, wildcard) is None else Denied(False)


def _covering(proofs: Proofs, name: dns.name.Name) -> tuple[dns.name.Name, NSEC] | None:
    """Find the record that goes from a name before this one to a name behind it."""
    for owner, record in proofs.nsec.items():
        if _covers(proofs.zone, owner, record, name) and not (
            name.is_subdomain(owner) and _ends_here(_kinds_of(record))
        ):
            return owner, record
    return None


def _covers(zone: dns.name.Name, owner: dns.name.Name, record: NSEC, name: dns.name.Name) -> bool:
    following: dns.name.Name = record.next
    if owner < following:
        return bool(owner < name < following)
    return following == zone and bool(owner < name)


def _encloser(name: dns.name.Name, owner: dns.name.Name, record: NSEC) -> dns.name.Name:
    """Find the closest name above that is there, as the names before and behind show."""
    common = max(name.fullcompare(other)[2] for other in (owner, record.next))
    return name.split(common)[1]


# By hashes (RFC 5155).


@attrs.frozen
class _Hashed:
    """The records of one zone that hash in the same way, by hash, in the letters of base 32 that keep the order."""

    proofs: Proofs
    records: Mapping[str, NSEC3]
    iterations: int
    salt: bytes

    @classmethod
    def of(cls, proofs: Proofs) -> _Hashed | None:
        known = {
            owner.labels[0].decode("ascii", "replace").upper(): record
            for owner, record in proofs.nsec3.items()
            if owner.parent() == proofs.zone and record.algorithm == _SHA1 and record.flags in {0, _OPT_OUT}
        }
        if not known:
            return None
        first = next(iter(known.values()))
        alike = {
            owner: record
            for owner, record in known.items()
            if (record.iterations, record.salt) == (first.iterations, first.salt)
        }
        return cls(proofs, alike, first.iterations, first.salt)

    @property
    def is_costly(self) -> bool:
        return self.iterations > _MOST_ITERATIONS

    def deny(self, name: dns.name.Name, kind: RdataType) -> Denied | None:
        record = self.matching(name)
        if record is not None:
            kinds = _kinds_of(record)
            return Denied(True, kinds) if _lacks(kinds, name, kind) else None
        closer = self._next_closer(name)
        covering = None if closer is None else self.covering(closer)
        if closer is None or covering is None:
            return None
        if covering.flags & _OPT_OUT:
            return Denied(False, is_secure=False)
        wildcard = _wildcard(closer.parent())
        record = self.matching(wildcard)
        if record is not None:
            return Denied(True) if _lacks(_kinds_of(record), wildcard, kind) else None
        return None if self.covering(wildcard) is None else Denied(False)

    def _next_closer(self, name: dns.name.Name) -> dns.name.Name | None:
        """Find the name below the closest one that is there; the records have to show that one (section 8.3)."""
        closer = name
        while closer != self.proofs.zone:
            encloser = self.matching(closer.parent())
            if encloser is not None:
                return None if _ends_here(_kinds_of(encloser)) else closer
            closer = closer.parent()
        return None

    def matching(self, name: dns.name.Name) -> NSEC3 | None:
        return self.records.get(self._hash(name))

    def covering(self, name: dns.name.Name) -> NSEC3 | None:
        wanted = self._hash(name)
        for owner, record in self.records.items():
            following = base64.b32hexencode(record.next).decode("ascii")
            is_last = following <= owner
            if (owner < wanted or (is_last and wanted < following)) and (is_last or wanted < following):
                return record
        return None

    def _hash(self, name: dns.name.Name) -> str:
        self.proofs.spend(self.iterations + 1)
        return dns.dnssec.nsec3_hash(name, self.salt, self.iterations, _SHA1)
