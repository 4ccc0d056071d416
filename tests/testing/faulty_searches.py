"""Stores with one fault each in what their search folders show, and in associated contents."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Clock, Deadline
from msgcore.errors import TooComplex, UsageError
from msgcore.model import Message
from msgcore.props.restriction import And, Not
from msgcore.props.row import Row
from msgcore.props.table import PidTagEntryId, PidTagParentEntryId, PidTagSubject
from msgcore.spi.folders import Search
from msgcore.spi.store import Contents, FolderFacts, Incoming, MessageFlag, SpecialFolder, TableQuery
from msgcore.testing.memory.searching import messages_in
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.stores.associated import Associated
from msgcore.testing.stores.searching import Searching
from tests.testing.faulty_folders import Looking
from tests.testing.faulty_stores import store_fault

_Ids = dict[EntryId, set[EntryId]]


class Showing(Looking):
    """A store whose search folders show other messages than they should: those that :meth:`shown` gives."""

    def __init__(self, memory: StoreMemory | None = None, clock: Clock | None = None) -> None:
        super().__init__(memory, clock)
        self.at_first: _Ids = {}
        self.restored: set[EntryId] = set()

    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        folder = super().create_search_folder(parent, name, search, deadline)
        found = messages_in(self._state(deadline), self.uid, folder.number)
        self.at_first[folder] = {self._message_id(number) for number in found}
        return folder

    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        self.restored.update(entry_ids)

    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        return messages

    def _table(self, folder: EntryId, contents: Contents, deadline: Deadline) -> Sequence[Message]:
        messages = super()._table(folder, contents, deadline)
        is_shown = contents is Contents.MESSAGES and self._folder(self._state(deadline), folder).search is not None
        return self.shown(folder, messages, deadline) if is_shown else messages


def id_of(message: Message) -> EntryId:
    return EntryId.parse(message[PidTagEntryId])


# What is found.


@store_fault(
    Searching,
    "a_search_does_not_find_what_was_deleted",
    "a_search_finds_a_message_that_comes_to_match",
    "a_search_finds_what_came_after_it",
    "a_search_finds_what_was_there_before_it",
    "a_search_folder_is_made_to_show_something_else",
    "a_search_follows_folders_that_move_into_its_scope_and_out",
    "a_search_follows_messages_that_move_into_its_scope_and_out",
    "a_search_for_a_status_goes_by_it",
    "a_search_for_unread_messages_goes_by_their_read_flags",
    "a_search_goes_into_the_folders_below_when_it_shall",
    "a_search_loses_a_message_that_no_longer_matches",
)
class SearchIsOfItsMoment(Showing):
    """It shows what was found when the folder was made."""

    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        there = self._state(deadline).messages
        ids = sorted(self.at_first.get(folder, ()), key=bytes)
        return [there[one.number].message(self.uid) for one in ids if one.number in there]


@store_fault(
    Searching,
    "a_message_in_a_search_folder_is_the_message_itself_in_its_own_folder",
    "a_message_that_is_deleted_where_it_was_found_is_deleted_where_it_is",
    "a_search_does_not_find_associated_contents",
    "a_search_does_not_find_what_was_deleted",
    "a_search_finds_what_was_restored",
    "a_search_finds_what_was_there_before_it",
    "a_search_folder_counts_what_it_shows",
    "a_search_for_unread_messages_goes_by_their_read_flags",
    "a_search_goes_into_the_folders_below_when_it_shall",
    "a_search_goes_on_when_a_folder_of_its_scope_is_gone",
    "a_search_goes_through_all_folders_of_its_scope",
    "a_search_through_folders_in_one_another_finds_each_message_once",
    "a_table_of_a_search_folder_is_restricted_and_sorted_as_any",
)
class SearchBeginsEmpty(Showing):
    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        return [one for one in messages if id_of(one) not in self.at_first.get(folder, ())]


@store_fault(Searching, "a_search_finds_what_was_restored")
class SearchFindsNothingRestored(Showing):
    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        return [one for one in messages if id_of(one) not in self.restored]


@store_fault(
    Searching,
    "a_search_does_not_find_associated_contents",
    "a_search_does_not_find_what_was_deleted",
    "a_search_goes_on_when_a_folder_of_its_scope_is_gone",
)
class SearchFindsEverySection(Showing):
    """It finds what is deleted, and what programs keep."""

    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        scope = self.search_criteria(folder, deadline).scope
        others = [
            message
            for one in scope
            for contents in (Contents.DELETED, Contents.ASSOCIATED)
            for message in self._table(one, contents, deadline)
        ]
        return [*messages, *others]


@store_fault(Searching, "a_search_through_folders_in_one_another_finds_each_message_once")
class SearchFindsTwice(Showing):
    """It finds a message for each folder of the scope that it is in or below."""

    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        root = self.special_folders(deadline)[SpecialFolder.ROOT]
        scope = self.search_criteria(folder, deadline).scope
        return [*messages, *messages] if root in scope and len(scope) > 1 else messages


@store_fault(Searching, "a_search_goes_on_when_a_folder_of_its_scope_is_gone")
class SearchEndsWithAFolder(Showing):
    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        there = self._state(deadline).folders
        return messages if all(one.number in there for one in self.search_criteria(folder, deadline).scope) else []


@store_fault(Searching, "a_message_in_a_search_folder_is_the_message_itself_in_its_own_folder")
class FoundMessagesLieInTheSearchFolder(Showing):
    def shown(self, folder: EntryId, messages: Sequence[Message], deadline: Deadline) -> Sequence[Message]:
        for one in messages:
            one.properties_set.preset(PidTagParentEntryId, bytes(folder))
        return messages


# Where it searches.


class Rescoped(MemoryStore):
    """A store that searches elsewhere than it is told."""

    def scoped(self, search: Search, deadline: Deadline) -> Search:
        raise NotImplementedError

    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        return super().create_search_folder(parent, name, self.scoped(search, deadline), deadline)


@store_fault(
    Searching, "a_search_folder_says_what_it_searches_for", "a_search_goes_into_the_folders_below_when_it_shall"
)
class SearchIsAlwaysRecursive(Rescoped):
    def scoped(self, search: Search, deadline: Deadline) -> Search:
        return attrs.evolve(search, is_recursive=True)


@store_fault(
    Searching,
    "a_message_in_a_search_folder_is_the_message_itself_in_its_own_folder",
    "a_search_follows_folders_that_move_into_its_scope_and_out",
    "a_search_goes_into_the_folders_below_when_it_shall",
)
class SearchIsNeverRecursive(Rescoped):
    def scoped(self, search: Search, deadline: Deadline) -> Search:
        return attrs.evolve(search, is_recursive=False)


@store_fault(Searching, "a_search_that_is_too_complex_is_refused")
class SearchMisread(Rescoped):
    """It takes ``Not`` for always true."""

    def scoped(self, search: Search, deadline: Deadline) -> Search:
        return attrs.evolve(search, restriction=And(())) if isinstance(search.restriction, Not) else search


@store_fault(
    Searching,
    "a_search_folder_says_what_it_searches_for",
    "a_search_goes_on_when_a_folder_of_its_scope_is_gone",
    "a_search_goes_through_all_folders_of_its_scope",
)
class SearchOfOneFolder(Rescoped):
    def scoped(self, search: Search, deadline: Deadline) -> Search:
        return attrs.evolve(search, scope=search.scope[:1])


@store_fault(Searching, "a_search_of_no_folder_is_refused")
class SearchOfNowhereIsOfEverything(Rescoped):
    def scoped(self, search: Search, deadline: Deadline) -> Search:
        return attrs.evolve(search, scope=search.scope or (self.special_folders(deadline)[SpecialFolder.ROOT],))


@store_fault(Searching, "a_search_of_a_search_folder_is_refused")
class SearchOfASearchFolderIsOfItsScope(Rescoped):
    def scoped(self, search: Search, deadline: Deadline) -> Search:
        folders = self._state(deadline).folders
        found = [folders[one.number].search for one in search.scope if one.number in folders]
        for one in found:
            if one is not None:
                return attrs.evolve(search, scope=tuple(self._folder_id(number) for number in one.scope))
        return search


@store_fault(
    Searching,
    "a_search_follows_folders_that_move_into_its_scope_and_out",
    "a_search_goes_into_the_folders_below_when_it_shall",
)
class SearchKnowsTheFoldersThatWereThere(Rescoped):
    """It searches the folders that were below its scope when it was made."""

    def scoped(self, search: Search, deadline: Deadline) -> Search:
        state = self._state(deadline)
        if not search.is_recursive or not all(one.number in state.folders for one in search.scope):
            return search
        numbers = {below for one in search.scope for below in state.tree(one.number)}
        scope = [one for one in numbers if state.folders[one].search is None]
        return Search(search.restriction, tuple(self._folder_id(one) for one in sorted(scope)), is_recursive=False)


# What a search folder is.


@store_fault(Searching, "a_search_folder_is_made_to_show_something_else", "a_search_folder_says_what_it_searches_for")
class ForgetsWhatItSearchesFor(MemoryStore):
    def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Search:
        return attrs.evolve(super().search_criteria(entry_id, deadline), restriction=PidTagSubject.exists())


@store_fault(Searching, "a_search_folder_is_listed_in_its_parent")
class SearchFoldersAreNotListed(Looking):
    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        return [one for one in super().folders(parent, deadline) if not self.is_search(one.entry_id, deadline)]


@store_fault(Searching, "a_search_folder_counts_what_it_shows")
class SearchFoldersCountNothing(Looking):
    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        facts = super().folder(entry_id, deadline)
        is_search = self._state(deadline).folders[entry_id.number].search is not None
        return attrs.evolve(facts, unread_count=0) if is_search else facts


@store_fault(
    Searching,
    "a_message_in_a_search_folder_is_the_message_itself_in_its_own_folder",
    "a_table_of_a_search_folder_is_restricted_and_sorted_as_any",
)
class TableOfASearchFolderIsTheWhole(Looking):
    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        whole = attrs.evolve(query, restriction=None, sort_order=(), origin=None)
        kept = self._state(deadline).folders.get(folder.number)
        return super().query(folder, whole if kept is not None and kept.search is not None else query, deadline)


@store_fault(
    Searching,
    "a_message_that_is_deleted_where_it_was_found_is_deleted_where_it_is",
    "a_search_does_not_find_what_was_deleted",
)
class WhatIsFoundIsNotDeleted(Looking):
    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        searches = [self._folder_id(one.number) for one in self._state(deadline).folders.values() if one.search]
        found = {message for one in searches for message in self.ids_in(one, deadline)}
        super().delete([one for one in entry_ids if one not in found], deadline)


@store_fault(Searching, "deleting_a_search_folder_leaves_its_messages")
class DeletesWhatIsFoundWithTheFolder(Looking):
    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        found = self.ids_in(entry_id, deadline)
        super().delete_folder(entry_id, deadline)
        super().delete([one for one in found if self._state(deadline).messages.get(one.number)], deadline)


@store_fault(Searching, "a_search_folder_is_made_to_show_something_else")
class SearchStaysAsItWas(MemoryStore):
    def set_search_criteria(self, entry_id: EntryId, search: Search, deadline: Deadline) -> None:
        self.search_criteria(entry_id, deadline)
        if not search.scope:
            raise UsageError("no scope")


# What is refused.


@store_fault(Searching, "nothing_is_put_into_a_search_folder")
class SavesInASearchFolder(Looking):
    """It saves in the first folder of the scope."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        kept = self._state(deadline).folders.get(folder.number)
        if kept is not None and kept.search is not None:
            folder = self._folder_id(kept.search.scope[0])
        return super().save(folder, incoming, deadline)


@store_fault(Searching, "a_search_that_is_too_complex_is_refused")
class HalfMadeSearchFolder(MemoryStore):
    """It makes the folder, and then looks at the search."""

    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        try:
            return super().create_search_folder(parent, name, search, deadline)
        except TooComplex:
            self.create_folder(parent, name, deadline)
            raise


@store_fault(Searching, "the_name_of_another_folder_is_refused")
class FindsTheSearchFolderOfThatName(MemoryStore):
    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        for one in self.folders(parent, deadline):
            if one.name.lower() == name.lower():
                return one.entry_id
        return super().create_search_folder(parent, name, search, deadline)


@store_fault(Searching, "a_folder_that_is_no_search_folder_says_so")
class EveryFolderIsASearch(Looking):
    def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Search:
        if not self.is_search(entry_id, deadline):
            return Search(PidTagSubject.exists(), (entry_id,))
        return super().search_criteria(entry_id, deadline)


# Associated contents.


@store_fault(
    Associated,
    "a_changed_associated_message_stays_associated",
    "a_deleted_associated_message_is_gone_from_its_table",
    "a_restored_associated_message_is_associated_again",
    "an_associated_message_says_so",
    "an_associated_message_stays_associated_where_it_is_moved",
    "associated_contents_are_counted_when_they_are_asked_for",
    "associated_contents_are_in_a_table_of_their_own",
    "associated_contents_are_not_among_the_messages",
    "associated_contents_are_not_counted_with_the_messages",
    "the_copy_of_an_associated_message_is_associated",
)
class AssociatedIsAnyMessage(MemoryStore):
    def save_associated(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return self.save(folder, incoming, deadline)


@store_fault(Associated, "associated_contents_are_not_counted_with_the_messages")
class AssociatedIsCounted(Looking):
    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        facts = super().folder(entry_id, deadline)
        kept = len(self.ids_in(entry_id, deadline, Contents.ASSOCIATED))
        return attrs.evolve(facts, content_count=facts.content_count + kept)


@store_fault(Associated, "associated_contents_are_counted_when_they_are_asked_for")
class AssociatedCountIsOfAll(MemoryStore):
    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return super().count(folder, attrs.evolve(query, restriction=None), deadline)


@store_fault(Associated, "saving_associated_contents_gives_their_entry_ids_in_order")
class AssociatedIdsOutOfOrder(MemoryStore):
    def save_associated(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().save_associated(folder, incoming, deadline)[::-1]


@store_fault(Associated, "an_associated_message_is_loaded_as_any")
class AssociatedSaysNothingElse(MemoryStore):
    """It keeps the subject of what is associated, and no more."""

    def save_associated(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        bare = [attrs.evolve(one, message=Message(subject=one.message.subject)) for one in incoming]
        return super().save_associated(folder, bare, deadline)


class Losing(MemoryStore):
    """A store that takes messages for ordinary ones after it has done something with them."""

    def make_ordinary(self, ids: Sequence[EntryId], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for message in self._messages(state, ids):
                state.put(attrs.evolve(message, flags=message.flags & ~MessageFlag.ASSOCIATED))


@store_fault(Associated, "a_changed_associated_message_stays_associated")
class ChangedIsOrdinary(Losing):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, message, deadline)
        self.make_ordinary([entry_id], deadline)


@store_fault(Associated, "an_associated_message_stays_associated_where_it_is_moved")
class MovedIsOrdinary(Losing):
    def move(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> None:
        super().move(entry_ids, folder, deadline)
        self.make_ordinary(entry_ids, deadline)


@store_fault(Associated, "the_copy_of_an_associated_message_is_associated")
class CopyIsOrdinary(Losing):
    def copy(self, entry_ids: Sequence[EntryId], folder: EntryId, deadline: Deadline) -> Sequence[EntryId]:
        copies = super().copy(entry_ids, folder, deadline)
        self.make_ordinary(copies, deadline)
        return copies


@store_fault(Associated, "a_restored_associated_message_is_associated_again")
class RestoredIsOrdinary(Losing):
    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().restore(entry_ids, deadline)
        self.make_ordinary(entry_ids, deadline)


@store_fault(Associated, "a_deleted_associated_message_is_gone_from_its_table")
class AssociatedIsNotDeleted(Looking):
    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        state = self._state(deadline)
        super().delete([one for one in entry_ids if not self._message(state, one).is_associated], deadline)


@store_fault(Associated, "associated_contents_go_with_their_folder")
class AssociatedOutlivesItsFolder(Looking):
    """What programs kept in a folder that is deleted goes to its parent."""

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        parent = self.folder(entry_id, deadline).parent_id
        if parent is not None:
            self.move(self.ids_in(entry_id, deadline, Contents.ASSOCIATED), parent, deadline)
        super().delete_folder(entry_id, deadline)
