"""The spooler in the background of a session: what wakes it, what it survives, and how it ends."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

import msgcore
from msgcore import Accepted, Message, Outcome, ProfileAdmin, Recipient, ServiceState, Session, Unknown, aio
from msgcore.base.times import Deadline, SystemClock, filetime_from_datetime
from msgcore.errors import (
    Closed,
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    NotSupported,
    OperationCancelled,
    UsageError,
)
from msgcore.model import Envelope
from msgcore.props.table import PidTagProviderDisplay, PidTagStatusCode, PidTagStatusString
from msgcore.runtime import BlockingRuntime
from msgcore.session.background_spooler import BackgroundSpooler, Lane, pause_after
from msgcore.session.tables.session_rows import SPOOLER_NAME
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.testing.memory_maildrop import MemoryMaildrop, register_memory_maildrops
from tests.flow.modes import Mode
from tests.session.desk import Desk
from tests.session.services import MemoryService
from tests.session.test_receive import account, letter, subjects

PATIENCE_SECONDS = 30.0


class Post:
    """What the transports of all sessions took, and what happens to it on the way."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        self.refusals: list[Exception] = []
        self.changed = threading.Condition()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def take(self, subject: str) -> None:
        with self.changed:
            self.subjects.append(subject)
            self.changed.notify_all()
        assert self.may_go_on.wait(PATIENCE_SECONDS)

    def wait_for(self, *subjects: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: sorted(self.subjects) == sorted(subjects), PATIENCE_SECONDS)


class Posting(MemoryService):
    """A transport of plain methods, as most plug-ins are."""

    post: ClassVar[Post]

    def submit(  # type: ignore[override]
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        if Posting.post.refusals:
            raise Posting.post.refusals.pop()
        Posting.post.take(message.subject)
        return dict.fromkeys(envelope.recipients, Accepted(250))


@pytest.fixture
def post() -> Post:
    Posting.post = Post()
    msgcore.register_service("posting", Posting)
    return Posting.post


@pytest.fixture
def maildrop() -> MemoryMaildrop:
    maildrop = MemoryMaildrop()
    register_memory_maildrops(ann=maildrop)
    return maildrop


@pytest.fixture
def desk(tmp_path: Path, empty_mailbox: bytes) -> Iterator[Desk]:
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk:
        yield desk


POSTING = {"service": "posting", "email": "ann@a.test"}


@pytest.fixture
def admin(desk: Desk, post: Post) -> ProfileAdmin:
    """Administers ``work``: a mailbox and a transport."""
    desk.admin.create("work", [desk.mailbox(), POSTING])
    return desk.admin


@pytest.fixture
def session(admin: ProfileAdmin) -> Iterator[Session]:
    with msgcore.logon("work", admin=admin) as session:
        yield session


def mail(subject: str) -> Message:
    return Message(to="bob@b.test", subject=subject)


def spooler_row(session: Session) -> tuple[ServiceState, str]:
    rows = {row[PidTagProviderDisplay]: row for row in session.status_table().query_rows(10)}
    row = rows[SPOOLER_NAME]
    return ServiceState(row[PidTagStatusCode]), row[PidTagStatusString]


def wait_until(session: Session, is_so: Callable[[], bool]) -> None:
    """Look whenever the status, the queue or a store has changed."""
    with session.notifications(timeout_seconds=PATIENCE_SECONDS) as told:
        while not is_so():
            assert next(told, None) is not None


# What wakes it


def test_what_is_submitted_leaves_by_itself(session: Session, post: Post) -> None:
    session.start_spooler()
    session.submit(mail("out"))

    post.wait_for("out")


def test_what_waited_before_leaves_when_it_starts(session: Session, post: Post) -> None:
    session.submit(mail("before"))
    session.start_spooler()

    post.wait_for("before")


def test_what_another_session_submits_leaves_too(session: Session, admin: ProfileAdmin, post: Post) -> None:
    session.start_spooler()
    with msgcore.logon("work", admin=admin) as other:
        other.submit(mail("other"))

        post.wait_for("other")


def test_what_is_due_later_leaves_then(session: Session, desk: Desk, post: Post) -> None:
    session.submit(mail("later"))
    soon = filetime_from_datetime(SystemClock().now() + timedelta(seconds=0.2))
    with closing(sqlite3.connect(str(desk.mailbox()["path"]), isolation_level=None)) as database:
        database.execute("update submission set due_at = ?", (soon,))
    session.start_spooler()

    post.wait_for("later")


def test_what_was_held_leaves_when_it_is_retried(session: Session, post: Post) -> None:
    post.refusals.append(ZeroDivisionError("broken"))
    session.start_spooler()
    submission = session.submit(mail("held"))
    wait_until(session, lambda: session.submission_state(submission).state is OutgoingState.HELD)
    session.retry_submit(submission)

    post.wait_for("held")


def test_mail_is_retrieved_again_and_again(desk: Desk, maildrop: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), account()) as session:
        session.start_spooler(interval_seconds=0.01)
        for subject in ("a", "b"):
            maildrop.put(letter(subject))
            wait_until(session, lambda subject=subject: subject in subjects(session))  # type: ignore[misc]


def test_an_account_is_asked_as_often_as_it_says(desk: Desk, maildrop: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), account(poll_seconds=1)) as session:
        session.start_spooler(interval_seconds=100_000)  # longer than anybody waits
        wait_until(session, lambda: spooler_row(session)[1] == "waits")
        maildrop.put(letter("a"))
        wait_until(session, lambda: subjects(session) == ["a"])


# What it survives


def test_a_round_that_fails_is_shown_and_forgotten_when_one_goes_well(desk: Desk, maildrop: MemoryMaildrop) -> None:
    maildrop.fail("open", ConnectionLost("the line is cut"))
    with desk.log_on(desk.mailbox(), account()) as session:
        session.start_spooler()
        wait_until(session, lambda: "the line is cut" in spooler_row(session)[1])
        assert ServiceState.FAILURE in spooler_row(session)[0]
        session.stop_spooler()
        session.start_spooler()
        wait_until(session, lambda: spooler_row(session)[1] == "waits")

        assert spooler_row(session)[0] == ServiceState.AVAILABLE | ServiceState.INBOUND_ENABLED


def test_cancel_leaves_it_running(session: Session, post: Post) -> None:
    session.start_spooler()
    session.cancel()
    session.submit(mail("out"))

    post.wait_for("out")


def test_a_transport_that_has_closed_what_it_stands_on_does_not_end_it(session: Session, post: Post) -> None:
    post.refusals.append(Closed("the modem is closed"))
    session.submit(mail("first"))
    session.start_spooler()
    wait_until(session, lambda: any(one.tries for one in session.submissions()))
    session.submit(mail("second"))

    post.wait_for("second")  # the first one waits for its next try


class Rounds:
    """A lane whose rounds do what they are told; a bell for each that has begun."""

    def __init__(self, *errors: Exception | None) -> None:
        self.runtime = BlockingRuntime()
        self.errors = list(errors)
        self.waits: list[float] = []
        self.is_over = threading.Event()
        self.lane = Lane("lane", self.work, self.runtime.event(), is_inbound=False)

    def hurry(self) -> None:
        """Begin the next round at once when one has failed."""
        if self.lane.error:
            self.lane.bell.set()

    async def work(self, deadline: Deadline) -> float:
        error = self.errors.pop(0) if self.errors else None
        if error is None:
            self.is_over.set()
        if error is not None:
            raise error
        return 1_000.0


@pytest.mark.parametrize(
    "error", [MaildropInUse("locked", 7), ZeroDivisionError("ours"), ConnectionLost("cut"), OperationCancelled("ended")]
)
def test_whatever_a_round_meets_the_next_one_comes(error: Exception) -> None:
    rounds = Rounds(error, None)
    spooler = BackgroundSpooler(rounds.runtime, [rounds.lane], rounds.hurry)
    spooler.start()
    assert rounds.is_over.wait(PATIENCE_SECONDS)
    rounds.runtime.run(spooler.stop(Deadline.after(PATIENCE_SECONDS)))

    assert rounds.lane.error == ""


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (ConnectionLost("cut"), 60.0),
        (MaildropInUse("locked"), 60.0),
        (MaildropInUse("locked", 7), 60.0),
        (LoginTooSoon("patience", 900), 900.0),
        (MaildropInUse("locked", "900"), 60.0),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (MaildropInUse("locked", float("nan")), 60.0),
        (MaildropInUse("locked", -900), 60.0),
        (MaildropInUse("locked", 10**400), 1e9),
    ],
)
def test_a_service_is_given_the_patience_that_it_asks_for(error: MsgcoreError, seconds: float) -> None:
    assert pause_after(error) == seconds


# Sharing


def test_threads_that_submit_and_flush_beside_it_send_each_message_once(session: Session, post: Post) -> None:
    session.start_spooler()
    names = [str(number) for number in range(40)]

    def work(name: str) -> None:
        session.submit(mail(name))
        if int(name) % 4 == 0:
            session.flush_queues()
        session.outgoing_queue_table().query_rows(10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, names))

    post.wait_for(*names)


def test_spoolers_of_two_sessions_send_each_message_once(session: Session, admin: ProfileAdmin, post: Post) -> None:
    names = [str(number) for number in range(20)]
    with msgcore.logon("work", admin=admin) as other:
        session.start_spooler()
        other.start_spooler()
        for name in names:
            session.submit(mail(name))
        post.wait_for(*names)


def test_tasks_submit_beside_the_spooler_of_their_loop(admin: ProfileAdmin, post: Post) -> None:
    names = [str(number) for number in range(20)]

    async def main() -> int:
        async with aio.logon("work", admin=admin) as session:
            await session.start_spooler()
            async with session.notifications(kinds=[msgcore.NotificationKind.QUEUE]) as told:
                await asyncio.gather(*(session.submit(mail(name)) for name in names))
                while await session.submissions():
                    await anext(told)
            await session.stop_spooler()
            await session.submit(mail("stays"))
            return len(await session.submissions())

    assert (asyncio.run(main()), sorted(post.subjects)) == (1, sorted(names))


# How it ends


def test_the_logoff_waits_for_what_is_being_sent(admin: ProfileAdmin, post: Post) -> None:
    post.may_go_on.clear()
    session = msgcore.logon("work", admin=admin)
    session.start_spooler()
    submission = session.submit(mail("out"))
    post.wait_for("out")
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(session.close)
        post.may_go_on.set()
        ending.result(PATIENCE_SECONDS)
    with msgcore.logon("work", admin=admin) as again:
        assert again.submission_state(submission).state is OutgoingState.SENT


def test_what_does_not_end_in_time_is_held_as_unknown(session: Session, post: Post) -> None:
    post.may_go_on.clear()
    session.start_spooler()
    submission = session.submit(mail("out"))
    post.wait_for("out")
    session.stop_spooler(timeout_seconds=0.01)
    state = session.submission_state(submission)
    post.may_go_on.set()

    assert (state.state, [type(one) for one in state.outcomes.values()]) == (OutgoingState.HELD, [Unknown])


def test_a_stopped_spooler_sends_nothing_until_it_starts_again(session: Session, post: Post) -> None:
    session.start_spooler()
    session.stop_spooler()
    session.stop_spooler()
    session.submit(mail("out"))
    assert (post.subjects, spooler_row(session)) == ([], (ServiceState.OFFLINE, "stopped"))
    session.start_spooler()

    post.wait_for("out")


def test_a_loop_that_ends_without_a_logoff_ends_it(admin: ProfileAdmin, post: Post) -> None:
    async def main() -> None:
        session = await aio.logon("work", admin=admin)
        await session.start_spooler()

    asyncio.run(main())


@pytest.mark.parametrize("interval", [0, -1, float("inf"), float("nan"), True, "1"])
def test_an_interval_is_seconds_above_nothing(session: Session, interval: float) -> None:
    with pytest.raises(UsageError, match="interval_seconds"):
        session.start_spooler(interval_seconds=interval)


def test_it_starts_once(session: Session) -> None:
    session.start_spooler()

    with pytest.raises(UsageError, match="runs already"):
        session.start_spooler()


def test_a_profile_that_neither_sends_nor_receives_has_none(desk: Desk) -> None:
    with desk.log_on(desk.mailbox()) as session, pytest.raises(NotSupported, match="sends or retrieves"):
        session.start_spooler()


def test_after_the_logoff_it_does_not_start(admin: ProfileAdmin) -> None:
    session = msgcore.logon("work", admin=admin)
    session.close()

    with pytest.raises(Closed):
        session.start_spooler()
