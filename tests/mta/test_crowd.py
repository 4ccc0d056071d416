"""Several workers at one queue at the same time: threads of a process, and managers in processes of their own."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from msgcore.errors import MsgcoreError
from msgcore.model import Address, Delivered, Recipient
from msgcore.mta.queue.contract import Accept, Claim, Finished, Settlement
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, BlockingRuntime, Connection
from msgcore.spi.gateway import Content
from msgcore.testing.queues import ANN, LEASE_SECONDS, to
from tests.mta import doomed
from tests.mta.places import Target, in_queue, namespace_of, open_sql_queue, program
from tests.servers import Postgresql, wait_until
from tests.shared import REPOSITORY

CONTENTS = [Content(b"Subject: %d\r\n\r\n" % number) for number in range(3)]


Story = Callable[[SqlQueue], Coroutine[Any, Any, None]]


def side_by_side(target: Target, *stories: Story) -> list[MsgcoreError]:
    """Run each story at a queue object of its own, in a thread of its own, and give what they raised."""
    raised: list[MsgcoreError] = []

    def run(story: Story) -> None:
        runtime = BlockingRuntime()

        async def main() -> None:
            async with open_sql_queue(runtime, target) as queue:
                await story(queue)

        try:
            runtime.run(main())
        except MsgcoreError as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(story,)) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def accepting(name: str, count: int = 20) -> Story:
    """Take messages in that share their contents, each in two parts, with a recipient each."""

    async def story(queue: SqlQueue) -> None:
        for number in range(count):
            content = CONTENTS[number % len(CONTENTS)]
            for recipient in ("bob", "carol"):
                accept = Accept(f"{name}{number}", ANN, to(recipient), content)
                await queue.accept(accept, NEVER)

    return story


def finishing(seen: list[Claim], rounds: int = 30) -> Story:
    """Claim a few recipients and end them, again and again."""

    async def story(queue: SqlQueue) -> None:
        for _ in range(rounds):
            claims = await queue.claim(3, LEASE_SECONDS, NEVER)
            seen.extend(claims)
            for claim in claims:
                ended = [Settlement(one, Delivered(250), claim.message.accepted_at) for one in claim.recipients]
                await queue.finish([Finished(claim.message, tuple(ended))], NEVER)

    return story


def open_without_octets(target: Target) -> int:
    """Count the recipients that have not ended and whose content is gone."""
    return int(
        in_queue(
            target,
            lambda c: c.value(
                "select count(*) from mta_recipient where state < 5 and not exists (select 1 from mta_content"
                " where mta_content.mta_message_id = mta_recipient.mta_message_id)"
            ),
        )
    )


def test_nobody_s_content_goes_while_others_come_and_end(target: Target) -> None:
    seen: list[Claim] = []
    raised = side_by_side(target, accepting("a"), accepting("b"), finishing(seen), finishing(seen))

    assert (raised, open_without_octets(target), [one for one in seen if not one.content.octets]) == ([], 0, [])


def test_one_transfer_that_all_bring_at_once_is_taken_once(target: Target) -> None:
    raised = side_by_side(target, *(accepting("same") for _ in range(4)))

    found = in_queue(target, lambda c: c.rows("select count(*), count(distinct mta_message_id) from mta_recipient"))
    assert (raised, found) == ([], [(40, 20)])


def test_workers_of_one_process_share_nothing(target: Target) -> None:
    seen: list[Claim] = []
    side_by_side(target, accepting("a"))
    side_by_side(target, *(finishing(seen, rounds=20) for _ in range(4)))

    times = Counter(one.number for claim in seen for one in claim.recipients)
    assert sorted(times.values()) == [1] * 40


@pytest.mark.interop
def test_a_claim_passes_over_what_another_one_is_taking(postgresql: Postgresql, tmp_path: Path) -> None:
    """Nobody waits for a worker that stands still in the middle of a claim."""
    target = namespace_of(postgresql, tmp_path)
    side_by_side(target, accepting("a", count=2))
    runtime = BlockingRuntime()

    async def main() -> list[int]:
        async with open_sql_queue(runtime, target) as queue:
            claims = await queue.claim(2, LEASE_SECONDS, runtime.deadline(5))
            return sorted(one.number for claim in claims for one in claim.recipients)

    def hold(connection: Connection) -> list[int]:
        connection.rows("select 1 from mta_recipient where number = 1 for update")
        return runtime.run(main())

    assert in_queue(target, hold) == [2, 3]


class Undone(Exception):
    """Ends a transaction without a trace."""


@pytest.mark.interop
def test_a_content_stays_for_a_recipient_that_comes_while_the_last_one_ends(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    """Whoever ends the last recipient waits for the one that is being taken in, and then looks again."""
    target = namespace_of(postgresql, tmp_path)
    claims: list[Claim] = []

    async def take_in_and_claim(queue: SqlQueue) -> None:
        await queue.accept(Accept("old", ANN, to("bob"), CONTENTS[0]), NEVER)
        claims.extend(await queue.claim(1, LEASE_SECONDS, NEVER))

    async def take_in(queue: SqlQueue) -> None:
        await queue.accept(Accept("old", ANN, to("carol"), CONTENTS[0]), NEVER)

    async def end(queue: SqlQueue) -> None:
        [claim] = claims
        ended = [Settlement(one, Delivered(250), claim.message.accepted_at) for one in claim.recipients]
        await queue.finish([Finished(claim.message, tuple(ended))], NEVER)

    side_by_side(target, take_in_and_claim)
    one_behind_the_other(target, take_in, end)

    assert (len(claims), open_without_octets(target)) == (1, 0)


@pytest.mark.interop
def test_a_message_stays_for_a_recipient_that_comes_while_it_is_purged(postgresql: Postgresql, tmp_path: Path) -> None:
    """Whoever purges waits for the one that is being taken in; its content keeps the message, and all is done again."""
    target = namespace_of(postgresql, tmp_path)
    far = BlockingRuntime().now() + timedelta(days=1)

    async def take_in_and_end(queue: SqlQueue) -> None:
        await queue.accept(Accept("old", ANN, to("bob"), CONTENTS[0]), NEVER)
        for claim in await queue.claim(1, LEASE_SECONDS, NEVER):
            ended = [Settlement(one, Delivered(250), claim.message.accepted_at) for one in claim.recipients]
            await queue.finish([Finished(claim.message, tuple(ended))], NEVER)

    async def take_in(queue: SqlQueue) -> None:
        await queue.accept(Accept("old", ANN, to("carol"), CONTENTS[0]), NEVER)

    async def purge(queue: SqlQueue) -> None:
        await queue.purge(far, NEVER)

    side_by_side(target, take_in_and_end)
    one_behind_the_other(target, take_in, purge)

    waiting = "select address from mta_recipient join mta_content using (mta_message_id) where state < 5"
    assert in_queue(target, lambda c: c.rows(waiting)) == [("carol@b.test",)]


def one_behind_the_other(target: Target, *stories: Story) -> None:
    """Let each story wait for the only message, and the next one behind that."""
    threads = [threading.Thread(target=side_by_side, args=(target, story)) for story in stories]

    def hold_up(connection: Connection) -> None:
        connection.rows("select 1 from mta_message for no key update")
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            wait_until(lambda count=waiting: is_waited(connection, count), "worker that waits")  # type: ignore[misc]
        raise Undone

    with pytest.raises(Undone):
        in_queue(target, hold_up)
    for thread in threads:
        thread.join()


def is_waited(connection: Connection, count: int) -> bool | None:
    """Say whether so many transactions of the database wait for a lock; ``None`` when not."""
    waiting = "select count(distinct pid) from pg_locks where not granted"
    return True if connection.value(waiting) >= count else None


MANAGES = """
import asyncio, sys
from msgcore.base.text import Secret
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.manager.manager import Manager
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, AsyncioRuntime
from tests.mta.doomed import Journal, JournalGateway, NoDirectory
folder = Path(sys.argv[1])
async def work():
    runtime = AsyncioRuntime()
    queue = SqlQueue(runtime, Database.open(target, QUEUE_SCHEMA, create=False))
    routes = RouteTable([Connector("out", "journal", [AddressSpace("SMTP", "*")])])
    gateway = JournalGateway(Journal(folder))
    manager = Manager(
        runtime, queue, routes, NoDirectory(), built_in={"journal": gateway}, secret=Secret, folder=folder
    )
    while await queue.waiting(NEVER):
        await manager.run_until_idle(NEVER)
asyncio.run(work())
"""


def test_two_managers_in_two_processes_deliver_each_message_once(target: Target, tmp_path: Path) -> None:
    names = [f"r{number}@b.test" for number in range(4)]
    recipients = tuple(Recipient(Address("SMTP", name)) for name in names)
    transfers = [f"t{number}" for number in range(30)]

    async def accept_all(queue: SqlQueue) -> None:
        for transfer_id in transfers:
            await queue.accept(Accept(transfer_id, ANN, recipients, CONTENTS[0]), NEVER)

    side_by_side(target, accept_all)
    children = [subprocess.Popen(program(target, MANAGES, str(tmp_path)), cwd=REPOSITORY) for _ in range(2)]
    ended = [child.wait(60) for child in children]

    times = Counter((transfer_id, to) for _, transfer_id, to, _ in doomed.Journal(tmp_path).lines())
    assert (ended, times) == ([0, 0], Counter({(one, name): 1 for one in transfers for name in names}))
