"""Writing what became of recipients, with their reports, as long as the lease was not lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from msgcore.errors import TimedOut
from msgcore.model.address import Address
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.contract import Finished, QueuedRecipient, Settlement
from msgcore.runtime.abc import NEVER
from msgcore.testing.queues.desk import ANN, LEASE_SECONDS, Desk, names, report_about, to
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Finishing"]


class Finishing(QueueSuite):
    @pytest.mark.parametrize("outcome", [Accepted(250), Delivered(250), Refused(550), Unknown()], ids=str)
    def test_a_final_outcome_ends_the_recipient(self, run: Run, outcome: Outcome) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), outcome)
            desk.clock.move(timedelta(days=30).total_seconds())
            return await desk.queue.waiting(NEVER), names(await desk.claim())

        assert run(story) == (0, [])

    def test_a_deferred_recipient_waits_until_it_is_due(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta(seconds=60))
            desk.clock.move(50)
            before = names(await desk.claim())
            desk.clock.move(11)
            return [before, names(await desk.claim())]

        assert run(story) == [[], [["bob"]]]

    def test_tries_are_counted(self, run: Run) -> None:
        async def story(desk: Desk) -> list[int]:
            await desk.accept("bob")
            tries: list[int] = []
            for _ in range(3):
                claim = await desk.claim_one()
                tries.append(claim.recipients[0].tries)
                await desk.settle(claim, Deferred(451), after=timedelta())
            return tries

        assert run(story) == [0, 1, 2]

    def test_a_deferred_recipient_keeps_its_place_when_others_have_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol")
            claim = await desk.claim_one()
            outcomes = (Delivered(250), Deferred(451))
            settlements = [
                Settlement(one, outcome, desk.now()) for one, outcome in zip(claim.recipients, outcomes, strict=True)
            ]
            await desk.queue.finish([Finished(claim.message, tuple(settlements))], NEVER)
            return names(await desk.claim())

        assert run(story) == [["carol"]]

    def test_a_lost_lease_is_told(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[Sequence[QueuedRecipient], tuple[QueuedRecipient, ...]]:
            await desk.accept("bob")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.other.claim(100, LEASE_SECONDS, NEVER)
            return await desk.settle(stale, Delivered(250)), stale.recipients

        lost, claimed = run(story)
        assert tuple(lost) == claimed

    def test_a_lost_lease_changes_nothing(self, run: Run) -> None:
        async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
            await desk.accept("bob")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.other.claim(100, LEASE_SECONDS, NEVER)
            await desk.settle(stale, Refused(550))
            return await desk.outcomes()

        assert set(map(type, run(story).values())) == {Pending}

    def test_the_new_holder_finishes_after_the_old_one_came_too_late(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[Sequence[QueuedRecipient], Mapping[Recipient, Outcome]]:
            await desk.accept("bob")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            claim = await desk.claim_one()
            await desk.settle(stale, Refused(550))
            return await desk.settle(claim, Delivered(250)), await desk.outcomes()

        assert run(story) == ([], dict.fromkeys(to("bob"), Delivered(250)))

    def test_a_late_finish_counts_when_nobody_else_has_claimed(self, run: Run) -> None:
        async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.settle(claim, Delivered(250))
            return await desk.outcomes()

        assert run(story) == dict.fromkeys(to("bob"), Delivered(250))

    @pytest.mark.parametrize("outcome", [Delivered(250), Deferred(451)], ids=str)
    def test_to_finish_twice_is_a_lost_lease(self, run: Run, outcome: Outcome) -> None:
        async def story(desk: Desk) -> list[int]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            return [len(await desk.settle(claim, outcome)) for _ in range(2)]

        assert run(story) == [0, 1]

    def test_what_is_lost_of_one_claim_leaves_the_rest_alone(self, run: Run) -> None:
        async def story(desk: Desk) -> list[Outcome]:
            await desk.accept("bob", "carol")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.other.claim(1, LEASE_SECONDS, NEVER)
            await desk.settle(stale, Delivered(250))
            return list((await desk.outcomes()).values())

        assert run(story) == [Pending(), Delivered(250)]

    def test_nothing_is_finished_after_the_deadline(self, run: Run) -> None:
        async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            settlements = [Settlement(one, Delivered(250), desk.now()) for one in claim.recipients]
            with pytest.raises(TimedOut):
                await desk.queue.finish([Finished(claim.message, tuple(settlements))], desk.runtime.deadline(0))
            return await desk.outcomes()

        assert run(story) == dict.fromkeys(to("bob"), Pending())

    # Reports.

    def test_a_report_comes_in_with_the_end_of_its_recipient(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[Address | None, list[Recipient]]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            await desk.settle(claim, Refused(550), reports=[report_about(claim)])
            report = await desk.claim_one()
            return report.message.sender, [one.recipient for one in report.recipients]

        assert run(story) == (None, [Recipient(ANN)])

    def test_a_report_comes_in_once_when_its_end_is_written_twice(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob")
            claim = await desk.claim_one()
            for transfer_id in ("t1/report", "t1/again"):
                reports = [report_about(claim, transfer_id=transfer_id)]
                await desk.settle(claim, Refused(550), reports=reports)
            return await desk.queue.waiting(NEVER)

        assert run(story) == 1

    def test_whoever_lost_the_lease_reports_nothing(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.other.claim(100, LEASE_SECONDS, NEVER)
            await desk.settle(stale, Refused(550), reports=[report_about(stale)])
            return names(await desk.claim())

        assert run(story) == []

    def test_a_report_of_another_kind_is_no_second_one(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            delayed = report_about(claim, kind="delayed", transfer_id="t1/delayed")
            await desk.settle(claim, Deferred(451), reports=[delayed], after=timedelta())
            claim = next(one for one in await desk.claim() if one.message.transfer_id == "t1")
            await desk.settle(claim, Refused(550), reports=[report_about(claim)])
            return names(await desk.claim())

        assert run(story) == [["ann"]]
