"""A session by the server's side: its states, its limits, and that only CR LF dot CR LF ends a message."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, StoreBusy, StoreFull
from msgcore.model import Address, Envelope, Recipient
from msgcore.runtime import Stream, TlsFacts, TlsServerSettings, run
from msgcore.testing.clock import ManualClock
from msgcore.wire.smtp.server import EVERY_EXTENSION, BodyKind, Client, MailFacts, ServerSettings, serve_session
from msgcore.wire.smtp.server.incoming_data import DataFault, IncomingData
from msgcore.wire.smtp.server.turn import Around, Turn
from tests.wire.streams import Chunks

TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", is_verified=False)
TLS_SETTINGS = TlsServerSettings(Path("unused.pem"), Path("unused.key"))
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SETTINGS = ServerSettings("mx.b.test", max_message_octets=1_000, max_recipients=3)
HOST = "192.0.2.1"
HELLO = b"EHLO client.a.test\r\n"
TO_BOB = HELLO + b"MAIL FROM:<ann@a.test>\r\nRCPT TO:<bob@b.test>\r\n"
OK = Reply(250, ("ok",), EnhancedStatus(2, 0, 0))


class Talker(Chunks):
    """A client that goes on in TLS, of which there is no more here than the word, and is slow by a clock."""

    def __init__(
        self, *parts: bytes, is_early: bool = False, tls: TlsFacts | None = None, seconds_a_part: float = 0.0
    ) -> None:
        super().__init__(*parts, is_early=is_early)
        self.tls = tls
        self._clock = ManualClock(NOON)
        self._seconds_a_part = seconds_a_part
        self.deadline = Deadline(clock=self._clock)

    async def read(self) -> bytes:
        self._clock.move(self._seconds_a_part)
        self.deadline.check("read")
        return await super().read()

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        self.tls = TLS
        return self


class Keeper:
    """Accepts what ``refusals`` does not name, and keeps the messages."""

    def __init__(self, error: MsgcoreError | None = None, **refusals: str) -> None:
        self._error = error
        self._refusals = refusals
        self.messages: list[tuple[Envelope, bytes]] = []
        self.facts: list[MailFacts] = []

    def _reply(self, to: str) -> Reply:
        code, _, text = self._refusals.get(to, "250 ok").partition(" ")
        return Reply(int(code), (text,))

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        self.facts.append(facts)
        return self._reply("mail")

    async def rcpt(self, recipient: Recipient) -> Reply:
        return self._reply(recipient.email_address.partition("@")[0])

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        if self._error is not None:
            raise self._error
        self.messages.append((envelope, octets))
        return self._reply("data")


def lines(
    *parts: bytes,
    keeper: Keeper | None = None,
    settings: ServerSettings = SETTINGS,
    around: Around | None = None,
    tls: TlsFacts | None = None,
) -> list[str]:
    """Give the last line of each reply (not the greeting's) that a client hears which says these parts."""
    client = Talker(*parts, tls=tls)
    run(serve_session(client, keeper or Keeper(), settings, around))
    assert client.is_closed
    return [line for line in client.heard.decode().splitlines()[1:] if line[3:4] != "-"]


def codes(
    *parts: bytes,
    keeper: Keeper | None = None,
    settings: ServerSettings = SETTINGS,
    around: Around | None = None,
    tls: TlsFacts | None = None,
) -> list[str]:
    """Give the code of each of those replies."""
    return [line[:3] for line in lines(*parts, keeper=keeper, settings=settings, around=around, tls=tls)]


def test_the_greeting_names_the_host() -> None:
    client = Talker()

    run(serve_session(client, Keeper(), SETTINGS))
    assert client.heard == b"220 mx.b.test ESMTP\r\n"


def test_ehlo_tells_what_is_offered() -> None:
    client = Talker(HELLO)

    run(serve_session(client, Keeper(), SETTINGS))
    assert client.heard.decode().splitlines()[1:] == [
        "250-mx.b.test",
        "250-PIPELINING",
        "250-SIZE 1000",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250 ENHANCEDSTATUSCODES",
    ]


def test_a_message_reaches_the_handler_with_its_envelope() -> None:
    keeper = Keeper()

    assert codes(TO_BOB + b"DATA\r\n", b"Subject: x\r\n\r\n..a\r\n.\r\nQUIT\r\n", keeper=keeper)[-3:] == [
        "354",
        "250",
        "221",
    ]
    [(envelope, octets)] = keeper.messages
    assert (str(envelope.sender), [r.email_address for r in envelope.recipients], octets) == (
        "ann@a.test",
        ["bob@b.test"],
        b"Subject: x\r\n\r\n.a\r\n",
    )


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1_000])
def test_a_session_is_the_same_at_every_cut(size: int) -> None:
    keeper = Keeper()
    parts: list[bytes] = []
    # DATA ends its batch: the client waits for 354.
    for batch in (TO_BOB + b"DATA\r\n", b"a\r\n..b\r\n.\r\nRSET\r\nQUIT\r\n"):
        parts.extend(batch[start : start + size] for start in range(0, len(batch), size))

    assert codes(*parts, keeper=keeper) == ["250", "250", "250", "354", "250", "250", "221"]
    assert [octets for _, octets in keeper.messages] == [b"a\r\n.b\r\n"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"MAIL FROM:<a@a.test>\r\n", "503"),
        (HELLO + b"RCPT TO:<b@b.test>\r\n", "503"),
        (HELLO + b"DATA\r\n", "503"),
        (HELLO + b"MAIL FROM:<a@a.test>\r\nDATA\r\n", "503"),
        (HELLO + b"MAIL FROM:<a@a.test>\r\nMAIL FROM:<a@a.test>\r\n", "503"),
        (TO_BOB + b"RSET\r\nDATA\r\n", "503"),
        (TO_BOB + HELLO + b"DATA\r\n", "503"),
        (HELLO + b"MAIL\r\n", "501"),
        (HELLO + b"MAIL FROM:a@a.test\r\n", "501"),
        (HELLO + b"MAIL TO:<a@a.test>\r\n", "501"),
        (HELLO + b"MAIL FROM:<a>\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@a.test>x\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@a.test> SIZE=1001\r\n", "552"),
        (HELLO + b"MAIL FROM:<a@a.test> SIZE=x\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@a.test> SIZE=1 SIZE=1\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@a.test> BODY=BINARYMIME\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@a.test> RET=FULL\r\n", "555"),
        (HELLO + b"MAIL FROM:<a@a.test> =\r\n", "555"),
        (b"HELO x\r\nMAIL FROM:<a@a.test> SIZE=1\r\n", "501"),
        (HELLO + "MAIL FROM:<é@a.test>\r\n".encode(), "553"),
        (HELLO + b"MAIL FROM:<\xe9@a.test>\r\n", "500"),
        (TO_BOB + b"RCPT TO:<>\r\n", "501"),
        (TO_BOB + b"RCPT TO:<b@b.test> NOTIFY=NEVER\r\n", "555"),
        (TO_BOB + b"DATA now\r\n", "501"),
        (b"EHLO\r\n", "501"),
        (b"EHLO a b\r\n", "501"),
        (b"STARTTLS\r\n", "502"),
        (b"BDAT 1 LAST\r\n", "501"),
        (b"\r\n", "500"),
        (b"NOOP\n", "500"),
        (b"NO\rOP\r\n", "500"),
        (b"NO\0OP\r\n", "500"),
        (b"\xff\xfe\r\n", "500"),
        (b"HELP\r\n", "214"),
        (b"EXPN staff\r\n", "502"),
        (b"NOOP\r\n", "250"),
        (b"NOOP\tx\r\n", "250"),
        (b"noop x\r\n", "250"),
        (b"VRFY bob\r\n", "252"),
        (HELLO + b"MAIL FROM:<>\r\n", "250"),
        (HELLO + b"mail from: <a@a.test> size=10 body=8bitmime\r\n", "250"),
        (HELLO + b"MAIL FROM:<@x.test,@y.test:a@a.test>\r\n", "250"),
        (HELLO + b'MAIL FROM:<"a>b"@a.test>\r\n', "250"),
        (HELLO + "MAIL FROM:<é@a.test> SMTPUTF8\r\n".encode(), "250"),
        (TO_BOB + b"RCPT TO:<postmaster>\r\n", "250"),
    ],
)
def test_each_command_has_its_reply(said: bytes, code: str) -> None:
    assert codes(said)[-1] == code


def test_the_bare_postmaster_is_this_hosts() -> None:
    keeper = Keeper()

    codes(HELLO + b"MAIL FROM:<>\r\nRCPT TO:<PostMaster>\r\nDATA\r\n", b".\r\n", keeper=keeper)
    assert [r.email_address for r in keeper.messages[0][0].recipients] == ["PostMaster@mx.b.test"]


@pytest.mark.parametrize(
    ("hello", "parameters", "facts"),
    [
        (b"HELO c.test", b"", MailFacts(Client("192.0.2.1", "c.test", "HELO"))),
        (
            b"EHLO c.test",
            b" SIZE=7 BODY=8BITMIME",
            MailFacts(Client("192.0.2.1", "c.test", "EHLO"), 7, BodyKind.EIGHT_BIT),
        ),
        (b"EHLO [192.0.2.1]", b" SMTPUTF8", MailFacts(Client("192.0.2.1", "[192.0.2.1]", "EHLO"), is_utf8=True)),
    ],
)
def test_the_handler_is_told_what_the_client_said(hello: bytes, parameters: bytes, facts: MailFacts) -> None:
    keeper = Keeper()

    codes(hello + b"\r\nMAIL FROM:<>" + parameters + b"\r\n", keeper=keeper)
    assert keeper.facts == [facts]


def test_a_refused_recipient_is_not_in_the_envelope() -> None:
    keeper = Keeper(bob="550 nobody")

    codes(TO_BOB + b"RCPT TO:<rob@b.test>\r\nDATA\r\n", b".\r\n", keeper=keeper)
    assert [r.email_address for r in keeper.messages[0][0].recipients] == ["rob@b.test"]


def test_a_sender_that_was_refused_opens_no_envelope() -> None:
    assert codes(TO_BOB, keeper=Keeper(mail="550 not you")) == ["250", "550", "503"]


def test_a_refused_message_leaves_an_empty_envelope() -> None:
    assert codes(TO_BOB + b"DATA\r\n", b".\r\n", b"DATA\r\n", keeper=Keeper(data="554 spam"))[-2:] == ["554", "503"]


@pytest.mark.parametrize(
    ("error", "reply"), [(StoreFull("disk"), b"452 4.3.1"), (StoreBusy("secret path"), b"451 4.3.0 an error here")]
)
def test_an_error_of_the_handler_is_never_yes(error: MsgcoreError, reply: bytes) -> None:
    client = Talker(TO_BOB + b"DATA\r\n", b".\r\n")

    run(serve_session(client, Keeper(error), SETTINGS))
    assert client.heard.splitlines()[-1].startswith(reply)


def test_another_error_comes_out_after_the_connection_was_closed() -> None:
    class Faulty(Keeper):
        async def data(self, envelope: Envelope, octets: bytes) -> Reply:
            raise KeyError("a fault in the handler")

    client = Talker(TO_BOB + b"DATA\r\n", b".\r\n")
    with pytest.raises(KeyError):
        run(serve_session(client, Faulty(), SETTINGS))
    assert client.is_closed


STRAYS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r\n\n.\r\n",
    b"\r\r\n.\r\n",
    b"\n",
    b"\r",
]


@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("is_too_big", [False, True])
def test_no_other_end_of_data_lets_a_second_message_in(stray: bytes, is_too_big: bool) -> None:
    keeper = Keeper()
    text = b"x" * (5_000 if is_too_big else 5)
    smuggled = b"MAIL FROM:<evil@a.test>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\nevil\r\n.\r\n"

    assert codes(TO_BOB + b"DATA\r\n", text + stray + smuggled, keeper=keeper)[-2:] == ["354", "521"]
    assert keeper.messages == []


def test_data_ahead_of_its_reply_ends_the_session() -> None:
    keeper = Keeper()

    assert codes(TO_BOB + b"DATA\r\nHello\r\n.\r\nQUIT\r\n", keeper=keeper)[-1] == "554"
    assert keeper.messages == []


def test_the_body_after_a_refused_data_is_not_run_as_commands() -> None:
    keeper = Keeper(bob="550 nobody")

    assert codes(TO_BOB + b"DATA\r\nMAIL FROM:<evil@a.test>\r\n", keeper=keeper) == ["250", "250", "550", "554"]


def test_a_message_past_the_limit_is_refused_and_the_session_goes_on() -> None:
    assert codes(TO_BOB + b"DATA\r\n", b"x" * 5_000, b"\r\n.\r\nNOOP\r\n")[-2:] == ["552", "250"]


def test_a_nul_in_the_message_is_refused_and_the_session_goes_on() -> None:
    assert codes(TO_BOB + b"DATA\r\n", b"a\0\r\n.\r\nNOOP\r\n")[-2:] == ["554", "250"]


def test_one_recipient_too_many_is_deferred() -> None:
    more = b"".join(b"RCPT TO:<r%d@b.test>\r\n" % n for n in range(3))

    assert codes(TO_BOB + more)[-3:] == ["250", "250", "452"]


@pytest.mark.parametrize("length", [2_049, 1_000_000])
@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_command_without_end_ends_the_session(length: int, end: bytes) -> None:
    assert codes(b"NOOP " + b"x" * length + end) == ["500"]


@pytest.mark.parametrize("said", [b"x\r\n", b"HELP\r\n", b"EXPN x\r\n", b"NOOP\r\n", b"RSET\r\n", HELLO, b"VRFY x\r\n"])
def test_a_client_that_brings_nothing_forward_is_sent_away(said: bytes) -> None:
    replies = codes(HELLO + said * 100_000)

    assert (replies[-1], len(replies) < 110) == ("421", True)


def test_a_session_with_many_messages_is_not_idle() -> None:
    message = [b"MAIL FROM:<>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\n", b".\r\n"]

    assert codes(HELLO, *message * 300, b"QUIT\r\n")[-2:] == ["250", "221"]


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"post / HTTP/1.1\r\n", b"CONNECT x:25 HTTP/1.0\r\n"]
)
def test_a_web_browser_is_sent_away(said: bytes) -> None:
    assert codes(said) == ["554"]


def test_a_client_that_speaks_before_the_greeting_is_sent_away() -> None:
    client = Talker(HELLO, is_early=True)

    run(serve_session(client, Keeper(), SETTINGS))
    assert client.heard.startswith(b"554")


def test_421_of_the_handler_ends_the_session() -> None:
    assert codes(TO_BOB + b"NOOP\r\n", keeper=Keeper(bob="421 closing"))[-1] == "421"


LETTER = (TO_BOB + b"DATA\r\n", b"x\r\n.\r\n", b"QUIT\r\n")


def at(stage: str, reply: Reply | None) -> Around:
    """Give this reply at a stage, where nothing is carried out; everything else is as it should be."""

    async def around(turn: Turn) -> Reply | None:
        return reply if turn.stage == stage else await turn.carry_out()

    return around


@pytest.mark.parametrize("code", ["250", "452", "550"])
def test_a_reply_of_the_handler_without_a_status_gets_one(code: str) -> None:
    assert lines(TO_BOB, keeper=Keeper(bob=f"{code} so"))[-1] == f"{code} {code[0]}.0.0 so"


def test_every_turn_is_stood_around() -> None:
    turns: list[tuple[str, str]] = []

    async def around(turn: Turn) -> Reply:
        turns.append((turn.stage, turn.argument))
        return await turn.carry_out()

    codes(*LETTER, around=around)
    assert turns == [
        ("greeting", ""),
        ("EHLO", "client.a.test"),
        ("MAIL", "FROM:<ann@a.test>"),
        ("RCPT", "TO:<bob@b.test>"),
        ("DATA", ""),
        ("end of data", ""),
        ("QUIT", ""),
    ]


def test_turns_that_are_carried_out_change_nothing() -> None:
    assert codes(*LETTER, around=at("NOOP", None)) == codes(*LETTER)


def test_a_turn_knows_what_lies_behind_it() -> None:
    unread: list[int] = []

    async def around(turn: Turn) -> Reply:
        unread.append(turn.unread_octets)
        return await turn.carry_out()

    codes(b"NOOP\r\nQUIT\r\nNOOP\r\n", around=around)
    assert unread == [0, 12, 6]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "end of data"])
def test_what_is_not_carried_out_takes_no_message(stage: str) -> None:
    keeper = Keeper()
    codes(*LETTER, keeper=keeper, around=at(stage, Reply(451, ("not now",))))

    assert keeper.messages == []


def test_yes_to_a_recipient_that_was_not_carried_out_opens_no_envelope() -> None:
    assert codes(TO_BOB + b"DATA\r\n", around=at("RCPT", OK)) == ["250", "250", "250", "503"]


def test_after_yes_to_data_that_was_not_carried_out_commands_are_read() -> None:
    assert codes(TO_BOB + b"DATA\r\n", b"NOOP\r\n", around=at("DATA", Reply(354, ("go",))))[-2:] == ["354", "250"]


def test_a_message_may_be_taken_and_the_reply_kept_back() -> None:
    keeper = Keeper()

    async def around(turn: Turn) -> Reply | None:
        reply = await turn.carry_out()
        return None if turn.stage == "end of data" else reply

    assert (codes(*LETTER, keeper=keeper, around=around)[-2:], len(keeper.messages)) == (["354", "221"], 1)


def test_a_greeting_that_says_no_ends_the_session() -> None:
    client = Talker(HELLO)
    run(serve_session(client, Keeper(), SETTINGS, at("greeting", Reply(554, ("not you",)))))

    assert client.heard == b"554 not you\r\n"


def test_a_session_without_greeting_goes_on() -> None:
    client = Talker(b"NOOP\r\n")
    run(serve_session(client, Keeper(), SETTINGS, at("greeting", None)))

    assert client.heard == b"250 2.0.0 done\r\n"


def test_421_in_place_of_a_reply_ends_the_session() -> None:
    assert codes(b"NOOP\r\nRSET\r\n", around=at("NOOP", Reply(421, ("closing",)))) == ["421"]


def test_replies_to_the_turns_before_can_be_sent_ahead() -> None:
    client = Talker(b"RSET\r\nNOOP\r\n")
    heard: list[int] = []

    async def around(turn: Turn) -> Reply:
        if turn.stage == "NOOP":
            await turn.flush()
            heard.append(client.heard.count(b"\r\n"))
        return await turn.carry_out()

    run(serve_session(client, Keeper(), SETTINGS, around))
    assert heard == [2]


BATCHES = st.sampled_from(
    [
        TO_BOB,
        TO_BOB + b"DATA\r\n",
        b"a\r\n..b\r\n.\r\n",
        b"\r\n.\n",
        b"BDAT 6\r\nQUIT\r\n",
        b"BDAT 8 LAST\r\nx\r\n.\r\ny\nRSET\r\n",
        b"MAIL FROM:<> BODY=BINARYMIME RET=FULL\r\nRCPT TO:<bob@b.test> NOTIFY=NEVER\r\n",
        b"nonsense\r\n",
        b"NOOP\n",
        b"\0",
    ]
)


@given(st.lists(BATCHES, max_size=8), st.data())
def test_a_session_is_the_same_whatever_comes_together(batches: list[bytes], data: st.DataObject) -> None:
    settings = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION)
    parts: list[bytes] = []
    for batch in batches:
        ends = sorted(data.draw(st.sets(st.integers(1, len(batch) - 1)) if len(batch) > 1 else st.just(set[int]())))
        parts.extend(batch[start:end] for start, end in pairwise([0, *ends, len(batch)]))
    whole, cut = Keeper(), Keeper()

    assert lines(*batches, keeper=whole, settings=settings) == lines(*parts, keeper=cut, settings=settings)
    assert whole.messages == cut.messages


SAID = st.sampled_from(
    [HELLO, b"MAIL FROM:<a@a.test>\r\n", b"RCPT TO:<b@b.test>\r\n", b"DATA\r\n", b"x\r\n.\r\n", b"RSET\r\n", b"\n.\r\n"]
)


@given(st.lists(SAID | st.binary(max_size=20), max_size=12))
def test_no_message_comes_without_sender_recipient_and_data(parts: list[bytes]) -> None:
    keeper = Keeper()

    replies = codes(*parts, keeper=keeper)
    assert len(keeper.messages) <= replies.count("354")
    assert all(envelope.recipients for envelope, _ in keeper.messages)


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.\r\n", b"a"]), max_size=12).map(b"".join),
    st.integers(1, 4) | st.just(100),
)
def test_the_end_of_data_is_found_at_every_cut(octets: bytes, size: int) -> None:
    """What a plain look at all octets finds is what the reader finds, however they come."""
    framed = b"\r\n" + octets
    end = framed.find(b"\r\n.\r\n")
    text = framed if end < 0 else framed[: end + 2]
    text = text.removesuffix(b"\r") if end < 0 else text
    has_stray = not text.count(b"\r\n") == text.count(b"\r") == text.count(b"\n")

    data, buffer = IncomingData(1_000), bytearray()
    is_over, left = False, octets
    while left and not is_over:
        buffer += left[:size]
        left = left[size:]
        is_over = data.take(buffer)

    assert (data.fault is DataFault.STRAY_LINE_END, is_over) == (has_stray, has_stray or end >= 0)
    if end >= 0 and not has_stray:
        assert data.message() == text.replace(b"\r\n.", b"\r\n")[2:]
        assert bytes(buffer) + left == framed[end + 5 :]


@pytest.mark.parametrize("size", range(1, 12))
def test_a_message_of_just_the_size_that_is_taken_is_taken_at_every_cut(size: int) -> None:
    data, buffer, left = IncomingData(5), bytearray(), b"abc\r\n.\r\n"
    is_over = False
    while left and not is_over:
        buffer += left[:size]
        left = left[size:]
        is_over = data.take(buffer)

    assert (is_over, data.fault, data.message()) == (True, None, b"abc\r\n")


@given(st.lists(st.sampled_from([b"x", b"\r\n", b".\r\n", b"\r\n..\r\n"]), max_size=9), st.integers(1, 5))
def test_the_end_of_a_message_too_big_is_found_at_every_cut(parts: list[bytes], size: int) -> None:
    octets = b"xx" + b"".join(parts).replace(b"\r\n.\r\n", b"") + b"\r\n.\r\n"
    octets = octets[: octets.index(b"\r\n.\r\n") + 5] + b"NOOP\r\n"
    data, buffer = IncomingData(0), bytearray()
    for start in range(0, len(octets), size):
        buffer += octets[start : start + size]
        if data.take(buffer):
            left = bytes(buffer) + octets[start + size :]
            assert (data.fault, left) == (DataFault.TOO_BIG, b"NOOP\r\n")
            return
    raise AssertionError("the end was not found")
