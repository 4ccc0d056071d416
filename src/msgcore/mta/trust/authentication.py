"""What is known of a message that came in: for its Authentication-Results field, for routes and for reports."""

from __future__ import annotations

import functools

import attrs

from msgcore.mta.trust.arc import ArcResult
from msgcore.mta.trust.dkim import DkimResult
from msgcore.mta.trust.dmarc import DmarcResult
from msgcore.mta.trust.results_text import clause
from msgcore.mta.trust.spf import SpfResult
from msgcore.mta.trust.suffixes import organizational_domain
from msgcore.mta.trust.verdicts import UNKNOWN_SENDER

__all__ = ["Authentication"]


@attrs.frozen
class Authentication:
    """What SPF, DKIM, ARC and DMARC say of one message; ``hello`` is SPF of what the client calls itself.

    ``is_vouched``: DMARC failed here, and passed before, where somebody saw it whose ARC is believed.
    """

    spf: SpfResult
    hello: SpfResult | None
    dkim: tuple[DkimResult, ...]
    arc: ArcResult
    dmarc: DmarcResult
    is_vouched: bool = False

    @property
    def wants(self) -> str:
        """What the author's domain wants done: ``none``, ``quarantine`` or ``reject``."""
        return "none" if self.is_vouched else self.dmarc.wants

    @functools.cached_property
    def verdicts(self) -> frozenset[str]:
        """The results as words, for routes: ``spf=softfail``, ``dkim=pass``, ``dmarc=fail``, ``policy=reject``, ….

        Of several signatures one that passes counts, else the first.
        """
        dkim = next((one.result for one in self.dkim if one.is_pass), self.dkim[0].result if self.dkim else "none")
        found = {f"spf={self.spf.result}", f"dkim={dkim}", f"arc={self.arc.result}"}
        found.add(f"dmarc={self.dmarc.result}")
        if self.is_vouched:
            found.add("arc=believed")
        if self.wants != "none":
            found.add(f"policy={self.wants}")
        if not self._is_sender_known():
            found.add(UNKNOWN_SENDER)
        return frozenset(found)

    def _is_sender_known(self) -> bool:
        """Say whether something stands for the return path itself; what nobody can tell now counts for it."""
        if self.spf.identity != "mailfrom" or self.spf.result in {"pass", "temperror"}:
            return True
        domain = organizational_domain(self.spf.domain)
        return any(
            one.result in {"pass", "temperror"} and not one.is_test and organizational_domain(one.domain) == domain
            for one in self.dkim
            if one.domain
        )

    def field(self, host: str) -> bytes:
        """Write the Authentication-Results field of ``host`` (RFC 8601)."""
        clauses = [_spf(one) for one in (self.spf, self.hello) if one is not None]
        clauses += [_dkim(one) for one in self.dkim] or ["dkim=none"]
        clauses += [_dmarc(self.dmarc, is_vouched=self.is_vouched), _arc(self.arc)]
        return "".join([f"Authentication-Results: {host}", *(f";\r\n\t{one}" for one in clauses), "\r\n"]).encode()


def _spf(result: SpfResult) -> str:
    return clause("spf", result.result, result.reason, [(f"smtp.{result.identity}", result.domain)])


def _dkim(result: DkimResult) -> str:
    properties = [
        ("header.d", result.domain),
        ("header.i", result.identity),
        ("header.s", result.selector),
        ("header.a", result.algorithm),
        ("header.b", result.signature),
    ]
    return clause("dkim", result.result, "its domain only tests" if result.is_test else result.reason, properties)


def _dmarc(result: DmarcResult, *, is_vouched: bool) -> str:
    said = f" (p={result.policy} wants={result.wants})" if result.policy else ""
    reason = "believed by ARC" if is_vouched else result.reason
    return clause("dmarc", result.result + said, reason, [("header.from", result.domain)])


def _arc(result: ArcResult) -> str:
    return clause("arc", result.result, result.reason, [("header.d", result.sealers[0] if result.sealers else "")])
