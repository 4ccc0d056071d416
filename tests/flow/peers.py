"""An SMTP server on a socket that does what no sound one does: is silent, tears the connection, holds its reply."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import attrs

from tests.servers import KeyPair

__all__ = ["Peer", "TakenMessage"]

WAIT_SECONDS = 60.0


@attrs.frozen
class TakenMessage:
    """What arrived up to the final dot, dots unstuffed, whether or not the peer answered that."""

    recipients: tuple[str, ...]
    octets: bytes

    @property
    def body(self) -> bytes:
        return self.octets.partition(b"\r\n\r\n")[2]


class Peer:
    """A server on 127.0.0.1 that says yes, but for ``replies`` to a verb, an address or ``"."``; they may be changed.

    ``tear_once`` names where it closes the connection in place of a reply, ``hold_once`` where it sets ``held`` and
    says nothing until the client has gone; each happens once. With ``greeting=None`` it never says anything. With
    ``key_pair`` it speaks TLS from the first octet.
    """

    def __init__(
        self,
        *,
        greeting: str | None = "220 peer.test ESMTP",
        replies: Mapping[str, str] | None = None,
        tear_once: str = "",
        hold_once: str = "",
        key_pair: KeyPair | None = None,
    ) -> None:
        self.replies = dict(replies or {})
        self.tear_once = tear_once
        self.hold_once = hold_once
        self.held = threading.Event()
        self.messages: list[TakenMessage] = []
        self.connection_count = 0
        self.commands: list[str] = []
        self._greeting = greeting
        self._tls: ssl.SSLContext | None = None
        if key_pair is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(key_pair.certificate, key_pair.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        return f"{'smtps' if self._tls else 'smtp'}://localhost:{self.port}"

    @property
    def bodies(self) -> list[bytes]:
        return [message.body for message in self.messages]

    def wait_until_held(self) -> None:
        """Wait until a client stands at ``hold_once``."""
        assert self.held.wait(WAIT_SECONDS), f"nobody came as far as {self.hold_once}"

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
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connection_count += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._tls is None:
                self._talk(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rwb", buffering=0) as file:
            if self._greeting is None:
                file.read()
                return
            _say(file, self._greeting)
            _Conversation(self, file).run()


class _Conversation:
    def __init__(self, peer: Peer, file: socket.SocketIO) -> None:
        self._peer = peer
        self._file = file
        self._recipients: list[str] = []

    def run(self) -> None:
        for line in self._lines():
            self._peer.commands.append(line.decode())
            verb = line.split(b" ")[0].decode().upper()
            address = line[line.find(b"<") + 1 : line.rfind(b">")].decode() if b"<" in line else ""
            reply = (
                self._peer.replies.get(address) or self._peer.replies.get(verb) or _REPLIES.get(verb, "250 2.0.0 ok")
            )
            if verb in {"MAIL", "RSET"}:
                self._recipients = []
            if not self._answer(verb, reply):
                return
            if verb == "RCPT" and reply.startswith("2"):
                self._recipients.append(address)
            if verb == "DATA" and reply.startswith("354") and not self._take():
                return

    def _take(self) -> bool:
        lines: list[bytes] = []
        for line in self._lines():
            if line == b".":
                octets = b"".join(line.removeprefix(b".") + b"\r\n" for line in lines)
                if self._recipients:
                    self._peer.messages.append(TakenMessage(tuple(self._recipients), octets))
                return self._answer(".", self._peer.replies.get(".", "250 2.0.0 taken"))
            lines.append(line)
        return False

    def _answer(self, where: str, reply: str) -> bool:
        """Answer, and say whether the conversation goes on."""
        if self._peer.tear_once == where:
            self._peer.tear_once = ""
            return False
        if self._peer.hold_once == where:
            self._peer.hold_once = ""
            self._peer.held.set()
            self._file.read()
            return False
        _say(self._file, reply)
        return where != "QUIT"

    def _lines(self) -> Iterator[bytes]:
        """Give lines without their CR LF; what ends otherwise does not end."""
        buffer = b""
        while True:
            line, end, rest = buffer.partition(b"\r\n")
            if end:
                buffer = rest
                yield line
                continue
            octets = self._file.read(65_536)
            if not octets:
                return
            buffer += octets


_REPLIES = {
    "EHLO": "250-peer.test\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME",
    "DATA": "354 go",
    "QUIT": "221 2.0.0 bye",
}


def _say(file: socket.SocketIO, reply: str) -> None:
    file.write(reply.encode() + b"\r\n")
