"""One connection to a peer in memory; it never suspends."""

from __future__ import annotations

import copy
from collections import deque

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, ProtocolBroken, StarttlsInjection, TimedOut, TlsFailed
from msgcore.runtime.abc import NEVER, Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings
from msgcore.testing.clock import ManualClock
from msgcore.testing.scripted.faults import Faults
from msgcore.testing.scripted.peers import TLS, Peer, SupportsCompare, SupportsTls
from msgcore.testing.scripted.served import Served
from msgcore.testing.scripted.waits import Doing, Waits

__all__ = ["ScriptedStream"]

_ENDPOINT = Endpoint("mail.a.test", 587, "smtp")
_NONE = Faults()


class ScriptedStream:
    """A :class:`~msgcore.runtime.abc.Stream`; made by ``ScriptedRuntime.connect``, or alone for one conversation.

    ``written`` is what the client wrote, whether it reached the peer or not; ``shown`` is that with secrets hidden;
    ``heard`` is what the peer said and the connection let through. A broken connection ends as a real one does: ``b""``
    in clear, and ConnectionLost under TLS. A read that nothing will ever answer raises TimedOut, after the clock has
    moved to the deadline, if there is one.
    """

    def __init__(
        self,
        peer: Peer,
        faults: Faults = _NONE,
        *,
        endpoint: Endpoint = _ENDPOINT,
        tls: TlsFacts | None = None,
        waits: Waits | None = None,
    ) -> None:
        self.deadline: Deadline = NEVER
        self.endpoint = endpoint
        self.tls = tls
        self.written = bytearray()
        self.shown = bytearray()
        self.heard = bytearray()
        self._peer = peer
        self._faults = faults
        self._waits = waits or Waits(ManualClock())
        self._arrived: deque[bytes] = deque()
        self._reached_octets = 0
        self._is_broken = False
        self._is_closed = False
        self._secured: ScriptedStream | None = None
        self._hear(peer.greet())

    @property
    def is_closed(self) -> bool:
        """Whether it can be used no more: closed, aborted, or cut in the middle of a wait."""
        return self._is_closed

    @property
    def unread_octets(self) -> int:
        return sum(map(len, self._arrived))

    @property
    def has_ended(self) -> bool:
        return self._is_broken or self._peer.is_closed or self._is_closed

    async def read(self) -> bytes:
        octets = None
        while octets is None:
            octets = await self._read(self.deadline)
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        if seconds <= 0 and not self._can_read():  # a look, and no wait
            self._check_usable("read")
            return None
        limit = Deadline.after(seconds, self._waits.clock)
        return await self._read(
            limit if limit.remaining_seconds() < self.deadline.remaining_seconds() else self.deadline
        )

    async def _read(self, limit: Deadline) -> bytes | None:
        self._check_usable("read")
        try:
            self._waits.check(self.deadline, self._doing("read"))
            if self._faults.delay_seconds:
                await self._waits.pass_time(self._faults.delay_seconds, limit, self._doing("read"))
            if not self._can_read() and isinstance(self._peer, SupportsCompare):
                self._peer.compare_wait()
            await self._waits.until(self._can_read, limit, self._doing("read"))
        except BaseException as error:
            if isinstance(error, TimedOut) and limit is not self.deadline and not self.deadline.is_past:
                return None
            self._waits.note("read", type(error).__name__)
            self.abort()
            raise
        return self._take()

    def _can_read(self) -> bool:
        return bool(self._arrived) or self._is_broken or self._peer.is_closed or self._is_closed

    def _take(self) -> bytes:
        self._check_usable("read")  # again: somebody may have aborted it meanwhile
        if self._arrived:
            octets = self._arrived.popleft()
            self._waits.note("read", f"{len(octets)} octets")
            return octets
        self._waits.note("read", "the end")
        if self._is_broken and self.tls is not None:
            self.abort()
            raise ConnectionLost(f"{self._doing('read')}: the connection was cut without TLS's closing alert")
        return b""

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        self._begin("write", f"{len(octets)} octets")
        shown = octets if shown_as is None else shown_as
        self.written += octets
        self.shown += shown
        comparing = self._peer if isinstance(self._peer, SupportsCompare) else None
        if comparing is not None and not self._is_broken:
            comparing.compare(shown)
        reaches = self._reaching(octets)
        is_cut = len(reaches) < len(octets)
        self._reached_octets += len(reaches)
        # What was compared was all of it: to a part of it there is no answer.
        if reaches and (comparing is None or not is_cut):
            self._hear(self._peer.react(reaches))
        if is_cut:
            self._break()
            if self._faults.tells_writer:
                lost = ConnectionLost(f"{self._doing('write')}: broken pipe")
                lost.sent_octets = len(reaches)
                raise lost

    def _reaching(self, octets: bytes) -> bytes:
        if self._is_broken or self._peer.is_closed:
            return b""
        limit = self._faults.breaks_after_sent
        return octets if limit is None else octets[: limit - self._reached_octets]

    def _hear(self, octets: bytes) -> None:
        limit = self._faults.breaks_after_heard
        passes = octets if limit is None else octets[: limit - len(self.heard)]
        self.heard += passes
        self._arrived.extend(part for part in self._faults.cut(passes) if part)
        if len(passes) < len(octets):
            self._break()

    def _break(self) -> None:
        if not self._is_broken:
            self._is_broken = True
            self._peer.react(b"")

    async def start_tls(self, settings: TlsSettings) -> Stream:
        self._begin("start_tls")
        if isinstance(self._peer, Served):
            from msgcore.runtime.tls import secure  # loads OpenSSL

            return await secure(self, settings)
        if self.tls is not None:
            raise ProtocolBroken.local(f"{self.endpoint}: TLS is in use already")
        if self._arrived:
            self.abort()
            raise StarttlsInjection(f"{self.endpoint}: {self.unread_octets} octets arrived in clear ahead of TLS")
        if self._is_broken or self._peer.is_closed:
            self.abort()
            raise ConnectionLost(f"{self.endpoint}: TLS handshake: the connection is broken")
        facts, greeting = self._peer.start_tls() if isinstance(self._peer, SupportsTls) else (TLS, b"")
        if not facts.is_verified and not settings.is_opportunistic:
            self.abort()
            raise TlsFailed(f"{self.endpoint}: the certificate is not trusted")
        return self._secure(attrs.evolve(facts, is_verified=not settings.is_opportunistic), greeting)

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        raise ProtocolBroken.local(f"{self.endpoint}: a scripted stream is a client's")

    def _secure(self, facts: TlsFacts, greeting: bytes) -> ScriptedStream:
        """Go on as another stream, so that whoever keeps using this one is found out."""
        secured = self._secured = copy.copy(self)
        secured.tls = facts
        secured._hear(greeting)
        return secured

    async def close(self) -> None:
        self._waits.note("close")
        self.abort()

    def abort(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            if self._secured is not None:
                self._secured.abort()
            elif not self._is_broken:
                self._peer.react(b"")

    def _doing(self, doing: str) -> str:
        return f"{self.endpoint}: {doing}"

    def _begin(self, doing: Doing, detail: str = "") -> None:
        self._check_usable(doing)
        self._waits.note(doing, detail)
        try:
            self._waits.check(self.deadline, self._doing(doing))
        except BaseException:
            self.abort()
            raise

    def _check_usable(self, doing: str) -> None:
        if self._is_closed:
            raise ConnectionLost(f"{self._doing(doing)}: the connection was closed on this side")
        if self._secured is not None:
            raise ProtocolBroken.local(f"{self._doing(doing)}: in clear, though start_tls() gave a secured stream")
