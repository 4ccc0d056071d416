"""Mailboxes that are removed: what goes with them, and what becomes of who still asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, ProfileAdmin
from msgcore.base.text import Secret
from msgcore.blocking.organization import Organization
from msgcore.errors import NotFound, ObjectDeleted, SetupError
from msgcore.model import Address, Delivered, Envelope, Recipient
from msgcore.mta.expansion import ExpandedDecision
from msgcore.mta.queue.contract import Accept
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.providers.internal.mailboxes import Mailbox, add_address
from msgcore.providers.internal.removing import remove_some
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.organization.directory import Directory
from msgcore.providers.organization.gateway import MailboxGateway
from msgcore.runtime import NEVER, BlockingRuntime, Connection, Database
from msgcore.spi.gateway import Content
from msgcore.testing.queues import LETTER
from tests.flow.modes import Api
from tests.mta.homes import Home, home_in_a_file
from tests.mta.homes import any_organization as opened_anywhere
from tests.mta.places import ENGINES, in_queue

ANN, BOB = Address("SMTP", "ann@a.test"), Address("SMTP", "bob@a.test")

on_both_engines = pytest.mark.parametrize("home", ENGINES, indirect=True)


@pytest.fixture
def organization(home: Home, api: Api) -> Iterator[Organization]:
    """Ann and Bob."""
    with api.open_organization(home.url, create=True) as organization:
        add_both(organization)
        yield organization


@pytest.fixture(params=["memory", "file", pytest.param("server", marks=pytest.mark.interop)])
def any_organization(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Organization]:
    with opened_anywhere(request, tmp_path) as organization:
        add_both(organization)
        yield organization


def add_both(organization: Organization) -> None:
    organization.add_mailbox("ann", addresses=ANN)
    organization.add_mailbox("bob", addresses=[BOB, "bob2@a.test"])


def profiles_of(home: Home) -> ProfileAdmin:
    admin = ProfileAdmin(home.folder / "profiles")
    for name in ("ann", "bob", "carol"):
        admin.create(name, [{"service": "organization", "url": home.url, "mailbox": name}], replace=True)
    return admin


@on_both_engines
def test_all_mail_goes_with_a_mailbox_and_none_of_others(home: Home, organization: Organization) -> None:
    for name in ("ann", "bob"):
        with msgcore.logon(name, admin=profiles_of(home)) as session:
            session.inbox.save_all([Message(subject=f"{name} alone")] * (1_001 if name == "bob" else 1))
            session.inbox.create_folder("a").create_folder("b").save(Message(subject="both of us"))
    # One that was cut short: the next call finishes it.
    ((bob,),) = home.rows("select id from mailbox where name = 'bob'")
    assert in_queue(home.target, lambda c: remove_some(c, bob))

    organization.remove_mailbox("BOB")

    assert [one.name for one in organization.mailboxes()] == ["ann"]
    assert home.rows("select count(*) from message union all select count(*) from content") == [(2,), (2,)]
    assert home.rows("select count(distinct mailbox_id) from folder") == [(1,)]
    with msgcore.logon("ann", admin=profiles_of(home)) as session:
        assert session.stores[0].check() == ()
    with pytest.raises(SetupError, match="has no mailbox 'bob'"):
        msgcore.logon("bob", admin=profiles_of(home)).__enter__()


def test_addresses_redirects_and_passwords_go_with_a_mailbox(any_organization: Organization) -> None:
    organization = any_organization
    organization.set_password("bob", Secret("geheim"))
    organization.add_redirect(BOB, to=ANN, keep_copy=True)
    organization.add_list("all", addresses="all@a.test", members=[ANN, BOB])
    organization.remove_mailbox("Bob")

    assert (organization.redirects(), organization.lists()[0].members) == ((), (ANN, BOB))
    assert organization.route(BOB).connector is None
    organization.add_redirect(BOB, to=ANN)
    organization.add_mailbox("bob", addresses="bob2@a.test")
    assert isinstance(organization.route(BOB), ExpandedDecision)
    for name in ("none", "all"):
        with pytest.raises(NotFound, match=f"there is no mailbox '{name}'"):
            organization.remove_mailbox(name)


@on_both_engines
def test_queued_mail_for_a_removed_mailbox_is_refused_to_its_sender(home: Home, organization: Organization) -> None:
    inside = Address("EX", "/o=athena/cn=recipients/cn=bob")
    accept = Accept("t1", ANN, (Recipient(inside),), Content(LETTER))
    database = Database.open(home.target, QUEUE_SCHEMA, create=False)
    runtime = BlockingRuntime()
    runtime.run(SqlQueue(runtime, database).accept(accept, NEVER))
    runtime.run(database.close(runtime))
    organization.remove_mailbox("bob")
    organization.deliver()

    with msgcore.logon("ann", admin=profiles_of(home)) as ann:
        (report,) = ann.inbox.messages()
        assert "5.1.1" in (report.load().text or "")


@on_both_engines
def test_a_session_whose_mailbox_is_removed_says_so_and_sees_no_other(home: Home, organization: Organization) -> None:
    with msgcore.logon("bob", admin=profiles_of(home)) as bob:
        bob.advise(lambda _event: None)
        organization.remove_mailbox("bob")
        organization.add_mailbox("carol")
        with msgcore.logon("carol", admin=profiles_of(home)) as carol:
            carol.inbox.save(Message(subject="Private"))

        with pytest.raises(ObjectDeleted):
            bob.inbox.save(Message(subject="Late"))
        with pytest.raises(ObjectDeleted):
            bob.inbox.messages()


class _ChangingDirectory(Directory):
    """Somebody gives a mailbox another address each time that it has been found, as may be on a server."""

    def find(self, connection: Connection, address: Address) -> Mailbox | None:
        found = super().find(connection, address)
        if found is not None:
            more = Address("SMTP", f"{len(found.addresses)}@a.test")
            add_address(connection, found.id, more, is_primary=False)
        return found


def test_a_mailbox_that_others_change_meanwhile_gets_the_mail_for_each_of_its_addresses(tmp_path: Path) -> None:
    home, runtime = home_in_a_file(tmp_path), BlockingRuntime()
    with msgcore.open_organization(home.url, create=True) as organization:
        add_both(organization)
    database = Database.open(home.target, STORE_SCHEMA, create=False)
    envelope = Envelope(ANN, (Recipient(BOB), Recipient(Address("SMTP", "bob2@a.test"))))

    gateway = MailboxGateway(_ChangingDirectory(runtime, database, "athena"), "a.test")
    outcomes = runtime.run(gateway.deliver(envelope, Content(LETTER), "", NEVER))
    runtime.run(database.close(runtime))

    assert [type(one) for one in outcomes.values()] == [Delivered, Delivered]
    assert home.rows("select count(*) from message") == [(1,)]
