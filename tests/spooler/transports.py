"""Transports in memory, of each way in which a plug-in may be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.model import Accepted, Envelope, Message, Outcome, Recipient
from msgcore.runtime import Runtime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import TransportProvider

Verdict = Callable[[Recipient], Outcome]


def accept(recipient: Recipient) -> Outcome:
    return Accepted(250, "2.0.0", f"{recipient.email_address} ok", "data")


class MemoryTransport:
    """An ``async def`` transport that keeps what it took, and judges each recipient by ``verdict``."""

    def __init__(self, verdict: Verdict = accept, types: Sequence[str] = ("SMTP",)) -> None:
        self.verdict = verdict
        self.types = types
        self.taken: list[tuple[Envelope, Message]] = []

    @property
    def address_types(self) -> Sequence[str]:
        return self.types

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append((envelope, message))
        return {recipient: self.verdict(recipient) for recipient in envelope.recipients}

    @property
    def recipients(self) -> list[list[str]]:
        """Whom each submission went to."""
        return [[one.email_address for one in envelope.recipients] for envelope, _ in self.taken]


class PlainTransport:
    """A transport of plain methods, which run in a thread."""

    def __init__(self, verdict: Verdict = accept) -> None:
        self.verdict = verdict
        self.taken: list[Envelope] = []

    @property
    def address_types(self) -> Sequence[str]:
        return ("SMTP",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append(envelope)
        return {recipient: self.verdict(recipient) for recipient in envelope.recipients}


class AnyTransport:
    """A transport whose ``submit`` is any function, also one that breaks the contract."""

    address_types: Sequence[str] = ("SMTP",)

    def __init__(self, act: Callable[[Envelope], object]) -> None:
        self._act = act
        self.calls = 0

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.calls += 1
        found: object = self._act(envelope)
        return found  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # nonsense is what is tested


@attrs.frozen
class Named:
    """A transport under the name of its service."""

    provider: TransportProvider
    name: str = "mail"

    def on(self, runtime: Runtime) -> GuardedTransport:
        return GuardedTransport(Plugin(self.name, self.provider, runtime), self.provider)


def guarded(store: StoreProvider, runtime: Runtime) -> GuardedStore:
    return GuardedStore(Plugin("store", store, runtime), store)
