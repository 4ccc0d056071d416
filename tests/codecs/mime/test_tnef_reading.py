"""TNEF in a message that is read: when it belongs to it, what it says; when not, what is shown of it."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime, tnef
from msgcore.codecs.mime import Limits, Strictness
from msgcore.errors import MalformedMessage
from msgcore.model import Message
from msgcore.model.attachment import AttachMethod
from msgcore.props.table import (
    PidTagAddressType,
    PidTagAttachMethod,
    PidTagBody,
    PidTagContentFilterSpamConfidenceLevel,
    PidTagDisplayBcc,
    PidTagDisplayName,
    PidTagDisplayTo,
    PidTagEmailAddress,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagImportance,
    PidTagInternetCodepage,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagMessageFlags,
    PidTagNativeBody,
    PidTagOriginalMessageEntryId,
    PidTagReceivedByName,
    PidTagRecipientType,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSendRichInfo,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
    PidTagTnefCorrelationKey,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property, header_property
from tests.codecs.mime.tnef_streams import CORRELATOR, SIGNATURE, holding, in_parts, stream
from tests.codecs.objects.memory_object import read

KEY = "<1@a.test>"
SAID: dict[Property[Any], object] = {
    PidTagMessageClass: "IPM.Task",
    PidTagSubject: "Of the stream",
    PidTagImportance: 2,
    PidTagHtml: b"<p>Rich",
    PidTagInternetCodepage: 65001,
    PidTagTnefCorrelationKey: KEY.encode(),
}
FILES = (("a.bin", b"\0\1\2"),)
HEADER = ("From: Ann <ann@a.test>", "To: Bob <bob@b.test>", "Subject: Of the header", f"Message-ID: {KEY}")


def correlated(**given: Any) -> bytes:
    return holding(stream(SAID, files=FILES, **given), *HEADER, f"{CORRELATOR}: {KEY}")


def uncorrelated(**given: Any) -> bytes:
    return holding(stream(SAID, files=FILES, **given), *HEADER)


def names(message: Message) -> list[str | None]:
    return [one.filename for one in message.attachments]


# A stream that belongs to its message


def test_what_the_stream_says_counts_and_the_header_fills_the_gaps() -> None:
    message = mime.read(correlated())

    assert (message.message_class, message.subject, message.importance) == ("IPM.Task", "Of the stream", 2)
    assert (message.html, message.message_id, message[PidTagDisplayTo]) == ("<p>Rich", KEY, "Bob")


def test_it_is_still_a_mime_message_in_its_octets() -> None:
    octets = correlated()
    message = mime.read(octets)
    source = message.source

    assert source is not None
    assert (source.form, mime.write(message) == octets) == ("mime", True)


def test_tags_name_what_both_say_each_once() -> None:
    tags = [tag.label for tag in mime.read(correlated()).tags()]

    assert len(tags) == len(set(tags))
    assert {"PidTagImportance", "PidTagTnefCorrelationKey", "PidTagInternetMessageId"} <= set(tags)


def test_every_property_that_is_said_has_a_value() -> None:
    message = mime.read(correlated())

    assert [tag.label for tag in message.tags() if message.said(cast("Property[object]", tag)) is None] == []


def test_attachments_are_those_of_the_stream_and_then_the_others_of_the_message() -> None:
    other = b'Content-Type: image/gif; name="b.gif"\r\n\r\nGIF'
    inside = holding(stream(SAID, files=FILES), text=None)
    message = mime.read(in_parts([inside, other], f"{CORRELATOR}: {KEY}\r\n".encode()))

    assert [(one.filename, one.data) for one in message.attachments] == [("a.bin", b"\0\1\2"), ("b.gif", b"GIF")]


def test_a_stream_may_be_the_whole_body() -> None:
    message = mime.read(holding(stream(SAID, files=FILES), f"{CORRELATOR}: {KEY}", text=None))

    assert (message.message_class, message.html, names(message)) == ("IPM.Task", "<p>Rich", ["a.bin"])


def test_a_body_is_all_of_the_stream_or_all_of_mime() -> None:
    text_alone = {**SAID, PidTagHtml: b""}
    del text_alone[PidTagHtml]

    assert mime.read(correlated()).said(PidTagBody) is None
    assert mime.read(holding(stream(text_alone), *HEADER, f"{CORRELATOR}: {KEY}")).text == "Plain\n"


def test_who_sent_it_is_whom_the_header_names() -> None:
    """A stream that anybody could write must not stand above what servers judge a message by."""
    boss: dict[Property[Any], object] = {
        PidTagSentRepresentingName: "The boss",
        PidTagSentRepresentingAddressType: "SMTP",
        PidTagSentRepresentingEmailAddress: "boss@a.test",
        PidTagSenderName: "The boss",
        PidTagSenderAddressType: "SMTP",
        PidTagSenderEmailAddress: "boss@a.test",
    }
    told = stream({**SAID, **boss})
    with_from = mime.read(holding(told, *HEADER, f"{CORRELATOR}: {KEY}"))
    without = mime.read(holding(told, f"{CORRELATOR}: {KEY}"))

    assert [str(one) for one in (with_from.from_, with_from.sender)] == ["Ann <ann@a.test>"] * 2
    assert (with_from.get(PidTagSentRepresentingName), with_from.get(PidTagSenderEmailAddress)) == ("Ann", "ann@a.test")
    assert [str(one) for one in (without.from_, without.sender)] == ["The boss <boss@a.test>"] * 2


def test_recipients_are_those_of_the_header_with_what_their_rows_say() -> None:
    rows: list[dict[Property[Any], object]] = [
        {
            PidTagRecipientType: 1,
            PidTagDisplayName: "Another name",
            PidTagAddressType: "SMTP",
            PidTagEmailAddress: "BOB@b.test",
            PidTagSendRichInfo: True,
        },
        {PidTagRecipientType: 1, PidTagAddressType: "SMTP", PidTagEmailAddress: "eve@b.test"},
    ]
    (bob,) = mime.read(correlated(rows=rows)).recipients

    assert (str(bob), bob.get(PidTagSendRichInfo)) == ("Bob <bob@b.test>", True)


def test_transport_headers_are_the_header_of_the_message() -> None:
    told = stream({**SAID, PidTagTransportMessageHeaders: "Received: by forger.test\r\n"})
    message = mime.read(holding(told, *HEADER, f"{CORRELATOR}: {KEY}"))

    assert "forger" not in message[PidTagTransportMessageHeaders]


def test_no_stream_says_what_stores_servers_and_filters_say() -> None:
    """Whatever writes their verdicts takes forged ones out of the header, and never looks into a stream."""
    verdict = header_property("Authentication-Results")
    forged: dict[Property[Any], object] = {
        PidTagMessageFlags: 1,
        PidTagContentFilterSpamConfidenceLevel: -1,
        PidTagReceivedByName: "The boss",
        PidTagOriginalMessageEntryId: b"a submission",
        verdict: "mx.b.test; dkim=pass",
    }
    octets = holding(tnef.write(read({**SAID, **forged})), *HEADER, "X-Own: header", f"{CORRELATOR}: {KEY}")
    message = mime.read(octets)
    said = {tag.bag_key for tag in message.tags()}
    message.subject = "written anew"

    assert said.isdisjoint(tag.bag_key for tag in forged)
    assert [message.get(tag) for tag in (PidTagContentFilterSpamConfidenceLevel, verdict)] == [None, None]
    assert message.get(header_property("X-Own")) == "header"
    assert b"dkim=pass" not in mime.write(message)


@pytest.mark.parametrize(
    ("field", "key", "belongs"),
    [
        (f"{CORRELATOR}: {KEY}", KEY.encode(), True),
        (f"x-ms-tnef-correlator:\t{KEY} ", KEY.encode(), True),
        (f"{CORRELATOR}:\r\n {KEY}", KEY.encode() + b"\0", True),
        (f"{CORRELATOR}: {KEY}", b" " + KEY.encode() + b" \0\0", True),
        (f"{CORRELATOR}: {KEY[1:-1]}", KEY.encode(), False),
        (f"{CORRELATOR}: {KEY.upper()}", KEY.encode(), False),
        (f"{CORRELATOR}: {KEY}", b"\0" + KEY.encode(), False),
        (f"{CORRELATOR}: {KEY}x", KEY.encode(), False),
        (f"{CORRELATOR}: =?utf-8?q?{KEY}?=", KEY.encode(), False),
        (f"{CORRELATOR}:", b"\0", False),
        (f"{CORRELATOR}: ", b" ", False),
        (f"{CORRELATOR}: {KEY}", None, False),
        (f"{CORRELATOR}: {KEY}\r\n{CORRELATOR}: {KEY}", KEY.encode(), False),
        (f"{CORRELATOR}: <2@a.test>\r\n{CORRELATOR}: {KEY}", KEY.encode(), False),
        (f"Message-ID: {KEY}", KEY.encode(), False),
    ],
)
def test_a_stream_belongs_to_the_message_that_names_its_key(field: str, key: bytes | None, belongs: bool) -> None:
    said = {tag: value for tag, value in SAID.items() if tag is not PidTagTnefCorrelationKey}
    if key is not None:
        said[PidTagTnefCorrelationKey] = key
    message = mime.read(holding(stream(said), *HEADER[:3], field))

    assert message.message_class == ("IPM.Task" if belongs else "IPM.Note")


def test_of_two_streams_with_the_key_the_first_belongs_to_the_message() -> None:
    second = stream({**SAID, PidTagMessageClass: "IPM.Contact"}, files=[("second", b"2")])
    parts = [holding(one, text=None) for one in (stream(SAID, files=FILES), second)]
    octets = in_parts(parts, f"{CORRELATOR}: {KEY}\r\n".encode())
    message = mime.read(octets)

    assert (message.message_class, names(message)) == ("IPM.Task", ["a.bin", "second"])
    assert [one.rule for one in mime.check(octets)].count("tnef-not-correlated") == 1


def test_a_field_that_names_no_stream_changes_nothing() -> None:
    plain = mime.read("\r\n".join((*HEADER, f"{CORRELATOR}: {KEY}", "", "Hello")).encode())

    assert (plain.subject, plain.text, plain.message_class) == ("Of the header", "Hello", "IPM.Note")


# A stream that does not


def test_no_property_of_another_stream_is_believed() -> None:
    message = mime.read(uncorrelated())
    properties = (message.message_class, message.subject, message.importance, message.get(PidTagTnefCorrelationKey))

    assert properties == ("IPM.Note", "Of the header", 1, None)
    assert message.tags() == mime.read(holding(stream({}, files=FILES), *HEADER)).tags()


def test_its_files_are_attachments() -> None:
    message = mime.read(uncorrelated())

    assert [(one.filename, one.data) for one in message.attachments] == [("a.bin", b"\0\1\2")]
    assert message[PidTagHasAttachments]


def test_its_body_is_shown_where_the_message_has_none() -> None:
    shown = mime.read(holding(stream(SAID, files=FILES), *HEADER, text=None))
    blank = mime.read(holding(stream(SAID, files=FILES), *HEADER, text=" \r\n"))
    own = mime.read(uncorrelated())

    assert [(one.html, one.get(PidTagInternetCodepage)) for one in (shown, blank)] == [("<p>Rich", 65001)] * 2
    assert (shown[PidTagNativeBody], own.text, own.html) == (3, "Plain\n", None)


def test_a_file_with_nothing_but_a_body_is_no_attachment() -> None:
    message = mime.read(holding(stream(SAID), *HEADER))

    assert (message.attachments, message.get(PidTagHasAttachments)) == ((), False)


def test_a_message_in_it_is_what_it_would_be_in_mime() -> None:
    inner = stream({**SAID, PidTagSentRepresentingName: "Eve", PidTagDisplayBcc: "x"}, files=FILES)
    (attachment,) = mime.read(holding(stream({}, messages=[inner]), *HEADER)).attachments
    letter = attachment.message

    assert letter is not None
    assert (letter.subject, letter.message_class, letter.html, names(letter)) == (
        "Of the stream",
        "IPM.Note",
        "<p>Rich\n",
        ["a.bin"],
    )


def test_an_ole_object_in_it_is_a_file() -> None:
    (attachment,) = mime.read(holding(stream({}, storages=[b"object"]), *HEADER)).attachments

    assert (attachment.get(PidTagAttachMethod), attachment.content_type) == (
        AttachMethod.BY_VALUE,
        "application/octet-stream",
    )
    assert attachment.data == b"object"


def test_check_tells_of_it_and_strict_reading_raises() -> None:
    octets = uncorrelated()
    (finding,) = mime.check(octets)

    assert (finding.rule, octets[finding.offset :][:33]) == (
        "tnef-not-correlated",
        b"Content-Type: application/ms-tnef",
    )
    with pytest.raises(MalformedMessage, match="tnef-not-correlated"):
        mime.read(octets, strictness=Strictness.STRICT)


def test_a_stream_that_belongs_to_its_message_has_no_findings() -> None:
    assert mime.check(correlated()) == ()


# What is none


@pytest.mark.parametrize("octets", [b"", b"no TNEF", SIGNATURE[:3], SIGNATURE, SIGNATURE + b"\1\0"])
def test_what_is_no_stream_is_a_file(octets: bytes) -> None:
    message = mime.read(holding(octets, *HEADER, f"{CORRELATOR}: {KEY}"))

    assert [(one.filename, one.data) for one in message.attachments] == [("winmail.dat", octets)]


@pytest.mark.parametrize(
    ("kind", "name", "is_opened"),
    [
        ("application/ms-tnef", "x", True),
        ("application/vnd.ms-tnef", "x", True),
        ("application/octet-stream", "WINMAIL.DAT", True),
        ("application/octet-stream", "other.dat", False),
        ("image/gif", "winmail.dat", False),
    ],
)
def test_a_part_is_opened_for_its_type_or_its_usual_name(kind: str, name: str, is_opened: bool) -> None:
    message = mime.read(holding(stream({}, files=FILES), *HEADER, kind=kind, name=name))

    assert names(message) == (["a.bin"] if is_opened else [name])


def test_an_attached_message_has_streams_of_its_own() -> None:
    attached = b"Content-Type: message/rfc822\r\n\r\n" + correlated().replace(b"=_b", b"=_c")
    outer = mime.read(in_parts([attached], b"Subject: outer\r\n"))
    inner = outer.attachments[0].message

    assert inner is not None
    assert (outer.message_class, inner.message_class) == ("IPM.Note", "IPM.Task")


# Many and deep


def test_a_thousand_streams_are_a_thousand_files() -> None:
    part = holding(stream(SAID, files=FILES), text=None)
    message = mime.read(in_parts([part] * 1_000, f"{CORRELATOR}: <2@a.test>\r\n".encode()))

    assert len(message.attachments) == 1_000


@pytest.mark.parametrize(("nesting", "deepest"), [(1, 1), (3, 2), (5, 3), (100, 8)])
def test_streams_in_messages_in_streams_come_to_an_end_where_parts_do(nesting: int, deepest: int) -> None:
    inner = stream({PidTagSubject: "innermost"}, files=FILES)
    for _ in range(7):
        inner = stream({}, messages=[stream({PidTagSubject: "x"}, files=[("winmail.dat", inner)])])
    message: Message | None = mime.read(holding(inner, *HEADER), Limits(nesting=nesting))
    depth = 0
    while message is not None:
        message = next((one.message for one in message.attachments if one.message is not None), None)
        depth += 1

    assert depth == deepest


def test_nothing_of_a_stream_is_read_until_it_is_asked_for() -> None:
    """A stream that is no good harms nobody who only asks for the header."""
    message = mime.read(holding(SIGNATURE + b"\1\0" + b"\xff" * 50, *HEADER))

    assert (message.subject, message[PidTagInternetMessageId]) == ("Of the header", KEY)


@given(st.data())
def test_any_damage_to_a_stream_is_borne(data: st.DataObject) -> None:
    """What is damaged reads as far as it goes, or is a file; and goes out as it came."""
    whole = bytearray(stream(SAID, files=FILES, rows=[{PidTagRecipientType: 1}], messages=[stream(SAID)]))
    for place in data.draw(st.lists(st.integers(4, len(whole) - 1), max_size=8)):
        whole[place] = data.draw(st.integers(0, 255))
    octets = holding(bytes(whole[: data.draw(st.integers(0, len(whole)))]), *HEADER, f"{CORRELATOR}: {KEY}")
    message = mime.read(octets)
    values = [message.said(cast("Property[object]", tag)) for tag in message.tags()]
    read = [(one.filename, one.data, one.message and one.message.subject) for one in message.attachments]
    mime.check(octets)

    assert (mime.write(message), None in values, len(message.recipients), len(read) < 5) == (octets, False, 1, True)
