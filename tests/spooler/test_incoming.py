"""Retrieving mail: what is stored, what is left, and what is deleted at the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from msgcore.errors import ConnectionLost, NotSupported
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import NO_STATUS, MessageStatus
from msgcore.spooler.incoming import RetrievalProgress, Task
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import LEAVE, START, Desk, letter

A, B, C = letter("a"), letter("b"), letter("c")
DOWNLOAD, DELETE = MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE


@pytest.fixture
def desk(mode: Mode) -> Desk:
    return Desk(mode)


def put(desk: Desk, *messages: bytes) -> None:
    for octets in messages:
        desk.maildrop.put(octets)


# What is stored


def test_what_waits_is_stored_octet_for_octet(desk: Desk) -> None:
    put(desk, A, B)
    desk.retrieve()

    assert desk.stored() == [A, B]


def test_what_is_stored_is_deleted_at_the_server(desk: Desk) -> None:
    put(desk, A, B)
    desk.retrieve()

    assert desk.maildrop.waiting() == ()


def test_the_report_says_what_was_done(desk: Desk) -> None:
    put(desk, A, B)
    report = desk.retrieve()

    assert (report.stored, report.octets, report.removed, report.error) == (2, len(A) + len(B), 2, None)


def test_the_report_is_a_line_for_people(desk: Desk) -> None:
    put(desk, A)

    assert str(desk.retrieve()) == f"mail: 1 received ({len(A)} octets), 1 removed from the server"


def test_a_message_that_is_left_is_retrieved_once(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve(LEAVE)
    desk.retrieve(LEAVE)

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], (A,))


def test_a_message_that_comes_beside_those_that_are_left_is_retrieved(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve(LEAVE)
    put(desk, B)
    desk.retrieve(LEAVE)

    assert desk.stored() == [A, B]


def test_a_message_arrived_when_its_topmost_received_field_says(desk: Desk) -> None:
    put(desk, letter("a", received="Sun, 1 Feb 2026 08:00:00 +0000"))
    desk.retrieve()

    assert desk.received_at(desk.stored_ids()[0]) == datetime(2026, 2, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("said", ["Mon, 2 Mar 2026 12:00:01 +0000", "Thu, 1 Jan 1970 00:00:00 +0000", "soon", ""])
def test_a_message_that_says_no_time_that_can_be_true_arrives_now(mode: Mode, said: str) -> None:
    desk = Desk(mode)
    put(desk, letter("a", received=said))
    desk.retrieve()

    assert desk.received_at(desk.stored_ids()[0]) == START


def test_progress_is_told_after_each_batch(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=2))
    put(desk, A, B, C)
    told: list[RetrievalProgress] = []
    desk.retrieve(on_progress=told.append)
    one, two, three = desk.stored_ids()

    assert told == [
        RetrievalProgress("mail", 2, 3, len(A + B), len(A + B + C), (one, two)),
        RetrievalProgress("mail", 3, 3, len(A + B + C), len(A + B + C), (three,)),
    ]


def test_a_store_without_a_journal_is_refused(mode: Mode) -> None:
    desk = Desk(mode, store=MemoryStore(StoreMemory(), read_only=True))

    with pytest.raises(NotSupported, match="keeps no journal"):
        desk.retrieve()


# What is left


def test_a_copy_is_removed_after_days(desk: Desk) -> None:
    put(desk, A)
    policy = RetrievalPolicy(leave_on_server=True, remove_after_days=3)
    desk.retrieve(policy)
    desk.clock.move(timedelta(days=3))
    report = desk.retrieve(policy)

    assert (report.removed, desk.maildrop.waiting()) == (1, ())


def test_a_copy_stays_until_these_days_are_over(desk: Desk) -> None:
    put(desk, A)
    policy = RetrievalPolicy(leave_on_server=True, remove_after_days=3)
    desk.retrieve(policy)
    desk.clock.move(timedelta(days=3, seconds=-1))
    desk.retrieve(policy)

    assert desk.maildrop.waiting() == (A,)


def test_a_copy_is_removed_when_the_message_was_deleted_here(desk: Desk) -> None:
    put(desk, A, B)
    policy = RetrievalPolicy(leave_on_server=True, remove_when_deleted=True)
    desk.retrieve(policy)
    desk.delete_stored(0)
    desk.retrieve(policy)

    assert desk.maildrop.waiting() == (B,)


def test_a_large_copy_is_removed_at_once(desk: Desk) -> None:
    large = letter("large", "x" * 1_000)
    put(desk, A, large)
    desk.retrieve(RetrievalPolicy(leave_on_server=True, remove_larger_than=1_000))

    assert (desk.stored(), desk.maildrop.waiting()) == ([A, large], (A,))


def test_of_the_copies_the_newest_are_kept(desk: Desk) -> None:
    put(desk, A, B)
    policy = RetrievalPolicy(leave_on_server=True, keep_at_most=2)
    desk.retrieve(policy)
    put(desk, C)
    desk.retrieve(policy)

    assert desk.maildrop.waiting() == (B, C)


def test_what_was_left_is_removed_when_nothing_is_left_any_more(desk: Desk) -> None:
    put(desk, A, B)
    desk.retrieve(LEAVE)
    report = desk.retrieve()

    assert (report.stored, report.removed, desk.maildrop.waiting()) == (0, 2, ())


def test_after_so_many_octets_the_rest_waits(desk: Desk) -> None:
    put(desk, A, B, C)
    report = desk.retrieve(RetrievalPolicy(session_octets=len(A) + 1))

    assert (desk.stored(), desk.maildrop.waiting(), report.waiting) == ([A, B], (C,), 1)


def test_one_message_is_retrieved_however_few_octets_a_session_has(desk: Desk) -> None:
    put(desk, A, B)
    desk.retrieve(RetrievalPolicy(session_octets=1))

    assert desk.maildrop.waiting() == (B,)


def test_a_connection_that_is_opened_again_gives_no_more_octets(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=1))
    put(desk, A, B, C)
    desk.maildrop.fail("retrieve", ConnectionLost("cut"), calls=1)
    desk.retrieve(RetrievalPolicy(session_octets=len(A) + 1))

    assert (desk.stored(), desk.maildrop.waiting()) == ([A, B], (C,))


def test_octets_of_a_session_count_as_they_are_where_no_size_is_said(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=1))
    for octets in (A, B, C):
        desk.maildrop.put(octets, size_octets=-1)
    desk.retrieve(RetrievalPolicy(session_octets=len(A) + 1))

    assert desk.maildrop.waiting() == (C,)


# Headers, and marks


def test_headers_only_leaves_the_message(desk: Desk) -> None:
    put(desk, A)
    report = desk.retrieve(RetrievalPolicy(headers_only=True))

    assert (report.headers, report.waiting, desk.stored(), desk.maildrop.waiting()) == (1, 1, [], (A,))


def test_a_header_is_noted_with_what_the_server_calls_the_message(desk: Desk) -> None:
    unique_id = desk.maildrop.put(A)
    desk.refresh()
    (entry,) = desk.entries

    assert (entry.origin.unique_id, entry.origin.size_octets, entry.first_seen, entry.stored, entry.header) == (
        unique_id,
        len(A),
        START,
        None,
        A.partition(b"\r\n\r\n")[0] + b"\r\n",
    )


def test_of_a_header_64_kibibytes_are_noted(desk: Desk) -> None:
    put(desk, b"Subject: long\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\nHello\r\n")
    desk.refresh()

    assert len(desk.entries[0].header) == 65_536


def test_a_header_is_noted_once(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()

    assert desk.refresh().headers == 0


def test_of_a_message_that_is_too_large_the_header_is_retrieved(desk: Desk) -> None:
    large = letter("large", "x" * 1_000)
    put(desk, A, large)
    report = desk.retrieve(RetrievalPolicy(skip_larger_than=1_000))

    assert (desk.stored(), desk.maildrop.waiting(), report.headers) == ([A], (large,), 1)


@pytest.mark.parametrize("task", [Task.PROCESS, Task.RECEIVE])
def test_a_message_marked_for_download_is_copied(mode: Mode, task: Task) -> None:
    desk = Desk(mode)
    policy = RetrievalPolicy(headers_only=True, leave_on_server=True)
    put(desk, A)
    desk.refresh(policy)
    desk.mark(DOWNLOAD)
    desk.retrieve(policy, task)

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], (A,))


def test_processing_leaves_what_is_marked_for_download_whatever_the_policy(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()
    desk.mark(DOWNLOAD)
    desk.process()

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], (A,))


def test_a_mark_is_carried_out_once(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()
    desk.mark(DOWNLOAD)
    desk.process()

    assert [entry.status for entry in desk.entries] == [NO_STATUS]


def test_a_message_marked_for_download_and_deletion_is_moved(desk: Desk) -> None:
    put(desk, A)
    desk.refresh(LEAVE)
    desk.mark(DOWNLOAD | DELETE)
    desk.process(LEAVE)

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], ())


def test_a_message_marked_for_deletion_is_deleted_unread(desk: Desk) -> None:
    put(desk, A)
    desk.refresh(LEAVE)
    desk.mark(DELETE)
    report = desk.process(LEAVE)

    assert (report.removed, desk.stored(), desk.maildrop.waiting()) == (1, [], ())


def test_what_was_deleted_unread_waits_no_more(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()
    desk.mark(DELETE)
    desk.process()

    assert [entry.missing_since for entry in desk.entries] == [START]


def test_marks_override_what_is_too_large(desk: Desk) -> None:
    policy = RetrievalPolicy(skip_larger_than=10)
    put(desk, A)
    desk.retrieve(policy)
    desk.mark(DOWNLOAD)
    desk.retrieve(policy)

    assert desk.stored() == [A]


def test_processing_takes_nothing_else(desk: Desk) -> None:
    put(desk, A)
    report = desk.process()

    assert (report.waiting, desk.stored(), desk.entries) == (1, [], [])


def test_refreshing_carries_out_no_mark(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()
    desk.mark(DOWNLOAD | DELETE)
    desk.refresh()

    assert (desk.stored(), desk.maildrop.waiting()) == ([], (A,))


def test_a_header_that_was_looked_at_before_does_not_keep_the_message_from_being_retrieved(desk: Desk) -> None:
    put(desk, A)
    desk.refresh()
    desk.retrieve()

    assert (desk.stored(), len(desk.entries)) == ([A], 1)
