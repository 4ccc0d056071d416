"""What one transaction says, worked out before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.errors import InjectionRefused, InvalidAddress, UsageError
from msgcore.model.address import SMTP
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.path import check_path, needs_utf8, wire_path

__all__ = ["Plan", "make_plan"]

_STRAY = re.compile(rb"\r(?!\n)|(?<!\r)\n|\0")


@attrs.frozen
class Plan:
    """The commands, and the data as the wire has it but for the lone dot; ``settled`` never get as far as the server.

    ``rcpts`` maps each RCPT command to the recipients whose address it carries.
    """

    mail: bytes
    rcpts: Mapping[bytes, tuple[Recipient, ...]]
    data: bytes
    settled: Mapping[Recipient, Outcome]


def make_plan(envelope: Envelope, octets: bytes, extensions: Extensions) -> Plan:
    """Plan the transfer of ``octets`` to a server with these extensions.

    Raises:
        UsageError: the octets hold a bare CR or LF, or NUL; an address is of another type than SMTP, holds CR, LF or
            NUL, or (the sender's) is no address.
    """
    _check_octets(octets)
    sender = envelope.sender
    if sender is not None:
        wire_path(sender, utf8=True)
    addresses = [recipient.email_address for recipient in envelope.recipients]
    if sender is not None:
        addresses.append(sender.email_address)
    utf8 = extensions.offers("SMTPUTF8") and (any(map(needs_utf8, addresses)) or _has_utf8_header(octets))

    for_all = _refused_for_all(envelope, octets, extensions, utf8=utf8)
    settled: dict[Recipient, Outcome] = {}
    rcpts: dict[bytes, list[Recipient]] = {}
    for recipient in envelope.recipients:
        refused = _refused(recipient, utf8=utf8) or for_all
        if refused is not None:
            settled[recipient] = refused
        else:
            command = b"RCPT TO:" + wire_path(recipient.address, utf8=utf8) + b"\r\n"
            rcpts.setdefault(command, []).append(recipient)
    mail = b"" if for_all else _mail(envelope, octets, extensions, utf8=utf8)
    return Plan(mail, {command: tuple(them) for command, them in rcpts.items()}, _stuffed(octets), settled)


def _check_octets(octets: bytes) -> None:
    pairs = octets.count(b"\r\n")
    if pairs == octets.count(b"\n") == octets.count(b"\r") and b"\0" not in octets:
        return
    stray = _STRAY.search(octets)
    assert stray is not None
    raise UsageError(
        f"the message holds a stray {stray[0].decode()!r} at octet {stray.start()};"
        " the wire form ends its lines with CR LF and holds no NUL (use the wire writer)"
    )


def _has_utf8_header(octets: bytes) -> bool:
    """Say whether the header is internationalised (RFC 6532); what is not UTF-8 is wrong anyway, and goes as it is."""
    if octets.isascii():
        return False
    end = octets.find(b"\r\n\r\n")
    header = octets if end < 0 else octets[:end]
    if header.isascii():
        return False
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refused_for_all(envelope: Envelope, octets: bytes, extensions: Extensions, *, utf8: bool) -> Refused | None:
    most = extensions.size_octets
    if most is not None and len(octets) > most:
        return Refused(552, EnhancedStatus(5, 3, 4), f"{len(octets)} octets; the server takes {most}", "MAIL")
    if envelope.sender is not None and needs_utf8(envelope.sender.email_address) and not utf8:
        return Refused(
            550, EnhancedStatus(5, 6, 7), "the sender's address needs SMTPUTF8, which is not offered", "MAIL"
        )
    if not octets.isascii() and not extensions.offers("8BITMIME"):
        return Refused(554, EnhancedStatus(5, 6, 3), "the message needs 8BITMIME, which is not offered", "MAIL")
    return None


def _refused(recipient: Recipient, *, utf8: bool) -> Refused | None:
    if recipient.address_type != SMTP:
        raise UsageError(f"{recipient.address.typed!r}: SMTP carries addresses of type SMTP only")
    try:
        check_path(recipient.email_address)
    except InjectionRefused:
        raise
    except InvalidAddress as error:
        return Refused(553, EnhancedStatus(5, 1, 3), str(error), "RCPT")
    if needs_utf8(recipient.email_address) and not utf8:
        return Refused(553, EnhancedStatus(5, 6, 7), "the address needs SMTPUTF8, which is not offered", "RCPT")
    return None


def _mail(envelope: Envelope, octets: bytes, extensions: Extensions, *, utf8: bool) -> bytes:
    return b" ".join(
        (b"MAIL FROM:" + wire_path(envelope.sender, utf8=utf8), *_parameters(octets, extensions, utf8=utf8))
    ) + (b"\r\n")


def _parameters(octets: bytes, extensions: Extensions, *, utf8: bool) -> Iterator[bytes]:
    if extensions.offers("SIZE"):
        yield b"SIZE=%d" % len(octets)
    if not octets.isascii():
        yield b"BODY=8BITMIME"
    if utf8:
        yield b"SMTPUTF8"


def _stuffed(octets: bytes) -> bytes:
    """Double the dot at each line's start (RFC 5321 section 4.5.2) and end the last line."""
    if b"\n." in octets:
        octets = octets.replace(b"\n.", b"\n..")
    if octets.startswith(b"."):
        octets = b"." + octets
    return octets if not octets or octets.endswith(b"\r\n") else octets + b"\r\n"
