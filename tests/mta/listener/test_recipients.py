"""Who gets mail through a listener: whom the directory knows, and where the table leads for those who may relay."""

from __future__ import annotations

import attrs
import pytest

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.model import Address, Recipient
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.directory import DirectoryEntry
from msgcore.mta.listener import Arrival, DirectoryCheck
from msgcore.runtime import NEVER, run
from msgcore.testing.queues import ANN
from msgcore.wire.smtp.server import Client, MailFacts
from tests.mta.listener.house import People, check_of, routes

STRANGER = Arrival(ANN, MailFacts(Client("192.0.2.1"), size_octets=1_000), may_relay=False)
FRIEND = attrs.evolve(STRANGER, may_relay=True)
CHECK = check_of("bob@b.test", '"a@c.test"@b.test', "alias@d.test")


def refused(address: str, arrival: Arrival, check: DirectoryCheck = CHECK) -> Reply | None:
    return run(check.check(Recipient(Address("SMTP", address)), arrival, NEVER))


def status(address: str, arrival: Arrival, check: DirectoryCheck = CHECK) -> str:
    reply = refused(address, arrival, check)
    return "" if reply is None else f"{reply.code} {reply.enhanced}"


@pytest.mark.parametrize(
    ("address", "to_stranger", "to_friend"),
    [
        ("bob@b.test", "", ""),
        ("BOB@B.TEST", "", ""),
        ("alias@d.test", "", ""),
        ("eve@b.test", "550 5.1.1", "550 5.1.1"),
        ("eve@d.test", "550 5.7.1", ""),
        ("x%d.test@b.test", "550 5.1.1", "550 5.1.1"),
        ("bob@b.test.", "550 5.1.1", "550 5.1.1"),
        ('"x@b.test"@d.test', "550 5.7.1", ""),
        ('"a@c.test"@b.test', "", ""),
        ('"d.test!x"@b.test', "550 5.1.1", "550 5.1.1"),
    ],
)
def test_who_is_taken(address: str, to_stranger: str, to_friend: str) -> None:
    assert (status(address, STRANGER), status(address, FRIEND)) == (to_stranger, to_friend)


class Lists(People):
    """Knows whom it knows, and does not say who they are."""

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        return await super().look_up(address, deadline)

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        raise AssertionError("asked for more than is needed")


def test_nobody_is_asked_for_the_members_of_a_list() -> None:
    check = DirectoryCheck(Lists("all@b.test"), routes)

    assert (status("all@b.test", STRANGER, check), status("eve@b.test", STRANGER, check)) == ("", "550 5.1.1")


def test_where_the_table_has_no_way_who_may_relay_is_told_why() -> None:
    check = DirectoryCheck(People(), lambda: RouteTable([Connector("c", "smtp", [AddressSpace("SMTP", "*@c.test")])]))

    assert status("x@d.test", FRIEND, check) == "550 5.4.4"


def test_what_an_administrator_may_mend_is_refused_for_now() -> None:
    off = Connector("c", "smtp", [AddressSpace("SMTP", "*")], is_enabled=False)

    assert status("x@d.test", FRIEND, DirectoryCheck(People(), lambda: RouteTable([off]))) == "451 4.4.4"


def test_the_declared_size_counts() -> None:
    small = Connector("c", "smtp", [AddressSpace("SMTP", "*")], max_size_octets=999)

    assert status("x@d.test", FRIEND, DirectoryCheck(People(), lambda: RouteTable([small]))) == "550 5.3.4"


def test_the_sender_counts() -> None:
    private = Connector("c", "smtp", [AddressSpace("SMTP", "*")], only_from=("SMTP:boss@a.test",))

    assert status("x@d.test", FRIEND, DirectoryCheck(People(), lambda: RouteTable([private]))) == "550 5.7.1"


def test_the_table_in_force_is_asked_each_time() -> None:
    tables = [RouteTable(), routes()]
    check = DirectoryCheck(People(), lambda: tables.pop(0))

    assert [status("x@d.test", FRIEND, check), status("x@d.test", FRIEND, check)] == ["550 5.4.4", ""]
