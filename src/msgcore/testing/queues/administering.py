"""What an administrator sees and does: changes by restriction, tracking, how full the queue is, forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest

from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.delivery import Notify
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import Accept, LinkNote, QueueDepth, State, WaitingRecipient, Where
from msgcore.mta.queue.restrict import QueueState
from msgcore.mta.queue.tracking import EventKind, Track, TrackingEvent
from msgcore.props.table import PidTagBody, PidTagEmailAddress, PidTagMessageSize, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi.gateway import Content
from msgcore.testing.queues.desk import ANN, LETTER, Desk, names, report_about, to
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Administering"]

BOB = PidTagEmailAddress.equals("bob@b.test")
NOT_BOB = ~BOB


async def bring(desk: Desk) -> None:
    """Take in one message for bob and carol, and one for dave."""
    await desk.accept("bob", "carol", transfer_id="t1")
    await desk.queue.accept(Accept("t2", ANN, to("dave"), Content(LETTER * 10), "<2@a.test>", "other"), NEVER)


class Administering(QueueSuite):
    @pytest.mark.parametrize(
        ("where", "found"),
        [
            (None, ["bob", "carol", "dave"]),
            (BOB, ["bob"]),
            (PidTagSubject.contains("HELLO", ignore_case=True), ["bob", "carol"]),
            (PidTagMessageSize > len(LETTER), ["dave"]),
            (~BOB & (PidTagSubject.equals("hello")), ["carol"]),
            (QueueState.equals("held"), []),
            ('recipient = "bob@b.test" or size > 1kb or tries > 0', ["bob"]),
            ('state = "ready" and subject:contains("hello") and not recipient:starts_with("bob")', ["carol"]),
        ],
        ids=str,
    )
    def test_recipients_are_found_by_restriction(self, run: Run, where: Where, found: list[str]) -> None:
        async def story(desk: Desk) -> list[str]:
            await bring(desk)
            return sorted(_names(await desk.queue.queued(10, NEVER, where)))

        assert run(story) == found

    def test_a_property_that_no_recipient_has_is_refused(self, run: Run) -> None:
        async def story(desk: Desk) -> None:
            with pytest.raises(UsageError, match="PidTagBody"):
                await desk.queue.queued(10, NEVER, PidTagBody.contains("x"))
            with pytest.raises(UsageError, match="PidTagBody"):
                await desk.queue.change(Change.hold(), NEVER, PidTagBody.contains("x"))
            with pytest.raises(UsageError, match="PidTagBody"):
                await desk.queue.change(Change.hold(), NEVER, 'body:contains("x")')

        run(story)

    # Changes.

    def test_who_is_held_is_claimed_by_nobody_until_released(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]], str, int, list[list[str]]]:
            await bring(desk)
            held = await desk.queue.change(Change.hold("a court order"), NEVER, BOB)
            others = names(await desk.claim())
            [waiting] = await desk.queue.queued(10, NEVER, QueueState.equals("held"))
            released = await desk.queue.change(Change.release(), NEVER)
            return held, others, waiting.reason, released, names(await desk.claim())

        assert run(story) == (1, [["carol"], ["dave"]], "a court order", 1, [["bob"]])

    def test_a_release_leaves_those_that_wait_for_their_time(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Deferred(451))
            await desk.queue.change(Change.release(), NEVER)
            return names(await desk.claim())

        assert run(story) == []

    def test_one_recipient_is_made_due_by_restriction(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept("bob", "carol")
            await desk.settle(await desk.claim_one(), Deferred(451))
            return await desk.queue.change(Change.retry(), NEVER, BOB), names(await desk.claim())

        assert run(story) == (1, [["bob"]])

    def test_who_is_deleted_is_gone_without_a_report(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]], list[Outcome]]:
            await bring(desk)
            count = await desk.queue.change(Change.delete("spam"), NEVER, PidTagSubject.equals("hello"))
            return count, names(await desk.claim()), list((await desk.outcomes()).values())

        count, left, outcomes = run(story)
        assert (count, left) == (2, [["dave"]])
        assert all(isinstance(one, Refused) and "spam" in one.text for one in outcomes)

    @pytest.mark.parametrize("change", [Change.hold(), Change.delete(), Change.redirect("SMTP:bob@b.test")])
    def test_a_change_says_how_many_a_worker_had(self, run: Run, change: Change) -> None:
        """Nobody is told anything else of them: what was to be held or deleted may be delivered just now."""

        async def story(desk: Desk) -> list[tuple[int, int]]:
            await desk.accept("carol", "dave")
            await desk.claim()
            await desk.accept("bob", "erin", transfer_id="t2")
            changes = [change, Change.release(), Change.retry()]
            done = [await desk.queue.change(one, NEVER, NOT_BOB) for one in changes]
            return [(one, one.passed_over) for one in done]

        changed, *others = run(story)
        assert changed == (1, 2)
        assert [left for _, left in others] == [0, 0]

    def test_a_redirected_message_goes_to_somebody_else(self, run: Run) -> None:
        eve = Recipient(Address("SMTP", "eve@b.test"))

        async def story(desk: Desk) -> tuple[int, list[list[str]], list[type[Outcome]]]:
            await bring(desk)
            count = await desk.queue.change(Change.redirect(eve, "bob has left"), NEVER, BOB)
            claims = await desk.claim()
            return count, names(claims), [type(one) for one in (await desk.outcomes()).values()][:1]

        assert run(story) == (1, [["carol", "eve"], ["dave"]], [Accepted])

    def test_who_is_redirected_to_somebody_who_has_it_gives_no_second_copy(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await bring(desk)
            [carol] = to("carol")
            await desk.queue.change(Change.redirect(carol), NEVER, BOB)
            return names(await desk.claim())

        assert run(story) == [["carol"], ["dave"]]

    def test_who_is_redirected_to_himself_keeps_his_mail(self, run: Run) -> None:
        """As whoever redirects all that waits, and does so again."""

        async def story(desk: Desk) -> tuple[Sequence[int], list[list[str]]]:
            await bring(desk)
            counts = [await desk.queue.change(Change.redirect("SMTP:Eve@B.test"), NEVER) for _ in range(2)]
            return counts, names(await desk.claim())

        assert run(story) == ([3, 0], [["Eve"], ["Eve"]])

    def test_all_of_a_great_many_are_redirected_once(self, run: Run) -> None:
        """Those who took a place are found by the next page of the same change."""
        many = [f"bob{number}" for number in range(1_001)]

        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept(*many)
            count = await desk.queue.change(Change.redirect("SMTP:eve@b.test"), NEVER)
            return count, names(await desk.claim())

        assert run(story) == (1_001, [["eve"]])

    def test_nobody_is_redirected_to_whom_the_message_was_refused(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await bring(desk)
            await desk.queue.change(Change.delete(), NEVER, BOB)
            count = await desk.queue.change(Change.redirect("SMTP:bob@b.test"), NEVER)
            return count, names(await desk.claim())

        assert run(story) == (1, [["carol"], ["bob"]])

    def test_nobody_is_redirected_to_whom_the_message_was_redirected_from(self, run: Run) -> None:
        """As whoever takes a redirect back: nobody would have the message any more."""

        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept("bob")
            await desk.queue.change(Change.redirect("SMTP:eve@b.test"), NEVER)
            count = await desk.queue.change(Change.redirect("SMTP:bob@b.test"), NEVER)
            return count, names(await desk.claim())

        assert run(story) == (0, [["eve"]])

    def test_who_takes_a_place_asks_for_the_reports_that_were_asked_for(self, run: Run) -> None:
        one = attrs.evolve(to("bob")[0], notify=Notify.SUCCESS)

        async def story(desk: Desk) -> Recipient:
            await desk.queue.accept(Accept("t1", ANN, (one,), Content(LETTER)), NEVER)
            await desk.queue.change(Change.redirect("SMTP:eve@b.test"), NEVER)
            return (await desk.claim_one()).recipients[0].recipient

        found = run(story)
        assert (found.email_address, found.notify, found.original) == ("eve@b.test", Notify.SUCCESS, one.address)

    @pytest.mark.parametrize(
        "change", [Change.hold(), Change.delete(), Change.redirect(Recipient(ANN))], ids=lambda one: one.kind.value
    )
    def test_whom_a_worker_has_is_left_to_it(self, run: Run, change: Change) -> None:
        async def story(desk: Desk) -> tuple[int, Sequence[object], list[Outcome]]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            changed = await desk.queue.change(change, NEVER)
            lost = await desk.settle(claim, Delivered(250))
            return changed, lost, list((await desk.outcomes()).values())

        assert run(story) == (0, [], [Delivered(250)])

    # Tracking.

    def test_a_message_is_followed_from_its_acceptance_to_its_end(self, run: Run) -> None:
        async def story(desk: Desk) -> Sequence[TrackingEvent]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Deferred(451, text="busy"), after=timedelta())
            await desk.queue.change(Change.hold("look"), NEVER)
            await desk.queue.change(Change.release(), NEVER)
            claim = await desk.claim_one()
            await desk.settle(claim, Refused(550, text="no"), reports=[report_about(claim)])
            return await desk.queue.track(Track(message_id="<1@a.test>"), NEVER)

        events = run(story)
        assert [(one.kind, one.address, one.text) for one in events] == [
            (EventKind.ACCEPTED, "", ""),
            (EventKind.DEFERRED, "SMTP:bob@b.test", "451 busy"),
            (EventKind.HELD, "SMTP:bob@b.test", "look"),
            (EventKind.RELEASED, "SMTP:bob@b.test", ""),
            (EventKind.REFUSED, "SMTP:bob@b.test", "550 no"),
            (EventKind.REPORTED, "SMTP:bob@b.test", "failed"),
        ]
        assert all(one.transfer_id == "t1" for one in events)

    def test_events_are_found_by_address_and_from_a_place_on(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await bring(desk)
            for claim in await desk.claim():
                await desk.settle(claim, Delivered(250))
            mine = await desk.queue.track(Track(address="SMTP:Bob@b.test"), NEVER)
            all_of_it = await desk.queue.track(Track(transfer_id="t1"), NEVER)
            rest = await desk.queue.track(Track(transfer_id="t1", after=all_of_it[0].number, limit=1), NEVER)
            late = await desk.queue.track(Track(transfer_id="t1", since=desk.now() + timedelta(days=1)), NEVER)
            return [[one.kind.value for one in some] for some in (mine, all_of_it, rest, late)]

        assert run(story) == [["delivered"], ["accepted", "delivered", "delivered"], ["delivered"], []]

    def test_events_are_found_by_the_sender(self, run: Run) -> None:
        async def story(desk: Desk) -> list[Sequence[TrackingEvent]]:
            await desk.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER)), NEVER)
            await desk.queue.accept(Accept("t2", None, to("bob"), Content(LETTER)), NEVER)
            for claim in await desk.claim():
                await desk.settle(claim, Delivered(250))
            asked = (Track(sender=ANN.typed.upper()), Track(sender=ANN.typed, address="SMTP:bob@b.test"))
            return [await desk.queue.track(one, NEVER) for one in (*asked, Track(sender="SMTP:x@a.test"))]

        told = [[(one.kind.value, one.sender, one.transfer_id) for one in some] for some in run(story)]
        accepted, delivered = ("accepted", ANN.typed, "t1"), ("delivered", ANN.typed, "t1")
        assert told == [[accepted, delivered], [delivered], []]

    def test_a_sender_is_found_by_every_form_of_his_address(self, run: Run) -> None:
        """As a recipient is: without regard to case, and by both forms of an international domain."""
        sender, long = Address("SMTP", "Änn@Bücher.test"), "".join(str(number) for number in range(2_000))

        async def story(desk: Desk) -> list[int]:
            await desk.accept("bob", sender=sender)
            await desk.accept("bob", transfer_id="t2", sender=Address("X400", long))
            asked = ("SMTP:änn@bücher.test", "SMTP:ÄNN@xn--bcher-kva.test.", "SMTP:ann@bücher.test", f"X400:{long}")
            return [len(await desk.queue.track(Track(sender=one), NEVER)) for one in asked]

        assert run(story) == [1, 1, 0, 1]

    def test_a_lost_lease_leaves_no_event_but_its_own(self, run: Run) -> None:
        async def story(desk: Desk) -> list[str]:
            await desk.accept("bob")
            stale = await desk.claim_one()
            desk.clock.move(601)
            await desk.claim()
            await desk.settle(stale, Delivered(250))
            return [one.kind.value for one in await desk.queue.track(Track(transfer_id="t1"), NEVER)]

        assert run(story) == ["accepted", "crashed"]

    # How full it is.

    def test_the_depth_counts_by_state(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[QueueDepth, bool]:
            await bring(desk)
            await desk.queue.change(Change.hold(), NEVER, BOB)
            await desk.claim(limit=1)
            depth = await desk.queue.depth(NEVER)
            return depth, depth.oldest_due_at is not None

        depth, is_late = run(story)
        found = {state: count for state, count in depth.recipients.items() if count}
        assert (found, depth.waiting, is_late) == ({State.READY: 1, State.LEASED: 1, State.HELD: 1}, 3, True)

    def test_what_has_ended_takes_no_room(self, run: Run) -> None:
        async def story(desk: Desk) -> QueueDepth:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            return await desk.queue.depth(NEVER)

        depth = run(story)
        assert (depth.waiting, depth.oldest_due_at) == (0, None)

    # Forgetting.

    def test_purged_messages_are_forgotten_and_others_are_not(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, int, int, list[list[str]]]:
            await bring(desk)
            first, second = await desk.claim()
            await desk.settle(first, Refused(550), reports=[report_about(first)])
            await desk.settle(second, Deferred(451))
            desk.clock.move(3_600)
            gone = await desk.queue.purge(desk.now(), NEVER)
            events = await desk.queue.track(Track(transfer_id="t1"), NEVER)
            return gone, len(await desk.outcomes()), len(events), sorted(names(await desk.claim()))

        assert run(story) == (1, 0, 0, [["ann"], ["dave"]])

    def test_nothing_is_purged_before_its_last_recipient_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob", "carol")
            await desk.queue.change(Change.hold(), NEVER, BOB)
            await desk.settle(await desk.claim_one(), Delivered(250))
            desk.clock.move(3_600)
            return await desk.queue.purge(desk.now(), NEVER)

        assert run(story) == 0

    def test_a_transfer_that_was_purged_is_new_again(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            desk.clock.move(3_600)
            await desk.queue.purge(desk.now(), NEVER)
            await desk.accept("bob")
            return names(await desk.claim())

        assert run(story) == [["bob"]]

    # What workers know of next hops.

    def test_what_one_worker_notes_of_a_hop_the_other_reads(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[list[LinkNote], list[LinkNote]]:
            until = desk.now().replace(microsecond=0)
            first, second, third = (LinkNote(f"out {name}.test", 5, 2, until) for name in "bcd")
            await desk.queue.note_links([first, second, third], NEVER)
            later = attrs.evolve(second, failures=3)
            await desk.queue.note_links([LinkNote(first.hop, 1), later], NEVER)
            return sorted(await desk.other.links(NEVER), key=lambda one: one.hop), [later, third]

        found, expected = run(story)
        assert found == expected


def _names(waiting: Sequence[WaitingRecipient]) -> list[str]:
    return [one.recipient.email_address.partition("@")[0] for one in waiting]
