"""Non-delivery reports: the form that RFC 3464 asks for, whatever a peer said and whatever was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.model import Accepted, Address, Deferred, Delivered, Outcome, Recipient, Refused, Unknown
from msgcore.mta.queue.contract import NewReport, QueuedMessage, QueuedRecipient, Settlement
from msgcore.mta.reports.bounce import non_delivery_report
from msgcore.spi.gateway import Content
from msgcore.testing.queues import ANN, LETTER, NOON
from tests.mta.reports import rfc3464

BOB = Address("SMTP", "bob@b.test", "Bob Berg")
NOBODY = Refused(550, "5.1.1", "nobody here", "RCPT")


def report_of(
    *outcomes: Outcome,
    to: Address = BOB,
    sender: Address | None = ANN,
    octets: bytes = LETTER,
    subject: str = "hello",
    message_id: str = "<1@a.test>",
    host: str = "mta.a.test",
    tries: int = 0,
) -> NewReport | None:
    message = QueuedMessage(
        b"1" * 16, "t1", sender, len(octets), NOON, NOON + timedelta(days=5), message_id, subject, "IPM.Note"
    )
    settlements = [
        Settlement(QueuedRecipient(number, Recipient(to), tries, tries + 1), outcome, NOON)
        for number, outcome in enumerate(outcomes, 1)
    ]
    return non_delivery_report(message, Content(octets), settlements, host, NOON)


def octets_of(report: NewReport | None) -> bytes:
    assert report is not None
    return report.accept.content.octets


# The form.


def test_a_report_keeps_the_rules() -> None:
    assert rfc3464.faults(octets_of(report_of(NOBODY))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"Reporting-MTA:", b"X-MTA:", "reporting-mta is missing"),
        (b"Final-Recipient: rfc822;", b"Final-Recipient:", "final-recipient 'bob@b.test' has no type"),
        (b"Action: failed\r\n", b"", "action is missing"),
        (b"Action: failed\r\n", b"Action: failed\r\nAction: failed\r\n", "action stands twice"),
        (b"Status: 5.1.1", b"Status: 550", "status '550'"),
        (b"Status: 5.1.1", b"Status: 4.1.1", "action failed with status 4.1.1"),
        (b"Status: 5.1.1", b"Status: 5.1.1\r\nArrival-Date: x", "arrival-date has no place here"),
        (b"2030 12:00:00 +0000\r\n\r\n", b"2030\r\n\r\n", "arrival-date 'Tue, 01 Jan 2030' is no date"),
        (b"Diagnostic-Code: smtp;", b"Diagnostic-Code:", "diagnostic-code '550 5.1.1 nobody here' has no type"),
        (b"nobody", b"n\xf6body", "a delivery status that is not ASCII (section 2.1)"),
        (b"Status: 5.1.1\r\n", b"Status: 5.1.1\n", "a bare CR or LF"),
        (b"Auto-Submitted: auto-replied\r\n", b"", "0 fields Auto-Submitted"),
    ],
)
def test_the_validator_sees_what_is_wrong(old: bytes, new: bytes, fault: str) -> None:
    octets = octets_of(report_of(NOBODY))
    assert old in octets
    assert fault in rfc3464.faults(octets.replace(old, new))


def test_the_message_is_named_by_its_transfer_and_arrival() -> None:
    fields = rfc3464.groups(octets_of(report_of(NOBODY)))[0]
    assert fields == {
        "reporting-mta": "dns; mta.a.test",
        "original-envelope-id": "t1",
        "arrival-date": "Tue, 01 Jan 2030 12:00:00 +0000",
    }


def test_a_recipient_is_named_with_what_the_next_hop_said() -> None:
    fields = rfc3464.groups(octets_of(report_of(NOBODY)))[1]
    assert fields == {
        "final-recipient": "rfc822; bob@b.test",
        "action": "failed",
        "status": "5.1.1",
        "diagnostic-code": "smtp; 550 5.1.1 nobody here",
        "x-display-name": "Bob Berg",
    }


def test_every_refused_recipient_has_a_group_of_its_own() -> None:
    outcomes = (NOBODY, Delivered(250), Refused(552, "5.2.2", "full"), Deferred(451), Accepted(250), Unknown())
    assert [group["status"] for group in rfc3464.groups(octets_of(report_of(*outcomes)))[1:]] == ["5.1.1", "5.2.2"]


def test_a_report_is_about_the_refused_recipients_alone() -> None:
    report = report_of(Delivered(250), NOBODY, Deferred(451))
    assert report is not None
    assert [queued.number for queued in report.about] == [2]


def test_a_refusal_without_a_status_has_the_general_one() -> None:
    assert rfc3464.groups(octets_of(report_of(Refused(550))))[1]["status"] == "5.0.0"


def test_the_header_of_the_message_comes_back_and_its_body_does_not() -> None:
    octets = octets_of(report_of(NOBODY, octets=b"Subject: hello\r\nX-Mine: yes\r\n\r\nsecret body\r\n"))
    assert (b"X-Mine: yes" in octets, b"secret body" in octets) == (True, False)


def test_a_report_answers_the_message() -> None:
    report = mime.read(octets_of(report_of(NOBODY)))
    assert [report.headers.get(name) for name in ("In-Reply-To", "References")] == ["<1@a.test>", "<1@a.test>"]


def test_our_own_reader_reads_it() -> None:
    report = mime.read_delivery_report(mime.read(octets_of(report_of(NOBODY))))
    assert report is not None
    assert [(one.address, str(one.status), one.diagnostic) for one in report.recipients] == [
        (BOB, "5.1.1", "550 5.1.1 nobody here")
    ]


# The envelope.


def test_it_goes_to_the_sender_under_the_null_return_path() -> None:
    report = report_of(NOBODY)
    assert report is not None
    assert (report.accept.sender, report.accept.recipients) == (None, (Recipient(ANN),))


@pytest.mark.parametrize("outcome", [Accepted(250), Delivered(250), Deferred(451), Unknown()], ids=str)
def test_nothing_refused_is_nothing_to_report(outcome: Outcome) -> None:
    assert report_of(outcome) is None


def test_a_message_without_a_sender_is_not_reported() -> None:
    assert report_of(NOBODY, sender=None) is None


def test_the_same_end_has_the_same_transfer_id() -> None:
    first, second = (report_of(NOBODY) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.accept.transfer_id == second.accept.transfer_id


def test_the_end_of_another_claim_has_another_transfer_id() -> None:
    first, second = report_of(NOBODY, tries=0), report_of(NOBODY, tries=1)
    assert first is not None
    assert second is not None
    assert first.accept.transfer_id != second.accept.transfer_id


# Every kind of address.


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (Address("SMTP", "böb@b.test"), r"utf-8; b\x{F6}b@b.test"),
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
    octets = octets_of(report_of(NOBODY, to=address))
    assert (rfc3464.faults(octets), rfc3464.groups(octets)[1]["final-recipient"]) == ([], shown)


@pytest.mark.parametrize(
    "sender",
    [Address("EX", "/o=athena/cn=recipients/cn=ann", "Ann"), Address("FAX", "+46 8 1"), Address("SMTP", "å@a.test")],
    ids=str,
)
def test_a_sender_of_any_type_is_told(sender: Address) -> None:
    octets = octets_of(report_of(NOBODY, sender=sender))
    faults = rfc3464.faults(octets)
    assert [one for one in faults if one != "a header field with octets over 127"] == []


@pytest.mark.parametrize("host", ["my firm.msgcore", "företag & söner.msgcore", "a;b.msgcore", "x" * 300 + ".msgcore"])
def test_an_organisation_of_any_name_reports(host: str) -> None:
    assert rfc3464.faults(octets_of(report_of(NOBODY, host=host))) == []


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
def test_what_the_next_hop_said_stays_in_its_field(text: str) -> None:
    octets = octets_of(report_of(Refused(550, "5.1.1", text)))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets))) == ([], 2)


texts = st.text(st.characters(codec=None), max_size=200)


@given(texts, texts, texts)
@example(INJECTED, INJECTED, INJECTED)
def test_a_report_keeps_the_rules_whatever_it_quotes(diagnostic: str, subject: str, message_id: str) -> None:
    octets = octets_of(report_of(Refused(550, None, diagnostic), subject=subject, message_id=message_id))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets))) == ([], 2)


@given(texts)
@example(INJECTED)
def test_a_report_keeps_the_rules_whomever_it_names(address: str) -> None:
    octets = octets_of(report_of(NOBODY, to=Address("FAX", address)))
    assert (rfc3464.faults(octets), len(rfc3464.groups(octets))) == ([], 2)


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff: x\r\n\r\n")
@example(b"no header at all\r\n")
@example(b"Subject: a\r\n\r\n--boundary\r\n")
def test_a_report_keeps_the_rules_whatever_was_sent(original: bytes) -> None:
    octets = octets_of(report_of(NOBODY, octets=original))
    assert [one for one in rfc3464.faults(octets) if "NUL" not in one] == []


@pytest.mark.parametrize(
    "original",
    [
        lambda: b"Subject: big\r\n\r\n" + b"x" * 78 + b"\r\n" + b"y" * 20_000_000,
        lambda: b"".join(b"X-%d: %s\r\n" % (n, b"z" * 70) for n in range(250_000)),
        lambda: b"X-Folded: a\r\n" + b" z\r\n" * 5_000_000,
        lambda: b"X-Long: " + b"z" * 20_000_000,
    ],
    ids=["a large body", "many fields", "a folded field", "a long line"],
)
def test_of_twenty_megabytes_only_the_start_comes_back(original: Callable[[], bytes]) -> None:
    octets = octets_of(report_of(NOBODY, octets=original()))
    assert (rfc3464.faults(octets), len(octets) < 60_000) == ([], True)
