"""Reports: the form that RFC 3464 and RFC 6533 ask for, whatever a peer said and whatever was sent."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message as StandardMessage
from typing import cast

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.codecs import mime, tnef
from msgcore.model import Accepted, Address, Deferred, Delivered, Message, Outcome, Recipient, Refused, Unknown
from msgcore.model.delivery import Notify, ReturnedContent
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.mta.queue.contract import NewReport, QueuedMessage, QueuedRecipient, Settlement
from msgcore.mta.reports.about import delivery_report, reports_about
from msgcore.mta.reports.settings import ReportSettings
from msgcore.spi.gateway import Content
from msgcore.testing.queues import ANN, NOON
from tests.mta.reports import rfc3464
from tests.mta.reports.stories import (
    BOB,
    BUSY,
    HOST,
    LATE,
    LETTER,
    MESSAGE,
    NOBODY,
    POSTMASTER,
    REPORT,
    SETTINGS,
    asking,
    crowds,
    hostile_texts,
    moments,
    octets_of,
    plain_texts,
    queued_messages,
    reports,
    settled,
)

BOEB = Address("SMTP", "bøb@b.test")
AA = Address("SMTP", "å@a.test")
FULL = asking(returned_content=ReturnedContent.FULL)


def about_bob(**changes: object) -> bytes:
    return octets_of(reports(settled(NOBODY, **changes)))  # type: ignore[arg-type]  # the settlement's


def read(octets: bytes) -> DeliveryReport:
    report = mime.read_delivery_report(mime.read(octets))
    assert report is not None
    return report


def text_of(octets: bytes) -> str:
    return mime.read(octets).text or ""


# Any report.


@given(queued_messages, crowds(), moments, st.binary(max_size=200))
@example(MESSAGE, settled(NOBODY), NOON, b"")
@example(FULL, settled(NOBODY), NOON, b"\xff: x\r\n\r\n")
@example(FULL, settled(NOBODY), NOON, b"no header at all\r\n")
@example(FULL, settled(NOBODY), NOON, b"Subject: a\r\n\r\n--boundary\r\n")
@example(FULL, settled(NOBODY), NOON, b"Subject: a\r\n\r\n" + b"x" * 2_000)
@example(FULL, settled(NOBODY), NOON, "Subject: ü\r\n\r\n".encode() + b"\xff\0")
@example(FULL, settled(NOBODY), NOON, b"Subject: " + "ü".encode() * 1_000 + b"\r\n\r\n")
@example(attrs.evolve(FULL, sender=AA), settled(NOBODY, to=BOEB), NOON, "Subject: ü\r\n\r\nü\r\n".encode())
def test_every_report_keeps_the_rules(
    message: QueuedMessage, crowd: list[Settlement], now: datetime, octets: bytes
) -> None:
    for report in reports(crowd, message, octets=octets, now=now):
        found = report.accept.content.octets
        assert (rfc3464.faults(found), len(rfc3464.groups(found))) == ([], 1 + len(report.about))


@given(queued_messages, crowds(), moments)
def test_the_standard_library_reads_every_report(
    message: QueuedMessage, crowd: list[Settlement], now: datetime
) -> None:
    for report in reports(crowd, message, now=now):
        root = message_from_bytes(report.accept.content.octets)
        # Of a global delivery status it knows nothing.
        if root.get_param("report-type") == "delivery-status":
            groups = cast("list[StandardMessage]", cast("StandardMessage", root.get_payload(1)).get_payload())
            assert (root.defects, [group["Action"] for group in groups[1:]]) == ([], [report.kind] * len(report.about))


@given(queued_messages, crowds(plain_texts), moments)
def test_every_report_reads_back_as_it_was_meant(
    message: QueuedMessage, crowd: list[Settlement], now: datetime
) -> None:
    for report in reports(crowd, message, now=now):
        meant = [one for one in crowd if one.queued in report.about]
        value = delivery_report(message, meant, ReportAction(report.kind), now, HOST)
        assert read(report.accept.content.octets) == value


@given(hostile_texts, hostile_texts, hostile_texts)
def test_a_report_keeps_the_rules_whatever_it_quotes(diagnostic: str, subject: str, message_id: str) -> None:
    message = attrs.evolve(MESSAGE, subject=subject, message_id=message_id, received_from=diagnostic)
    octets = octets_of(reports(settled(Refused(550, None, diagnostic)), message))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets))) == ([], 2)


@given(hostile_texts)
def test_a_report_keeps_the_rules_whomever_it_names(address: str) -> None:
    octets = about_bob(to=Address("FAX", address), original=Address("SMTP", address))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets))) == ([], 2)


# The form.


def test_the_message_is_named_by_what_its_sender_called_it() -> None:
    message = attrs.evolve(asking(envelope_id="QQ314159"), received_from="mx.c.test ([192.0.2.1])")
    assert rfc3464.groups(octets_of(reports(settled(NOBODY), message)))[0] == {
        "reporting-mta": "dns; mta.a.test",
        "original-envelope-id": "QQ314159",
        "received-from-mta": "dns; mx.c.test ([192.0.2.1])",
        "arrival-date": "Tue, 01 Jan 2030 12:00:00 +0000",
    }


def test_an_envelope_id_that_nobody_gave_is_not_made_up() -> None:
    """RFC 3464 section 2.2.1."""
    assert "original-envelope-id" not in rfc3464.groups(about_bob())[0]


def test_a_recipient_is_named_with_what_the_next_hop_said() -> None:
    octets = about_bob(original=Address("SMTP", "list@a.test"), next_hop="smtp+starttls://out.a.test:587")
    assert rfc3464.groups(octets)[1] == {
        "original-recipient": "rfc822; list@a.test",
        "final-recipient": "rfc822; bob@b.test",
        "action": "failed",
        "status": "5.1.1",
        "remote-mta": "dns; out.a.test",
        "diagnostic-code": "smtp; 550 5.1.1 nobody here",
        "last-attempt-date": "Tue, 01 Jan 2030 12:00:00 +0000",
        "x-display-name": "Bob Berg",
    }


def test_a_delay_is_told_with_the_time_of_the_end() -> None:
    fields = rfc3464.groups(octets_of(reports(settled(BUSY), now=LATE)))[1]
    assert (fields["action"], fields["status"], fields["will-retry-until"]) == (
        "delayed",
        "4.2.1",
        "Sun, 06 Jan 2030 12:00:00 +0000",
    )


@pytest.mark.parametrize(
    ("outcome", "members", "expected"),
    [
        (Delivered(250, "2.1.5", "Ok"), (), ["delivered", "2.1.5", "smtp; 250 2.1.5 Ok"]),
        (Accepted(text="sent by fax"), (), ["relayed", "2.0.0", "x-msgcore; sent by fax"]),
        (
            Accepted(text="expanded into 2 recipients", stage="expansion"),
            (Recipient(BOEB), Recipient(AA)),
            ["expanded", "2.0.0", "x-msgcore; expanded into 2 recipients"],
        ),
    ],
    ids=["delivered", "relayed", "expanded"],
)
def test_success_is_told_as_rfc_3464_shows_it(
    outcome: Outcome, members: tuple[Recipient, ...], expected: list[str]
) -> None:
    octets = octets_of(reports(settled(outcome, notify=Notify.SUCCESS, successors=members)))
    fields = rfc3464.groups(octets)[1]
    found = [fields[name] for name in ("action", "status", "diagnostic-code")]
    assert (rfc3464.faults(octets), found) == ([], expected)


def test_who_was_not_tried_has_no_last_attempt() -> None:
    assert "last-attempt-date" not in rfc3464.groups(octets_of(reports(settled(BUSY, is_try=False), now=LATE)))[1]


def test_what_was_found_here_is_no_reply_and_names_no_other_mta() -> None:
    fields = rfc3464.groups(octets_of(reports(settled(Refused(text="no route", stage="route")))))[1]
    assert (fields["diagnostic-code"], "remote-mta" in fields) == ("x-msgcore; no route", False)


def test_every_refused_recipient_has_a_group_of_its_own() -> None:
    outcomes = (NOBODY, Delivered(250), Refused(552, "5.2.2", "full"), Deferred(451), Accepted(250), Unknown())
    octets = octets_of(reports(settled(*outcomes)))
    assert [group["status"] for group in rfc3464.groups(octets)[1:]] == ["5.1.1", "5.2.2"]


def test_a_report_is_about_those_of_its_kind_alone() -> None:
    found = reports(
        settled(Delivered(250), NOBODY, BUSY, notify=Notify.SUCCESS | Notify.FAILURE | Notify.DELAY), now=LATE
    )
    assert {one.kind: [queued.number for queued in one.about] for one in found} == {
        "delivered": [1],
        "failed": [2],
        "delayed": [3],
    }


def test_a_refusal_without_a_status_has_the_general_one() -> None:
    assert rfc3464.groups(octets_of(reports(settled(Refused(550)))))[1]["status"] == "5.0.0"


def test_a_report_answers_the_message() -> None:
    report = mime.read(about_bob())
    assert [report.headers.get(name) for name in ("In-Reply-To", "References")] == ["<1@a.test>", "<1@a.test>"]


@pytest.mark.parametrize(
    ("outcome", "notify", "subject", "message_class"),
    [
        (NOBODY, None, "Undeliverable: hello", "REPORT.IPM.Note.NDR"),
        (BUSY, None, "Delayed: hello", "REPORT.IPM.Note.Delayed.DR"),
        (Delivered(250), Notify.SUCCESS, "Delivered: hello", "REPORT.IPM.Note.DR"),
        (Accepted(), Notify.SUCCESS, "Relayed: hello", "REPORT.IPM.Note.Relayed.DR"),
    ],
    ids=["failed", "delayed", "delivered", "relayed"],
)
def test_the_subject_and_the_class_say_what_happened(
    outcome: Outcome, notify: Notify | None, subject: str, message_class: str
) -> None:
    [report] = reports(settled(outcome, notify=notify), now=LATE)
    written = mime.read(report.accept.content.octets)
    assert (report.accept.subject, written.subject, report.accept.message_class, written.message_class) == (
        subject,
        subject,
        message_class,
        message_class,
    )


# The text.


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("5.1.1", "Check how the address is spelled."),
        ("5.2.2", "The mailbox is full."),
        ("5.3.4", "Send less at once"),
        ("5.7.1", "You may not send to this recipient."),
        ("5.7.99", "by its rules"),
        ("5.4.7", "is given up"),
        ("5.0.0", "show this report to your postmaster"),
    ],
)
def test_the_text_says_what_to_do(status: str, advice: str) -> None:
    assert advice in text_of(octets_of(reports(settled(Refused(550, status, "no")))))


def test_the_text_says_who_said_what_of_whom() -> None:
    text = text_of(about_bob(original=Address("SMTP", "list@a.test")))
    assert "  bob@b.test (you wrote to list@a.test)\n" in text
    assert "    mx.b.test said: 550 5.1.1 nobody here\n" in text


def test_the_text_names_an_address_of_any_type_once() -> None:
    written = Address("FAX", "+4670")
    assert "  FAX:+4670\n    " in text_of(about_bob(to=written, original=written))
    assert "  bob@b.test (you wrote to FAX:+4670)\n" in text_of(about_bob(original=written))


def test_the_text_of_a_delay_says_that_there_is_nothing_to_do() -> None:
    text = text_of(octets_of(reports(settled(BUSY), now=LATE)))
    assert "You need not send your message again" in text
    assert "It is tried until 2030-01-06 12:00 UTC." in text


# What comes back.


def test_the_header_of_the_message_comes_back_and_its_body_does_not() -> None:
    octets = octets_of(reports(settled(NOBODY), octets=b"Subject: hello\r\nX-Mine: yes\r\n\r\nsecret body\r\n"))
    assert (b"X-Mine: yes" in octets, b"secret body" in octets) == (True, False)


@pytest.mark.parametrize(
    ("ret", "outcome", "size", "expected"),
    [
        (ReturnedContent.FULL, NOBODY, 100, "message/rfc822"),
        (ReturnedContent.HEADERS, NOBODY, 100, "text/rfc822-headers"),
        (None, NOBODY, 100, "text/rfc822-headers"),
        (ReturnedContent.FULL, NOBODY, 60_000, "text/rfc822-headers"),
        (ReturnedContent.FULL, BUSY, 100, "text/rfc822-headers"),
        (ReturnedContent.FULL, Delivered(250), 100, "text/rfc822-headers"),
    ],
    ids=["full", "header", "nothing said", "too large", "delayed", "delivered"],
)
def test_how_much_comes_back_is_the_senders_word_within_our_limit(
    ret: ReturnedContent | None, outcome: Outcome, size: int, expected: str
) -> None:
    """RFC 3461 section 4.3: RET is about failures alone."""
    octets = LETTER + b"x\r\n" * (size // 3)
    wish = Notify.SUCCESS | Notify.FAILURE | Notify.DELAY
    found = octets_of(reports(settled(outcome, notify=wish), asking(returned_content=ret), octets=octets, now=LATE))
    part = rfc3464.returned(found)
    assert part is not None
    assert (part.media_type, rfc3464.faults(found)) == (expected, [])


def test_a_message_that_is_no_text_comes_back_as_its_header() -> None:
    """RFC 2046 section 5.2.1: a message inside another is not encoded."""
    part = rfc3464.returned(octets_of(reports(settled(NOBODY), FULL, octets=LETTER + b"\0" + b"x" * 2_000)))
    assert part is not None
    assert part.media_type == "text/rfc822-headers"


def test_a_message_in_native_form_comes_back_as_a_mail() -> None:
    letter = Message(subject="native", text="the body")
    content = Content(tnef.write(letter), "tnef")
    [report] = reports_about(FULL, content, settled(NOBODY), NOON, SETTINGS)
    part = rfc3464.returned(report.accept.content.octets)
    assert part is not None
    assert (part.media_type, b"the body" in part.body) == ("message/rfc822", True)


def test_a_message_that_nothing_can_read_is_reported_without_it() -> None:
    [report] = reports_about(FULL, Content(b"garbage", "tnef"), settled(NOBODY), LATE, SETTINGS)
    octets = report.accept.content.octets
    assert (rfc3464.faults(octets), rfc3464.returned(octets)) == ([], None)


# The envelope.


def test_it_goes_to_the_sender_under_the_null_return_path_and_wants_no_report() -> None:
    [report] = reports(settled(NOBODY))
    [to] = report.accept.recipients
    assert (report.accept.sender, to.address, to.notify) == (None, ANN, Notify.NEVER)


def test_it_is_as_urgent_and_as_safe_as_the_message() -> None:
    [report] = reports(settled(NOBODY), asking(priority=4, require_tls=True, envelope_id="mine"))
    request = report.accept.request
    assert (request.priority, request.require_tls, request.envelope_id) == (4, True, "")


def ids_of(found: tuple[NewReport, ...]) -> list[str]:
    return [one.accept.transfer_id for one in found]


def test_the_same_end_has_the_same_transfer_id() -> None:
    assert ids_of(reports(settled(NOBODY))) == ids_of(reports(settled(NOBODY)))


def test_the_end_of_another_claim_has_another_transfer_id() -> None:
    assert ids_of(reports(settled(NOBODY))) != ids_of(reports(settled(NOBODY, tries=1)))


def test_reports_of_two_kinds_have_two_transfer_ids() -> None:
    found = ids_of(reports(settled(BUSY, NOBODY), now=LATE))
    assert len(set(found)) == 2


# The postmaster.


def test_the_postmaster_gets_the_header_of_the_report_alone() -> None:
    failed = octets_of(reports(settled(NOBODY), FULL, octets=LETTER + b"secret\r\n"))
    message = attrs.evolve(REPORT, request=FULL.request, subject="Undeliverable: hello")
    note = octets_of(reports(settled(NOBODY, to=ANN), message, octets=failed))
    assert (rfc3464.faults(note), b"secret" in failed, b"secret" in note) == ([], True, False)
    assert "this goes to you as the postmaster" in text_of(note).replace("\n", " ")


def test_reports_come_from_the_postmaster() -> None:
    assert mime.read(about_bob()).sender == POSTMASTER


# Every kind of address.


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (BOEB, r"utf-8; b\x{F8}b@b.test"),
        (Address("SMTP", r'"a b+=\\ø"@b.test'), r'utf-8; "a\x{20}b\x{2B}\x{3D}\x{5C}\x{5C}\x{F8}"@b.test'),
        (Address("SMTP", "bob@[192.0.2.1]"), "rfc822; bob@[192.0.2.1]"),
        (Address("FAX", "+46 8 123 456"), "fax; +46 8 123 456"),
        (Address("MS", "NET/PO1/BOB"), "ms; NET/PO1/BOB"),
        (Address("EX", "/o=athena/cn=recipients/cn=bob"), "ex; /o=athena/cn=recipients/cn=bob"),
        (Address("X400", "c=SE;a=400NET;s=Berg"), "x400; c=SE;a=400NET;s=Berg"),
        (Address("", "", "Bob"), "unknown; Bob"),
        (Address("ÅÄ-Ö", "x"), "-; x"),
        (Address("1A", "x"), "1a; x"),
    ],
    ids=str,
)
def test_a_recipient_of_any_type_is_named(address: Address, shown: str) -> None:
    octets = about_bob(to=address, original=address)
    fields = rfc3464.groups(octets)[1]
    original = {} if not address.email_address else {"original-recipient": shown}
    assert (rfc3464.faults(octets), fields["final-recipient"]) == ([], shown)
    assert {name: value for name, value in fields.items() if name == "original-recipient"} == original


@pytest.mark.parametrize(
    "sender", [Address("EX", "/o=athena/cn=recipients/cn=åsa", "Ann"), Address("FAX", "+46 8 1"), AA], ids=str
)
def test_a_sender_of_any_type_is_told(sender: Address) -> None:
    assert rfc3464.faults(octets_of(reports(settled(NOBODY), attrs.evolve(MESSAGE, sender=sender)))) == []


@pytest.mark.parametrize(
    "host", ["my firm.msgcore", "företag & söner.msgcore", "företag.test", "a;b.msgcore", "x" * 300 + ".msgcore"]
)
def test_an_organisation_of_any_name_reports(host: str) -> None:
    octets = octets_of(reports(settled(NOBODY), settings=ReportSettings(host)))
    assert rfc3464.faults(octets) == []


# UTF-8 (RFC 6533).

UTF8_LETTER = "From: å@a.test\r\nSubject: häj\r\n\r\nkropp ü\r\n".encode()


def types_of(octets: bytes) -> list[str]:
    return [part.media_type for part in rfc3464.parts_of(octets)[1:]]


def test_who_has_a_utf_8_address_gets_parts_in_utf_8() -> None:
    message = attrs.evolve(FULL, sender=AA)
    octets = octets_of(reports(settled(Refused(550, "5.1.1", "överfull"), to=BOEB), message, octets=UTF8_LETTER))
    fields = rfc3464.groups(octets)[1]
    assert (rfc3464.faults(octets), types_of(octets)) == ([], ["message/global-delivery-status", "message/global"])
    assert (fields["final-recipient"], fields["diagnostic-code"]) == (
        "utf-8; bøb@b.test",
        "smtp; 550 5.1.1 överfull",
    )


def test_who_has_an_address_in_ascii_gets_a_report_that_goes_everywhere() -> None:
    octets = octets_of(reports(settled(NOBODY, to=BOEB), octets=UTF8_LETTER))
    assert (rfc3464.faults(octets), types_of(octets), octets.isascii()) == (
        [],
        ["message/delivery-status", "message/global-headers"],
        True,
    )


@pytest.mark.parametrize("sender", [ANN, AA], ids=str)
def test_a_returned_header_in_utf_8_comes_back_as_it_was(sender: Address) -> None:
    message = attrs.evolve(MESSAGE, sender=sender)
    octets = octets_of(reports(settled(NOBODY), message, octets=UTF8_LETTER))
    part = rfc3464.returned(octets)
    assert part is not None
    assert (part.media_type, part.body.strip()) == ("message/global-headers", UTF8_LETTER.partition(b"\r\n\r\n")[0])
    assert read(octets).original_subject == "häj"


@given(queued_messages, crowds(), moments, st.binary(max_size=200))
@example(FULL, settled(NOBODY, to=BOEB), NOON, UTF8_LETTER)
@example(FULL, settled(NOBODY), NOON, b"Subject: hello\r\n\r\nk\xf6rper\r\n")
@example(FULL, settled(NOBODY), NOON, b"Subject: h\xe4j\r\n\r\nk\xf6rper\r\n")
def test_a_report_to_an_address_in_ascii_goes_over_any_hop(
    message: QueuedMessage, crowd: list[Settlement], now: datetime, octets: bytes
) -> None:
    message = attrs.evolve(message, sender=ANN)
    for report in reports(crowd, message, octets=octets, now=now):
        found = mime.write_for_wire(mime.read(report.accept.content.octets), allow_8bit=False, allow_utf8=False)
        assert (found.isascii(), rfc3464.faults(found)) == (True, [])


def test_a_report_to_a_utf_8_address_goes_out_as_it_is_where_that_is_taken() -> None:
    message = attrs.evolve(FULL, sender=AA)
    octets = octets_of(reports(settled(NOBODY, to=BOEB), message, octets=UTF8_LETTER))
    assert mime.write_for_wire(mime.read(octets), allow_8bit=True, allow_utf8=True) == octets


def test_a_header_in_another_charset_is_no_utf_8() -> None:
    octets = octets_of(reports(settled(NOBODY), octets=b"Subject: h\xe4j\r\n\r\n"))
    part = rfc3464.returned(octets)
    assert part is not None
    assert (part.media_type, part.body.strip(), rfc3464.faults(octets)) == (
        "text/rfc822-headers",
        b"Subject: h\xe4j",
        [],
    )


# Hostile input.

INJECTED = "no\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; eve@e.test\r\nAction: delivered\r\nStatus: 2.0.0"


@pytest.mark.parametrize(
    "text",
    [
        INJECTED,
        "no\n\nStatus: 2.0.0",
        "no\rStatus: 2.0.0",
        "no\0\x1b[31m\x85\u2028 no",
        "Postfach überfüllt",
        "\udcff\udc80",
        "x" * 10_000,
        "word " * 2_000,
        "ü" * 10_000,
        "--=\r\n--\r\n.\r\n",
        " ",
        "",
    ],
    ids=lambda text: repr(text[:20]),
)
@pytest.mark.parametrize("sender", [ANN, AA], ids=str)
def test_what_the_next_hop_said_stays_in_its_field(text: str, sender: Address) -> None:
    message = attrs.evolve(MESSAGE, sender=sender, subject=text, message_id=text, received_from=text)
    settlements = settled(Refused(550, "5.1.1", text), next_hop=text, original=Address("SMTP", text))
    octets = octets_of(reports(settlements, message))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets)), len(octets) < 50_000) == ([], 2, True)


@pytest.mark.parametrize(
    "original",
    [
        lambda: b"Subject: big\r\n\r\n" + b"x" * 78 + b"\r\n" + b"y" * 20_000_000,
        lambda: b"".join(b"X-%d: %s\r\n" % (n, b"z" * 70) for n in range(250_000)),
        lambda: b"X-Folded: a\r\n" + b" z\r\n" * 5_000_000,
        lambda: b"X-Long: " + b"z" * 20_000_000,
        lambda: b"A" * 20_000_000,
        lambda: b"\r\n" * 10_000_000,
    ],
    ids=["a large body", "many fields", "a folded field", "a long line", "no field", "empty lines"],
)
def test_of_twenty_megabytes_only_the_start_is_looked_at(original: Callable[[], bytes]) -> None:
    sent = original()
    tracemalloc.start()
    octets = octets_of(reports(settled(NOBODY), FULL, octets=sent))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (rfc3464.faults(octets), len(octets) < 60_000, peak < 2_000_000) == ([], True, True)


# A crowd.


def crowd_of(count: int) -> list[Settlement]:
    return [
        Settlement(
            QueuedRecipient(number, Recipient(Address("SMTP", f"bob{number}@b.test")), 0, 1),
            Refused(550, "5.1.1", "nobody here"),
            NOON,
            next_hop="mx.b.test",
        )
        for number in range(count)
    ]


def test_ten_thousand_failures_make_ten_reports_that_name_everybody() -> None:
    found = reports(crowd_of(10_000))
    named = [group["final-recipient"] for one in found for group in rfc3464.groups(one.accept.content.octets)[1:]]
    assert (len(found), len(set(ids_of(found))), len(set(named))) == (10, 10, 10_000)
    assert sorted(queued.number for one in found for queued in one.about) == list(range(10_000))


def test_the_text_of_a_large_report_names_a_hundred_and_counts_the_rest() -> None:
    octets = octets_of(reports(crowd_of(1_000)))
    text = text_of(octets)
    assert (text.count("@b.test\n"), "and 900 more, all named in the delivery status" in text) == (100, True)
    assert (rfc3464.faults(octets), len(read(octets).recipients)) == ([], 1_000)


def test_memory_for_a_crowd_is_in_proportion_to_its_reports() -> None:
    def peak_of(count: int) -> int:
        crowd = crowd_of(count)
        tracemalloc.start()
        found = reports(crowd)
        kept = sum(len(one.accept.content.octets) for one in found)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - kept

    # What is needed beside the reports themselves is what one of them needs.
    assert peak_of(4_000) < 2 * peak_of(1_000) + 500_000


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(Exception, match="need 1 or more"):
        ReportSettings(most_recipients=0)


def test_one_report_is_of_one_class_for_the_queue_and_for_mail() -> None:
    """What the queue knows a report of ours by is what any reader makes of it."""
    value = DeliveryReport(HOST, (ReportedRecipient.of_outcome(BOB, NOBODY, ReportAction.FAILED),))
    assert mime.read(about_bob()).message_class == value.message_class


def test_a_delay_is_not_told_as_late_when_its_time_is_over() -> None:
    message = attrs.evolve(MESSAGE, expires_at=NOON + timedelta(hours=1))
    assert "will-retry-until" not in rfc3464.groups(octets_of(reports(settled(BUSY), message, now=LATE)))[1]
