"""Folders of .eml files: names that every system takes, and files that nothing is written over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.octets import Limits
from msgcore.transfer import ArchivedMessage, EmlFile, EmlFolder, EmlWriter, Skipped
from msgcore.transfer.files import host_name
from msgcore.transfer.folder_names import safe_name, shown_name
from tests.conftest import SOAK
from tests.transfer.disk import names_in
from tests.transfer.letters import letters

EXAMPLES = settings(max_examples=1_000 if SOAK else 30)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)


def write(path: Path, *messages: ArchivedMessage) -> None:
    writer = EmlWriter(path)
    assert writer.open()
    writer.write(messages)
    writer.close()


@st.composite
def told(draw: st.DrawFn) -> ArchivedMessage:
    folder = tuple(
        draw(st.lists(NAMES | st.sampled_from(["a/b", "con", "x.", ".x", "50%", "..", "new", "Cur"]), max_size=2))
    )
    at = draw(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
    return ArchivedMessage(draw(letters()), received_at=at.replace(microsecond=0), folder=folder)


@EXAMPLES
@given(messages=st.sets(told(), max_size=4))
def test_every_message_comes_back_with_its_time_and_its_folder(
    tmp_path_factory: pytest.TempPathFactory, messages: set[ArchivedMessage]
) -> None:
    path = tmp_path_factory.mktemp("eml")
    write(path, *messages)

    assert {attrs.evolve(one, position_octets=0) for one in EmlFolder(path)} == messages


@pytest.mark.parametrize("seconds", [1 << 40, -(1 << 36), 1 << 62])
def test_a_file_whose_time_is_in_no_calendar_is_read_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Subject: a\n\nx\n")
    found = path.stat()
    # As file systems other than this one may keep it.
    changed = os.stat_result((*found[:8], seconds, found[9]))

    def stat(_: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        return changed

    monkeypatch.setattr(Path, "stat", stat)
    (message,) = EmlFile(path)
    assert (message.octets, message.received_at) == (b"Subject: a\n\nx\n", None)


@EXAMPLES
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_a_folders_name_comes_back(name: str) -> None:
    assert shown_name(safe_name(name)) == name


@EXAMPLES
@given(st.text(min_size=1, max_size=12))
def test_a_safe_name_has_nothing_that_a_system_refuses(name: str) -> None:
    safe = safe_name(name)

    assert re.search(r'[<>:"/\\|?*\x00-\x1f]|^\.|[. ]$|^(?i:con|prn|aux|nul|com\d|lpt\d)(\.|$)', safe) is None


@pytest.mark.parametrize("name", ["100%", "%41", "a%2fb", "%2F%"])
def test_a_name_that_others_gave_stays_unless_it_was_written_here(name: str) -> None:
    assert shown_name(name) == name


NAMES_OF_FILES = [
    (ArchivedMessage(b"Subject: Re: The plan (1/2)\n\n", received_at=AT), "20260102-030405-Re-The-plan-1-2-"),
    (ArchivedMessage(b"Subject: ../../etc/passwd\n\n"), "etc-passwd-"),
    (ArchivedMessage("Subject: \u6587\u66f8\n\n".encode()), "-"),
    (ArchivedMessage(b"Subject: " + b"x" * 500 + b"\n\n"), "x" * 40 + "-"),
]


@pytest.mark.parametrize(("message", "start"), NAMES_OF_FILES, ids=["usual", "path", "Chinese", "long"])
def test_a_files_name_has_the_time_the_subject_and_a_mark(tmp_path: Path, message: ArchivedMessage, start: str) -> None:
    write(tmp_path, message)

    assert [re.sub(r"[0-9a-f]{12}\.eml$", "", name) for name in names_in(tmp_path)] == [start]


# Drafts


@EXAMPLES
@given(octets=letters())
def test_a_draft_comes_back_octet_for_octet(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.mktemp("eml")
    write(path, ArchivedMessage(octets, is_draft=True))
    [read] = EmlFolder(path)

    assert (read.octets, read.is_draft) == (octets, True)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=repr)
def test_a_draft_is_marked_in_its_first_field(tmp_path: Path, line_end: bytes) -> None:
    write(tmp_path, ArchivedMessage(b"A: b" + line_end * 2, is_draft=True))
    [file] = tmp_path.iterdir()

    assert file.read_bytes() == b"X-Unsent: 1" + line_end + b"A: b" + line_end * 2


MARKS = [
    (b"A: b\nX-Unsent: 1\nC: d\n\nx", b"A: b\nC: d\n\nx", True),
    (b"x-unsent:1\r\nA: b\r\n\r\n", b"A: b\r\n\r\n", True),
    (b"X-Unsent: 0\nA: b\n\n", b"X-Unsent: 0\nA: b\n\n", False),
    (b"A: b\n\nX-Unsent: 1\n", b"A: b\n\nX-Unsent: 1\n", False),
]


@pytest.mark.parametrize(("octets", "message", "is_draft"), MARKS)
def test_the_mark_of_a_draft_is_no_part_of_the_message(
    tmp_path: Path, octets: bytes, message: bytes, is_draft: bool
) -> None:
    (tmp_path / "1.eml").write_bytes(octets)
    [read] = EmlFile(tmp_path / "1.eml")

    assert (read.octets, read.is_draft) == (message, is_draft)


# Files


def test_a_link_is_told_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"A: b\n\n")
    (tmp_path / "1.eml").symlink_to(tmp_path / "secret")

    assert [str(one.error) for one in EmlFolder(tmp_path).entries() if isinstance(one, Skipped)] == [
        f"{tmp_path / '1.eml'}: a link, which is not followed; what it leads to may be no mail"
    ]


def test_a_link_that_is_named_is_read(tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(b"A: b\n\n")
    (tmp_path / "1.eml").symlink_to(tmp_path / "letter")

    assert [one.octets for one in EmlFile(tmp_path / "1.eml")] == [b"A: b\n\n"]


def test_no_file_is_written_over(tmp_path: Path) -> None:
    message = ArchivedMessage(b"A: b\n\n")
    write(tmp_path, message)
    [name] = names_in(tmp_path)
    (tmp_path / name).write_bytes(b"somebody's own")
    write(tmp_path, message)

    assert sorted(one.octets for one in EmlFolder(tmp_path)) == [b"A: b\n\n", b"somebody's own"]


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    (tmp_path / f".msgcore-{host_name()}-{child.pid}-0.part").write_bytes(b"ha")
    write(tmp_path)

    assert names_in(tmp_path) == []


def test_what_another_writer_is_writing_stays(tmp_path: Path) -> None:
    name = f".msgcore-{host_name()}-{os.getpid()}-0.part"
    (tmp_path / name).write_bytes(b"ha")
    write(tmp_path)

    assert names_in(tmp_path) == [name]


def test_a_file_over_the_limit_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"x" * 200)
    (tmp_path / "2.eml").write_bytes(b"A: b\n\n")
    entries = list(EmlFolder(tmp_path, Limits(total_octets=100)).entries())

    assert [one.where if isinstance(one, Skipped) else one.octets for one in entries] == [
        str(tmp_path / "1.eml"),
        b"A: b\n\n",
    ]
