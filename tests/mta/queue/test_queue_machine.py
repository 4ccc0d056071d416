"""The queue against a plain model: whatever happens in whatever order, every recipient ends exactly once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from msgcore.model import Deferred, Delivered, Outcome, Pending, Recipient, Refused
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import (
    MOST_CRASHES,
    SUSPICIOUS,
    Accept,
    Claim,
    Finished,
    NewReport,
    QueuedRecipient,
    Settlement,
)
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.reports.about import reports_about
from msgcore.mta.reports.settings import ReportSettings
from msgcore.runtime import NEVER, BlockingRuntime, Connection, Database, PostgresTarget
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, to
from tests.conftest import SOAK
from tests.mta.places import Target, in_queue, namespace_of
from tests.servers import Postgresql

T = TypeVar("T")

# Nothing is learnt here from waiting for a disk.
_MEMORY = Path("/dev/shm")

# None is a multiple of another and no sum of steps meets one, so that the milliseconds of the run never decide.
STEPS = [60, 400, 700]
WAIT_SECONDS = 330.0
LEASE_SECONDS = 630.0
OUTCOMES: list[Outcome] = [Delivered(250), Deferred(451), Refused(550, "5.1.1")]


@attrs.define(eq=False)
class Expected:
    """What the model knows of one recipient."""

    recipient: Recipient
    transfer_id: str
    octets: bytes
    due_at: float
    token: int = 0
    held_until: float | None = None
    outcome: Outcome = Pending()  # noqa: RUF009  # frozen
    ends: int = 0
    crashes: int = 0

    @property
    def is_dead(self) -> bool:
        return self.crashes >= MOST_CRASHES

    def lose_lease(self, now: float) -> None:
        """Notice, as every claim does, that the worker did not come back in time."""
        if self.held_until is not None and self.held_until <= now:
            self.held_until = None
            self.crashes += 1

    def is_free(self, now: float) -> bool:
        return not self.ends and not self.is_dead and self.due_at <= now and self.held_until is None


@attrs.frozen
class Finish:
    """The arguments of a finish."""

    claim: Claim
    settlements: tuple[Settlement, ...]
    reports: tuple[NewReport, ...]


class QueueMachine(RuleBasedStateMachine):
    def __init__(self, target: PostgresTarget | None = None) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
        self._target: Target = target or Path(self._folder.name) / "queue.db"
        self._clock = ManualClock()
        runtime = runtime_on(Mode.BLOCKING, self._clock)
        assert isinstance(runtime, BlockingRuntime)
        self._runtime = runtime
        self._queues: list[tuple[Database, SqlQueue]] = []
        self._open()
        self._expected: dict[tuple[str, Recipient], Expected] = {}
        self._claims: list[Claim] = []
        self._reported: list[tuple[str, Recipient]] = []

    def _open(self) -> None:
        for _ in range(2):
            database = Database.open(self._target, QUEUE_SCHEMA, create=True)
            self._queues.append((database, SqlQueue(self._runtime, database)))

    def _close(self) -> None:
        for database, _ in self._queues:
            self._runtime.run(database.close(self._runtime))
        self._queues.clear()

    def _at(self, story: Callable[[SqlQueue], Coroutine[Any, Any, T]], which: int = 0) -> T:
        return self._runtime.run(story(self._queues[which][1]))

    @property
    def _now(self) -> float:
        return self._clock.moved.total_seconds()

    def _take(self, accept: Accept) -> None:
        for recipient in accept.recipients:
            key = (accept.transfer_id, recipient)
            known = Expected(recipient, accept.transfer_id, accept.content.octets, self._now)
            self._expected.setdefault(key, known)

    @rule(number=st.integers(0, 2), names=st.sets(st.sampled_from("abc"), min_size=1))
    def accept(self, number: int, names: set[str]) -> None:
        # Two transfers share their octets.
        content = Content(b"Subject: %d\r\n\r\n" % (number // 2))
        accept = Accept(f"t{number}", ANN, to(*sorted(names)), content)
        self._at(lambda queue: queue.accept(accept, NEVER))
        self._take(accept)

    @rule(limit=st.integers(1, 6), which=st.integers(0, 1), after=st.sampled_from([0, 400, 700]))
    def claim(self, limit: int, which: int, after: int) -> None:
        self._clock.move(after)
        claims = self._at(lambda queue: queue.claim(limit, LEASE_SECONDS, NEVER), which)
        claimed = [(claim, one) for claim in claims for one in claim.recipients]
        for one in self._expected.values():
            one.lose_lease(self._now)
        free = {key for key, one in self._expected.items() if one.is_free(self._now)}
        keys = [(claim.message.transfer_id, one.recipient) for claim, one in claimed]
        assert set(keys) <= free
        suspects = {key for key in free if self._expected[key].crashes >= SUSPICIOUS}
        if suspects & set(keys):
            assert len(keys) == 1
        elif not suspects:
            assert len(keys) == len(set(keys)) == min(limit, len(free))
        else:
            assert keys
        for (claim, queued), key in zip(claimed, keys, strict=True):
            expected = self._expected[key]
            assert claim.content.octets == expected.octets
            assert queued.token > expected.token
            expected.token, expected.held_until = queued.token, self._now + LEASE_SECONDS
        self._claims += claims

    @precondition(lambda self: self._claims)
    @rule(data=st.data(), which=st.integers(0, 1), is_said_again=st.booleans())
    def finish(self, data: st.DataObject, which: int, is_said_again: bool) -> None:
        """Finish a claim, a stale one perhaps; whoever does not know whether a commit came through says it again."""
        claim = self._claims.pop(data.draw(st.integers(0, len(self._claims) - 1), "claim"))
        outcomes = data.draw(st.tuples(*(st.sampled_from(OUTCOMES) for _ in claim.recipients)), "outcomes")
        due_at = self._runtime.now() + timedelta(seconds=WAIT_SECONDS)
        settlements = tuple(
            Settlement(queued, outcome, due_at) for queued, outcome in zip(claim.recipients, outcomes, strict=True)
        )
        settings = ReportSettings("a.test", delay_notice_after=None)
        reports = reports_about(claim.message, claim.content, settlements, self._runtime.now(), settings)
        finish = Finish(claim, settlements, reports)
        self._check_lost(finish, self._say(finish, which))
        if is_said_again:
            assert {one.number for one in self._say(finish, 1 - which)} == {one.number for one in claim.recipients}

    def _say(self, finish: Finish, which: int) -> Sequence[QueuedRecipient]:
        finished = Finished(finish.claim.message, finish.settlements, finish.reports)
        return self._at(lambda queue: queue.finish([finished], NEVER), which)

    def _check_lost(self, finish: Finish, lost: Sequence[QueuedRecipient]) -> None:
        transfer_id = finish.claim.message.transfer_id
        kept: list[QueuedRecipient] = []
        for settlement in finish.settlements:
            queued = settlement.queued
            expected = self._expected[transfer_id, queued.recipient]
            # Of a dead letter only an end counts that is told late.
            is_left_dead = expected.is_dead and not settlement.outcome.is_final
            if expected.ends or expected.token != queued.token or is_left_dead:
                assert queued in lost
                continue
            assert queued not in lost
            kept.append(queued)
            expected.held_until, expected.outcome, expected.crashes = None, settlement.outcome, 0
            expected.token += 1
            expected.due_at = self._now + WAIT_SECONDS
            expected.ends += settlement.outcome.is_final
        for report in finish.reports:
            about = [queued for queued in report.about if queued in kept]
            self._reported += [(transfer_id, queued.recipient) for queued in about]
            if about:
                self._take(report.accept)

    @rule(seconds=st.sampled_from(STEPS))
    def pass_time(self, seconds: int) -> None:
        self._clock.move(seconds)

    @rule()
    def retry(self) -> None:
        self._at(lambda queue: queue.change(Change.retry(), NEVER))
        for expected in self._expected.values():
            # Who is leased keeps his time, which nobody looks at; who is dead waits for a release.
            if expected.held_until is None and not expected.is_dead:
                expected.due_at = min(expected.due_at, self._now)

    @rule()
    def release(self) -> None:
        self._at(lambda queue: queue.change(Change.release(), NEVER))
        for expected in self._expected.values():
            if expected.is_dead and not expected.ends:
                expected.crashes, expected.due_at = 0, self._now

    @rule()
    def crash(self) -> None:
        """Whoever worked has forgotten everything; the leases stay."""
        self._claims.clear()
        self._close()
        self._open()

    @invariant()
    def the_queue_waits_for_those_who_have_not_ended(self) -> None:
        open_ones = [one for one in self._expected.values() if not one.ends and not one.is_dead]
        assert self._at(lambda queue: queue.waiting(NEVER)) == len(open_ones)

    @invariant()
    def every_recipient_has_the_outcome_that_was_written_last(self) -> None:
        found: dict[tuple[str, Recipient], Outcome] = {}
        for transfer_id in {transfer_id for transfer_id, _ in self._expected}:
            outcomes = self._at(lambda queue, t=transfer_id: queue.outcomes(t, NEVER))  # type: ignore[misc]  # bound now
            found |= {(transfer_id, recipient): outcome for recipient, outcome in outcomes.items()}
        assert found == {key: one.outcome for key, one in self._expected.items()}

    def teardown(self) -> None:
        try:
            self._work_off()
        finally:
            self._close()
            self._folder.cleanup()

    def _work_off(self) -> None:
        """Deliver what is left; then everybody has ended once, and whoever was refused was reported once."""
        while any(not one.ends for one in self._expected.values()):
            self._clock.move(700)
            self._claims.clear()
            self.release()
            self.claim(1_000, 0, 0)
            for claim in self._claims:
                due_at = self._runtime.now()
                settlements = tuple(Settlement(queued, Delivered(250), due_at) for queued in claim.recipients)
                finish = Finish(claim, settlements, ())
                self._check_lost(finish, self._say(finish, 0))
        assert {one.ends for one in self._expected.values()} <= {1}
        refused = [
            key for key, one in self._expected.items() if isinstance(one.outcome, Refused) and key[0] in TRANSFERS
        ]
        assert sorted(map(str, self._reported)) == sorted(map(str, refused))


TRANSFERS = {f"t{number}" for number in range(3)}

TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=2_000 if SOAK else 60, stateful_step_count=30, deadline=None)


@pytest.mark.interop
def test_the_queue_on_a_server_does_what_the_model_does(postgresql: Postgresql, tmp_path: Path) -> None:
    target = namespace_of(postgresql, tmp_path)

    class OnServer(QueueMachine):
        def __init__(self) -> None:
            super().__init__(target)
            in_queue(target, empty)

    run_state_machine_as_test(
        OnServer, settings=settings(max_examples=500 if SOAK else 5, stateful_step_count=30, deadline=None)
    )


def empty(connection: Connection) -> None:
    for table in ("mta_event", "mta_report", "mta_recipient", "mta_content", "mta_message"):
        connection.run(f"delete from {table}")
