"""An operator of short messages on 127.0.0.1: the far end of the conformance suites."""

import json
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self

import attrs

from msgcore.testing.far_ends import Taken

__all__ = ["LoopbackOperator", "ShortMessage"]


@attrs.frozen
class ShortMessage:
    """What the operator took: for whom, what the phone shows as the sender, and the text."""

    to: str
    sender: str
    text: str
    key: str | None


class LoopbackOperator:
    """Answers 202 to whoever shows the token. With a ``certificate`` (PEM, with its key) it speaks HTTPS."""

    token: ClassVar[str] = "correct-horse/battery+staple"

    def __init__(self, certificate: Path | None = None) -> None:
        self._certificate = certificate
        self._guard = threading.Lock()
        self._token = self.token
        self._statuses: dict[str, int] = {}
        self._attempts: Counter[str] = Counter()
        self._messages: list[ShortMessage] = []
        self._gate: threading.Event | None = None
        self._held = threading.Event()
        self._loses = False
        self._left = -1
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        self._server = _Server(self, self._port)
        self._port = self._server.server_port
        if self._certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self._port}/v1"

    @property
    def messages(self) -> list[ShortMessage]:
        """What it has taken, oldest first."""
        with self._guard:
            return list(self._messages)

    def say(self, address: str, status: int) -> None:
        """Answer with this status whatever is for this address, from now on."""
        self._statuses[address] = status

    def answer(self, authorization: str | None, message: ShortMessage) -> int | None:
        """Give the status for one request, or ``None`` to break the connection."""
        if authorization != f"Bearer {self._token}":
            return 401
        with self._guard:
            self._attempts[message.to] += 1
        gate = self._gate
        if gate is not None:
            self._held.set()
            gate.wait()
        status = self._statuses.get(f"SMS:{message.to}", 202)
        is_last = False
        with self._guard:
            is_known = message.key is not None and message.key in {one.key for one in self._messages}
            if status < 300 and not is_known:
                self._messages.append(message)
                self._left -= 1
                is_last = self._left == 0
        if is_last:
            self._stop()  # before the answer, or the next request might still come through
        return None if self._loses else status

    # What the suites ask.

    is_idempotent = True

    def address(self, name: str) -> str:
        return f"SMS:+46{zlib.crc32(name.encode()) % 10**9:09}"

    def taken(self) -> list[Taken]:
        return [Taken((f"SMS:{one.to}",), one.text) for one in self.messages]

    def attempts(self, address: str) -> int:
        return self._attempts[address.removeprefix("SMS:")]

    def refuse(self, address: str) -> None:
        self.say(address, 404)

    def defer(self, address: str) -> None:
        self.say(address, 503)

    def lose(self) -> None:
        self._loses = True

    def down_after(self, messages: int) -> None:
        self._left = messages

    def refuse_credentials(self) -> None:
        self._token = "another"

    @contextmanager
    def hold(self) -> Generator[threading.Event]:
        gate = threading.Event()
        self._held.clear()
        self._gate = gate
        try:
            yield self._held
        finally:
            self._gate = None
            gate.set()

    @contextmanager
    def down(self) -> Generator[None]:
        self._stop()
        try:
            yield
        finally:
            self._start()


class _Server(ThreadingHTTPServer):
    def __init__(self, operator: LoopbackOperator, port: int) -> None:
        self.operator = operator
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        if self.path != "/v1/messages":
            self.send_error(404)
            return
        given: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = ShortMessage(given["to"], given["from"], given["text"], self.headers["Idempotency-Key"])
        assert isinstance(self.server, _Server)
        status = self.server.operator.answer(self.headers["Authorization"], message)
        if status is not None:
            self.send_response(status)
            self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            # Whoever asked is gone, as at a deadline; or was not content with the certificate.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what a test expects is no news."""
