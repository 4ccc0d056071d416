"""Deleted messages that come back, and what a store notes about messages: receipts and status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from msgcore import Message, MessageFlag, MessageStatus, ReadReceipt
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import ObjectDeleted, UsageError
from msgcore.props import PidTagEntryId, PidTagMessageFlags, PidTagMessageStatus, PidTagReadReceiptRequested

FAR = datetime(2100, 1, 1, tzinfo=UTC)


def subjects(folder: Folder) -> list[str]:
    return [item.subject for item in folder.messages()]


def asking() -> Message:
    """A message whose sender asks for a read receipt."""
    message = Message(from_="ann@a.test", subject="please answer")
    message[PidTagReadReceiptRequested] = True
    return message


def test_what_was_deleted_is_seen_in_a_table_of_its_own(store: MessageStore) -> None:
    entry_id = store.inbox.save(Message(subject="a"))
    store.delete(entry_id)

    assert (subjects(store.inbox), [row[PidTagEntryId] for row in store.inbox.deleted_table().query_rows(9)]) == (
        [],
        [entry_id],
    )


def test_what_was_deleted_is_opened_no_more_and_the_error_names_the_way_back(store: MessageStore) -> None:
    entry_id = store.inbox.save(Message(subject="a"))
    store.delete(entry_id)

    with pytest.raises(ObjectDeleted, match="restore"):
        store.open_entry(entry_id)


def test_what_was_deleted_comes_back_with_its_entry_id(store: MessageStore) -> None:
    entry_id = store.inbox.save(Message(subject="a"))
    store.delete(entry_id)
    store.restore(entry_id)

    assert [item.entry_id for item in store.inbox.messages()] == [entry_id]


def test_what_the_table_of_deleted_messages_shows_is_restored(store: MessageStore) -> None:
    store.delete(*[store.inbox.save(Message(subject=name)) for name in "ab"])
    store.restore(*[row[PidTagEntryId] for row in store.inbox.deleted_table().query_rows(9)])

    assert sorted(subjects(store.inbox)) == ["a", "b"]


def test_what_was_purged_does_not_come_back(store: MessageStore) -> None:
    first, second = store.inbox.save(Message()), store.inbox.save(Message())
    store.purge(first)
    store.delete(second)
    store.purge(second)

    for entry_id in (first, second):
        with pytest.raises(ObjectDeleted):
            store.restore(entry_id)


def test_what_was_deleted_before_a_moment_is_purged_and_counted(store: MessageStore) -> None:
    store.inbox.save(Message(subject="kept"))
    store.delete(store.inbox.save(Message()), store.inbox.save(Message()))

    assert (store.purge_before(datetime(2000, 1, 1, tzinfo=UTC)), store.purge_before(FAR), subjects(store.inbox)) == (
        0,
        2,
        ["kept"],
    )


def test_a_moment_without_a_zone_is_local_time(store: MessageStore) -> None:
    store.delete(store.inbox.save(Message()))
    now = datetime.now()  # that is the point

    assert (store.purge_before(now - timedelta(minutes=5)), store.purge_before(now + timedelta(minutes=5))) == (0, 1)


def test_a_moment_is_a_datetime(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="purge_before: need a datetime"):
        store.purge_before("yesterday")  # type: ignore[arg-type]


# Receipts


def test_reading_makes_the_receipt_owed_that_the_sender_asked_for(store: MessageStore) -> None:
    entry_id = store.inbox.save(asking())
    with store.open_message(entry_id) as opened:
        opened.set_read_flag()

    assert [(bytes(one.entry_id), one.is_read) for one in store.owed_receipts()] == [(entry_id, True)]


def test_a_receipt_that_is_suppressed_is_not_owed(store: MessageStore) -> None:
    entry_id = store.inbox.save(asking())
    with store.open_message(entry_id) as opened:
        opened.set_read_flag(receipt=ReadReceipt.SUPPRESS)
        opened.set_read_flag(is_read=False)
        opened.set_read_flag()

    assert store.owed_receipts() == ()


def test_deleting_unread_makes_the_other_receipt_owed(store: MessageStore) -> None:
    entry_id = store.inbox.save(asking())
    store.delete(entry_id)

    assert [(bytes(one.entry_id), one.is_read) for one in store.owed_receipts()] == [(entry_id, False)]


@pytest.mark.parametrize("told", [False, True], ids=["not told", "told"])
@pytest.mark.parametrize("read", [False, True], ids=["deleted again", "read"])
def test_a_message_that_came_back_asks_for_its_receipt_again_unless_the_sender_was_told(
    store: MessageStore, told: bool, read: bool
) -> None:
    entry_id = store.inbox.save(asking())
    store.delete(entry_id)
    if told:
        store.clear_receipts(entry_id)
    store.restore(entry_id)
    if read:
        store.inbox.set_read_flags([entry_id], True)
    else:
        store.delete(entry_id)

    assert [one.is_read for one in store.owed_receipts()] == ([] if told else [read])


def test_a_receipt_that_was_sent_is_owed_no_more(store: MessageStore) -> None:
    entry_id = store.inbox.save(asking())
    with store.open_message(entry_id) as opened:
        opened.set_read_flag()
    store.clear_receipts(entry_id)

    assert store.owed_receipts() == ()


def test_a_message_that_is_open_shows_its_flags_as_they_are_stored(store: MessageStore) -> None:
    entry_id = store.inbox.save(asking())
    with store.open_message(entry_id) as opened:
        opened.set_read_flag()
        shown = opened.message[PidTagMessageFlags]

        assert (shown, bool(shown & MessageFlag.READ)) == (store.load_message(entry_id)[PidTagMessageFlags], True)


def test_whether_a_receipt_is_sent_is_said_by_its_enum(store: MessageStore) -> None:
    with store.open_message(store.inbox.save(asking())) as opened, pytest.raises(UsageError, match="ReadReceipt"):
        opened.set_read_flag(receipt="suppress")  # type: ignore[arg-type]


# Status


def test_the_status_of_messages_is_set_bit_by_bit(store: MessageStore) -> None:
    entry_id = store.inbox.save(Message())
    store.inbox.set_status([entry_id], MessageStatus.TAGGED, MessageStatus.TAGGED | MessageStatus.HIDDEN)
    store.inbox.set_status([entry_id], MessageStatus.ANSWERED, MessageStatus.ANSWERED)
    (item,) = store.inbox.messages()

    assert item.status == MessageStatus.TAGGED | MessageStatus.ANSWERED


def test_the_status_of_an_open_message_is_set(store: MessageStore) -> None:
    with store.open_message(store.inbox.save(Message())) as opened:
        opened.set_status(MessageStatus.TAGGED, MessageStatus.TAGGED)
        opened.set_status(MessageStatus(0), MessageStatus.TAGGED)
        opened.set_status(MessageStatus.DRAFT, MessageStatus.DRAFT)

    assert [item.status for item in store.inbox.messages()] == [MessageStatus.DRAFT]


def test_a_message_of_its_own_has_no_status(store: MessageStore) -> None:
    store.inbox.save(Message())

    assert [item.status for item in store.inbox.messages()] == [MessageStatus(0)]


def test_messages_are_found_by_their_status(store: MessageStore) -> None:
    first, _ = store.inbox.save(Message()), store.inbox.save(Message())
    store.inbox.set_status([first], MessageStatus.TAGGED, MessageStatus.TAGGED)

    tagged = store.inbox.messages(PidTagMessageStatus.has_any_bit(MessageStatus.TAGGED))
    assert [item.entry_id for item in tagged] == [first]


def test_many_messages_are_marked_as_read_at_once(store: MessageStore) -> None:
    ids = [store.inbox.save(Message()) for _ in range(3)]
    store.inbox.set_read_flags(ids)
    store.inbox.set_read_flags(ids[:1], is_read=False)

    assert {item.entry_id: item.is_read for item in store.inbox.messages()} == dict(
        zip(ids, [False, True, True], strict=True)
    )


def test_many_receipts_are_suppressed_at_once(store: MessageStore) -> None:
    ids = [store.inbox.save(asking()) for _ in range(2)]
    store.inbox.set_read_flags(ids, receipt=ReadReceipt.SUPPRESS)

    assert (store.owed_receipts(), [item.is_read for item in store.inbox.messages()]) == ((), [True, True])
