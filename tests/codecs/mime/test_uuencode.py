"""Files that stand uuencoded in a text body."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.uuencode import uu_files
from msgcore.model import Message
from msgcore.props import PidTagBody, PidTagHasAttachments


def encoded(data: bytes, name: str = "a.bin", line_end: bytes = b"\r\n") -> bytes:
    lines = [binascii.b2a_uu(data[start : start + 45]).rstrip(b"\n") for start in range(0, len(data), 45)]
    return line_end.join([b"begin 644 " + name.encode(), *lines, b"`", b"end"]) + line_end


def letter(body: bytes) -> Message:
    return mime.read(b"Subject: x\r\n\r\n" + body)


def test_a_file_in_the_text_is_an_attachment() -> None:
    message = letter(b"before\r\n" + encoded(b"some data", "pic.png") + b"after\r\n")

    (attachment,) = message.attachments
    assert (attachment.filename, attachment.content_type, attachment.data) == ("pic.png", "image/png", b"some data")


def test_the_text_is_what_stands_around_the_files() -> None:
    body = b"before\r\n" + encoded(b"x" * 100) + b"between\r\n" + encoded(b"y") + b"after\r\n"

    assert letter(body).get(PidTagBody) == "before\nbetween\nafter\n"


def test_a_message_with_a_file_in_its_text_has_attachments() -> None:
    assert letter(encoded(b"x")).get(PidTagHasAttachments) is True
    assert letter(b"no file here\r\n").get(PidTagHasAttachments) is False


def test_an_unchanged_message_keeps_the_file_where_it_stands() -> None:
    octets = b"Subject: x\r\n\r\nbefore\r\n" + encoded(b"data")
    message = mime.read(octets)
    assert len(message.attachments) == 1

    assert mime.write(message) == octets


def test_a_changed_text_turns_the_file_into_a_part() -> None:
    message = letter(b"before\r\n" + encoded(b"data", "a.bin"))
    message.text = "new"

    changed = mime.read(mime.write(message))

    assert (changed.text, [(a.filename, a.data) for a in changed.attachments]) == ("new\n", [("a.bin", b"data")])


@pytest.mark.parametrize(
    "body",
    [
        b"we begin 644 people strong\r\nand then the\r\nend\r\n",
        b"begin 644 a\r\nno data on this line at all, it claims less\r\nend\r\n",
        b"begin 644 a.bin\r\n#86)C\r\n`\r\nno end\r\n",
        b"begin 999 a.bin\r\n#86)C\r\n`\r\nend\r\n",
    ],
)
def test_what_only_looks_like_a_file_stays_text(body: bytes) -> None:
    message = letter(body)

    assert (message.attachments, message.get(PidTagBody)) == ((), body.decode().replace("\r\n", "\n"))


@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"\r\n", b"\n"]), st.text("abc .\n", max_size=30))
def test_any_data_reads_back(data: bytes, line_end: bytes, before: str) -> None:
    octets = before.encode() + b"\n" + encoded(data, line_end=line_end)

    assert [file.data for file in uu_files(octets)] == [data]


def test_text_between_two_files_is_never_lost() -> None:
    first = encoded(b"first").replace(b"`\r\nend\r\n", b"")
    message = letter(b"hi\r\n" + first + b"This matters.\r\n" + encoded(b"second", "b.bin") + b"bye\r\n")

    assert "This matters." in (message.get(PidTagBody) or "")
    assert [(one.filename, one.data) for one in message.attachments] == [("b.bin", b"second")]


def test_text_before_the_end_line_makes_it_no_file() -> None:
    message = letter(encoded(b"data").replace(b"end\r\n", b"IMPORTANT: pay\r\nend\r\n"))

    assert (message.attachments, "pay" in (message.get(PidTagBody) or "")) == ((), True)
