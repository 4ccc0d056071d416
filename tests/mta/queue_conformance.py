"""What every queue keeps: derive a class from :class:`QueueConformance` and say how your queue is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import attrs
import pytest

from msgcore.errors import TimedOut
from msgcore.model import Accepted, Address, Deferred, Delivered, Outcome, Pending, Recipient, Refused, Unknown
from msgcore.model.recipient import RecipientKind
from msgcore.mta.queue import Accept, Claim, NewReport, QueuedRecipient, QueueStore, Settlement
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call, gather

__all__ = ["ANN", "LEASE_SECONDS", "LETTER", "NOON", "Desk", "QueueConformance", "Run", "to"]

T = TypeVar("T")

ANN = Address("SMTP", "ann@a.test", "Ann Alm")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LETTER = b"Subject: hello\r\n\r\nhello\r\n"
LEASE_SECONDS = 600.0
SOON = timedelta(minutes=5)


def to(*names: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(Address("SMTP", f"{name}@b.test")) for name in names)


@attrs.frozen
class Desk:
    """Two workers at one queue, each with a queue object of its own, and the clock that both read."""

    queue: QueueStore
    other: QueueStore
    clock: ManualClock
    runtime: Runtime

    def now(self) -> datetime:
        return self.runtime.now()

    async def accept(
        self,
        *names: str,
        transfer_id: str = "t1",
        octets: bytes = LETTER,
        sender: Address | None = ANN,
        kind: RecipientKind = RecipientKind.TO,
    ) -> bytes:
        recipients = tuple(attrs.evolve(one, kind=kind) for one in to(*names))
        accept = Accept(transfer_id, sender, recipients, Content(octets), "<1@a.test>", "hello")
        return await self.queue.accept(accept, NEVER)

    async def claim(self, limit: int = 100, lease_seconds: float = LEASE_SECONDS) -> Sequence[Claim]:
        return await self.queue.claim(limit, lease_seconds, NEVER)

    async def claim_one(self) -> Claim:
        [claim] = await self.claim()
        return claim

    async def settle(
        self, claim: Claim, outcome: Outcome, *, after: timedelta = SOON, reports: Sequence[NewReport] = ()
    ) -> Sequence[QueuedRecipient]:
        """Give every recipient of a claim the same outcome."""
        due_at = self.now() + after
        settlements = [Settlement(queued, outcome, due_at) for queued in claim.recipients]
        return await self.queue.finish(claim.message, settlements, reports, NEVER)

    async def outcomes(self, transfer_id: str = "t1") -> Mapping[Recipient, Outcome]:
        return await self.queue.outcomes(transfer_id, NEVER)


def report_about(claim: Claim, *, kind: str = "failed", transfer_id: str = "t1/report") -> NewReport:
    accept = Accept(transfer_id, None, (Recipient(ANN),), Content(b"Subject: Undeliverable\r\n\r\n"))
    return NewReport(accept, kind, claim.recipients)


def names(claims: Iterable[Claim]) -> list[list[str]]:
    return [[one.recipient.email_address.partition("@")[0] for one in claim.recipients] for claim in claims]


class Run(Protocol):
    def __call__(self, story: Callable[[Desk], Awaitable[T]]) -> T:
        """Run a story at a desk of its own."""
        ...


class QueueConformance:
    """The suite. Every test runs for blocking and for asyncio callers."""

    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        """Open the queue that is kept at ``place``; the same place is opened twice at once."""
        raise NotImplementedError

    @pytest.fixture(params=Mode, ids=lambda mode: mode.value)
    def run(self, request: pytest.FixtureRequest, tmp_path: Path) -> Run:
        mode: Mode = request.param

        def run(story: Callable[[Desk], Awaitable[T]]) -> T:
            clock = ManualClock()

            async def main(runtime: Runtime) -> T:
                async with self.open_queue(runtime, tmp_path) as queue, self.open_queue(runtime, tmp_path) as other:
                    return await story(Desk(queue, other, clock, runtime))

            return call(runtime_on(mode, clock), main)

        return run

    # Accepting.

    def test_an_accepted_message_is_claimed_as_it_came(self, run: Run) -> None:
        octets = b"Subject: \xff\x00\r\n\r\n" + bytes(range(256)) * 1_000

        async def story(desk: Desk) -> Claim:
            await desk.accept("bob", octets=octets)
            return await desk.claim_one()

        claim = run(story)
        message = claim.message
        assert (claim.content.octets, message.size_octets) == (octets, len(octets))
        assert (message.transfer_id, message.sender, message.message_id, message.subject, message.message_class) == (
            "t1",
            ANN,
            "<1@a.test>",
            "hello",
            "IPM.Note",
        )

    def test_names_and_roles_of_recipients_are_kept(self, run: Run) -> None:
        fax = Recipient(Address("FAX", "+46 8 1", "Börje Fax"), RecipientKind.BCC)

        async def story(desk: Desk) -> tuple[Recipient, str]:
            await desk.queue.accept(Accept("t1", ANN, (fax,), Content(LETTER)), NEVER)
            found = (await desk.claim_one()).recipients[0].recipient
            return found, found.address.display_name

        assert run(story) == (fax, "Börje Fax")

    def test_the_null_sender_of_a_report_stays_null(self, run: Run) -> None:
        async def story(desk: Desk) -> Address | None:
            await desk.accept("bob", sender=None)
            return (await desk.claim_one()).message.sender

        assert run(story) is None

    def test_the_message_expires_a_lifetime_after_it_was_accepted(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[bool, bool]:
            before = desk.now()
            await desk.accept("bob")
            message = (await desk.claim_one()).message
            return before <= message.accepted_at <= desk.now(), message.expires_at > message.accepted_at

        assert run(story) == (True, True)

    def test_the_same_transfer_and_recipient_are_taken_once(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol")
            await desk.accept("bob", "carol")
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_taking_a_transfer_again_gives_the_id_that_it_has(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[bytes, bytes]:
            return await desk.accept("bob"), await desk.accept("bob")

        first, second = run(story)
        assert first == second

    def test_taking_a_transfer_again_does_not_open_a_recipient_who_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("bob")
            return await desk.queue.waiting(NEVER), names(await desk.claim())

        assert run(story) == (0, [])

    def test_a_transfer_takes_further_recipients(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.accept("bob", "carol")
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_a_further_recipient_gets_the_content_after_the_first_ones_have_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("carol")
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_one_address_in_two_roles_is_two_recipients(self, run: Run) -> None:
        async def story(desk: Desk) -> list[RecipientKind]:
            await desk.accept("bob")
            await desk.accept("bob", kind=RecipientKind.CC)
            return [one.recipient.kind for one in (await desk.claim_one()).recipients]

        assert run(story) == [RecipientKind.TO, RecipientKind.CC]

    def test_nothing_is_taken_after_the_deadline(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            deadline = desk.runtime.deadline(1)
            desk.clock.move(2)
            with pytest.raises(TimedOut):
                await desk.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER)), deadline)
            return await desk.queue.waiting(NEVER)

        assert run(story) == 0

    # Claiming.

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
                while claims := await queue.claim(3, LEASE_SECONDS, NEVER):
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

    # Finishing.

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
            await desk.queue.finish(claim.message, settlements, [], NEVER)
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

    # What is told.

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

    def test_make_due_ends_every_wait(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol")
            await desk.settle(await desk.claim_one(), Deferred(451), after=timedelta(days=1))
            await desk.queue.make_due(NEVER)
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_make_due_takes_no_lease_away(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.claim()
            await desk.queue.make_due(NEVER)
            return names(await desk.other.claim(100, LEASE_SECONDS, NEVER))

        assert run(story) == []

    def test_make_due_opens_nobody_who_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Refused(550), after=timedelta(days=1))
            await desk.queue.make_due(NEVER)
            return names(await desk.claim())

        assert run(story) == []

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

    # Contents.

    def test_octets_that_were_let_go_come_back_with_the_next_message_that_has_them(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", transfer_id="t1")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("bob", transfer_id="t2")
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_a_message_keeps_its_content_when_another_with_the_same_octets_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", transfer_id="t1")
            first = await desk.claim_one()
            await desk.accept("bob", transfer_id="t2")
            await desk.settle(first, Delivered(250))
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_a_deferred_recipient_keeps_its_content_when_the_others_have_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", "carol")
            [one] = await desk.claim(limit=1)
            await desk.settle(one, Delivered(250))
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_times_stay_in_utc(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[object, object]:
            await desk.accept("bob")
            message = (await desk.claim_one()).message
            return message.accepted_at.tzinfo, message.expires_at.tzinfo

        assert run(story) == (UTC, UTC)
