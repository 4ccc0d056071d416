"""A wire between a client and a PostgreSQL server that a test can cut."""

from __future__ import annotations

import enum
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.runtime.peers import PATIENCE_SECONDS


class Cut(enum.Enum):
    """When the line is cut, once, at a COMMIT or another ``cut_at``."""

    BEFORE = "the server never hears it"
    MEANWHILE = "the server hears it, and the cut"
    AFTER = "the server has done it, and the answer is lost"


class Line:
    """Listens on ``port`` and passes everything on to the server, until it is told otherwise."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: Cut | None = None
        self.cut_at = b"commit\0"
        self.cuts = 0
        self.is_down_after_cut = False
        self._is_down = False
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sockets:
            _drop(one)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_down:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._sockets += (client, server)
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=_pass_on, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while octets := client.recv(65_536):
                if self.cut_at in octets and self.cut is not None:
                    cut, self.cut = self.cut, None
                    self.cuts += 1
                    self._cut(cut, octets, client, server)
                    return
                server.sendall(octets)
        _drop(client)
        _drop(server)

    def _cut(self, cut: Cut, octets: bytes, client: socket.socket, server: socket.socket) -> None:
        self._is_down = self.is_down_after_cut
        if cut is Cut.AFTER:
            # What the server answers is not passed on any more, but waited for.
            client.shutdown(socket.SHUT_WR)
            server.settimeout(PATIENCE_SECONDS)
        if cut is not Cut.BEFORE:
            server.sendall(octets)
        if cut is Cut.AFTER:
            server.shutdown(socket.SHUT_WR)  # the server ends once it has done everything
            while server.recv(65_536):
                pass
        _drop(client)
        _drop(server)


def _pass_on(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while octets := server.recv(65_536):
            client.sendall(octets)
    with suppress(OSError):
        client.shutdown(socket.SHUT_WR)


def _drop(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
