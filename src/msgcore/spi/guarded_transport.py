"""A transport provider as sessions use it: called as a plug-in is, with what it says checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import isawaitable, iscoroutinefunction
from typing import Any, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import CutShort, NotSupported, OperationCancelled, PluginBroken
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome, Outcomes, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.outcomes import checked_outcomes
from msgcore.spi.plugin import Plugin, answer_seconds_of
from msgcore.spi.transport import RoutePreview, Submission, TransportProvider

__all__ = ["GuardedTransport", "HandedOver"]


@attrs.frozen
class HandedOver:
    """An outcome for each recipient; and the cancellation that came while a plain ``def`` was at work, if one did."""

    outcomes: dict[Recipient, Outcome]
    cancelled: OperationCancelled | None = None


class GuardedTransport:
    """One transport of a plug-in."""

    def __init__(self, plugin: Plugin, provider: TransportProvider) -> None:
        """Read what the transport says of itself.

        Raises:
            PluginBroken: that is nonsense.
        """
        self.name = plugin.name
        self.at_work = 0
        """How many calls send at the moment."""
        self._plugin = plugin
        self._provider: Any = provider
        self._answer_seconds = answer_seconds_of(plugin.name, provider)
        self.capabilities = plugin.attribute(lambda: capabilities_of(provider))
        self.identity: Address | None = None
        if Capability.IDENTITY in self.capabilities:
            identity: object = plugin.attribute(lambda: self._provider.identity)
            if not isinstance(identity, Address | None):
                raise PluginBroken(f"{plugin.name}: identity is {identity!r}; need an Address or None")
            self.identity = identity
        self.provider_uids: tuple[bytes, ...] = ()
        if Capability.PROVIDER_UIDS in self.capabilities:
            uids: object = plugin.attribute(lambda: self._provider.provider_uids)
            self.provider_uids = tuple(plugin.sequence(bytes, type(provider), uids))
        self.address_types = self._types(type(provider), plugin.attribute(lambda: self._provider.address_types))

    def _types(self, said_by: Callable[..., object], types: object) -> tuple[str, ...]:
        if isinstance(types, str):
            raise PluginBroken(f"{self.name}: address_types is {types!r}; need a sequence such as ('SMTP',)")
        return tuple(one.upper() for one in self._plugin.sequence(str, said_by, types))

    @property
    def is_closed(self) -> bool:
        return self._plugin.is_closed

    def can(self, ability: Capability) -> bool:
        return ability in self.capabilities

    def _able(self, ability: Capability) -> Any:
        if ability not in self.capabilities:
            raise NotSupported(f"{self.name}: this transport has not the ability {ability.value!r}")
        return self._provider

    async def follow_config(self, deadline: Deadline) -> None:
        """Read the address types again, where they may change.

        Raises:
            PluginBroken: they are none; what was known before stays.
            MsgcoreError: what the transport raised; as above.
        """
        if Capability.CONFIG_CHANGES in self.capabilities:
            method = self._provider.read_address_types
            self.address_types = self._types(method, await self._plugin.call(method, deadline, deadline=deadline))

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> HandedOver:
        """Submit once, and give an outcome for each recipient of the envelope.

        What the transport did not end in time, or was cancelled at, is unknown.

        Raises:
            PluginBroken: it raised what is no error of msgcore, or gave no mapping.
            MsgcoreError: what it raised itself.
        """
        with self._working():
            return await self._submit(envelope, message, deadline)

    @contextmanager
    def _working(self) -> Generator[None]:
        self.at_work += 1
        self._plugin.tell()
        try:
            yield
        finally:
            self.at_work -= 1
            self._plugin.tell()

    async def _submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> HandedOver:
        watched = _Watched(self._provider.submit)
        cancelled: OperationCancelled | None = None
        given: object
        try:
            given = await self._sent(watched.method, envelope, message, deadline=deadline)
        except CutShort as error:
            return _unknown(envelope, str(error))
        except OperationCancelled as error:
            if not watched.has_begun:
                raise
            given, cancelled = watched.said, error
            if given is None:
                return _unknown(envelope, f"{self.name}: cancelled while it was being sent", cancelled)
        return HandedOver(_checked(self._plugin, watched.method, given, envelope), cancelled)

    async def submit_all(self, batch: Sequence[Submission], deadline: Deadline) -> list[Outcomes]:
        """Submit several messages in their order, and give what became of each; those left over were not begun.

        Raises:
            PluginBroken, MsgcoreError: as :meth:`submit` does; nothing was sent.
        """
        watched = _Watched(self._able(Capability.BATCHES).submit_all)
        try:
            with self._working():
                given = await self._sent(watched.method, batch, deadline=deadline)
        except CutShort as error:
            unknown = Unknown(text=str(error), stage="submit")
            return [Outcomes(dict.fromkeys(envelope.recipients, unknown)) for envelope, _ in batch]
        except OperationCancelled:
            if not watched.has_begun:
                raise
            unknown = Unknown(text=f"{self.name}: cancelled while it was being sent", stage="submit")
            return [Outcomes(dict.fromkeys(envelope.recipients, unknown)) for envelope, _ in batch]
        found = cast("Sequence[object]", self._plugin.sequence(Mapping, watched.method, given))
        if not 0 < len(found) <= len(batch):
            raise self._plugin.nonsense(watched.method, found, f"outcomes of 1 to {len(batch)} messages")
        pairs = zip(batch, found, strict=False)
        return [Outcomes(_checked(self._plugin, watched.method, one, envelope)) for (envelope, _), one in pairs]

    async def flush(self, deadline: Deadline) -> None:
        with self._working():
            await self._sent(self._able(Capability.FLUSH).flush, deadline=deadline)

    def _sent(
        self, method: Callable[..., object], *arguments: object, deadline: Deadline
    ) -> Coroutine[Any, Any, object]:
        """Call what sends, and may wait for an answer beyond the deadline."""
        return self._plugin.call(method, *arguments, deadline, deadline=deadline, answer_seconds=self._answer_seconds)

    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Say what has become of recipients that the transport took; of one that it says nothing about, nothing."""
        method = self._able(Capability.TRACKING).track
        given: object = await self._plugin.call(method, transfer_id, recipients, deadline, deadline=deadline)
        found = self._plugin.mapping(Recipient, method, given)
        return checked_outcomes(self._plugin, method, found, [one for one in recipients if one in found])

    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        method = self._able(Capability.PREVIEW).preview
        given = await self._plugin.call(method, envelope, message, deadline, deadline=deadline)
        found = self._plugin.mapping(Recipient, method, given)
        if not all(isinstance(found.get(one), RoutePreview) for one in envelope.recipients):
            raise self._plugin.nonsense(method, found, "a RoutePreview for each recipient")
        return cast("Mapping[Recipient, RoutePreview]", found)


def _checked(plugin: Plugin, method: object, given: object, envelope: Envelope) -> dict[Recipient, Outcome]:
    return checked_outcomes(plugin, method, given, envelope.recipients, may_pass_on=True)


def _unknown(envelope: Envelope, text: str, cancelled: OperationCancelled | None = None) -> HandedOver:
    return HandedOver(dict.fromkeys(envelope.recipients, Unknown(text=text, stage="submit")), cancelled)


class _Watched:
    """A plain ``def`` that is remembered to have begun, and for what it gave, whatever becomes of the wait for it."""

    def __init__(self, submit: Callable[..., object]) -> None:
        self.has_begun = False
        self.said: object = None
        self.method: Callable[..., object] = submit
        if not iscoroutinefunction(submit):

            @wraps(submit)
            def remembering(*arguments: Any) -> object:
                self.has_begun = True
                given = submit(*arguments)
                if not isawaitable(given):
                    self.said = given
                return given

            self.method = remembering
