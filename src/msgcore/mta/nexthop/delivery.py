"""Delivery by MX: from a domain to a host that takes its mail, secured as its policies demand.

*Theory of operation.* Each call is one attempt. DNS gives the hosts in their order; for each the demand on TLS is
decided anew (``policy``), and one that cannot meet it is passed over. Of the rest at most three hosts, at six addresses
together, are tried one behind the other until a session opens: there the messages go, and what that host says counts.
An address that failed is tried last for a while. Whatever goes wrong with TLS, nothing is ever asked for less.

What is wrong with the way is raised, so that the manager finds the next hop down; what is wrong with one message (it
asks for REQUIRETLS) is its own outcome, and stops no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from random import Random

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    ConnectionLost,
    DnssecFailed,
    MissingExtra,
    MsgcoreError,
    NameNotResolved,
    ProtocolBroken,
    ResolverFailed,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
)
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcomes, Refused
from msgcore.mta.nexthop.finding import FoundHosts, HostFinder
from msgcore.mta.nexthop.links import LinkKey, Links
from msgcore.mta.nexthop.mx import MOST_HOSTS, Known, Target, literal_address, plan_targets
from msgcore.mta.nexthop.penalties import Penalties
from msgcore.mta.nexthop.policy import PolicyKind, TlsDemand, Unfit, Wishes, demand
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult, result_of
from msgcore.mta.nexthop.sts_policies import FoundPolicy
from msgcore.mta.nexthop.wishes import MessageWishes
from msgcore.mta.node_services import NodeServices
from msgcore.runtime.abc import Runtime
from msgcore.runtime.pool import PoolLimits
from msgcore.wire.domain import ascii_domain
from msgcore.wire.smtp.host_memory import HostMemory
from msgcore.wire.smtp.link import Render, SmtpLink, SmtpServer, Tell
from msgcore.wire.smtp.session import SmtpSession

__all__ = ["MxDelivery", "MxOptions"]

_NO_SESSION = (ConnectionLost, TimedOut, NameNotResolved, TlsFailed, TlsRequired, StarttlsInjection, ProtocolBroken)
_TLS = (TlsFailed, TlsRequired, StarttlsInjection)
_CLOSING = 421
_NOT_PROMISED = EnhancedStatus(5, 7, 30)
_POLICY = "4.7.5"
_NO_ANSWER = "4.4.1"


@attrs.frozen
class MxOptions:
    """What a connector says of delivery by MX; ``server`` is a host's settings but for who and where it is."""

    server: SmtpServer
    limits: PoolLimits
    families: str = "any"
    allows_loopback: bool = False


@attrs.frozen
class _Way:
    """A host and the demand on it, at one of its addresses; ``policy`` is what sessions with it are counted under."""

    target: Target
    demand: TlsDemand
    policy: AppliedPolicy

    @property
    def key(self) -> LinkKey:
        # The name that reports give a demand is nobody's affair who shares a session.
        return self.target, attrs.evolve(self.demand, kind="no-policy-found", breach="")


@attrs.define
class _Attempt:
    """One attempt for a domain, and what has gone wrong in it."""

    wishes: Wishes
    found_policy: FoundPolicy
    is_counted: bool
    errors: list[MsgcoreError | Unfit] = attrs.field(factory=list[MsgcoreError | Unfit])
    unfit: set[str] = attrs.field(factory=set[str])

    def policy(self, kind: PolicyKind, records: Sequence[str] = ()) -> AppliedPolicy:
        sts = self.found_policy.policy
        if kind == "sts" and sts is not None:
            return AppliedPolicy(self.wishes.domain, kind, sts.lines, sts.hosts)
        return AppliedPolicy(self.wishes.domain, kind, tuple(records))


_Opened = Callable[[SmtpSession], None]
_Send = Callable[[SmtpLink, Target, _Opened], Awaitable[Sequence[Outcomes]]]


class MxDelivery:
    """Delivers to domains, for one connector; its sessions are kept for the next messages to the same host."""

    def __init__(self, runtime: Runtime, options: MxOptions, services: NodeServices) -> None:
        self._runtime = runtime
        self._options = options
        self._services = services
        self._penalties = Penalties(runtime)
        self._memory = HostMemory(runtime)
        self._links = Links(runtime, self._make_link, options.limits.idle_seconds)
        resolver, own = services.resolver, services.own_addresses
        self._finder = HostFinder(
            resolver,
            services.own_names,
            lambda deadline: own.all(resolver, deadline),
            self._penalties.holds,
            Random(),  # spreads load, no secret
            options.server.endpoint.port,
            options.families,
            options.allows_loopback,
        )

    async def transmit(
        self,
        domain: str,
        message: MessageWishes,
        envelope: Envelope,
        render: Render,
        deadline: Deadline,
        *,
        is_quick: bool,
    ) -> Outcomes:
        """Send one message to recipients of one domain.

        Raises:
            ResolverFailed: DNS does not say who takes the domain's mail.
            ConnectionLost, TimedOut: no host answers; the message says what each did.
            TlsFailed: no host can be secured as the domain's policies demand.
            Closed: :meth:`close` was called.
        """

        async def send(link: SmtpLink, _: Target, opened: _Opened) -> Sequence[Outcomes]:
            return [await link.transmit(envelope, render, deadline, is_quick=is_quick, opened=opened)]

        [outcomes] = await self._attempt(domain, message, envelope, deadline, send)
        return outcomes

    async def transmit_all(
        self,
        domain: str,
        message: MessageWishes,
        batch: Sequence[tuple[Envelope, Render]],
        deadline: Deadline,
        tell: Tell,
    ) -> Sequence[Outcomes]:
        """Send small messages of the same wishes one behind the other; as ``SmtpLink.transmit_all``."""
        told: set[int] = set()

        async def send(link: SmtpLink, target: Target, opened: _Opened) -> Sequence[Outcomes]:
            def tell_at_once(number: int, outcomes: Outcomes) -> None:
                if not _is_for_the_next(outcomes):
                    told.add(number)
                    tell(number, _said_by(target, outcomes))

            return await link.transmit_all(batch, deadline, tell_at_once, opened=opened)

        done = await self._attempt(domain, message, batch[0][0], deadline, send)
        for number, outcomes in enumerate(done):
            if number not in told:
                tell(number, outcomes)
        return done

    async def close(self) -> None:
        await self._links.close()

    async def _attempt(
        self, domain: str, message: MessageWishes, first: Envelope, deadline: Deadline, send: _Send
    ) -> Sequence[Outcomes]:
        name = ascii_domain(domain.removesuffix("."))
        try:
            found = await self._finder.find(name, deadline)
        except DnssecFailed as error:
            if message.is_counted:
                self._count(AppliedPolicy(name, "tlsa"), "dnssec-invalid", None, error)
            raise
        if isinstance(found, Refused):
            return [Outcomes(dict.fromkeys(first.recipients, found))]
        attempt = await self._begin(name, message, deadline)
        last: Sequence[Outcomes] | None = None
        ways = await self._ways(attempt, found, deadline)
        while not ways and found.has_more:
            others = await self._finder.find(name, deadline, attempt.unfit)
            if isinstance(others, Refused):
                break
            found = others
            ways = await self._ways(attempt, found, deadline)
        for way in ways:
            if deadline.is_past:
                break
            try:
                last = await self._send(attempt, way, send)
            except _NO_SESSION as error:
                self._failed(attempt, way, error)
                continue
            except (CapabilityMissing, MissingExtra) as error:  # neither says anything of the message
                self._penalties.failed(way.target.address)
                attempt.errors.append(error)
                continue
            if not all(map(_is_for_the_next, last)):
                return last
        if last is not None and not attempt.errors:
            return last
        if last is None and not attempt.errors:
            deadline.check(name)
        return self._without_session(attempt, first, last)

    async def _begin(self, domain: str, message: MessageWishes, deadline: Deadline) -> _Attempt:
        # An address has no policies.
        is_name = literal_address(domain) is None
        found = await self._services.tls_policies.policy(domain, deadline) if is_name else FoundPolicy()
        floor = self._services.outbound.floor(domain)
        wishes = Wishes(domain, found.policy, floor, message.requires_tls, message.waives_tls)
        # Where a message sets policies aside, its sessions say nothing of how these are kept to.
        return _Attempt(wishes, found, message.is_counted and not message.waives_tls)

    async def _ways(self, attempt: _Attempt, found: FoundHosts, deadline: Deadline) -> list[_Way]:
        """Give the ways to try: of the first hosts that may get mail at all."""
        fit: list[Known] = []
        demands: dict[str, tuple[TlsDemand, AppliedPolicy]] = {}
        for host, addresses in found.hosts:
            if host.name in attempt.unfit:
                continue
            try:
                facts = await self._finder.facts(host.name, found, deadline)
            except ResolverFailed as error:
                kind = "dnssec-invalid" if isinstance(error, DnssecFailed) else "tlsa-invalid"
                self._count_in(attempt, attempt.policy("tlsa"), kind, Target(host.name, ""), error)
                attempt.errors.append(Unfit(f"{host.name}: its TLSA records are not known: {error}", "tlsa"))
                attempt.unfit.add(host.name)
                continue
            demanded = demand(attempt.wishes, facts)
            if isinstance(demanded, Unfit):
                if demanded.result:
                    self._count_in(attempt, attempt.policy(demanded.kind), demanded.result, Target(host.name, ""))
                may_pass = not attempt.found_policy.is_certain or attempt.found_policy.problem
                attempt.errors.append(attrs.evolve(demanded, is_permanent=False) if may_pass else demanded)
                attempt.unfit.add(host.name)
                continue
            records = [f"{one.usage} {one.selector} {one.matching} {one.data.hex()}" for one in facts.tlsa or ()]
            demands[host.name] = demanded, attempt.policy(demanded.kind, records)
            fit.append((host, addresses))
            if len(fit) == MOST_HOSTS:
                break
        return [_Way(target, *demands[target.host]) for target in plan_targets(fit, self._penalties.holds)]

    async def _send(self, attempt: _Attempt, way: _Way, send: _Send) -> Sequence[Outcomes]:
        with self._links.link(way.key) as link:
            done = await send(link, way.target, lambda session: self._opened(attempt, way, session))
        if _is_unwelcome(done[-1]) or any(one.code == _CLOSING for one in done[-1].values()):
            self._penalties.failed(way.target.address)
        else:
            self._penalties.worked(way.target.address)
        return [_said_by(way.target, outcomes) for outcomes in done]

    def _opened(self, attempt: _Attempt, way: _Way, session: SmtpSession) -> None:
        """Count a session that opened, and what failed on the way to it."""
        problem, policy, error = attempt.found_policy.problem, way.policy, None
        if way.demand.breach:
            result = way.demand.breach
        elif session.tls_errors:
            error = session.tls_errors[0]
            result = result_of(error)
        elif session.stream.tls is None:
            result = "starttls-not-supported"
        elif problem and policy.kind == "no-policy-found":
            result, policy = problem, attrs.evolve(policy, kind="sts")
        else:
            result = ""
        self._count_in(attempt, policy, result, way.target, error)

    def _failed(self, attempt: _Attempt, way: _Way, error: MsgcoreError) -> None:
        self._penalties.failed(way.target.address)
        attempt.errors.append(error)
        if isinstance(error, _TLS):
            self._count_in(attempt, way.policy, result_of(error), way.target, error)

    def _count_in(
        self,
        attempt: _Attempt,
        policy: AppliedPolicy,
        result: str,
        target: Target | None = None,
        error: MsgcoreError | None = None,
    ) -> None:
        if attempt.is_counted:
            self._count(policy, result, target, error)

    def _count(
        self, policy: AppliedPolicy, result: str, target: Target | None = None, error: MsgcoreError | None = None
    ) -> None:
        reports = self._services.tls_reports
        if reports is not None:
            host, address = ("", "") if target is None else (target.host, target.address)
            reports.count(SessionResult(policy, result, host, address, "" if error is None else str(error)))

    def _make_link(self, key: LinkKey) -> SmtpLink:
        target, demanded = key
        like = self._options.server
        server = attrs.evolve(
            like,
            endpoint=attrs.evolve(like.endpoint, host=demanded.names[0] if demanded.names else target.host),
            addresses=(target.address,),
            tls_tries=demanded.tries(like.tls()),
        )
        return SmtpLink(self._runtime, server, self._options.limits, self._memory)

    def _without_session(
        self, attempt: _Attempt, first: Envelope, refused: Sequence[Outcomes] | None
    ) -> Sequence[Outcomes]:
        """Say what kept every host from taking the message.

        Raises:
            TlsFailed: policies did.
            ConnectionLost: at least one host did not answer.
        """
        errors = attempt.errors
        said = [str(one) for outcomes in refused or () for one in outcomes.values()][:1]
        texts = [one.text if isinstance(one, Unfit) else str(one) for one in errors]
        text = f"{attempt.wishes.domain}: " + ("; ".join([*texts, *said]) or "there was no time left")
        is_of_tls = bool(errors) and all(isinstance(one, (*_TLS, Unfit)) for one in errors)
        if not attempt.wishes.requires_tls:
            raise TlsFailed(text) if is_of_tls and not said else ConnectionLost(text)
        # Other mail may go all the same: this says nothing about the next hop.
        is_final = bool(errors) and all(isinstance(one, Unfit) and one.is_permanent for one in errors)
        waits = Deferred(None, _POLICY if is_of_tls else _NO_ANSWER, text, "TLS")
        outcome = Refused(None, _NOT_PROMISED, text, "TLS") if is_final else waits
        return [Outcomes(dict.fromkeys(first.recipients, outcome))]


def _is_for_the_next(outcomes: Outcomes) -> bool:
    """Say whether another host may do what this one would not: it wanted no session, or cannot promise TLS."""
    return _is_unwelcome(outcomes) or all(
        isinstance(one, Refused) and one.code is None and one.enhanced == _NOT_PROMISED for one in outcomes.values()
    )


def _is_unwelcome(outcomes: Outcomes) -> bool:
    return all(one.stage == "greeting" for one in outcomes.values())


def _said_by(target: Target, outcomes: Outcomes) -> Outcomes:
    where = f"by {target.host} [{target.address}]"
    return Outcomes(
        {
            recipient: attrs.evolve(
                one, note="; ".join(filter(None, (one.note, where))), remote_mta="" if one.code is None else target.host
            )
            for recipient, one in outcomes.items()
        }
    )
