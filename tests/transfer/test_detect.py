"""Recognising an archive by what is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from msgcore.errors import MalformedMessage, NotFound, UsageError
from msgcore.transfer import (
    EmlFile,
    EmlFolder,
    EmlWriter,
    Maildir,
    MaildirWriter,
    Mbox,
    MboxWriter,
    Skipped,
    open_archive,
)

LETTER = b"Subject: x\n\nbody\n"
BOX = b"From a@b Fri Jan  2 03:04:05 2026\n" + LETTER

MADE_OF_A_PATH = [open_archive, EmlFile, EmlFolder, EmlWriter, Maildir, MaildirWriter, Mbox, MboxWriter]
FILES = [
    ("letter.eml", LETTER, EmlFile),
    ("letter", LETTER, EmlFile),
    ("letter.txt", b"Received: x\n\n", EmlFile),
    ("letter.eml", BOX, EmlFile),  # one message with its separator left on
    ("box", BOX, Mbox),
    ("box.mbox", BOX, Mbox),
    ("empty.mbox", b"", Mbox),
]


@pytest.mark.parametrize("make", MADE_OF_A_PATH, ids=lambda make: make.__name__)
def test_a_text_is_no_path(make: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match=r"need a Path, got a str; write Path\('in.mbox'\)"):
        make("in.mbox")


@pytest.mark.parametrize(("name", "octets", "kind"), FILES)
def test_a_file_is_recognised(tmp_path: Path, name: str, octets: bytes, kind: type) -> None:
    (tmp_path / name).write_bytes(octets)

    assert type(open_archive(tmp_path / name)) is kind


@pytest.mark.parametrize("octets", [b"", b"%PDF-1.7\n", b"import x: y\n", b"key: value\nother: value\n", b"\0\1\2"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "x").write_bytes(octets)

    with pytest.raises(MalformedMessage, match=r"x is no mbox, Maildir, \.eml, \.msg or TNEF"):
        open_archive(tmp_path / "x")


@pytest.mark.parametrize(
    ("name", "start", "form"),
    [
        ("winmail.dat", "789f3e22", "tnef"),
        ("x", "789f3e22", "tnef"),
        ("x.msg", "d0cf11e0a1b11ae1", "msg"),
        ("x.eml", "789f3e22", "mime"),
    ],
)
def test_the_form_of_a_single_message_shows_in_its_first_octets_unless_it_is_called_a_mail(
    tmp_path: Path, name: str, start: str, form: str
) -> None:
    (tmp_path / name).write_bytes(bytes.fromhex(start))

    archive = open_archive(tmp_path / name)
    assert (type(archive), [one.form for one in archive]) == (EmlFile, [form])


@pytest.mark.parametrize("name", ["a.msg", "a.MSG", "a.tnef", "winmail.dat", "deeper/a.msg"])
def test_a_folder_with_messages_of_outlook_is_a_folder_of_messages(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()

    assert type(open_archive(tmp_path)) is EmlFolder


@pytest.mark.parametrize("inside", ["", ".Sent", "nested/deeper"])
def test_a_folder_with_cur_and_new_in_it_or_below_is_a_maildir(tmp_path: Path, inside: str) -> None:
    for name in ("cur", "new"):
        (tmp_path / inside / name).mkdir(parents=True)

    assert type(open_archive(tmp_path)) is Maildir


@pytest.mark.parametrize("name", ["cur", "new"])
def test_a_folder_with_one_of_both_is_a_maildir_that_lost_an_empty_half(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    assert type(open_archive(tmp_path)) is Maildir


@pytest.mark.parametrize("name", ["cur", "new", "tmp"])
def test_eml_files_in_a_folder_that_has_one_of_a_maildirs_names_are_no_maildir(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "1.eml").write_bytes(LETTER)

    assert [message.folder for message in open_archive(tmp_path)] == [(name,)]


def test_a_folder_with_eml_files_anywhere_below_is_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.EML").write_bytes(LETTER)

    assert [message.folder for message in open_archive(tmp_path)] == [("a",)]


def test_the_kind_of_a_folder_of_eml_files(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(LETTER)

    assert type(open_archive(tmp_path)) is EmlFolder


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MalformedMessage, match=r"no mbox, Maildir, \.eml, \.msg or TNEF"):
        open_archive(tmp_path)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="absent: no such file or folder"):
        open_archive(tmp_path / "absent")


def test_an_eml_file_gives_its_octets(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(LETTER)
    archive = open_archive(tmp_path / "1.eml")

    assert [(m.octets, m.position_octets) for m in archive] == [(LETTER, archive.total_octets)]


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may not be looked into, also by root, who may look into all others."""
    folder = tmp_path / "mail" / "locked"
    (folder / "cur").mkdir(parents=True)
    (folder / "cur" / "1").write_bytes(LETTER)
    look = os.scandir

    def scandir(path: Any = ".") -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(folder))
        return look(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


@pytest.mark.parametrize("name", ["1.eml", "cur/1", ".Old/cur/1"])
def test_a_folder_below_that_cannot_be_looked_into_is_told(locked: Path, name: str) -> None:
    (locked.parent / name).parent.mkdir(parents=True, exist_ok=True)
    (locked.parent / name).write_bytes(LETTER)

    first, second = open_archive(locked.parent).entries()
    assert isinstance(first, Skipped) and str(first.error) == f"{locked}: Permission denied"
    assert not isinstance(second, Skipped) and second.octets == LETTER


@pytest.mark.parametrize("place", ["cur", "new"])
def test_a_place_of_a_maildir_that_cannot_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    for name in ("cur/1", "new/2", ".Old/cur/3", ".Old/new/4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(LETTER)
    look = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path == tmp_path / ".Old" / place:
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)

    skipped, *found = open_archive(tmp_path).entries()
    assert isinstance(skipped, Skipped) and str(skipped.error) == f"{tmp_path / '.Old' / place}: Permission denied"
    assert [entry.folder for entry in found if not isinstance(entry, Skipped)] == [(), (), ("Old",)]


def test_a_folder_whose_mail_cannot_be_seen_is_not_said_to_have_none(locked: Path) -> None:
    with pytest.raises(UsageError, match="locked: Permission denied"):
        open_archive(locked.parent)
