"""Retrieving mail when time is short: every call gets something done, and nothing stands in the way for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import (
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    NotSupported,
    QuotaReached,
    ServiceBusy,
    StoreError,
    TimedOut,
    UsageError,
)
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from msgcore.spi.store import Incoming
from msgcore.spooler.incoming import RetrievalFault, RetrievalReport, Task, retrieve
from msgcore.testing.clock import ManualClock
from msgcore.testing.memory_maildrop import Mail, MemoryMaildrop, MemorySession
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.modes import Mode, call
from tests.spooler.incoming_desk import LEAVE, START, Desk, letter
from tests.spooler.test_incoming_trouble import WaitedFor

A, B, C = letter("a"), letter("b"), letter("c")
MANY = [letter(f"{number:03}") for number in range(400)]
MEBIBYTE = 1 << 20


class SlowLine:
    """A desk at a line on which each answer takes 50 ms, and 100,000 octets take a second."""

    def __init__(self, mode: Mode, maildrop: MemoryMaildrop | None = None) -> None:
        self.desk = Desk(mode, maildrop or MemoryMaildrop(batch=20))
        self.maildrop = self.desk.maildrop
        self.maildrop.on_work = lambda _, messages, octets: self.desk.clock.move(0.05 * messages + octets / 100_000)

    def put(self, *messages: bytes) -> None:
        for octets in messages:
            self.maildrop.put(octets)

    def retrieve(self, policy: RetrievalPolicy | None = None, seconds: float = 10.0) -> RetrievalReport:
        return self.desk.retrieve(policy, deadline=self.desk.runtime.deadline(seconds))

    def left(self, *messages: bytes) -> None:
        """Have messages retrieved, and left."""
        self.put(*messages)
        self.retrieve(LEAVE, 1_000.0)


@pytest.fixture
def line(mode: Mode) -> SlowLine:
    return SlowLine(mode)


# Copies that are to be removed, and take longer to look at than a call has

ONE_COPY = RetrievalPolicy(leave_on_server=True, keep_at_most=1)


@pytest.mark.parametrize("policy", [RetrievalPolicy(), ONE_COPY])
@pytest.mark.parametrize("has_headers", [True, False])
def test_what_is_new_is_received_first(mode: Mode, policy: RetrievalPolicy, has_headers: bool) -> None:
    line = SlowLine(mode, MemoryMaildrop(batch=20, has_headers=has_headers))
    line.left(*MANY)
    line.put(A)
    line.retrieve(policy)

    assert A in line.desk.stored()


@pytest.mark.parametrize("policy", [RetrievalPolicy(), ONE_COPY])
def test_every_call_removes_some_copies(line: SlowLine, policy: RetrievalPolicy) -> None:
    line.left(*MANY)
    removed = [line.retrieve(policy).removed for _ in range(3)]

    assert [count > 50 for count in removed] == [True] * 3


def test_the_rest_of_the_copies_is_said_to_wait_for_time(line: SlowLine) -> None:
    line.left(*MANY)

    assert isinstance(line.retrieve().error, TimedOut)


def test_copies_are_removed_until_none_is_left(line: SlowLine) -> None:
    line.left(*MANY)
    while line.retrieve().error is not None:
        pass

    assert (line.maildrop.waiting(), len(line.desk.stored())) == ((), 400)


def test_what_was_stored_is_removed_as_far_as_there_is_time(line: SlowLine) -> None:
    line.put(*MANY)
    reports = [line.retrieve() for _ in range(2)]

    assert [one.stored > 100 and one.removed > 0 for one in reports] == [True, True]


def test_a_quota_at_a_look_keeps_nothing_from_being_received_and_removed(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=1, has_headers=False))
    desk.maildrop.put(A)
    desk.maildrop.put(B)
    desk.retrieve(LEAVE)
    desk.maildrop.put(C)
    quota = QuotaReached("no more today")
    desk.maildrop.fail("retrieve", quota, calls=2)
    report = desk.retrieve()

    assert (report.error, desk.stored(), desk.maildrop.waiting()) == (quota, [A, B, C], (B,))


# Large messages

LARGE = letter("large", "x" * 2 * MEBIBYTE)
TOO_LARGE = "it has 2,097,218 octets, too many for the time that was left; give a longer timeout_seconds"


def test_a_message_that_takes_too_long_does_not_keep_others_from_being_received(line: SlowLine) -> None:
    line.put(A, LARGE, B)
    line.retrieve()

    assert (line.desk.stored(), line.maildrop.waiting()) == ([A, B], (LARGE,))


def test_a_message_that_took_too_long_is_a_fault(line: SlowLine) -> None:
    line.put(LARGE)
    report = line.retrieve()

    assert (isinstance(report.error, TimedOut), report.faults) == (True, (RetrievalFault(1, b"id-1", TOO_LARGE),))


def test_a_message_that_was_put_off_is_a_fault_when_the_server_wants_time_between_two_logins(line: SlowLine) -> None:
    line.put(A, LARGE)
    line.maildrop.fail("open", LoginTooSoon("too soon", 300.0), calls=1)
    report = line.retrieve()

    assert (report.error, report.removed, report.faults) == (None, 1, (RetrievalFault(2, b"id-2", TOO_LARGE),))


def test_with_time_enough_a_large_message_comes_in_the_same_call(line: SlowLine) -> None:
    line.put(A, LARGE, B)
    report = line.retrieve(seconds=60.0)

    assert (report.error, report.faults, line.desk.stored(), line.maildrop.waiting()) == (None, (), [A, B, LARGE], ())


def test_without_a_deadline_one_session_is_enough(line: SlowLine) -> None:
    line.put(A, LARGE, B)
    line.desk.retrieve()

    assert (line.maildrop.sessions, line.maildrop.waiting()) == (1, ())


def test_copies_in_excess_are_removed_before_a_message_that_takes_too_long(line: SlowLine) -> None:
    line.left(A, B)
    line.put(LARGE)
    line.retrieve(ONE_COPY)

    assert line.maildrop.waiting() == (B, LARGE)


def test_a_copy_that_takes_too_long_to_look_at_does_not_keep_others_from_being_removed(mode: Mode) -> None:
    line = SlowLine(mode, MemoryMaildrop(batch=20, has_headers=False))
    line.left(LARGE, A, B)
    line.retrieve()

    assert line.maildrop.waiting() == (LARGE,)


def test_large_messages_come_by_rising_size(line: SlowLine) -> None:
    letters = [letter(f"{size}", "x" * size) for size in (900_000, 300_000, 600_000)]
    line.put(*letters)
    line.retrieve(LEAVE, 60.0)

    assert line.desk.stored() == sorted(letters, key=len)


# Small messages at which the server falls silent


class Mute(MemoryMaildrop):
    """A server that gives one of some messages, or headers, only after so many seconds."""

    def __init__(self, *mute: bytes, seconds: float = 1_000.0, at: str = "retrieve", has_ids: bool = True) -> None:
        super().__init__(batch=1, has_unique_ids=has_ids)
        self.mute = mute
        self.at_stage = at
        self.seconds = seconds
        self.clock = ManualClock(START)

    def open_session(self) -> MemorySession:
        self.release(super().open_session())
        session = MuteSession(self, tuple(self._mails))
        self.take(session)
        return session


class MuteSession(MemorySession):
    def __init__(self, maildrop: Mute, mails: Sequence[Mail]) -> None:
        super().__init__(maildrop, mails)
        self._mute = {number for number, one in enumerate(mails, start=1) if one.octets in maildrop.mute}
        self._server = maildrop

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        self._wait("retrieve", waiting, deadline)
        return await super().retrieve(waiting, deadline)

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        self._wait("headers", waiting, deadline)
        return await super().headers(waiting, deadline)

    def _wait(self, stage: str, waiting: Sequence[Waiting], deadline: Deadline) -> None:
        if stage == self._server.at_stage and waiting[0].number in self._mute:
            self._server.clock.move(min(self._server.seconds, deadline.remaining_seconds()))


def mute_desk(mode: Mode, maildrop: Mute | AllAtOnce, *letters: bytes) -> Desk:
    desk = Desk(mode, maildrop, clock=maildrop.clock)
    for octets in letters:
        maildrop.put(octets)
    return desk


@pytest.mark.parametrize("mute", [(A,), (B,), (C,), (A, C)])
def test_a_small_message_that_never_comes_holds_up_no_other(mode: Mode, mute: tuple[bytes, ...]) -> None:
    desk = mute_desk(mode, Mute(*mute), A, B, C)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    others = [one for one in (A, B, C) if one not in mute]
    assert (desk.stored(), desk.maildrop.waiting(), report.removed) == (others, mute, len(others))
    assert isinstance(report.error, TimedOut)
    assert report.faults[0].text.startswith(f"the server did not give its {len(mute[0]):,} octets in the time")
    assert len(report.faults) == 1


@pytest.mark.parametrize("mute", [A, B, C])
def test_without_unique_ids_such_a_message_holds_up_no_other(mode: Mode, mute: bytes) -> None:
    desk = mute_desk(mode, Mute(mute, has_ids=False), A, B, C)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    others = [one for one in (A, B, C) if one != mute]
    assert (desk.stored(), desk.maildrop.waiting(), report.removed) == (others, (mute,), 2)


def test_without_unique_ids_another_that_has_its_number_is_not_slow(mode: Mode) -> None:
    desk = mute_desk(mode, drop := Mute(A, seconds=40.0, has_ids=False), A, B)
    retriever = desk.retriever(RetrievalPolicy())

    def retrieve_from_it() -> None:
        deadline = desk.runtime.deadline(60.0)
        call(desk.runtime, lambda _: retrieve(desk.runtime, desk.store, retriever, deadline))

    retrieve_from_it()
    retrieve_from_it()
    sessions = drop.sessions
    drop.put(C)
    drop.put(B)
    retrieve_from_it()

    assert (desk.stored(), drop.waiting(), drop.sessions) == ([B, A, C, B], (), sessions + 1)


def test_those_that_are_slow_take_turns(mode: Mode) -> None:
    """The first of them may never come."""
    desk = mute_desk(mode, drop := Mute(A, B), A, B, C)
    retriever = desk.retriever(RetrievalPolicy())

    def retrieve_from_it() -> None:
        deadline = desk.runtime.deadline(60.0)
        call(desk.runtime, lambda _: retrieve(desk.runtime, desk.store, retriever, deadline))

    retrieve_from_it()
    drop.mute = (A,)
    retrieve_from_it()
    retrieve_from_it()

    assert (desk.stored(), drop.waiting()) == ([C, B], (A,))


@pytest.mark.parametrize("mute", [A, B, C])
def test_a_header_that_never_comes_keeps_no_copy_from_being_removed(mode: Mode, mute: bytes) -> None:
    """The message whose header it is may come all the same, and is looked at last."""
    desk = mute_desk(mode, Mute(mute, at="headers"), A, B, C)
    desk.retrieve(LEAVE)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert (report.error, report.removed, desk.maildrop.waiting()) == (None, 3, ())


def test_where_no_header_comes_the_messages_are_looked_at(mode: Mode) -> None:
    letters = [letter(str(number)) for number in range(9)]
    desk = mute_desk(mode, Mute(*letters, at="headers"), *letters)
    desk.retrieve(LEAVE)
    desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert desk.maildrop.waiting() == ()


@pytest.mark.parametrize("mute", [A, B, C])
def test_a_header_that_never_comes_holds_up_no_other(mode: Mode, mute: bytes) -> None:
    desk = mute_desk(mode, drop := Mute(mute, at="headers"), A, B, C)
    deadline = desk.runtime.deadline(60.0)
    report = call(
        desk.runtime, lambda _: retrieve(desk.runtime, desk.store, desk.retriever(LEAVE), deadline, task=Task.REFRESH)
    )

    number = 1 + drop.waiting().index(mute)
    assert (type(report.error), [one.number for one in report.faults], report.headers) == (TimedOut, [number], 2)
    assert report.faults[0].text.startswith("the server did not give its header in the time")


def test_a_header_that_never_comes_keeps_no_message_from_being_received_and_removed(mode: Mode) -> None:
    large = letter("large", "x" * 5_000)
    desk = mute_desk(mode, Mute(large, at="headers"), large, A, B)
    policy = RetrievalPolicy(skip_larger_than=1_000)
    report = desk.retrieve(policy, deadline=desk.runtime.deadline(60.0))

    assert (type(report.error), [one.number for one in report.faults], report.removed) == (TimedOut, [1], 2)
    assert desk.stored() == [A, B]


@pytest.mark.parametrize("has_headers", [True, False])
def test_a_copy_that_never_comes_keeps_nothing_from_being_received_that_was_looked_at_beside_it(
    mode: Mode, has_headers: bool
) -> None:
    """Another message has the unique id of a copy that was left."""
    desk = mute_desk(mode, drop := Mute(), A, B)
    desk.retrieve(LEAVE)
    drop.resize(0, 99)
    other = letter("other", "x" * 500)
    drop.put(other, unique_id=drop.unique_ids()[1])
    drop.take_away(1)
    drop.has_headers, drop.mute = has_headers, (A,)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert (desk.stored(), drop.waiting(), report.removed) == ([A, B, other], (A,), 1)


def test_a_small_message_that_is_slow_comes_last(mode: Mode) -> None:
    desk = mute_desk(mode, Mute(A, seconds=40.0), A, B)
    first = desk.retrieve(deadline=desk.runtime.deadline(60.0))
    second = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert (type(first.error), second.error, desk.stored(), desk.maildrop.waiting()) == (TimedOut, None, [B, A], ())


def test_what_is_slow_is_known_when_the_next_call_begins(mode: Mode) -> None:
    """A server that has fallen silent may have the maildrop locked for longer than the call lasts."""
    desk = mute_desk(mode, Mute(A), A, B)
    retriever = desk.retriever(RetrievalPolicy())

    def retrieve_from_it(seconds: float) -> RetrievalReport:
        deadline = desk.runtime.deadline(seconds)
        return call(desk.runtime, lambda _: retrieve(desk.runtime, desk.store, retriever, deadline))

    desk.maildrop.fail("open", MaildropInUse("in use", 100.0), calls=1)
    first = retrieve_from_it(60.0)
    second = retrieve_from_it(60.0)

    assert (type(first.error), [one.number for one in first.faults], first.stored) == (MaildropInUse, [1], 0)
    assert (type(second.error), [one.number for one in second.faults], second.removed) == (TimedOut, [1], 1)
    assert desk.stored() == [B]


def test_a_message_that_is_the_only_one_has_all_the_time_there_is(mode: Mode) -> None:
    desk = mute_desk(mode, Mute(A, seconds=40.0), A)

    assert (desk.retrieve(deadline=desk.runtime.deadline(60.0)).error, desk.maildrop.sessions) == (None, 1)


def test_a_message_that_is_the_only_one_and_never_comes_is_a_fault(mode: Mode) -> None:
    desk = mute_desk(mode, Mute(A), A)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert (type(report.error), [one.number for one in report.faults]) == (TimedOut, [1])


class AllAtOnce(MemoryMaildrop):
    """A service that gives all it is asked for in one go, or nothing when there is no time for that."""

    def __init__(self, seconds: float = 0.05) -> None:
        super().__init__(batch=1_000)
        self.seconds = seconds
        self.clock = ManualClock(START)

    def open_session(self) -> MemorySession:
        self.release(super().open_session())
        session = AllAtOnceSession(self, tuple(self._mails))
        self.take(session)
        return session


class AllAtOnceSession(MemorySession):
    def __init__(self, maildrop: AllAtOnce, mails: Sequence[Mail]) -> None:
        super().__init__(maildrop, mails)
        self._clock = maildrop.clock
        self._seconds = maildrop.seconds

    def _worked(self, stage: str, found: Sequence[Retrieved], deadline: Deadline) -> Sequence[Retrieved]:
        self._clock.move(min(self._seconds * len(found), max(0.0, deadline.remaining_seconds())))
        deadline.check(stage)
        return found


@pytest.mark.parametrize(("count", "seconds"), [(100, 0.05), (160, 0.05), (400, 0.05), (100, 0.17), (10, 0.8)])
def test_of_a_service_that_gives_all_at_once_less_is_asked_for(mode: Mode, count: int, seconds: float) -> None:
    """What does not come in half of the time may be many messages, and not one at which the server is silent."""
    desk = mute_desk(mode, AllAtOnce(seconds), *MANY[:count])
    stored: list[int] = []
    while desk.maildrop.waiting() and (not stored or stored[-1]):
        report = desk.retrieve(deadline=desk.runtime.deadline(10.0))
        stored.append(report.stored + report.removed)

    assert (len(desk.stored()), desk.maildrop.waiting()) == (count, ())


def test_where_no_message_comes_it_is_the_server(mode: Mode) -> None:
    letters = [letter(str(number)) for number in range(9)]
    desk = mute_desk(mode, Mute(*letters), *letters)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0))

    assert (type(report.error), desk.stored(), desk.maildrop.sessions) == (TimedOut, [], 5)


# Maildrops in use, and servers that forget


def test_a_maildrop_in_use_is_waited_for_no_longer_than_30_seconds(mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    errors = [MaildropInUse("in use") for _ in range(5)]
    for error in errors:
        desk.maildrop.fail("open", error)
    report = desk.retrieve(deadline=desk.runtime.deadline(600.0))

    assert (clock.waits, report.error, errors[4].retry_after_seconds) == ([1.0, 2.0, 4.0, 8.0], errors[4], 16.0)


@pytest.mark.parametrize("nonsense", ["7", float("nan"), -7.0])
def test_what_is_no_number_of_seconds_is_not_waited_for(nonsense: Any, mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    busy = ServiceBusy("busy", nonsense)
    desk.maildrop.fail("open", MaildropInUse("in use", nonsense))
    desk.maildrop.fail("open", busy)

    assert (desk.retrieve(deadline=desk.runtime.deadline(600.0)).error, clock.waits) == (busy, [1.0])


def test_a_maildrop_in_use_that_may_be_asked_for_at_once_is_waited_for_no_longer(mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    for _ in range(40):
        desk.maildrop.fail("open", MaildropInUse("in use", 0))
    report = desk.retrieve()

    assert (clock.waits, type(report.error)) == ([1.0] * 30, MaildropInUse)


class OtherIds(MemoryMaildrop):
    """A server that gives other unique ids at each login, and loses the connection behind each batch."""

    def open_session(self) -> MemorySession:
        for _ in range(len(self.waiting())):
            self.put(self.waiting()[0], unique_id=b"%d-%d" % (self.sessions, len(self.waiting())))
            self.take_away(0)
        self.fail("retrieve", ConnectionLost("cut"), calls=1)
        return super().open_session()


def test_where_nothing_is_known_again_it_is_not_stored_without_end(mode: Mode) -> None:
    desk = Desk(mode, OtherIds(batch=1))
    for octets in (A, B):
        desk.maildrop.put(octets)
    report = desk.retrieve()

    assert (type(report.error), report.stored) == (ConnectionLost, 3)


# What the store says of one message


class OddStore(MemoryStore):
    """A store that cannot take messages called b, for a reason of its own."""

    def __init__(self, clock: ManualClock, error: Exception) -> None:
        super().__init__(clock=clock)
        self._error = error

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        if any(one.message.subject.startswith("b") for one in incoming):
            raise self._error
        return super().deliver(incoming, deadline)


ERRORS = [StoreError("cannot encode it"), NotSupported("no such class"), UsageError("odd"), ValueError("a bug")]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_one_message_leaves_the_others_alone(mode: Mode, error: MsgcoreError) -> None:
    clock = ManualClock(START)
    desk = Desk(mode, store=OddStore(clock, error), clock=clock)
    for octets in (A, B, C):
        desk.maildrop.put(octets)
    report = desk.retrieve()

    assert (report.error, [one.number for one in report.faults], desk.stored(), desk.maildrop.waiting()) == (
        None,
        [2],
        [A, C],
        (B,),
    )


def test_a_store_that_takes_none_of_many_is_the_error(mode: Mode) -> None:
    clock = ManualClock(START)
    error = StoreError("permission denied")
    desk = Desk(mode, store=OddStore(clock, error), clock=clock)
    for number in range(10):
        desk.maildrop.put(letter(f"b{number}"))

    assert desk.retrieve().error is error
