"""Writing a message piece by piece, with its skeleton and the places of its large attachments known from that."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.codecs.mime.body_parts import Base64, chunks_of, size_of
from msgcore.codecs.mime.large_parts import LargePart, parts_at
from msgcore.codecs.mime.syntax.transfer import BASE64_LINE_OCTETS
from msgcore.codecs.mime.write_form import STORAGE
from msgcore.codecs.mime.writer import segments_in_form
from msgcore.model.message import Message

__all__ = ["PiecewiseWriter"]

_LINE_END_OCTETS = 2


@attrs.frozen
class _Cut:
    place: int
    start: int
    end: int
    size_octets: int


class PiecewiseWriter:
    """Writes a message as :func:`~msgcore.codecs.mime.writer.write_chunks` does.

    Once all chunks have been taken, ``skeleton`` is the message without the bodies of its large attachments, those that
    go out in base64 of ``least_octets`` and more.

    Raises:
        As :func:`~msgcore.codecs.mime.writer.write` does.
    """

    def __init__(self, message: Message, least_octets: int) -> None:
        self._segments = segments_in_form(message, STORAGE)
        self._least_octets = least_octets
        self._kept: list[bytes] = []
        self._cuts: list[_Cut] = []

    @property
    def size_octets(self) -> int:
        """What all chunks will be together."""
        return size_of(self._segments)

    def chunks(self) -> Iterator[bytes]:
        """Write; files are read as the chunks are taken.

        Raises:
            UsageError: a file cannot be read any more, or has changed its size.
        """
        position = kept_octets = 0
        for segment in self._segments:
            size = size_of((segment,))
            if isinstance(segment, Base64) and size >= self._least_octets:
                content = segment.content
                held = len(content) if isinstance(content, bytes) else content.size_octets
                self._cuts.append(_Cut(kept_octets, position, position + size, held))
                yield from chunks_of((segment,))
            else:
                kept_octets += size
                for chunk in chunks_of((segment,)):
                    self._kept.append(chunk)
                    yield chunk
            position += size

    @property
    def skeleton(self) -> bytes:
        return b"".join(self._kept)

    def parts(self) -> tuple[LargePart, ...] | None:
        """Say where the large attachments stand; ``None`` when something else was cut out, which has to be there."""
        paths = parts_at(self.skeleton, [cut.place for cut in self._cuts])
        if len(paths) < len(self._cuts):
            return None
        return tuple(
            LargePart(
                paths[cut.place],
                cut.start,
                cut.end,
                "base64",
                cut.size_octets,
                BASE64_LINE_OCTETS,
                _LINE_END_OCTETS,
            )
            for cut in self._cuts
        )
