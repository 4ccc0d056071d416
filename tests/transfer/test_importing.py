"""Archives that are imported: each message once, however often, with what the archive says of it."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.octets import Limits
from msgcore.base.times import Deadline
from msgcore.errors import LimitExceeded, TimedOut, UsageError
from msgcore.runtime import NEVER
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder
from msgcore.testing.memory_store import MemoryStore
from msgcore.transfer import (
    ArchivedMessage,
    EmlFolder,
    ImportOptions,
    ImportResult,
    Maildir,
    MaildirWriter,
    Mbox,
    MboxWriter,
    Skipped,
    import_archive,
    open_archive,
)
from tests.transfer.desk import Desk, Told, memory_desk
from tests.transfer.disk import claim_of_the_dead, is_lockable_by_another, locked_by_another
from tests.transfer.letters import composed

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SEPARATOR = b"From ann@a.test Fri Jan  2 03:04:05 2026\n"
ONE, TWO, THREE = (b"Subject: %d\n\ntext\n" % number for number in (1, 2, 3))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with memory_desk() as desk:
        yield desk


def mbox(path: Path, *octets: bytes) -> Mbox:
    path.write_bytes(b"".join(SEPARATOR + one + b"\n" for one in octets))
    return Mbox(path)


def maildir(path: Path, *messages: ArchivedMessage) -> Maildir:
    writer = MaildirWriter(path)
    writer.open()
    writer.write(messages)
    return writer.archive()


# Each message once


def test_messages_come_in_the_order_of_the_archive(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", ONE, TWO, THREE))

    assert desk.octets() == [ONE, TWO, THREE]


def test_importing_again_brings_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE, TWO)
    desk.bring(archive)
    desk.bring(archive)

    assert desk.octets() == [ONE, TWO]


def test_a_message_that_stands_twice_in_an_archive_comes_twice(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", ONE, ONE, ONE))

    assert desk.octets() == [ONE, ONE, ONE]


@pytest.mark.parametrize("kind", [Maildir, EmlFolder])
def test_a_file_that_the_disk_cannot_give_is_skipped(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Maildir | EmlFolder]
) -> None:
    places = tmp_path / "box" / "new"
    for place in (places, tmp_path / "box" / "cur"):
        place.mkdir(parents=True)
    (places / "1.eml").write_bytes(ONE)
    (places / "2.eml").write_bytes(TWO)
    read = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "1.eml":
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    told: list[Skipped] = []
    result = desk.bring(kind(tmp_path / "box"), ImportOptions(skipped=told.append))

    assert (result.messages, result.skipped) == (1, 1)
    assert [type(one.error) for one in told] == [UsageError]
    assert "1.eml: Input/output error" in str(told[0].error)


@settings(max_examples=30)
@given(
    first=st.lists(composed(), max_size=6),
    later=st.lists(composed(), max_size=4),
    batch=st.integers(1, 4),
)
def test_of_an_archive_that_has_grown_only_what_is_new_comes(
    tmp_path_factory: pytest.TempPathFactory, first: list[bytes], later: list[bytes], batch: int
) -> None:
    path = tmp_path_factory.mktemp("box") / "box"
    with memory_desk() as desk:
        for octets in (first, first + later):
            path.write_bytes(b"")
            writer = MboxWriter(path)
            writer.open()
            writer.write([ArchivedMessage(one) for one in octets])
            writer.close()
            desk.bring(Mbox(path), ImportOptions(batch=batch))

        assert desk.octets() == first + later


def test_a_message_is_known_again_when_its_place_has_changed(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", ONE, TWO))
    desk.bring(mbox(tmp_path / "box", TWO, THREE))

    assert desk.octets() == [ONE, TWO, THREE]


def test_a_message_is_known_again_when_a_program_has_marked_it(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", ONE))
    desk.bring(mbox(tmp_path / "box", b"Status: RO\nX-UID: 7\n" + ONE))

    assert desk.octets() == [ONE]


def test_a_message_is_known_again_when_its_file_has_another_name(desk: Desk, tmp_path: Path) -> None:
    desk.bring(maildir(tmp_path, ArchivedMessage(ONE)))
    [file] = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")
    desk.bring(Maildir(tmp_path))

    assert desk.octets() == [ONE]


def test_the_same_message_of_another_archive_comes_too(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "a", ONE))
    desk.bring(mbox(tmp_path / "b", ONE))

    assert desk.octets() == [ONE, ONE]


def test_an_archive_that_was_moved_is_known_by_its_old_name(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "a", ONE))
    desk.bring(mbox(tmp_path / "b", ONE), ImportOptions(known_as=(tmp_path / "a").as_posix()))

    assert desk.octets() == [ONE]


def test_a_name_that_was_never_used_brings_what_was_deleted_again(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    desk.bring(archive)
    desk.runtime.run(desk.store.delete(desk.ids(), NEVER))
    desk.bring(archive, ImportOptions(known_as="again"))

    assert desk.octets() == [ONE]


def test_what_was_deleted_since_is_counted_and_does_not_come_again(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    desk.bring(archive)
    desk.runtime.run(desk.store.delete(desk.ids(), NEVER))

    assert (desk.bring(archive), desk.octets()) == (ImportResult(messages=1), [])


LAST = [b"Subject: x\n\ntext", b"Subject: x\n\ntext\n", b"Subject: x\n", b"Subject: x\r\n\r\ntext", b"Subject: x\n\n"]


@pytest.mark.parametrize("gap", [b"\n", b"\n\n", b"\r\n\r\n"], ids=repr)
@pytest.mark.parametrize("last", LAST, ids=repr)
def test_the_last_message_does_not_come_again_when_another_is_appended(
    desk: Desk, tmp_path: Path, last: bytes, gap: bytes
) -> None:
    path = tmp_path / "box"
    path.write_bytes(SEPARATOR + last)
    desk.bring(Mbox(path))
    path.write_bytes(SEPARATOR + last + gap + SEPARATOR + TWO)
    desk.bring(Mbox(path))

    assert desk.octets() == [last, TWO]


def test_a_message_that_was_moved_in_the_store_does_not_come_again(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    desk.bring(archive)
    desk.runtime.run(desk.store.move(desk.ids(), desk.folder("a"), NEVER))
    desk.bring(archive)

    assert (desk.octets(), desk.octets("a")) == ([], [ONE])


# What the archive says


def test_read_and_draft_flags_are_kept(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", b"Status: RO\n" + ONE, b"X-Status: T\n" + TWO))

    assert [(one.is_read, one.is_unsent) for one in desk.kept()] == [(True, False), (False, True)]


STATUS = [
    (ArchivedMessage(ONE), MessageStatus(0)),
    (ArchivedMessage(ONE, is_flagged=True), MessageStatus.TAGGED),
    (ArchivedMessage(ONE, is_answered=True), MessageStatus.ANSWERED),
    (ArchivedMessage(ONE, is_deleted=True), MessageStatus.DELETE_MARKED),
    (ArchivedMessage(ONE, is_answered=True, is_flagged=True), MessageStatus.ANSWERED | MessageStatus.TAGGED),
]


@pytest.mark.parametrize(("message", "status"), STATUS, ids=["none", "flagged", "answered", "deleted", "two"])
def test_other_flags_are_the_messages_status(
    desk: Desk, tmp_path: Path, message: ArchivedMessage, status: MessageStatus
) -> None:
    desk.bring(maildir(tmp_path, message), ImportOptions(keeps_deleted=True))

    assert desk.statuses() == [status]


def test_what_was_imported_and_deleted_since_does_not_keep_others_from_their_status(desk: Desk, tmp_path: Path) -> None:
    """A store that keeps what is deleted for a while knows it again, and gives it no status."""
    flagged = [ArchivedMessage(one, is_flagged=True) for one in (ONE, TWO)]
    desk.bring(maildir(tmp_path, *flagged[:1]))
    desk.runtime.run(desk.store.delete(desk.ids(), NEVER))
    desk.bring(maildir(tmp_path, *flagged[1:]))

    assert desk.statuses()[-1:] == [MessageStatus.TAGGED]


def test_folders_of_the_archive_are_folders_of_the_store(desk: Desk, tmp_path: Path) -> None:
    desk.bring(maildir(tmp_path, ArchivedMessage(ONE, folder=("a", "b")), ArchivedMessage(TWO, folder=("a",))))

    assert (desk.octets("a", "b"), desk.octets("a"), desk.octets()) == ([ONE], [TWO], [])


def test_a_folder_with_a_name_that_no_store_takes_gets_another(desk: Desk, tmp_path: Path) -> None:
    desk.bring(maildir(tmp_path, ArchivedMessage(ONE, folder=("a\tb",)), ArchivedMessage(TWO, folder=(" ",))))

    assert desk.folder_names() == ["_", "a_b"]


def test_what_is_marked_as_deleted_is_left_out(desk: Desk, tmp_path: Path) -> None:
    result = desk.bring(mbox(tmp_path / "box", b"X-Status: D\n" + ONE, TWO))

    assert (result, desk.octets()) == (ImportResult(messages=1, deleted=1), [TWO])


def test_what_is_marked_as_deleted_is_kept_on_wish(desk: Desk, tmp_path: Path) -> None:
    desk.bring(mbox(tmp_path / "box", b"X-Status: D\n" + ONE, TWO), ImportOptions(keeps_deleted=True))

    assert desk.octets() == [b"X-Status: D\n" + ONE, TWO]


DATED = b"Date: Thu, 1 Jan 2026 00:00:00 +0000\n" + ONE
TIMES = [
    (DATED, False, datetime(2026, 1, 1, tzinfo=UTC)),
    (DATED, True, AT),
    (ONE, False, AT),
    (ONE, True, AT),
]


@pytest.mark.parametrize(("octets", "is_archive_time", "at"), TIMES)
def test_whose_word_is_taken_for_the_time_of_delivery(
    desk: Desk, tmp_path: Path, octets: bytes, is_archive_time: bool, at: datetime
) -> None:
    desk.bring(mbox(tmp_path / "box", octets), ImportOptions(is_archive_time=is_archive_time))

    assert desk.times() == [at]


# What cannot be imported


def test_a_message_that_is_too_large_ends_the_import(desk: Desk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", ONE, b"x" * 3_000, TWO).path

    with pytest.raises(LimitExceeded, match="the message at octet 59 is larger than 1000 octets"):
        desk.bring(Mbox(path, Limits(total_octets=1_000)))


def test_what_stands_before_a_message_that_is_too_large_is_saved(desk: Desk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", ONE, b"x" * 3_000, TWO).path
    with pytest.raises(LimitExceeded):
        desk.bring(Mbox(path, Limits(total_octets=1_000)))

    assert desk.octets() == [ONE]


def test_a_message_that_is_too_large_is_told_and_skipped_on_wish(desk: Desk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", ONE, b"x" * 3_000, TWO).path
    told: list[Skipped] = []
    result = desk.bring(Mbox(path, Limits(total_octets=1_000)), ImportOptions(skipped=told.append))

    assert (result, [one.where for one in told], desk.octets()) == (
        ImportResult(messages=2, skipped=1),
        [f"{path}: the message at octet 59"],
        [ONE, TWO],
    )


def test_a_file_that_goes_while_the_import_runs_is_told(desk: Desk, tmp_path: Path) -> None:
    archive = maildir(tmp_path, ArchivedMessage(ONE))
    [file] = (tmp_path / "new").iterdir()
    file.unlink()
    told: list[Skipped] = []
    desk.bring(archive, ImportOptions(skipped=told.append))

    assert [one.where for one in told] == [str(file)]


class ChoosyStore(MemoryStore):
    """A store that takes no message of more than 1,000 octets."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        if any(one.message.size_octets > 1_000 for one in incoming):
            raise LimitExceeded("a message of more than 1000 octets")
        return super().save(folder, incoming, deadline)


def test_what_the_store_cannot_take_does_not_keep_others_out(tmp_path: Path) -> None:
    told: list[Skipped] = []
    with memory_desk(ChoosyStore()) as desk:
        desk.bring(mbox(tmp_path / "box", ONE, ONE * 100, TWO), ImportOptions(skipped=told.append))

        assert (desk.octets(), [str(one.error) for one in told]) == (
            [ONE, TWO],
            ["a message of more than 1000 octets"],
        )


# On its way


def test_progress_is_told_after_each_batch(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE, TWO, THREE)
    third = archive.total_octets // 3
    told = Told()
    desk.bring(archive, ImportOptions(batch=2, progress=told))

    assert told.all == [(2 * third, 3 * third, 2), (3 * third, 3 * third, 3), (3 * third, 3 * third, 3)]


def test_progress_does_not_go_back_where_messages_are_skipped(desk: Desk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", ONE, b"x" * 3_000).path
    told = Told()
    options = ImportOptions(batch=1, progress=told, skipped=lambda _: None)
    desk.bring(Mbox(path, Limits(total_octets=1_000)), options)

    assert [done for done, _, _ in told.all] == [59, 59, path.stat().st_size]


class Enough(Exception):
    """What an application raises to end an import."""


def test_an_import_that_was_ended_in_the_middle_goes_on(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE, TWO, THREE, ONE)

    def end(done: int, total: int, messages: int) -> None:
        raise Enough

    for _ in range(3):
        with pytest.raises(Enough):
            desk.bring(archive, ImportOptions(batch=3, progress=end))
    desk.bring(archive, ImportOptions(batch=3))

    assert desk.octets() == [ONE, TWO, THREE, ONE]


def test_a_deadline_that_has_passed_ends_the_import(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(TimedOut):
        desk.bring(mbox(tmp_path / "box", ONE), seconds=0)


WRONG: list[tuple[dict[str, object], str]] = [
    ({"batch": 0}, "batch: need a whole number from 1, got 0"),
    ({"batch": "x"}, "batch: need a whole number from 1, got 'x'"),
    ({"progress": "x"}, "progress: need a function or None, got 'x'"),
    ({"skipped": True}, "skipped: need a function or None, got True"),
    ({"keeps_deleted": 1}, "keeps_deleted: need True or False, got 1"),
    ({"is_archive_time": None}, "is_archive_time: need True or False, got None"),
    ({"known_as": Path("old")}, "known_as: need text or None, got PosixPath"),
]


@pytest.mark.parametrize(("options", "text"), WRONG)
def test_options_of_a_wrong_kind_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        ImportOptions(**options)


# Locks


def test_a_locked_mbox_is_waited_for_until_the_deadline(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    (tmp_path / "box.lock").write_text("1")

    with pytest.raises(TimedOut, match="box: another program has locked it"):
        desk.bring(archive, seconds=0.05)


def test_an_mbox_under_another_programs_record_lock_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    with locked_by_another(archive.path), pytest.raises(TimedOut, match="box: another program has locked it"):
        desk.bring(archive, seconds=0.05)


def test_a_message_that_is_being_delivered_comes_whole_when_it_is_there(desk: Desk, tmp_path: Path) -> None:
    path = mbox(tmp_path / "box", ONE).path
    whole = path.read_bytes() + SEPARATOR + TWO + b"\n"
    path.write_bytes(whole[:-8])
    lock = tmp_path / "box.lock"
    lock.write_text("1")

    class Delivered(Mbox):
        """An mbox into which a delivery ends once the import has found it locked."""

        def hold(self) -> Self | None:
            held = super().hold()
            if held is None:
                path.write_bytes(whole)
                lock.unlink()
            return held

    desk.bring(Delivered(path))

    assert desk.octets() == [ONE, TWO]


def test_what_a_killed_writer_of_ours_began_is_left_out(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    whole = archive.total_octets
    archive.path.write_bytes(archive.path.read_bytes() + SEPARATOR + b"Subject: ha")
    claim_of_the_dead(archive.path, whole, whole + 1_000)
    desk.bring(archive)

    assert desk.octets() == [ONE]


def test_what_is_appended_while_an_import_runs_comes_with_the_next(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE, TWO)

    def append(done: int, total: int, messages: int) -> None:
        with archive.path.open("ab") as file:
            file.write(SEPARATOR + b"Subject: ha")

    desk.bring(archive, ImportOptions(batch=1, progress=append))

    assert desk.octets() == [ONE, TWO]


def test_while_an_import_runs_others_find_the_mbox_locked(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    found: list[bool] = []

    def look(done: int, total: int, messages: int) -> None:
        found.append(is_lockable_by_another(archive.path))

    desk.bring(archive, ImportOptions(batch=1, progress=look))

    assert found == [False, False]


def test_after_an_import_the_mbox_is_unlocked(desk: Desk, tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE)
    desk.bring(archive)

    assert is_lockable_by_another(archive.path)


def test_it_runs_on_asyncio(tmp_path: Path) -> None:
    archive = mbox(tmp_path / "box", ONE, TWO)

    async def main() -> ImportResult:
        runtime = AsyncioRuntime()
        provider = MemoryStore()
        store = GuardedStore(Plugin("memory", provider, runtime), provider)
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        return await import_archive(runtime, store, inbox, archive, ImportOptions(), NEVER)

    assert asyncio.run(main()) == ImportResult(messages=2)


# Real archives


def archives(corpus: Path) -> Iterator[Path]:
    yield from (corpus / "mbox").rglob("*.mbox")
    yield from (corpus / "mbox" / "sisimai" / name for name in ("mbox-0", "mbox-1"))
    yield corpus / "mbox" / "james-mime4j" / "mbox.rlug"
    yield corpus / "mime" / "notmuch"
    yield corpus / "mbox" / "stalwart-maildir"


def test_every_archive_of_the_corpus_comes_octet_for_octet_and_once(corpus: Path) -> None:
    for path in archives(corpus):
        archive = open_archive(path)
        expected = sorted((one.folder, one.octets) for one in archive if not one.is_deleted)
        with memory_desk() as desk:
            for _ in range(2):
                desk.bring(archive)
            found = [(folder, octets) for folder in {one for one, _ in expected} for octets in desk.octets(*folder)]
            assert sorted(found) == expected, path
