"""A maildrop that mail is retrieved from, with the same verbs for Dovecot and for our own server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from msgcore import Message, mime
from msgcore.base.text import Secret
from msgcore.testing.servers import LoopbackPop3Server
from tests.servers import PASSWORDS, Dovecot

__all__ = [
    "LARGE",
    "LOGIN",
    "POLICY",
    "SMALL",
    "USER",
    "DovecotMaildrop",
    "LoopbackMaildrop",
    "Maildrop",
    "letter",
    "loopback",
    "subjects_of",
]

USER = "alice"
LOGIN: Mapping[str, Any] = {"user": USER, "password": Secret(PASSWORDS[USER]), "allow_cleartext_login": True}
POLICY: Mapping[str, Any] = {"leave_on_server": True, "remove_larger_than": 400}
"""Large letters are removed from the server when they are stored, and small ones are left."""

SMALL, LARGE = 0, 500
"""Sizes for :func:`letter`."""


class Maildrop(Protocol):
    @property
    def port(self) -> int: ...

    def put(self, letters: Iterable[bytes]) -> None: ...

    def waiting(self) -> Sequence[bytes]:
        """Give the octets of what is there, the oldest first."""
        ...

    def empty(self) -> None: ...


@attrs.frozen
class DovecotMaildrop:
    server: Dovecot

    @property
    def port(self) -> int:
        return self.server.pop3

    def put(self, letters: Iterable[bytes]) -> None:
        self.server.put(USER, letters)

    def waiting(self) -> Sequence[bytes]:
        return self.server.waiting(USER)

    def empty(self) -> None:
        self.server.empty(USER)


@attrs.frozen
class LoopbackMaildrop:
    server: LoopbackPop3Server

    @property
    def port(self) -> int:
        return self.server.port

    def put(self, letters: Iterable[bytes]) -> None:
        for octets in letters:
            self.server.put(USER, octets)

    def waiting(self) -> Sequence[bytes]:
        return [octets for _, octets in self.server.maildrop(USER)]

    def empty(self) -> None:
        for unique_id, _ in self.server.maildrop(USER):
            self.server.remove(USER, unique_id)


def letter(subject: str, size_octets: int = SMALL) -> bytes:
    """Write a letter with CRLF, of at least this size."""
    octets = mime.write(Message(from_="bob@b.test", to="alice@a.test", subject=subject, text="Hello\n.\n"))
    return octets + b"x\r\n" * ((size_octets - len(octets)) // 3 + 1)


def subjects_of(letters: Iterable[bytes]) -> list[str]:
    return [mime.read(octets).subject for octets in letters]


def loopback() -> LoopbackPop3Server:
    return LoopbackPop3Server({USER: PASSWORDS[USER]}, recorded=False)
