"""Counting sessions for TLS reports: in memory, and written down once a minute."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

import attrs

from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, MsgcoreError, ResolverFailed, TimedOut
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult
from msgcore.mta.nexthop.tls_report import report_places
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns import DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["CountedSessions", "KeepsCounts", "SessionCounts"]

_MOST_KINDS = 20_000
_MOST_REASON = 200
# Who names more hosts and addresses than anybody has is told of the rest without them, and of so much of his policy.
_MOST_OF_DOMAIN = 50
_MOST_LINES = 50
_MOST_LINE = 1_000
_LOOK_SECONDS = 5.0

_log = logging.getLogger("msgcore.mta")


@attrs.frozen
class CountedSessions:
    """So many ``sessions`` of one day that came to one ``result``; its ``reason`` is that of one of them."""

    day: date
    result: SessionResult
    sessions: int


class KeepsCounts(Protocol):
    """Keeps counts for all nodes of an organisation, and settles which node reports."""

    async def add_counts(self, counted: Sequence[CountedSessions], deadline: Deadline) -> None: ...

    async def due_reports(self, before: date, deadline: Deadline) -> Sequence[tuple[date, str]]:
        """List the days, before one, and the domains of which something is counted."""
        ...

    async def claim_report(self, day: date, domain: str, deadline: Deadline) -> Sequence[CountedSessions] | None:
        """Give what is reported, to one caller; ``None`` to any other, for some minutes, or when it is done."""
        ...

    async def end_report(self, day: date, domain: str, deadline: Deadline) -> None:
        """Forget what was counted: it is reported, or nobody wants to know."""
        ...


class SessionCounts:
    """Takes the results of sessions, and writes them down by :meth:`write` for whom there is who reads reports.

    What a process that is killed had not written is lost; nothing is kept of more than 20,000 kinds of results.
    """

    def __init__(self, runtime: Runtime, resolver: Resolver, keeper: KeepsCounts) -> None:
        self._runtime = runtime
        self._resolver = resolver
        self._keeper = keeper
        self._counts: dict[tuple[date, SessionResult], tuple[int, str]] = {}
        self._kinds: Counter[str] = Counter()

    def count(self, result: SessionResult) -> None:
        told, today = one_line(result.reason)[:_MOST_REASON], self._runtime.now().date()
        result = attrs.evolve(result, policy=_shortened(result.policy), reason="")
        domain = result.policy.domain
        is_too_many = self._kinds[domain] >= _MOST_OF_DOMAIN and (today, result) not in self._counts
        if not result.result or is_too_many:
            result = attrs.evolve(result, host="", address="")
        key = today, result
        sessions, reason = self._counts.get(key, (0, told))
        if sessions or len(self._counts) < _MOST_KINDS:
            self._counts[key] = sessions + 1, reason
            self._kinds[domain] += not sessions

    async def write(self, deadline: Deadline) -> None:
        """Write down what was counted; what cannot be written now is kept."""
        counts, self._counts = self._counts, {}
        self._kinds.clear()
        if not counts:
            return
        try:
            domains = {result.policy.domain for _, result in counts}
            looks = deadline.sooner(deadline.remaining_seconds() / 2)
            wanted = {domain for domain in domains if await self._is_wanted(domain, looks.sooner(_LOOK_SECONDS))}
            await self._keeper.add_counts(_counted(counts, wanted), deadline)
        except MsgcoreError as error:
            _log.warning("the sessions of TLS reports cannot be written down now: %s", error)
            for key, (sessions, reason) in counts.items():
                self._counts[key] = self._counts.get(key, (0, ""))[0] + sessions, reason

    async def _is_wanted(self, domain: str, deadline: Deadline) -> bool:
        """Say whether somebody reads reports about a domain; when that is not known (in time) it is counted."""
        try:
            answer = await self._resolver.ask(f"_smtp._tls.{domain}", DnsKind.TXT, deadline)
        except (ResolverFailed, TimedOut):
            return True
        except InvalidAddress:  # with what stands before it the name is too long
            return False
        return bool(report_places([one for one in answer.records if isinstance(one, bytes)]))


def _shortened(policy: AppliedPolicy) -> AppliedPolicy:
    text = tuple(line[:_MOST_LINE] for line in policy.text[:_MOST_LINES])
    return attrs.evolve(policy, text=text, hosts=policy.hosts[:_MOST_LINES])


def _counted(
    counts: Mapping[tuple[date, SessionResult], tuple[int, str]], wanted: set[str]
) -> Sequence[CountedSessions]:
    return [
        CountedSessions(day, attrs.evolve(result, reason=reason), sessions)
        for (day, result), (sessions, reason) in counts.items()
        if result.policy.domain in wanted
    ]
