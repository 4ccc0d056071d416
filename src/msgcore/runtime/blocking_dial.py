"""The race for a connection in one thread: all attempts on non-blocking sockets, waited for together."""

from __future__ import annotations

import errno
import os
import socket

from msgcore.base.times import Deadline
from msgcore.errors import TimedOut
from msgcore.runtime.cancel import Calls
from msgcore.runtime.dial import Address
from msgcore.runtime.race import Race
from msgcore.runtime.ready import WRITE, poll

__all__ = ["connect_first"]

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}


def connect_first(race: Race, calls: Calls, deadline: Deadline) -> socket.socket:
    """Give the connection of the first address that answers.

    Raises:
        ConnectionLost: none did; the message says what each of them said.
        TimedOut: the deadline passed.
        OperationCancelled: the call was cancelled.
    """
    running: dict[socket.socket, Address] = {}
    try:
        while race.is_open or running:
            if race.is_open:
                _begin(race, running)
            winner = _wait(race, running, calls, deadline) if running else None
            if winner is not None:
                del running[winner]
                return winner
        raise race.lost()
    finally:
        for other in running:
            other.close()


def _begin(race: Race, running: dict[socket.socket, Address]) -> None:
    address = race.begin()
    try:
        connection = race.socket_for(address)
    except OSError as error:
        race.fail(address, error)
        return
    code = 0 if address.is_unix_socket else connection.connect_ex(address.socket_address)
    if code in _UNDER_WAY:
        running[connection] = address
    else:
        race.fail(address, OSError(code, os.strerror(code)))
        connection.close()


def _wait(race: Race, running: dict[socket.socket, Address], calls: Calls, deadline: Deadline) -> socket.socket | None:
    """Give the winner, or ``None`` when one has failed or the next one's turn has come."""
    interest = [(connection, WRITE) for connection in running]
    try:
        ready = {descriptor for descriptor, _ in poll(interest, calls, race.until(deadline), "connect")}
    except TimedOut:
        race.check(deadline.or_sooner(calls.current().limit))
        return None
    for connection in [one for one in running if one.fileno() in ready]:
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not code:
            return connection
        race.fail(running.pop(connection), OSError(code, os.strerror(code)))
        connection.close()
    return None
