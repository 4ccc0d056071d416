"""The store: one mailbox of a post office, as a session uses it. Its plain methods block."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.errors import Closed, ForeignEntryId, MsgcoreError, NotFound, UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.props.key import PropertyKey
from msgcore.props.row import Row
from msgcore.providers.postoffice.folders import SPECIAL, Folder
from msgcore.providers.postoffice.mailbox import Found, Mailbox
from msgcore.providers.postoffice.message_file import Prepared, prepare
from msgcore.providers.postoffice.names import new_name
from msgcore.providers.postoffice.office import MailboxOnShare
from msgcore.providers.postoffice.outbox import Outbox, refuse_submitted
from msgcore.providers.postoffice.rows import RowReader
from msgcore.providers.postoffice.share import share_errors, unless_unwritable
from msgcore.providers.postoffice.tidying import tidy
from msgcore.providers.postoffice.watching import Watching
from msgcore.runtime.abc import Runtime
from msgcore.spi.check import check_query
from msgcore.spi.limited import limit_attachments
from msgcore.spi.outgoing import USUAL_TERMS, Preprocessed, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.rows import count_rows, group_rows, select
from msgcore.spi.store import (
    LOADED_AT_ONCE,
    EventSink,
    FolderFacts,
    Incoming,
    MessageFlag,
    MessageStatus,
    RowGroup,
    SpecialFolder,
    TableQuery,
)
from msgcore.spi.versions import change_key, check_version, version_of

__all__ = ["PostOfficeStore"]

_NO_FLAGS = MessageFlag(0)
_PENDING = MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING
# What a changed message says anew; the other flags were noted when it arrived, or since.
_SAID_ANEW = MessageFlag.HAS_ATTACHMENTS | MessageFlag.RESEND
_LOADED_OCTETS_AT_ONCE = 16 * 1024 * 1024


def _check_name(name: str) -> str:
    if not refuse_line_ends(name, "folder name").strip():
        raise UsageError("a folder needs a name")
    return name


class PostOfficeStore:
    """One mailbox. May be shared by threads."""

    def __init__(self, mailbox: MailboxOnShare, runtime: Runtime) -> None:
        self._name = mailbox.display_name
        self._runtime = runtime
        self._mailbox = Mailbox(mailbox.place)
        self._rows = RowReader(self._mailbox, mailbox.uid)
        self._outbox = Outbox(self._mailbox, mailbox.uid, runtime)
        self._watching = Watching(self._mailbox, mailbox.uid, runtime)
        self._is_closed = False
        self.uid = mailbox.uid

    @property
    def display_name(self) -> str:
        return self._name

    def open(self, deadline: Deadline) -> None:
        """See that the mailbox is there, finish what others left, and remove what nobody needs."""
        with self._call(deadline) as mailbox, unless_unwritable():
            tidy(mailbox)

    def close(self) -> None:
        """Refuse every further call."""
        self._is_closed = True
        self._watching.close()

    @contextmanager
    def _call(self, deadline: Deadline) -> Generator[Mailbox]:
        """Open one call: every method is one, and finds the mailbox as a whole."""
        if self._is_closed:
            raise Closed(f"{self._name}: the mailbox has been closed")
        deadline.check(self._name)
        with share_errors(self._mailbox.place, self._mailbox.place / "mailbox.json"):
            with unless_unwritable():  # who changes something looks again
                self._mailbox.plans.finish()
            yield self._mailbox

    # Entry ids

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self.uid:
            raise ForeignEntryId(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        return entry_id.number

    def _message_number(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.MESSAGE)

    def _message_numbers(self, entry_ids: Sequence[EntryId]) -> list[int]:
        return [self._message_number(one) for one in entry_ids]

    def _message_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    def _folder_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.FOLDER, number)

    def _folder(self, mailbox: Mailbox, entry_id: EntryId) -> Folder:
        return mailbox.tree.find(self._number(entry_id, ObjectKind.FOLDER))

    # Folders

    def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        with self._call(deadline) as mailbox:
            return {role: self._folder_id(mailbox.tree.special(role).id) for role in SPECIAL}

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        with self._call(deadline) as mailbox:
            return [self._facts(mailbox, one) for one in mailbox.tree.inside(self._folder(mailbox, parent))]

    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        with self._call(deadline) as mailbox:
            return self._facts(mailbox, self._folder(mailbox, entry_id))

    def _facts(self, mailbox: Mailbox, folder: Folder) -> FolderFacts:
        entries = mailbox.messages(folder).values()
        return FolderFacts(
            self._folder_id(folder.id),
            None if folder.parent is None else self._folder_id(folder.parent),
            folder.name,
            folder.role,
            content_count=len(entries),
            unread_count=sum(not one.is_read for one in entries),
        )

    def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        with self._call(deadline) as mailbox:
            _check_name(name)
            return self._folder_id(mailbox.create_folder(self._folder(mailbox, parent), name).id)

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            mailbox.delete_folder(self._own_folder(mailbox, entry_id))

    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            folder = self._own_folder(mailbox, entry_id)
            mailbox.move_folder(folder, self._place_outside(mailbox, folder, parent), _check_name(name))

    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        with self._call(deadline) as mailbox:
            folder = self._own_folder(mailbox, entry_id)
            place = self._place_outside(mailbox, folder, parent)
            return self._folder_id(mailbox.copy_folder(folder, place, _check_name(name)))

    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            mailbox.empty_folder(self._folder(mailbox, entry_id), refuse_submitted)

    def _own_folder(self, mailbox: Mailbox, entry_id: EntryId) -> Folder:
        folder = self._folder(mailbox, entry_id)
        if folder.role is not None:
            raise UsageError(f"{folder.name!r} is a special folder")
        return folder

    def _place_outside(self, mailbox: Mailbox, folder: Folder, parent: EntryId) -> Folder:
        place = self._folder(mailbox, parent)
        if folder.path in {place.path, *place.path.parents}:
            raise UsageError(f"folder {folder.name!r} cannot go into itself, or into a folder in it")
        return place

    # Tables

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        with self._call(deadline) as mailbox:
            return select(self._rows.sources(self._folder(mailbox, folder)), query)

    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        with self._call(deadline) as mailbox:
            where = self._folder(mailbox, folder)
            if query.restriction is None and query.origin is None:
                check_query(query)
                return len(mailbox.messages(where))
            return count_rows(self._rows.sources(where), query)

    def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        with self._call(deadline) as mailbox:
            return group_rows(self._rows.sources(self._folder(mailbox, folder)), query.restriction, query.sort_order)

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        with self._call(deadline) as mailbox:
            found = mailbox.find(self._message_number(entry_id))
            (row,) = select([self._rows.source(found)], TableQuery(columns))
            return row

    async def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        def begin() -> int | None:
            with self._call(deadline) as mailbox:
                return None if folder is None else self._folder(mailbox, folder).id

        number = await self._runtime.in_thread(begin, deadline)
        return await self._watching.begin(number, sink, deadline)

    # Messages

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        with self._call(deadline) as mailbox:
            return self._load(mailbox, entry_id, load_limit_octets)[0]

    def load_many(
        self, entry_ids: Sequence[EntryId], load_limit_octets: int, deadline: Deadline
    ) -> Sequence[Message | NotFound]:
        found: list[Message | NotFound] = []
        room = _LOADED_OCTETS_AT_ONCE
        with self._call(deadline) as mailbox:
            for entry_id in entry_ids[:LOADED_AT_ONCE]:
                try:
                    message, size_octets = self._load(mailbox, entry_id, load_limit_octets)
                except NotFound as error:
                    found.append(error)
                    continue
                except MsgcoreError:
                    if not found:
                        raise
                    break
                found.append(message)
                room -= size_octets
                if room < 0:
                    break
        return found

    def _load(self, mailbox: Mailbox, entry_id: EntryId, load_limit_octets: int) -> tuple[Message, int]:
        found = mailbox.find(self._message_number(entry_id))
        content = mailbox.read(found)
        message = self._rows.message(found, content)
        size_octets = content.facts.size_octets
        if size_octets > load_limit_octets:
            message = limit_attachments(message, load_limit_octets)
        return message, size_octets

    def _prepared(self, incoming: Incoming, flags: MessageFlag = _NO_FLAGS) -> Prepared:
        return prepare(incoming, self._runtime.now(), flags)

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        with self._call(deadline) as mailbox:
            where = self._folder(mailbox, folder)
            numbers = mailbox.save(where, [self._prepared(one) for one in incoming])
            return [self._message_id(one) for one in numbers]

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes:
        wanted = version_of(message)
        with self._call(deadline) as mailbox:
            known = refuse_submitted(mailbox.find(self._message_number(entry_id)))
            changed = self._prepared(Incoming(message)).in_place_of(mailbox.read(known).facts)
            name = mailbox.write_beside("contents", *changed.chunks)

            def change(found: Found) -> Found:
                entry = refuse_submitted(found).entry
                check_version(wanted, change_key(self.uid, entry.version))
                flags = (entry.flags & ~_SAID_ANEW) | (changed.flags & _SAID_ANEW)
                return Found(found.folder, attrs.evolve(entry, tag=new_name(), content=name, flags=flags))

            try:
                known = mailbox.change_one(known.entry.id, change)
            except UsageError:  # it is gone, or submitted, or another version
                mailbox.remove_beside("contents", name)
                raise
            mailbox.remove_beside("contents", known.entry.content)
            return change_key(self.uid, int(name, 16))

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        def change(found: Found) -> Found:
            if found.entry.is_read is is_read:
                return found
            flags = (found.entry.flags & ~_PENDING) | MessageFlag.READ if is_read else found.entry.flags
            flags = flags if is_read else flags & ~MessageFlag.READ
            return Found(found.folder, attrs.evolve(found.entry, tag=new_name(), flags=flags))

        self._change(entry_ids, change, deadline)

    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        def change(found: Found) -> Found:
            # As integers: the complement of a flag knows nothing of an application's own bits.
            bits = (int(found.entry.status) & ~int(mask)) | (int(status) & int(mask))
            if bits == int(found.entry.status):
                return found
            return Found(found.folder, attrs.evolve(found.entry, tag=new_name(), status=MessageStatus(bits)))

        self._change(entry_ids, change, deadline)

    def _change(self, entry_ids: Sequence[EntryId], change: Callable[[Found], Found], deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            mailbox.change(self._message_numbers(entry_ids), change)

    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            target = self._folder(mailbox, folder)

            def change(found: Found) -> Found:
                entry = refuse_submitted(found).entry
                return found if found.folder.id == target.id else Found(target, attrs.evolve(entry, tag=new_name()))

            mailbox.change(self._message_numbers(entry_ids), change)

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        with self._call(deadline) as mailbox:
            target = self._folder(mailbox, folder)
            copies: list[Prepared] = []
            for found in [mailbox.find(one) for one in self._message_numbers(entry_ids)]:
                content = mailbox.read(found)
                copied = found.entry.copied()
                copies.append(Prepared(content.facts, content.octets, copied.flags, copied.status))
            return [self._message_id(one) for one in mailbox.save(target, copies)]

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._call(deadline) as mailbox:
            mailbox.delete(self._message_numbers(entry_ids), refuse_submitted)

    # The outgoing queue

    def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        number = None if draft is None else self._message_number(draft)
        with self._call(deadline):
            letter = self._prepared(Incoming(message, is_read=True, is_unsent=True), MessageFlag.SUBMIT)
            given = message.recipients if recipients is None else recipients
            return self._outbox.submit(message, letter, transfer_id, terms, given, number)

    def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        with self._call(deadline):
            return self._outbox.open_items()

    def submission(self, entry_id: EntryId, deadline: Deadline) -> OutgoingItem:
        with self._call(deadline):
            return self._outbox.submission(self._message_number(entry_id))

    def find_submissions(self, transfer_id: str, message_id: str, deadline: Deadline) -> Sequence[OutgoingItem]:
        with self._call(deadline):
            return self._outbox.find(transfer_id, message_id)

    def note_outcomes(self, entry_id: EntryId, outcomes: Mapping[Recipient, Outcome], deadline: Deadline) -> None:
        with self._call(deadline):
            self._outbox.note_outcomes(self._message_number(entry_id), outcomes)

    def make_due(self, deadline: Deadline) -> None:
        with self._call(deadline):
            self._outbox.make_due()

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        with self._call(deadline):
            return self._outbox.lock_due(lease_seconds)

    def keep_preprocessed(
        self, item: OutgoingItem, preprocessed: Preprocessed, reports: Sequence[Incoming], deadline: Deadline
    ) -> OutgoingItem | None:
        with self._call(deadline) as mailbox:
            message, copy = preprocessed.message, preprocessed.sent_copy
            hidden = MessageFlag.SUBMIT | MessageFlag.ASSOCIATED
            beside = None if message is None else self._prepared(Incoming(message, True, True), hidden)
            sent_copy = None
            if copy is not None:
                before = mailbox.read(mailbox.find(self._message_number(item.entry_id))).facts
                sent_copy = self._prepared(Incoming(copy)).in_place_of(before)
            prepared = [self._prepared(one) for one in reports]
            return self._outbox.keep_preprocessed(item, beside, sent_copy, prepared)

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        with self._call(deadline):
            self._message_number(item.entry_id)
            return self._outbox.settle(item, [self._prepared(one) for one in reports])

    def retry(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._call(deadline):
            self._outbox.retry(self._message_number(entry_id))

    def abort(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._call(deadline):
            self._outbox.abort(self._message_number(entry_id))
