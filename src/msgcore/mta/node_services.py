"""What a node has for its gateways: names, the policies of domains, reports about TLS, signatures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from msgcore.base.times import Deadline
from msgcore.mta.nexthop.counting import KeepsCounts
from msgcore.mta.nexthop.own import OwnAddresses
from msgcore.mta.nexthop.reporting import TlsReporting
from msgcore.mta.nexthop.results import CountsSessions
from msgcore.mta.nexthop.sts_policies import KeepsPolicies, StsPolicies
from msgcore.mta.node_settings import NodeSettings
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trust.signer import Signer
from msgcore.runtime import dns
from msgcore.runtime.abc import Event, Runtime
from msgcore.runtime.dns import DnsSettings

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["KeepsOutbound", "NodeServices", "WorksUntil"]


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
        settings: NodeSettings = NodeSettings(),  # noqa: B008  # frozen
        *,
        keeper: KeepsOutbound | None = None,
        accept: Accepts | None = None,
        signer: Signer | None = None,
    ) -> None:
        self.host_name = host_name
        self.outbound = settings.outbound
        self.signer = signer
        self._runtime = runtime
        self._names = settings.names or DnsSettings()
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
