"""Stores, folders, tables and open messages, as an application sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import msgcore
from msgcore import Attachment, Message
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.blocking.stored_message import StoredMessage
from msgcore.errors import (
    ConnectionLost,
    ForeignEntryId,
    NotFound,
    NotLoaded,
    NotSupported,
    PropertyNotFound,
    StoreCorrupt,
    UsageError,
)
from msgcore.props.table import (
    PidTagBody,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageSize,
    PidTagSubject,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.session.tables.gap import Position
from msgcore.spi.store import Incoming, SpecialFolder
from tests.flow.modes import Mode
from tests.session.desk import MEMORY, Desk

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def store_of(desk: Desk) -> MessageStore:
    return desk.open_store(f"sqlite:///{desk.mailbox()['path']}")


def filled(store: MessageStore, *subjects: str) -> list[bytes]:
    """Save messages that arrived a minute apart."""
    return [
        store.inbox.save(Message(subject=subject), received_at=EPOCH + timedelta(minutes=number))
        for number, subject in enumerate(subjects)
    ]


# Opening by URL


def test_a_store_that_is_not_there_is_made(desk: Desk) -> None:
    with desk.open_store(f"sqlite:///{desk.folder / 'new.db'}") as store:
        store.inbox.save(Message(subject="first"))
    with desk.open_store(f"sqlite:///{desk.folder / 'new.db'}") as store:
        assert [item.subject for item in store.inbox.messages()] == ["first"]


def test_a_relative_path_is_taken_from_the_current_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    desk.open_store("sqlite:///here.db").close()

    assert (desk.folder / "here.db").exists()


def test_a_store_may_be_given_a_name(desk: Desk) -> None:
    with desk.open_store(f"sqlite:///{desk.folder / 'new.db'}", display_name="Archive") as store:
        assert store.display_name == "Archive"


def test_a_store_is_closed_twice_without_harm(desk: Desk) -> None:
    store = store_of(desk)
    store.close()
    store.close()

    with pytest.raises(UsageError, match="closed"):
        store.inbox.count()


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("mail.db", UsageError),
        ("sqlite://", UsageError),
        ("no-such-scheme:///x", UsageError),
        ("smtp://localhost", UsageError),
        ("postgresql://ann:secret@localhost/mail", UsageError),
        ("imaps://localhost", UsageError),
        ("pop3s://ann@localhost", UsageError),
    ],
)
def test_a_url_that_names_no_store_is_refused(desk: Desk, url: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        desk.open_store(url)


def test_a_server_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(ConnectionLost, match="localhost:1"):
        desk.open_store("postgresql://localhost:1/mail", timeout_seconds=10)


def test_an_option_that_there_is_not_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="colour"):
        desk.open_store(f"sqlite:///{desk.folder / 'new.db'}", colour="red")


def test_a_file_that_is_no_store_is_corrupt(desk: Desk) -> None:
    (desk.folder / "text.db").write_text("no database, but a long enough text\n" * 100)

    with pytest.raises(StoreCorrupt, match=r"text\.db"):
        desk.open_store(f"sqlite:///{desk.folder / 'text.db'}")


def test_a_store_without_a_session_does_not_submit(desk: Desk) -> None:
    with store_of(desk) as store, pytest.raises(NotSupported, match="log on"):
        store.submit(Message(from_="a@a.test", to="b@b.test"))


def test_a_store_of_a_session_submits(desk: Desk) -> None:
    with desk.log_on() as session:
        session.default_store.submit(Message(to="b@b.test"))

        assert session.outbox.count() == 1


# Folders


def test_every_special_folder_has_a_short_name(desk: Desk) -> None:
    with store_of(desk) as store:
        folders = (store.inbox, store.outbox, store.sent_items, store.deleted_items, store.drafts, store.root)

        assert [folder.facts().role for folder in folders] == [
            SpecialFolder.INBOX,
            SpecialFolder.OUTBOX,
            SpecialFolder.SENT_ITEMS,
            SpecialFolder.DELETED_ITEMS,
            SpecialFolder.DRAFTS,
            SpecialFolder.IPM_SUBTREE,
        ]


def test_a_session_shows_the_folders_of_its_default_store(desk: Desk) -> None:
    with desk.log_on() as session:
        store = session.default_store
        names = ("inbox", "outbox", "sent_items", "deleted_items", "drafts", "junk_email", "contacts", "finder")

        assert [getattr(session, one).entry_id for one in names] == [getattr(store, one).entry_id for one in names]


def test_a_folder_is_made_listed_and_deleted(desk: Desk) -> None:
    with store_of(desk) as store:
        folder = store.inbox.create_folder("Projects")
        listed = [one.name for one in store.inbox.folders()]
        folder.delete()

        assert (listed, store.inbox.folders()) == (["Projects"], ())


def test_a_folder_that_is_gone_is_not_found(desk: Desk) -> None:
    with store_of(desk) as store:
        folder = store.inbox.create_folder("Projects")
        folder.delete()

        with pytest.raises(NotFound):
            folder.messages()


def test_messages_are_moved_with_their_entry_ids(desk: Desk) -> None:
    with store_of(desk) as store:
        entry_id, _ = filled(store, "a", "b")
        store.drafts.move_here([entry_id])

        assert [item.entry_id for item in store.drafts.messages()] == [entry_id]


def test_messages_are_copied_with_entry_ids_of_their_own(desk: Desk) -> None:
    with store_of(desk) as store:
        ids = filled(store, "a", "b")
        copies = store.drafts.copy_here(ids)

        assert (set(copies).isdisjoint(ids), [item.subject for item in store.drafts.messages()]) == (True, ["a", "b"])


def test_many_messages_are_saved_at_once(desk: Desk) -> None:
    with store_of(desk) as store:
        ids = store.inbox.save_all([Incoming(Message(subject=str(n))) for n in range(5)])

        assert [store.load_message(one).subject for one in ids] == list("01234")


def test_several_messages_are_loaded_in_order_without_those_that_are_gone(desk: Desk) -> None:
    with store_of(desk) as store:
        ids = filled(store, "a", "b", "c")
        store.delete(ids[1])
        store.purge(ids[1])

        found = store.load_messages([ids[2], ids[1], ids[0]])

        assert [one and one.subject for one in found] == ["c", None, "a"]


def test_the_message_of_another_store_is_not_loaded_among_others(desk: Desk) -> None:
    with store_of(desk) as store, desk.open_store(f"sqlite:///{desk.folder / 'other.db'}") as other:
        ids = [*filled(store, "a"), *filled(other, "b")]

        with pytest.raises(ForeignEntryId):
            store.load_messages(ids)


def test_several_messages_are_deleted_at_once(desk: Desk) -> None:
    with store_of(desk) as store:
        store.delete(*filled(store, "a", "b")[:1])

        assert [item.subject for item in store.inbox.messages()] == ["b"]


def test_an_entry_id_of_another_store_is_not_moved(desk: Desk) -> None:
    with store_of(desk) as store, desk.open_store(f"sqlite:///{desk.folder / 'other.db'}") as other:
        (entry_id,) = filled(other, "a")

        with pytest.raises(NotFound, match="another store"):
            store.drafts.move_here([entry_id])


# The short way


def test_messages_come_in_the_order_of_delivery(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")

        assert [item.subject for item in store.inbox.messages()] == ["a", "b", "c"]


def test_messages_come_newest_first_on_request(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")

        assert [item.subject for item in store.inbox.messages(newest_first=True, limit=2)] == ["c", "b"]


def test_messages_that_satisfy_a_restriction_are_given_and_counted(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "Report", "other", "REPORTS")
        where = PidTagSubject.contains("report", ignore_case=True)

        assert ([item.subject for item in store.inbox.messages(where)], store.inbox.count(where)) == (
            ["Report", "REPORTS"],
            2,
        )


@pytest.mark.parametrize("limit", [0, 1, 3, 10])
def test_never_more_messages_than_the_limit(desk: Desk, limit: int) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")

        assert len(store.inbox.messages(limit=limit)) == min(limit, 3)


def test_more_messages_than_a_page_are_all_given(desk: Desk) -> None:
    with store_of(desk) as store:
        store.inbox.save_all([Incoming(Message(subject=str(n)), received_at=EPOCH) for n in range(2_001)])

        assert sorted(int(item.subject) for item in store.inbox.messages()) == list(range(2_001))


def test_an_item_says_what_a_list_shows(desk: Desk) -> None:
    message = Message(from_="Ann <ann@a.test>", subject="s", attachments=[b"x"], message_class="IPM.Own")
    with store_of(desk) as store:
        store.inbox.save(message, is_read=True, received_at=EPOCH)
        (item,) = store.inbox.messages()

        assert (
            str(item.from_),
            item.subject,
            item.received_at,
            item.is_read,
            item.has_attachments,
            item.message_class,
            item[PidTagSubject],
        ) == ("Ann <ann@a.test>", "s", EPOCH, True, True, "IPM.Own", "s")


def test_an_item_of_an_empty_message_says_so(desk: Desk) -> None:
    with store_of(desk) as store:
        store.inbox.save(Message())
        (item,) = store.inbox.messages()

        assert (item.from_, item.subject, item.is_read, item.has_attachments) == (None, "", False, False)


def test_an_item_loads_its_message(desk: Desk) -> None:
    with store_of(desk) as store:
        store.inbox.save(Message(text="body"))
        (item,) = store.inbox.messages()

        assert item.load().text == "body\n"


# Tables


def test_a_table_reads_on_from_its_cursor(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")
        table = store.inbox.contents_table([PidTagSubject])

        assert [[row[PidTagSubject] for row in table.query_rows(2)] for _ in range(3)] == [["a", "b"], ["c"], []]


def test_a_table_has_the_columns_restriction_and_order_that_were_asked_for(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "b1", "a", "b2")
        table = store.inbox.contents_table(
            columns=[PidTagEntryId, PidTagSubject],
            restriction=PidTagSubject.starts_with("b") & (PidTagMessageSize > 1),
            sort_order=[PidTagMessageDeliveryTime.descending()],
        )

        assert [row[PidTagSubject] for row in table.query_rows(10)] == ["b2", "b1"]


def test_a_cursor_says_where_it_stands(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")
        table = store.inbox.contents_table([PidTagSubject])
        table.query_rows(2)

        assert table.query_position() == Position(2, 3)


def test_a_cursor_is_put_before_any_row(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")
        table = store.inbox.contents_table([PidTagSubject])
        table.seek_row(2)

        assert [row[PidTagSubject] for row in table.query_rows(5)] == ["c"]


def test_a_new_restriction_starts_from_the_first_row(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")
        table = store.inbox.contents_table([PidTagSubject])
        table.query_rows(2)
        table.restrict(PidTagSubject.not_equals("a"))

        assert [row[PidTagSubject] for row in table.query_rows(5)] == ["b", "c"]


def test_a_new_order_starts_from_the_first_row(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")
        table = store.inbox.contents_table([PidTagSubject])
        table.query_rows(2)
        table.sort([PidTagSubject.descending()])

        assert [row[PidTagSubject] for row in table.query_rows(5)] == ["c", "b", "a"]


def test_other_columns_leave_the_cursor_where_it_is(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b")
        table = store.inbox.contents_table([PidTagSubject])
        table.query_rows(1)
        table.set_columns([PidTagMessageClass, PidTagSubject])
        (row,) = table.query_rows(5)

        assert (row.columns, row[PidTagSubject]) == ((PidTagMessageClass, PidTagSubject), "b")


def test_a_row_count_counts_what_the_restriction_leaves(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a", "b", "c")

        assert store.inbox.contents_table(restriction=PidTagSubject > "a").row_count() == 2


def test_a_value_that_a_row_has_not_raises_on_access(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a")
        (row,) = store.inbox.contents_table([PidTagBody]).query_rows(1)

        with pytest.raises(PropertyNotFound):
            _ = row[PidTagBody]


def test_a_column_that_was_not_asked_for_is_not_there(desk: Desk) -> None:
    with store_of(desk) as store:
        filled(store, "a")
        (row,) = store.inbox.contents_table([PidTagSubject]).query_rows(1)

        with pytest.raises(PropertyNotFound):
            _ = row[PidTagMessageClass]


@pytest.mark.parametrize("count", [0, -100_001, 100_001])
def test_a_count_of_rows_that_is_none_is_refused(desk: Desk, count: int) -> None:
    with store_of(desk) as store, pytest.raises(UsageError):
        store.inbox.contents_table().query_rows(count)


def test_a_table_without_columns_is_refused(desk: Desk) -> None:
    with store_of(desk) as store, pytest.raises(UsageError, match="columns"):
        store.inbox.contents_table([])


def test_a_cursor_goes_no_further_back_than_the_first_row(desk: Desk) -> None:
    with store_of(desk) as store:
        assert store.inbox.contents_table().seek_row(-1) == 0


def test_the_status_table_can_be_restricted_and_sorted(desk: Desk) -> None:
    from msgcore.props.table import PidTagProviderDisplay

    second, third = MEMORY | {"name": "B"}, MEMORY | {"name": "c"}
    with desk.log_on(MEMORY | {"name": "a"}, third, second) as session:
        table = session.status_table()
        table.restrict(PidTagProviderDisplay.not_equals("a"))
        table.sort([PidTagProviderDisplay.descending()])

        assert [row[PidTagProviderDisplay] for row in table.query_rows(9)] == ["spooler", "c", "B"]


def test_a_value_that_a_status_row_has_not_raises_on_access(desk: Desk) -> None:
    with desk.log_on() as session:
        table = session.status_table()
        table.set_columns([PidTagDisplayName])

        with pytest.raises(PropertyNotFound):
            _ = table.query_rows(1)[0][PidTagDisplayName]


def test_blocking_code_may_iterate_over_a_table(tmp_path: Path, empty_mailbox: bytes) -> None:
    with Desk(Mode.BLOCKING, tmp_path, empty_mailbox) as desk, store_of(desk) as store:
        filled(store, "a", "b")

        assert [row[PidTagSubject] for row in store.inbox.contents_table([PidTagSubject])] == ["a", "b"]


# By entry id


def test_an_entry_id_opens_a_message(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.inbox.save(Message(subject="s"))
        with session.open_entry(entry_id) as opened:
            assert opened.message.subject == "s" if not isinstance(opened, Folder) else False


def test_an_entry_id_opens_a_folder(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.inbox.entry_id
        with session.open_entry(entry_id) as opened:
            assert opened.facts().role is SpecialFolder.INBOX if not isinstance(opened, StoredMessage) else False


def test_an_entry_id_is_found_in_whichever_store_has_it(desk: Desk) -> None:
    path = desk.folder / "other.db"
    with desk.open_store(f"sqlite:///{path}") as other:
        (entry_id,) = filled(other, "there")
    with desk.log_on(desk.mailbox(), {"service": "personal-folders", "path": str(path), "name": "other"}) as session:
        assert session.load_message(entry_id).subject == "there"


@pytest.mark.parametrize("entry_id", [b"", b"x", bytes(29), bytes(4) + b"u" * 16 + b"\x05" + bytes(8)])
def test_an_entry_id_of_no_store_is_not_found(desk: Desk, entry_id: bytes) -> None:
    with desk.log_on() as session, pytest.raises(NotFound):
        session.load_message(entry_id)


def test_a_message_that_is_gone_is_not_opened(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.inbox.save(Message())
        session.default_store.delete(entry_id)

        with pytest.raises(NotFound):
            session.open_entry(entry_id)


def test_a_folder_that_is_gone_is_not_opened(desk: Desk) -> None:
    with desk.log_on() as session:
        folder = session.inbox.create_folder("x")
        folder.delete()

        with pytest.raises(NotFound):
            session.open_entry(folder.entry_id)


def test_a_folder_is_not_opened_as_a_message(desk: Desk) -> None:
    with desk.log_on() as session, pytest.raises(UsageError, match="another kind"):
        session.open_message(session.inbox.entry_id)


# Open messages


def test_changes_are_lost_without_save_changes(desk: Desk) -> None:
    with store_of(desk) as store:
        (entry_id,) = filled(store, "old")
        with store.open_message(entry_id) as opened:
            opened.message.subject = "new"

        assert store.load_message(entry_id).subject == "old"


def test_save_changes_keeps_changes(desk: Desk) -> None:
    with store_of(desk) as store:
        (entry_id,) = filled(store, "old")
        with store.open_message(entry_id) as opened:
            opened.message.subject = "new"
            opened.save_changes()

        assert store.load_message(entry_id).subject == "new"


def test_an_open_message_is_marked_read_at_once(desk: Desk) -> None:
    with store_of(desk) as store:
        (entry_id,) = filled(store, "s")
        with store.open_message(entry_id) as opened:
            opened.set_read_flag()

        assert store.inbox.messages()[0].is_read


def test_an_open_message_is_deleted_at_once(desk: Desk) -> None:
    with store_of(desk) as store:
        (entry_id,) = filled(store, "s")
        with store.open_message(entry_id) as opened:
            opened.delete()

        assert store.inbox.count() == 0


def test_an_attachment_is_read_as_a_stream_whatever_its_size(desk: Desk) -> None:
    with store_of(desk) as store:
        entry_id = store.inbox.save(Message(attachments=[Attachment(b"x" * 9_000)]))
        with pytest.raises(NotLoaded):
            _ = store.load_message(entry_id, 1_000).attachments[0].data
        with store.open_message(entry_id) as opened:
            assert desk.octets(opened.open_attachment(0)) == b"x" * 9_000


@pytest.mark.parametrize("number", [-1, 1, 99])
def test_an_attachment_that_there_is_not_is_not_found(desk: Desk, number: int) -> None:
    with store_of(desk) as store:
        entry_id = store.inbox.save(Message(attachments=[b"x"]))
        with store.open_message(entry_id) as opened, pytest.raises(NotFound):
            opened.open_attachment(number)


def test_a_deadline_that_is_past_saves_nothing(desk: Desk) -> None:
    with store_of(desk) as store:
        with pytest.raises(TimeoutError):
            store.inbox.save(Message(), timeout_seconds=0)

        assert store.inbox.count() == 0


def test_a_store_tells_the_ids_of_named_properties_and_what_they_name(tmp_path: Path) -> None:
    project: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Project", PropertyType.UNICODE)
    with msgcore.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store:
        before = store.property_ids([project])
        made = store.property_ids([project, (PS_PUBLIC_STRINGS, 7)], create=True)

        assert (before, made, store.property_names([0x8001, 0x8000])) == (
            (None,),
            (0x8000, 0x8001),
            ((PS_PUBLIC_STRINGS, 7), (PS_PUBLIC_STRINGS, "Project")),
        )
