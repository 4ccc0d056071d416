"""The relay: an organisation's transport into its MTA's queue, in both modes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import attrs
import pytest

from msgcore.base.times import Deadline
from msgcore.model import Accepted, Address, Deferred, Envelope, Message, Outcome, Pending, Recipient
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest, Notify
from msgcore.mta import Decision, MessageFacts, RouteTable
from msgcore.mta.queue.contract import Finished, Settlement
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.props.table import PidTagOriginatorDeliveryReportRequested
from msgcore.providers.relay import RelayTransport
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.transport import SupportsFlush, SupportsIdentity, SupportsPreview, SupportsTracking, TransportProvider
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LEASE_SECONDS, to
from tests.mta.office import table
from tests.mta.places import Target, open_sql_queue

T = TypeVar("T")

ROUTES = RouteTable(
    [
        *table(b="smtp").connectors,
        *RouteTable.from_data(
            {"connectors": [{"name": "fax", "gateway": "fax", "spaces": [{"type": "FAX", "pattern": "*"}]}]}
        ).connectors,
    ]
)
HELLO = Message(from_="ann@a.test", to="bob@b.test", text="hello")


@attrs.frozen
class Desk:
    relay: RelayTransport
    queue: SqlQueue
    """Another queue on the same database: it sees what has reached the disk."""
    runs: list[int]


Run = Callable[[Callable[[Desk], Awaitable[T]]], T]


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def run(request: pytest.FixtureRequest, target: Target) -> Run[object]:
    mode: Mode = request.param

    def run(story: Callable[[Desk], Awaitable[object]]) -> object:
        async def main(runtime: Runtime) -> object:
            runs: list[int] = []

            async def decide(address: Address, facts: MessageFacts, deadline: Deadline) -> Decision:
                return ROUTES.route(address, facts)

            async def newer_routes(epoch: int | None, deadline: Deadline) -> None:
                return None

            async with open_sql_queue(runtime, target) as queue, open_sql_queue(runtime, target) as other:

                async def work(deadline: Deadline) -> None:
                    runs.append(sum(len(claim.recipients) for claim in await other.claim(100, 600, deadline)))

                relay = RelayTransport(queue, ROUTES, ANN, newer_routes=newer_routes, decide=decide, run=work)
                return await story(Desk(relay, other, runs))

        return mode.run(main)

    return run


def envelope(*names: str, transfer_id: str = "t1") -> Envelope:
    return Envelope(ANN, to(*names), transfer_id)


def test_a_submission_is_in_the_queue_when_it_is_acknowledged(run: Run[object]) -> None:
    async def story(desk: Desk) -> list[tuple[Recipient, ...]]:
        await desk.relay.submit(envelope("bob", "carol"), HELLO, NEVER)
        claims = await desk.queue.claim(100, LEASE_SECONDS, NEVER)
        return [tuple(one.recipient for one in claim.recipients) for claim in claims]

    assert run(story) == [to("bob", "carol")]


@pytest.mark.parametrize(
    ("is_asked", "given", "kept"),
    [
        (False, NO_REQUEST, None),
        (True, NO_REQUEST, Notify.SUCCESS | Notify.FAILURE),
        (True, DeliveryRequest(notify=Notify.NEVER), Notify.NEVER),
        (False, DeliveryRequest(notify=Notify.DELAY), Notify.DELAY),
    ],
)
def test_the_queue_is_told_what_the_sender_wants_to_hear(
    run: Run[object], is_asked: bool, given: DeliveryRequest, kept: Notify | None
) -> None:
    """By the envelope, or by the message's properties where that says nothing."""
    message = Message(from_="ann@a.test", to="bob@b.test", text="hello")
    message[PidTagOriginatorDeliveryReportRequested] = is_asked

    async def story(desk: Desk) -> Notify | None:
        await desk.relay.submit(attrs.evolve(envelope("bob"), request=given), message, NEVER)
        [claim] = await desk.queue.claim(100, LEASE_SECONDS, NEVER)
        return claim.message.request.notify

    assert run(story) == kept


def test_the_mta_took_responsibility_and_delivered_nothing_yet(run: Run[object]) -> None:
    async def story(desk: Desk) -> list[tuple[type[Outcome], str]]:
        outcomes = await desk.relay.submit(envelope("bob"), HELLO, NEVER)
        return [(type(outcome), outcome.stage) for outcome in outcomes.values()]

    assert run(story) == [(Accepted, "queue")]


def test_submitting_a_transfer_again_takes_nobody_twice(run: Run[object]) -> None:
    async def story(desk: Desk) -> int:
        for _ in range(2):
            await desk.relay.submit(envelope("bob"), HELLO, NEVER)
        return await desk.queue.waiting(NEVER)

    assert run(story) == 1


def test_submissions_without_a_transfer_id_are_messages_of_their_own(run: Run[object]) -> None:
    async def story(desk: Desk) -> int:
        for _ in range(2):
            await desk.relay.submit(envelope("bob", transfer_id=""), HELLO, NEVER)
        return await desk.queue.waiting(NEVER)

    assert run(story) == 2


def test_a_recipient_is_tracked_to_its_end(run: Run[object]) -> None:
    busy = Deferred(451, "4.2.1", "busy")

    async def story(desk: Desk) -> Mapping[Recipient, Outcome]:
        await desk.relay.submit(envelope("bob"), HELLO, NEVER)
        [claim] = await desk.queue.claim(100, LEASE_SECONDS, NEVER)
        settlements = [Settlement(one, busy, claim.message.expires_at) for one in claim.recipients]
        await desk.queue.finish([Finished(claim.message, tuple(settlements))], NEVER)
        return await desk.relay.track("t1", to("bob"), NEVER)

    assert run(story) == dict.fromkeys(to("bob"), busy)


def test_a_recipient_that_the_queue_does_not_know_is_pending(run: Run[object]) -> None:
    assert run(lambda desk: desk.relay.track("t9", to("bob"), NEVER)) == dict.fromkeys(to("bob"), Pending())


def test_a_preview_names_the_connector_or_the_reason(run: Run[object]) -> None:
    async def story(desk: Desk) -> list[tuple[str | None, str]]:
        recipients = (*to("bob"), Recipient(Address("SMTP", "x@c.test")))
        previews = await desk.relay.preview(Envelope(ANN, recipients, "t1"), HELLO, NEVER)
        return [(one.connector, one.reason) for one in previews.values()]

    assert run(story) == [
        ("b", "goes to b (gateway smtp) by SMTP:*@b.test, cost 1"),
        (None, "no route: 5.4.4 no connector has an address space that matches SMTP:x@c.test"),
    ]


def test_a_preview_puts_nothing_into_the_queue(run: Run[object]) -> None:
    async def story(desk: Desk) -> int:
        await desk.relay.preview(envelope("bob"), HELLO, NEVER)
        return await desk.queue.waiting(NEVER)

    assert run(story) == 0


def test_a_flush_makes_due_what_waits(run: Run[object]) -> None:
    async def story(desk: Desk) -> list[int]:
        await desk.relay.submit(envelope("bob"), HELLO, NEVER)
        [claim] = await desk.queue.claim(100, LEASE_SECONDS, NEVER)
        settlements = [Settlement(one, Deferred(451), claim.message.expires_at) for one in claim.recipients]
        await desk.queue.finish([Finished(claim.message, tuple(settlements))], NEVER)
        await desk.relay.flush(NEVER)
        return desk.runs

    assert run(story) == [1]


def test_it_takes_smtp_and_every_type_that_is_routed(run: Run[object]) -> None:
    async def story(desk: Desk) -> tuple[str, ...]:
        return tuple(desk.relay.address_types)

    assert run(story) == ("SMTP", "FAX")


@pytest.mark.parametrize(
    "ability", [TransportProvider, SupportsFlush, SupportsIdentity, SupportsPreview, SupportsTracking]
)
def test_it_has_every_ability_of_a_transport(run: Run[object], ability: type[object]) -> None:
    async def story(desk: Desk) -> bool:
        return isinstance(desk.relay, ability)

    assert run(story) is True
