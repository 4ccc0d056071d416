"""Unique ids that are missing, used again or given twice, and messages that go from the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from msgcore.base.status import StatusResponse
from msgcore.errors import CommandRefused, UidlUnsupported
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import MessageStatus
from msgcore.spooler.incoming import RetrievalFault, Task
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import LEAVE, START, Desk, letter

A, B = letter("a"), letter("b")
NOT_ENDED = CommandRefused(StatusResponse("-ERR", "some messages were not deleted"))


class AnotherHeader(MemoryMaildrop):
    """A server that adds a field to a header that it gives by itself."""

    def header_of(self, octets: bytes) -> bytes:
        return b"X-Server: a\r\n" + super().header_of(octets)


@pytest.fixture
def desk(mode: Mode) -> Desk:
    return Desk(mode)


def put(desk: Desk, *messages: bytes) -> None:
    for octets in messages:
        desk.maildrop.put(octets)


# Unique ids


def test_a_unique_id_that_is_used_again_is_another_message(desk: Desk) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve()
    desk.maildrop.put(letter("other", "x" * 99), unique_id=b"x")
    desk.retrieve()

    assert desk.stored() == [A, letter("other", "x" * 99)]


def test_a_message_that_took_the_place_of_another_with_its_size_is_not_deleted_unread(desk: Desk) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.maildrop.fail("commit", NOT_ENDED, is_done=True)
    desk.retrieve()
    desk.maildrop.put(B, unique_id=b"x")
    desk.retrieve()

    assert desk.stored() == [A, B]


def test_a_unique_id_that_is_used_again_is_seen_by_the_size_while_all_is_left(desk: Desk) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.take_away(0)
    desk.maildrop.put(letter("other", "x" * 99), unique_id=b"x")
    desk.retrieve(LEAVE)

    assert desk.stored() == [A, letter("other", "x" * 99)]


def test_a_unique_id_that_was_missing_is_not_taken_for_the_same_message_beside_a_header_that_was(desk: Desk) -> None:
    """What waits is noted as what it has become meanwhile; what is stored has to be noted all the same."""
    policy = RetrievalPolicy(leave_on_server=True, skip_larger_than=1_000)
    desk.maildrop.put(letter("large", "x" * 2_000), unique_id=b"1")
    desk.maildrop.put(A, unique_id=b"2")
    desk.retrieve(policy)
    desk.maildrop.take_away(1)
    desk.maildrop.take_away(0)
    desk.retrieve(policy)
    desk.maildrop.put(B, unique_id=b"2")
    desk.retrieve(policy)

    assert desk.stored() == [A, B]


def test_a_unique_id_that_was_missing_is_not_taken_for_the_same_message(desk: Desk) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.take_away(0)
    desk.retrieve(LEAVE)
    desk.maildrop.put(B, unique_id=b"x")
    desk.retrieve(LEAVE)

    assert desk.stored() == [A, B]


@pytest.mark.parametrize(
    "marks", [MessageStatus.REMOTE_DELETE, MessageStatus.REMOTE_DOWNLOAD | MessageStatus.REMOTE_DELETE]
)
def test_a_mark_is_for_the_message_whose_header_was_seen(desk: Desk, marks: MessageStatus) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.refresh()
    desk.mark(marks)
    desk.maildrop.take_away(0)
    desk.maildrop.put(B, unique_id=b"x")
    desk.process()

    assert (desk.stored(), desk.maildrop.waiting()) == ([], (B,))


def test_a_copy_in_excess_that_is_another_message_by_now_is_retrieved(desk: Desk) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.take_away(0)
    desk.maildrop.put(B, unique_id=b"x")
    put(desk, letter("c"))
    desk.retrieve(RetrievalPolicy(leave_on_server=True, keep_at_most=1))

    assert sorted(desk.stored()) == [A, B, letter("c")]


def test_messages_of_one_unique_id_are_all_retrieved(desk: Desk) -> None:
    for octets in (A, B):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.retrieve(LEAVE)

    assert desk.stored() == [A, B]


def test_what_was_deleted_comes_again_where_neither_unique_id_nor_header_tells_it_from_another(mode: Mode) -> None:
    """Rather that than to delete at the server, unread, a message of the same header and size."""
    desk = Desk(mode, AnotherHeader())
    for octets in (A, B):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.delete_stored(0)
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([B, A], ())


@pytest.mark.parametrize("batch", [1, 2])
def test_the_same_message_twice_under_one_unique_id_is_stored_once(mode: Mode, batch: int) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=batch))
    for _ in range(2):
        desk.maildrop.put(A, unique_id=b"x")
    report = desk.retrieve()

    assert (report.stored, report.duplicates, desk.stored(), desk.maildrop.waiting()) == (1, 1, [A], ())


def test_a_size_that_changed_makes_no_other_message(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve(LEAVE)
    desk.maildrop.resize(0, len(A) + 7)
    report = desk.retrieve(LEAVE)

    assert (report.stored, desk.stored(), desk.entries[0].origin.size_octets) == (0, [A], len(A) + 7)


def test_a_header_that_is_another_than_the_message_s_costs_a_retrieval_and_no_copy(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    put(desk, A)
    desk.retrieve(LEAVE)
    report = desk.retrieve()

    assert (report.duplicates, desk.stored(), desk.maildrop.waiting()) == (1, [A], ())


@pytest.mark.parametrize("has_headers", [True, False])
def test_without_unique_ids_all_is_retrieved_and_stored_once(mode: Mode, has_headers: bool) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False, has_headers=has_headers))
    put(desk, A, B)
    desk.maildrop.fail("commit", NOT_ENDED)
    desk.retrieve()
    report = desk.retrieve()

    assert (report.duplicates, desk.stored(), desk.maildrop.waiting()) == (2, [A, B], ())


@pytest.mark.parametrize(
    ("policy", "task"),
    [
        (LEAVE, Task.RECEIVE),
        (RetrievalPolicy(headers_only=True), Task.RECEIVE),
        (RetrievalPolicy(), Task.REFRESH),
        (RetrievalPolicy(), Task.PROCESS),
    ],
)
def test_without_unique_ids_nothing_can_be_left(mode: Mode, policy: RetrievalPolicy, task: Task) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))
    put(desk, A)

    assert isinstance(desk.retrieve(policy, task).error, UidlUnsupported)


def test_an_empty_maildrop_needs_no_unique_ids(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))

    assert desk.retrieve(LEAVE).error is None


def test_a_too_large_message_without_a_unique_id_waits_with_a_fault(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))
    put(desk, A)
    report = desk.retrieve(RetrievalPolicy(skip_larger_than=10))

    assert (report.faults, report.waiting) == (
        (RetrievalFault(1, b"", "it stays at the server, which has no unique id to note its header by"),),
        1,
    )


@pytest.mark.parametrize("has_headers", [True, False])
def test_what_is_marked_is_seen_again_before_it_is_deleted(mode: Mode, has_headers: bool) -> None:
    desk = Desk(mode, MemoryMaildrop(has_headers=has_headers))
    put(desk, A)
    desk.maildrop.fail("commit", NOT_ENDED)
    desk.retrieve()
    report = desk.retrieve()

    assert (report.removed, desk.stored(), desk.maildrop.waiting()) == (1, [A], ())


# What is gone


def test_an_entry_is_missing_from_when_the_server_was_first_seen_without_it(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve()
    desk.clock.move(timedelta(days=1))
    desk.retrieve()
    desk.clock.move(timedelta(days=1))
    desk.retrieve()

    assert [entry.missing_since for entry in desk.entries] == [START + timedelta(days=1)]


def test_an_entry_that_was_missing_for_30_days_is_forgotten(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve()
    desk.retrieve()
    desk.clock.move(timedelta(days=30))
    desk.retrieve()

    assert (desk.entries, desk.stored()) == ([], [A])


def test_a_maildrop_that_is_shown_empty_for_a_while_is_not_retrieved_again(desk: Desk) -> None:
    put(desk, A)
    desk.retrieve(LEAVE)
    (unique_id,) = desk.maildrop.unique_ids()
    desk.maildrop.take_away(0)
    desk.retrieve(LEAVE)
    desk.maildrop.put(A, unique_id=unique_id)
    desk.retrieve(LEAVE)

    assert (desk.stored(), [entry.missing_since for entry in desk.entries]) == ([A], [None])


def test_without_unique_ids_what_is_still_there_is_not_missing(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))
    put(desk, A)
    for _ in range(2):
        desk.maildrop.fail("commit", NOT_ENDED)
        desk.retrieve()

    assert [entry.missing_since for entry in desk.entries] == [None]


def test_without_unique_ids_what_was_perhaps_deleted_is_missing_when_it_was(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))
    put(desk, A)
    desk.maildrop.fail("commit", NOT_ENDED, is_done=True)
    desk.retrieve()
    put(desk, B)
    desk.retrieve()

    assert [entry.missing_since for entry in desk.entries] == [START]


def test_without_unique_ids_an_equal_message_that_comes_later_is_another(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_unique_ids=False))
    for _ in range(2):
        put(desk, A)
        desk.retrieve()

    assert desk.stored() == [A, A]


@pytest.mark.parametrize("hours", [-24 * 400, 24 * 400])
def test_the_days_until_an_entry_is_forgotten_begin_anew_after_a_wrong_clock(desk: Desk, hours: int) -> None:
    put(desk, A)
    desk.retrieve(LEAVE)
    (unique_id,) = desk.maildrop.unique_ids()
    desk.maildrop.take_away(0)
    desk.clock.step(timedelta(hours=hours))
    desk.retrieve(LEAVE)
    desk.clock.step(timedelta(hours=-hours))
    desk.retrieve(LEAVE)
    desk.maildrop.put(A, unique_id=unique_id)

    assert (desk.retrieve(LEAVE).stored, desk.stored()) == (0, [A])


def test_headers_of_a_message_that_stands_twice_count_once(desk: Desk) -> None:
    for _ in range(2):
        desk.maildrop.put(A, unique_id=b"x")

    assert desk.refresh().headers == 1


def test_processing_leaves_all_that_have_one_unique_id(desk: Desk) -> None:
    for octets in (A, B):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)

    assert desk.process(LEAVE).waiting == 0
