"""Services that hang, beside one that works."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import pytest

import msgcore
from msgcore import Accepted, Message, Outcome, Recipient, Unknown
from msgcore.base.times import Deadline
from msgcore.errors import CutShort, TimedOut
from msgcore.model import Envelope
from msgcore.runtime import Runtime
from msgcore.session.services import ServiceState
from tests.session.desk import MEMORY, Desk
from tests.session.services import MemoryService
from tests.session.test_logon import states

BRIEF_SECONDS = 1.0


@attrs.frozen
class HangConfig:
    """``where``: the method that hangs."""

    where: str
    types: tuple[str, ...] = ("SMS",)


class PlainHanging:
    """A transport of plain methods, one of which waits for ever; the test lets it go."""

    config_type = HangConfig
    gate: ClassVar[threading.Event]

    def __init__(self, config: HangConfig, runtime: Runtime) -> None:
        self.config = config

    @property
    def address_types(self) -> Sequence[str]:
        return self.config.types

    def _pass(self, where: str) -> None:
        if self.config.where == where:
            self.gate.wait(60)

    def logon(self, deadline: Deadline) -> None:
        self._pass("logon")

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self._pass("submit")
        return dict.fromkeys(envelope.recipients, Accepted(250))

    def flush(self, deadline: Deadline) -> None:
        self._pass("flush")

    def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self._pass("track")
        return {}


class AsyncHanging(PlainHanging):
    """The same in coroutines, which wait for ever without a look at their deadline."""

    def __init__(self, config: HangConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.runtime = runtime

    async def _wait(self, where: str) -> None:
        if self.config.where == where:
            await self.runtime.sleep(60)

    async def logon(self, deadline: Deadline) -> None:  # type: ignore[override]  # what is plain there is a coroutine here
        await self._wait("logon")

    async def submit(  # type: ignore[override]  # as above
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        await self._wait("submit")
        return dict.fromkeys(envelope.recipients, Accepted(250))


@pytest.fixture(autouse=True)
def gate() -> Iterator[threading.Event]:
    msgcore.register_service("plain-hanging", PlainHanging)
    msgcore.register_service("async-hanging", AsyncHanging)
    PlainHanging.gate = threading.Event()
    yield PlainHanging.gate
    PlainHanging.gate.set()


both_kinds = pytest.mark.parametrize("kind", ["plain-hanging", "async-hanging"])


def log_on(desk: Desk, kind: str, where: str) -> Any:
    """Log on to a mailbox, the service that hangs, and one that works."""
    services: list[dict[str, object]] = [desk.mailbox(), {"service": kind, "where": where, "name": "hanging"}, MEMORY]
    desk.admin.create("work", services, replace=True)
    return desk.logon("work", desk.admin, timeout_seconds=4.0 if where == "logon" else 60.0)


@both_kinds
def test_a_service_that_hangs_at_logon_leaves_the_others(desk: Desk, kind: str) -> None:
    with log_on(desk, kind, "logon") as session:
        assert states(session) == {
            "mail.db": ServiceState.AVAILABLE,
            "hanging": ServiceState.FAILURE,
            "memory": ServiceState.AVAILABLE,
        }


@both_kinds
def test_a_transport_that_hangs_holds_up_only_its_own(desk: Desk, kind: str) -> None:
    """Its mail goes first, and takes all the time there is."""
    with log_on(desk, kind, "submit") as session:
        stuck = session.submit(Message(to="SMS:+4670", subject="stuck"))
        mixed = session.submit(Message(to=["SMS:+4671", "bob@b.test"], subject="mixed"))
        other = session.submit(Message(to="bob@b.test", subject="other"))
        with pytest.raises(TimedOut):
            session.flush_queues(timeout_seconds=BRIEF_SECONDS)

        assert MemoryService.opened["memory"].subjects == ["mixed", "other"]
        assert isinstance(session.outcomes(stuck)["SMS:+4670"], Unknown)
        assert session.outcomes(mixed)["SMS:+4671"].is_final is False
        assert session.outcomes(other).all_accepted
        assert states(session)["hanging"] is ServiceState.FAILURE


def test_a_transport_whose_flush_hangs_is_told(desk: Desk) -> None:
    with log_on(desk, "plain-hanging", "flush") as session:
        submission = session.submit(Message(to="bob@b.test"))
        with pytest.raises(CutShort, match=r"hanging: .*PlainHanging\.flush"):
            session.flush_queues(timeout_seconds=BRIEF_SECONDS)

        assert session.outcomes(submission).all_accepted


def test_outcomes_are_told_though_tracking_hangs(desk: Desk) -> None:
    with log_on(desk, "plain-hanging", "track") as session:
        submission = session.submit(Message(to="SMS:+4670"))
        session.flush_queues()
        [outcome] = session.outcomes(submission, timeout_seconds=BRIEF_SECONDS).values()

    assert isinstance(outcome, Accepted)
    assert "PlainHanging.track" in outcome.note
