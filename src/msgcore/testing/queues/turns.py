"""Whose turn it is: grades of delivery, next hops, those that a worker ended over, and when to look again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import attrs
import pytest

from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.outcome import Accepted, Deferred, Outcome, Pending
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import (
    MOST_CRASHES,
    SUSPICIOUS,
    Accept,
    Claim,
    Finished,
    LinkNote,
    Settlement,
    State,
    WaitingRecipient,
)
from msgcore.mta.queue.restrict import QueueTransferId
from msgcore.runtime.abc import NEVER
from msgcore.spi.gateway import Content
from msgcore.testing.queues.desk import ANN, LEASE_SECONDS, LETTER, Desk, names, report_about, to
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Turns"]

ACCEPTED = Accepted(250)


async def bring(desk: Desk, name: str, request: DeliveryRequest = NO_REQUEST) -> None:
    await desk.queue.accept(Accept(name, ANN, to(name), Content(LETTER), request=request), NEVER)


async def wait_for(desk: Desk, hops: Mapping[str, str], seconds: float = 0) -> None:
    """Have recipients wait for hops, by name, each in a message of its own."""
    for name in hops:
        await bring(desk, name)
    due_at = desk.now() + timedelta(seconds=seconds)
    for claim in await desk.claim():
        hop = hops[claim.message.transfer_id]
        look_at = desk.now() + timedelta(hours=4)
        given = [Settlement(one, Pending(), due_at, hop=hop, look_at=look_at, is_try=False) for one in claim.recipients]
        await desk.queue.finish([Finished(claim.message, tuple(given))], NEVER)


async def let_leases_end(desk: Desk, times: int) -> None:
    """Claim whoever is first and never come back, so many times."""
    for _ in range(times):
        assert await desk.claim(limit=1)
        desk.clock.move(LEASE_SECONDS + 1)


class Turns(QueueSuite):
    def test_urgent_messages_go_first(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            for priority in (-1, 0, 4, None):
                await bring(desk, f"p{priority}", DeliveryRequest(priority=priority))
                desk.clock.move(1)
            return [names(await desk.claim(limit=1))[0] for _ in range(4)]

        assert run(story) == [["p4"], ["p0"], ["pNone"], ["p-1"]]

    def test_a_grade_says_how_long_a_message_is_tried(self, run: Run) -> None:
        async def story(desk: Desk) -> list[timedelta]:
            for priority in (1, 0, -1):
                await bring(desk, f"p{priority}", DeliveryRequest(priority=priority))
            claims = await desk.claim()
            return [claim.message.expires_at - claim.message.accepted_at for claim in claims]

        assert run(story) == [timedelta(days=2), timedelta(days=5), timedelta(days=10)]

    def test_a_sender_in_haste_shortens_the_time(self, run: Run) -> None:
        async def story(desk: Desk) -> timedelta:
            await bring(desk, "bob", DeliveryRequest(within_seconds=60))
            message = (await desk.claim_one()).message
            return message.expires_at - message.accepted_at

        assert run(story) == timedelta(seconds=60)

    def test_what_is_asked_for_comes_back_with_the_claim(self, run: Run) -> None:
        request = DeliveryRequest(envelope_id="e1", priority=3, require_tls=True, within_seconds=600)

        async def story(desk: Desk) -> DeliveryRequest:
            await bring(desk, "bob", request)
            return (await desk.claim_one()).message.request

        assert run(story) == request

    @pytest.mark.parametrize("is_until", [False, True])
    def test_a_message_that_is_held_back_leaves_when_its_sender_said(self, run: Run, is_until: bool) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            later = desk.now() + timedelta(seconds=60)
            request = DeliveryRequest(hold_until=later) if is_until else DeliveryRequest(hold_seconds=60)
            await bring(desk, "bob", request)
            desk.clock.move(55)
            before = names(await desk.claim())
            desk.clock.move(6)
            return [before, names(await desk.claim())]

        assert run(story) == [[], [["bob"]]]

    @pytest.mark.parametrize(
        "changes",
        [[Change.retry()], [Change.hold(), Change.release()], [Change.redirect("SMTP:bob2@b.test")]],
        ids=lambda changes: changes[-1].kind.value,
    )
    def test_whom_his_sender_holds_back_nobody_sends_sooner(self, run: Run, changes: Sequence[Change]) -> None:
        """As who has all tried again that waits, after an outage."""

        async def story(desk: Desk) -> list[int]:
            await bring(desk, "bob", DeliveryRequest(hold_seconds=600))
            for change in changes:
                await desk.queue.change(change, NEVER)
                await desk.queue.change(change, NEVER, QueueTransferId.equals("bob"))
            found = [len(await desk.claim())]
            desk.clock.move(601)
            return [*found, len(await desk.claim())]

        assert run(story) == [0, 1]

    def test_a_time_on_a_wrong_clock_is_no_reason_to_wait(self, run: Run) -> None:
        """A clock that was ten years ahead, and is set right, must not keep mail back for ten years."""

        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta(days=3_650))
            desk.clock.move(5)
            return names(await desk.claim())

        assert run(story) == [["bob"]]

    def test_who_takes_a_place_leaves_at_once_whatever_clock_the_message_came_by(self, run: Run) -> None:
        """The clocks of two machines are never the same."""

        async def story(desk: Desk) -> list[list[str]]:
            desk.clock.step(timedelta(hours=1))
            await desk.accept("list")
            claim = await desk.claim_one()
            desk.clock.step(-timedelta(hours=1))
            expanded = Settlement(claim.recipients[0], ACCEPTED, desk.now(), successors=to("bob"))
            await desk.queue.finish([Finished(claim.message, (expanded,))], NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob"]]

    def test_hops_take_turns(self, run: Run) -> None:
        """A hop with much mail keeps none of another back."""

        async def story(desk: Desk) -> set[str]:
            await wait_for(desk, {**{f"big{n}": "out big.test" for n in range(20)}, "small": "out small.test"})
            claims = await desk.claim(limit=4)
            return {name.rstrip("0123456789") for claim in names(claims) for name in claim}

        assert run(story) == {"big", "small"}

    def test_who_waits_for_a_hop_that_is_passed_over_stays(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await wait_for(desk, {"a": "out down.test", "b": "out down.test", "c": "out up.test"})
            passing = await desk.queue.claim(10, LEASE_SECONDS, NEVER, passing={"out down.test"})
            return [names(passing), sorted(names(await desk.claim()))]

        assert run(story) == [[["c"]], [["a"], ["b"]]]

    def test_giving_back_is_no_try(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, int]:
            await wait_for(desk, {"a": "out b.test"})
            [claim] = await desk.claim()
            return claim.recipients[0].tries, claim.recipients[0].crashes

        assert run(story) == (0, 0)

    def test_who_waits_for_a_hop_that_is_down_is_not_late(self, run: Run) -> None:
        """Else one dead host would look like a queue that is not worked, and stop what comes in."""

        async def story(desk: Desk) -> list[bool]:
            await wait_for(desk, {"a": "out down.test", "b": "out up.test"}, seconds=60)
            await desk.queue.note_links([LinkNote("out down.test", 1, 1, desk.now())], NEVER)
            found: list[bool] = []
            for _ in range(2):
                desk.clock.move(61)
                await desk.queue.claim(10, LEASE_SECONDS, NEVER, passing={"out down.test"})
                found.append((await desk.queue.depth(NEVER)).oldest_due_at is not None)
            await desk.queue.note_links([LinkNote("out down.test", 1)], NEVER)
            return [*found, (await desk.queue.depth(NEVER)).oldest_due_at is not None]

        assert run(story) == [False, False, True]

    def test_what_was_told_is_known_of_who_was_given_back(self, run: Run) -> None:
        """Else the notice of a delay would be made anew each time that its next hop is still down."""

        async def story(desk: Desk) -> frozenset[str]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            waits = Settlement(claim.recipients[0], Pending(), desk.now(), is_try=False)
            notice = report_about(claim, kind="delayed")
            await desk.queue.finish([Finished(claim.message, (waits,), (notice,))], NEVER)
            claims = await desk.claim()
            return next(claim.recipients[0].told for claim in claims if claim.message.transfer_id == "t1")

        assert run(story) == {"delayed"}

    def test_a_hop_that_is_up_again_makes_its_own_due(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await wait_for(desk, {"a": "out b.test", "b": "out b.test", "c": "out c.test"}, seconds=1_000)
            return await desk.queue.hurry("out b.test", NEVER), sorted(names(await desk.claim()))

        assert run(story) == (2, [["a"], ["b"]])

    def test_attempts_are_kept_by_connector(self, run: Run) -> None:
        async def story(desk: Desk) -> object:
            await desk.accept("bob")
            claim = await desk.claim_one()
            one = claim.recipients[0]
            failed = Settlement(one, Deferred(), desk.now(), attempts={"out": 2, "other": 1})
            await desk.queue.finish([Finished(claim.message, (failed,))], NEVER)
            return dict((await desk.claim_one()).recipients[0].attempts)

        assert run(story) == {"out": 2, "other": 1}

    # Those that workers ended over.

    def test_who_crashed_a_worker_is_claimed_alone(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await desk.accept("suspect", transfer_id="t0")
            await let_leases_end(desk, SUSPICIOUS)
            await desk.accept("a", "b", transfer_id="t1")
            return [names(await desk.claim()) for _ in range(2)]

        first, second = run(story)
        assert sorted([first, second]) == [[["a", "b"]], [["suspect"]]]

    def test_a_worker_that_has_others_in_hand_gets_no_suspect(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await desk.accept("suspect", transfer_id="t0")
            await let_leases_end(desk, SUSPICIOUS)
            await desk.accept("a", transfer_id="t1")
            others = await desk.queue.claim(10, LEASE_SECONDS, NEVER, takes_suspects=False)
            return [names(others), names(await desk.claim())]

        assert run(story) == [[["a"]], [["suspect"]]]

    def test_who_has_to_be_told_something_is_claimed_whatever_he_waits_for(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await wait_for(desk, {"a": "out down.test"})
            found: list[list[list[str]]] = []
            for hours in (1, 4):
                desk.clock.move(hours * 3_600)
                found.append(names(await desk.queue.claim(10, LEASE_SECONDS, NEVER, passing={"out down.test"})))
            return found

        assert run(story) == [[], [["a"]]]

    def test_who_has_to_be_told_something_is_claimed_before_he_is_due_and_only_once(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[list[str]]]:
            await wait_for(desk, {"a": "out closed.test"}, seconds=3 * 86_400)
            found: list[list[list[str]]] = []
            for hours in (3, 2, 1):
                desk.clock.move(hours * 3_600)
                claims = await desk.claim()
                found.append(names(claims))
                for claim in claims:
                    await desk.settle(claim, Deferred(451), after=timedelta(days=2))
            return found

        assert run(story) == [[], [["a"]], []]

    def test_who_is_to_be_looked_at_before_it_is_written_down_is_looked_at(self, run: Run) -> None:
        """A database that was busy must not lose the notice of a delay, or the end, until a connector opens."""

        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            claim = await desk.claim_one()
            look_at = desk.now() + timedelta(seconds=1)
            waits = Settlement(
                claim.recipients[0], Pending(), desk.now() + timedelta(days=30), look_at=look_at, is_try=False
            )
            desk.clock.move(2)
            await desk.queue.finish([Finished(claim.message, (waits,))], NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob"]]

    def test_why_nobody_tried_is_told_and_where_it_was_to_go(self, run: Run) -> None:
        async def story(desk: Desk) -> list[tuple[Outcome, str, str, str]]:
            await desk.accept("bob")
            found: list[tuple[Outcome, str, str, str]] = []
            for why, connector in (("closed", "out"), ("", "")):
                claim = await desk.claim_one()
                waits = Pending(text=why)
                one = Settlement(
                    claim.recipients[0], waits, desk.now(), connector, connector and "b.test", is_try=False
                )
                await desk.queue.finish([Finished(claim.message, (one,))], NEVER)
                [shown] = await desk.queue.queued(10, NEVER)
                found.append((shown.outcome, shown.reason, shown.connector, shown.next_hop))
            return found

        assert run(story) == [(Pending(), "closed", "out", "b.test"), (Pending(), "", "out", "b.test")]

    def test_who_crashed_too_many_workers_is_a_dead_letter(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[Sequence[Claim], WaitingRecipient, int]:
            await desk.accept("poison")
            await let_leases_end(desk, MOST_CRASHES)
            claims = await desk.claim()
            [waiting] = await desk.queue.queued(10, NEVER)
            return claims, waiting, await desk.queue.waiting(NEVER)

        claims, waiting, count = run(story)
        assert (claims, waiting.state, bool(waiting.reason), count) == ([], State.DEAD, True, 0)

    def test_a_dead_letter_that_is_released_is_tried_again(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[list[list[str]], int]:
            await desk.accept("poison")
            await let_leases_end(desk, MOST_CRASHES)
            await desk.claim()
            await desk.queue.change(Change.release(), NEVER)
            claim = await desk.claim_one()
            return names([claim]), claim.recipients[0].crashes

        assert run(story) == ([["poison"]], 0)

    def test_a_result_clears_the_suspicion(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            await desk.accept("bob")
            await let_leases_end(desk, MOST_CRASHES - 1)
            await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta())
            return (await desk.claim_one()).recipients[0].crashes

        assert run(story) == 0

    # Those who take somebody's place.

    def test_successors_take_their_place_in_the_same_message(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[list[list[str]], list[str]]:
            await desk.accept("list")
            claim = await desk.claim_one()
            expanded = Settlement(claim.recipients[0], ACCEPTED, desk.now(), successors=to("a", "b", "a"))
            await desk.queue.finish([Finished(claim.message, (expanded,))], NEVER)
            [again] = await desk.claim()
            return names([again]), [again.message.transfer_id, again.content.octets.decode()]

        assert run(story) == ([["a", "b"]], ["t1", LETTER.decode()])

    def test_the_trace_of_a_message_counts_for_nobody_who_took_a_place(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[object, ...]:
            letter = Accept("t1", ANN, to("list", "bob"), Content(LETTER), trace=("north", "mx 1"), arrived_by="line")
            await desk.queue.accept(letter, NEVER)
            claim = await desk.claim_one()
            group, bob = claim.recipients
            expanded = Settlement(group, ACCEPTED, desk.now(), successors=to("carol"))
            later = Settlement(bob, Deferred(451), desk.now())
            await desk.queue.finish([Finished(claim.message, (expanded, later))], NEVER)
            again = await desk.claim_one()
            took_a_place = {one.recipient.email_address: one.is_successor for one in again.recipients}
            return again.message.trace, again.message.arrived_by, took_a_place

        places = {"bob@b.test": False, "carol@b.test": True}
        assert run(story) == (("north", "mx 1"), "line", places)

    def test_who_is_named_and_in_a_list_as_well_gets_one_copy_whatever_his_roles(self, run: Run) -> None:
        """As whoever writes to bob, and puts a list that he is in, and another one, into Cc."""

        async def story(desk: Desk) -> list[str]:
            bob, carol, first, second = to("bob", "carol", "list1", "list2")
            first, second = (attrs.evolve(one, kind=RecipientKind.CC) for one in (first, second))
            await desk.queue.accept(Accept("t1", ANN, (bob, first, second), Content(LETTER)), NEVER)
            claim = await desk.claim_one()
            members = {
                2: (attrs.evolve(bob, kind=RecipientKind.CC), attrs.evolve(carol, kind=RecipientKind.CC)),
                3: (attrs.evolve(carol, kind=RecipientKind.BCC),),
            }
            settlements = tuple(
                Settlement(one, ACCEPTED, desk.now(), successors=members.get(place, ()))
                for place, one in enumerate(claim.recipients, 1)
            )
            await desk.queue.finish([Finished(claim.message, settlements)], NEVER)
            return sorted(name for some in names(await desk.claim()) for name in some)

        assert run(story) == ["carol"]

    def test_successors_that_were_there_already_get_no_second_copy(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("a", "list")
            claim = await desk.claim_one()
            member, group = claim.recipients
            done = [
                Settlement(member, ACCEPTED, desk.now()),
                Settlement(group, ACCEPTED, desk.now(), successors=to("a", "b")),
            ]
            await desk.queue.finish([Finished(claim.message, tuple(done))], NEVER)
            return names(await desk.claim())

        assert run(story) == [["b"]]

    def test_what_a_lost_lease_expanded_is_not_taken(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("list")
            stale = await desk.claim_one()
            desk.clock.move(LEASE_SECONDS + 1)
            current = await desk.claim_one()
            late = Settlement(stale.recipients[0], ACCEPTED, desk.now(), successors=to("a"))
            await desk.queue.finish([Finished(stale.message, (late,))], NEVER)
            await desk.settle(current, ACCEPTED)
            return names(await desk.claim())

        assert run(story) == []

    def test_one_address_spelled_in_two_ways_is_one_recipient(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            [bob] = to("bob")
            loud = attrs.evolve(bob, address=attrs.evolve(bob.address, email_address="Bob@B.TEST"))
            both: tuple[Recipient, ...] = (bob, loud)
            await desk.queue.accept(Accept("t1", ANN, both, Content(LETTER)), NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob"]]
