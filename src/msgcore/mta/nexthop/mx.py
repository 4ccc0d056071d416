"""Which hosts take a domain's mail, and in which order (RFC 5321 section 5.1, RFC 7505): decided without any I/O.

Whoever delivers asks DNS in between: for the domain's MX records, then for the addresses of the hosts in their order,
and tries what :func:`plan_targets` leaves of these.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Address, IPv6Address, ip_address
from random import Random

import attrs

from msgcore.model.outcome import Refused
from msgcore.runtime.dns import DnsAnswer, MxRecord

__all__ = [
    "MOST_ADDRESSES",
    "MOST_HOSTS",
    "Known",
    "MxHost",
    "Target",
    "addresses_in_order",
    "cut_at_own",
    "hosts_in_order",
    "literal_address",
    "mx_hosts",
    "plan_targets",
]

MOST_HOSTS = 3
"""Hosts that are tried in one attempt."""
MOST_ADDRESSES = 6
"""Addresses that are tried in one attempt, of all its hosts."""

_MOST_KNOWN = 20

_NO_DOMAIN = "5.1.2"
_NULL_MX = "5.1.10"
_LOOP = "5.4.6"
_LITERAL = re.compile(r"\[(?:(?P<six>ipv6:)|)(?P<address>[0-9a-f.:]+)\]", re.IGNORECASE)
# Labels of letters, digits, hyphens and, as hosts have them all the same, underscores; the last is not all digits.
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.|(?!))*+(?!\d++$)[a-z0-9_-]{1,63}")
_LONGEST = 253


@attrs.frozen
class MxHost:
    """A host that takes a domain's mail, in lower case and A-labels; what has a lower ``preference`` goes first."""

    name: str
    preference: int


Known = tuple[MxHost, Sequence[str]]
"""A host and the addresses that it has."""


@attrs.frozen
class Target:
    """One address of one host, to be tried."""

    host: str
    address: str


def literal_address(domain: str) -> str | None:
    """Give the address of a domain that is one, as ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]`` (RFC 5321 section 4.1.3).

    ``None`` for any other, and for what only looks like one.
    """
    found = _LITERAL.fullmatch(domain)
    if found is None:
        return None
    try:
        address = ip_address(found["address"])
    except ValueError:
        return None
    return str(address) if bool(found["six"]) == (address.version == 6) else None


def mx_hosts(domain: str, answer: DnsAnswer, own_names: Collection[str], dice: Random) -> tuple[MxHost, ...] | Refused:
    """Give the hosts for a domain in the order in which they are tried, or why there are none, for good.

    Without any MX record the domain itself is the host, and so it is never where DNS did not answer. Hosts of one
    preference stand as the ``dice`` fall. Where one of ``own_names`` takes the domain's mail, those of its preference
    and behind it are left out: mail to them would come back. Of more than twenty hosts the others are not looked at.
    """
    if not answer.exists:
        return Refused(None, _NO_DOMAIN, f"{domain}: there is no such domain", "dns")
    records = [one for one in answer.records if isinstance(one, MxRecord)]
    if len(records) == 1 and not records[0].host.rstrip("."):
        return Refused(None, _NULL_MX, f"{domain} takes no mail: its MX record says so", "dns")
    hosts = _hosts(records) if records else [MxHost(domain, 0)]
    own = {name.lower().rstrip(".") for name in own_names}
    away = _before(hosts, {host.preference for host in hosts if host.name in own})
    if hosts and not away:
        return _loop(domain)
    if not hosts:
        return Refused(None, "5.4.4", f"{domain}: no MX record of it names a host", "dns")
    return tuple(_shuffled(away, dice)[:_MOST_KNOWN])


def _hosts(records: Sequence[MxRecord]) -> list[MxHost]:
    """Give each host once, at its best preference; what is no name of a host, such as an address, is none."""
    best: dict[str, int] = {}
    for one in records:
        name = one.host.lower().rstrip(".")
        if len(name) <= _LONGEST and _HOST.fullmatch(name):
            best[name] = min(one.preference, best.get(name, one.preference))
    return [MxHost(name, preference) for name, preference in best.items()]


def _before(hosts: Sequence[MxHost], own_preferences: AbstractSet[int]) -> list[MxHost]:
    limit = min(own_preferences, default=None)
    return [host for host in hosts if limit is None or host.preference < limit]


def _loop(domain: str) -> Refused:
    return Refused(
        None, _LOOP, f"mail for {domain} loops back: its best MX is this MTA, which has no place for it", "dns"
    )


def _shuffled(hosts: Sequence[MxHost], dice: Random) -> list[MxHost]:
    ordered = list(hosts)
    dice.shuffle(ordered)
    return sorted(ordered, key=lambda host: host.preference)


def cut_at_own(domain: str, known: Sequence[Known], own_addresses: Collection[str]) -> tuple[Known, ...] | Refused:
    """Leave out hosts that have one of ``own_addresses``, with those of their preference and behind them."""
    own = set(own_addresses)
    preferences = {host.preference for host, addresses in known if own.intersection(addresses)}
    away = {host.name for host in _before([host for host, _ in known], preferences)}
    if known and not away:
        return _loop(domain)
    return tuple((host, addresses) for host, addresses in known if host.name in away)


def addresses_in_order(
    addresses: Sequence[str], dice: Random, *, families: str = "any", allows_loopback: bool = False
) -> tuple[str, ...]:
    """Give a host's addresses as they are tried: IPv6 and IPv4 by turns, each as the ``dice`` fall.

    ``families`` is ``any``, ``ipv4`` or ``ipv6``. An address at which this machine would find itself, or nobody, is
    left out: an MX that says 127.0.0.1 would send mail round; loopback ones only stay where that is allowed.
    """
    by_version: dict[int, list[str]] = {6: [], 4: []}
    for text in dict.fromkeys(addresses):
        address = _usable(text, allows_loopback=allows_loopback)
        if address is not None:
            by_version[address.version].append(str(address))
    wanted = {"ipv4": (4,), "ipv6": (6,)}.get(families, (6, 4))
    for one in by_version.values():
        dice.shuffle(one)
    turns = itertools.zip_longest(*(by_version[version] for version in wanted))
    return tuple(address for turn in turns for address in turn if address is not None)


def _usable(text: str, *, allows_loopback: bool) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # where the system goes, and as the own ones are written
    if address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255"):
        return None
    return None if address.is_loopback and not allows_loopback else address


def hosts_in_order(known: Sequence[Known], is_in_penalty: Callable[[str], bool]) -> tuple[Known, ...]:
    """Put hosts of which every address is in penalty behind the others, and leave out those that have none."""
    return tuple(sorted((one for one in known if one[1]), key=lambda one: all(map(is_in_penalty, one[1]))))


def plan_targets(hosts: Sequence[Known], is_in_penalty: Callable[[str], bool]) -> tuple[Target, ...]:
    """Choose what one attempt tries, in order: at most three hosts and six addresses, as many of each that has them.

    An address in penalty comes behind the others of its host; it is tried all the same where nothing else is left.
    """
    tried = hosts[:MOST_HOSTS]
    return tuple(
        Target(host.name, address)
        for (host, addresses), most in zip(tried, _shares([len(one[1]) for one in tried]), strict=True)
        for address in sorted(addresses, key=is_in_penalty)[:most]
    )


def _shares(counts: Sequence[int]) -> list[int]:
    """Deal the tries out in turns to hosts of so many addresses, until none are left on either side."""
    shares, left = [0] * len(counts), min(MOST_ADDRESSES, sum(counts))
    for number in itertools.cycle(range(len(counts))):
        if not left:
            break
        if shares[number] < counts[number]:
            shares[number] += 1
            left -= 1
    return shares
