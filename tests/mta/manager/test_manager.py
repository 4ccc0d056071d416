"""The manager: grouping, outcomes, retries, reports, and what happens when it is cut short."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    CutShort,
    InvalidAddress,
    MsgcoreError,
    NotSupported,
    OperationCancelled,
    PluginBroken,
    ProtocolBroken,
    ServiceBusy,
    SetupError,
    StoreBusy,
    StoreFull,
    TimedOut,
    UsageError,
)
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Envelope,
    Outcome,
    Pending,
    Recipient,
    Refused,
    Unknown,
)
from msgcore.model.delivery import DeliveryRequest
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.directory import DirectoryObject, DistributionList
from msgcore.mta.forms import ContentForms
from msgcore.mta.manager.pace import PaceLimits
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.queue.changes import Change
from msgcore.mta.queue.contract import Accept, Finished, QueuedRecipient
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.gateway import Content, Tell
from msgcore.spi.plugin import Plugin
from msgcore.testing.clock import ManualClock
from msgcore.testing.queues import ANN, LETTER, to
from tests.mta.office import (
    SETTINGS,
    Book,
    Delivery,
    NoOptions,
    Office,
    at_office,
    by_next_hop,
    delivered,
    gateway_class,
    installed,
    table,
)

HOUR = timedelta(hours=1)


def recording(seen: list[Delivery], outcome: Outcome = Delivered(250)) -> str:  # noqa: B008  # frozen
    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.append(delivery)
        return delivery.all(outcome)

    return installed(deliver)


def giving(*outcomes: Outcome) -> str:
    """Install a gateway that gives these outcomes, one a call, and then delivers."""
    left = list(outcomes)

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return delivery.all(left.pop(0) if left else Delivered(250))

    return installed(deliver)


def one_connector(gateway: str, **options: str) -> RouteTable:
    return RouteTable([Connector("out", gateway, [AddressSpace("SMTP", "*")], options)])


# Groups.


def test_recipients_of_one_next_hop_go_in_one_call(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen))
        await office.submit("bob@b.test", "carol@c.test", "dave@B.test")
        await office.work()

    at_office(tmp_path, story)
    assert (len(seen), by_next_hop(seen)) == (2, {"b.test": ["bob", "dave"], "c.test": ["carol"]})


def test_a_relay_takes_all_recipients_of_a_message_in_one_call(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen), relay="out.a.test")
        await office.submit("bob@b.test", "carol@c.test")
        await office.work()

    at_office(tmp_path, story)
    assert by_next_hop(seen) == {"out.a.test": ["bob", "carol"]}


def test_each_connector_gets_a_call_of_its_own(tmp_path: Path) -> None:
    first: list[Delivery] = []
    second: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=recording(first), c=recording(second))
        await office.submit("bob@b.test", "carol@c.test", "dave@b.test")
        await office.work()

    at_office(tmp_path, story)
    assert ([one.names for one in first], [one.names for one in second]) == ([["bob", "dave"]], [["carol"]])


def test_two_messages_to_one_next_hop_are_two_calls(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen))
        await office.submit("bob@b.test", transfer_id="t1", octets=b"one\r\n")
        await office.submit("bob@b.test", transfer_id="t2", octets=b"two\r\n")
        await office.work()

    at_office(tmp_path, story)
    assert {one.envelope.transfer_id: one.content.octets for one in seen} == {"t1": b"one\r\n", "t2": b"two\r\n"}


def test_a_gateway_gets_the_return_path_and_the_octets_as_they_came(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen))
        await office.submit("bob@b.test", octets=b"Subject: \xff\n\n.\r\n\0")
        await office.work()

    at_office(tmp_path, story)
    assert [(one.envelope.sender, one.content) for one in seen] == [(ANN, Content(b"Subject: \xff\n\n.\r\n\0"))]


def test_the_directory_is_asked_before_the_table(tmp_path: Path) -> None:
    """A proxy address is routed as what it stands for; the gateway sees the address that was written."""
    seen: list[Delivery] = []
    bob = Address("SMTP", "bob@a.test")

    async def story(office: Office) -> None:
        office.book.entries[bob] = Address("EX", "/o=a/cn=recipients/cn=bob")
        office.routes = RouteTable([Connector("inside", recording(seen), [AddressSpace("EX", "*")])])
        await office.submit(bob.email_address)
        await office.work()

    at_office(tmp_path, story)
    assert [(one.envelope.recipients, one.next_hop) for one in seen] == [((Recipient(bob),), "")]


def test_more_recipients_than_a_batch_are_all_worked_off(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> int:
        office.settings = attrs.evolve(SETTINGS, batch=3)
        office.routes = one_connector(recording(seen))
        await office.submit(*(f"r{n}@b.test" for n in range(10)))
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0
    assert sorted(name for one in seen for name in one.names) == sorted(f"r{n}" for n in range(10))


# Outcomes.


def test_each_recipient_of_a_call_has_an_outcome_of_its_own(tmp_path: Path) -> None:
    given = {"a": Accepted(250), "d": Delivered(250), "f": Deferred(451, "4.2.1"), "r": Refused(550, "5.1.1")}

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        if delivery.envelope.sender is None:
            return delivery.all(Delivered(250))
        return {one: given[one.email_address[0]] for one in delivery.envelope.recipients}

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(installed(deliver))
        await office.submit(*(f"{name}@b.test" for name in given))
        await office.work()
        return await office.outcomes()

    assert at_office(tmp_path, story) == list(given.values())


def test_a_deferred_recipient_does_not_resend_to_those_who_have_it(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        seen.append(delivery.names)
        later = Deferred(451) if len(seen) == 1 else Delivered(250)
        return {one: later if "bob" in str(one) else Delivered(250) for one in delivery.envelope.recipients}

    async def story(office: Office) -> None:
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test", "carol@b.test")
        await office.work()
        await office.work_later(HOUR)

    at_office(tmp_path, story)
    assert seen == [["bob", "carol"], ["bob"]]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UsageError("no"), Refused),
        (InvalidAddress("no"), Refused),
        (NotSupported("no"), Refused),
        (SetupError("no"), Deferred),
        (AuthenticationRefused("no"), Deferred),
        (PluginBroken("no"), Deferred),
        (ConnectionLost("no"), Deferred),
        (TimedOut("no"), Deferred),
        (ServiceBusy("no"), Deferred),
        (CommandRefused(Reply(451, ("no",))), Deferred),
        (ProtocolBroken("no"), Deferred),
        (StoreFull("no"), Deferred),
        (MsgcoreError("no"), Deferred),
        (KeyError("no"), Deferred),
        (OSError("no"), Deferred),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_a_gateway_raises_becomes_an_outcome(tmp_path: Path, error: Exception, kind: type[Outcome]) -> None:
    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        if delivery.envelope.sender is None:
            return delivery.all(Delivered(250))
        raise error

    async def story(office: Office) -> Outcome:
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        await office.work()
        return await office.outcome()

    outcome = at_office(tmp_path, story)
    assert (type(outcome), "no" in outcome.text) == (kind, True)


def test_a_recipient_whom_the_gateway_forgets_is_tried_again(tmp_path: Path) -> None:
    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return {one: Delivered(250) for one in delivery.envelope.recipients if "bob" not in str(one)}

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test", "carol@b.test")
        await office.work()
        return await office.outcomes()

    assert list(map(type, at_office(tmp_path, story))) == [Deferred, Delivered]


def test_an_outcome_for_somebody_else_changes_nothing(tmp_path: Path) -> None:
    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        return {**delivery.all(Delivered(250)), Recipient(Address("SMTP", "eve@b.test")): Refused(550)}

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        await office.work()
        return await office.outcomes()

    assert at_office(tmp_path, story) == [Delivered(250)]


def test_a_try_that_may_have_succeeded_is_made_again(tmp_path: Path) -> None:
    """RFC 5321 section 4.5.3.2.6: to arrive twice is better than not to arrive."""

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(giving(Unknown(text="lost after the dot")))
        await office.submit("bob@b.test")
        await office.work()
        first = await office.outcome()
        await office.work_later(HOUR)
        return [first, await office.outcome()]

    assert list(map(type, at_office(tmp_path, story))) == [Deferred, Delivered]


class RaisesAtStart:
    config_type = NoOptions

    def __init__(self, config: NoOptions, runtime: Runtime) -> None:
        raise RuntimeError("no driver")


class GivesNothing:
    config_type = NoOptions

    def __init__(self, config: NoOptions, runtime: Runtime) -> None:
        pass

    def deliver(self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline) -> None:
        """Give what is no mapping."""


class GivesTexts(GivesNothing):
    def deliver(  # type: ignore[override]  # wrong on purpose
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, str]:
        return dict.fromkeys(envelope.recipients, "250 ok")


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        (lambda: one_connector("never-installed"), "'never-installed' is no gateway"),
        (lambda: one_connector(installed(delivered), colour="red"), "colour: no such key"),
        (lambda: one_connector(installed(RaisesAtStart)), "no driver"),
        (lambda: one_connector(installed(GivesNothing)), "GivesNothing"),
        (lambda: one_connector(installed(GivesTexts)), "GivesTexts"),
    ],
    ids=["not installed", "wrong option", "raises at start", "gives nothing", "gives texts"],
)
def test_a_broken_gateway_keeps_its_mail_waiting(
    tmp_path: Path, routes: Callable[[], RouteTable], complaint: str
) -> None:
    """Whoever runs the MTA can mend a set-up; mail that was sent back does not come again."""

    async def story(office: Office) -> Outcome:
        office.routes = routes()
        await office.submit("bob@b.test")
        await office.work()
        return await office.outcome()

    outcome = at_office(tmp_path, story)
    assert isinstance(outcome, Deferred)
    assert complaint in outcome.text


def test_a_broken_gateway_does_not_hold_up_another(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        office.routes = table(b=installed(RaisesAtStart), c=installed(delivered))
        await office.submit("bob@b.test", "carol@c.test")
        await office.work()
        return await office.outcomes()

    assert list(map(type, at_office(tmp_path, story))) == [Deferred, Delivered]


def test_a_recipient_without_a_route_is_refused_with_the_reason(tmp_path: Path) -> None:
    async def story(office: Office) -> Outcome:
        office.routes = table(b=installed(delivered))
        await office.submit("carol@c.test")
        await office.work()
        return await office.outcome()

    outcome = at_office(tmp_path, story)
    assert outcome == Refused(None, "5.4.4")
    assert outcome.text == "no connector has an address space that matches SMTP:carol@c.test"


def test_a_recipient_whose_connector_is_disabled_waits(tmp_path: Path) -> None:
    async def story(office: Office) -> Outcome:
        spaces = [AddressSpace("SMTP", "*")]
        office.routes = RouteTable([Connector("out", installed(delivered), spaces, is_enabled=False)])
        await office.submit("bob@b.test")
        await office.work()
        return await office.outcome()

    assert at_office(tmp_path, story) == Deferred(None, "4.4.4")


def test_a_directory_that_is_busy_delays_its_recipient_and_nobody_else(tmp_path: Path) -> None:
    class BusyForBob(Book):
        async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
            if "bob" in address.email_address:
                raise StoreBusy("locked")
            return await super().look_up(address, deadline)

    async def story(office: Office) -> list[Outcome]:
        office.book = BusyForBob()
        office.routes = one_connector(installed(delivered))
        await office.submit("bob@b.test", "carol@b.test")
        await office.work()
        return await office.outcomes()

    assert list(map(type, at_office(tmp_path, story))) == [Deferred, Delivered]


# Tries.


def test_every_try_is_routed_anew(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(giving(Deferred(451)))
        await office.submit("bob@b.test")
        await office.work()
        office.routes = one_connector(recording(seen))
        await office.work_later(HOUR)

    at_office(tmp_path, story)
    assert [one.names for one in seen] == [["bob"]]


def test_every_try_has_the_same_transfer_id(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen, Deferred(451)))
        await office.submit("bob@b.test")
        for _ in range(3):
            await office.work()
            office.clock.move(3_600)

    at_office(tmp_path, story)
    assert [one.envelope.transfer_id for one in seen] == ["t1", "t1", "t1"]


def test_waits_double_from_the_shortest_to_the_longest(tmp_path: Path) -> None:
    """Each turn moves the clock by a minute; what is seen is how many minutes lie between two tries."""
    tries: list[float] = []

    async def story(office: Office) -> None:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            tries.append(office.clock.moved.total_seconds() / 60)
            return delivery.all(Deferred(451))

        waits = RetryPolicy(timedelta(seconds=250), timedelta(seconds=1_150), jitter=0, least_tries=0)
        office.settings = attrs.evolve(SETTINGS, retry=waits)
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        for _ in range(60):
            await office.work()
            office.clock.move(60)

    at_office(tmp_path, story)
    assert [round(b - a) for a, b in itertools.pairwise(tries)] == [5, 9, 17, 20]


def test_a_recipient_that_waited_past_the_expiry_is_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(giving(Deferred(451, "4.2.1", "busy"), Deferred(451, "4.2.1", "busy")))
        await office.submit("bob@b.test")
        await office.work()
        first = await office.outcome()
        await office.work_later(HOUR)
        return [first, await office.outcome()]

    first, second = at_office(tmp_path, story, lifetime=HOUR)
    expected = (Deferred(451, "4.2.1"), Refused(None, "5.4.7"), "given up: 451 4.2.1 busy")
    assert (first, second, second.text) == expected


def test_a_last_try_that_succeeds_after_the_expiry_is_a_success(tmp_path: Path) -> None:
    async def story(office: Office) -> Outcome:
        office.routes = one_connector(giving(Deferred(451)))
        await office.submit("bob@b.test")
        await office.work()
        await office.work_later(HOUR)
        return await office.outcome()

    assert at_office(tmp_path, story, lifetime=HOUR) == Delivered(250)


def test_who_gives_up_reports_it(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Deferred(451), Deferred(451)), a=recording(seen))
        await office.submit("bob@b.test")
        await office.work()
        await office.work_later(HOUR)

    at_office(tmp_path, story, lifetime=HOUR)
    assert [statuses(one) for one in seen] == [["5.4.7"]]


# Reports.


def statuses(delivery: Delivery) -> list[str]:
    report = mime.read_delivery_report(mime.read(delivery.content.octets))
    assert report is not None
    return [str(recipient.status) for recipient in report.recipients]


def test_a_refused_recipient_is_reported_to_the_sender_under_the_null_return_path(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Refused(550, "5.1.1", "nobody")), a=recording(seen))
        await office.submit("bob@b.test")
        await office.work()

    at_office(tmp_path, story)
    assert [(one.envelope.sender, one.envelope.recipients, statuses(one)) for one in seen] == [
        (None, (Recipient(ANN),), ["5.1.1"])
    ]


def test_what_is_refused_in_one_call_is_one_report(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Refused(550, "5.1.1")), a=recording(seen))
        await office.submit("bob@b.test", "carol@b.test")
        await office.work()

    at_office(tmp_path, story)
    assert [statuses(one) for one in seen] == [["5.1.1", "5.1.1"]]


@pytest.mark.parametrize("outcome", [Accepted(250), Delivered(250), Deferred(451), Unknown()], ids=str)
def test_who_was_not_refused_is_not_reported(tmp_path: Path, outcome: Outcome) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(outcome), a=recording(seen))
        await office.submit("bob@b.test")
        await office.work()

    at_office(tmp_path, story)
    assert seen == []


def test_the_null_sender_is_told_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> int:
        office.routes = one_connector(giving(Refused(550)))
        await office.submit("bob@b.test", sender=None)
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0


def test_a_report_that_is_refused_is_the_end(tmp_path: Path) -> None:
    """A sender that no mail reaches gets one report, and nobody gets a report about that."""
    seen: list[Delivery] = []

    async def story(office: Office) -> int:
        office.routes = one_connector(recording(seen, Refused(550, "5.1.1")))
        await office.submit("bob@b.test")
        for _ in range(3):
            await office.work()
            office.clock.move(86_400)
        return await office.waiting()

    assert at_office(tmp_path, story) == 0
    assert [(one.envelope.sender, one.names) for one in seen] == [(ANN, ["bob"]), (None, ["ann"])]


def test_a_report_that_cannot_be_delivered_expires_in_silence(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> int:
        office.routes = table(b=giving(Refused(550)), a=recording(seen, Deferred(451)))
        await office.submit("bob@b.test")
        await office.work()
        await office.work_later(2 * HOUR)
        return await office.waiting()

    assert at_office(tmp_path, story, lifetime=HOUR) == 0
    assert [one.names for one in seen] == [["ann"], ["ann"]]


def test_a_sender_without_a_route_gets_no_second_report(tmp_path: Path) -> None:
    async def story(office: Office) -> int:
        await office.submit("bob@b.test")
        await office.work()
        return await office.waiting()

    assert at_office(tmp_path, story) == 0


# Side by side.


@pytest.mark.parametrize("addresses", [("bob@b.test", "carol@c.test"), ("bob@b.test",)], ids=["groups", "messages"])
def test_deliveries_run_side_by_side(tmp_path: Path, addresses: Sequence[str]) -> None:
    """Each of the two waits until the other has begun; one after the other they would never end."""

    async def story(office: Office) -> list[Outcome]:
        begun: list[Delivery] = []
        both = office.runtime.event()

        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            begun.append(delivery)
            if len(begun) == 2:
                both.set()
            await both.wait(office.runtime.deadline(30))
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit(*addresses, transfer_id="t1")
        if len(addresses) == 1:
            await office.submit(*addresses, transfer_id="t2")
        await office.work()
        return await office.outcomes("t1") + await office.outcomes("t2")

    assert at_office(tmp_path, story) == [Delivered(250)] * 2


class AnnouncedQueue(SqlQueue):
    """A queue that says when an outcome has been written."""

    written: Callable[[], None]

    async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
        lost = await super().finish(finished, deadline)
        self.written()
        return lost


def test_an_outcome_is_written_while_a_slow_next_hop_still_works(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        is_written = office.runtime.event()
        seen_by_the_slow_one: list[Outcome] = []

        async def slow(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            await is_written.wait(office.runtime.deadline(30))
            seen_by_the_slow_one.extend(await office.outcomes())
            return delivery.all(Delivered(250))

        queue = AnnouncedQueue(office.runtime, office.database)
        queue.written = is_written.set
        office.routes = table(slow=installed(slow), fast=installed(delivered))
        await office.submit("bob@slow.test", "carol@fast.test")
        await office.work(queue=queue)
        return seen_by_the_slow_one

    assert at_office(tmp_path, story)[1] == Delivered(250)


def test_a_plain_function_does_not_run_on_the_loop(tmp_path: Path) -> None:
    threads: list[threading.Thread] = []

    class Plain(GivesNothing):
        def deliver(  # type: ignore[override]  # the class before it gives None
            self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
        ) -> Mapping[Recipient, Outcome]:
            threads.append(threading.current_thread())
            return dict.fromkeys(envelope.recipients, Delivered(250))

    async def story(office: Office) -> Outcome:
        office.routes = one_connector(installed(Plain))
        await office.submit("bob@b.test")
        await office.work()
        return await office.outcome()

    assert at_office(tmp_path, story) == Delivered(250)
    assert threads[0] is not threading.current_thread()


# The life of a gateway.


def closing(closed: list[str], name: str, error: Exception | None = None) -> str:
    class Closing(gateway_class(delivered)):  # type: ignore[misc]  # a class made at run time
        async def close(self) -> None:
            closed.append(name)
            if error is not None:
                raise error

    return installed(Closing)


def test_a_gateway_is_closed_when_the_work_is_done(tmp_path: Path) -> None:
    closed: list[str] = []

    async def story(office: Office) -> None:
        office.routes = table(b=closing(closed, "b"))
        await office.submit("bob@b.test", transfer_id="t1")
        await office.submit("bob@b.test", transfer_id="t2")
        await office.work()

    at_office(tmp_path, story)
    assert closed == ["b"]


def test_a_gateway_that_cannot_be_closed_leaves_the_others_no_less_closed(tmp_path: Path) -> None:
    closed: list[str] = []

    async def story(office: Office) -> list[Outcome]:
        office.routes = table(b=closing(closed, "b", OSError("stuck")), c=closing(closed, "c", OSError("stuck")))
        await office.submit("bob@b.test", "carol@c.test")
        with pytest.raises(PluginBroken, match="stuck"):
            await office.work()
        return await office.outcomes()

    assert at_office(tmp_path, story) == [Delivered(250)] * 2
    assert sorted(closed) == ["b", "c"]


def test_a_gateway_is_closed_although_the_work_was_cancelled(tmp_path: Path) -> None:
    closed: list[str] = []

    async def story(office: Office) -> None:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            office.runtime.cancel()
            return delivery.all(Delivered(250))

        office.routes = table(b=closing(closed, "b"), c=installed(deliver))
        await office.submit("bob@b.test", "carol@c.test")
        with pytest.raises(OperationCancelled):
            await office.work()

    at_office(tmp_path, story)
    assert closed == ["b"]


# Cut short.


async def tried_again(office: Office) -> list[Outcome]:
    """What a flush does: everything is due, and a gateway that works."""
    office.routes = one_connector(installed(delivered))
    await office.queue.change(Change.retry(), NEVER)
    await office.work()
    return await office.outcomes()


def test_a_deadline_that_passes_in_a_delivery_is_told(tmp_path: Path) -> None:
    async def story(office: Office) -> tuple[Outcome, list[Outcome]]:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            office.clock.move(100)
            await office.runtime.event().wait(delivery.deadline)
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        with pytest.raises(TimedOut):
            await office.work(timeout_seconds=60)
        return await office.outcome(), await tried_again(office)

    first, then = at_office(tmp_path, story)
    assert (type(first), then) == (Deferred, [Delivered(250)])


def test_what_was_delivered_is_written_down_after_the_deadline(tmp_path: Path) -> None:
    async def story(office: Office) -> Outcome:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            office.clock.move(100)
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        with pytest.raises(TimedOut):
            await office.work(timeout_seconds=60)
        return await office.outcome()

    assert at_office(tmp_path, story) == Delivered(250)


class _Answered:
    """A gateway whose next hop takes a moment for the first message, and answers to the next behind the deadline."""

    config_type = NoOptions
    answer_seconds = 20.0
    content_profile = "mime"
    left: ClassVar[list[float]] = []
    clock: ClassVar[ManualClock]

    def __init__(self, config: NoOptions, runtime: Runtime) -> None:
        self._runtime = runtime

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self.left.append(deadline.remaining_seconds())
        if len(self.left) == 1:
            await self._runtime.sleep(0.1)
        else:
            self.clock.move(deadline.remaining_seconds() + 10)
        return dict.fromkeys(envelope.recipients, Accepted(250))


class _AnsweredInBatches(_Answered):
    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        for number, one in enumerate(batch):
            deadline.check("deliver_all")
            tell(number, await self.deliver(*one, next_hop, deadline))


class _CutInBatches(_AnsweredInBatches):
    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        self.clock.move(deadline.remaining_seconds() + 10)
        tell(0, dict.fromkeys(batch[0][0].recipients, Accepted(250)))
        raise CutShort("it was cut")


@pytest.mark.parametrize("gateway", [_Answered, _AnsweredInBatches, _CutInBatches])
def test_at_its_deadline_a_run_begins_nothing_and_hears_of_what_is_on_its_way(
    tmp_path: Path, gateway: type[_Answered], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a next hop is about to say yes to would else be sent again; what was not begun is due as before."""
    granted: list[float] = []
    call = Plugin.call

    def noting(plugin: Plugin, *arguments: Any, answer_seconds: float = 0.0, **more: Any) -> Any:
        granted.append(answer_seconds)
        return call(plugin, *arguments, answer_seconds=answer_seconds, **more)

    monkeypatch.setattr(Plugin, "call", noting)
    monkeypatch.setattr("msgcore.mta.manager.hop._STRETCH_SECONDS", 1e6)

    async def story(office: Office) -> list[tuple[type[Outcome], int]]:
        gateway.clock = office.clock
        gateway.left.clear()
        office.settings = attrs.evolve(SETTINGS, pace=PaceLimits(1, 1))
        office.routes = one_connector(installed(gateway))
        for number in range(4):
            await office.submit("bob@b.test", transfer_id=f"t{number}")
        with pytest.raises(TimedOut):
            await office.work(timeout_seconds=60)
        waiting = {one.transfer_id: one.tries for one in await office.queue.queued(9, NEVER)}
        return [(type(await office.outcome(f"t{number}")), waiting.get(f"t{number}", 0)) for number in range(4)]

    rest = (Deferred, 1) if gateway is _CutInBatches else (Pending, 0)  # it may have been taken already
    assert set(at_office(tmp_path, story)) == {(Accepted, 0), rest}
    assert set(granted) == {20.0}


def test_a_hop_that_takes_all_of_a_run_s_time_and_says_nothing_is_down_for_the_next(tmp_path: Path) -> None:
    """Else no flush that is shorter than a connection attempt comes to the connector behind it."""

    async def story(office: Office) -> Outcome:
        async def dead(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            await office.runtime.sleep(60, delivery.deadline)
            return {}

        async def alive(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            return delivery.all(Accepted(250))

        office.routes = RouteTable(
            Connector(name, installed(gateway), [AddressSpace("SMTP", "*", cost)])
            for name, gateway, cost in (("first", dead, 1), ("second", alive, 2))
        )
        await office.submit("bob@b.test")
        with pytest.raises(TimedOut):
            await office.work(timeout_seconds=0.5)
        await office.work()
        return await office.outcome()

    outcome = at_office(tmp_path, story)
    assert (type(outcome), outcome.note) == (Accepted, "connector second")


def test_an_answer_comes_within_the_lease(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        office.settings = attrs.evolve(SETTINGS, lease_seconds=120)
        _Answered.clock = office.clock
        office.routes = one_connector(installed(_Answered))
        await office.submit("bob@b.test")
        await office.work(timeout_seconds=3_600)

    _Answered.left.clear()
    at_office(tmp_path, story)
    assert 0 < _Answered.left[0] <= 100


_PERHAPS = "connector out; it may have been taken already"


class _NeverAnswered(_Answered):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        await self._runtime.event().wait(deadline.later(self.answer_seconds))
        return {}


class _LastNeverAnswered(_NeverAnswered):
    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        for number, (envelope, _) in enumerate(batch[:-1]):
            tell(number, dict.fromkeys(envelope.recipients, Accepted(250)))
        await super().deliver(*batch[-1], next_hop, deadline)

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return dict.fromkeys(envelope.recipients, Accepted(250))


def test_an_answer_is_not_waited_for_beyond_a_short_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else would send the message meanwhile."""
    monkeypatch.setattr("msgcore.spi.plugin._GRACE_SECONDS", 0.0)

    async def story(office: Office) -> tuple[Outcome, float]:
        office.settings = attrs.evolve(SETTINGS, lease_seconds=1)
        office.routes = one_connector(installed(_NeverAnswered))
        await office.submit("bob@b.test")
        begun_at = office.runtime.monotonic()
        await office.work(timeout_seconds=3_600)
        return await office.outcome(), office.runtime.monotonic() - begun_at

    outcome, seconds = at_office(tmp_path, story)
    assert (type(outcome), outcome.note, seconds < 10) == (Deferred, _PERHAPS, True)


def test_what_is_cut_behind_the_deadline_may_have_been_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where others of its batch were answered: it was tried."""
    monkeypatch.setattr("msgcore.spi.plugin._GRACE_SECONDS", 0.0)
    monkeypatch.setattr(_NeverAnswered, "answer_seconds", 0.2)

    async def story(office: Office) -> list[str]:
        office.settings = attrs.evolve(SETTINGS, pace=PaceLimits(1, 1))
        office.routes = one_connector(installed(_LastNeverAnswered))
        for number in range(20):
            await office.submit("bob@b.test", transfer_id=f"t{number}")
        with pytest.raises(TimedOut):
            await office.work(timeout_seconds=1)
        outcomes = [await office.outcome(f"t{number}") for number in range(20)]
        return [one.note for one in outcomes if isinstance(one, Deferred)]

    assert at_office(tmp_path, story) == [_PERHAPS]


def test_no_delivery_outlasts_its_lease(tmp_path: Path) -> None:
    """Past the lease somebody else delivers, so the gateway's deadline ends with it, however late the caller's is."""
    left: list[float] = []

    async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        left.append(delivery.deadline.remaining_seconds())
        return delivery.all(Delivered(250))

    async def story(office: Office) -> None:
        office.settings = attrs.evolve(SETTINGS, lease_seconds=120)
        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        await office.work(timeout_seconds=3_600)

    at_office(tmp_path, story)
    assert 0 < left[0] <= 120


def test_cancel_frees_what_is_being_delivered(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            office.runtime.cancel()
            await office.runtime.event().wait()
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test", "carol@c.test")
        with pytest.raises(OperationCancelled):
            await office.work()
        return await tried_again(office)

    assert at_office(tmp_path, story) == [Delivered(250)] * 2


def test_what_was_delivered_is_written_down_after_a_cancel(tmp_path: Path) -> None:
    async def story(office: Office) -> Outcome:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            office.runtime.cancel()
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test")
        with pytest.raises(OperationCancelled):
            await office.work()
        return await office.outcome()

    assert at_office(tmp_path, story) == Delivered(250)


async def work_in_a_task(office: Office, queue: SqlQueue | None = None) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(office.work(queue=queue))


def test_a_cancelled_task_frees_what_is_being_delivered(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            task.cancel()
            await office.runtime.event().wait()
            return delivery.all(Delivered(250))

        office.routes = one_connector(installed(deliver))
        await office.submit("bob@b.test", "carol@c.test")
        task = await work_in_a_task(office)
        with pytest.raises(asyncio.CancelledError):
            await task
        return await tried_again(office)

    assert at_office(tmp_path, story) == [Delivered(250)] * 2


def test_a_task_that_is_cancelled_while_it_routes_frees_what_it_holds(tmp_path: Path) -> None:
    async def story(office: Office) -> list[Outcome]:
        class Cancelling(Book):
            async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
                task.cancel()
                await office.runtime.event().wait()
                return None

        office.book = Cancelling()
        office.routes = one_connector(installed(delivered))
        await office.submit("bob@b.test", "carol@c.test")
        task = await work_in_a_task(office)
        with pytest.raises(asyncio.CancelledError):
            await task
        office.book = Book()
        return await tried_again(office)

    assert at_office(tmp_path, story) == [Delivered(250)] * 2


def test_what_was_delivered_is_written_down_although_its_task_is_cancelled_before_the_write(tmp_path: Path) -> None:
    """The cancellation meets a write that waits for the writer thread, which is held until the write is said again."""
    gate = threading.Event()

    class HeldQueue(SqlQueue):
        calls = 0

        async def finish(self, finished: Sequence[Finished], deadline: Deadline) -> Sequence[QueuedRecipient]:
            self.calls += 1
            if self.calls == 1:
                self.cancel()
            else:
                gate.set()
            return await super().finish(finished, deadline)

        cancel: Callable[[], object]

    async def story(office: Office) -> Outcome:
        begun = office.runtime.event()

        def hold(_: object) -> None:
            begun.set()
            gate.wait(30)

        queue = HeldQueue(office.runtime, office.database)
        office.routes = one_connector(installed(delivered))
        await office.submit("bob@b.test")

        async def deliver(delivery: Delivery) -> Mapping[Recipient, Outcome]:
            holders.append(asyncio.ensure_future(office.database.write(office.runtime, hold)))
            await begun.wait()
            return delivery.all(Delivered(250))

        holders: list[asyncio.Future[None]] = []
        office.routes = one_connector(installed(deliver))
        task = await work_in_a_task(office, queue)
        queue.cancel = task.cancel
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.set()
        await holders[0]
        return await office.outcome()

    assert at_office(tmp_path, story) == Delivered(250)


def test_a_status_of_another_class_is_not_reported_as_it_came(tmp_path: Path) -> None:
    """A 5yz reply with a 4.x.x status contradicts itself; the report keeps to what was decided."""
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Refused(550, EnhancedStatus(4, 2, 1))), a=recording(seen))
        await office.submit("bob@b.test")
        await office.work()

    at_office(tmp_path, story)
    assert [statuses(one) for one in seen] == [["5.0.0"]]


def test_the_message_itself_is_not_in_the_way_of_its_report(tmp_path: Path) -> None:
    """Octets that are no message at all are refused and reported like any other."""
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Refused(550, "5.6.0")), a=recording(seen))
        await office.submit("bob@b.test", octets=b"\0\xff\r" * 100)
        await office.work()

    at_office(tmp_path, story)
    assert [statuses(one) for one in seen] == [["5.6.0"]]
    assert LETTER not in seen[0].content.octets


def test_another_site_is_told_where_a_copy_has_been_and_who_took_a_place_begins_anew(tmp_path: Path) -> None:
    """One message, two recipients, two copies: what a redirect sends on may go where the other one may not."""
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        west = Connector("west", recording(seen), [AddressSpace("SMTP", "*")], leads_to="west")
        office.routes = RouteTable([west], site="here")
        letter = Accept("t1", ANN, to("bob", "carol"), Content(LETTER), trace=("north",))
        await office.queue.accept(letter, NEVER)
        await office.queue.change(Change.redirect("dave@b.test"), NEVER, 'recipient = "carol@b.test"')
        await office.work()

    at_office(tmp_path, story)
    assert {one.names[0]: one.envelope.trace for one in seen} == {
        "bob": ("north", "here", "mta.a.test"),
        "dave": ("here", "mta.a.test"),
    }


def test_nobody_is_told_where_a_message_has_been_but_along_a_connector_that_leads_to_a_site(tmp_path: Path) -> None:
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = RouteTable([Connector("out", recording(seen), [AddressSpace("SMTP", "*")])], site="here")
        await office.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER), trace=("north",)), NEVER)
        await office.work()

    at_office(tmp_path, story)
    assert [one.envelope.trace for one in seen] == [()]


# What a sender asked for.


@pytest.mark.parametrize("is_until", [False, True])
def test_who_was_held_back_here_is_not_held_back_again(tmp_path: Path, is_until: bool) -> None:
    """Servers without FUTURERELEASE would refuse it, others keep it for as long once more."""
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen))
        later = office.runtime.now() + HOUR
        request = DeliveryRequest(hold_until=later) if is_until else DeliveryRequest(hold_seconds=3_600)
        await office.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER), request=request), NEVER)
        await office.work()
        assert not seen
        await office.work_later(HOUR)

    at_office(tmp_path, story)
    assert [one.envelope.request for one in seen] == [DeliveryRequest()]


@pytest.mark.parametrize(("minutes", "left"), [(0, 3_600), (45, 900), (75, None)])
def test_the_next_hop_is_told_how_much_time_is_left(tmp_path: Path, minutes: int, left: int | None) -> None:
    """RFC 2852; who is only told when it is late was told here."""
    seen: list[Delivery] = []

    async def story(office: Office) -> None:
        office.routes = one_connector(recording(seen))
        request = DeliveryRequest(within_seconds=3_600, only_tell_when_late=True)
        await office.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER), request=request), NEVER)
        await office.work_later(timedelta(minutes=minutes))

    at_office(tmp_path, story)
    [found] = [one.envelope.request.within_seconds for one in seen]
    assert found == left if left is None else found is not None and left - 60 < found <= left


def test_the_copy_for_a_list_is_not_held_back_again(tmp_path: Path) -> None:
    seen: list[Delivery] = []
    members = DistributionList(Address("EX", "/cn=all"), (Address("SMTP", "carol@c.test"),), ANN)

    class Lists(Book):
        async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
            return members if address.email_address == "bob@b.test" else None

    async def story(office: Office) -> None:
        office.routes, office.book = one_connector(recording(seen)), Lists()
        request = DeliveryRequest(hold_seconds=3_600)
        await office.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER), request=request), NEVER)
        await office.work_later(HOUR)

    at_office(tmp_path, story)
    assert [one.names for one in seen] == [["carol"]]


# Messages that find a fault of ours.


def test_a_message_that_cannot_be_prepared_waits_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = ContentForms.copies

    def broken(self: ContentForms, *given: object) -> object:
        if self.make("mime").octets == b"bad\r\n":
            raise RecursionError("too deep")
        return copies(self, *given)  # type: ignore[arg-type]  # as they came

    async def story(office: Office) -> list[Outcome]:
        office.routes = one_connector(installed(delivered))
        await office.submit("bob@b.test", transfer_id="t1", octets=b"bad\r\n")
        await office.submit("bob@b.test", transfer_id="t2")
        await office.work()
        return [await office.outcome("t1"), await office.outcome("t2")]

    monkeypatch.setattr(ContentForms, "copies", broken)
    assert [type(one) for one in at_office(tmp_path, story)] == [Deferred, Delivered]


def test_a_message_that_no_report_can_quote_is_reported_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Delivery] = []

    def quoted(content: Content) -> bytes | None:
        if content.octets:
            raise RecursionError("too deep")
        return None

    async def story(office: Office) -> None:
        office.routes = table(b=giving(Refused(550, "5.1.1")), a=recording(seen))
        await office.submit("bob@b.test")
        await office.work()

    monkeypatch.setattr("msgcore.mta.reports.about.quoted_header", quoted)
    at_office(tmp_path, story)
    assert [one.names for one in seen] == [["ann"]]
