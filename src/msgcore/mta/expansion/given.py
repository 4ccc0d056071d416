"""What an administrator gives for mailboxes, lists and redirects, checked where it enters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, check_smtp_address, parse_address
from msgcore.model.recipient import RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.directory import EX
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.wire.domain import typed_key

__all__ = [
    "LAST_OF_A_REDIRECT",
    "check_delimiter",
    "checked_patterns",
    "is_among",
    "one_address",
    "own_addresses",
    "proxy_addresses",
]

LAST_OF_A_REDIRECT = "mailbox {!r} is redirected, and this is its last address: call remove_redirect first"

_DELIMITER = re.compile(r"[!#$%&'*+/=?^_`{|}~.-]?")  # what may stand in a local part (RFC 5322 section 3.2.3)


def proxy_addresses(given: RecipientsLike, what: str, name: str = "ann") -> tuple[Address, ...]:
    """Read addresses; ``what`` needs them, as in "a mailbox", and would have one such as that of ``name``.

    Raises:
        UsageError: one is a bare name.
        InvalidAddress: one is none.
    """
    found = tuple(recipient.address for recipient in parse_recipients(given, RecipientKind.TO))
    for address in found:
        if not address.is_resolved:
            raise UsageError(f"{address}: {what} needs addresses, such as SMTP:{name}@a.test")
        refuse_line_ends(address.typed, "address")
        if address.address_type == SMTP:
            check_smtp_address(address.email_address)
    return found


def own_addresses(given: RecipientsLike, what: str, name: str = "ann") -> tuple[Address, ...]:
    """Read the addresses that a mailbox, list or redirect is to be found by.

    Raises:
        UsageError: one is a bare name, or a distinguished name, which is given by the directory alone.
        InvalidAddress: one is none.
    """
    found = proxy_addresses(given, what, name)
    for address in found:
        if address.address_type == EX:
            raise UsageError(f"{address.typed}: {what} has its distinguished name already; need another address")
    return found


def one_address(given: str | Address, what: str) -> Address:
    """Read one address; raises as :func:`proxy_addresses` does."""
    (address,) = proxy_addresses(parse_address(given) if isinstance(given, str) else given, what)
    return address


def checked_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """Give patterns of senders.

    Raises:
        UsageError: one is no pattern of SMTP addresses.
    """
    if isinstance(patterns, str):
        raise UsageError(f"only_from: need a sequence of texts; write [{patterns!r}]")
    return tuple(AddressSpace(SMTP, pattern).pattern for pattern in patterns)


def check_delimiter(delimiter: str) -> None:
    """Go on if it may divide a local part from its tag, or is empty.

    Raises:
        UsageError: it may not.
    """
    if not _DELIMITER.fullmatch(delimiter):
        raise UsageError(f"delimiter {delimiter!r}: need one sign that may stand in an address, such as +, or none")


def is_among(address: Address, others: Iterable[Address]) -> bool:
    """Say whether it is one of them, whatever its case."""
    return typed_key(address) in map(typed_key, others)
