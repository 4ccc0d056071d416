"""A transport or gateway at work, called as msgcore calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.spi.plugin import Plugin, answer_seconds_of
from msgcore.spi.service import SupportsClose
from msgcore.testing.delivery.letters import Letter, Told

__all__ = ["Opened"]


class Opened:
    """What a test works with."""

    ample_seconds = 30.0
    """How long a call may take that is given no time of its own."""

    def __init__(
        self, plugin: Plugin, method: Callable[..., object], arguments: Callable[[Letter], tuple[object, ...]]
    ) -> None:
        self.plugin = plugin
        self.runtime: Runtime = plugin.runtime
        self._method = method
        self._arguments = arguments

    @property
    def shown(self) -> tuple[object, ...]:
        """What of the plug-in may be shown to people."""
        return (self.plugin.target,)

    def within(self, seconds: float | None) -> Deadline:
        return self.runtime.deadline(self.ample_seconds if seconds is None else seconds)

    async def send(self, letter: Letter, seconds: float | None = None, deadline: Deadline | None = None) -> Told:
        """Hand a letter over, and give what is said; errors are raised."""
        end = deadline or self.within(seconds)
        seconds_more = answer_seconds_of(self.plugin.name, getattr(self._method, "__self__", self.plugin.target))
        given = await self.plugin.call(
            self._method, *self._arguments(letter), end, deadline=end, answer_seconds=seconds_more
        )
        outcomes = self.plugin.mapping(Recipient, self._method, given)
        return Told(letter, cast("Mapping[Recipient, Outcome]", outcomes))

    async def try_to_send(self, letter: Letter, seconds: float | None = None, deadline: Deadline | None = None) -> Told:
        """Hand a letter over, and give what is said, or the error."""
        try:
            return await self.send(letter, seconds, deadline)
        except MsgcoreError as error:
            return Told(letter, {}, error)

    async def call(self, method: Callable[..., object], *arguments: object) -> object:
        """Call a method of the plug-in, whose last argument is the deadline."""
        deadline = self.within(None)
        return await self.plugin.call(method, *arguments, deadline, deadline=deadline)

    async def close(self) -> None:
        """Call the plug-in's own ``close``; one that has none is closed as msgcore does it."""
        if isinstance(self.plugin.target, SupportsClose):
            await self.plugin.call(self.plugin.target.close, deadline=self.within(None))
        else:
            await self.plugin.close()
