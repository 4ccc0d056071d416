"""The directory: entries in a table, and the trees that they form ([MS-CFB] section 2.6).

The children of a storage are a binary tree of entries. It is walked in its order, without recursion and without trust:
an entry belongs to the first that leads to it, and a link to any other is noted and not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgcore.codecs.compound.layout import DIRECTORY_ENTRY, ENTRY_OCTETS, NO_ENTRY, ROOT, STORAGE, STREAM
from msgcore.codecs.compound.names import read_name
from msgcore.codecs.compound.sectors import Sectors
from msgcore.codecs.compound.storage import Storage, Stream
from msgcore.errors import MalformedMessage

__all__ = ["read_directory"]

_Fields = tuple[bytes, int, int, int, int, int, int, bytes, int, int, int, int, int]


def read_directory(sectors: Sectors, version: int) -> Storage:
    """Read the tree of all storages, and tell ``sectors`` where the mini stream is.

    Raises:
        MalformedMessage: there is no root entry; or strict, and something is wrong.
    """
    return _Directory(sectors, version).root()


class _Directory:
    def __init__(self, sectors: Sectors, version: int) -> None:
        self._sectors = sectors
        self._octets = sectors.directory
        self._count = len(self._octets) // ENTRY_OCTETS
        self._is_version_3 = version == 3
        self._seen = bytearray(self._count)

    def root(self) -> Storage:
        if not self._count:
            raise MalformedMessage("a compound file without a directory", 48, "root", "[MS-CFB] section 2.6.2")
        fields: _Fields = DIRECTORY_ENTRY.unpack_from(self._octets)
        if fields[2] != ROOT:
            self._note(0, "root-kind", f"the first entry is of kind {fields[2]}")
        self._seen[0] = True
        self._sectors.place_mini_stream(fields[11], self._size(0, fields[12]))
        root = self._storage(read_name(fields[0], fields[1]).spelled, fields)
        self._fill(root, fields[6])
        return root

    def _fill(self, root: Storage, first: int) -> None:
        waiting = [(root, first, 0)]
        while waiting:
            storage, top, owner = waiting.pop()
            for number, fields in self._in_order(top, owner):
                name = read_name(fields[0], fields[1])
                if name.problem:
                    self._note(number, "entry-name", name.problem)
                    if not name.spelled:
                        continue
                child = self._child(number, name.spelled, fields)
                if child is None:
                    continue
                if not storage.add(name.capitals, child):
                    self._note(number, "entry-repeated", f"a second {child.name!r} in one storage")
                elif isinstance(child, Storage):
                    waiting.append((child, fields[6], number))

    def _in_order(self, top: int, owner: int) -> Iterator[tuple[int, _Fields]]:
        """Walk the entries of one storage, smaller ones first."""
        octets, count, seen, unpack = self._octets, self._count, self._seen, DIRECTORY_ENTRY.unpack_from
        stack: list[tuple[int, _Fields]] = []
        at = top
        while True:
            while at < count and not seen[at]:
                seen[at] = True
                owner = at
                fields: _Fields = unpack(octets, at * ENTRY_OCTETS)
                stack.append((at, fields))
                at = fields[4]
            if at != NO_ENTRY:
                whose = "another's" if at < count else "none"
                self._note(owner, "entry-link", f"a link to entry {at} of {count}, which is {whose}")
            if not stack:
                return
            owner, fields = stack.pop()
            yield owner, fields
            at = fields[5]

    def _child(self, number: int, name: str, fields: _Fields) -> Stream | Storage | None:
        kind = fields[2]
        if kind == STREAM:
            return Stream(name, self._sectors, number, fields[11], self._size(number, fields[12]))
        if kind == STORAGE:
            return self._storage(name, fields)
        self._note(number, "entry-kind", f"an entry of kind {kind}")
        return None

    def _storage(self, name: str, fields: _Fields) -> Storage:
        return Storage(name, self._sectors, fields[7], fields[8], fields[9], fields[10])

    def _size(self, number: int, size_octets: int) -> int:
        if size_octets > 0xFFFFFFFF and self._is_version_3:
            # Old writers did not set the upper half, which version 3 has no use for.
            self._note(number, "stream-size", f"a size of {size_octets} octets in version 3")
            return size_octets & 0xFFFFFFFF
        return size_octets

    def _note(self, number: int, rule: str, text: str) -> None:
        self._sectors.note(number, rule, text)
