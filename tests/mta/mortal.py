"""An MTA that can be killed at any step of a message's way: a listener, a queue, a manager and the SMTP gateway.

``python -m tests.mta.mortal`` is a nursery: for each line of JSON with :class:`Orders` it forks such an MTA, which
starts in a few milliseconds because everything is imported already. The MTA connects to the port in its orders, says
``born PROCESS PORT``, and does what it hears there:

- ``mark COUNT STEP``: say ``marked``, and end by SIGKILL when the step is passed for the COUNTth time;
- ``drain``: say ``empty`` once nothing waits in the queue;
- the end of the connection: stop in good order.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.gateways.smtp import SmtpGateway
from msgcore.mta.listener import DirectoryCheck, Listener, ListenerSettings, from_networks
from msgcore.mta.manager.manager import Manager, ManagerSettings
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.node_queue import NodeQueue
from msgcore.mta.queue.contract import NOBODY, Accept, Claim, Finished, Lease, QueuedRecipient
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.reports.settings import ReportSettings
from msgcore.runtime import NEVER, AsyncioRuntime, Connection, Database, Endpoint, PostgresTarget
from msgcore.runtime.sql.postgres_connect import connect
from tests.mta.doomed import NoDirectory

__all__ = ["MOST_IN_HAND", "STEPS", "Orders"]

T = TypeVar("T")

# They are loaded when they are needed, which would be after each fork.
_LOADED = (SmtpGateway, connect)

STEPS = tuple(
    f"{verb}, {when} its commit" for verb in ("accept", "claim", "finish", "report") for when in ("before", "after")
)
"""The steps that the MTA itself passes; ``report`` is a finish that takes a report in."""

HOST = "mta.b.test"
MOST_IN_HAND = 40

_SECONDS_BETWEEN_LOOKS = 0.01
_MOST_SECONDS = 60.0
_SOON = timedelta(milliseconds=20)
_SETTINGS = ManagerSettings(
    batch=MOST_IN_HAND // 2,
    most_in_hand=MOST_IN_HAND,
    poll_seconds=0.02,
    retry=RetryPolicy(_SOON, _SOON * 10),
    pace=PaceLimits(shortest_wait_seconds=0.02, longest_wait_seconds=0.2),
    reports=ReportSettings(HOST),
)


@attrs.frozen
class Orders:
    """Where the MTA has its queue (a path, or the fields of a server's namespace), and ports of 127.0.0.1."""

    target: str | tuple[str, int, str, str, str]
    folder: str
    sink_port: int
    control_port: int

    def place(self) -> Path | PostgresTarget:
        return Path(self.target) if isinstance(self.target, str) else PostgresTarget(*self.target)

    def written(self) -> str:
        return json.dumps(attrs.asdict(self))


@attrs.define
class Marks:
    """The step to die at, and how often it is passed before."""

    step: str = ""
    left: int = 0

    def reach(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


_verb: ContextVar[str] = ContextVar("verb", default="")


@contextmanager
def _doing(verb: str) -> Generator[None]:
    token = _verb.set(verb)
    try:
        yield
    finally:
        _verb.reset(token)


class MarkedDatabase(Database):
    """A database whose every write passes two marks; a claim of nobody passes none."""

    marks: Marks

    async def write(  # type: ignore[override]
        self,
        runtime: AsyncioRuntime,
        work: Callable[[Connection], T],
        deadline: Deadline = NEVER,
        *,
        is_quick: bool = False,
    ) -> T:
        verb = _verb.get()

        def marked(connection: Connection) -> T:
            result = work(connection)
            if verb != "claim" or result:
                self.marks.reach(f"{verb}, before its commit")
            return result

        result = await super().write(runtime, marked, deadline, is_quick=is_quick)
        if verb != "claim" or result:
            self.marks.reach(f"{verb}, after its commit")
        return result


class MarkedQueue(SqlQueue):
    """A queue that says what each of its writes is for."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes:
        with _doing("accept"):
            return await super().accept(accept, deadline)

    async def accept_leased(self, accept: Accept, lease: Lease, deadline: Deadline) -> bytes:
        with _doing("accept"):
            return await super().accept_leased(accept, lease, deadline)

    async def claim(
        self,
        limit: int,
        lease_seconds: float,
        deadline: Deadline,
        *,
        passing: AbstractSet[str] = NOBODY,
        takes_suspects: bool = True,
    ) -> Sequence[Claim]:
        with _doing("claim"):
            return await super().claim(limit, lease_seconds, deadline, passing=passing, takes_suspects=takes_suspects)

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        with _doing("report" if any(one.reports for one in finished) else "finish"):
            return await super().finish(finished, deadline)


async def live(orders: Orders) -> None:
    runtime, marks = AsyncioRuntime(), Marks()
    heard, said = await asyncio.open_connection("127.0.0.1", orders.control_port)
    database = MarkedDatabase.open(orders.place(), QUEUE_SCHEMA, create=True)
    database.marks = marks
    queue = MarkedQueue(runtime, database)
    relay = {"relay": f"smtp://127.0.0.1:{orders.sink_port}"}
    routes = RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], relay)])
    manager = Manager(
        runtime, queue, routes, NoDirectory(), secret=Secret, folder=Path(orders.folder), settings=_SETTINGS
    )
    settings = ListenerSettings(HOST, may_relay=from_networks("127.0.0.0/8"))
    check = DirectoryCheck(NoDirectory(), lambda: routes)
    taking, stop = NodeQueue(queue), runtime.event()
    taking.worker = manager
    async with Listener(runtime, [Endpoint("127.0.0.1", 0)], settings, taking, check, grace_seconds=5) as listener:
        serving = asyncio.create_task(manager.serve(stop))
        said.write(f"born {os.getpid()} {listener.ports[0]}\n".encode())
        while line := (await heard.readline()).decode().split(maxsplit=2):
            if line[0] == "mark":
                marks.step, marks.left = line[2].strip(), int(line[1])
                # What is handed over as it comes in is not claimed any more.
                taking.worker = None if marks.step.startswith("claim") else manager
                said.write(b"marked\n")
            else:
                await asyncio.wait_for(_until_empty(queue), _MOST_SECONDS)  # whoever asked may be gone
                said.write(b"empty\n")
        stop.set()
        manager.wake()
        await serving
    await database.close(runtime)
    said.write(b"stopped\n")
    await said.drain()


async def _until_empty(queue: SqlQueue) -> None:
    while True:
        try:
            if not await queue.waiting(NEVER):
                return
        except MsgcoreError:  # a server that is away for a while
            pass
        await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    for line in sys.stdin:
        given = json.loads(line)
        target = given["target"]
        orders = Orders(**given | {"target": target if isinstance(target, str) else tuple(target)})
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                asyncio.run(live(orders))
            finally:
                sys.stderr.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
