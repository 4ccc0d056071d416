"""The MTA-STS policies of domains: looked for, fetched, kept as long as they last (RFC 8461).

A policy that is kept holds until its time is over, whatever DNS and the web say meanwhile: whoever could make it vanish
could read the mail. It is fetched again when DNS promises another, and once a day; what is kept stays when that fails.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import (
    InvalidAddress,
    LimitExceeded,
    MalformedMessage,
    MissingExtra,
    MsgcoreError,
    OperationCancelled,
    ResolverFailed,
    TlsFailed,
)
from msgcore.mta.nexthop.https import HttpsClient
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.nexthop.sts import POLICY_PATH, StsPolicy, policy_host, policy_id, read_policy
from msgcore.runtime.abc import Lock, Runtime
from msgcore.runtime.dns import DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["FoundPolicy", "KeepsPolicies", "KeptPolicy", "StsPolicies"]

_log = logging.getLogger("msgcore.mta")

_MOST_OCTETS = 64 * 1024
_FETCH_SECONDS = 60.0
_FRESH_SECONDS = 60.0
_REST_SECONDS = 300.0
_FETCHED_ANEW_AFTER = timedelta(days=1)
_MOST_DOMAINS = 10_000
_MOST_KEPT_OCTETS = 16 * 1024 * 1024


@attrs.frozen
class KeptPolicy:
    """A domain's policy as it was fetched, under the id that DNS gave it, until ``expires_at``."""

    domain: str
    policy_id: str
    text: str
    fetched_at: datetime
    expires_at: datetime

    @property
    def policy(self) -> StsPolicy:
        return read_policy(self.text.encode())


class KeepsPolicies(Protocol):
    """Keeps policies for all nodes of an organisation."""

    async def kept_policy(self, domain: str, deadline: Deadline) -> KeptPolicy | None: ...

    async def keep_policy(self, kept: KeptPolicy, deadline: Deadline) -> None: ...


@attrs.frozen
class FoundPolicy:
    """The policy in force, if there is one, and what is wrong with its publication in RFC 8460's words.

    Without ``is_certain`` DNS does not say whether there is another one, or one at all.
    """

    policy: StsPolicy | None = None
    problem: str = ""
    is_certain: bool = True


@attrs.define
class _Known:
    """What this process knows of a domain."""

    lock: Lock
    kept: KeptPolicy | None = None
    found: FoundPolicy = FoundPolicy()  # frozen
    looked_at: float | None = None
    failed_at: float | None = None
    counted_octets: int = 0


class StsPolicies:
    """Policies by domain, shared by all deliveries of a process; ``keeper`` shares them with other processes.

    A process has so many domains in memory, whose policies have ``most_octets`` together; of the others, those that
    were asked for first, it asks the keeper again.
    """

    def __init__(
        self,
        runtime: Runtime,
        resolver: Resolver,
        settings: OutboundSettings,
        keeper: KeepsPolicies | None = None,
        *,
        most_octets: int = _MOST_KEPT_OCTETS,
    ) -> None:
        self._runtime = runtime
        self._resolver = resolver
        self._settings = settings
        self._keeper = keeper
        self._https = HttpsClient(runtime, resolver, ca_file=settings.ca_file, most_octets=_MOST_OCTETS)
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._most_octets = most_octets
        self.octets = 0
        """Those of the policies in memory."""

    async def policy(self, domain: str, deadline: Deadline) -> FoundPolicy:
        """Give the policy of a domain (in A-labels).

        Raises:
            TimedOut: the deadline passed.
            StoreError: the database does not say what it keeps.
        """
        if not self._settings.uses_mta_sts:
            return FoundPolicy()
        known = self._known_of(domain)
        if self._is_fresh(known):
            return known.found
        await known.lock.acquire(deadline)
        try:
            if not self._is_fresh(known):
                try:
                    known.found = await self._look(domain, known, deadline)
                finally:
                    self._count(domain, known)
                known.looked_at = self._runtime.monotonic()
            return known.found
        finally:
            known.lock.release()

    def _count(self, domain: str, known: _Known) -> None:
        if self._known.get(domain) is known:  # nobody else needed its room meanwhile
            octets = 0 if known.kept is None else len(known.kept.text)
            self.octets += octets - known.counted_octets
            known.counted_octets = octets
            self._make_room()

    def _make_room(self) -> None:
        while len(self._known) > _MOST_DOMAINS or (self.octets > self._most_octets and len(self._known) > 1):
            self.octets -= self._known.popitem(last=False)[1].counted_octets

    def _known_of(self, domain: str) -> _Known:
        known = self._known.get(domain)
        if known is None:
            known = self._known[domain] = _Known(self._runtime.lock())
            self._make_room()
        return known

    def _is_fresh(self, known: _Known) -> bool:
        is_recent = known.looked_at is not None and self._runtime.monotonic() - known.looked_at < _FRESH_SECONDS
        return is_recent and (known.kept is None or known.kept.expires_at > self._runtime.now())

    async def _look(self, domain: str, known: _Known, deadline: Deadline) -> FoundPolicy:
        now = self._runtime.now()
        if self._keeper is not None:
            known.kept = await self._keeper.kept_policy(domain, deadline)
        if known.kept is not None and known.kept.expires_at <= now:
            known.kept = None
        kept = known.kept
        try:
            answer = await self._resolver.ask(f"_mta-sts.{domain}", DnsKind.TXT, deadline)
        except InvalidAddress:  # with what stands before it the name is too long to have a policy
            return FoundPolicy()
        except ResolverFailed:
            return _found(kept, is_certain=False)
        promised = policy_id([one for one in answer.records if isinstance(one, bytes)])
        is_current = kept is not None and kept.policy_id == promised and now - kept.fetched_at < _FETCHED_ANEW_AFTER
        if promised is None or is_current:
            return _found(kept)
        if known.failed_at is not None and self._runtime.monotonic() - known.failed_at < _REST_SECONDS:
            return _found(kept, known.found.problem)
        return await self._fetch(domain, promised, known, deadline)

    async def _fetch(self, domain: str, promised: str, known: _Known, deadline: Deadline) -> FoundPolicy:
        try:
            text = await self._text_of(domain, deadline.sooner(_FETCH_SECONDS))
            policy = read_policy(text.encode())
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            deadline.check(f"MTA-STS policy of {domain}")
            known.failed_at = self._runtime.monotonic()
            _log.warning("the MTA-STS policy of %s cannot be had: %s", domain, error)
            return _found(known.kept, _problem(error))
        now = self._runtime.now()
        known.failed_at = None
        known.kept = KeptPolicy(domain, promised, text, now, now + timedelta(seconds=policy.max_age_seconds))
        if self._keeper is not None:
            await self._keeper.keep_policy(known.kept, deadline)
        return FoundPolicy(policy)

    async def _text_of(self, domain: str, deadline: Deadline) -> str:
        """Fetch a policy (RFC 8461 section 3.3): no redirect, no other kind of content.

        Raises:
            MsgcoreError: it cannot be had.
        """
        port = self._settings.https_port
        place = policy_host(domain) if port == 443 else f"{policy_host(domain)}:{port}"
        url = f"https://{place}{POLICY_PATH}"
        answer = await self._https.get(url, deadline)
        if answer.status != 200:
            raise _NotServed(f"{url}: status {answer.status}")
        if answer.media_type != "text/plain":
            raise MalformedMessage(f"{url}: is {answer.media_type[:80] or 'of no media type'}, and no text/plain")
        return answer.body.decode("utf-8", "replace")


class _NotServed(MsgcoreError):
    """The host of policies answers with something else."""


def _found(kept: KeptPolicy | None, problem: str = "", *, is_certain: bool = True) -> FoundPolicy:
    return FoundPolicy(None if kept is None else kept.policy, problem, is_certain)


def _problem(error: MsgcoreError) -> str:
    """Name why a policy could not be had (RFC 8460 section 4.3.2.2); what is missing here is no fault of the domain."""
    if isinstance(error, MissingExtra):
        return ""
    if isinstance(error, TlsFailed):
        return "sts-webpki-invalid"
    return "sts-policy-invalid" if isinstance(error, MalformedMessage | LimitExceeded) else "sts-policy-fetch-error"
