"""Whether a read report may be sent for a message (RFC 8098 section 2.1)."""

from __future__ import annotations

import enum
import re

from msgcore.codecs.mime.automatic import is_automatic
from msgcore.model.address import Address
from msgcore.model.headers import Headers
from msgcore.model.message import Message, check_message

__all__ = ["ReceiptDecision", "receipt_decision", "receipt_recipients"]


class ReceiptDecision(enum.Enum):
    """What to do about the receipt that a message asks for, or does not ask for."""

    NEVER = "never"
    """None was asked for, or none may be sent."""
    ASK = "ask"
    """Only when the user says so for this message."""
    MAY = "may"
    """As the user has set it up: always, never, or after asking."""


_REPORTS = ("report.", "multipart/report")
_MOST = 100
_REQUIRED = re.compile(r"=\s*required\b", re.IGNORECASE)


def receipt_decision(message: Message, *, was_sent: bool = False) -> ReceiptDecision:
    """Say whether a read report may be sent; ``was_sent`` is whether one was sent for this message already.

    Never: for a report of any kind, when nobody is named in Disposition-Notification-To, a second time, and when the
    sender requires an option (there is none that msgcore knows). After asking: when the receipt goes to several
    addresses, or not to the one in Return-Path, or when a program or a list sent the message.
    """
    wanted = receipt_recipients(message)
    if was_sent or not wanted or _is_report(message) or _requires_an_option(message.headers):
        return ReceiptDecision.NEVER
    if len({_compared(address) for address in wanted}) > 1 or is_automatic(message):
        return ReceiptDecision.ASK
    returned = message.addresses_of("Return-Path")
    is_same = len(returned) == 1 and _compared(returned[0]) == _compared(wanted[0])
    return ReceiptDecision.MAY if is_same else ReceiptDecision.ASK


def receipt_recipients(message: Message) -> tuple[Address, ...]:
    """Give the addresses that a receipt was asked for to, of Disposition-Notification-To."""
    check_message(message)
    return tuple(one for one in message.addresses_of("Disposition-Notification-To")[:_MOST] if one.is_resolved)


def _compared(address: Address) -> tuple[str, str]:
    """Only the domain is compared without case."""
    return address.email_address.rpartition("@")[0], address.domain


def _is_report(message: Message) -> bool:
    kind = message.headers.get("Content-Type", "") or ""
    return message.message_class.lower().startswith(_REPORTS[0]) or kind.strip().lower().startswith(_REPORTS[1])


def _requires_an_option(headers: Headers) -> bool:
    return any(_REQUIRED.search(text) for text in headers.get_all("Disposition-Notification-Options"))
