"""People of a message as properties: correspondents, rows of the recipient table, addresses for replies.

What Exchange calls EX is an address of its own directory; where its owner has an SMTP address beside it, people see
that one, and the row keeps the other ([MS-OXOABK] section 2.2.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgcore.base.one_off import OneOffEntryId, flat_entry_list, read_flat_entry_list
from msgcore.errors import MalformedMessage
from msgcore.model.address import SMTP, Address
from msgcore.model.recipient import Recipient, RecipientKind, RowProperties
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAddressType,
    PidTagDisplayName,
    PidTagDisplayType,
    PidTagEmailAddress,
    PidTagEntryId,
    PidTagObjectType,
    PidTagRecipientDisplayName,
    PidTagRecipientType,
    PidTagRowid,
    PidTagSearchKey,
    PidTagSmtpAddress,
)

__all__ = [
    "ROLE",
    "Values",
    "address_of",
    "entry_id_of",
    "recipient_of_row",
    "reply_addresses",
    "reply_entries",
    "row_of_recipient",
]

Values = tuple[tuple[PropertyKey, object], ...]
"""Properties with their values, in an order that stays the same."""

_MAIL_USER = 6
ROLE = 0x0F
"""The bits of PidTagRecipientType that are the role; those above mark who has been served."""


def address_of(name: str | None, address_type: str | None, email: str | None, smtp: str | None) -> Address | None:
    """Put an address together from its four properties, or give ``None`` when none of them says anything."""
    kind = (address_type or "").upper()
    if smtp and kind != SMTP:
        kind, email = SMTP, smtp
    elif email and not kind:
        kind = SMTP if "@" in email else ""
    if not kind or not email:
        return Address("", "", name or email or "") if name or email else None
    return Address(kind, email, "" if name is None or name == email else name)


def entry_id_of(address: Address) -> bytes | None:
    """Give the one-off entry id of an address; a bare name has none."""
    return address.one_off_entry_id() if address.is_resolved else None


# Recipients


def recipient_of_row(row: PropBag) -> Recipient:
    """Read a row of the recipient table; what its address and role do not say stays with it as properties."""
    name = row.get(PidTagDisplayName) or row.get(PidTagRecipientDisplayName)
    address = address_of(
        name, row.get(PidTagAddressType), row.get(PidTagEmailAddress), row.get(PidTagSmtpAddress)
    ) or Address("", "", "")
    role = row.get(PidTagRecipientType, 1) & ROLE
    kind = RecipientKind(role) if role in _ROLES else RecipientKind.TO
    recipient = Recipient(address, kind)
    usual = {tag.bag_key: value for tag, value in _usual_row(recipient)}
    usual[PidTagRowid.bag_key] = row.get(PidTagRowid)
    own = RowProperties([(tag, value) for tag, value in row.items() if usual.get(tag.bag_key) != value])
    return Recipient(address, kind, properties=own) if own else recipient


def row_of_recipient(recipient: Recipient, number: int) -> Values:
    """Give the row that a recipient has as the one with this number, from 0."""
    usual = (*_usual_row(recipient), (PidTagRowid, number))
    if not recipient.properties:
        return usual
    own = {tag.bag_key for tag, _ in recipient.properties}
    return (*(entry for entry in usual if entry[0].bag_key not in own), *recipient.properties)


def _usual_row(recipient: Recipient) -> Values:
    address = recipient.address
    row: list[tuple[PropertyKey, object]] = [
        (PidTagRecipientType, int(recipient.kind)),
        (PidTagDisplayName, recipient.display_name),
        (PidTagObjectType, _MAIL_USER),
        (PidTagDisplayType, 0),
    ]
    if address.is_resolved:
        row += [
            (PidTagAddressType, address.address_type),
            (PidTagEmailAddress, address.email_address),
            (PidTagSearchKey, address.search_key),
            (PidTagEntryId, entry_id_of(address)),
        ]
    if address.address_type == SMTP:
        row.append((PidTagSmtpAddress, address.email_address))
    return tuple(row)


_ROLES = frozenset(RecipientKind)


# Replies


def reply_entries(addresses: Sequence[Address]) -> bytes | None:
    """Give the value of PidTagReplyRecipientEntries, or ``None`` when nobody has an address."""
    entries = [entry for address in addresses if (entry := entry_id_of(address)) is not None]
    return flat_entry_list(entries) if entries else None


def reply_addresses(entries: bytes | None, names: str | None) -> tuple[Address, ...]:
    """Read whom replies go to; of an entry that is no one-off entry id only the name is known, if ``names`` has it."""
    if not entries:
        return ()
    try:
        found = read_flat_entry_list(entries)
    except MalformedMessage:
        return ()
    called = (names or "").split(";")
    return tuple(_replies(found, lambda number: called[number].strip() if number < len(called) else ""))


def _replies(entries: Sequence[bytes], name_of: Callable[[int], str]) -> Iterator[Address]:
    for number, entry in enumerate(entries):
        try:
            one = OneOffEntryId.parse(entry)
        except MalformedMessage:
            if name := name_of(number):
                yield Address("", "", name)
            continue
        address = address_of(one.display_name, one.address_type, one.email_address, None)
        if address is not None:
            yield address
