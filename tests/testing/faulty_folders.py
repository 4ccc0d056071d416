"""Stores with one fault each in what they do with folders: moving, copying, emptying, properties, receiving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAssociatedContentCount,
    PidTagComment,
    PidTagContentCount,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFolderType,
    PidTagMessageClass,
    PidTagSubfolders,
    PidTagSubject,
)
from msgcore.props.types import PropertyType
from msgcore.spi.folders import ReceiveFolder
from msgcore.spi.store import Contents, Incoming, SpecialFolder, TableQuery
from msgcore.testing.memory.records import State
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.stores.folder_properties import FolderProperties
from msgcore.testing.stores.hierarchy import Hierarchy
from msgcore.testing.stores.receiving import Receiving
from tests.testing.faulty_stores import store_fault

_TEXT = PropertyType.UNICODE


class Looking(MemoryStore):
    """A store with short ways to look at itself."""

    def ids_in(self, folder: EntryId, deadline: Deadline, contents: Contents = Contents.MESSAGES) -> list[EntryId]:
        rows = self.query(folder, TableQuery((PidTagEntryId,), contents=contents), deadline)
        return [EntryId.parse(row[PidTagEntryId]) for row in rows]

    def is_search(self, folder: EntryId, deadline: Deadline) -> bool:
        return self.folder_properties(folder, deadline)[PidTagFolderType] == 2


# Moving.


@store_fault(Hierarchy, "a_folder_is_renamed_where_it_is", "a_moved_folder_is_in_its_new_parent_only")
class MoveLeavesTheOriginal(MemoryStore):
    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        super().copy_folder(entry_id, parent, name, deadline)


@store_fault(Hierarchy, "a_moved_folder_takes_along_what_is_in_it")
class MoveLosesMessages(Looking):
    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        super().move_folder(entry_id, parent, name, deadline)
        self.purge(self.ids_in(entry_id, deadline), deadline)


@store_fault(
    Hierarchy, "a_folder_is_renamed_where_it_is", "a_name_that_is_taken_is_refused", "what_is_no_name_is_refused"
)
class MoveKeepsTheName(MemoryStore):
    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        super().move_folder(entry_id, parent, self.folder(entry_id, deadline).name, deadline)


@store_fault(Hierarchy, "a_folder_is_renamed_where_it_is", "a_name_that_is_taken_is_refused")
class TakenNameMadeFree(MemoryStore):
    """It moves or copies a folder under another name when the one that it is given is taken."""

    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        super().move_folder(entry_id, parent, self._free(parent, name, deadline), deadline)

    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        return super().copy_folder(entry_id, parent, self._free(parent, name, deadline), deadline)

    def _free(self, parent: EntryId, name: str, deadline: Deadline) -> str:
        taken = [one.name.lower() for one in self.folders(parent, deadline)]
        return f"{name} (2)" if name.lower() in taken else name


@store_fault(Hierarchy, "what_is_no_name_is_refused")
class AnyNameTaken(MemoryStore):
    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        super().move_folder(entry_id, parent, name if name.strip().isprintable() and name.strip() else "-", deadline)


@store_fault(Hierarchy, "a_folder_does_not_go_into_itself")
class ReachesNothingAndSaysNothing(MemoryStore):
    """It does not say that a folder cannot go into itself."""

    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        if entry_id != parent:
            super().move_folder(entry_id, parent, name, deadline)


@store_fault(Hierarchy, "special_folders_stay_where_they_are")
class SpecialFolderCopied(MemoryStore):
    """It makes an empty folder for the copy of a special one."""

    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        if self.folder(entry_id, deadline).role is None:
            return super().copy_folder(entry_id, parent, name, deadline)
        return self.create_folder(parent, name, deadline)


# Copying.


@store_fault(
    Hierarchy,
    "a_copied_folder_has_the_same_associated_contents",
    "a_copied_folder_has_the_same_messages_in_it",
    "a_copied_folder_is_another_one_with_the_same_folders_in_it",
    "a_copied_search_folder_searches_for_the_same",
)
class CopyIsEmpty(MemoryStore):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        copy = super().copy_folder(entry_id, parent, name, deadline)
        self.empty_folder(copy, deadline)
        return copy


@store_fault(
    Hierarchy,
    "a_copied_folder_has_nothing_that_was_deleted",
    "a_copied_folder_is_another_one_with_the_same_folders_in_it",
    "copying_a_folder_leaves_the_original",
)
class CopyMoves(MemoryStore):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        self.move_folder(entry_id, parent, name, deadline)
        return entry_id


@store_fault(Hierarchy, "a_copied_folder_has_nothing_that_was_deleted")
class CopyTakesDeletedAlong(Looking):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        self.restore(self.ids_in(entry_id, deadline, Contents.DELETED), deadline)
        return super().copy_folder(entry_id, parent, name, deadline)


@store_fault(Hierarchy, "a_copied_folder_has_the_same_associated_contents")
class CopyWithoutAssociated(Looking):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        copy = super().copy_folder(entry_id, parent, name, deadline)
        self.purge(self.ids_in(copy, deadline, Contents.ASSOCIATED), deadline)
        return copy


@store_fault(Hierarchy, "a_copied_folder_has_the_same_properties")
class CopyWithoutProperties(MemoryStore):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        copy = super().copy_folder(entry_id, parent, name, deadline)
        self.set_folder_properties(copy, {PidTagComment: None}, deadline)
        return copy


@store_fault(Hierarchy, "a_copied_search_folder_searches_for_the_same")
class CopySearchesForAnything(Looking):
    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        copy = super().copy_folder(entry_id, parent, name, deadline)
        if self.is_search(copy, deadline):
            search = self.search_criteria(copy, deadline)
            self.set_search_criteria(copy, attrs.evolve(search, restriction=PidTagSubject.exists()), deadline)
        return copy


# Emptying.


@store_fault(Hierarchy, "a_folder_with_a_special_folder_in_it_is_not_emptied", "an_emptied_folder_has_no_folders_left")
class EmptiesMessagesOnly(Looking):
    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        self.delete(self.ids_in(entry_id, deadline), deadline)


@store_fault(Hierarchy, "an_emptied_folder_has_no_messages_left")
class EmptiesFoldersOnly(MemoryStore):
    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        for one in self.folders(entry_id, deadline):
            self.delete_folder(one.entry_id, deadline)


@store_fault(Hierarchy, "emptying_a_folder_leaves_the_others_alone")
class EmptiesTheFoldersBeside(Looking):
    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        super().empty_folder(entry_id, deadline)
        parent = self.folder(entry_id, deadline).parent_id
        for one in self.folders(parent, deadline) if parent is not None else ():
            self.delete(self.ids_in(one.entry_id, deadline), deadline)


@store_fault(Hierarchy, "an_emptied_folder_keeps_its_associated_contents")
class EmptiesAssociated(Looking):
    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        super().empty_folder(entry_id, deadline)
        self.purge(self.ids_in(entry_id, deadline, Contents.ASSOCIATED), deadline)


@store_fault(Hierarchy, "messages_of_an_emptied_folder_can_be_restored")
class EmptiesForGood(Looking):
    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        self.purge(self.ids_in(entry_id, deadline), deadline)
        super().empty_folder(entry_id, deadline)


# Properties.


@store_fault(FolderProperties, "a_property_of_a_folder_is_kept")
class PropertiesUntilLogoff(MemoryStore):
    def close(self) -> None:
        if not self._is_closed:
            with self._memory.change() as state:
                state.folders = {number: attrs.evolve(one, properties={}) for number, one in state.folders.items()}
        super().close()


@store_fault(FolderProperties, "none_deletes_a_property_of_a_folder", "setting_a_property_leaves_the_others")
class SetReplacesAll(MemoryStore):
    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        with self._change(deadline) as state:
            number = entry_id.number
            state.folders[number] = attrs.evolve(state.folder(number), properties={})
        super().set_folder_properties(entry_id, values, deadline)


@store_fault(FolderProperties, "none_deletes_a_property_of_a_folder")
class NoneIsNoValue(MemoryStore):
    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        kept = {tag: value for tag, value in values.items() if value is not None}
        super().set_folder_properties(entry_id, kept, deadline)


@store_fault(FolderProperties, "each_folder_has_its_own_properties")
class PropertiesOfAll(MemoryStore):
    """Every folder has what any of them was given."""

    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        super().set_folder_properties(entry_id, values, deadline)
        for one in self.special_folders(deadline).values():
            if PidTagDisplayName not in values:
                super().set_folder_properties(one, values, deadline)


@store_fault(
    FolderProperties,
    "a_display_name_that_is_taken_is_refused",
    "a_value_of_another_type_is_refused",
    "what_the_store_works_out_is_not_set",
)
class LeavesOutWhatItWorksOut(MemoryStore):
    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        for tag, value in values.items():
            with suppress(UsageError):
                super().set_folder_properties(entry_id, {tag: value}, deadline)


@store_fault(FolderProperties, "a_value_of_another_type_is_refused")
class AnyTypeTaken(MemoryStore):
    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        texts = {tag: str(value) if tag == PidTagComment else value for tag, value in values.items()}
        super().set_folder_properties(entry_id, texts, deadline)


@store_fault(FolderProperties, "what_the_store_works_out_is_not_set")
class TextsOnly(MemoryStore):
    """It keeps no property that is not text."""

    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        checked = {tag: value for tag, value in values.items() if value is None or tag.value_type is _TEXT}
        super().set_folder_properties(entry_id, checked if PidTagEntryId not in values else values, deadline)


@store_fault(
    FolderProperties,
    "a_display_name_that_is_taken_is_refused",
    "a_folder_is_renamed_by_its_display_name_and_keeps_its_role",
)
class NameIsAnyProperty(MemoryStore):
    """The display name changes, and the folder keeps its name."""

    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        others = {tag: value for tag, value in values.items() if tag != PidTagDisplayName}
        super().set_folder_properties(entry_id, others, deadline)


class SaysOfFolders(MemoryStore):
    """A store that works something out wrongly."""

    tag: PropertyKey
    value: object

    def folder_properties(self, entry_id: EntryId, deadline: Deadline) -> Mapping[PropertyKey, object]:
        return {**super().folder_properties(entry_id, deadline), self.tag: self.value}


@store_fault(FolderProperties, "a_folder_says_its_kind", "a_search_folder_says_that_it_is_one")
class EveryFolderIsGeneric(SaysOfFolders):
    tag = PidTagFolderType
    value = 1


@store_fault(
    FolderProperties, "a_folder_counts_its_associated_contents", "a_folder_says_in_properties_what_its_facts_say"
)
class NoFolderIsEmpty(SaysOfFolders):
    tag = PidTagContentCount
    value = 7


@store_fault(FolderProperties, "a_folder_says_whether_folders_are_in_it")
class NoFolderHasFolders(SaysOfFolders):
    tag = PidTagSubfolders
    value = False


@store_fault(FolderProperties, "a_folder_counts_its_associated_contents")
class NoFolderHasAssociatedContents(SaysOfFolders):
    tag = PidTagAssociatedContentCount
    value = 0


# Receiving.


@store_fault(
    Receiving,
    "messages_of_any_class_are_received_in_the_inbox",
    "messages_of_no_other_class_go_to_the_inbox_when_their_folder_is_gone",
    "the_folder_of_all_other_messages_is_not_dropped",
)
class ReceivesInDrafts(MemoryStore):
    """In a new store."""

    def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        special = self.special_folders(deadline)
        found = super().receive_folder(message_class, deadline)
        drafts = attrs.evolve(found, folder=special[SpecialFolder.DRAFTS])
        return drafts if found.folder == special[SpecialFolder.INBOX] else found


@store_fault(Receiving, "the_longest_part_that_ends_before_a_dot_counts")
class LongestText(MemoryStore):
    """It takes the longest entry that the class begins with, wherever that ends."""

    def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        entries = self.receive_folders(deadline)
        return max(
            (one for one in entries if message_class.lower().startswith(one.message_class.lower())),
            key=lambda one: len(one.message_class),
        )


@store_fault(
    Receiving,
    "an_entry_of_the_same_class_in_other_case_takes_its_place",
    "the_longest_part_that_ends_before_a_dot_counts",
)
class CaseOfClassesCounts(MemoryStore):
    def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        entries = {one.message_class: one for one in self.receive_folders(deadline)}
        while message_class and message_class not in entries:
            message_class = message_class.rpartition(".")[0]
        return entries[message_class]


@store_fault(Receiving, "an_entry_is_kept")
class EntriesUntilLogoff(MemoryStore):
    def close(self) -> None:
        if not self._is_closed:
            with self._memory.change() as state:
                state.receiving = State.new().receiving
        super().close()


@store_fault(Receiving, "an_entry_of_the_same_class_in_other_case_takes_its_place", "entries_are_listed_by_class")
class EntriesBySpelling(MemoryStore):
    """Each spelling of a class has an entry of its own, which all are listed."""

    def receive_folders(self, deadline: Deadline) -> Sequence[ReceiveFolder]:
        entries = super().receive_folders(deadline)
        return [*entries, *(attrs.evolve(one, message_class=one.message_class.upper()) for one in entries)]


@store_fault(Receiving, "entries_are_listed_by_class")
class EntriesBackward(MemoryStore):
    def receive_folders(self, deadline: Deadline) -> Sequence[ReceiveFolder]:
        return super().receive_folders(deadline)[::-1]


@store_fault(Receiving, "a_dropped_entry_leaves_its_messages_to_the_shorter_one")
class NothingIsDropped(MemoryStore):
    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        if folder is not None or not message_class:
            super().set_receive_folder(message_class, folder, deadline)


@store_fault(
    Receiving, "a_message_of_a_strange_class_is_delivered_too", "the_folder_of_all_other_messages_can_be_changed"
)
class DefaultIsFixed(MemoryStore):
    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        if folder is None or message_class:
            super().set_receive_folder(message_class, folder, deadline)


@store_fault(Receiving, "the_folder_of_all_other_messages_is_not_dropped")
class DefaultDropped(MemoryStore):
    """It does not say that the last entry cannot be dropped."""

    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        if folder is not None or message_class:
            super().set_receive_folder(message_class, folder, deadline)


@store_fault(Receiving, "what_is_no_message_class_has_no_entry")
class AnyClassHasAnEntry(MemoryStore):
    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        try:
            super().set_receive_folder(message_class, folder, deadline)
        except UsageError:
            if folder is None or self.folder_properties(folder, deadline)[PidTagFolderType] == 2:
                raise


@store_fault(Receiving, "nothing_is_received_in_a_search_folder")
class ReceivesInASearchFolder(MemoryStore):
    """It says nothing, and receives nothing there."""

    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        if folder is None or self.folder_properties(folder, deadline)[PidTagFolderType] != 2:
            super().set_receive_folder(message_class, folder, deadline)


@store_fault(
    Receiving, "an_entry_goes_with_its_folder", "messages_of_no_other_class_go_to_the_inbox_when_their_folder_is_gone"
)
class EntryStaysWithTheParent(MemoryStore):
    """What was received in a folder that is deleted is received in its parent."""

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        parent = self.folder(entry_id, deadline).parent_id
        entries = self.receive_folders(deadline)
        super().delete_folder(entry_id, deadline)
        for one in entries:
            if one.folder == entry_id:
                self.set_receive_folder(one.message_class, parent, deadline)


@store_fault(Receiving, "each_message_is_delivered_where_its_class_belongs")
class DeliversToTheDefault(MemoryStore):
    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return self.save(self.receive_folder("", deadline).folder, incoming, deadline)


@store_fault(Receiving, "a_message_of_a_strange_class_is_delivered_too")
class RefusesStrangeClasses(MemoryStore):
    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        for one in incoming:
            parts = one.message.get(PidTagMessageClass, "").split(".")
            if not all(part and part.isascii() for part in parts):
                raise UsageError("a strange class")
        return super().deliver(incoming, deadline)


@store_fault(Receiving, "delivering_gives_the_entry_ids_in_order")
class DeliversFolderByFolder(MemoryStore):
    """It gives entry ids in the order in which it saved: one folder after the other."""

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        by_class = sorted(incoming, key=lambda one: one.message.get(PidTagMessageClass, ""))
        return super().deliver(by_class, deadline)


@store_fault(Receiving, "a_second_delivery_with_the_same_key_is_none")
class DeliversWithoutKeys(MemoryStore):
    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().deliver([attrs.evolve(one, delivery_key=None) for one in incoming], deadline)
