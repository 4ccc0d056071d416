"""How a person and a personal distribution list stand in a message ([MS-OXOCNTC] sections 2.2.1 and 2.2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar
from zlib import crc32

import attrs

from msgcore.base.octets import OctetReader, OctetWriter
from msgcore.base.text import fold
from msgcore.errors import MalformedMessage
from msgcore.model.address import MAPIPDL, SMTP, Address
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidLidDistributionListChecksum,
    PidLidDistributionListMembers,
    PidLidDistributionListName,
    PidLidDistributionListOneOffMembers,
    PidLidDistributionListStream,
    PidLidEmail1AddressType,
    PidLidEmail1DisplayName,
    PidLidEmail1EmailAddress,
    PidLidEmail1OriginalDisplayName,
    PidLidEmail1OriginalEntryId,
    PidLidEmail2AddressType,
    PidLidEmail2EmailAddress,
    PidLidEmail3AddressType,
    PidLidEmail3EmailAddress,
    PidLidFileUnder,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagMessageClass,
    PidTagNickname,
    PidTagSubject,
)
from msgcore.props.tags import NamedProperty, Property
from msgcore.spi.addressbook import AddressBookEntry, DisplayType

__all__ = [
    "CONTACT_CLASS",
    "CONTACT_COLUMNS",
    "LIST_CLASS",
    "Member",
    "read_email",
    "read_entry",
    "read_members",
    "write_list",
    "write_members",
    "write_person",
]

T = TypeVar("T")

CONTACT_CLASS = "IPM.Contact"
LIST_CLASS = "IPM.DistList"

_EMAILS: Sequence[tuple[NamedProperty[str], NamedProperty[str]]] = (
    (PidLidEmail1AddressType, PidLidEmail1EmailAddress),
    (PidLidEmail2AddressType, PidLidEmail2EmailAddress),
    (PidLidEmail3AddressType, PidLidEmail3EmailAddress),
)
CONTACT_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagEntryId,
    PidTagMessageClass,
    PidTagDisplayName,
    PidTagSubject,
    PidTagNickname,
    PidLidFileUnder,
    PidLidDistributionListName,
    *(tag for pair in _EMAILS for tag in pair),
)

# A wrapped entry id (section 2.2.2.2.4.1.1): flags, provider, and a type before the entry id of an object in a store.
_WRAPPED = bytes(4) + bytes.fromhex("c091add3519dcf11a4a900aa0047faa4")
_FIRST_EMAIL_OF_CONTACT, _PERSONAL_LIST = 0xC3, 0xB4
_OF_CONTACT, _EMAILS_OF_CONTACT = 0x03, (0x40, 0x50, 0x60)
_MOST_OCTETS = 15_000


class _Properties(Protocol):
    """A row, or a message."""

    def get(self, tag: Property[T]) -> T | None: ...


def read_entry(contact: _Properties) -> AddressBookEntry | None:
    """Read a person with an address, or a list; ``None`` for anything else in the folder.

    A person who has several addresses goes by the first.
    """
    entry_id = contact.get(PidTagEntryId) or b""
    message_class = fold(contact.get(PidTagMessageClass) or "")
    name = contact.get(PidTagDisplayName) or contact.get(PidTagSubject) or ""
    if _is_of(message_class, LIST_CLASS):
        title = contact.get(PidLidDistributionListName) or name
        own = Address(MAPIPDL, title, title)
        return AddressBookEntry(own, DisplayType.PRIVATE_DISTRIBUTION_LIST, (), entry_id) if title else None
    address = next(_addresses(contact), None) if _is_of(message_class, CONTACT_CLASS) else None
    if address is None:
        return None
    others = (contact.get(PidTagNickname), contact.get(PidLidFileUnder))
    named = tuple(one for one in others if one and one != address.display_name)
    return AddressBookEntry(address, DisplayType.MAIL_USER, named, entry_id)


def _is_of(message_class: str, family: str) -> bool:
    return message_class == fold(family) or message_class.startswith(fold(family) + ".")


def _addresses(contact: _Properties) -> Iterator[Address]:
    for number in range(len(_EMAILS)):
        address = read_email(contact, number)
        if address is not None:
            yield address


def read_email(contact: _Properties, number: int) -> Address | None:
    """Read one of the three e-mail addresses of a person, counted from zero; ``None``: there is none."""
    type_tag, address_tag = _EMAILS[number]
    address = (contact.get(address_tag) or "").strip()
    name = contact.get(PidTagDisplayName) or contact.get(PidTagSubject) or ""
    return Address((contact.get(type_tag) or SMTP).upper(), address, name) if address else None


def write_person(contact: Message, address: Address, nickname: str | None) -> None:
    """Set what a contact says of a person; what else it says stays, as the nickname does if none is given."""
    name = address.display_name or address.email_address
    contact[PidTagSubject] = name
    contact[PidTagDisplayName] = name
    contact[PidLidFileUnder] = name
    contact[PidLidEmail1DisplayName] = str(attrs.evolve(address, display_name=name))
    contact[PidLidEmail1AddressType] = address.address_type
    contact[PidLidEmail1EmailAddress] = address.email_address
    contact[PidLidEmail1OriginalDisplayName] = address.email_address
    contact[PidLidEmail1OriginalEntryId] = address.one_off_entry_id()
    if nickname is not None:
        contact[PidTagNickname] = nickname


def write_list(contact: Message, name: str) -> None:
    """Set what a list is called."""
    contact[PidTagSubject] = name
    contact[PidTagDisplayName] = name
    contact[PidLidFileUnder] = name
    contact[PidLidDistributionListName] = name


@attrs.frozen
class Member:
    """One member of a list: the entry of the same store that it is, if it is one, and what it was called and had.

    ``email`` says which of a person's e-mail addresses, counted from zero; ``None``: a fax number.
    """

    entry_id: bytes
    address: Address
    email: int | None = 0


def write_members(contact: Message, members: Sequence[AddressBookEntry]) -> None:
    """Say who is in a list; each also as a one-off, for whoever cannot find the entry."""
    ids = tuple(_member_id(one) for one in members)
    one_offs = tuple(one.address.one_off_entry_id() for one in members)
    for tag in (
        PidLidDistributionListStream,
        PidLidDistributionListMembers,
        PidLidDistributionListOneOffMembers,
        PidLidDistributionListChecksum,
    ):
        contact.properties_set.discard(tag)
    if max(sum(map(len, ids)), sum(map(len, one_offs))) >= _MOST_OCTETS:
        contact[PidLidDistributionListStream] = _stream(ids, one_offs)
        return
    contact[PidLidDistributionListMembers] = ids
    contact[PidLidDistributionListOneOffMembers] = one_offs
    contact[PidLidDistributionListChecksum] = _checksum(ids)


def _member_id(member: AddressBookEntry) -> bytes:
    if not member.entry_id:
        return member.address.one_off_entry_id()
    kind = _PERSONAL_LIST if member.is_list else _FIRST_EMAIL_OF_CONTACT
    return _WRAPPED + bytes([kind]) + member.entry_id


def _checksum(ids: Sequence[bytes]) -> int:
    """Work out the CRC of section 3.1.5.11, which begins with zero and is not inverted, as a signed number."""
    found = crc32(b"".join(ids), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return found - (1 << 32) if found >> 31 else found


def _stream(ids: Sequence[bytes], one_offs: Sequence[bytes]) -> bytes:
    """Write the members of a large list (section 2.2.2.2.4)."""
    writer = OctetWriter().u16(1).u16(0).u32(0).u32(0).u32(len(ids))
    writer.u32(sum(map(len, ids))).u32(sum(map(len, one_offs))).u32(0)
    for own, one_off in zip(ids, one_offs, strict=True):
        writer.u32(len(own)).put(own).u32(len(one_off)).put(one_off).u32(0)
    return writer.u32(0).u32(0).octets()


def _read_stream(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    reader = OctetReader(octets)
    reader.take(12)
    count = reader.u32()
    reader.take(12)
    for _ in range(count):
        own, one_off = (reader.take(reader.u32()) for _ in range(2))
        reader.take(reader.u32())
        yield own, one_off


def read_members(contact: Message) -> Sequence[Member]:
    """Read who is in a list; a member that cannot be understood at all is left out.

    Raises:
        MalformedMessage: what a large list says of its members is cut short.
    """
    found = (_member(own, one_off) for own, one_off in _ids(contact))
    return [one for one in found if one is not None]


def _ids(contact: Message) -> Iterable[tuple[bytes, bytes]]:
    """Give the entry id of each member with its one-off."""
    stream = contact.get(PidLidDistributionListStream)
    if stream:  # what else is there is to be ignored (section 2.2.2.2.4)
        return _read_stream(stream)
    ids = contact.get(PidLidDistributionListMembers) or ()
    one_offs = contact.get(PidLidDistributionListOneOffMembers) or ()
    checksum = contact.get(PidLidDistributionListChecksum)
    # A program that knows nothing of the one-offs has changed the members (section 2.2.2.2.3).
    if len(one_offs) != len(ids) or checksum not in {None, _checksum(ids)}:
        one_offs = (b"",) * len(ids)
    return zip(ids, one_offs, strict=True)


def _member(own: bytes, one_off: bytes) -> Member | None:
    if own.startswith(_WRAPPED):
        kind, entry_id = own[len(_WRAPPED) : len(_WRAPPED) + 1], own[len(_WRAPPED) + 1 :]
        return Member(entry_id, _read_one_off(one_off) or Address("", ""), _email(kind))
    address = _read_one_off(own)
    return None if address is None else Member(b"", address)


def _email(kind: bytes) -> int | None:
    if not kind or kind[0] & 0x0F != _OF_CONTACT:
        return 0
    which = kind[0] & 0x70
    return _EMAILS_OF_CONTACT.index(which) if which in _EMAILS_OF_CONTACT else None


def _read_one_off(octets: bytes) -> Address | None:
    try:
        return Address.of_entry_id(octets)
    except MalformedMessage:
        return None
