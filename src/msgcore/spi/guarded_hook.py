"""A hook as the spooler uses it: called as a plug-in is, with what it says checked before it is believed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from msgcore.base.times import Deadline
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Refused
from msgcore.spi.hooks import Hold, HookAnswer, InboundHook, OutboundHook, Processed
from msgcore.spi.outcomes import has_its_fields
from msgcore.spi.plugin import Plugin

__all__ = ["GuardedHook"]


class GuardedHook:
    """One hook of a plug-in.

    Raises (from every method):
        PluginBroken: it raised what is no error of msgcore, or gave what is no answer.
        CutShort: it did not end by the deadline.
        MsgcoreError: what it raised itself.
    """

    def __init__(self, plugin: Plugin, provider: object) -> None:
        self.name = plugin.name
        self._plugin = plugin
        self._provider: Any = provider
        self.is_outbound = isinstance(provider, OutboundHook)
        self.is_inbound = isinstance(provider, InboundHook)

    async def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> HookAnswer:
        method = self._provider.process_outbound
        given = await self._plugin.call(method, envelope, message.copy(), deadline, deadline=deadline)
        return self._answer(method, given)

    async def process_inbound(self, message: Message, deadline: Deadline) -> HookAnswer:
        method = self._provider.process_inbound
        return self._answer(method, await self._plugin.call(method, message.copy(), deadline, deadline=deadline))

    def _answer(self, method: object, given: object) -> HookAnswer:
        if given is not None and not isinstance(given, Processed | Hold | Refused):
            raise self._plugin.nonsense(method, given, "Processed, Hold, Refused or None")
        if isinstance(given, Hold) and not isinstance(cast(object, given.reason), str):
            raise self._plugin.nonsense(method, given, "a reason that is a str")
        if not all(map(has_its_fields, _refusals(given))):
            raise self._plugin.nonsense(method, given, "Refused with a code that is an int, and texts that are str")
        return given


def _refusals(answer: HookAnswer) -> Iterable[Refused]:
    match answer:
        case Refused():
            return (answer,)
        case Processed():
            return answer.refused.values()
        case _:
            return ()
