"""Questions about names, for whoever wants to know now; see :class:`Resolver`.

Theory of operation: a question is looked for among the kept answers, then put to the name servers, and what they say is
checked with DNSSEC. Aliases are followed here where the server did not. Each answer is kept as long as its records may
be, within bounds.
"""

from __future__ import annotations

import math
from importlib.util import find_spec

import attrs
import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from msgcore.base.times import Deadline
from msgcore.errors import DnssecFailed, MissingExtra, ResolverFailed
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns.answers import MOST_ALIASES, Finding, find, name_text, records_of, written
from msgcore.runtime.dns.exchange import Exchange
from msgcore.runtime.dns.names import a_labels
from msgcore.runtime.dns.records import DnsAnswer, DnsKind, DnsSettings
from msgcore.runtime.dns.shared import Shared
from msgcore.runtime.dns.validator import LOOK_AGAIN_SECONDS, Validator, Verdict

__all__ = ["Resolver"]

# An answer that is good for less is kept for so long, for the messages that follow each other.
_SHORTEST_SECONDS = 5
_LONGEST_SECONDS = 86_400

# Nobody is asked for what is below these: RFC 6761 section 6.4, RFC 7686 section 2.
_NEVER_ASKED = frozenset({"invalid", "onion"})


class Resolver:
    """A stub resolver: asks name servers that resolve for others, and keeps what they say.

    One serves any number of threads or tasks of its runtime; equal questions that are under way are asked once.

    Raises:
        MissingExtra: the settings demand validation, and the extra ``dnssec`` is not there.
        UsageError: the file of trust anchors is none.
    """

    def __init__(self, runtime: Runtime, settings: DnsSettings) -> None:
        self._runtime = runtime
        self._trusts_ad = settings.trusts_ad
        is_validating = settings.validates is not False and not settings.trusts_ad and _has_extra(settings)
        self._demands_proofs = settings.validates is True
        self._exchange = Exchange(runtime, settings, wants_signatures=is_validating)
        self._validator = Validator(runtime, self._exchange, settings) if is_validating else None
        self._answers: Shared[tuple[str, DnsKind], DnsAnswer] = Shared(runtime, settings.cached_answers)

    async def ask(self, name: str, kind: DnsKind, deadline: Deadline) -> DnsAnswer:
        """Say which records of ``kind`` there are at ``name``, behind any aliases.

        Raises:
            InvalidAddress: ``name`` is no domain name.
            ResolverFailed: nobody gave a usable answer: all servers failed, were silent, or do not resolve.
            DnssecFailed: the answer is not what its zone signed.
            TimedOut: the deadline passed.
        """
        name = a_labels(name)
        if name.rpartition(".")[2] in _NEVER_ASKED:
            return DnsAnswer(name, kind, (), False, False, name, _LONGEST_SECONDS)
        kept = await self._answers.get((name, kind), lambda: self._find(name, kind, deadline), deadline)
        left = max(0, math.ceil(kept.until - self._runtime.monotonic()))
        return attrs.evolve(kept.value, ttl_seconds=left)

    async def _find(self, name: str, kind: DnsKind, deadline: Deadline) -> tuple[DnsAnswer, float]:
        found, seconds, is_secure = await self._follow(_absolute(name), dns.rdatatype.from_text(kind), deadline)
        seconds = min(max(seconds, _SHORTEST_SECONDS), _LONGEST_SECONDS)
        records = tuple(written(record) for record in records_of(found.rrset))
        return DnsAnswer(name, kind, records, found.exists, is_secure, name_text(found.name), seconds), seconds

    async def _follow(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: Deadline
    ) -> tuple[Finding, int, bool]:
        """Ask until an answer is whole; say with it how long all of it is good, and whether all of it is secure."""
        seconds, is_secure, aliases = _LONGEST_SECONDS, True, 0
        while aliases <= MOST_ALIASES:
            answer = await self._exchange.ask(name, kind, deadline)
            found = find(answer, name, kind)
            verdict = await self._judge(answer, found, kind, deadline)
            is_secure = is_secure and verdict.is_secure
            seconds = min(seconds, found.ttl_seconds, verdict.seconds)
            if found.is_whole:
                return found, seconds, is_secure
            name = found.name
            aliases += len(found.aliases)
        raise ResolverFailed(f"{name_text(name)}: aliases (CNAME) lead in a circle, or too far")

    async def _judge(
        self, answer: dns.message.Message, found: Finding, kind: dns.rdatatype.RdataType, deadline: Deadline
    ) -> Verdict:
        if self._validator is None:
            return Verdict(self._trusts_ad and bool(answer.flags & dns.flags.AD))
        if not self._demands_proofs and not await self._validator.is_possible(deadline):
            return Verdict(False, LOOK_AGAIN_SECONDS)
        try:
            return await self._validator.check(answer, found, kind, deadline)
        except DnssecFailed as error:
            raise DnssecFailed(f"{kind.name} of {name_text(found.name)}: DNSSEC: {error}") from error


def _has_extra(settings: DnsSettings) -> bool:
    if find_spec("cryptography") is not None:
        return True
    if settings.validates:
        raise MissingExtra("dnssec", "validating answers (DNSSEC)")
    return False


def _absolute(name: str) -> dns.name.Name:
    """Make the labels of a name; no character of it means anything but itself."""
    return dns.name.Name([*(label.encode("ascii") for label in name.split(".")), b""])
