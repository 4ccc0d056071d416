"""Two organisations, each with a database and a node of its own: mail between them travels in native form."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

import msgcore
from msgcore import Message, ProfileAdmin, mime
from msgcore.base.ids import new_time_ordered_id
from msgcore.blocking.organization import Organization
from msgcore.codecs import tnef
from msgcore.model import Delivered, Envelope, Recipient, RecipientKind
from msgcore.model.address import parse_address
from msgcore.model.compare import compare
from msgcore.model.delivery import Notify
from msgcore.model.report import DeliveryReport, ReportAction
from msgcore.mta import AddressSpace, Connector, EventKind, ListenOn, RouteTable
from msgcore.mta.intake import accept_of
from msgcore.mta.listener import ListenerSettings, from_networks
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.props.table import PidLidLocation
from msgcore.runtime import NEVER, BlockingRuntime, Database
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.testing.strategies import object_messages
from tests.mta.gateways.test_site import full, with_one_row_each
from tests.mta.nodes import QUICK, Watched

HERE = from_networks("127.0.0.0/8")


@attrs.define
class Site:
    """An organisation of one mailbox, ``NAME@SITE.test``, with a node at work."""

    name: str
    mailbox: str
    organization: Organization
    admin: ProfileAdmin
    database: Path
    watched: Watched = attrs.field(factory=Watched)
    port: int = 0

    @property
    def address(self) -> str:
        return f"{self.mailbox}@{self.name}.test"

    def submit(self, message: Message) -> None:
        """Submit by a session, whose outbox is flushed: either that or the node delivers."""
        with msgcore.logon(self.mailbox, admin=self.admin) as session:
            session.submit(message)
            session.flush_queues(timeout_seconds=30)

    def take(self) -> list[Message]:
        """Give what is in the inbox, and empty it."""
        with msgcore.logon(self.mailbox, admin=self.admin) as session:
            found = [item.load() for item in session.inbox.messages()]
            session.inbox.empty()
        return found

    def arrived(self) -> Message:
        """Wait for the next delivery into the mailbox, and take it."""
        while True:
            address, outcome = self.watched.settled()
            if address.email_address == self.address and isinstance(outcome, Delivered):
                [message] = self.take()
                return message

    def report(self) -> DeliveryReport:
        """Wait for the next delivery, which is a report."""
        report = mime.read_delivery_report(self.arrived())
        assert report is not None
        return report

    def send(self, message: Message, *to: Recipient) -> Message:
        """Put a message into the queue as a session's relay does, and give it as it is kept there; the node delivers.

        Without ``to`` it is for its own recipients.
        """
        runtime = BlockingRuntime()
        database = Database.open(self.database, QUEUE_SCHEMA, create=False)
        envelope = Envelope(parse_address(self.address), to or message.recipients, new_time_ordered_id().hex())
        accept = accept_of(envelope, message)
        runtime.run(SqlQueue(runtime, database).accept(accept, NEVER))
        runtime.run(database.close(runtime))
        return tnef.read(accept.content.octets)


@contextlib.contextmanager
def site(name: str, mailbox: str, folder: Path) -> Generator[Site]:
    database = folder / f"{name}.db"
    with msgcore.open_organization(f"sqlite:///{database}", create=True) as organization:
        organization.add_mailbox(mailbox, addresses=[f"SMTP:{mailbox}@{name}.test"])
        admin = ProfileAdmin(folder / "profiles")
        admin.create(
            mailbox, [{"service": "organization", "url": f"sqlite:///{database}", "mailbox": mailbox}], replace=True
        )
        one = Site(name, mailbox, organization, admin, database)
        listen = ListenOn("127.0.0.1", 0, ListenerSettings(f"mx.{name}.test", is_site=HERE, may_relay=HERE))
        with organization.working([listen], settings=QUICK, watch=one.watched) as node:
            one.port = node.ports[0]
            yield one


def routes(own: Site, other: Site, internet: LoopbackSmtpServer) -> RouteTable:
    """Route to the other site in native form, and to far.test over the Internet."""
    return RouteTable(
        [
            Connector("ours", "mailbox", [AddressSpace("SMTP", f"*@{own.name}.test")]),
            Connector(
                "site",
                "smtp",
                [AddressSpace("SMTP", f"*@{other.name}.test"), AddressSpace("SMTP", "*@nowhere.test")],
                {"relay": f"smtp://127.0.0.1:{other.port}"},
                leads_to=other.name,
                content="tnef",
            ),
            Connector("internet", "smtp", [AddressSpace("SMTP", "*@far.test")], {"relay": internet.url}),
        ],
        site=own.name,
    )


@attrs.define
class World:
    north: Site
    south: Site
    internet: LoopbackSmtpServer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("sites")
    with (
        LoopbackSmtpServer() as internet,
        site("north", "ann", folder) as north,
        site("south", "bob", folder) as south,
    ):
        # The nodes are at work already: they hear of their tables as they go.
        north.organization.set_routes(routes(north, south, internet))
        south.organization.set_routes(routes(south, north, internet))
        yield World(north, south, internet)


@pytest.fixture(params=["north to south", "south to north"])
def ends(request: pytest.FixtureRequest, world: World) -> tuple[Site, Site]:
    """Give who writes, and who gets it."""
    north, south = world.north, world.south
    return (north, south) if request.param == "north to south" else (south, north)


# Each example waits for two nodes and three commits; what can be in a message is seen in tests/mta/gateways.
@settings(max_examples=max(4, settings().max_examples // 20))
@given(object_messages().map(with_one_row_each))
def test_a_message_of_any_kind_gets_from_site_to_site_as_it_is(world: World, message: Message) -> None:
    kept = world.north.send(message, Recipient(parse_address(world.south.address)))

    assert compare(world.south.arrived(), kept) == ()


def letter(to: Recipient, **more: Any) -> Message:
    """Compose what has a bit of everything."""
    message = full()
    message.recipients = [to]
    for name, value in more.items():
        setattr(message, name, value)
    return message


def test_properties_files_and_messages_in_messages_arrive(ends: tuple[Site, Site]) -> None:
    sender, receiver = ends
    kept = sender.send(letter(Recipient(parse_address(receiver.address)), from_=sender.address))

    arrived = receiver.arrived()
    names = [one.filename for one in arrived.attachments][:2]
    assert (compare(arrived, kept), names, arrived.message_class) == ((), ["a.bin", "drawing"], "IPM.Own.Form")


def test_what_a_session_submits_arrives_with_all_that_mime_has_no_field_for(ends: tuple[Site, Site]) -> None:
    sender, receiver = ends
    sender.submit(letter(Recipient(parse_address(receiver.address)), from_=sender.address))

    arrived = receiver.arrived()
    inner = arrived.attachments[2].message
    assert (arrived.message_class, arrived[PidLidLocation], inner and inner[PidLidLocation]) == (
        "IPM.Own.Form",
        "hall",
        "inside",
    )


def test_a_blind_recipient_gets_the_mail_and_is_named_to_nobody(ends: tuple[Site, Site]) -> None:
    sender, receiver = ends
    blind = Recipient(parse_address(receiver.address), RecipientKind.BCC)
    sender.send(Message(to="someone@far.test", bcc=receiver.address, subject="secret", text="hello"), blind)

    arrived = receiver.arrived()
    assert ([one.email_address for one in arrived.recipients], arrived.subject) == (["someone@far.test"], "secret")


def test_whoever_asks_hears_from_the_other_site_that_it_was_delivered(ends: tuple[Site, Site]) -> None:
    sender, receiver = ends
    sender.send(Message(to=Recipient(parse_address(receiver.address), notify=Notify.SUCCESS), subject="asked"))

    [told] = sender.report().recipients
    assert (told.action, receiver.arrived().subject) == (ReportAction.DELIVERED, "asked")


def test_who_is_unknown_at_the_other_site_is_refused_there_and_reported_here(ends: tuple[Site, Site]) -> None:
    sender, receiver = ends
    sender.send(Message(to=f"nobody@{receiver.name}.test", subject="lost", text="hello"))

    assert [str(one.status) for one in sender.report().recipients] == ["5.1.1"]


def test_mail_that_two_sites_would_send_to_one_another_is_refused_by_the_second_one(ends: tuple[Site, Site]) -> None:
    """Each takes the other for the way there; the second one says so at RCPT."""
    sender, receiver = ends
    sender.send(Message(to=f"{sender.name}@nowhere.test", subject="round", text="hello"))

    [told] = sender.report().recipients
    assert (str(told.status), receiver.organization.track(address=f"{sender.name}@nowhere.test")) == ("5.4.6", ())


def test_what_is_redirected_back_goes_back(ends: tuple[Site, Site]) -> None:
    """A trace begins anew with a redirect; so the other site gets mail that it has had, for somebody else."""
    sender, receiver = ends
    address = f"ann.or.bob@{receiver.name}.test"
    receiver.organization.add_redirect(address, to=sender.address)
    sender.send(Message(to=address, subject="back", text="hello"))

    assert sender.arrived().subject == "back"
    arrivals = [
        event.text.partition("; ")[2]
        for one in (receiver, sender)
        for event in one.organization.track(address=address)
        if event.kind is EventKind.ACCEPTED
    ]
    assert arrivals == []


def test_the_internet_gets_mime_and_nothing_else(world: World) -> None:
    world.north.send(letter(Recipient(parse_address("eve@far.test")), subject="outside"))
    world.north.watched.outcome_for("eve@far.test")

    octets = world.internet.received[-1].octets
    assert (b"winmail.dat" in octets, b"ms-tnef" in octets, b"Subject: outside" in octets) == (False, False, True)


def test_a_message_is_tracked_at_both_sites_by_its_message_id(world: World) -> None:
    world.north.send(Message(to=world.south.address, subject="tracked", text="hello", message_id="<77@north.test>"))
    assert world.south.arrived().subject == "tracked"
    world.north.watched.outcome_for(world.south.address)

    tracked = [one.organization.track(message_id="<77@north.test>") for one in (world.north, world.south)]
    assert [[event.kind for event in events] for events in tracked] == [
        [EventKind.ACCEPTED, EventKind.RELAYED],
        [EventKind.ACCEPTED, EventKind.DELIVERED],
    ]
