"""Recipients: an address in a role."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, cast, runtime_checkable

import attrs

from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, parse_addresses
from msgcore.model.delivery import Notify
from msgcore.props.bag import checked
from msgcore.props.key import PropertyKey, check_key
from msgcore.props.table import (
    PidTagAddressType,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagRecipientType,
    PidTagSearchKey,
    PidTagSmtpAddress,
)
from msgcore.props.tags import Property

__all__ = ["Recipient", "RecipientKind", "RecipientsLike", "RowProperties", "parse_recipients"]


class RecipientKind(enum.IntEnum):
    """The role of a recipient (PidTagRecipientType, [MS-OXOMSG] section 2.2.3.1)."""

    ORIGINATOR = 0
    TO = 1
    CC = 2
    BCC = 3


class RowProperties(tuple[tuple[PropertyKey, object], ...]):
    """Properties that are known to be some: what a codec has read goes into a recipient without another look."""

    __slots__ = ()


@runtime_checkable
class _Items(Protocol):
    """A mapping, or a bag. To type checkers a ``Mapping[PropertyKey, …]`` would be no dictionary of single tags."""

    def items(self) -> Iterable[tuple[PropertyKey, object]]: ...


def _row_properties(given: _Items | Iterable[tuple[PropertyKey, object]]) -> RowProperties:
    if isinstance(given, RowProperties):
        return given
    try:
        pairs = [(tag, value) for tag, value in (given.items() if isinstance(given, _Items) else given)]
    except (TypeError, ValueError):
        raise UsageError(f"Recipient: properties are pairs of a property and its value, got {given!r}") from None
    for tag, _ in pairs:
        check_key(tag)
    return RowProperties([(tag, checked(tag, value)) for tag, value in pairs])


_NONE = RowProperties()


@attrs.frozen(cache_hash=True)
class Recipient:
    """One row of a message's recipient table.

    ``notify``: when its sender wants a notification (``None``: as the servers do by themselves); ``original``: whom the
    message was for before somebody redirected it (RFC 3461 sections 4.1 and 4.2). ``properties``: what the row says
    beside address, name and role, as TNEF and .msg files have it, a mapping or pairs; these come before what follows
    from the address.

    Raises:
        UsageError: one of ``properties`` is none, or its value is not of its type.
    """

    address: Address
    kind: RecipientKind = RecipientKind.TO
    notify: Notify | None = attrs.field(default=None, eq=False)
    original: Address | None = attrs.field(default=None, eq=False)
    properties: RowProperties = attrs.field(default=_NONE, converter=_row_properties, eq=False, repr=False)

    @property
    def address_type(self) -> str:
        return self.address.address_type

    @property
    def email_address(self) -> str:
        return self.address.email_address

    @property
    def display_name(self) -> str:
        """The name, or the address where there is none."""
        return self.address.display_name or self.address.email_address

    def get(self, tag: Property[Any], default: object = None) -> object:
        """Give a property of the row, or ``default``."""
        try:
            known = _VALUES.get(tag.bag_key)
        except AttributeError:
            check_key(tag)
            raise
        for own, value in self.properties:
            if own.bag_key == tag.bag_key and own.value_type is tag.value_type:
                return value
        found = known[1](self) if known is not None and known[0].value_type is tag.value_type else None
        return default if found is None else found

    def __str__(self) -> str:
        return str(self.address)


def _smtp_address(recipient: Recipient) -> str | None:
    return recipient.email_address if recipient.address_type == SMTP else None


_KNOWN: Sequence[tuple[Property[Any], Callable[[Recipient], object]]] = (
    (PidTagRecipientType, lambda recipient: int(recipient.kind)),
    (PidTagDisplayName, lambda recipient: recipient.display_name),
    (PidTagAddressType, lambda recipient: recipient.address_type),
    (PidTagEmailAddress, lambda recipient: recipient.email_address),
    (PidTagSearchKey, lambda recipient: recipient.address.search_key),
    (PidTagSmtpAddress, _smtp_address),
)
_VALUES = {known[0].bag_key: known for known in _KNOWN}

_ONE = (str, Address, Recipient)

RecipientsLike = str | Address | Recipient | Iterable[str | Address | Recipient]
"""What ``to=`` and its kin take: text in any form, an address, a recipient with its wishes, or several of these."""


def parse_recipients(given: RecipientsLike, kind: RecipientKind) -> tuple[Recipient, ...]:
    """Read what an application gave for one role.

    Raises:
        InvalidAddress: some part is no address.
    """
    if given == ():
        return ()
    items = (given,) if isinstance(given, _ONE) else given
    if not isinstance(items, tuple | list) and not isinstance(cast(object, items), Iterable):
        raise UsageError(f"{kind.name.lower()}: need an address, or several, got {type(given).__name__}")
    found: list[Recipient] = []
    for item in items:
        if isinstance(item, str):
            for address in parse_addresses(item):
                found.append(Recipient(address, kind))
        elif isinstance(item, Address):
            found.append(Recipient(item, kind))
        elif isinstance(cast(object, item), Recipient):
            found.append(attrs.evolve(item, kind=kind))
        else:
            raise UsageError(f"{kind.name.lower()}: need text, an Address or a Recipient, got {type(item).__name__}")
    return tuple(found)
