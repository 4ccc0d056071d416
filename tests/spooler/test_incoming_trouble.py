"""Retrieving mail while things go wrong: at the server, on the way to it, and in the store."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

import pytest

from msgcore.base.status import StatusResponse
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    OperationCancelled,
    PluginBroken,
    ProtocolBroken,
    QuotaReached,
    ServiceBusy,
    StoreFull,
    TimedOut,
)
from msgcore.runtime import NEVER
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spooler.incoming import retrieve
from msgcore.testing.clock import ManualClock
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.modes import Mode
from tests.spooler.incoming_desk import LEAVE, START, Desk, MeddledStore, letter, throw

A, B, C = letter("a"), letter("b"), letter("c")
LOST = ConnectionLost("the connection was cut")


@pytest.fixture
def desk(mode: Mode) -> Desk:
    return Desk(mode, MemoryMaildrop(batch=1))


def put(desk: Desk, *messages: bytes) -> None:
    for octets in messages:
        desk.maildrop.put(octets)


class WaitedFor(ManualClock):
    """A clock that goes on to the end of every sleep at once, and remembers how long each was."""

    def __init__(self) -> None:
        super().__init__(START)
        self.waits: list[float] = []

    def alarm(self, end: Deadline) -> Future[None]:
        self.waits.append(end.remaining_seconds())
        self.move_to(end)
        return super().alarm(end)


# The server is busy


def test_a_maildrop_in_use_is_waited_for_twice_as_long_each_time(mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    put(desk, A)
    for _ in range(4):
        desk.maildrop.fail("open", MaildropInUse("in use"))
    desk.retrieve()

    assert (clock.waits, desk.stored()) == ([1.0, 2.0, 4.0, 8.0], [A])


def test_a_server_is_waited_for_as_long_as_it_asks(mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    put(desk, A)
    desk.maildrop.fail("open", LoginTooSoon("too soon", 300.0))
    desk.retrieve(deadline=desk.runtime.deadline(301.0))

    assert (clock.waits, desk.stored()) == ([300.0], [A])


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (LoginTooSoon("too soon", 300.0), 300.0),
        (MaildropInUse("in use", 10.0), 10.0),
        (ServiceBusy("busy", 60.0), 60.0),
        (ServiceBusy("busy"), None),
        (QuotaReached("no more today", 1.0), 1.0),
    ],
)
def test_a_wait_that_is_too_long_is_reported(mode: Mode, error: ServiceBusy, seconds: float | None) -> None:
    desk = Desk(mode)
    desk.maildrop.fail("open", error)
    report = desk.retrieve(deadline=desk.runtime.deadline(10.0))

    assert (report.error, error.retry_after_seconds) == (error, seconds)


def test_seconds_of_a_plug_in_that_are_no_number_are_none(mode: Mode) -> None:
    """As the text of a header field is none."""
    desk = Desk(mode)
    seconds: Any = "soon"
    error = ServiceBusy("busy", seconds)
    desk.maildrop.fail("open", error)

    assert desk.retrieve().error == error


def test_a_maildrop_that_stays_in_use_is_reported_with_the_next_wait(mode: Mode) -> None:
    clock = WaitedFor()
    desk = Desk(mode, clock=clock)
    errors = [MaildropInUse("in use") for _ in range(3)]
    for error in errors:
        desk.maildrop.fail("open", error)
    report = desk.retrieve(deadline=desk.runtime.deadline(5.0))

    assert (clock.waits, report.error, errors[2].retry_after_seconds) == ([1.0, 2.0], errors[2], 4.0)


@pytest.mark.parametrize("error", [AuthenticationRefused("wrong password"), ConnectionLost("nobody answers")])
def test_a_maildrop_that_cannot_be_opened_is_reported(mode: Mode, error: MsgcoreError) -> None:
    desk = Desk(mode)
    desk.maildrop.fail("open", error)

    assert desk.retrieve().error is error


def test_what_was_retrieved_before_the_quota_is_deleted(desk: Desk) -> None:
    put(desk, A, B)
    quota = QuotaReached("no more today")
    desk.maildrop.fail("retrieve", quota, calls=1)
    report = desk.retrieve()

    assert (report.error, desk.stored(), desk.maildrop.waiting()) == (quota, [A], (B,))


# The connection


def test_a_connection_that_is_lost_is_opened_again(desk: Desk) -> None:
    put(desk, A, B, C)
    desk.maildrop.fail("retrieve", LOST, calls=1)
    desk.maildrop.fail("retrieve", LOST, calls=3)
    report = desk.retrieve()

    assert (report.error, report.stored, desk.stored(), desk.maildrop.waiting()) == (None, 3, [A, B, C], ())


def test_a_connection_is_not_opened_again_when_a_session_has_stored_nothing(desk: Desk) -> None:
    put(desk, A, B)
    desk.maildrop.fail("retrieve", LOST, calls=1)
    desk.maildrop.fail("list", LOST, calls=1)
    report = desk.retrieve()

    assert (report.error, report.stored, desk.maildrop.sessions) == (LOST, 1, 2)


class Poisoned(MemoryMaildrop):
    """Whoever retrieves one of some messages loses the connection, as behind some virus scanners, or worse."""

    def __init__(self, *poison: bytes, error: MsgcoreError = LOST) -> None:
        super().__init__(batch=1)
        self.poison = poison
        self.error = error
        self.tries = 0

    def message_of(self, octets: bytes) -> bytes:
        if octets in self.poison:
            self.tries += 1
            raise self.error
        return octets


@pytest.mark.parametrize("error", [LOST, ProtocolBroken("what follows RETR is no answer; is a dot not stuffed?")])
@pytest.mark.parametrize("poison", [(A,), (B,), (C,), (A, C)])
def test_a_message_that_costs_the_connection_each_time_holds_up_no_other(
    mode: Mode, poison: tuple[bytes, ...], error: MsgcoreError
) -> None:
    desk = Desk(mode, Poisoned(*poison, error=error))
    put(desk, A, B, C)
    report = desk.retrieve()
    others = [one for one in (A, B, C) if one not in poison]

    assert (report.error, desk.stored(), desk.maildrop.waiting()) == (None, others, poison)
    assert [one.text[:22] for one in report.faults] == ["the connection is lost"] * len(poison)
    assert report.waiting == len(poison)


@pytest.mark.parametrize("poison", [(A,), (B,), (C,), (A, C)])
def test_without_unique_ids_such_a_message_holds_up_no_other(mode: Mode, poison: tuple[bytes, ...]) -> None:
    """It is known again by its number: a session that is lost deletes nothing."""
    drop = Poisoned(*poison)
    drop.has_unique_ids = False
    desk = Desk(mode, drop)
    put(desk, A, B, C)
    report = desk.retrieve()

    others = [one for one in (A, B, C) if one not in poison]
    assert (report.error, desk.stored(), desk.maildrop.waiting()) == (None, others, poison)


class PoisonedHeaders(Poisoned):
    """Whoever asks for one of some headers loses the connection; the messages themselves are given, or are not."""

    def __init__(self, *poison: bytes, has_messages: bool = True, error: MsgcoreError = LOST) -> None:
        super().__init__(*poison, error=error)
        self.is_poisoned = False
        self.has_messages = has_messages

    def header_of(self, octets: bytes) -> bytes:
        return super().header_of(super().message_of(octets) if self.is_poisoned else octets)

    def message_of(self, octets: bytes) -> bytes:
        return octets if self.has_messages or not self.is_poisoned else super().message_of(octets)


def copies(mode: Mode, drop: PoisonedHeaders) -> Desk:
    """Have copies left that are removed by the next call, which has to look at them."""
    desk = Desk(mode, drop)
    put(desk, A, B, C)
    desk.retrieve(LEAVE)
    drop.is_poisoned = True
    return desk


@pytest.mark.parametrize("error", [LOST, ProtocolBroken("nonsense")])
@pytest.mark.parametrize("poison", [(A,), (B,), (C,), (A, C)])
def test_where_a_header_costs_the_connection_the_message_is_looked_at(
    mode: Mode, poison: tuple[bytes, ...], error: MsgcoreError
) -> None:
    desk = copies(mode, PoisonedHeaders(*poison, error=error))
    report = desk.retrieve()

    assert (report.error, report.faults, desk.stored(), desk.maildrop.waiting()) == (None, (), [A, B, C], ())


def test_where_every_header_costs_the_connection_the_messages_are_looked_at(mode: Mode) -> None:
    letters = [letter(str(number)) for number in range(9)]
    drop = PoisonedHeaders(*letters)
    desk = Desk(mode, drop)
    put(desk, *letters)
    desk.retrieve(LEAVE)
    drop.is_poisoned = True
    report = desk.retrieve()

    assert (report.error, report.faults, desk.stored(), drop.waiting()) == (None, (), letters, ())


def test_a_copy_that_costs_the_connection_however_it_is_looked_at_stays_alone(mode: Mode) -> None:
    desk = copies(mode, PoisonedHeaders(B, has_messages=False))
    report = desk.retrieve()

    assert (report.error, [one.number for one in report.faults], desk.maildrop.waiting()) == (None, [2], (B,))


def test_a_header_that_costs_the_connection_each_time_holds_up_no_other(mode: Mode) -> None:
    drop = PoisonedHeaders(B)
    desk = Desk(mode, drop)
    put(desk, A, B, C)
    drop.is_poisoned = True
    report = desk.refresh()

    assert (report.error, [one.number for one in report.faults], report.headers) == (None, [2], 2)


def test_where_every_message_costs_the_connection_it_is_the_line(mode: Mode) -> None:
    drop = Poisoned(*(letters := [letter(str(number)) for number in range(9)]))
    desk = Desk(mode, drop)
    put(desk, *letters)

    assert (desk.retrieve().error, desk.stored(), drop.tries) == (LOST, [], 5)


@pytest.mark.parametrize("stage", ["list", "delete", "commit"])
def test_a_server_that_breaks_the_protocol_elsewhere_than_at_a_message_is_not_asked_again(
    desk: Desk, stage: str
) -> None:
    put(desk, A, B)
    broken = ProtocolBroken("nonsense")
    desk.maildrop.fail(stage, broken)

    assert (desk.retrieve().error, desk.maildrop.sessions) == (broken, 1)


def test_where_every_message_breaks_the_protocol_it_is_the_server(mode: Mode) -> None:
    letters = [letter(str(number)) for number in range(9)]
    drop = Poisoned(*letters, error=ProtocolBroken("nonsense"))
    desk = Desk(mode, drop)
    put(desk, *letters)

    assert (desk.retrieve().error, desk.stored(), drop.tries) == (drop.error, [], 5)


def put_and_break(desk: Desk) -> None:
    """Have a session store one of two messages and break, and no other behind it."""
    put(desk, A, B)
    desk.maildrop.fail("retrieve", ProtocolBroken("nonsense"), calls=1)
    desk.maildrop.fail("open", LOST, calls=1)
    desk.retrieve()


def test_a_session_that_broke_deletes_nothing(desk: Desk) -> None:
    put_and_break(desk)

    assert desk.maildrop.waiting() == (A, B)


def test_the_next_session_goes_on_behind_what_is_stored(desk: Desk) -> None:
    put_and_break(desk)
    report = desk.retrieve()

    assert (report.stored, report.removed, desk.stored()) == (1, 2, [A, B])


@pytest.mark.parametrize("is_done", [False, True])
def test_a_session_that_is_not_ended_in_order_leaves_it_unsure_what_is_deleted(mode: Mode, is_done: bool) -> None:
    desk = Desk(mode)
    put(desk, A, B)
    refused = CommandRefused(StatusResponse("-ERR", "some were not deleted"))
    desk.maildrop.fail("commit", refused, is_done=is_done)
    report = desk.retrieve()

    assert (report.removed, report.unsure, report.error) == (0, 2, refused)


@pytest.mark.parametrize("is_done", [False, True])
def test_what_was_unsure_is_sure_when_the_connection_is_there_again(mode: Mode, is_done: bool) -> None:
    desk = Desk(mode)
    put(desk, A, B)
    desk.maildrop.fail("commit", LOST, is_done=is_done)
    report = desk.retrieve()

    assert (report.removed, report.unsure, report.error, desk.maildrop.waiting()) == (2, 0, None, ())


def test_a_session_is_closed_whatever_ended_it(desk: Desk) -> None:
    put(desk, A)
    desk.maildrop.fail("list", CommandRefused(StatusResponse("-ERR", "no")))
    desk.retrieve()

    with desk.maildrop.lock():
        assert desk.maildrop.sessions == 1


def test_a_session_that_does_not_close_well_was_a_good_one(desk: Desk) -> None:
    put(desk, A)
    desk.maildrop.fail("close", LOST)

    assert (desk.retrieve(LEAVE).error, desk.stored()) == (None, [A])


def test_a_plug_in_that_gives_nonsense_is_reported(mode: Mode) -> None:
    desk = Desk(mode, MemoryMaildrop(batch=0))
    put(desk, A)

    assert isinstance(desk.retrieve().error, PluginBroken)


# Time, the caller, and the store


def test_downloads_end_in_time_for_what_is_stored_to_be_deleted(desk: Desk) -> None:
    put(desk, A, B)
    report = desk.retrieve(deadline=desk.runtime.deadline(60.0), on_progress=lambda _: desk.clock.move(55.0))

    assert (type(report.error), desk.stored(), desk.maildrop.waiting()) == (TimedOut, [A], (B,))


def test_a_deadline_that_has_passed_is_reported(desk: Desk) -> None:
    put(desk, A)

    assert isinstance(desk.retrieve(deadline=desk.runtime.deadline(0.0)).error, TimedOut)


def test_a_retrieval_on_a_loop_that_is_cancelled_between_two_waits_goes_no_further() -> None:
    """The answer of a server may be there already, and its reader not have had its turn."""
    desk = Desk(Mode.ASYNCIO, MemoryMaildrop(batch=1))
    put(desk, A, B, C)
    desk.maildrop.on_work = lambda stage, _, __: desk.runtime.cancel() if stage == "retrieve" else None
    with pytest.raises(OperationCancelled):  # not by way of run(), which makes any call one
        asyncio.run(retrieve(desk.runtime, desk.store, desk.retriever(RetrievalPolicy()), NEVER))

    assert len(desk.stored()) <= 1


def test_a_retrieval_that_is_cancelled_keeps_what_is_stored(desk: Desk) -> None:
    put(desk, A, B)
    with pytest.raises(OperationCancelled):
        desk.retrieve(on_progress=lambda _: desk.runtime.cancel())

    assert (desk.stored(), desk.maildrop.waiting()) == ([A], (A, B))


@pytest.mark.parametrize("is_done", [False, True])
def test_nothing_is_deleted_when_the_store_is_full(mode: Mode, is_done: bool) -> None:
    store = MeddledStore(clock := ManualClock(START))
    desk = Desk(mode, MemoryMaildrop(batch=1), store, clock)
    put(desk, A, B)
    full = StoreFull("no space left")
    store.meddle(2, lambda: throw(full), is_done=is_done)
    report = desk.retrieve()

    assert (report.error, desk.maildrop.waiting()) == (full, (A, B))


def test_what_a_full_store_did_not_take_is_retrieved_when_it_has_room(mode: Mode) -> None:
    store = MeddledStore(clock := ManualClock(START))
    desk = Desk(mode, store=store, clock=clock)
    put(desk, A, B)
    store.meddle(1, lambda: throw(StoreFull("no space left")), is_done=True)
    desk.retrieve()
    desk.retrieve()

    assert (desk.stored(), desk.maildrop.waiting()) == ([A, B], ())
