"""What is written of a message, and what is said when that is read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from msgcore.codecs import mime, msg, rtf, tnef
from msgcore.codecs.objects.outgoing import outgoing
from msgcore.errors import UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.key import BagKey
from msgcore.props.table import (
    PidNameKeywords,
    PidTagAttachDataBinary,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachLongFilename,
    PidTagAttachSize,
    PidTagBody,
    PidTagConversationTopic,
    PidTagDisplayName,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHtml,
    PidTagMessageClass,
    PidTagMessageFlags,
    PidTagNativeBody,
    PidTagNormalizedSubject,
    PidTagReadReceiptRequested,
    PidTagReplyRecipientEntries,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagSenderEmailAddress,
    PidTagSenderSearchKey,
    PidTagSubject,
    PidTagSubjectPrefix,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property, header_property
from msgcore.testing.strategies import composed_messages, read_messages
from tests.codecs.objects.memory_object import read, written_and_read


@given(composed_messages())
def test_what_is_composed_says_the_same_when_it_is_read_again(message: Message) -> None:
    assert compare(written_and_read(message), message) == ()


@given(composed_messages())
def test_what_follows_is_not_said(message: Message) -> None:
    """So a message has the same tags in every form."""
    said = {tag.bag_key for tag in written_and_read(message).tags()}

    assert said.isdisjoint(
        tag.bag_key for tag in (PidTagSubjectPrefix, PidTagNormalizedSubject, PidTagSenderSearchKey, PidTagDisplayTo)
    )


@given(read_messages())
def test_what_was_read_from_mime_says_the_same(message: Message) -> None:
    assert compare(written_and_read(message), message) == ()


@given(composed_messages())
def test_what_was_read_and_not_changed_is_given_as_it_was(message: Message) -> None:
    once = written_and_read(message)

    assert outgoing(once).properties == outgoing(written_and_read(once)).properties


LETTER = Message(
    from_="Ann <ann@a.test>",
    to=["Bob <bob@b.test>", "FAX:+46 8 1"],
    reply_to="desk@a.test",
    subject="RE: Report",
    text="Hello",
    headers={"X-Own": "one"},
    attachments=[Attachment(b"octets", filename="a long name.report")],
)


def values(message: Message) -> dict[BagKey, object]:
    return {tag.bag_key: value for tag, value in outgoing(message).properties}


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PidTagSenderEmailAddress, "ann@a.test"),
        (PidTagSenderSearchKey, b"SMTP:ANN@A.TEST\0"),
        (PidTagSubjectPrefix, "RE: "),
        (PidTagNormalizedSubject, "Report"),
        (PidTagConversationTopic, "Report"),
        (PidTagDisplayTo, "Bob; +46 8 1"),
        (PidTagNativeBody, 1),
        (PidTagMessageFlags, 0x19),
        (header_property("x-own"), "one"),
    ],
)
def test_what_follows_is_written_for_others(tag: Property[Any], value: object) -> None:
    assert values(LETTER)[tag.bag_key] == value


def test_an_attachment_has_the_names_of_old_systems() -> None:
    (attachment,) = outgoing(LETTER).attachments
    named = {tag.bag_key: value for tag, value in attachment.properties}

    assert (named[PidTagAttachFilename.bag_key], named[PidTagAttachExtension.bag_key]) == ("ALONGN~1.REP", ".report")


def test_what_followed_from_an_attachment_follows_from_what_it_is_now() -> None:
    inner = Message(subject="Old")
    message = written_and_read(Message(attachments=[Attachment(b"old", filename="an old name.report"), inner]))
    file, letter = message.attachments
    file[PidTagAttachLongFilename], file[PidTagAttachDataBinary] = "new.txt", b"longer"
    assert letter.message is not None
    letter.message.subject = "New"
    first, second = outgoing(message).attachments

    named = {tag.bag_key: value for tag, value in first.properties}
    assert [named.get(tag.bag_key) for tag in (PidTagAttachFilename, PidTagAttachExtension, PidTagAttachSize)] == [
        "new.txt",
        ".txt",
        6,
    ]
    assert (file.size_octets, named[PidTagDisplayName.bag_key]) == (6, "new.txt")
    assert dict(second.properties)[PidTagDisplayName] == "New"


def test_no_depth_of_messages_is_too_deep() -> None:
    """Nor is the size of each worked out through all that is in it."""
    message = Message(subject="innermost")
    for _ in range(2_000):
        message = Message(attachments=[message])

    assert tnef.write(message).startswith(bytes.fromhex("789f3e22"))


def test_the_file_of_an_attachment_is_read(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_bytes(b"all of it")

    (attachment,) = outgoing(Message(attachments=[file])).attachments

    assert attachment.data == b"all of it"


# Changes of what was read


def test_a_new_subject_takes_what_followed_from_the_old_one_with_it() -> None:
    message = written_and_read(LETTER)
    message.subject = "FW: Other"

    assert (values(message)[PidTagSubjectPrefix.bag_key], values(message)[PidTagNormalizedSubject.bag_key]) == (
        "FW: ",
        "Other",
    )


def test_what_did_not_follow_stays() -> None:
    """A prefix that a client set by itself is kept as long as the subject is."""
    message = read({PidTagSubject: "Re: x", PidTagSubjectPrefix: "", PidTagNormalizedSubject: "Re: x"})
    message[PidTagMessageClass] = "IPM.Own"

    assert values(message)[PidTagNormalizedSubject.bag_key] == "Re: x"


@pytest.mark.parametrize("form", ["msg", "mime"])
def test_a_sender_that_only_followed_follows_whom_the_message_represents_now(form: str) -> None:
    message = written_and_read(LETTER) if form == "msg" else mime.read(mime.write(LETTER))
    message.from_ = "Boss <boss@a.test>"
    again = written_and_read(message)

    assert [str(one) for one in (message.sender, again.from_, again.sender)] == ["Boss <boss@a.test>"] * 3
    assert again[PidTagSenderSearchKey] == b"SMTP:BOSS@A.TEST\0"
    assert b"Sender:" not in mime.write(message)


def test_a_sender_and_a_topic_of_their_own_outlive_what_they_might_follow_from() -> None:
    message = written_and_read(Message(from_="boss@a.test", sender="desk@a.test", subject="x"))
    message[PidTagConversationTopic] = "Own"
    again = written_and_read(message)
    again.from_, again.subject = "other@a.test", "y"
    last = written_and_read(again)

    assert [one and one.email_address for one in (last.from_, last.sender)] == ["other@a.test", "desk@a.test"]
    assert last[PidTagConversationTopic] == "Own"


CAME_WITH = "X-Own: old\r\nBcc: eve@b.test,\r\n fay@b.test\r\nX-Kept: 1\r\n"


def came_with_header() -> Message:
    return read({PidTagSubject: "x", header_property("X-Own"): "old", PidTagTransportMessageHeaders: CAME_WITH})


def set_field(message: Message) -> None:
    message[header_property("X-Own")] = "new"


def add_field(message: Message) -> None:
    message.add_headers({"X-Own": "new"})


def delete_field(message: Message) -> None:
    del message[header_property("X-Own")]


@pytest.mark.parametrize(("change", "values"), [(set_field, ("new",)), (add_field, ("new",)), (delete_field, ())])
def test_fields_set_since_stand_above_the_header_that_the_message_came_with(
    change: Callable[[Message], None], values: tuple[str, ...]
) -> None:
    message = came_with_header()
    change(message)
    again = written_and_read(message)

    assert (again.headers.get_all("X-Own"), again.headers.get("X-Kept")) == (values, "1")
    assert mime.read(mime.write(again)).headers.get_all("X-Own") == values


def test_the_header_of_a_message_with_new_recipients_names_no_blind_ones() -> None:
    message = came_with_header()
    message.to = "bob@b.test"

    assert written_and_read(message)[PidTagTransportMessageHeaders] == "X-Own: old\r\nX-Kept: 1\r\n"


def test_an_old_rtf_body_goes_when_another_body_changes() -> None:
    """It would be shown in place of the new one."""
    message = read({PidTagBody: "old", PidTagRtfCompressed: rtf.compress(rtf.encapsulate_text("old"))})
    message.text = "new"

    assert PidTagRtfCompressed.bag_key not in values(message)


def test_a_deleted_property_is_not_written() -> None:
    message = written_and_read(LETTER)
    del message[PidTagSubject]

    assert {PidTagSubject.bag_key, PidTagSubjectPrefix.bag_key}.isdisjoint(values(message))


def test_new_addresses_for_replies_are_written() -> None:
    message = written_and_read(LETTER)
    before = values(message)[PidTagReplyRecipientEntries.bag_key]
    message.reply_to = "other@a.test"

    assert values(message)[PidTagReplyRecipientEntries.bag_key] != before
    assert written_and_read(message).reply_to == message.reply_to


def test_what_a_store_says_is_not_content() -> None:
    message = Message(subject="x")
    message.properties_set.preset(PidTagEntryId, b"\1\2")

    assert PidTagEntryId.bag_key not in values(message)


# Bodies in other bodies


def test_html_comes_out_of_rtf_that_holds_it() -> None:
    message = read({PidTagRtfCompressed: rtf.compress(rtf.encapsulate_html("<p>Grüße</p>"))})

    assert (message.html, message.text) == ("<p>Grüße</p>", "Grüße")


def test_html_out_of_rtf_can_be_sent_as_mime() -> None:
    message = read({PidTagRtfCompressed: rtf.compress(rtf.encapsulate_html("<p>Grüße</p>"))})

    assert (mime.read(mime.write(message)).html or "").strip() == "<p>Grüße</p>"


def test_text_comes_out_of_rtf_that_holds_nothing_else() -> None:
    message = read({PidTagRtfCompressed: rtf.compress(rb"{\rtf1\ansi Hello {\b you}}")})

    assert (message.text, message.get(PidTagHtml)) == ("Hello you", None)


@pytest.mark.parametrize("write", [tnef.write, msg.write])
def test_only_messages_are_written(write: Callable[[Any], bytes]) -> None:
    with pytest.raises(UsageError, match="need a Message, got bytes"):
        write(b"Subject: x")


_TRACE = b"Received: from b by c; 28 Nov 2026 03:00:02 +0000\r\nReceived: from a by b; 28 Nov 2026 03:00:00 +0000\r\n"


@pytest.mark.parametrize("codec", [msg, tnef])
def test_the_header_that_a_mail_came_with_goes_along(codec: Any) -> None:
    """Outlook shows it, and fields of one name have no other place ([MS-OXCMAIL] section 2.2.3.2)."""
    fields = _TRACE + b"From: ann@a.test\r\nBcc: eve@e.test\r\nSubject: Plan\r\nX-Own: one\r\n"
    message = mime.read(fields + b"\r\nText\r\n")

    written = codec.read(codec.write(message))

    assert written[PidTagTransportMessageHeaders] == fields.decode()
    assert mime.write(written).startswith(fields)
    assert "eve" not in codec.read(codec.write(message, bcc=False))[PidTagTransportMessageHeaders]

    message.add_headers({"X-Own": "two"})
    changed = codec.read(codec.write(message))
    assert (changed.headers.get_all("X-Own"), len(changed.headers.get_all("Received"))) == (("two",), 2)


_SAID = (
    b"From: ann@a.test\r\nTo: bob@b.test\r\nCc: carl@b.test\r\nSubject: Plan\r\nReply-To: desk@a.test\r\n"
    b"Keywords: secret\r\nDisposition-Notification-To: ann@a.test\r\nX-Kept: 1\r\n"
)


def set_subject(message: Message) -> None:
    message.subject = "Other"


def delete_cc(message: Message) -> None:
    message.cc = ()


def delete_reply_to(message: Message) -> None:
    message.reply_to = ()


def delete_keywords(message: Message) -> None:
    del message[PidNameKeywords]


def delete_read_receipt(message: Message) -> None:
    del message[PidTagReadReceiptRequested]


@pytest.mark.parametrize("codec", [msg, tnef])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        (set_subject, "Subject"),
        (delete_cc, "Cc"),
        (delete_reply_to, "Reply-To"),
        (delete_keywords, "Keywords"),
        (delete_read_receipt, "Disposition-Notification-To"),
    ],
)
def test_the_header_tells_nothing_that_was_changed_since(
    codec: Any, change: Callable[[Message], None], field: str
) -> None:
    """Else what was taken out of a mail could be read there, and came back with the next MIME."""
    message = mime.read(_SAID + b"\r\nText\r\n")
    change(message)

    written = codec.read(codec.write(message))

    kept = [line for line in _SAID.decode().splitlines(keepends=True) if not line.startswith(f"{field}:")]
    assert written[PidTagTransportMessageHeaders] == "".join(kept)
    as_sent, again = mime.read(mime.write(message)).headers, mime.read(mime.write(written)).headers
    assert again.get_all(field) == as_sent.get_all(field)


@pytest.mark.parametrize("codec", [msg, tnef])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        (delete_cc, "Cc"),
        (delete_reply_to, "Reply-To"),
        (delete_keywords, "Keywords"),
        (delete_read_receipt, "Disposition-Notification-To"),
    ],
)
def test_what_is_taken_out_of_a_file_stays_out(codec: Any, change: Callable[[Message], None], field: str) -> None:
    message = codec.read(codec.write(mime.read(_SAID + b"\r\nText\r\n")))
    change(message)

    again = mime.read(mime.write(codec.read(codec.write(message)))).headers

    assert (again.get_all(field), again.get("X-Kept")) == ((), "1")


@pytest.mark.parametrize("codec", [msg, tnef])
def test_rtf_that_is_set_is_the_body(codec: Any) -> None:
    """Outlook shows the text beside it unless PidTagRtfInSync says otherwise."""
    message = Message(text="Text")
    message[PidTagRtfCompressed] = rtf.compress(b"{\\rtf1 Text}")
    written = codec.read(codec.write(message))
    assert written[PidTagRtfInSync] is True

    written.subject = "Changed"
    assert codec.read(codec.write(written))[PidTagRtfInSync] is True
    written.text = "Other text"
    assert PidTagRtfInSync not in codec.read(codec.write(written))

    message[PidTagRtfInSync] = False
    of_file = codec.read(codec.write(message))
    of_file.subject = "Changed"
    assert codec.read(codec.write(of_file))[PidTagRtfInSync] is False
    of_file[PidTagRtfCompressed] = rtf.compress(b"{\\rtf1 New}")
    assert codec.read(codec.write(of_file))[PidTagRtfInSync] is True
