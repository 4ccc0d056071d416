"""What is read: storages and streams."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import Generic, TypeVar
from uuid import UUID

from msgcore.base.findings import Finding
from msgcore.codecs.compound.names import capitals
from msgcore.codecs.compound.sectors import Sectors

__all__ = ["Storage", "Stream"]


class Stream:
    """Octets under a name; ``size_octets`` is what the directory says, and may be more than there are."""

    __slots__ = ("_is_read", "_is_refused", "_number", "_sectors", "_start", "name", "size_octets")

    def __init__(self, name: str, sectors: Sectors, number: int, start: int, size_octets: int) -> None:
        self.name = name
        self.size_octets = size_octets
        self._sectors = sectors
        self._number = number
        self._start = start
        self._is_read = False
        self._is_refused = False

    def octets(self) -> bytes:
        """Read the stream; what a damaged file has not got is missing at the end, and becomes a finding.

        Raises:
            MalformedMessage: strict, and octets are missing.
        """
        if self._is_refused:
            return b""
        octets = self._sectors.read(self._start, self.size_octets, self._number, is_first=not self._is_read)
        self._is_read, self._is_refused = True, octets is None
        return octets or b""

    def __repr__(self) -> str:
        return f"Stream({self.name!r}, {self.size_octets} octets)"


_Child = TypeVar("_Child", bound="Stream | Storage")


class _Children(Mapping[str, _Child], Generic[_Child]):
    """Children by name; look-ups ignore case, and the names are spelled as they are in the file."""

    __slots__ = ("_by_capitals",)

    def __init__(self, by_capitals: Mapping[str, _Child]) -> None:
        self._by_capitals = by_capitals

    def __getitem__(self, name: str) -> _Child:
        return self._by_capitals[capitals(name)]

    def __iter__(self) -> Iterator[str]:
        return (child.name for child in self._by_capitals.values())

    def __len__(self) -> int:
        return len(self._by_capitals)

    def values(self) -> ValuesView[_Child]:
        return self._by_capitals.values()

    def items(self) -> ItemsView[str, _Child]:
        return {child.name: child for child in self._by_capitals.values()}.items()


class Storage:
    """A folder of streams and storages, in the order of the file's tree: shorter names first.

    ``created`` and ``modified`` are FILETIMEs (100 ns since 1601), 0 for none; the root's name says nothing.
    """

    __slots__ = ("_class_octets", "_sectors", "_storages", "_streams", "created", "modified", "name", "state_bits")

    def __init__(
        self, name: str, sectors: Sectors, class_octets: bytes, state_bits: int, created: int, modified: int
    ) -> None:
        self.name = name
        self.state_bits = state_bits
        self.created = created
        self.modified = modified
        self._sectors = sectors
        self._class_octets = class_octets
        self._streams: dict[str, Stream] = {}
        self._storages: dict[str, Storage] = {}

    @property
    def clsid(self) -> UUID:
        return UUID(bytes_le=self._class_octets)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was tolerated in the whole file until now; offsets are the file's. Streams tell when they are read."""
        return self._sectors.departures.findings()

    def streams(self) -> Mapping[str, Stream]:
        return _Children(self._streams)

    def storages(self) -> Mapping[str, Storage]:
        return _Children(self._storages)

    def stream(self, name: str) -> bytes | None:
        """Read the stream of this name, in whatever case; ``None`` when there is none.

        Raises:
            MalformedMessage: strict, and octets are missing.
        """
        found = self._streams.get(capitals(name))
        return None if found is None else found.octets()

    def storage(self, name: str) -> Storage | None:
        """Find the storage of this name, in whatever case."""
        return self._storages.get(capitals(name))

    def add(self, capitals_of_name: str, child: Stream | Storage) -> bool:
        """Take in a child while the directory is read; say no when the name is taken."""
        if capitals_of_name in self._streams or capitals_of_name in self._storages:
            return False
        if isinstance(child, Stream):
            self._streams[capitals_of_name] = child
        else:
            self._storages[capitals_of_name] = child
        return True

    def __repr__(self) -> str:
        return f"Storage({self.name!r}, {len(self._streams)} streams, {len(self._storages)} storages)"
