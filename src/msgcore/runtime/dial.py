"""Names to addresses: what both runtimes share of ``connect`` before the first octet is sent."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import attrs

from msgcore.errors import ConnectionLost, NameNotResolved, UsageError
from msgcore.runtime.abc import Endpoint, NetworkPath

__all__ = ["Address", "LookUp", "addresses_of", "find", "look_up", "naming"]


@attrs.frozen
class Address:
    """One address that a host has, as the socket module wants it: the host and the port come first.

    Of a Unix socket it is the path.
    """

    family: socket.AddressFamily
    socket_address: tuple[Any, ...] | str

    @property
    def is_unix_socket(self) -> bool:
        return isinstance(self.socket_address, str)

    def __str__(self) -> str:
        return self.socket_address if isinstance(self.socket_address, str) else str(self.socket_address[0])


LookUp = Callable[[str, int], Future[Sequence[Address]]]

# Not every system has all of them.
_NO_SUCH_NAME = {getattr(socket, name, None) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")}


def find(endpoint: Endpoint, path: NetworkPath, addresses: Sequence[str], look_up: LookUp) -> Future[Sequence[Address]]:
    """Find the addresses of who is connected to first: ``addresses`` where they are given and no proxy is asked.

    Raises:
        UsageError: one of ``addresses`` is none, or this system has no Unix sockets.
    """
    if endpoint.is_unix_socket:
        return _unix_socket(endpoint)
    if addresses and path.proxy is None:
        return _found(one for address in addresses for one in _literal(address, endpoint.port))
    return look_up(endpoint.host, endpoint.port)


def _found(addresses: Iterable[Address]) -> Future[Sequence[Address]]:
    """Give what is known already as a look-up does."""
    future: Future[Sequence[Address]] = Future()
    future.set_result(list(addresses))
    return future


def _literal(address: str, port: int) -> Sequence[Address]:
    if not _is_literal(address):
        raise UsageError(f"{address!r}: need an IP address")
    return addresses_of(address, port)


def _unix_socket(endpoint: Endpoint) -> Future[Sequence[Address]]:
    if not hasattr(socket, "AF_UNIX"):
        raise UsageError(f"{endpoint}: this system has no Unix sockets")
    return _found([Address(socket.AF_UNIX, endpoint.host)])


def look_up(host: str, port: int) -> Future[Sequence[Address]]:
    """Ask the system's resolver in a thread of its own; nothing interrupts that, so a waiter leaves at the deadline."""
    future: Future[Sequence[Address]] = Future()
    if _is_literal(host):
        _resolve(future, host, port)
    else:
        threading.Thread(target=_resolve, args=(future, host, port), name=f"look up {host}", daemon=True).start()
    return future


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _resolve(future: Future[Sequence[Address]], host: str, port: int) -> None:
    try:
        future.set_result(addresses_of(host, port))
    except BaseException as error:  # whatever it is, it belongs to the waiter
        future.set_exception(error)


def addresses_of(host: str, port: int, flags: int = 0) -> Sequence[Address]:
    """Look a host up; blocks for as long as the system's resolver likes. The empty host is every local address.

    Raises:
        NameNotResolved: there is no such host.
        ConnectionLost: the resolver did not say.
    """
    # RFC 6761 section 6.4: a resolver answers for "invalid" without asking anybody.
    if host.rstrip(".").lower().endswith(".invalid"):
        raise NameNotResolved(f"{host}: no such host")
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=flags)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            raise NameNotResolved(f"{host}: no such host") from error
        raise ConnectionLost(f"{host}: name look-up: {error.strerror}") from error
    except UnicodeError as error:
        raise NameNotResolved(f"{host!r}: no name of a host") from error
    except OSError as error:
        raise ConnectionLost(f"{host}: name look-up: {error.strerror}") from error
    # A Python without IPv6 gives (int, bytes) for such addresses; they are of no use.
    return tuple(
        dict.fromkeys(Address(family, address) for family, _, _, _, address in found if isinstance(address[0], str))
    )


@contextmanager
def naming(endpoint: Endpoint) -> Generator[None, None, None]:
    """Let what a look-up raises name the service and port, too."""
    try:
        yield
    except (NameNotResolved, ConnectionLost) as error:
        raise type(error)(f"{endpoint}: {error}") from error
