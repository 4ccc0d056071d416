"""Stores with one fault each, for the suite to find, and one without."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import attrs

from msgcore.base.ids import EntryId, new_uid
from msgcore.base.text import Secret
from msgcore.base.times import Clock, Deadline
from msgcore.errors import NotFound, ObjectChanged
from msgcore.model import Message, Recipient, RecipientKind
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Not
from msgcore.props.row import Row
from msgcore.props.table import PidTagChangeKey, PidTagEntryId, PidTagParentEntryId
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.outgoing import USUAL_TERMS, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import EVERY_ROW, Incoming, RowGroup, SpecialFolder, TableQuery
from msgcore.spi.versions import change_key
from msgcore.testing.memory_store import MemoryStore, MemoryStoreConfig, MemoryStoreService, StoreMemory
from msgcore.testing.stores.changes import Changes
from msgcore.testing.stores.conduct import Conduct
from msgcore.testing.stores.contents import Contents
from msgcore.testing.stores.folders import Folders
from msgcore.testing.stores.groups import Groups
from msgcore.testing.stores.identity import Identity
from msgcore.testing.stores.moves import Moves
from msgcore.testing.stores.paging import Paging
from msgcore.testing.stores.saving import Saving
from msgcore.testing.stores.settling import Settling
from msgcore.testing.stores.submitting import Submitting
from msgcore.testing.stores.suite import StoreSuite
from msgcore.testing.stores.tables import Tables

PASSWORD = "swordfish-4711"

_log = logging.getLogger("tests.faulty_stores")


@attrs.frozen
class LockedStoreConfig(MemoryStoreConfig):
    """A memory store behind a password, which nothing asks for."""

    password: Secret = attrs.field(kw_only=True)


class SoundService(MemoryStoreService):
    """No fault; those below put a store of their own in the place of this one's."""

    config_type: type[MemoryStoreConfig] = LockedStoreConfig
    store_class: ClassVar[type[MemoryStore]] = MemoryStore

    def __init__(self, config: LockedStoreConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.password = config.password.reveal()
        self._store = self.store_class(self.memories[config.name], runtime)


class StoreOfTests(StoreSuite):
    """How the suite, or a part of it, opens all of them."""

    service_class = SoundService
    capabilities = MemoryStore().capabilities
    secret = PASSWORD
    examples = 6

    def config(self, place: Path) -> LockedStoreConfig:
        return LockedStoreConfig(f"memory://{place}", password=Secret(PASSWORD))

    def config_of_backup(self, path: Path) -> LockedStoreConfig:
        return self.config(path)


@attrs.frozen
class Fault:
    """A service with a fault, the part of the suite that has to find it, and the tests in it that do."""

    service_class: type[SoundService]
    part: type[StoreSuite]
    found_by: frozenset[str]


FAULTS: dict[str, Fault] = {}

Service = TypeVar("Service", bound=type[SoundService])
Store = TypeVar("Store", bound=type[MemoryStore])


def fault(part: type[StoreSuite], *tests: str) -> Callable[[Service], Service]:
    def note(service_class: Service) -> Service:
        FAULTS[service_class.__name__] = Fault(service_class, part, frozenset(f"test_{test}" for test in tests))
        return service_class

    return note


def store_fault(part: type[StoreSuite], *tests: str) -> Callable[[Store], Store]:
    def note(store_class: Store) -> Store:
        fault(part, *tests)(type(store_class.__name__, (SoundService,), {"store_class": store_class}))
        return store_class

    return note


class Remembering(MemoryStore):
    """A store that keeps something beside what is in its memory."""

    def __init__(self, memory: StoreMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock)
        self.rows: dict[object, Row] = {}
        self.messages: dict[EntryId, Message] = {}
        self.originals: dict[EntryId, EntryId] = {}
        self.own_uid = new_uid()
        self.was_closed = False


# Tables.


@store_fault(
    Tables,
    "a_restriction_keeps_the_order",
    "integers_of_two_widths_are_one_property",
    "one_property_as_two_types_is_refused",
    "rows_are_sorted",
    "rows_of_equal_keys_are_sorted_by_the_next_key",
    "text_is_sorted_without_case",
    "times_are_sorted_by_moment",
    "what_has_no_value_comes_first",
)
class UnsortedTable(MemoryStore):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return super().query(folder, attrs.evolve(query, sort_order=()), deadline)


@store_fault(Tables, "one_property_as_two_types_is_refused", "rows_of_equal_keys_are_sorted_by_the_next_key")
class OnlyTheFirstKey(MemoryStore):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return super().query(folder, attrs.evolve(query, sort_order=query.sort_order[:1]), deadline)


@store_fault(Tables, "pages_give_each_row_once_in_the_order_of_the_whole")
class LostPageRow(MemoryStore):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        start = query.start + 1 if query.start else 0
        return super().query(folder, attrs.evolve(query, start=start), deadline)


@store_fault(Tables, "a_row_has_the_columns_in_the_order_asked_for", "rows_of_equal_keys_are_sorted_by_the_next_key")
class ColumnsInAnyOrder(MemoryStore):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        columns = tuple(sorted(query.columns, key=lambda tag: tag.label))
        return super().query(folder, attrs.evolve(query, columns=columns), deadline)


@store_fault(Tables, "the_count_is_the_number_of_rows")
class RestrictionMisread(MemoryStore):
    """It takes ``Not`` for always true."""

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        if isinstance(query.restriction, Not):
            query = attrs.evolve(query, restriction=None)
        return super().query(folder, query, deadline)


@store_fault(Tables, "the_count_is_the_number_of_rows")
class CountDisagrees(MemoryStore):
    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return super().count(folder, EVERY_ROW, deadline)


@store_fault(
    Paging,
    "a_place_is_kept_when_its_row_is_deleted",
    "rows_stand_on_the_side_of_the_origin_that_is_asked_for",
    "rows_that_come_before_the_place_do_not_move_it",
    "what_is_no_place_in_the_order_is_refused",
)
class OriginForgotten(MemoryStore):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return super().query(folder, attrs.evolve(query, origin=None), deadline)


@store_fault(Paging, "a_place_is_kept_when_its_row_is_deleted")
class OriginByItsRow(MemoryStore):
    """It looks for the row of the origin, and begins at the first one when that is gone."""

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        everything = super().query(folder, TableQuery((PidTagEntryId,)), deadline)
        if query.origin is not None and query.origin.instance_key not in {row[PidTagEntryId] for row in everything}:
            query = attrs.evolve(query, origin=None)
        return super().query(folder, query, deadline)


@store_fault(Groups, "rows_of_equal_keys_are_counted")
class GroupsOfEveryRow(MemoryStore):
    """It forgets the restriction."""

    def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        return super().groups(folder, attrs.evolve(query, restriction=None), deadline)


@store_fault(Groups, "groups_come_in_the_order_of_their_keys", "rows_of_equal_keys_are_counted")
class GroupsBackward(MemoryStore):
    def groups(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[RowGroup]:
        return super().groups(folder, query, deadline)[::-1]


@store_fault(
    Identity,
    "the_entry_id_in_a_row_opens_the_message_that_the_row_shows",
    "the_row_of_one_message_is_its_row_in_the_table",
)
class WrongEntryId(MemoryStore):
    """Every row of a table has the entry id of its neighbour."""

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        rows = super().query(folder, query, deadline)
        if not rows or PidTagEntryId not in query.columns:
            return rows
        ids = [row[PidTagEntryId] for row in rows]
        return [_with_id(row, one) for row, one in zip(rows, [*ids[1:], ids[0]], strict=True)]


def _with_id(row: Row, entry_id: bytes) -> Row:
    values = {tag.bag_key: row.get(tag, row.error(tag)) for tag in row.columns}  # type: ignore[call-overload]
    return Row(row.columns, values | {PidTagEntryId.bag_key: entry_id})


@store_fault(Changes, "changes_show_in_the_row")
class StaleRow(Remembering):
    """It gives each message's row as it was when it was first asked for."""

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        current = super().row(entry_id, columns, deadline)
        return self.rows.setdefault((entry_id, *(tag.bag_key for tag in columns)), current)


# Changes.


@store_fault(
    Changes,
    "a_change_key_of_another_store_says_nothing",
    "a_message_that_was_deleted_and_restored_is_not_changed_by_that",
    "a_restriction_sees_changes",
    "changes_leave_the_other_messages_alone",
    "changes_show_in_the_loaded_message",
    "changes_show_in_the_row",
    "changes_show_in_the_table",
    "marks_and_moves_are_no_changes_of_a_message",
    "of_two_who_change_a_message_the_second_is_told",
    "the_changed_message_is_in_the_table_now_and_at_the_next_logon",
    "what_the_caller_does_after_saving_changes_is_not_saved",
    "whoever_saves_changes_again_says_so_by_the_change_key_that_was_given",
)
class LostChange(MemoryStore):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, self.load(entry_id, 1 << 40, deadline), deadline)


@store_fault(
    Changes,
    "of_two_who_change_a_message_the_second_is_told",
    "whoever_saves_changes_again_says_so_by_the_change_key_that_was_given",
)
class LastOneWins(MemoryStore):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes | None:
        forced = message.copy()
        forced.properties_set.preset(PidTagChangeKey, b"")
        return super().save_changes(entry_id, forced, deadline)


@store_fault(Changes, "whoever_saves_changes_again_says_so_by_the_change_key_that_was_given")
class NewVersionUntold(MemoryStore):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes:
        super().save_changes(entry_id, message, deadline)
        return change_key(self.uid, 0)


@store_fault(Changes, "marks_and_moves_are_no_changes_of_a_message")
class MarksAreChanges(MemoryStore):
    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        super().set_read_flag(entry_ids, is_read, deadline)
        with self._memory.change() as state:
            for message in self._messages(state, entry_ids):
                state.put(attrs.evolve(message, version=state.next_number()))


@store_fault(Changes, "a_message_that_was_deleted_and_restored_is_not_changed_by_that")
class RestoringIsAChange(MemoryStore):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        with self._memory.change() as state:
            for message in self._messages(state, entry_ids):
                state.put(attrs.evolve(message, version=state.next_number()))


@store_fault(Changes, "a_change_key_of_another_store_says_nothing")
class AnyChangeKeyCounts(MemoryStore):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes | None:
        key = message.get(PidTagChangeKey)
        if key and not key.startswith(self.uid):
            raise ObjectChanged("it is not the one that is stored")
        return super().save_changes(entry_id, message, deadline)


@store_fault(Changes, "a_changed_message_keeps_its_entry_id")
class ChangeChangesId(Remembering):
    """A message that is changed is opened by its entry id as before; in tables it has another one."""

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> bytes:
        there = self._now(entry_id)
        super().save_changes(there, message, deadline)
        folder = EntryId.parse(super().row(there, (PidTagParentEntryId,), deadline)[PidTagParentEntryId])
        [self.originals[entry_id]] = super().copy([there], folder, deadline)
        super().delete([there], deadline)
        return self.row(entry_id, (PidTagChangeKey,), deadline)[PidTagChangeKey]

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        return super().load(self._now(entry_id), load_limit_octets, deadline)

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        return super().row(self._now(entry_id), columns, deadline)

    def _now(self, entry_id: EntryId) -> EntryId:
        return self.originals.get(entry_id, entry_id)


@store_fault(
    Changes,
    "a_folder_counts_the_unread_messages",
    "a_restriction_sees_the_read_flag",
    "messages_are_marked_read_and_unread",
    "the_loaded_message_has_the_read_flag",
)
class LostReadFlag(MemoryStore):
    """It marks messages as read, and never as unread."""

    def set_read_flag(self, entry_ids: Sequence[EntryId], is_read: bool, deadline: Deadline) -> None:
        super().set_read_flag(entry_ids, True, deadline)


@store_fault(
    Saving,
    "a_delivery_is_known_again_after_the_message_was_moved",
    "a_delivery_is_known_again_at_the_next_logon",
    "a_second_delivery_gives_the_entry_id_of_the_first",
    "a_second_delivery_with_the_same_key_changes_nothing",
)
class DeliveredTwice(MemoryStore):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().save(folder, [attrs.evolve(one, delivery_key=None) for one in incoming], deadline)


@store_fault(
    Saving,
    "a_message_with_an_attachment_says_so",
    "saving_gives_the_entry_ids_in_order",
)
class IdsOutOfOrder(MemoryStore):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().save(folder, incoming, deadline)[::-1]


@store_fault(Moves, "a_moved_message_keeps_its_entry_id")
class MoveChangesId(MemoryStore):
    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        super().copy(entry_ids, folder, deadline)
        super().delete(entry_ids, deadline)


@store_fault(Moves, "a_change_to_a_copy_does_not_reach_the_original")
class CopyShares(Remembering):
    """A change to a copy is one to its original."""

    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        copies = super().copy(entry_ids, folder, deadline)
        self.originals.update(zip(copies, entry_ids, strict=True))
        return copies

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(self.originals.get(entry_id, entry_id), message, deadline)
        super().save_changes(entry_id, message, deadline)


@store_fault(Moves, "of_several_messages_all_are_deleted_or_none")
class NotAllOrNothing(MemoryStore):
    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        for one in entry_ids:
            super().delete([one], deadline)


@store_fault(Contents, "what_the_caller_does_to_a_loaded_message_changes_nothing")
class LoadedMessageIsTheStores(Remembering):
    """Who changes a message that was loaded changes what is loaded next."""

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        current = super().load(entry_id, load_limit_octets, deadline)
        return self.messages.setdefault(entry_id, current)

    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, message, deadline)
        self.messages.clear()


@store_fault(
    Contents,
    "a_message_comes_back_as_it_was_given",
    "bcc_recipients_come_back",
    "what_the_caller_does_to_a_loaded_message_changes_nothing",
    "what_the_caller_does_to_the_message_after_saving_changes_nothing",
)
class LostBcc(MemoryStore):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().save(folder, [_without_bcc(one) for one in incoming], deadline)


def _without_bcc(incoming: Incoming) -> Incoming:
    message = incoming.message.copy()
    message.recipients = [one for one in message.recipients if one.kind is not RecipientKind.BCC]
    return attrs.evolve(incoming, message=message) if message.recipients != incoming.message.recipients else incoming


@store_fault(
    Identity,
    "entry_ids_name_the_same_messages_at_the_next_logon",
    "special_folders_are_the_same_at_every_logon",
    "the_uid_is_the_same_at_every_logon",
)
class NewUidAtEveryLogon(Remembering):
    @property
    def uid(self) -> bytes:
        return self.own_uid


@store_fault(Folders, "special_folders_are_never_deleted")
class SpecialFolderDeleted(MemoryStore):
    """It says that it deleted a special folder."""

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        if entry_id not in self.special_folders(deadline).values():
            super().delete_folder(entry_id, deadline)


# The outgoing queue.


@store_fault(
    Submitting,
    "a_lock_holds_until_its_lease_ends",
    "the_oldest_is_locked_first",
    "what_is_locked_is_not_locked_again",
    "what_is_locked_is_not_made_free",
    "what_one_logon_has_locked_another_one_does_not_lock",
)
class LockedTwice(MemoryStore):
    """It gives a lock, and frees it at once."""

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        item = super().lock_due(lease_seconds, deadline)
        if item is not None:
            super().settle(item, [], deadline)
        return item


@store_fault(
    Settling,
    "to_settle_twice_is_a_lost_lock",
    "what_was_aborted_is_not_settled_by_whoever_held_it",
    "whoever_lost_the_lock_changes_nothing",
    "whoever_lost_the_lock_does_not_free_it",
    "whoever_lost_the_lock_is_told",
    "whoever_lost_the_lock_reports_nothing",
)
class IgnoredToken(MemoryStore):
    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        known = self.submission(item.entry_id, deadline)
        return super().settle(attrs.evolve(item, token=known.token), reports, deadline)


@store_fault(Settling, "whoever_lost_the_lock_reports_nothing")
class ReportInAnotherStep(MemoryStore):
    """It takes reports in whether or not the lock still holds."""

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        is_settled = super().settle(item, [], deadline)
        self.save(self.special_folders(deadline)[SpecialFolder.INBOX], reports, deadline)
        return is_settled


@store_fault(Settling, "an_outcome_is_read_back_with_everything_it_says", "each_recipient_keeps_its_own_outcome")
class LostRecipient(MemoryStore):
    """It forgets the outcome of the last recipient."""

    def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
        known = self.submission(item.entry_id, deadline).outcomes
        last = list(known)[-1]
        return super().settle(attrs.evolve(item, outcomes={**item.outcomes, last: known[last]}), reports, deadline)


@store_fault(Submitting, "a_recipient_keeps_its_wishes_and_properties")
class AddressesOnly(MemoryStore):
    def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        given = message.recipients if recipients is None else recipients
        plain = [Recipient(one.address, one.kind) for one in given]
        return super().submit(message, transfer_id, deadline, terms, plain, draft)


@store_fault(
    Submitting,
    "a_draft_is_deleted_when_it_is_submitted",
    "a_draft_is_submitted_once",
    "a_draft_that_somebody_else_has_changed_is_not_submitted",
    "what_is_submitted_is_no_draft",
)
class DraftsStay(MemoryStore):
    def submit(
        self,
        message: Message,
        transfer_id: str,
        deadline: Deadline,
        terms: SubmitTerms = USUAL_TERMS,
        recipients: Sequence[Recipient] | None = None,
        draft: EntryId | None = None,
    ) -> OutgoingItem:
        return super().submit(message, transfer_id, deadline, terms, recipients)


@store_fault(Submitting, "submissions_are_listed_oldest_first")
class YoungestFirst(MemoryStore):
    def outgoing(self, deadline: Deadline) -> Sequence[OutgoingItem]:
        return super().outgoing(deadline)[::-1]


# Conduct.


@store_fault(Conduct, "nothing_blocks_the_event_loop")
class SleepsOnTheLoop(MemoryStore):
    async def folder(  # type: ignore[override]  # a method of a plug-in may be either
        self, entry_id: EntryId, deadline: Deadline
    ) -> object:
        time.sleep(0)  # noqa: ASYNC251  # the fault
        return super().folder(entry_id, deadline)


@store_fault(Conduct, "nothing_blocks_the_event_loop")
class ReadsAFileOnTheLoop(MemoryStore):
    async def folder(  # type: ignore[override]  # a method of a plug-in may be either
        self, entry_id: EntryId, deadline: Deadline
    ) -> object:
        Path(__file__).read_bytes()  # noqa: ASYNC240  # the fault
        return super().folder(entry_id, deadline)


@store_fault(Conduct, "a_call_whose_deadline_is_past_changes_nothing", "a_call_whose_deadline_is_past_raises_timed_out")
class IgnoredDeadline(MemoryStore):
    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().save(folder, incoming, NEVER)


@store_fault(Conduct, "a_call_after_the_end_changes_nothing", "a_call_after_the_end_raises_an_error_of_msgcore")
class ReuseAfterClose(MemoryStore):
    def close(self) -> None:
        """Forget to."""


@store_fault(
    Identity,
    "a_message_that_is_gone_is_deleted",
    "a_message_that_never_was_is_not_found",
    "the_message_of_another_store_is_not_found",
)
class ForeignError(MemoryStore):
    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        try:
            return super().load(entry_id, load_limit_octets, deadline)
        except NotFound as error:
            raise KeyError(entry_id.number) from error


@store_fault(Conduct, "closing_twice_is_closing_once")
class CloseFailsTheSecondTime(Remembering):
    def close(self) -> None:
        if self.was_closed:
            raise OSError("bad file descriptor")
        self.was_closed = True
        super().close()


@fault(Conduct, "neither_the_configuration_nor_the_store_shows_a_secret")
class SecretInRepr(SoundService):
    def __repr__(self) -> str:
        return f"SecretInRepr({self.password!r})"


@fault(Conduct, "no_log_shows_a_secret")
class SecretInALog(SoundService):
    def logon(self, deadline: Deadline) -> None:
        _log.debug("logging on with %s", self.password)


@fault(Conduct, "no_error_shows_a_secret")
class SecretInAnError(SoundService):
    def __init__(self, config: LockedStoreConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.memories[config.name].display_name = f"memory with {self.password}"
