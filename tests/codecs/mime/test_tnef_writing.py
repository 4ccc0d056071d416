"""TNEF in a message that is written: what it carries, what it never names, what becomes of it in a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from msgcore.codecs import mime, msg, rtf, tnef
from msgcore.codecs.forms import read_message
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model import Attachment, Message, compare
from msgcore.model.attachment import AttachMethod
from msgcore.props.table import (
    PidLidLocation,
    PidLidVerbResponse,
    PidTagAttachMethod,
    PidTagDisplayBcc,
    PidTagRecipientType,
    PidTagRtfCompressed,
    PidTagSubject,
    PidTagTnefCorrelationKey,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import Property
from msgcore.testing.strategies import composed_messages
from tests import shared
from tests.codecs.mime.corpus_files import corpus_messages
from tests.codecs.mime.tnef_streams import CORRELATOR, holding, stream
from tests.codecs.objects.outlooks_own import is_of_outlook

KEY = "<1@a.test>"
SECRET = "secret"
STREAMS = sorted((shared.corpus() / "tnef").rglob("*.tnef"))


def letter() -> Message:
    chart = Attachment(b"object", filename="chart")
    chart[PidTagAttachMethod] = AttachMethod.STORAGE
    message = Message(
        from_="Ann <ann@a.test>",
        to="Bob <bob@b.test>",
        bcc=f"{SECRET}@b.test",
        subject="Vote",
        text="Plain",
        html="<p>Rich",
        message_class="IPM.Note.Own",
        message_id=KEY,
        attachments=[Attachment(b"\0\1", filename="a.bin"), chart, Message(bcc=f"{SECRET}@c.test", text="inner")],
    )
    message[PidLidVerbResponse] = "Yes"
    return message


def leaves(octets: bytes) -> list[Entity]:
    source = mime.read(octets).source
    assert isinstance(source, MimeSource)
    return [one for one in source.root.walk() if not one.children]


def stream_of(octets: bytes) -> Message:
    return tnef.read(leaves(octets)[-1].content)


# What is written


def test_it_is_a_plain_text_and_a_file_called_winmail_dat() -> None:
    octets = mime.write(letter(), tnef=True)

    assert [(one.media_type, one.transfer_encoding) for one in leaves(octets)] == [
        ("text/plain", "7bit"),
        ("application/ms-tnef", "base64"),
    ]
    assert b'filename="winmail.dat"' in octets


def test_everything_arrives() -> None:
    sent = letter()
    read = mime.read(mime.write(sent, tnef=True))

    assert (read.message_class, read.get(PidLidVerbResponse), read.html) == ("IPM.Note.Own", "Yes", "<p>Rich")
    assert [(one.get(PidTagAttachMethod), one.data) for one in read.attachments] == [
        (AttachMethod.BY_VALUE, b"\0\1"),
        (AttachMethod.STORAGE, b"object"),
        (AttachMethod.EMBEDDED_MESSAGE, b""),
    ]


def test_the_message_id_says_that_the_stream_belongs_to_the_message() -> None:
    octets = mime.write(letter(), tnef=True)

    assert f"{CORRELATOR}: {KEY}\r\n".encode() in octets
    assert stream_of(octets)[PidTagTnefCorrelationKey] == KEY.encode()


@pytest.mark.parametrize("message_id", [None, "", "<two words@a.test>", "<é@a.test>", f"<{'x' * 300}@a.test>"])
def test_where_no_message_id_will_do_the_content_makes_a_key(message_id: str | None) -> None:
    def write() -> bytes:
        return mime.write(Message(subject="x", message_class="IPM.Own", message_id=message_id), tnef=True)

    assert write() == write()
    assert mime.read(write()).message_class == "IPM.Own"


def test_a_hop_that_takes_binary_gets_the_stream_as_it_is() -> None:
    octets = mime.write_for_wire(letter(), allow_8bit=True, allow_utf8=True, allow_binary=True, tnef=True)

    assert leaves(octets)[1].transfer_encoding == "binary"
    assert mime.read(octets).message_class == "IPM.Note.Own"


@pytest.mark.parametrize("bcc", [True, False])
def test_no_blind_recipient_is_named_in_the_stream(bcc: bool) -> None:
    sent = stream_of(mime.write(letter(), tnef=True, bcc=bcc))
    inner = next(one.message for one in sent.attachments if one.message is not None)

    assert (sent.bcc, inner.bcc) == ((), ())
    assert SECRET.encode("utf-16-le") not in leaves(mime.write(letter(), tnef=True, bcc=bcc))[-1].content


@given(composed_messages())
def test_any_message_survives(message: Message) -> None:
    """But for blind recipients of messages in it."""
    read = mime.read(mime.write(message, tnef=True))

    assert [one for one in compare(read, message) if one.where not in ADDED and "].recipients" not in one.where] == []


NOT_BELIEVED = {
    "PidTagContentFilterSpamConfidenceLevel",
    "x-ms-exchange-organization-authmechanism",
    "x-ms-exchange-organization-authsource",
}
ADDED = {"PidTagTnefCorrelationKey", "PidTagTransportMessageHeaders"}


@given(composed_messages())
def test_any_message_survives_the_wire(message: Message) -> None:
    octets = mime.write_for_wire(message, allow_8bit=False, allow_utf8=True, tnef=True)

    assert mime.read(octets).subject == message.subject


@given(composed_messages())
def test_the_pieces_join_to_what_write_gives(message: Message) -> None:
    assert b"".join(mime.write_chunks(message, tnef=True)) == mime.write(message, tnef=True)


# What was read is written


def test_a_message_that_was_not_changed_goes_out_octet_for_octet() -> None:
    octets = mime.write(letter(), tnef=True)
    read = mime.read(octets)

    assert (mime.write(read), mime.write(read, tnef=True)) == (octets, octets)


def set_subject(message: Message) -> None:
    message.subject = "changed"


def set_text(message: Message) -> None:
    message.text = "changed"


def add_attachment(message: Message) -> None:
    message.attachments = [*message.attachments, Attachment(b"changed", filename="new")]


def change_attachment(message: Message) -> None:
    message.attachments[0].properties[PidTagSubject] = "changed"


def set_recipients(message: Message) -> None:
    message.to = "changed@b.test"


def add_header(message: Message) -> None:
    message.add_headers([("X-Changed", "changed")])


def set_reply_to(message: Message) -> None:
    message.reply_to = "changed@b.test"


CHANGES = [set_subject, set_text, add_attachment, change_attachment, set_recipients, add_header, set_reply_to]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("wanted", [False, True], ids=["MIME", "TNEF"])
def test_no_stale_stream_survives_a_change(change: Callable[[Message], None], wanted: bool) -> None:
    before = mime.write(letter(), tnef=True)
    message = mime.read(before)
    change(message)
    octets = mime.write(message, tnef=wanted)

    assert (b"ms-tnef" in octets, CORRELATOR.encode() in octets) == (wanted, wanted)
    assert [one.where for one in compare(mime.read(octets), message) if one.where in MUST_AGREE] == []
    if wanted:
        assert mime.read(octets).message_class == "IPM.Note.Own"


MUST_AGREE = {"PidTagSubject", "PidTagBody", "PidTagHtml", "recipients", "reply_to", "attachments"}


@pytest.mark.parametrize("write", [mime.write, tnef.write, msg.write])
def test_no_stale_rtf_survives_another_body(write: Callable[..., bytes]) -> None:
    """Readers of TNEF and .msg would show it in place of the new one."""
    packed = rtf.compress(rtf.encapsulate_html("<p>old"))
    message = mime.read(mime.write(Message(subject="x", html="<p>old", message_id=KEY), tnef=True))
    message[PidTagRtfCompressed] = packed
    again = mime.read(mime.write(message, tnef=True))
    again.html = "<p>new"
    written = mime.write(again, tnef=True) if write is mime.write else write(again)
    last = read_message(written)

    assert (last.said(PidTagRtfCompressed), last.html, again.said(PidTagRtfCompressed)) == (None, "<p>new", packed)


def test_fields_that_the_header_alone_says_stay_as_they_were() -> None:
    odd = "To: friends: Bob <bob@b.test>, (who?) carl@b.test;"
    octets = holding(stream({PidTagTnefCorrelationKey: b"k"}), "Received: by a.test; x", odd, f"{CORRELATOR}: k")
    message = mime.read(octets)
    message.subject = "changed"

    assert mime.write(message).startswith(f"Received: by a.test; x\r\n{odd}\r\nSubject: changed\r\n".encode())


def test_the_stream_of_another_message_stays_where_only_the_header_changes() -> None:
    octets = holding(stream({PidTagSubject: "x"}, files=[("a", b"1")]), "Subject: a")
    message = mime.read(octets)
    message.subject = "b"

    assert mime.write(message) == octets.replace(b"Subject: a", b"Subject: b")


def test_the_stream_of_another_message_goes_when_the_body_changes() -> None:
    message = mime.read(holding(stream({PidTagSubject: "x"}, files=[("a", b"1")]), f"{CORRELATOR}: k"))
    message.text = "changed"
    octets = mime.write(message)

    assert (b"tnef" in octets.lower(), [one.data for one in mime.read(octets).attachments]) == (False, [b"1"])


def test_a_stream_that_names_blind_recipients_never_reaches_the_others() -> None:
    """Whoever wrote it: what was read and not changed is composed anew for that."""
    told = stream({PidTagTnefCorrelationKey: b"k"}, rows=[{PidTagRecipientType: 3}], files=[("a", b"1")])
    message = mime.read(holding(told, "Subject: x", f"{CORRELATOR}: k"))
    stored = mime.write(message)
    sent = [
        mime.write(message, bcc=False),
        mime.write_for_wire(message, allow_8bit=False, allow_utf8=False),
        mime.write_for_wire(message, allow_8bit=False, allow_utf8=False, tnef=True),
    ]

    assert stored == mime.write(mime.read(stored))
    assert [(b"ms-tnef" in one, [a.data for a in mime.read(one).attachments]) for one in sent] == [
        (False, [b"1"]),
        (False, [b"1"]),
        (True, [b"1"]),
    ]
    assert not stream_of(sent[2]).recipients


@pytest.mark.parametrize(
    "told", [{PidTagTransportMessageHeaders: "To: a@a.test\r\nBcc: eve@b.test\r\n"}, {PidTagDisplayBcc: "eve@b.test"}]
)
def test_a_stream_that_names_them_beside_its_rows_does_not_either(told: dict[Property[Any], object]) -> None:
    streams = stream({PidTagTnefCorrelationKey: b"k", **told})
    message = mime.read(holding(streams, "Subject: x", f"{CORRELATOR}: k"))
    sent = mime.write_for_wire(message, allow_8bit=False, allow_utf8=False, tnef=True)

    assert "eve@b.test".encode("utf-16-le") in leaves(mime.write(message))[-1].content
    assert "eve@b.test".encode("utf-16-le") not in leaves(sent)[-1].content


def test_a_stream_without_blind_recipients_goes_over_the_wire_as_it_came() -> None:
    octets = mime.write(letter(), tnef=True, bcc=False)

    assert mime.write_for_wire(mime.read(octets), allow_8bit=False, allow_utf8=False) == octets


def test_a_message_read_from_mime_is_written_as_tnef_when_that_is_asked_for() -> None:
    plain = mime.read(mime.write(Message(subject="x", text="y", message_id=KEY)))
    read = mime.read(mime.write(plain, tnef=True))

    assert (read.subject, read.text, read[PidTagTnefCorrelationKey]) == ("x", "y\n", KEY.encode())


# The corpus


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_streams_of_the_corpus_as_messages(path: Path) -> None:
    """Their own attachments come out whether they belong to the message or not; so do their bodies."""
    octets = path.read_bytes()
    alone = tnef.read(octets)
    message = mime.read(holding(octets, "Subject: x", text=None))

    def files(one: Message) -> list[tuple[str | None, int, bytes]]:
        return [(a.filename, len(a.data), a.data[:50]) for a in one.attachments if a.message is None]

    if alone.attachments:
        assert files(message) == files(alone)
    assert (message.text or "").strip() == (alone.text or "").strip()
    assert message.message_class == "IPM.Note"


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_streams_of_the_corpus_survive_mime_in_rich_form(path: Path) -> None:
    alone = tnef.read(path.read_bytes())
    read = mime.read(mime.write(alone, tnef=True))

    assert [one for one in compare(read, alone) if one.where not in ADDED | {"recipients", *NOT_BELIEVED}] == []


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_streams_of_the_corpus_go_out_as_mime(path: Path) -> None:
    alone = tnef.read(path.read_bytes())
    read = mime.read(mime.write(alone))

    assert read.subject == alone.subject
    if alone.message_class.startswith("REPORT."):  # which has a text and a part of its own in MIME
        assert (read.message_class, len(read.attachments)) == (alone.message_class, len(alone.attachments) + 1)
        return
    assert lines(read) == lines(alone)
    assert sorted(len(one.data) for one in read.attachments) == sorted(len(one.data) for one in alone.attachments)


def lines(message: Message) -> list[str]:
    return [line.rstrip() for line in (message.text or "").splitlines() if line.strip()]


def test_mail_of_the_corpus_survives_rich_form() -> None:
    """Every twentieth message."""
    differences: dict[str, list[str]] = {}
    for path in corpus_messages()[::20]:
        message = mime.read(path.read_bytes())
        read = mime.read(mime.write(message, tnef=True))
        unlike = [one for one in compare(read, message) if not is_of_outlook(one, message)]
        found = [one.where for one in unlike if one.where not in ADDED]
        if found:
            differences[path.name] = found

    assert differences == {}


def test_a_changed_message_keeps_the_properties_that_its_stream_had() -> None:
    """In the storage form: a store would else lose them with the first change."""
    meeting = Message(from_="a@a.test", to="b@b.test", subject="Plan", text="t", message_class="IPM.Appointment")
    meeting[PidLidLocation] = "Room 7"
    read = mime.read(mime.write(meeting, tnef=True))
    read.subject = "Other"
    again = mime.read(mime.write(read))

    assert (again.subject, again.message_class, again[PidLidLocation]) == ("Other", "IPM.Appointment", "Room 7")
    assert mime.read(mime.write(read, tnef=False)).message_class == "IPM.Note"


@pytest.mark.parametrize(
    ("octets", "html", "text"),
    [(rtf.encapsulate_html("<p>Hello</p>"), "<p>Hello</p>", "Hello"), (rb"{\rtf1 Hello}", None, "Hello")],
)
def test_rtf_alone_is_no_empty_mail(octets: bytes, html: str | None, text: str) -> None:
    message = Message(from_="a@a.test", to="b@b.test")
    message[PidTagRtfCompressed] = rtf.compress(octets)
    read = mime.read(mime.write(message))

    assert ((read.html or "").strip() or None, (read.text or "").strip()) == (html, text)
