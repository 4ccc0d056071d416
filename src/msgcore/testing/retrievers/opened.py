"""A retriever at work, called as msgcore calls it, but for the checks of what it gives: those are tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from msgcore.base.times import Deadline
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.guarded_retrieval import GuardedRetriever
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import Retrieved, RetrievingProvider, Waiting

__all__ = ["OpenedRetriever", "Session"]


class Session:
    """One session with the far end. Each method is one call, but for those that ask for ``all``."""

    def __init__(self, plugin: Plugin, maildrop: object, ample_seconds: float) -> None:
        self.plugin = plugin
        self.ample_seconds = ample_seconds
        self.maildrop: Any = maildrop
        self.runtime: Runtime = plugin.runtime

    async def call(self, name: str, *arguments: object, deadline: Deadline | None = None) -> object:
        """Call a method of the maildrop, whose last argument is the deadline."""
        given = self.runtime.deadline(self.ample_seconds) if deadline is None else deadline
        return await self.plugin.call(self._method(name), *arguments, given, deadline=given)

    async def call_late(self, name: str, *arguments: object) -> object:
        """Call a method with a deadline that is past, which it has to see itself."""
        return await self.plugin.call(self._method(name), *arguments, self.runtime.deadline(0))

    async def list(self, deadline: Deadline | None = None) -> Sequence[Waiting]:
        given = await self.call("list", deadline=deadline)
        return self.plugin.sequence(Waiting, self._method("list"), given)

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline | None = None) -> Sequence[Retrieved]:
        return await self._ask("retrieve", waiting, deadline)

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline | None = None) -> Sequence[Retrieved]:
        return await self._ask("headers", waiting, deadline)

    async def retrieve_all(self, waiting: Sequence[Waiting]) -> Sequence[Retrieved]:
        return await self._ask_for_all("retrieve", waiting)

    async def headers_of_all(self, waiting: Sequence[Waiting]) -> Sequence[Retrieved]:
        return await self._ask_for_all("headers", waiting)

    async def delete(self, waiting: Sequence[Waiting]) -> Sequence[Retrieved]:
        return await self._ask("delete", waiting, None)

    async def commit(self) -> None:
        await self.call("commit")

    async def close(self) -> None:
        await self.plugin.call(self._method("close"), deadline=self.runtime.deadline(self.ample_seconds))

    def _method(self, name: str) -> Callable[..., object]:
        return cast("Callable[..., object]", self.plugin.attribute(lambda: getattr(self.maildrop, name)))

    async def _ask(self, name: str, waiting: Sequence[Waiting], deadline: Deadline | None) -> Sequence[Retrieved]:
        given = await self.call(name, waiting, deadline=deadline)
        return self.plugin.sequence(Retrieved, self._method(name), given)

    async def _ask_for_all(self, name: str, waiting: Sequence[Waiting]) -> Sequence[Retrieved]:
        found: list[Retrieved] = []
        while len(found) < len(waiting):
            given = await self._ask(name, waiting[len(found) :], None)
            assert given, f"{name} gave nothing of {len(waiting) - len(found)} messages"
            found += given
        return found


class OpenedRetriever:
    """The first retriever of a service."""

    ample_seconds = 30.0
    """How long a call may take that is given no time of its own."""

    def __init__(self, plugin: Plugin, provider: RetrievingProvider) -> None:
        self.plugin = plugin
        self.provider = provider
        self.runtime: Runtime = plugin.runtime

    @property
    def guarded(self) -> GuardedRetriever:
        """The retriever as a session has it."""
        return GuardedRetriever(self.plugin, self.provider)

    @property
    def shown(self) -> tuple[object, ...]:
        """What of the plug-in may be shown to people."""
        return (self.plugin.target, self.provider, self.provider.account, self.provider.retrieval)

    async def open(self, deadline: Deadline | None = None) -> Session:
        """Open a session with the far end."""
        given = self.runtime.deadline(self.ample_seconds) if deadline is None else deadline
        maildrop = await self.plugin.call(self.provider.open_maildrop, given, deadline=given)
        return Session(self.plugin, maildrop, self.ample_seconds)

    async def open_late(self) -> Session:
        """Open one with a deadline that is past, which the plug-in has to see itself."""
        maildrop = await self.plugin.call(self.provider.open_maildrop, self.runtime.deadline(0), deadline=NEVER)
        return Session(self.plugin, maildrop, self.ample_seconds)

    async def listed(self) -> Sequence[Waiting]:
        """List what waits, in a session for this alone."""
        session = await self.open()
        found = await session.list()
        await session.close()
        return found
