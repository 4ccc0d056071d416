"""The stream of blocking callers: one non-blocking socket, polled together with the thread's wake-up."""

from __future__ import annotations

import contextlib
import socket
import threading

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, ProtocolBroken, TimedOut, TryAgain
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import READ_OCTETS, UNREAD_WHILE_WRITING, WRITE_SLICE_OCTETS
from msgcore.runtime.ready import READ, WRITE, poll

__all__ = ["BlockingStream"]


class BlockingStream:
    """A :class:`~msgcore.runtime.abc.Stream` that never suspends.

    ``abort()`` may come from another thread while a wait polls the socket, so it only shuts it down then; whoever
    waits closes it on the way out. Octets that arrived before the connection broke can still be read.
    """

    tls: TlsFacts | None = None

    def __init__(self, connection: socket.socket, endpoint: Endpoint, calls: Calls, deadline: Deadline) -> None:
        self.endpoint = endpoint
        self.deadline = deadline
        self._name = str(endpoint)
        self._socket = connection
        self._calls = calls
        self._arrived = bytearray()
        self._has_ended = False
        self._broken_by: str | None = None
        self._guard = threading.Lock()
        self._is_in_use = False
        self._is_closed = False

    @property
    def unread_octets(self) -> int:
        # What the kernel holds has arrived, too: without this look, octets injected before TLS would pass for TLS.
        if not self._is_closed and not self._has_ended and self._broken_by is None:
            try:
                self._begin("look")
                self._gather()
            except ConnectionLost:
                pass  # the next read says so
            except BaseException as error:
                self._cut(error)
                raise
            finally:
                self._end()
        return len(self._arrived)

    def give_back(self, octets: bytes) -> None:
        """Let the next read give these octets first."""
        self._arrived[:0] = octets

    @property
    def has_ended(self) -> bool:
        _ = self.unread_octets  # looks at what the kernel holds
        return self._has_ended or self._is_closed or self._broken_by is not None

    async def read(self) -> bytes:
        octets = None
        while octets is None:
            octets = self._read(self.deadline)
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        return self._read(self.deadline.sooner(seconds))

    def _read(self, limit: Deadline) -> bytes | None:
        try:
            self._begin("read")
            return self._read_by(limit)
        except BaseException as error:
            self._cut(error)
            raise
        finally:
            self._end()

    def _read_by(self, limit: Deadline) -> bytes | None:
        self._check("read")
        while not self._arrived:
            if self._has_ended:
                return b""
            octets = self._receive()
            if octets is not None:
                return octets
            try:
                self._wait(READ, "read", limit)
            except TimedOut:
                self._check("read")
                return None
        octets = bytes(self._arrived)
        self._arrived.clear()
        return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        sent = 0
        try:
            self._begin("write")
            while sent < len(octets):
                self._check("write")
                taken = self._send(octets, sent)
                sent += taken
                if not taken:
                    # The peer may be stuck until its own octets are taken.
                    ready = self._wait(WRITE if self._has_ended else READ | WRITE, "write", self.deadline)
                    if ready & READ:
                        self._gather()
        except BaseException as error:
            self._cut(error)
            if isinstance(error, TryAgain):
                error.sent_octets = sent
            raise
        finally:
            self._end()

    async def start_tls(self, settings: TlsSettings) -> Stream:
        from msgcore.runtime.tls import secure  # loads OpenSSL

        return await secure(self, settings)

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        from msgcore.runtime.tls import serve_tls

        return await serve_tls(self, settings)

    async def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        with self._guard:
            if not self._is_closed:
                self._is_closed = True
                # Ends the connection in order, after what was written; also wakes a thread that polls.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            if not self._is_in_use:
                self._socket.close()

    def _begin(self, doing: str) -> None:
        with self._guard:
            if self._is_closed:
                raise self._closed(doing)
            self._is_in_use = True

    def _end(self) -> None:
        with self._guard:
            self._is_in_use = False
            if self._is_closed:
                self._socket.close()

    def _cut(self, error: BaseException) -> None:
        """Close what was cut in the middle: nobody can know what the next octets would belong to."""
        if not isinstance(error, ConnectionLost):
            self._is_closed = True

    def _closed(self, doing: str) -> ConnectionLost:
        return ConnectionLost(f"{self._name}: {doing}: the connection was closed on this side")

    def _check(self, doing: str) -> None:
        call = self._calls.current()
        call.check()
        deadline = self.deadline.or_sooner(call.limit)
        if deadline.is_past:
            deadline.check(f"{self._name}: {doing}")

    def _wait(self, events: int, doing: str, limit: Deadline) -> int:
        ((_, ready),) = poll([(self._socket, events)], self._calls, limit, f"{self._name}: {doing}")
        return ready

    def _receive(self) -> bytes | None:
        """Give what has arrived, ``b""`` at the end, or ``None`` when nothing has."""
        if self._broken_by is not None:
            raise ConnectionLost(f"{self._name}: {self._broken_by}")
        try:
            octets = self._socket.recv(READ_OCTETS)
        except BlockingIOError:
            return None
        except OSError as error:
            raise self._broken(error) from error
        if self._is_closed:
            raise self._closed("read")
        self._has_ended = not octets
        return octets

    def _gather(self) -> bool:
        """Keep what has arrived for later; say whether there was anything."""
        octets = self._receive()
        self._arrived += octets or b""
        if len(self._arrived) > UNREAD_WHILE_WRITING:
            raise ProtocolBroken.remote(f"{self._name}: {len(self._arrived)} octets came while the peer took none")
        return bool(octets)

    def _send(self, octets: bytes, start: int) -> int:
        """Send from ``start`` on what the system takes now, perhaps nothing."""
        if self._broken_by is not None:
            raise ConnectionLost(f"{self._name}: {self._broken_by}")
        try:
            if not start and len(octets) <= WRITE_SLICE_OCTETS:
                return self._socket.send(octets)
            with memoryview(octets) as view:
                return self._socket.send(view[start : start + WRITE_SLICE_OCTETS])
        except BlockingIOError:
            return 0
        except OSError as error:
            # A peer that says why before it hangs up is to be heard.
            with contextlib.suppress(ConnectionLost):
                while self._gather():
                    pass
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> ConnectionLost:
        self._broken_by = self._broken_by or error.strerror or str(error)
        return ConnectionLost(f"{self._name}: {self._broken_by}")
