"""LMTP by the server's side (RFC 2033): LHLO, and a reply for each recipient."""

import attrs
import pytest

from msgcore.base.status import Reply
from msgcore.model import Envelope
from msgcore.runtime import run
from msgcore.wire.smtp.server import EVERY_EXTENSION, serve_session
from msgcore.wire.smtp.server.turn import Turn
from tests.wire.test_server import SETTINGS, Keeper, Talker, codes, lines

LMTP = attrs.evolve(SETTINGS, is_lmtp=True, offers=EVERY_EXTENSION)
LHLO = b"LHLO client.a.test\r\n"
TO_THREE = LHLO + b"MAIL FROM:<>\r\n" + b"".join(b"RCPT TO:<%b@b.test>\r\n" % name for name in (b"ann", b"bob", b"cid"))
BODIES = pytest.mark.parametrize(
    "body", [[b"DATA\r\n", b"x\r\n.\r\n"], [b"BDAT 3 LAST\r\nx\r\n"]], ids=["DATA", "BDAT"]
)


class Mailboxes(Keeper):
    """Delivers to each recipient who is not told to be refused."""

    def __init__(self, **replies: str) -> None:
        super().__init__()
        self._replies = replies

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        [recipient] = envelope.recipients
        name = recipient.email_address.partition("@")[0]
        code, _, text = self._replies.get(name, f"250 {name} has it").partition(" ")
        if code == "250":
            self.messages.append((envelope, octets))
        return Reply(int(code), (text,))


def test_the_greeting_says_lmtp() -> None:
    client = Talker()
    run(serve_session(client, Keeper(), LMTP))

    assert client.heard == b"220 mx.b.test LMTP\r\n"


@pytest.mark.parametrize("hello", [b"EHLO x\r\n", b"HELO x\r\n"])
def test_the_hello_of_smtp_is_not_known(hello: bytes) -> None:
    assert codes(hello, settings=LMTP) == ["500"]


def test_smtp_does_not_know_lhlo() -> None:
    assert codes(LHLO) == ["500"]


def test_without_a_hello_lhlo_is_asked_for() -> None:
    assert lines(b"MAIL FROM:<>\r\n", settings=LMTP) == ["503 5.5.1 LHLO first"]


@BODIES
def test_each_recipient_has_its_reply(body: list[bytes]) -> None:
    replies = lines(TO_THREE + body[0], *body[1:], keeper=Mailboxes(bob="452 full"), settings=LMTP)

    assert replies[-3:] == ["250 2.0.0 ann has it", "452 4.0.0 full", "250 2.0.0 cid has it"]


@BODIES
def test_the_handler_has_an_envelope_for_each_recipient(body: list[bytes]) -> None:
    keeper = Mailboxes(bob="550 no")
    codes(TO_THREE + body[0], *body[1:], keeper=keeper, settings=LMTP)

    assert [[r.email_address for r in envelope.recipients] for envelope, _ in keeper.messages] == [
        ["ann@b.test"],
        ["cid@b.test"],
    ]


@BODIES
def test_a_recipient_that_was_refused_has_no_second_reply(body: list[bytes]) -> None:
    keeper = Keeper(bob="550 nobody")

    assert codes(TO_THREE + body[0], *body[1:], b"QUIT\r\n", keeper=keeper, settings=LMTP)[5:] == [
        *(["354"] if len(body) == 2 else []),
        "250",
        "250",
        "221",
    ]


def test_a_recipient_named_twice_has_two_replies() -> None:
    said = LHLO + b"MAIL FROM:<>\r\n" + b"RCPT TO:<bob@b.test>\r\n" * 2 + b"BDAT 3 LAST\r\nx\r\nQUIT\r\n"

    assert codes(said, settings=LMTP)[-3:] == ["250", "250", "221"]


@pytest.mark.parametrize("body", [[b"DATA\r\n", b".\r\n"], [b"BDAT 3 LAST\r\nx\r\n"]], ids=["DATA", "BDAT"])
def test_without_recipients_there_is_one_reply(body: list[bytes]) -> None:
    """RFC 2033 section 4.2: 503 to DATA; nothing waits for what nobody is to have."""
    replies = codes(LHLO + b"MAIL FROM:<>\r\n" + body[0], settings=LMTP)

    assert replies == ["250", "250", "503"]


def test_a_message_too_big_is_refused_for_each_recipient() -> None:
    said = TO_THREE + b"BDAT 1001 LAST\r\n" + b"x" * 1_001 + b"NOOP\r\n"

    assert codes(said, settings=LMTP)[-4:] == ["552", "552", "552", "250"]


def test_421_for_one_recipient_ends_the_session() -> None:
    said = TO_THREE + b"BDAT 3 LAST\r\nx\r\nNOOP\r\n"

    assert codes(said, keeper=Mailboxes(bob="421 closing"), settings=LMTP)[5:] == ["250", "421"]


def test_each_recipient_has_its_end_of_data() -> None:
    turns: list[str] = []

    async def around(turn: Turn) -> Reply:
        if turn.stage == "end of data":
            turns.append(turn.argument)
        return await turn.carry_out()

    codes(TO_THREE + b"BDAT 3 LAST\r\nx\r\n", settings=LMTP, around=around)
    assert turns == ["<ann@b.test>", "<bob@b.test>", "<cid@b.test>"]
