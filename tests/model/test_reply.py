"""Replies and forwarded messages."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from msgcore import Address, Attachment, Importance, Message, Sensitivity, compare, forward, mime, reply
from msgcore.props import (
    PidTagAttachContentId,
    PidTagConversationIndex,
    PidTagConversationTopic,
    PidTagInReplyToId,
    PidTagInternetReferences,
)
from msgcore.testing.strategies import composed_messages, read_messages

PNG = b"\x89PNG\r\n\x1a\n----"
WHEN = datetime(2026, 1, 5, 10, 0, tzinfo=timezone(timedelta(hours=1)))


def letter(**fields: object) -> Message:
    """A message from Ann to Bob and others."""
    given: dict[str, object] = {
        "from_": "Ann <ann@a.test>",
        "to": "Bob <bob@b.test>, carol@c.test",
        "cc": "dave@d.test",
        "bcc": "erin@e.test",
        "subject": "Plan",
        "text": "Shall we?\n",
        "date": WHEN,
        "message_id": "<1@a.test>",
        **fields,
    }
    return Message(**given)  # type: ignore[arg-type]  # the fields are given by name


def addresses(people: tuple[Address, ...]) -> list[str]:
    return [address.email_address for address in people]


# Whom a reply goes to


@pytest.mark.parametrize(
    ("fields", "to"),
    [
        ({}, ["ann@a.test"]),
        ({"sender": "secretary@a.test"}, ["ann@a.test"]),
        ({"reply_to": "office@a.test, Ann <ann@a.test>"}, ["office@a.test", "ann@a.test"]),
        ({"from_": None}, []),
        ({"from_": "FAX:+46701"}, ["+46701"]),
    ],
)
def test_a_reply_goes_to_reply_to_else_to_from(fields: dict[str, object], to: list[str]) -> None:
    answer = reply(letter(**fields), me="bob@b.test")
    assert (addresses(answer.to), answer.cc, answer.bcc) == (to, (), ())


@pytest.mark.parametrize(
    ("fields", "to", "cc"),
    [
        ({}, ["ann@a.test"], ["carol@c.test", "dave@d.test"]),
        ({"cc": "DAVE@d.test, dave@d.test, ann@a.test"}, ["ann@a.test"], ["carol@c.test", "DAVE@d.test"]),
        ({"reply_to": "carol@c.test"}, ["carol@c.test"], ["dave@d.test"]),
        ({"cc": "Nobody, dave@d.test"}, ["ann@a.test"], ["carol@c.test", "dave@d.test"]),
        ({"headers": {"Mail-Followup-To": "The list <list@l.test>, bob@b.test"}}, ["list@l.test"], []),
    ],
)
def test_a_reply_to_all_goes_to_everybody_else_once(fields: dict[str, object], to: list[str], cc: list[str]) -> None:
    answer = reply(letter(**fields), to_all=True, me=["Bob <BOB@b.test>", "bob@home.test"])
    assert (addresses(answer.to), addresses(answer.cc), answer.bcc) == (to, cc, ())


ON_A_LIST: dict[str, object] = {
    "to": "list@l.test",
    "reply_to": "list@l.test",
    "headers": {"List-Post": "<mailto:list@l.test>"},
}


def test_a_list_in_reply_to_does_not_get_a_reply_to_the_author() -> None:
    assert addresses(reply(letter(**ON_A_LIST)).to) == ["ann@a.test"]


def test_a_list_in_reply_to_gets_the_reply_to_all() -> None:
    answer = reply(letter(**ON_A_LIST), to_all=True)
    assert (addresses(answer.to), addresses(answer.cc)) == (["ann@a.test"], ["list@l.test", "dave@d.test"])


def test_the_author_behind_a_list_gets_the_reply() -> None:
    fields = {**ON_A_LIST, "from_": "Ann via list <list@l.test>", "reply_to": "ann@a.test"}
    assert addresses(reply(letter(**fields)).to) == ["ann@a.test"]


def test_the_reply_to_a_message_of_ones_own_goes_to_those_it_went_to() -> None:
    answer = reply(letter(), me="ann@a.test", to_all=True)
    assert (addresses(answer.to), addresses(answer.cc)) == (["bob@b.test", "carol@c.test"], ["dave@d.test"])


def test_a_note_to_oneself_is_answered_to_oneself() -> None:
    assert addresses(reply(letter(to="ann@a.test", cc=()), me="ann@a.test").to) == ["ann@a.test"]


@pytest.mark.parametrize(
    ("me", "sender"),
    [
        (["bob@home.test", "Robert <bob@b.test>"], "Robert <bob@b.test>"),
        (["bob@home.test"], "bob@home.test"),
        (["x@x.test", "ann@a.test"], "ann@a.test"),
    ],
)
def test_the_address_that_the_message_was_sent_to_answers(me: list[str], sender: str) -> None:
    assert str(reply(letter(), me=me).from_) == sender


def test_without_an_own_address_the_sender_is_left_to_submit() -> None:
    assert reply(letter()).from_ is None


# What ties it to the message


def test_a_reply_refers_to_its_message() -> None:
    answer = reply(letter(references="<0@a.test>"))
    assert (answer.subject, answer[PidTagInReplyToId], answer[PidTagInternetReferences]) == (
        "Re: Plan",
        "<1@a.test>",
        "<0@a.test> <1@a.test>",
    )


def test_a_reply_to_a_message_without_id_refers_to_none() -> None:
    answer = reply(letter(message_id=None))
    assert (PidTagInReplyToId in answer, PidTagInternetReferences in answer) == (False, False)


def test_a_forwarded_message_is_referred_to_but_not_answered() -> None:
    answer = forward(letter(subject="AW: Plan"), to="x@x.test")
    assert (answer.subject, PidTagInReplyToId in answer, answer[PidTagInternetReferences]) == (
        "Fwd: Plan",
        False,
        "<1@a.test>",
    )


def test_a_conversation_is_continued() -> None:
    message = letter(subject="Re: Plan")
    message[PidTagConversationIndex] = b"\1" + bytes(21)
    answers = [reply(message), forward(message)]
    assert [(len(a[PidTagConversationIndex]), a[PidTagConversationTopic]) for a in answers] == [(27, "Plan")] * 2


def test_no_conversation_is_begun() -> None:
    assert PidTagConversationIndex not in reply(letter())


def test_a_private_matter_stays_private() -> None:
    answers = [reply(letter(sensitivity=Sensitivity.PRIVATE)), forward(letter(sensitivity=Sensitivity.PRIVATE))]
    assert [answer.sensitivity for answer in answers] == [Sensitivity.PRIVATE] * 2


def test_only_a_forwarded_message_stays_important() -> None:
    message = letter(importance=Importance.HIGH)
    assert (reply(message).importance, forward(message).importance) == (Importance.NORMAL, Importance.HIGH)


# Bodies of a reply


def test_the_text_is_quoted_below_who_wrote_it_and_when() -> None:
    message = letter(text="Shall we?\n\n> I said\nYes\n\n-- \nAnn\n")
    assert reply(message, text="Fine.\n").text == (
        "Fine.\n\nOn Mon, 5 Jan 2026 at 09:00 UTC, Ann wrote:\n> Shall we?\n>\n>> I said\n> Yes"
    )


def test_the_signature_of_html_is_not_quoted_as_text() -> None:
    message = letter(text=None, html="<p>Shall we?<div>-- <br>Ann</div>", date=None)
    assert reply(message).text == "Ann wrote:\n> Shall we?"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"date": None}, "Ann wrote:\n> Shall we?"),
        ({"from_": "ann@a.test", "date": None}, "ann@a.test wrote:\n> Shall we?"),
        ({"from_": None}, "On Mon, 5 Jan 2026 at 09:00 UTC, somebody wrote:\n> Shall we?"),
        ({"from_": None, "date": None}, "> Shall we?"),
        ({"from_": "A\u2028B <a@x.test>", "date": None}, "A B wrote:\n> Shall we?"),
    ],
)
def test_what_is_not_known_of_the_quote_is_not_said(fields: dict[str, object], text: str) -> None:
    assert reply(letter(**fields)).text == text


def test_a_text_message_gets_a_text_reply() -> None:
    assert reply(letter(), text="Fine.").html is None


def test_an_unquoted_reply_has_what_was_given_only() -> None:
    answer = reply(letter(html="<p>Shall we?"), text="Fine.", quote=False)
    assert (answer.text, answer.html) == ("Fine.", None)


def test_html_is_quoted_as_html() -> None:
    answer = reply(letter(html="<html><body><p>Shall <b>we</b>?</div></body></html>", date=None), text="I & you")
    assert answer.html == (
        "<div><p>I &amp; you</p></div><br><div>Ann wrote:</div>"
        '<blockquote type="cite" style="margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex">'
        "<div><p>Shall <b>we</b>?</p></div></blockquote>"
    )


def test_a_reply_in_html_quotes_the_text_as_html() -> None:
    answer = reply(letter(text="a < b", date=None), html="<p>Fine")
    assert (answer.html or "").startswith("<div><p>Fine</p></div><br><div>Ann wrote:</div><blockquote")
    assert "<p>a &lt; b</p></blockquote>" in (answer.html or "")


def test_a_reply_in_html_has_a_text_too() -> None:
    assert reply(letter(date=None), html="<p>Fine").text == "Fine\n\nAnn wrote:\n> Shall we?"


def test_a_quote_runs_nothing() -> None:
    answer = reply(letter(html="<p onclick=x()>a<script>b</script><iframe src=c></iframe>"), text="x")
    assert not any(word in (answer.html or "") for word in ("onclick", "script", "iframe"))


def test_nothing_of_the_quote_reaches_out_of_it() -> None:
    answer = reply(letter(html='</blockquote></div>a<div><b>b<img src="http://evil.test/'), text="x")
    assert (answer.html or "").endswith(">a<div><b>b</b></div></blockquote>")


def test_pictures_that_the_quote_shows_go_along_and_files_do_not() -> None:
    message = letter(
        html='<img src="cid:p%401">',
        attachments=[
            Attachment(PNG, content_id="p@1", content_type="image/png", is_inline=True),
            Attachment(PNG, content_id="p@2", content_type="image/png", is_inline=True),
            Attachment(b"x", filename="report.pdf"),
        ],
    )
    assert [one.content_id for one in reply(message, text="x").attachments] == ["p@1"]


# Bodies of a forwarded message


def test_a_forwarded_message_stands_below_a_summary_of_its_header() -> None:
    assert forward(letter(), to="x@x.test", text="See below").text == (
        "See below\n\n"
        "---------- Forwarded message ----------\n"
        "From: Ann <ann@a.test>\n"
        "Date: Mon, 5 Jan 2026 at 09:00 UTC\n"
        "Subject: Plan\n"
        "To: Bob <bob@b.test>, carol@c.test\n"
        "Cc: dave@d.test\n"
        "\n"
        "Shall we?\n"
    )


def test_forwarded_html_stays_html() -> None:
    answer = forward(letter(html="<p>Shall <b>we</b>?", to=(), cc=(), date=None), html="<i>Look")
    assert answer.html == (
        "<div><i>Look</i></div><br><p>---------- Forwarded message ----------<br>"
        "<b>From:</b> Ann &lt;ann@a.test&gt;<br><b>Subject:</b> Plan</p><p>Shall <b>we</b>?</p>"
    )


def test_attachments_go_along_but_for_signatures() -> None:
    message = letter(
        attachments=[
            Attachment(b"x", filename="report.pdf"),
            Attachment(b"s", content_type="application/pkcs7-signature", filename="smime.p7s"),
            Message(subject="inner"),
        ]
    )
    assert [one.content_type for one in forward(message).attachments] == ["application/pdf", "message/rfc822"]


def test_what_is_done_to_an_attachment_of_the_answer_is_not_done_to_the_message() -> None:
    message = letter(attachments=[Attachment(b"x", content_id="old")])
    forward(message).attachments[0][PidTagAttachContentId] = "new"
    assert message.attachments[0].content_id == "old"


@pytest.mark.parametrize(
    ("subject", "filename"),
    [("Plan", "Plan.eml"), ("a/b:c?", "a_b_c_.eml"), ("", "message.eml"), ("..", "message.eml")],
)
def test_a_message_forwarded_whole_is_a_file_named_by_its_subject(subject: str, filename: str) -> None:
    answer = forward(letter(subject=subject), as_attachment=True, text="See")
    assert (answer.text, [one.filename for one in answer.attachments]) == ("See", [filename])


ORIGINAL = (
    b"From: Ann <ann@a.test>\r\nTo: bob@b.test\r\nSubject:  odd   spacing\r\nX-Odd: =?utf-8?q?x?=\r\n\r\nBody  \r\n"
)


def test_a_message_forwarded_whole_keeps_its_octets() -> None:
    octets = mime.write(forward(mime.read(ORIGINAL), to="x@x.test", as_attachment=True))
    assert ORIGINAL in octets


def test_a_message_forwarded_whole_tells_nobody_its_bcc() -> None:
    with_bcc = ORIGINAL.replace(b"Subject:", b"Bcc: erin@e.test\r\nSubject:")
    octets = mime.write(forward(mime.read(with_bcc), to="x@x.test", as_attachment=True))
    assert (b"erin@e.test" in octets, b"Body  \r\n" in octets) == (False, True)


# On the way


def answers_to(message: Message) -> list[Message]:
    return [
        reply(message, to_all=True, text="Fine.", me="bob@b.test"),
        reply(message, html="<p>Fine."),
        forward(message, to="x@x.test", text="See below"),
        forward(message, to="x@x.test", as_attachment=True),
    ]


@given(composed_messages())
def test_answers_survive_mime(message: Message) -> None:
    for answer in answers_to(message):
        assert compare(mime.read(mime.write(answer)), answer) == ()


@given(read_messages())
def test_whatever_was_read_can_be_answered(message: Message) -> None:
    for answer in answers_to(message):
        assert mime.read(mime.write(answer)).subject == answer.subject


def test_no_bcc_is_carried_over() -> None:
    octets = b"".join(mime.write(answer) for answer in answers_to(mime.read(mime.write(letter()))))
    assert b"erin@e.test" not in octets


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"Subject: =?utf-8?q?a=0D=0ABcc:_x@x.test=00?=\r\nFrom: =?utf-8?q?A=0D=0AX:_y?= <a@x.test>\r\n\r\nx",
        b"From: undisclosed\r\nReply-To: ;,<>@\r\nMessage-ID: <a b>\r\nReferences: <<>> x\r\n\r\nx",
        b"From: <a\0b@x.test>\r\nTo: a@b@c, <x\r\nContent-Type: text/html\r\n\r\n<a <b '",
        b"Thread-Index: AAAA\r\nThread-Topic: =?utf-8?q?a=0Ab?=\r\nMail-Followup-To: :;,<\r\n\r\nx",
    ],
)
def test_a_broken_message_is_answered_too(octets: bytes) -> None:
    for answer in answers_to(mime.read(octets)):
        assert b"\nBcc:" not in mime.write(answer)
        assert b"\nX: y" not in mime.write(answer)


def test_a_reply_goes_to_the_author_when_reply_to_is_no_address() -> None:
    message = mime.read(b"From: ann@a.test\r\nReply-To: nobody\r\n\r\nHi\r\n")

    assert [one.email_address for one in reply(message).to] == ["ann@a.test"]


def test_the_style_sheet_of_a_quoted_message_stays_behind() -> None:
    message = Message(from_="ann@a.test", html="<style>div{display:none}</style><p>Hi")

    assert "<style" not in (reply(message, html="<b>mine</b>").html or "")
