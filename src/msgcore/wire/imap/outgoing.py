"""Octets on their way out, gathered so that many commands are one write."""

from __future__ import annotations

import attrs

from msgcore.runtime.abc import Stream

__all__ = ["Outgoing"]

_WRITE_OCTETS = 256 * 1024


@attrs.define
class Outgoing:
    """What is to be written, and how a transcript shows it; it goes out when it is much, and at :meth:`flush`."""

    _stream: Stream
    _octets: list[bytes] = attrs.field(factory=list[bytes])
    _shown: list[bytes] = attrs.field(factory=list[bytes])
    _size_octets: int = 0
    _has_hidden: bool = False

    async def put(self, octets: bytes, shown_as: bytes | None) -> None:
        self._octets.append(octets)
        self._shown.append(octets if shown_as is None else shown_as)
        self._has_hidden |= shown_as is not None
        self._size_octets += len(octets)
        if self._size_octets >= _WRITE_OCTETS:
            await self.flush()

    async def flush(self) -> None:
        if not self._octets:
            return
        octets, shown_as = b"".join(self._octets), b"".join(self._shown) if self._has_hidden else None
        self._octets.clear()
        self._shown.clear()
        self._size_octets, self._has_hidden = 0, False
        await self._stream.write(octets, shown_as)
