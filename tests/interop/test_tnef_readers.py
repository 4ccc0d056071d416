"""Other programs read what we write: Debian's tnef, and tnefparse."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from msgcore.codecs import rtf, tnef
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagRecipientType,
    PidTagRtfCompressed,
    PidTagSubject,
)
from tests.requirements import unavailable

try:
    from tnefparse import TNEF as _TNEF  # type: ignore[import-untyped]  # it has no types
except ImportError:
    unavailable("tnefparse is not installed; it is in the extra `interop`")

pytestmark = pytest.mark.interop

TNEF: Any = _TNEF

SUBJECTS = ("Report", "Grüße", "Отчёт", "日本語の件名")
IN_NO_CODE_PAGE = "Grüße 🙂"
each_subject = pytest.mark.parametrize("subject", [*SUBJECTS, IN_NO_CODE_PAGE])


def files(subject: str) -> dict[str, bytes]:
    return {"report.pdf": bytes(range(256)) * 40, f"{subject} of the month.txt": subject.encode(), "empty.bin": b""}


def letter(subject: str) -> Message:
    return Message(
        from_="Ann <ann@a.test>",
        to="Bob Ångström <bob@b.test>",
        cc="cid@c.test",
        subject=subject,
        text=f"Hello {subject}\r\nsecond line\r\n",
        html=f"<p>Hello {subject}",
        date=datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
        attachments=[Attachment(octets, filename=name) for name, octets in files(subject).items()],
    )


# tnef


def taken_out(message: Message, folder: Path, *options: str) -> Mapping[str, bytes]:
    if shutil.which("tnef") is None:
        unavailable("tnef is not installed; apt-get install tnef")
    stream, out = folder / "winmail.dat", folder / "out"
    out.mkdir()
    stream.write_bytes(tnef.write(message))
    subprocess.run(["tnef", f"--directory={out}", *options, str(stream)], check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_tool_takes_out_every_file_under_its_name(subject: str, tmp_path: Path) -> None:
    """But for characters beyond the first 65536, whose halves it writes one by one."""
    assert taken_out(letter(subject), tmp_path) == files(subject)


def test_the_tool_takes_out_html(tmp_path: Path) -> None:
    found = taken_out(letter("Grüße"), tmp_path, "--save-body=b", "--body-pref=h")

    assert found["b.html"] == "<p>Hello Grüße".encode()


@pytest.mark.parametrize(("subject", "codec"), [("Grüße", "cp1252"), ("Отчёт", "cp1251"), ("日本語", "cp932")])
def test_the_tool_takes_out_text_in_its_code_page(subject: str, codec: str, tmp_path: Path) -> None:
    """It looks nowhere else for text, and takes the NUL for a part of it."""
    found = taken_out(letter(subject), tmp_path, "--save-body=b", "--body-pref=t")

    assert found["b.txt"] == f"Hello {subject}\r\nsecond line\r\n\0".encode(codec)


def test_the_tool_takes_out_rtf(tmp_path: Path) -> None:
    message = Message(subject="rich")
    message[PidTagRtfCompressed] = rtf.compress(rb"{\rtf1\ansi Hello {\b you}}")

    assert taken_out(message, tmp_path, "--save-body=b", "--body-pref=r") == {"b.rtf": rb"{\rtf1\ansi Hello {\b you}}"}


# tnefparse


@each_subject
def test_the_library_reads_subject_bodies_and_files(subject: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        read = TNEF(tnef.write(letter(subject)), do_checksum=True)

    assert {one.long_filename(): one.data for one in read.attachments} == files(subject)
    assert (read.body.split(), str(read.htmlbody)) == (f"Hello {subject} second line".split(), f"<p>Hello {subject}")
    assert [one.data for one in read.mapiprops if one.name == PidTagSubject.id] == [subject]
    assert [record.message for record in caplog.records if "Checksum" in record.message] == []


@each_subject
def test_the_library_reads_subject_and_date_where_older_programs_look(subject: str) -> None:
    shown = TNEF(tnef.write(letter(subject))).dump()["attributes"]

    assert shown["Date Sent"].replace(tzinfo=UTC) == datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)
    assert shown.get("Subject") == (None if subject == IN_NO_CODE_PAGE else subject)


def test_the_library_reads_the_recipients() -> None:
    (table,) = (one for one in TNEF(tnef.write(letter("x"))).msgprops if one.name == TNEF.ATTRECIPTABLE)
    wanted = (PidTagRecipientType.id, PidTagDisplayName.id, PidTagEmailAddress.id)
    rows = [{one.name: one.data for one in row} for row in table.data]

    assert [tuple(row[number] for number in wanted) for row in rows] == [
        (1, "Bob Ångström", "bob@b.test"),
        (2, "cid@c.test", "cid@c.test"),
    ]


def test_the_library_reads_a_message_in_a_message() -> None:
    message = Message(subject="outer", attachments=[Attachment(letter("Grüße"))])
    (found,) = TNEF(tnef.write(message)).attachments

    assert {one.long_filename(): one.data for one in found.embed.attachments} == files("Grüße")
    assert str(found.embed.htmlbody) == "<p>Hello Grüße"
