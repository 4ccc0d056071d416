"""Recipients that are leased in the transaction that takes their message in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from msgcore.errors import StoreFull
from msgcore.model import Delivered, DeliveryRequest, Notify
from msgcore.mta.queue.contract import Accept, Claim, Finished, Lease, Settlement
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.queue.tracking import Track
from msgcore.runtime import NEVER, AsyncioRuntime, Runtime
from msgcore.runtime.sql.sqlite_connection import SqliteConnection
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.queues import ANN, LEASE_SECONDS, LETTER, to
from tests.mta.places import Target, open_sql_queue

LETTER_TO_BOB = Accept("t1", ANN, to("bob"), Content(LETTER), "<1@a.test>", "hello", verdicts=frozenset({"spf=pass"}))


def at_queue(
    target: Target, story: Callable[[SqlQueue, list[Claim]], Awaitable[None]], clock: ManualClock | None = None
) -> None:
    async def main(runtime: Runtime) -> None:
        async with open_sql_queue(runtime, target) as queue:
            await story(queue, [])

    call(runtime_on(Mode.BLOCKING, clock or ManualClock()), main)


async def accept(queue: SqlQueue, taken: list[Claim], accept: Accept = LETTER_TO_BOB) -> None:
    await queue.accept_leased(accept, Lease(LEASE_SECONDS, taken.append), NEVER)


def test_what_is_handed_over_is_what_a_claim_gives(tmp_path: Path) -> None:
    """But for the token, which every claim raises."""

    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        await accept(queue, taken, attrs.evolve(LETTER_TO_BOB, recipients=to("bob", "carol")))
        nobody = await queue.claim(100, LEASE_SECONDS, NEVER)
        clock.move(LEASE_SECONDS + 1)
        claims = await queue.claim(100, LEASE_SECONDS, NEVER)

        def known(claim: Claim) -> list[object]:
            queued = [attrs.evolve(one, token=0, crashes=0) for one in claim.recipients]
            return [claim.message, claim.content, queued, [one.recipient.address.display_name for one in queued]]

        assert (nobody, [known(one) for one in taken]) == ([], [known(one) for one in claims])
        assert {one.crashes for one in claims[0].recipients} == {1}

    clock = ManualClock()
    at_queue(tmp_path / "queue.db", story, clock)


def test_what_was_cancelled_and_could_not_be_committed_is_handed_over_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its client was told nothing, and sends it again."""
    taken: list[Claim] = []
    begun, cancelled = threading.Event(), threading.Event()

    def commit(_: SqliteConnection) -> None:
        begun.set()
        cancelled.wait(30)
        raise StoreFull("no space is left")

    async def main() -> int:
        runtime = AsyncioRuntime()
        async with open_sql_queue(runtime, tmp_path / "queue.db") as queue:
            await queue.waiting(NEVER)
            with monkeypatch.context() as patch:
                patch.setattr(SqliteConnection, "commit", commit)
                client = asyncio.create_task(accept(queue, taken))
                await asyncio.to_thread(begun.wait, 30)
                client.cancel()
                await asyncio.sleep(0)
                cancelled.set()
                with pytest.raises(asyncio.CancelledError):
                    await client
            return await queue.waiting(NEVER)

    assert asyncio.run(main()) == 0
    assert taken == []


def test_of_a_recipient_who_is_named_twice_the_first_is_handed_over(tmp_path: Path) -> None:
    """As a claim would give him."""
    (bob,) = to("bob")
    twice = (attrs.evolve(bob, notify=Notify.NEVER), attrs.evolve(bob, notify=Notify.FAILURE))

    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        await accept(queue, taken, attrs.evolve(LETTER_TO_BOB, recipients=twice))
        assert [one.recipient.notify for claim in taken for one in claim.recipients] == [Notify.NEVER]

    at_queue(tmp_path / "queue.db", story)


def test_a_lease_of_an_arrival_is_finished_as_any_other(tmp_path: Path) -> None:
    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        await accept(queue, taken)
        [claim] = taken
        ended = Finished(claim.message, (Settlement(claim.recipients[0], Delivered(250), claim.message.accepted_at),))
        lost = [await queue.finish([ended], NEVER) for _ in range(2)]
        events = await queue.track(Track(transfer_id="t1"), NEVER)
        kinds = [one.kind.value for one in events]

        assert (lost, await queue.waiting(NEVER), kinds) == ([[], [claim.recipients[0]]], 0, ["accepted", "delivered"])

    at_queue(tmp_path / "queue.db", story)


def test_nobody_is_handed_over_twice(tmp_path: Path) -> None:
    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        for recipients in (to("bob", "bob", "Bob"), to("bob"), to("bob", "carol")):
            await accept(queue, taken, attrs.evolve(LETTER_TO_BOB, recipients=recipients))
        free = await queue.claim(100, LEASE_SECONDS, NEVER)

        assert [one.recipient for claim in taken for one in claim.recipients] == list(to("bob"))
        assert [one.recipient for claim in free for one in claim.recipients] == list(to("carol"))

    at_queue(tmp_path / "queue.db", story)


def test_who_has_to_wait_is_not_handed_over(tmp_path: Path) -> None:
    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        await accept(queue, taken, attrs.evolve(LETTER_TO_BOB, request=DeliveryRequest(hold_seconds=60)))
        clock.move(timedelta(seconds=61))
        claims = await queue.claim(100, LEASE_SECONDS, NEVER)

        assert (taken, len(claims)) == ([], 1)

    clock = ManualClock()
    at_queue(tmp_path / "queue.db", story, clock)


def test_a_queue_says_whether_it_leases_what_it_takes_in(target: Target) -> None:
    async def story(queue: SqlQueue, taken: list[Claim]) -> None:
        await accept(queue, taken)
        claims = await queue.claim(100, LEASE_SECONDS, NEVER)

        assert (queue.leases_arrivals, len(taken), len(claims)) == (is_file, int(is_file), int(not is_file))

    is_file = isinstance(target, Path)
    at_queue(target, story)


@pytest.mark.parametrize("count", [1, 40])
def test_messages_that_come_together_are_each_handed_to_who_takes_them_on(tmp_path: Path, count: int) -> None:
    async def main(runtime: Runtime) -> None:
        taken: dict[str, list[str]] = {}
        async with open_sql_queue(runtime, tmp_path / "queue.db") as queue, runtime.group() as group:
            for number in range(count):
                its = taken[f"t{number}"] = []

                def take(claim: Claim, its: list[str] = its) -> None:
                    its.append(claim.message.transfer_id)

                letter = attrs.evolve(LETTER_TO_BOB, transfer_id=f"t{number}")
                group.start(_accept(queue, letter, Lease(LEASE_SECONDS, take)))
        assert taken == {name: [name] for name in taken}

    Mode.ASYNCIO.run(main)


async def _accept(queue: SqlQueue, letter: Accept, lease: Lease) -> None:
    await queue.accept_leased(letter, lease, NEVER)
