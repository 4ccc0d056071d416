"""Mbox files that are written: every variant comes back, other programs read them, and a file is always whole."""

from __future__ import annotations

import contextlib
import mailbox
import re
import subprocess
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from msgcore.errors import NotSupported, StoreBusy, StoreFull, UsageError
from msgcore.transfer import ArchivedMessage, Mbox, MboxVariant, MboxWriter
from msgcore.transfer.files import host_name
from tests.conftest import SOAK
from tests.transfer.disk import (
    claim_of_the_dead,
    is_lockable_by_another,
    locked_by_another,
    names_in,
    no_file_larger_than,
)
from tests.transfer.letters import archived, composed, letters

RD, CL2 = MboxVariant.MBOXRD, MboxVariant.MBOXCL2
EXACT = [MboxVariant.MBOXRD, MboxVariant.MBOXCL, MboxVariant.MBOXCL2]
EXAMPLES = settings(max_examples=1_000 if SOAK else 30)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@contextlib.contextmanager
def writing(path: Path, variant: MboxVariant = RD, *, status_fields: bool = False) -> Generator[MboxWriter]:
    writer = MboxWriter(path, variant, status_fields=status_fields)
    assert writer.open()
    try:
        yield writer
    finally:
        writer.close()


def write(path: Path, messages: Sequence[ArchivedMessage], variant: MboxVariant = RD) -> None:
    with writing(path, variant) as writer:
        writer.write(messages)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one file after the other."""
    return tmp_path_factory.mktemp("mbox")


def fresh(shelf: Path) -> Path:
    path = shelf / "box"
    path.unlink(missing_ok=True)
    return path


# There and back


@pytest.mark.parametrize("variant", EXACT)
@EXAMPLES
@given(messages=st.lists(archived(letters()), max_size=5))
@example(messages=[ArchivedMessage(b"A: b\n\r"), ArchivedMessage(b""), ArchivedMessage(b"\n")])
def test_every_message_comes_back_octet_for_octet(
    shelf: Path, variant: MboxVariant, messages: list[ArchivedMessage]
) -> None:
    path = fresh(shelf)
    write(path, messages, variant)

    read = [(one.octets, one.received_at) for one in Mbox(path, variant=variant)]

    assert read == [(one.octets, one.received_at) for one in messages]


@EXAMPLES
@given(octets=st.lists(letters(), max_size=5))
def test_from_mboxo_a_message_comes_back_but_for_its_quoting(shelf: Path, octets: list[bytes]) -> None:
    path = fresh(shelf)
    write(path, [ArchivedMessage(one) for one in octets], MboxVariant.MBOXO)

    read = [one.octets for one in Mbox(path, variant=MboxVariant.MBOXO)]

    assert read == [re.sub(rb"(?m)^>From ", b"From ", one) for one in octets]


@pytest.mark.parametrize("variant", [RD, CL2])
@EXAMPLES
@given(messages=st.lists(archived(composed()), max_size=5))
def test_the_variant_need_not_be_named(shelf: Path, variant: MboxVariant, messages: list[ArchivedMessage]) -> None:
    """A message's own first field Content-Length may pass for the file's, and only then must it be named."""
    path = fresh(shelf)
    write(path, messages, variant)

    assert [one.octets for one in Mbox(path)] == [one.octets for one in messages]


@EXAMPLES
@given(st.lists(archived(letters()), max_size=4), st.lists(archived(letters()), max_size=4))
def test_batches_are_one_file(shelf: Path, first: list[ArchivedMessage], second: list[ArchivedMessage]) -> None:
    path = fresh(shelf)
    write(path, first + second)
    whole = path.read_bytes()
    fresh(shelf)
    write(path, first)
    write(path, second)

    assert path.read_bytes() == whole


@EXAMPLES
@given(octets=composed(), flags=st.tuples(*[st.booleans()] * 5))
def test_flags_come_back_from_status_fields(shelf: Path, octets: bytes, flags: tuple[bool, ...]) -> None:
    path = fresh(shelf)
    is_read, is_flagged, is_answered, is_draft, is_deleted = flags
    message = ArchivedMessage(
        octets, is_read, is_flagged, is_answered, is_draft=is_draft, is_deleted=is_deleted, received_at=AT
    )
    with writing(path, status_fields=True) as writer:
        writer.write([message])
    (read,) = Mbox(path, variant=RD)

    assert (read.is_read, read.is_flagged, read.is_answered, read.is_draft, read.is_deleted) == flags


def test_status_fields_take_the_place_of_those_that_were_there(tmp_path: Path) -> None:
    with writing(tmp_path / "box", status_fields=True) as writer:
        writer.write([ArchivedMessage(b"Status: O\nA: b\nX-Status: F\n D\n\nStatus: x\n", is_read=True)])

    assert [one.octets for one in Mbox(tmp_path / "box")] == [b"Status: RO\nA: b\n\nStatus: x\n"]


SEPARATORS = [
    (ArchivedMessage(b"Return-Path: <ann@a.test>\n\n", received_at=AT), b"From ann@a.test Fri Jan  2 03:04:05 2026\n"),
    (ArchivedMessage(b"Return-Path: <>\n\n", received_at=AT), b"From MAILER-DAEMON Fri Jan  2 03:04:05 2026\n"),
    (ArchivedMessage(b"Return-Path: <a b@c>\n\n", received_at=AT), b"From MAILER-DAEMON Fri Jan  2 03:04:05 2026\n"),
    (ArchivedMessage(b"A: b\n\n"), b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"),
]


@pytest.mark.parametrize(("message", "separator"), SEPARATORS)
def test_the_separator_has_the_envelope_sender_and_the_time_in_utc(
    tmp_path: Path, message: ArchivedMessage, separator: bytes
) -> None:
    write(tmp_path / "box", [message])

    assert (tmp_path / "box").read_bytes().splitlines(keepends=True)[0] == separator


FRAMES = [
    (MboxVariant.MBOXO, b"A: b\n\n>From x\n>From y\n\n"),
    (MboxVariant.MBOXRD, b"A: b\n\n>From x\n>>From y\n\n"),
    (MboxVariant.MBOXCL, b"Content-Length: 17\nA: b\n\n>From x\n>>From y\n\n"),
    (MboxVariant.MBOXCL2, b"Content-Length: 15\nA: b\n\nFrom x\n>From y\n\n"),
]


@pytest.mark.parametrize(("variant", "text"), FRAMES)
def test_each_variant_quotes_and_counts_in_its_way(tmp_path: Path, variant: MboxVariant, text: bytes) -> None:
    write(tmp_path / "box", [ArchivedMessage(b"A: b\n\nFrom x\n>From y\n")], variant)

    assert (tmp_path / "box").read_bytes().partition(b"\n")[2] == text


@pytest.mark.parametrize("variant", EXACT)
def test_real_messages_come_back_octet_for_octet(tmp_path: Path, corpus: Path, variant: MboxVariant) -> None:
    octets = [path.read_bytes() for path in sorted((corpus / "bounce").rglob("*.eml"))]
    write(tmp_path / "box", [ArchivedMessage(one) for one in octets], variant)

    assert [one.octets for one in Mbox(tmp_path / "box", variant=variant)] == octets


@pytest.mark.parametrize("variant", [RD, CL2])
def test_the_variant_of_real_messages_need_not_be_named(tmp_path: Path, corpus: Path, variant: MboxVariant) -> None:
    octets = [path.read_bytes() for path in sorted((corpus / "bounce").rglob("*.eml"))]
    write(tmp_path / "box", [ArchivedMessage(one) for one in octets], variant)

    assert [one.octets for one in Mbox(tmp_path / "box")] == octets


# Other programs


@EXAMPLES
@given(octets=st.lists(composed(), max_size=4))
def test_the_standard_library_reads_what_is_written(shelf: Path, octets: list[bytes]) -> None:
    """It leaves quoting as it is, and its own Status field cannot be told from the message's."""
    path = fresh(shelf)
    write(path, [ArchivedMessage(one) for one in octets])
    box = mailbox.mbox(path)
    try:
        read = [box.get_bytes(key) for key in box.iterkeys()]
    finally:
        box.close()

    assert read == [re.sub(rb"(?m)^(>*From )", rb">\1", one) for one in octets]


@EXAMPLES
@given(octets=st.lists(composed(), max_size=4))
def test_what_the_standard_library_writes_is_read(shelf: Path, octets: list[bytes]) -> None:
    """It writes mboxo, in which ``>From`` loses its mark."""
    assume(not any(b">From" in one for one in octets))
    path = fresh(shelf)
    box = mailbox.mbox(path)
    for one in octets:
        box.add(one)
    box.close()

    assert [one.octets for one in Mbox(path, variant=MboxVariant.MBOXO)] == octets


# Locks


def test_who_finds_a_dot_lock_does_not_write(tmp_path: Path) -> None:
    (tmp_path / "box.lock").write_text("1")

    assert MboxWriter(tmp_path / "box").open() is False


def test_two_writers_do_not_hold_one_file(tmp_path: Path) -> None:
    with writing(tmp_path / "box"):
        assert MboxWriter(tmp_path / "box").open() is False


def test_a_writer_that_closed_lets_the_next_one_in(tmp_path: Path) -> None:
    with writing(tmp_path / "box"):
        pass
    with writing(tmp_path / "box"):
        assert names_in(tmp_path) == ["box", "box.lock"]


def test_who_finds_a_record_lock_does_not_write(tmp_path: Path) -> None:
    with locked_by_another(tmp_path / "box"):
        assert MboxWriter(tmp_path / "box").open() is False


def test_others_find_the_file_locked(tmp_path: Path) -> None:
    with writing(tmp_path / "box"):
        assert not is_lockable_by_another(tmp_path / "box")


def test_another_writer_of_this_process_that_is_refused_does_not_end_the_lock(tmp_path: Path) -> None:
    with writing(tmp_path / "box"):
        MboxWriter(tmp_path / "box").open()

        assert not is_lockable_by_another(tmp_path / "box")


def test_a_writer_that_is_open_is_not_opened_again(tmp_path: Path) -> None:
    with writing(tmp_path / "box") as writer, pytest.raises(UsageError, match="box: the writer is open already"):
        writer.open()


def test_of_many_threads_one_opens_a_writer(tmp_path: Path) -> None:
    writer = MboxWriter(tmp_path / "box")

    def opened(_: int) -> bool:
        try:
            return writer.open()
        except UsageError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(opened, range(64))) == 1


def test_a_writer_that_was_opened_twice_and_closed_twice_leaves_no_lock(tmp_path: Path) -> None:
    writer = MboxWriter(tmp_path / "box")
    writer.open()
    with pytest.raises(UsageError):
        writer.open()
    writer.close()
    writer.close()

    assert names_in(tmp_path) == ["box"]


def test_a_writer_opens_again_after_it_was_closed(tmp_path: Path) -> None:
    writer = MboxWriter(tmp_path / "box")
    for number in (b"1", b"2"):
        writer.open()
        writer.write([ArchivedMessage(b"A: " + number + b"\n\n")])
        writer.close()

    assert [one.octets for one in Mbox(tmp_path / "box")] == [b"A: 1\n\n", b"A: 2\n\n"]


OTHERS = [b"Dear diary,\n", b"From here on it rains\n", b"\n", b"%PDF-1.7\n", b"\0" * 3_000]


@pytest.mark.parametrize("octets", OTHERS, ids=lambda octets: repr(octets[:12]))
def test_a_file_that_is_no_mbox_is_not_written(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "diary").write_bytes(octets)

    with pytest.raises(UsageError, match="diary is no mbox: it does not start with a separator"):
        MboxWriter(tmp_path / "diary").open()


def test_a_file_that_is_no_mbox_stays_as_it_is_and_unlocked(tmp_path: Path) -> None:
    (tmp_path / "diary").write_bytes(b"Dear diary,\n")
    with pytest.raises(UsageError):
        MboxWriter(tmp_path / "diary").open()

    assert (names_in(tmp_path), (tmp_path / "diary").read_bytes()) == (["diary"], b"Dear diary,\n")


def test_of_a_first_message_that_a_killed_writer_began_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"Fro")
    claim_of_the_dead(tmp_path / "box", 0, 100)
    write(tmp_path / "box", [ArchivedMessage(b"A: 1\n\n")])

    assert [one.octets for one in Mbox(tmp_path / "box")] == [b"A: 1\n\n"]


# Whole files


def test_what_a_killed_writer_began_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "box"
    write(path, [ArchivedMessage(b"A: 1\n\n")])
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"From x Fri Jan  2 03:04:05 2026\nA: ha")
    claim_of_the_dead(path, size, size + 100)
    write(path, [ArchivedMessage(b"A: 2\n\n")])

    assert [one.octets for one in Mbox(path)] == [b"A: 1\n\n", b"A: 2\n\n"]


def test_what_a_writer_left_that_was_killed_while_it_made_the_lock_is_removed(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    (tmp_path / f"box.lock.{host_name()}.{child.pid}.1").touch()
    write(tmp_path / "box", [])

    assert names_in(tmp_path) == ["box"]


def test_what_others_wrote_behind_a_killed_writer_stays(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From x Fri Jan  2 03:04:05 2026\nA: 1\n\n\n" * 2)
    claim_of_the_dead(path, 40, 60)
    write(path, [ArchivedMessage(b"A: 2\n\n")])

    assert [one.octets for one in Mbox(path)] == [b"A: 1\n\n", b"A: 1\n\n", b"A: 2\n\n"]


ENDS = [b"", b"\n", b"\n\n"]


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_a_blank_line_stands_between_what_others_wrote_and_the_next(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From x Fri Jan  2 03:04:05 2026\nA: 1\n\ntext" + end)
    write(path, [ArchivedMessage(b"A: 2\n\n")])

    assert b"text\n\nFrom MAILER" in path.read_bytes()


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "box"
    write(path, [ArchivedMessage(b"A: 1\n\n")])
    before = path.read_bytes()

    with writing(path) as writer, no_file_larger_than(5_000), pytest.raises(StoreFull, match="File too large"):
        writer.write([ArchivedMessage(b"A: 2\n\n" + b"x" * 10_000)])

    assert path.read_bytes() == before


def test_a_lock_that_others_removed_ends_the_writing(tmp_path: Path) -> None:
    with writing(tmp_path / "box") as writer:
        (tmp_path / "box.lock").unlink()
        with pytest.raises(StoreBusy, match="another program has removed the lock"):
            writer.write([ArchivedMessage(b"A: 1\n\n")])


def test_folders_are_refused(tmp_path: Path) -> None:
    with writing(tmp_path / "box") as writer, pytest.raises(NotSupported, match="an mbox has no folders"):
        writer.write([ArchivedMessage(b"", folder=("a",))])


def test_a_new_file_is_its_owners(tmp_path: Path) -> None:
    write(tmp_path / "box", [])

    assert (tmp_path / "box").stat().st_mode & 0o777 == 0o600


def test_the_lock_is_gone_after_the_end(tmp_path: Path) -> None:
    write(tmp_path / "box", [ArchivedMessage(b"A: 1\n\n")])

    assert names_in(tmp_path) == ["box"]


def test_a_reader_in_this_process_does_not_end_the_lock_for_good(tmp_path: Path) -> None:
    """POSIX ends a process's locks of a file when it closes any descriptor of it; the next batch takes it again."""
    with writing(tmp_path / "box") as writer:
        list(writer.archive())
        writer.write([ArchivedMessage(b"A: 1\n\n")])

        assert not is_lockable_by_another(tmp_path / "box")
