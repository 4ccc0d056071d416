"""The log: its forms, and what it leaves out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.model import Address
from msgcore.mta.configuration.sections import LoggingSection
from msgcore.mta.node_events import LoginRefused, MessageTaken
from msgcore.mta.operation.logs import log_as, redacted
from msgcore.mta.operation.mail_log import log_mail
from msgcore.wire.smtp.server import Client

log = logging.getLogger("msgcore.mta.test")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from SMTP:ann@a.test to <bob+x@b.test>: no", "from SMTP:***@a.test to <***@b.test>: no"),
        ('"a b"@a.test, ann@[192.0.2.1]', "***@a.test, ann@[192.0.2.1]"),
        ("smtp://127.0.0.1:25 deferred 451 4.2.1", "smtp://127.0.0.1:25 deferred 451 4.2.1"),
        ("o'brien/x@b.test", "***@b.test"),
        ("jörg@b.test@", "***@b.test@"),
        ("postgresql://athena@db.a.test/mail", "postgresql:***@db.a.test/mail"),
    ],
)
def test_of_an_address_the_local_part_is_left_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


@given(st.from_regex(r"[a-z0-9.+=_'%-]{1,20}", fullmatch=True), st.text(max_size=10), st.text(max_size=10))
def test_no_plain_local_part_is_ever_left(local: str, before: str, behind: str) -> None:
    assert f" {local}@b.test" not in redacted(f"{before} {local}@b.test {behind}")


def test_a_line_says_when_how_bad_who_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    log_as(LoggingSection(level="warning"), "worker 1")
    log.info("nothing")
    log.warning("to %s", "ann@a.test")

    moment, rest = capsys.readouterr().err.split(" ", 1)
    assert (moment[-1], rest) == ("Z", "WARNING msgcore.mta.test [worker 1]: to ann@a.test\n")


def test_in_json_each_record_is_one_line_even_with_a_trace_and_redacted_throughout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_as(LoggingSection(form="json", redact=True), "worker 1")
    log_as(LoggingSection(form="json", redact=True))
    try:
        raise ValueError("ann@a.test\nis none")
    except ValueError:
        log.exception("no")

    [line] = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["level"], record["logger"]) == ("error", "msgcore.mta.test")
    assert "ValueError: ***@a.test\nis none" in record["message"]


def test_a_message_that_was_taken_is_a_line_with_its_message_id_and_verdicts_and_in_json_its_facts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    client, found = Client("192.0.2.7", "mx.b.test", "EHLO"), frozenset({"spf=pass", "dmarc=fail"})
    reply = Reply(250, ("queued as 01a2",), EnhancedStatus(2, 0, 0))
    taken = MessageTaken("smtp", client, Address("SMTP", "bob@b.test"), reply, 244, 1, 0.1, "<1@b.test>", found)
    log_as(LoggingSection())
    log_mail(taken)
    log_as(LoggingSection(form="json", redact=True))
    log_mail(taken)

    plain, record = capsys.readouterr().err.splitlines()
    assert "from SMTP:bob@b.test for 1, 244 octets, <1@b.test>, dmarc=fail spf=pass: queued as 01a2" in plain
    assert {
        name: json.loads(record)[name] for name in ("event", "sender", "message_id", "verdicts", "size_octets")
    } == {
        "event": "taken",
        "sender": "SMTP:***@b.test",
        "message_id": "<***@b.test>",
        "verdicts": ["dmarc=fail", "spf=pass"],
        "size_octets": 244,
    }


def test_a_refused_login_is_a_line_with_the_client_and_the_user(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "msgcore.mta.mail")
    log_mail(LoginRefused("submission", "192.0.2.7", "ann\x1b[31m"))
    assert caplog.messages == ["refused by submission to 192.0.2.7: AUTH ann [31m: 535 5.7.8"]
