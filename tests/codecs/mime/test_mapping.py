"""Header fields and properties, both ways ([MS-OXCMAIL] sections 2.1.3.2 and 2.2.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.one_off import OneOffEntryId, read_flat_entry_list
from msgcore.codecs import mime
from msgcore.codecs.mime.mapping.derived import said_tags
from msgcore.codecs.mime.mapping.fields import FIELDS, MappedField
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model import Message, compare
from msgcore.props import (
    PidLidClassification,
    PidLidClassificationKeep,
    PidLidClassified,
    PidLidFlagRequest,
    PidLidPercentComplete,
    PidLidTaskComplete,
    PidLidTaskStatus,
    PidLidToDoTitle,
    PidNameKeywords,
    PidTagAutoResponseSuppress,
    PidTagBodyContentId,
    PidTagBodyContentLocation,
    PidTagContentFilterSpamConfidenceLevel,
    PidTagExpiryTime,
    PidTagFlagStatus,
    PidTagImportance,
    PidTagInternetOrganization,
    PidTagMessageLocaleId,
    PidTagNativeBody,
    PidTagNonReceiptNotificationRequested,
    PidTagPriority,
    PidTagReadReceiptAddressType,
    PidTagReadReceiptEmailAddress,
    PidTagReadReceiptEntryId,
    PidTagReadReceiptName,
    PidTagReadReceiptRequested,
    PidTagReadReceiptSearchKey,
    PidTagReadReceiptSmtpAddress,
    PidTagReplyRecipientEntries,
    PidTagReplyRecipientNames,
    PidTagSenderEntryId,
    PidTagSenderSearchKey,
    PidTagSensitivity,
    PidTagSentRepresentingEntryId,
    PidTagSentRepresentingSearchKey,
    PidTagToDoItemFlags,
    PidTagTransportMessageHeaders,
    header_property,
)
from msgcore.props.tags import Property
from msgcore.testing.strategies import header_texts, long_header_texts, moments
from tests.shared import REPOSITORY

TEXTS = long_header_texts()
WORDS = st.lists(header_texts(30), min_size=1, max_size=5).map(tuple)
VALUES: Mapping[str, SearchStrategy[Any]] = {
    "Date": moments(),
    "Reply-By": moments(),
    "Expires": moments(),
    "Thread-Index": st.binary(min_size=1, max_size=200),
    "Priority": st.sampled_from([-1, 0, 1]),
    "Sensitivity": st.integers(0, 3),
    "Keywords": WORDS,
    "Content-Language": st.sampled_from([0x0407, 0x0409, 0x0007, 0x7C04, 0x241A]),
    "X-Auto-Response-Suppress": st.integers(-1, 0x3F),
    "X-Microsoft-Classified": st.just(True),
    "X-Microsoft-ClassKeep": st.booleans(),
}


def each_field() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("mapped", FIELDS, ids=lambda mapped: mapped.name)


@each_field()
@settings(max_examples=25)
@given(data=st.data())
def test_a_property_is_read_from_the_field_that_it_writes(mapped: MappedField, data: st.DataObject) -> None:
    value = data.draw(VALUES.get(mapped.name, TEXTS))
    needed = b"" if mapped.only_with is None else mapped.only_with.write(mapped.only_with.name, True)

    message = mime.read(needed + mapped.write(mapped.name, value) + b"\r\n")

    assert message[mapped.tag] == value


@each_field()
@settings(max_examples=10)
@given(data=st.data())
def test_a_message_with_the_property_survives_mime(mapped: MappedField, data: st.DataObject) -> None:
    message = Message(from_="ann@a.test", text="Hello\n")
    if mapped.only_with is not None:
        message[mapped.only_with.tag] = True
    message[mapped.tag] = data.draw(VALUES.get(mapped.name, TEXTS))

    assert compare(mime.read(mime.write(message)), message) == ()


@each_field()
def test_a_message_without_the_field_has_no_such_property(mapped: MappedField) -> None:
    assert mapped.tag not in mime.read(b"From: ann@a.test\r\n\r\nHello\r\n").tags()


def test_the_page_names_each_field_with_its_property() -> None:
    page = (REPOSITORY / "docs" / "mime-mapping.md").read_text(encoding="utf-8")
    rows = [tuple(cell.strip() for cell in line.split("|")[1:3]) for line in page.splitlines() if line.startswith("|")]

    assert [mapped.name for mapped in FIELDS if (mapped.name, mapped.tag.label) not in rows] == []


def value_of(fields: str, tag: Property[Any], body: str = "") -> object:
    return mime.read(f"{fields}\n\n{body}".encode()).get(tag)


@pytest.mark.parametrize(
    ("fields", "tag", "expected"),
    [
        # Importance (2.2.3.2.5): Importance is preferred to any other
        ("Importance: High", PidTagImportance, 2),
        ("X-Priority: 1 (Highest)", PidTagImportance, 2),
        ("X-Priority: 2", PidTagImportance, 2),
        ("X-Priority: 3", PidTagImportance, 1),
        ("X-Priority: 5", PidTagImportance, 0),
        ("X-MSMail-Priority: Low", PidTagImportance, 0),
        ("Priority: Urgent", PidTagImportance, 2),
        ("Priority: Non-Urgent", PidTagImportance, 0),
        ("X-Priority: 1\nImportance: low", PidTagImportance, 0),
        ("Priority: urgent", PidTagPriority, 1),
        ("Sensitivity: Company-Confidential", PidTagSensitivity, 3),
        ("Sensitivity: personal", PidTagSensitivity, 1),
        # Times
        ("Expires: Mon, 5 Jan 2026 10:00:00 +0000", PidTagExpiryTime, datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("Expiry-Date: Mon, 5 Jan 2026 10:00:00 +0000", PidTagExpiryTime, datetime(2026, 1, 5, 10, tzinfo=UTC)),
        (
            "Expiry-Date: Tue, 6 Jan 2026 10:00:00 +0000\nExpires: Mon, 5 Jan 2026 10:00:00 +0000",
            PidTagExpiryTime,
            datetime(2026, 1, 5, 10, tzinfo=UTC),
        ),
        # Keywords: a list, of several fields, too
        ("Keywords: red, Blue one ,, green", PidNameKeywords, ("red", "Blue one", "green")),
        ("Keywords: red\nKeywords: blue", PidNameKeywords, ("red", "blue")),
        ('Keywords: "red, or blue" , "say \\"no\\""', PidNameKeywords, ("red, or blue", 'say "no"')),
        ("Keywords: =?utf-8?q?r=C3=B6d=2C_bl=C3=A5?=", PidNameKeywords, ("röd", "blå")),
        ('Keywords: "open', PidNameKeywords, ("open",)),
        ("Keywords: ,", PidNameKeywords, None),
        # Language properties (2.2.3.2.11): the first tag
        ("Content-Language: de-DE", PidTagMessageLocaleId, 0x0407),
        ("Content-Language: EN-us, de", PidTagMessageLocaleId, 0x0409),
        ("Content-Language: sv (Swedish)", PidTagMessageLocaleId, 0x001D),
        ("Content-Language: de-XX", PidTagMessageLocaleId, 0x0007),
        ("Content-Language: zh-Hant-TW", PidTagMessageLocaleId, 0x7C04),
        ("Content-Language: i-klingon", PidTagMessageLocaleId, None),
        # Auto response suppress (2.1.3.2.20), and Auto-Submitted where that is missing
        ("X-Auto-Response-Suppress: RN, NRN", PidTagAutoResponseSuppress, 0x0C),
        ("X-Auto-Response-Suppress: All", PidTagAutoResponseSuppress, -1),
        ("X-Auto-Response-Suppress: None", PidTagAutoResponseSuppress, 0),
        ("X-Auto-Response-Suppress: oof,AutoReply, Whatever", PidTagAutoResponseSuppress, 0x30),
        ("X-Auto-Response-Suppress: Whatever", PidTagAutoResponseSuppress, None),
        ("Auto-Submitted: auto-generated", PidTagAutoResponseSuppress, 0x30),
        ("Auto-Submitted: auto-replied; owner-email=a@b.c", PidTagAutoResponseSuppress, 0x30),
        ("Auto-Submitted: no", PidTagAutoResponseSuppress, None),
        ("Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: DR", PidTagAutoResponseSuppress, 0x01),
        # Message flagging (2.2.3.2.16)
        ("X-Message-Flag: Follow up", PidLidFlagRequest, "Follow up"),
        ("X-Message-Flag: Follow up", PidTagFlagStatus, 2),
        ("X-Message-Flag: Follow up", PidTagToDoItemFlags, 8),
        ("X-Message-Flag: Follow up", PidLidTaskStatus, 0),
        ("X-Message-Flag: Follow up", PidLidTaskComplete, False),
        ("X-Message-Flag: Follow up", PidLidPercentComplete, 0.0),
        ("X-Message-Flag: Follow up\nSubject: The report", PidLidToDoTitle, "The report"),
        ("Subject: The report", PidTagFlagStatus, None),
        ("Subject: The report", PidLidToDoTitle, None),
        # Classification properties (2.2.3.2.22): none of them without the first
        ("X-Microsoft-Classified: true", PidLidClassified, True),
        ("X-Microsoft-Classified: true\nX-Microsoft-Classification: A/C", PidLidClassification, "A/C"),
        ("X-Microsoft-Classified: true\nX-Microsoft-ClassKeep: false", PidLidClassificationKeep, False),
        ("X-Microsoft-Classified: false\nX-Microsoft-Classification: A/C", PidLidClassification, None),
        ("X-Microsoft-Classification: A/C", PidLidClassification, None),
        # What the body is called
        ("Content-ID: <1@a.test>", PidTagBodyContentId, "1@a.test"),
        ("Content-Location: http://a.test/x", PidTagBodyContentLocation, "http://a.test/x"),
        ("Content-Type: image/png\nContent-ID: <1@a.test>", PidTagBodyContentId, None),
        ("Organization: =?utf-8?q?K=C3=B6k?= AB", PidTagInternetOrganization, "Kök AB"),
        # Spam confidence level: what the message says
        ("X-MS-Exchange-Organization-SCL: -1", PidTagContentFilterSpamConfidenceLevel, -1),
        ("X-MS-Exchange-Organization-SCL: 9", PidTagContentFilterSpamConfidenceLevel, 9),
        ("X-MS-Exchange-Organization-SCL: 99", PidTagContentFilterSpamConfidenceLevel, None),
        ("X-MS-Exchange-Organization-SCL: much", PidTagContentFilterSpamConfidenceLevel, None),
        # Receipts
        ("Disposition-Notification-To: ann@a.test", PidTagReadReceiptRequested, True),
        ("Disposition-Notification-To: ann@a.test", PidTagNonReceiptNotificationRequested, True),
        ("Subject: x", PidTagNonReceiptNotificationRequested, None),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptName, "Ann"),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptAddressType, "SMTP"),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptEmailAddress, "ann@a.test"),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptSmtpAddress, "ann@a.test"),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptSearchKey, b"SMTP:ANN@A.TEST\0"),
        # Search keys; the sender is From where there is no Sender
        ("From: Ann <ann@a.test>", PidTagSentRepresentingSearchKey, b"SMTP:ANN@A.TEST\0"),
        ("From: Ann <ann@a.test>", PidTagSenderSearchKey, b"SMTP:ANN@A.TEST\0"),
        ("From: Ann <ann@a.test>\nSender: bob@b.test", PidTagSenderSearchKey, b"SMTP:BOB@B.TEST\0"),
        ("From: Somebody", PidTagSentRepresentingSearchKey, None),
        ("Reply-To: Ann <ann@a.test>, bob@b.test", PidTagReplyRecipientNames, "Ann; bob@b.test"),
        ("Subject: x", PidTagReplyRecipientNames, None),
        ("Subject: x", PidTagReplyRecipientEntries, None),
    ],
)
def test_a_field_is_read_as_a_property(fields: str, tag: Property[Any], expected: object) -> None:
    assert value_of(fields, tag) == expected


@pytest.mark.parametrize(
    ("fields", "tag"),
    [
        ("From: Ann <ann@a.test>", PidTagSentRepresentingEntryId),
        ("From: bob@b.test\nSender: Ann <ann@a.test>", PidTagSenderEntryId),
        ("Disposition-Notification-To: Ann <ann@a.test>", PidTagReadReceiptEntryId),
    ],
)
def test_an_address_has_a_one_off_entry_id(fields: str, tag: Property[bytes]) -> None:
    value = mime.read(f"{fields}\n\n".encode())[tag]

    assert OneOffEntryId.parse(value) == OneOffEntryId("Ann", "SMTP", "ann@a.test")


def test_an_address_without_a_name_is_its_own_name_in_the_entry_id() -> None:
    value = mime.read(b"From: ann@a.test\n\n")[PidTagSentRepresentingEntryId]

    assert OneOffEntryId.parse(value).display_name == "ann@a.test"


def test_the_addresses_for_replies_are_a_list_of_entry_ids() -> None:
    value = mime.read(b"Reply-To: Ann <ann@a.test>, bob@b.test\n\n")[PidTagReplyRecipientEntries]

    assert [OneOffEntryId.parse(entry).email_address for entry in read_flat_entry_list(value)] == [
        "ann@a.test",
        "bob@b.test",
    ]


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"\nHello", 1),
        (b"Content-Type: text/html\n\n<p>Hello", 3),
        (
            b"Content-Type: multipart/alternative; boundary=a\n\n--a\n\nHi\n--a\nContent-Type: text/html\n\n<p>\n--a--",
            3,
        ),
        (b"Content-Type: multipart/signed; boundary=a\n\n--a\n\nHi\n--a--", 4),
        (b"Content-Type: image/png\n\nx", None),
    ],
    ids=["text", "html", "both", "signed", "neither"],
)
def test_the_native_body_is_the_best_there_is(octets: bytes, expected: int | None) -> None:
    assert mime.read(octets).get(PidTagNativeBody) == expected


def test_the_level_of_spam_is_never_written() -> None:
    message = Message(text="x")
    message[PidTagContentFilterSpamConfidenceLevel] = -1

    assert b"SCL" not in mime.write(message)


def test_what_a_message_says_of_its_spam_level_is_no_transport_header() -> None:
    message = mime.read(b"X-MS-Exchange-Organization-SCL: 5\nX-A: 1\n\n")

    assert message[PidTagTransportMessageHeaders] == "X-A: 1\n"


# What a message says, and what only follows


def said(octets: bytes) -> list[str]:
    source = MimeSource(parse(octets))
    return [tag.label for tag in said_tags(source, source.value)]


def test_the_address_for_receipts_is_not_said_when_it_is_the_one_that_is_written_anyway() -> None:
    assert "PidTagReadReceiptEmailAddress" not in said(b"From: a@a.test\nDisposition-Notification-To: A <a@a.test>\n\n")


def test_another_address_for_receipts_is_said() -> None:
    assert "PidTagReadReceiptEmailAddress" in said(b"From: a@a.test\nDisposition-Notification-To: b@b.test\n\n")


def test_what_follows_from_a_flag_is_not_said() -> None:
    assert [
        label for label in said(b"X-Message-Flag: Do it\nSubject: x\n\n") if "Task" in label or "Flag" in label
    ] == ["PidLidFlagRequest"]


def test_a_content_class_that_says_the_message_class_is_not_said_twice() -> None:
    assert "PidNameContentClass" not in said(b"Content-Class: fax\n\n")


def test_another_content_class_is_said() -> None:
    assert "PidNameContentClass" in said(b"Content-Class: urn:content-classes:message\n\n")


# Fields without a property of their own


def test_a_field_that_is_not_mapped_keeps_the_case_of_its_name() -> None:
    source = MimeSource(parse(b"X-OwN: 1\nx-own: 2\n\n"))

    assert said_tags(source, source.value)[-1] == header_property("X-OwN")


def test_the_first_hundred_unmapped_fields_become_named_properties() -> None:
    octets = b"".join(b"X-%d: 1\n" % number for number in range(150)) + b"\n"

    assert [label for label in said(octets) if label.startswith("X-")] == [f"X-{number}" for number in range(100)]


def test_fields_past_the_hundred_stay_among_the_headers() -> None:
    message = mime.read(b"".join(b"X-%d: 1\n" % number for number in range(150)) + b"\n")

    assert message.headers.get("X-149") == "1"


def test_a_field_with_a_very_long_name_becomes_no_property() -> None:
    name = "X-" + "a" * 255

    assert value_of(f"{name}: 1", header_property(name)) is None


@pytest.mark.parametrize(
    "name",
    [
        *("Received", "Resent-From", "Resent-Date", "Content-MD5", "MIME-Version", "Return-Path", "Comments"),
        *("Apparently-To", "Encrypted", "X-MimeOle", "X-MS-TNEF-Correlator", "Summary", "Encoding", "Approved"),
        *("X-MS-Exchange-Organization-AuthAs", "X-MS-Exchange-Forest-X", "Expiry-Date", "Keywords", "Subject"),
    ],
)
def test_a_field_of_the_list_becomes_no_named_property(name: str) -> None:
    assert value_of(f"{name}: x", header_property(name)) is None


@pytest.mark.parametrize("name", ["Precedence", "Auto-Submitted", "List-Id", "List-Post", "DKIM-Signature", "X-Own"])
def test_any_other_field_becomes_a_named_property(name: str) -> None:
    assert value_of(f"{name}: x", header_property(name)) == "x"
