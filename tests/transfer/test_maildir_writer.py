"""Maildirs that are written: flags, folders, and files that are whole or not there."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import NotSupported, StoreFull
from msgcore.transfer import ArchivedMessage, Maildir, MaildirWriter
from tests.conftest import SOAK
from tests.transfer.disk import names_in, no_file_larger_than
from tests.transfer.letters import composed, letters

EXAMPLES = settings(max_examples=1_000 if SOAK else 30)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FLAGS = ("is_draft", "is_flagged", "is_forwarded", "is_answered", "is_read", "is_deleted")
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


def write(path: Path, *messages: ArchivedMessage) -> None:
    writer = MaildirWriter(path)
    assert writer.open()
    writer.write(messages)
    writer.close()


def as_set(messages: Maildir) -> set[ArchivedMessage]:
    return {attrs.evolve(one, position_octets=0) for one in messages}


@st.composite
def told(draw: st.DrawFn) -> ArchivedMessage:
    flags: dict[str, Any] = {name: draw(st.booleans()) for name in FLAGS}
    folder = tuple(draw(st.lists(NAMES, max_size=3)))
    at = draw(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
    return ArchivedMessage(draw(letters()), received_at=at.replace(microsecond=0), folder=folder, **flags)


@EXAMPLES
@given(messages=st.sets(told(), max_size=4))
def test_every_message_comes_back_with_its_flags_its_time_and_its_folder(
    tmp_path_factory: pytest.TempPathFactory, messages: set[ArchivedMessage]
) -> None:
    path = tmp_path_factory.mktemp("maildir")
    write(path, *messages)

    assert as_set(Maildir(path)) == messages


@EXAMPLES
@given(octets=st.lists(composed(), max_size=4))
def test_the_standard_library_reads_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, octets: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("maildir")
    write(path, *(ArchivedMessage(one) for one in octets))
    box = mailbox.Maildir(path, create=False)

    assert sorted(box.get_bytes(key) for key in box.iterkeys()) == sorted(octets)


@EXAMPLES
@given(octets=st.lists(composed(), max_size=4))
def test_what_the_standard_library_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, octets: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("maildir") / "box"
    box = mailbox.Maildir(path)
    for one in octets:
        box.add(one)

    assert sorted(one.octets for one in Maildir(path)) == sorted(octets)


def test_the_standard_library_sees_the_flags(tmp_path: Path) -> None:
    write(tmp_path / "box", ArchivedMessage(b"A: b\n\n", is_read=True, is_answered=True, is_forwarded=True))
    [message] = mailbox.Maildir(tmp_path / "box")

    assert isinstance(message, mailbox.MaildirMessage)
    assert message.get_flags() == "PRS"


def test_the_standard_library_sees_the_folders(tmp_path: Path) -> None:
    write(tmp_path / "box", ArchivedMessage(b"A: b\n\n", folder=("a", "b")))

    assert mailbox.Maildir(tmp_path / "box").list_folders() == ["a.b"]


PLACES = [
    (ArchivedMessage(b""), "new"),
    (ArchivedMessage(b"", is_read=True), "cur"),
    (ArchivedMessage(b"", is_flagged=True), "cur"),
]


@pytest.mark.parametrize(("message", "place"), PLACES, ids=["no flag", "read", "flagged"])
def test_a_message_without_flags_is_new(tmp_path: Path, message: ArchivedMessage, place: str) -> None:
    write(tmp_path, message)

    assert [name for name in ("cur", "new", "tmp") if names_in(tmp_path / name)] == [place]


def test_a_files_time_is_that_of_delivery(tmp_path: Path) -> None:
    write(tmp_path, ArchivedMessage(b"", received_at=AT))
    [file] = (tmp_path / "new").iterdir()

    assert file.stat().st_mtime == AT.timestamp()


def test_the_same_message_twice_is_two_files(tmp_path: Path) -> None:
    write(tmp_path, *[ArchivedMessage(b"A: b\n\n", received_at=AT)] * 2)

    assert [one.octets for one in Maildir(tmp_path)] == [b"A: b\n\n"] * 2


def test_a_folder_with_too_long_a_name_keeps_every_message_from_being_written(tmp_path: Path) -> None:
    with pytest.raises(NotSupported, match=r"the folder 'a{60}' needs a name of 301 octets; file systems take 255"):
        write(tmp_path, ArchivedMessage(b""), ArchivedMessage(b"", folder=("a" * 300,)))

    assert names_in(tmp_path / "new") == []


def test_a_full_disk_leaves_whole_messages_only(tmp_path: Path) -> None:
    with no_file_larger_than(5_000), pytest.raises(StoreFull, match="File too large"):
        write(tmp_path, ArchivedMessage(b"1"), ArchivedMessage(b"2" * 10_000), ArchivedMessage(b"3"))

    assert [one.octets for one in Maildir(tmp_path)] == [b"1"]


def test_a_full_disk_leaves_nothing_in_tmp(tmp_path: Path) -> None:
    with no_file_larger_than(5_000), pytest.raises(StoreFull):
        write(tmp_path, ArchivedMessage(b"2" * 10_000))

    assert names_in(tmp_path / "tmp") == []
