"""A proxy on a socket that passes on so many octets of one direction, and then cuts both."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["CuttingProxy"]

_RESET = struct.pack("ii", 1, 0)


class CuttingProxy:
    """Passes connections on to ``port`` of this host; ``limit_sent`` and ``limit_heard`` are for the next connection.

    ``sent`` and ``heard`` count what the last connection passed. ``resets``: the client sees RST, not the end.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.limit_sent: int | None = None
        self.limit_heard: int | None = None
        self.resets = False
        self.sent = self.heard = 0
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.sent = self.heard = 0
            with client, socket.create_connection(("127.0.0.1", self._target)) as server, suppress(OSError):
                self._pass_on(client, server)
                if self.resets:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(10):
                    is_client = key.fileobj is client
                    octets = (client if is_client else server).recv(65_536)
                    if not octets or not self._forward(octets, server if is_client else client, is_client):
                        return

    def _forward(self, octets: bytes, to: socket.socket, is_sent: bool) -> bool:
        limit, passed = (self.limit_sent, self.sent) if is_sent else (self.limit_heard, self.heard)
        allowed = octets if limit is None else octets[: limit - passed]
        to.sendall(allowed)
        if is_sent:
            self.sent += len(allowed)
        else:
            self.heard += len(allowed)
        return len(allowed) == len(octets)
