"""What folders, items and open messages need of their store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import cast

import attrs

from msgcore.base.ids import EntryId, EntryIdLike, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import ForeignEntryId, NotSupported, UsageError
from msgcore.model.message import Message
from msgcore.runtime.abc import Runtime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import LOADED_AT_ONCE, SpecialFolder

__all__ = [
    "LOAD_LIMIT_OCTETS",
    "Draft",
    "FolderLike",
    "StoreAccess",
    "Submission",
    "SubmitCall",
    "folder_ids",
    "message_ids",
]

LOAD_LIMIT_OCTETS = 32 * 1024 * 1024


FolderLike = EntryIdLike
"""What names a folder: a ``Folder``, the facts of one, or its entry id."""


def folder_ids(folders: Iterable[FolderLike]) -> list[EntryId]:
    """Read the entry ids of what names folders.

    Raises:
        UsageError: it is one folder, not several.
    """
    if not isinstance(cast(object, folders), Iterable):
        raise UsageError(f"need a sequence of folders, got {type(folders).__name__}")
    return [EntryId.parse(one) for one in folders]


def message_ids(entry_ids: Iterable[EntryIdLike]) -> list[EntryId]:
    """Read entry ids.

    Raises:
        UsageError: it is one, or no sequence of them.
    """
    given = cast(object, entry_ids)
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise UsageError(f"need a sequence of entry ids, such as [entry_id], got {type(given).__name__}")
    return [EntryId.parse(entry_id) for entry_id in entry_ids]


@attrs.frozen
class Submission:
    """A message that was submitted: its entry id in the outbox, which stays, and its Message-ID."""

    entry_id: bytes
    message_id: str


@attrs.frozen
class Draft:
    """What a message that is submitted was written as, and the store that it is deleted from."""

    store: GuardedStore
    entry_id: EntryId


SubmitCall = Callable[[Message, float, Draft | None], Awaitable[Submission]]
"""Submits a message within so many seconds, and deletes its draft."""


async def _without_session(_message: Message, _timeout_seconds: float, _draft: Draft | None) -> Submission:
    raise NotSupported("submit: a store that was opened by URL has no transports; log on to a profile")


class StoreAccess:
    """A provider, the runtime that it is used on, and the session's way to submit, if there is a session."""

    def __init__(
        self,
        runtime: Runtime,
        provider: GuardedStore,
        special_folders: Mapping[SpecialFolder, EntryId],
        submit: SubmitCall | None = None,
    ) -> None:
        self.runtime = runtime
        self.provider = provider
        self.special_folders = special_folders
        self.submit_draft = submit or _without_session

    @property
    def display_name(self) -> str:
        return self.provider.display_name

    @property
    def uid(self) -> bytes:
        return self.provider.uid

    @property
    def entry_id(self) -> bytes:
        """The entry id of the store itself, as the stores table shows it."""
        return bytes(EntryId(self.uid, ObjectKind.STORE, 0))

    def deadline(self, timeout_seconds: float) -> Deadline:
        return self.runtime.deadline(timeout_seconds)

    async def read_files(self, messages: Sequence[Message], deadline: Deadline) -> None:
        """Read attached files into memory, unless the store takes them piece by piece itself.

        Raises:
            UsageError: a file cannot be read any more.
        """

        def read() -> None:
            for message in messages:
                message.load_files()

        if not self.provider.can(Capability.STREAMS):
            await self.runtime.in_thread(read, deadline)

    async def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        """Load a detached message.

        Raises:
            ForeignEntryId: the entry id is another store's.
            ObjectDeleted: the message is gone; the text says whether ``restore`` brings it back.
        """
        return await self.provider.load(EntryId.parse(entry_id), load_limit_octets, self.deadline(timeout_seconds))

    async def load_messages(
        self,
        entry_ids: Iterable[EntryIdLike],
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[Message | None, ...]:
        """Load detached messages, in the same order; ``None`` for one that is gone.

        At a server this is much sooner done than one by one. All of them are in memory then: of very many, load some
        at a time.

        Raises:
            ForeignEntryId: an entry id is another store's.
            UsageError: one names no message.
        """
        deadline = self.deadline(timeout_seconds)
        waiting = message_ids(entry_ids)
        found: list[Message | None] = []
        while len(found) < len(waiting):
            some = waiting[len(found) : len(found) + LOADED_AT_ONCE]
            for one in await self.provider.load_many(some, load_limit_octets, deadline):
                if isinstance(one, ForeignEntryId):
                    raise one
                found.append(one if isinstance(one, Message) else None)
        return tuple(found)

    async def submit(self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Submission:
        """Submit through the session's outbox.

        Raises:
            NotSupported: the store was opened without a session.
        """
        return await self.submit_draft(message, timeout_seconds, None)
