"""Detached messages: every argument a property, layers over a source, nothing by accident."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from msgcore import forward, preview, reply, safe_html
from msgcore.codecs import read_message, write_message
from msgcore.errors import InjectionRefused, InvalidAddress, NotLoaded, PropertyNotFound, UsageError
from msgcore.model import Attachment, Header, Importance, Message, Recipient, RecipientKind, compare
from msgcore.model.address import Address
from msgcore.props import (
    PidTagBody,
    PidTagDisplayName,
    PidTagHtml,
    PidTagImportance,
    PidTagInReplyToId,
    PidTagInternetCodepage,
    PidTagInternetReferences,
    PidTagMessageClass,
    PidTagSenderEmailAddress,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingSmtpAddress,
    PidTagSubject,
    PropBag,
    header_property,
)


def test_every_argument_is_a_property() -> None:
    message = Message(
        from_="Ann <ann@a.test>",
        sender="secretary@a.test",
        subject="Hi",
        text="Hello",
        html="<p>Hellö",
        importance=Importance.HIGH,
        in_reply_to="<1@a.test>",
        references=["<0@a.test>", "<1@a.test>"],
        headers={"X-Mailer": "msgcore"},
    )
    assert message[PidTagSentRepresentingEmailAddress] == "ann@a.test"
    assert message[PidTagSentRepresentingSmtpAddress] == "ann@a.test"
    assert message[PidTagSenderEmailAddress] == "secretary@a.test"
    assert message[PidTagSubject] == "Hi"
    assert message[PidTagBody] == "Hello"
    assert message[PidTagHtml].decode() == "<p>Hellö"
    assert message[PidTagInternetCodepage] == 65001
    assert message[PidTagImportance] == 2
    assert message[PidTagInReplyToId] == "<1@a.test>"
    assert message[PidTagInternetReferences] == "<0@a.test> <1@a.test>"
    assert message[PidTagMessageClass] == "IPM.Note"
    assert message[header_property("x-mailer")] == "msgcore"


@pytest.mark.parametrize(
    ("argument", "value", "text"),
    [
        ("from_", b"ann@a.test", "need an address, as text or an Address, got bytes"),
        ("html", b"<p>", "html: need text, got bytes"),
        ("headers", "X-A: 1", "headers: need a mapping, or pairs of name and value, got str"),
        ("headers", {"X-A": 1}, "header X-A: need text, got int"),
        ("attachments", Path("report.pdf"), r"need a sequence, such as \[Path\('report.pdf'\)\], got "),
        ("attachments", b"octets", "got bytes"),
        ("in_reply_to", 5, "in_reply_to: need text, got int"),
        ("references", [5], "references: need text, got int"),
    ],
)
def test_what_stands_for_no_argument_is_told(argument: str, value: object, text: str) -> None:
    arguments: dict[str, Any] = {argument: value}
    with pytest.raises(UsageError, match=text):
        Message(**arguments)


@pytest.mark.parametrize("of_a_message", [reply, forward, preview, safe_html])
def test_octets_are_no_message(of_a_message: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need a Message, got bytes; msgcore"):
        of_a_message(b"From: ann@a.test")


def test_the_sender_is_from_when_not_given() -> None:
    assert Message(from_="ann@a.test").sender == Address("SMTP", "ann@a.test")
    assert Message().sender is None


def test_recipients_come_in_the_order_to_cc_bcc() -> None:
    message = Message(bcc="c@c.test", cc="b@b.test", to=["a@a.test", "FAX:+4670"])
    assert [(recipient.kind, recipient.address.typed) for recipient in message.recipients] == [
        (RecipientKind.TO, "SMTP:a@a.test"),
        (RecipientKind.TO, "FAX:+4670"),
        (RecipientKind.CC, "SMTP:b@b.test"),
        (RecipientKind.BCC, "SMTP:c@c.test"),
    ]
    assert message.bcc == (Address("SMTP", "c@c.test"),)


def test_an_absent_property_raises_and_get_does_not() -> None:
    message = Message()
    with pytest.raises(PropertyNotFound, match="PidTagSubject"):
        message[PidTagSubject]
    assert message.get(PidTagSubject) is None
    assert message.subject == ""


@pytest.mark.parametrize(
    "arguments",
    [
        {"subject": "Hi\r\nBcc: eve@e.test"},
        {"message_id": "<a@b>\n"},
        {"in_reply_to": "<a@b>\0"},
        {"references": ["<a@b>\r\n"]},
        {"to": "bob@b.test\r\nX: y"},
        {"headers": {"X-A": "b\nc"}},
    ],
)
def test_line_ends_never_reach_a_header(arguments: dict[str, object]) -> None:
    with pytest.raises(InjectionRefused):
        Message(**arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_message_ids_that_are_given_without_angle_brackets_get_them() -> None:
    """RFC 5322 section 3.6.4: without them it is no Message-ID."""
    message = Message(message_id="1@a.test", in_reply_to="2@a.test", references=["2@a.test", "<3@a.test>"])

    assert (message.message_id, message[PidTagInReplyToId], message[PidTagInternetReferences]) == (
        "<1@a.test>",
        "<2@a.test>",
        "<2@a.test> <3@a.test>",
    )


@pytest.mark.parametrize("message_id", ["", "<1@a.test>", "<1 @a.test>", "1", "1@a.test 2@a.test", "1@a@b"])
def test_what_is_no_message_id_without_its_brackets_stays(message_id: str) -> None:
    message = Message()
    message.message_id = message_id
    assert message.message_id == message_id


def test_line_ends_are_refused_in_a_property_that_becomes_a_header() -> None:
    message = Message()
    with pytest.raises(InjectionRefused):
        message[PidTagSubject] = "a\nb"
    message[PidTagBody] = "a\nb"
    assert message.text == "a\nb"


@pytest.mark.parametrize("name", ["From", "subject", "Content-Type", "MIME-Version", "bad name", "x:y", ""])
def test_a_header_that_something_else_writes_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        Message(headers={name: "x"})


def test_a_sender_needs_an_address() -> None:
    with pytest.raises(InvalidAddress, match="not only a name"):
        Message(from_="Ann")


def test_a_str_is_no_attachment() -> None:
    """Only a Path opens a file: a str from outside never does."""
    with pytest.raises(UsageError, match="Path"):
        Message(attachments=["/etc/passwd"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def test_a_path_is_checked_when_given_and_read_when_loaded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        Message(attachments=[tmp_path / "none.pdf"])
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    message = Message(attachments=[tmp_path / "report.pdf"])
    (attachment,) = message.attachments
    assert (attachment.filename, attachment.content_type, attachment.size_octets) == (
        "report.pdf",
        "application/pdf",
        4,
    )
    with pytest.raises(NotLoaded, match=r"report\.pdf"):
        _ = attachment.data

    message.load_files()

    assert attachment.data == b"%PDF"


def test_a_file_that_is_gone_at_load_is_named(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    message = Message(attachments=[tmp_path / "report.pdf"])
    (tmp_path / "report.pdf").unlink()
    with pytest.raises(UsageError, match=r"report\.pdf"):
        message.load_files()


def test_files_of_embedded_messages_are_loaded_too(tmp_path: Path) -> None:
    (tmp_path / "deep.bin").write_bytes(b"deep")
    inner = Message(subject="inner", attachments=[tmp_path / "deep.bin"])
    Message(attachments=[Message(attachments=[inner])]).load_files()
    assert inner.attachments[0].data == b"deep"


def test_text_is_made_from_html_when_there_is_only_that() -> None:
    html = "<style>p {}</style><p>see <b>file</b><br>&amp; more<script>alert()</script><p>end"
    message = Message(html=html)
    assert message.text == "see file\n& more\n\nend"
    assert (message.get(PidTagBody), message.said(PidTagBody)) == (message.text, None)


@pytest.mark.parametrize("copied", [Message.copy, copy.copy, copy.deepcopy])
def test_a_copy_says_the_same_and_changes_alone(copied: Callable[[Message], Message]) -> None:
    message = Message(subject="one", to="bob@b.test", headers=[("X-A", "1")], attachments=[b"x"])
    twin = copied(message)
    assert compare(message, twin) == ()

    twin.subject = "two"
    twin.recipients = [Recipient(Address("SMTP", "carol@c.test"))]

    assert (message.subject, [str(r) for r in message.recipients]) == ("one", ["bob@b.test"])
    assert {difference.where for difference in compare(message, twin)} == {"PidTagSubject", "recipients"}


def test_compare_looks_into_attachments() -> None:
    left = Message(attachments=[Attachment(b"a", filename="x"), Message(subject="inner")])
    right = Message(attachments=[Attachment(b"b", filename="y"), Message(subject="other")])
    assert [difference.where for difference in compare(left, right)] == [
        "attachments[0].filename",
        "attachments[0].data",
        "attachments[1].PidTagSubject",
    ]


def test_own_headers_keep_their_order_and_may_repeat() -> None:
    message = Message(headers=[("X-A", "1"), ("X-B", "2"), Header("x-a", "3")])
    assert message.headers.get_all("X-A") == ("1", "3")
    assert message.headers.get("x-b") == "2"
    assert message.headers.get("X-C") is None
    message.add_headers({"X-C": "4"})
    assert [field.name for field in message.headers] == ["X-A", "X-B", "x-a", "X-C"]


def test_a_header_is_found_by_its_name_in_any_case() -> None:
    headers = Message(headers=[("X-A", "1"), ("x-a", "2"), ("X-B", "")]).headers
    assert (headers["x-A"], headers["X-B"], headers[1]) == ("1", "", Header("x-a", "2"))
    assert [field in headers for field in ("X-a", "x-b", "X-C", Header("x-a", "2"), Header("x-a", "1"))] == [
        True,
        True,
        False,
        True,
        False,
    ]
    with pytest.raises(PropertyNotFound, match="header X-C"):
        headers["X-C"]


def test_a_level_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"'high' is no Importance: need one of Importance\.LOW, .*HIGH"):
        Message(importance="high")  # type: ignore[arg-type] # as who has no checker writes it
    with pytest.raises(UsageError, match="no Sensitivity"):
        Message().sensitivity = 4


def test_size_counts_bodies_and_attachments() -> None:
    assert Message(text="abc", html="é", attachments=[b"12345"]).size_octets == 3 + 2 + 5


def test_a_naive_date_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Message(date=datetime(2026, 1, 1))
    assert Message(date=datetime(2026, 1, 1, tzinfo=UTC)).date == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("thing", [Message(), Attachment(b""), PropBag()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("use", [bytes, list, iter])
def test_what_has_properties_is_no_sequence(thing: Any, use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(thing)


LOOKS: dict[str, Callable[[Any, Any], object]] = {
    "[]": lambda thing, tag: thing[tag],
    "get": lambda thing, tag: thing.get(tag),
    "[]=": lambda thing, tag: thing.__setitem__(tag, "x"),
    "in": lambda thing, tag: tag in thing,
    "del": lambda thing, tag: thing.__delitem__(tag),
}


@pytest.mark.parametrize("form", ["composed", "mime", "tnef", "msg"])
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", ["PidTagSubject", 0x0037, None])
def test_what_is_no_tag_is_refused(form: str, look: str, name: object) -> None:
    message = Message(subject="x")
    if form != "composed":
        message = read_message(write_message(message, form))
    with pytest.raises(
        UsageError, match=f"need a property tag such as PidTagSubject, got {name!r}; msgcore.props.lookup"
    ):
        LOOKS[look](message, name)


@pytest.mark.parametrize("form", ["composed", "mime", "tnef", "msg"])
@pytest.mark.parametrize("look", ["[]", "get", "[]="])
def test_what_is_no_tag_is_refused_by_an_attachment(form: str, look: str) -> None:
    message = Message(attachments=[b"x"])
    if form != "composed":
        message = read_message(write_message(message, form))
    with pytest.raises(UsageError, match="need a property tag such as PidTagSubject, got 'PidTagAttachSize'"):
        LOOKS[look](message.attachments[0], "PidTagAttachSize")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Plan", "Plan.eml"),
        ("Re: a/b", "Re_ a_b.eml"),
        ("plan.pdf", "plan.pdf.eml"),
        ("", "attachment.eml"),
        ("...", "attachment.eml"),
        ("x" * 500, "x" * 251 + ".eml"),
    ],
)
def test_an_attached_message_is_a_file_by_its_subject(subject: str, name: str) -> None:
    assert Attachment(Message(subject=subject)).safe_filename == name


@pytest.mark.parametrize(("form", "name"), [("mime", "Plan.eml"), ("tnef", "Plan.msg"), ("msg", "Plan.msg")])
def test_an_attached_message_that_was_read_is_a_file_of_its_form(form: str, name: str) -> None:
    read = read_message(write_message(Message(attachments=[Message(subject="Plan")]), form))

    assert read.attachments[0].safe_filename == name


def test_an_attached_message_with_a_name_keeps_it() -> None:
    assert Attachment(Message(subject="Plan"), filename="other.eml").safe_filename == "other.eml"


@pytest.mark.parametrize(
    ("described", "content_type", "name"),
    [
        ("report.pdf", "application/octet-stream", "report.pdf"),
        ("Version 1.2 of a/b", "application/pdf", "Version 1.2 of a_b.pdf"),
        ("", "image/png", "attachment.png"),
        ("", "application/octet-stream", "attachment"),
        ("", "x/y", "attachment"),
    ],
)
def test_an_attachment_without_a_name_is_called_as_it_is_described(
    described: str, content_type: str, name: str
) -> None:
    attachment = Attachment(b"x", content_type=content_type)
    attachment[PidTagDisplayName] = described

    assert (attachment.filename, attachment.safe_filename) == (None, name)
