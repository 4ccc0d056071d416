"""msgcore as applications call it, once for blocking and once for asyncio callers, under the blocking names.

For asyncio every call is one ``await`` on a loop that lives as long as the test, so that connections that the first
call opened serve the next one, as they do in an application.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, cast

import msgcore
import msgcore.aio
from msgcore import Message, Outcomes, ProfileAdmin, RetrievalReport
from msgcore.blocking.organization import Organization
from msgcore.blocking.session import Session
from msgcore.blocking.store import MessageStore
from msgcore.blocking.transport import Transport
from msgcore.session.opening import Opening

__all__ = ["Api", "Mode"]


class Mode(enum.Enum):
    BLOCKING = "blocking"
    ASYNCIO = "asyncio"


class Api:
    """The names of ``msgcore``, or those of ``msgcore.aio``; a context manager, which ends the loop."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._runner = asyncio.Runner() if mode is Mode.ASYNCIO else None

    def send(self, message: Message, **options: Any) -> Outcomes:
        if self._runner is None:
            return msgcore.send(message, **options)
        return self._runner.run(msgcore.aio.send(message, **options))

    def open_transport(self, url: str, **options: Any) -> Transport:
        if self._runner is None:
            return msgcore.open_transport(url, **options)
        return cast(Transport, self._opened(lambda: msgcore.aio.open_transport(url, **options)))

    def send_side_by_side(self, transport: Transport, messages: Sequence[Message]) -> list[Outcomes]:
        """Send messages over one transport at the same time, from threads or tasks."""
        if self._runner is None:
            with ThreadPoolExecutor(len(messages)) as pool:
                return list(pool.map(transport.send, messages))

        async def send_all() -> list[Outcomes]:
            inner = cast(_OnLoop, transport).inner
            sent: list[Outcomes] = await asyncio.gather(*(inner.send(message) for message in messages))
            return sent

        return self._runner.run(send_all())

    def open_organization(self, url: str, *, create: bool = False) -> Organization:
        if self._runner is None:
            return msgcore.open_organization(url, create=create)
        return cast(Organization, self._opened(lambda: msgcore.aio.open_organization(url, create=create)))

    def open_store(self, url: str, **options: Any) -> MessageStore:
        if self._runner is None:
            return msgcore.open_store(url, **options)
        return cast(MessageStore, self._opened(lambda: msgcore.aio.open_store(url, **options)))

    def receive(self, url: str, into: MessageStore, **options: Any) -> RetrievalReport:
        if self._runner is None:
            return msgcore.receive(url, into=into, **options)
        inner: Any = getattr(into, "inner", into)
        return self._runner.run(msgcore.aio.receive(url, into=inner, **options))

    def logon(self, profile: str, admin: ProfileAdmin, timeout_seconds: float = 60.0) -> Session:
        if self._runner is None:
            return msgcore.logon(profile, admin=admin, timeout_seconds=timeout_seconds)
        return cast(
            Session, self._opened(lambda: msgcore.aio.logon(profile, admin=admin, timeout_seconds=timeout_seconds))
        )

    def _opened(self, opening: Callable[[], Opening[Any]]) -> _OnLoop:
        async def enter() -> object:
            return await opening()

        assert self._runner is not None
        return _OnLoop(self._runner, self._runner.run(enter()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._runner.close()


_OBJECTS = (
    msgcore.aio.AddressBook,
    msgcore.aio.Folder,
    msgcore.aio.Item,
    msgcore.aio.MessageStore,
    msgcore.aio.RemoteHeaders,
    msgcore.aio.StoredMessage,
    msgcore.aio.Table,
)


class _OnLoop:
    """An object of ``msgcore.aio`` whose coroutines run to their end on the test's loop when they are called."""

    def __init__(self, runner: asyncio.Runner, inner: Any) -> None:
        self._runner = runner
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not inspect.ismethod(value):
            return self._settled(value)

        def call(*arguments: Any, **options: Any) -> Any:
            return self._settled(value(*arguments, **options))

        return call

    def __getitem__(self, key: Any) -> Any:
        return self.inner[key]

    def __repr__(self) -> str:
        return repr(self.inner)

    def _settled(self, value: Any) -> Any:
        if isinstance(value, Opening):
            value = self._runner.run(cast(Any, value).open())
        elif inspect.iscoroutine(value):
            value = self._runner.run(value)
        if isinstance(value, tuple):
            return tuple(self._settled(one) for one in cast(Any, value))
        return _OnLoop(self._runner, value) if isinstance(value, _OBJECTS) else value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        leave = getattr(self.inner, "__aexit__", None)
        self._runner.run(self.inner.close() if leave is None else leave(kind, error, trace))
