"""Other readers of .msg files read what we write: extract-msg, olefile, and Debian's msgconvert."""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import extract_msg
import olefile  # type: ignore[import-untyped]  # it has no types
import pytest

from msgcore.codecs import mime, msg, rtf
from msgcore.codecs.compound import NewStorage, read_compound, write_compound
from msgcore.codecs.msg.writer import compose
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.props.table import PidLidLocation, PidNameKeywords, PidTagAttachMethod, PidTagRtfCompressed
from tests.codecs.msg.msg_files import msg_file
from tests.requirements import unavailable

pytestmark = pytest.mark.interop

PUBLIC_STRINGS = "00020329-0000-0000-C000-000000000046"
APPOINTMENT = "00062002-0000-0000-C000-000000000046"
OBJECT = write_compound(NewStorage(streams={"WordDocument": b"w" * 5_000, "\1Ole": b"o"}))


def letter() -> Message:
    inner = Message(
        from_="Eva <eva@e.test>", to="fay@f.test", subject="Inner ü", text="inside", attachments=[Attachment(b"deep")]
    )
    storage = Attachment(OBJECT, filename="object.ole")
    storage[PidTagAttachMethod] = AttachMethod.STORAGE
    message = Message(
        from_="Ann Ångström <ann@a.test>",
        to=["Bob <bob@b.test>", "日本 <nihon@j.test>"],
        cc=["cid@c.test"],
        subject="RE: Gruß aus 東京",
        text="Hello, wörld\r\nsecond line\r\n",
        html="<p>Hello, <b>wörld</b></p>",
        date=datetime(2024, 5, 1, 12, 30, 15, tzinfo=UTC),
        message_id="<1@a.test>",
        headers={"X-Own": "one"},
        attachments=[
            Attachment(bytes(range(256)) * 40, filename="a long nämé.report"),
            Attachment(b"", filename="empty.txt"),
            inner,
            storage,
        ],
    )
    message[PidLidLocation] = "room 5"
    message[PidNameKeywords] = ("red", "blau ü")
    return message


@pytest.fixture(scope="module")
def octets() -> bytes:
    return msg.write(letter())


# extract-msg


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def opened(octets: bytes) -> Any:
    # It has no handler for objects of an unknown program.
    open_msg = cast(Any, extract_msg).openMsg
    return open_msg(octets, errorBehavior=extract_msg.enums.ErrorBehavior.ATTACH_NOT_IMPLEMENTED)


def people(message: Any) -> list[tuple[str, str, str]]:
    return [(one.name, one.email, one.type.name) for one in message.recipients]


def test_extract_msg_reads_the_message(octets: bytes) -> None:
    with opened(octets) as found:
        assert (found.subject, found.body, found.htmlBody, found.messageId, found.date) == (
            "RE: Gruß aus 東京",
            "Hello, wörld\r\nsecond line\r\n",
            "<p>Hello, <b>wörld</b></p>".encode(),
            "<1@a.test>",
            datetime(2024, 5, 1, 12, 30, 15, tzinfo=UTC),
        )
        assert (found.sender, found.to, found.cc) == (
            "Ann Ångström <ann@a.test>",
            "Bob <bob@b.test>; 日本 <nihon@j.test>",
            "cid@c.test <cid@c.test>",
        )


def test_extract_msg_reads_the_recipients(octets: bytes) -> None:
    with opened(octets) as found:
        assert people(found) == [
            ("Bob", "bob@b.test", "TO"),
            ("日本", "nihon@j.test", "TO"),
            ("cid@c.test", "cid@c.test", "CC"),
        ]


def test_extract_msg_reads_the_attachments(octets: bytes) -> None:
    with opened(octets) as found:
        report, empty, inner, _ = found.attachments

        assert [one.getFilename() for one in (report, empty)] == ["a long nämé.report", "empty.txt"]
        assert (report.data, empty.data) == (bytes(range(256)) * 40, b"")
        assert (inner.data.subject, inner.data.body, people(inner.data)) == (
            "Inner ü",
            "inside",
            [("fay@f.test", "fay@f.test", "TO")],
        )
        assert [one.data for one in inner.data.attachments] == [b"deep"]


def test_extract_msg_reads_named_properties(octets: bytes) -> None:
    with opened(octets) as found:
        assert found.namedProperties.get(("8208", f"{{{APPOINTMENT}}}")) == "room 5"
        assert found.namedProperties.get(("Keywords", f"{{{PUBLIC_STRINGS}}}")) == ["red", "blau ü"]


def test_extract_msg_takes_html_out_of_rtf() -> None:
    message = Message(subject="rtf")
    message[PidTagRtfCompressed] = rtf.compress(rtf.encapsulate_html("<p>Grüße</p>"))

    with opened(msg.write(message)) as found:
        assert found.deencapsulatedRtf.html == "<p>Grüße</p>".encode()


def test_extract_msg_opens_a_change_of_a_file_of_outlook() -> None:
    message = msg.read(msg_file("msgInMsg"))
    message.subject = "changed"

    with opened(msg.write(message)) as found:
        assert (found.subject, len(found.attachments)) == ("changed", 2)
        assert found.attachments[0].data.subject == msg.read(msg_file("msgInMsg")).attachments[0].message.subject  # type: ignore[union-attr]  # the file has one


# olefile


def test_olefile_finds_nothing_wrong_and_the_object_as_it_was(octets: bytes) -> None:
    opened_file: Any = olefile.OleFileIO
    with opened_file(io.BytesIO(octets), raise_defects=olefile.DEFECT_UNSURE) as file:
        place = ["__attach_version1.0_#00000003", "__substg1.0_3701000D"]
        assert file.parsing_issues == []
        assert file.root.clsid == "00020D0B-0000-0000-C000-000000000046"
        assert file.openstream([*place, "WordDocument"]).read() == read_compound(OBJECT).stream("WordDocument")
        assert file.openstream([*place, "\1Ole"]).read() == b"o"


# msgconvert


def converted(octets: bytes, folder: Path) -> bytes:
    program = shutil.which("msgconvert")
    if program is None:
        unavailable("msgconvert (Debian: libemail-outlook-message-perl) is not installed")
    source, target = folder / "letter.msg", folder / "letter.eml"
    target.unlink(missing_ok=True)
    source.write_bytes(octets)
    subprocess.run([program, "--outfile", str(target), str(source)], check=True, capture_output=True, timeout=60)
    return target.read_bytes()


@pytest.fixture
def plain_letter() -> Message:
    """A letter with ASCII in its header: a mail with other characters there is not encoded by msgconvert."""
    inner = Message(from_="eva@e.test", to="fay@f.test", subject="Inner", text="inside", attachments=[b"deep"])
    return Message(
        from_="Ann <ann@a.test>",
        to="Bob <bob@b.test>",
        cc="Cid <cid@c.test>",
        subject="RE: Report",
        text="Grüße aus 東京",
        html="<p>Grüße aus <b>東京</b></p>",
        attachments=[Attachment(bytes(range(256)) * 40, filename="a long name.report"), inner],
    )


def test_msgconvert_reads_the_message(plain_letter: Message, tmp_path: Path) -> None:
    found = mime.read(converted(msg.write(plain_letter), tmp_path))

    assert (found.subject, found.text, found.html) == (
        "RE: Report",
        "Grüße aus 東京",
        "<p>Grüße aus <b>東京</b></p>",
    )
    assert [(one.kind.name, str(one.address)) for one in found.recipients] == [
        ("TO", "Bob <bob@b.test>"),
        ("CC", "Cid <cid@c.test>"),
    ]
    assert str(found.from_) == "Ann <ann@a.test>"


def test_msgconvert_reads_the_attachments(plain_letter: Message, tmp_path: Path) -> None:
    report, inner = mime.read(converted(msg.write(plain_letter), tmp_path)).attachments

    assert (report.filename, report.data) == ("a long name.report", bytes(range(256)) * 40)
    assert inner.message is not None
    assert (inner.message.subject, [one.data for one in inner.message.attachments]) == ("Inner", [b"deep"])


# Boundaries and ids that it makes up are others each time.
_MADE_UP = re.compile(rb'boundary="?([^"\s;]+)|^Content-ID: .*$', re.MULTILINE)


def settled(octets: bytes) -> bytes:
    made_up = [found[1] or found[0] for found in _MADE_UP.finditer(octets)]
    for number, text in enumerate(made_up):
        octets = octets.replace(text, b"<%d>" % number)
    return octets


@pytest.mark.parametrize("name", ["Friday Lunch", "msgInMsgInMsg", "attachAndInline", "sent2", "unicode", "A schedule"])
def test_msgconvert_reads_in_our_copy_what_it_reads_in_the_file(name: str, tmp_path: Path) -> None:
    octets = msg_file(name)

    assert settled(converted(compose(msg.read(octets)), tmp_path)) == settled(converted(octets, tmp_path))
