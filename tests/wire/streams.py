"""A stream in memory that never suspends, and peers that react to what is written to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, TimedOut
from msgcore.runtime import NEVER, Endpoint, Stream, TlsFacts, TlsSettings

__all__ = ["Chunks", "Cut", "MemoryStream", "Peer", "by_line", "by_octet", "whole"]


class Peer(Protocol):
    """The other end: it says something at once, and reacts to octets with octets."""

    is_closed: bool

    def greet(self) -> bytes: ...

    def react(self, octets: bytes) -> bytes: ...


Cut = Callable[[bytes], Iterable[bytes]]
"""How what the peer says is cut into what single reads give."""


def whole(octets: bytes) -> Iterator[bytes]:
    yield octets


def by_line(octets: bytes) -> Iterator[bytes]:
    yield from octets.splitlines(keepends=True)


def by_octet(octets: bytes) -> Iterator[bytes]:
    yield from (bytes([octet]) for octet in octets)


class MemoryStream:
    """One side of a connection to a :class:`Peer`.

    The connection breaks after ``sent_limit`` octets have reached the peer or ``heard_limit`` have come from it. A
    break is told to the writer only when ``tells_writer``: a system that has taken the octets does not know better.
    A read that nothing will ever answer raises TimedOut, as its deadline would have passed.
    """

    def __init__(
        self,
        peer: Peer,
        *,
        cut: Cut = whole,
        sent_limit: int | None = None,
        heard_limit: int | None = None,
        tells_writer: bool = True,
        tls: TlsFacts | None = None,
        secured_peer: Peer | None = None,
    ) -> None:
        self.deadline: Deadline = NEVER
        self.endpoint = Endpoint("mail.a.test", 587, "smtp")
        self.tls = tls
        self.written = bytearray()
        self.shown = bytearray()
        self.heard_octets = 0
        self.is_closed = False
        self._peer = peer
        self._cut = cut
        self._sent_left = sent_limit
        self._heard_left = heard_limit
        self._tells_writer = tells_writer
        self._secured_peer = secured_peer
        self._is_broken = False
        self._arrived: list[bytes] = []
        self._hear(peer.greet())

    def _hear(self, octets: bytes) -> None:
        if self._heard_left is not None:
            octets = octets[: self._heard_left]
            self._heard_left -= len(octets)
            self._is_broken = self._is_broken or not self._heard_left
        self.heard_octets += len(octets)
        self._arrived.extend(part for part in self._cut(octets) if part)

    @property
    def unread_octets(self) -> int:
        return sum(map(len, self._arrived))

    async def read(self) -> bytes:
        if self._arrived:
            return self._arrived.pop(0)
        if self._is_broken or self._peer.is_closed:
            return b""
        raise TimedOut(f"{self.endpoint}: read: the deadline has passed")

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self.written += octets
        self.shown += octets if shown_as is None else shown_as
        reaches = octets if self._sent_left is None else octets[: self._sent_left]
        if self._is_broken or self._peer.is_closed:
            reaches = b""
        if self._sent_left is not None:
            self._sent_left -= len(reaches)
        if reaches:
            self._hear(self._peer.react(reaches))
        if len(reaches) < len(octets):
            self._is_broken = True
            if self._tells_writer:
                raise ConnectionLost(f"{self.endpoint}: broken pipe")

    async def start_tls(self, settings: TlsSettings) -> Stream:
        assert self._secured_peer is not None
        return MemoryStream(self._secured_peer, cut=self._cut, tls=TlsFacts("TLSv1.3", "", True))

    async def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True


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

    async def read(self) -> bytes:
        return self._parts.pop(0) if self._parts else b""

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self.heard += octets

    async def start_tls(self, settings: TlsSettings) -> Stream:
        raise NotImplementedError

    async def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True
