"""Three MTAs that send mail round in a circle: it ends by itself, in one report for each message."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.model import Address, Recipient
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.listener import DirectoryCheck, Listener, ListenerSettings, from_networks
from msgcore.mta.manager.manager import Manager, ManagerSettings
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.queue.contract import Accept, State
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.reports.settings import ReportSettings
from msgcore.runtime import NEVER, AsyncioRuntime, Database, Endpoint, Event
from msgcore.spi.gateway import Content
from tests.mta.doomed import NoDirectory
from tests.mta.load import letter_of
from tests.mta.mail_sink import MailSink, Taken
from tests.mta.places import in_queue
from tests.mta.reports import rfc3464

_SECONDS = 900.0
_SECONDS_BETWEEN_LOOKS = 0.02
_SOON = timedelta(milliseconds=20)

# How each notices that mail goes round: by the length of the trace, by its own name in it, or not before the others.
_GUARDS = {"a.test": {"max_received": 2}, "b.test": {"max_passes": 0}, "c.test": {}}


@attrs.define
class Node:
    """One of the MTAs. Mail for ``circle.test`` goes to the next one, all other to the sink."""

    host: str
    queue: SqlQueue
    listener: Listener
    routes: RouteTable = RouteTable()  # noqa: RUF009  # frozen


@attrs.frozen
class End:
    """What there was when all queues were empty: recipients by state, reports made, and what the sink has got."""

    states: Counter[State]
    reports: int
    taken: list[Taken]


async def opened(stack: AsyncExitStack, runtime: AsyncioRuntime, folder: Path, host: str) -> Node:
    database = Database.open(folder / f"{host}.db", QUEUE_SCHEMA, create=True)
    stack.push_async_callback(database.close, runtime)
    queue = SqlQueue(runtime, database)
    guards: dict[str, Any] = dict(_GUARDS[host])
    settings = ListenerSettings(host, may_relay=from_networks("127.0.0.0/8"), **guards)
    check = DirectoryCheck(NoDirectory(), lambda: node.routes)
    node = Node(host, queue, Listener(runtime, [Endpoint("127.0.0.1", 0)], settings, queue, check, grace_seconds=5))
    await stack.enter_async_context(node.listener)
    return node


def routes_to(next_port: int, sink_port: int) -> RouteTable:
    return RouteTable(
        [
            Connector("next", "smtp", [AddressSpace("SMTP", "*@circle.test")], relay(next_port)),
            Connector("home", "smtp", [AddressSpace("SMTP", "*", cost=10)], relay(sink_port)),
        ]
    )


def relay(port: int) -> dict[str, str]:
    return {"relay": f"smtp://127.0.0.1:{port}"}


async def serve(runtime: AsyncioRuntime, node: Node, folder: Path, stop: Event) -> None:
    settings = ManagerSettings(
        poll_seconds=0.02, retry=RetryPolicy(_SOON, _SOON * 10), reports=ReportSettings(node.host)
    )
    manager = Manager(runtime, node.queue, node.routes, NoDirectory(), secret=Secret, folder=folder, settings=settings)
    await manager.serve(stop)


async def until_all_are_empty(nodes: Sequence[Node]) -> None:
    """Look at all queues until they are empty twice, and nothing has moved meanwhile."""
    before: list[int] | None = None
    while True:
        depths = [await node.queue.depth(NEVER) for node in nodes]
        ended = [depth.recipients.get(State.ENDED, 0) for depth in depths]
        is_empty = not any(depth.waiting for depth in depths)
        if is_empty and ended == before:
            return
        before = ended if is_empty else None
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


async def go_round(folder: Path, senders: Sequence[str], sink_port: int) -> None:
    """Put in a message of each sender, at one MTA after the other, and wait until the circle is quiet."""
    runtime = AsyncioRuntime()
    async with AsyncExitStack() as stack:
        nodes = [await opened(stack, runtime, folder, host) for host in _GUARDS]
        for node, following in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
            node.routes = routes_to(following.listener.ports[0], sink_port)
        stop = runtime.event()
        serving = [asyncio.create_task(serve(runtime, node, folder, stop)) for node in nodes]
        for number, sender in enumerate(senders):
            to = (Recipient(Address("SMTP", f"x.{number}@circle.test")),)
            content = Content(letter_of(number).encode())
            accept = Accept(f"t{number}", Address("SMTP", sender), to, content, f"<{number}@client.test>")
            await nodes[number % 3].queue.accept(accept, NEVER)
        await asyncio.wait_for(until_all_are_empty(nodes), _SECONDS)
        stop.set()
        await asyncio.wait_for(asyncio.gather(*serving), _SECONDS)


def ended_with(folder: Path, senders: Sequence[str]) -> End:
    with MailSink() as sink:
        asyncio.run(go_round(folder, senders, sink.port))
    states: Counter[State] = Counter()
    reports = 0
    for host in _GUARDS:
        database = folder / f"{host}.db"
        rows = in_queue(database, lambda c: c.rows("select state, count(*) from mta_recipient group by state"))
        states.update({State(state): count for state, count in rows})
        reports += in_queue(database, lambda c: int(c.value("select count(*) from mta_report")))
    return End(states, reports, sink.taken)


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.soak)])
def test_mail_that_goes_round_ends_in_one_report_to_each_sender(tmp_path: Path, count: int) -> None:
    senders = [f"ann.{number}@home.test" for number in range(count)]

    end = ended_with(tmp_path, senders)

    reported = Counter(to for one in end.taken for to in one.recipients)
    faults = [fault for one in end.taken for fault in rfc3464.faults(one.octets)]
    status = Counter(rfc3464.groups(one.octets)[1]["status"] for one in end.taken)
    assert (set(end.states), end.reports, faults) == ({State.ENDED}, count, [])
    assert (reported, status) == (Counter(senders), Counter({"5.4.6": count}))


@pytest.mark.parametrize("count", [30, pytest.param(1_000, marks=pytest.mark.soak)])
def test_a_report_that_goes_round_itself_ends_without_another(tmp_path: Path, count: int) -> None:
    senders = [f"ann.{number}@circle.test" for number in range(count)]

    end = ended_with(tmp_path, senders)

    assert (set(end.states), end.reports, end.taken) == ({State.ENDED}, count, [])
