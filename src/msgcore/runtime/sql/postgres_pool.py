"""Connections to one server that wait for the next call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, StoreBusy, StoreClosed
from msgcore.runtime.sql.postgres_connection import PostgresConnection

__all__ = ["Pool"]

T = TypeVar("T")

CONNECTIONS = 10
_IDLE_SECONDS = 60.0
# Whoever was interrupted (Ctrl-C) while he gave a connection back has not said so.
_LOOK_SECONDS = 0.25


class Pool:
    """At most ``size`` connections; the one that was used last is the next, and those that rest for long are closed.

    A connection that was lost, or interrupted at whatever it did, is not kept. Whoever takes one that was lost while it
    rested finds that out. Places are taken and given back by single steps, which an interruption does not divide.
    """

    def __init__(self, connect: Callable[[Deadline], PostgresConnection], name: str, size: int = CONNECTIONS) -> None:
        self._connect = connect
        self._name = name
        self._size = size
        self._taken: set[object] = set()
        self._guard = threading.RLock()
        self._changed = threading.Condition(self._guard)
        self._idle: list[tuple[float, PostgresConnection]] = []
        self._is_closed = False

    def use(self, work: Callable[[PostgresConnection], T], give_up: Deadline, deadline: Deadline) -> T:
        """Lend a connection to ``work``, which leaves it without a transaction, or raises.

        Raises:
            StoreBusy: none was given back until ``give_up``.
            StoreClosed: the pool is closed.
        """
        connection: PostgresConnection | None = None
        place = object()
        try:
            connection = self._take(place, give_up) or self._connect(deadline)
            result = work(connection)
        except BaseException as error:
            connection = _kept(connection, error)
            raise
        else:
            return result
        finally:
            self._taken.discard(place)
            self._give_back(connection)

    def _take(self, place: object, give_up: Deadline) -> PostgresConnection | None:
        """Take a connection that rests, or the right to make one."""
        with self._guard:
            while not self._has_room:
                if give_up.is_past:
                    raise StoreBusy(f"{self._name}: every connection of this process is in use")
                self._changed.wait(min(give_up.remaining_seconds(), _LOOK_SECONDS))
            if self._is_closed:
                raise StoreClosed(f"{self._name}: the database is closed")
            self._taken.add(place)
            return self._idle.pop()[1] if self._idle else None

    @property
    def _has_room(self) -> bool:
        return len(self._taken) < self._size or self._is_closed

    def _give_back(self, connection: PostgresConnection | None) -> None:
        now = time.monotonic()
        unfit = [] if connection is None or connection.is_idle else [connection]
        with self._guard:
            if connection is not None and not unfit:
                if self._is_closed:
                    unfit.append(connection)
                else:
                    self._idle.append((now, connection))
            unfit += [one for since, one in self._idle if now - since > _IDLE_SECONDS]
            self._idle = [(since, one) for since, one in self._idle if now - since <= _IDLE_SECONDS]
            self._changed.notify()
        for one in unfit:
            one.close()

    def close(self) -> None:
        """Close what rests; what is in use is closed when it is given back."""
        with self._guard:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for _, connection in idle:
            connection.close()


def _kept(connection: PostgresConnection | None, error: BaseException) -> PostgresConnection | None:
    """Give a connection that another may use after an error."""
    if connection is None:
        return None
    if isinstance(error, Exception):
        with suppress(MsgcoreError):
            connection.roll_back()
            return connection
    connection.close()
    return None
