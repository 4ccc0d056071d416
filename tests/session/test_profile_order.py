"""Transport order, primary identity and default store, as a profile says them."""

from __future__ import annotations

import pytest

from msgcore import Message
from msgcore.profile import ServiceAdmin
from tests.session.desk import MEMORY, Desk
from tests.session.services import memory

OTHER = {"service": "memory", "name": "other", "label": "other", "email": "bob@b.test"}


@pytest.fixture
def services(desk: Desk) -> ServiceAdmin:
    """Those of a profile of two transports and a store."""
    desk.admin.create("work", [MEMORY, OTHER, desk.mailbox()])
    return desk.admin.services("work")


def taken(desk: Desk, message: Message) -> tuple[list[str], list[str]]:
    """Submit, and say which of the two took it."""
    with desk.logon("work", desk.admin) as session:
        session.submit(message)
        session.flush_queues()
    return memory().subjects, memory("other").subjects


def test_the_transports_that_the_order_names_go_first(desk: Desk, services: ServiceAdmin) -> None:
    services.set_transport_order(["other"])

    assert taken(desk, Message(from_="carol@c.test", to="d@d.test", subject="x")) == ([], ["x"])


def test_the_service_of_the_from_address_goes_before_the_order(desk: Desk, services: ServiceAdmin) -> None:
    services.set_transport_order(["other"])

    assert taken(desk, Message(from_="ann@a.test", to="d@d.test", subject="x")) == (["x"], [])


def test_mail_without_a_sender_comes_from_the_primary_identity(desk: Desk, services: ServiceAdmin) -> None:
    services.set_primary_identity("other")

    with desk.logon("work", desk.admin) as session:
        assert str(session.primary_identity) == "bob@b.test"
    assert taken(desk, Message(to="d@d.test", subject="x")) == ([], ["x"])


def test_a_primary_identity_without_an_address_leaves_it_to_the_first_that_has_one(
    desk: Desk, services: ServiceAdmin
) -> None:
    services.set_primary_identity("mail.db")

    with desk.logon("work", desk.admin) as session:
        assert str(session.primary_identity) == "ann@a.test"
