"""What makes it MAPI: many services in one profile behind one session, and an organisation whose routes decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs
import pytest

import msgcore
from msgcore import Accepted, Delivered, Message, Outcome, ProfileAdmin, Recipient, Refused, mime, register_service
from msgcore.base.times import Deadline
from msgcore.model.envelope import Envelope
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props import PidTagProviderDisplay, PidTagStatusCode
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.runtime.abc import Runtime
from msgcore.session.services import ServiceState
from tests.flow.folders import account, personal_folders, subjects
from tests.flow.modes import Api
from tests.servers import Authority, Dovecot, Postfix

pytestmark = pytest.mark.interop

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)


@attrs.frozen
class PagerConfig:
    """No settings."""


class PagerTransport:
    """A plug-in of another make."""

    config_type = PagerConfig
    paged: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, config: PagerConfig, runtime: Runtime) -> None: ...

    @property
    def address_types(self) -> Sequence[str]:
        return ("PAGER",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.paged.extend((one.email_address, message.subject) for one in envelope.recipients)
        return dict.fromkeys(envelope.recipients, Accepted())


register_service("flow-test-pager", PagerTransport)


@attrs.frozen
class World:
    """An organisation with Ann and Bob, and a post office with Ann and Cia, in a folder."""

    folder: Path

    @property
    def organization_url(self) -> str:
        return f"sqlite:///{self.folder / 'athena.db'}"

    @property
    def post_office(self) -> Path:
        return self.folder / "post-office"

    def mailbox(self, name: str) -> dict[str, object]:
        return {"service": "organization", "url": self.organization_url, "mailbox": name}

    def desk(self, name: str) -> dict[str, object]:
        return {"service": "post-office", "path": str(self.post_office), "mailbox": name}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    with msgcore.open_organization(world.organization_url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"], display_name="Ann Alm")
        organization.add_mailbox("bob", addresses=["SMTP:bob@athena.test"], display_name="Bob Berg")
        organization.add_mailbox("dan", addresses=["SMTP:dan@athena.test"], display_name="Dan Dahl")
    with msgcore.open_post_office(world.post_office, network="NET", name="PO1", create=True) as office:
        office.add_mailbox("ann", display_name="Ann Alm")
        office.add_mailbox("cia", display_name="Cia Ceder")
    yield world


# Six services of five kinds


@pytest.fixture
def six(
    admin: ProfileAdmin,
    world: World,
    postfix: Postfix,
    dovecot_of_anybody: Dovecot,
    authority: Authority,
    password: str,
    tmp_path: Path,
) -> ProfileAdmin:
    """A profile "six": alice (POP3), bob (IMAP), an organisation, a post office, a plug-in, personal folders."""
    sending = f"smtp+starttls://localhost:{postfix.submission}"
    login = {"password": password, "ca_file": str(authority.ca_file)}
    pop3, imap = dovecot_of_anybody.pop3s, dovecot_of_anybody.imaps
    admin.create(
        "six",
        [
            account(sending, user="alice", pop3=f"pop3s://localhost:{pop3}", **login),
            account(sending, email="bob@example.test", user="bob", **login)
            | {"service": "imap-mail", "name": "imap-mail", "imap": f"imaps://localhost:{imap}"},
            world.mailbox("ann"),
            world.desk("ann"),
            {"service": "flow-test-pager"},
            personal_folders(tmp_path) | {"default_store": True},
        ],
    )
    return admin


EVERYWHERE = (
    "bob@example.test",
    "EX:/o=athena/cn=recipients/cn=bob",
    "Dan Dahl",  # whose SMTP address the account outside would take, too
    "MS:NET/PO1/cia",
    "PAGER:+46 8 1234",
)


def test_one_message_leaves_by_four_kinds_of_addresses(
    api: Api, six: ProfileAdmin, world: World, postfix: Postfix, word: str
) -> None:
    with api.logon("six", six) as session:
        rows = session.status_table().query_rows(20)
        states = {row[PidTagProviderDisplay]: row[PidTagStatusCode] for row in rows}
        del states["spooler"]  # does not run in the background
        submission = session.submit(Message(to=list(EVERYWHERE), subject=word, text="Hello"))
        session.flush_queues()
        outcomes = session.outcomes(submission)
        sent = subjects(session.sent_items)

    assert all(state & ServiceState.AVAILABLE for state in states.values()), states
    assert [type(one) for one in outcomes.values()] == [Accepted, Delivered, Delivered, Delivered, Accepted]
    assert {one.address_type for one in outcomes} == {"SMTP", "EX", "MS", "PAGER"}
    assert sent == [word]
    assert b"\n\nHello\n" in postfix.wait_for_message("bob", word.encode())
    assert ("+46 8 1234", word) in PagerTransport.paged
    for name, mailbox in (("bob", world.mailbox("bob")), ("dan", world.mailbox("dan")), ("cia", world.desk("cia"))):
        six.create(name, [mailbox])
        with api.logon(name, six) as session:
            assert subjects(session.inbox) == [word]


def test_mail_is_fetched_from_all(
    api: Api, six: ProfileAdmin, world: World, dovecot_of_anybody: Dovecot, word: str
) -> None:
    for user in ("alice", "bob"):
        letter = Message(from_="eve@b.test", to=f"{user}@example.test", subject=word, text=user)
        dovecot_of_anybody.put(user, [mime.write(letter)])
    for name, mailbox, to in (
        ("bob", world.mailbox("bob"), "Ann Alm"),
        ("cia", world.desk("cia"), "MS:NET/PO1/ann"),
    ):
        six.create(name, [mailbox])
        with api.logon(name, six) as session:
            session.submit(Message(to=to, subject=word, text=name))
            session.flush_queues()

    with api.logon("six", six) as session:
        reports = session.flush_queues()
        found = [subjects(store.inbox) for store in session.stores]

    assert [report.stored >= 1 for report in reports] == [True]
    assert [word in inbox for inbox in found] == [True, True, True, True], found


# An organisation whose routes decide


def test_a_message_to_a_colleague_and_the_world_outside(
    api: Api, admin: ProfileAdmin, world: World, postfix: Postfix, word: str
) -> None:
    way_out = Connector(
        "internet",
        gateway="smtp",
        spaces=[AddressSpace("SMTP", "*", cost=10)],
        options={"relay": f"smtp://localhost:{postfix.smtp}"},
    )
    workgroup = Connector(
        "workgroup",
        gateway="post-office",
        spaces=[AddressSpace("MS", "NET/PO1/*", cost=1)],
        options={"path": str(world.post_office)},
    )
    for name, mailbox in (("ann", world.mailbox("ann")), ("bob", world.mailbox("bob")), ("cia", world.desk("cia"))):
        admin.create(name, [mailbox])
    message = Message(to=["Bob Berg", "bob@example.test", "MS:NET/PO1/cia"], subject=word, text="Hello")
    message[COLOUR] = "blue"

    with api.open_organization(world.organization_url) as organization, api.logon("ann", admin) as ann:
        organization.set_routes(RouteTable([way_out, workgroup]))
        before = {check.recipient.address_type: check for check in ann.check_recipients(message)}
        explained = [organization.route("MS:NET/PO1/cia").explain()]
        first = ann.submit(message)
        ann.flush_queues()
        organization.set_routes(RouteTable([way_out]))
        after = {check.recipient.address_type: check for check in ann.check_recipients(message)}
        explained.append(organization.route("MS:NET/PO1/cia").explain())
        second = ann.submit(message)
        ann.flush_queues()
        outcomes = [[type(one) for one in ann.outcomes(sent).values()] for sent in (first, second)]

    assert outcomes == [[Delivered, Accepted, Delivered], [Delivered, Accepted, Refused]]
    assert (before["MS"].connector, before["SMTP"].connector) == ("workgroup", "internet")
    assert after["MS"].is_claimed is False and "MS" in after["MS"].reason
    assert ["goes to workgroup" in one for one in explained] == [True, False], explained
    for name in ("bob", "cia"):
        with api.logon(name, admin) as session:
            letter = session.inbox.messages()[0].load()
            assert (letter.subject, letter[COLOUR]) == (word, "blue")
    received = mime.read(postfix.wait_for_message("bob", word.encode()))
    assert (received.text or "").rstrip() == "Hello"
    assert not any(one.content_type == "application/ms-tnef" for one in received.attachments)
