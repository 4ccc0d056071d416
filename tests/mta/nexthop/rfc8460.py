"""Whether a TLS report is one, by RFC 8460, as whoever receives it would see."""

from __future__ import annotations

import email
import email.policy
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any, cast

__all__ = ["problems_of_mail", "problems_of_report", "report_in"]

_NAME = re.compile(r"[a-z0-9_.-]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_RESULTS = {
    *("starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted"),
    *("validation-failure", "tlsa-invalid", "dnssec-invalid", "dane-required"),
    *("sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"),
}

Check = Callable[[Any], bool]


def report_in(mail: bytes) -> dict[str, Any]:
    """Take the report out of the mail that brings it."""
    [_, attached] = cast(Any, email.message_from_bytes(mail, policy=email.policy.SMTP)).iter_parts()
    return cast("dict[str, Any]", json.loads(gzip.decompress(attached.get_content())))


def problems_of_mail(mail: bytes, domain: str) -> list[str]:
    """Say what is wrong with the mail (section 5.3), or with the report in it."""
    read = cast(Any, email.message_from_bytes(mail, policy=email.policy.SMTP))
    wrong = [f"{defect!r}" for defect in read.defects]
    parts = list(read.iter_parts())
    text, attached = parts
    submitter = str(read["TLS-Report-Submitter"])
    name = attached.get_filename()
    facts = {
        "multipart/report": read.get_content_type() == "multipart/report",
        "report-type": read.get_param("report-type") == "tlsrpt",
        "TLS-Report-Domain": read["TLS-Report-Domain"] == domain,
        "TLS-Required": read["TLS-Required"] == "No",
        "subject": str(read["Subject"]).startswith(f"Report Domain: {domain} Submitter: {submitter} Report-ID: <"),
        "text": text.get_content_type() == "text/plain",
        "packed": attached.get_content_type() == "application/tlsrpt+gzip",
        "file name": re.fullmatch(rf"{re.escape(submitter)}!{re.escape(domain)}!\d+!\d+(![^!]+)?\.json\.gz", name),
        "lines": max(map(len, mail.split(b"\r\n"))) <= 998 and b"\n" not in mail.replace(b"\r\n", b""),
    }
    wrong += [fact for fact, is_so in facts.items() if not is_so]
    return wrong + problems_of_report(report_in(mail))


def problems_of_report(report: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with a report (section 4.4)."""
    return list(_problems(report))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    return bool(value) and all(isinstance(one, str) for one in value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_name(value: Any) -> bool:
    return _NAME.fullmatch(value) is not None


def _is_address(value: Any) -> bool:
    return bool(ip_address(str(value)))


def _is_range(value: Any) -> bool:
    moments = [str(value["start-datetime"]), str(value["end-datetime"])]
    return len(value) == 2 and all(map(_MOMENT.fullmatch, moments)) and moments == sorted(set(moments))


def _is_some(value: Any) -> bool:
    return bool(value)


def _is_kind(value: Any) -> bool:
    return value in {"tlsa", "sts", "no-policy-found"}


def _is_result(value: Any) -> bool:
    return value in _RESULTS


_REPORT = {
    "organization-name": _is_text,
    "date-range": _is_range,
    "contact-info": _is_text,
    "report-id": _is_text,
    "policies": _is_some,
}
_COUNTS = {"total-successful-session-count": _is_count, "total-failure-session-count": _is_count}


def _problems(report: Mapping[str, Any]) -> Iterator[str]:
    yield from _keys("report", report, _REPORT)
    for one in report["policies"]:
        yield from _keys("policies", one, {"policy": _is_some, "summary": _is_some}, {"failure-details": _is_some})
        needed = {"policy-type": _is_kind, "policy-domain": _is_name}
        yield from _keys("policy", one["policy"], needed, {"policy-string": _are_texts, "mx-host": _are_texts})
        yield from _keys("summary", one["summary"], _COUNTS)
        failed = 0
        for detail in one.get("failure-details", ()):
            needed = {"result-type": _is_result, "failed-session-count": _is_some}
            allowed = {"receiving-mx-hostname": _is_name, "receiving-ip": _is_address, "failure-reason-code": _is_text}
            yield from _keys("failure", detail, needed, allowed)
            failed += detail["failed-session-count"]
        if failed != one["summary"]["total-failure-session-count"]:
            yield "the failures do not add up"


def _keys(
    what: str, found: Mapping[str, Any], needed: Mapping[str, Check], allowed: Mapping[str, Check] | None = None
) -> Iterator[str]:
    checks = {**needed, **(allowed or {})}
    yield from (f"{what}: {key} is missing" for key in needed if key not in found)
    for key, value in found.items():
        if key not in checks or not checks[key](value):
            yield f"{what}: {key}: {value!r}"
