"""Logging off while a flush is at work; and services of several transports."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

import msgcore
from msgcore import Accepted, Attachment, Message, Notification, Outcome, Recipient, Session, aio
from msgcore.base.times import Deadline
from msgcore.errors import Closed, ConnectionLost, MsgcoreError, OperationCancelled
from msgcore.model import Envelope
from msgcore.runtime import Runtime
from msgcore.session.services import ServiceState
from msgcore.spi.outgoing_queue import OutgoingState
from tests.flow.modes import Mode
from tests.session.desk import Desk
from tests.session.services import MemoryConfig, MemoryService, Waiting
from tests.session.test_logon import states

PATIENCE_SECONDS = 60.0


class Told(Waiting):
    """Waits for ever, and says that it has begun."""

    begun = threading.Event()

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        Told.begun.set()
        return await super().submit(envelope, message, deadline)


class Lane:
    """One of several transports."""

    def __init__(self, address_type: str) -> None:
        self.address_types: Sequence[str] = (address_type,)
        self.taken: list[str] = []

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken += [one.address.typed for one in envelope.recipients]
        return dict.fromkeys(envelope.recipients, Accepted())


class TwoLanes:
    config_type = MemoryConfig
    lanes: Sequence[Lane] = ()

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        TwoLanes.lanes = (Lane("AA"), Lane("BB"))

    def providers(self) -> Sequence[object]:
        return self.lanes


class Untraceable(MemoryService):
    """Tracks, but its server is out of reach."""

    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        raise ConnectionLost("out of reach")


def test_logging_off_in_a_flush_refuses_nothing(tmp_path: Path, empty_mailbox: bytes) -> None:
    """For blocking callers, whose threads share a session; a task that is cancelled is another test's."""
    msgcore.register_service("told", Told)
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk:
        session = desk.log_on(desk.mailbox(), {"service": "told", "label": "told"})
        for number in range(3):
            session.submit(Message(from_="ann@a.test", to="bob@b.test", subject=f"{number}"))
        with ThreadPoolExecutor(1) as pool:
            flush = pool.submit(session.flush_queues)
            assert Told.begun.wait(30)
            session.close()
            with pytest.raises(OperationCancelled):
                flush.result(30)
        with desk.log_on(desk.mailbox(), {"service": "memory"}) as again:
            assert [item.message_class for item in again.inbox.messages()] == []
            assert [one.state for one in again.submissions()].count(OutgoingState.READY) == 3


def test_transports_of_one_service_are_told_apart_from_a_service_of_such_a_name(desk: Desk) -> None:
    msgcore.register_service("two-lanes", TwoLanes)
    other = {"service": "memory", "name": "two (2)", "types": ["CC"]}
    with desk.log_on(desk.mailbox(), {"service": "two-lanes", "name": "two"}, other) as session:
        session.submit(Message(from_="ann@a.test", to=["AA:x", "BB:x", "CC:x"]))
        session.flush_queues()

    assert [lane.taken for lane in TwoLanes.lanes] == [["AA:x"], ["BB:x"]]
    [(envelope, _)] = MemoryService.opened["memory"].taken
    assert [one.address.typed for one in envelope.recipients] == ["CC:x"]


def test_what_is_known_stays_known_when_tracking_is_out_of_reach(desk: Desk) -> None:
    msgcore.register_service("untraceable", Untraceable)
    with desk.log_on(desk.mailbox(), {"service": "untraceable"}) as session:
        submission = session.submit(Message(from_="ann@a.test", to="bob@b.test"))
        session.flush_queues()
        [outcome] = session.outcomes(submission).values()

    assert (type(outcome), outcome.note) == (Accepted, "out of reach")


class Misspelt:
    """A transport whose ``submit`` is not there."""

    config_type = MemoryConfig
    address_types = ("SMTP",)

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        pass

    def sumbit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return {}


def test_a_service_that_provides_nothing_fails_and_its_mail_is_held(desk: Desk) -> None:
    msgcore.register_service("misspelt", Misspelt)
    with desk.log_on(desk.mailbox(), {"service": "misspelt"}) as session:
        submission = session.submit(Message(from_="ann@a.test", to="bob@b.test"))
        session.flush_queues()
        state = session.submission_state(submission)

    assert (state.state, "Misspelt provides nothing" in state.reason) == (OutgoingState.HELD, True)


def test_a_closed_session_shows_its_services_as_offline(desk: Desk) -> None:
    session = desk.log_on()
    session.close()

    assert set(states(session).values()) == {ServiceState.OFFLINE}


@pytest.fixture(autouse=True)
def begun() -> None:
    Told.begun.clear()


# Everything at once


Call = Callable[[Session], object]


def _submit(session: Session) -> object:
    return session.submit(Message(from_="ann@a.test", to="bob@b.test")).entry_id


def _read_stream(session: Session) -> object:
    (item,) = session.drafts.messages()
    with session.open_message(item.entry_id) as stored, stored.open_attachment(0) as stream:
        return stream.read()


def _wait_for_events(session: Session) -> object:
    with session.inbox.contents_table() as table:
        return table.next_events(timeout_seconds=PATIENCE_SECONDS)


CALLS: tuple[Call, ...] = (
    _submit,
    lambda session: session.flush_queues(),
    lambda session: [item.load() for item in session.sent_items.messages(limit=3)],
    lambda session: session.outbox.contents_table().query_rows(10),
    lambda session: session.outgoing_queue_table().query_rows(10),
    _read_stream,
    _wait_for_events,
)


def test_what_runs_at_the_logoff_ends_with_its_answer_or_says_that_it_is_over(
    tmp_path: Path, empty_mailbox: bytes
) -> None:
    """Threads call one thing after another, until the session is logged off under them."""
    submitted: list[object] = []
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk:
        session = desk.log_on(desk.mailbox(), {"service": "memory"})
        session.drafts.save(Message(subject="draft", attachments=[Attachment(b"x" * 100_000, filename="x")]))
        session.start_spooler()
        followed = session.notifications()
        session.advise(lambda _: session.status_table().query_rows(10))
        is_under_way = threading.Barrier(len(CALLS) + 1)

        def work(call: Call) -> BaseException:
            for number in count():
                try:
                    answer = call(session) if call is not _wait_for_events or number else None
                except MsgcoreError as error:
                    return error
                if call is _submit:
                    submitted.append(answer)
                if not number:
                    is_under_way.wait(PATIENCE_SECONDS)
            raise AssertionError

        with ThreadPoolExecutor(len(CALLS) + 1) as pool:
            working = [pool.submit(work, call) for call in CALLS]
            following = pool.submit(list[Notification], followed)
            is_under_way.wait(PATIENCE_SECONDS)
            session.close()
            ends = [type(one.result(PATIENCE_SECONDS)) for one in working]
            assert following.result(PATIENCE_SECONDS) != []
        with desk.log_on(desk.mailbox()) as again:
            waiting = {bytes(item.entry_id) for item in again.submissions()}
            sent = {item.entry_id for item in again.sent_items.messages(limit=100_000)}

    assert [one for one in ends if not issubclass(one, Closed | OperationCancelled)] == []
    assert set(submitted) <= waiting | sent


def test_what_tasks_do_at_the_logoff_ends_with_its_answer_or_says_that_it_is_over(
    tmp_path: Path, empty_mailbox: bytes
) -> None:
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk:
        desk.admin.create("work", [desk.mailbox(), {"service": "memory"}])
        admin = desk.admin
    submitted: set[bytes] = set()

    async def submit(session: aio.Session) -> None:
        submitted.add((await session.submit(Message(from_="ann@a.test", to="bob@b.test"))).entry_id)

    async def flush(session: aio.Session) -> None:
        await session.flush_queues()

    async def list_all(session: aio.Session) -> None:
        for item in await session.sent_items.messages(limit=3):
            await item.load()

    async def until_it_is_over(call: Callable[[aio.Session], Awaitable[None]], session: aio.Session) -> type:
        while True:
            try:
                await call(session)
            except MsgcoreError as error:
                return type(error)

    async def follow(session: aio.Session) -> type:
        async for _ in session.notifications():
            pass
        return Closed

    async def main() -> tuple[set[type], set[bytes]]:
        session = await aio.logon("work", admin=admin)
        await session.start_spooler()
        tasks = [asyncio.create_task(until_it_is_over(one, session)) for one in (submit, flush, list_all)]
        tasks.append(asyncio.create_task(follow(session)))
        async with session.notifications(session.sent_items) as told:
            await anext(told)
        await session.close()
        ends = set(await asyncio.gather(*tasks))
        async with aio.logon("work", admin=admin) as again:
            kept = {bytes(item.entry_id) for item in await again.submissions()}
            return ends, kept | {item.entry_id for item in await again.sent_items.messages(limit=100_000)}

    ends, kept = asyncio.run(main())

    assert [one for one in ends if not issubclass(one, Closed | OperationCancelled)] == []
    assert submitted <= kept
