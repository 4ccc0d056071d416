"""Logging off while a flush is at work; and services of several transports."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import msgcore
from msgcore import Accepted, Message, Outcome, Recipient
from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, OperationCancelled
from msgcore.model import Envelope
from msgcore.runtime import Runtime
from msgcore.session.services import ServiceState
from msgcore.spi.store import OutgoingState
from tests.flow.modes import Mode
from tests.session.desk import Desk
from tests.session.services import MemoryConfig, MemoryService, Waiting
from tests.session.test_logon import states


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
