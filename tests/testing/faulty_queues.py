"""Queues with one fault each, for the suite to find, and one without."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import ClassVar, TypeVar

import attrs

from msgcore.base.times import Clock, Deadline
from msgcore.model import Outcome, Recipient
from msgcore.mta.queue.contract import (
    Accept,
    Claim,
    NewReport,
    QueuedMessage,
    QueuedRecipient,
    QueueStore,
    Settlement,
    WaitingRecipient,
)
from msgcore.runtime import NEVER, Runtime
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.queues.accepting import Accepting
from msgcore.testing.queues.claiming import Claiming
from msgcore.testing.queues.finishing import Finishing
from msgcore.testing.queues.suite import QueueSuite
from msgcore.testing.queues.telling import Telling


class QueueOfTests(QueueSuite):
    """How the suite, or a part of it, opens all of them."""

    queue_class: ClassVar[type[MemoryQueue]] = MemoryQueue
    memories: ClassVar[dict[Path, QueueMemory]] = {}

    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        @asynccontextmanager
        async def opened() -> AsyncGenerator[QueueStore]:
            yield self.queue_class(self.memories.setdefault(place, QueueMemory()), runtime)

        return opened()


@attrs.frozen
class Fault:
    """A queue with a fault, the part of the suite that has to find it, and the tests in it that do."""

    queue_class: type[MemoryQueue]
    part: type[QueueSuite]
    found_by: frozenset[str]


FAULTS: dict[str, Fault] = {}

Queue = TypeVar("Queue", bound=type[MemoryQueue])


def fault(part: type[QueueSuite], *tests: str) -> Callable[[Queue], Queue]:
    def note(queue_class: Queue) -> Queue:
        FAULTS[queue_class.__name__] = Fault(queue_class, part, frozenset(f"test_{test}" for test in tests))
        return queue_class

    return note


# Accepting.


@fault(
    Accepting,
    "a_deferred_recipient_keeps_its_content_when_the_others_have_ended",
    "a_transfer_takes_further_recipients",
    "the_same_transfer_and_recipient_are_taken_once",
)
class LostRecipient(MemoryQueue):
    """It takes all recipients but the last, unless there is only one."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        few = accept.recipients[:-1] or accept.recipients
        return await super().accept(attrs.evolve(accept, recipients=few), deadline)


@fault(
    Accepting,
    "a_transfer_takes_further_recipients",
    "an_accepted_message_is_claimed_as_it_came",
    "one_address_in_two_roles_is_two_recipients",
    "taking_a_transfer_again_does_not_open_a_recipient_who_has_ended",
    "taking_a_transfer_again_gives_the_id_that_it_has",
    "the_same_transfer_and_recipient_are_taken_once",
)
class TakenTwice(MemoryQueue):
    """It takes the same transfer as often as it comes."""

    def __init__(self, memory: QueueMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock)
        self.accepted = 0

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        self.accepted += 1
        return await super().accept(attrs.evolve(accept, transfer_id=f"{accept.transfer_id}/{self.accepted}"), deadline)


@fault(Accepting, "the_null_sender_of_a_report_stays_null")
class SenderMadeUp(MemoryQueue):
    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        sender = accept.sender or accept.recipients[0].address
        return await super().accept(attrs.evolve(accept, sender=sender), deadline)


@fault(Accepting, "nothing_is_taken_after_the_deadline")
class IgnoredDeadline(MemoryQueue):
    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        return await super().accept(accept, NEVER)


# Claiming.


@fault(
    Claiming,
    "a_claimed_recipient_is_free_for_nobody",
    "a_lease_ends_by_itself",
    "the_limit_counts_recipients",
    "who_has_waited_longest_goes_first",
    "workers_that_claim_at_the_same_time_share_nothing",
)
class DoubleClaim(MemoryQueue):
    """It gives a lease that has ended already."""

    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        return await super().claim(limit, 0, deadline)


@fault(Claiming, "a_lease_ends_by_itself", "every_claim_raises_the_token")
class EndlessLease(MemoryQueue):
    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        return await super().claim(limit, 1e9, deadline)


@fault(Claiming, "the_limit_counts_recipients", "who_has_waited_longest_goes_first")
class IgnoredLimit(MemoryQueue):
    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        return await super().claim(10_000, lease_seconds, deadline)


@fault(Claiming, "nothing_is_claimed_after_the_deadline")
class LateClaim(MemoryQueue):
    async def claim(self, limit: int, lease_seconds: float, deadline: Deadline) -> Sequence[Claim]:
        return await super().claim(limit, lease_seconds, NEVER)


# Finishing.


@fault(
    Finishing,
    "a_lost_lease_changes_nothing",
    "a_lost_lease_is_told",
    "the_new_holder_finishes_after_the_old_one_came_too_late",
    "what_is_lost_of_one_claim_leaves_the_rest_alone",
    "whoever_lost_the_lease_reports_nothing",
)
class IgnoredToken(MemoryQueue):
    """Whoever had a lease at some time may finish."""

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        current = [attrs.evolve(one, queued=self._newest(one.queued)) for one in settlements]
        return await super().finish(message, current, reports, deadline)

    def _newest(self, queued: QueuedRecipient) -> QueuedRecipient:
        return attrs.evolve(queued, token=self._memory.rows[queued.number].token)


@fault(Finishing, "a_report_comes_in_once_when_its_end_is_written_twice", "whoever_lost_the_lease_reports_nothing")
class ReportDespiteALostLease(MemoryQueue):
    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        lost = await super().finish(message, settlements, [], deadline)
        for report in reports:
            await self.accept(report.accept, deadline)
        return lost


@fault(
    Finishing,
    "a_report_comes_in_once_when_its_end_is_written_twice",
    "a_report_comes_in_with_the_end_of_its_recipient",
    "a_report_of_another_kind_is_no_second_one",
)
class LostReport(MemoryQueue):
    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        return await super().finish(message, settlements, [], deadline)


@fault(Finishing, "a_deferred_recipient_waits_until_it_is_due")
class DueAtOnce(MemoryQueue):
    """What is deferred does not wait."""

    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        at_once = [attrs.evolve(one, due_at=message.accepted_at) for one in settlements]
        return await super().finish(message, at_once, reports, deadline)


@fault(Finishing, "tries_are_counted")
class TriesAreNotCounted(MemoryQueue):
    async def finish(
        self,
        message: QueuedMessage,
        settlements: Sequence[Settlement],
        reports: Sequence[NewReport],
        deadline: Deadline,
    ) -> Sequence[QueuedRecipient]:
        lost = await super().finish(message, settlements, reports, deadline)
        for one in settlements:
            self._memory.rows[one.queued.number].tries = 0
        return lost


# Telling.


@fault(
    Telling,
    "text_that_no_database_holds_does_not_keep_a_recipient_from_ending",
    "waiting_counts_the_recipients_that_have_not_ended",
)
class WaitingCountsAll(MemoryQueue):
    async def waiting(self, deadline: Deadline) -> int:
        return len(self._memory.rows)


@fault(Telling, "the_list_has_those_due_first_at_the_front")
class ListIsUnsorted(MemoryQueue):
    async def queued(self, limit: int, deadline: Deadline) -> Sequence[WaitingRecipient]:
        found = await super().queued(10_000, deadline)
        return sorted(found, key=lambda one: one.accepted_at)[:limit]


@fault(Telling, "an_outcome_is_kept_whole")
class OutcomeIsShort(MemoryQueue):
    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        found = await super().outcomes(transfer_id, deadline)
        return {one: attrs.evolve(outcome, note="", stage="") for one, outcome in found.items()}


@fault(Telling, "nothing_blocks_the_event_loop")
class SleepsOnTheLoop(MemoryQueue):
    async def make_due(self, deadline: Deadline) -> None:
        time.sleep(0)  # noqa: ASYNC251  # the fault
        await super().make_due(deadline)
