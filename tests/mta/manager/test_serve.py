"""A manager that serves: it takes what comes, follows a new table, and drains when it is to stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import StoreBusy
from msgcore.model import Deferred, Delivered, Outcome, Recipient, Refused
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.manager.manager import Manager
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.queue.contract import NOBODY, SUSPICIOUS, Accept, Claim, Finished, Lease, QueuedRecipient, QueueStore
from msgcore.runtime import NEVER, AsyncioRuntime, Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.modes import Mode, gather
from msgcore.testing.queues import ANN, LETTER, to
from tests.mta.doomed import NoDirectory
from tests.mta.office import SETTINGS, Delivery, installed, table

QUICK = attrs.evolve(SETTINGS, poll_seconds=0.02, reload_seconds=0.05)


def manager(
    runtime: Runtime,
    queue: QueueStore,
    routes: RouteTable,
    folder: Path,
    reload: Callable[[Deadline], Awaitable[RouteTable | None]] | None = None,
) -> Manager:
    return Manager(runtime, queue, routes, NoDirectory(), secret=Secret, folder=folder, settings=QUICK, reload=reload)


async def submit(queue: QueueStore, *names: str) -> None:
    for name in names:
        await queue.accept(Accept(name, ANN, to(name), Content(LETTER)), NEVER)


async def until(runtime: Runtime, condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = runtime.deadline(30)
    while not condition():
        deadline.check("a condition")
        await runtime.sleep(0.005)


class Noting(MemoryQueue):
    """Notes the messages whose recipients are given back untried."""

    def __init__(self) -> None:
        super().__init__()
        self.given_back: list[str] = []

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        self.given_back.extend(one.message.transfer_id for one in finished if not one.settlements[0].is_try)
        return lost


@attrs.define
class Book:
    """What was delivered."""

    names: list[str] = attrs.field(factory=list[str])

    async def deliver(self, delivery: Delivery) -> Mapping[Recipient, Outcome]:
        self.names += delivery.names
        return delivery.all(Delivered(250))


def run(story: Callable[[AsyncioRuntime], Awaitable[None]]) -> None:
    async def main(runtime: Runtime) -> None:
        assert isinstance(runtime, AsyncioRuntime)
        await story(runtime)

    Mode.ASYNCIO.run(main)


def test_what_comes_while_it_serves_is_delivered(tmp_path: Path) -> None:
    book = Book()

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = MemoryQueue(), runtime.event()

        async def client() -> None:
            await submit(queue, "early")
            await until(runtime, lambda: book.names == ["early"])
            await submit(queue, "late")
            await until(runtime, lambda: book.names == ["early", "late"])
            stop.set()

        await gather(runtime, manager(runtime, queue, table(b=installed(book.deliver)), tmp_path).serve(stop), client())
        assert await queue.waiting(NEVER) == 0

    run(story)


def test_a_report_is_found_by_who_looked_while_it_was_written(tmp_path: Path) -> None:
    """Its poll is an hour away."""
    book = Book()

    async def story(runtime: AsyncioRuntime) -> None:
        looks = [0]

        class SlowQueue(MemoryQueue):
            """Writes the first time only when somebody has looked meanwhile."""

            is_first = True

            async def claim(self, *given: Any, **more: Any) -> Sequence[Claim]:
                looks[0] += 1
                return await super().claim(*given, **more)

            async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
                if self.is_first:
                    self.is_first, before = False, looks[0]
                    serving.wake()
                    await until(runtime, lambda: looks[0] > before)
                return await super().finish(finished, deadline)

        async def refuse(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            return delivery.all(Refused(550))

        queue, stop = SlowQueue(), runtime.event()
        routes = table(a=installed(book.deliver), b=installed(refuse))
        rarely = attrs.evolve(QUICK, poll_seconds=3_600)
        serving = Manager(runtime, queue, routes, NoDirectory(), secret=Secret, folder=tmp_path, settings=rarely)
        await submit(queue, "bob")

        async def client() -> None:
            await until(runtime, lambda: book.names == ["ann"])
            stop.set()
            serving.wake()

        await gather(runtime, serving.serve(stop), client())

    run(story)


def test_what_is_on_its_way_ends_when_it_stops_and_the_rest_is_given_back(tmp_path: Path) -> None:
    begun: list[str] = []

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop, gate = MemoryQueue(), runtime.event(), runtime.event()

        async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            begun.extend(delivery.names)
            await gate.wait()
            return delivery.all(Delivered(250))

        await submit(queue, *(f"r{number}" for number in range(20)))
        serving = manager(runtime, queue, table(b=installed(slow)), tmp_path)

        async def client() -> None:
            await until(runtime, lambda: serving.in_hand == 20 and len(begun) == 5)
            stop.set()
            serving.wake()
            await until(runtime, lambda: serving.in_hand == 5)
            gate.set()

        await gather(runtime, serving.serve(stop), client())
        free = await queue.claim(100, 60, NEVER)
        assert (len(begun), len(free), {one.tries for claim in free for one in claim.recipients}) == (5, 15, {0})

    run(story)


def test_mail_follows_a_new_table_from_the_next_claim_on(tmp_path: Path) -> None:
    old, new = Book(), Book()
    tables = [table(b=installed(old.deliver))]

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = MemoryQueue(), runtime.event()

        given: list[RouteTable] = []

        async def reload(_: Deadline) -> RouteTable | None:
            given.append(tables[-1])
            return tables[-1]

        async def client() -> None:
            await submit(queue, "first")
            await until(runtime, lambda: old.names == ["first"])
            tables.append(table(b=installed(new.deliver)))
            await until(runtime, lambda: tables[-1] in given)
            await submit(queue, "second")
            await until(runtime, lambda: new.names == ["second"])
            stop.set()

        await gather(runtime, manager(runtime, queue, tables[0], tmp_path, reload).serve(stop), client())

    run(story)


def test_nobody_is_refused_for_good_by_a_table_that_has_been_replaced(tmp_path: Path) -> None:
    book = Book()
    newer = table(b=installed(book.deliver))

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = MemoryQueue(), runtime.event()
        await submit(queue, "bob")
        looks = 0

        async def reload(_: Deadline) -> RouteTable | None:
            nonlocal looks
            looks += 1
            return newer if looks > 3 else None

        async def client() -> None:
            await until(runtime, lambda: book.names == ["bob"])
            stop.set()

        await gather(runtime, manager(runtime, queue, RouteTable([]), tmp_path, reload).serve(stop), client())

    run(story)


class FaultyQueue(MemoryQueue):
    """A queue whose claims fail for a while."""

    faults = 3

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        if self.faults:
            self.faults -= 1
            raise StoreBusy("somebody has locked it")
        return await super().claim(limit, lease_seconds, deadline, passing=passing, takes_suspects=takes_suspects)


def test_a_database_that_fails_for_a_while_ends_nothing(tmp_path: Path) -> None:
    book = Book()

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = FaultyQueue(), runtime.event()
        await submit(queue, "bob")

        async def client() -> None:
            await until(runtime, lambda: book.names == ["bob"])
            stop.set()

        await gather(runtime, manager(runtime, queue, table(b=installed(book.deliver)), tmp_path).serve(stop), client())

    run(story)


def test_several_managers_share_one_queue(tmp_path: Path) -> None:
    books = [Book(), Book(), Book()]
    names = [f"r{number}" for number in range(60)]

    async def story(runtime: AsyncioRuntime) -> None:
        memory, stop = QueueMemory(), runtime.event()
        await submit(MemoryQueue(memory), *names)

        async def client() -> None:
            await until(runtime, lambda: sum(len(book.names) for book in books) >= 60)
            stop.set()

        workers = [
            manager(runtime, MemoryQueue(memory), table(b=installed(book.deliver)), tmp_path).serve(stop)
            for book in books
        ]
        await gather(runtime, *workers, client())

    run(story)
    assert sorted(name for book in books for name in book.names) == sorted(names)


def test_mail_goes_round_a_hop_that_takes_connections_and_says_nothing(tmp_path: Path) -> None:
    """One dead host of two must not keep half of the mail, whatever its sessions still wait for."""
    book = Book()

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop, never = MemoryQueue(), runtime.event(), runtime.event()

        async def silent(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            await never.wait()
            return delivery.all(Deferred(text="it hung up in the end"))

        spaces = [AddressSpace("SMTP", "*")]
        routes = RouteTable(
            [
                Connector("first", installed(silent), spaces, {"relay": "first.test"}),
                Connector("second", installed(book.deliver), spaces, {"relay": "second.test"}),
            ]
        )
        names = [f"r{number}" for number in range(100)]
        await submit(queue, *names)

        async def client() -> None:
            # All but those that the silent one has in its sessions.
            await until(runtime, lambda: len(book.names) >= 100 - PaceLimits().initial)
            never.set()
            stop.set()

        settings = attrs.evolve(QUICK, silence_seconds=0.05)
        serving = Manager(runtime, queue, routes, NoDirectory(), secret=Secret, folder=tmp_path, settings=settings)
        await gather(runtime, serving.serve(stop), client())

    run(story)


def test_who_has_waited_for_a_session_for_too_long_is_given_back(tmp_path: Path) -> None:
    """A lease that is nearly over is no time to begin: another worker may have the recipient before it is done."""
    begun: list[str] = []

    class Ahead(AsyncioRuntime):
        seconds = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.seconds

    async def story(_: AsyncioRuntime) -> None:
        runtime = Ahead()
        queue, stop, gate = Noting(), runtime.event(), runtime.event()

        async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            begun.extend(delivery.names)
            if len(begun) == PaceLimits().initial:  # as many as there are sessions; the others wait behind them
                runtime.seconds = 11
                gate.set()
            await gate.wait()
            return delivery.all(Delivered(250))

        await submit(queue, *(f"r{number}" for number in range(12)))
        settings = attrs.evolve(QUICK, lease_seconds=20)
        routes = table(b=installed(slow))
        serving = Manager(runtime, queue, routes, NoDirectory(), secret=Secret, folder=tmp_path, settings=settings)

        async def client() -> None:
            await until(runtime, lambda: len(begun) >= 12)
            stop.set()

        await gather(runtime, serving.serve(stop), client())
        assert sorted(queue.given_back) == sorted(begun[PaceLimits().initial :])

    run(story)
    assert sorted(set(begun)) == sorted(begun)


def test_a_manager_takes_on_what_comes_in_as_long_as_it_can_do_with_more(tmp_path: Path) -> None:
    async def story(runtime: AsyncioRuntime) -> None:
        gate, stop = runtime.event(), runtime.event()

        async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            await gate.wait()
            return delivery.all(Delivered(250))

        queue, settings, routes = MemoryQueue(), attrs.evolve(QUICK, most_in_hand=4), table(b=installed(slow))
        serving = Manager(runtime, queue, routes, NoDirectory(), secret=Secret, folder=tmp_path, settings=settings)
        took = [serving.lease() is not None]

        async def client() -> None:
            await until(runtime, lambda: serving.lease() is not None)
            await submit(queue, "bob", "carol")
            serving.wake()
            await until(runtime, lambda: serving.in_hand == 2)
            took.append(serving.lease() is not None)
            gate.set()
            await until(runtime, lambda: serving.lease() is not None)
            stop.set()
            serving.wake()

        await gather(runtime, serving.serve(stop), client())
        assert [*took, serving.lease() is not None] == [False, False, False]

    run(story)


def test_what_is_handed_over_after_it_has_stopped_is_given_back(tmp_path: Path) -> None:
    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = MemoryQueue(), runtime.event()
        serving = manager(runtime, queue, table(), tmp_path)
        leases: list[Lease] = []

        async def client() -> None:
            await until(runtime, lambda: serving.lease() is not None)
            leases.extend(filter(None, [serving.lease()]))
            stop.set()
            serving.wake()

        await gather(runtime, serving.serve(stop), client())
        await submit(queue, "bob")
        [claim] = await queue.claim(100, 60, NEVER)
        leases[0].take(claim)
        await serving.give_back_arrivals()
        [again] = await queue.claim(100, 60, NEVER)
        assert (serving.in_hand, again.recipients[0].tries) == (0, 0)

    run(story)


def test_who_is_handed_over_while_a_suspect_is_worked_waits_for_its_end(tmp_path: Path) -> None:
    seen: list[str] = []

    class Suspecting(Noting):
        async def claim(
            self,
            limit: int,
            lease_seconds: float,
            deadline: Deadline,
            *,
            passing: AbstractSet[str] = NOBODY,
            takes_suspects: bool = True,
        ) -> Sequence[Claim]:
            claims = await super().claim(limit, lease_seconds, deadline, passing=passing, takes_suspects=takes_suspects)
            return [attrs.evolve(one, recipients=tuple(map(suspected, one.recipients))) for one in claims]

    def suspected(queued: QueuedRecipient) -> QueuedRecipient:
        is_suspect = queued.recipient.email_address.startswith("suspect")
        return attrs.evolve(queued, crashes=SUSPICIOUS) if is_suspect else queued

    async def story(runtime: AsyncioRuntime) -> None:
        queue, stop = Suspecting(), runtime.event()
        leases: list[Lease] = []

        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            seen.extend(delivery.names)
            if delivery.names == ["suspect"]:
                await submit(queue, "other")
                [claim] = await queue.claim(100, 60, NEVER)
                leases[0].take(claim)
                await until(runtime, lambda: queue.given_back == ["other"])
                seen.append("end of the suspect")
            return delivery.all(Delivered(250))

        serving = manager(runtime, queue, table(b=installed(deliver)), tmp_path)

        async def client() -> None:
            await until(runtime, lambda: serving.lease() is not None)
            leases.extend(filter(None, [serving.lease()]))
            await submit(queue, "suspect")
            serving.wake()
            await until(runtime, lambda: "other" in seen)
            stop.set()
            serving.wake()

        await gather(runtime, serving.serve(stop), client())

    run(story)
    assert seen == ["suspect", "end of the suspect", "other"]
