"""MailKit's recorded answers of other servers, put together into whole sessions.

``tests/wire/test_client.py`` has those that go by AUTH alone; here the client also says what is written down. STARTTLS,
which the answers offer and none belongs to, is answered by a line of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from msgcore.errors import ProtocolBroken
from msgcore.model import Accepted
from msgcore.runtime import Direction, Endpoint, TranscriptLine
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut
from msgcore.testing.transcripts import Transcript
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.smtp.reply import take_reply
from tests.wire.dialogues.conversation import LETTER, NAME, Held, hold, replayed

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
MX = Endpoint("mx.b.test", 25, "smtp")

COMCAST = {"HELP": "", "AUTH": "LOGIN PLAIN", "SIZE": "36700160", "ENHANCEDSTATUSCODES": "", "8BITMIME": ""}
EHLO_FACTS: Mapping[str, Mapping[str, str]] = {
    "comcast-ehlo": COMCAST,
    "comcast-ehlo+binarymime": COMCAST | {"BINARYMIME": "", "CHUNKING": ""},
    "comcast-ehlo+digest-md5": COMCAST | {"AUTH": "LOGIN PLAIN DIGEST-MD5"},
    "comcast-ehlo+dsn": COMCAST | {"PIPELINING": "", "DSN": ""},
    "comcast-ehlo+pipelining": COMCAST | {"PIPELINING": ""},
    "comcast-ehlo+requiretls": COMCAST | {"REQUIRETLS": ""},
    "comcast-ehlo+smtputf8": COMCAST | {"SMTPUTF8": ""},
    "comcast-ehlo+x-exps": {key: text for key, text in COMCAST.items() if key != "AUTH"} | {"X-EXPS": "LOGIN PLAIN"},
}

EHLO, MAIL, RCPT, DATA = f"EHLO {NAME}", "MAIL FROM:<ann@a.test> SIZE=22", "RCPT TO:<bob@b.test>", "DATA"
FLIGHT = f"{MAIL}\r\n{RCPT}\r\n{DATA}"
LOGIN = ("AUTH PLAIN ***", "comcast-auth-plain")
STUFFED = LETTER.replace(b"\r\n.", b"\r\n..").decode() + "."
END = (STUFFED, "comcast-data-done")
QUIT = ("QUIT", "comcast-quit")

Turn = tuple[str, str]
"""What the client says, without its last CR LF, and the file with the answer."""

ONE_BY_ONE: list[Turn] = [(MAIL, "comcast-mail-from"), (RCPT, "comcast-rcpt-to"), (DATA, "comcast-data"), END]
IN_ONE_FLIGHT: list[Turn] = [
    (FLIGHT, "pipelined-mail-from-rcpt-to comcast-data"),
    END,
]
BODIES = {
    "comcast-ehlo+dsn": IN_ONE_FLIGHT,
    "comcast-ehlo+pipelining": IN_ONE_FLIGHT,
}


def said(corpus: Path, files: str) -> bytes:
    return b"".join((corpus / "smtp" / "mailkit" / f"{name}.txt").read_bytes() for name in files.split())


def dialogue(corpus: Path, ehlo: str, *turns: Turn) -> Transcript:
    """Greeting, EHLO, STARTTLS, EHLO, and then these turns."""
    lines = [
        TranscriptLine(Direction.RECEIVED, said(corpus, "comcast-greeting")),
        TranscriptLine(Direction.SENT, f"{EHLO}\r\n".encode()),
        TranscriptLine(Direction.RECEIVED, said(corpus, ehlo)),
        TranscriptLine(Direction.SENT, b"STARTTLS\r\n"),
        TranscriptLine(Direction.RECEIVED, b"220 ready\r\n"),
        TranscriptLine(Direction.TLS, b"TLSv1.3"),
    ]
    for text, files in [(EHLO, ehlo), *turns]:
        lines.append(TranscriptLine(Direction.SENT, f"{text}\r\n".encode()))
        lines.append(TranscriptLine(Direction.RECEIVED, said(corpus, files)))
    return Transcript(lines)


def whole(corpus: Path, ehlo: str, mode: Mode, cut: Cut) -> Held:
    user = "username" if "AUTH" in EHLO_FACTS[ehlo] else ""
    turns = [*([LOGIN] if user else []), *BODIES.get(ehlo, ONE_BY_ONE), QUIT]
    return replayed(
        dialogue(corpus, ehlo, *turns), lambda runtime: hold(runtime, MX, "bob@b.test", user=user), mode, cut
    )


@pytest.mark.parametrize("ehlo", EHLO_FACTS)
@EACH_CUT
@EACH_MODE
def test_what_is_offered_is_read(corpus: Path, ehlo: str, mode: Mode, cut: Cut) -> None:
    assert dict(whole(corpus, ehlo, mode, cut).extensions.parameters) == {**EHLO_FACTS[ehlo], "STARTTLS": ""}


@pytest.mark.parametrize("ehlo", EHLO_FACTS)
@EACH_CUT
@EACH_MODE
def test_a_letter_is_taken(corpus: Path, ehlo: str, mode: Mode, cut: Cut) -> None:
    (outcome,) = whole(corpus, ehlo, mode, cut).outcomes.values()

    assert (type(outcome), outcome.code, str(outcome.enhanced), outcome.text) == (
        Accepted,
        250,
        "2.0.0",
        "1Yat1n00V1sBWGw3SYaubg mail accepted for delivery",
    )


REFUSALS: dict[str, tuple[str, list[Turn], tuple[int, str, str]]] = {
    "a recipient, by itself": (
        "comcast-ehlo",
        [(MAIL, "comcast-mail-from"), (RCPT, "mailbox-unavailable"), ("RSET", "comcast-rset")],
        (550, "5.1.0", "RCPT"),
    ),
    "a recipient, in one flight": (
        "comcast-ehlo+pipelining",
        [
            (FLIGHT, "pipelined-mailbox-unavailable bad-command-sequence"),
            ("RSET", "comcast-rset"),
        ],
        (550, "5.1.0", "RCPT"),
    ),
    "the sender": ("comcast-ehlo", [(MAIL, "auth-required")], (530, "5.7.0", "MAIL")),
    "DATA": (
        "comcast-ehlo",
        [*ONE_BY_ONE[:2], (DATA, "bad-command-sequence"), ("RSET", "comcast-rset")],
        (503, "None", "DATA"),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
@EACH_CUT
@EACH_MODE
def test_a_refusal_has_its_code_status_and_stage(corpus: Path, case: str, mode: Mode, cut: Cut) -> None:
    ehlo, turns, expected = REFUSALS[case]
    transcript = dialogue(corpus, ehlo, *turns, QUIT)
    (outcome,) = replayed(transcript, lambda runtime: hold(runtime, MX, "bob@b.test"), mode, cut).outcomes.values()

    assert (outcome.code, str(outcome.enhanced), outcome.stage) == expected


@EACH_CUT
@EACH_MODE
def test_a_greeting_that_is_a_farewell_breaks_the_protocol(corpus: Path, mode: Mode, cut: Cut) -> None:
    transcript = Transcript([TranscriptLine(Direction.RECEIVED, said(corpus, "greeting-not-ready"))])

    with pytest.raises(ProtocolBroken, match="221 ESMTP server not ready"):
        replayed(transcript, lambda runtime: hold(runtime, MX, "bob@b.test"), mode, cut)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("rfc0821-vrfy", ("Fred Smith <Smith@USC-ISIF.ARPA>",)),
        (
            "rfc0821-expn",
            (
                "Jon Postel <Postel@USC-ISIF.ARPA>",
                "Fred Fonebone <Fonebone@USC-ISIQ.ARPA>",
                "Sam Q. Smith <SQSmith@USC-ISIQ.ARPA>",
                "Quincy Smith <@USC-ISIF.ARPA:Q-Smith@ISI-VAXA.ARPA>",
                "<joe@foo-unix.ARPA>",
                "<xyz@bar-unix.ARPA>",
            ),
        ),
    ],
)
def test_a_list_is_read_line_by_line(corpus: Path, name: str, lines: tuple[str, ...]) -> None:
    reply = take_reply(bytearray(said(corpus, name)))

    assert reply is not None
    assert reply.lines == lines
