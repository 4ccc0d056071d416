"""The store contract: folders of messages and their tables; and what a store may be able to do beyond reading.

Everything is named by entry id. Providers keep what they are given; what a message means is the codecs' affair. Every
method may be plain ``def`` or ``async def``, is on the disk when it returns, and raises errors of msgcore's only:

- ``ForeignEntryId`` for an entry id that is another store's, ``ObjectDeleted`` for one whose object is gone (both are
  ``NotFound``);
- ``UsageError`` for one of another kind (a folder where a message is asked for), and for what can never be done;
- ``StoreBusy``, ``StoreFull``, ``StoreCorrupt``, ``ConnectionLost`` and ``TimedOut`` for what they say.

A method that takes several entry ids does all or nothing. One whose deadline has passed when it begins raises
``TimedOut`` and changes nothing; and so does, with any error of msgcore's, every one after the service's ``close``,
which may be called twice. An entry id is never used again. It stays its object's as long as that is there, but for a
message or folder that was moved, renamed or changed at a server which then names it anew (IMAP): there it holds until
the logon ends, and at the next one another holds.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, cast, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.text_form import format_restriction
from msgcore.spi.answer import Answer
from msgcore.spi.origin import Origin

__all__ = [
    "EVERY_ROW",
    "LOADED_AT_ONCE",
    "NO_LOAD_LIMIT",
    "NO_STATUS",
    "Contents",
    "EventKind",
    "EventSink",
    "FolderFacts",
    "Incoming",
    "MessageFlag",
    "MessageStatus",
    "RowGroup",
    "RowKey",
    "SpecialFolder",
    "StoreEvent",
    "StoreProvider",
    "SupportsBulkLoad",
    "SupportsCreate",
    "SupportsDelete",
    "SupportsExplain",
    "SupportsFolderNames",
    "SupportsFolderNotify",
    "SupportsFolders",
    "SupportsGroups",
    "SupportsModify",
    "SupportsMove",
    "SupportsNamedProperties",
    "SupportsNotify",
    "SupportsReadFlags",
    "SupportsSentMail",
    "TablePlan",
    "TableQuery",
    "check_status",
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
    JUNK_EMAIL = "junk_email"
    CONTACTS = "contacts"
    """People and personal distribution lists ([MS-OXOCNTC]): the personal address book."""
    FINDER = "finder"
    """Where search folders are made; not below ``IPM_SUBTREE``."""


class Contents(enum.Enum):
    """Which messages of a folder: those that people see, those that programs keep in it, or those deleted from it."""

    MESSAGES = "messages"
    ASSOCIATED = "associated"
    DELETED = "deleted"


class MessageFlag(enum.IntFlag):
    """PidTagMessageFlags ([MS-OXCMSG] section 2.2.1.6)."""

    READ = 0x1
    UNMODIFIED = 0x2
    SUBMIT = 0x4
    UNSENT = 0x8
    HAS_ATTACHMENTS = 0x10
    FROM_ME = 0x20
    ASSOCIATED = 0x40
    RESEND = 0x80
    READ_RECEIPT_PENDING = 0x100
    NON_READ_RECEIPT_PENDING = 0x200


class MessageStatus(enum.IntFlag):
    """PidTagMessageStatus ([MS-OXCMSG] section 2.2.1.8); bits from 0x10000 on are the application's."""

    HIGHLIGHTED = 0x1
    TAGGED = 0x2
    HIDDEN = 0x4
    DELETE_MARKED = 0x8
    DRAFT = 0x100
    ANSWERED = 0x200
    IN_CONFLICT = 0x800
    REMOTE_DOWNLOAD = 0x1000
    REMOTE_DELETE = 0x2000
    RECEIPT_SENT = 0x4000


NO_STATUS = MessageStatus(0)


@attrs.frozen
class FolderFacts:
    """A folder as its parent's hierarchy table shows it."""

    entry_id: EntryId
    parent_id: EntryId | None
    name: str
    role: SpecialFolder | None
    content_count: int
    unread_count: int
    is_search: bool = False


@attrs.frozen
class RowKey:
    """Where a row stands in a table's order: its values of the sort keys (``None``: absent), and its instance key.

    It keeps its place when the row itself is gone.
    """

    values: tuple[object, ...]
    instance_key: bytes


@attrs.frozen
class TableQuery:
    """One look at a contents table: ``count`` rows of what the restriction leaves, in the order of the sort keys.

    Rows are read from ``origin`` on, without the row there unless ``includes_origin``; without an origin from the
    table's first row. ``is_backward`` reads the rows before it, or the table's last ones. ``start`` rows, those next to
    the origin, are left out. Whichever way they are read, rows come in the table's order.

    That order: absent values first, text without case (:func:`~msgcore.props.order.rank`); rows that compare as equal
    by their instance keys, in the direction of the last sort key.
    """

    columns: tuple[PropertyKey, ...]
    restriction: Restriction | None = None
    sort_order: tuple[SortKey, ...] = ()
    start: int = 0
    count: int = 1_000
    origin: RowKey | None = None
    includes_origin: bool = False
    is_backward: bool = False
    contents: Contents = Contents.MESSAGES
    """Other contents are asked only of a store that :class:`~msgcore.spi.folders.SupportsAssociated` or
    :class:`~msgcore.spi.recovery.SupportsRecovery`; any other may leave this unread."""


EVERY_ROW = TableQuery(())
"""To count all that a table has."""


LOADED_AT_ONCE = 100
"""How many messages are asked for together; a store may be asked for more, and give fewer."""

NO_LOAD_LIMIT = 1 << 62
"""The load limit of who needs a message whole, however many octets it has."""


@attrs.frozen
class RowGroup:
    """The rows that have the same values of the category keys: those values, how many rows, how many of them unread."""

    values: tuple[object, ...]
    count: int
    unread_count: int


@attrs.frozen
class TablePlan:
    """How a store answers a query.

    ``translated`` is what its own query answers exactly; ``preselected`` what its indexes narrow down to rows that may
    satisfy the rest; ``residual`` what is then evaluated on rows, one by one. ``order`` says how the rows are sorted,
    ``steps`` what the database says of its way, indexes by name, and ``advice`` what to ask instead of what is slow.
    """

    translated: Restriction | None
    preselected: Restriction | None
    residual: Restriction | None
    order: str
    steps: tuple[str, ...]
    advice: str = ""

    def __str__(self) -> str:
        """Write the plan as a page that a person can read."""
        rows = None if self.residual is None else format_restriction(self.residual)
        is_first = self.translated is None and self.preselected is None
        said: list[str] = []
        if self.translated is not None:
            said.append(f"answered by the store: {format_restriction(self.translated)}")
        if self.preselected is not None:
            narrowed = format_restriction(self.preselected)
            said.append(f"narrowed down by the store to rows that may satisfy: {narrowed}")
            rows = "the same" if rows == narrowed else rows
        if rows is not None:
            said.append(f"{'every row is looked at' if is_first else 'then looked at row by row'}: {rows}")
        advice = [f"advice: {self.advice}"] if self.advice else []
        order = f"sorted: {self.order.removeprefix('sorted ')}"
        return "\n".join([*(said or ["every row"]), order, *(f"  {step}" for step in self.steps), *advice])


class EventKind(enum.Enum):
    """What has happened to a message or folder ([MS-OXCNOTIF] section 2.2.1.1)."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"
    # Of a whole store only:
    MOVED = "moved"
    NEW_MAIL = "new mail"
    """It was created, unread, in a folder that mail is received in."""


@attrs.frozen
class StoreEvent:
    """A message appeared in a folder, changed, or left it; one that moves leaves one folder and appears in another.

    Of what happens in a whole store ``folder`` is where the object is now, or was last; a folder's is its parent.
    """

    kind: EventKind
    folder: EntryId
    entry_id: EntryId


EventSink = Callable[[Sequence[StoreEvent]], None]
"""Takes what one transaction did. It is called in whatever thread, in order, must return at once and not raise."""


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(cast(object, moment), datetime):
        raise UsageError(f"Incoming: need a datetime for received_at, got {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise UsageError("received_at: a naive datetime has no place on the time line; give it a zone: tzinfo=UTC")
    return moment


@attrs.frozen
class Incoming:
    """A message to save: its octets if it was read, or the message; and what the store notes about its arrival.

    ``delivery_key`` makes delivery idempotent: a second one with the same key changes nothing. ``status`` (32 bits) is
    kept by a store that has a message status. ``origin`` says which message of a server it was, and ``remote_status``
    what is to be done there: for a store that keeps a journal (:class:`~msgcore.spi.journal.SupportsJournal`).

    Raises:
        UsageError: one of them is of another type, ``received_at`` has no zone, or ``status`` has more bits.
    """

    message: Message
    is_read: bool = False
    is_unsent: bool = False
    received_at: datetime | None = attrs.field(default=None, converter=_aware)
    delivery_key: bytes | None = None
    status: int = 0
    origin: Origin | None = None
    remote_status: MessageStatus = NO_STATUS

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast(object, self.message), Message):
            raise UsageError(f"Incoming: need a Message, got {type(self.message).__name__}")
        if self.delivery_key is not None and not isinstance(cast(object, self.delivery_key), bytes):
            raise UsageError(f"Incoming: need octets for delivery_key, got {type(self.delivery_key).__name__}")
        check_status(self.status, "Incoming: status")
        check_status(self.remote_status, "Incoming: remote_status")
        if not isinstance(cast(object, self.origin), Origin | None):
            raise UsageError(f"Incoming: need an Origin, got {type(self.origin).__name__}")


def check_status(status: int, what: str) -> None:
    """See that a message status, or a mask of one, is an integer of 32 bits ([MS-OXCMSG] section 2.2.1.8).

    Raises:
        UsageError: it is not; the text begins with ``what``.
    """
    if isinstance(cast(object, status), bool) or not isinstance(cast(object, status), int):
        raise UsageError(f"{what}: need a MessageStatus, got {type(status).__name__}")
    if not 0 <= status < 1 << 32:
        raise UsageError(f"{what}: {int(status):#x} has more than 32 bits")


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

        They say what :meth:`load` says, and ``PidTagEntryId`` opens the message with it; ``PidTagInstanceKey`` never
        changes. What :func:`~msgcore.props.check.check_restriction` finds too complex raises ``TooComplex``.
        """
        ...

    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Answer[int]:
        """Count the rows that the query would give if it asked for all (its ``start`` and ``count`` do not matter)."""
        ...

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Answer[Message]:
        """Load a message; of one that is larger than the limit, attachments that raise ``NotLoaded``."""
        ...

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Answer[Row]:
        """Give one message's row, as it is now."""
        ...


@runtime_checkable
class SupportsBulkLoad(Protocol):
    """A store that loads several messages sooner than one by one; of any other, a session loads one at a time."""

    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Answer[Sequence[Message | NotFound]]:
        """Load messages as ``load`` does, in the order asked for; for one that is not there, the error in its place.

        Fewer may be given than were asked for, so that they have room in memory, but at least one: whoever asks then
        asks for the rest. What else hinders one from being loaded is raised when that one is the first.
        """
        ...


@runtime_checkable
class SupportsFolderNames(Protocol):
    """A store that finds a folder by its name; of any other, a session lists all that are beside it."""

    def folder_named(self, parent: EntryId, name: str, deadline: Deadline) -> Answer[FolderFacts]:
        """Find the folder of that name in ``parent``, compared without case as ``create_folder`` does.

        Raises:
            NotFound: there is none, or no such parent.
        """
        ...


@runtime_checkable
class SupportsGroups(Protocol):
    """A store that groups rows by itself; for any other, a session reads them all."""

    def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Answer[Sequence[RowGroup]]:
        """Group the rows by their values of the query's sort keys, text without case, in the order of the keys.

        Of texts that differ in case only, the group shows the one of its first row by instance key.
        """
        ...


@runtime_checkable
class SupportsExplain(Protocol):
    """A store that can say how it would answer a query."""

    def explain(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Answer[TablePlan]: ...


@runtime_checkable
class SupportsNotify(Protocol):
    """A store that tells what happens in it."""

    def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Answer[Callable[[], None]]:
        """Tell ``sink`` what happens to the messages of a folder from now on, until what is returned is called.

        ``None`` is the whole store, where folders are told of, too, and one that moves is ``MOVED``. Of associated
        messages nothing is told. A submission that is held, or waits anew, is ``MODIFIED`` in its outbox.
        """
        ...


@runtime_checkable
class SupportsFolderNotify(Protocol):
    """A store that can tell what happens in one folder or another, and not in all of it at a time: a server's."""

    def advise_folder(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Answer[Callable[[], None]]:
        """Tell ``sink`` what happens to the messages of a folder from now on, until what is returned is called.

        ``None`` is the inbox, whichever folder that is by then. A message that comes unread into the inbox is
        ``NEW_MAIL``; the folder's own end is told, too, as ``DELETED``. While the server is away nothing is told; what
        happened meanwhile is told when it is back.
        """
        ...


@runtime_checkable
class SupportsNamedProperties(Protocol):
    """A store that maps named properties to ids of its own, from 0x8000 on ([MS-OXCPRPT] section 3.1.5)."""

    def property_ids(
        self, names: Sequence[PropertyName], create: bool, deadline: Deadline
    ) -> Answer[Sequence[int | None]]:
        """Give the ids in the same order; ``None`` for a name without one, unless ``create`` makes it.

        Raises:
            LimitExceeded: the store has as many named properties as it takes.
        """
        ...

    def property_names(self, ids: Sequence[int], deadline: Deadline) -> Answer[Sequence[PropertyName | None]]:
        """Give what ids name, in the same order; ``None`` for an id that names nothing."""
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

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> Answer[bytes | None]:
        """Put ``message`` in the place of what is stored; what the store noted about its arrival stays.

        Its entry id stays, at some servers until the logon ends (see above). A store that knows versions
        (:mod:`msgcore.spi.versions`) gives the change key of the new one; others give ``None``.

        Raises:
            ObjectChanged: the message says by its change key of which version it was made, and another one is stored.
        """
        ...


@runtime_checkable
class SupportsReadFlags(Protocol):
    """A store that keeps which messages have been read."""

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsMove(Protocol):
    """A store whose messages can go to another folder of it."""

    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Answer[None]:
        """Move messages; their entry ids stay, at some servers until the logon ends (see above)."""
        ...

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Answer[Sequence[EntryId]]:
        """Copy messages, without their delivery keys, and give the entry ids of the copies in the same order."""
        ...


@runtime_checkable
class SupportsDelete(Protocol):
    """A store whose messages can be deleted."""

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Answer[None]:
        """Delete messages, each once, however often it is named.

        One that has :class:`~msgcore.spi.recovery.SupportsRecovery` keeps them for a while; they are opened no more.
        """
        ...


@runtime_checkable
class SupportsSentMail(Protocol):
    """The store of an account, of the service that has the account's transport: what is sent is kept in it.

    A session saves it into the folder ``SENT_ITEMS``.
    """

    def keeps_sent_mail(self, deadline: Deadline) -> Answer[bool]:
        """Say whether the server itself keeps a copy of what is submitted to it, so that none is to be saved."""
        ...


@runtime_checkable
class SupportsFolders(Protocol):
    """A store whose folders can be made and deleted."""

    def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> Answer[EntryId]:
        """Make a folder, or find the one of that name (compared without case); ``UsageError`` for a search folder."""
        ...

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """Delete a folder with all that is in it; special folders are refused with ``UsageError``."""
        ...
