"""A validator of delivery reports: RFC 6522 (the frame), RFC 3464 sections 2.1 to 2.3 (the fields), RFC 6533 (UTF-8).

It reads octets with a few rules of its own and with the standard library, so that no mistake of msgcore's reader can
hide one of its writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from quopri import decodestring
from typing import NamedTuple

__all__ = ["Part", "faults", "groups", "parts_of", "returned"]

Fields = list[tuple[str, str]]

_ATOM = r"[!#-'*+\-/-9=?A-Z^-~]+"
# What follows the type may be empty (``*text``).
_TYPED = re.compile(rf"\s*({_ATOM})\s*;\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})")
_ACTIONS = {"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}
_ADDRESSES = {"original-recipient", "final-recipient"}
_TYPED_FIELDS = _ADDRESSES | {"reporting-mta", "dsn-gateway", "received-from-mta", "remote-mta", "diagnostic-code"}
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
_HEADER = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type")
_RETURNED = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
_UTF8_RETURNED = {"message/global", "message/global-headers"}
_WHOLE = {"message/rfc822", "message/global"}
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_DATE = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d\d:\d\d(:\d\d)? [+-]\d{4}"
)
_REPLY = re.compile(r"[2-5]\d\d(?:[ -].*)?", re.DOTALL)
# RFC 6533 section 3.
_QCHAR = r"[!-*,-<>-\[\]-~]"
_HEXPOINT = (
    r"(?:[01][1-9]|10|20|2B|3D|7F|5C|[89A-F][0-9A-F]|[1-9A-F][0-9A-F]{2}|[1-9A-CEF][0-9A-F]{3}|D[0-7][0-9A-F]{2}"
    r"|[1-9A-F][0-9A-F]{4}|10[0-9A-F]{4})"
)
_XTEXT = re.compile(rf"(?:{_QCHAR}|\\x\{{{_HEXPOINT}\}})+")
_UNITEXT = re.compile(rf"(?:{_QCHAR}|[\x80-\U0010ffff]|\\x\{{{_HEXPOINT}\}})+")


class Part(NamedTuple):
    """A part of a report as it stands there: its fields, names in lower case, and its body."""

    fields: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def encoding(self) -> str:
        return self.fields.get("content-transfer-encoding", "7bit").strip().lower()


def faults(octets: bytes) -> list[str]:
    """List what is wrong with a report; empty when it keeps the rules."""
    return [*_faults_of_lines(octets), *_faults_of_report(octets)]


def groups(octets: bytes) -> list[dict[str, str]]:
    """Give the fields of each group, names in lower case, folds undone: the message's first, then the recipients'."""
    return [{name: " ".join(value.split()) for name, value in group} for group in _groups(parts_of(octets)[1].body)]


def returned(octets: bytes) -> Part | None:
    """Give what came back of the message, its encoding undone; ``None`` when nothing did."""
    parts = parts_of(octets)
    if len(parts) < 3:
        return None
    body = parts[2].body
    return parts[2]._replace(body=decodestring(body) if parts[2].encoding == "quoted-printable" else body)


def parts_of(octets: bytes) -> list[Part]:
    """Cut a report at its boundary."""
    boundary = str(message_from_bytes(octets).get_boundary()).encode()
    pieces = (b"\r\n" + octets.partition(b"\r\n\r\n")[2]).split(b"\r\n--" + boundary)
    return [_part(piece.removeprefix(b"\r\n")) for piece in pieces[1:-1]]


def _part(octets: bytes) -> Part:
    header, _, body = octets.partition(b"\r\n\r\n")
    return Part(dict(_fields(header)), body)


def _fields(octets: bytes) -> Fields:
    """Read fields; a line that is none has an empty name."""
    lines: list[str] = []
    for line in octets.decode("utf-8", "surrogateescape").split("\r\n"):
        if line[:1] in {" ", "\t"} and lines:
            lines[-1] += line
        elif line:
            lines.append(line)
    found = [_FIELD.fullmatch(line) for line in lines]
    return [
        ("", line) if one is None else (one[1].lower(), one[2].strip()) for one, line in zip(found, lines, strict=True)
    ]


def _groups(body: bytes) -> list[Fields]:
    return [_fields(group) for group in body.removesuffix(b"\r\n").split(b"\r\n\r\n")]


# The frame.


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
    if report.get_content_type() != "multipart/report":
        yield f"of type {report['Content-Type']}"
        return
    parts = parts_of(octets)
    types = [part.media_type for part in parts]
    if types != [part.get_content_type() for part in report.get_payload() if isinstance(part, Message)]:
        yield f"parts that read differently: {types}"
    if len(types) not in {2, 3} or types[0] != "text/plain" or set(types[2:]) - _RETURNED:
        yield f"parts {types}"
        return
    if types[1] not in {"message/delivery-status", "message/global-delivery-status"}:
        yield f"parts {types}"
        return
    is_utf8 = types[1] == "message/global-delivery-status"
    if f"message/{report.get_param('report-type')}" != types[1]:
        yield f"report-type {report.get_param('report-type')} with {types[1]} (RFC 6522 section 3)"
    header = octets.partition(b"\r\n\r\n")[0]
    if not header.isascii() and not is_utf8:
        yield "a header field with octets over 127"
    yield from _faults_of_encodings(report, parts, is_utf8)
    yield from _faults_of_groups(_groups(parts[1].body), is_utf8)
    yield from _faults_of_returned(octets)


def _faults_of_encodings(report: Message, parts: list[Part], is_utf8: bool) -> Iterator[str]:
    own = str(report.get("Content-Transfer-Encoding", "7bit"))
    if own not in {"7bit", "8bit"}:
        yield f"a report in {own} (RFC 2045 section 6.4)"
    for part in parts:
        if part.encoding == "7bit" and not part.body.isascii():
            yield f"{part.media_type} is not 7bit"
        if part.encoding == "8bit" and own != "8bit":
            yield f"{part.media_type} in 8bit inside 7bit"
        if part.encoding not in {"7bit", "8bit"} and (
            part.media_type in _WHOLE or "delivery-status" in part.media_type
        ):
            yield f"{part.media_type} in {part.encoding} (RFC 2046 section 5.2.1)"
        if part.encoding not in {"7bit", "8bit", "quoted-printable", "base64"}:
            yield f"{part.media_type} in {part.encoding}"
    if not is_utf8 and (parts[1].encoding != "7bit" or not parts[1].body.isascii()):
        yield "a delivery status that is not ASCII (section 2.1)"


def _faults_of_returned(octets: bytes) -> Iterator[str]:
    part = returned(octets)
    if part is None:
        return
    header, blank, _ = part.body.partition(b"\r\n\r\n")
    if part.media_type not in _WHOLE and (blank or not part.body.endswith(b"\r\n")) and part.body:
        yield f"{part.media_type} with more than a header"
    if part.media_type not in _WHOLE and any(not name for name, _ in _fields(part.body)):
        yield f"{part.media_type} with a line that is no field"
    try:
        header.decode()
    except UnicodeDecodeError:
        if part.media_type in _UTF8_RETURNED:
            yield f"{part.media_type} that is not UTF-8"
    else:
        if not header.isascii() and part.media_type not in _UTF8_RETURNED:
            yield f"{part.media_type} with UTF-8 in its header (RFC 6533 section 4)"


# The fields.


def _faults_of_groups(found: list[Fields], is_utf8: bool) -> Iterator[str]:
    if len(found) < 2:
        yield f"{len(found)} groups of fields"
        return
    yield from _faults_of_fields(found[0], _OF_MESSAGE, {"reporting-mta"}, is_utf8)
    for group in found[1:]:
        yield from _faults_of_fields(group, _OF_RECIPIENT, {"final-recipient", "action", "status"}, is_utf8)
        fields = dict(group)
        action, status = fields.get("action", ""), fields.get("status", "")
        if action not in _ACTIONS:
            yield f"action {action!r}"
        if not _STATUS.fullmatch(status):
            yield f"status {status!r}"
        elif not status.startswith(_ACTIONS.get(action, "")):
            yield f"action {action} with status {status}"
        if "will-retry-until" in fields and action != "delayed":
            yield f"will-retry-until with action {action} (section 2.3.9)"


def _faults_of_fields(group: Fields, known: set[str], required: set[str], is_utf8: bool) -> Iterator[str]:
    names = [name for name, _ in group]
    for name in sorted(required - set(names)):
        yield f"{name} is missing"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands twice"
    for name, value in group:
        if name not in known and not name.startswith("x-"):
            yield f"{name or repr(value[:80])} has no place here"
        if any(ord(character) < 0x20 and character != "\t" for character in value) or "\x7f" in value:
            yield f"{name} with a control character"
        if "\udc80" <= max(value, default="") <= "\udcff":
            yield f"{name} that is not UTF-8"
        if name in _TYPED_FIELDS:
            yield from _faults_of_typed(name, value, is_utf8)
        if name in _DATES and not _is_date(value):
            yield f"{name} {value!r} is no date"


def _faults_of_typed(name: str, value: str, is_utf8: bool) -> Iterator[str]:
    typed = _TYPED.fullmatch(value)
    if typed is None:
        yield f"{name} {value[:80]!r} has no type"
        return
    kind, rest = typed[1].lower(), typed[2]
    if kind == "rfc822" and name in _ADDRESSES and not rest.isascii():
        yield f"{name} of type rfc822 that is not ASCII"
    if kind == "utf-8" and name in _ADDRESSES:
        # A long one is folded, which adds white space.
        text = "".join(rest.split())
        if not (_UNITEXT if is_utf8 else _XTEXT).fullmatch(text):
            yield f"{name} {rest[:80]!r} is no utf-8 address (RFC 6533 section 3)"
        if is_utf8 and text.isascii() and "\\x{" not in text:
            yield f"{name} of type utf-8 that is ASCII"
    if kind == "smtp" and name == "diagnostic-code" and not _REPLY.fullmatch(rest):
        yield f"{name} {rest[:80]!r} is no reply"


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and parsedate_to_datetime(value).tzinfo is not None
    except ValueError:
        return False
