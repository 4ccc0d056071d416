"""What the manager makes of next hops that do not answer, and of recipients that workers ended over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from msgcore.errors import ConnectionLost, MsgcoreError, NameNotResolved, ServiceBusy, TlsFailed
from msgcore.model import Deferred, Delivered, Outcome, Pending, Recipient, Refused
from msgcore.model.delivery import DeliveryRequest
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.manager.hops import limits_of
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import SUSPICIOUS, Accept
from msgcore.mta.queue.restrict import QueueNextHop
from msgcore.mta.queue.tracking import EventKind, Track
from msgcore.mta.routing.schedule import Schedule
from msgcore.runtime import NEVER
from msgcore.spi.gateway import Content
from msgcore.testing.queues import LETTER, to
from tests.mta.office import SETTINGS, Delivery, Office, at_office, installed

DOWN: list[MsgcoreError] = [ConnectionLost("gone"), NameNotResolved("who?"), ServiceBusy("later"), TlsFailed("no")]


@attrs.define
class Wire:
    """What a gateway of a test does: answer, or not; and whom it was given, one line a call."""

    error: MsgcoreError | None = None
    calls: list[list[str]] = attrs.field(factory=list[list[str]])

    async def deliver(self, delivery: Delivery) -> Mapping[Recipient, Outcome]:
        self.calls.append(delivery.names)
        if self.error is not None:
            raise self.error
        return delivery.all(Delivered(250))

    @property
    def names(self) -> list[str]:
        return sorted(name for call in self.calls for name in call)


def two_ways(first: Wire, second: Wire) -> RouteTable:
    return RouteTable(
        [
            Connector("cheap", installed(first.deliver), [AddressSpace("SMTP", "*", 1)], {"relay": "cheap.test"}),
            Connector("dear", installed(second.deliver), [AddressSpace("SMTP", "*", 50)], {"relay": "dear.test"}),
        ]
    )


def one_way(wire: Wire, **more: object) -> RouteTable:
    spaces = [AddressSpace("SMTP", "*")]
    return RouteTable([Connector("out", installed(wire.deliver), spaces, {"relay": "r.test"}, **more)])  # type: ignore[arg-type]  # what a connector takes


async def submit_many(office: Office, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        await office.submit(f"r{number}@b.test", transfer_id=f"t{number}", sender=None)


@pytest.mark.parametrize("error", DOWN, ids=lambda error: type(error).__name__)
def test_who_finds_a_connector_shut_goes_through_another_at_once(tmp_path: Path, error: MsgcoreError) -> None:
    cheap, dear = Wire(error), Wire()

    async def story(office: Office) -> int:
        office.routes = two_ways(cheap, dear)
        await office.submit("bob@b.test")
        await office.work()
        return await office.waiting()

    assert (at_office(tmp_path, story), cheap.calls, dear.calls) == (0, [["bob"]], [["bob"]])


def test_who_finds_every_connector_shut_waits(tmp_path: Path) -> None:
    cheap, dear = Wire(DOWN[0]), Wire(DOWN[0])

    async def story(office: Office) -> Mapping[str, int]:
        office.routes = two_ways(cheap, dear)
        await office.submit("bob@b.test")
        await office.work()
        await office.queue.change(Change.retry(), NEVER)
        claim = (await office.queue.claim(1, 60, NEVER))[0]
        return dict(claim.recipients[0].attempts)

    # The cheap one was tried, then the dear one; each failure is told apart.
    assert at_office(tmp_path, story) == {"cheap": 1, "dear": 1}
    assert (cheap.calls, dear.calls) == ([["bob"]], [["bob"]])


def test_a_recipient_that_is_refused_says_nothing_about_the_hop(tmp_path: Path) -> None:
    """A server that answers is there, whatever it answers: nothing goes another way."""
    dear = Wire()
    seen: list[list[str]] = []

    async def busy(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.append(delivery.names)
        return delivery.all(Deferred(451, "4.2.1", "busy"))

    async def story(office: Office) -> int:
        office.routes = RouteTable(
            [
                Connector("cheap", installed(busy), [AddressSpace("SMTP", "*", 1)], {"relay": "cheap.test"}),
                Connector("dear", installed(dear.deliver), [AddressSpace("SMTP", "*", 50)], {"relay": "dear.test"}),
            ]
        )
        await submit_many(office, 20)
        await office.work()
        return await office.waiting()

    assert (at_office(tmp_path, story), len(seen), dear.calls) == (20, 20, [])


def test_a_hop_that_asks_for_patience_is_left_alone_for_so_long(tmp_path: Path) -> None:
    """The first one that hears of a limit tells all, and a cheaper way is not asked in vain meanwhile."""
    cheap, dear = Wire(ServiceBusy("429 too many messages", 900.0)), Wire()

    async def story(office: Office) -> list[bool]:
        office.routes = two_ways(cheap, dear)
        await office.submit("bob@b.test")
        before = office.clock.now()
        await office.work()
        await submit_many(office, 20)
        await office.work()
        until = [note.down_until for note in await office.queue.links(NEVER) if note.down_until is not None]
        return [before + timedelta(seconds=900) <= one <= office.clock.now() + timedelta(seconds=900) for one in until]

    assert (at_office(tmp_path, story), cheap.calls, len(dear.calls)) == ([True], [["bob"]], 21)


def test_a_hop_that_is_down_is_not_asked_by_every_message(tmp_path: Path) -> None:
    wire = Wire(DOWN[0])

    async def story(office: Office) -> int:
        office.routes = one_way(wire)
        await submit_many(office, 200)
        await office.work()
        return await office.waiting()

    waiting = at_office(tmp_path, story)
    # Those that were on their way when it was found down, and not one more.
    assert waiting == 200
    assert len(wire.calls) <= 2 * PaceLimits().initial


def test_a_hop_that_is_down_keeps_nobody_else_back(tmp_path: Path) -> None:
    dead, alive = Wire(DOWN[0]), Wire()

    async def story(office: Office) -> int:
        office.routes = RouteTable(
            [
                Connector("dead", installed(dead.deliver), [AddressSpace("SMTP", "*@dead.test")]),
                Connector("alive", installed(alive.deliver), [AddressSpace("SMTP", "*@alive.test")]),
            ]
        )
        for number in range(100):
            await office.submit(f"r{number}@{'dead' if number % 2 else 'alive'}.test", transfer_id=f"t{number}")
        await office.work()
        return await office.waiting()

    assert (at_office(tmp_path, story), len(alive.names)) == (50, 50)


def test_a_hop_that_was_down_gets_one_probe_and_then_the_rest(tmp_path: Path) -> None:
    wire = Wire(DOWN[0])

    async def story(office: Office) -> tuple[int, int, int]:
        office.routes = one_way(wire)
        await submit_many(office, 50)
        await office.work()
        found_down = len(wire.calls)
        office.clock.move(PaceLimits().shortest_wait_seconds + 10)
        await office.work()
        probes = len(wire.calls) - found_down
        wire.error = None
        office.clock.move(4 * PaceLimits().shortest_wait_seconds)
        await office.work()
        return found_down, probes, await office.waiting()

    found_down, probes, waiting = at_office(tmp_path, story)
    assert (probes, waiting) == (1, 0)
    assert Counter(wire.names) >= Counter(f"r{number}" for number in range(50))
    assert found_down < 50


def test_what_one_worker_finds_down_another_leaves_alone(tmp_path: Path) -> None:
    wire = Wire(DOWN[0])

    async def story(office: Office) -> int:
        office.routes = one_way(wire)
        await submit_many(office, 50)
        await office.work()
        before = len(wire.calls)
        await submit_many(office, 10, first=100)
        await office.work()  # a new manager, as in another process
        return len(wire.calls) - before

    assert at_office(tmp_path, story) == 0


def test_whoever_makes_everybody_due_has_the_hop_tried(tmp_path: Path) -> None:
    wire = Wire(DOWN[0])

    async def story(office: Office) -> int:
        office.routes = one_way(wire)
        await submit_many(office, 20)
        await office.work()
        wire.error = None
        await office.queue.change(Change.retry(), NEVER)
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0


def test_who_only_waits_for_a_hop_is_given_up_in_time(tmp_path: Path) -> None:
    """Who stands behind others is never tried, and must not wait for ever."""
    wire = Wire(DOWN[0])

    async def story(office: Office) -> int:
        office.routes = one_way(wire)
        office.settings = attrs.evolve(SETTINGS, retry=attrs.evolve(SETTINGS.retry, least_tries=3))
        await submit_many(office, 30)
        for _ in range(40):
            await office.work()
            office.clock.move(3 * 3_600)
        return await office.waiting()

    assert at_office(tmp_path, story, lifetime=timedelta(days=1)) == 0


def test_a_clock_that_jumps_ahead_ends_nobody(tmp_path: Path) -> None:
    async def busy(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(Deferred(451))

    async def story(office: Office) -> int:
        office.settings = attrs.evolve(SETTINGS, retry=attrs.evolve(SETTINGS.retry, least_tries=4))
        office.routes = RouteTable([Connector("out", installed(busy), [AddressSpace("SMTP", "*")])])
        await submit_many(office, 10)
        await office.work()
        office.clock.move(timedelta(days=3_650).total_seconds())
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 10


def test_who_asks_for_haste_is_given_up_when_it_is_over(tmp_path: Path) -> None:
    async def busy(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(Deferred(451))

    async def story(office: Office) -> int:
        office.settings = attrs.evolve(SETTINGS, retry=attrs.evolve(SETTINGS.retry, least_tries=4))
        office.routes = RouteTable([Connector("out", installed(busy), [AddressSpace("SMTP", "*@b.test")])])
        request = DeliveryRequest(within_seconds=60)
        await office.queue.accept(Accept("t1", None, to("bob"), Content(LETTER), request=request), NEVER)
        await office.work()
        office.clock.move(3_600)
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0


def test_no_more_sessions_than_the_connector_allows(tmp_path: Path) -> None:
    at_once: list[int] = []
    now = 0

    async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        nonlocal now
        now += 1
        at_once.append(now)
        for _ in range(3):
            await delivery.runtime.in_thread(lambda: None)
        now -= 1
        return delivery.all(Delivered(250))

    async def story(office: Office) -> int:
        spaces = [AddressSpace("SMTP", "*")]
        office.routes = RouteTable([Connector("out", installed(slow), spaces, {"relay": "r"}, max_sessions=2)])
        await submit_many(office, 30)
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0
    assert max(at_once) == 2


def test_a_message_for_more_than_a_connector_takes_is_split(tmp_path: Path) -> None:
    wire = Wire()

    async def story(office: Office) -> int:
        office.routes = one_way(wire, max_recipients=3)
        await office.submit(*(f"r{number}@b.test" for number in range(8)))
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0
    assert sorted(map(len, wire.calls)) == [2, 3, 3]


# Recipients that workers ended over.


def test_a_suspect_is_worked_alone(tmp_path: Path) -> None:
    at_once: list[Sequence[str]] = []
    busy: set[str] = set()

    async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        busy.update(delivery.names)
        at_once.append(sorted(busy))
        for _ in range(3):
            await delivery.runtime.in_thread(lambda: None)
        busy.difference_update(delivery.names)
        return delivery.all(Delivered(250))

    async def story(office: Office) -> int:
        office.routes = RouteTable([Connector("out", installed(slow), [AddressSpace("SMTP", "*")], {"relay": "r"})])
        await office.submit("suspect@b.test", transfer_id="t")
        for _ in range(SUSPICIOUS):
            await office.queue.claim(1, 60, NEVER)
            office.clock.move(61)
        await submit_many(office, 10)
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0
    assert [one for one in at_once if "suspect" in one] == [["suspect"]]


# Events.


def test_a_way_round_leaves_a_trace(tmp_path: Path) -> None:
    cheap, dear = Wire(DOWN[0]), Wire()

    async def story(office: Office) -> list[tuple[EventKind, str]]:
        office.routes = two_ways(cheap, dear)
        await office.submit("bob@b.test")
        await office.work()
        events = await office.queue.track(Track(transfer_id="t1"), NEVER)
        return [(one.kind, one.connector) for one in events]

    assert at_office(tmp_path, story) == [(EventKind.ACCEPTED, ""), (EventKind.DELIVERED, "dear")]


def test_who_waits_for_a_hop_is_found_by_it(tmp_path: Path) -> None:
    wire = Wire(DOWN[0])

    async def story(office: Office) -> int:
        office.routes = one_way(wire)
        await office.submit("bob@b.test")
        await office.work()
        return len(await office.queue.queued(10, NEVER, QueueNextHop.equals("r.test")))

    assert at_office(tmp_path, story) == 1


@pytest.mark.parametrize(
    ("outcome", "goes_round"),
    [
        (Deferred(421, stage="DATA"), True),
        (Deferred(450, stage="greeting"), True),
        (Deferred(451, stage="MAIL"), False),
        (Refused(554, stage="greeting"), False),
    ],
    ids=str,
)
def test_a_server_that_wants_no_session_is_gone_around_as_one_that_does_not_answer(
    tmp_path: Path, outcome: Outcome, goes_round: bool
) -> None:
    dear = Wire()

    async def busy(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(outcome)

    async def story(office: Office) -> None:
        table = two_ways(Wire(), dear)
        cheap = attrs.evolve(table.connectors[0], gateway=installed(busy))
        office.routes = RouteTable([cheap, table.connectors[1]])
        await submit_many(office, 1)
        await office.work()

    at_office(tmp_path, story)
    assert dear.names == (["r0"] if goes_round else [])


@pytest.mark.parametrize(
    ("shortest", "longest", "waits"),
    [
        (None, None, (300, 4_000)),
        (60, None, (60, 4_000)),
        (None, 120, (120, 120)),
        (None, 9_000, (300, 9_000)),
        (5_000, None, (5_000, 5_000)),
        (60, 120, (60, 120)),
    ],
)
def test_a_connector_says_how_long_its_next_hops_are_left_in_peace(
    shortest: float | None, longest: float | None, waits: tuple[float, float]
) -> None:
    spaces = [AddressSpace("SMTP", "*")]
    connector = Connector("out", "smtp", spaces, retry_shortest_seconds=shortest, retry_longest_seconds=longest)
    found = limits_of(connector, PaceLimits())
    assert (found.shortest_wait_seconds, found.longest_wait_seconds) == waits


# Connectors that are not open.


def in_days(office: Office, days: int) -> Schedule:
    """Make a schedule that opens for a minute after some days."""
    day = (office.runtime.now() + timedelta(days=days)).weekday()
    return Schedule([f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day]} 00:00-00:01"])


@pytest.mark.parametrize("is_called", [True, False], ids=["remote-initiated", "in four days"])
def test_mail_for_a_connector_that_does_not_open_is_given_up_when_it_expires(tmp_path: Path, is_called: bool) -> None:
    wire = Wire()

    async def story(office: Office) -> list[Outcome]:
        office.settings = attrs.evolve(SETTINGS, retry=attrs.evolve(SETTINGS.retry, least_tries=4))
        office.routes = one_way(wire, schedule=Schedule() if is_called else in_days(office, 4))
        await submit_many(office, 1)
        found: list[Outcome] = []
        for hours in (0, 47, 2, 2, 2, 2):
            await office.work_later(timedelta(hours=hours))
            found.append(await office.outcome("t0"))
        return found

    found = at_office(tmp_path, story, lifetime=timedelta(days=2))
    assert [type(one) for one in found] == [Pending, Pending, Deferred, Deferred, Deferred, Refused]
    assert wire.calls == []


def test_the_sender_is_told_of_a_connector_that_is_closed_for_days(tmp_path: Path) -> None:
    home = Wire()

    async def story(office: Office) -> list[list[str]]:
        closed = Connector("out", installed(Wire().deliver), [AddressSpace("SMTP", "*")], schedule=in_days(office, 3))
        open_ = Connector("home", installed(home.deliver), [AddressSpace("SMTP", "*@a.test")])
        office.routes = RouteTable([closed, open_])
        await office.submit("bob@b.test")
        await office.work()
        await office.work_later(timedelta(hours=5))
        return home.calls

    assert at_office(tmp_path, story) == [["ann"]]


@pytest.mark.parametrize("is_closed", [True, False])
def test_who_asks_for_haste_gets_nothing_delivered_when_it_is_over(tmp_path: Path, is_closed: bool) -> None:
    """RFC 2852: it is returned, in time, whatever the recipient waits for."""
    wire = Wire()

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_way(wire, schedule=in_days(office, 2) if is_closed else None)
        request = DeliveryRequest(within_seconds=600)
        await office.queue.accept(Accept("t1", None, to("bob"), Content(LETTER), request=request), NEVER)
        if is_closed:
            await office.work()
        await office.work_later(timedelta(seconds=601))
        return await office.outcomes()

    assert (at_office(tmp_path, story), wire.calls) == ([Refused(None, "5.4.7", stage="queue")], [])


def test_who_waited_for_a_session_until_his_time_was_over_is_not_delivered(tmp_path: Path) -> None:
    seen: list[str] = []

    async def story(office: Office) -> list[Outcome]:
        async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            seen.extend(delivery.names)
            office.clock.move(61)
            return delivery.all(Delivered(250))

        spaces = [AddressSpace("SMTP", "*")]
        office.routes = RouteTable([Connector("out", installed(slow), spaces, max_sessions=1)])
        request = DeliveryRequest(within_seconds=60)
        for transfer_id in ("t1", "t2"):
            accept = Accept(transfer_id, None, to("bob"), Content(LETTER), request=request)
            await office.queue.accept(accept, NEVER)
        await office.work()
        return [await office.outcome("t1"), await office.outcome("t2")]

    assert [type(one) for one in at_office(tmp_path, story)] == [Delivered, Refused]
    assert seen == ["bob"]


def test_a_time_in_hand_is_not_over_when_the_grade_has_expired(tmp_path: Path) -> None:
    """A node that was off for longer than mail is kept tries what it finds, as it does without a time."""
    wire = Wire()

    async def story(office: Office) -> None:
        office.routes = one_way(wire)
        request = DeliveryRequest(within_seconds=10 * 86_400)
        await office.queue.accept(Accept("t1", None, to("bob"), Content(LETTER), request=request), NEVER)
        await office.work_later(timedelta(days=3))

    at_office(tmp_path, story, lifetime=timedelta(days=2))
    assert wire.names == ["bob"]


def test_who_waits_for_a_hop_that_is_down_is_found_by_its_connector_with_the_reason(tmp_path: Path) -> None:
    async def story(office: Office) -> list[tuple[str, str]]:
        office.routes = one_way(Wire(ConnectionLost("gone")))
        await submit_many(office, 10)
        await office.work()
        found = await office.queue.queued(100, NEVER, 'connector = "out" and next_hop = "r.test"')
        return [(type(one.outcome).__name__, one.reason) for one in found]

    found = at_office(tmp_path, story)
    assert len(found) == 10
    assert set(found) == {("Deferred", ""), ("Pending", "the next hop does not answer")}
