"""Any form in, any form out."""

from __future__ import annotations

import pytest

from msgcore.codecs import form_of_octets, read_message, write_message
from msgcore.errors import NotSupported, UsageError
from msgcore.model import Message

TNEF = bytes.fromhex("789f3e22") + b"\0\0"
MSG = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


@pytest.mark.parametrize(("octets", "form"), [(b"Subject: x\r\n", "mime"), (b"", "mime"), (TNEF, "tnef"), (MSG, "msg")])
def test_the_form_is_recognised_from_the_octets(octets: bytes, form: str) -> None:
    assert form_of_octets(octets) == form


def test_a_mime_message_reads() -> None:
    assert read_message(b"Subject: x\r\n\r\n").subject == "x"


@pytest.mark.parametrize(("octets", "form"), [(TNEF, "tnef"), (MSG, "msg")])
def test_a_form_without_a_reader_is_named(octets: bytes, form: str) -> None:
    with pytest.raises(NotSupported, match=form):
        read_message(octets)


def test_the_given_form_goes_before_the_octets() -> None:
    assert read_message(TNEF, form="mime").subject == ""


@pytest.mark.parametrize("form", ["tnef", "msg"])
def test_a_form_without_a_writer_is_named(form: str) -> None:
    with pytest.raises(NotSupported, match=form):
        write_message(Message(), form)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UsageError, match="'pdf' is no form"):
        write_message(Message(), "pdf")


def test_a_message_is_written_as_mime() -> None:
    assert read_message(write_message(Message(subject="x"))).subject == "x"
