"""Racing a host's addresses (RFC 8305), on loopback addresses that accept, refuse or stay silent."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import ConnectionLost, TimedOut
from msgcore.runtime import Endpoint, NetworkPath, Runtime
from msgcore.runtime.dial import Address
from msgcore.runtime.race import interleaved
from msgcore.testing.modes import Mode
from tests.runtime.peers import PATIENCE_SECONDS, done, peer
from tests.runtime.test_connect import silent
from tests.servers.server import free_ports

MAIL = Endpoint("mail.test", 25, "smtp")

V4, V6 = socket.AF_INET, socket.AF_INET6


def finds(*addresses: Address) -> Callable[[str, int], Future[Sequence[Address]]]:
    def look_up(host: str, port: int) -> Future[Sequence[Address]]:
        return done(addresses)

    return look_up


def at(port: int, host: str = "127.0.0.1") -> Address:
    return Address(V4, (host, port))


def at6(port: int) -> Address:
    return Address(V6, ("::1", port, 0, 0))


def greets(connection: socket.socket) -> None:
    connection.sendall(b"220 here\r\n")


@contextmanager
def listening_on_ipv6() -> Generator[int]:
    try:
        listening = socket.create_server(("::1", 0), family=V6)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    with listening:
        yield listening.getsockname()[1]


def greeting(mode: Mode, *addresses: Address) -> bytes:
    async def main(runtime: Runtime) -> bytes:
        stream = await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS))
        octets = await stream.read()
        await stream.close()
        return octets

    return mode.run(main, finds(*addresses))


@given(st.lists(st.sampled_from([V4, V6])))
def test_the_families_alternate_as_long_as_both_last(families: list[socket.AddressFamily]) -> None:
    addresses = [Address(family, (str(number), 25)) for number, family in enumerate(families)]

    order = [address.family for address in interleaved(addresses)]

    both = 2 * min(families.count(V4), families.count(V6))
    assert all(one != other for one, other in pairwise(order[:both]))


@given(st.lists(st.sampled_from([V4, V6]), min_size=1))
def test_each_family_keeps_its_order_and_the_first_address_stays_first(families: list[socket.AddressFamily]) -> None:
    addresses = [Address(family, (str(number), 25)) for number, family in enumerate(families)]

    order = list(interleaved(addresses))

    assert order[0] == addresses[0]
    for family in (V4, V6):
        assert [one for one in order if one.family == family] == [one for one in addresses if one.family == family]


def test_an_address_that_is_silent_does_not_hold_up_one_that_answers(mode: Mode) -> None:
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(peer(greets))
        assert greeting(mode, at(silent(stack)), at(silent(stack)), at(here.port)) == b"220 here\r\n"


def test_a_family_that_is_refused_gives_way_to_the_other(mode: Mode) -> None:
    with listening_on_ipv6() as port:
        pass
    with peer(greets) as here:
        assert greeting(mode, at6(port), at(here.port)) == b"220 here\r\n"


def test_ipv6_wins_where_ipv4_is_silent(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS))
        await stream.close()

    with contextlib.ExitStack() as stack:
        port = stack.enter_context(listening_on_ipv6())
        mode.run(main, finds(at(silent(stack)), at6(port)))


def test_at_the_deadline_it_is_told_who_refused_and_who_was_silent(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.connect(MAIL, runtime.deadline(0.1))

    with contextlib.ExitStack() as stack:
        addresses = finds(at(free_ports(1)[0]), at(silent(stack), "127.0.0.1"))
        said = (
            r"smtp mail\.test:25: connect: the deadline has passed; 127\.0\.0\.1: Connection refused; 127.*: no answer"
        )
        with pytest.raises(TimedOut, match=said):
            mode.run(main, addresses)


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors in /proc")
def test_the_attempts_that_lost_are_closed(mode: Mode) -> None:
    async def main(runtime: Runtime) -> int:
        opened: list[int] = []
        for _ in range(2):  # the first time also makes what the thread keeps
            before = descriptors()
            stream = await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS))
            opened.append(descriptors() - before)
            await stream.close()
        return opened[1]

    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port: int = listening.getsockname()[1]
        assert mode.run(main, finds(at(silent(stack)), at(port))) == 1


# The address that it starts from


def test_a_connection_starts_from_the_source_address(mode: Mode) -> None:
    sources: list[str] = []

    def script(connection: socket.socket) -> None:
        sources.append(connection.getpeername()[0])

    async def main(runtime: Runtime) -> None:
        path = NetworkPath(source_address="127.0.0.9")
        stream = await runtime.connect(here, runtime.deadline(PATIENCE_SECONDS), path)
        await stream.read()
        await stream.close()

    with peer(script) as here:
        mode.run(main)
    assert sources == ["127.0.0.9"]


def test_addresses_of_another_family_than_the_source_are_out_of_reach(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS), NetworkPath(source_address="127.0.0.9"))

    with pytest.raises(ConnectionLost, match=r"connect: no address of its own family for 127\.0\.0\.9"):
        mode.run(main, finds(at6(25)))


def test_a_source_that_is_not_this_machines_is_a_failed_attempt(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS), NetworkPath(source_address="192.0.2.7"))

    with pytest.raises(ConnectionLost, match=r"127\.0\.0\.1: Cannot assign requested address"):
        mode.run(main, finds(at(free_ports(1)[0])))
