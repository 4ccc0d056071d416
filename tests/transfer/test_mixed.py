"""Folders that hold archives of several kinds, or many mbox files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from msgcore.errors import NotFound
from msgcore.transfer import Archive, Skipped, open_archive


def letter(subject: str) -> bytes:
    return f"Subject: {subject}\n\nbody\n".encode()


def box(*subjects: str) -> bytes:
    return b"".join(b"From a@b Fri Jan  2 03:04:05 2026\n" + letter(one) + b"\n" for one in subjects)


def put(path: Path, octets: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def put_in_maildir(maildir: Path, octets: bytes) -> None:
    (maildir / "new").mkdir(parents=True, exist_ok=True)
    put(maildir / "cur" / "1000000000.1.host:2,S", octets)


def found(archive: Archive) -> dict[tuple[str, ...], list[bytes]]:
    folders: dict[tuple[str, ...], list[bytes]] = {}
    for message in archive:
        folders.setdefault(message.folder, []).append(message.octets)
    return folders


def test_eml_files_beside_a_maildir_are_read_too(tmp_path: Path) -> None:
    put_in_maildir(tmp_path / "ann" / ".Sent", letter("sent"))
    put(tmp_path / "bob" / "1.eml", letter("bob"))
    put(tmp_path / "ann" / ".Sent" / "cur" / "2.eml", letter("also sent"))

    assert found(open_archive(tmp_path)) == {
        ("ann", "Sent"): [letter("sent"), letter("also sent")],
        ("bob",): [letter("bob")],
    }


def test_each_mbox_in_a_folder_is_a_folder_as_mail_programs_have_them(tmp_path: Path) -> None:
    put(tmp_path / "Inbox", box("1", "2"))
    put(tmp_path / "Inbox.msf", b"// <!-- <mdb:mork:z v=1.4/> -->")
    put(tmp_path / "Inbox.sbd" / "Athena", box("3"))
    put(tmp_path / "2020" / "old.mbox", box("4"))
    put(tmp_path / "README.txt", b"From here on it is no mail\n")

    assert found(open_archive(tmp_path)) == {
        ("Inbox",): [letter("1"), letter("2")],
        ("Inbox", "Athena"): [letter("3")],
        ("2020", "old"): [letter("4")],
    }


def test_all_kinds_are_read_and_how_far_it_is_goes_up_to_the_whole(tmp_path: Path) -> None:
    put_in_maildir(tmp_path / "maildir", letter("maildir"))
    put(tmp_path / "1.eml", letter("eml"))
    put(tmp_path / "a.mbox", box("mbox"))
    archive = open_archive(tmp_path)

    positions = [message.position_octets for message in archive]
    assert positions == sorted(positions) and len(positions) == 3
    assert positions[-1] == archive.total_octets


def test_an_mbox_that_is_locked_or_gone_is_told_and_the_others_come(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        put(tmp_path / name, box(name))
    archive = open_archive(tmp_path)
    (tmp_path / "a").unlink()
    put(tmp_path / "b.lock", b"")

    assert archive.total_octets == len(box("b") + box("c"))
    first, second, third = archive.entries()
    assert isinstance(first, Skipped) and isinstance(first.error, NotFound)
    assert isinstance(second, Skipped) and "another program has locked it" in str(second.error)
    assert not isinstance(third, Skipped) and third.octets == letter("c")


@pytest.mark.parametrize("name", ["notes.txt", "1.eml"])
def test_what_is_in_a_folder_that_may_only_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    put_in_maildir(tmp_path / "maildir", letter("maildir"))
    listed = put(tmp_path / "listed" / name, letter("listed")).parent
    look = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.parent == listed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return look(path)

    monkeypatch.setattr(Path, "lstat", lstat)

    first, second = open_archive(tmp_path).entries()
    assert isinstance(first, Skipped) and str(first.error) == f"{listed / name}: Permission denied"
    assert not isinstance(second, Skipped) and second.octets == letter("maildir")


def test_a_file_that_is_called_a_mail_is_no_mbox(tmp_path: Path) -> None:
    put(tmp_path / "1.eml", box("with its separator"))
    put(tmp_path / "a", box("a"))

    assert found(open_archive(tmp_path)) == {(): [box("with its separator")], ("a",): [letter("a")]}


def test_an_mbox_that_became_a_link_since_is_told(tmp_path: Path) -> None:
    inbox = put(tmp_path / "mail" / "Inbox", box("a"))
    archive = open_archive(tmp_path / "mail")
    inbox.unlink()
    inbox.symlink_to(put(tmp_path / "elsewhere", box("b")))

    (entry,) = archive.entries()
    assert isinstance(entry, Skipped) and "a link, which is not followed" in str(entry.error)


def test_a_link_to_an_mbox_is_told(tmp_path: Path) -> None:
    put(tmp_path / "mail" / "a.mbox", box("a"))
    (tmp_path / "mail" / "b.mbox").symlink_to(put(tmp_path / "elsewhere", box("b")))

    first, second = open_archive(tmp_path / "mail").entries()
    assert isinstance(first, Skipped) and "a link, which is not followed" in str(first.error)
    assert not isinstance(second, Skipped) and second.octets == letter("a")
