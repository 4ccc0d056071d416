"""The transport contract: taking a message to some of its recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer

__all__ = [
    "RoutePreview",
    "Submission",
    "SupportsBatches",
    "SupportsConfigChanges",
    "SupportsFlush",
    "SupportsIdentity",
    "SupportsPreview",
    "SupportsProviderUids",
    "SupportsTracking",
    "TransportProvider",
]


@runtime_checkable
class TransportProvider(Protocol):
    """Submits to one kind of system. Methods may be plain ``def`` or ``async def``."""

    @property
    def address_types(self) -> Sequence[str]:
        """The address types that it takes, upper-case; ``"*"`` is any type."""
        ...

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Answer[Mapping[Recipient, Outcome]]:
        """Take the message to the envelope's recipients and give an outcome for each.

        One try: what may pass is :class:`~msgcore.model.outcome.Deferred`, and whoever calls tries again, with the
        same transfer id. What may have been taken is :class:`~msgcore.model.outcome.Unknown`. A recipient that is
        another transport's, after all, is :class:`~msgcore.model.outcome.NotMe`. Only what concerns no
        single recipient raises, and nothing was sent then: the set-up (wrong password, TLS), ``TimedOut``, a lost
        connection. After ``close`` it raises ``UsageError``.
        """
        ...


Submission = tuple[Envelope, Message]


@runtime_checkable
class SupportsBatches(Protocol):
    """A transport that is quicker with several messages at once than with one after the other."""

    def submit_all(
        self, batch: Sequence[Submission], deadline: Deadline
    ) -> Answer[Sequence[Mapping[Recipient, Outcome]]]:
        """Take messages in their order, and give for each what ``submit`` gives.

        Where it gives fewer than it got, the rest was not begun. It raises only when nothing was. The deadline is for
        all of them: one that waits for each gives it its share, so that one message does not take the others' time.
        """
        ...


@runtime_checkable
class SupportsIdentity(Protocol):
    """A transport that submits for one address: the one that goes first when From equals it."""

    @property
    def identity(self) -> Address | None: ...


@runtime_checkable
class SupportsProviderUids(Protocol):
    """A transport of recipients that its own system has named, such as entries of its address book."""

    @property
    def provider_uids(self) -> Sequence[bytes]:
        """The 16 octets at 4 to 20 of entry ids: recipients that have one are given to it before any by type."""
        ...


@runtime_checkable
class SupportsFlush(Protocol):
    """A transport with a queue of its own, which can be worked off now."""

    def flush(self, deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsTracking(Protocol):
    """A transport that still knows what became of a recipient after it took the message."""

    def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Answer[Mapping[Recipient, Outcome]]: ...


@attrs.frozen
class RoutePreview:
    """Who would take a recipient: the transport's connector, or why none does."""

    connector: str | None
    reason: str


@runtime_checkable
class SupportsPreview(Protocol):
    """A transport that can say before submit which connector takes whom, and why."""

    def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Answer[Mapping[Recipient, RoutePreview]]: ...


@runtime_checkable
class SupportsConfigChanges(Protocol):
    """A transport whose address types may change while a session is open (MAPI's NOTIFY_CONFIG_CHANGE)."""

    def read_address_types(self, deadline: Deadline) -> Answer[Sequence[str]]:
        """Give the address types as they are now; ``address_types`` are those of the logon.

        Asked each time before transports are chosen, so that it should be quick.
        """
        ...
