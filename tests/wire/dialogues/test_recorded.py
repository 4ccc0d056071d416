"""Dialogues recorded from other servers, replayed: what the client says, and what it makes of the answers.

After a change of what the client says, record them anew: ``msgcore.testing.transcripts.record`` over ``hold``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from msgcore.model import Accepted, Deferred, Delivered, Outcome, Refused
from msgcore.runtime import Endpoint
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut
from msgcore.testing.transcripts import Transcript
from msgcore.testing.transcripts.cuts import EACH_CUT
from tests.wire.dialogues.conversation import Held, hold, replayed

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


@attrs.frozen
class Case:
    """A record of this folder, and what it says about extensions and recipients."""

    name: str
    service: str
    extensions: Mapping[str, str]
    outcomes: Mapping[str, tuple[type[Outcome], int, str, str]]

    def transcript(self) -> Transcript:
        return Transcript.parse((Path(__file__).parent / f"{self.name}.txt").read_text(encoding="utf-8"))


CASES = [
    Case(
        "postfix",
        "smtp",
        {
            "PIPELINING": "",
            "SIZE": "10240000",
            "VRFY": "",
            "ETRN": "",
            "AUTH": "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256",
            "ENHANCEDSTATUSCODES": "",
            "8BITMIME": "",
            "DSN": "",
            "SMTPUTF8": "",
            "CHUNKING": "",
        },
        {
            "alice@example.test": (Accepted, 250, "2.0.0", "end of data"),
            "nobody@example.test": (Refused, 550, "5.1.1", "RCPT"),
            "x@tempfail.test": (Deferred, 451, "4.7.1", "RCPT"),
        },
    ),
    Case(
        "dovecot_lmtp",
        "lmtp",
        {"8BITMIME": "", "CHUNKING": "", "ENHANCEDSTATUSCODES": "", "PIPELINING": ""},
        {
            "alice@example.test": (Delivered, 250, "2.0.0", "end of data"),
            "nobody@example.test": (Refused, 550, "5.1.1", "RCPT"),
        },
    ),
    Case(
        "smtp_sink",
        "smtp",
        {
            "PIPELINING": "",
            "8BITMIME": "",
            "AUTH": "PLAIN LOGIN",
            "XCLIENT": "NAME HELO",
            "XFORWARD": "NAME ADDR PROTO HELO",
            "ENHANCEDSTATUSCODES": "",
            "DSN": "",
        },
        {
            "bob@b.test": (Accepted, 250, "2.0.0", "end of data"),
            "cid@b.test": (Accepted, 250, "2.0.0", "end of data"),
        },
    ),
    Case(
        "aiosmtpd",
        "smtp",
        {"SIZE": "33554432", "8BITMIME": "", "SMTPUTF8": "", "HELP": ""},
        {
            "nobody@b.test": (Refused, 550, "5.1.1", "RCPT"),
            "bob@b.test": (Accepted, 250, "", "end of data"),
        },
    ),
]

EACH_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def held(case: Case, mode: Mode, cut: Cut) -> Held:
    endpoint = Endpoint("mx.b.test", 25, case.service)
    return replayed(case.transcript(), lambda runtime: hold(runtime, endpoint, *case.outcomes), mode, cut)


def test_every_record_has_its_case() -> None:
    assert {path.stem for path in Path(__file__).parent.glob("*.txt")} == {case.name for case in CASES}


@EACH_CASE
@EACH_CUT
@EACH_MODE
def test_what_the_server_offers_is_as_recorded(case: Case, mode: Mode, cut: Cut) -> None:
    assert dict(held(case, mode, cut).extensions.parameters) == case.extensions


@EACH_CASE
@EACH_CUT
@EACH_MODE
def test_every_recipient_ends_as_the_server_said(case: Case, mode: Mode, cut: Cut) -> None:
    ends = {
        address: (type(outcome), outcome.code, str(outcome.enhanced or ""), outcome.stage)
        for address, outcome in held(case, mode, cut).outcomes.items()
    }

    assert ends == case.outcomes
