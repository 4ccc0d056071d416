"""Names and lists, end to end: from the organisation's directory and the personal address book to those who get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from msgcore import Delivered, Message, Outcome, ProfileAdmin, Recipient, register_gateway
from msgcore.blocking.organization import Organization
from msgcore.blocking.session import Session
from msgcore.errors import AmbiguousName
from msgcore.model import Address
from msgcore.model.envelope import Envelope
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props.table import PidTagEntryId
from msgcore.runtime import Runtime
from msgcore.spi import Content, Deadline
from tests.flow.folders import subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer


@attrs.frozen
class FaxConfig:
    """A fax needs no settings."""


class FaxGateway:
    config_type = FaxConfig

    def __init__(self, config: FaxConfig, runtime: Runtime) -> None:
        pass

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return dict.fromkeys(envelope.recipients, Delivered(None, None, "printed"))


FAX = Connector("fax", "names-fax", [AddressSpace("FAX", "*", cost=5)])


@pytest.fixture
def organization(api: Api, tmp_path: Path) -> Iterator[Organization]:
    register_gateway("names-fax", FaxGateway)
    with api.open_organization(f"sqlite:///{tmp_path / 'athena.db'}", create=True) as organization:
        organization.add_mailbox("ann", addresses="ann@athena.test", display_name="Ann Alm")
        organization.add_mailbox("bob", addresses="bob@athena.test", display_name="Bob Berg")
        organization.add_mailbox("ake", addresses="ake@athena.test", display_name="Åke Berg")
        organization.add_list(
            "board", addresses="board@athena.test", members=["ake@athena.test", "x@gone.test"], display_name="The Board"
        )
        yield organization


@pytest.fixture
def ann(api: Api, admin: ProfileAdmin, organization: Organization, tmp_path: Path) -> Iterator[Session]:
    office = {"service": "organization", "url": f"sqlite:///{tmp_path / 'athena.db'}", "mailbox": "ann"}
    admin.create("ann", [office, {"service": "personal-folders", "path": str(tmp_path / "own.db")}])
    with api.logon("ann", admin) as session:
        yield session


def inbox_of(api: Api, admin: ProfileAdmin, folder: Path, name: str) -> list[str]:
    office = {"service": "organization", "url": f"sqlite:///{folder / 'athena.db'}", "mailbox": name}
    admin.create(name, [office], replace=True)
    with api.logon(name, admin) as session:
        return subjects(session.inbox)


def test_names_of_both_address_books_and_a_list_in_a_loop_reach_everybody_once(
    api: Api, admin: ProfileAdmin, ann: Session, organization: Organization, tmp_path: Path, word: str
) -> None:
    with Peer() as outside:
        way_out = Connector("out", "smtp", [AddressSpace("SMTP", "*@c.test")], options={"relay": outside.url})
        organization.set_routes(RouteTable([way_out, FAX]))
        own = ann.address_book
        own.add_person("Cid Carr", "cid@c.test")
        archive = ann.store("personal-folders").address_book
        archive.add_person("Eva Ek", "eva@c.test", nickname="evie")
        own.add_list("Friends", ["Cid Carr", "bob@athena.test", "FAX:+46 8 1"])
        own.add_list("Everybody", ["Friends", "Cid Carr"])
        own.add_members("Friends", "Everybody")

        submission = ann.submit(Message(to=["Everybody", "åke"], cc=["evie", "the board"], subject=word))
        ann.flush_queues()
        outcomes = {one.address.typed: type(outcome) for one, outcome in ann.outcomes(submission).items()}

    assert sorted(address for taken in outside.messages for address in taken.recipients) == ["cid@c.test", "eva@c.test"]
    assert [inbox_of(api, admin, tmp_path, name) for name in ("bob", "ake")] == [[word], [word]]
    assert (len(outcomes), outcomes["FAX:+46 8 1"], outcomes["SMTP:ake@athena.test"]) == (6, Delivered, Delivered)


def test_people_of_the_directory_are_members_of_a_personal_list(ann: Session) -> None:
    own = ann.address_book
    own.add_list("Friends", [ann.resolve_name("bob"), ann.resolve_name("the board")])

    assert [str(one) for one in own.members("Friends")] == [
        "Bob Berg <bob@athena.test>",
        "The Board <board@athena.test>",
    ]


@pytest.mark.parametrize(("email", "service"), [("bob@athena.test", "organization"), ("eve@evil.test", "smtp")])
def test_an_entry_id_leads_into_the_organisation_only_with_the_address_that_has_it(
    api: Api, admin: ProfileAdmin, organization: Organization, tmp_path: Path, email: str, service: str
) -> None:
    """It may be forged: whoever has had mail from an organisation knows its name, and so its entry ids."""
    with Peer() as outside:
        way_out = {"service": "smtp", "url": outside.url, "email": "ann@a.test", "primary_identity": True}
        office = {"service": "organization", "url": f"sqlite:///{tmp_path / 'athena.db'}", "mailbox": "ann"}
        admin.create("ann", [way_out, office])
        with api.logon("ann", admin) as session:
            entry_id = session.resolve_name("bob").entry_id
            row = Recipient(Address("SMTP", email, "Bob Berg"), properties={PidTagEntryId: entry_id})
            message = Message(to=row, subject="Hello")
            (check,) = session.check_recipients(message)
            submission = session.submit(message)
            session.flush_queues()
            (taken,) = session.submission_state(submission).transports.values()

    assert (check.service, taken) == (service, service)


def test_a_name_that_fits_several_is_told_with_all_of_both_address_books(ann: Session) -> None:
    ann.address_book.add_person("Berg & Co", "info@berg.test")
    with pytest.raises(AmbiguousName, match="give the address") as raised:
        ann.submit(Message(to="berg"))

    found = [one.email_address for one in raised.value.candidates]
    assert (sorted(found), ann.outbox.count()) == (["ake@athena.test", "bob@athena.test", "info@berg.test"], 0)


def test_a_check_says_which_members_of_the_organisations_list_nobody_takes(ann: Session) -> None:
    (check,) = ann.check_recipients(Message(to="the board"))

    assert (check.connector, check.is_claimed) == ("mailboxes", True)
    assert check.reason == (
        "is a distribution list: expanded to 2 recipients; "
        "SMTP:x@gone.test: no route: 5.4.4 no connector has an address space of type SMTP, for SMTP:x@gone.test"
    )


def test_new_routes_show_in_a_session_that_is_open(ann: Session, organization: Organization) -> None:
    message = Message(to="FAX:+46 8 1", subject="Hello")

    def check() -> tuple[str | None, str | None, str]:
        (found,) = ann.check_recipients(message)
        return found.service, found.connector, found.reason

    before = check()
    organization.set_routes(RouteTable([FAX]))
    with_route = check()
    submission = ann.submit(message)
    organization.set_routes(RouteTable([attrs.evolve(FAX, name="new-fax", spaces=[AddressSpace("FAX", "*", cost=2)])]))
    with_another = check()
    ann.flush_queues()
    organization.set_routes(RouteTable([]))

    assert [*ann.outcomes(submission).values()] == [Delivered(None, None, "printed")]
    assert before == check() == (None, None, "no service of this profile takes FAX")
    assert with_route == ("organization", "fax", "goes to fax (gateway names-fax) by FAX:*, cost 5")
    assert with_another == ("organization", "new-fax", "goes to new-fax (gateway names-fax) by FAX:*, cost 2")


def test_routes_that_came_after_the_logon_are_taken_by_the_flush_alone(
    ann: Session, organization: Organization
) -> None:
    """Nobody has asked for a check; the submission was made when nobody took its address type."""
    submission = ann.submit(Message(to="FAX:+46 8 1", subject="Hello"))
    organization.set_routes(RouteTable([FAX]))
    ann.flush_queues()

    assert [*ann.outcomes(submission).values()] == [Delivered(None, None, "printed")]
