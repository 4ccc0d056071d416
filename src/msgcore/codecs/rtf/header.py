"""The header of compressed RTF, and the text that the dictionary begins with ([MS-OXRTFCP] section 2.1)."""

from __future__ import annotations

import struct
import zlib

import attrs

from msgcore.errors import MalformedMessage

__all__ = ["COMPRESSED", "HEADER_OCTETS", "PRELOAD", "STORED", "WINDOW", "Header", "checksum"]

COMPRESSED = b"LZFu"
STORED = b"MELA"
HEADER_OCTETS = 16
WINDOW = 4096
PRELOAD = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)

_LAYOUT = struct.Struct("<II4sI")
_COUNTED_BESIDE = HEADER_OCTETS - 4


@attrs.frozen
class Header:
    """What the first 16 octets say; nothing of it is trusted but ``kind``."""

    compressed_octets: int
    raw_octets: int
    kind: bytes
    crc: int

    @classmethod
    def read(cls, octets: bytes) -> Header:
        """Read the header.

        Raises:
            MalformedMessage: it is shorter than 16 octets, or the kind is neither ``LZFu`` nor ``MELA``.
        """
        if len(octets) < HEADER_OCTETS:
            raise MalformedMessage(f"compressed RTF: {len(octets)} octets, the header alone has {HEADER_OCTETS}")
        header = cls(*_LAYOUT.unpack_from(octets))
        if header.kind not in {COMPRESSED, STORED}:
            raise MalformedMessage(f"compressed RTF: kind {header.kind!r}", offset=8, rule="rtf-compression-kind")
        return header

    @classmethod
    def of(cls, kind: bytes, contents: bytes, raw_octets: int) -> Header:
        crc = checksum(contents) if kind == COMPRESSED else 0
        return cls(len(contents) + _COUNTED_BESIDE, raw_octets, kind, crc)

    @property
    def contents_octets(self) -> int:
        return self.compressed_octets - _COUNTED_BESIDE

    def octets(self) -> bytes:
        return _LAYOUT.pack(self.compressed_octets, self.raw_octets, self.kind, self.crc)


def checksum(contents: bytes | memoryview) -> int:
    """Give the CRC of section 2.1.3.2: CRC-32 without the inversion before and after."""
    return zlib.crc32(contents, 0xFFFFFFFF) ^ 0xFFFFFFFF
