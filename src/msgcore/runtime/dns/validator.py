"""Whether DNSSEC proves an answer (RFC 4033 to 4035, 5155, 6840).

Theory of operation: an answer is *secure* when the keys of its zone signed it, and these are proved from the trust
anchors down, each zone by the one above; *insecure* when one of these says, signed, that it delegates to a zone that is
not signed, or is in a way that nobody here can check; all else is bogus and raises. So the question behind each name is
its :class:`_Place`: in which zone it lies, found label by label from the top. Signatures say which zone they mean; only
where there are none every label below is asked for. What is proved there is kept, for it serves every other name.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import attrs
import dns.message
import dns.name
import dns.rrset
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.DNAME import DNAME
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from dns.rdtypes.ANY.RRSIG import RRSIG

from msgcore.base.times import Deadline
from msgcore.errors import DnssecFailed
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns.anchors import trust_anchors
from msgcore.runtime.dns.answers import Finding, find, records_of, rrset_of
from msgcore.runtime.dns.denial import Denied, Proofs, deny, stands_for
from msgcore.runtime.dns.exchange import Exchange
from msgcore.runtime.dns.records import DnsSettings
from msgcore.runtime.dns.shared import Shared
from msgcore.runtime.dns.signatures import (
    Verified,
    Work,
    Zone,
    is_of,
    is_supported,
    signatures_of,
    usable_keys,
    verify,
)

__all__ = ["LOOK_AGAIN_SECONDS", "Validator", "Verdict"]

_log = logging.getLogger("msgcore.dns")

LOOK_AGAIN_SECONDS = 600

_LONGEST_SECONDS = 86_400
_SHORTEST_SECONDS = 5

_MOST_DELEGATIONS = 8
_MOST_KEYS = 30
_MOST_SIGNERS = 3
_MOST_PROOFS = 8

# Servers that know nothing of DNSSEC look the same as somebody who takes it away.
_HINT = "; perhaps the name servers hand nothing of DNSSEC on: ask others, or turn validation off (validates)"


@attrs.frozen
class Verdict:
    """Whether an answer is proved, and for how many seconds that may be kept."""

    is_secure: bool
    seconds: int = _LONGEST_SECONDS

    def and_also(self, other: Verdict) -> Verdict:
        return Verdict(self.is_secure and other.is_secure, min(self.seconds, other.seconds))


_INSECURE = Verdict(False)


@attrs.frozen
class _Place:
    """In which signed zone a name lies, ``None`` in none. ``is_end``: it is not there, and so nothing is below it."""

    zone: Zone | None
    is_end: bool = False


class Validator:
    """Checks answers for one resolver."""

    def __init__(self, runtime: Runtime, exchange: Exchange, settings: DnsSettings) -> None:
        self._runtime = runtime
        self._exchange = exchange
        self._anchors = trust_anchors(settings.trust_anchors)
        self._places: Shared[dns.name.Name, _Place] = Shared(runtime, settings.cached_answers)
        self._is_possible = False
        self._looks: Shared[dns.name.Name, bool] = Shared(runtime, 1)

    async def is_possible(self, deadline: Deadline) -> bool:
        """Say whether the name servers hand signatures on. Once they did they have to: somebody may take them away.

        Raises:
            ResolverFailed: they do not say.
            TimedOut: the deadline passed.
        """
        if not self._is_possible:
            top = min(self._anchors, key=len)
            self._is_possible = (await self._looks.get(top, partial(self._look, top, deadline), deadline)).value
        return self._is_possible

    async def _look(self, top: dns.name.Name, deadline: Deadline) -> tuple[bool, float]:
        answer = await self._exchange.ask(top, RdataType.DNSKEY, deadline)
        keys = rrset_of(answer.answer, top, RdataType.DNSKEY)
        is_signed = keys is not None and bool(signatures_of(answer.answer, keys))
        if not is_signed:
            _log.warning("the name servers hand nothing of DNSSEC on: no name is proved, and there is no DANE")
        return is_signed, LOOK_AGAIN_SECONDS

    async def check(self, answer: dns.message.Message, found: Finding, kind: RdataType, deadline: Deadline) -> Verdict:
        """Say whether what was found in an answer is secure: each alias, and what there is at their end.

        Raises:
            DnssecFailed: it is proved neither right nor insecure.
            ResolverFailed: the proof could not be fetched.
            TimedOut: the deadline passed.
        """
        work = Work(deadline)
        verdict = Verdict(True)
        for alias in found.aliases:
            verdict = verdict.and_also(await self._check_records(answer, _origin_of(answer, alias), work))
        if found.rrset is not None:
            verdict = verdict.and_also(await self._check_records(answer, found.rrset, work))
        elif found.is_whole:
            verdict = verdict.and_also(await self._check_denial(answer, found, kind, work))
        return verdict

    async def _check_records(self, answer: dns.message.Message, rrset: dns.rrset.RRset, work: Work) -> Verdict:
        signatures = signatures_of(answer.answer, rrset)
        for signer in self._signers(signatures, rrset.name):
            zone = (await self._place(signer, work)).zone
            if zone is None:
                return _INSECURE
            verdict = self._verdict(answer, rrset, signatures, zone, work)
            if verdict is not None:
                return verdict
        return await self._unproved(rrset.name, "has no signature that is good", work)

    def _verdict(
        self, answer: dns.message.Message, rrset: dns.rrset.RRset, signatures: list[RRSIG], zone: Zone, work: Work
    ) -> Verdict | None:
        """Say what a zone's signatures prove of records, together with what it may take for a wildcard."""
        verified = self._verify(rrset, signatures, zone, work)
        if verified is None:
            return None
        if verified.wildcard is None:
            return Verdict(True, verified.seconds)
        proofs, seconds = self._proofs(answer, zone, work)
        is_secure = stands_for(proofs, verified.wildcard, rrset.name)
        return None if is_secure is None else Verdict(is_secure, min(seconds, verified.seconds))

    async def _check_denial(self, answer: dns.message.Message, found: Finding, kind: RdataType, work: Work) -> Verdict:
        for signer in self._signers(_signatures_in(answer.authority), found.name):
            zone = (await self._place(signer, work)).zone
            if zone is None:
                return _INSECURE
            denied, seconds = self._denied(answer, found.name, kind, zone, work)
            if denied is not None and not denied.is_secure:
                return _INSECURE
            if denied is not None and denied.exists == found.exists:
                return Verdict(True, seconds)
        return await self._unproved(found.name, "is not proved to have no such records", work)

    async def _unproved(self, name: dns.name.Name, problem: str, work: Work) -> Verdict:
        """Accept what nothing proves where nothing has to be proved."""
        if (await self._place(name, work)).zone is None:
            return _INSECURE
        raise DnssecFailed(f"{name} {problem}")

    # Zones, from the top down.

    def _top(self, name: dns.name.Name) -> dns.name.Name | None:
        """Give the closest anchor above a name."""
        return max((origin for origin in self._anchors if name.is_subdomain(origin)), key=len, default=None)

    def _signers(self, signatures: list[RRSIG], name: dns.name.Name) -> list[dns.name.Name]:
        """Name the zones that say they signed, as far as they can have done so.

        One above the closest anchor cannot: whatever is known of it says nothing of what the anchor is for.
        """
        top = self._top(name) or dns.name.root
        said = dict.fromkeys(signature.signer for signature in signatures)
        return [signer for signer in said if name.is_subdomain(signer) and signer.is_subdomain(top)][:_MOST_SIGNERS]

    async def _place(self, name: dns.name.Name, work: Work) -> _Place:
        top = self._top(name)
        if top is None:
            return _Place(None)
        place = await self._known(top, work, lambda: self._anchored(top, work))
        for depth in range(len(top) + 1, len(name) + 1):
            if place.zone is None or place.is_end:
                break
            find = partial(self._delegation, name.split(depth)[1], place.zone, work)
            place = await self._known(name.split(depth)[1], work, find)
        return place

    async def _known(
        self, name: dns.name.Name, work: Work, find: Callable[[], Awaitable[tuple[_Place, int]]]
    ) -> _Place:
        async def find_in_bounds() -> tuple[_Place, float]:
            place, seconds = await find()
            return place, min(max(seconds, _SHORTEST_SECONDS), _LONGEST_SECONDS)

        return (await self._places.get(name, find_in_bounds, work.deadline)).value

    async def _anchored(self, name: dns.name.Name, work: Work) -> tuple[_Place, int]:
        zone, seconds = await self._zone(name, list(self._anchors[name]), work)
        return _Place(zone), seconds

    async def _delegation(self, name: dns.name.Name, above: Zone, work: Work) -> tuple[_Place, int]:
        """Find out whether the zone above delegates a name, and whether to a signed zone."""
        answer = await self._ask(name, RdataType.DS, work)
        found = find(answer, name, RdataType.DS)
        if found.aliases:
            verdict = self._check_in(answer, _origin_of(answer, found.aliases[0]), above, work)
            return _Place(above if verdict.is_secure else None), verdict.seconds
        if found.rrset is None:
            return self._undelegated(answer, name, above, work)
        verdict = self._check_in(answer, found.rrset, above, work)
        usable = [record for record in records_of(found.rrset) if isinstance(record, DS) and is_supported(record)]
        if not usable:
            return _Place(None), verdict.seconds
        zone, seconds = await self._zone(name, usable[:_MOST_DELEGATIONS], work)
        return _Place(zone), min(seconds, verdict.seconds)

    def _check_in(self, answer: dns.message.Message, rrset: dns.rrset.RRset, zone: Zone, work: Work) -> Verdict:
        verdict = self._verdict(answer, rrset, signatures_of(answer.answer, rrset), zone, work)
        if verdict is None:
            raise DnssecFailed(f"{zone.origin} did not sign what it says of {rrset.name}")
        return verdict

    def _undelegated(
        self, answer: dns.message.Message, name: dns.name.Name, above: Zone, work: Work
    ) -> tuple[_Place, int]:
        denied, seconds = self._denied(answer, name, RdataType.DS, above, work)
        if denied is None:
            raise DnssecFailed(f"{above.origin} does not prove that {name} is no signed zone")
        if not denied.is_secure or RdataType.NS in denied.kinds:
            return _Place(None), seconds
        return _Place(above, is_end=not denied.exists), seconds

    async def _zone(self, origin: dns.name.Name, delegations: list[DS], work: Work) -> tuple[Zone, int]:
        """Fetch a zone's keys, and see that one which the zone above means signed them all."""
        answer = await self._ask(origin, RdataType.DNSKEY, work)
        rrset = rrset_of(answer.answer, origin, RdataType.DNSKEY)
        if rrset is None:
            raise DnssecFailed(f"{origin} has no keys{_HINT}")
        if len(rrset) > _MOST_KEYS:
            raise DnssecFailed(f"{origin} has too many keys: {len(rrset)}")
        keys = usable_keys(rrset)
        meant = tuple(key for key in keys if any(is_of(record, origin, key) for record in delegations))
        signatures = signatures_of(answer.answer, rrset)
        verified = self._verify(rrset, signatures, Zone(origin, meant), work)
        if verified is None:
            raise DnssecFailed(
                f"{origin} has no key that is meant above and signed the others{'' if signatures else _HINT}"
            )
        return Zone(origin, keys), verified.seconds

    async def _ask(self, name: dns.name.Name, kind: RdataType, work: Work) -> dns.message.Message:
        work.spend("questions")
        return await self._exchange.ask(name, kind, work.deadline)

    # What is in an answer.

    def _verify(self, rrset: dns.rrset.RRset, signatures: list[RRSIG], zone: Zone, work: Work) -> Verified | None:
        return verify(rrset, signatures, zone, self._runtime.now().timestamp(), work)

    def _denied(
        self, answer: dns.message.Message, name: dns.name.Name, kind: RdataType, zone: Zone, work: Work
    ) -> tuple[Denied | None, int]:
        proofs, seconds = self._proofs(answer, zone, work)
        return deny(proofs, name, kind), seconds

    def _proofs(self, answer: dns.message.Message, zone: Zone, work: Work) -> tuple[Proofs, int]:
        """Gather the records of denial that the zone signed for the very names that they stand at."""
        nsec: dict[dns.name.Name, NSEC] = {}
        nsec3: dict[dns.name.Name, NSEC3] = {}
        seconds = _LONGEST_SECONDS
        rrsets = [rrset for rrset in answer.authority if rrset.rdtype in {RdataType.NSEC, RdataType.NSEC3}]
        for rrset in rrsets[:_MOST_PROOFS]:
            verified = self._verify(rrset, signatures_of(answer.authority, rrset), zone, work)
            if verified is None or verified.wildcard is not None:
                continue
            seconds = min(seconds, verified.seconds)
            for record in records_of(rrset):
                if isinstance(record, NSEC):
                    nsec[rrset.name] = record
                elif isinstance(record, NSEC3):
                    nsec3[rrset.name] = record
        return Proofs(zone.origin, nsec, nsec3, work.spend_hashes), seconds


def _signatures_in(section: list[dns.rrset.RRset]) -> list[RRSIG]:
    return [record for rrset in section for record in records_of(rrset) if isinstance(record, RRSIG)]


def _origin_of(answer: dns.message.Message, alias: dns.rrset.RRset) -> dns.rrset.RRset:
    """Give the records that an alias was made from: itself, or a DNAME above, which alone is signed (RFC 6672)."""
    if signatures_of(answer.answer, alias):
        return alias
    for rrset in answer.answer:
        record = records_of(rrset)[0]
        if isinstance(record, DNAME) and _is_made_from(alias, rrset.name, record):
            return rrset
    return alias


def _is_made_from(alias: dns.rrset.RRset, owner: dns.name.Name, record: DNAME) -> bool:
    made = records_of(alias)[0]
    if alias.name == owner or not alias.name.is_subdomain(owner) or not isinstance(made, CNAME):
        return False
    try:
        return bool(made.target == alias.name.relativize(owner).concatenate(record.target))
    except dns.name.NameTooLong:
        return False
