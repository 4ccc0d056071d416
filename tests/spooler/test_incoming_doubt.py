"""Messages that their headers do not tell apart, or do not let be known again: none is lost, and none comes twice."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from msgcore.runtime import NEVER
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import NO_STATUS, MessageStatus
from msgcore.spooler.incoming import RetrievalFault, Task
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import ACCOUNT, LEAVE, Desk, letter

A, B = letter("a"), letter("b")
ALARM = b"Subject: alarm\r\n\r\nThe house burns\r\n"
ANOTHER_ALARM = b"Subject: alarm\r\n\r\nThere is water in the cellar\r\n"
DOWNLOAD, DELETE = MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE
ONE_COPY = RetrievalPolicy(leave_on_server=True, keep_at_most=1)
HEADERS_ONLY = RetrievalPolicy(leave_on_server=True, headers_only=True)


class AnotherHeader(MemoryMaildrop):
    """A server that adds a field to a header that it gives by itself."""

    def header_of(self, octets: bytes) -> bytes:
        return b"X-Server: a\r\n" + super().header_of(octets)


class EmptyHeader(MemoryMaildrop):
    """A server that gives no header field by itself."""

    def header_of(self, octets: bytes) -> bytes:
        return b"\r\n"


class Stamped(MemoryMaildrop):
    """A server behind a filter that writes something else into each message whenever it is given."""

    given = 0

    def message_of(self, octets: bytes) -> bytes:
        self.given += 1
        return b"X-Filtered: %d\r\n" % self.given + octets


@pytest.fixture
def desk(mode: Mode) -> Desk:
    return Desk(mode)


# One header, several messages


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("policy", [RetrievalPolicy(), LEAVE])
def test_two_of_one_unique_id_and_header_are_both_stored(mode: Mode, batch: int, policy: RetrievalPolicy) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=batch))
    for octets in (ALARM, ANOTHER_ALARM):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(policy)

    assert desk.stored() == [ALARM, ANOTHER_ALARM]


def test_two_of_one_unique_id_and_header_are_not_retrieved_again_while_they_are_left(desk: Desk) -> None:
    for octets in (ALARM, ANOTHER_ALARM):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)
    report = desk.retrieve(LEAVE)

    assert (report.stored, report.duplicates) == (0, 0)


@pytest.mark.parametrize("batch", [1, 2])
def test_two_of_one_unique_id_and_header_are_stored_once_after_their_header_was_seen(mode: Mode, batch: int) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=batch))
    for octets in (ALARM, ANOTHER_ALARM):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.refresh()
    desk.retrieve(LEAVE)
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ALARM, ANOTHER_ALARM], ())


def test_two_of_one_unique_id_and_header_that_were_left_are_removed_and_not_stored_again(desk: Desk) -> None:
    for octets in (ALARM, ANOTHER_ALARM):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ALARM, ANOTHER_ALARM], ())


def test_a_second_of_one_unique_id_header_and_size_is_stored_before_it_is_removed(desk: Desk) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.retrieve(LEAVE)
    other = ALARM.replace(b"house", b"mouse")
    desk.maildrop.put(other, unique_id=b"x")
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ALARM, other], ())


@pytest.mark.parametrize("policy", [RetrievalPolicy(leave_on_server=True, skip_larger_than=40), HEADERS_ONLY])
def test_a_second_of_one_header_that_is_not_wanted_now_is_stored_before_it_is_removed(
    desk: Desk, policy: RetrievalPolicy
) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.put(ANOTHER_ALARM, unique_id=b"x")
    desk.retrieve(policy)
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ALARM, ANOTHER_ALARM], ())


def test_a_copy_in_excess_that_shares_its_unique_id_is_looked_at_once(desk: Desk) -> None:
    for octets in (A, B):
        desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(LEAVE)
    report = desk.retrieve(ONE_COPY)

    assert (report.duplicates, desk.maildrop.waiting()) == (0, (B,))


@pytest.mark.parametrize("octets", [ALARM, b"\r\nno header\r\n"])
@pytest.mark.parametrize("policy", [RetrievalPolicy(), LEAVE])
def test_a_unique_id_and_header_used_again_for_another_size_are_another_message(
    desk: Desk, octets: bytes, policy: RetrievalPolicy
) -> None:
    desk.maildrop.put(octets, unique_id=b"x")
    desk.retrieve(policy)
    desk.maildrop.take_away(0) if policy is LEAVE else None
    desk.maildrop.put(octets + b"More\r\n", unique_id=b"x")
    desk.retrieve(policy)

    assert desk.stored() == [octets, octets + b"More\r\n"]


def test_a_message_is_stored_when_the_one_of_its_header_is_gone_here(desk: Desk) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.retrieve()
    desk.delete_stored(0)
    desk.maildrop.put(ANOTHER_ALARM, unique_id=b"x")
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ANOTHER_ALARM], ())


@pytest.mark.parametrize(("is_gone", "retrieved"), [(False, 1), (True, 0)])
def test_without_sizes_what_is_left_is_compared_before_it_is_removed(desk: Desk, is_gone: bool, retrieved: int) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x", size_octets=-1)
    desk.retrieve(LEAVE)
    if is_gone:
        desk.delete_stored(0)
    report = desk.retrieve()

    assert (report.duplicates, len(desk.stored()), desk.maildrop.waiting()) == (1, retrieved, ())


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_field_that_the_server_adds_makes_no_other_message_though_the_size_grows(desk: Desk, is_gone: bool) -> None:
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve(LEAVE)
    if is_gone:
        desk.delete_stored(0)
    desk.maildrop.take_away(0)
    desk.maildrop.put(b"Status: RO\r\n" + A, unique_id=b"x")
    reports = [desk.retrieve(LEAVE), desk.retrieve()]

    assert [(one.stored, one.duplicates, one.removed) for one in reports] == [(0, 0, 0), (0, 0, 1)]


def test_a_size_that_changed_for_no_reason_costs_one_retrieval(desk: Desk) -> None:
    desk.maildrop.put(A)
    desk.retrieve(LEAVE)
    desk.maildrop.resize(0, len(A) + 7)
    reports = [desk.retrieve(LEAVE), desk.retrieve(LEAVE)]

    assert [(one.stored, one.duplicates) for one in reports] == [(0, 1), (0, 0)]


# A header that proves nothing


def test_a_header_that_is_empty_deletes_no_message_unread(mode: Mode) -> None:
    desk = Desk(mode, EmptyHeader())
    desk.maildrop.put(A, unique_id=b"x")
    desk.refresh()
    desk.mark(DELETE)
    desk.maildrop.take_away(0)
    desk.maildrop.put(B, unique_id=b"x")
    report = desk.process()

    text = "it stays: its header and size do not tell whether it is what was marked"
    assert (desk.maildrop.waiting(), report.faults) == ((B,), (RetrievalFault(1, b"x", text),))


def test_of_two_with_one_header_the_one_of_another_size_is_not_deleted_unread(desk: Desk) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.refresh()
    desk.mark(DELETE)
    desk.maildrop.put(ANOTHER_ALARM, unique_id=b"x")
    desk.process()

    assert desk.maildrop.waiting() == (ANOTHER_ALARM,)


def test_a_look_at_another_size_does_not_make_it_what_was_marked(desk: Desk) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.refresh()
    desk.mark(DELETE)
    desk.maildrop.put(ANOTHER_ALARM, unique_id=b"x")
    desk.refresh()
    desk.process()

    assert desk.maildrop.waiting() == (ANOTHER_ALARM,)


def test_what_may_be_another_than_the_marked_one_is_received_as_the_policy_says(desk: Desk) -> None:
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.refresh()
    desk.mark(DELETE)
    desk.maildrop.put(ANOTHER_ALARM, unique_id=b"x")
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([ANOTHER_ALARM], ())


def test_where_headers_are_empty_what_was_left_is_compared_and_removed(mode: Mode) -> None:
    desk = Desk(mode, EmptyHeader())
    desk.maildrop.put(A)
    desk.retrieve(LEAVE)
    report = desk.retrieve()

    assert (report.duplicates, desk.stored(), desk.maildrop.waiting()) == (1, [A], ())


def test_a_message_that_comes_empty_waits(desk: Desk) -> None:
    desk.maildrop.put(b"", unique_id=b"x", size_octets=5_000)
    report = desk.retrieve()

    assert (desk.stored(), report.waiting, report.faults) == (
        [],
        1,
        (RetrievalFault(1, b"x", "it came empty, and was said to have 5,000 octets"),),
    )


# Another header each time


def test_a_message_with_another_header_each_time_is_stored_once_and_removed_when_due(mode: Mode) -> None:
    desk = Desk(mode, Stamped())
    desk.maildrop.put(A)
    policy = RetrievalPolicy(leave_on_server=True, remove_after_days=14)
    for _ in range(16):
        desk.retrieve(policy)
        desk.clock.move(timedelta(days=1))

    assert (len(desk.stored()), desk.maildrop.waiting()) == (1, ())


def test_another_body_is_another_message_whatever_its_message_id(mode: Mode) -> None:
    desk = Desk(mode, Stamped())
    desk.maildrop.put(letter("a", "one"), unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.take_away(0)
    desk.maildrop.put(letter("a", "two"), unique_id=b"x")
    desk.retrieve()

    assert [octets.partition(b"\r\n")[2] for octets in desk.stored()] == [letter("a", "one"), letter("a", "two")]


def test_an_equal_body_is_another_message_when_no_message_id_tells(mode: Mode) -> None:
    desk = Desk(mode, Stamped())
    desk.maildrop.put(ALARM, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.retrieve()

    assert (len(desk.stored()), desk.maildrop.waiting()) == (2, ())


# Another header by itself than with the message


def test_an_entry_whose_unique_id_is_listed_is_not_forgotten(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    desk.maildrop.put(A, unique_id=b"x")
    desk.retrieve(LEAVE)
    desk.maildrop.take_away(0)
    desk.retrieve(LEAVE)
    desk.clock.move(timedelta(days=31))
    desk.maildrop.put(A, unique_id=b"x")
    for _ in range(2):
        desk.retrieve(LEAVE)

    assert desk.stored() == [A]


def test_copies_in_excess_are_removed_though_their_headers_are_not_known(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    for octets in (A, B):
        desk.maildrop.put(octets)
    desk.retrieve(LEAVE)
    reports = [desk.retrieve(ONE_COPY), desk.retrieve(ONE_COPY)]

    assert [(one.stored, one.duplicates, one.removed) for one in reports] == [(0, 1, 1), (0, 0, 0)]


def test_a_header_that_led_to_a_download_waits_no_more(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    desk.maildrop.put(A)
    desk.retrieve(HEADERS_ONLY)
    reports = [desk.retrieve(LEAVE), desk.retrieve(LEAVE)]

    assert [(one.stored, one.duplicates) for one in reports] == [(1, 0), (0, 0)]
    assert [entry.stored for entry in desk.entries] == desk.stored_ids()


def test_a_mark_is_carried_out_once_though_the_message_has_another_header(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    desk.maildrop.put(A)
    desk.refresh()
    desk.mark(DOWNLOAD)
    reports = [desk.process(), desk.process()]

    assert [(one.stored, one.duplicates) for one in reports] == [(1, 0), (0, 0)]
    assert [(entry.status, entry.stored) for entry in desk.entries] == [(NO_STATUS, desk.stored_ids()[0])]


def test_a_message_is_moved_though_it_has_another_header(mode: Mode) -> None:
    desk = Desk(mode, AnotherHeader())
    desk.maildrop.put(A)
    desk.refresh(HEADERS_ONLY)
    desk.mark(DOWNLOAD | DELETE)
    desk.process(HEADERS_ONLY)

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], ())


# A person's marks


class MarkedMeanwhile(MemoryMaildrop):
    """A server that a person does not wait for: while a header is on its way, the message is marked for download."""

    store: MemoryStore | None = None

    def header_of(self, octets: bytes) -> bytes:
        if self.store is not None:
            (entry,) = self.store.journal(ACCOUNT, None, 10, NEVER)
            self.store.note([attrs.evolve(entry, status=DOWNLOAD)], NEVER)
        return super().header_of(octets)


def test_a_mark_that_is_set_during_a_session_stays(mode: Mode) -> None:
    maildrop, store = MarkedMeanwhile(), MemoryStore()
    desk = Desk(mode, maildrop, store)
    maildrop.put(A)
    desk.refresh()
    maildrop.resize(0, len(A) + 7)
    maildrop.store = store
    desk.refresh()

    assert [(entry.status, entry.origin.size_octets) for entry in desk.entries] == [(DOWNLOAD, len(A) + 7)]


@pytest.mark.parametrize("task", [Task.RECEIVE, Task.PROCESS])
def test_what_is_stored_and_marked_is_removed_though_only_headers_are_wanted(mode: Mode, task: Task) -> None:
    desk = Desk(mode, AnotherHeader())
    desk.maildrop.put(A)
    desk.retrieve(LEAVE)
    desk.mark(DELETE)
    desk.retrieve(HEADERS_ONLY, task)

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], ())
