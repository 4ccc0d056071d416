"""The race for a connection on an event loop: one task an attempt."""

from __future__ import annotations

import asyncio
import socket

from msgcore.base.times import Deadline
from msgcore.errors import TimedOut
from msgcore.runtime.cancel import Calls
from msgcore.runtime.dial import Address
from msgcore.runtime.race import Race
from msgcore.runtime.waits import complete, until

__all__ = ["connect_first"]

_Attempt = asyncio.Task[socket.socket]


async def connect_first(race: Race, calls: Calls, deadline: Deadline) -> socket.socket:
    """Give the connection of the first address that answers.

    Raises:
        ConnectionLost: none did; the message says what each of them said.
        TimedOut: the deadline passed.
        OperationCancelled: the call was cancelled.
    """
    running: dict[_Attempt, Address] = {}
    try:
        while race.is_open or running:
            if race.is_open:
                address = race.begin()
                running[asyncio.create_task(_connect(race, address))] = address
            await _wait(race, running, calls, deadline)
            for attempt in [one for one in running if one.done()]:
                address = running.pop(attempt)
                error = attempt.exception()
                if error is None:
                    return attempt.result()
                if not isinstance(error, OSError):
                    raise error
                race.fail(address, error)
        raise race.lost()
    finally:
        await _drop(running)


async def _connect(race: Race, address: Address) -> socket.socket:
    connection = race.socket_for(address)
    if address.is_unix_socket:
        return connection
    try:
        await asyncio.get_running_loop().sock_connect(connection, address.socket_address)
    except BaseException:
        connection.close()
        raise
    return connection


async def _wait(race: Race, running: dict[_Attempt, Address], calls: Calls, deadline: Deadline) -> None:
    """Return when an attempt has ended or the next one's turn has come."""
    waiter = asyncio.get_running_loop().create_future()

    def wake(_: _Attempt) -> None:
        complete(waiter)

    for attempt in running:
        attempt.add_done_callback(wake)
    try:
        await until(waiter, calls, race.until(deadline), "connect")
    except TimedOut:
        race.check(deadline)
    finally:
        for attempt in running:
            attempt.remove_done_callback(wake)


async def _drop(running: dict[_Attempt, Address]) -> None:
    for attempt in running:
        attempt.cancel()
    if running:
        await asyncio.wait(running)
    for attempt in running:
        if not attempt.cancelled() and attempt.exception() is None:
            attempt.result().close()
