"""A POP3 server that says what it is told to, also what no server should, and never ends when that never ends."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["ANSWERS", "CUT", "OK", "Said", "ScriptedPop3Server"]

Said = Iterable[bytes]
"""What is said piece by piece, perhaps without end; an empty piece cuts the connection."""

CUT = b""
OK: Said = (b"+OK\r\n",)

ANSWERS: Mapping[str, Said] = {
    "greeting": (b"+OK ready\r\n",),
    "CAPA": (b"+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n",),
    "USER": OK,
    "PASS": OK,
    "STAT": (b"+OK 2 56\r\n",),
    "LIST": (b"+OK\r\n1 28\r\n2 28\r\n.\r\n",),
    "UIDL": (b"+OK\r\n1 a\r\n2 b\r\n.\r\n",),
    "TOP": (b"+OK\r\nSubject: x\r\n\r\n.\r\n",),
    "RETR": (b"+OK\r\nSubject: x\r\n\r\nHello, world\r\n.\r\n",),
    "DELE": OK,
    "RSET": OK,
    "NOOP": OK,
    "QUIT": OK,
}
"""What a good server with two messages of 28 octets answers."""


class ScriptedPop3Server:
    """Takes one connection after the other; ``answers`` replace those of a good server."""

    def __init__(self, answers: Mapping[str, Said]) -> None:
        self._answers = {**ANSWERS, **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._client: socket.socket | None = None
        self.heard: list[bytes] = []
        self.said_octets = 0
        """How much its clients took of what it had to say."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in filter(None, (self._listener, self._client)):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                self._client, _ = self._listener.accept()
            except OSError:
                return
            with self._client, suppress(OSError):
                self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._serve(self._client)

    def _serve(self, client: socket.socket) -> None:
        with client.makefile("rb") as lines:
            for line in itertools.chain([b"greeting"], lines):
                self.heard.append(line)
                said = self._answers.get(line.strip().decode("latin-1").partition(" ")[0], (b"-ERR what?\r\n",))
                for octets in said:
                    if octets == CUT:
                        return
                    client.sendall(octets)
                    self.said_octets += len(octets)
