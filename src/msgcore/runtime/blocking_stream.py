"""The stream of blocking callers: one non-blocking socket, polled together with the thread's wake-up."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Generator
from selectors import EVENT_READ, EVENT_WRITE

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, ProtocolBroken
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsSettings
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import (
    READ_OCTETS,
    UNREAD_WHILE_WRITING,
    WRITE_SLICE_OCTETS,
    refuse_on_loop_thread,
    wait_seconds,
)
from msgcore.runtime.wakeup import wakeup_of_this_thread

__all__ = ["BlockingStream", "poll"]

# One system call a wait, where the system has it; epoll would need two and a descriptor.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)


def poll(connection: socket.socket, events: int, calls: Calls, deadline: Deadline, doing: str) -> int:
    """Wait until the socket is ready for one of ``events``, and say for which.

    Raises:
        TimedOut: the deadline passed.
        OperationCancelled: the call was cancelled.
    """
    call = calls.current()
    deadline = deadline.or_sooner(call.limit)
    refuse_on_loop_thread()
    wakeup = wakeup_of_this_thread()
    call.add(wakeup.wake)
    try:
        with _Selector() as selector:
            selector.register(connection, events)
            selector.register(wakeup.reader, EVENT_READ)
            while True:
                deadline.check(doing)
                for key, ready in selector.select(wait_seconds(deadline)):
                    if key.fileobj is connection:
                        return ready
                    wakeup.drain()
                call.check()
    finally:
        call.discard(wakeup.wake)


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
            with self._use("look"), contextlib.suppress(ConnectionLost):
                self._gather()
        return len(self._arrived)

    async def read(self) -> bytes:
        with self._use("read"):
            self._check("read")
            while not self._arrived:
                if self._has_ended:
                    return b""
                octets = self._receive()
                if octets:
                    return octets
                if octets is None:
                    self._wait(EVENT_READ, "read")
            octets = bytes(self._arrived)
            self._arrived.clear()
            return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        with self._use("write"), memoryview(octets) as view:
            start = 0
            while start < len(view):
                self._check("write")
                sent = self._send(view[start : start + WRITE_SLICE_OCTETS])
                start += sent
                if not sent:
                    # The peer may be stuck until its own octets are taken.
                    ready = self._wait(EVENT_WRITE if self._has_ended else EVENT_READ | EVENT_WRITE, "write")
                    if ready & EVENT_READ:
                        self._gather()

    async def start_tls(self, settings: TlsSettings) -> Stream:
        from msgcore.runtime.tls import secure  # loads OpenSSL

        return await secure(self, settings)

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

    @contextlib.contextmanager
    def _use(self, doing: str) -> Generator[None]:
        with self._guard:
            if self._is_closed:
                raise ConnectionLost(f"{self._name}: {doing}: the connection was closed on this side")
            self._is_in_use = True
        try:
            yield
        except ConnectionLost:
            raise
        except BaseException:  # cut in the middle: nobody can know what the next octets would belong to
            self._is_closed = True
            raise
        finally:
            with self._guard:
                self._is_in_use = False
                if self._is_closed:
                    self._socket.close()

    def _check(self, doing: str) -> None:
        call = self._calls.current()
        call.check()
        self.deadline.or_sooner(call.limit).check(f"{self._name}: {doing}")

    def _wait(self, events: int, doing: str) -> int:
        return poll(self._socket, events, self._calls, self.deadline, f"{self._name}: {doing}")

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
            raise ConnectionLost(f"{self._name}: read: the connection was closed on this side")
        self._has_ended = not octets
        return octets

    def _gather(self) -> bool:
        """Keep what has arrived for later; say whether there was anything."""
        octets = self._receive()
        self._arrived += octets or b""
        if len(self._arrived) > UNREAD_WHILE_WRITING:
            raise ProtocolBroken.remote(f"{self._name}: {len(self._arrived)} octets came while the peer took none")
        return bool(octets)

    def _send(self, octets: memoryview) -> int:
        """Send what the system takes now, perhaps nothing."""
        if self._broken_by is not None:
            raise ConnectionLost(f"{self._name}: {self._broken_by}")
        try:
            return self._socket.send(octets)
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
