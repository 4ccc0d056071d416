"""Reading contents: whole, in ranges, and without their large attachments, on a connection that is handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgcore.errors import StoreCorrupt
from msgcore.providers.internal.packing import unpack
from msgcore.providers.internal.part_map import PartMap, part_map_from_json
from msgcore.runtime import Connection
from msgcore.spi.limited import LeftOut

__all__ = ["ContentReader", "Limited", "read_limited", "read_octets", "verify_content"]

_HEAD = "select size_octets, packing, parts, case when parts is null then octets end, form from content where id = ?"


class Limited(NamedTuple):
    """What is read of a message of ``size_octets``: its octets, without the bodies of what is ``left_out``."""

    octets: bytes
    left_out: Mapping[tuple[int, ...], LeftOut]
    size_octets: int
    form: str = "mime"


def read_octets(connection: Connection, number: int) -> bytes:
    """Read a content as it came, whatever its form.

    Raises:
        StoreCorrupt: it is damaged, or not there though a message names it.
    """
    return ContentReader(connection, number).octets()


def read_limited(connection: Connection, number: int, limit_octets: int) -> Limited:
    """Read a content without its large attachments if it is larger than the limit, else as it came.

    One that has no skeleton is read as it came, too.

    Raises:
        StoreCorrupt: as :func:`read_octets` does.
    """
    reader = ContentReader(connection, number)
    skeleton = reader.skeleton() if reader.size_octets > limit_octets else None
    if skeleton is None or reader.part_map is None:
        return Limited(reader.octets(), {}, reader.size_octets, reader.form)
    left_out = {part.path: LeftOut(part.size_octets, part.end - part.start) for part in reader.part_map.parts}
    return Limited(skeleton, left_out, reader.size_octets, reader.form)


def verify_content(connection: Connection, number: int) -> None:
    """Read a content piece by piece, and see that it is what its hash says, and its skeleton what is left of it.

    Raises:
        StoreCorrupt: it is damaged, or not there.
    """
    reader = ContentReader(connection, number)
    digest = hashlib.sha256()
    for piece in reader.pieces():
        digest.update(piece)
    kept: bytes = connection.value("select hash from content where id = ?", (number,))
    if kept[: digest.digest_size] != digest.digest():
        raise StoreCorrupt(f"content {number} is damaged: it is not what its hash says")
    skeleton = reader.skeleton()
    if skeleton is not None and skeleton != reader.without_parts():
        raise StoreCorrupt(f"content {number} is damaged: its skeleton is another message's")


class ContentReader:
    """Reads one content in a transaction, and says which ``form`` it is of.

    ``piece`` is the piece that was read last, with its position; who has it from an earlier reader of the same content
    may set it, so that it is not read again.

    Raises:
        StoreCorrupt: the content is not there, or its map is damaged.
    """

    def __init__(self, connection: Connection, number: int) -> None:
        row = connection.row(_HEAD, (number,))
        if row is None:
            raise StoreCorrupt(f"content {number} is missing")
        self._connection = connection
        self._number = number
        self.size_octets: int = row[0]
        self._packing: int = row[1]
        self.part_map: PartMap | None = None if row[2] is None else part_map_from_json(row[2], self.size_octets)
        self._whole: bytes | None = row[3]
        self.form: str = row[4]
        self.piece = (-1, b"")

    def octets(self) -> bytes:
        """Give the whole."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Give the whole piece by piece."""
        if self.part_map is None:
            yield self._unpacked_whole()
            return
        left = self.size_octets
        sql = "select octets from content_piece where content_id = ? order by position"
        for position, (packed,) in enumerate(self._connection.stream(sql, (self._number,))):
            piece = self._unpacked(position, packed)
            left -= len(piece)
            yield piece
        if left:
            raise self._corrupt(f"the last {left} octets are missing")

    def range(self, start: int, count: int) -> bytes:
        """Give ``count`` octets from ``start`` on, fewer at the end only."""
        end = min(start + count, self.size_octets)
        if self.part_map is None:
            return self._unpacked_whole()[start:end]
        size = self.part_map.piece_octets
        pieces: list[bytes] = []
        while start < end:
            position, skipped = divmod(start, size)
            piece = self._piece_at(position)[skipped : skipped + end - start]
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

    def skeleton(self) -> bytes | None:
        """Give the message without the bodies of its large attachments, if there is such a thing."""
        if self.part_map is None or self.part_map.skeleton_octets is None:
            return None
        packed = self._connection.value("select octets from content where id = ?", (self._number,))
        return unpack(self._packing, packed, self.part_map.skeleton_octets)

    def without_parts(self) -> bytes:
        """Read what the skeleton should be."""
        kept: list[bytes] = []
        start = 0
        for part in () if self.part_map is None else self.part_map.parts:
            kept.append(self.range(start, part.start - start))
            start = part.end
        return b"".join([*kept, self.range(start, self.size_octets - start)])

    def _unpacked_whole(self) -> bytes:
        return unpack(self._packing, self._whole or b"", self.size_octets)

    def _piece_at(self, position: int) -> bytes:
        if self.piece[0] != position:
            sql = "select octets from content_piece where content_id = ? and position = ?"
            packed = self._connection.value(sql, (self._number, position))
            if packed is None:
                raise self._corrupt(f"its piece {position} is missing")
            self.piece = (position, self._unpacked(position, packed))
        return self.piece[1]

    def _unpacked(self, position: int, packed: bytes) -> bytes:
        assert self.part_map is not None
        size = self.part_map.piece_octets
        expected = min(size, self.size_octets - position * size)
        if expected <= 0:
            raise self._corrupt(f"there is a piece {position} too many")
        return unpack(self._packing, packed, expected)

    def _corrupt(self, problem: str) -> StoreCorrupt:
        return StoreCorrupt(f"content {self._number} is damaged: {problem}")
