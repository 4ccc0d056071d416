"""The store contract: folders of messages and their tables; and what a store may be able to do beyond reading.

Everything is named by entry id. Providers keep what they are given; what a message means is the codecs' affair. Every
method may be plain ``def`` or ``async def``, is on the disk when it returns, and raises errors of msgcore's only:

- ``NotFound`` for an entry id that is another store's, or whose object is gone;
- ``UsageError`` for one of another kind (a folder where a message is asked for), and for what can never be done;
- ``StoreBusy``, ``StoreFull``, ``StoreCorrupt``, ``ConnectionLost`` and ``TimedOut`` for what they say.

A method that takes several entry ids does all or nothing. One whose deadline has passed when it begins raises
``TimedOut`` and changes nothing; and so does, with any error of msgcore's, every one after the service's ``close``,
which may be called twice. An entry id is never used again.
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
from msgcore.spi.answer import Answer

__all__ = [
    "FolderFacts",
    "Incoming",
    "MessageFlag",
    "OutgoingItem",
    "OutgoingState",
    "SpecialFolder",
    "StoreProvider",
    "SupportsCreate",
    "SupportsDelete",
    "SupportsFolders",
    "SupportsModify",
    "SupportsMove",
    "SupportsOutgoingQueue",
    "SupportsReadFlags",
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


def _aware(moment: datetime | None) -> datetime | None:
    """Take a time without a zone for local time, as Python does."""
    return moment if moment is None or moment.tzinfo is not None else moment.astimezone()


@attrs.frozen
class Incoming:
    """A message to save: its octets if it was read, or the message; and what the store notes about its arrival.

    ``delivery_key`` makes delivery idempotent: a second one with the same key changes nothing.
    """

    message: Message
    is_read: bool = False
    is_unsent: bool = False
    received_at: datetime | None = attrs.field(default=None, converter=_aware)
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
    """A message store that can be read; each ability beyond that is a protocol of its own."""

    @property
    def uid(self) -> bytes:
        """The 16 octets at 4 to 20 of every entry id of this store: the same at every logon."""
        ...

    @property
    def display_name(self) -> str: ...

    def special_folders(self, deadline: Deadline) -> Answer[Mapping[SpecialFolder, EntryId]]:
        """Give the folders that have a role; ``ROOT`` and ``IPM_SUBTREE`` are there in every store."""
        ...

    def folders(self, parent: EntryId, deadline: Deadline) -> Answer[Sequence[FolderFacts]]:
        """List the folders in ``parent`` by name."""
        ...

    def folder(self, entry_id: EntryId, deadline: Deadline) -> Answer[FolderFacts]: ...

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Answer[Sequence[Row]]:
        """Give rows of the folder's messages as they are now; :func:`~msgcore.spi.rows.select` does it in memory.

        They say what :meth:`load` says, and ``PidTagEntryId`` opens the message with it. Absent values sort first, text
        compares without case. What :func:`~msgcore.props.match.match` finds too complex raises ``TooComplex``.
        """
        ...

    def count(self, folder: EntryId, restriction: Restriction | None, deadline: Deadline) -> Answer[int]:
        """Count the messages that satisfy the restriction."""
        ...

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Answer[Message]:
        """Load a message; of one that is larger than the limit, attachments that raise ``NotLoaded``."""
        ...

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Answer[Row]:
        """Give one message's row, as it is now."""
        ...


@runtime_checkable
class SupportsCreate(Protocol):
    """A store that takes new messages."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Answer[Sequence[EntryId]]:
        """Save new messages, and give their entry ids in the same order."""
        ...


@runtime_checkable
class SupportsModify(Protocol):
    """A store whose messages can be changed."""

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> Answer[None]:
        """Put ``message`` in the place of what is stored; what the store noted about its arrival stays."""
        ...


@runtime_checkable
class SupportsReadFlags(Protocol):
    """A store that keeps which messages have been read."""

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsMove(Protocol):
    """A store whose messages can go to another folder of it."""

    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Answer[None]:
        """Move messages; their entry ids stay."""
        ...

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Answer[Sequence[EntryId]]:
        """Copy messages, without their delivery keys, and give the entry ids of the copies in the same order."""
        ...


@runtime_checkable
class SupportsDelete(Protocol):
    """A store whose messages can be deleted."""

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsFolders(Protocol):
    """A store whose folders can be made and deleted."""

    def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> Answer[EntryId]:
        """Make a folder, or find the one of that name (compared without case)."""
        ...

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """Delete a folder with all that is in it; special folders are refused with ``UsageError``."""
        ...


@runtime_checkable
class SupportsOutgoingQueue(Protocol):
    """A store that can be the default one: it keeps submissions until each recipient's lot is known.

    The states: ``READY`` until every recipient has a final outcome or the submission is held; ``HELD`` for a reason
    that a person mends, until :meth:`retry`; then ``SENT`` or ``ABORTED``. Only the holder of the lock's token settles.
    Until then the message, which has the flags ``SUBMIT`` and ``UNSENT``, is neither changed, moved nor deleted
    (``UsageError``).
    """

    def submit(self, message: Message, transfer_id: str, deadline: Deadline) -> Answer[OutgoingItem]:
        """Put a message with its Message-ID, Date and From set into the outbox, in one transaction."""
        ...

    def outgoing(self, deadline: Deadline) -> Answer[Sequence[OutgoingItem]]:
        """List every submission that is not yet sent or aborted, oldest first."""
        ...

    def submission(self, entry_id: EntryId, deadline: Deadline) -> Answer[OutgoingItem]:
        """Give one submission, also one that was sent or aborted; ``NotFound`` for what never was one."""
        ...

    def make_due(self, deadline: Deadline) -> Answer[None]:
        """Make every ready submission due now."""
        ...

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> Answer[OutgoingItem | None]:
        """Lock the oldest submission that is ready, due and not locked; a lock ends after ``lease_seconds``."""
        ...

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> Answer[bool]:
        """Write the item's outcomes, state and next try, and unlock it; false when the lock was lost meanwhile.

        A ``SENT`` one moves to Sent Items. The reports go into the inbox in the same transaction.
        """
        ...

    def retry(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """Make a held or waiting submission ready and due now."""
        ...

    def abort(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """End a submission and move its message to Drafts; ``UsageError`` when it is locked or has ended."""
        ...
