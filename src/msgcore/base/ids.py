"""Identifiers: entry ids, search keys, Message-IDs and time-ordered ids."""

from __future__ import annotations

import os
import time
from typing import Protocol

import attrs

from msgcore.errors import ForeignEntryId, UsageError

__all__ = [
    "EntryId",
    "EntryIdLike",
    "ObjectKind",
    "new_message_id",
    "new_time_ordered_id",
    "new_uid",
    "provider_uid_of",
    "search_key",
]


class ObjectKind:
    """What an entry id names ([MS-OXCDATA] calls it the object type)."""

    STORE = 1
    FOLDER = 3
    MESSAGE = 5


@attrs.frozen(eq=False)
class EntryId:
    """A store's way to name an object: the provider's 16 octets, the kind, and the store's own number.

    On the wire: four flag octets (zero: long-term), the provider's UID at octets 4 to 20 as MAPI has it,
    one octet of kind and eight of number. It equals these octets, so either finds the other in a ``dict`` or ``set``.
    """

    provider_uid: bytes
    kind: int
    number: int

    def __bytes__(self) -> bytes:
        return bytes(4) + self.provider_uid + bytes([self.kind]) + self.number.to_bytes(8, "big")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EntryId):
            mine, others = (self.provider_uid, self.kind, self.number), (other.provider_uid, other.kind, other.number)
            return mine == others
        return bytes(self) == other if isinstance(other, bytes) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    @classmethod
    def parse(cls, given: EntryIdLike) -> EntryId:
        """Read an entry id that a msgcore store made.

        Raises:
            UsageError: it is none, and has none.
            ForeignEntryId: it has another form.
        """
        octets: object = given
        if not isinstance(octets, bytes | EntryId):
            octets = getattr(octets, "entry_id", None)
        if isinstance(octets, EntryId):
            return octets
        if not isinstance(octets, bytes):
            raise UsageError(f"need an entry id, got {type(given).__name__}")
        if len(octets) != 29 or octets[:4] != bytes(4):
            raise ForeignEntryId(f"entry id {octets.hex()} is not one of a msgcore store")
        return cls(octets[4:20], octets[20], int.from_bytes(octets[21:], "big"))


def provider_uid_of(octets: bytes) -> bytes:
    """Give the provider's UID in an entry id, whatever follows it; of fewer octets what there is of it."""
    return octets[4:20]


class HasEntryId(Protocol):
    """An item, a message that is open, a folder, a submission, a notification."""

    @property
    def entry_id(self) -> bytes | EntryId: ...


EntryIdLike = bytes | EntryId | HasEntryId
"""An entry id, as tables or as folders give it, or what has one, such as an item."""


def search_key(address_type: str, address: str) -> bytes:
    """Make the search key of an address: ``TYPE:ADDRESS``, upper-cased, with a final NUL ([MS-OXCDATA] 2.2.5.1)."""
    return f"{address_type}:{address}".upper().encode("utf-8", "replace") + b"\0"


def new_message_id(domain: str) -> str:
    """Make a Message-ID that no other has (RFC 5322 section 3.6.4), in angle brackets."""
    return f"<{new_time_ordered_id().hex()}@{domain}>"


def new_time_ordered_id() -> bytes:
    """Make 16 octets that sort by time of making, to the millisecond (UUID version 7, RFC 9562 section 5.7)."""
    stamp = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS | _VERSION_BITS
    return (stamp << 80 | tail).to_bytes(16, "big")


_RANDOM_BITS = (1 << 80) - 1 ^ (0xF << 76 | 0xC0 << 56)
_VERSION_BITS = 0x7 << 76 | 0x80 << 56


def new_uid() -> bytes:
    """Make the 16 random octets of a provider or store."""
    return os.urandom(16)
