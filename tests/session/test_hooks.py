"""Hooks of a profile, and hooks passed in code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import attrs
import pytest

import msgcore
from msgcore import Message
from msgcore.base.times import Deadline
from msgcore.errors import AuthenticationRefused, SetupError, UsageError
from msgcore.model import Envelope
from msgcore.props.table import PidTagProviderDisplay, PidTagResourceType, PidTagStatusCode
from msgcore.runtime import Runtime
from msgcore.session.services import ResourceType, ServiceState
from msgcore.spi.hooks import HookAnswer, Processed
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.spi.registry import register_service
from msgcore.testing.memory_maildrop import MemoryMaildrop, register_memory_maildrops
from tests.session.desk import MEMORY, Desk
from tests.session.services import memory

LETTER = Message(to="bob@b.test", subject="letter", text="Hello")
POP3 = {"service": "maildrop", "name": "ann", "url": "maildrop://ann"}
STAMP = {"service": "stamp", "text": "stamped"}


@attrs.frozen
class StampConfig:
    text: str


class Stamp:
    """Writes its text behind the subject of what goes out and of what comes in."""

    config_type = StampConfig
    is_broken: ClassVar[bool] = False

    def __init__(self, config: StampConfig, runtime: Runtime | None = None) -> None:
        self._config = config

    def logon(self, deadline: Deadline) -> None:
        if self.is_broken:
            raise AuthenticationRefused("no licence")

    def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> HookAnswer:
        return self._stamped(message)

    def process_inbound(self, message: Message, deadline: Deadline) -> HookAnswer:
        return self._stamped(message)

    def _stamped(self, message: Message) -> HookAnswer:
        message.subject = f"{message.subject}, {self._config.text}"
        return Processed(message)


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryMaildrop]:
    register_service("stamp", Stamp)
    monkeypatch.setattr(Stamp, "is_broken", False)
    maildrop = MemoryMaildrop()
    register_memory_maildrops(ann=maildrop)
    maildrop.put(b"From: eve@e.test\r\nSubject: from eve\r\n\r\nHello\r\n")
    yield maildrop


def test_mail_passes_the_hooks_of_the_profile_in_its_order(desk: Desk) -> None:
    with desk.log_on(STAMP, desk.mailbox(), MEMORY, POP3, STAMP | {"name": "second", "text": "signed"}) as session:
        session.submit(LETTER)
        session.flush_queues()

        assert memory().subjects == ["letter, stamped, signed"]
        assert [item.subject for item in session.inbox.messages()] == ["from eve, stamped, signed"]
        assert [item.subject for item in session.sent_items.messages()] == ["letter"]


def test_hooks_passed_in_code_come_behind_those_of_the_profile(desk: Desk) -> None:
    desk.admin.create("work", [desk.mailbox(), MEMORY, STAMP], replace=True)
    with msgcore.logon("work", admin=desk.admin, hooks=[Stamp(StampConfig("passed"))]) as session:
        session.submit(LETTER)
        session.flush_queues()

    assert memory().subjects == ["letter, stamped, passed"]


def test_what_is_no_hook_is_refused(desk: Desk) -> None:
    desk.admin.create("work", [desk.mailbox(), MEMORY], replace=True)
    with pytest.raises(UsageError, match="process_outbound"):
        msgcore.logon("work", admin=desk.admin, hooks=[Stamp])


def test_nothing_goes_past_a_hook_that_failed_at_logon(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, services: MemoryMaildrop
) -> None:
    monkeypatch.setattr(Stamp, "is_broken", True)
    with desk.log_on(desk.mailbox(), MEMORY, POP3, STAMP) as session:
        submission = session.submit(LETTER)
        with pytest.raises(SetupError, match="no licence"):
            session.flush_queues()
        state = session.submission_state(submission)

        assert (state.state, "no licence" in state.reason, memory().taken) == (OutgoingState.HELD, True, [])
        assert (len(services.waiting()), list(session.inbox.messages())) == (1, [])


@pytest.mark.parametrize("instead", ["no-such-stamp", "memory"], ids=["not installed", "no hook"])
def test_no_mail_goes_past_a_hook_that_the_profile_knows_and_that_is_not_there(
    desk: Desk, services: MemoryMaildrop, instead: str
) -> None:
    file = desk.admin.create("work", [desk.mailbox(), MEMORY, POP3, STAMP | {"name": "scanner"}])
    text = file.read_text()
    assert "hook = true" in text
    file.write_text(text.replace('"stamp"', f'"{instead}"').replace('text = "stamped"\n', ""))

    with desk.logon("work", desk.admin) as session:
        submission = session.submit(LETTER)
        with pytest.raises(SetupError, match="scanner could not be opened"):
            session.flush_queues()
        state = session.submission_state(submission)

        assert (state.state, memory().taken, list(session.inbox.messages())) == (OutgoingState.HELD, [], [])
        assert (state.reason.startswith("scanner could not be opened"), len(services.waiting())) == (True, 1)


def test_a_hook_has_its_row_in_the_status_table(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), STAMP) as session:
        table = session.status_table()
        table.set_columns([PidTagProviderDisplay, PidTagResourceType, PidTagStatusCode])
        row = table.query_rows(9)[1]

        assert (row[PidTagResourceType], row[PidTagStatusCode]) == (
            ResourceType.HOOK_PROVIDER,
            ServiceState.AVAILABLE,
        )
