"""Files that are damaged, cut, emptied or of another kind: that is said, with the file's name, and the rest is read."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

import msgcore
from msgcore import mime
from msgcore.blocking.store import MessageStore
from msgcore.errors import MsgcoreError, NotFound, NotSupported, StoreCorrupt, StoreError
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import Engine
from msgcore.transfer import ExportOptions, MboxWriter, Skipped
from tests.conftest import SOAK
from tests.store_faults.ledger import octets_of

_LETTERS = [f"letter {number}" for number in range(30)] + ["letter large"]
_FLIPS_A_PAGE = 12
# Where a page says what it is and how many rows it has.
_HEAD_OCTETS = 12


def url_of(path: Path, *, is_read_only: bool = False) -> str:
    return f"sqlite:///{path}" + ("?read_only=true" if is_read_only else "")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a store with some letters."""
    path = tmp_path_factory.mktemp("whole") / "mail.db"
    with msgcore.open_store(url_of(path)) as store:
        store.inbox.save_all([mime.read(octets_of(subject)) for subject in _LETTERS])
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "mail.db"
    path.write_bytes(whole)
    return path


@attrs.define
class Salvage:
    """What could be read of a store: the letters that are as they were, the others, and what was said of the rest."""

    right: set[str] = attrs.field(factory=set[str])
    wrong: list[str] = attrs.field(factory=list[str])
    errors: list[MsgcoreError] = attrs.field(factory=list[MsgcoreError])

    @property
    def is_said(self) -> bool:
        """Whether whatever is missing or wrong was said."""
        return bool(self.errors) or (self.right == set(_LETTERS) and not self.wrong)


def salvage(path: Path, *, is_read_only: bool) -> Salvage:
    """Read all that can be read, each letter by itself, and have the store checked."""
    found = Salvage()
    try:
        with msgcore.open_store(url_of(path, is_read_only=is_read_only)) as store:
            found.errors += [StoreCorrupt(f"{path}: {fault.where}: {fault.text}") for fault in store.check()]
            _read(store, found)
    except MsgcoreError as error:
        found.errors.append(error)
    return found


def _read(store: MessageStore, found: Salvage) -> None:
    for item in store.inbox.messages():
        try:
            octets = msgcore.write_message(item.load(), form="mime")
        except MsgcoreError as error:
            found.errors.append(error)
        else:
            subject = mime.read(octets).subject
            if octets == octets_of(subject):
                found.right.add(subject)
            else:
                found.wrong.append(subject)


def flips(whole: bytes, chance: random.Random) -> Iterator[int]:
    """Choose octets of pages: of some, one each; in a soak of all, more of them and their heads."""
    size = int.from_bytes(whole[16:18], "big")
    pages = range(0, len(whole), size)
    for start in pages if SOAK else chance.sample(pages, 10):
        yield start + chance.randrange(_HEAD_OCTETS)
        yield from (start + chance.randrange(size) for _ in range(_FLIPS_A_PAGE if SOAK else 1))


@pytest.mark.parametrize("is_read_only", [False, True], ids=["to write", "read-only"])
def test_an_octet_that_is_flipped_never_goes_for_a_store_with_less_in_it(
    tmp_path: Path, whole: bytes, is_read_only: bool
) -> None:
    silent: list[int] = []
    unnamed: list[tuple[int, str]] = []
    for at in flips(whole, random.Random(len(whole))):
        path = tmp_path / f"{at}.db"
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        found = salvage(path, is_read_only=is_read_only)
        silent += [] if found.is_said else [at]
        unnamed += [(at, repr(one)) for one in found.errors if not isinstance(one, StoreError)]
        path.unlink()
    assert (silent, unnamed) == ([], [])


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_reported(path: Path, whole: bytes, part: float) -> None:
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(StoreCorrupt, match=r"mail\.db"), msgcore.open_store(url_of(path)) as store:
        raise StoreCorrupt(f"{path}: {store.check()[0].text}")


def test_of_a_damaged_file_that_cannot_be_opened_the_error_says_how_the_rest_is_read(path: Path, whole: bytes) -> None:
    path.write_bytes(whole[:100] + b"\xff" * 4_000 + whole[4_100:])
    with pytest.raises(StoreCorrupt, match=r"mail\.db: .*read_only=True"):
        msgcore.open_store(url_of(path))


def test_a_damaged_store_that_is_opened_read_only_gives_the_letters_that_are_whole(path: Path, whole: bytes) -> None:
    with closing(sqlite3.connect(path)) as raw:
        (page,) = raw.execute("select rootpage from sqlite_schema where name = 'message_words_data'").fetchone()
        (size,) = raw.execute("pragma page_size").fetchone()
    start = (page - 1) * size
    path.write_bytes(whole[:start] + b"\xff" * size + whole[start + size :])
    found = salvage(path, is_read_only=True)
    assert (found.right, found.wrong, bool(found.errors)) == (set(_LETTERS), [], True)


def pages_of(path: Path, octets: bytes, name: str) -> list[tuple[int, int]]:
    """Give where the leaves of a table or index with two levels begin and end in the file."""
    with closing(sqlite3.connect(path)) as raw:
        (root,) = raw.execute("select rootpage from sqlite_schema where name = ?", [name]).fetchone()
        (size,) = raw.execute("pragma page_size").fetchone()
    top = octets[(root - 1) * size : root * size]
    assert top[0] in {2, 5}, "all of it is in one page"
    cells = [int.from_bytes(top[at : at + 2], "big") for at in range(12, 12 + 2 * int.from_bytes(top[3:5], "big"), 2)]
    pages = [int.from_bytes(top[at : at + 4], "big") for at in [*cells, 8]]
    return [((page - 1) * size, page * size) for page in pages]


@pytest.mark.parametrize("index", ["message_by_time", "message_by_folder"])
def test_an_index_that_is_damaged_keeps_no_letter_from_who_only_reads(path: Path, whole: bytes, index: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        (root,) = raw.execute("select rootpage from sqlite_schema where name = ?", [index]).fetchone()
        (size,) = raw.execute("pragma page_size").fetchone()
    path.write_bytes(whole[: (root - 1) * size] + b"\xff" * size + whole[root * size :])
    with msgcore.open_store(url_of(path), read_only=True) as store:
        found = [item.subject for item in store.inbox.messages()]
        exported = store.inbox.export_to(MboxWriter(path.with_name("letters.mbox")))
        assert (sorted(found), store.inbox.count(), exported.written) == (sorted(_LETTERS), *[len(_LETTERS)] * 2)


def test_an_export_tells_of_rows_that_are_damaged_and_takes_the_others(path: Path, whole: bytes) -> None:
    start, end = pages_of(path, whole, "message")[1]
    path.write_bytes(whole[:start] + b"\xff" * (end - start) + whole[end:])
    told: list[Skipped] = []
    archive = path.with_name("letters.mbox")
    with msgcore.open_store(url_of(path), read_only=True) as store:
        result = store.inbox.export_to(MboxWriter(archive), ExportOptions(skipped=told.append))
    taken = {mime.read(one.octets).subject for one in MboxWriter(archive).archive()}
    assert result.written == len(taken) > 0
    assert len(told) == result.skipped == len(_LETTERS) - len(taken) > 0
    assert {type(one.error) for one in told} == {StoreCorrupt}
    assert all(one.where.startswith("message ") for one in told)


def test_of_a_file_whose_end_is_missing_the_rest_is_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(
            "insert into content (hash, form, size_octets, packing, octets)"
            " values (randomblob(32), 'mime', 200000, 0, randomblob(200000))"
        )
    cut = path.read_bytes()[:-100_000]
    path.write_bytes(cut)
    found = salvage(path, is_read_only=True)
    assert (found.right, found.wrong) == (set(_LETTERS), [])
    assert {type(error) for error in found.errors} == {StoreCorrupt}
    assert path.read_bytes() == cut


def test_reading_only_changes_no_octet(path: Path, whole: bytes) -> None:
    assert salvage(path, is_read_only=True).errors == []
    assert path.read_bytes() == whole


def test_what_is_opened_read_only_refuses_to_write(path: Path) -> None:
    with msgcore.open_store(url_of(path), read_only=True) as store, pytest.raises(NotSupported, match="create"):
        store.inbox.save(mime.read(b""))


def test_reading_only_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such file"):
        msgcore.open_store(url_of(tmp_path / "none.db"), read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_read_only", [False, True], ids=["to write", "read-only"])
def test_a_file_that_is_emptied_is_no_new_store(path: Path, is_read_only: bool) -> None:
    path.write_bytes(b"")
    with pytest.raises(StoreError, match=r"mail\.db"):
        msgcore.open_store(url_of(path, is_read_only=is_read_only))


@pytest.mark.parametrize("is_read_only", [False, True], ids=["to write", "read-only"])
def test_what_is_no_database_is_not_opened(path: Path, is_read_only: bool) -> None:
    path.write_bytes(b"From ann@a.test Thu Jan  1 00:00:00 1970\n" * 500)
    with pytest.raises(StoreCorrupt, match=r"mail\.db: .*not a database"):
        msgcore.open_store(url_of(path, is_read_only=is_read_only))


def copied_while_open(path: Path, to: Path, *suffixes: str) -> None:
    """Leave what a killed process leaves: the file and those beside it, one letter not yet in the file itself."""
    with msgcore.open_store(url_of(path)) as store:
        store.inbox.save(mime.read(octets_of("letter left")))
        for suffix in ("", *suffixes):
            shutil.copy(f"{path}{suffix}", f"{to}{suffix}")


@pytest.mark.parametrize("is_read_only", [False, True], ids=["to write", "read-only"])
@pytest.mark.parametrize("suffixes", [("-wal", "-shm"), ("-wal",)], ids=["WAL left behind", "-shm lost"])
def test_what_a_killed_writer_left_is_taken_up(path: Path, suffixes: tuple[str, ...], is_read_only: bool) -> None:
    copy = path.with_name("copy.db")
    copied_while_open(path, copy, *suffixes)
    found = salvage(copy, is_read_only=is_read_only)
    assert (found.right, found.errors) == ({*_LETTERS, "letter left"}, [])


@pytest.mark.parametrize("is_read_only", [False, True], ids=["to write", "read-only"])
def test_a_schema_newer_than_the_code_is_refused(path: Path, is_read_only: bool) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("update msgcore_schema set version = version + 1 where name = ?", [STORE_SCHEMA.name])
    newer = len(STORE_SCHEMA.scripts(Engine.SQLITE)) + 1
    with pytest.raises(StoreError, match=rf"mail\.db: schema 'store' has version {newer}"):
        msgcore.open_store(url_of(path, is_read_only=is_read_only))


def test_a_file_of_an_older_version_that_is_to_be_read_only_says_what_can_be_done(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("update msgcore_schema set version = version - 1 where name = ?", [STORE_SCHEMA.name])
    with pytest.raises(StoreError, match="opened once without read_only"):
        msgcore.open_store(url_of(path, is_read_only=True))


def test_a_mailbox_that_is_lost_is_not_made_anew(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("delete from mailbox")
    with pytest.raises(StoreCorrupt, match=r"mail\.db: "):
        msgcore.open_store(url_of(path))
