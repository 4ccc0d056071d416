"""Stores with one fault each in what they give as changed."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Clock, Deadline
from msgcore.errors import InvalidToken, UsageError
from msgcore.spi.changes import Change, ChangeKind, Changes
from msgcore.spi.store import MessageStatus
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.stores.synchronising import Synchronising
from tests.testing.faulty_stores import store_fault

CREATED, MOVED, CHANGED = ChangeKind.CREATED, ChangeKind.MOVED, ChangeKind.CHANGED
READ_STATE, DELETED = ChangeKind.READ_STATE, ChangeKind.DELETED


class Telling(MemoryStore):
    """A store that tells of other changes than there are: those that :meth:`told` gives."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        raise NotImplementedError

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        found = super().changes_since(folder, token, limit, deadline)
        told = self.told(found.changes, folder)
        return attrs.evolve(found, changes=told, has_more=found.has_more and bool(told))


class Leaving(Telling):
    """A store that leaves out changes of one kind."""

    kind: ChangeKind

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        return [one for one in changes if one.kind is not self.kind]


@store_fault(
    Synchronising,
    "a_moved_message_leaves_one_folder_and_comes_into_the_other",
    "a_new_associated_message_is_created_and_says_so",
    "a_new_folder_is_created_in_its_parent",
    "a_new_message_is_created",
    "a_restored_message_is_created",
    "a_token_holds_at_the_next_logon",
    "before_everything_all_that_is_there_was_created",
    "pages_give_what_one_answer_gives",
)
class NothingIsCreated(Leaving):
    kind = CREATED


@store_fault(
    Synchronising,
    "a_message_that_moved_and_changed_is_given_as_both",
    "a_moved_message_is_moved_in_the_store",
    "a_page_does_not_part_what_is_said_of_one_message",
)
class NothingIsMoved(Leaving):
    kind = MOVED


@store_fault(
    Synchronising,
    "a_changed_message_is_changed",
    "a_folder_with_another_property_is_changed",
    "a_message_that_moved_and_changed_is_given_as_both",
    "a_message_that_was_changed_and_marked_is_given_once",
    "a_page_does_not_part_what_is_said_of_one_message",
    "a_renamed_folder_is_changed",
)
class NothingIsChanged(Leaving):
    kind = CHANGED


@store_fault(
    Synchronising, "a_message_that_was_given_a_status_is_only_marked", "a_message_that_was_marked_is_only_marked"
)
class NothingIsMarked(Leaving):
    kind = READ_STATE


@store_fault(Synchronising, "a_status_that_a_message_has_already_is_no_change")
class EveryStatusIsAChange(MemoryStore):
    def set_message_status(
        self, entry_ids: Sequence[EntryId], status: MessageStatus, mask: MessageStatus, deadline: Deadline
    ) -> None:
        for one in (status ^ mask, status):
            super().set_message_status(entry_ids, one, mask, deadline)


@store_fault(
    Synchronising,
    "a_deleted_message_is_deleted",
    "a_moved_message_leaves_one_folder_and_comes_into_the_other",
    "what_goes_with_a_folder_is_deleted_too",
)
class NothingIsDeleted(Leaving):
    kind = DELETED


@store_fault(
    Synchronising,
    "a_changed_message_is_changed",
    "a_folder_with_another_property_is_changed",
    "a_message_that_moved_and_changed_is_given_as_both",
    "a_message_that_was_changed_and_marked_is_given_once",
    "a_message_that_was_given_a_status_is_only_marked",
    "a_message_that_was_marked_is_only_marked",
    "a_moved_message_is_moved_in_the_store",
    "a_page_does_not_part_what_is_said_of_one_message",
    "a_renamed_folder_is_changed",
)
class EverythingIsNew(Telling):
    """What changed is given as created."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        return [one if one.kind is DELETED else attrs.evolve(one, kind=CREATED) for one in changes]


@store_fault(Synchronising, "a_message_that_was_marked_is_only_marked")
class AlwaysUnread(Telling):
    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        return [attrs.evolve(one, is_read=False) for one in changes]


@store_fault(Synchronising, "a_new_associated_message_is_created_and_says_so")
class NeverAssociated(Telling):
    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        return [attrs.evolve(one, is_associated=False) for one in changes]


@store_fault(
    Synchronising,
    "a_folder_with_another_property_is_changed",
    "a_new_folder_is_created_in_its_parent",
    "a_renamed_folder_is_changed",
    "what_goes_with_a_folder_is_deleted_too",
)
class FoldersUntold(Telling):
    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        return [one for one in changes if one.entry_id.kind != ObjectKind.FOLDER]


@store_fault(Synchronising, "what_goes_with_a_folder_is_deleted_too")
class WhatGoesWithAFolderUntold(Telling):
    """Of a folder that goes it tells, and of nothing that was in it."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        gone = {one.entry_id for one in changes if one.kind is DELETED}
        return [one for one in changes if one.kind is not DELETED or one.folder not in gone]


@store_fault(Synchronising, "a_message_that_was_changed_and_marked_is_given_once")
class MarkedAsWellAsChanged(Telling):
    """It says of a changed message that it was marked, too."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        told: list[Change] = []
        for one in changes:
            told.append(one)
            if one.kind is CHANGED and one.is_read:
                told.append(attrs.evolve(one, kind=READ_STATE))
        return told


@store_fault(
    Synchronising,
    "a_message_that_moved_and_changed_is_given_as_both",
    "a_page_does_not_part_what_is_said_of_one_message",
)
class ChangedAlone(Telling):
    """Of a message that moved and changed, it gives the change."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        changed = {one.entry_id for one in changes if one.kind is CHANGED}
        return [one for one in changes if one.kind is not MOVED or one.entry_id not in changed]


@store_fault(Synchronising, "a_moved_message_is_moved_in_the_store")
class MovedFromNowhere(Telling):
    """It gives the folder of a moved message as the store's root."""

    def told(self, changes: Sequence[Change], folder: EntryId | None) -> Sequence[Change]:
        root = self._folder_id(1)
        return [attrs.evolve(one, folder=root) if one.kind is MOVED else one for one in changes]


@store_fault(
    Synchronising, "a_folder_in_a_folder_is_none_of_its_changes", "a_page_does_not_part_what_is_said_of_one_message"
)
class FolderInFolderIsItsChange(MemoryStore):
    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        found = super().changes_since(folder, token, limit, deadline)
        last = self._state(deadline).change_number
        inside = self.folders(folder, deadline) if folder is not None and token is not None else ()
        new = [Change(CREATED, one.entry_id, one.parent_id or one.entry_id, last + 1) for one in inside]
        return attrs.evolve(found, changes=[*found.changes, *new][:limit])


@store_fault(
    Synchronising, "a_page_does_not_part_what_is_said_of_one_message", "what_came_and_went_in_between_is_not_given"
)
class CameAndWentIsDeleted(MemoryStore):
    """It gives whatever was deleted since, whether or not it was there before."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        found = super().changes_since(folder, token, limit, deadline)
        told = {one.entry_id for one in found.changes}
        kept = [one for one in self._state(deadline).messages.values() if one.deleted_at and token]
        last = self._state(deadline).change_number
        gone = [Change(DELETED, self._message_id(one.number), self._folder_id(one.folder), last) for one in kept[-1:]]
        others = [one for one in gone if one.entry_id not in told and folder is None]
        return attrs.evolve(found, changes=[*found.changes, *others][:limit])


class Holding(MemoryStore):
    """A store that remembers tokens in this logon."""

    def __init__(self, memory: StoreMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock)
        self.tokens: set[bytes] = set()


@store_fault(Synchronising, "a_token_holds_at_the_next_logon")
class TokensUntilLogoff(Holding):
    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        if token is not None and token not in self.tokens:
            raise InvalidToken("unknown")
        found = super().changes_since(folder, token, limit, deadline)
        self.tokens.add(found.token)
        return found


@store_fault(Synchronising, "a_token_may_be_asked_with_again")
class TokensForOnce(Holding):
    """A token is forgotten when it was asked with."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        if token in self.tokens:
            raise InvalidToken("was used")
        found = super().changes_since(folder, token, limit, deadline)
        if token is not None and found.token != token:
            self.tokens.add(token)
        return found


@store_fault(Synchronising, "the_token_of_another_folder_is_refused")
class TokenOfAnyFolder(MemoryStore):
    """A token holds for every folder of the store."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        if token is not None and len(token) == 40:
            of_folder = (0 if folder is None else folder.number).to_bytes(8, "big")
            token = token[:16] + of_folder + token[24:]
        return super().changes_since(folder, token, limit, deadline)


@store_fault(Synchronising, "the_token_of_another_store_is_refused")
class TokenOfAnyStore(MemoryStore):
    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        if token is not None and len(token) == 40:
            token = self.uid + token[16:]
        return super().changes_since(folder, token, limit, deadline)


@store_fault(
    Synchronising,
    "the_token_of_another_folder_is_refused",
    "the_token_of_another_store_is_refused",
    "what_is_no_token_is_refused",
)
class WrongTokenIsNone(MemoryStore):
    """What is no token is taken for a client that knows nothing yet."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        try:
            return super().changes_since(folder, token, limit, deadline)
        except InvalidToken:
            return super().changes_since(folder, None, limit, deadline)


@store_fault(Synchronising, "pages_give_what_one_answer_gives")
class LastPageLost(MemoryStore):
    """It never says that there is more."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        return attrs.evolve(super().changes_since(folder, token, limit, deadline), has_more=False)


@store_fault(Synchronising, "a_page_of_less_than_one_change_is_refused", "pages_give_what_one_answer_gives")
class PagesOfOneAndOne(MemoryStore):
    """It counts from 0: the page has one change more than it may."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        return super().changes_since(folder, token, limit + 1, deadline)


@store_fault(Synchronising, "a_page_does_not_part_what_is_said_of_one_message")
class PageParts(MemoryStore):
    """A page ends between what is said of one message, and the next one begins behind it."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        found = super().changes_since(folder, token, limit, deadline)
        return attrs.evolve(found, changes=found.changes[:limit])


@store_fault(Synchronising, "a_page_of_less_than_one_change_is_refused")
class NoLimit(MemoryStore):
    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        return super().changes_since(folder, token, limit or 1_000, deadline)


@store_fault(Synchronising, "a_search_folder_has_no_changes_of_its_own")
class SearchFolderNeverChanges(MemoryStore):
    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        try:
            return super().changes_since(folder, token, limit, deadline)
        except InvalidToken:
            raise
        except UsageError:
            if folder is None or limit < 1:
                raise
            return Changes((), b"")


@store_fault(
    Synchronising,
    "a_page_does_not_part_what_is_said_of_one_message",
    "a_status_that_a_message_has_already_is_no_change",
    "nothing_has_changed_since_all_was_given",
    "what_came_and_went_in_between_is_not_given",
)
class AllAgain(MemoryStore):
    """It gives a client that has all the last change again."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        found = super().changes_since(folder, token, limit, deadline)
        if token is None or found.changes:
            return found
        everything = super().changes_since(folder, None, 1_000, deadline)
        return attrs.evolve(found, changes=everything.changes[-1:])
