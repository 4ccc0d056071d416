"""Listening sockets that one process binds and several listen on: the workers of one service.

*Theory of operation.* Who starts the workers binds the sockets, before it gives up the right to bind ports below 1024,
and hands them on as open descriptors. A worker's runtime listens on them in place of sockets of its own: each listener
on a duplicate, so that one after the other may listen while the socket stays. All workers wait at one queue of
connections, so a worker that dies takes none with it that it has not accepted.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence

from msgcore.runtime.abc import Endpoint
from msgcore.runtime.aio_listener import bind
from msgcore.runtime.dial import addresses_of

__all__ = ["HeldSockets"]

Place = tuple[str, int]


class HeldSockets:
    """Sockets that listen already, by host and port; a context manager, which closes them."""

    def __init__(self, sockets: Mapping[Place, Sequence[socket.socket]]) -> None:
        self._sockets = sockets

    @classmethod
    def bind(cls, endpoints: Iterable[Endpoint]) -> HeldSockets:
        """Listen on each endpoint; ``places`` says on which port, where one was given as 0. Blocks.

        Raises:
            SetupError: a port is taken or not allowed, or a host is not this machine's.
        """
        held = cls({})
        bound: dict[Place, Sequence[socket.socket]] = {}
        try:
            for endpoint in endpoints:
                found = bind(endpoint, list(addresses_of(endpoint.host, endpoint.port, socket.AI_PASSIVE)))
                bound[endpoint.host, found[0].getsockname()[1]] = found
                held = cls(bound)
        except BaseException:
            held.close()
            raise
        return held

    @classmethod
    def of_descriptors(cls, descriptors: Mapping[Place, Sequence[int]]) -> HeldSockets:
        """Take over what another process has bound."""
        return cls({place: [socket.socket(fileno=one) for one in some] for place, some in descriptors.items()})

    @property
    def places(self) -> tuple[Place, ...]:
        """Where they listen, in the order in which they were bound."""
        return tuple(self._sockets)

    @property
    def descriptors(self) -> Mapping[Place, tuple[int, ...]]:
        """The numbers by which a child process may have them, if it inherits them."""
        return {place: tuple(one.fileno() for one in some) for place, some in self._sockets.items()}

    def take(self, host: str, port: int) -> list[socket.socket]:
        """Give duplicates of the sockets at a place, which are the caller's to close; none where nothing is held."""
        duplicates = [socket.socket(fileno=os.dup(one.fileno())) for one in self._sockets.get((host, port), ())]
        for one in duplicates:
            one.setblocking(False)
        return duplicates

    def close(self) -> None:
        for some in self._sockets.values():
            for one in some:
                one.close()

    def __enter__(self) -> HeldSockets:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
