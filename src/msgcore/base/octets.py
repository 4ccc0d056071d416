"""Bounded reading and writing of little-endian octets, and the limits that every parser keeps."""

from __future__ import annotations

import struct

import attrs

from msgcore.errors import LimitExceeded, MalformedMessage, UsageError

__all__ = ["USUAL_LIMITS", "Limits", "OctetReader", "OctetWriter"]

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


@attrs.frozen
class Limits:
    """How much one parser takes on. Past a structural limit the rest stays opaque; only ``total_octets`` raises.

    Raises:
        UsageError: one is no integer, or negative.
    """

    total_octets: int = 256 * 1024 * 1024
    nesting: int = 100
    parts: int = 10_000
    header_octets: int = 1024 * 1024
    header_fields: int = 10_000
    parameters: int = 1_000
    addresses: int = 100_000
    encoded_words: int = 10_000

    def __attrs_post_init__(self) -> None:
        for name, value in attrs.asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise UsageError(f"{name}: need an integer from 0 on, got {value!r}")

    def check_total(self, size_octets: int) -> None:
        """Raise :class:`~msgcore.errors.LimitExceeded` when ``size_octets`` is more than ``total_octets``."""
        if size_octets > self.total_octets:
            raise LimitExceeded(f"{size_octets} octets; the limit is {self.total_octets}")


USUAL_LIMITS = Limits()


class OctetReader:
    """Read fields one after the other; every length is checked against what is left before it is used."""

    __slots__ = ("_octets", "position")

    def __init__(self, octets: bytes, position: int = 0) -> None:
        self._octets = octets
        self.position = position

    @property
    def left(self) -> int:
        return len(self._octets) - self.position

    def take(self, count: int) -> bytes:
        """Take ``count`` octets.

        Raises:
            MalformedMessage: fewer are left, or ``count`` is negative.
        """
        if not 0 <= count <= self.left:
            raise MalformedMessage(f"need {count} octets at {self.position}, {self.left} are left")
        start = self.position
        self.position = start + count
        return self._octets[start : self.position]

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int(_U16.unpack(self.take(2))[0])

    def u32(self) -> int:
        return int(_U32.unpack(self.take(4))[0])

    def u64(self) -> int:
        return int(_U64.unpack(self.take(8))[0])

    def until_nul(self, width: int = 1) -> bytes:
        """Take octets up to a NUL of ``width`` octets, and step over it."""
        nul = bytes(width)
        end = self._octets.find(nul, self.position)
        while end >= 0 and (end - self.position) % width:
            end = self._octets.find(nul, end + 1)
        if end < 0:
            raise MalformedMessage(f"no NUL after {self.position}")
        taken = self._octets[self.position : end]
        self.position = end + width
        return taken


class OctetWriter:
    """Collect fields; :meth:`octets` joins them."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def put(self, octets: bytes) -> OctetWriter:
        self._parts.append(octets)
        return self

    def u8(self, value: int) -> OctetWriter:
        return self.put(value.to_bytes(1, "little"))

    def u16(self, value: int) -> OctetWriter:
        return self.put(_U16.pack(value))

    def u32(self, value: int) -> OctetWriter:
        return self.put(_U32.pack(value))

    def u64(self, value: int) -> OctetWriter:
        return self.put(_U64.pack(value))

    def octets(self) -> bytes:
        return b"".join(self._parts)
