"""What MAIL and RCPT ask for besides the addresses, as parameters, and what a server that lacks it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import SMTP, Address
from msgcore.model.delivery import DeliveryRequest, Notify
from msgcore.model.outcome import Refused
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.xtext import xtext

__all__ = ["lacking", "mail_requests", "rcpt_requests", "unheeded"]

_NOT_UNITEXT = re.compile(r"[\0-\x20+=\\\x7f]")
_NOT_ASCII_UNITEXT = re.compile(r"[^!-*,-<>-\[\]-~]")
_TLS_NOT_PROMISED = EnhancedStatus(5, 7, 30)
_TOO_LATE = EnhancedStatus(5, 4, 7)
_NOT_POSSIBLE = EnhancedStatus(5, 3, 3)
_TYPE = re.compile("[A-Za-z0-9][A-Za-z0-9-]*")
_LONGEST_ORIGINAL = 500  # RFC 3461 section 5; what is longer would cost the recipient the message


def _utf8_xtext(address: str, utf8: bool) -> bytes:
    """Write an address as RFC 6533 section 3 has it: ``utf-8-addr-xtext``, or in ASCII ``utf-8-addr-unitext``."""

    def escaped(found: re.Match[str]) -> str:
        return f"\\x{{{ord(found[0]):X}}}"

    return (_NOT_UNITEXT if utf8 else _NOT_ASCII_UNITEXT).sub(escaped, address).encode("utf-8", "replace")


def lacking(request: DeliveryRequest, extensions: Extensions) -> Refused | None:
    """Say why nothing may go to this server, when it cannot keep what the sender insists on."""
    if request.require_tls and not extensions.offers("REQUIRETLS"):
        return Refused(None, _TLS_NOT_PROMISED, "REQUIRETLS is asked for, and the server does not offer it", "MAIL")
    if request.within_seconds is not None and not request.only_tell_when_late:
        if not extensions.offers("DELIVERBY"):
            return Refused(None, _TOO_LATE, "a delivery in time is asked for, and the server has no DELIVERBY", "MAIL")
        if request.within_seconds < extensions.least_seconds:
            left, least = request.within_seconds, extensions.least_seconds
            return Refused(
                None, _TOO_LATE, f"{left} s are left to deliver it, and the server needs {least} or more", "MAIL"
            )
    if (request.hold_seconds or request.hold_until) and not extensions.offers("FUTURERELEASE"):
        return Refused(None, _NOT_POSSIBLE, "the message is to be held, and the server has no FUTURERELEASE", "MAIL")
    return None


def unheeded(request: DeliveryRequest, recipients: tuple[Recipient, ...], extensions: Extensions) -> str:
    """Name what is asked for and would be good to have, and is not offered; empty when there is nothing."""
    wishes = {
        # An envelope id by itself wants nothing: it tells what a report is about, if there is one.
        "DSN": request.returned_content is not None
        or any(notify is not None for notify in (request.notify, *[recipient.notify for recipient in recipients])),
        "DELIVERBY": request.within_seconds is not None,
        "MT-PRIORITY": request.priority is not None,
    }
    missing = [keyword for keyword, is_wanted in wishes.items() if is_wanted and not extensions.offers(keyword)]
    return f"not offered, so not asked for: {', '.join(missing)}" if missing else ""


def mail_requests(request: DeliveryRequest, extensions: Extensions) -> Iterator[bytes]:
    """Give the parameters of MAIL."""
    if extensions.offers("DSN"):
        if request.returned_content is not None:
            yield b"RET=" + request.returned_content.value.encode()
        if request.envelope_id:
            yield b"ENVID=" + xtext(request.envelope_id)
    if request.within_seconds is not None and extensions.offers("DELIVERBY"):
        yield b"BY=%d;%s" % (request.within_seconds, b"N" if request.only_tell_when_late else b"R")
    if request.priority is not None and extensions.offers("MT-PRIORITY"):
        yield b"MT-PRIORITY=%d" % request.priority
    if request.require_tls:
        yield b"REQUIRETLS"
    if request.hold_seconds is not None:
        yield b"HOLDFOR=%d" % request.hold_seconds
    if request.hold_until is not None:
        yield f"HOLDUNTIL={request.hold_until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()


def rcpt_requests(recipient: Recipient, request: DeliveryRequest, *, utf8: bool) -> Iterator[bytes]:
    """Give the parameters of RCPT for a server that offers DSN (RFC 3461 sections 4.1 and 4.2, RFC 6533 section 3)."""
    notify = request.notify if recipient.notify is None else recipient.notify
    if notify is not None:
        names = [str(one.name) for one in Notify if one in notify]
        yield f"NOTIFY={','.join(names) or 'NEVER'}".encode()
    original = recipient.original
    if original is not None and _TYPE.fullmatch(original.address_type):  # which may be whatever a message held
        said = _original(original, utf8=utf8)
        if len(said) <= _LONGEST_ORIGINAL:
            yield b"ORCPT=" + said


def _original(address: Address, *, utf8: bool) -> bytes:
    text = address.email_address
    if address.address_type != SMTP:
        return address.address_type.lower().encode() + b";" + xtext(text)
    return b"rfc822;" + xtext(text) if text.isascii() else b"utf-8;" + _utf8_xtext(text, utf8)
