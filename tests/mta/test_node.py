"""Nodes: an organisation's MTA at work, with real clients in front of it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import queue
import smtplib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

import msgcore
import msgcore.aio
from msgcore.base.times import Deadline
from msgcore.blocking.node import Node as BlockingNode
from msgcore.blocking.organization import Organization
from msgcore.errors import ConnectionLost, MissingExtra, SetupError, TimedOut, UsageError
from msgcore.model import Accepted, Deferred, Delivered, Outcome, Recipient, Refused
from msgcore.model.address import parse_address
from msgcore.mta import (
    AddressSpace,
    Change,
    Connector,
    EventKind,
    HopTurned,
    ListenOn,
    LoginRefused,
    MailRefused,
    MessageTaken,
    NodeEvent,
    RecipientSettled,
    ReportMade,
    ReportSettings,
    RetryPolicy,
    RouteTable,
    SessionTurned,
    State,
)
from msgcore.mta.listener import DirectoryCheck, ListenerSettings, from_networks
from msgcore.mta.manager.manager import Manager
from msgcore.mta.node import Node, Parts
from msgcore.mta.node_queue import NodeQueue
from msgcore.mta.queue.contract import Accept
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.props.table import PidTagEmailAddress
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Database, Engine, Event, LoopRuntime
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.gateway import Content
from msgcore.testing.memory_queue import MemoryQueue, QueueMemory
from msgcore.testing.organization import MemoryOrganization
from tests.mta.homes import home_in_a_file, home_on_a_server
from tests.mta.nodes import QUICK, Watched
from tests.mta.office import Book, Delivery, delivered, installed
from tests.mta.places import ENGINES, Target
from tests.waits import Waits

LETTER = b"Subject: hello\r\nMessage-ID: <1@b.test>\r\n\r\nHello\r\n"
INSIDE = Delivered(250, "2.1.5")
SMTP_HERE = ListenOn("127.0.0.1", 0)
TO_ALL = ListenOn("127.0.0.1", 0, ListenerSettings("mx.a.test", may_relay=from_networks("127.0.0.0/8")))

everywhere = pytest.mark.parametrize("organization", [*ENGINES, "memory"], indirect=True)


@pytest.fixture
def organization(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Organization]:
    """Give one with Ann's mailbox: in a file, unless the test asks for another place."""
    place = getattr(request, "param", Engine.SQLITE)
    with opened(place, request, tmp_path) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
        yield organization


def opened(place: object, request: pytest.FixtureRequest, folder: Path) -> Organization:
    if place == "memory":
        return MemoryOrganization({}).open()
    if place is Engine.SQLITE:
        return msgcore.open_organization(home_in_a_file(folder).url, create=True)
    return msgcore.open_organization(home_on_a_server(request.getfixturevalue("postgresql"), folder).url, create=True)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def send(port: int, *to: str, lmtp: bool = False) -> dict[str, tuple[int, bytes]]:
    """Send a mail as the standard library does, and give who was refused."""
    with (smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port, local_hostname="client.b.test") as client:
        try:
            return client.sendmail("bob@b.test", list(to), LETTER)
        except smtplib.SMTPRecipientsRefused as error:
            return error.recipients


def one_way(deliver: Callable[[Delivery], Awaitable[Mapping[Recipient, Outcome]]], pattern: str = "*") -> RouteTable:
    return RouteTable([Connector("out", installed(deliver), [AddressSpace("SMTP", pattern)])])


class Gate:
    """A gateway that lets nothing through before it is opened."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self._open: Event | None = None
        self._is_open = False

    async def deliver(self, delivery: Delivery) -> Mapping[Recipient, Outcome]:
        self._open = delivery.runtime.event()
        if self._is_open:
            self._open.set()
        self.is_reached.set()
        await self._open.wait()
        return delivery.all(Delivered(250))

    def open(self) -> None:
        self._is_open = True
        if self._open is not None:
            self._open.set()


# Mail comes in, and goes where it belongs


@everywhere
def test_mail_that_comes_in_is_in_its_mailbox_without_anybody_doing_anything(
    organization: Organization, watched: Watched
) -> None:
    with organization.working([SMTP_HERE], settings=QUICK, watch=watched) as node:
        send(node.ports[0], "ann@a.test")

        assert watched.outcome_for("ann@a.test") == INSIDE


def test_mail_that_comes_in_wakes_a_node_that_rarely_looks(organization: Organization, watched: Watched) -> None:
    """Its poll is an hour away: what was accepted must not wait for that."""
    rarely = attrs.evolve(QUICK, poll_seconds=3_600)
    with organization.working([SMTP_HERE], settings=rarely, watch=watched) as node:
        send(node.ports[0], "ann@a.test")

        assert watched.outcome_for("ann@a.test") == INSIDE


def test_who_watches_hears_what_listeners_take_and_refuse_and_of_reports(organization: Organization) -> None:
    """The mail that comes back is the report, which is for nobody of this node, and so is settled last."""
    heard: queue.Queue[NodeEvent] = queue.Queue()
    refusing = RouteTable([Connector("out", installed(refused), [AddressSpace("SMTP", "*@c.test")])])
    organization.set_routes(refusing)
    with organization.working([TO_ALL], settings=QUICK, watch=heard.put) as node:
        send(node.ports[0], "nobody@b.test", "carol@c.test")
        told = [told_of(heard.get(timeout=10)) for _ in range(6)]

    began, no, taken, *others = told
    assert (began, no, taken) == ("smtp began", "smtp RCPT 5.4.4", f"smtp took {len(LETTER)} of bob@b.test for 1")
    assert {"smtp ended", "carol@c.test refused", "failed about 1"} == set(others)


async def refused(delivery: Delivery) -> Mapping[Recipient, Outcome]:
    return delivery.all(Refused(550))


def told_of(event: NodeEvent) -> str:
    match event:
        case SessionTurned(service, is_open):
            return f"{service} {'began' if is_open else 'ended'}"
        case MessageTaken(service, client, sender, reply, size, recipients, seconds):
            assert (client.address, reply.code, seconds < 60) == ("127.0.0.1", 250, True)
            return f"{service} took {size} of {sender and sender.email_address} for {recipients}"
        case MailRefused(service, client, command, address, reply):
            assert (client.address, address) == ("127.0.0.1", parse_address("SMTP:nobody@b.test"))
            return f"{service} {command} {reply.enhanced}"
        case LoginRefused(service, address, user):
            return f"{service} {address} {user}"
        case ReportMade(kind, count):
            return f"{kind} about {count}"
        case RecipientSettled():
            outcome = type(event.settlement.outcome).__name__.lower()
            return f"{event.settlement.queued.recipient.email_address} {outcome}"
        case HopTurned(hop):
            return hop


def test_a_node_works_on_the_caller_s_loop(tmp_path: Path) -> None:
    async def story() -> Outcome:
        watched = Watched()
        url = home_in_a_file(tmp_path).url
        async with msgcore.aio.open_organization(url, create=True) as organization:
            await organization.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
            async with organization.working([SMTP_HERE], settings=QUICK, watch=watched) as node:
                await asyncio.to_thread(send, node.ports[0], "ann@a.test")
                return await asyncio.to_thread(watched.outcome_for, "ann@a.test")

    assert asyncio.run(story()) == INSIDE


def test_a_node_listens_by_smtp_and_by_lmtp_on_ports_in_their_order(
    organization: Organization, watched: Watched
) -> None:
    lmtp = ListenOn("127.0.0.1", 0, ListenerSettings("mx.a.test", is_lmtp=True))
    with organization.working([lmtp, SMTP_HERE], settings=QUICK, watch=watched) as node:
        send(node.ports[0], "ann@a.test", lmtp=True)
        send(node.ports[1], "ann@a.test")

        assert [watched.outcome_for("ann@a.test") for _ in node.ports] == [INSIDE] * 2


def test_a_node_takes_what_others_put_into_the_queue(
    organization: Organization, watched: Watched, tmp_path: Path
) -> None:
    with organization.working(settings=QUICK, watch=watched):
        put_in(home_in_a_file(tmp_path).target, "ann@a.test")

        assert watched.outcome_for("ann@a.test") == INSIDE


def put_in(target: Target, *to: str) -> None:
    """Put mail into the queue as a session of another process does."""
    runtime = BlockingRuntime()
    database = Database.open(target, QUEUE_SCHEMA, create=False)
    accept = Accept("t1", None, tuple(Recipient(parse_address(one)) for one in to), Content(LETTER))
    runtime.run(SqlQueue(runtime, database).accept(accept, NEVER))
    runtime.run(database.close(runtime))


def test_who_is_nobody_in_an_own_domain_is_refused_at_rcpt(organization: Organization) -> None:
    organization.set_routes(RouteTable([Connector("ours", "mailbox", [AddressSpace("SMTP", "*@a.test")])]))
    with organization.working([SMTP_HERE], settings=QUICK) as node:
        refused = send(node.ports[0], "nobody@a.test")

    assert refused["nobody@a.test"][1].startswith(b"5.1.1 ")


def test_nothing_is_relayed_for_strangers(organization: Organization) -> None:
    organization.set_routes(one_way(delivered))
    with organization.working([SMTP_HERE], settings=QUICK) as node:
        refused = send(node.ports[0], "carol@c.test")

    assert refused["carol@c.test"][1].startswith(b"5.7.1 ")


def test_a_listener_has_the_name_that_reports_come_from(organization: Organization) -> None:
    organization.set_reports(ReportSettings("mx.a.test"))
    with (
        organization.working([SMTP_HERE], settings=QUICK) as node,
        socket.create_connection(("127.0.0.1", node.ports[0]), timeout=10) as client,
    ):
        assert client.recv(100).startswith(b"220 mx.a.test ")


@everywhere
@pytest.mark.parametrize("address", ["postmaster", "POSTMASTER", "Postmaster@a.test", "postmaster@mx.a.test"])
def test_mail_of_strangers_for_postmaster_is_taken(organization: Organization, address: str) -> None:
    """RFC 5321 section 4.5.1."""
    organization.set_reports(ReportSettings("mx.a.test", postmaster="ann@a.test"))
    with organization.working([SMTP_HERE], settings=QUICK) as node:
        assert send(node.ports[0], address) == {}


# Tables


@everywhere
def test_a_new_table_is_in_force_at_a_node_that_is_at_work(organization: Organization, watched: Watched) -> None:
    """Both for what it delivers and for what it takes."""
    with organization.working([TO_ALL], settings=QUICK, watch=watched) as node:
        before = send(node.ports[0], "carol@c.test")
        organization.set_routes(one_way(delivered))
        wait_until_taken(node.ports[0], "carol@c.test")

        assert (before["carol@c.test"][0], watched.outcome_for("carol@c.test")) == (550, Delivered(250))


def wait_until_taken(port: int, address: str) -> None:
    while send(port, address):
        pass


def test_a_restored_table_is_in_force_again(organization: Organization, watched: Watched) -> None:
    first = organization.set_routes(one_way(delivered))
    organization.set_routes(RouteTable())
    with organization.working([TO_ALL], settings=QUICK, watch=watched) as node:
        before = send(node.ports[0], "carol@c.test")
        organization.restore_routes(first)
        wait_until_taken(node.ports[0], "carol@c.test")

        assert (before["carol@c.test"][0], watched.outcome_for("carol@c.test")) == (550, Delivered(250))


# What waits


@everywhere
def test_an_administrator_sees_and_changes_what_waits(organization: Organization, watched: Watched) -> None:
    async def busy(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(Deferred(451))

    organization.set_routes(one_way(busy))
    slowly = attrs.evolve(QUICK, retry=RetryPolicy())
    carol = PidTagEmailAddress.equals("carol@c.test")
    with organization.working([TO_ALL], settings=slowly, watch=watched) as node:
        send(node.ports[0], "carol@c.test", "dave@c.test")
        for _ in "12":
            watched.wait_for(settled)
    held = organization.change_queue(Change.hold("a court order"), where=carol)
    seen = [(one.recipient.email_address, one.state, one.reason) for one in organization.queued(where=carol)]
    depth = organization.queue_depth()
    deleted = organization.change_queue(Change.delete(), where=None)
    told = [one.kind for one in organization.track(message_id="<1@b.test>", address="carol@c.test")]
    purged = organization.purge(datetime.now(UTC) + timedelta(days=1))

    assert (held, seen) == (1, [("carol@c.test", State.HELD, "a court order")])
    assert (depth.waiting, depth.recipients[State.HELD], deleted, purged) == (2, 1, 2, 1)
    assert told == [EventKind.DEFERRED, EventKind.HELD, EventKind.DELETED]


# What is told


def test_a_node_tells_of_every_try_with_the_message(organization: Organization, watched: Watched) -> None:
    answers: list[Outcome] = [Deferred(451), Accepted(250)]

    async def busy_first(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(answers.pop(0))

    organization.set_routes(one_way(busy_first))
    with organization.working([TO_ALL], settings=QUICK, watch=watched) as node:
        send(node.ports[0], "carol@c.test")
        first = watched.wait_for(settled)
        second = watched.wait_for(settled)

    told = [(one.message.message_id, one.settlement.outcome, one.settlement.connector) for one in (first, second)]
    assert told == [("<1@b.test>", Deferred(451), "out"), ("<1@b.test>", Accepted(250), "out")]


def settled(event: NodeEvent) -> RecipientSettled | None:
    return event if isinstance(event, RecipientSettled) else None


def test_a_node_tells_when_a_hop_goes_down_and_when_it_is_up_again(
    organization: Organization, watched: Watched
) -> None:
    failures = [ConnectionLost("nobody there")]

    async def down_at_first(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        if failures:
            raise failures.pop()
        return delivery.all(Delivered(250))

    organization.set_routes(one_way(down_at_first))
    with organization.working([TO_ALL], settings=QUICK, watch=watched) as node:
        send(node.ports[0], "carol@c.test")
        down, up = watched.turned(), watched.turned()

    assert (down.hop, down.down_until is None, up) == ("out c.test", False, HopTurned("out c.test", None))


def test_whoever_watches_badly_stops_no_mail(organization: Organization, watched: Watched) -> None:
    def watch(event: NodeEvent) -> None:
        watched(event)
        raise ZeroDivisionError

    with organization.working([SMTP_HERE], settings=QUICK, watch=watch) as node:
        send(node.ports[0], "ann@a.test")
        send(node.ports[0], "ann@a.test")

        assert [watched.outcome_for("ann@a.test") for _ in "12"] == [INSIDE] * 2


# Starting and stopping


def test_a_node_that_is_closed_lets_end_what_is_on_its_way_and_begins_nothing(
    organization: Organization, watched: Watched
) -> None:
    gate = Gate()
    organization.set_routes(one_way(gate.deliver))
    one_at_a_time = attrs.evolve(QUICK, batch=1, most_in_hand=1)
    with organization.working([TO_ALL], settings=one_at_a_time, watch=watched) as node:
        [node_port] = node.ports
        send(node_port, "carol@c.test")
        assert gate.is_reached.wait(60)
        send(node_port, "dave@d.test")
        closing = threading.Thread(target=node.close)
        closing.start()
        while is_listening(node_port):
            pass
        gate.open()
        closing.join(60)

    assert watched.outcome_for("carol@c.test") == Delivered(250)
    assert [(one.recipient.email_address, one.state) for one in organization.queued()] == [("dave@d.test", State.READY)]


def is_listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            return client.recv(100).startswith(b"220")
    except OSError:
        return False


def test_what_does_not_end_in_time_is_cut_and_given_back(organization: Organization) -> None:
    gate = Gate()
    organization.set_routes(one_way(gate.deliver))
    with organization.working([TO_ALL], settings=QUICK, grace_seconds=0.05) as node:
        send(node.ports[0], "carol@c.test")
        assert gate.is_reached.wait(60)

    [waiting] = organization.queued()
    assert waiting.outcome == Deferred()


def test_a_closed_node_listens_no_more(organization: Organization) -> None:
    with organization.working([SMTP_HERE], settings=QUICK) as node:
        [port] = node.ports

    assert node.ports == ()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_a_node_can_be_started_again(organization: Organization, watched: Watched) -> None:
    node = organization.working([SMTP_HERE], settings=QUICK, watch=watched)
    for _ in range(2):
        with node:
            send(node.ports[0], "ann@a.test")

            assert watched.outcome_for("ann@a.test") == INSIDE


def test_a_node_is_not_started_twice(organization: Organization) -> None:
    with organization.working(settings=QUICK) as node, pytest.raises(UsageError, match="at work already"):
        node.start()


def test_closing_a_node_that_is_not_at_work_does_nothing(organization: Organization) -> None:
    node = organization.working([SMTP_HERE])
    node.close()

    assert node.ports == ()


@pytest.mark.parametrize("port", [-1, 65_536, "25", True])
def test_a_port_is_a_number_that_there_is(port: Any) -> None:
    with pytest.raises(UsageError, match="need 0 to 65,535"):
        ListenOn("", port)


def test_a_node_that_cannot_have_a_port_listens_nowhere(organization: Organization) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        node = organization.working([SMTP_HERE, ListenOn("127.0.0.1", taken.getsockname()[1])], settings=QUICK)
        with pytest.raises(SetupError, match="cannot listen"):
            node.start()

    assert node.ports == ()


def test_names_that_cannot_be_asked_for_as_told_end_the_start(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_: str) -> None: ...

    monkeypatch.setattr("msgcore.runtime.dns.resolver.find_spec", nothing)
    demands = DnsSettings(("127.0.0.1:1",), validates=True)

    with pytest.raises(MissingExtra, match="dnssec"):
        organization.working(names=demands).start()
    with pytest.raises(MissingExtra, match="dnssec"):
        organization.deliver(names=demands)


def test_waiting_for_a_node_at_work_ends_with_the_caller_s_time(organization: Organization) -> None:
    with organization.working(settings=QUICK) as node, pytest.raises(TimedOut):
        node.wait(timeout_seconds=0.01)


def test_whoever_waits_for_a_node_goes_on_when_it_is_closed(organization: Organization) -> None:
    node = organization.working(settings=QUICK)
    node.start()
    waiting = threading.Thread(target=node.wait)
    waiting.start()
    node.close()
    waiting.join(60)

    assert not waiting.is_alive()


class _Broken:
    """A manager with an error of its own."""

    def wake(self) -> None:
        return

    def follow_routes(self, told: Callable[[RouteTable], object]) -> None:
        return

    async def serve(self, stop: Event, deadline: Deadline | None = None) -> None:
        raise ZeroDivisionError("a bug")


def test_whoever_waits_for_a_node_is_told_what_broke_it_down() -> None:
    runtime = BlockingRuntime()

    async def build(loop: LoopRuntime, deadline: Deadline) -> Parts:
        queue = NodeQueue(MemoryQueue(QueueMemory(), loop))
        return Parts(cast(Manager, _Broken()), queue, DirectoryCheck(Book(), RouteTable), "mx.a.test", timedelta(1))

    node = BlockingNode(runtime, Node(runtime, build))
    node.start()
    with pytest.raises(ZeroDivisionError):
        node.wait(timeout_seconds=10)
    with pytest.raises(ZeroDivisionError):
        node.close()


class _Idle(_Broken):
    """A manager that has nothing to do."""

    async def serve(self, stop: Event, deadline: Deadline | None = None) -> None:
        await stop.wait()

    async def give_back_arrivals(self) -> None:
        return


def test_a_second_start_that_fails_does_not_end_what_the_first_began() -> None:
    """Both at the same time, so that the first has not yet begun when the second looks."""
    runtime = AsyncioRuntime()

    async def build(loop: LoopRuntime, deadline: Deadline) -> Parts:
        queue = NodeQueue(MemoryQueue(QueueMemory(), loop))
        return Parts(cast(Manager, _Idle()), queue, DirectoryCheck(Book(), RouteTable), "mx.a.test", timedelta(1))

    async def main(port: int) -> tuple[set[type], tuple[int, ...]]:
        node = Node(runtime, build, [ListenOn("127.0.0.1", port)])
        ended = await asyncio.gather(node.start(), node.start(), return_exceptions=True)
        ports = node.ports
        await node.close()
        return set(map(type, ended)), ports

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert asyncio.run(main(port)) == ({type(None), SetupError}, (port,))


def test_a_node_whose_start_is_cancelled_at_any_wait_is_not_at_work() -> None:
    """Also at the last one, when it has begun: nobody would close it."""
    runtime = AsyncioRuntime()

    async def build(loop: LoopRuntime, deadline: Deadline) -> Parts:
        queue = NodeQueue(MemoryQueue(QueueMemory(), loop))
        return Parts(cast(Manager, _Idle()), queue, DirectoryCheck(Book(), RouteTable), "mx.a.test", timedelta(1))

    async def left_by_a_cancelled_start(at: int) -> tuple[int, bool]:
        node = Node(runtime, build, [SMTP_HERE])
        before = asyncio.all_tasks()
        waits = Waits(lambda: starting.cancel())  # noqa: PLW0108  # which is not there yet
        waits.begin(at)
        loop = asyncio.get_running_loop()
        loop.set_task_factory(waits.start)
        starting = asyncio.create_task(node.start())
        await asyncio.wait([starting])
        loop.set_task_factory(None)
        has_happened = waits.since is not None
        left = len(asyncio.all_tasks() - before)
        if not starting.cancelled():
            await node.close()
        return left if has_happened else 0, has_happened

    async def main() -> list[int]:
        found: list[int] = []
        for at in itertools.count(1):
            left, has_happened = await left_by_a_cancelled_start(at)
            if not has_happened:
                return found
            found.append(left)
        raise AssertionError

    left = asyncio.run(main())
    assert (bool(left), sum(left)) == (True, 0)


# Several nodes


@pytest.mark.parametrize("organization", ENGINES, indirect=True)
def test_nodes_of_one_database_share_the_work(organization: Organization) -> None:
    """Three deliveries can only be on their way at once if both nodes work: each takes two in hand."""
    together = Together(3)
    organization.set_routes(one_way(together.deliver))
    settings = attrs.evolve(QUICK, batch=1, most_in_hand=2)
    first, second = Watched(), Watched()
    with (
        organization.working([TO_ALL], settings=settings, watch=first) as node,
        organization.working(settings=settings, watch=second),
    ):
        for number in range(4):
            send(node.ports[0], f"x@d{number}.test")
        assert together.is_reached.wait(60)
        together.open()
        told = [first.settled()[0], second.settled()[0]]

    assert len({one.email_address for one in told}) == 2


class Together:
    """A gateway that waits until so many deliveries are on their way at the same time."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._events: list[Event] = []
        self._is_open = False
        self.is_reached = threading.Event()

    async def deliver(self, delivery: Delivery) -> Mapping[Recipient, Outcome]:
        event = delivery.runtime.event()
        self._events.append(event)
        if len(self._events) >= self._count:
            self.is_reached.set()
        if not self._is_open:
            await event.wait()
        return delivery.all(Delivered(250))

    def open(self) -> None:
        self._is_open = True
        for event in self._events:
            event.set()


class _Heard(logging.Handler):
    """Waits for what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: queue.Queue[str] = queue.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.put(record.getMessage())


def test_a_node_says_that_a_new_table_sends_mail_back_to_it(organization: Organization) -> None:
    heard, log = _Heard(), logging.getLogger("msgcore.mta")
    log.addHandler(heard)
    try:
        with organization.working([SMTP_HERE], settings=QUICK) as node:
            here = f"smtp://127.0.0.1:{node.ports[0]}"
            organization.set_routes(
                RouteTable([Connector("out", "smtp", [AddressSpace("SMTP", "*")], options={"relay": here})])
            )
            assert "out: relays to 127.0.0.1" in heard.records.get(timeout=10)
    finally:
        log.removeHandler(heard)


def test_a_node_forgets_what_ended_before_the_days_to_keep(organization: Organization, watched: Watched) -> None:
    with organization.working([SMTP_HERE], settings=QUICK, watch=watched) as node:
        send(node.ports[0], "ann@a.test")
        watched.settled()
    assert organization.track(message_id="<1@b.test>")

    with organization.working(settings=attrs.evolve(QUICK, keep_days=0)):
        pass  # it purges as it begins, and comes to the end of that before it is closed
    assert not organization.track(message_id="<1@b.test>")
