"""A listener where users submit: who may say what, and what is added to it (RFC 6409)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import UsageError
from msgcore.model import Address
from msgcore.mta.listener import Listener, ListenerSettings, from_networks
from msgcore.mta.listener.desk import Desk
from msgcore.mta.listener.handler import MailHandler
from msgcore.mta.listener.submission import completed, read_submission
from msgcore.mta.listener.visits import Visits
from msgcore.mta.queue.contract import Accept
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Endpoint, TlsServerSettings, run
from msgcore.testing.queues import NOON
from msgcore.wire.sasl import Passwords
from msgcore.wire.smtp.server import serve_session
from tests.mta.listener.house import HOST, KeepingQueue, anybody, everybody
from tests.wire.test_server import TLS, TLS_SETTINGS, Talker

ANN = Address("SMTP", "ann@a.test")
LOGIN = b"AUTH PLAIN AGFubgBwYSBzcw==\r\n"
WHOLE = b"Date: Tue, 01 Jan 2030 12:00:00 +0000\r\nFrom: Ann <ann@a.test>\r\nMessage-ID: <1@a.test>\r\n"
TEXT = b"Subject: hello\r\n\r\nHello\r\n"


class OneUser:
    """Ann, who has two addresses."""

    authenticator = Passwords({"ann": Secret("pa ss")})

    async def owner_of(self, address: Address, deadline: Deadline) -> str:
        return "ann" if address.email_address.lower() in {"ann@a.test", "sales@a.test"} else ""


def submit(
    *parts: bytes, is_private: bool = True, hello: bytes = b"EHLO client.test\r\n", **changes: Any
) -> tuple[list[str], list[Accept]]:
    """Say these parts behind a hello; give what is heard in answer to them, and what was taken."""
    runtime, queue, users = BlockingRuntime(), KeepingQueue(), OneUser()
    settings = ListenerSettings.submission(HOST, TLS_SETTINGS)
    settings = attrs.evolve(settings, authenticator=users.authenticator, **changes)
    desk = Desk(runtime, settings, queue, everybody, users)
    client = Talker(hello, *parts, tls=TLS if is_private else None)
    visit = Visits(runtime, settings.limits, 1).enter("192.0.2.1", client.abort)
    run(serve_session(client, MailHandler(desk, visit), settings, guard=visit))
    replies = [line for line in client.heard.decode().splitlines() if line[3:4] != "-"]
    return replies[2:], queue.accepted


def mail_of(sender: str, octets: bytes) -> Sequence[bytes]:
    return LOGIN, f"MAIL FROM:<{sender}>\r\nRCPT TO:<x@d.test>\r\nDATA\r\n".encode(), octets + b".\r\n"


def codes(*parts: bytes, **given: Any) -> list[str]:
    return [reply[:9] for reply in submit(*parts, **given)[0]]


def sent(octets: bytes, sender: str = "ann@a.test", **given: Any) -> bytes:
    """Give what was taken of a mail, without the field that the listener put in front."""
    [accept] = submit(*mail_of(sender, octets), **given)[1]
    return accept.content.octets.partition(b"+0000\r\n")[2]


# Who may


def test_nobody_submits_before_he_has_logged_in() -> None:
    assert codes(b"MAIL FROM:<ann@a.test>\r\n") == ["530 5.7.0"]


@pytest.mark.parametrize("said", [LOGIN, b"AUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM=\r\n", b"MAIL FROM:<ann@a.test>\r\n"])
def test_nothing_but_starttls_is_done_in_clear(said: bytes) -> None:
    assert codes(said, is_private=False) == ["530 5.7.0"]


def test_in_clear_no_login_is_offered() -> None:
    offers = submit(is_private=False, hello=b"")[0], submit(b"EHLO x.test\r\n", is_private=False)[0]

    assert not any("AUTH" in line for lines in offers for line in lines)


def test_a_user_sends_anywhere_under_each_of_his_addresses() -> None:
    for sender in ("ann@a.test", "Sales@A.test", ""):
        assert codes(*mail_of(sender, WHOLE + TEXT))[-1] == "250 2.0.0"


def test_a_sender_of_somebody_else_is_refused() -> None:
    assert codes(LOGIN, b"MAIL FROM:<bob@a.test>\r\n")[-1] == "550 5.7.1"


@pytest.mark.parametrize(
    "fields",
    [
        b"From: Bob <bob@a.test>\r\n",
        b"From: Ann <ann@a.test>, bob@a.test\r\n",
        b"From: Ann <ann@a.test>\r\nSender: bob@a.test\r\n",
        b"fRoM : bob@a.test\r\n",
        b'From: "ann@a.test" <bob@a.test>\r\n',
        b"From: ann@a.test <bob@a.test>\r\n",
        b"From:\r\n bob@a.test\r\n",
        b"From: ours: ann@a.test, bob@a.test;\r\n",
        # Readers do not agree whom these name.
        b"From: bob@a.test <ann@a.test>\r\n",
        b"From: <bob@a.test> <ann@a.test>\r\n",
        b'From: "bob"@a.test <ann@a.test>\r\n',
        b"From: bob@a.test:ann@a.test;\r\n",
        b"From: (a (b) <bob@a.test> <ann@a.test>\r\n",
        b'From: (") <bob@a.test> (") <ann@a.test>\r\n',
    ],
)
def test_an_author_who_is_somebody_else_is_refused(fields: bytes) -> None:
    heard, taken = submit(*mail_of("ann@a.test", fields + TEXT))

    assert (heard[-1][:9], taken) == ("550 5.7.1", [])


@pytest.mark.parametrize("end", [b"\r", b"\n"])
@pytest.mark.parametrize("rest", [b"\r\n\r\n\r\0\n", b"\r\n"])
def test_a_header_of_binary_mail_has_no_line_ends_of_one_octet(end: bytes, rest: bytes) -> None:
    """Some readers would find another author behind them."""
    octets = b"From: ann@a.test\r\nSubject: x" + end + b"From: bob@a.test" + rest
    mail = b"MAIL FROM:<ann@a.test> BODY=BINARYMIME\r\nRCPT TO:<x@d.test>\r\nBDAT %d LAST\r\n" % len(octets)

    assert codes(LOGIN, mail + octets)[-1] == "554 5.5.2"
    assert codes(LOGIN, (mail + octets).replace(end + b"From: bob", b" From: bob"))[-1] == "250 2.0.0"


@pytest.mark.parametrize(
    "field",
    [
        b'From: "bob@a.test" <ann@a.test>\r\n',
        b"From: ann@a.test <ann@a.test>\r\n",
        b"From: ann@a.test (bob@a.test)\r\n",
        b"From: Ann@Work <ann@a.test>\r\n",
        b"From: =?utf-8?q?bob=40a.test?= <ann@a.test>\r\n",
    ],
)
def test_what_a_display_name_or_a_comment_says_makes_nobody_an_author(field: bytes) -> None:
    assert codes(*mail_of("ann@a.test", field + TEXT))[-1] == "250 2.0.0"


@pytest.mark.parametrize(
    "fields",
    [
        b"From: ann@a.test\r\nFrom: bob@a.test\r\n",
        b"From: ann@a.test\r\nSender: ann@a.test\r\nSender: ann@a.test\r\n",
        b"From: Ann\r\n",
        b"From: nobody:;\r\n",
        b"From:\r\n",
    ],
)
def test_a_header_without_one_author_is_refused(fields: bytes) -> None:
    heard, taken = submit(*mail_of("ann@a.test", fields + TEXT))

    assert (heard[-1][:9], taken) == ("554 5.6.0", [])


def test_a_listener_may_let_a_user_send_as_anybody() -> None:
    octets = WHOLE.replace(b"ann@", b"bob@") + TEXT

    assert sent(octets, "bob@a.test", may_use_any_sender=anybody) == octets


def test_who_is_meant_by_name_may_send_as_anybody() -> None:
    assert codes(LOGIN, b"MAIL FROM:<x@y.test>\r\n", may_use_any_sender=from_networks("10.0.0.0/8"))[-1] == "550 5.7.1"


def test_a_submission_needs_to_know_the_users() -> None:
    with pytest.raises(UsageError):
        Listener(
            AsyncioRuntime(),
            [Endpoint("", 0)],
            ListenerSettings.submission(HOST, TlsServerSettings(TLS_SETTINGS.certificate_file, TLS_SETTINGS.key_file)),
            KeepingQueue(),
            everybody,
        )


# What is added


@given(st.binary(max_size=60).map(lambda octets: re.sub(rb"[\r\n\0.]", b"", octets)))
def test_what_lacks_nothing_stays_as_it_is(octets: bytes) -> None:
    whole = WHOLE + b"X-Odd: " + octets + b"\r\n\r\n" + octets + b"\r\n"

    assert sent(whole) == whole


def test_a_bare_text_gets_what_a_message_has_to_have() -> None:
    message = mime.read(sent(b"Subject: x\r\n\r\nHello\r\n"))

    assert (message.from_, message.subject, message.text) == (ANN, "x", "Hello\n")
    assert re.fullmatch(rf"<[0-9a-f]+@{HOST}>", message.message_id or "")
    assert message.date is not None


@given(st.sets(st.sampled_from([b"Date", b"From", b"Message-ID"])))
def test_only_what_is_missing_is_added(missing: set[bytes]) -> None:
    fields = [line for line in WHOLE.splitlines(keepends=True) if line.partition(b":")[0] not in missing]
    octets = b"".join(fields) + TEXT
    whole = sent(octets)

    assert whole.endswith(octets)
    added = whole[: len(whole) - len(octets)].splitlines()
    assert {line.partition(b":")[0] for line in added} == missing


def test_a_date_or_id_that_is_none_is_replaced() -> None:
    octets = b"Date: soon\r\nFrom: ann@a.test\r\nMessage-ID:\r\n <no id>\r\n" + TEXT
    message = mime.read(sent(octets))

    assert (b"soon" in sent(octets), b"no id" in sent(octets)) == (False, False)
    assert (message.date is not None, message.from_, message.text) == (True, ANN, "Hello\n")


@pytest.mark.parametrize("octets", [b"Hello Bob,\r\nthis is no header.\r\n", b"\r\nHello\r\n", b""])
def test_what_has_no_header_is_a_body(octets: bytes) -> None:
    message = mime.read(sent(octets))

    assert (message.from_, message.text or "") == (ANN, octets.removeprefix(b"\r\n").decode().replace("\r\n", "\n"))


def test_the_line_of_an_mbox_is_taken_off() -> None:
    assert sent(b"From ann@a.test Tue Jan  1 12:00:00 2030\r\n" + WHOLE + TEXT) == WHOLE + TEXT


def test_a_blank_before_the_colon_makes_no_line_of_an_mbox() -> None:
    octets = b"From : ann@a.test\r\nDate: Tue, 01 Jan 2030 12:00:00 +0000\r\nMessage-ID: <1@a.test>\r\n" + TEXT

    assert sent(octets) == octets


def test_what_is_signed_is_not_touched() -> None:
    octets = b"From: ann@a.test\r\nDKIM-Signature: v=1; h=from; d=a.test\r\n" + TEXT

    assert sent(octets) == octets


def test_a_blind_copy_is_taken_off() -> None:
    assert b"eve" not in sent(WHOLE + b"Bcc: eve@e.test\r\n" + TEXT)


@given(st.binary(max_size=200), st.sampled_from([b"\r\n", b"\n"]))
def test_any_octets_can_be_completed(octets: bytes, end: bytes) -> None:
    """By chunks anything comes. What is added once is enough."""
    octets = octets.replace(b"!", end + b"From: ").replace(b"?", end + b"Date: ")
    read = read_submission(octets)
    if read.fault:
        return
    whole = completed(octets, read, ANN, HOST, NOON)
    again = read_submission(whole)

    assert (again.lacks, again.fault) == (frozenset(), "")
    assert set(again.authors) >= set(read.authors)


# The trace


@pytest.mark.parametrize("is_shown", [True, False])
def test_where_a_client_is_need_not_be_told(is_shown: bool) -> None:
    [accept] = submit(*mail_of("ann@a.test", WHOLE + TEXT), shows_clients=is_shown)[1]
    field = accept.content.octets.partition(b"\r\nDate:")[0]

    assert (b"192.0.2.1" in field, b"client.test" in field) == (is_shown, is_shown)
    assert f"by {HOST} (msgcore) with ESMTPSA".encode() in field
