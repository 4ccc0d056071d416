"""Whether a TLS report is one, by RFC 8460, as whoever receives it would see."""

from __future__ import annotations

import email
import email.policy
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
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


def _problems(report: Mapping[str, Any]) -> Iterator[str]:
    text: Check = lambda value: isinstance(value, str) and bool(value)  # noqa: E731  # read as a table below
    yield from _keys(
        "report",
        report,
        {
            "organization-name": text,
            "date-range": lambda value: (
                set(value) == {"start-datetime", "end-datetime"}
                and all(_MOMENT.fullmatch(one) and datetime.fromisoformat(one) for one in value.values())
                and value["start-datetime"] < value["end-datetime"]
            ),
            "contact-info": text,
            "report-id": text,
            "policies": lambda value: isinstance(value, list) and bool(value),
        },
    )
    for one in report["policies"]:
        yield from _of_policy(one)


def _of_policy(one: Mapping[str, Any]) -> Iterator[str]:
    count: Check = lambda value: isinstance(value, int) and value >= 0  # noqa: E731  # read as a table below
    texts: Check = lambda value: bool(value) and all(isinstance(each, str) for each in value)  # noqa: E731  # as above
    yield from _keys("policies", one, {"policy": bool, "summary": bool}, {"failure-details": bool})
    kinds = {"tlsa", "sts", "no-policy-found"}
    needed: dict[str, Check] = {"policy-type": kinds.__contains__, "policy-domain": _NAME.fullmatch}  # type: ignore[dict-item]  # truth
    yield from _keys("policy", one["policy"], needed, {"policy-string": texts, "mx-host": texts})
    counts = {"total-successful-session-count": count, "total-failure-session-count": count}
    yield from _keys("summary", one["summary"], counts)
    failed = 0
    for detail in one.get("failure-details", ()):
        yield from _keys(
            "failure",
            detail,
            {"result-type": _RESULTS.__contains__, "failed-session-count": lambda value: value >= 1},
            {
                "receiving-mx-hostname": _NAME.fullmatch,  # type: ignore[dict-item]  # truth
                "receiving-ip": lambda value: bool(ip_address(value)),
                "failure-reason-code": lambda value: isinstance(value, str),
            },
        )
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
