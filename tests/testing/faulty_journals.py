"""Stores with one fault each in the journals that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.memory.records import EntryKey
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.stores.journaling import Journaling
from msgcore.testing.stores.storing_once import StoringOnce
from tests.testing.faulty_stores import Remembering, store_fault


def key_of(origin: Origin) -> EntryKey:
    return (origin.account, *origin.key)


def origins(incoming: Sequence[Incoming]) -> list[Origin]:
    """Give the origins of those messages that were retrieved."""
    return [one.origin for one in incoming if one.origin is not None]


class Shown(MemoryStore):
    """A store that shows its journals in another way than it keeps them."""

    def show(self, entry: JournalEntry) -> JournalEntry:
        return entry

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        return [self.show(entry) for entry in super().journal(account, after, limit, deadline)]


class Meddling(MemoryStore):
    """A store that changes its journals behind everybody's back."""

    def meddle(self, entry: JournalEntry, **changes: Any) -> None:
        with self._memory.change() as state:
            state.journal[key_of(entry.origin)] = attrs.evolve(state.journal[key_of(entry.origin)], **changes)


# Noting and reading.


@store_fault(Journaling, "an_entry_that_is_noted_again_keeps_only_when_it_was_first_seen")
class SeenAnew(Meddling):
    """What is noted again was first seen then."""

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        super().note(entries, deadline)
        for entry in entries:
            self.meddle(entry, noted=attrs.evolve(entry, stored=None, is_gone=False))


@store_fault(Journaling, "an_entry_that_is_noted_again_keeps_only_when_it_was_first_seen")
class NotedOnce(MemoryStore):
    """An entry that is there stays as it is."""

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        known = self._memory.state.journal
        super().note([one for one in entries if key_of(one.origin) not in known], deadline)


@store_fault(Journaling, "nothing_is_stored_by_being_noted_as_stored")
class Believing(Meddling):
    """It believes whoever says that a message was stored."""

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        super().note(entries, deadline)
        for entry in entries:
            if entry.stored is not None:
                self.meddle(entry, number=entry.stored.number)


@store_fault(
    Journaling,
    "a_journal_changes_nothing_that_whoever_synchronises_is_told_of",
    "what_is_stored_stays_stored_when_it_is_noted",
)
class UnstoredByNoting(Meddling):
    """What is noted waits, whatever it was before."""

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        super().note(entries, deadline)
        for entry in entries:
            self.meddle(entry, number=None)


@store_fault(Journaling, "entries_come_by_unique_id_and_fingerprint_octet_by_octet")
class WithoutCase(MemoryStore):
    """Its entries are sorted as text is, without case."""

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        found = super().journal(account, after, limit, deadline)
        return sorted(found, key=lambda one: (one.origin.unique_id.lower(), one.origin.fingerprint))


@store_fault(Journaling, "a_page_begins_behind_a_key_whether_it_is_there_or_not")
class LostPlace(MemoryStore):
    """A page behind a key that is not there is the first one."""

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        is_there = after is not None and (account, *after) in self._memory.state.journal
        return super().journal(account, after if is_there else None, limit, deadline)


@store_fault(Journaling, "a_page_of_no_entries_is_refused")
class EmptyPages(MemoryStore):
    """It takes any limit."""

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        return super().journal(account, after, max(1, limit), deadline)[: max(0, limit)]


@store_fault(Journaling, "accounts_are_told_apart")
class AccountsWithoutCase(MemoryStore):
    """An account is one however it is written."""

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        return super().journal(account.lower(), after, limit, deadline)


# Forgetting.


@store_fault(Journaling, "what_is_forgotten_is_not_in_the_journal_of_its_account", "what_was_forgotten_is_stored_again")
class Unforgetting(MemoryStore):
    """It forgets nothing."""

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        self._state(deadline)


@store_fault(Journaling, "what_is_forgotten_is_not_in_the_journal_of_its_account")
class ForgetsEveryFingerprint(MemoryStore):
    """It forgets all messages that have the unique id of one."""

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        wanted = {unique_id for unique_id, _ in keys}
        known = [key[1:] for key in self._memory.state.journal if key[0] == account and key[1] in wanted]
        super().forget(account, known, deadline)


@store_fault(
    Journaling,
    "a_journal_changes_nothing_that_whoever_synchronises_is_told_of",
    "a_message_stays_when_it_is_forgotten",
    "what_was_forgotten_is_stored_again",
)
class ForgetsMessages(MemoryStore):
    """A message goes with its entry."""

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        with self._change(deadline) as state:
            for key in keys:
                entry = state.journal.pop((account, *key), None)
                if entry is not None and entry.number is not None:
                    state.drop(entry.number)


# Storing.


@store_fault(
    StoringOnce,
    "a_message_is_stored_once_wherever_it_is_saved",
    "a_message_that_is_gone_for_good_is_not_stored_again",
    "a_message_that_was_deleted_is_not_stored_again",
    "a_message_that_was_saved_is_not_delivered",
)
class StoredAgain(MemoryStore):
    """It does not look whether a message was stored before."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        with self._change(deadline) as state:
            for key in map(key_of, origins(incoming)):
                if key in state.journal:
                    state.journal[key] = attrs.evolve(state.journal[key], number=None)
        return super().save(folder, incoming, deadline)


@store_fault(StoringOnce, "a_message_that_comes_twice_in_one_call_is_stored_once")
class TwiceAtOnce(MemoryStore):
    """It looks only before a call at what was stored."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        given = [one.origin for one in incoming]
        again = [
            one if given.index(one.origin) == place else attrs.evolve(one, origin=None)
            for place, one in enumerate(incoming)
        ]
        return super().save(folder, again, deadline)


@store_fault(StoringOnce, "what_differs_in_account_or_fingerprint_is_another_message")
class UniqueIdsAreUnique(MemoryStore):
    """It takes messages of one unique id for one."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        alike = [
            attrs.evolve(one, origin=one.origin and attrs.evolve(one.origin, fingerprint=b"f")) for one in incoming
        ]
        return super().save(folder, alike, deadline)


@store_fault(StoringOnce, "what_was_stored_before_has_the_new_status_and_size")
class StatusOfTheFirstTime(MemoryStore):
    """The entry of what was stored before stays as it is."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        before = self._memory.state.journal
        ids = super().save(folder, incoming, deadline)
        with self._memory.change() as state:
            state.journal |= {key: entry for key, entry in before.items() if entry.number is not None}
        return ids


@store_fault(StoringOnce, "what_waited_is_stored_and_has_no_header_then")
class HeaderStays(MemoryStore):
    """An entry that waited keeps its header."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        before = self._memory.state.journal
        ids = super().save(folder, incoming, deadline)
        with self._memory.change() as state:
            for key in map(key_of, origins(incoming)):
                if key in before:
                    noted = attrs.evolve(state.journal[key].noted, header=before[key].noted.header)
                    state.journal[key] = attrs.evolve(state.journal[key], noted=noted)
        return ids


@store_fault(StoringOnce, "of_messages_that_cannot_be_saved_there_is_no_entry")
class NotedFirst(MemoryStore):
    """It writes the entries in a transaction of their own."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        known = self._memory.state.journal
        new = [one for one in origins(incoming) if key_of(one) not in known]
        self.note([JournalEntry(one, self._clock.now()) for one in new], deadline)
        return super().save(folder, incoming, deadline)


@store_fault(
    StoringOnce,
    "a_delivered_message_has_an_entry_that_names_it",
    "a_message_that_was_saved_is_not_delivered",
)
class DeliveredWithoutEntry(MemoryStore):
    """It has entries of what is saved only."""

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return super().deliver([attrs.evolve(one, origin=None) for one in incoming], deadline)


# Gone.


@store_fault(
    StoringOnce,
    "a_message_is_gone_with_its_folder",
    "a_message_that_is_gone_for_good_is_not_stored_again",
    "a_purged_message_is_gone",
)
class EntriesOfWhatIsThere(MemoryStore):
    """An entry goes with its message."""

    def _drop(self) -> None:
        with self._memory.change() as state:
            there = {None, *state.messages}
            state.journal = {key: entry for key, entry in state.journal.items() if entry.number in there}

    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().purge(entry_ids, deadline)
        self._drop()

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        super().delete_folder(entry_id, deadline)
        self._drop()


@store_fault(StoringOnce, "a_message_that_was_moved_is_not_gone")
class GoneToDeletedItems(Shown):
    """A message in Deleted Items counts as gone."""

    def show(self, entry: JournalEntry) -> JournalEntry:
        state = self._memory.state
        message = state.messages.get(entry.stored.number) if entry.stored else None
        is_there = message is not None and message.folder == state.special(SpecialFolder.DELETED_ITEMS)
        return attrs.evolve(entry, is_gone=entry.is_gone or is_there)


@store_fault(
    StoringOnce,
    "a_deleted_message_is_gone",
    "a_message_is_gone_though_a_copy_of_it_is_there",
)
class GoneWhenPurged(Shown):
    """A message that may be restored does not count as gone."""

    def show(self, entry: JournalEntry) -> JournalEntry:
        is_kept = entry.stored is not None and entry.stored.number in self._memory.state.messages
        return attrs.evolve(entry, is_gone=entry.is_gone and not is_kept)


@store_fault(StoringOnce, "a_message_is_gone_though_a_copy_of_it_is_there")
class GoneWithTheLastCopy(Shown):
    """A message is gone with the last one that has its octets."""

    def show(self, entry: JournalEntry) -> JournalEntry:
        messages = self._memory.state.messages
        message = messages.get(entry.stored.number) if entry.stored else None
        is_there = message is not None and any(
            one.octets == message.octets and one.deleted_at is None for one in messages.values()
        )
        return attrs.evolve(entry, is_gone=entry.is_gone and not is_there)


@store_fault(StoringOnce, "a_restored_message_is_not_gone")
class GoneOnce(Remembering):
    """What was gone once stays gone."""

    def delete(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> None:
        super().delete(entry_ids, deadline)
        self.originals.update({one: one for one in entry_ids})

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        found = super().journal(account, after, limit, deadline)
        return [attrs.evolve(one, is_gone=one.is_gone or one.stored in self.originals) for one in found]
