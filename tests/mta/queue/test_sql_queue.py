"""The queue in a database: the suite for every queue on each engine, and what only this one has."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest

from msgcore.errors import ServiceBusy, StoreFull
from msgcore.model import Accepted, Address, Deferred, Delivered, Outcome, Pending, Recipient, RecipientKind
from msgcore.mta.queue.contract import MOST_CRASHES, Accept, Claim, Finished, LinkNote, QueueStore, Settlement
from msgcore.mta.queue.limits import QueueLimits
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.mta.queue.tracking import EventKind, Track
from msgcore.props.table import PidTagSendRichInfo, PidTagTransmittableDisplayName
from msgcore.runtime import NEVER, BlockingRuntime, Connection, Database, Engine, Runtime, Schema
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call, gather
from msgcore.testing.queues import ANN, LEASE_SECONDS, LETTER, QueueConformance, to
from tests.mta.places import Target, in_queue, namespace_of, open_sql_queue, program
from tests.servers import Postgresql

T = TypeVar("T")


class TestSqlQueue(QueueConformance):
    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        return open_sql_queue(runtime, place / "queue.db")


@pytest.mark.interop
class TestQueueOnPostgres(QueueConformance):
    @pytest.fixture(autouse=True)
    def server(self, postgresql: Postgresql) -> Iterator[None]:
        self._server = postgresql
        self._made: set[str] = set()
        yield
        for name in self._made:
            postgresql.namespaces.give_back(name, QUEUE_SCHEMA)

    def open_queue(self, runtime: Runtime, place: Path) -> AbstractAsyncContextManager[QueueStore]:
        target = namespace_of(self._server, place)
        if target.namespace not in self._made:
            self._server.namespaces.make(target.namespace, QUEUE_SCHEMA)
            self._made.add(target.namespace)
        return open_sql_queue(runtime, target)


def at_queue(
    target: Target, story: Callable[[SqlQueue], Coroutine[Any, Any, T]], clock: ManualClock | None = None
) -> T:
    """Run a story at the queue that is kept at ``target``, as one blocking call."""

    async def main(runtime: Runtime) -> T:
        async with open_sql_queue(runtime, target) as queue:
            return await story(queue)

    return call(runtime_on(Mode.BLOCKING, clock or ManualClock()), main)


async def accept(queue: SqlQueue, transfer_id: str, *names: str, octets: bytes = LETTER) -> None:
    await queue.accept(Accept(transfer_id, ANN, to(*names), Content(octets)), NEVER)


async def claim_and_settle(queue: SqlQueue, outcome: Outcome, limit: int = 100) -> None:
    for claim in await queue.claim(limit, LEASE_SECONDS, NEVER):
        due_at = claim.message.accepted_at + timedelta(hours=1)
        settlements = tuple(Settlement(one, outcome, due_at) for one in claim.recipients)
        await queue.finish([Finished(claim.message, settlements)], NEVER)


def kept_octets(target: Target) -> list[int]:
    return in_queue(target, lambda c: [size for (size,) in c.rows("select length(octets) from mta_content")])


def test_all_recipients_share_the_content_of_their_message(target: Target) -> None:
    async def story(queue: SqlQueue) -> None:
        await accept(queue, "t1", "bob")
        await accept(queue, "t1", "carol", "dave")

    at_queue(target, story)
    assert kept_octets(target) == [len(LETTER)]


def test_messages_that_come_together_are_each_taken_once_with_their_own(target: Target) -> None:
    """The first is taken in by itself; all others wait for it, and are one transaction."""
    messages = {
        "t0": (["bob"], b"alone"),
        "t1": (["dave", "carol", "bob", "carol"], LETTER),
        "t2": (["bob"], b"\xff\0\r\n"),
        "t3": (["erin", "bob"], b""),
        "t4": (["bob"], b"after nothing"),
    }

    async def main(runtime: Runtime) -> dict[str, tuple[list[str], bytes]]:
        async with open_sql_queue(runtime, target) as queue:
            ids: set[bytes] = set()

            async def take_in(transfer_id: str) -> None:
                names, octets = messages[transfer_id]
                ids.add(await queue.accept(Accept(transfer_id, ANN, to(*names), Content(octets)), NEVER))

            await gather(runtime, *(take_in(one) for one in (*messages, "t2", "t0")))
            assert len(ids) == len(messages)
            events = [event for one in messages for event in await queue.track(Track(transfer_id=one), NEVER)]
            assert [one.transfer_id for one in events if one.kind is EventKind.ACCEPTED] == list(messages)
            return {
                claim.message.transfer_id: (
                    [one.recipient.address.email_address.partition("@")[0] for one in claim.recipients],
                    claim.content.octets,
                )
                for claim in await queue.claim(100, LEASE_SECONDS, NEVER)
            }

    assert call(runtime_on(Mode.ASYNCIO, ManualClock()), main) == {
        one: (list(dict.fromkeys(names)), octets) for one, (names, octets) in messages.items()
    }


def test_what_a_row_says_of_a_recipient_is_there_when_it_is_claimed_and_when_it_is_looked_at(target: Target) -> None:
    """Nothing else says of a blind recipient whether rich text is wanted: no content has a row of his."""
    said = [(PidTagSendRichInfo, True), (PidTagTransmittableDisplayName, "B\0\ud800\N{SNOWMAN} \\ 'b'")]
    blind = Recipient(Address("SMTP", "bob@b.test"), RecipientKind.BCC, properties=said)

    async def story(queue: SqlQueue) -> list[object]:
        await queue.accept(Accept("t1", ANN, (blind,), Content(LETTER)), NEVER)
        [waiting] = await queue.queued(10, NEVER)
        [claim] = await queue.claim(10, LEASE_SECONDS, NEVER)
        return [list(one.properties) for one in (waiting.recipient, claim.recipients[0].recipient)]

    assert at_queue(target, story) == [said, said]


def test_who_is_given_back_keeps_what_is_known_of_the_ways(target: Target) -> None:
    """Else nobody who has no way would ever be refused: each look would be his first."""

    async def story(queue: SqlQueue) -> list[object]:
        await accept(queue, "t1", "bob")
        [claim] = await queue.claim(10, LEASE_SECONDS, NEVER)
        now = claim.message.accepted_at
        given = Settlement(claim.recipients[0], Pending(), now, attempts={"out": 2}, is_try=False)
        await queue.finish([Finished(claim.message, (given,))], NEVER)
        [again] = await queue.claim(10, LEASE_SECONDS, NEVER)
        return [again.recipients[0].attempts, again.recipients[0].tries]

    assert at_queue(target, story) == [{"out": 2}, 0]


def test_what_was_found_of_a_message_is_there_when_it_is_claimed_and_in_its_first_event(target: Target) -> None:
    found = frozenset({"dmarc=fail", "origin=outside"})

    async def story(queue: SqlQueue) -> list[object]:
        letter = Accept("t1", ANN, to("bob"), Content(LETTER), received_from="mx.b.test", verdicts=found)
        await queue.accept(letter, NEVER)
        [claim] = await queue.claim(10, LEASE_SECONDS, NEVER)
        [event] = await queue.track(Track(transfer_id="t1"), NEVER)
        return [claim.message.verdicts, event.text]

    assert at_queue(target, story) == [found, "mx.b.test; dmarc=fail origin=outside"]


def test_the_trace_of_a_message_is_there_when_it_is_claimed_and_counts_for_nobody_who_took_a_place(
    target: Target,
) -> None:
    async def story(queue: SqlQueue) -> None:
        letter = Accept("t1", ANN, to("bob"), Content(LETTER), trace=("north", "mx 1"), arrived_by="north line")
        await queue.accept(letter, NEVER)
        [claim] = await queue.claim(10, LEASE_SECONDS, NEVER)
        assert (claim.message.trace, claim.message.arrived_by) == (("north", "mx 1"), "north line")
        bob = Settlement(
            claim.recipients[0], Accepted(stage="expansion"), claim.message.accepted_at, successors=to("carol")
        )
        await queue.finish([Finished(claim.message, (bob,))], NEVER)
        [again] = await queue.claim(10, LEASE_SECONDS, NEVER)
        assert [claim.recipients[0].is_successor, again.recipients[0].is_successor] == [False, True]
        [event] = [one for one in await queue.track(Track(transfer_id="t1"), NEVER) if one.kind is EventKind.ACCEPTED]
        assert event.text == "it was at north, mx 1"

    at_queue(target, story)


def _accepted_by_an_older_version(connection: Connection, sender: str) -> None:
    connection.run(
        "insert into mta_message (id, transfer_id, sender_type, sender_address, size_octets, accepted_at,"
        " expires_at, message_id, subject, message_class, request, received_from)"
        " values (?, 't1', 'SMTP', ?, 1, 0, ?, '', '', '', '', '')",
        (b"1" * 16, sender, 1 << 61),
    )
    connection.run(
        "insert into mta_event (at, kind, mta_message_id, connector, next_hop, text)"
        " values (0, 'accepted', ?, '', '', '')",
        (b"1" * 16,),
    )


def test_what_waits_in_a_queue_of_an_older_version_is_claimed(target: Target) -> None:
    """A recipient had no properties in version 1, and a message no key of its sender."""
    if not isinstance(target, Path):  # whose tables are there already
        target = attrs.evolve(target, namespace=f"{target.namespace}_older")
    scripts = {engine: QUEUE_SCHEMA.scripts(engine)[:1] for engine in Engine}
    runtime = BlockingRuntime()
    older = Database.open(target, Schema(QUEUE_SCHEMA.name, scripts), create=True)

    def submit(connection: Connection) -> None:
        _accepted_by_an_older_version(connection, "Ann@A.test")
        connection.run(
            "insert into mta_content (mta_message_id, form, octets) values (?, 'mime', ?)", (b"1" * 16, LETTER)
        )
        connection.run(
            "insert into mta_recipient (mta_message_id, kind, address_type, address, address_key, display_name, state,"
            " lane, due_at, look_at) values (?, 1, 'SMTP', 'bob@b.test', 'bob@b.test', '', 1, '1', 0, 0)",
            (b"1" * 16,),
        )

    runtime.run(older.write(runtime, submit))
    runtime.run(older.close(runtime))

    async def story(queue: SqlQueue) -> list[str]:
        await accept(queue, "t2", "carol")
        sent = await queue.track(Track(sender="SMTP:ann@a.test"), NEVER)
        assert [one.transfer_id for one in sent] == ["t1", "t2"]
        claims = await queue.claim(100, LEASE_SECONDS, NEVER)
        return [one.recipient.email_address for claim in claims for one in claim.recipients]

    assert at_queue(target, story) == ["bob@b.test", "carol@b.test"]


def test_what_an_older_version_took_is_found_by_the_spelling_of_an_international_sender(target: Target) -> None:
    if not isinstance(target, Path):
        target = attrs.evolve(target, namespace=f"{target.namespace}_abroad")
    scripts = {engine: QUEUE_SCHEMA.scripts(engine)[:4] for engine in Engine}
    runtime = BlockingRuntime()
    older = Database.open(target, Schema(QUEUE_SCHEMA.name, scripts), create=True)

    def submit(connection: Connection) -> None:
        _accepted_by_an_older_version(connection, "änn@bücher.TEST")

    runtime.run(older.write(runtime, submit))
    runtime.run(older.close(runtime))

    async def story(queue: SqlQueue) -> list[str]:
        return [one.transfer_id for one in await queue.track(Track(sender="SMTP:Änn@Bücher.test"), NEVER)]

    assert at_queue(target, story) == ["t1"]


def test_the_octets_of_a_message_go_when_its_last_recipient_ends(target: Target) -> None:
    async def story(queue: SqlQueue) -> None:
        await accept(queue, "t1", "bob", "carol")
        await claim_and_settle(queue, Delivered(250))

    at_queue(target, story)
    assert kept_octets(target) == []


def test_the_octets_stay_while_somebody_needs_them(target: Target) -> None:
    async def story(queue: SqlQueue) -> None:
        await accept(queue, "t1", "bob")
        await accept(queue, "t1", "carol")
        await claim_and_settle(queue, Delivered(250), limit=1)
        await claim_and_settle(queue, Deferred(451))

    at_queue(target, story)
    assert kept_octets(target) == [len(LETTER)]


def test_a_claim_holds_no_more_than_fits_into_memory(target: Target) -> None:
    """A batch is counted in recipients; a hundred large messages at once would fill the memory."""

    async def story(queue: SqlQueue) -> list[int]:
        for number in range(5):
            large = Content(bytes(30 * 1024 * 1024) + bytes([number]))
            await queue.accept(Accept(f"large-{number}", ANN, to("bob@b.test"), large), NEVER)
        return [len(await queue.claim(100, LEASE_SECONDS, NEVER)) for _ in range(4)]

    assert at_queue(target, story) == [2, 2, 1, 0]


def test_setting_the_clock_frees_no_lease(target: Target) -> None:
    """A step of the time of day (NTP, summer time done wrong) says nothing about how long a holder has worked."""
    clock = ManualClock()

    async def story(queue: SqlQueue) -> int:
        await accept(queue, "t1", "bob")
        await queue.claim(100, LEASE_SECONDS, NEVER)
        clock.step(timedelta(seconds=86_400))
        return len(await queue.claim(100, LEASE_SECONDS, NEVER))

    assert at_queue(target, story, clock) == 0


@pytest.mark.parametrize(
    ("engine", "free"), [(Engine.SQLITE, 1), pytest.param(Engine.POSTGRES, 0, marks=pytest.mark.interop)]
)
def test_a_lease_of_another_boot_is_free_in_a_file_and_perhaps_another_machine_s_on_a_server(
    request: pytest.FixtureRequest, tmp_path: Path, engine: Engine, free: int
) -> None:
    on_a_file = engine is Engine.SQLITE
    target = tmp_path / "queue.db" if on_a_file else namespace_of(request.getfixturevalue("postgresql"), tmp_path)

    async def take(queue: SqlQueue) -> int:
        return len(await queue.claim(100, LEASE_SECONDS, NEVER))

    at_queue(target, lambda queue: accept(queue, "t1", "bob"))
    at_queue(target, take)
    in_queue(target, lambda c: c.run("update mta_recipient set holder = 'an earlier boot/1/1'"))
    assert at_queue(target, take) == free


def test_a_dead_letter_is_told_to_the_log(target: Target, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody else is told: its sender waits for a report, and whoever keeps the MTA looks at no event of it."""
    clock = ManualClock()

    async def story(queue: SqlQueue) -> None:
        await accept(queue, "t1", "bob")
        for _ in range(MOST_CRASHES + 1):
            await queue.claim(100, LEASE_SECONDS, NEVER)
            clock.move(LEASE_SECONDS + 1)

    at_queue(target, story, clock)
    reason = "3 workers ended, or were too late, while they had it"
    assert [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "msgcore.mta"] == [
        ("ERROR", f"t1: a dead letter, to SMTP:bob@b.test: {reason}; it waits for a person")
    ]


CLAIMS = """
import sys
from msgcore.mta.queue.limits import QueueLimits
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER
queue = SqlQueue(runtime, Database.open(target, QUEUE_SCHEMA, create=True))
while claims := runtime.run(queue.claim(7, 600.0, NEVER)):
    for claim in claims:
        for one in claim.recipients:
            print(one.number, flush=True)
print("done", flush=True)
sys.stdin.read()
"""


def claimer(target: Target) -> subprocess.Popen[str]:
    """Start a process that claims all it can, says so, and lives until its input ends."""
    return subprocess.Popen(program(target, CLAIMS), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def claimed_by(child: subprocess.Popen[str]) -> list[int]:
    assert child.stdout is not None
    return [int(line) for line in iter(child.stdout.readline, "done\n")]


def test_processes_that_claim_at_the_same_time_share_nothing(target: Target) -> None:
    at_queue(target, lambda queue: accept(queue, "t1", *(f"r{n}" for n in range(150))))

    with claimer(target) as first, claimer(target) as second:
        claimed = claimed_by(first) + claimed_by(second)
        for child in (first, second):
            child.communicate()

    assert sorted(claimed) == list(range(1, 151))


def test_what_a_killed_process_held_is_free_at_once(target: Target) -> None:
    async def claim(queue: SqlQueue) -> int:
        return sum(len(one.recipients) for one in await queue.claim(100, LEASE_SECONDS, NEVER))

    at_queue(target, lambda queue: accept(queue, "t1", "bob", "carol"))
    with claimer(target) as child:
        held = len(claimed_by(child))
        while_it_lives = at_queue(target, claim)
        child.kill()
        child.wait()

    assert (held, while_it_lives, at_queue(target, claim)) == (2, 0, 2)


def test_no_step_of_a_delivery_walks_a_table(tmp_path: Path) -> None:
    """Rows stay for tracking, so what is worked off must not cost more with every message that ever was or waits."""
    seen: list[str] = []

    async def main(runtime: Runtime) -> None:
        database = Explained.open(tmp_path / "queue.db", QUEUE_SCHEMA, create=True)
        assert isinstance(database, Explained)
        database.seen = seen
        queue = SqlQueue(runtime, database, limits=None)  # those are looked at every few seconds only
        await accept(queue, "t1", "bob", "carol")
        await claim_and_settle(queue, Delivered(250))
        await queue.outcomes("t1", NEVER)
        await database.close(runtime)

    Mode.BLOCKING.run(main)
    # The lanes are what was found, one for each next hop; and in that index are suspects alone.
    small = {"SCAN lanes", "SCAN mta_recipient USING INDEX mta_recipient_suspect"}
    assert [step for step in seen if step.startswith("SCAN") and step not in small] == []


class ExplainedConnection:
    """A connection that first asks SQLite how it will go about each statement."""

    engine = Engine.SQLITE

    def __init__(self, connection: Connection, seen: list[str]) -> None:
        self._connection = connection
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._connection, name)

        def explain(sql: str, parameters: Any = ()) -> Any:
            given = list(parameters)
            values = given[0] if given and name == "run_many" else given
            plan = self._connection.rows(f"explain query plan {sql}", values)
            self._seen += [str(row[-1]) for row in plan]
            return method(sql, given)

        return explain


class Explained(Database):
    seen: list[str]

    async def read(self, runtime: Runtime, work: Callable[[Any], T], deadline: Any = NEVER) -> T:
        return await super().read(runtime, lambda c: work(ExplainedConnection(c, self.seen)), deadline)

    async def write(
        self, runtime: Runtime, work: Callable[[Any], T], deadline: Any = NEVER, *, is_quick: bool = False
    ) -> T:
        def explained(connection: Connection) -> T:
            return work(ExplainedConnection(connection, self.seen))

        return await super().write(runtime, explained, deadline, is_quick=is_quick)


def test_only_what_is_little_may_run_on_the_loop(tmp_path: Path) -> None:
    crowd = [f"r{number}" for number in range(10)]

    async def main(runtime: Runtime) -> list[bool]:
        database = Noting.open(tmp_path / "queue.db", QUEUE_SCHEMA, create=True)
        assert isinstance(database, Noting)
        database.quick = []
        queue = SqlQueue(runtime, database)
        await accept(queue, "large", "bob", octets=LETTER * 1_000)
        await accept(queue, "few", "bob", "carol")
        claims = await queue.claim(100, LEASE_SECONDS, NEVER)
        for claim in claims:
            await queue.finish([finished_of(claim)], NEVER)
        for number in range(11):
            await accept(queue, f"crowd {number}", *crowd)
        claims = await queue.claim(200, LEASE_SECONDS, NEVER)
        await queue.finish([finished_of(claim) for claim in claims], NEVER)
        await database.close(runtime)
        return database.quick

    taken_in, settled, crowds, many = [False, True], [False, True], [True] * 11, [False, False]
    assert Mode.BLOCKING.run(main) == [*taken_in, False, *settled, *crowds, *many]


def finished_of(claim: Claim) -> Finished:
    moment = claim.message.accepted_at
    return Finished(claim.message, tuple(Settlement(one, Delivered(250), moment) for one in claim.recipients))


class Noting(Database):
    """A database that keeps of each transaction whether it is quick."""

    quick: list[bool]

    async def write(
        self,
        runtime: Runtime,
        work: Callable[[Any], T],
        deadline: Any = NEVER,
        *,
        is_quick: bool = False,
    ) -> T:
        self.quick.append(is_quick)
        return await super().write(runtime, work, deadline, is_quick=is_quick)


# Back-pressure.


def limited(
    target: Target, limits: QueueLimits, story: Callable[[SqlQueue], Coroutine[Any, Any, T]], clock: ManualClock
) -> T:
    async def main(runtime: Runtime) -> T:
        database = Database.open(target, QUEUE_SCHEMA, create=True)
        try:
            return await story(SqlQueue(runtime, database, limits=limits))
        finally:
            await database.close(runtime)

    return call(runtime_on(Mode.BLOCKING, clock), main)


def test_a_queue_that_is_full_takes_nothing_in_until_there_is_room(target: Target) -> None:
    clock = ManualClock()

    async def story(queue: SqlQueue) -> list[bool]:
        await accept(queue, "t1", "bob", "carol")
        clock.move(6)
        refused = await is_refused(queue, ServiceBusy)
        await claim_and_settle(queue, Delivered(250))
        clock.move(6)
        return [refused, await is_refused(queue, ServiceBusy)]

    assert limited(target, QueueLimits(most_recipients=2), story, clock) == [True, False]


def test_a_queue_that_is_late_takes_nothing_in(target: Target) -> None:
    clock = ManualClock()

    async def story(queue: SqlQueue) -> list[bool]:
        await accept(queue, "t1", "bob")
        clock.move(50)
        in_time = await is_refused(queue, ServiceBusy)
        clock.move(60)
        return [in_time, await is_refused(queue, ServiceBusy)]

    assert limited(target, QueueLimits(longest_delay=timedelta(minutes=1)), story, clock) == [False, True]


def test_a_disk_with_no_room_takes_nothing_in(tmp_path: Path) -> None:
    async def story(queue: SqlQueue) -> bool:
        return await is_refused(queue, StoreFull)

    assert limited(tmp_path / "queue.db", QueueLimits(least_free_octets=2**62), story, ManualClock())


async def is_refused(queue: SqlQueue, kind: type[Exception]) -> bool:
    try:
        await accept(queue, "another", "dave")
    except kind:
        return True
    return False


def test_next_hops_that_nobody_tries_any_more_are_forgotten(target: Target) -> None:
    """Each domain that is gone would stay in the table, which all workers read every other second."""
    clock = ManualClock()

    async def story(queue: SqlQueue) -> list[list[str]]:
        found: list[list[str]] = []
        for hop, hours in (("out gone.test", 0), ("out old.test", 20), ("out new.test", 5)):
            clock.move(timedelta(hours=hours))
            await queue.note_links([LinkNote(hop, 5, 1, clock.now())], NEVER)
            found.append(sorted(one.hop for one in await queue.links(NEVER)))
        return found

    _, before, after = at_queue(target, story, clock)
    assert (before, after) == (["out gone.test", "out old.test"], ["out new.test", "out old.test"])


def test_a_list_of_a_great_many_who_are_named_as_well_brings_nobody_a_second_copy(target: Target) -> None:
    """They are looked for some at a time."""
    many = to("list", *[f"r{number}" for number in range(1_001)])

    async def story(queue: SqlQueue) -> int:
        await queue.accept(Accept("t1", ANN, many, Content(LETTER)), NEVER)
        [claim] = await queue.claim(1, LEASE_SECONDS, NEVER)
        members = tuple(attrs.evolve(one, kind=RecipientKind.CC) for one in many[1:])
        expanded = Settlement(claim.recipients[0], Accepted(), claim.message.accepted_at, successors=members)
        await queue.finish([Finished(claim.message, (expanded,))], NEVER)
        return await queue.waiting(NEVER)

    assert at_queue(target, story) == 1_001
