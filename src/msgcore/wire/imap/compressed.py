"""A connection on which both sides compress what they say (RFC 4978, DEFLATE of RFC 1951)."""

from __future__ import annotations

import zlib

from msgcore.base.times import Deadline
from msgcore.errors import ProtocolBroken
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings

__all__ = ["CompressedStream"]

_RAW_DEFLATE = -15
_PIECE_OCTETS = 256 * 1024  # of what is read at once, however much more it was compressed to


class CompressedStream:
    """A :class:`~msgcore.runtime.abc.Stream` over one; a little that arrives may become much, but not at once."""

    def __init__(self, stream: Stream, arrived: bytes = b"") -> None:
        """Go on compressed; ``arrived`` was read already and is so, too."""
        self._stream = stream
        self._inflate = zlib.decompressobj(_RAW_DEFLATE)
        self._deflate = zlib.compressobj(wbits=_RAW_DEFLATE)
        self._compressed = arrived
        self._has_more = False

    @property
    def deadline(self) -> Deadline:
        return self._stream.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._stream.deadline = deadline

    @property
    def endpoint(self) -> Endpoint:
        return self._stream.endpoint

    @property
    def tls(self) -> TlsFacts | None:
        return self._stream.tls

    @property
    def unread_octets(self) -> int:
        """How many octets have arrived that nobody has read, compressed: too few perhaps to be any."""
        return len(self._compressed) + self._stream.unread_octets

    @property
    def has_ended(self) -> bool:
        return self._stream.has_ended

    async def read(self) -> bytes:
        while not (octets := self._expand()):
            if self._inflate.eof or not (arrived := await self._stream.read()):
                return b""
            self._compressed = arrived
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        end = self.deadline.sooner(seconds)
        while not (octets := self._expand()):
            if self._inflate.eof:
                return b""
            arrived = await self._stream.read_within(end.remaining_seconds())
            if not arrived:
                return arrived
            self._compressed = arrived
        return octets

    def _expand(self) -> bytes:
        """Expand a piece of what has arrived; what does not fit stays."""
        if not self._compressed and not self._has_more:
            return b""
        try:
            octets = self._inflate.decompress(self._compressed, _PIECE_OCTETS)
        except zlib.error as error:
            self.abort()
            raise ProtocolBroken.remote(f"{self.endpoint}: what came is not compressed as agreed: {error}") from error
        self._compressed = self._inflate.unconsumed_tail
        self._has_more = len(octets) == _PIECE_OCTETS  # perhaps, though all that arrived is used
        return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        shown_as = octets if shown_as is None else shown_as
        compressed = self._deflate.compress(octets) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self._stream.write(compressed, shown_as)

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise ProtocolBroken.local(f"{self.endpoint}: TLS starts before compression")

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        raise ProtocolBroken.local(f"{self.endpoint}: TLS starts before compression")

    async def close(self) -> None:
        await self._stream.close()

    def abort(self) -> None:
        self._stream.abort()
