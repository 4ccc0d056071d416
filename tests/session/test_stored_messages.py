"""Open messages that move, are copied, and give their attachments piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

import msgcore
from msgcore import Attachment, Message, MessageStatus
from msgcore.blocking.store import MessageStore
from msgcore.blocking.stored_message import StoredMessage
from msgcore.errors import NotFound, NotLoaded, ObjectChanged, StoreError, UsageError
from msgcore.props import PidTagMessageStatus, PidTagParentEntryId
from tests.session.desk import Desk

LARGE = bytes(range(256)) * 4_000


def saved(store: MessageStore, *attachments: bytes | Path | Message | Attachment) -> bytes:
    return store.inbox.save(Message(subject="files", attachments=list(attachments)))


def test_an_open_message_moves_and_keeps_its_entry_id(store: MessageStore) -> None:
    entry_id = saved(store)
    with store.open_message(entry_id) as opened:
        opened.move_to(store.drafts)

    assert ([item.entry_id for item in store.drafts.messages()], store.inbox.messages()) == ([entry_id], ())


def test_a_copy_of_an_open_message_has_an_entry_id_of_its_own(store: MessageStore) -> None:
    entry_id = saved(store)
    with store.open_message(entry_id) as opened:
        copy = opened.copy_to(store.drafts.facts())

    assert ([item.entry_id for item in store.drafts.messages()], copy != entry_id) == ([copy], True)


def test_an_attachment_is_read_as_a_stream(store: MessageStore, desk: Desk) -> None:
    with store.open_message(saved(store, b"first", LARGE)) as opened:
        assert desk.octets(opened.open_attachment(1)) == LARGE


def test_a_stream_is_read_from_any_place_on(store: MessageStore, desk: Desk) -> None:
    with store.open_message(saved(store, LARGE)) as opened:
        stream = opened.open_attachment(0)
        stream.seek(700_001)

        assert desk.octets(stream, 5) == LARGE[700_001:700_006]


@pytest.mark.parametrize("number", [-1, 1])
def test_an_attachment_that_is_not_there_is_not_found(store: MessageStore, number: int) -> None:
    with store.open_message(saved(store, b"one")) as opened, pytest.raises(NotFound):
        opened.open_attachment(number)


def test_the_number_of_an_attachment_is_an_integer(store: MessageStore) -> None:
    with store.open_message(saved(store, b"one")) as opened, pytest.raises(UsageError, match="need an integer"):
        opened.open_attachment("0")  # type: ignore[arg-type]


def test_a_file_is_attached_and_read_again(store: MessageStore, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(LARGE)
    entry_id = saved(store, file)
    file.unlink()
    with store.open_message(entry_id) as opened:
        assert desk.octets(opened.open_attachment(0)) == LARGE


def test_a_file_that_is_gone_leaves_nothing_behind(store: MessageStore, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    file.write_bytes(LARGE)
    message = Message(attachments=[file])
    file.unlink()

    with pytest.raises(UsageError, match=r"large\.bin"):
        store.inbox.save(message)
    assert store.inbox.messages() == ()


def test_a_message_inside_an_attachment_is_opened(store: MessageStore) -> None:
    with store.open_message(saved(store, b"one", Message(subject="inside"))) as opened:
        assert opened.embedded(1).subject == "inside"


def test_a_message_inside_is_saved_with_the_one_around_it(store: MessageStore) -> None:
    entry_id = saved(store, Message(subject="inside"))
    with store.open_message(entry_id) as opened:
        opened.embedded(0).subject = "changed"
        opened.save_changes()

    assert msgcore.read_message(msgcore.write_message(store.load_message(entry_id))).attachments[0].message is not None
    with store.open_message(entry_id) as opened:
        assert opened.embedded(0).subject == "changed"


# Two who change one message


def test_whoever_saves_second_is_told_and_loses_nothing_of_the_first(store: MessageStore) -> None:
    entry_id = saved(store)
    with store.open_message(entry_id) as first, store.open_message(entry_id) as second:
        first.message.subject, second.message.subject = "first", "second"
        first.save_changes()
        with pytest.raises(ObjectChanged, match="open it again"):
            second.save_changes()
        assert store.load_message(entry_id).subject == "first"

        second.save_changes(force=True)
        assert (store.load_message(entry_id).subject, second.message.subject) == ("second", "second")
        second.message.subject = "third"
        second.save_changes()
        with pytest.raises(ObjectChanged):
            first.save_changes()
    assert store.load_message(entry_id).subject == "third"


def test_a_message_that_somebody_marks_or_moves_is_still_the_same(store: MessageStore) -> None:
    entry_id = saved(store)
    with store.open_message(entry_id) as opened, store.open_message(entry_id) as other:
        opened.message.subject = "new"
        other.set_read_flag()
        other.set_status(MessageStatus.HIGHLIGHTED, MessageStatus.HIGHLIGHTED)
        other.move_to(store.drafts)
        opened.save_changes()

    (item,) = store.drafts.messages()
    assert (item.subject, item.is_read) == ("new", True)


def test_a_message_that_was_refused_as_changed_can_be_saved_as_another_one(store: MessageStore) -> None:
    entry_id = saved(store)
    with store.open_message(entry_id) as first, store.open_message(entry_id) as second:
        first.message.subject, second.message.subject = "first", "second"
        first.save_changes()
        store.inbox.save(second.message)

    assert sorted(item.subject for item in store.inbox.messages()) == ["first", "second"]


def test_an_open_message_can_be_made_what_another_one_of_the_store_is(store: MessageStore) -> None:
    """A copy that was kept is brought back, say: nobody else has changed anything."""
    entry_id = saved(store)
    with store.open_message(entry_id) as opened:
        copy = opened.copy_to(store.drafts)
        opened.message.subject = "changed"
        opened.save_changes()
        cast(Any, getattr(opened, "inner", opened)).message = store.load_message(copy)
        opened.save_changes()
        opened.message.subject = "again"
        opened.save_changes()

    assert store.load_message(entry_id).subject == "again"


def test_an_attachment_that_is_no_message_is_refused(store: MessageStore) -> None:
    with store.open_message(saved(store, b"one")) as opened, pytest.raises(UsageError, match="is no message"):
        opened.embedded(0)


def test_a_message_inside_that_is_not_there_is_not_found(store: MessageStore) -> None:
    with store.open_message(saved(store, b"one")) as opened, pytest.raises(NotFound, match="no number 3"):
        opened.embedded(3)


def test_a_stream_never_mixes_two_contents(store: MessageStore, desk: Desk) -> None:
    entry_id = saved(store, LARGE)
    with store.open_message(entry_id) as opened, store.open_message(entry_id) as other:
        stream = opened.open_attachment(0)
        desk.octets(stream, 5)
        other.message.attachments = [LARGE[::-1]]
        other.save_changes()
        with pytest.raises(StoreError, match="open it again"):
            desk.octets(stream)


def test_a_stream_goes_on_when_the_message_is_read_and_moved(store: MessageStore, desk: Desk) -> None:
    with store.open_message(saved(store, LARGE)) as opened:
        stream = opened.open_attachment(0)
        head = desk.octets(stream, 5)
        opened.set_read_flag()
        opened.move_to(store.drafts)

        assert head + desk.octets(stream) == LARGE


def test_an_attached_message_is_no_stream(store: MessageStore) -> None:
    with (
        store.open_message(saved(store, Message(subject="inside"))) as opened,
        pytest.raises(UsageError, match=r"embedded\(0\)"),
    ):
        opened.open_attachment(0)


def test_a_message_over_the_limit_is_changed_with_a_higher_one(store: MessageStore) -> None:
    entry_id = saved(store, LARGE)
    with store.open_message(entry_id, 2 * len(LARGE)) as opened:
        opened.message.attachments = [opened.message.attachments[0].data[:5]]
        opened.save_changes()

    assert store.load_message(entry_id).attachments[0].data == LARGE[:5]


def test_what_is_not_loaded_says_how_it_is(store: MessageStore) -> None:
    with (
        store.open_message(saved(store, LARGE), 1_000) as opened,
        pytest.raises(NotLoaded, match=r"load_limit_octets, and open_attachment\(0\) streams it"),
    ):
        _ = opened.message.attachments[0].data


def test_an_entry_is_opened_with_a_limit(store: MessageStore) -> None:
    with store.open_entry(saved(store, LARGE), 1_000) as opened, pytest.raises(NotLoaded):
        _ = cast(StoredMessage, opened).message.attachments[0].data


def test_an_open_message_says_where_it_was_moved(store: MessageStore) -> None:
    with store.open_message(saved(store)) as opened:
        opened.move_to(store.drafts)

        assert opened.message[PidTagParentEntryId] == store.drafts.entry_id


def test_an_open_message_says_the_status_that_was_set(store: MessageStore) -> None:
    with store.open_message(saved(store)) as opened:
        opened.set_status(MessageStatus.TAGGED, MessageStatus.TAGGED)

        assert opened.message[PidTagMessageStatus] == MessageStatus.TAGGED
