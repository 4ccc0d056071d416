"""Where things are in a store: special folders, the store's own properties, and where mail of each class arrives."""

from __future__ import annotations

import pytest

from msgcore import Message, SpecialFolder
from msgcore.blocking.store import MessageStore
from msgcore.errors import UsageError
from msgcore.props import (
    PidTagDisplayName,
    PidTagFinderEntryId,
    PidTagIpmOutboxEntryId,
    PidTagIpmSentMailEntryId,
    PidTagIpmSubtreeEntryId,
    PidTagIpmWastebasketEntryId,
    PidTagRecordKey,
    PidTagStoreSupportMask,
    PidTagValidFolderMask,
)
from msgcore.session.stores.properties import StoreSupport


def test_junk_mail_and_search_folders_have_a_place(store: MessageStore) -> None:
    assert [folder.facts().role for folder in (store.junk_email, store.finder)] == [
        SpecialFolder.JUNK_EMAIL,
        SpecialFolder.FINDER,
    ]


def test_a_person_does_not_see_the_place_for_search_folders(store: MessageStore) -> None:
    assert store.finder.facts().entry_id not in [facts.entry_id for facts in store.root.folders()]


def test_the_properties_of_a_store_name_its_folders(store: MessageStore) -> None:
    found = store.properties()
    tags = (
        PidTagIpmSubtreeEntryId,
        PidTagIpmOutboxEntryId,
        PidTagIpmWastebasketEntryId,
        PidTagIpmSentMailEntryId,
        PidTagFinderEntryId,
    )
    folders = (store.root, store.outbox, store.deleted_items, store.sent_items, store.finder)

    assert [found[tag] for tag in tags] == [folder.entry_id for folder in folders]


def test_a_store_says_which_of_its_folders_are_valid(store: MessageStore) -> None:
    assert store.properties()[PidTagValidFolderMask] == 0x9F


def test_a_store_says_who_it_is(store: MessageStore) -> None:
    found = store.properties()

    assert (found[PidTagDisplayName], found[PidTagRecordKey]) == (store.display_name, store.uid)


def test_a_store_says_what_it_can_do(store: MessageStore) -> None:
    wanted = StoreSupport.SEARCH | StoreSupport.MODIFY | StoreSupport.CREATE | StoreSupport.SUBMIT | StoreSupport.NOTIFY

    assert StoreSupport(store.properties()[PidTagStoreSupportMask]) & (wanted | StoreSupport.READONLY) == wanted


# Receive folders


def test_mail_of_no_other_class_arrives_in_the_inbox(store: MessageStore) -> None:
    assert bytes(store.receive_folder().folder) == store.inbox.entry_id


def test_mail_of_a_class_arrives_where_its_longest_prefix_says(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Meetings")
    store.set_receive_folder("IPM.Schedule.Meeting", folder)
    found = store.receive_folder("IPM.Schedule.Meeting.Request")

    assert (found.message_class, bytes(found.folder)) == ("IPM.Schedule.Meeting", folder.entry_id)


def test_receive_folders_are_listed(store: MessageStore) -> None:
    before = {one.message_class for one in store.receive_folders()}
    store.set_receive_folder("IPM.Schedule", store.drafts)

    assert {one.message_class for one in store.receive_folders()} - before == {"IPM.Schedule"}


def test_an_entry_of_a_class_is_dropped(store: MessageStore) -> None:
    store.set_receive_folder("IPM.Schedule", store.drafts)
    store.set_receive_folder("IPM.Schedule", None)

    assert bytes(store.receive_folder("IPM.Schedule").folder) == store.inbox.entry_id


def test_the_entry_for_all_others_is_not_dropped(store: MessageStore) -> None:
    with pytest.raises(UsageError):
        store.set_receive_folder("", None)


def test_messages_are_delivered_each_to_its_receive_folder(store: MessageStore) -> None:
    store.set_receive_folder("IPM.Schedule", store.drafts)
    note, meeting = Message(subject="note"), Message(subject="meeting", message_class="IPM.Schedule.Meeting.Request")
    delivered = store.deliver([note, meeting])
    places = [folder.messages()[0].entry_id for folder in (store.inbox, store.drafts)]

    assert delivered == tuple(places)


def test_only_messages_are_delivered(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="deliver: need a Message or Incoming"):
        store.deliver([b"octets"])  # type: ignore[list-item]
