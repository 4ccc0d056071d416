"""A proxy on a socket that cuts all its connections when it is told to."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["DroppingProxy"]

# Closing sends RST, and not what waits to be sent.
_AT_ONCE = struct.pack("ii", 1, 0)
_PIECE_OCTETS = 4_096


class DroppingProxy:
    """Passes connections on to ``port`` of this host, in small pieces so that a cut may be anywhere."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._guard = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self.drop()
        for thread in self._threads[1:]:
            thread.join()
        self._listener.close()

    def drop(self) -> None:
        """Cut all connections."""
        with self._guard:
            pairs, self._pairs = self._pairs, []
        for one in (one for pair in pairs for one in pair):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                pair = (client, socket.create_connection(("127.0.0.1", self._target)))
            except OSError:  # nobody is there now
                client.close()
                continue
            with self._guard:
                self._pairs.append(pair)
            self._threads.append(threading.Thread(target=_pass_on, args=pair))
            self._threads[-1].start()


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with client, server, selectors.DefaultSelector() as selector, suppress(OSError):
        selector.register(client, selectors.EVENT_READ, server)
        selector.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                octets = key.fileobj.recv(_PIECE_OCTETS)
                if not octets:
                    return
                key.data.sendall(octets)
