"""What one transaction says, worked out before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import refuse_line_ends
from msgcore.errors import InjectionRefused, InvalidAddress, UsageError
from msgcore.model.address import SMTP
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.path import needs_utf8, wire_path

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
    sender = None if envelope.sender is None else envelope.sender.email_address
    addresses = [recipient.email_address for recipient in envelope.recipients]
    needs = {address for address in (sender, *addresses) if address is not None and needs_utf8(address)}
    utf8 = extensions.offers("SMTPUTF8") and (bool(needs) or _has_utf8_header(octets))
    sender_path = wire_path(envelope.sender, utf8=utf8 or sender in needs)

    for_all = _refused_for_all(octets, extensions, is_sender_sayable=utf8 or sender not in needs)
    settled: dict[Recipient, Outcome] = {}
    rcpts: dict[bytes, list[Recipient]] = {}
    for recipient in envelope.recipients:
        path = _path_or_refused(recipient, utf8=utf8)
        if isinstance(path, Refused):
            settled[recipient] = path
        elif for_all is not None:
            settled[recipient] = for_all
        else:
            rcpts.setdefault(b"RCPT TO:%s\r\n" % path, []).append(recipient)
    mail = b" ".join((b"MAIL FROM:" + sender_path, *_parameters(octets, extensions, utf8=utf8))) + b"\r\n"
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


def _refused_for_all(octets: bytes, extensions: Extensions, *, is_sender_sayable: bool) -> Refused | None:
    most = extensions.size_octets
    if most is not None and len(octets) > most:
        return Refused(552, EnhancedStatus(5, 3, 4), f"{len(octets)} octets; the server takes {most}", "MAIL")
    if not is_sender_sayable:
        return Refused(
            550, EnhancedStatus(5, 6, 7), "the sender's address needs SMTPUTF8, which is not offered", "MAIL"
        )
    if not octets.isascii() and not extensions.offers("8BITMIME"):
        return Refused(554, EnhancedStatus(5, 6, 3), "the message needs 8BITMIME, which is not offered", "MAIL")
    return None


def _path_or_refused(recipient: Recipient, *, utf8: bool) -> bytes | Refused:
    if recipient.address_type != SMTP:
        raise UsageError(f"{recipient.address.typed!r}: SMTP carries addresses of type SMTP only")
    if needs_utf8(recipient.email_address) and not utf8:
        refuse_line_ends(recipient.email_address, "address")
        return Refused(553, EnhancedStatus(5, 6, 7), "the address needs SMTPUTF8, which is not offered", "RCPT")
    try:
        return wire_path(recipient.address, utf8=utf8)
    except InjectionRefused:
        raise
    except InvalidAddress as error:
        return Refused(553, EnhancedStatus(5, 1, 3), str(error), "RCPT")


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
