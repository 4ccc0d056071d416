"""What the tests of single transactions share."""

from collections.abc import Mapping

import pytest

from msgcore.base.status import Reply
from msgcore.model import Address, Envelope, Outcome, Recipient
from msgcore.runtime import run
from msgcore.testing.scripted import ScriptedStream
from msgcore.wire.smtp import Extensions, Transaction, transmit
from tests.wire.fake_server import FakeServer

__all__ = [
    "ALL",
    "BOTH",
    "CHUNKED",
    "FULL",
    "LETTER",
    "THREE",
    "AfterGreeting",
    "by_address",
    "envelope",
    "extensions_of",
    "send",
    "server",
]

LETTER = b"Subject: x\r\n\r\nHello\r\n"
THREE = ("a@x.test", "b@x.test", "c@x.test")
FULL = ("PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
CHUNKED = (*FULL, "CHUNKING", "BINARYMIME", "DSN")
BOTH = pytest.mark.parametrize("extensions", [FULL, FULL[1:]], ids=["pipelined", "lock-step"])
ALL = pytest.mark.parametrize("extensions", [FULL, FULL[1:], CHUNKED], ids=["pipelined", "lock-step", "chunked"])


def envelope(*to: str, sender: str | None = "ann@a.test") -> Envelope:
    return Envelope(
        None if sender is None else Address("SMTP", sender), tuple(Recipient(Address("SMTP", text)) for text in to)
    )


def extensions_of(lines: tuple[str, ...], *, is_lmtp: bool = False) -> Extensions:
    return Extensions.of_reply(Reply(250, ("x", *lines)), is_lmtp=is_lmtp)


class AfterGreeting(FakeServer):
    def greet(self) -> bytes:
        return b""


def server(replies: Mapping[str, str] | None = None) -> AfterGreeting:
    fake = AfterGreeting()
    fake.answering(replies or {})
    return fake


def send(
    fake: FakeServer,
    extensions: tuple[str, ...] = FULL,
    to: tuple[str, ...] = THREE,
    octets: bytes = LETTER,
    stream: ScriptedStream | None = None,
    *,
    is_proven: bool = True,
) -> Transaction:
    started = stream or ScriptedStream(fake)
    return run(transmit(started, envelope(*to), octets, extensions_of(extensions), is_proven=is_proven))


def by_address(transaction: Transaction) -> dict[str, Outcome]:
    return {recipient.email_address: outcome for recipient, outcome in transaction.outcomes.items()}
