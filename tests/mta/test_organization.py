"""Organisations: mailboxes, routes, delivery inside, and who may have the database open."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import msgcore
from msgcore import Message, ProfileAdmin
from msgcore.blocking.organization import Organization
from msgcore.codecs import mime
from msgcore.errors import (
    InjectionRefused,
    InvalidAddress,
    NotFound,
    StoreCorrupt,
    StoreError,
    TimedOut,
    UsageError,
)
from msgcore.model import Address, Deferred, Delivered, Outcome, Recipient, Refused
from msgcore.model.report import ReportAction
from msgcore.mta import (
    AddressSpace,
    Change,
    Connector,
    EventKind,
    ListenOn,
    QueueState,
    ReportSettings,
    RouteTable,
    State,
    Verdict,
)
from msgcore.mta.directory import DirectoryObject, DistributionList, Redirect
from msgcore.mta.expansion.preview import ExpandedDecision
from msgcore.mta.queue.contract import Accept, LinkNote
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.props import Restriction
from msgcore.props.table import PidTagBody, PidTagEmailAddress, PidTagOriginatorDeliveryReportRequested
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.organization.directory import Directory
from msgcore.runtime import NEVER, BlockingRuntime, Database
from msgcore.spi.gateway import Content
from msgcore.testing.queues import LETTER
from tests.flow.modes import Api
from tests.mta.homes import Home
from tests.mta.office import Delivery, delivered, installed
from tests.mta.places import ENGINES, Target, namespace_of
from tests.mta.reports import rfc3464
from tests.servers import Postgresql

on_both_engines = pytest.mark.parametrize("home", ENGINES, indirect=True)

ANN, BOB = "SMTP:ann@a.test", "SMTP:bob@a.test"


@pytest.fixture
def organization(api: Api, home: Home) -> Iterator[Organization]:
    """An organisation without mailboxes."""
    with api.open_organization(home.url, create=True) as organization:
        yield organization


def smtp(name: str = "out", space: str = "*", **options: str) -> Connector:
    return Connector(name, "smtp", [AddressSpace("SMTP", space)], options or {"relay": "smtp://out.a.test"})


class Queued:
    """What stands in the queue of an organisation, put there past any codec."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._runtime = BlockingRuntime()

    def submit(self, *to: str, sender: str | None = ANN, octets: bytes = LETTER, transfer_id: str = "t1") -> None:
        path = None if sender is None else msgcore.Address("SMTP", sender.removeprefix("SMTP:"))
        recipients = tuple(Recipient(Address(*one.split(":", 1))) for one in to)
        accept = Accept(transfer_id, path, recipients, Content(octets))
        self._with_queue(lambda queue: self._runtime.run(queue.accept(accept, NEVER)))

    def outcomes(self, transfer_id: str = "t1") -> list[Outcome]:
        found: list[Outcome] = []
        self._with_queue(lambda queue: found.extend(self._runtime.run(queue.outcomes(transfer_id, NEVER)).values()))
        return found

    def note(self, link: LinkNote) -> None:
        self._with_queue(lambda queue: self._runtime.run(queue.note_links([link], NEVER)))

    def _with_queue(self, work: Callable[[SqlQueue], object]) -> None:
        database = Database.open(self._target, QUEUE_SCHEMA, create=False)
        work(SqlQueue(self._runtime, database))
        self._runtime.run(database.close(self._runtime))


@pytest.fixture
def queued(home: Home, organization: Organization) -> Queued:
    return Queued(home.target)


def inbox_of(home: Home, name: str) -> list[Message]:
    admin = ProfileAdmin(home.folder / "profiles")
    admin.create(name, [{"service": "organization", "url": home.url, "mailbox": name}], replace=True)
    with msgcore.logon(name, admin=admin) as session:
        return [item.load() for item in session.inbox.messages()]


def octets_in_inbox(home: Home, name: str) -> list[bytes]:
    return [mime.write(message) for message in inbox_of(home, name)]


# Mailboxes


def test_a_mailbox_is_made_with_its_name_and_addresses(organization: Organization) -> None:
    made = organization.add_mailbox("ann", addresses=[ANN], display_name="Ann Alm")

    assert (made.name, made.display_name, made.addresses) == ("ann", "Ann Alm", (Address("SMTP", "ann@a.test"),))


def test_mailboxes_are_listed_by_name(organization: Organization) -> None:
    for name in ("carol", "Bob", "ann"):
        organization.add_mailbox(name)

    assert [one.name for one in organization.mailboxes()] == ["ann", "Bob", "carol"]


@on_both_engines
def test_a_mailbox_is_listed_as_it_was_made(organization: Organization) -> None:
    made = organization.add_mailbox("ann", addresses=[ANN, "X400:c=SE;s=Alm"], display_name="Ann Alm")

    assert organization.mailboxes() == (made,)


@on_both_engines
def test_the_first_address_stays_the_primary_one(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=["z@a.test", "b@a.test", "c@a.test"])

    assert organization.mailboxes()[0].addresses[0] == Address("SMTP", "z@a.test")


@on_both_engines
@pytest.mark.parametrize("name", ["ann", "ANN"])
def test_a_name_is_given_once_whatever_its_case(organization: Organization, name: str) -> None:
    organization.add_mailbox("ann")

    with pytest.raises(UsageError, match="already"):
        organization.add_mailbox(name)


@on_both_engines
@pytest.mark.parametrize("address", ["ann@a.test", "ANN@A.test"])
def test_an_address_is_given_once_whatever_its_case(organization: Organization, address: str) -> None:
    organization.add_mailbox("ann", addresses=[ANN])

    with pytest.raises(UsageError, match="belongs to mailbox 'ann'"):
        organization.add_mailbox("bob", addresses=[address])


@on_both_engines
def test_a_mailbox_whose_address_is_taken_is_not_made(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    with pytest.raises(UsageError):
        organization.add_mailbox("bob", addresses=[BOB, ANN])

    assert [one.name for one in organization.mailboxes()] == ["ann"]


def test_what_would_start_a_new_field_is_no_display_name(organization: Organization) -> None:
    with pytest.raises(InjectionRefused, match="display name"):
        organization.add_mailbox("eve", display_name="Eve\r\nBcc: all@a.test")
    with pytest.raises(InjectionRefused, match="display name"):
        organization.add_list("all", display_name="All\n")
    assert (organization.mailboxes(), organization.lists()) == ((), ())


@on_both_engines
def test_the_database_finds_whoever_a_name_may_stand_for(home: Home, organization: Organization) -> None:
    """It looks for ASCII in whatever case, and leaves all else to us; signs of its patterns are signs of names."""
    shown = ("Ann Alm", "Åke Berg", "100% Ann", "Kim_K", "KimxK", "Groß")
    for number, name in enumerate(shown):
        organization.add_mailbox(f"m{number}", display_name=name)
    organization.add_list("ANNOUNCE!", display_name="All of us")
    asked = ("ALM a", "ake", "berg", "100%", "kim_k", "%", "_", "GROSS", "announce!", "us all", "zoe", "z" * 60_000)
    admin = ProfileAdmin(home.folder / "profiles")
    admin.create("m0", [{"service": "organization", "url": home.url, "mailbox": "m0"}])
    with msgcore.logon("m0", admin=admin) as session:
        found = [[one.display_name for one in session.find_entries(name)] for name in asked]

    whole = [["Ann Alm"], ["Åke Berg"], ["Åke Berg"], ["100% Ann"], ["Kim_K"]]
    assert found == [*whole, [], [], ["Groß"], ["All of us"], ["All of us"], [], []]


@on_both_engines
def test_whose_an_address_is_can_be_found_without_those_behind_it(home: Home, organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=ANN)
    organization.add_mailbox("bob", addresses=BOB)
    organization.add_list("all", addresses="all@a.test", members=[ANN, BOB], owner=BOB, only_from=["*@a.test"])
    organization.add_redirect("old@a.test", to=ANN)
    organization.add_redirect(BOB, to=ANN, keep_copy=True)
    names = ("ann", "ann+news", "all", "all+1", "old", "bob", "eve")
    asked = [*(Address("SMTP", f"{name}@a.test") for name in names), Address("EX", "/o=athena/cn=recipients/cn=all")]
    runtime, database = BlockingRuntime(), Database.open(home.target, STORE_SCHEMA, create=False)
    directory = Directory(runtime, database, "athena")

    full = [runtime.run(directory.look_up(one, NEVER)) for one in asked]
    brief = [runtime.run(directory.look_up_briefly(one, NEVER)) for one in asked]
    runtime.run(database.close(runtime))

    assert brief == [without_those_behind(one) for one in full]
    assert [type(one).__name__ for one in full[2:6]] == ["DistributionList", "DistributionList", "Redirect", "Redirect"]


def without_those_behind(one: DirectoryObject | None) -> DirectoryObject | None:
    if isinstance(one, DistributionList):
        return attrs.evolve(one, members=())
    return attrs.evolve(one, targets=()) if isinstance(one, Redirect) else one


def test_an_address_cannot_be_given_twice_at_once(organization: Organization) -> None:
    with pytest.raises(UsageError, match="belongs to mailbox 'ann'"):
        organization.add_mailbox("ann", addresses=["ann@a.test", "Ann@A.test"])


def test_a_bare_name_is_no_address_of_a_mailbox(organization: Organization) -> None:
    with pytest.raises(UsageError, match="such as SMTP:ann@"):
        organization.add_mailbox("ann", addresses=["Ann Alm"])


@pytest.mark.parametrize("address", ["SMTP:ann", Address("SMTP", "ann"), Address("SMTP", "a@b.test\r\n")])
def test_what_is_no_address_is_refused(organization: Organization, address: str | Address) -> None:
    with pytest.raises(InvalidAddress if "\r" not in str(address) else InjectionRefused):
        organization.add_mailbox("ann", addresses=[address])


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_mailbox_needs_a_name(organization: Organization, name: str) -> None:
    with pytest.raises(UsageError):
        organization.add_mailbox(name)


# Routes


@pytest.mark.parametrize(
    ("connector", "complaint"),
    [
        (
            Connector("out", "carrier-pigeon", [AddressSpace("SMTP", "*")]),
            "connector 'out': 'carrier-pigeon' is no gateway",
        ),
        (smtp(relay="smtp://out.a.test", colour="red"), "connector 'out': colour: no such key"),
        (smtp(address_families="ipv5"), "connector 'out': address_families 'ipv5': need"),
        (smtp(relay="out.a.test"), "connector 'out': relay: 'out.a.test': need a URL"),
        (smtp(relay="imaps://out.a.test"), "connector 'out': relay: 'imaps://out.a.test': need a URL"),
        (
            smtp(relay="smtp://ann:geheim@out.a.test"),
            "connector 'out': relay: 'smtp://ann:***@out.a.test': a password does not",
        ),
        (smtp(relay="smtp://out.a.test", user="ann"), "connector 'out': user and password (or token) go together"),
        (smtp(relay="smtp://out.a.test", user="ann", password="geheim"), "connector 'out': password: "),
        (smtp("mailboxes"), "connector 'mailboxes': two have this name"),
    ],
    ids=lambda value: "" if isinstance(value, Connector) else value[:40],
)
def test_a_wrong_connector_is_refused(organization: Organization, connector: Connector, complaint: str) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        organization.set_routes(RouteTable([connector]))


def test_a_secret_is_not_in_the_refusal(organization: Organization) -> None:
    connector = smtp(relay="smtp://out.a.test", user="ann", password="geheim")

    with pytest.raises(UsageError) as refusal:
        organization.set_routes(RouteTable([connector]))
    assert "geheim" not in str(refusal.value)


def test_a_secret_that_is_not_there_yet_is_no_reason_to_refuse(organization: Organization) -> None:
    """Who administers need not have the environment of who delivers."""
    connector = smtp(relay="smtps://out.a.test", user="ann", password="env:MSGCORE_TEST_NOT_SET")

    organization.set_routes(RouteTable([connector]))
    assert connector in organization.routes().connectors


def test_a_refused_table_leaves_the_one_in_force(organization: Organization) -> None:
    organization.set_routes(RouteTable([smtp("good")]))
    with pytest.raises(UsageError):
        organization.set_routes(RouteTable([Connector("bad", "none", [AddressSpace("SMTP", "*")])]))

    assert organization.route("x@b.test").connector == "good"


@on_both_engines
def test_routes_survive_closing(api: Api, home: Home, organization: Organization) -> None:
    table = RouteTable([smtp("a", "*@b.test", relay="smtp+starttls://a.test"), smtp("b")])
    organization.set_routes(table)
    organization.close()

    with api.open_organization(home.url) as again:
        assert again.routes().connectors[1:] == table.connectors


def test_the_table_in_force_can_be_given_back(organization: Organization) -> None:
    organization.set_routes(RouteTable([smtp("a")]))
    organization.set_routes(RouteTable([*organization.routes().connectors, smtp("b", "*@b.test")]))

    assert [one.name for one in organization.routes().connectors] == ["mailboxes", "a", "b"]


def test_a_new_organisation_routes_its_own_mailboxes_alone(organization: Organization) -> None:
    assert [one.name for one in organization.routes().connectors] == ["mailboxes"]


def test_a_table_that_sends_mail_round_is_refused_with_all_that_is_wrong(organization: Organization) -> None:
    organization.set_reports(ReportSettings("mx.a.test"))
    table = RouteTable(
        [
            smtp("round", "*@b.test", relay="smtp://mx.a.test"),
            Connector("back", "smtp", [AddressSpace("SMTP", "*")], {"relay": "smtp://b.test"}, leads_to="here"),
        ],
        site="here",
    )

    with pytest.raises(UsageError, match=r"(?s)routes: error: loop: round.*; error: loop: back"):
        organization.set_routes(table)


def test_a_table_with_warnings_is_taken(organization: Organization) -> None:
    table = RouteTable([Connector("off", "smtp", [AddressSpace("SMTP", "*")], {"relay": "smtp://b.test"}, False)])

    assert organization.set_routes(table) == organization.routes().epoch


@on_both_engines
def test_a_table_keeps_its_policy_its_site_and_its_locations(organization: Organization) -> None:
    organization.set_routes(RouteTable([smtp()], policy="least_cost", site="Umeå", locations=["north"]))

    table = organization.routes()
    assert (table.policy, table.site, table.locations) == ("least_cost", "Umeå", ("north",))


@on_both_engines
def test_each_table_has_an_epoch_of_its_own(organization: Organization) -> None:
    epochs = [organization.set_routes(RouteTable([smtp(name)])) for name in ("a", "b")]

    history = organization.route_history()
    assert [(one.epoch, one.routes.connectors[1].name) for one in history] == [(epochs[1], "b"), (epochs[0], "a")]
    assert history[0].set_at >= history[1].set_at > datetime(2020, 1, 1, tzinfo=UTC)


@on_both_engines
def test_an_earlier_table_is_put_in_force_again_under_a_new_epoch(organization: Organization) -> None:
    first = organization.set_routes(RouteTable([smtp("a")]))
    second = organization.set_routes(RouteTable([smtp("b")]))
    third = organization.restore_routes(first)

    table = organization.routes()
    assert (table.connectors[1].name, table.epoch, third > second) == ("a", third, True)


def test_a_table_that_never_was_is_not_restored(organization: Organization) -> None:
    with pytest.raises(NotFound, match="no epoch 7"):
        organization.restore_routes(7)


def test_a_new_organisation_has_no_epoch(organization: Organization) -> None:
    assert (organization.routes().epoch, organization.route_history()) == (None, ())


@on_both_engines
def test_an_explanation_tells_what_is_down(organization: Organization, queued: Queued) -> None:
    """The hop for one domain, that is: the connector leads to others, too."""
    far = Connector("far", installed(delivered), [AddressSpace("SMTP", "*", cost=50)])
    organization.set_routes(RouteTable([Connector("near", installed(delivered), [AddressSpace("SMTP", "*")]), far]))
    queued.note(LinkNote("near b.test", 1, 1, datetime.now(UTC) + timedelta(hours=1)))

    decisions = [organization.route(address) for address in ("x@b.test", "x@c.test")]
    assert [one.connector for one in decisions] == ["far", "near"]
    assert "link is down" in decisions[0].explain()


def test_a_link_whose_time_has_come_is_no_longer_down(organization: Organization, queued: Queued) -> None:
    organization.set_routes(RouteTable([Connector("near", installed(delivered), [AddressSpace("SMTP", "*")])]))
    queued.note(LinkNote("near b.test", 1, 1, datetime.now(UTC) - timedelta(hours=1)))

    assert organization.route("x@b.test").retry_at is None


def test_a_list_is_explained_with_what_is_down(organization: Organization, queued: Queued) -> None:
    organization.add_list("all", addresses=["all@a.test"], members=["x@b.test", "x@c.test"])
    organization.set_routes(RouteTable([Connector("near", installed(delivered), [AddressSpace("SMTP", "*")])]))
    until = datetime.now(UTC) + timedelta(hours=1)
    queued.note(LinkNote("near b.test", 1, 1, until))

    assert f"from {until:%Y-%m-%d %H:%M:%S}" in organization.route("all@a.test").explain()


# The queue


BOB_S = PidTagEmailAddress.equals("bob@b.test")


@on_both_engines
@pytest.mark.parametrize(
    ("where", "found"),
    [
        (None, ["bob@b.test", "carol@c.test"]),
        (BOB_S, ["bob@b.test"]),
        (~BOB_S, ["carol@c.test"]),
        (QueueState.equals("held"), []),
    ],
    ids=str,
)
def test_those_that_wait_are_found_by_restriction(
    organization: Organization, queued: Queued, where: Restriction | None, found: list[str]
) -> None:
    queued.submit("SMTP:bob@b.test", "SMTP:carol@c.test")

    assert sorted(one.recipient.email_address for one in organization.queued(where=where)) == found


def test_a_restriction_over_what_nobody_has_is_refused(organization: Organization) -> None:
    with pytest.raises(UsageError, match="PidTagBody"):
        organization.queued(where=PidTagBody.contains("x"))


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ('recipint = "x"', "did you mean recipient?"),
        ('nexthop = "x"', "did you mean next_hop?"),
        ("trys > 3", "there are recipient, .*tries"),
        ("recieved > 2026-01-01", "there are .*accepted"),
        ("received > 2026-01-01", "PidTagMessageDeliveryTime: no recipient in a queue has it; there are .*accepted"),
        ('PidTagSubjct = "x"', "did you mean PidTagSubject?"),
        ('recipient:contian("x")', "did you mean contains?"),
        ('state = "hold"', "'hold' is no state .*did you mean held?"),
        ('state != "Held"', "'Held' is no state .*did you mean held?"),
        ('not state:is_in("dead", "herd")', "'herd' is no state"),
        ("helo", "^(?!.*body:has_words)"),
    ],
)
def test_whoever_writes_a_wrong_word_is_told_the_right_one(organization: Organization, where: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        organization.queued(where=where)


@on_both_engines
def test_what_is_held_waits_until_it_is_released(organization: Organization, queued: Queued) -> None:
    organization.set_routes(RouteTable([Connector("out", installed(delivered), [AddressSpace("SMTP", "*")])]))
    queued.submit("SMTP:bob@b.test", "SMTP:carol@c.test")
    held = organization.change_queue(Change.hold("a court order"), where=BOB_S)
    organization.deliver()
    [waiting] = organization.queued()
    released = organization.change_queue(Change.release(), where=None)
    organization.deliver()

    assert (held, waiting.state, waiting.reason, released) == (1, State.HELD, "a court order", 1)
    assert organization.queued() == ()


def test_what_is_redirected_goes_to_somebody_else(home: Home, organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit("SMTP:bob@b.test")
    organization.change_queue(Change.redirect(Recipient(Address("SMTP", "ann@a.test"))), where=BOB_S)
    organization.deliver()

    assert len(inbox_of(home, "ann")) == 1


def test_what_is_deleted_is_gone_without_a_report(organization: Organization, home: Home, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit("SMTP:bob@b.test")
    deleted = organization.change_queue(Change.delete("spam"), where=BOB_S)
    organization.deliver()

    assert (deleted, organization.queued(), inbox_of(home, "ann")) == (1, (), [])


@on_both_engines
def test_what_happened_to_a_message_is_told_by_its_transfer_id(organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit(ANN)
    organization.deliver()

    assert [one.kind for one in organization.track(transfer_id="t1")] == [EventKind.ACCEPTED, EventKind.DELIVERED]


@pytest.mark.parametrize("address", ["ann@a.test", "SMTP:ANN@a.test", Address("SMTP", "ann@A.test")])
def test_what_happened_to_the_mail_of_an_address_is_told(
    organization: Organization, queued: Queued, address: str | Address
) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit(ANN)
    organization.deliver()

    [event] = organization.track(address=address)
    assert (event.kind, organization.track(address=address, after=event.number)) == (EventKind.DELIVERED, ())


def test_nothing_is_told_of_everything(organization: Organization) -> None:
    with pytest.raises(UsageError, match="name a message_id"):
        organization.track()


@on_both_engines
def test_the_depth_of_a_queue_counts_by_state(organization: Organization, queued: Queued) -> None:
    queued.submit("SMTP:bob@b.test", "SMTP:carol@c.test")
    organization.change_queue(Change.hold(), where=BOB_S)

    depth = organization.queue_depth()
    assert (depth.waiting, depth.recipients[State.HELD], depth.oldest_due_at is None) == (2, 1, False)


@on_both_engines
def test_what_has_ended_is_forgotten_on_request(organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit(ANN)
    queued.submit("SMTP:bob@b.test", transfer_id="t2")
    organization.change_queue(Change.hold(), where=BOB_S)
    organization.deliver()
    purged = organization.purge(datetime.now(UTC) + timedelta(days=1))

    told = [bool(organization.track(transfer_id=one)) for one in ("t1", "t2")]
    assert (purged, told) == (1, [False, True])


# Reports


def test_whoever_asks_for_a_delivery_report_in_a_session_gets_one(home: Home, organization: Organization) -> None:
    for name in ("ann", "bob"):
        organization.add_mailbox(name, addresses=[f"{name}@a.test"])
    admin = ProfileAdmin(home.folder / "profiles")
    admin.create("ann", [{"service": "organization", "url": home.url, "mailbox": "ann"}])
    message = Message(to="bob@a.test", subject="asked", text="hello")
    message[PidTagOriginatorDeliveryReportRequested] = True
    with msgcore.logon("ann", admin=admin) as session:
        session.submit(message)
        session.flush_queues()

    [report] = [mime.read_delivery_report(message) for message in inbox_of(home, "ann")]
    assert report is not None
    assert [one.action for one in report.recipients] == [ReportAction.DELIVERED]


def test_a_new_organisation_reports_in_its_own_name_and_has_no_postmaster(organization: Organization) -> None:
    assert organization.reports() == ReportSettings("athena.msgcore")


REPORTS = ReportSettings(
    "mx.a.test",
    postmaster=Address("SMTP", "root@a.test", "Root"),
    delay_notice_after=None,
    most_returned_octets=7,
    most_recipients=9,
    own_addresses=frozenset({Address("SMTP", "robot@a.test"), Address("SMTP", "bounces@a.test")}),
    tells_unknown_senders=True,
)


@on_both_engines
@pytest.mark.parametrize("reports", [REPORTS, ReportSettings("mx.a.test", delay_notice_after=timedelta(hours=1))])
def test_how_an_organisation_reports_is_kept(
    api: Api, home: Home, organization: Organization, reports: ReportSettings
) -> None:
    organization.set_reports(reports)
    organization.close()

    with api.open_organization(home.url) as again:
        assert (again.reports(), again.reports().postmaster) == (reports, reports.postmaster)


def test_reports_come_from_the_host_and_those_that_reach_nobody_go_to_the_postmaster(
    home: Home, organization: Organization, queued: Queued
) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.set_reports(ReportSettings("mx.a.test", postmaster=Address("SMTP", "ann@a.test")))
    queued.submit("FAX:1", sender="SMTP:gone@a.test")
    organization.set_routes(RouteTable([Connector("ours", "mailbox", [AddressSpace("SMTP", "*@a.test")])]))
    organization.deliver()

    [octets] = octets_in_inbox(home, "ann")
    assert b"Reporting-MTA: dns; mx.a.test" in octets


# The postmaster


def _inside(organization: Organization, address: str) -> list[str]:
    decision = organization.route(address)
    if not isinstance(decision, ExpandedDecision):
        return [decision.connector or ""]
    return [one.email_address for one in decision.recipients]


@on_both_engines
def test_postmaster_of_every_domain_with_somebody_in_it_is_who_the_reports_say(organization: Organization) -> None:
    """RFC 5321 section 4.5.1."""
    organization.set_routes(RouteTable([smtp()]))
    organization.add_mailbox("ann", addresses=["ann@a.test", "ann@ü.test"])
    organization.add_list("all", addresses=["all@lists.test"], members=["ann@a.test"])
    organization.set_reports(ReportSettings("mx.a.test", postmaster="ann@a.test"))

    for domain in ["a.test", "mx.a.test", "A.TEST", "lists.test", "ü.test", "xn--tda.test"]:
        assert _inside(organization, f"PostMaster@{domain}") == ["ann@a.test"], domain
    for address in ["postmaster@b.test", "postmaster@aa.test", "postmaster@test", "postmaster2@a.test"]:
        assert _inside(organization, address) == ["out"], address


def test_who_has_the_address_goes_before_the_postmaster_of_the_reports(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=["ann@a.test"])
    organization.add_mailbox("bob", addresses=["postmaster@a.test"])
    organization.set_reports(ReportSettings("mx.a.test", postmaster="ann@a.test"))

    assert organization.route("postmaster@a.test").connector == "mailboxes"
    assert _inside(organization, "postmaster@mx.a.test") == ["ann@a.test"]


def test_an_organisation_of_which_nobody_is_postmaster_has_none(organization: Organization) -> None:
    organization.set_routes(RouteTable([smtp()]))
    organization.add_mailbox("ann", addresses=["ann@a.test"])
    organization.set_reports(ReportSettings("a.test", postmaster="postmaster@a.test"))
    assert _inside(organization, "postmaster@a.test") == ["out"]

    organization.set_reports(ReportSettings("a.test"))
    assert _inside(organization, "postmaster@a.test") == ["out"]


# Where somebody would go


@pytest.mark.parametrize(
    "address", ["ann@a.test", "ANN@A.TEST", "Ann Alm <ann@a.test>", "alias@a.test", "X400:c=se;s=alm"]
)
def test_every_address_of_a_mailbox_leads_inside(organization: Organization, address: str) -> None:
    organization.add_mailbox("ann", addresses=[ANN, "alias@a.test", "X400:c=SE;s=Alm"])
    organization.set_routes(RouteTable([smtp()]))

    assert organization.route(address).connector == "mailboxes"


@pytest.mark.parametrize(
    "address",
    [
        "EX:/o=athena/cn=recipients/cn=ann",
        "EX:/O=ATHENA/CN=RECIPIENTS/CN=ANN",
        "ann [EX:/o=Athena/cn=Recipients/cn=Ann]",
    ],
)
def test_a_distinguished_name_leads_to_its_mailbox_whatever_its_case(
    organization: Organization, home: Home, queued: Queued, address: str
) -> None:
    organization.add_mailbox("ann")
    queued.submit("EX:" + address.partition("EX:")[2].rstrip("]"))
    organization.deliver()

    assert len(inbox_of(home, "ann")) == 1


@pytest.mark.parametrize("name", ["/o=athena/cn=recipients/cn=nobody", "/o=other/cn=recipients/cn=ann", "ann", ""])
def test_a_distinguished_name_of_nobody_is_refused(organization: Organization, queued: Queued, name: str) -> None:
    organization.add_mailbox("ann")
    queued.submit(f"EX:{name}")
    organization.deliver()

    assert queued.outcomes() == [Refused(550, "5.1.1")]


def test_an_address_with_a_tag_leads_to_the_mailbox(home: Home, organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit("SMTP:Ann+news@a.test")
    organization.deliver()

    assert len(inbox_of(home, "ann")) == 1


@on_both_engines
def test_the_mail_of_a_list_gets_to_its_members(home: Home, organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.add_mailbox("bob", addresses=[BOB])
    organization.add_list("all", addresses="SMTP:all@a.test", members=[ANN, "SMTP:some@a.test"])
    organization.add_list("some", addresses="SMTP:some@a.test", members=["SMTP:all@a.test", ANN, BOB])
    queued.submit("SMTP:all@a.test")
    organization.deliver()

    assert ([len(inbox_of(home, name)) for name in ("ann", "bob")], organization.waiting()) == ([1, 1], 0)


def test_the_mail_of_a_mailing_list_is_its_owner_s(home: Home, organization: Organization, queued: Queued) -> None:
    """Who sent it does not hear of members that cannot be reached; the owner does."""
    for name in ("ann", "bob", "boss"):
        organization.add_mailbox(name, addresses=[f"SMTP:{name}@a.test"])
    organization.add_list(
        "all", addresses="SMTP:all@a.test", members=[BOB, "SMTP:nobody@b.test"], owner="SMTP:boss@a.test"
    )
    queued.submit("SMTP:all@a.test")
    organization.deliver()

    assert [len(inbox_of(home, name)) for name in ("ann", "bob", "boss")] == [0, 1, 1]
    assert b"nobody@b.test" in octets_in_inbox(home, "boss")[0]


def test_a_redirected_mailbox_keeps_a_copy(home: Home, organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.add_mailbox("bob", addresses=[BOB])
    organization.add_redirect(ANN, to=BOB, keep_copy=True)
    organization.add_redirect(BOB, to=ANN, keep_copy=True)
    queued.submit(ANN)
    organization.deliver()

    assert [len(inbox_of(home, name)) for name in ("ann", "bob")] == [1, 1]


def test_a_list_that_cannot_be_expanded_is_told_to_the_sender(
    home: Home, organization: Organization, queued: Queued
) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.add_list("all", addresses="SMTP:all@a.test")
    queued.submit("SMTP:all@a.test")
    organization.deliver()

    assert queued.outcomes() == [Refused(None, "5.2.4")]
    assert b"the list has no members" in octets_in_inbox(home, "ann")[0]


def test_a_list_is_found_by_its_name_when_mail_is_written(api: Api, home: Home, organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.add_list("all", addresses="SMTP:all@a.test", members=[ANN], display_name="All of us")
    admin = ProfileAdmin(home.folder / "profiles")
    admin.create("ann", [{"service": "organization", "url": home.url, "mailbox": "ann"}])
    with msgcore.logon("ann", admin=admin) as session:
        [check] = session.check_recipients(Message(to=["All of us"]))

    assert check.is_claimed
    assert str(check) == (
        "All of us is All of us <all@a.test>: organization / mailboxes: is a distribution list: expanded to 1 recipient"
    )


def test_an_explanation_tells_what_the_address_stands_for(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=[ANN])

    assert organization.route(ANN).explain().splitlines()[:2] == [
        "EX:/o=athena/cn=recipients/cn=ann",
        "  goes to mailboxes (gateway mailbox) by EX:*, cost 1",
    ]


def test_an_explanation_tells_that_the_mailboxes_refuse_an_address_of_nobody(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    organization.add_list("all", addresses="SMTP:all@a.test", members=[ANN, "SMTP:gone@a.test"])
    organization.set_routes(RouteTable([Connector("ours", "mailbox", [AddressSpace("SMTP", "*@a.test")])]))
    refused = "which refuses it: the address is nobody's here"

    assert organization.route("gone@a.test").connector == "ours"
    assert [refused in organization.route(one).explain() for one in ("gone@a.test", ANN)] == [True, False]
    assert organization.route("all@a.test").explain().count(refused) == 1


def test_an_explanation_tells_why_nobody_takes_a_recipient(organization: Organization) -> None:
    assert (
        "no route: 5.4.4 no connector has an address space of type FAX, for FAX:+46 8 1"
        in organization.route("FAX:+46 8 1").explain()
    )


def test_the_size_counts_when_a_way_is_looked_for(organization: Organization) -> None:
    spaces, options = [AddressSpace("SMTP", "*")], {"relay": "smtp://out.a.test"}
    organization.set_routes(RouteTable([Connector("out", "smtp", spaces, options, max_size_octets=1_000)]))

    decision = organization.route("x@b.test", size_octets=1_001)
    assert (decision.connector, [one.verdict for one in decision.candidates]) == (None, [Verdict.TOO_BIG])


def test_what_is_no_address_has_no_route(organization: Organization) -> None:
    with pytest.raises(InvalidAddress):
        organization.route("a@b@c@")


# Delivery inside


@on_both_engines
def test_a_message_for_several_mailboxes_is_kept_once(organization: Organization, home: Home, queued: Queued) -> None:
    for name in ("ann", "bob", "carol"):
        organization.add_mailbox(name, addresses=[f"{name}@a.test"])
    queued.submit("SMTP:ann@a.test", "SMTP:bob@a.test", "SMTP:carol@a.test")
    organization.deliver()

    assert (
        home.rows("select count(*) from content"),
        [len(inbox_of(home, name)) for name in ("ann", "bob", "carol")],
    ) == (
        [(1,)],
        [1, 1, 1],
    )


TRACE = rb"Return-Path: <ann@a\.test>\r\nReceived: by athena\.msgcore \(msgcore\) id t1;\r\n [^\r\n]+ \+0000\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        LETTER,
        b"Subject: a\r\n\r\n",
        b"Subject: =?utf-8?Q?broken?\r\nX: \xff\x00\r\n\r\n\x00\xff\r bare \n.\r\n..\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nnot ended",
        b"Bcc: kept@b.test\r\n\r\nwhat was accepted is not looked into\r\n",
        b"no header at all",
        b"",
    ],
    ids=lambda octets: repr(octets[:20]),
)
def test_a_message_arrives_octet_for_octet_behind_its_trace(
    organization: Organization, home: Home, queued: Queued, octets: bytes
) -> None:
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB, octets=octets)
    organization.deliver()

    [found] = octets_in_inbox(home, "bob")
    assert re.fullmatch(TRACE + re.escape(octets), found)


def test_a_message_with_unix_line_ends_gets_a_trace_with_such_ends(
    organization: Organization, home: Home, queued: Queued
) -> None:
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB, octets=b"Subject: unix\n\nhello\n")
    organization.deliver()

    [found] = octets_in_inbox(home, "bob")
    assert (found.startswith(b"Return-Path: <ann@a.test>\nReceived: "), b"\r" in found) == (True, False)


def test_the_null_return_path_is_written_as_such(organization: Organization, home: Home, queued: Queued) -> None:
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB, sender=None)
    organization.deliver()

    assert octets_in_inbox(home, "bob")[0].startswith(b"Return-Path: <>\r\n")


@on_both_engines
def test_two_addresses_of_one_mailbox_bring_one_message(organization: Organization, home: Home, queued: Queued) -> None:
    organization.add_mailbox("bob", addresses=[BOB, "robert@a.test"])
    queued.submit(BOB, "SMTP:robert@a.test", "EX:/o=athena/cn=recipients/cn=bob")
    organization.deliver()

    assert (queued.outcomes(), len(inbox_of(home, "bob"))) == ([Delivered(250, "2.1.5")] * 3, 1)


@on_both_engines
def test_delivering_again_brings_no_second_message(organization: Organization, home: Home, queued: Queued) -> None:
    """A process that ends between the delivery and the note of it leaves the recipient as it was before."""
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB)
    organization.deliver()
    home.run("update mta_recipient set state = 1, outcome = 'pending', due_at = 0")
    home.run("insert into mta_content (mta_message_id, form, octets) select id, 'mime', ? from mta_message", LETTER)
    organization.deliver()

    assert (queued.outcomes(), len(inbox_of(home, "bob"))) == ([Delivered(250, "2.1.5")], 1)


@on_both_engines
def test_the_same_octets_in_another_transfer_are_another_message(
    organization: Organization, home: Home, queued: Queued
) -> None:
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB, transfer_id="t1")
    queued.submit(BOB, transfer_id="t2")
    organization.deliver()

    assert len(inbox_of(home, "bob")) == 2


@on_both_engines
def test_who_is_refused_inside_is_reported_inside(organization: Organization, home: Home, queued: Queued) -> None:
    organization.add_mailbox("ann", addresses=[ANN])
    queued.submit("EX:/o=athena/cn=recipients/cn=nobody")
    organization.deliver()

    [report] = [mime.read_delivery_report(message) for message in inbox_of(home, "ann")]
    assert report is not None
    assert [str(one.status) for one in report.recipients] == ["5.1.1"]


@on_both_engines
def test_waiting_counts_who_has_not_ended(organization: Organization, queued: Queued) -> None:
    organization.add_mailbox("bob", addresses=[BOB])
    queued.submit(BOB, "SMTP:nobody@a.test", sender=None)
    before = organization.waiting()
    organization.deliver()

    assert (before, organization.waiting()) == (2, 0)


def test_a_mailbox_made_meanwhile_gets_what_waits_for_it(
    organization: Organization, home: Home, queued: Queued
) -> None:
    queued.submit(BOB)
    organization.add_mailbox("bob", addresses=[BOB])
    organization.deliver()

    assert len(inbox_of(home, "bob")) == 1


def test_a_gateway_that_hangs_ends_with_the_caller_s_time(organization: Organization, queued: Queued) -> None:
    async def hangs(delivery: Delivery) -> Mapping[Recipient, Outcome]:
        await delivery.runtime.event().wait(NEVER)
        return delivery.all(Delivered(250))

    organization.set_routes(RouteTable([Connector("out", installed(hangs), [AddressSpace("SMTP", "*")])]))
    queued.submit("SMTP:x@b.test")
    with pytest.raises(TimedOut):
        organization.deliver(timeout_seconds=1.0)

    assert [type(outcome) for outcome in queued.outcomes()] == [Deferred]


def test_an_organisation_of_any_name_is_a_plain_host_in_trace_and_report(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "Företag & söner; \n.db"
    home = Home(f"sqlite:///{path}", path, tmp_path)
    with api.open_organization(home.url, create=True) as organization:
        organization.add_mailbox("ann", addresses=[ANN])
        Queued(path).submit("FAX:1")
        organization.deliver()

    [octets] = octets_in_inbox(home, "ann")
    [host] = re.findall(rb"^Received: by ([a-z0-9.-]+) \(msgcore\)", octets, re.MULTILINE)
    report = octets[octets.index(b"From: ") :]
    assert (rfc3464.faults(report), rfc3464.groups(report)[0]["reporting-mta"]) == ([], f"dns; {host.decode()}")


# The database


@on_both_engines
def test_an_organisation_that_is_not_there_is_not_found(api: Api, home: Home) -> None:
    with pytest.raises(NotFound, match="create=True"):
        api.open_organization(home.url)


def test_to_look_for_an_organisation_makes_no_file(api: Api, home: Home) -> None:
    with pytest.raises(NotFound):
        api.open_organization(home.url)

    assert list(home.folder.iterdir()) == []


@on_both_engines
def test_to_create_what_is_there_opens_it(api: Api, home: Home, organization: Organization) -> None:
    organization.add_mailbox("ann")

    with api.open_organization(home.url, create=True) as again:
        assert [one.name for one in again.mailboxes()] == ["ann"]


@on_both_engines
def test_a_plain_store_is_no_organisation(api: Api, home: Home) -> None:
    msgcore.open_store(home.url).close()

    for create in (False, True):
        with pytest.raises(StoreError, match="holds personal folders"):
            api.open_organization(home.url, create=create)


def test_an_organisation_of_the_version_before_keeps_its_table(
    api: Api, home: Home, organization: Organization
) -> None:
    organization.set_routes(RouteTable([smtp("out")]))
    organization.close()
    for change in (
        "alter table organization drop column reports",
        "alter table organization drop column left_to_nodes",
        "alter table route_epoch drop column set_at",
        "update msgcore_schema set version = 1 where name = 'organization'",
    ):
        home.run(change)

    with api.open_organization(home.url) as again:
        assert (again.routes().connectors[1].name, again.reports().host) == ("out", "athena.msgcore")
        assert [one.epoch for one in again.route_history()] == [again.routes().epoch]


def test_a_database_of_another_program_is_left_alone(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("create table invoice (id)")
    with pytest.raises(StoreError, match="another program"):
        api.open_organization(f"sqlite:///{path}", create=True)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("select name from sqlite_schema").fetchall() == [("invoice",)]


def test_a_file_that_is_no_database_is_left_alone(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Ann, " * 1_000)
    with pytest.raises(StoreCorrupt):
        api.open_organization(f"sqlite:///{path}", create=True)

    assert path.read_bytes() == b"Dear Ann, " * 1_000


@pytest.mark.parametrize(
    ("url", "error"), [("postgresql://h", UsageError), ("athena.db", UsageError), ("mysql:///x", UsageError)]
)
def test_a_url_of_something_else_is_refused(api: Api, url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        api.open_organization(url, create=True)


def test_what_is_of_another_kind_is_refused_with_what_is_needed(api: Api, home: Home, tmp_path: Path) -> None:
    given: Any = tmp_path / "athena.db"
    with pytest.raises(UsageError, match="write sqlite:///PATH"):
        api.open_organization(given, create=True)

    with api.open_organization(home.url, create=True) as organization:
        wrong: list[tuple[Callable[[Any], object], Any, str]] = [
            (organization.set_routes, [smtp()], "RouteTable"),
            (organization.set_reports, "mx.a.test", "ReportSettings"),
            (organization.set_reports, ReportSettings("mx.a.test", postmaster="pm"), "need an address"),
            (lambda given: organization.working(names=given), ("192.0.2.1",), "DnsSettings"),
            (lambda given: organization.working(outbound=given), {"tls": {}}, "OutboundSettings"),
            (organization.working, ListenOn("", 0), "ListenOn"),
            (organization.working, [25], "ListenOn"),
            (organization.check_keys, None, "TrustSettings"),
            (lambda given: organization.route(ANN, verdicts=given), "dmarc=fail", "sequence of texts"),
            (lambda given: organization.deliver(trust=given), None, "TrustSettings"),
        ]
        for call, given, needed in wrong:
            with pytest.raises(UsageError, match=needed):
                call(given)


@on_both_engines
def test_a_closed_organisation_says_so(organization: Organization) -> None:
    organization.close()

    with pytest.raises(StoreError, match="closed"):
        organization.mailboxes()


@on_both_engines
def test_an_organisation_opened_twice_in_a_process_is_one(api: Api, home: Home, organization: Organization) -> None:
    with api.open_organization(home.url) as other:
        other.add_mailbox("ann", addresses=[ANN])
        organization.set_routes(RouteTable([Connector("out", installed(delivered), [AddressSpace("SMTP", "*")])]))

        assert (organization.route(ANN).connector, other.route("x@b.test").connector) == ("mailboxes", "out")


@on_both_engines
def test_closing_one_of_two_leaves_the_other_open(api: Api, home: Home, organization: Organization) -> None:
    api.open_organization(home.url).close()
    organization.add_mailbox("ann")

    assert [one.name for one in organization.mailboxes()] == ["ann"]


OPENS = """
import sys
import msgcore
with msgcore.open_organization(sys.argv[1], create=True) as organization:
    for number in range(10):
        organization.add_mailbox(f"{sys.argv[2]}{number}", addresses=[f"{sys.argv[2]}{number}@a.test"])
    print(organization.route(f"{sys.argv[2]}0@a.test").connector)
"""


def opening(home: Home, *names: str) -> list[str]:
    """Let processes make one organisation and its mailboxes at the same time, and give what they said."""
    children = [
        subprocess.Popen([sys.executable, "-c", OPENS, home.url, name], stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    return [child.communicate(timeout=60)[0] for child in children]


@on_both_engines
def test_two_processes_that_make_one_organisation_share_it(home: Home) -> None:
    assert opening(home, "x", "y") == ["mailboxes\n"] * 2
    with msgcore.open_organization(home.url) as organization:
        assert sorted(one.name for one in organization.mailboxes()) == sorted(
            f"{n}{i}" for n in "xy" for i in range(10)
        )


@pytest.mark.interop
def test_two_processes_that_make_the_tables_of_one_organisation_share_them(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    target = namespace_of(postgresql, tmp_path)
    home = Home(f"{postgresql.url}?namespace={target.namespace}", target, tmp_path)

    assert opening(home, "x", "y") == ["mailboxes\n"] * 2


@on_both_engines
def test_what_another_process_adds_is_seen(home: Home, organization: Organization) -> None:
    opening(home, "x")

    assert organization.route("x0@a.test").connector == "mailboxes"


@on_both_engines
def test_a_mailbox_of_another_process_gets_its_mail_here(
    home: Home, organization: Organization, queued: Queued
) -> None:
    opening(home, "x")
    queued.submit("SMTP:x0@a.test")
    organization.deliver()

    assert len(inbox_of(home, "x0")) == 1
