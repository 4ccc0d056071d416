"""DMARC aggregate reports, read (RFC 7489 section 7.2 and appendix C)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from msgcore.codecs.mime.reports.elements import Element, parse_elements
from msgcore.codecs.mime.reports.packed import could_be, unpack
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.reading import octets_of
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.aggregate_report import (
    AggregateRecord,
    AggregateReport,
    DkimAuthResult,
    PolicyOverrideReason,
    PolicyPublished,
    SpfAuthResult,
)

__all__ = ["aggregate_report_of", "read_aggregate_report"]

_SOME_DIGITS = re.compile(r"\d{1,15}")
_PARTS = frozenset({"report_metadata", "policy_published", "record"})
_LATEST = 253_402_300_799  # the end of the year 9999


def aggregate_report_of(root: Entity) -> AggregateReport | None:
    """Read the aggregate report that is attached to a message, or is its body; ``None`` when there is none that can be
    read. Never raises.
    """
    for part in root.walk(into_messages=False):
        if could_be(part, ("xml",)):
            try:
                return read_aggregate_report(part.content)
            except (MalformedMessage, LimitExceeded):
                continue
    return None


def read_aggregate_report(octets: bytes) -> AggregateReport:
    """Read a report: an XML document, as it is or in gzip or zip.

    What is not well-formed is tolerated and told in the ``findings`` of the report; numbers and times that are none
    are 0 and ``None``.

    Raises:
        MalformedMessage: it is no such report, cannot be unpacked, or declares a document type or an entity.
        LimitExceeded: it is too large, unpacked, or has too many elements.
        UsageError: ``octets`` are none.
    """
    document, findings = parse_elements(unpack(octets_of(octets, "report")))
    feedback = document.find("feedback")
    if feedback is None or not any(child.name in _PARTS for child in feedback.children):
        raise MalformedMessage("no aggregate report: there is no element feedback with a part of one")
    metadata = feedback.child("report_metadata")
    dates = metadata.child("date_range")
    return AggregateReport(
        org_name=metadata.value("org_name"),
        report_id=metadata.value("report_id"),
        begin=_time(dates.value("begin")),
        end=_time(dates.value("end")),
        policy_published=_policy(feedback.child("policy_published")),
        records=tuple([_record(record) for record in feedback.all("record")]),
        email=metadata.value("email"),
        extra_contact_info=metadata.value("extra_contact_info"),
        errors=tuple([error.text for error in metadata.all("error") if error.text]),
        generator=metadata.value("generator"),
        version=feedback.value("version"),
        findings=findings,
    )


def _policy(published: Element) -> PolicyPublished:
    percent = published.value("pct")
    return PolicyPublished(
        domain=published.value("domain"),
        adkim=published.word("adkim"),
        aspf=published.word("aspf"),
        p=published.word("p"),
        sp=published.word("sp"),
        np=published.word("np"),
        pct=_number(percent) if percent else None,
        fo=published.word("fo"),
        testing=published.word("testing"),
        discovery_method=published.word("discovery_method"),
    )


def _record(record: Element) -> AggregateRecord:
    row = record.child("row")
    evaluated = row.child("policy_evaluated")
    identifiers = record.child("identifiers")
    results = record.child("auth_results")
    return AggregateRecord(
        source_ip=row.value("source_ip"),
        count=_number(row.value("count")),
        disposition=evaluated.word("disposition"),
        dkim=evaluated.word("dkim"),
        spf=evaluated.word("spf"),
        reasons=tuple([found for reason in evaluated.all("reason") if (found := _reason(reason)) is not None]),
        envelope_to=identifiers.value("envelope_to"),
        envelope_from=identifiers.value("envelope_from"),
        header_from=identifiers.value("header_from"),
        dkim_results=tuple([_dkim(result) for result in results.all("dkim")]),
        spf_results=tuple([_spf(result) for result in results.all("spf")]),
    )


def _reason(reason: Element) -> PolicyOverrideReason | None:
    """Read a reason; some write an empty one when there is none."""
    found = PolicyOverrideReason(reason.word("type"), reason.value("comment"))
    return found if found.type or found.comment else None


def _dkim(result: Element) -> DkimAuthResult:
    return DkimAuthResult(
        result.value("domain"), result.word("result"), result.value("selector"), result.value("human_result")
    )


def _spf(result: Element) -> SpfAuthResult:
    return SpfAuthResult(
        result.value("domain"), result.word("result"), result.word("scope"), result.value("human_result")
    )


def _number(text: str) -> int:
    return int(text) if _SOME_DIGITS.fullmatch(text) else 0


def _time(text: str) -> datetime | None:
    """Read seconds since 1970; a fraction falls away."""
    digits = text.partition(".")[0]
    if not _SOME_DIGITS.fullmatch(digits) or int(digits) > _LATEST:
        return None
    return datetime.fromtimestamp(int(digits), UTC)
