"""Messages written as .msg files say the same when they are read again."""

from __future__ import annotations

from hypothesis import given

from msgcore.codecs import msg, tnef
from msgcore.codecs.msg.writer import compose
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.testing.strategies import composed_messages, object_messages, read_messages


@given(composed_messages())
def test_what_is_composed_says_the_same(message: Message) -> None:
    octets = msg.write(message)

    assert compare(msg.read(octets), message) == ()
    assert msg.check(octets) == ()


@given(read_messages())
def test_what_was_read_from_mime_says_the_same(message: Message) -> None:
    octets = msg.write(message)

    assert compare(msg.read(octets), message) == ()
    assert msg.check(octets) == ()


@given(object_messages())
def test_what_mapi_can_say_is_read_again(message: Message) -> None:
    octets = msg.write(message)

    assert compare(msg.read(octets), message) == ()
    assert msg.check(octets) == ()


@given(object_messages(0))
def test_by_way_of_tnef_it_is_the_same(message: Message) -> None:
    read = msg.read(msg.write(message))
    by_tnef = tnef.read(tnef.write(read))

    assert compare(msg.read(msg.write(by_tnef)), read) == ()


@given(object_messages(0))
def test_what_was_read_is_written_octet_for_octet_and_composed_alike(message: Message) -> None:
    octets = msg.write(message)
    again = msg.read(octets)

    assert msg.write(again) == octets
    assert b"".join(msg.write_chunks(again)) == octets
    assert compose(again) == octets


@given(composed_messages(0))
def test_the_pieces_are_the_whole(message: Message) -> None:
    assert b"".join(msg.write_chunks(message)) == msg.write(message)


def test_a_change_is_written_and_the_rest_stays() -> None:
    read = msg.read(msg.write(Message(subject="old", text="body", attachments=[Attachment(b"x", filename="x.bin")])))
    read.subject = "new"

    again = msg.read(msg.write(read))

    assert (again.subject, again.text, [one.data for one in again.attachments]) == ("new", "body", [b"x"])


def test_text_that_ends_in_nul_keeps_it() -> None:
    """Some writers end text with a NUL, and readers take it away."""
    assert msg.read(msg.write(Message(text="a\0"))).text == "a\0"
