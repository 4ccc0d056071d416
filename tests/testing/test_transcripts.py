"""Recorded conversations: as a text, recorded from real servers, and replayed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import ConnectionLost, UsageError
from msgcore.model import Accepted, Address, Envelope, Outcome, Recipient, Refused
from msgcore.runtime import Direction, Endpoint, Runtime, Stream, TlsSettings, TranscriptLine
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime, ScriptedStream, drip
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.testing.transcripts import Replay, Transcript, record, replay
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.sasl import Credentials
from msgcore.wire.smtp import Extensions, authenticate, greet, quit_session, start_tls, transmit
from tests.servers import PASSWORDS, Authority, Postfix

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
MX = Endpoint("mx.b.test", 25, "smtp")
LETTER = b"Subject: x\r\n\r\n.Hello\r\n"
SENT, RECEIVED, TLS = Direction.SENT, Direction.RECEIVED, Direction.TLS

Main = Callable[[Runtime], Coroutine[Any, Any, object]]


# The text.

lines = st.builds(TranscriptLine, st.sampled_from(Direction), st.binary() | st.text().map(str.encode))
crooked = st.sampled_from([b"\r\n", b"\r", b"\n", b"\\", b"\\\r\n", b" ", b" \r\n", b"C: ", b"#", b"\xff", b"\t", b"a"])
crooked_lines = st.builds(TranscriptLine, st.sampled_from(Direction), st.lists(crooked).map(b"".join))


@given(st.lists(lines | crooked_lines).map(Transcript))
def test_a_transcript_survives_its_text(transcript: Transcript) -> None:
    assert Transcript.parse(str(transcript)) == transcript


@given(st.lists(lines | crooked_lines).map(Transcript))
def test_a_text_survives_what_editors_do_to_it(transcript: Transcript) -> None:
    edited = "\n".join(f"    {line.rstrip()}" for line in str(transcript).split("\n"))

    assert Transcript.parse(edited) == transcript


@given(st.text(alphabet="CST:LS \\xrn0f\n#ab"))
def test_any_text_is_a_transcript_or_a_usage_error(text: str) -> None:
    try:
        transcript = Transcript.parse(text)
    except UsageError as error:
        assert str(error).startswith("transcript line ")
    else:
        assert Transcript.parse(str(transcript)) == transcript


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"NOOP\r\n", "C: NOOP"),
        (b"\r\n", "C:"),
        (b"NOOP", "C: NOOP\\"),
        (b"a\nb\r\n", "C: a\\nb"),
        (b"\xff\x00\r\n", "C: \\xff\\x00"),
        ("Börje\r\n".encode(), "C: Börje"),
        (b"C:\\dir\r\n", "C: C:\\\\dir"),
        (b"\\", "C: \\\\\\"),
        (b"ends with a space \r\n", "C: ends with a space\\x20"),
        (b" begins with one\r\n", "C:  begins with one"),
        ("\u2028\u00a0\r\n".encode(), "C: \\xe2\\x80\\xa8\\xc2\\xa0"),
        (b"one\r\ntwo\r\n", "C: one\nC: two"),
    ],
)
def test_octets_have_one_text(octets: bytes, text: str) -> None:
    assert str(Transcript([TranscriptLine(SENT, octets)])) == f"{text}\n"


def test_a_text_may_hold_comments_blank_lines_and_indents() -> None:
    text = """
        # the greeting
        S: 220 hello

        C: QUIT
    """
    assert Transcript.parse(text).turns == (
        TranscriptLine(RECEIVED, b"220 hello\r\n"),
        TranscriptLine(SENT, b"QUIT\r\n"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("S: 220 hello\nX: what", "line 2: need 'C: ', 'S: '"),
        ("C: a\\q", r"line 1: '\\\\q' is no escape"),
        ("C: \\x0", r"line 1: '\\\\x' is no escape"),
        ("220 hello", "line 1: need"),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_number(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Transcript.parse(text)


def test_what_one_side_says_in_a_row_is_one_turn() -> None:
    parts = [TranscriptLine(RECEIVED, b"220 he"), TranscriptLine(RECEIVED, b"llo\r\n"), TranscriptLine(SENT, b"")]

    assert Transcript(parts) == Transcript([TranscriptLine(RECEIVED, b"220 hello\r\n")])


# Replaying.

TALK = Transcript.parse("""
    S: 220 mx.b.test ESMTP
    C: EHLO client.a.test
    S: 250-mx.b.test
    S: 250 PIPELINING
    C: QUIT
    S: 221 bye
""")


def talk(name: str = "client.a.test") -> Main:
    async def main(runtime: Runtime) -> str:
        stream = await runtime.connect(MX, runtime.deadline(30))
        extensions = await greet(stream, name)
        await quit_session(stream)
        return extensions.server_name

    return main


@EACH_CUT
def test_a_recorded_server_answers_who_says_what_was_recorded(cut: Cut) -> None:
    assert replay(TALK, talk(), cut) == "mx.b.test"


def test_a_client_that_says_something_else_is_shown_the_line() -> None:
    with pytest.raises(AssertionError) as caught:
        replay(TALK, talk("client.c.test"))

    assert str(caught.value).splitlines() == [
        "transcript line 2 (comments are not counted): the client says something else",
        "expected: C: EHLO client.a.test",
        "     got: C: EHLO client.c.test",
    ]


def says(*parts: bytes) -> Main:
    """Say the parts in one go after the greeting, and read until the end."""

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(MX, runtime.deadline(30))
        await stream.read()
        for part in parts:
            await stream.write(part)
        while await stream.read():
            pass

    return main


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([b"EHLO client.a.test\r\nNOOP\r\n"], "line 3 .*: the client says b'NOOP.*goes on with 'S: 250-mx.b.test'"),
        ([b"EHLO"], "line 2 .*: the client waits for more, after b'EHLO', .* 'C: EHLO client.a.test'"),
        ([b"EHLO client.a.test\r\n"], "line 5 .*: the client waits for more, .* 'C: QUIT'"),
        (
            [b"EHLO client.a.test\r\n", b"QUIT\r\n", b"NOOP\r\n"],
            "the client says b'NOOP.*, after the end of the record",
        ),
        ([b"EHLO client.a.test\n"], r"line 2 .*\nexpected: C: EHLO client.a.test\n     got: C: EHLO client.a.test\\n"),
        ([b"EHLO client.a.test\r\n", b"QU", b"ID\r\n"], "line 5 .*\nexpected: C: QUIT\n     got: C: QUID"),
    ],
    ids=["too much", "too little", "nothing more", "after the end", "another line end", "in pieces"],
)
def test_a_client_that_leaves_the_record_is_shown_where(parts: list[bytes], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        replay(TALK, says(*parts))


def test_a_difference_in_a_long_turn_shows_its_own_line() -> None:
    record = Transcript.parse("S: 220 hello\nC: one\nC: two\nC: three")

    with pytest.raises(AssertionError, match=r"line 3 .*\nexpected: C: two\n     got: C: TWO"):
        replay(record, says(b"one\r\nTWO\r\nthree\r\n"))


def test_a_client_that_ends_early_is_found_out() -> None:
    async def hang_up(runtime: Runtime) -> None:
        await (await runtime.connect(MX)).close()

    with pytest.raises(AssertionError, match=r"the client ended, and the record goes on with 'C: EHLO"):
        replay(TALK, hang_up)


def test_a_difference_that_the_client_swallowed_comes_out_at_the_end() -> None:
    async def swallows(runtime: Runtime) -> None:
        try:
            await talk("client.c.test")(runtime)
        except AssertionError:
            return

    with pytest.raises(AssertionError, match=r"client\.c\.test"):
        replay(TALK, swallows)


def test_a_secret_is_compared_as_it_is_shown() -> None:
    record = Transcript.parse("S: 220 hello\nC: PASS ***\nS: 230 welcome")

    async def log_in(runtime: Runtime) -> bytes:
        stream = await runtime.connect(MX)
        await stream.read()
        await stream.write(b"PASS sesame\r\n", b"PASS ***\r\n")
        return await stream.read()

    assert replay(record, log_in) == b"230 welcome\r\n"


IN_TLS = Transcript.parse("""
    S: 220 hello
    C: STARTTLS
    S: 220 go
    TLS: TLSv1.3 TLS_AES_256_GCM_SHA384
    C: NOOP
    S: 250 ok
""")


async def upgrade(stream: Stream) -> Stream:
    await stream.read()
    await stream.write(b"STARTTLS\r\n")
    await stream.read()
    return await stream.start_tls(TlsSettings())


def test_tls_is_replayed_with_what_it_agreed_on() -> None:
    async def main(runtime: Runtime) -> str:
        secured = await upgrade(await runtime.connect(MX))
        await secured.write(b"NOOP\r\n")
        await secured.read()
        return secured.tls.cipher if secured.tls is not None else "in clear"

    assert replay(IN_TLS, main) == "TLS_AES_256_GCM_SHA384"


def test_a_client_that_goes_on_in_clear_is_found_out() -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(MX)
        await stream.read()
        await stream.write(b"STARTTLS\r\n")
        await stream.read()
        await stream.write(b"NOOP\r\n")

    with pytest.raises(AssertionError, match=r"the client says b'NOOP.*goes on with 'TLS: TLSv1.3"):
        replay(IN_TLS, main)


def test_a_client_that_starts_tls_out_of_turn_is_found_out() -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(MX)
        await stream.read()
        await stream.start_tls(TlsSettings())

    with pytest.raises(AssertionError, match="the client starts TLS, and the record goes on with 'C: STARTTLS'"):
        replay(IN_TLS, main)


def test_a_server_that_starts_with_tls_greets_behind_it() -> None:
    async def main(runtime: Runtime) -> bytes:
        stream = await runtime.connect(MX)
        return await (await stream.start_tls(TlsSettings())).read()

    assert replay(Transcript.parse("TLS: TLSv1.3 X\nS: 220 hello"), main) == b"220 hello\r\n"


def test_a_record_can_be_replayed_with_faults() -> None:
    runtime = ScriptedRuntime([Replay(TALK)], faults=Faults(breaks_after_heard=30, cut=drip(4)))

    with pytest.raises(ConnectionLost):
        runtime.run(talk()(runtime))


@pytest.mark.parametrize("faults", [Faults(breaks_after_sent=3), Faults(breaks_after_sent=3, tells_writer=False)])
def test_a_command_that_did_not_arrive_is_not_answered(faults: Faults) -> None:
    runtime = ScriptedRuntime([Replay(TALK)], faults=faults)

    with pytest.raises(ConnectionLost):
        runtime.run(talk()(runtime))
    assert runtime.streams[0].heard == b"220 mx.b.test ESMTP\r\n"


def test_behind_a_break_nothing_is_compared() -> None:
    """A client that says QUIT out of turn because its connection broke is right."""
    stream = ScriptedStream(Replay(TALK), Faults(breaks_after_heard=3))

    with pytest.raises(ConnectionLost):
        Mode.BLOCKING.drive(stream.write(b"QUIT\r\n"))


def test_at_the_end_of_the_record_the_server_closes() -> None:
    stream = ScriptedStream(Replay(Transcript.parse("S: 421 bye")))

    assert [Mode.BLOCKING.drive(stream.read()) for _ in range(2)] == [b"421 bye\r\n", b""]


# Recording.


def envelope(*names: str) -> Envelope:
    return Envelope(Address("SMTP", "ann@a.test"), tuple(Recipient(Address("SMTP", name)) for name in names))


def whole_session(endpoint: Endpoint, to: Envelope) -> Callable[[Runtime], Coroutine[Any, Any, list[Outcome]]]:
    async def main(runtime: Runtime) -> list[Outcome]:
        stream = await runtime.connect(endpoint, runtime.deadline(30))
        extensions = await greet(stream, "client.a.test")
        transaction = await transmit(stream, to, LETTER, extensions)
        await quit_session(stream)
        return list(transaction.outcomes.values())

    return main


@pytest.fixture(scope="module", params=Mode, ids=lambda mode: f"recorded in {mode.value} mode")
def recorded(request: pytest.FixtureRequest) -> Transcript:
    """A session of our client with the loopback server."""
    with LoopbackSmtpServer(refusals={"rob@b.test": "550 5.1.1 nobody"}) as server:
        endpoint = Endpoint("127.0.0.1", server.port, "smtp")
        [transcript] = record(request.param, whole_session(endpoint, envelope("bob@b.test", "rob@b.test")))
    return transcript


def test_what_the_client_said_after_the_end_comes_out_though_it_was_swallowed() -> None:
    async def swallows(runtime: Runtime) -> None:
        try:
            await says(b"EHLO client.a.test\r\n", b"QUIT\r\n", b"NOOP\r\n")(runtime)
        except AssertionError:
            return

    with pytest.raises(AssertionError, match="after the end of the record"):
        replay(TALK, swallows)


@EACH_CUT
def test_a_session_with_the_loopback_server_is_replayed(recorded: Transcript, cut: Cut) -> None:
    outcomes = replay(recorded, whole_session(MX, envelope("bob@b.test", "rob@b.test")), cut)

    assert outcomes == [Accepted(250, "2.0.0"), Refused(550, "5.1.1")]


@EACH_CUT
def test_a_recorded_session_is_replayed_from_its_text(recorded: Transcript, cut: Cut) -> None:
    outcomes = replay(Transcript.parse(str(recorded)), whole_session(MX, envelope("bob@b.test", "rob@b.test")), cut)

    assert outcomes == [Accepted(250, "2.0.0"), Refused(550, "5.1.1")]


@EACH_MODE
def test_each_connection_has_a_transcript_of_its_own(mode: Mode) -> None:
    with LoopbackSmtpServer() as server:
        endpoint = Endpoint("127.0.0.1", server.port, "smtp")

        async def main(runtime: Runtime) -> None:
            for name in ("bob@b.test", "eve@b.test"):
                await whole_session(endpoint, envelope(name))(runtime)

        transcripts = record(mode, main)
    assert [name in str(one) for one in transcripts for name in ("bob@", "eve@")] == [True, False, False, True]


# A real server: the record that was kept, and a fresh one.

KEPT = Path(__file__).parent / "postfix_submission.txt"


def submission(endpoint: Endpoint, ca_file: Path | None) -> Callable[[Runtime], Coroutine[Any, Any, list[Outcome]]]:
    """Log in over TLS and send one message to one who is there and one who is not.

    By PLAIN: what SCRAM says is another thing each time.
    """

    async def main(runtime: Runtime) -> list[Outcome]:
        stream = await runtime.connect(endpoint, runtime.deadline(30))
        extensions = await greet(stream, "client.example.test")
        stream, extensions = await start_tls(stream, extensions, TlsSettings(ca_file), "client.example.test")
        plain = Extensions("", {"AUTH": "PLAIN"})
        await authenticate(stream, plain, Credentials("alice", Secret(PASSWORDS["alice"])))
        to = envelope("bob@example.test", "nobody@example.test")
        transaction = await transmit(stream, to, LETTER, extensions, is_proven=True)
        await quit_session(stream)
        return list(transaction.outcomes.values())

    return main


SUBMITTED = [Accepted(250, "2.0.0"), Refused(550, "5.1.1")]


@EACH_CUT
def test_a_kept_submission_to_postfix_is_replayed(cut: Cut) -> None:
    transcript = Transcript.parse(KEPT.read_text(encoding="utf-8"))

    assert replay(transcript, submission(Endpoint("localhost", 587), None), cut) == SUBMITTED


@pytest.fixture(scope="module")
def from_postfix(postfix: Postfix, authority: Authority) -> Transcript:
    [transcript] = record(
        Mode.BLOCKING, submission(Endpoint("localhost", postfix.submission, "submission"), authority.ca_file)
    )
    return transcript


@pytest.mark.interop
@EACH_CUT
def test_a_fresh_submission_to_postfix_is_replayed(from_postfix: Transcript, cut: Cut) -> None:
    assert replay(from_postfix, submission(Endpoint("localhost", 587), None), cut) == SUBMITTED


@pytest.mark.interop
def test_a_password_is_in_no_record(from_postfix: Transcript) -> None:
    assert "C: AUTH PLAIN ***\n" in str(from_postfix)


@pytest.mark.interop
def test_postfix_speaks_as_it_did_when_the_record_was_kept(from_postfix: Transcript) -> None:
    """But for the number that it gives the message, and the version of OpenSSL."""
    kept = Transcript.parse(KEPT.read_text(encoding="utf-8"))

    assert [(turn.direction, turn.octets[:4]) for turn in from_postfix.turns] == [
        (turn.direction, turn.octets[:4]) for turn in kept.turns
    ]
