"""Links to hosts: as many as were needed lately, and penalties: for a while."""

from __future__ import annotations

import pytest

from msgcore.errors import Closed
from msgcore.model import Envelope
from msgcore.model.wire_form import WireForm
from msgcore.mta.manager.retry import RetryPolicy
from msgcore.mta.nexthop.links import LinkKey, Links
from msgcore.mta.nexthop.mx import Target
from msgcore.mta.nexthop.penalties import Penalties
from msgcore.mta.nexthop.policy import Level, TlsDemand
from msgcore.runtime import NEVER, Runtime
from msgcore.runtime.abc import Endpoint
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.queues import ANN, to
from msgcore.wire.smtp.link import SmtpLink, SmtpServer

LAX = TlsDemand(Level.OPPORTUNISTIC)


def key(number: int, demand: TlsDemand = LAX) -> LinkKey:
    return Target(f"mx{number}.b.test", "127.0.0.1"), demand


def links_on(runtime: Runtime) -> Links:
    def make(made: LinkKey) -> SmtpLink:
        return SmtpLink(runtime, SmtpServer(Endpoint(made[0].host, 25)))

    return Links(runtime, make, idle_seconds=30.0)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_what_nobody_uses_is_forgotten_and_what_somebody_uses_is_not(mode: Mode) -> None:
    clock = ManualClock()

    async def main(runtime: Runtime) -> None:
        links = links_on(runtime)
        with links.link(key(1)) as used, links.link(key(2)) as idle:
            pass
        with links.link(key(1)) as again:
            clock.move(31)
            with links.link(key(3)):
                pass
            assert again is used and len(links) == 2
        await links.close()
        with pytest.raises(Closed):
            await idle.transmit(Envelope(ANN, to("bob"), "t"), lambda _: WireForm(b"\r\n"), NEVER)

    call(runtime_on(mode, clock), main)


def test_there_are_never_more_than_five_hundred_and_each_demand_has_its_own() -> None:
    async def main(runtime: Runtime) -> None:
        links = links_on(runtime)
        for number in range(510):
            with links.link(key(number)):
                pass
        assert len(links) == 500
        with links.link(key(509)) as lax, links.link(key(509, TlsDemand(Level.VERIFY))) as strict:
            assert lax is not strict
        await links.close()

    call(runtime_on(Mode.ASYNCIO, ManualClock()), main)


def test_an_address_is_tried_last_at_the_next_try_too_or_until_it_works() -> None:
    clock = ManualClock()
    penalties = Penalties(clock)
    penalties.failed("192.0.2.1")
    penalties.failed("192.0.2.2")
    penalties.worked("192.0.2.2")

    assert [penalties.holds(one) for one in ("192.0.2.1", "192.0.2.2", "192.0.2.3")] == [True, False, False]
    policy = RetryPolicy()
    clock.move(policy.shortest.total_seconds() * (1 + policy.jitter))
    assert penalties.holds("192.0.2.1")
    clock.move(900)
    assert not penalties.holds("192.0.2.1")
