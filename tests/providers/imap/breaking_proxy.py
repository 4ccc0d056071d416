"""A proxy that breaks each of its connections after a number of octets that it is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["BreakingProxy"]

_RESET = struct.pack("ii", 1, 0)


class BreakingProxy:
    """Passes connections on to ``port`` of this host; ``budget`` says of each how many octets go over it, if not all.

    Octets of both directions count. The client sees a reset.
    """

    def __init__(self, port: int, budget: Callable[[], int | None]) -> None:
        self._target = port
        self._budget = budget
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.broken = 0
        self._threads = [threading.Thread(target=self._accept)]
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for one in tuple(self._open):
            _end(one)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            line = _Line(self, client, socket.create_connection(("127.0.0.1", self._target)), self._budget())
            self._open |= {client, line.server}
            for source, to in ((client, line.server), (line.server, client)):
                thread = threading.Thread(target=line.pass_on, args=(source, to))
                self._threads.append(thread)
                thread.start()

    def ended(self, line: _Line) -> None:
        self._open -= {line.client, line.server}


class _Line:
    def __init__(self, proxy: BreakingProxy, client: socket.socket, server: socket.socket, left: int | None) -> None:
        self.client = client
        self.server = server
        self._proxy = proxy
        self._left = left
        self._guard = threading.Lock()
        self._ways = 2

    def pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while octets := source.recv(65_536):
                allowed = self._allowed(len(octets))
                to.sendall(octets[:allowed])
                if allowed < len(octets):
                    self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    break
        _end(self.client)
        _end(self.server)
        with self._guard:
            self._ways -= 1
            is_last = not self._ways
        if is_last:
            self._proxy.ended(self)
            self.client.close()
            self.server.close()

    def _allowed(self, octets: int) -> int:
        with self._guard:
            if self._left is None:
                return octets
            allowed = min(octets, self._left)
            self._left -= allowed
            self._proxy.broken += allowed < octets
            return allowed


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
