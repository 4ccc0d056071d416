"""An SMTP server that notes what it has taken, and tells each step of a transaction to whoever wants to interfere."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from io import BufferedIOBase
from types import TracebackType
from typing import Self

import attrs

__all__ = ["SINK_STEPS", "MailSink", "Taken"]

_SECONDS = 60.0
_WORDS = ("MAIL", "RCPT", "DATA", "the dot", "its reply", "the end of its reply")
SINK_STEPS = tuple(f"{kind}, sink at {word}" for kind in ("mail", "report") for word in _WORDS)
"""In order; a message is taken between the dot and the reply."""


@attrs.frozen
class Taken:
    """A message that the sink has taken for some recipients."""

    message_id: str
    recipients: tuple[str, ...]
    octets: bytes = attrs.field(repr=False)
    is_report: bool


class MailSink:
    """Takes all mail but for ``bad…`` (550) and ``later…`` (451, once each).

    ``reach`` is called at each step, in the thread of the session; when it says ``False`` the session ends there.
    """

    def __init__(self, reach: Callable[[str], bool] = lambda _: True) -> None:
        self.reach = reach
        self._changed = threading.Condition()
        self._sessions = 0
        self._taken: list[Taken] = []
        self._put_off: set[str] = set()
        sink = self

        class Session(socketserver.StreamRequestHandler):
            timeout = _SECONDS
            disable_nagle_algorithm = True

            def handle(self) -> None:
                sink.hold_session(self.rfile, self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 100

        self._server = Server(("127.0.0.1", 0), Session)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(_SECONDS)
        self._server.server_close()

    @property
    def taken(self) -> list[Taken]:
        with self._changed:
            return list(self._taken)

    def wait_until_quiet(self) -> None:
        """Wait until nobody is connected."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._sessions, _SECONDS), "somebody is still connected"

    def wait_for(self, count: int) -> None:
        """Wait until it has taken so many messages."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._taken) >= count, _SECONDS), f"only {len(self._taken)} came"

    def hold_session(self, heard: BufferedIOBase, client: socket.socket) -> None:
        with self._changed:
            self._sessions += 1
        try:
            with suppress(OSError):
                _Talk(self, heard, client).hold()
        finally:
            with self._changed:
                self._sessions -= 1
                self._changed.notify_all()

    def take(self, recipients: list[str], octets: bytes, *, is_report: bool) -> None:
        message_id = str(message_from_bytes(octets)["Message-ID"])
        with self._changed:
            self._taken.append(Taken(message_id, tuple(recipients), octets, is_report))
            self._changed.notify_all()

    def verdict(self, recipient: str) -> bytes:
        if recipient.startswith("bad"):
            return b"550 5.1.1 nobody here"
        with self._changed:
            if recipient.startswith("later") and recipient not in self._put_off:
                self._put_off.add(recipient)
                return b"451 4.2.1 later"
        return b"250 2.1.5 ok"


class _Talk:
    """One session."""

    def __init__(self, sink: MailSink, heard: BufferedIOBase, client: socket.socket) -> None:
        self._sink = sink
        self._heard = heard
        self._client = client
        self._recipients: list[str] = []
        self._is_report = False

    def hold(self) -> None:
        self._say(b"220 sink.test ESMTP")
        while line := self._heard.readline():
            verb = line[:4].upper()
            if verb == b"MAIL":
                self._recipients, self._is_report = [], b"<>" in line
                reply = b"250 2.1.0 ok"
            elif verb == b"RCPT":
                found = re.search(rb"<([^>]*)>", line)
                assert found is not None
                reply = self._sink.verdict(found[1].decode())
                if reply.startswith(b"250"):
                    self._recipients.append(found[1].decode())
            elif verb == b"DATA":
                reply = b"354 go on" if self._recipients else b"554 5.5.1 for nobody"
            else:
                reply = _OTHERS.get(verb, b"500 5.5.1 what?")
            if verb in {b"MAIL", b"RCPT", b"DATA"} and not self._reach(verb.decode()):
                return
            self._say(reply)
            if verb == b"QUIT" or (reply.startswith(b"354") and not self._take()):
                return

    def _take(self) -> bool:
        lines: list[bytes] = []
        while (line := self._heard.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        if not self._reach("the dot"):
            return False
        self._sink.take(self._recipients, b"".join(lines), is_report=self._is_report)
        if not self._reach("its reply"):
            return False
        self._say(b"250 2.0.0 taken")
        return self._reach("the end of its reply")

    def _reach(self, word: str) -> bool:
        return self._sink.reach(f"{'report' if self._is_report else 'mail'}, sink at {word}")

    def _say(self, reply: bytes) -> None:
        self._client.sendall(reply + b"\r\n")


_OTHERS = {
    b"EHLO": b"250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES",
    b"HELO": b"250 sink.test",
    b"RSET": b"250 2.0.0 ok",
    b"NOOP": b"250 2.0.0 ok",
    b"QUIT": b"221 2.0.0 bye",
}
