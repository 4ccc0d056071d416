"""A POP3 server on this machine as the far end of a suite, for all that speaks POP3."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar, Self

from msgcore.testing.servers import Fault, LoopbackPop3Server
from msgcore.wire.pop3.server.turn import Turn

__all__ = ["Pop3FarEnd"]


class Pop3FarEnd:
    """A server on 127.0.0.1, in clear, with the maildrop of ``user``.

    A derived class may say at another ``hold_stage`` that it holds: ``"greeting"``, or a verb.
    """

    user: ClassVar[str] = "ann"
    password: ClassVar[str] = "correct horse/battery+staple"
    hold_stage: ClassVar[str] = "RETR"

    def __init__(self) -> None:
        self.server = self.make()

    def make(self) -> LoopbackPop3Server:
        """Make the server; a derived class may make it otherwise."""
        return LoopbackPop3Server({self.user: self.password}, recorded=False)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        """Where it listens, as ``pop3://127.0.0.1:2110``."""
        return self.server.url

    # What the suite asks.

    def put(self, *messages: bytes) -> None:
        for octets in messages:
            self.server.put(self.user, octets)

    def waiting(self) -> list[bytes]:
        return [octets for _, octets in self.server.maildrop(self.user)]

    def take_away(self, place: int) -> None:
        for verb in ("RETR", "TOP", "DELE"):
            self.server.answer("-ERR no such message", at=verb, about=str(place + 1))

    def hold(self) -> Fault[Turn]:
        return self.server.hold(at=self.hold_stage)

    def lose(self) -> None:
        self.server.stop()
        self.server.start()

    def down(self) -> AbstractContextManager[None]:
        return self.server.down()

    def lock(self) -> AbstractContextManager[None]:
        return self.server.lock(self.user)

    def refuse_credentials(self) -> None:
        for verb in ("PASS", "AUTH", "APOP"):
            self.server.answer("-ERR [AUTH] wrong user or password", at=verb)
