"""Folders that are exported: each message once, however often, in every kind of archive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore import Message
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import (
    LimitExceeded,
    NotFound,
    NotSupported,
    StoreCorrupt,
    StoreFull,
    TimedOut,
    TooComplex,
    UsageError,
)
from msgcore.props.restriction import Restriction
from msgcore.props.table import PidTagSubject
from msgcore.runtime import NEVER
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.spi.folders import Search
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import FolderFacts, Incoming, MessageStatus, SpecialFolder
from msgcore.testing.memory_store import MemoryStore
from msgcore.transfer import (
    ArchivedMessage,
    ArchiveWriter,
    EmlWriter,
    ExportOptions,
    ExportResult,
    ImportOptions,
    Maildir,
    MaildirWriter,
    Mbox,
    MboxVariant,
    MboxWriter,
    Skipped,
    export_folder,
    open_archive,
)
from tests.transfer.desk import Desk, Told, memory_desk
from tests.transfer.disk import names_in, no_file_larger_than
from tests.transfer.letters import composed

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ONE, TWO, THREE = (b"Subject: %d\n\ntext\n" % number for number in (1, 2, 3))

MakeWriter = Callable[[Path], ArchiveWriter]
WRITERS: dict[str, MakeWriter] = {
    "mboxo": lambda path: MboxWriter(path, MboxVariant.MBOXO),
    "mboxrd": MboxWriter,
    "mboxcl": lambda path: MboxWriter(path, MboxVariant.MBOXCL),
    "mboxcl2": lambda path: MboxWriter(path, MboxVariant.MBOXCL2),
    "mboxrd with status": lambda path: MboxWriter(path, status_fields=True),
    "Maildir": MaildirWriter,
    "eml": EmlWriter,
}
each_writer = pytest.mark.parametrize("make", WRITERS.values(), ids=WRITERS)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with memory_desk() as desk:
        yield desk


def letter(octets: bytes) -> Incoming:
    return Incoming(mime.read(octets), received_at=AT)


def in_archive(writer: ArchiveWriter) -> list[bytes]:
    return sorted(one.octets for one in writer.archive())


# Each message once


@each_writer
@settings(max_examples=15)
@given(first=st.lists(composed(), max_size=5), later=st.lists(composed(), max_size=3), batch=st.integers(1, 4))
def test_a_later_export_adds_what_is_new(
    tmp_path_factory: pytest.TempPathFactory, make: MakeWriter, first: list[bytes], later: list[bytes], batch: int
) -> None:
    writer = make(tmp_path_factory.mktemp("out") / "archive")
    with memory_desk() as desk:
        desk.save(*map(letter, first))
        desk.take(writer, ExportOptions(batch=batch))
        desk.save(*map(letter, later))
        result = desk.take(writer, ExportOptions(batch=batch))

    assert (result, in_archive(writer)) == (
        ExportResult(written=len(later), present=len(first)),
        sorted(writer.as_read(ArchivedMessage(one)) for one in first + later),
    )


@each_writer
def test_a_message_that_the_store_has_twice_is_written_twice(desk: Desk, tmp_path: Path, make: MakeWriter) -> None:
    writer = make(tmp_path / "archive")
    desk.save(letter(ONE), letter(ONE))
    desk.take(writer)
    desk.take(writer)

    assert len(in_archive(writer)) == 2


class Enough(Exception):
    """What an application raises to end an export."""


@each_writer
def test_an_export_that_was_ended_in_the_middle_goes_on(desk: Desk, tmp_path: Path, make: MakeWriter) -> None:
    writer = make(tmp_path / "archive")
    desk.save(*map(letter, (ONE, TWO, THREE, ONE)))

    def end(done: int, total: int, messages: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        desk.take(writer, ExportOptions(batch=2, progress=end))

    assert desk.take(writer) == ExportResult(written=2, present=2)


@each_writer
def test_after_a_full_disk_the_export_goes_on(desk: Desk, tmp_path: Path, make: MakeWriter) -> None:
    writer = make(tmp_path / "archive")
    large = b"Subject: large\n\n" + b"x" * 20_000 + b"\n"
    desk.save(*map(letter, (ONE, large, TWO)))
    with no_file_larger_than(10_000), pytest.raises(StoreFull, match="File too large"):
        desk.take(writer, ExportOptions(batch=1))

    assert desk.take(writer) == ExportResult(written=2, present=1)


# What is written


@each_writer
def test_what_is_exported_comes_back_into_a_store(desk: Desk, tmp_path: Path, make: MakeWriter) -> None:
    writer = make(tmp_path / "archive")
    desk.save(*map(letter, (ONE, TWO)))
    desk.take(writer)
    with memory_desk() as other:
        other.bring(writer.archive(), ImportOptions(is_archive_time=True))

        assert (sorted(one.rpartition(b"Status: O\n")[2] for one in other.octets()), other.times()) == (
            [ONE, TWO],
            [AT, AT],
        )


def test_flags_are_written_into_the_archive(desk: Desk, tmp_path: Path) -> None:
    desk.save(Incoming(mime.read(ONE), is_read=True, is_unsent=True, received_at=AT))
    every = MessageStatus.ANSWERED | MessageStatus.TAGGED | MessageStatus.DELETE_MARKED
    desk.runtime.run(desk.store.set_message_status(desk.ids(), every, every, NEVER))
    desk.take(MaildirWriter(tmp_path))

    assert [attrs.evolve(one, position_octets=0) for one in Maildir(tmp_path)] == [
        ArchivedMessage(
            ONE, is_read=True, is_flagged=True, is_answered=True, is_draft=True, is_deleted=True, received_at=AT
        )
    ]


def test_a_message_that_was_composed_is_written_as_mime(desk: Desk, tmp_path: Path) -> None:
    desk.save(Incoming(Message(subject="composed", text="Hello")))
    desk.take(MboxWriter(tmp_path / "box"))
    [read] = open_archive(tmp_path / "box")

    assert mime.read(read.octets).subject == "composed"


@pytest.mark.parametrize("make", [MaildirWriter, EmlWriter])
def test_folders_below_are_written_on_wish(desk: Desk, tmp_path: Path, make: MakeWriter) -> None:
    desk.save(letter(ONE))
    desk.save(letter(TWO), folder=desk.folder("a", "b.c/d"))
    writer = make(tmp_path / "archive")
    desk.take(writer, ExportOptions(recursive=True))

    assert sorted((one.folder, one.octets) for one in writer.archive()) == [((), ONE), (("a", "b.c/d"), TWO)]


def test_folders_below_are_left_out_else(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE), folder=desk.folder("a"))

    assert desk.take(MaildirWriter(tmp_path / "archive")) == ExportResult()


def test_what_a_search_folder_shows_is_not_written_twice(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE))
    search = Search(PidTagSubject.exists(), (desk.inbox,))
    desk.runtime.run(desk.store.create_search_folder(desk.inbox, "found", search, NEVER))
    result = desk.take(MaildirWriter(tmp_path / "archive"), ExportOptions(recursive=True))

    assert result == ExportResult(written=1)


class InItself(MemoryStore):
    """A store each of whose folders holds itself, or one without end another."""

    is_bottomless = False

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        inbox = self.folder(self.special_folders(deadline)[SpecialFolder.INBOX], deadline)
        number = parent.number + self.is_bottomless
        return [attrs.evolve(inbox, entry_id=EntryId(parent.provider_uid, parent.kind, number))]


def test_a_folder_that_is_inside_itself_is_written_once(tmp_path: Path) -> None:
    with memory_desk(InItself()) as desk:
        desk.save(letter(ONE))

        assert desk.take(EmlWriter(tmp_path), ExportOptions(recursive=True)) == ExportResult(written=1)


def test_folders_without_end_are_not_written(tmp_path: Path) -> None:
    store = InItself()
    store.is_bottomless = True
    with memory_desk(store) as desk, pytest.raises(TooComplex, match="more than 1000 levels down"):
        desk.take(EmlWriter(tmp_path), ExportOptions(recursive=True))

    assert list(tmp_path.iterdir()) == []


def test_folders_with_the_names_of_a_maildirs_come_back_from_eml_files(desk: Desk, tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        desk.save(letter(ONE), folder=desk.folder("a", name))
    desk.take(EmlWriter(tmp_path), ExportOptions(recursive=True))

    assert sorted(one.folder for one in open_archive(tmp_path)) == [("a", "cur"), ("a", "new"), ("a", "tmp")]


def test_an_mbox_has_no_folders(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE), folder=desk.folder("a"))

    with pytest.raises(NotSupported, match="an mbox has no folders"):
        desk.take(MboxWriter(tmp_path / "box"), ExportOptions(recursive=True))


LONG = [
    (
        MaildirWriter,
        ("a" * 130, "b" * 130),
        "a name of 262 octets; file systems take 255. A folder of .eml files",
    ),
    (EmlWriter, ("\u6587" * 86,), "needs a name of 258 octets; file systems take 255. Give it a shorter name"),
]


@pytest.mark.parametrize(("make", "names", "text"), LONG, ids=["Maildir", "eml"])
def test_a_folder_with_too_long_a_name_is_named_with_the_limit(
    desk: Desk, tmp_path: Path, make: MakeWriter, names: tuple[str, ...], text: str
) -> None:
    desk.save(letter(ONE), folder=desk.folder(*names))

    with pytest.raises(NotSupported, match=text):
        desk.take(make(tmp_path / "archive"), ExportOptions(recursive=True))


NOT_WRITTEN = [(MboxWriter, "a"), (MaildirWriter, "a" * 254 + "&"), (EmlWriter, "\u6587" * 86)]


@pytest.mark.parametrize(("make", "name"), NOT_WRITTEN, ids=["mbox", "Maildir", "eml"])
def test_nothing_is_written_where_a_folder_cannot_be(desk: Desk, tmp_path: Path, make: MakeWriter, name: str) -> None:
    desk.save(letter(ONE))
    desk.save(letter(TWO), folder=desk.folder(name))
    with pytest.raises(NotSupported):
        desk.take(make(tmp_path / "archive"), ExportOptions(recursive=True))

    assert names_in(tmp_path) == []


def test_an_empty_folder_below_does_not_keep_an_mbox_from_being_written(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE))
    desk.folder("a")

    assert desk.take(MboxWriter(tmp_path / "box"), ExportOptions(recursive=True)) == ExportResult(written=1)


def test_a_draft_comes_back_as_one_from_an_eml_file(desk: Desk, tmp_path: Path) -> None:
    desk.save(Incoming(mime.read(ONE), is_unsent=True), letter(TWO))
    desk.take(EmlWriter(tmp_path))
    with memory_desk() as other:
        other.bring(open_archive(tmp_path))

        assert sorted((one.octets, one.is_unsent) for one in other.kept()) == [(ONE, True), (TWO, False)]


@pytest.mark.parametrize("where", [PidTagSubject.not_equals("2"), 'subject != "2"'], ids=["built", "text"])
def test_a_restriction_chooses(desk: Desk, tmp_path: Path, where: Restriction | str) -> None:
    desk.save(*map(letter, (ONE, TWO, THREE)))
    desk.take(MboxWriter(tmp_path / "box"), ExportOptions(where=where))

    assert [one.octets for one in Mbox(tmp_path / "box")] == [ONE, THREE]


# On its way


def test_progress_is_told_after_each_batch(desk: Desk, tmp_path: Path) -> None:
    desk.save(*map(letter, (ONE, TWO, THREE)))
    told = Told()
    desk.take(MboxWriter(tmp_path / "box"), ExportOptions(batch=2, progress=told))

    assert told.all == [(2, 3, 2), (3, 3, 3)]


LARGE = Message(subject="large", attachments=[b"x" * 5_000])


def test_a_message_over_the_limit_ends_the_export(desk: Desk, tmp_path: Path) -> None:
    desk.save(Incoming(LARGE))

    with pytest.raises(LimitExceeded, match="the limit is 1000"):
        desk.take(MboxWriter(tmp_path / "box"), ExportOptions(limit_octets=1_000))


def test_a_message_over_the_limit_is_told_and_skipped_on_wish(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE), Incoming(LARGE), letter(TWO))
    told: list[Skipped] = []
    result = desk.take(MboxWriter(tmp_path / "box"), ExportOptions(limit_octets=1_000, skipped=told.append))

    assert (result, [one.where for one in told], in_archive(MboxWriter(tmp_path / "box"))) == (
        ExportResult(written=2, skipped=1),
        [f"message {bytes(desk.ids()[1]).hex()}"],
        [ONE, TWO],
    )


class DamagedStore(MemoryStore):
    """A store that has one message not whole."""

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        message = super().load(entry_id, load_limit_octets, deadline)
        if message.subject == "2":
            raise StoreCorrupt("a content is damaged")
        return message

    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        return [self.load(entry_ids[0], load_limit_octets, deadline)]


def test_a_damaged_message_is_told_and_skipped_on_wish(tmp_path: Path) -> None:
    with memory_desk(DamagedStore()) as desk:
        desk.save(letter(ONE), letter(TWO), letter(THREE))
        where = f"message {bytes(desk.ids()[1]).hex()}"
        told: list[Skipped] = []
        result = desk.take(MboxWriter(tmp_path / "box"), ExportOptions(skipped=told.append))

        assert (result, [one.where for one in told], in_archive(MboxWriter(tmp_path / "box"))) == (
            ExportResult(written=2, skipped=1),
            [where],
            [ONE, THREE],
        )
        with pytest.raises(StoreCorrupt, match=f"{where}: a content is damaged"):
            desk.take(MboxWriter(tmp_path / "box"))


def test_a_locked_file_is_waited_for_until_the_deadline(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "box.lock").write_text("1")

    with pytest.raises(TimedOut, match="box: another program has locked it"):
        desk.take(MboxWriter(tmp_path / "box"), seconds=0.05)


def test_a_locked_file_is_written_when_it_is_free(desk: Desk, tmp_path: Path) -> None:
    desk.save(letter(ONE))
    lock = tmp_path / "box.lock"
    lock.write_text("1")

    class Waiting(MboxWriter):
        """A writer whose file is unlocked once it has been tried."""

        def open(self) -> bool:
            is_held = super().open()
            if not is_held:
                lock.unlink()
            return is_held

    assert desk.take(Waiting(tmp_path / "box")) == ExportResult(written=1)


def test_the_file_is_unlocked_after_an_error(desk: Desk, tmp_path: Path) -> None:
    desk.save(Incoming(LARGE))
    with pytest.raises(LimitExceeded):
        desk.take(MboxWriter(tmp_path / "box"), ExportOptions(limit_octets=1_000))

    assert names_in(tmp_path) == ["box"]


def test_a_writer_that_is_open_is_refused(desk: Desk, tmp_path: Path) -> None:
    writer = MboxWriter(tmp_path / "box")
    writer.open()

    with pytest.raises(UsageError, match="box: the writer is open already; give each export a writer of its own"):
        desk.take(writer)


def test_who_is_refused_a_writer_does_not_close_it_for_others(desk: Desk, tmp_path: Path) -> None:
    writer = MboxWriter(tmp_path / "box")
    writer.open()
    with pytest.raises(UsageError):
        desk.take(writer)
    writer.write([ArchivedMessage(ONE)])

    assert in_archive(writer) == [ONE]


WRONG: list[tuple[dict[str, object], str]] = [
    ({"batch": 0}, "batch: need a whole number from 1, got 0"),
    ({"batch": "x"}, "batch: need a whole number from 1, got 'x'"),
    ({"batch": True}, "batch: need a whole number from 1, got True"),
    ({"limit_octets": 0.5}, "limit_octets: need a whole number from 1, got 0.5"),
    ({"progress": 1}, "progress: need a function or None, got 1"),
    ({"skipped": []}, r"skipped: need a function or None, got \[\]"),
    ({"recursive": "no"}, "recursive: need True or False, got 'no'"),
    ({"where": 5}, "where: need a restriction or its text, got int"),
    ({"where": False}, "for equality write tag.equals"),
    ({"where": "subject ="}, "need a value or a property, found the end"),
]


@pytest.mark.parametrize(("options", "text"), WRONG)
def test_options_of_a_wrong_kind_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        ExportOptions(**options)


def test_it_runs_on_asyncio(tmp_path: Path) -> None:
    async def main() -> ExportResult:
        runtime = AsyncioRuntime()
        provider = MemoryStore()
        store = GuardedStore(Plugin("memory", provider, runtime), provider)
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        await store.save(inbox, [letter(ONE)], NEVER)
        return await export_folder(runtime, store, inbox, MboxWriter(tmp_path / "box"), ExportOptions(), NEVER)

    assert asyncio.run(main()) == ExportResult(written=1)
