"""A node: an organisation's MTA at work in this process, with listeners in front of its queue.

*Theory of operation.* Everything of a node runs on one event loop: the caller's, or for blocking callers the loop
thread of the process. A node keeps nothing: what it took in is in the queue before it says yes, and what it has in hand
is leased. So nodes come and go; as many as like work on one queue, each on what no other has. A node that is closed
takes no new mail and begins no new delivery, lets end what is on its way, and gives the rest back.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from types import TracebackType
from typing import Self, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled, TimedOut, UsageError
from msgcore.mta.listener import Listener, ListenerSettings, RecipientCheck
from msgcore.mta.listener.users import Users
from msgcore.mta.manager.manager import Manager
from msgcore.mta.manager.purging import purge_until
from msgcore.mta.nexthop.own import OwnAddresses
from msgcore.mta.node_queue import NodeQueue
from msgcore.mta.node_services import WorksUntil
from msgcore.mta.routing.own_places import check_own_places
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime.abc import NEVER, Endpoint, Event, Group, LoopRuntime, Runtime

__all__ = ["Build", "ListenOn", "Node", "Parts"]

_log = logging.getLogger("msgcore.mta")

_HIGHEST_PORT = 65_535


@attrs.frozen
class ListenOn:
    """An address and a port on which a node takes mail, and the rules there.

    An empty ``host`` is every address of the machine; port 0 takes a free one. Without ``settings``, mail is taken for
    the organisation's own addresses, from everybody, and relayed for nobody. Nodes in several processes may listen at
    one place that ``is_shared``, so that a machine's cores share its mail: the system deals out what connects.
    """

    host: str
    port: int
    settings: ListenerSettings | None = None
    is_shared: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        port = cast(object, self.port)
        if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= _HIGHEST_PORT:
            raise UsageError(f"port {port!r}: need 0 to {_HIGHEST_PORT:,}")


@attrs.frozen
class Parts:
    """What a node is made of: a manager and its end of the queue, who gets mail, and what the host is called.

    ``keep`` is for how long what has ended is kept, ``users`` are who may log in; ``verifier`` looks at the mail of
    strangers; ``beside`` works along until the event is set, and raises nothing. ``own_addresses`` hears to which ones
    others come.
    """

    manager: Manager
    queue: NodeQueue
    recipients: RecipientCheck
    host_name: str
    keep: timedelta
    users: Users | None = None
    beside: tuple[WorksUntil, ...] = ()
    verifier: Verifier | None = None
    own_addresses: OwnAddresses | None = None


Build = Callable[[LoopRuntime, Deadline], Awaitable[Parts]]
"""Makes the parts of a node, for its loop."""


@attrs.define
class _Running:
    """A node that has been started."""

    manager: Manager
    listeners: list[Listener]
    stop: Event
    group: Group
    ended: Future[None] = attrs.field(factory=Future[None])
    """Done when the manager has ended, with the error that ended it."""


class _GraceIsOver(OperationCancelled):
    """What is still on its way is cut."""


class Node:
    """An MTA at work, from :meth:`start` to :meth:`close`; a context manager, which does both.

    ``grace_seconds`` is how long :meth:`close` lets clients and deliveries come to their end.
    """

    def __init__(
        self, runtime: Runtime, build: Build, listen: Sequence[ListenOn] = (), *, grace_seconds: float = 30.0
    ) -> None:
        self._runtime = runtime
        self._build = build
        self._listen = tuple(listen)
        self._grace_seconds = grace_seconds
        self._running: _Running | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        """The port of each place where it listens, in their order; empty while it is not at work."""
        listeners = () if self._running is None else self._running.listeners
        return tuple(port for listener in listeners for port in listener.ports)

    async def start(self, *, timeout_seconds: float | None = 60.0) -> None:
        """Go to work; returns once clients can connect.

        Raises:
            SetupError: a port is taken or not allowed, or no address is this machine's.
            UsageError: it is at work already.
        """
        if self._running is not None:
            raise UsageError("the node is at work already")
        deadline = self._runtime.deadline(timeout_seconds)
        started: list[_Running] = []
        try:
            await self._runtime.on_loop(lambda runtime: self._start(runtime, deadline, started), deadline)
        except BaseException:
            if started:  # by this call: whoever is cancelled just when it has gone to work closes nothing
                await self.close()
            raise

    async def _start(self, runtime: LoopRuntime, deadline: Deadline, started: list[_Running]) -> None:
        parts = await self._build(runtime, deadline)
        parts.queue.worker = parts.manager
        running = _Running(parts.manager, [], runtime.event(), runtime.group())
        async with contextlib.AsyncExitStack() as undo:
            for one in self._listen:
                listener = self._listener(runtime, one, parts)
                await listener.start()
                undo.push_async_callback(listener.close)
                running.listeners.append(listener)
            undo.pop_all()
        mail_comes_to = [one for one in running.listeners if one.is_for_servers]
        if parts.own_addresses is not None and mail_comes_to:
            parts.own_addresses.heard = lambda: {address for one in mail_comes_to for address in one.addresses}
        parts.manager.follow_routes(lambda routes: self._warn(routes, running, parts.host_name))
        await running.group.__aenter__()
        running.group.start(_work(running))
        running.group.start(purge_until(running.stop, runtime, parts.queue, parts.keep))
        for work in parts.beside:
            running.group.start(work(running.stop))
        self._running = running
        started.append(running)

    def _warn(self, routes: RouteTable, running: _Running, host_name: str) -> None:
        """Log where a table sends mail back to this node."""
        heard = zip(self._listen, running.listeners, strict=True)
        places = [(one.host, port) for one, listener in heard for port in listener.ports]
        for finding in check_own_places(routes, host_name, places):
            _log.error("routes: %s", finding)

    def _listener(self, runtime: LoopRuntime, one: ListenOn, parts: Parts) -> Listener:
        settings = one.settings or ListenerSettings(parts.host_name)
        place = Endpoint(one.host, one.port, settings.service)
        return Listener(
            runtime,
            [place],
            settings,
            parts.queue,
            parts.recipients,
            users=parts.users,
            grace_seconds=self._grace_seconds,
            is_shared=one.is_shared,
            watch=parts.queue.tell,
            verifier=parts.verifier,
        )

    async def wait(self, *, timeout_seconds: float | None = None) -> None:
        """Wait for as long as it is at work.

        Raises:
            TimedOut: it still is. Whatever else is raised broke it down; close it.
        """
        if self._running is not None:
            await self._runtime.wait(self._running.ended, self._runtime.deadline(timeout_seconds))

    async def stop_accepting(self, *, timeout_seconds: float | None = 60.0) -> None:
        """Leave who connects from now on to a node that listens at the same sockets; this one goes on, until closed."""
        running = self._running
        if running is not None:
            deadline = self._runtime.deadline(timeout_seconds)
            await self._runtime.on_loop(lambda _: _stop_accepting(running), deadline)

    async def close(self) -> None:
        """Stop in order: nothing new is taken or begun, what is on its way may end, and the rest is given back.

        What is on its way for longer than ``grace_seconds`` is cut, and tried again later, or by another node.
        """
        running, self._running = self._running, None
        if running is not None:
            await self._runtime.on_loop(lambda runtime: self._close(runtime, running), NEVER)

    async def _close(self, runtime: LoopRuntime, running: _Running) -> None:
        running.stop.set()
        running.manager.wake()
        with contextlib.suppress(_GraceIsOver):
            async with running.group, runtime.group() as closing:
                for listener in running.listeners:
                    closing.start(listener.close())
                closing.start(self._drain(runtime, running))
        await running.manager.give_back_arrivals()

    async def _drain(self, runtime: LoopRuntime, running: _Running) -> None:
        try:
            await runtime.wait(running.ended, runtime.deadline(self._grace_seconds))
        except TimedOut:
            raise _GraceIsOver("the time that deliveries had to end is over") from None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _stop_accepting(running: _Running) -> None:
    for listener in running.listeners:
        await listener.stop_accepting()


async def _work(running: _Running) -> None:
    """Have the manager work until it is told to stop; an error of its own ends it, and is told to who waits."""
    try:
        await running.manager.serve(running.stop)
    except Exception as error:
        _log.exception("the node broke down")
        running.ended.set_exception(error)
    finally:
        if not running.ended.done():
            running.ended.set_result(None)
