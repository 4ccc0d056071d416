"""Asking DNS for the hosts of a domain, their addresses and their TLSA records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from random import Random
from typing import TYPE_CHECKING

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ResolverFailed, UsageError
from msgcore.model.outcome import Refused
from msgcore.mta.nexthop.mx import (
    MOST_HOSTS,
    Known,
    MxHost,
    addresses_in_order,
    cut_at_own,
    hosts_in_order,
    literal_address,
    mx_hosts,
)
from msgcore.mta.nexthop.policy import HostFacts
from msgcore.runtime.dns import DnsAnswer, DnsKind, TlsaRecord

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["FoundHosts", "HostFinder"]

_NO_ADDRESS = "5.4.4"


@attrs.frozen
class FoundHosts:
    """The hosts of a domain in the order in which they are tried, with their addresses.

    ``is_secure``: DNSSEC proves which these are; ``bases`` are the names under which a host's TLSA records are asked
    for, the first first: none where DNSSEC does not prove its addresses. ``has_more``: hosts behind these were not
    looked at.
    """

    hosts: tuple[Known, ...]
    is_secure: bool = False
    bases: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    has_more: bool = False


@attrs.frozen
class HostFinder:
    """Finds hosts; ``is_in_penalty`` says of an address that it is tried last."""

    resolver: Resolver
    own_names: Collection[str]
    own_addresses: Callable[[Deadline], Awaitable[Collection[str]]]
    is_in_penalty: Callable[[str], bool]
    dice: Random
    port: int = 25
    families: str = "any"
    allows_loopback: bool = False

    async def find(self, domain: str, deadline: Deadline, unfit: Collection[str] = ()) -> FoundHosts | Refused:
        """Find the hosts of a domain in A-labels, or of an address in brackets; a refusal is for good.

        As many as one attempt needs besides those that are ``unfit``.

        Raises:
            ResolverFailed: DNS does not say now; ``DnssecFailed`` where it lies.
            TimedOut: the deadline passed.
        """
        literal = literal_address(domain)
        if literal is not None:
            here = [(MxHost(literal, 0), self._in_order([literal]))]
            return self._found(domain, here, (), FoundHosts(()), await self.own_addresses(deadline))
        if not domain or domain.startswith("["):
            return Refused(None, "5.1.2", f"{domain or 'an empty domain'}: is no place for mail", "dns")
        try:
            answer = await self.resolver.ask(domain, DnsKind.MX, deadline)
        except UsageError as error:
            return Refused(None, "5.1.2", str(error), "dns")
        hosts = mx_hosts(domain, answer, self.own_names, self.dice)
        if isinstance(hosts, Refused):
            return hosts
        known: list[Known] = []
        bases: dict[str, tuple[str, ...]] = {}
        troubles: list[ResolverFailed] = []
        has_more = False
        for host in hosts:
            try:
                known.append((host, await self._addresses(host, answer.is_secure, bases, deadline)))
            except ResolverFailed as error:
                troubles.append(error)
            good = [one for one, found in known if one.name not in unfit and not all(map(self.is_in_penalty, found))]
            if len(good) >= MOST_HOSTS:
                has_more = host is not hosts[-1]
                break
        own = await self.own_addresses(deadline)
        return self._found(domain, known, troubles, FoundHosts((), answer.is_secure, bases, has_more), own)

    def _found(
        self,
        domain: str,
        known: Sequence[Known],
        troubles: Collection[ResolverFailed],
        found: FoundHosts,
        own_addresses: Collection[str],
    ) -> FoundHosts | Refused:
        away = cut_at_own(domain, known, own_addresses)
        ordered = () if isinstance(away, Refused) else hosts_in_order(away, self.is_in_penalty)
        if not ordered:
            # Those of which DNS says nothing now may have one to which mail can go.
            for trouble in troubles:
                raise trouble
            if isinstance(away, Refused):
                return away
            names = ", ".join(host.name for host, _ in known)
            return Refused(None, _NO_ADDRESS, f"{domain}: no address to which mail can go: {names}", "dns")
        return attrs.evolve(found, hosts=ordered)

    async def _addresses(
        self, host: MxHost, is_mx_secure: bool, bases: dict[str, tuple[str, ...]], deadline: Deadline
    ) -> tuple[str, ...]:
        """Give a host's addresses; of its two kinds of them one is enough.

        Raises:
            ResolverFailed: DNS does not say whether there are any to which mail can go, or what proves them.
        """
        answers: list[DnsAnswer] = []
        trouble: ResolverFailed | None = None
        for kind in (DnsKind.A, DnsKind.AAAA):
            try:
                answers.append(await self.resolver.ask(host.name, kind, deadline))
            except ResolverFailed as error:
                trouble = error
        having = [one for one in answers if one.records]
        found = self._in_order([text for one in having for text in one.records if isinstance(text, str)])
        if not found and trouble is not None:
            raise trouble
        if is_mx_secure and found:
            bases[host.name] = await self._bases(host.name, having, deadline)
        return found

    async def _bases(self, host: str, having: Sequence[DnsAnswer], deadline: Deadline) -> tuple[str, ...]:
        """Say under which names a host's TLSA records are (RFC 7672 section 2.2.3, RFC 7671 section 7).

        An alias that is secure itself may have some, wherever it leads to.
        """
        canonical = having[0].canonical_name
        if all(one.is_secure for one in having):
            return tuple(dict.fromkeys((canonical, host)))
        is_alias = canonical != host and (await self.resolver.ask(host, DnsKind.CNAME, deadline)).is_secure
        return (host,) if is_alias else ()

    def _in_order(self, addresses: list[str]) -> tuple[str, ...]:
        return addresses_in_order(addresses, self.dice, families=self.families, allows_loopback=self.allows_loopback)

    async def facts(self, host: str, found: FoundHosts, deadline: Deadline) -> HostFacts:
        """Ask for a host's TLSA records (RFC 7672 section 2.2); without DNSSEC there are none.

        Raises:
            ResolverFailed: DNS does not say whether there are any, so nothing may go to this host.
        """
        for base in found.bases.get(host, ()):
            try:
                answer = await self.resolver.ask(f"_{self.port}._tcp.{base}", DnsKind.TLSA, deadline)
            except UsageError:  # with what stands before it the name is too long for any records
                continue
            records = tuple(one for one in answer.records if isinstance(one, TlsaRecord))
            if answer.is_secure and records:
                return HostFacts(host, found.is_secure, records, base)
        return HostFacts(host, found.is_secure)
