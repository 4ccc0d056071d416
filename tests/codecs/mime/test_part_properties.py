"""The properties of an attachment that was read ([MS-OXCMAIL] section 2.2.3.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.mapping.part_properties import file_times
from msgcore.errors import PropertyNotFound
from msgcore.model import Attachment
from msgcore.props import (
    PidTagAttachContentBase,
    PidTagAttachContentId,
    PidTagAttachContentLocation,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachFlags,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagCreationTime,
    PidTagDisplayName,
    PidTagLastModificationTime,
    PidTagRenderingPosition,
    PidTagSubject,
    PidTagTextAttachmentCharset,
)
from msgcore.props.tags import Property
from msgcore.testing.strategies import moments

FILE = """\
Content-Type: application/pdf; name="old name.pdf"
Content-Disposition: attachment; filename="annual report.pdf";
 creation-date="Mon, 5 Jan 2026 10:00:00 +0100"; modification-date="Tue, 6 Jan 2026 10:00:00 +0000"
"""


def attachment(fields: str, *, html: str = "", body: str = "x") -> Attachment:
    """Read the attachment of a message whose HTML body is ``html``."""
    message = f"""\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: text/html

{html}
--m
{fields}
{body}
--m--
"""
    (found,) = mime.read(message.encode()).attachments
    return found


MESSAGE = "Content-Type: message/rfc822\n"
INNER = "Subject: The inner one\n\nx"


@pytest.mark.parametrize(
    ("fields", "tag", "expected"),
    [
        (FILE, PidTagAttachMethod, 1),
        (FILE, PidTagAttachMimeTag, "application/pdf"),
        (FILE, PidTagRenderingPosition, 0xFFFFFFFF),
        (FILE, PidTagAttachLongFilename, "annual report.pdf"),
        (FILE, PidTagAttachFilename, "ANNUAL~1.PDF"),
        (FILE, PidTagAttachExtension, ".pdf"),
        (FILE, PidTagDisplayName, "annual report.pdf"),
        (FILE, PidTagCreationTime, datetime(2026, 1, 5, 9, tzinfo=UTC)),
        (FILE, PidTagLastModificationTime, datetime(2026, 1, 6, 10, tzinfo=UTC)),
        (FILE, PidTagAttachContentId, None),
        (FILE, PidTagAttachmentHidden, None),
        (FILE, PidTagAttachFlags, None),
        (FILE, PidTagTextAttachmentCharset, None),
        (FILE + "Content-Description: The report\n", PidTagDisplayName, "The report"),
        (FILE + "Content-Base: http://a.test/\n", PidTagAttachContentBase, "http://a.test/"),
        (FILE + "Content-Location: report.pdf\n", PidTagAttachContentLocation, "report.pdf"),
        (FILE + "Content-ID: <1@x>\n", PidTagAttachContentId, "1@x"),
        ("Content-Type: text/csv; charset=utf-8\n", PidTagTextAttachmentCharset, "utf-8"),
        ("Content-Type: image/png\n", PidTagAttachLongFilename, None),
        ("Content-Type: image/png\n", PidTagAttachFilename, None),
        ("Content-Type: image/png\n", PidTagAttachExtension, None),
        ("Content-Type: image/png\n", PidTagDisplayName, None),
        ("Content-Type: image/png; name=picture\n", PidTagAttachExtension, None),
        ("Content-Type: image/png\nContent-Disposition: inline; creation-date=soon\n", PidTagCreationTime, None),
    ],
)
def test_a_part_is_read_as_properties(fields: str, tag: Property[Any], expected: object) -> None:
    assert attachment(fields).get(tag) == expected


@pytest.mark.parametrize(
    ("fields", "inner", "expected"),
    [
        (MESSAGE, INNER, "The inner one"),
        (MESSAGE + "Content-Description: Described\n", INNER, "Described"),
        ("Content-Type: message/rfc822; name=named.eml\nContent-Description: Described\n", INNER, "named.eml"),
        (MESSAGE, "X-A: 1\n\nx", None),
    ],
)
def test_an_embedded_message_is_named_by_its_part_or_its_subject(fields: str, inner: str, expected: str | None) -> None:
    assert attachment(fields, body=inner).get(PidTagDisplayName) == expected


def test_an_embedded_message_is_attached_as_one() -> None:
    assert attachment(MESSAGE, body=INNER)[PidTagAttachMethod] == 5


def test_a_picture_that_the_html_shows_is_rendered_in_the_body() -> None:
    shown = attachment("Content-Type: image/png\nContent-ID: <1@x>\n", html="<img src=cid:1@x>")

    assert (shown[PidTagAttachFlags], shown[PidTagAttachmentHidden]) == (4, True)


def test_a_picture_that_is_only_marked_as_inline_is_hidden_but_not_rendered() -> None:
    marked = attachment("Content-Type: image/png\nContent-ID: <1@x>\nContent-Disposition: inline\n")

    assert (marked.get(PidTagAttachFlags), marked[PidTagAttachmentHidden]) == (None, True)


# The bag over the part


def test_the_tags_are_the_properties_that_have_a_value() -> None:
    assert [tag.label for tag in attachment("Content-Type: image/png\n").tags()] == [
        "PidTagAttachMethod",
        "PidTagAttachMimeTag",
        "PidTagRenderingPosition",
    ]


def test_a_property_that_was_not_asked_for_counts_in_the_length() -> None:
    assert len(attachment("Content-Type: image/png; name=a.png\n").properties) == 7


def test_what_was_asked_for_is_no_change() -> None:
    file = attachment(FILE)
    file.tags()

    assert not file.is_changed


def test_a_property_that_was_set_is_given_instead_of_the_parts_own() -> None:
    file = attachment(FILE)
    file[PidTagAttachLongFilename] = "b.txt"

    assert file.filename == "b.txt"


def test_the_short_name_follows_a_new_long_name() -> None:
    file = attachment(FILE)
    file[PidTagAttachLongFilename] = "b.txt"

    assert file[PidTagAttachFilename] == "b.txt"


def test_a_property_that_was_deleted_does_not_come_back() -> None:
    file = attachment(FILE)
    del file.properties[PidTagAttachLongFilename]

    assert file.filename is None


def test_a_property_that_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(PropertyNotFound):
        del attachment(FILE).properties[PidTagSubject]


def test_a_copy_reads_from_the_part_as_well() -> None:
    assert attachment(FILE).copy()[PidTagAttachExtension] == ".pdf"


def test_what_is_set_on_a_copy_is_not_set_on_the_first() -> None:
    file = attachment(FILE)
    file.copy()[PidTagAttachLongFilename] = "b.txt"

    assert file.filename == "annual report.pdf"


def test_a_property_that_is_there_is_in_the_bag() -> None:
    assert PidTagAttachExtension in attachment(FILE).properties


# Times of files, written


def test_the_times_of_a_file_are_parameters_of_its_disposition() -> None:
    assert file_times(attachment(FILE)) == {
        "creation-date": "Mon, 05 Jan 2026 09:00:00 +0000",
        "modification-date": "Tue, 06 Jan 2026 10:00:00 +0000",
    }


def test_an_attachment_without_times_has_no_such_parameters() -> None:
    assert file_times(Attachment(b"x")) == {}


@given(moments(), st.none() | moments())
def test_times_read_back(created: datetime, modified: datetime | None) -> None:
    given_ = Attachment(b"x")
    given_[PidTagCreationTime] = created
    if modified is not None:
        given_[PidTagLastModificationTime] = modified
    parameters = "".join(f'; {name}="{text}"' for name, text in file_times(given_).items())

    read = attachment(f"Content-Type: image/png\nContent-Disposition: attachment{parameters}\n")

    assert (read.get(PidTagCreationTime), read.get(PidTagLastModificationTime)) == (created, modified)
