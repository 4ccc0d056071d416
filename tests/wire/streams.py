"""A client in memory, for tests of the server's side."""

from __future__ import annotations

from msgcore.base.times import Deadline
from msgcore.runtime import NEVER, Endpoint, Stream, TlsFacts, TlsSettings

__all__ = ["Chunks"]


class Chunks:
    """A client that says its parts one after the other, each when the server waits for it."""

    def __init__(self, *parts: bytes, is_early: bool = False) -> None:
        self.deadline: Deadline = NEVER
        self.endpoint = Endpoint("192.0.2.1", 40_000, "smtp")
        self.tls: TlsFacts | None = None
        self.heard = bytearray()
        self.is_closed = False
        self._parts = list(parts)
        self._is_early = is_early

    @property
    def unread_octets(self) -> int:
        return len(self._parts[0]) if self._is_early and self._parts else 0

    @property
    def has_ended(self) -> bool:
        return not self._parts

    async def read(self) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    async def read_within(self, seconds: float) -> bytes | None:
        return await self.read()

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self.heard += octets

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise NotImplementedError

    async def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True
