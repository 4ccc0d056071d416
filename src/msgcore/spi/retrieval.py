"""The contract for retrieving mail: a maildrop at a server, and the policy by which its messages are taken and removed.

A provider opens the maildrop and does as it is told. What is retrieved, what is removed and what is written down before
that is decided above it (``msgcore.spooler.retrieval``), once for all protocols: from the policy, from the listing, and
from the journal that the store keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, UsageError
from msgcore.spi.answer import Answer
from msgcore.spi.settings import setting

__all__ = ["Maildrop", "RetrievalPolicy", "Retrieved", "RetrievingProvider", "SupportsStreaming", "Waiting"]


_COUNTS = (
    "remove_after_days",
    "remove_larger_than",
    "keep_at_most",
    "skip_larger_than",
    "session_octets",
    "poll_seconds",
)


# Without slots, so that a configuration can derive from it beside another class of settings, which has some.
@attrs.frozen(kw_only=True, slots=False)
class RetrievalPolicy:
    """What is retrieved from a server, and what is left there.

    A provider's configuration may derive from it, which makes these settings the service's own.

    Raises:
        UsageError: settings do not go together, or one is out of bounds.
    """

    leave_on_server: bool = attrs.field(
        default=False, metadata=setting("leave a copy of what was retrieved on the server", in_url=True)
    )
    remove_after_days: int | None = attrs.field(
        default=None, metadata=setting("remove such a copy so many days after it was first seen", in_url=True)
    )
    remove_when_deleted: bool = attrs.field(
        default=False,
        metadata=setting("remove it when the message was deleted here, from Deleted Items or for good", in_url=True),
    )
    remove_larger_than: int | None = attrs.field(
        default=None, metadata=setting("remove it at once when it has more octets", in_url=True)
    )
    keep_at_most: int | None = attrs.field(
        default=None, metadata=setting("leave so many copies, the newest", in_url=True)
    )
    headers_only: bool = attrs.field(
        default=False, metadata=setting("retrieve headers only, until a message is marked for download", in_url=True)
    )
    skip_larger_than: int | None = attrs.field(
        default=None, metadata=setting("of a message with more octets, retrieve the header only", in_url=True)
    )
    session_octets: int | None = attrs.field(
        default=None, metadata=setting("after so many octets the rest waits for the next time", in_url=True)
    )
    deliver_to: str | None = attrs.field(
        default=None, metadata=setting("name of the service whose store takes the mail; else it is the default store")
    )
    poll_seconds: int | None = attrs.field(
        default=None, metadata=setting("a running spooler asks for mail so often; else as often as it was told to")
    )

    def __attrs_post_init__(self) -> None:
        for name in _COUNTS:
            value: int | None = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name}: need 1 or more, got {value}; without this setting there is no bound")
        for name in ("remove_after_days", "remove_larger_than", "keep_at_most", "remove_when_deleted"):
            if getattr(self, name) not in {None, False} and not self.leave_on_server:
                raise UsageError(f"{name} goes with leave_on_server = true: without it nothing is left to be removed")


@attrs.frozen
class Waiting:
    """A message that waits at a server: its number in this session, from 1 on; what the server calls it; its size.

    ``unique_id`` is empty where the server has none. ``size_octets`` is what the server says, -1 where it says nothing:
    advice, and not always the size of what comes.
    """

    number: int
    unique_id: bytes = b""
    size_octets: int = -1


@attrs.frozen
class Retrieved:
    """A message as the server gave it, or the ``error`` that this one message met (the session goes on then)."""

    number: int
    octets: bytes = attrs.field(default=b"", repr=False)
    error: MsgcoreError | None = None


class Maildrop(Protocol):
    """One session with a server that keeps a maildrop. Methods may be plain ``def`` or ``async def``.

    They raise ``ConnectionLost``, ``TimedOut`` or ``ProtocolBroken`` when the session is over, and ``ServiceBusy`` when
    it is over until later. What one single message meets is told in its place.
    """

    def list(self, deadline: Deadline) -> Answer[Sequence[Waiting]]:
        """List what waits, by rising number."""
        ...

    def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Answer[Sequence[Retrieved]]:
        """Give the headers of messages, in the order asked for, with or without the empty line behind them.

        Fewer may be given than were asked for, but at least one: whoever asks then asks for the rest.

        Raises:
            CapabilityMissing: the server gives no header without its message; the session goes on.
        """
        ...

    def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Answer[Sequence[Retrieved]]:
        """Give messages, in the order asked for, each octet for octet; of several at least one, as ``headers`` does.

        Whoever asks asks for the rest next, so that the server may already be asked for it.
        """
        ...

    def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Answer[Sequence[Retrieved]]:
        """Mark messages as deleted, and give those that were not, each with its ``error``."""
        ...

    def commit(self, deadline: Deadline) -> Answer[None]:
        """End the session so that what was marked as deleted is deleted. When this raises, that is not known."""
        ...

    def close(self) -> Answer[None]:
        """End the session; what was marked as deleted is not deleted, unless it was committed. May be called twice."""
        ...


@runtime_checkable
class SupportsStreaming(Protocol):
    """A maildrop that writes a message of any size to the disk without having the whole of it in memory."""

    def retrieve_to(self, waiting: Waiting, path: Path, deadline: Deadline) -> Answer[int]:
        """Write a message into a new file, piece by piece, and give its size; the file is gone when this raises.

        :class:`~msgcore.spi.new_file.NewFile` makes such a file.

        Raises:
            CommandRefused: the server does not give it; the session goes on.
            UsageError, StoreFull: the file cannot be made or written.
        """
        ...


@runtime_checkable
class RetrievingProvider(Protocol):
    """A service, or one of its providers, that mail is retrieved with."""

    @property
    def account(self) -> str:
        """What the journal calls the maildrop: the same at every logon, and that of no other maildrop."""
        ...

    @property
    def retrieval(self) -> RetrievalPolicy: ...

    def open_maildrop(self, deadline: Deadline) -> Answer[Maildrop]:
        """Open a session with the server.

        Raises:
            SetupError: name, certificate or credentials are wrong.
            ConnectionLost, TimedOut: nobody answers.
            MaildropInUse, LoginTooSoon, QuotaReached, ServiceBusy: it is to be tried again later.
        """
        ...
