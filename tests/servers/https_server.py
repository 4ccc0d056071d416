"""An HTTPS server on 127.0.0.1 whose answers and faults a test writes down."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import attrs

from tests.servers.authority import KeyPair

__all__ = ["HttpsServer", "Page"]

_STEP_SECONDS = 0.05


@attrs.frozen
class Page:
    """What is answered; ``header`` are more fields. ``is_cut``: in the middle of the body the connection ends."""

    body: bytes = b""
    media_type: str = "text/plain"
    status: int = 200
    header: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def octets(self) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} Said",
            f"Content-Type: {self.media_type}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            *self.header,
        ]
        body = self.body[: len(self.body) // 2] if self.is_cut else self.body
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class HttpsServer:
    """Answers every request with ``page``; ``asked`` are the requests so far, each its first line and its body."""

    def __init__(self, pair: KeyPair, page: Page | None = None) -> None:
        self.page = page or Page()
        self.asked: list[tuple[str, bytes]] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair.certificate, pair.key)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(_STEP_SECONDS)
        self.port: int = self._socket.getsockname()[1]
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def show(self, pair: KeyPair) -> None:
        """Show another certificate from now on."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair.certificate, pair.key)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._is_over.is_set():
            with suppress(OSError):  # TimeoutError and ssl.SSLError are some
                connection, _ = self._socket.accept()
                connection.settimeout(5)
                with connection, self._context.wrap_socket(connection, server_side=True) as stream:
                    self._answer(stream)

    def _answer(self, stream: ssl.SSLSocket) -> None:
        with stream.makefile("rb") as lines:
            first = lines.readline().decode().strip()
            length = 0
            while (line := lines.readline().strip().lower()) != b"":
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            self.asked.append((first, lines.read(length)))
        stream.sendall(self.page.octets)
