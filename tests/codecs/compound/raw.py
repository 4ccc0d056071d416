"""Compound files put together by hand, of either version, in which anything may be wrong."""

from __future__ import annotations

import struct

import attrs

END, FREE, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5


def raw_entry(
    name: str | bytes,
    kind: int,
    *,
    left: int = NONE,
    right: int = NONE,
    child: int = NONE,
    start: int = END,
    size: int = 0,
) -> bytes:
    """One directory entry of 128 octets."""
    octets = name if isinstance(name, bytes) else name.encode("utf-16-le", "surrogatepass")
    return struct.pack(
        "<64sHBBIII36xIQ", octets, len(octets) + 2 if octets else 0, kind, 1, left, right, child, start, size
    )


@attrs.define
class RawFile:
    """Sector 0 and the next are the FAT, then come the directory and the ``content``, from ``content_start`` on.

    ``following`` replaces entries of the FAT, in which each sector of the content is a chain by itself; ``header``
    replaces octets of the header, by offset.
    """

    entries: list[bytes]
    content: bytes = b""
    following: dict[int, int] = attrs.Factory(dict[int, int])
    shift: int = 9
    mini_fat: int = END
    header: dict[int, bytes] = attrs.Factory(dict[int, bytes])

    @property
    def _sizes(self) -> tuple[int, int, int]:
        size = 1 << self.shift
        directory = -(-len(self.entries) * 128 // size)
        content = -(-len(self.content) // size)
        fat = 1
        while fat * size // 4 < fat + directory + content:
            fat += 1
        return fat, directory, content

    @property
    def content_start(self) -> int:
        fat, directory, _ = self._sizes
        return fat + directory

    def octets(self) -> bytes:
        size = 1 << self.shift
        fat, directory, content = self._sizes
        numbers = [FAT] * fat + [fat + n + 1 for n in range(directory)] + [END] * content
        numbers[fat + directory - 1] = END
        for sector, after in self.following.items():
            numbers[sector] = after
        numbers += [FREE] * (fat * size // 4 - len(numbers))
        header = bytearray(struct.pack(
            "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3 if self.shift == 9 else 4, 0xFFFE, self.shift,
            6, 0 if self.shift == 9 else directory, fat, fat, 0, 4096, self.mini_fat, int(self.mini_fat != END), END, 0,
        ))  # fmt: skip
        header += struct.pack("<109I", *[*range(fat), *[FREE] * 109][:109])
        for offset, octets in self.header.items():
            header[offset : offset + len(octets)] = octets
        entries = b"".join(self.entries)
        return b"".join((
            bytes(header).ljust(size, b"\0"),
            struct.pack(f"<{len(numbers)}I", *numbers),
            entries.ljust(directory * size, b"\0"),
            self.content.ljust(content * size, b"\0"),
        ))  # fmt: skip
