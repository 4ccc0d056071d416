"""The map of a large content, as JSON: its pieces, its skeleton, and where its large attachments stand."""

from __future__ import annotations

import json
from collections.abc import Sequence

import attrs

from msgcore.codecs.mime.large_parts import LargePart
from msgcore.errors import StoreCorrupt

__all__ = ["PartMap", "part_map_from_json", "part_map_to_json"]


@attrs.frozen
class PartMap:
    """A content of ``size_octets`` is kept in pieces of ``piece_octets``; the last one may have fewer.

    Its skeleton has ``skeleton_octets``; ``None``: there is none.
    """

    size_octets: int
    piece_octets: int
    skeleton_octets: int | None
    parts: tuple[LargePart, ...]

    def part_at(self, *path: int) -> LargePart | None:
        """Give the large attachment that has this path."""
        return next((part for part in self.parts if part.path == path), None)


def part_map_to_json(piece_octets: int, skeleton_octets: int | None, parts: Sequence[LargePart]) -> str:
    entries = [attrs.astuple(part) for part in parts]
    return json.dumps([piece_octets, skeleton_octets, entries], separators=(",", ":"))


def part_map_from_json(text: str, size_octets: int) -> PartMap:
    """Read what :func:`part_map_to_json` wrote of a content of that size.

    Raises:
        StoreCorrupt: it did not write this.
    """
    try:
        piece_octets, skeleton_octets, entries = json.loads(text)
        parts = tuple(LargePart(tuple(path), *rest) for path, *rest in entries)
        found = PartMap(size_octets, piece_octets, skeleton_octets, parts)
        is_sound = piece_octets > 0 and (skeleton_octets is None or 0 <= skeleton_octets <= size_octets)
        if not is_sound or not all(_is_sound(part, size_octets) for part in parts):
            raise ValueError("its numbers are impossible")
    except (ValueError, TypeError) as error:
        raise StoreCorrupt(f"the map of a content is damaged: {error}") from error
    return found


def _is_sound(part: LargePart, size_octets: int) -> bool:
    return (
        0 <= part.start <= part.end <= size_octets
        and part.encoding in {"", "base64", "quoted-printable"}
        and 0 <= part.size_octets <= part.end - part.start
        and part.line_octets >= 0 == part.line_octets % 4
        and 0 <= part.line_end_octets <= 2
    )
