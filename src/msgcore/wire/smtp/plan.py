"""What one transaction says, worked out before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgcore.base.line_ends import has_only_crlf
from msgcore.base.status import EnhancedStatus
from msgcore.base.text import refuse_line_ends
from msgcore.errors import InjectionRefused, InvalidAddress, UsageError
from msgcore.model.address import SMTP, Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.asked import lacking, mail_requests, rcpt_requests, unheeded
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.path import needs_utf8, usual_path, wire_path
from msgcore.wire.smtp.trace import trace_parameter

__all__ = ["Plan", "make_plan", "refused_plan"]

_DOT_LINE = re.compile(rb"\n\.")
_STRAY = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")
_AT_ONCE_OCTETS = 256 * 1024
# What no server takes for a command, should it not know BDAT.
_FIRST_FIELD = re.compile(rb"[!-9;-~]{1,70}+:[^\r\n]{0,900}+\r\n")
_OPTIONAL = {b"SIZE": "SIZE", b"RET": "DSN", b"ENVID": "DSN", b"MT-PRIORITY": "MT-PRIORITY", b"XTRACE": "XTRACE"}


class Plan(NamedTuple):
    """The commands and the data of one transaction; ``settled`` never get as far as the server.

    ``rcpts`` maps each RCPT command to the recipients whose address it carries. ``data`` is what stands between DATA
    and the lone dot or, when ``is_chunked``, behind BDAT; ``is_at_once``: BDAT goes with the envelope, in one flight;
    else the chunk that goes with it has the first header field alone (``first_octets``).
    ``is_dsn``: the server offers DSN, and is asked for what the sender wants to know. ``optional`` are the extensions
    that the commands use and could do without; ``note`` says what could not be asked.
    ``is_tls_offered``: the connection is in clear although it need not be: TLS failed, or was refused for now.
    """

    mail: bytes
    rcpts: Mapping[bytes, tuple[Recipient, ...]]
    data: bytes
    settled: Mapping[Recipient, Outcome]
    recipients: tuple[Recipient, ...]
    is_pipelined: bool = False
    is_chunked: bool = False
    is_at_once: bool = False
    first_octets: int = 0
    is_lmtp: bool = False
    is_binary: bool = False
    is_dsn: bool = False
    optional: frozenset[str] = frozenset()
    note: str = ""
    is_tls_offered: bool = False


def make_plan(
    envelope: Envelope, octets: bytes, extensions: Extensions, *, is_proven: bool = False, is_text: bool = False
) -> Plan:
    """Plan the transfer of ``octets`` to a server with these extensions.

    ``is_proven``: the server is there and knows BDAT, so that the message may go with its envelope. ``is_text``: the
    octets are known to be lines that end with CR LF, without NUL and any other CR or LF.

    Raises:
        UsageError: the octets hold a bare CR or LF, or NUL, and the server does not offer BINARYMIME; an address is of
            another type than SMTP, holds CR, LF or NUL, or (the sender's) is no address.
    """
    is_binary = not is_text and _is_binary(octets, extensions)
    is_ascii = octets.isascii()
    recipients = envelope.recipients
    sender, offered = envelope.sender, extensions.parameters
    is_wide_sender = sender is not None and not sender.email_address.isascii() and needs_utf8(sender.email_address)
    is_wide = is_wide_sender
    for recipient in recipients:
        text = recipient.address.email_address
        is_wide = is_wide or (not text.isascii() and needs_utf8(text))
    utf8 = (is_wide or (not is_ascii and _has_utf8_header(octets))) and "SMTPUTF8" in offered
    sender_path = wire_path(sender, utf8=utf8 or is_wide_sender)

    request = envelope.request
    is_asking = request is not NO_REQUEST
    for_all = lacking(request, extensions) if is_asking else None
    if for_all is None:
        for_all = _refused_for_all(octets, extensions, is_ascii=is_ascii, is_sender_sayable=utf8 or not is_wide_sender)
    settled: dict[Recipient, Outcome] = {}
    rcpts: dict[bytes, tuple[Recipient, ...]] = {}
    is_dsn = "DSN" in offered
    asked = request if is_dsn else None
    is_notifying = False
    for recipient in recipients:
        is_notifying = is_notifying or recipient.notify is not None
        command = _rcpt_or_refused(recipient, asked, utf8=utf8)
        if isinstance(command, Refused):
            settled[recipient] = command
        elif for_all is not None:
            settled[recipient] = for_all
        else:
            rcpts[command] = (*rcpts.get(command, ()), recipient)
    is_pipelined = "PIPELINING" in offered
    first = _FIRST_FIELD.match(octets) if "CHUNKING" in offered else None
    is_chunked = is_binary or (is_pipelined and first is not None)
    parameters = _parameters(octets, extensions, utf8=utf8, is_binary=is_binary, is_ascii=is_ascii)
    if is_asking:
        parameters += mail_requests(request, extensions)
    if envelope.trace and "XTRACE" in offered:
        parameters.append(trace_parameter(envelope.trace))
    mail = b"MAIL FROM:" + sender_path
    return Plan(
        (b" ".join((mail, *parameters)) if parameters else mail) + b"\r\n",
        rcpts,
        _ended(octets, is_binary=is_binary) if is_chunked else _stuffed(octets),
        settled,
        recipients,
        is_pipelined,
        is_chunked,
        is_chunked and is_pipelined and is_proven and len(octets) <= _AT_ONCE_OCTETS,
        0 if first is None else first.end(),
        extensions.is_lmtp,
        is_binary,
        is_dsn,
        _optional(parameters) if parameters else frozenset(),
        unheeded(request, recipients, extensions) if is_asking or is_notifying else "",
        "STARTTLS" in offered,
    )


def _optional(parameters: list[bytes]) -> frozenset[str]:
    return frozenset([_OPTIONAL[name] for one in parameters if (name := one.partition(b"=")[0]) in _OPTIONAL])


def refused_plan(envelope: Envelope, outcome: Refused) -> Plan:
    """Plan for a message that cannot go to this server: nothing is said."""
    recipients = envelope.recipients
    return Plan(b"", {}, b"", dict.fromkeys(recipients, outcome), recipients)


def _is_binary(octets: bytes, extensions: Extensions) -> bool:
    if has_only_crlf(octets) and 0 not in octets:
        return False
    if extensions.offers("BINARYMIME") and extensions.offers("CHUNKING"):
        return True
    stray = _STRAY.search(octets)
    assert stray is not None
    raise UsageError(
        f"the message holds a stray {stray[0].decode()!r} at octet {stray.start()};"
        " the wire form ends its lines with CR LF and holds no NUL (use the wire writer)"
    )


def _has_utf8_header(octets: bytes) -> bool:
    """Say whether the header is internationalised (RFC 6532); what is not UTF-8 is wrong anyway, and goes as it is."""
    end = octets.find(b"\r\n\r\n")
    header = octets if end < 0 else octets[:end]
    if header.isascii():
        return False
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refused_for_all(
    octets: bytes, extensions: Extensions, *, is_ascii: bool, is_sender_sayable: bool
) -> Refused | None:
    most = extensions.size_octets
    if most is not None and len(octets) > most:
        return Refused(552, EnhancedStatus(5, 3, 4), f"{len(octets)} octets; the server takes {most}", "MAIL")
    if not is_sender_sayable:
        return Refused(
            550, EnhancedStatus(5, 6, 7), "the sender's address needs SMTPUTF8, which is not offered", "MAIL"
        )
    if not is_ascii and not extensions.offers("8BITMIME"):
        return Refused(554, EnhancedStatus(5, 6, 3), "the message needs 8BITMIME, which is not offered", "MAIL")
    return None


def _rcpt_or_refused(recipient: Recipient, request: DeliveryRequest | None, *, utf8: bool) -> bytes | Refused:
    address = recipient.address
    if address.address_type != SMTP:
        raise UsageError(f"{address.typed!r}: SMTP carries addresses of type SMTP only")
    path = usual_path(address.email_address) or _path_or_refused(address, utf8=utf8)
    if isinstance(path, Refused):
        return path
    if request is None or (request is NO_REQUEST and recipient.notify is None and recipient.original is None):
        return b"RCPT TO:%s\r\n" % path
    return b" ".join((b"RCPT TO:" + path, *rcpt_requests(recipient, request, utf8=utf8))) + b"\r\n"


def _path_or_refused(address: Address, *, utf8: bool) -> bytes | Refused:
    if needs_utf8(address.email_address) and not utf8:
        refuse_line_ends(address.email_address, "address")
        return Refused(553, EnhancedStatus(5, 6, 7), "the address needs SMTPUTF8, which is not offered", "RCPT")
    try:
        return wire_path(address, utf8=utf8)
    except InjectionRefused:
        raise
    except InvalidAddress as error:
        return Refused(553, EnhancedStatus(5, 1, 3), str(error), "RCPT")


def _parameters(octets: bytes, extensions: Extensions, *, utf8: bool, is_binary: bool, is_ascii: bool) -> list[bytes]:
    parameters: list[bytes] = []
    if extensions.offers("SIZE"):
        parameters.append(b"SIZE=%d" % len(octets))
    if is_binary:
        parameters.append(b"BODY=BINARYMIME")
    elif not is_ascii:
        parameters.append(b"BODY=8BITMIME")
    if utf8:
        parameters.append(b"SMTPUTF8")
    return parameters


def _stuffed(octets: bytes) -> bytes:
    """Double the dot at each line's start (RFC 5321 section 4.5.2) and end the last line."""
    if _DOT_LINE.search(octets):  # finds, or not, in a third of the time that ``in`` takes
        octets = octets.replace(b"\n.", b"\n..")
    if octets.startswith(b"."):
        octets = b"." + octets
    return octets if not octets or octets.endswith(b"\r\n") else octets + b"\r\n"


def _ended(octets: bytes, *, is_binary: bool) -> bytes:
    """End the last line of a text: some servers wait for that behind BDAT. Behind binary data nothing is added."""
    return octets if is_binary or octets.endswith(b"\r\n") else octets + b"\r\n"
