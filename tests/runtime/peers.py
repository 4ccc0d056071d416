"""Peers on 127.0.0.1 that do what a test tells them, each in a thread, on plain blocking sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

from msgcore.runtime import Endpoint
from msgcore.runtime.dial import Address
from tests.servers import KeyPair

PATIENCE_SECONDS = 30.0

R = TypeVar("R")

Script = Callable[[socket.socket], object]


def done(value: R) -> Future[R]:
    """Give a future that has come to this value."""
    future: Future[R] = Future()
    future.set_result(value)
    return future


@contextmanager
def peer(script: Script, host: str = "127.0.0.1") -> Generator[Endpoint]:
    """Serve one connection with ``script``; an error in it is raised when the block ends.

    ``host`` is only what the endpoint says; see :func:`loopback`.
    """
    outcome: Future[None] = Future()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_SECONDS)

        def serve() -> None:
            try:
                connection, _ = listening.accept()
                with connection:
                    connection.settimeout(PATIENCE_SECONDS)
                    script(connection)
            except BaseException as error:
                outcome.set_exception(error)
            else:
                outcome.set_result(None)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Endpoint(host, listening.getsockname()[1], "smtp")
        finally:
            thread.join(PATIENCE_SECONDS)
    outcome.result(0)


def loopback(host: str, port: int) -> Future[Sequence[Address]]:
    """Look every name up as 127.0.0.1."""
    return done([Address(socket.AF_INET, ("127.0.0.1", port))])


def receive(connection: socket.socket, count: int) -> bytes:
    """Receive exactly so many octets."""
    octets = bytearray()
    while len(octets) < count:
        part = connection.recv(count - len(octets))
        if not part:
            raise AssertionError(f"the client ended after {len(octets)} of {count} octets")
        octets += part
    return bytes(octets)


def wait_for_end(connection: socket.socket) -> None:
    """Say nothing until the client goes away."""
    with suppress(ConnectionError):
        while connection.recv(65_536):
            pass


def over_tls(pair: KeyPair, script: Callable[[ssl.SSLSocket], object]) -> Script:
    """Shake hands as a TLS server first; ``script`` need not end the connection in order."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False) as secured:
            script(secured)

    return serve


def refused_handshake(pair: KeyPair) -> Script:
    """Be a TLS server whose client goes away in the middle."""

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):  # SSLError is one
            over_tls(pair, wait_for_end)(connection)

    return serve
