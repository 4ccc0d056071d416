"""One session for many threads or tasks, and cancelling what they wait for."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, ProfileAdmin, aio
from msgcore.blocking.session import Session
from msgcore.errors import OperationCancelled, TimedOut
from msgcore.spi.outgoing_queue import OutgoingState
from tests.flow.modes import Mode
from tests.session.desk import MEMORY, Desk
from tests.session.services import Waiting, memory

LETTERS = [Message(to="bob@b.test", subject=str(number)) for number in range(50)]
SUBJECTS = sorted(message.subject for message in LETTERS)


@pytest.fixture
def admin(tmp_path: Path, empty_mailbox: bytes) -> ProfileAdmin:
    """Administers a profile ``work`` with a mailbox and a memory transport, and ``slow`` whose transport never ends."""
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk:
        desk.admin.create("work", [desk.mailbox(), MEMORY])
        desk.admin.create("slow", [desk.mailbox("slow.db"), MEMORY | {"service": "waiting"}])
        return desk.admin


def test_eight_threads_submit_through_one_session(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:
        with ThreadPoolExecutor(8) as pool:
            submissions = list(pool.map(session.submit, LETTERS))

        assert (len({one.entry_id for one in submissions}), session.outbox.count()) == (50, 50)


def test_eight_threads_that_flush_send_each_message_once(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:
        for letter in LETTERS:
            session.submit(letter)
        with ThreadPoolExecutor(8) as pool:
            for flushing in [pool.submit(session.flush_queues) for _ in range(8)]:
                flushing.result()

        assert sorted(memory().subjects) == SUBJECTS


def test_threads_that_submit_and_flush_side_by_side_lose_nothing(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:

        def work(letter: Message) -> None:
            session.submit(letter)
            session.flush_queues()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, LETTERS))

        assert sorted(memory().subjects) == SUBJECTS


def test_threads_that_read_while_others_save_see_whole_messages(admin: ProfileAdmin) -> None:
    with msgcore.logon("work", admin=admin) as session:

        def work(number: int) -> list[str]:
            session.inbox.save(Message(subject=str(number), text=str(number)))
            return [item.subject for item in session.inbox.messages() if item.load().text != f"{item.subject}\n"]

        with ThreadPoolExecutor(8) as pool:
            assert [wrong for found in pool.map(work, range(16)) for wrong in found] == []


async def submit_in_tasks(admin: ProfileAdmin) -> tuple[int, int]:
    async with aio.logon("work", admin=admin) as session:
        submissions = await asyncio.gather(*(session.submit(letter) for letter in LETTERS))
        return len({one.entry_id for one in submissions}), await session.outbox.count()


def test_fifty_tasks_submit_through_one_session(admin: ProfileAdmin) -> None:
    assert asyncio.run(submit_in_tasks(admin)) == (50, 50)


def test_tasks_that_submit_and_flush_side_by_side_lose_nothing(admin: ProfileAdmin) -> None:
    async def main() -> None:
        async with aio.logon("work", admin=admin) as session:

            async def work(letter: Message) -> None:
                await session.submit(letter)
                await session.flush_queues()

            await asyncio.gather(*map(work, LETTERS))

    asyncio.run(main())

    assert sorted(memory().subjects) == SUBJECTS


# Cancelling


class Flushing(threading.Thread):
    """Logs on to ``slow``, submits and flushes in a thread of its own, until it is cancelled."""

    def __init__(self, mode: Mode, admin: ProfileAdmin) -> None:
        super().__init__()
        self.mode = mode
        self.admin = admin
        self.session: Session | aio.Session | None = None
        self.error: BaseException | None = None
        self.states: list[OutgoingState] = []

    def run(self) -> None:
        try:
            if self.mode is Mode.BLOCKING:
                self.flush()
            else:
                asyncio.run(self.flush_in_a_loop())
        except BaseException as error:
            self.error = error

    def flush(self) -> None:
        with msgcore.logon("slow", admin=self.admin) as session:
            self.session = session
            submissions = [session.submit(letter) for letter in LETTERS[:3]]
            try:
                session.flush_queues()
            finally:
                self.states = [session.submission_state(one).state for one in submissions]

    async def flush_in_a_loop(self) -> None:
        async with aio.logon("slow", admin=self.admin) as session:
            self.session = session
            submissions = [await session.submit(letter) for letter in LETTERS[:3]]
            try:
                await session.flush_queues()
            finally:
                self.states = [(await session.submission_state(one)).state for one in submissions]


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def cancelled(request: pytest.FixtureRequest, admin: ProfileAdmin) -> Flushing:
    """Give a thread whose flush was cancelled by this one while its transport waited."""
    begun = threading.Event()

    class Telling(Waiting):
        async def submit(self, *arguments: object) -> dict[object, object]:  # type: ignore[override]
            begun.set()
            return await super().submit(*arguments)  # type: ignore[arg-type,return-value]

    msgcore.register_service("waiting", Telling)
    try:
        thread = Flushing(request.param, admin)
        thread.start()
        assert begun.wait(60)
        assert thread.session is not None
        thread.session.cancel()
        thread.join(60)
    finally:
        msgcore.register_service("waiting", Waiting)
    return thread


def test_cancel_ends_a_flush_of_another_thread(cancelled: Flushing) -> None:
    assert (type(cancelled.error), cancelled.is_alive()) == (OperationCancelled, False)


def test_a_cancelled_flush_leaves_every_submission_ready(cancelled: Flushing) -> None:
    assert cancelled.states == [OutgoingState.READY] * 3


def test_a_cancelled_flush_takes_up_one_submission_only(cancelled: Flushing) -> None:
    waiting = memory()
    assert isinstance(waiting, Waiting)

    assert len(waiting.has_begun) == 1


def test_after_cancel_the_session_works_on(cancelled: Flushing) -> None:
    """The states were read after the cancellation, and the session logged off in order."""
    assert memory().closings == 1


def test_cancel_without_a_call_does_nothing(desk: Desk) -> None:
    with desk.log_on() as session:
        session.cancel()
        session.submit(LETTERS[0])

        assert session.outbox.count() == 1


def test_a_flush_ends_at_its_deadline(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), MEMORY | {"service": "waiting"}) as session:
        submission = session.submit(LETTERS[0])
        with pytest.raises(TimedOut):
            session.flush_queues(timeout_seconds=0.05)

        assert session.submission_state(submission).state is OutgoingState.READY
