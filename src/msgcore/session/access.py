"""What folders, items and open messages need of their store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from msgcore.base.ids import EntryId, EntryIdLike
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported
from msgcore.model.message import Message
from msgcore.runtime.abc import Runtime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.guarded_store import GuardedStore

__all__ = ["LOAD_LIMIT_OCTETS", "StoreAccess", "Submission", "SubmitCall"]

LOAD_LIMIT_OCTETS = 32 * 1024 * 1024


@attrs.frozen
class Submission:
    """A message that was submitted: its entry id in the outbox, which stays, and its Message-ID."""

    entry_id: bytes
    message_id: str


SubmitCall = Callable[[Message, float], Awaitable[Submission]]


class StoreAccess:
    """A provider, the runtime that it is used on, and the session's way to submit, if there is a session."""

    def __init__(
        self,
        runtime: Runtime,
        provider: GuardedStore,
        submit: SubmitCall | None = None,
    ) -> None:
        self.runtime = runtime
        self.provider = provider
        self._submit = submit

    @property
    def display_name(self) -> str:
        return self.provider.display_name

    @property
    def uid(self) -> bytes:
        return self.provider.uid

    def deadline(self, timeout_seconds: float) -> Deadline:
        return self.runtime.deadline(timeout_seconds)

    async def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        """Load a detached message.

        Raises:
            NotFound: the entry id is another store's, or the message is gone.
        """
        return await self.provider.load(EntryId.parse(entry_id), load_limit_octets, self.deadline(timeout_seconds))

    async def submit(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        """Submit through the session's outbox.

        Raises:
            NotSupported: the store was opened without a session.
        """
        if self._submit is None:
            raise NotSupported("submit: a store that was opened by URL has no transports; log on to a profile")
        return await self._submit(message, timeout_seconds)
