"""How the way to a host is secured: what is asked for decides, the strongest first, and nothing makes it weaker.

For each domain and each of its hosts anew: REQUIRETLS of the message (RFC 8689), DANE (RFC 7672), MTA-STS in force
(RFC 8461), the floor that the MTA's own settings give; TLS when offered where none of these says anything. Domains that
have a host in common have nothing else in common. A host that cannot be what is asked for is left out, never asked for
less.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Literal

import attrs

from msgcore.mta.nexthop.sts import StsPolicy, is_named
from msgcore.runtime.abc import TlsSettings
from msgcore.runtime.dns import TlsaRecord

__all__ = ["FLOORS", "Floor", "HostFacts", "Level", "PolicyKind", "TlsDemand", "Unfit", "Wishes", "demand", "usable"]

Floor = Literal["opportunistic", "encrypt", "verify"]
FLOORS: tuple[Floor, ...] = ("opportunistic", "encrypt", "verify")

PolicyKind = Literal["tlsa", "sts", "no-policy-found"]
"""Which policy of the domain is applied, in the words of RFC 8460 section 4.2."""


class Level(enum.IntEnum):
    """What TLS has to show, the weakest first."""

    OPPORTUNISTIC = 0
    """Encrypted if the host can, whoever it is; else in clear."""
    ENCRYPT = 1
    """Encrypted, whoever it is."""
    VERIFY = 2
    """With a certificate of the host's name that a known authority vouches for."""
    DANE = 3
    """With the certificate or key that the host's TLSA records name."""


@attrs.frozen
class TlsDemand:
    """What TLS to a host has to show.

    With ``is_tested`` it is verified first, and what fails then is reported, but stops nothing (MTA-STS' mode testing);
    ``breach`` is what the policy fails by before any connection, in the words of RFC 8460 section 4.3.
    """

    level: Level
    records: tuple[TlsaRecord, ...] = ()
    names: tuple[str, ...] = ()
    """Whose certificate a DANE-TA record's authority may have issued (RFC 7672 section 3.2.2).

    The first is also whose certificate is asked for (section 8.1), and empty where no record is gone by.
    """
    kind: PolicyKind = "no-policy-found"
    is_tested: bool = False
    breach: str = ""

    def tries(self, verified: TlsSettings) -> tuple[TlsSettings | None, ...]:
        """Give how the connection is secured, one behind the other until one succeeds; ``None`` is in clear."""
        encrypted = attrs.evolve(verified, is_opportunistic=True)
        match self.level:
            case Level.DANE:
                return (attrs.evolve(verified, dane=self.records, peer_names=self.names),)
            case Level.VERIFY:
                return (verified,)
            case Level.ENCRYPT:
                return (verified, encrypted) if self.is_tested else (encrypted,)
            case Level.OPPORTUNISTIC:
                return (verified, encrypted, None) if self.is_tested else (encrypted, None)


@attrs.frozen
class Unfit:
    """Why a host gets nothing; ``result`` is RFC 8460's word for it (section 4.3), if it has one."""

    text: str
    kind: PolicyKind
    result: str = ""
    is_permanent: bool = False


@attrs.frozen
class Wishes:
    """What is asked for of all hosts of a domain.

    ``requires_tls`` (REQUIRETLS) and ``waives_tls`` (the field ``TLS-Required: No``, which sets the domain's own
    policies aside and leaves the floor) are the message's.
    """

    domain: str
    sts: StsPolicy | None = None
    floor: Floor = "opportunistic"
    requires_tls: bool = False
    waives_tls: bool = False


@attrs.frozen
class HostFacts:
    """What DNS says of a host. ``tlsa`` are its TLSA records, proved by DNSSEC; ``None`` when there are none such.

    ``is_mx_secure``: DNSSEC proves that it is a host of the domain. ``base`` is the name under which the records stand,
    where that is not the host's, but what this is an alias of.
    """

    name: str
    is_mx_secure: bool = False
    tlsa: tuple[TlsaRecord, ...] | None = None
    base: str = ""


def usable(records: Sequence[TlsaRecord]) -> tuple[TlsaRecord, ...]:
    """Give the TLSA records that SMTP goes by: DANE-TA and DANE-EE of known kinds (RFC 7672 sections 3.1 and 3.1.3)."""
    lengths = {1: 32, 2: 64}
    return tuple(
        one
        for one in records
        if one.usage in (2, 3)
        and one.selector in (0, 1)
        and ((one.matching == 0 and one.data) or lengths.get(one.matching) == len(one.data))
    )


def demand(wishes: Wishes, host: HostFacts) -> TlsDemand | Unfit:
    """Decide what TLS to one host of a domain has to show."""
    if wishes.requires_tls:
        return _required(wishes, host)
    if not wishes.waives_tls:
        if host.tlsa is not None:
            return _dane(wishes, host, host.tlsa)
        if wishes.sts is not None and wishes.sts.mode == "enforce":
            return _enforced(wishes.sts, host)
        if wishes.sts is not None and wishes.sts.mode == "testing":
            breach = "" if is_named(host.name, wishes.sts) else "validation-failure"
            return attrs.evolve(_floor(wishes), kind="sts", is_tested=True, breach=breach)
    return _floor(wishes)


def _required(wishes: Wishes, host: HostFacts) -> TlsDemand | Unfit:
    """Ask for a host that is proved to be the domain's, and proves to be itself (RFC 8689 section 4.2.1)."""
    if host.tlsa is not None and usable(host.tlsa):
        return _dane(wishes, host, host.tlsa)
    if wishes.sts is not None and wishes.sts.mode == "enforce":
        return _enforced(wishes.sts, host)
    if wishes.sts is not None and wishes.sts.mode == "testing" and is_named(host.name, wishes.sts):
        return TlsDemand(Level.VERIFY, kind="sts")
    if host.is_mx_secure or host.name == wishes.domain:
        return TlsDemand(Level.VERIFY)
    text = f"REQUIRETLS is asked for, and nothing proves that {host.name} is a host of {wishes.domain}"
    return Unfit(text, "no-policy-found", is_permanent=True)


def _dane(wishes: Wishes, host: HostFacts, records: Sequence[TlsaRecord]) -> TlsDemand | Unfit:
    kept = usable(records)
    if kept:
        return TlsDemand(
            Level.DANE, kept, tuple(dict.fromkeys((host.base or host.name, host.name, wishes.domain))), "tlsa"
        )
    # Records that nobody can go by still say that there is TLS (RFC 7672 section 2.2); and no policy but DANE's own
    # is set aside by them.
    other = demand(attrs.evolve(wishes, requires_tls=False), attrs.evolve(host, tlsa=None))
    if isinstance(other, Unfit) or other.level >= Level.VERIFY:
        return other
    return TlsDemand(Level.ENCRYPT, kind="tlsa")


def _enforced(policy: StsPolicy, host: HostFacts) -> TlsDemand | Unfit:
    if is_named(host.name, policy):
        return TlsDemand(Level.VERIFY, kind="sts")
    return Unfit(f"{host.name} is no host of the domain's MTA-STS policy", "sts", "validation-failure")


def _floor(wishes: Wishes) -> TlsDemand:
    return TlsDemand((Level.OPPORTUNISTIC, Level.ENCRYPT, Level.VERIFY)[FLOORS.index(wishes.floor)])
