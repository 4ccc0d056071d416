"""Any form in, any form out."""

from __future__ import annotations

import pickle

import pytest

from msgcore.codecs import form_of_octets, read_message, write_message
from msgcore.errors import UsageError
from msgcore.model import Attachment, Message
from msgcore.props import PidTagAttachDataBinary

TNEF = bytes.fromhex("789f3e22") + b"\0\0"
MSG = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


@pytest.mark.parametrize(("octets", "form"), [(b"Subject: x\r\n", "mime"), (b"", "mime"), (TNEF, "tnef"), (MSG, "msg")])
def test_the_form_is_recognised_from_the_octets(octets: bytes, form: str) -> None:
    assert form_of_octets(octets) == form


def test_a_mime_message_reads() -> None:
    assert read_message(b"Subject: x\r\n\r\n").subject == "x"


def test_the_given_form_goes_before_the_octets() -> None:
    assert read_message(TNEF, form="mime").subject == ""


@pytest.mark.parametrize("form", ["mime", "tnef", "msg"])
def test_a_message_is_written_in_each_form_and_read_from_what_its_octets_show(form: str) -> None:
    octets = write_message(Message(subject="x"), form)

    assert (form_of_octets(octets), read_message(octets).subject) == (form, "x")


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UsageError, match="'pdf' is no form"):
        write_message(Message(), "pdf")


def test_a_message_is_written_as_mime() -> None:
    assert read_message(write_message(Message(subject="x"))).subject == "x"


@pytest.mark.parametrize("form", ["mime", "tnef", "msg"])
def test_a_file_that_is_changed_in_a_copy_of_what_was_read_is_not_in_another(form: str) -> None:
    octets = write_message(Message(subject="x", attachments=[b"for all", b"same"]), form)
    for is_looked_at in (False, True):
        template = read_message(octets)
        assert not is_looked_at or [one.data for one in template.attachments] == [b"for all", b"same"]
        first, second = template.copy(), template.copy()
        first.attachments[0][PidTagAttachDataBinary] = b"for ann"
        third = first.copy()
        second.attachments[0][PidTagAttachDataBinary] = b"for bob"

        contents = [one.attachments[0].data for one in (first, second, third, template)]
        assert contents == [b"for ann", b"for bob", b"for ann", b"for all"]
        assert (first.is_changed, third.is_changed, template.is_changed) == (True, True, False)
        assert write_message(template.copy(), form) == octets


@pytest.mark.parametrize("form", ["mime", "tnef", "msg"])
def test_a_message_that_was_read_goes_to_another_process(form: str) -> None:
    inner = Message(subject="inner", text="hi", attachments=[Attachment(b"x", filename="x.bin")])
    files = (Attachment(b"a;b", filename="a.csv"), Attachment(inner))
    octets = write_message(Message(from_="ann@a.test", to="bob@b.test", text="See", attachments=files), form)
    untouched, used, sent_on, turned, nested = (read_message(octets) for _ in range(5))
    assert (used.text, used.attachments[0].data) == ("See\n" if form == "mime" else "See", b"a;b")
    sent_on.to, sent_on.attachments = "cid@c.test", sent_on.attachments
    turned.attachments = turned.attachments[::-1]
    (nested,) = (one.message for one in nested.attachments if one.message is not None)

    for message in (untouched, used, sent_on, nested):
        again = pickle.loads(pickle.dumps(message))
        assert again.is_changed is (message is sent_on)
        assert write_message(again, form) == write_message(message, form)
    names = [one.filename for one in pickle.loads(pickle.dumps(turned)).attachments]
    assert (names, names[1]) == ([one.filename for one in turned.attachments], "a.csv")
