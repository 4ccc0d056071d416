"""Leasing recipients: to one worker at a time, who has waited longest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from msgcore.errors import TimedOut
from msgcore.model.outcome import Deferred
from msgcore.mta.queue.contract import Claim, QueueStore
from msgcore.runtime.abc import NEVER
from msgcore.testing.modes import gather
from msgcore.testing.queues.desk import LEASE_SECONDS, Desk, names
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Claiming"]


class Claiming(QueueSuite):
    def test_an_empty_queue_gives_no_claim(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            return names(await desk.claim())

        assert run(story) == []

    def test_recipients_are_claimed_by_message(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol", transfer_id="t1")
            await desk.accept("bob", "dave", transfer_id="t2")
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"], ["bob", "dave"]]

    def test_the_limit_counts_recipients(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await desk.accept("a", "b", "c", transfer_id="t1")
            await desk.accept("d", "e", transfer_id="t2")
            return [names(await desk.claim(limit=2)) for _ in range(4)]

        assert run(story) == [[["a", "b"]], [["c"], ["d"]], [["e"]], []]

    def test_who_has_waited_longest_goes_first(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            for name in ("c", "a", "b"):
                await desk.accept(name, transfer_id=name)
                desk.clock.move(1)
            return [names(await desk.claim(limit=1)) for _ in range(3)]

        assert run(story) == [[["c"]], [["a"]], [["b"]]]

    def test_a_retry_that_is_due_goes_behind_what_has_waited_longer(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("retried", transfer_id="t1")
            await desk.settle(await desk.claim_one(), Deferred(), after=timedelta(seconds=20))
            await desk.accept("new", transfer_id="t2")
            desk.clock.move(30)
            return names(await desk.claim())

        assert run(story) == [["new"], ["retried"]]

    def test_a_claimed_recipient_is_free_for_nobody(self, run: Run) -> None:
        async def story(desk: Desk) -> list[Sequence[Claim]]:
            await desk.accept("bob")
            await desk.claim()
            return [await queue.claim(100, LEASE_SECONDS, NEVER) for queue in (desk.queue, desk.other)]

        assert run(story) == [[], []]

    def test_workers_that_claim_at_the_same_time_share_nothing(self, run: Run) -> None:
        async def story(desk: Desk) -> list[int]:
            for n in range(5):
                await desk.accept(*(f"r{n}-{m}" for m in range(8)), transfer_id=f"t{n}")
            claimed: list[int] = []

            async def worker(queue: QueueStore) -> None:
                while len(claimed) <= 40 and (claims := await queue.claim(3, LEASE_SECONDS, NEVER)):
                    claimed.extend(one.number for claim in claims for one in claim.recipients)

            await gather(desk.runtime, *(worker(queue) for queue in (desk.queue, desk.other) * 2))
            return claimed

        claimed = run(story)
        assert (len(claimed), len(set(claimed))) == (40, 40)

    def test_a_lease_ends_by_itself(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await desk.accept("bob")
            await desk.claim(lease_seconds=60)
            desk.clock.move(50)
            before = names(await desk.other.claim(100, LEASE_SECONDS, NEVER))
            desk.clock.move(11)
            return [before, names(await desk.other.claim(100, LEASE_SECONDS, NEVER))]

        assert run(story) == [[], [["bob"]]]

    def test_every_claim_raises_the_token(self, run: Run) -> None:
        async def story(desk: Desk) -> list[int]:
            await desk.accept("bob")
            tokens: list[int] = []
            for _ in range(3):
                claim = await desk.claim_one()
                tokens.append(claim.recipients[0].token)
                desk.clock.move(LEASE_SECONDS + 1)
            return tokens

        tokens = run(story)
        assert tokens == sorted(set(tokens))

    def test_nothing_is_claimed_after_the_deadline(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            with pytest.raises(TimedOut):
                await desk.queue.claim(100, LEASE_SECONDS, desk.runtime.deadline(0))
            return names(await desk.claim())

        assert run(story) == [["bob"]]
