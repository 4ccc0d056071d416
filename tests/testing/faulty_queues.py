"""Queues with one fault each, for the suite to find, and one without."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar, TypeVar

import attrs

from msgcore.base.times import Clock, Deadline
from msgcore.errors import UsageError
from msgcore.model import Deferred, Outcome, Pending, Recipient, Unknown
from msgcore.model.delivery import NO_REQUEST
from msgcore.model.recipient import RecipientKind
from msgcore.mta.queue.changes import Change, Changed, ChangeKind
from msgcore.mta.queue.contract import (
    NOBODY,
    SUSPICIOUS,
    Accept,
    Claim,
    Finished,
    LinkNote,
    QueueDepth,
    QueuedMessage,
    QueuedRecipient,
    QueueStore,
    Settlement,
    State,
    WaitingRecipient,
    Where,
)
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.queues.accepting import Accepting
from msgcore.testing.queues.administering import Administering
from msgcore.testing.queues.claiming import Claiming
from msgcore.testing.queues.desk import ANN, LETTER
from msgcore.testing.queues.finishing import Finishing
from msgcore.testing.queues.suite import QueueSuite
from msgcore.testing.queues.telling import Telling
from msgcore.testing.queues.turns import Turns


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


@attrs.frozen
class Asked:
    """What a worker asks for when it claims."""

    limit: int
    lease_seconds: float
    deadline: Deadline
    passing: AbstractSet[str]
    takes_suspects: bool


class Altered(MemoryQueue):
    """A queue that is sound, but hears something else than what it was told, as each fault says."""

    def to_accept(self, accept: Accept) -> Accept:
        return accept

    def to_claim(self, asked: Asked) -> Asked:
        return asked

    def to_settle(self, settlement: Settlement) -> Settlement:
        return settlement

    def to_change(self, change: Change) -> Change:
        return change

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        return await super().accept(self.to_accept(accept), deadline)

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        return await self.give(self.to_claim(Asked(limit, lease_seconds, deadline, passing, takes_suspects)))

    async def give(self, asked: Asked) -> Sequence[Claim]:
        return await super().claim(
            asked.limit,
            asked.lease_seconds,
            asked.deadline,
            passing=asked.passing,
            takes_suspects=asked.takes_suspects,
        )

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        heard = [attrs.evolve(one, settlements=tuple(map(self.to_settle, one.settlements))) for one in finished]
        return await super().finish(heard, deadline)

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        return await super().change(self.to_change(change), deadline, where)


# Accepting.


@fault(
    Accepting,
    "a_deferred_recipient_keeps_its_content_when_the_others_have_ended",
    "a_transfer_takes_further_recipients",
    "the_same_transfer_and_recipient_are_taken_once",
)
class LostRecipient(Altered):
    """It takes all recipients but the last, unless there is only one."""

    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, recipients=accept.recipients[:-1] or accept.recipients)


@fault(
    Accepting,
    "a_transfer_takes_further_recipients",
    "an_accepted_message_is_claimed_as_it_came",
    "one_address_in_two_roles_is_two_recipients",
    "taking_a_transfer_again_does_not_open_a_recipient_who_has_ended",
    "taking_a_transfer_again_gives_the_id_that_it_has",
    "the_same_transfer_and_recipient_are_taken_once",
)
class TakenTwice(Altered):
    """It takes the same transfer as often as it comes."""

    def __init__(self, memory: QueueMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock)
        self.accepted = 0

    def to_accept(self, accept: Accept) -> Accept:
        self.accepted += 1
        return attrs.evolve(accept, transfer_id=f"{accept.transfer_id}/{self.accepted}")


@fault(Accepting, "the_null_sender_of_a_report_stays_null")
class SenderMadeUp(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, sender=accept.sender or accept.recipients[0].address)


@fault(Accepting, "nothing_is_taken_after_the_deadline")
class IgnoredDeadline(MemoryQueue):
    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        return await super().accept(accept, NEVER)


@fault(
    Accepting,
    "a_deferred_recipient_keeps_its_content_when_the_others_have_ended",
    "a_further_recipient_gets_the_content_after_the_first_ones_have_ended",
    "a_message_keeps_its_content_when_another_with_the_same_octets_has_ended",
)
class ContentGoesWithTheFirst(MemoryQueue):
    """It lets octets go when the first who needs them has ended."""

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for transfer_id, (message, _) in self._memory.messages.items():
            self._memory.messages[transfer_id] = (message, Content(b""))
        return lost


@fault(Accepting, "octets_that_were_let_go_come_back_with_the_next_message_that_has_them")
class KnownOctetsAreNotKept(Altered):
    """Octets that it had once it takes for there, if somebody has ended since."""

    def to_accept(self, accept: Accept) -> Accept:
        known = {content.octets for _, content in self._memory.messages.values()}
        has_ended = any(row.state is State.ENDED for row in self._memory.rows.values())
        return attrs.evolve(accept, content=Content(b"")) if has_ended and accept.content.octets in known else accept


@fault(Accepting, "the_same_octets_in_two_forms_are_two_contents")
class FormForgotten(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, content=Content(accept.content.octets))


@fault(Accepting, "names_and_roles_of_recipients_are_kept")
class NamesForgotten(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        nameless = [attrs.evolve(one, address=attrs.evolve(one.address, display_name="")) for one in accept.recipients]
        return attrs.evolve(accept, recipients=tuple(nameless))


@fault(Accepting, "the_message_expires_a_lifetime_after_it_was_accepted")
class ExpiredBeforeItCame(MemoryQueue):
    def __init__(self, memory: QueueMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock, timedelta(seconds=-1))


@fault(Accepting, "what_was_accepted_is_there_when_the_queue_is_opened_again")
class ForgetsWhenClosed(MemoryQueue):
    def __init__(self, memory: QueueMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(QueueMemory() if memory and memory.messages else memory, clock)


# Claiming.


@fault(
    Claiming,
    "a_claimed_recipient_is_free_for_nobody",
    "a_lease_ends_by_itself",
    "the_limit_counts_recipients",
    "who_has_waited_longest_goes_first",
    "workers_that_claim_at_the_same_time_share_nothing",
)
class DoubleClaim(Altered):
    """It gives a lease that has ended already."""

    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, lease_seconds=0)


@fault(Claiming, "a_lease_ends_by_itself", "every_claim_raises_the_token")
class EndlessLease(Altered):
    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, lease_seconds=1e9)


@fault(Claiming, "the_limit_counts_recipients", "who_has_waited_longest_goes_first")
class IgnoredLimit(Altered):
    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, limit=10_000)


@fault(Claiming, "nothing_is_claimed_after_the_deadline")
class LateClaim(Altered):
    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, deadline=NEVER)


@fault(
    Claiming,
    "a_claimed_recipient_is_free_for_nobody",
    "a_lease_ends_by_itself",
    "an_empty_queue_gives_no_claim",
    "the_limit_counts_recipients",
    "workers_that_claim_at_the_same_time_share_nothing",
)
class NothingToClaimIsAnError(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        claims = await super().give(asked)
        if not claims:
            raise UsageError("queue: nobody is due")
        return claims


@fault(Claiming, "recipients_are_claimed_by_message", "the_limit_counts_recipients")
class ClaimsOneByOne(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        claims = await super().give(asked)
        return [attrs.evolve(claim, recipients=(one,)) for claim in claims for one in claim.recipients]


@fault(Claiming, "a_retry_that_is_due_goes_behind_what_has_waited_longer")
class RetriesGoFirst(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        return sorted(await super().give(asked), key=lambda claim: -claim.recipients[0].tries)


# Turns.


@fault(
    Turns,
    "a_grade_says_how_long_a_message_is_tried",
    "urgent_messages_go_first",
    "what_is_asked_for_comes_back_with_the_claim",
)
class NobodyIsUrgent(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, request=attrs.evolve(accept.request, priority=0))


@fault(Turns, "a_grade_says_how_long_a_message_is_tried")
class OneLifetime(MemoryQueue):
    def __init__(self, memory: QueueMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock, timedelta(days=5))


@fault(Turns, "a_sender_in_haste_shortens_the_time", "what_is_asked_for_comes_back_with_the_claim")
class HasteIgnored(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, request=attrs.evolve(accept.request, within_seconds=None))


@fault(Turns, "whom_his_sender_holds_back_nobody_sends_sooner")
class RetrySendsWhatIsHeldBack(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        for row in self._memory.rows.values():
            row.due_at = self._clock.now() if change.kind is ChangeKind.RETRY else row.due_at
        return await super().change(change, deadline, where)


@fault(
    Turns,
    "a_message_that_is_held_back_leaves_when_its_sender_said",
    "whom_his_sender_holds_back_nobody_sends_sooner",
)
class LeavesAtOnce(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, request=attrs.evolve(accept.request, hold_until=None, hold_seconds=None))


@fault(Turns, "what_is_asked_for_comes_back_with_the_claim")
class RequestForgotten(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        claims = await super().give(asked)
        return [attrs.evolve(one, message=attrs.evolve(one.message, request=NO_REQUEST)) for one in claims]


@fault(Turns, "the_trace_of_a_message_counts_for_nobody_who_took_a_place")
class EverybodyHasTheTrace(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        return [
            attrs.evolve(claim, recipients=tuple(attrs.evolve(one, is_successor=False) for one in claim.recipients))
            for claim in await super().give(asked)
        ]


@fault(Turns, "a_time_on_a_wrong_clock_is_no_reason_to_wait")
class TrustsEveryClock(Altered):
    """It waits for a time in ten years; here, a month stands for them."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, due_at=min(settlement.due_at, self._clock.now() + timedelta(days=30)))


@fault(
    Turns,
    "a_hop_that_is_up_again_makes_its_own_due",
    "hops_take_turns",
    "who_has_to_be_told_something_is_claimed_whatever_he_waits_for",
    "who_waits_for_a_hop_that_is_down_is_not_late",
    "who_waits_for_a_hop_that_is_passed_over_stays",
)
class HopForgotten(Altered):
    """All wait in one line."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, hop="")


@fault(
    Turns,
    "who_has_to_be_told_something_is_claimed_whatever_he_waits_for",
    "who_waits_for_a_hop_that_is_down_is_not_late",
    "who_waits_for_a_hop_that_is_passed_over_stays",
)
class PassesOverNobody(Altered):
    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, passing=NOBODY)


@fault(
    Turns,
    "who_has_to_be_told_something_is_claimed_before_he_is_due_and_only_once",
    "who_has_to_be_told_something_is_claimed_whatever_he_waits_for",
    "who_is_to_be_looked_at_before_it_is_written_down_is_looked_at",
)
class LooksAtNobody(Altered):
    """It wakes up when the message expires, and not before."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, look_at=None)


@fault(Turns, "giving_back_is_no_try", "why_nobody_tried_is_told_and_where_it_was_to_go")
class GivingBackIsATry(Altered):
    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, is_try=True)


@fault(Turns, "who_waits_for_a_hop_that_is_down_is_not_late")
class LateForAHopThatIsDown(MemoryQueue):
    async def depth(self, deadline: Deadline) -> QueueDepth:
        links, self._memory.links = self._memory.links, {}
        try:
            return await super().depth(deadline)
        finally:
            self._memory.links = links


@fault(Turns, "what_was_told_is_known_of_who_was_given_back")
class ForgetsWhatWasTold(Altered):
    """Until somebody tries."""

    async def give(self, asked: Asked) -> Sequence[Claim]:
        return [
            attrs.evolve(
                claim,
                recipients=tuple(one if one.tries else attrs.evolve(one, told=frozenset()) for one in claim.recipients),
            )
            for claim in await super().give(asked)
        ]


@fault(Turns, "a_hop_that_is_up_again_makes_its_own_due")
class HurriesAll(MemoryQueue):
    async def hurry(self, hop: str, deadline: Deadline) -> int:
        return await self.change(Change.retry(), deadline)


@fault(Turns, "attempts_are_kept_by_connector")
class AttemptsInOneSum(Altered):
    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, attempts={"": sum(settlement.attempts.values())})


@fault(Turns, "who_crashed_a_worker_is_claimed_alone")
class SuspectInCompany(Altered):
    """With a suspect it gives others."""

    async def give(self, asked: Asked) -> Sequence[Claim]:
        claims = await super().give(asked)
        if all(one.crashes < SUSPICIOUS for claim in claims for one in claim.recipients):
            return claims
        return [*claims, *await super().give(attrs.evolve(asked, takes_suspects=False))]


@fault(Turns, "a_worker_that_has_others_in_hand_gets_no_suspect")
class SuspectsForAll(Altered):
    def to_claim(self, asked: Asked) -> Asked:
        return attrs.evolve(asked, takes_suspects=True)


@fault(Turns, "a_dead_letter_that_is_released_is_tried_again", "who_crashed_too_many_workers_is_a_dead_letter")
class NoDeadLetters(Altered):
    """It tries them for ever."""

    async def give(self, asked: Asked) -> Sequence[Claim]:
        claims = await super().give(asked)
        for row in self._memory.rows.values():
            row.state = State.READY if row.state is State.DEAD else row.state
        return claims


@fault(Turns, "a_dead_letter_that_is_released_is_tried_again")
class ReleaseForgivesNothing(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        crashes = {number: row.crashes for number, row in self._memory.rows.items()}
        count = await super().change(change, deadline, where)
        for number, row in self._memory.rows.items():
            row.crashes = crashes.get(number, 0)
        return count


@fault(Turns, "a_result_clears_the_suspicion")
class SuspicionStays(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for settlement in _settlements(finished):
            self._memory.rows[settlement.queued.number].crashes = settlement.queued.crashes
        return lost


@fault(
    Turns,
    "successors_take_their_place_in_the_same_message",
    "successors_that_were_there_already_get_no_second_copy",
    "the_trace_of_a_message_counts_for_nobody_who_took_a_place",
    "who_is_named_and_in_a_list_as_well_gets_one_copy_whatever_his_roles",
    "who_takes_a_place_leaves_at_once_whatever_clock_the_message_came_by",
)
class NoSuccessors(Altered):
    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, successors=())


@fault(
    Turns,
    "successors_take_their_place_in_the_same_message",
    "successors_that_were_there_already_get_no_second_copy",
    "the_trace_of_a_message_counts_for_nobody_who_took_a_place",
    "who_is_named_and_in_a_list_as_well_gets_one_copy_whatever_his_roles",
    "what_a_lost_lease_expanded_is_not_taken",
)
class SuccessorsAreNewMail(NoSuccessors):
    """Successors get a message of their own, whoever has one already."""

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for settlement in _settlements(finished):
            await self.accept(Accept("new", ANN, settlement.successors, Content(LETTER)), deadline)
        return lost


@fault(Turns, "who_takes_a_place_leaves_at_once_whatever_clock_the_message_came_by")
class SuccessorsWaitForTheClock(MemoryQueue):
    def _add(
        self, message: QueuedMessage, recipients: Sequence[Recipient], due_at: datetime, *, are_successors: bool = False
    ) -> None:
        super()._add(message, recipients, max(due_at, message.accepted_at), are_successors=are_successors)


@fault(
    Turns,
    "what_a_lost_lease_expanded_is_not_taken",
    "who_is_named_and_in_a_list_as_well_gets_one_copy_whatever_his_roles",
)
class SuccessorsOfALostLease(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for one in finished:
            successors = tuple(who for settlement in one.settlements for who in settlement.successors)
            await self.accept(Accept(one.message.transfer_id, ANN, successors, Content(LETTER)), deadline)
        return lost


@fault(Turns, "one_address_spelled_in_two_ways_is_one_recipient")
class ExactSpelling(Altered):
    """A domain in upper case is another one to it."""

    def to_accept(self, accept: Accept) -> Accept:
        apart = [
            attrs.evolve(one, kind=one.kind if one.email_address.endswith("b.test") else RecipientKind.BCC)
            for one in accept.recipients
        ]
        return attrs.evolve(accept, recipients=tuple(apart))


# Finishing.


@fault(
    Finishing,
    "a_lost_lease_changes_nothing",
    "a_lost_lease_is_told",
    "the_new_holder_finishes_after_the_old_one_came_too_late",
    "to_finish_twice_is_a_lost_lease",
    "what_is_lost_of_one_claim_leaves_the_rest_alone",
    "whoever_lost_the_lease_reports_nothing",
)
class IgnoredToken(Altered):
    """Whoever had a lease at some time may finish."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        queued = settlement.queued
        newest = attrs.evolve(queued, token=self._memory.rows[queued.number].token)
        return attrs.evolve(settlement, queued=newest)


@fault(Finishing, "a_report_comes_in_once_when_its_end_is_written_twice", "whoever_lost_the_lease_reports_nothing")
class ReportDespiteALostLease(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish([attrs.evolve(one, reports=()) for one in finished], deadline)
        for one in finished:
            for report in one.reports:
                await self.accept(report.accept, deadline)
        return lost


@fault(
    Finishing,
    "a_report_comes_in_once_when_its_end_is_written_twice",
    "a_report_comes_in_with_the_end_of_its_recipient",
    "a_report_of_another_kind_is_no_second_one",
)
class LostReport(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        return await super().finish([attrs.evolve(one, reports=()) for one in finished], deadline)


@fault(Finishing, "a_deferred_recipient_waits_until_it_is_due")
class DueAtOnce(Altered):
    """What is deferred does not wait."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, due_at=self._clock.now())


@fault(Finishing, "tries_are_counted")
class TriesAreNotCounted(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for settlement in _settlements(finished):
            self._memory.rows[settlement.queued.number].tries = 0
        return lost


@fault(Finishing, "a_deferred_recipient_keeps_its_place_when_others_have_ended")
class AllEndTogether(Altered):
    """Whoever is deferred ends with the others."""

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        self.ending = next((one.outcome for one in _settlements(finished) if one.outcome.is_final), None)
        return await super().finish(finished, deadline)

    def to_settle(self, settlement: Settlement) -> Settlement:
        return attrs.evolve(settlement, outcome=self.ending or settlement.outcome)


@fault(Finishing, "a_final_outcome_ends_the_recipient")
class UnknownIsTriedAgain(Altered):
    def to_settle(self, settlement: Settlement) -> Settlement:
        is_unknown = isinstance(settlement.outcome, Unknown)
        return attrs.evolve(settlement, outcome=Deferred()) if is_unknown else settlement


@fault(
    Finishing,
    "a_late_finish_counts_when_nobody_else_has_claimed",
    "what_is_lost_of_one_claim_leaves_the_rest_alone",
)
class LateIsLost(Altered):
    """Whose lease has run out has lost it, even if nobody else has it."""

    def to_settle(self, settlement: Settlement) -> Settlement:
        queued = settlement.queued
        is_late = self._memory.rows[queued.number].leased_until <= self._clock.monotonic()
        return attrs.evolve(settlement, queued=attrs.evolve(queued, token=-1)) if is_late else settlement


@fault(Finishing, "nothing_is_finished_after_the_deadline")
class LateFinish(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        return await super().finish(finished, NEVER)


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
    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        found = await super().queued(10_000, deadline, where)
        return sorted(found, key=lambda one: one.accepted_at)[:limit]


@fault(Telling, "an_outcome_is_kept_whole")
class OutcomeIsShort(MemoryQueue):
    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        found = await super().outcomes(transfer_id, deadline)
        return {one: attrs.evolve(outcome, note="", stage="") for one, outcome in found.items()}


@fault(Telling, "nothing_blocks_the_event_loop")
class SleepsOnTheLoop(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        time.sleep(0)  # noqa: ASYNC251  # the fault
        return await super().change(change, deadline, where)


@fault(Telling, "a_recipient_that_was_not_tried_is_pending")
class PendingIsNoOutcome(MemoryQueue):
    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        found = await super().outcomes(transfer_id, deadline)
        return {one: outcome for one, outcome in found.items() if not isinstance(outcome, Pending)}


@fault(Telling, "a_transfer_that_nobody_brought_has_no_outcomes")
class UnknownTransferIsAnError(MemoryQueue):
    async def outcomes(self, transfer_id: str, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        if transfer_id not in self._memory.messages:
            raise UsageError(f"queue: no transfer {transfer_id}")
        return await super().outcomes(transfer_id, deadline)


@fault(Telling, "a_subject_that_no_database_holds_does_not_keep_a_message_out")
class TakesOnlyUtf8(Altered):
    def to_accept(self, accept: Accept) -> Accept:
        return attrs.evolve(accept, subject=accept.subject.encode().decode())


@fault(Telling, "times_stay_in_utc")
class TimesOfThePlace(Altered):
    async def give(self, asked: Asked) -> Sequence[Claim]:
        here = timezone(timedelta(hours=1))
        claims = await super().give(asked)
        return [
            attrs.evolve(one, message=attrs.evolve(one.message, accepted_at=one.message.accepted_at.astimezone(here)))
            for one in claims
        ]


@fault(Telling, "retry_ends_every_wait")
class RetryEndsNoWait(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        return Changed(0)


@fault(Telling, "retry_opens_nobody_who_has_ended")
class RetryOpensTheEnded(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        for row in self._memory.rows.values():
            row.state = State.READY if row.state is State.ENDED else row.state
        return await super().change(change, deadline, where)


@fault(
    Telling,
    "the_list_has_those_due_first_at_the_front",
    "the_list_has_whoever_has_not_ended",
    "the_list_says_what_came_of_the_last_try",
)
class ListForgetsThoseThatWait(MemoryQueue):
    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        return [one for one in await super().queued(limit, deadline, where) if one.state is not State.WAITING]


@fault(Telling, "the_list_says_what_came_of_the_last_try")
class ListForgetsTheLastTry(MemoryQueue):
    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        return [attrs.evolve(one, outcome=Pending()) for one in await super().queued(limit, deadline, where)]


@fault(Telling, "the_list_is_no_longer_than_asked_for")
class ListIsWhole(MemoryQueue):
    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        return await super().queued(10_000, deadline, where)


# Administering.


@fault(
    Administering,
    "a_property_that_no_recipient_has_is_refused",
    "recipients_are_found_by_restriction",
    "who_is_held_is_claimed_by_nobody_until_released",
)
class ListsAll(MemoryQueue):
    async def queued(self, limit: int, deadline: Deadline, where: Where = None) -> Sequence[WaitingRecipient]:
        return await super().queued(limit, deadline)


@fault(
    Administering,
    "a_property_that_no_recipient_has_is_refused",
    "a_change_says_how_many_a_worker_had",
    "a_redirected_message_goes_to_somebody_else",
    "nobody_is_redirected_to_whom_the_message_was_refused",
    "nothing_is_purged_before_its_last_recipient_has_ended",
    "one_recipient_is_made_due_by_restriction",
    "the_depth_counts_by_state",
    "who_is_deleted_is_gone_without_a_report",
    "who_is_held_is_claimed_by_nobody_until_released",
    "who_is_redirected_to_somebody_who_has_it_gives_no_second_copy",
)
class ChangesAll(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        return await super().change(change, deadline)


@fault(Administering, "a_property_that_no_recipient_has_is_refused")
class FindsNobodyByAnyProperty(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        try:
            return await super().change(change, deadline, where)
        except UsageError:
            return Changed(0)


@fault(
    Administering,
    "a_message_is_followed_from_its_acceptance_to_its_end",
    "who_is_deleted_is_gone_without_a_report",
    "who_is_held_is_claimed_by_nobody_until_released",
)
class ReasonForgotten(Altered):
    def to_change(self, change: Change) -> Change:
        return attrs.evolve(change, reason="")


@fault(Administering, "a_release_leaves_those_that_wait_for_their_time")
class ReleaseRetries(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        count = await super().change(change, deadline, where)
        if change.kind is ChangeKind.RELEASE:
            await super().change(Change.retry(), deadline, where)
        return count


@fault(
    Administering,
    "nobody_is_redirected_to_whom_the_message_was_refused",
    "who_is_deleted_is_gone_without_a_report",
)
class DeletionIsReported(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        count = await super().change(change, deadline, where)
        if count and change.kind is ChangeKind.DELETE:
            await self.accept(Accept("report", None, (Recipient(ANN),), Content(LETTER)), deadline)
        return count


@fault(
    Administering,
    "a_redirected_message_goes_to_somebody_else",
    "nobody_is_redirected_to_whom_the_message_was_redirected_from",
    "nobody_is_redirected_to_whom_the_message_was_refused",
    "who_is_redirected_to_himself_keeps_his_mail",
    "who_is_redirected_to_somebody_who_has_it_gives_no_second_copy",
    "who_takes_a_place_asks_for_the_reports_that_were_asked_for",
)
class RedirectedAsNewMail(MemoryQueue):
    """Whoever gets it gets a message of its own, even if he has it."""

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        if change.to is None:
            return await super().change(change, deadline, where)
        count = await super().change(Change.delete(change.reason), deadline, where)
        if count:
            await self.accept(Accept("new", ANN, (change.to,), Content(LETTER)), deadline)
        return count


@fault(
    Administering,
    "all_of_a_great_many_are_redirected_once",
    "nobody_is_redirected_to_whom_the_message_was_redirected_from",
    "nobody_is_redirected_to_whom_the_message_was_refused",
    "who_is_redirected_to_himself_keeps_his_mail",
    "who_takes_a_place_asks_for_the_reports_that_were_asked_for",
)
class RedirectEndsWhoTookThePlace(MemoryQueue):
    """Another page of the same change finds whoever has the address by now."""

    def _is_led_to(self, to: Recipient, row: object) -> bool:
        return True

    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        count = await super().change(change, deadline, where)
        if change.to is None:
            return count
        return Changed(count + await super().change(change, deadline, where), count.passed_over)


@fault(
    Administering,
    "a_change_says_how_many_a_worker_had",
    "who_is_held_is_claimed_by_nobody_until_released",
    "whom_a_worker_has_is_left_to_it",
)
class ChangeTakesLeases(MemoryQueue):
    async def change(self, change: Change, deadline: Deadline, where: Where = None) -> Changed:
        for row in self._memory.rows.values():
            row.state = State.READY if row.state is State.LEASED else row.state
        return await super().change(change, deadline, where)


@fault(Telling, "retry_takes_no_lease_away")
class RetryTakesLeases(ChangeTakesLeases):
    """The same, as a retry shows it."""


@fault(Administering, "a_message_is_followed_from_its_acceptance_to_its_end")
class ReportsLeaveNoEvent(MemoryQueue):
    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        return [one for one in await super().track(track, deadline) if one.kind is not EventKind.REPORTED]


@fault(Administering, "events_are_found_by_address_and_from_a_place_on")
class TracksExactSpelling(MemoryQueue):
    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        found = await super().track(track, deadline)
        return [one for one in found if track.address in {"", one.address}]


@fault(Administering, "a_sender_is_found_by_every_form_of_his_address")
class TracksSpelledSenders(MemoryQueue):
    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        found = await super().track(track, deadline)
        return [one for one in found if track.sender.lower() in {"", one.sender.lower()}]


@fault(Administering, "events_are_found_by_the_sender")
class TracksEverySender(MemoryQueue):
    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        return await super().track(attrs.evolve(track, sender="") if track.address else track, deadline)


@fault(Administering, "events_are_found_by_address_and_from_a_place_on")
class TracksFromTheStart(MemoryQueue):
    async def track(self, track: Track, deadline: Deadline) -> Sequence[TrackingEvent]:
        return await super().track(attrs.evolve(track, after=0, since=None), deadline)


@fault(Administering, "a_lost_lease_leaves_no_event_but_its_own")
class LostLeaseIsTracked(MemoryQueue):
    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        for one in finished:
            for settlement in one.settlements:
                if settlement.queued in lost:
                    self._memory.tell(self._clock.now(), settlement.event, one.message)
        return lost


@fault(Administering, "the_depth_counts_by_state", "what_has_ended_takes_no_room")
class DepthCountsTheEnded(MemoryQueue):
    """Whoever has ended is ready, to it."""

    async def depth(self, deadline: Deadline) -> QueueDepth:
        depth = await super().depth(deadline)
        return attrs.evolve(depth, recipients={State.READY: len(self._memory.rows)})


@fault(
    Administering,
    "a_transfer_that_was_purged_is_new_again",
    "purged_messages_are_forgotten_and_others_are_not",
)
class PurgeForgetsOnlyEvents(MemoryQueue):
    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        rows, messages = self._memory.rows.copy(), self._memory.messages.copy()
        count = await super().purge(ended_before, deadline)
        self._memory.rows, self._memory.messages = rows, messages
        return count


@fault(Administering, "purged_messages_are_forgotten_and_others_are_not")
class PurgeKeepsEvents(MemoryQueue):
    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        events = self._memory.events
        count = await super().purge(ended_before, deadline)
        self._memory.events = events
        return count


@fault(
    Administering,
    "nothing_is_purged_before_its_last_recipient_has_ended",
    "purged_messages_are_forgotten_and_others_are_not",
)
class PurgeForgetsWhoWaits(MemoryQueue):
    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        for row in self._memory.rows.values():
            row.ended_at = row.message.accepted_at
        return await super().purge(ended_before, deadline)


@fault(Administering, "what_one_worker_notes_of_a_hop_the_other_reads")
class HopsStayDown(MemoryQueue):
    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        await super().note_links([one for one in notes if one.down_until is not None], deadline)


@fault(Administering, "what_one_worker_notes_of_a_hop_the_other_reads")
class NotesOfItsOwn(MemoryQueue):
    """What one worker notes the other does not see."""

    async def note_links(self, notes: Sequence[LinkNote], deadline: Deadline) -> None:
        self._memory = QueueMemory()
        await super().note_links(notes, deadline)


def _settlements(finished: Sequence[Finished]) -> list[Settlement]:
    return [settlement for one in finished for settlement in one.settlements]
