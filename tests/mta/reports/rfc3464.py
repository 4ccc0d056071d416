"""A small validator of delivery reports: the rules of RFC 3464 sections 2.1 to 2.3 and RFC 3462, read with the
standard library so that no mistake of msgcore's own reader can hide one of its writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import Header
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import cast

__all__ = ["faults", "groups"]

Fields = list[tuple[str, str]]

# What follows the type may be empty (``*text``).
_TYPED = re.compile(r"\s*[!#-'*+\-/-9=?A-Z^-~]+\s*;.*", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ACTIONS = {"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}
_TYPED_FIELDS = {
    "reporting-mta",
    "dsn-gateway",
    "received-from-mta",
    "original-recipient",
    "final-recipient",
    "remote-mta",
    "diagnostic-code",
}
_DATES = {"arrival-date", "last-attempt-date", "will-retry-until"}
_OF_MESSAGE = {"original-envelope-id", "reporting-mta", "dsn-gateway", "received-from-mta", "arrival-date"}
_OF_RECIPIENT = {
    "original-recipient",
    "final-recipient",
    "action",
    "status",
    "remote-mta",
    "diagnostic-code",
    "last-attempt-date",
    "final-log-id",
    "will-retry-until",
}
_HEADER = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted")


def faults(octets: bytes) -> list[str]:
    """List what is wrong with a report; empty when it keeps the rules."""
    return [*_faults_of_lines(octets), *_faults_of_report(octets)]


def groups(octets: bytes) -> list[dict[str, str]]:
    """Give the fields of each group, names in lower case, folds undone: the message's first, then the recipients'."""
    return [{name: " ".join(value.split()) for name, value in group} for group in _groups(octets)]


def _parts(octets: bytes) -> list[Message]:
    return [part for part in message_from_bytes(octets).get_payload() if isinstance(part, Message)]


def _groups(octets: bytes) -> list[Fields]:
    return [
        [(name.lower(), value) for name, value in _strings(cast("Message[str, str]", group))]
        for group in _parts(octets)[1].get_payload()
        if isinstance(group, Message)
    ]


def _strings(group: Message[str, str]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in group.items()]


def _faults_of_lines(octets: bytes) -> Iterator[str]:
    if octets.count(b"\r\n") != octets.count(b"\n") or octets.count(b"\r\n") != octets.count(b"\r"):
        yield "a bare CR or LF"
    if b"\0" in octets:
        yield "a NUL"
    longest = max(map(len, octets.split(b"\r\n")))
    if longest > 998:
        yield f"a line of {longest} octets"


def _faults_of_report(octets: bytes) -> Iterator[str]:
    report = message_from_bytes(octets)
    for name in _HEADER:
        if len(report.get_all(name, [])) != 1:
            yield f"{len(report.get_all(name, []))} fields {name}"
    if str(report["Auto-Submitted"]) != "auto-replied":
        yield "not marked as an automatic reply (RFC 3834)"
    if any(isinstance(value, Header) for value in report.values()):
        yield "a header field with octets over 127"
    if report.get_content_type() != "multipart/report" or report.get_param("report-type") != "delivery-status":
        yield f"of type {report['Content-Type']}"
        return
    types = [part.get_content_type() for part in _parts(octets)]
    if types[:2] != ["text/plain", "message/delivery-status"]:
        yield f"parts {types}"
        return
    if types[2:] not in (["message/rfc822"], ["text/rfc822-headers"]):
        yield f"returned as {types[2:]}"
    status = octets.split(b"Content-Type: message/delivery-status")[1].split(b"\r\n--")[0]
    if not status.isascii():
        yield "a delivery status that is not ASCII (section 2.1)"
    yield from _faults_of_groups(_groups(octets))


def _faults_of_groups(found: list[Fields]) -> Iterator[str]:
    if len(found) < 2:
        yield f"{len(found)} groups of fields"
        return
    yield from _faults_of_fields(found[0], _OF_MESSAGE, {"reporting-mta"})
    for group in found[1:]:
        yield from _faults_of_fields(group, _OF_RECIPIENT, {"final-recipient", "action", "status"})
        fields = dict(group)
        action, status = fields.get("action", ""), fields.get("status", "")
        if action not in _ACTIONS:
            yield f"action {action!r}"
        if not _STATUS.fullmatch(status):
            yield f"status {status!r}"
        elif not status.startswith(_ACTIONS.get(action, "")):
            yield f"action {action} with status {status}"


def _faults_of_fields(group: Fields, known: set[str], required: set[str]) -> Iterator[str]:
    names = [name for name, _ in group]
    for name in sorted(required - set(names)):
        yield f"{name} is missing"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands twice"
    for name, value in group:
        if name not in known and not name.startswith("x-"):
            yield f"{name} has no place here"
        if name in _TYPED_FIELDS and not _TYPED.fullmatch(value):
            yield f"{name} {value[:80]!r} has no type"
        if name in _DATES and not _is_date(value):
            yield f"{name} {value!r} is no date"


def _is_date(value: str) -> bool:
    try:
        return parsedate_to_datetime(value).tzinfo is not None
    except ValueError:
        return False
