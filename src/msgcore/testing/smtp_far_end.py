"""An SMTP server on this machine as the far end of a suite, for all that speaks SMTP."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar, Self

from msgcore.codecs import mime
from msgcore.model.envelope import Envelope
from msgcore.testing.far_ends import Taken
from msgcore.testing.servers import Fault, LoopbackSmtpServer
from msgcore.wire.smtp.server import EVERY_EXTENSION
from msgcore.wire.smtp.server.turn import END_OF_DATA, Turn

__all__ = ["SmtpFarEnd"]


class SmtpFarEnd:
    """A server on 127.0.0.1, in clear, that takes mail of anybody, and logs ``user`` in who wants to.

    A derived class may say at another ``hold_stage`` that it holds: ``"greeting"``, ``"end of data"``, or a verb.
    """

    user: ClassVar[str] = "ann"
    password: ClassVar[str] = "correct horse/battery+staple"
    hold_stage: ClassVar[str] = END_OF_DATA
    is_lmtp: ClassVar[bool] = False

    def __init__(self) -> None:
        self.server = LoopbackSmtpServer(
            "mx.far-end.test",
            extensions=EVERY_EXTENSION,
            logins={self.user: self.password},
            is_lmtp=self.is_lmtp,
        )

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    @property
    def url(self) -> str:
        """Where it listens, as ``smtp://127.0.0.1:2525``."""
        return self.server.url

    # What the suites ask.

    def address(self, name: str) -> str:
        return f"{name}@b.test"

    def taken(self) -> list[Taken]:
        def addresses(envelope: Envelope) -> tuple[str, ...]:
            return tuple(recipient.email_address for recipient in envelope.recipients)

        return [Taken(addresses(one.envelope), mime.read(one.octets).text or "") for one in self.server.received]

    def attempts(self, address: str) -> int:
        return self.server.attempts(address)

    def octets(self) -> list[bytes]:
        return [one.octets for one in self.server.received]

    def refuse(self, address: str) -> None:
        self.server.answer("550 5.1.1 no such mailbox", at="RCPT", address=address)

    def defer(self, address: str) -> None:
        self.server.answer("450 4.2.1 the mailbox is busy", at="RCPT", address=address)

    def lose(self) -> None:
        self.server.cut(at=END_OF_DATA)

    def refuse_credentials(self) -> None:
        self.server.answer("535 5.7.8 wrong user or password", at="AUTH")

    def hold(self) -> Fault[Turn]:
        return self.server.hold(at=self.hold_stage)

    def down(self) -> AbstractContextManager[None]:
        return self.server.down()
