"""An IMAP server that says what it is told to, also what no server should, and never ends when that never ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

__all__ = ["ANSWERS", "CUT", "DONE", "Said", "ScriptedImapServer"]

Said = Iterable[bytes]
"""What is said piece by piece, perhaps without end, ``TAG`` for the command's tag; an empty piece cuts."""

CUT = b""
DONE = b"TAG OK done\r\n"
_CAPABILITIES = b"[CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ESEARCH THREAD=REFERENCES UIDPLUS]"

ANSWERS: Mapping[str, Said] = {
    "greeting": (b"* OK %b ready\r\n" % _CAPABILITIES,),
    "AUTHENTICATE": (b"TAG OK %b in\r\n" % _CAPABILITIES,),
    "LIST": (b'* LIST () "/" INBOX\r\n', DONE),
    "SELECT": (b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 3] ok\r\nTAG OK [READ-WRITE] open\r\n",),
    "SEARCH": (b'* ESEARCH (TAG "TAG") UID ALL 1:2\r\n', DONE),
    "THREAD": (b"* THREAD (1 2)\r\n", DONE),
    "FETCH": (b"* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\n* 2 FETCH (UID 2 BODY[] {2}\r\nho)\r\n", DONE),
    "LOGOUT": (b"* BYE\r\n", DONE, CUT),
}
"""What a good server with two messages answers."""


class ScriptedImapServer:
    """Takes one connection after the other; ``answers`` replace those of a good server."""

    def __init__(self, answers: Mapping[str, Said]) -> None:
        self._answers = {**ANSWERS, **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._client: socket.socket | None = None
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
        if not self._say(client, "greeting", b""):
            return
        with client.makefile("rb") as lines:
            for line in lines:
                tag, verb, *rest = line.split()
                name = rest[0] if verb == b"UID" else verb
                if not self._say(client, name.decode("latin-1"), tag):
                    return

    def _say(self, client: socket.socket, name: str, tag: bytes) -> bool:
        for octets in self._answers.get(name, (DONE,)):
            if octets == CUT:
                return False
            said = octets.replace(b"TAG", tag) if len(octets) < 1_000 else octets
            client.sendall(said)
            self.said_octets += len(said)
        return True
