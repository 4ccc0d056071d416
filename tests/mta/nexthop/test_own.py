"""Which addresses are the MTA's own."""

from __future__ import annotations

import asyncio
import functools
from random import Random
from typing import cast

import pytest

from msgcore.base.times import Deadline
from msgcore.model import Refused
from msgcore.mta import ListenOn
from msgcore.mta.listener import ListenerSettings
from msgcore.mta.nexthop.finding import FoundHosts, HostFinder
from msgcore.mta.nexthop.own import OwnAddresses
from msgcore.mta.node import Node, Parts
from msgcore.mta.node_events import watch_nothing
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime
from msgcore.runtime.abc import LoopRuntime
from msgcore.runtime.dns import DnsAnswer, DnsKind, MxRecord, Resolver
from msgcore.runtime.dns.records import DnsRecord
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.memory.office import Desk, Office
from msgcore.testing.modes import Mode, call
from tests.mta.nexthop.test_finding import Names


def test_they_are_those_given_those_of_its_names_and_those_at_which_others_came() -> None:
    """They are asked for again after ten minutes; what DNS does not say then is not forgotten."""
    clock = ManualClock()
    runtime = runtime_on(Mode.BLOCKING, clock)
    records = {"mx.a.test A": ["192.0.2.1", "127.0.0.1"], "mx.a.test AAAA": ["2001:DB8::1"]}
    names, silent = Names(records), Names({}, silent=[*records])
    own = OwnAddresses(runtime, ["mx.a.test"], ["192.0.2.9"])
    own.heard = lambda: ["192.0.2.5", "127.0.0.1", "::1"]

    def known(names: Names, after: float = 0) -> set[str]:
        clock.move(after)
        return {*call(runtime, lambda _: own.all(cast(Resolver, names), NEVER))}

    everything = {"192.0.2.9", "192.0.2.1", "2001:db8::1", "192.0.2.5"}
    assert [known(names), known(silent, 601), known(Names({"mx.a.test A": ["192.0.2.2"]}), 601)] == [
        everything,
        everything,
        {"192.0.2.9", "192.0.2.2", "192.0.2.5"},
    ]


def test_what_dns_did_not_say_is_asked_for_again_in_a_minute_and_is_not_lost_with_the_rest() -> None:
    """A name may have its IPv6 address at hand, and the other one not."""
    clock = ManualClock()
    runtime = runtime_on(Mode.BLOCKING, clock)
    records = {"mx.a.test A": ["192.0.2.1"], "mx.a.test AAAA": ["2001:db8::1"]}
    own = OwnAddresses(runtime, ["mx.a.test"], [])
    own.heard = list[str]

    def known(silent: str, after: float) -> set[str]:
        clock.move(after)
        names = Names(records, silent=[silent])
        return {*call(runtime, lambda _: own.all(cast(Resolver, names), NEVER))}

    both = {"192.0.2.1", "2001:db8::1"}
    assert [known("mx.a.test A", 0), known("", 61), known("mx.a.test A", 601)] == [{"2001:db8::1"}, both, both]


def test_two_that_ask_at_once_know_the_same() -> None:
    """The second one does not take what is being asked for as what is not there."""
    asked, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def ask(self, name: str, kind: DnsKind, deadline: Deadline) -> DnsAnswer:
            asked.set()
            await go.wait()
            return await Names({"mx.a.test A": ["192.0.2.1"]}).ask(name, kind, deadline)

    async def main() -> list[frozenset[str]]:
        own = OwnAddresses(AsyncioRuntime(), ["mx.a.test"], [])
        own.heard = list[str]
        both = [asyncio.create_task(own.all(cast(Resolver, Slow()), NEVER)) for _ in range(2)]
        await asked.wait()
        go.set()
        return await asyncio.gather(*both)

    assert asyncio.run(main()) == [{"192.0.2.1"}] * 2


def test_a_domain_whose_mx_has_the_address_of_our_name_loops_back_where_mail_comes_to_us() -> None:
    """Mail would come back to where it is sent from, under a name that nobody has told us."""
    address = ["192.0.2.7"]
    records: dict[str, list[DnsRecord]] = {
        "b.test MX": [MxRecord(10, "alias.b.test")],
        "alias.b.test A": [*address],
        "mx.a.test A": [*address],
    }
    resolver, runtime = cast(Resolver, Names(records)), BlockingRuntime()
    found: list[FoundHosts | Refused] = []
    for is_brought in (True, False):
        own = OwnAddresses(runtime, ["mx.a.test"], [])
        own.heard = list[str] if is_brought else None
        of_own = functools.partial(own.all, resolver)
        finder = HostFinder(resolver, (), of_own, lambda _: False, Random(0))
        found.append(runtime.run(finder.find("b.test", NEVER)))

    assert isinstance(found[0], Refused)
    assert (str(found[0].enhanced), "loops back" in found[0].text) == ("5.4.6", True)
    assert isinstance(found[1], FoundHosts)


@pytest.mark.parametrize(
    ("settings", "heard"),
    [
        (ListenerSettings("mx.a.test"), {"127.0.0.1"}),
        (ListenerSettings("mx.a.test", is_lmtp=True), None),  # other hosts' mail does not come there
    ],
    ids=["smtp", "lmtp"],
)
def test_a_node_hears_at_which_address_others_come(settings: ListenerSettings, heard: set[str] | None) -> None:
    made: list[Parts] = []

    async def build(runtime: LoopRuntime, _: Deadline) -> Parts:
        made.append(Desk(Office({}), runtime).node_parts(None, watch_nothing))
        return made[0]

    async def main() -> set[str] | None:
        async with Node(AsyncioRuntime(), build, [ListenOn("", 0, settings)]) as node:
            reader, writer = await asyncio.open_connection("127.0.0.1", node.ports[0])
            await reader.readline()
            writer.close()
            own = made[0].own_addresses
            assert own is not None
            return None if own.heard is None else set(own.heard())

    assert asyncio.run(main()) == heard
