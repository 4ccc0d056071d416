"""The parameters of MAIL and RCPT by the server's side (RFC 1870, 6152, 6531, 3461, 2852, 6710, 8689, 4865, 4954)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from msgcore.base.text import one_line
from msgcore.model.address import SMTP, Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest, Notify, ReturnedContent
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.server.commands import Refusal, Terms, read_path, smtp_address
from msgcore.wire.smtp.server.handler import BodyKind, Client, MailFacts
from msgcore.wire.smtp.trace import read_trace
from msgcore.wire.smtp.xtext import read_xtext

__all__ = ["read_mail", "read_rcpt"]

_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*+)(?:=([^\s=]++))?")
_UNITEXT = re.compile(r"\\x\{(10[0-9A-F]{4}|[0-9A-F]{2,5})\}")
_BY = re.compile(r"([+-]?\d{1,9});([RN])(T?)", re.IGNORECASE | re.ASCII)
_PRIORITY = re.compile(r"-?\d", re.ASCII)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_LONGEST_ORIGINAL = 500

_OF_MAIL: Mapping[str, str] = {
    "SIZE": "SIZE",
    "BODY": "8BITMIME",
    "SMTPUTF8": "SMTPUTF8",
    "AUTH": "AUTH",
    "RET": "DSN",
    "ENVID": "DSN",
    "BY": "DELIVERBY",
    "MT-PRIORITY": "MT-PRIORITY",
    "REQUIRETLS": "REQUIRETLS",
    "HOLDFOR": "FUTURERELEASE",
    "HOLDUNTIL": "FUTURERELEASE",
    "XTRACE": "XTRACE",
}
_OF_RCPT: Mapping[str, str] = {"NOTIFY": "DSN", "ORCPT": "DSN"}


def read_mail(argument: str, client: Client, terms: Terms) -> tuple[Address | None, MailFacts]:
    """Read what stands behind MAIL; the null path is no sender."""
    text, parameters = read_path(argument, "FROM")
    size_octets, body, is_utf8, request = 0, BodyKind.SEVEN_BIT, False, NO_REQUEST
    trace: tuple[str, ...] = ()
    for key, value in _read(parameters, _OF_MAIL, terms).items() if parameters else ():
        try:
            match key:
                case "SIZE":
                    size_octets = _size(value, terms)
                case "BODY":
                    body = _body(value, terms)
                case "SMTPUTF8":
                    is_utf8 = _stands_alone(value)
                case "AUTH":  # who submitted it elsewhere (RFC 4954 section 5), which is believed of nobody
                    read_xtext("-" if value == "<>" else value)
                case "XTRACE":
                    trace = read_trace(value)
                case _:
                    request = _with_request(request, key, value, terms)
        except ValueError:  # also DeliveryRequest's
            raise _wrong(key) from None
    facts = MailFacts(client, size_octets, body, is_utf8, request, trace)
    return (None if not text else smtp_address(text, facts, "5.1.7")), facts


def read_rcpt(argument: str, facts: MailFacts, terms: Terms, host_name: str) -> Recipient:
    """Read what stands behind RCPT; the bare ``postmaster`` is this host's (RFC 5321 section 4.5.1)."""
    text, parameters = read_path(argument, "TO")
    notify: Notify | None = None
    original: Address | None = None
    for key, value in _read(parameters, _OF_RCPT, terms).items() if parameters else ():
        try:
            if key == "NOTIFY":
                notify = _notify(value)
            else:
                original = _original(value)
        except ValueError:
            raise _wrong(key) from None
    if text.lower() == "postmaster":
        text = f"{text}@{host_name}"
    return Recipient(smtp_address(text, facts, "5.1.3"), notify=notify, original=original)


def _read(parameters: list[str], extensions: Mapping[str, str], terms: Terms) -> Mapping[str, str]:
    """Give the values by keyword, empty where there is none; each keyword belongs to an extension."""
    values: dict[str, str] = {}
    for parameter in parameters:
        found = _PARAMETER.fullmatch(parameter)
        key = found[1].upper() if found else ""
        if not terms.offered or key in values:
            raise Refusal(501, "5.5.4", f"{one_line(parameter, 80)}: not here")
        if extensions.get(key) not in terms.offered:
            raise Refusal(555, "5.5.4", f"no such parameter: {one_line(key, 80) or 'unreadable'}")
        values[key] = (found[2] or "") if found else ""
    return values


def _wrong(key: str) -> Refusal:
    return Refusal(501, "5.5.4", f"{key}: wrong value")


def _with_request(request: DeliveryRequest, key: str, value: str, terms: Terms) -> DeliveryRequest:
    match key:
        case "RET":
            return attrs.evolve(request, returned_content=ReturnedContent(value.upper()))
        case "ENVID":
            return attrs.evolve(request, envelope_id=read_xtext(value))
        case "BY":
            return _with_time(request, value)
        case "MT-PRIORITY":
            return attrs.evolve(request, priority=int(_matched(_PRIORITY, value)[0]))
        case "REQUIRETLS":
            return attrs.evolve(request, require_tls=_stands_alone(value))
        case "HOLDFOR":
            return attrs.evolve(request, hold_seconds=_hold_seconds(value, terms))
        case _:
            return attrs.evolve(request, hold_until=_hold_until(value, terms))


def _size(value: str, terms: Terms) -> int:
    size = int(_matched(_DIGITS, value)[0])
    if size > terms.max_message_octets:
        raise Refusal(552, "5.3.4", f"a message may have {terms.max_message_octets} octets")
    return size


def _body(value: str, terms: Terms) -> BodyKind:
    body = BodyKind(value.upper())
    if body is BodyKind.BINARY and "BINARYMIME" not in terms.offered:
        raise ValueError("not offered")
    return body


def _with_time(request: DeliveryRequest, value: str) -> DeliveryRequest:
    """RFC 2852: a time that is over already means, with N, that the sender knows: nothing is left to do."""
    found = _matched(_BY, value)
    seconds, is_told = int(found[1]), found[2].upper() == "N"
    if seconds <= 0 and is_told:
        return request
    return attrs.evolve(request, within_seconds=seconds, only_tell_when_late=is_told)


def _hold_seconds(value: str, terms: Terms) -> int:
    seconds = int(_matched(_SECONDS, value)[0])
    if seconds > terms.max_hold_seconds:
        raise ValueError("too long")
    return seconds


def _hold_until(value: str, terms: Terms) -> datetime:
    moment = datetime.fromisoformat(_matched(_MOMENT, value)[0])
    if moment > terms.now + timedelta(seconds=terms.max_hold_seconds):
        raise ValueError("too late")
    return moment


def _notify(value: str) -> Notify:
    names = value.upper().split(",")
    if names == ["NEVER"]:
        return Notify.NEVER
    if len(names) != len(set(names)) or not set(names) <= {"SUCCESS", "FAILURE", "DELAY"}:
        raise ValueError(value)
    notify = Notify.NEVER
    for name in names:
        notify |= Notify[name]
    return notify


def _original(value: str) -> Address:
    """Read ORCPT (RFC 3461 section 4.2, RFC 6533 section 3)."""
    kind, _, text = value.partition(";")
    if not _TYPE.fullmatch(kind) or len(text) > _LONGEST_ORIGINAL:
        raise ValueError(value)
    address = read_xtext(text)
    if kind.lower() == "utf-8":
        address = _UNITEXT.sub(lambda found: chr(int(found[1], 16)), address)
    if not address or not address.isprintable():
        raise ValueError(value)
    return Address(SMTP if kind.lower() in {"rfc822", "utf-8"} else kind.upper(), address)


def _matched(pattern: re.Pattern[str], value: str) -> re.Match[str]:
    found = pattern.fullmatch(value)
    if found is None:
        raise ValueError(value)
    return found


def _stands_alone(value: str) -> bool:
    if value:
        raise ValueError(value)
    return True
