"""What a node has for its gateways: names, the policies of domains, reports about TLS, signatures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.mta.nexthop.counting import KeepsCounts
from msgcore.mta.nexthop.reporting import TlsReporting
from msgcore.mta.nexthop.results import CountsSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sts_policies import KeepsPolicies, StsPolicies
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trust.signer import Signer
from msgcore.runtime.abc import Event, Runtime
from msgcore.runtime.dns import DnsSettings, Resolver

__all__ = ["KeepsOutbound", "NodeServices", "SupportsServices", "WorksUntil"]


WorksUntil = Callable[[Event], Coroutine[Any, Any, None]]
Accepts = Callable[[Accept, Deadline], Awaitable[object]]


class KeepsOutbound(KeepsPolicies, KeepsCounts, Protocol):
    """Keeps all that nodes have to know together of next hops."""


@attrs.frozen
class NodeServices:
    """``host_name`` is how the MTA names itself to others. Without ``tls_reports`` nothing is counted."""

    host_name: str
    outbound: OutboundSettings
    resolver: Resolver
    tls_policies: StsPolicies
    tls_reports: CountsSessions | None = None
    signer: Signer | None = None
    beside: tuple[WorksUntil, ...] = ()
    """What works beside the manager."""

    @classmethod
    def make(
        cls,
        runtime: Runtime,
        host_name: str,
        names: DnsSettings,
        outbound: OutboundSettings,
        keeper: KeepsOutbound | None = None,
        accept: Accepts | None = None,
    ) -> NodeServices:
        """Give those of a node; ``keeper`` is its organisation's database, and reports are sent by ``accept``."""
        resolver = Resolver(runtime, names)
        policies = StsPolicies(runtime, resolver, outbound, keeper)
        contact = outbound.tls_reports_from
        if contact is None or keeper is None or accept is None:
            return cls(host_name, outbound, resolver, policies)
        reporting = TlsReporting(runtime, resolver, outbound, host_name, contact, keeper, accept)
        return cls(host_name, outbound, resolver, policies, reporting.counts, beside=(reporting.work_until,))

    @classmethod
    def usual(cls, runtime: Runtime) -> NodeServices:
        """Give those of a gateway that belongs to no node: the system's name servers, and nothing kept or reported."""
        return cls.make(runtime, "", DnsSettings(), OutboundSettings())


class SupportsServices(Protocol):
    """A class of gateways that are made with a third argument, the services of the node: ``takes_services`` is true."""

    takes_services: bool
