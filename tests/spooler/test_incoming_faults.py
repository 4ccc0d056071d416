"""Retrieving mail of which single messages cannot be had, stored or deleted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    LimitExceeded,
    ProtocolBroken,
)
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import NO_STATUS, Incoming, MessageStatus
from msgcore.spooler.incoming import RetrievalFault, Task
from msgcore.testing.clock import ManualClock
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import LEAVE, START, Desk, letter

A, B, C = letter("a"), letter("b"), letter("c")


@pytest.fixture
def desk(mode: Mode) -> Desk:
    return Desk(mode, MemoryMaildrop(batch=1))


def put(desk: Desk, *messages: bytes) -> None:
    for octets in messages:
        desk.maildrop.put(octets)


class PickyStore(MemoryStore):
    """A store that takes no message called b."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock=clock)

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        if any(one.message.subject == "b" for one in incoming):
            raise LimitExceeded("b is too much")
        return super().deliver(incoming, deadline)


def test_a_message_that_is_gone_is_a_fault_and_the_others_are_retrieved(desk: Desk) -> None:
    put(desk, A, B, C)
    report = desk.retrieve(on_progress=lambda told: desk.maildrop.take_away(1) if told.done == 1 else None)

    assert (report.faults, desk.stored(), desk.maildrop.waiting()) == (
        (RetrievalFault(2, b"id-2", "-ERR no such message"),),
        [A, C],
        (),
    )


def test_a_fault_reads_as_a_line_for_people() -> None:
    assert str(RetrievalFault(2, b"id-2", "-ERR no such message")) == "message 2 (id-2): -ERR no such message"


def test_a_message_that_the_store_does_not_take_is_a_fault_and_stays_at_the_server(mode: Mode) -> None:
    clock = ManualClock(START)
    desk = Desk(mode, store=PickyStore(clock), clock=clock)
    put(desk, A, B, C)
    report = desk.retrieve()

    assert (report.faults, desk.stored(), desk.maildrop.waiting()) == (
        (RetrievalFault(2, b"id-2", "b is too much"),),
        [A, C],
        (B,),
    )


def test_a_message_that_cannot_be_deleted_is_a_fault(desk: Desk) -> None:
    put(desk, A, B)
    report = desk.retrieve(on_progress=lambda told: desk.maildrop.take_away(0) if told.done == 2 else None)

    assert (report.faults, report.removed) == ((RetrievalFault(1, b"id-1", "-ERR no such message"),), 1)


def test_a_message_whose_header_cannot_be_seen_is_not_deleted(mode: Mode) -> None:
    desk = Desk(mode)
    put(desk, A, B)
    desk.retrieve(LEAVE)
    desk.maildrop.spoil(0)
    report = desk.retrieve()

    assert (report.faults, desk.maildrop.waiting(), [entry.missing_since for entry in desk.entries]) == (
        (RetrievalFault(1, b"id-1", "-ERR no such message"),),
        (A,),
        [None, None],
    )


def test_a_mark_is_on_the_disk_before_anything_is_deleted(mode: Mode) -> None:
    desk = Desk(mode)
    put(desk, A, B)
    desk.retrieve(LEAVE)
    desk.maildrop.fail("delete", ProtocolBroken("nonsense"))
    desk.retrieve()

    assert [entry.status for entry in desk.entries] == [MessageStatus.REMOTE_DELETE] * 2


def test_a_mark_for_what_is_in_excess_is_on_the_disk_too(mode: Mode) -> None:
    desk = Desk(mode)
    put(desk, A)
    desk.retrieve(LEAVE)
    put(desk, B, C)
    desk.maildrop.fail("delete", ProtocolBroken("nonsense"), calls=1)
    desk.retrieve(RetrievalPolicy(leave_on_server=True, keep_at_most=1))

    assert [entry.status for entry in desk.entries] == [MessageStatus.REMOTE_DELETE] * 2 + [NO_STATUS]


@pytest.mark.parametrize(
    ("policy", "task"), [(RetrievalPolicy(), Task.REFRESH), (RetrievalPolicy(headers_only=True), Task.RECEIVE)]
)
def test_headers_that_the_server_does_not_give_are_an_error(mode: Mode, policy: RetrievalPolicy, task: Task) -> None:
    desk = Desk(mode, MemoryMaildrop(has_headers=False))
    put(desk, A)

    assert isinstance(desk.retrieve(policy, task).error, CapabilityMissing)


def test_a_large_message_without_a_header_to_be_had_waits_with_a_fault(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(has_headers=False))
    large = letter("large", "x" * 1_000)
    put(desk, A, large)
    report = desk.retrieve(RetrievalPolicy(skip_larger_than=1_000))

    assert ([one.number for one in report.faults], desk.stored(), desk.maildrop.waiting()) == ([2], [A], (large,))
