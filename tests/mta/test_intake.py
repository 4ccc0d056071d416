"""What the queue takes of a submission, the trace of its delivery, and the next hop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import one_line
from msgcore.codecs import mime
from msgcore.errors import InjectionRefused, InvalidAddress
from msgcore.model import Address, Envelope, Message, Recipient
from msgcore.model.delivery import DeliveryRequest
from msgcore.mta.intake import accept_of, accept_of_mail, content_of_mail, is_simple, lowered_header
from msgcore.mta.queue.contract import Accept, Urgency
from msgcore.mta.routing.nexthop import next_hop
from msgcore.mta.trace import delivery_trace
from msgcore.props.table import PidTagPriority
from msgcore.spi.gateway import Content
from msgcore.testing.queues import ANN, NOON, to


def envelope(*recipients: Recipient, sender: Address | None = ANN) -> Envelope:
    return Envelope(sender, recipients or to("bob"), "t1")


def test_what_was_read_and_not_changed_is_taken_octet_for_octet() -> None:
    octets = b"SUBJECT:  odd\n folded\nX: \xff\n\nbody\r\n\0"

    assert accept_of(envelope(), mime.read(octets)).content.octets == octets


def test_a_changed_message_that_came_with_a_stream_travels_as_tnef() -> None:
    """As MIME it would bring winmail.dat, with what was changed, to people who did not ask for it."""
    meeting = Message(from_="a@a.test", to="b@b.test", subject="Plan", text="t", message_class="IPM.Appointment")
    read = mime.read(mime.write(meeting, tnef=True))
    read.subject = "Other"
    content = accept_of(envelope(*to("b@b.test")), read).content

    assert (content.form, b"winmail.dat" in content.octets) == ("tnef", False)


def test_the_envelope_is_taken_as_it_is() -> None:
    accept = accept_of(envelope(*to("bob", "carol")), Message(to="somebody@else.test"))

    assert (accept.transfer_id, accept.sender, accept.recipients) == ("t1", ANN, to("bob", "carol"))


@pytest.mark.parametrize(
    ("own", "asked", "urgency"),
    [
        (1, None, Urgency.URGENT),
        (0, None, Urgency.NORMAL),
        (-1, None, Urgency.NON_URGENT),
        (None, None, Urgency.NORMAL),
        (1, -2, Urgency.NON_URGENT),
        (-1, 0, Urgency.NORMAL),
    ],
)
def test_the_priority_of_a_submitted_message_is_that_in_the_queue_unless_the_envelope_says_another(
    own: int | None, asked: int | None, urgency: Urgency
) -> None:
    message = Message(subject="hello")
    if own is not None:
        message[PidTagPriority] = own
    accept = accept_of(Envelope(ANN, to("bob"), "t1", DeliveryRequest(priority=asked)), message)

    assert Urgency.of_priority(accept.request.priority) is urgency


@pytest.mark.parametrize("octets", [b"To: a@b.test\r\nBcc: carol@c.test\r\n\r\nhello\r\n", b"BCC : carol@c.test\n\nx"])
def test_a_blind_copy_of_a_message_that_was_read_is_not_in_the_content(octets: bytes) -> None:
    assert b"carol" not in accept_of(envelope(), mime.read(octets)).content.octets


def test_the_queue_notes_what_reports_and_tracking_need() -> None:
    accept = accept_of(envelope(), Message(subject="hello", message_id="<1@a.test>", message_class="IPM.Note.X"))

    assert (accept.subject, accept.message_id, accept.message_class) == ("hello", "<1@a.test>", "IPM.Note.X")


HOSTILE = [Address("SMTP", "a@b.test>\r\nRCPT TO:<eve@e.test"), Address("FAX", "1\0"), Address("FAX", "1", "a\nb")]


@pytest.mark.parametrize("address", HOSTILE, ids=repr)
def test_an_address_that_holds_a_line_end_is_not_taken(address: Address) -> None:
    with pytest.raises(InjectionRefused):
        accept_of(envelope(Recipient(address)), Message())


@pytest.mark.parametrize("address", HOSTILE, ids=repr)
def test_a_sender_that_holds_a_line_end_is_not_taken(address: Address) -> None:
    with pytest.raises(InjectionRefused):
        accept_of(envelope(sender=address), Message())


def test_an_address_without_measure_is_not_taken() -> None:
    with pytest.raises(InvalidAddress):
        accept_of(envelope(sender=Address("FAX", "1" * 10_000)), Message())


def test_an_address_is_measured_in_octets() -> None:
    with pytest.raises(InvalidAddress):
        accept_of(envelope(Recipient(Address("FAX", "\U00010437" * 250))), Message())


# Trace


def test_a_trace_is_two_fields() -> None:
    assert delivery_trace(ANN, "mta.a.test", "t1", NOON) == (
        b"Return-Path: <ann@a.test>\r\nReceived: by mta.a.test (msgcore) id t1;\r\n Tue, 01 Jan 2030 12:00:00 +0000\r\n"
    )


@pytest.mark.parametrize("sender", [None, Address("EX", "/o=a/cn=recipients/cn=ann")], ids=str)
def test_a_sender_without_an_smtp_address_has_the_null_return_path(sender: Address | None) -> None:
    assert delivery_trace(sender, "a", "t1", NOON).startswith(b"Return-Path: <>\r\n")


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_no_return_path_and_no_id_starts_a_field_of_its_own(address: str, queue_id: str) -> None:
    lines = delivery_trace(Address("SMTP", address), "a", queue_id, NOON).split(b"\r\n")

    assert [line.partition(b":")[0] for line in lines[:2]] == [b"Return-Path", b"Received"]
    assert (len(lines), b"\n" in b"".join(lines), b"\r" in b"".join(lines)) == (4, False, False)


# Next hop


@pytest.mark.parametrize(
    ("address", "options", "hop"),
    [
        (Address("SMTP", "bob@B.Test"), {}, "b.test"),
        (Address("SMTP", '"a@b"@c.test'), {}, "c.test"),
        (Address("SMTP", "bob@b.test"), {"relay": "smtp://out.a.test"}, "smtp://out.a.test"),
        (Address("SMTP", "bob@b.test"), {"relay": ""}, "b.test"),
        (Address("FAX", "+46 8 1"), {}, ""),
        (Address("FAX", "+46 8 1"), {"relay": "fax.a.test"}, "fax.a.test"),
        (Address("EX", "/o=a/cn=recipients/cn=a@b"), {}, ""),
    ],
    ids=str,
)
def test_the_next_hop_of_a_recipient(address: Address, options: dict[str, str], hop: str) -> None:
    assert next_hop(address, options) == hop


# What a client sends


def mail(octets: bytes, *, is_site: bool = False) -> Accept:
    return accept_of_mail(envelope(), content_of_mail(octets, is_site=is_site), "mx.a.test ([192.0.2.1])")


_HEADERS = st.lists(
    st.sampled_from(
        [b"Subject: hello", b"BCC: x@y.test", b" folded", b"", b"Bcc", b"X-bcc: y", b"Resent-Bcc: z", b"\xff"]
    )
).map(b"\r\n".join)


@given(_HEADERS | st.binary(max_size=200), st.booleans())
def test_no_octets_are_too_odd_to_be_taken_in(octets: bytes, is_site: bool) -> None:
    taken = mail(octets, is_site=is_site)

    assert (taken.content.form, taken.received_from) == ("mime", "mx.a.test ([192.0.2.1])")


@given(_HEADERS | st.binary(max_size=200))
def test_a_mail_that_is_simple_is_kept_octet_for_octet(octets: bytes) -> None:
    assert not is_simple(lowered_header(octets)) or content_of_mail(octets, is_site=True).octets == octets


@given(_HEADERS)
def test_no_blind_copy_is_kept(header: bytes) -> None:
    kept = mime.read(content_of_mail(header + b"\r\n\r\nbcc: text\r\n", is_site=False).octets)

    assert kept.headers.get("Bcc") is None


@pytest.mark.parametrize("is_site", [True, False])
def test_tnef_is_taken_in_from_sites_only(is_site: bool) -> None:
    meeting = Message(from_="a@a.test", to="b@b.test", subject="Plan", text="t", message_class="IPM.Appointment")
    octets = mime.write(meeting, tnef=True)
    taken = mail(octets, is_site=is_site)

    assert (taken.content.form, taken.message_class) == ("tnef" if is_site else "mime", "IPM.Appointment")
    assert is_site or taken.content.octets == octets


def test_the_wishes_of_a_sender_go_with_the_message() -> None:
    wishes = DeliveryRequest(envelope_id="x", priority=3)
    sent = accept_of_mail(Envelope(ANN, to("bob"), "t1", wishes), Content(b"\r\n"), "")

    assert (sent.request, accept_of(Envelope(ANN, to("bob"), "t1", wishes), Message()).request) == (wishes, wishes)


FIELDS = st.sampled_from(
    [
        b"Subject: hello", b"subject:x", b"SUBJECT: \t two  words \t", b"Subject : odd", b"Subject:", b"Subject-Not: x",
        b"Subject: a\r\n folded", b"Subject: =?utf-8?q?=C3=A5?=", b"Subject: \xe5", b"Subject: bell \x07", b"no field",
        b"Message-ID: <1@a.test>", b"message-id:<2@a.test> (two)", b"Message-ID:\r\n\t<3@a.test>", b"Message-Id-x: 1",
        b"Content-Type: text/plain", b"Content-Type: text/html; charset=utf-8", b"Content-Type: multipart/report",
        b"Content-Type: application/pkcs7-mime", b"Content-Class: fax", b"content-type:text/plain; name=smime.p7m",
        b"Content-Type : text/calendar", b"From: a@b.test", b" a blank first", b"Bare: \n LF", b"X: 1\rSubject: no",
    ]
)  # fmt: skip


@given(st.lists(FIELDS, max_size=6), st.sampled_from([b"", b"\r\n", b"\r\nSubject: body\r\n"]))
def test_what_a_mail_says_of_itself_is_noted_as_the_reader_reads_it(fields: list[bytes], rest: bytes) -> None:
    octets = b"".join(field + b"\r\n" for field in fields) + rest
    read = mime.read(octets)
    accept = accept_of_mail(envelope(), Content(octets), "")

    noted = (accept.message_id, accept.subject, accept.message_class)
    assert noted == (one_line(read.message_id or ""), one_line(read.subject), read.message_class)
