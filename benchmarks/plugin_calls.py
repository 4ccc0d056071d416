"""What calling a plug-in costs: python -m benchmarks.plugin_calls [--quick]

The limit is the bare call in Python; the peers are what else would keep a call within a deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from msgcore.base.times import Deadline
from msgcore.model import Accepted, Address, Envelope, Message, Outcome, Recipient
from msgcore.runtime import AsyncioRuntime, BlockingRuntime
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.plugin import Plugin

from .harness import compare_cases, run_by_hand, speed_table
from .results import Table

BOB = Recipient(Address("SMS", "+4670"))
ENVELOPE, LETTER = Envelope(None, (BOB,)), Message()
OUTCOMES: Mapping[Recipient, Outcome] = {BOB: Accepted()}


class Plain:
    address_types = ("SMS",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return OUTCOMES


class Coroutine:
    address_types = ("SMS",)

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return OUTCOMES


def blocking(count: int, rounds: int) -> Table:
    runtime = BlockingRuntime()
    deadline = runtime.deadline(3_600)
    pool = ThreadPoolExecutor(1)
    bare = Plain()

    def through(provider: Plain | Coroutine) -> Callable[[], None]:
        transport = GuardedTransport(Plugin("mine", provider, runtime), provider)

        def calls() -> None:
            for _ in range(count):
                runtime.run(transport.submit(ENVELOPE, LETTER, deadline))

        return calls

    def in_executor() -> None:
        for _ in range(count):
            pool.submit(bare.submit, ENVELOPE, LETTER, deadline).result(3_600)

    def limit() -> None:
        for _ in range(count):
            bare.submit(ENVELOPE, LETTER, deadline)

    cases = {
        "limit: the bare call": limit,
        "msgcore, async def": through(Coroutine()),
        "msgcore, plain def": through(Plain()),
        "ThreadPoolExecutor, result(timeout)": in_executor,
    }
    return speed_table(
        "Calls of a plug-in, blocking", compare_cases(cases, "limit: the bare call", rounds, count=count), "calls"
    )


def on_asyncio(count: int, rounds: int) -> Table:
    bare = Coroutine()

    def running(call: Callable[[AsyncioRuntime], Callable[[], object]]) -> Callable[[], None]:
        async def main() -> None:
            one = call(AsyncioRuntime())
            for _ in range(count):
                await one()  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]

        return lambda: asyncio.run(main())

    def through(provider: Plain | Coroutine) -> Callable[[AsyncioRuntime], Callable[[], object]]:
        def call(runtime: AsyncioRuntime) -> Callable[[], object]:
            deadline = runtime.deadline(3_600)
            transport = GuardedTransport(Plugin("mine", provider, runtime), provider)
            return lambda: transport.submit(ENVELOPE, LETTER, deadline)

        return call

    def bare_call(runtime: AsyncioRuntime) -> Callable[[], object]:
        deadline = runtime.deadline(3_600)
        return lambda: bare.submit(ENVELOPE, LETTER, deadline)

    def wait_for(runtime: AsyncioRuntime) -> Callable[[], object]:
        deadline = runtime.deadline(3_600)
        return lambda: asyncio.wait_for(bare.submit(ENVELOPE, LETTER, deadline), 3_600)

    def to_thread(runtime: AsyncioRuntime) -> Callable[[], object]:
        deadline, plain = runtime.deadline(3_600), Plain()
        return lambda: asyncio.wait_for(asyncio.to_thread(plain.submit, ENVELOPE, LETTER, deadline), 3_600)

    cases = {
        "limit: the bare await": running(bare_call),
        "msgcore, async def": running(through(Coroutine())),
        "msgcore, plain def": running(through(Plain())),
        "asyncio.wait_for": running(wait_for),
        "wait_for(to_thread)": running(to_thread),
    }
    return speed_table(
        "Calls of a plug-in, asyncio", compare_cases(cases, "limit: the bare await", rounds, count=count), "calls"
    )


def measure(is_quick: bool) -> Iterator[Table]:
    count, rounds = (200, 2) if is_quick else (2_000, 7)
    yield blocking(count, rounds)
    yield on_asyncio(count, rounds)


if __name__ == "__main__":
    run_by_hand(measure)
