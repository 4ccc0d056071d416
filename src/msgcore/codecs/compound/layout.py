"""The numbers of a compound file: marks, and where the fields lie ([MS-CFB] section 2)."""

from __future__ import annotations

import struct

__all__ = [
    "BLACK",
    "BYTE_ORDER",
    "DIFAT_IN_HEADER",
    "DIFAT_SECTOR",
    "DIRECTORY_ENTRY",
    "END_OF_CHAIN",
    "ENTRY_OCTETS",
    "FAT_SECTOR",
    "FREE_SECTOR",
    "HEADER",
    "HEADER_OCTETS",
    "LARGEST_SECTOR",
    "MINI_SHIFT",
    "MINI_STREAM_CUTOFF",
    "NO_ENTRY",
    "RED",
    "ROOT",
    "SIGNATURE",
    "STORAGE",
    "STREAM",
]

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BYTE_ORDER = 0xFFFE
MINI_SHIFT = 6
MINI_STREAM_CUTOFF = 4096
"""Streams that are shorter lie in the mini stream."""

HEADER = struct.Struct("<8s16x5H6x9I")
"""Signature; minor and major version, byte order, sector shift, mini sector shift; numbers of directory and of FAT
sectors, first directory sector, transaction, cutoff, first mini FAT sector and their number, first DIFAT sector and
their number (section 2.2); the beginning of the DIFAT fills up ``HEADER_OCTETS``."""
HEADER_OCTETS = 512
DIFAT_IN_HEADER = 109

LARGEST_SECTOR = 0xFFFFFFFA
DIFAT_SECTOR = 0xFFFFFFFC
FAT_SECTOR = 0xFFFFFFFD
END_OF_CHAIN = 0xFFFFFFFE
FREE_SECTOR = 0xFFFFFFFF

DIRECTORY_ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
"""Name, its length in octets with a NUL, kind, colour, left, right, child, class, state bits, created, modified,
first sector, size (section 2.6.1)."""
ENTRY_OCTETS = 128
NO_ENTRY = 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
