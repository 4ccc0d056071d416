"""A real Postfix as the host of a domain, reached by MX under DANE."""

from __future__ import annotations

import pytest

from msgcore.model import Accepted, Envelope, Refused
from msgcore.model.address import parse_address
from msgcore.model.recipient import Recipient
from msgcore.mta.gateways.smtp import SmtpGateway
from msgcore.runtime import Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER
from tests.mta.nexthop.hosts import FIRST, MxHostServer, Place, tlsa_of
from tests.servers import Authority, Postfix
from tests.servers.name_server import NameServer

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_postfix_takes_it_from_who_knows_its_key(mode: Mode, postfix: Postfix, authority: Authority) -> None:
    zones = {
        "example.test": "@ MX 10 localhost.",
        "localhost": f"@ A {FIRST}\n_{postfix.smtp}._tcp {tlsa_of(authority.server)}",
    }
    people = tuple(Recipient(parse_address(f"{name}@example.test")) for name in ("alice", "nobody"))
    nobody = MxHostServer(FIRST, 0)
    with NameServer(zones, ["example.test", "localhost"]) as names:
        place = Place(names, nobody, nobody, postfix.smtp, authority.ca_file)

        async def story(gateway: SmtpGateway, runtime: Runtime) -> dict[str, tuple[type, str]]:
            told = await gateway.deliver(
                Envelope(ANN, people, "t1"), Content(LETTER), "example.test", runtime.deadline(30)
            )
            return {one.email_address: (type(told[one]), told[one].remote_mta) for one in people}

        assert place.at_gateway(mode, story) == {
            "alice@example.test": (Accepted, "localhost"),
            "nobody@example.test": (Refused, "localhost"),
        }
        assert place.counted.told == [("tlsa", "", "localhost")]
