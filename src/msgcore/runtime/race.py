"""Which of a host's addresses is tried next (RFC 8305): what both runtimes share of the race for a connection.

Theory of operation: attempts start one after the other, each when the one before it has failed or has been silent for
``ATTEMPT_SECONDS``; none is given up before the race is over. The first that connects wins, the others are closed. The
race is lost when all have failed, or at the deadline.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, TimedOut
from msgcore.runtime.abc import Endpoint
from msgcore.runtime.dial import Address

__all__ = ["ATTEMPT_SECONDS", "Race", "interleaved"]

# The "Connection Attempt Delay" that RFC 8305 section 5 recommends.
ATTEMPT_SECONDS = 0.25


def interleaved(addresses: Sequence[Address]) -> Iterator[Address]:
    """Alternate between the families, beginning with the first address's (RFC 8305 section 4)."""
    first = [address for address in addresses if address.family == addresses[0].family]
    others = [address for address in addresses if address.family != addresses[0].family]
    return (address for address in chain.from_iterable(zip_longest(first, others)) if address is not None)


class Race:
    """The addresses that have not been tried, and what became of those that have.

    ``source`` is the address of this machine that connections come from; ``None``: whichever the system takes.
    """

    def __init__(self, addresses: Sequence[Address], endpoint: Endpoint, source: str | None) -> None:
        self._endpoint = endpoint
        self._source = source
        self._left = list(interleaved(_reachable(addresses, source)))
        self._said: dict[Address, str] = {}
        self._why_none = f"no address of its own family for {source}" if addresses else "the host has no address"

    @property
    def is_open(self) -> bool:
        """Whether an address is left that has not been tried."""
        return bool(self._left)

    def begin(self) -> Address:
        """Take the next address."""
        address = self._left.pop(0)
        self._said[address] = "no answer"
        return address

    def socket_for(self, address: Address) -> socket.socket:
        """Make the non-blocking socket of one attempt; that of a Unix socket is connected, which takes no time."""
        return _open_socket(address, self._source)

    def fail(self, address: Address, error: OSError) -> None:
        """Note what an attempt came to."""
        # asyncio puts a text of its own into strerror.
        self._said[address] = os.strerror(error.errno) if error.errno else str(error)

    def until(self, deadline: Deadline) -> Deadline:
        """Say how long the attempts that run may be waited for before the next one starts."""
        return deadline.sooner(ATTEMPT_SECONDS) if self._left else deadline

    def check(self, deadline: Deadline) -> None:
        """Go on when time is left.

        Raises:
            TimedOut: none is.
        """
        if deadline.is_past:
            raise TimedOut(f"{self._endpoint}: connect: the deadline has passed; {self._report()}")

    def lost(self) -> ConnectionLost:
        return ConnectionLost(f"{self._endpoint}: connect: {self._report() or self._why_none}")

    def _report(self) -> str:
        return "; ".join(f"{address}: {said}" for address, said in self._said.items())


def _reachable(addresses: Sequence[Address], source: str | None) -> Sequence[Address]:
    if source is None:
        return addresses
    family = socket.AF_INET6 if ipaddress.ip_address(source).version == 6 else socket.AF_INET
    return [address for address in addresses if address.family == family]


def _open_socket(address: Address, source: str | None) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the socket names its protocol.
    connection = socket.socket(address.family, socket.SOCK_STREAM, 0 if address.is_unix_socket else socket.IPPROTO_TCP)
    try:
        connection.setblocking(False)
        if address.is_unix_socket:
            # EAGAIN is a failure here: the server's queue is full, and nothing goes on behind it (connect(2)).
            connection.connect(address.socket_address)
            return connection
        # A command and its reply are small: waiting to fill a segment would cost a round trip.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            connection.bind((source, 0))
    except BaseException:
        connection.close()
        raise
    return connection
