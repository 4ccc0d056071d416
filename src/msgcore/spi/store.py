"""The store contract: folders of messages, their tables, and the outgoing queue.

Everything is named by entry id. Providers keep what they are given; what a message means is the codecs' affair.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row

__all__ = [
    "FolderFacts",
    "Incoming",
    "MessageFlag",
    "OutgoingItem",
    "OutgoingState",
    "SpecialFolder",
    "StoreProvider",
    "SupportsOutgoingQueue",
    "TableQuery",
]


class SpecialFolder(enum.Enum):
    """Folders with a role ([MS-OXOSFLD] section 2.2.1)."""

    ROOT = "root"
    IPM_SUBTREE = "ipm_subtree"
    INBOX = "inbox"
    OUTBOX = "outbox"
    SENT_ITEMS = "sent_items"
    DELETED_ITEMS = "deleted_items"
    DRAFTS = "drafts"


class MessageFlag(enum.IntFlag):
    """PidTagMessageFlags ([MS-OXCMSG] section 2.2.1.6)."""

    READ = 0x1
    UNMODIFIED = 0x2
    SUBMIT = 0x4
    UNSENT = 0x8
    HAS_ATTACHMENTS = 0x10
    FROM_ME = 0x20


@attrs.frozen
class FolderFacts:
    """A folder as its parent's hierarchy table shows it."""

    entry_id: EntryId
    parent_id: EntryId | None
    name: str
    role: SpecialFolder | None
    content_count: int
    unread_count: int


@attrs.frozen
class TableQuery:
    """One look at a contents table: rows ``start`` to ``start + count`` of what the restriction leaves, in order."""

    columns: tuple[PropertyKey, ...]
    restriction: Restriction | None = None
    sort_order: tuple[SortKey, ...] = ()
    start: int = 0
    count: int = 1_000


@attrs.frozen
class Incoming:
    """A message to save: its octets if it was read, or the message; and what the store notes about its arrival.

    ``delivery_key`` makes delivery idempotent: a second one with the same key changes nothing.
    """

    message: Message
    is_read: bool = False
    is_unsent: bool = False
    received_at: datetime | None = None
    delivery_key: bytes | None = None


class OutgoingState(enum.Enum):
    """Where a submission stands; only ``READY`` ones are claimed."""

    READY = "ready"
    HELD = "held"
    SENT = "sent"
    ABORTED = "aborted"


@attrs.frozen
class OutgoingItem:
    """One submission: the message in the outbox, and an outcome for each recipient so far.

    ``transports`` names the one that took each recipient. ``token`` proves the lock to :meth:`settle`.
    """

    entry_id: EntryId
    transfer_id: str
    state: OutgoingState
    submitted_at: datetime
    due_at: datetime
    tries: int
    sender: Address | None
    outcomes: Mapping[Recipient, Outcome]
    transports: Mapping[Recipient, str]
    reason: str = ""
    token: int = 0


@runtime_checkable
class StoreProvider(Protocol):
    """A message store. An ability that a provider lacks raises ``NotSupported`` naming it."""

    @property
    def uid(self) -> bytes:
        """The 16 octets at 4 to 20 of every entry id of this store."""
        ...

    @property
    def display_name(self) -> str: ...

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]: ...

    async def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]: ...

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts: ...

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        """Make a folder, or find the one of that name."""
        ...

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        """Delete a folder with all that is in it; special folders are refused with ``UsageError``."""
        ...

    async def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]: ...

    async def count(self, folder: EntryId, restriction: Restriction | None, deadline: Deadline) -> int: ...

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        """Save new messages, all or none; they are on the disk when this returns."""
        ...

    async def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None: ...

    async def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message: ...

    async def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row: ...

    async def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None: ...

    async def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        """Move messages; their entry ids stay."""
        ...

    async def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]: ...

    async def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None: ...


@runtime_checkable
class SupportsOutgoingQueue(Protocol):
    """A store that can be the default one: it keeps submissions until each recipient's lot is known.

    The states: ``READY`` until every recipient has a final outcome or the submission is held; ``HELD`` for a reason
    that a person mends, until :meth:`retry`; then ``SENT`` or ``ABORTED``. Only the holder of the lock's token settles.
    """

    async def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> OutgoingItem:
        """Put a message with its Message-ID, Date and From set into the outbox, in one transaction."""
        ...

    async def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        """List every submission that is not yet sent or aborted, oldest first."""
        ...

    async def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem: ...

    async def make_due(self, deadline: Deadline) -> None:
        """Make every ready submission due now."""
        ...

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        """Lock the oldest submission that is ready, due and not locked; a lock ends after ``lease_seconds``."""
        ...

    async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        """Write the item's outcomes, state and next try, and unlock it; false when the lock was lost meanwhile.

        A ``SENT`` one moves to Sent Items. The reports go into the inbox in the same transaction.
        """
        ...

    async def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        """Make a held or waiting submission ready and due now."""
        ...

    async def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        """End a submission and move its message to Drafts; ``UsageError`` when it is locked or has ended."""
        ...
