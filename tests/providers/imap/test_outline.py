"""What the structure of a message says of its attachments."""

from __future__ import annotations

import pytest

from msgcore.providers.imap.outline import attachments_in, texts_to_see
from msgcore.wire.imap.structure import BodyPart

FIRST = BodyPart("1", "text", "plain", size_octets=100)
SECOND = BodyPart("2", "text", "plain", size_octets=100)
NAMED = BodyPart("2", "text", "plain", size_octets=100, disposition="inline", disposition_parameters={"filename": b"a"})
NAMED_OTHERWISE = BodyPart("2", "text", "plain", {"name*": b"utf-8''a"}, size_octets=100)


def mixed(*parts: BodyPart) -> BodyPart:
    return BodyPart("", "multipart", "mixed", {"boundary": b"b"}, parts=parts)


@pytest.mark.parametrize(("second", "has_attachments"), [(SECOND, False), (NAMED, True), (NAMED_OTHERWISE, True)])
def test_a_second_text_is_an_attachment_where_it_has_a_name(second: BodyPart, has_attachments: bool) -> None:
    assert attachments_in(mixed(FIRST, second)) is has_attachments


def test_files_may_be_uuencoded_in_every_text() -> None:
    assert texts_to_see(mixed(FIRST, SECOND)) == ("1", "2")


def test_a_message_of_very_many_texts_is_read_itself() -> None:
    """A command that named them all would be too long for a server, and no row of the folder would be had."""
    texts = [BodyPart(str(number + 1), "text", "plain", size_octets=100) for number in range(1_000)]

    assert texts_to_see(mixed(*texts)) is None
