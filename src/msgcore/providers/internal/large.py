"""Messages with large files, made ready to be written without anybody holding the files.

The message is composed piece by piece into a temporary file that has no name, packed as the store will keep it; the
transaction then copies it from there.
"""

from __future__ import annotations

import hashlib
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

from msgcore.codecs.mime import read, write
from msgcore.codecs.mime.piecewise import PiecewiseWriter
from msgcore.errors import StoreFull
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.providers.internal.content import (
    LARGE_OCTETS,
    LARGE_PART_OCTETS,
    PreparedContent,
    prepare_content,
)
from msgcore.providers.internal.packing import PIECE_OCTETS, Packing, cut_in_pieces, pack_piece
from msgcore.providers.internal.part_map import part_map_to_json

__all__ = ["has_large_files", "prepare_large"]


def has_large_files(message: Message) -> bool:
    """Say whether the message has files, nobody having loaded them, that are better not held in memory."""
    if message.source is not None and not message.is_changed:
        return False
    return sum(one.size_octets for one in _attachments(message) if one.is_unread_file) > LARGE_OCTETS


def _attachments(message: Message) -> Iterator[Attachment]:
    waiting, seen = [message], {id(message)}
    while waiting:
        for one in waiting.pop().attachments:
            yield one
            # One that is attached to itself is refused when it is written.
            if one.message is not None and id(one.message) not in seen:
                seen.add(id(one.message))
                waiting.append(one.message)


def prepare_large(message: Message, folder: Path | None = None) -> tuple[PreparedContent, Message]:
    """Make a message ready that has large files; give it with the message as it will be read, without its content.

    ``folder`` is where the temporary file is made; ``None``: where the system makes them.

    Raises:
        UsageError: a file cannot be read any more, or has changed its size.
        StoreFull: there is no room for the temporary file.
        LimitExceeded, and what else ``mime.write`` raises.
    """
    writer = PiecewiseWriter(message, LARGE_PART_OCTETS)
    digest = hashlib.sha256()
    kept = _KeptPieces(folder)
    for piece in cut_in_pieces(writer.chunks()):
        digest.update(piece)
        kept.add(pack_piece(piece))
    parts = writer.parts()
    if parts is None or writer.size_octets <= LARGE_OCTETS:
        # A body that is as large as a file: rare, and it has to be held to be read.
        octets = write(message)
        return prepare_content(octets), read(octets)
    skeleton = writer.skeleton
    content = PreparedContent(
        digest.digest(),
        writer.size_octets,
        Packing.ZLIB,
        pack_piece(skeleton),
        part_map_to_json(PIECE_OCTETS, len(skeleton), parts),
        kept,
    )
    return content, read(skeleton)


class _KeptPieces:
    """Pieces in a temporary file, which goes with this object; may be gone through by one thread at a time."""

    def __init__(self, folder: Path | None) -> None:
        self._sizes: list[int] = []
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # open as long as this object lives
        except OSError as error:
            raise _full(error) from error
        weakref.finalize(self, self._file.close)

    def add(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            raise _full(error) from error
        self._sizes.append(len(piece))

    def __iter__(self) -> Iterator[bytes]:
        try:
            self._file.seek(0)
            for size in self._sizes:
                yield self._file.read(size)
        except OSError as error:
            raise _full(error) from error


def _full(error: OSError) -> StoreFull:
    return StoreFull(f"temporary file of a large message: {error.strerror}")
