"""What a node has for its gateways: names, the policies of domains, reports about TLS, signatures."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.mta.nexthop.counting import KeepsCounts
from msgcore.mta.nexthop.own import OwnAddresses
from msgcore.mta.nexthop.reporting import TlsReporting
from msgcore.mta.nexthop.results import CountsSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sts_policies import KeepsPolicies, StsPolicies
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.signer import Signer
from msgcore.runtime import dns
from msgcore.runtime.abc import Event, Runtime
from msgcore.runtime.dns import DnsSettings

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = [
    "KeepsOutbound",
    "NodeServices",
    "NodesAffair",
    "WorksUntil",
    "check_settings",
    "nodes_affair",
    "refuse_less",
]


WorksUntil = Callable[[Event], Coroutine[Any, Any, None]]
Accepts = Callable[[Accept, Deadline], Awaitable[object]]


class KeepsOutbound(KeepsPolicies, KeepsCounts, Protocol):
    """Keeps all that nodes have to know together of next hops."""


class NodeServices:
    """Made when they are first needed: who only relays asks no name server.

    ``host_name`` is how the MTA names itself to others. ``keeper`` is its organisation's database; TLS reports are sent
    by ``accept``, and without both nothing is counted.
    """

    def __init__(
        self,
        runtime: Runtime,
        host_name: str = "",
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        *,
        keeper: KeepsOutbound | None = None,
        accept: Accepts | None = None,
        signer: Signer | None = None,
    ) -> None:
        self.host_name = host_name
        self.outbound = outbound or OutboundSettings()
        self.signer = signer
        self._runtime = runtime
        self._names = names or DnsSettings()
        self._keeper = keeper
        self._accept = accept

    @cached_property
    def resolver(self) -> Resolver:
        return dns.Resolver(self._runtime, self._names)

    @property
    def own_names(self) -> frozenset[str]:
        """What the MTA is called, in lower case."""
        return frozenset({*self.outbound.own_names, self.host_name.lower()} - {""})

    @cached_property
    def own_addresses(self) -> OwnAddresses:
        return OwnAddresses(self._runtime, self.own_names, self.outbound.own_addresses)

    @cached_property
    def tls_policies(self) -> StsPolicies:
        return StsPolicies(self._runtime, self.resolver, self.outbound, self._keeper)

    @property
    def tls_reports(self) -> CountsSessions | None:
        return None if self.reporting is None else self.reporting.counts

    @cached_property
    def reporting(self) -> TlsReporting | None:
        contact = self.outbound.tls_reports_from
        if contact is None or self._keeper is None or self._accept is None:
            return None
        return TlsReporting(
            self._runtime, self.resolver, self.outbound, self.host_name, contact, self._keeper, self._accept
        )

    @property
    def beside(self) -> tuple[WorksUntil, ...]:
        """What works beside the manager."""
        return () if self.reporting is None else (self.reporting.work_until,)


def check_settings(names: DnsSettings | None, outbound: OutboundSettings | None, trust: TrustSettings) -> None:
    """See that what a node is given is of the classes that it goes by.

    Raises:
        UsageError: one is not.
    """
    for name, given, kind in (
        ("names", names, DnsSettings),
        ("outbound", outbound, OutboundSettings),
        ("trust", trust, TrustSettings),
    ):
        if not isinstance(given, kind) and (given is not None or kind is TrustSettings):
            raise UsageError(f"{name}: need {kind.__name__}(…), got {given!r:.80}")


class NodesAffair(enum.IntFlag):
    """What nodes do about mail that goes out, and a session, which has no settings, cannot."""

    NOTHING = 0
    SIGNS = 1
    HAS_FLOOR = 2
    """Of TLS."""


def nodes_affair(outbound: OutboundSettings | None, trust: TrustSettings) -> NodesAffair:
    """Say what these settings do about what goes out."""
    signs = NodesAffair.SIGNS if trust.keys else NodesAffair.NOTHING
    return signs | (NodesAffair.HAS_FLOOR if outbound is not None and outbound.tls else NodesAffair.NOTHING)


def refuse_less(affair: NodesAffair, outbound: OutboundSettings | None, trust: TrustSettings) -> None:
    """Refuse to send by settings that do not do what nodes do.

    Raises:
        UsageError: they lack keys, or a floor of TLS.
    """
    lacking = affair & ~nodes_affair(outbound, trust)
    if NodesAffair.SIGNS in lacking:
        raise UsageError("the nodes of this organisation sign: give trust as they do")
    if NodesAffair.HAS_FLOOR in lacking:
        raise UsageError("the nodes of this organisation have a floor of TLS: give outbound as they do")
