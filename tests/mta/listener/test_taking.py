"""What a listener says to MAIL, RCPT and the message, and what it puts into the queue."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import ServiceBusy, StoreBusy, StoreFull
from msgcore.model import Address
from msgcore.model.delivery import DeliveryRequest, Notify, ReturnedContent
from msgcore.mta.listener import ListenerSettings
from msgcore.mta.listener.desk import Desk
from msgcore.mta.listener.handler import MailHandler
from msgcore.mta.listener.visits import Visits
from msgcore.mta.queue.contract import Accept
from msgcore.runtime import BlockingRuntime, run
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from msgcore.testing.queues import NOON
from msgcore.wire.smtp.server import serve_session
from tests.mta.listener.house import HOST, LETTER, House, KeepingQueue, anybody, check_of, everybody
from tests.wire.streams import Chunks

HELLO = b"EHLO client.a.test\r\n"
LHLO = b"LHLO client.a.test\r\n"
MAIL = b"MAIL FROM:<ann@a.test>\r\n"
OTHER = b"Received: from x by mx.c.test id 1; Tue, 01 Jan 2030 12:00:00 +0000\r\n"


def codes(
    *parts: bytes,
    queue: KeepingQueue | None = None,
    recipients: object = everybody,
    clock: ManualClock | None = None,
    **settings: object,
) -> list[str]:
    """Give what a client hears that says these parts, behind the greeting and the reply to its hello."""
    runtime = BlockingRuntime() if clock is None else runtime_on(Mode.BLOCKING, clock)
    known = ListenerSettings(HOST, **settings)  # type: ignore[arg-type]  # of any setting
    desk = Desk(runtime, known, queue or KeepingQueue(), recipients)  # type: ignore[arg-type]  # a double
    client = Chunks(HELLO, *parts)
    visit = Visits(runtime, known.limits, 1).enter("192.0.2.1", client.abort)
    run(serve_session(client, MailHandler(desk, visit), known, guard=visit))  # type: ignore[arg-type]  # there is no TLS here
    replies = [line for line in client.heard.decode().splitlines() if line[3:4] != "-"]
    return replies[2:]


def letter_to(*names: str, mail: bytes = MAIL, octets: bytes = LETTER) -> list[bytes]:
    to = b"".join(f"RCPT TO:<{name}@b.test>\r\n".encode() for name in names)
    return [mail + to + b"DATA\r\n", octets + b".\r\n"]


def taken(*parts: bytes, **given: object) -> Accept:
    queue = KeepingQueue()
    codes(*parts, queue=queue, **given)  # type: ignore[arg-type]  # of any setting
    [accept] = queue.accepted
    return accept


# The message.


def test_a_message_is_taken_once_for_all_its_recipients() -> None:
    accept = taken(*letter_to("bob", "cid", "dan"))

    assert [one.email_address for one in accept.recipients] == ["bob@b.test", "cid@b.test", "dan@b.test"]


def test_the_reply_names_the_message_as_queue_and_trace_do() -> None:
    queue = KeepingQueue()
    reply = codes(*letter_to("bob"), queue=queue)[-1]
    [accept] = queue.accepted

    assert reply == f"250 2.0.0 queued as {accept.transfer_id}"
    assert f" id {accept.transfer_id}\r\n".encode() in accept.content.octets


def test_each_message_has_an_id_of_its_own() -> None:
    """A client that lost the reply sends it again, and nothing tells that from another message."""
    queue = KeepingQueue()
    codes(*letter_to("bob"), *letter_to("bob"), queue=queue)

    assert len({accept.transfer_id for accept in queue.accepted}) == 2


@given(st.binary(max_size=200).map(lambda octets: octets.replace(b"\r", b"").replace(b"\0", b"")))
def test_the_octets_of_a_message_stay_as_they_are(octets: bytes) -> None:
    lines = b"X-Bytes: " + octets.replace(b"\n", b"\r\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines.split(b"\r\n"))
    accept = taken(*letter_to("bob", octets=stuffed + b"\r\n"))

    assert accept.content.octets.partition(b"+0000\r\n")[2] == lines + b"\r\n"


@given(st.binary(max_size=300))
def test_a_body_that_comes_in_chunks_may_be_any_octets(body: bytes) -> None:
    octets = b"Subject: x\r\n\r\n" + body
    mail = MAIL.replace(b"\r\n", b" BODY=BINARYMIME\r\n") + b"RCPT TO:<bob@b.test>\r\n"
    accept = taken(mail + f"BDAT {len(octets)} LAST\r\n".encode() + octets)

    assert accept.content.octets.partition(b"+0000\r\n")[2] == octets


def test_a_single_recipient_is_named_in_the_trace() -> None:
    assert b"\r\n\tfor <bob@b.test>; " in taken(*letter_to("bob")).content.octets


def test_of_several_recipients_none_is_named_to_the_others() -> None:
    assert b"@b.test" not in taken(*letter_to("bob", "cid")).content.octets


def test_a_recipient_that_is_named_twice_is_one() -> None:
    accept = taken(*letter_to("bob", "bob"))

    assert (len(accept.recipients), b"for <bob@b.test>" in accept.content.octets) == (1, True)


def test_a_blind_copy_is_taken_off() -> None:
    octets = b"Subject: x\r\nBcc: eve@e.test,\r\n dan@e.test\r\nTo: bob@b.test\r\n\r\nbcc: this stays\r\n"
    content = taken(*letter_to("bob", octets=octets)).content.octets

    assert content.partition(b"+0000\r\n")[2] == b"Subject: x\r\nTo: bob@b.test\r\n\r\nbcc: this stays\r\n"


def test_the_queue_notes_what_reports_and_tracking_need() -> None:
    accept = taken(*letter_to("bob"))

    assert (accept.message_id, accept.subject, accept.message_class, accept.received_from) == (
        "<1@a.test>",
        "hello",
        "IPM.Note",
        "client.a.test ([192.0.2.1])",
    )


@given(st.binary(max_size=200))
def test_what_a_header_says_is_one_line_that_can_be_stored(octets: bytes) -> None:
    octets = octets.replace(b"\n", b" ").replace(b"\r", b" ")
    header = b"Subject: " + octets + b"\r\nMessage-ID: " + octets
    mail = MAIL.replace(b"\r\n", b" BODY=BINARYMIME\r\n") + b"RCPT TO:<bob@b.test>\r\n"
    accept = taken(mail + f"BDAT {len(header)} LAST\r\n".encode() + header)

    assert not re.search("[\0\r\n\ud800-\udfff]", accept.subject + accept.message_id + accept.message_class)


# What was asked for.


def test_what_servers_are_asked_for_is_kept() -> None:
    mail = b"MAIL FROM:<ann@a.test> RET=HDRS ENVID=a+2Bb BY=60;R MT-PRIORITY=3 HOLDFOR=9\r\n"
    accept = taken(*letter_to("bob", mail=mail), may_relay=anybody)

    assert accept.request == DeliveryRequest(
        envelope_id="a+b", returned_content=ReturnedContent.HEADERS, within_seconds=60, priority=3, hold_seconds=9
    )


def test_what_a_recipient_is_notified_of_is_kept() -> None:
    mail = MAIL + b"RCPT TO:<bob@b.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;old@b.test\r\nDATA\r\n"
    [recipient] = taken(mail, LETTER + b".\r\n").recipients

    assert (recipient.notify, recipient.original) == (Notify.SUCCESS | Notify.DELAY, Address("SMTP", "old@b.test"))


def test_a_report_has_no_sender() -> None:
    assert taken(*letter_to("bob", mail=b"MAIL FROM:<>\r\n")).sender is None


def test_a_sender_is_kept_as_it_was_written() -> None:
    assert taken(*letter_to("bob", mail=b"MAIL FROM:<Ann@A.Test>\r\n")).sender == Address("SMTP", "Ann@A.Test")


def test_who_may_not_relay_has_no_priority_and_is_told_so() -> None:
    queue = KeepingQueue()
    replies = codes(*letter_to("bob", mail=b"MAIL FROM:<ann@a.test> MT-PRIORITY=9 RET=FULL\r\n"), queue=queue)

    assert (replies[0][:12], queue.accepted[0].request) == (
        "250 2.3.6 0 ",
        DeliveryRequest(returned_content=ReturnedContent.FULL),
    )


@pytest.mark.parametrize("parameter", ["HOLDFOR=60", "HOLDUNTIL=2026-12-01T00:00:00Z"])
def test_for_who_may_not_relay_nothing_is_held(parameter: str) -> None:
    mail = f"MAIL FROM:<ann@a.test> {parameter}\r\n".encode()

    assert codes(mail, clock=ManualClock(NOON))[0].startswith("550 5.7.1")


# Who gets it.


def test_a_stranger_sends_to_mailboxes_only() -> None:
    to = b"RCPT TO:<bob@b.test>\r\nRCPT TO:<eve@b.test>\r\nRCPT TO:<x@d.test>\r\n"

    assert [reply[:9] for reply in codes(MAIL + to, recipients=check_of("bob@b.test"))[1:]] == [
        "250 2.1.5",
        "550 5.1.1",
        "550 5.7.1",
    ]


def test_who_may_relay_sends_anywhere_the_table_leads() -> None:
    to = b"RCPT TO:<x@d.test>\r\n"

    assert codes(MAIL + to, recipients=check_of(), may_relay=anybody)[-1].startswith("250")


def test_who_is_refused_is_not_taken() -> None:
    accept = taken(*letter_to("bob", "eve"), recipients=check_of("bob@b.test"))

    assert ([one.email_address for one in accept.recipients], b"for <bob@b.test>" in accept.content.octets) == (
        ["bob@b.test"],
        True,
    )


def test_who_was_named_for_another_message_does_not_get_this_one() -> None:
    queue = KeepingQueue()
    codes(MAIL + b"RCPT TO:<eve@b.test>\r\nRSET\r\n", *letter_to("bob"), queue=queue)

    assert [one.email_address for one in queue.accepted[0].recipients] == ["bob@b.test"]


def test_where_nobody_can_tell_a_client_tries_again() -> None:
    class Broken:
        async def check(self, *_: object) -> None:
            raise StoreBusy("locked")

    assert codes(MAIL + b"RCPT TO:<bob@b.test>\r\n", recipients=Broken())[-1].startswith("451 4.3.0")


# A queue that takes nothing.


def failing(error: Exception) -> KeepingQueue:
    async def fail(_: Accept) -> None:
        raise error

    return KeepingQueue(fail)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreFull("disk"), "452 4.3.1"),
        (ServiceBusy("deep"), "451 4.3.2"),
        (StoreBusy("locked"), "451 4.3.0"),
    ],
    ids=repr,
)
def test_a_queue_that_fails_is_a_reason_to_try_again(error: Exception, status: str) -> None:
    queue = failing(error)

    assert (codes(*letter_to("bob"), queue=queue)[-1][:9], queue.accepted) == (status, [])


def test_a_queue_that_breaks_ends_the_session_without_a_yes() -> None:
    with pytest.raises(RuntimeError):
        codes(*letter_to("bob"), queue=failing(RuntimeError("bug")))


@pytest.mark.parametrize(("error", "status"), [(StoreFull("disk"), "452 4.3.1"), (ServiceBusy("deep"), "451 4.3.2")])
def test_while_a_queue_is_full_no_message_is_heard(error: Exception, status: str) -> None:
    queue = failing(error)
    replies = codes(*letter_to("bob"), MAIL, queue=queue, clock=ManualClock(NOON))

    assert (replies[-1][:9], queue.asked) == (status, 1)


def test_a_queue_is_asked_again_after_the_time_that_it_asked_for() -> None:
    clock, queue = ManualClock(NOON), failing(ServiceBusy("deep", retry_after_seconds=60))
    settings = ListenerSettings(HOST)
    desk = Desk(runtime_on(Mode.BLOCKING, clock), settings, queue, everybody)
    run(desk.take(taken(*letter_to("bob"))))
    before = desk.refusal()
    clock.move(60)

    assert (before is None, desk.refusal()) == (False, None)


def test_why_mail_is_turned_away_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock, queue = ManualClock(NOON), failing(StoreFull("/var: less than 9 octets are free"))
    desk = Desk(runtime_on(Mode.BLOCKING, clock), ListenerSettings(HOST), queue, everybody)
    for seconds in (0, 30, 30):
        clock.move(seconds)
        run(desk.take(taken(*letter_to("bob"))))

    assert caplog.messages == ["smtp: mail is turned away: /var: less than 9 octets are free"] * 2


# Circles.


def test_a_message_with_too_many_hops_is_refused() -> None:
    queue = KeepingQueue()
    replies = codes(*letter_to("bob", octets=OTHER * 101 + LETTER), queue=queue)

    assert (replies[-1][:9], queue.accepted) == ("554 5.4.6", [])


def test_a_message_that_comes_again_and_again_is_refused() -> None:
    octets, hops = LETTER, 0
    while True:
        queue = KeepingQueue()
        codes(*letter_to("bob", octets=octets), queue=queue)
        if not queue.accepted:
            break
        octets, hops = OTHER + queue.accepted[0].content.octets, hops + 1

    assert hops == ListenerSettings(HOST).max_passes + 1


# LMTP.


def test_lmtp_answers_each_recipient_for_one_message() -> None:
    queue = KeepingQueue()
    to = letter_to("bob", "eve", "dan")[0]
    known = check_of("bob@b.test", "dan@b.test")
    replies = codes(LHLO, to, LETTER + b".\r\n", queue=queue, is_lmtp=True, recipients=known)

    assert [reply[:9] for reply in replies[-2:]] == ["250 2.0.0", "250 2.0.0"]
    assert [[one.email_address for one in accept.recipients] for accept in queue.accepted] == [
        ["bob@b.test", "dan@b.test"]
    ]


def test_lmtp_answers_no_to_all_when_the_queue_fails_once() -> None:
    """A yes to one of them would let the client send to the other one only, and one of two accepts would stand."""
    failures = [StoreBusy("locked")]

    async def fail_once(_: Accept) -> None:
        if failures:
            raise failures.pop()

    queue = KeepingQueue(fail_once)
    to = letter_to("bob", "dan")[0]
    replies = codes(LHLO, to, LETTER + b".\r\n", queue=queue, is_lmtp=True)

    assert ([reply[:3] for reply in replies[-2:]], queue.accepted) == (["451", "451"], [])


def test_lmtp_says_so_in_the_trace() -> None:
    to = letter_to("bob")[0]

    assert b" with LMTP id " in taken(LHLO, to, LETTER + b".\r\n", is_lmtp=True).content.octets


# Smuggling.

_NOT_ENDS = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\n.\r\r\n"]
_SECOND = b"MAIL FROM:<boss@b.test>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\nFrom: boss@b.test\r\n\r\nsmuggled\r\n.\r\n"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House(recipients=check_of("bob@b.test")) as house:
        yield house


@pytest.mark.parametrize("end", _NOT_ENDS, ids=repr)
@pytest.mark.parametrize("size", [0, 2_000_000], ids=["small", "too big"])
def test_nothing_is_smuggled_behind_what_is_no_end(end: bytes, size: int) -> None:
    with House(max_message_octets=1_000_000) as house, house.talk() as client:
        client.begin("bob@b.test")
        client.socket.sendall(b"Subject: first\r\n\r\n" + b"x" * size + end + _SECOND)
        client.socket.shutdown(1)
        heard = client.hear_all()

        assert not any(reply.startswith("250") for reply in heard), heard
        assert house.queue.accepted == []


def test_the_same_octets_in_chunks_are_one_message_or_none(house: House) -> None:
    octets = LETTER + b"\r\n.\r\n" + _SECOND
    with house.talk() as client:
        client.say("EHLO client.a.test", "MAIL FROM:<ann@a.test>", "RCPT TO:<bob@b.test>")
        reply = client.send(f"BDAT {len(octets)} LAST\r\n".encode() + octets)

    assert (reply[:3], house.octets[-1]) == ("250", octets)


def test_recipients_are_compared_by_all_of_their_domain(house: House) -> None:
    with house.talk() as client:
        client.say("EHLO client.a.test", "MAIL FROM:<ann@a.test>")

        assert client.say('RCPT TO:<"bob@b.test"@d.test>').startswith("550 5.7.1")
