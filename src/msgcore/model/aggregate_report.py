"""DMARC aggregate reports as values: the elements of RFC 7489 appendix C, and those that its successor added."""

from __future__ import annotations

from datetime import datetime

import attrs

from msgcore.base.findings import Finding

__all__ = [
    "AggregateRecord",
    "AggregateReport",
    "DkimAuthResult",
    "PolicyOverrideReason",
    "PolicyPublished",
    "SpfAuthResult",
]


@attrs.frozen
class PolicyPublished:
    """The policy of the domain, as the receiver found it; a tag that is missing is empty."""

    domain: str = ""
    adkim: str = ""
    aspf: str = ""
    p: str = ""
    sp: str = ""
    np: str = ""
    pct: int | None = None
    fo: str = ""
    testing: str = ""
    discovery_method: str = ""


@attrs.frozen
class PolicyOverrideReason:
    """Why another policy was applied than the published one."""

    type: str
    comment: str = ""


@attrs.frozen
class DkimAuthResult:
    """What became of one DKIM signature."""

    domain: str
    result: str
    selector: str = ""
    human_result: str = ""


@attrs.frozen
class SpfAuthResult:
    """What an SPF check said of one domain."""

    domain: str
    result: str
    scope: str = ""
    human_result: str = ""


@attrs.frozen
class AggregateRecord:
    """``count`` messages from one address that were treated alike; ``dkim`` and ``spf`` are about alignment."""

    source_ip: str
    count: int
    disposition: str = ""
    dkim: str = ""
    spf: str = ""
    reasons: tuple[PolicyOverrideReason, ...] = ()
    envelope_to: str = ""
    envelope_from: str = ""
    header_from: str = ""
    dkim_results: tuple[DkimAuthResult, ...] = ()
    spf_results: tuple[SpfAuthResult, ...] = ()


@attrs.frozen
class AggregateReport:
    """What one receiver saw of a domain's mail from ``begin`` to ``end``.

    Words with a fixed set of values (results, dispositions, policies) are in lower case. ``findings`` says what in the
    document was tolerated.
    """

    org_name: str
    report_id: str
    begin: datetime | None
    end: datetime | None
    policy_published: PolicyPublished
    records: tuple[AggregateRecord, ...]
    email: str = ""
    extra_contact_info: str = ""
    errors: tuple[str, ...] = ()
    generator: str = ""
    version: str = ""
    findings: tuple[Finding, ...] = attrs.field(default=(), eq=False)
