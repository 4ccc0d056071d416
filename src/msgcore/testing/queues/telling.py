"""What a queue says of the recipients in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta

import attrs

from msgcore.model.outcome import Deferred, Delivered, Outcome, Pending, Refused
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import Accept
from msgcore.runtime.abc import NEVER
from msgcore.spi.gateway import Content
from msgcore.testing.loopwatch import watch_loop
from msgcore.testing.queues.desk import ANN, LEASE_SECONDS, LETTER, Desk, names, report_about, to
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Telling"]


class Telling(QueueSuite):
    def test_a_transfer_that_nobody_brought_has_no_outcomes(self, run: Run) -> None:
        assert run(lambda desk: desk.outcomes("t9")) == {}

    def test_a_recipient_that_was_not_tried_is_pending(self, run: Run) -> None:
        async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
            await desk.accept("bob")
            return await desk.outcomes()

        assert run(story) == dict.fromkeys(to("bob"), Pending())

    def test_an_outcome_is_kept_whole(self, run: Run) -> None:
        outcome = Refused(550, "5.1.1", "niemand hört", "RCPT", "the certificate was not verified")

        async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), outcome)
            return await desk.outcomes()

        [found] = run(story).values()
        assert attrs.astuple(found, recurse=False) == attrs.astuple(outcome, recurse=False)

    def test_text_that_no_database_holds_does_not_keep_a_recipient_from_ending(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Refused(550, text="no \udcff\0", stage="\udc80", note="\udc81"))
            return await desk.queue.waiting(NEVER)

        assert run(story) == 0

    def test_a_subject_that_no_database_holds_does_not_keep_a_message_out(self, run: Run) -> None:
        accept = Accept("t1", ANN, to("bob"), Content(LETTER), "<\udcff@a.test>", "hello \udcff")

        async def story(desk: Desk) -> list[list[str]]:
            await desk.queue.accept(accept, NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob"]]

    def test_waiting_counts_the_recipients_that_have_not_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("delivered", transfer_id="t1")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("deferred", transfer_id="t2")
            await desk.settle(await desk.claim_one(), Deferred(451))
            await desk.accept("claimed", transfer_id="t3")
            await desk.claim()
            await desk.accept("new", transfer_id="t4")
            return await desk.queue.waiting(NEVER)

        assert run(story) == 3

    def test_retry_ends_every_wait(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol")
            await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta(days=1))
            await desk.queue.change(Change.retry(), NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_retry_takes_no_lease_away(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.claim()
            await desk.queue.change(Change.retry(), NEVER)
            return names(await desk.other.claim(100, LEASE_SECONDS, NEVER))

        assert run(story) == []

    def test_retry_opens_nobody_who_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Refused(550), after=timedelta(days=1))
            await desk.queue.change(Change.retry(), NEVER)
            return names(await desk.claim())

        assert run(story) == []

    def test_times_stay_in_utc(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[object, object]:
            await desk.accept("bob")
            message = (await desk.claim_one()).message
            return message.accepted_at.tzinfo, message.expires_at.tzinfo

        assert run(story) == (UTC, UTC)

    # The list for a person.

    def test_the_list_has_whoever_has_not_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> list[str]:
            await desk.accept("delivered", transfer_id="t1")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("deferred", transfer_id="t2")
            await desk.settle(await desk.claim_one(), Deferred(451))
            await desk.accept("new", transfer_id="t3")
            return sorted(one.recipient.email_address for one in await desk.queue.queued(100, NEVER))

        assert run(story) == ["deferred@b.test", "new@b.test"]

    def test_the_list_says_what_came_of_the_last_try(self, run: Run) -> None:
        async def story(desk: Desk) -> list[tuple[str, int, Outcome]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Deferred(451))
            return [(one.subject, one.tries, one.outcome) for one in await desk.queue.queued(100, NEVER)]

        assert run(story) == [("hello", 1, Deferred(451))]

    def test_the_list_has_those_due_first_at_the_front(self, run: Run) -> None:
        async def story(desk: Desk) -> list[str]:
            for name, minutes in (("late", 30), ("soon", 10), ("later", 60)):
                await desk.accept(name, transfer_id=name)
                await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta(minutes=minutes))
            return [one.recipient.email_address.partition("@")[0] for one in await desk.queue.queued(100, NEVER)]

        assert run(story) == ["soon", "late", "later"]

    def test_the_list_is_no_longer_than_asked_for(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob", "carol", "dave")
            return len(await desk.queue.queued(2, NEVER))

        assert run(story) == 2

    # The event loop.

    def test_nothing_blocks_the_event_loop(self, run_on_loop: Run) -> None:
        async def story(desk: Desk) -> None:
            await desk.accept("bob", "carol")
            claim = await desk.claim_one()
            await desk.settle(claim, Refused(550), reports=[report_about(claim)])
            await desk.queue.change(Change.retry(), NEVER)
            await desk.outcomes()
            await desk.queue.queued(100, NEVER)
            await desk.queue.waiting(NEVER)

        with watch_loop() as seen:
            run_on_loop(story)
        assert [str(one) for one in seen] == []
