"""Maildir and Maildir++."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msgcore.base.octets import Limits
from msgcore.errors import LimitExceeded
from msgcore.transfer import ArchivedMessage, Maildir, Skipped


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def put(maildir: Path, name: str, octets: bytes = b"A: b\n\n") -> None:
    path = maildir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)


FLAGS: list[tuple[str, list[str]]] = [
    ("cur/1.a:2,S", ["is_read"]),
    ("cur/1.a:2,FRS", ["is_answered", "is_flagged", "is_read"]),
    ("cur/1.a:2,DT", ["is_deleted", "is_draft"]),
    ("cur/1.a;2,S", ["is_read"]),
    ("cur/1.a!2,S", ["is_read"]),
    ("cur/1.a,S=12:2,Sab", ["is_read"]),
    ("cur/1.a", []),
    ("new/1.a", []),
    ("new/1.a:2,S", []),
]


@pytest.mark.parametrize(("name", "flags"), FLAGS)
def test_flags_come_from_the_name(maildir: Path, name: str, flags: list[str]) -> None:
    put(maildir, name)
    (message,) = Maildir(maildir)
    names = ("is_answered", "is_deleted", "is_draft", "is_flagged", "is_read")

    assert [flag for flag in names if getattr(message, flag)] == flags


def test_the_time_of_delivery_comes_from_the_name(maildir: Path) -> None:
    put(maildir, "cur/1767323045.M1P2.host:2,S")
    (message,) = Maildir(maildir)

    assert message.received_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_what_is_still_being_written_is_left_out(maildir: Path) -> None:
    put(maildir, "tmp/1.a")

    assert list(Maildir(maildir)) == []


FOLDERS = [
    (".Sent", ("Sent",)),
    (".Archive.2026", ("Archive", "2026")),
    (".&AMUA5A-ngstr&APY-m", ("Åängström",)),
    (".a&-b", ("a&b",)),
    (".a&b", ("a&b",)),
    ("nested/deeper", ("nested", "deeper")),
]


@pytest.mark.parametrize(("folder", "names"), FOLDERS)
def test_folders_below_are_named(maildir: Path, folder: str, names: tuple[str, ...]) -> None:
    put(maildir, f"{folder}/cur/1.a")
    (message,) = Maildir(maildir)

    assert message.folder == names


def test_positions_end_at_the_total(maildir: Path) -> None:
    put(maildir, "cur/1.a", b"A: b\n\n12345")
    put(maildir, "new/2.a", b"A: b\n\n1")
    archive = Maildir(maildir)

    assert [message.position_octets for message in archive] == [11, archive.total_octets]


@pytest.mark.parametrize("name", ["cur/1.a:2,FS", "cur/1.a"])
def test_what_a_program_marks_meanwhile_is_read_as_it_is_marked(maildir: Path, name: str) -> None:
    put(maildir, "new/1.a", b"A: 1\n\n")
    put(maildir, "cur/2.b:2,", b"A: 2\n\n")
    listed = Maildir(maildir)
    (maildir / "new/1.a").rename(maildir / name)

    assert {(one.octets, one.is_read, one.is_flagged) for one in listed} == {
        (b"A: 1\n\n", "S" in name, "F" in name),
        (b"A: 2\n\n", False, False),
    }


def test_what_is_gone_meanwhile_is_told(maildir: Path) -> None:
    put(maildir, "cur/1.a:2,", b"A: 1\n\n")
    put(maildir, "cur/2.b:2,", b"A: 2\n\n")
    listed = Maildir(maildir)
    (maildir / "cur/1.a:2,").unlink()

    assert [one.where if isinstance(one, Skipped) else one.octets for one in listed.entries()] == [
        b"A: 2\n\n",
        str(maildir / "cur/1.a:2,"),
    ]


def test_what_is_moved_between_two_looks_is_read_once(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(maildir, "new/1.a")
    iterate = Path.iterdir

    def moving(folder: Path) -> Iterator[Path]:
        found = list(iterate(folder))
        with suppress(FileNotFoundError):
            (maildir / "new/1.a").rename(maildir / "cur/1.a:2,S")
        yield from found

    monkeypatch.setattr(Path, "iterdir", moving)
    listed = Maildir(maildir)

    assert [one.is_read for one in listed] == [True]


@pytest.mark.parametrize("later", ["marked", "deleted"])
def test_what_was_listed_twice_and_read_is_neither_read_again_nor_missed(
    maildir: Path, monkeypatch: pytest.MonkeyPatch, later: str
) -> None:
    put(maildir, "new/1.a")
    put(maildir, "cur/2.b:2,")
    iterate = Path.iterdir

    def moving(folder: Path) -> Iterator[Path]:
        if folder.name == "cur":
            with suppress(FileNotFoundError):
                (maildir / "new/1.a").rename(maildir / "cur/1.a:2,")
        return iterate(folder)

    monkeypatch.setattr(Path, "iterdir", moving)
    entries = Maildir(maildir).entries()
    first = next(entries)
    if later == "marked":
        (maildir / "cur/1.a:2,").rename(maildir / "cur/1.a:2,S")
    else:
        (maildir / "cur/1.a:2,").unlink()

    assert [type(one) for one in (first, *entries)] == [ArchivedMessage] * 2


def test_a_message_over_the_limit_is_named(maildir: Path) -> None:
    put(maildir, "cur/1.big", b"x" * 200)

    with pytest.raises(LimitExceeded, match=r"1\.big: 200 octets; the limit is 100"):
        list(Maildir(maildir, Limits(total_octets=100)))


@pytest.mark.parametrize("name", ["cur/1.link", "new/1.link"])
def test_a_link_is_told_and_not_read(maildir: Path, name: str) -> None:
    put(maildir, "secret")
    (maildir / name).symlink_to(maildir / "secret")

    assert [str(one.error) for one in Maildir(maildir).entries() if isinstance(one, Skipped)] == [
        f"{maildir / name}: a link, which is not followed; what it leads to may be no mail"
    ]


def test_a_link_to_another_folder_of_messages_is_told_and_not_read(maildir: Path) -> None:
    put(maildir, "secrets/1.a")
    (maildir / ".Sent" / "new").mkdir(parents=True)
    (maildir / ".Sent" / "cur").symlink_to(maildir / "secrets")

    assert [one.where if isinstance(one, Skipped) else one.octets for one in Maildir(maildir).entries()] == [
        str(maildir / ".Sent" / "cur")
    ]


def test_the_maildir_of_the_corpus(corpus: Path) -> None:
    archive = Maildir(corpus / "mbox" / "stalwart-maildir")

    assert [("/".join(m.folder), m.is_read, m.is_flagged, m.is_draft, m.is_deleted) for m in archive] == [
        ("", True, False, False, True),
        ("", False, False, False, False),
        ("My Folder", False, False, True, True),
        ("My Folder", False, False, False, False),
        ("My Folder/Nested Folder", False, True, False, False),
        ("My Folder/Nested Folder", False, True, True, False),
    ]
