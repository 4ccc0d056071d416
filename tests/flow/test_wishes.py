"""What a sender asks for, through the outbox of a session to what the server is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore import Address, Message, Notify, ProfileAdmin, Recipient
from msgcore.blocking.session import Session
from msgcore.model.delivery import DeliveryRequest
from msgcore.props.table import PidTagOriginatorDeliveryReportRequested
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.wire.smtp.server import EVERY_EXTENSION
from tests.flow.modes import Api


@pytest.fixture
def server() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def session(api: Api, admin: ProfileAdmin, tmp_path: Path, server: LoopbackSmtpServer) -> Iterator[Session]:
    account = {"service": "internet-mail", "email": "ann@a.test", "smtp": server.url}
    admin.create("ann", [{"service": "personal-folders", "path": str(tmp_path / "own.db")}, account])
    with api.logon("ann", admin) as session:
        yield session


def asked(server: LoopbackSmtpServer) -> dict[str, Notify | None]:
    (taken,) = server.received
    return {one.email_address: one.notify for one in taken.envelope.recipients}


def test_what_is_wanted_of_each_recipient_reaches_the_server(session: Session, server: LoopbackSmtpServer) -> None:
    """Bob is asked for by name, so that the wish goes the way of the address book, too."""
    session.address_book.add_person("Bob Berg", "bob@b.test")
    bob = Recipient(Address("", "", "Bob Berg"), notify=Notify.SUCCESS)
    cid = Recipient(Address("SMTP", "cid@c.test"), notify=Notify.NEVER, original=Address("SMTP", "carl@c.test"))
    session.submit(Message(to=[bob, cid, "eva@e.test"], subject="Hello"))
    session.flush_queues()

    assert asked(server) == {"bob@b.test": Notify.SUCCESS, "cid@c.test": Notify.NEVER, "eva@e.test": None}
    assert server.received[0].envelope.recipients[1].original == Address("SMTP", "carl@c.test")


def test_a_message_asks_for_delivery_reports_by_its_property(session: Session, server: LoopbackSmtpServer) -> None:
    message = Message(to="bob@b.test", subject="Hello")
    message[PidTagOriginatorDeliveryReportRequested] = True
    session.submit(message)
    session.flush_queues()

    assert asked(server) == {"bob@b.test": Notify.SUCCESS | Notify.FAILURE}


def test_a_row_asks_for_a_delivery_report_by_its_property(session: Session, server: LoopbackSmtpServer) -> None:
    bob = Recipient(Address("SMTP", "bob@b.test"), properties={PidTagOriginatorDeliveryReportRequested: True})
    session.submit(Message(to=[bob, "eva@e.test"], subject="Hello"))
    session.flush_queues()

    assert asked(server) == {"bob@b.test": Notify.SUCCESS | Notify.FAILURE, "eva@e.test": None}


def test_who_sends_it_says_more_than_the_message(api: Api, server: LoopbackSmtpServer) -> None:
    message = Message(from_="ann@a.test", to="bob@b.test", subject="Hello")
    message[PidTagOriginatorDeliveryReportRequested] = True
    api.send(message, via=server.url, request=DeliveryRequest(notify=Notify.DELAY))

    assert asked(server) == {"bob@b.test": Notify.DELAY}
