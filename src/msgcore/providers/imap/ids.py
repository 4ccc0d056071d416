"""Numbers for entry ids, worked out of what a server says of its mailboxes: the same at every logon.

A folder's number has 63 bits, and is a hash of its mailbox's object id (RFC 8474) where there is one, else of its name
and UIDVALIDITY. A message's number is the 32 bits of its folder's *tag* and those of its unique id; the tag is a hash
of the same with UIDVALIDITY, so a changed one makes all entry ids of that mailbox name nothing.

Where two mailboxes hash to the same, the older one keeps the number, by UIDVALIDITY and then by name, and the other is
hashed with a salt: so a mailbox that is made later never takes the number of one that was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import attrs

__all__ = ["IPM_SUBTREE", "ROOT", "Identity", "Numbers", "message_number", "numbers_of", "split_number"]

ROOT = 1
IPM_SUBTREE = 2

_FOLDER_BITS = 63
_TAG_BITS = 32


@attrs.frozen
class Identity:
    """What tells a mailbox from all others."""

    uid_validity: int
    raw_name: bytes
    mailbox_id: str = ""

    @property
    def age(self) -> tuple[int, bytes, str]:
        """What mailboxes are ordered by, the oldest first, as far as a server tells it."""
        return self.uid_validity, self.raw_name, self.mailbox_id

    @property
    def folder_key(self) -> bytes:
        if self.mailbox_id:
            return b"id\0" + self.mailbox_id.encode()
        return b"name\0%d\0" % self.uid_validity + self.raw_name

    @property
    def tag_key(self) -> bytes:
        return b"%d\0" % self.uid_validity + self.folder_key


@attrs.frozen
class Numbers:
    """The number of a folder, and the tag of its messages."""

    folder: int
    tag: int


def numbers_of(
    identities: Iterable[Identity], kept: Mapping[Identity, Numbers] | None = None, bits: int = _FOLDER_BITS
) -> dict[Identity, Numbers]:
    """Number mailboxes, each by itself; ``kept`` numbers are those that mailboxes had before they were renamed.

    Fewer ``bits`` (of folders; tags have half as many, and one more) are for tests.
    """
    kept = kept or {}
    ordered = sorted(set(identities), key=lambda one: one.age)
    # The first of two that would keep the same does: a server without UIDVALIDITY cannot tell them apart.
    found = {one: numbers for numbers, one in {kept[one]: one for one in reversed(ordered) if one in kept}.items()}
    folders = {0, ROOT, IPM_SUBTREE, *(numbers.folder for numbers in kept.values())}
    tags = {0, *(numbers.tag for numbers in kept.values())}
    for one in ordered:
        if one in found:
            continue
        folder = _free(one.folder_key, bits, folders)
        tag = _free(one.tag_key, bits // 2 + 1, tags)
        folders.add(folder)
        tags.add(tag)
        found[one] = Numbers(folder, tag)
    return found


def _free(key: bytes, bits: int, taken: set[int]) -> int:
    salt = 0
    while (number := _hash(key, salt) & ((1 << bits) - 1)) in taken:
        salt += 1
    return number


def _hash(key: bytes, salt: int) -> int:
    return int.from_bytes(hashlib.sha256(b"%d\0" % salt + key).digest()[:8], "big")


def message_number(tag: int, uid: int) -> int:
    """Give the number of a message by its folder's tag and its unique id."""
    return tag << _TAG_BITS | uid


def split_number(number: int) -> tuple[int, int]:
    """Give the tag and the unique id that a message's number is made of."""
    return number >> _TAG_BITS, number & ((1 << _TAG_BITS) - 1)
