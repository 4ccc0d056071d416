"""A pool of connections to one server, shared by threads, tasks, or both.

*Theory of operation.* Who wants a connection first gets a *slot*, in the order of asking; there are never more of them
than connections are allowed. With a slot it takes the connection that was given back last, of those that it prefers if
one is idle, or opens one when none is idle at all. A slot is given back by a plain call, so no cancellation can come in
between. All state is a few fields under a small lock that nobody holds while waiting, as in
:mod:`~msgcore.runtime.sync`.

Nothing runs in the background: connections that have been idle or used for too long are closed, in order, by the next
caller and by :meth:`Pool.close`, and each has a slot until that is done. So what is not idle has a slot of its own, and
as nobody opens a connection while one is idle, there are never more than allowed.

A forked child begins with no connection: what it said on one of its parent's would stand in the midst of the parent's.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import Closed, MsgcoreError, TimedOut, UsageError
from msgcore.runtime.abc import Event, Runtime
from msgcore.runtime.pace import Pace

__all__ = ["Lease", "Pool", "PoolLimits", "Pooled"]

_GOODBYE_SECONDS = 2.0
_LOWERED_SECONDS = 60.0


class Pooled(Protocol):
    """What a pool keeps: a connection with the state of its session."""

    async def is_good(self, idle_seconds: float, deadline: Deadline) -> bool:
        """Say whether it can be used again after it was idle; may ask the peer, when that was long."""
        ...

    async def close(self, deadline: Deadline) -> None:
        """Say goodbye and close; errors of a peer that is gone already are not errors."""
        ...

    def abort(self) -> None:
        """Drop the connection at once, from any thread; a closed one stays closed."""
        ...


T = TypeVar("T", bound=Pooled)


@attrs.frozen
class PoolLimits:
    """How many ``connections`` there may be, how often each is used, and for how long it may be idle.

    ``uses_per_minute`` spreads the uses of all connections evenly; a tenth of them may come at once.
    """

    connections: int = 5
    uses_per_connection: int = 100
    idle_seconds: float = 30.0
    uses_per_minute: int | None = None

    def __attrs_post_init__(self) -> None:
        counts = (self.connections, self.uses_per_connection, self.uses_per_minute)
        if any(count is not None and count < 1 for count in counts) or not self.idle_seconds >= 0:
            raise UsageError(
                "connections, uses of one, and uses a minute are at least 1, and idle_seconds is not negative"
            )


@attrs.define(eq=False)
class _Idle(Generic[T]):
    connection: T
    uses: int
    since: float


@attrs.define(eq=False)
class _Waiter:
    event: Event
    has_slot: bool = False


class Lease(Generic[T]):
    """A connection in the hands of one caller, given back when the context is left.

    It goes back to the pool when ``is_usable`` was set true, and is dropped when not.
    """

    def __init__(self, pool: Pool[T], connection: T, uses: int) -> None:
        self.connection = connection
        self.uses = uses
        self.give_way: Callable[[], None] | None = None
        self.is_usable = False
        self._pool = pool

    @property
    def is_fresh(self) -> bool:
        """Whether the connection was opened for this lease."""
        return self.uses == 1

    async def reopen(self, deadline: Deadline) -> None:
        """Replace a connection that turned out to be dead by a new one; raises what opening one raises."""
        self.is_usable = False
        self.connection.abort()
        self.connection = await self._pool.open(deadline)
        self.uses = 1

    async def use_again(self, deadline: Deadline) -> None:
        """Begin one more use, within the limits: when its turn has come, and of a new connection if this is used up.

        Raises:
            TimedOut: the turn does not come before the deadline.
            MsgcoreError: what opening a connection raises.
        """
        await self._pool.keep_pace(deadline)
        if self._pool.is_used_up(self):
            self.is_usable = False
            await self.connection.close(deadline.sooner(_GOODBYE_SECONDS))
            await self.reopen(deadline)
        else:
            self.uses += 1

    def __enter__(self) -> Lease[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.take_back(self)


class Pool(Generic[T]):
    """Connections to one server; ``name`` is what messages call it."""

    def __init__(
        self,
        runtime: Runtime,
        open: Callable[[Deadline], Awaitable[T]],
        limits: PoolLimits,
        name: str,
        *,
        means_full: Callable[[MsgcoreError], bool] = lambda _: False,
    ) -> None:
        """``means_full`` says of an error of ``open`` that the server wants no more connections at a time.

        Then the pool makes do with those it has, for a minute.
        """
        self._runtime = runtime
        self._open = open
        self._limits = limits
        self._name = name
        self._means_full = means_full
        self._is_closed = False
        self._begin()
        _pools.add(self)

    def _begin(self) -> None:
        self._pace = Pace(self._runtime, self._limits.uses_per_minute)
        self._guard = threading.Lock()
        self._idle: list[_Idle[T]] = []
        self._slots = 0  # those that are taken: by callers, and by connections that are being closed
        self._waiters: deque[_Waiter] = deque()
        self._leases: set[Lease[T]] = set()
        self._lowered = self._limits.connections
        self._lowered_until = 0.0
        self._all_back = self._runtime.event()

    def begin_anew(self) -> None:
        """Leave the connections to the parent of this process, and see to it that nothing here closes them."""
        _of_parents.extend((self._idle, self._leases))
        self._begin()

    @property
    def idle(self) -> int:
        """How many connections wait for their next use."""
        return len(self._idle)

    async def lease(
        self,
        deadline: Deadline,
        *,
        prefer: Callable[[T], bool] = lambda _: True,
        open_seconds: float = math.inf,
        give_way: Callable[[], None] | None = None,
    ) -> Lease[T]:
        """Wait for a turn and give a connection: ``with await pool.lease(deadline) as lease``.

        It is one that ``prefer`` says yes of, if one is idle; ``prefer`` is called under a lock, and only looks.
        ``open_seconds`` is how long it may take, once it is the caller's turn, to find a good one or to open one. Who
        keeps a connection for long says by ``give_way`` how to take it away: it is called, in any thread, when somebody
        waits and all that there may be are kept so.

        Raises:
            TimedOut: the deadline passed while all connections were in use.
            Closed: the pool was closed.
            MsgcoreError: what opening a connection raises.
        """
        await self.keep_pace(deadline)
        is_first = False
        while True:
            await self._take_slot(deadline, is_first=is_first)
            try:
                lease = await self._connected(deadline.sooner(open_seconds), prefer)
            except BaseException as error:
                makes_do = isinstance(error, MsgcoreError) and self._means_full(error) and self._make_do()
                self._free(1)
                if not makes_do:
                    raise
                is_first = True
            else:
                lease.give_way = give_way
                self._handed_out(lease)
                if give_way is not None:  # who waits has counted on this one to come back
                    self._take_away()
                return lease

    async def open(self, deadline: Deadline) -> T:
        """Open a connection for who has a slot already."""
        return await self._open(deadline)

    async def keep_pace(self, deadline: Deadline) -> None:
        """Wait until the next use may begin."""
        await self._pace.keep(deadline)

    def is_used_up(self, lease: Lease[T]) -> bool:
        return lease.uses >= self._limits.uses_per_connection

    def take_back(self, lease: Lease[T]) -> None:
        """End a lease; what :class:`Lease` calls."""
        with self._guard:
            self._leases.discard(lease)
            if lease.is_usable and not self._is_closed:
                self._idle.append(_Idle(lease.connection, lease.uses, self._runtime.monotonic()))
        if not lease.is_usable or self._is_closed:
            lease.connection.abort()
        self._free(1)

    async def close(self, deadline: Deadline) -> None:
        """Say goodbye on all idle connections at the same time, and wait for those in use until the deadline.

        Then these are dropped. Who waits for a connection is told ``Closed``.
        """
        with self._guard:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._slots += len(idle)
            waiters, self._waiters = self._waiters, deque()
            if not self._slots:
                self._all_back.set()
        for waiter in waiters:
            waiter.event.set()
        await self._say_goodbye(idle, deadline)
        try:
            await self._all_back.wait(deadline)
        except TimedOut:
            for lease in tuple(self._leases):
                lease.connection.abort()

    # Slots

    async def _take_slot(self, deadline: Deadline, *, is_first: bool) -> None:
        with self._guard:
            self._check_open()
            if not self._waiters and self._slots < self._most():
                self._slots += 1
                return
            waiter = _Waiter(self._runtime.event())
            if is_first:
                self._waiters.appendleft(waiter)
            else:
                self._waiters.append(waiter)
        self._take_away()
        try:
            await waiter.event.wait(deadline)
            self._check_open()
        except BaseException as error:
            self._give_up(waiter)
            if isinstance(error, TimedOut):
                raise TimedOut(
                    f"{self._name}: all {self._most()} connections were in use until the deadline"
                ) from error
            raise

    def _take_away(self) -> None:
        """Have one give way to who waits, if all connections are kept by those who can."""
        with self._guard:
            kept = [lease.give_way for lease in self._leases if lease.give_way is not None]
            if len(kept) < self._slots or not kept or not self._waiters:
                return
        kept[0]()

    def _give_up(self, waiter: _Waiter) -> None:
        with self._guard:
            if not waiter.has_slot and waiter in self._waiters:
                self._waiters.remove(waiter)
        if waiter.has_slot:
            self._free(1)

    def _free(self, slots: int) -> None:
        with self._guard:
            self._slots -= slots
            while self._waiters and self._slots < self._most():
                waiter = self._waiters.popleft()
                waiter.has_slot = True
                self._slots += 1
                waiter.event.set()
            if self._is_closed and not self._slots:
                self._all_back.set()

    def _most(self) -> int:
        return self._lowered if self._runtime.monotonic() < self._lowered_until else self._limits.connections

    def _make_do(self) -> bool:
        """Allow no more connections than there are besides the caller's; false when there are none."""
        with self._guard:
            others = self._slots - 1 + len(self._idle)
            if others:
                self._lowered = others
                self._lowered_until = self._runtime.monotonic() + _LOWERED_SECONDS
            return others > 0

    def _check_open(self) -> None:
        if self._is_closed:
            raise Closed(f"{self._name}: the connections have been closed")

    # Connections

    async def _connected(self, deadline: Deadline, prefer: Callable[[T], bool]) -> Lease[T]:
        await self._close_old(deadline)
        while (one := self._take_idle(prefer)) is not None:
            if await self._is_good(one, deadline):
                return Lease(self, one.connection, one.uses + 1)
            one.connection.abort()
        return Lease(self, await self._open(deadline), 1)

    async def _is_good(self, one: _Idle[T], deadline: Deadline) -> bool:
        try:
            if self._is_old(one):
                await one.connection.close(deadline.sooner(_GOODBYE_SECONDS))
                return False
            return await one.connection.is_good(self._runtime.monotonic() - one.since, deadline)
        except BaseException:
            one.connection.abort()
            raise

    def _handed_out(self, lease: Lease[T]) -> Lease[T]:
        with self._guard:
            self._leases.add(lease)
            is_closed = self._is_closed
        if is_closed:
            self.take_back(lease)
            self._check_open()
        return lease

    def _take_idle(self, prefer: Callable[[T], bool]) -> _Idle[T] | None:
        with self._guard:
            if not self._idle:
                return None
            preferred = [place for place, one in enumerate(self._idle) if prefer(one.connection)]
            return self._idle.pop(preferred[-1] if preferred else -1)

    async def _close_old(self, deadline: Deadline) -> None:
        """Close old connections under the slots that are free; the caller closes one more under its own."""
        with self._guard:
            free = max(0, self._most() - self._slots)
            old = [one for one in self._idle if self._is_old(one)][:free]
            self._idle = [one for one in self._idle if one not in old]
            self._slots += len(old)
        if old:
            await self._say_goodbye(old, deadline.sooner(_GOODBYE_SECONDS))

    def _is_old(self, one: _Idle[T]) -> bool:
        idle_seconds = self._runtime.monotonic() - one.since
        return one.uses >= self._limits.uses_per_connection or idle_seconds > self._limits.idle_seconds

    async def _say_goodbye(self, those: Sequence[_Idle[T]], deadline: Deadline) -> None:
        """Close connections that have a slot each, all at the same time; the caller's thread closes the first."""
        try:
            async with self._runtime.group() as group:
                for one in those[1:]:
                    group.start(one.connection.close(deadline))
                for one in those[:1]:
                    await one.connection.close(deadline)
        finally:
            for one in those:
                one.connection.abort()
            self._free(len(those))


_pools: WeakSet[Pool[Any]] = WeakSet()
_of_parents: list[object] = []


def _begin_anew() -> None:
    for pool in tuple(_pools):
        pool.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
