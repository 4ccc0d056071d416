"""SMTP TLS reports, read (RFC 8460 sections 4 and 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from msgcore.codecs.mime.reports.packed import could_be, unpack
from msgcore.codecs.mime.syntax.charsets import guess
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.reading import octets_of
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.tls_report import TlsFailureDetails, TlsPolicyResult, TlsReport

__all__ = ["read_tls_report", "tls_report_of"]

_Members = Mapping[str, object]
_NOTHING: _Members = {}
_MARKS = frozenset({"organization-name", "date-range", "report-id"})
# As JSON takes many times its size in memory, and real reports have a few thousand octets.
_MOST_OCTETS = 2 * 1024 * 1024


def tls_report_of(root: Entity) -> TlsReport | None:
    """Read the TLS report that is attached to a message, or is its body; ``None`` when there is none that can be read.
    Never raises.
    """
    for part in root.walk(into_messages=False):
        if could_be(part, ("json", "tlsrpt")):
            try:
                return read_tls_report(part.content)
            except (MalformedMessage, LimitExceeded):
                continue
    return None


def read_tls_report(octets: bytes) -> TlsReport:
    """Read a report: a JSON text, as it is or in gzip. Members that are missing or of another kind are empty.

    Raises:
        MalformedMessage: it is no such report, or cannot be unpacked.
        LimitExceeded: it is too large, unpacked.
        UsageError: ``octets`` are none.
    """
    text = guess(unpack(octets_of(octets, "report"), _MOST_OCTETS)).removeprefix("\ufeff")
    try:
        # Too many digits are a ValueError, too deep a nesting is a RecursionError.
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"no JSON: {error}") from error
    members = _members(found)
    if not isinstance(members.get("policies"), list) or _MARKS.isdisjoint(members):
        raise MalformedMessage("no TLS report: there is no list called policies, or nothing else of one")
    dates = _members(members.get("date-range"))
    return TlsReport(
        organization_name=_text(members, "organization-name"),
        report_id=_text(members, "report-id"),
        start_datetime=_time(_text(dates, "start-datetime")),
        end_datetime=_time(_text(dates, "end-datetime")),
        policies=tuple([_policy(policy) for policy in _items(members, "policies")]),
        contact_info=_text(members, "contact-info"),
    )


def _policy(result: _Members) -> TlsPolicyResult:
    policy, summary = _members(result.get("policy")), _members(result.get("summary"))
    return TlsPolicyResult(
        policy_type=_text(policy, "policy-type"),
        policy_domain=_text(policy, "policy-domain"),
        total_successful_session_count=_count(summary, "total-successful-session-count"),
        total_failure_session_count=_count(summary, "total-failure-session-count"),
        policy_string=_texts(policy, "policy-string"),
        mx_host=_texts(policy, "mx-host"),
        failure_details=tuple([_failure(details) for details in _items(result, "failure-details")]),
    )


def _failure(details: _Members) -> TlsFailureDetails:
    return TlsFailureDetails(
        result_type=_text(details, "result-type"),
        failed_session_count=_count(details, "failed-session-count"),
        sending_mta_ip=_text(details, "sending-mta-ip"),
        receiving_mx_hostname=_text(details, "receiving-mx-hostname"),
        receiving_mx_helo=_text(details, "receiving-mx-helo"),
        receiving_ip=_text(details, "receiving-ip"),
        additional_information=_text(details, "additional-information"),
        failure_reason_code=_text(details, "failure-reason-code"),
    )


# Members of unknown kinds


def _members(found: object) -> _Members:
    return cast("_Members", found) if isinstance(found, dict) else _NOTHING


def _list(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []


def _items(members: _Members, name: str) -> Iterator[_Members]:
    return (found for item in _list(members.get(name)) if (found := _members(item)) is not _NOTHING)


def _text(members: _Members, name: str) -> str:
    found = members.get(name)
    return found if isinstance(found, str) else ""


def _texts(members: _Members, name: str) -> tuple[str, ...]:
    """Read a list of texts; a text alone, which the RFC's own example has, is a list of one."""
    found = members.get(name)
    return (found,) if isinstance(found, str) else tuple([text for text in _list(found) if isinstance(text, str)])


def _count(members: _Members, name: str) -> int:
    found = members.get(name)
    if isinstance(found, str) and found.isdecimal() and len(found) < 16:
        return int(found)
    return found if isinstance(found, int) and found >= 0 else 0


def _time(text: str) -> datetime | None:
    """Read a time of RFC 3339; one without a zone is in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
