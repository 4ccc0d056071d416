"""A listening socket on an event loop, with one task a connection."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import errno
import functools
import logging
import socket
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from msgcore.errors import MsgcoreError, SetupError
from msgcore.runtime.abc import NEVER, Endpoint, Stream
from msgcore.runtime.aio_stream import AsyncioStream
from msgcore.runtime.cancel import Calls, leave_call
from msgcore.runtime.dial import Address
from msgcore.runtime.waits import complete

__all__ = ["AsyncioListener", "bind"]

_log = logging.getLogger("msgcore.runtime")

_BACKLOG = 1_024

# Descriptors or memory have run out: taking the connection up again at once would only spin.
_SHORT_OF = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_SHORTAGE_SECONDS = 1.0

Serve = Callable[[Stream], Awaitable[None]]


class AsyncioListener:
    """Serve each connection in a task; more than ``connections`` of them wait in the system's queue."""

    def __init__(
        self, sockets: list[socket.socket], service: str, serve: Serve, connections: int, calls: Calls
    ) -> None:
        self._sockets = sockets
        self._service = service
        self._serve = serve
        self._calls = calls
        self._free = asyncio.Semaphore(connections)
        self._tasks: set[asyncio.Task[None]] = set()
        self.addresses: set[str] = set()
        # A listener outlives the call that made it, so its tasks must not be a part of that.
        self._context = contextvars.copy_context()
        self._context.run(leave_call)
        loop = asyncio.get_running_loop()
        self._acceptors = [loop.create_task(self._accept(one), context=self._context) for one in sockets]

    @property
    def port(self) -> int:
        port: int = self._sockets[0].getsockname()[1]
        return port

    async def stop_accepting(self) -> None:
        await self._end(set(self._acceptors))
        for listening in self._sockets:
            listening.close()

    async def close(self) -> None:
        """Stop listening, and cancel and await every connection's task, except one that calls this itself."""
        await self._end({*self._acceptors, *self._tasks})
        for listening in self._sockets:
            listening.close()

    @staticmethod
    async def _end(tasks: set[asyncio.Task[None]]) -> None:
        tasks = tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def __aenter__(self) -> AsyncioListener:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._free.acquire()
            try:
                connection, address = await _accepted(listening)
            except OSError as error:
                self._free.release()
                if error.errno in _SHORT_OF:
                    _log.error("%s: cannot accept: %s", self._service, error.strerror)
                    await asyncio.sleep(_SHORTAGE_SECONDS)
                continue
            peer = Endpoint(address[0], address[1], self._service)
            begun = asyncio.Event()
            task = loop.create_task(self._connection(connection, peer, begun), context=self._context)
            self._tasks.add(task)
            task.add_done_callback(functools.partial(self._ended, connection, begun))

    def _ended(self, connection: socket.socket, begun: asyncio.Event, task: asyncio.Task[None]) -> None:
        if not begun.is_set():  # cancelled before its first step
            connection.close()
        self._tasks.discard(task)
        self._free.release()

    async def _connection(self, connection: socket.socket, peer: Endpoint, begun: asyncio.Event) -> None:
        begun.set()
        stream = AsyncioStream(peer, self._calls, NEVER)
        try:
            self.addresses.add(connection.getsockname()[0])
            await asyncio.get_running_loop().connect_accepted_socket(lambda: stream, connection)
        except OSError as error:
            connection.close()
            _log.info("%s: %s", peer, error)
            return
        try:
            await self._serve(stream)
        except MsgcoreError as error:
            _log.info("%s: %s: %s", peer, type(error).__name__, error)
            stream.abort()
        except Exception:
            _log.exception("%s: the server's own error", peer)
            stream.abort()
        except BaseException:
            stream.abort()
            raise
        else:
            await stream.close()


async def _accepted(listening: socket.socket) -> tuple[socket.socket, Any]:
    """Accept a connection in one step with what follows: a cancellation must not lose one that is there already."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, address = listening.accept()
        except (BlockingIOError, InterruptedError):
            ready = loop.create_future()
            try:
                loop.add_reader(listening, complete, ready)
            except NotImplementedError:  # Windows
                return await loop.sock_accept(listening)
            try:
                await ready
            finally:
                loop.remove_reader(listening)
        else:
            connection.setblocking(False)
            return connection, address


def bind(endpoint: Endpoint, addresses: list[Address], *, is_shared: bool = False) -> list[socket.socket]:
    """Listen on every address that this machine has, all with the same port.

    Raises:
        SetupError: a port is taken or not allowed, no address is this machine's, or ports cannot be shared here.
    """
    if is_shared and not hasattr(socket, "SO_REUSEPORT"):
        raise SetupError(f"{endpoint}: cannot listen: this system lets nobody share a port")
    port = endpoint.port
    sockets: list[socket.socket] = []
    with contextlib.ExitStack() as undo:
        for address in addresses:
            try:
                listening = undo.enter_context(socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
                _prepare(listening, is_shared=is_shared)
                assert not isinstance(address.socket_address, str)
                host, _, *rest = address.socket_address
                listening.bind((host, port, *rest))
                listening.listen(_BACKLOG)
            except OSError as error:
                if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and len(addresses) > 1:
                    continue
                raise SetupError(f"{endpoint}: cannot listen: {error.strerror}") from error
            sockets.append(listening)
            port = listening.getsockname()[1]
        if not sockets:
            raise SetupError(f"{endpoint}: cannot listen: no address of this machine")
        undo.pop_all()
    return sockets


def _prepare(listening: socket.socket, *, is_shared: bool) -> None:
    listening.setblocking(False)
    if hasattr(socket, "SO_REUSEPORT"):  # not on Windows, where SO_REUSEADDR would let two servers share the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if listening.family == socket.AF_INET6:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
