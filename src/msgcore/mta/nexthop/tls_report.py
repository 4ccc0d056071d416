"""A TLS report as octets (RFC 8460): the record that asks for it, its JSON, and the mail that brings it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import unquote

import attrs

from msgcore.codecs.mime.syntax.dates import format_date
from msgcore.errors import InjectionRefused, InvalidAddress
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult

__all__ = ["REPORT_TYPE", "ReportPlaces", "TlsReport", "report_places", "write_mail"]

REPORT_TYPE = "application/tlsrpt+gzip"
_RECORD = re.compile(rb"v[ \t]*=[ \t]*TLSRPTv1[ \t]*;")
_RUA = re.compile(r"rua[ \t]*=(.*)", re.DOTALL)
_MOST_PLACES = 5
_LINE_OCTETS = 76


@attrs.frozen
class ReportPlaces:
    """Where a domain wants its reports: at mailboxes, at ``https`` URLs."""

    mailboxes: tuple[Address, ...] = ()
    urls: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mailboxes or self.urls)


def report_places(records: Sequence[bytes]) -> ReportPlaces:
    """Read the TXT records of ``_smtp._tls.DOMAIN`` (RFC 8460 section 3); several are none, and five places enough."""
    ours = [one for one in records if _RECORD.match(one)]
    if len(ours) != 1:
        return ReportPlaces()
    fields = ours[0].decode("ascii", "replace").split(";")
    found = [match[1] for field in fields if (match := _RUA.fullmatch(field.strip())) is not None]
    places = [place.strip() for place in (found[0].split(",") if found else ())][:_MOST_PLACES]
    mailboxes = [_mailbox(place) for place in places if place.lower().startswith("mailto:")]
    urls = tuple(place for place in places if place.lower().startswith("https://"))
    return ReportPlaces(tuple(dict.fromkeys(one for one in mailboxes if one is not None)), urls)


def _mailbox(place: str) -> Address | None:
    try:
        address = parse_address(unquote(place[len("mailto:") :].partition("?")[0]))
    except (InvalidAddress, InjectionRefused):
        return None
    is_plain = address.address_type == SMTP and address.email_address.isascii() and address.email_address.isprintable()
    return Address(SMTP, address.email_address) if is_plain else None


@attrs.frozen
class TlsReport:
    """What became of the sessions of one ``day`` (UTC) that were to keep to a domain's policies.

    ``submitter`` is the name of the host that reports, ``contact`` whom its readers may ask.
    """

    domain: str
    day: date
    organization: str
    submitter: str
    contact: str
    sessions: tuple[tuple[SessionResult, int], ...]

    @property
    def report_id(self) -> str:
        """Name the report, the same whoever makes it, so that a reader sees what he has already."""
        told = f"{self.submitter}\0{self.domain}\0{self.day}".encode()
        return f"{self.day}.{hashlib.sha256(told).hexdigest()[:16]}@{self.submitter}"

    @property
    def file_name(self) -> str:
        """Name the file (RFC 8460 section 5.1)."""
        begin, end = _bounds(self.day)
        number = self.report_id.partition("@")[0]
        return f"{self.submitter}!{self.domain}!{int(begin.timestamp())}!{int(end.timestamp())}!{number}.json.gz"

    def data(self) -> dict[str, object]:
        """Give the report as JSON has it (RFC 8460 section 4.4)."""
        begin, end = _bounds(self.day)
        by_policy: dict[AppliedPolicy, list[tuple[SessionResult, int]]] = {}
        for result, count in self.sessions:
            by_policy.setdefault(result.policy, []).append((result, count))
        return {
            "organization-name": self.organization,
            "date-range": {"start-datetime": _moment(begin), "end-datetime": _moment(end)},
            "contact-info": self.contact,
            "report-id": self.report_id,
            "policies": [_policy(policy, results) for policy, results in by_policy.items()],
        }

    def octets(self) -> bytes:
        """Give the report packed; the same each time."""
        return gzip.compress(json.dumps(self.data(), indent=1).encode(), mtime=0)


def _bounds(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(), UTC)
    return begin, begin + timedelta(days=1, seconds=-1)


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _policy(policy: AppliedPolicy, results: Iterable[tuple[SessionResult, int]]) -> dict[str, object]:
    said: dict[str, object] = {"policy-type": policy.kind, "policy-domain": policy.domain}
    if policy.text:
        said["policy-string"] = list(policy.text)
    if policy.hosts:
        said["mx-host"] = list(policy.hosts)
    counted = list(results)
    failed = sum(count for result, count in counted if result.result)
    good = sum(count for result, count in counted if not result.result)
    whole: dict[str, object] = {
        "policy": said,
        "summary": {"total-successful-session-count": good, "total-failure-session-count": failed},
    }
    if failed:
        whole["failure-details"] = [_failure(result, count) for result, count in counted if result.result]
    return whole


def _failure(result: SessionResult, count: int) -> dict[str, object]:
    said: dict[str, object] = {"result-type": result.result, "failed-session-count": count}
    said |= {"receiving-mx-hostname": result.host} if result.host else {}
    said |= {"receiving-ip": result.address} if result.address else {}
    return said | ({"failure-reason-code": result.reason} if result.reason else {})


def write_mail(report: TlsReport, from_: Address, to: Sequence[Address], now: datetime) -> bytes:
    """Write the mail that brings a report (RFC 8460 section 5.3).

    ``TLS-Required: No`` lets it arrive where the very trouble that it tells of would keep it away (RFC 8689 section 5).
    """
    boundary = f"tlsrpt-{hashlib.sha256(report.report_id.encode()).hexdigest()[:24]}"
    packed = base64.b64encode(report.octets())
    lines = [packed[start : start + _LINE_OCTETS].decode() for start in range(0, len(packed), _LINE_OCTETS)]
    return "\r\n".join(
        [
            f"From: <{from_.email_address}>",
            *_folded("To: ", [f"<{one.email_address}>" for one in to]),
            f"Date: {format_date(now).decode()}",
            f"Message-ID: <{report.report_id}>",
            f"Subject: Report Domain: {report.domain}",
            f" Submitter: {report.submitter}",
            f" Report-ID: <{report.report_id}>",
            f"TLS-Report-Domain: {report.domain}",
            f"TLS-Report-Submitter: {report.submitter}",
            "TLS-Required: No",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/report; report-type="tlsrpt"; boundary="{boundary}"',
            "",
            f"--{boundary}",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "This is an aggregate report of the TLS sessions with the hosts that take",
            f"mail for {report.domain}, on {report.day} (UTC).",
            "",
            f"--{boundary}",
            f"Content-Type: {REPORT_TYPE}",
            "Content-Transfer-Encoding: base64",
            "Content-Disposition: attachment;",
            f' filename="{report.file_name}"',
            "",
            *lines,
            f"--{boundary}--",
            "",
        ]
    ).encode("ascii")


def _folded(name: str, values: Sequence[str]) -> list[str]:
    first, *rest = values
    return [name + first + ("," if rest else ""), *(f" {one}," for one in rest[:-1]), *(f" {one}" for one in rest[-1:])]
