"""Text of attachments: what hooks give is taken, and what goes wrong in them is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from msgcore.base.times import Deadline
from msgcore.model import Attachment, Message
from msgcore.spi.texts import MOST_CHARACTERS, MOST_OCTETS, TextSource, attachment_text, register_text_source
from msgcore.testing.clock import ManualClock

TYPE = "application/x-test"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    register_text_source(TYPE, None)


def texts_with(source: TextSource, *contents: bytes, content_type: str = TYPE) -> str:
    register_text_source(TYPE, source)
    return attachment_text([Attachment(content, content_type=content_type) for content in contents], Deadline())


def test_texts_stand_a_blank_line_apart() -> None:
    assert texts_with(bytes.decode, b"a", b"", b"b") == "a\n\nb"


def test_a_content_type_has_no_case() -> None:
    assert texts_with(bytes.decode, b"a", content_type="Application/X-Test") == "a"


def test_an_attachment_of_another_type_has_no_text() -> None:
    assert texts_with(bytes.decode, b"a", content_type="application/x-other") == ""


def test_a_message_that_is_attached_has_no_text() -> None:
    register_text_source("message/rfc822", bytes.decode)
    attached = Message(attachments=[Message(text="inside")]).attachments

    assert attachment_text(attached, Deadline()) == ""
    register_text_source("message/rfc822", None)


def test_what_a_function_raises_leaves_the_others_their_texts() -> None:
    assert texts_with(lambda octets: octets.decode("ascii"), b"a", b"\xff", b"b") == "a\n\nb"


def test_what_is_no_text_is_none(caplog: pytest.LogCaptureFixture) -> None:
    source: TextSource = bytes.upper  # type: ignore[assignment]  # of a hook that gives octets

    assert texts_with(source, b"a") == ""
    assert "its function gave bytes" in caplog.text


def test_a_long_text_is_cut() -> None:
    assert len(texts_with(lambda _: "x" * (MOST_CHARACTERS + 1), b"a")) == MOST_CHARACTERS


def test_an_attachment_that_is_too_large_is_not_given_away() -> None:
    assert texts_with(lambda octets: str(len(octets)), b"x" * (MOST_OCTETS + 1), b"x" * 7) == "7"


def test_after_the_deadline_no_function_is_called() -> None:
    clock = ManualClock()

    def slow(octets: bytes) -> str:
        clock.move(6)
        return octets.decode()

    register_text_source(TYPE, slow)
    files = [Attachment(content, content_type=TYPE) for content in (b"a", b"b", b"c")]

    assert attachment_text(files, Deadline.after(10, clock)) == "a\n\nb"
