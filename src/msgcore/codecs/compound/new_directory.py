"""The directory of a file that is written: every entry, numbered, with its place in its storage's tree."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import attrs

from msgcore.codecs.compound.layout import (
    BLACK,
    DIRECTORY_ENTRY,
    END_OF_CHAIN,
    ENTRY_OCTETS,
    NO_ENTRY,
    RED,
    ROOT,
    STORAGE,
    STREAM,
)
from msgcore.codecs.compound.names import LONGEST_NAME, encoded, sort_key
from msgcore.codecs.compound.new_storage import NewStorage
from msgcore.codecs.compound.sibling_tree import NO_SIBLING, sibling_tree
from msgcore.errors import UsageError

__all__ = ["NewEntry", "directory_octets", "entries_of"]

_ROOT_NAME = encoded("Root Entry")
_UNUSED = DIRECTORY_ENTRY.pack(b"", 0, 0, 0, NO_ENTRY, NO_ENTRY, NO_ENTRY, b"", 0, 0, 0, 0, 0)


@attrs.define
class NewEntry:
    """One entry; ``content`` is a stream's octets or the storage itself, ``start`` the first sector of octets."""

    name: bytes
    content: bytes | NewStorage
    left: int = NO_ENTRY
    right: int = NO_ENTRY
    child: int = NO_ENTRY
    is_red: bool = False
    start: int = END_OF_CHAIN


def entries_of(root: NewStorage) -> list[NewEntry]:
    """Number all that is in ``root``: storages one after the other, the children of each in their order.

    Raises:
        UsageError: a name is too long, empty, has a NUL, or is a sibling's; or a storage stands in two places.
    """
    entries = [NewEntry(_ROOT_NAME, root)]
    placed = {id(root)}
    for entry in entries:  # grows meanwhile
        if isinstance(entry.content, bytes):
            continue
        children = _children(entry.content)
        for child in children:
            if isinstance(child.content, NewStorage):
                if id(child.content) in placed:
                    raise UsageError("one NewStorage stands in two places; copy it")
                placed.add(id(child.content))
        entry.child = _link(children, len(entries))
        entries += children
    return entries


def _children(storage: NewStorage) -> list[NewEntry]:
    found: dict[bytes, NewEntry] = {}
    for name, content in _named(storage):
        octets = encoded(name)
        if not 0 < len(octets) <= 2 * LONGEST_NAME or "\0" in name:
            raise UsageError(f"{name!r}: a name has 1 to {LONGEST_NAME} UTF-16 code units, and no NUL")
        key = sort_key(name)
        if key in found:
            raise UsageError(f"{name!r}: two in one storage have this name, but perhaps for capitals")
        found[key] = NewEntry(octets, content)
    return [found[key] for key in sorted(found)]


def _named(storage: NewStorage) -> Iterator[tuple[str, bytes | NewStorage]]:
    yield from storage.streams.items()
    yield from storage.storages.items()


def _link(children: list[NewEntry], first: int) -> int:
    """Make a tree of children that are numbered from ``first`` on, and give the number of its top."""
    for child, (left, right, is_red) in zip(children, sibling_tree(len(children)), strict=True):
        child.left = NO_ENTRY if left == NO_SIBLING else first + left
        child.right = NO_ENTRY if right == NO_SIBLING else first + right
        child.is_red = is_red
    return first + len(children) // 2 if children else NO_ENTRY


def directory_octets(entries: list[NewEntry], mini_stream_octets: int, sector_octets: int) -> bytes:
    """Write the entries, and unused ones up to the end of the last sector.

    Raises:
        UsageError: a storage's state bits or times are no 32-bit and 64-bit numbers.
    """
    pieces = [_packed(entry, STORAGE, 0) for entry in entries]
    pieces[0] = _packed(entries[0], ROOT, mini_stream_octets)
    pieces.append(_UNUSED * (-len(pieces) % (sector_octets // ENTRY_OCTETS)))
    return b"".join(pieces)


def _packed(entry: NewEntry, kind: int, mini_stream_octets: int) -> bytes:
    content = entry.content
    colour = RED if entry.is_red else BLACK
    head = (entry.name, len(entry.name) + 2)
    links = (entry.left, entry.right, entry.child)
    if isinstance(content, bytes):
        return DIRECTORY_ENTRY.pack(*head, STREAM, colour, *links, b"", 0, 0, 0, entry.start, len(content))
    facts = (content.clsid.bytes_le, content.state_bits, content.created, content.modified)
    start = entry.start if kind == ROOT else 0
    try:
        return DIRECTORY_ENTRY.pack(*head, kind, colour, *links, *facts, start, mini_stream_octets)
    except struct.error as error:
        raise UsageError(f"{content!r}: state bits have 32 bits, times 64") from error
