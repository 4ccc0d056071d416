"""Reports that come packed, as gzip or zip: unpacked up to a limit."""

from __future__ import annotations

import io
import zlib

from msgcore.codecs.mime.tree.entity import Entity
from msgcore.errors import LimitExceeded, MalformedMessage

__all__ = ["MOST_OCTETS", "could_be", "unpack"]

MOST_OCTETS = 32 * 1024 * 1024
"""The most octets that a report may have, unpacked; those of the largest receivers have a few million."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31
_STORED_OR_DEFLATED = (0, 8)


def unpack(octets: bytes, most: int = MOST_OCTETS) -> bytes:
    """Give the octets of the document in gzip or zip, and those of anything else as they are.

    A gzip that is cut short gives what is there. Of a zip the first file counts.

    Raises:
        LimitExceeded: there are more than ``most``.
        MalformedMessage: they cannot be unpacked.
    """
    if octets.startswith(_GZIP):
        octets = _unpack_gzip(octets, most)
    elif octets.startswith(_ZIP):
        octets = _unpack_zip(octets, most)
    if len(octets) > most:
        raise LimitExceeded(f"a report of more than {most} octets")
    return octets


def _unpack_gzip(octets: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(octets, most + 1)
    except zlib.error as error:
        raise MalformedMessage(f"gzip: {error}") from error


def _unpack_zip(octets: bytes, most: int) -> bytes:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            found = next((one for one in archive.infolist() if not one.filename.endswith("/")), None)
            if found is None or found.compress_type not in _STORED_OR_DEFLATED:
                raise MalformedMessage("zip: no file in it that can be unpacked")
            with archive.open(found) as file:
                return file.read(most + 1)
    # A damaged archive shows in many ways; an encrypted one as RuntimeError.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as error:
        raise MalformedMessage(f"zip: {error}") from error


_PACKED = frozenset(
    {
        *("application/gzip", "application/x-gzip", "application/zip", "application/x-zip", "application/octet-stream"),
        *("application/x-zip-compressed", "application/gzip-compressed", "application/x-gunzip"),
    }
)


def could_be(part: Entity, kinds: tuple[str, ...]) -> bool:
    """Say whether a part may hold a document of one of ``kinds`` (``xml``, ``json``), by its type and its name."""
    subtype = part.media_type.partition("/")[2]
    name = (part.filename or "").lower().removesuffix(".gz").removesuffix(".zip")
    is_named = name.endswith(tuple(f".{kind}" for kind in kinds))
    return is_named or part.media_type in _PACKED or any(kind in subtype for kind in kinds)
