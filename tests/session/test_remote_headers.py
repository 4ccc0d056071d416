"""Remote headers: what waits at a server is looked at, marked, and processed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore import Address, MessageStatus, RetrievalProgress
from msgcore.blocking.remote_headers import RemoteHeaders
from msgcore.blocking.session import Session
from msgcore.errors import ConnectionLost, ForeignEntryId, NotFound, NotSupported, PropertyNotFound, UsageError
from msgcore.props.table import (
    PidTagCreationTime,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInstanceKey,
    PidTagInternetMessageId,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagSubject,
)
from msgcore.session.tables.remote_rows import journal_key, remote_entry_id
from msgcore.spi.origin import UNIQUE_ID_OCTETS, Origin
from msgcore.testing.memory_maildrop import MemoryMaildrop, register_memory_maildrops
from tests.session.desk import Desk

DOWNLOAD, DELETE = MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE


@pytest.fixture
def drop() -> MemoryMaildrop:
    drop = MemoryMaildrop()
    register_memory_maildrops(ann=drop)
    return drop


ACCOUNT = {"service": "maildrop", "name": "ann", "url": "maildrop://ann", "headers_only": True}


def letter(subject: str, day: int = 1) -> bytes:
    return (
        f"From: Eve <eve@e.test>\r\nSubject: {subject}\r\nDate: {day} Jan 2026 12:00:00 +0000\r\n"
        f"Message-ID: <{subject}@e.test>\r\nImportance: high\r\n\r\nHello\r\n"
    ).encode()


def log_on(desk: Desk, **settings: object) -> Session:
    return desk.log_on(desk.mailbox(), {**ACCOUNT, **settings})


@pytest.fixture
def session(desk: Desk, drop: MemoryMaildrop) -> Iterator[Session]:
    """A session whose account retrieves headers only; three letters wait, and their headers are here."""
    for day, subject in enumerate(("one", "two", "three"), start=1):
        drop.put(letter(subject, day))
    with log_on(desk) as session:
        session.remote_headers().refresh()
        yield session


@pytest.fixture
def remote(session: Session) -> RemoteHeaders:
    return session.remote_headers()


def ids(remote: RemoteHeaders, *subjects: str) -> list[bytes]:
    return [one.entry_id for one in remote.list() if one.subject in subjects]


def waiting(drop: MemoryMaildrop) -> list[str]:
    return [octets.split(b"Subject: ")[1].split(b"\r")[0].decode() for octets in drop.waiting()]


def stored(session: Session) -> list[str]:
    return sorted(item.subject for item in session.inbox.messages())


# Looking


def test_headers_are_listed_in_the_order_of_delivery(remote: RemoteHeaders) -> None:
    assert [one.subject for one in remote.list()] == ["one", "two", "three"]


def test_a_header_says_what_its_message_is(remote: RemoteHeaders) -> None:
    one = remote.list()[0]

    assert (one.from_, one.date, one.size_octets, one.status) == (
        Address("SMTP", "eve@e.test", "Eve"),
        datetime(2026, 1, 1, 12, tzinfo=UTC),
        len(letter("one", 1)),
        MessageStatus(0),
    )


def test_a_look_needs_no_connection(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    sessions = drop.sessions
    remote.list()
    remote.contents_table().query_rows(10)

    assert drop.sessions == sessions


def test_headers_are_there_again_at_the_next_logon(desk: Desk, session: Session, drop: MemoryMaildrop) -> None:
    session.close()
    with log_on(desk) as again:
        assert len(again.remote_headers().list()) == 3


def test_a_table_of_headers_is_restricted_and_sorted(remote: RemoteHeaders) -> None:
    table = remote.contents_table([PidTagSubject], PidTagSubject.contains("t"), [PidTagSubject.descending()])

    assert [row[PidTagSubject] for row in table.query_rows(10)] == ["two", "three"]


def test_a_table_may_be_opened_with_neither_restriction_nor_sort_order(remote: RemoteHeaders) -> None:
    table = remote.contents_table([PidTagSubject], None, None)

    assert [row[PidTagSubject] for row in table.query_rows(10)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PidTagInternetMessageId, "<one@e.test>"),
        (PidTagImportance, 2),
        (PidTagMessageStatus, 0),
        (PidTagMessageSizeExtended, len(letter("one", 1))),
    ],
    ids=["message id", "importance", "status", "size"],
)
def test_a_row_has_what_the_header_says(remote: RemoteHeaders, tag: object, value: object) -> None:
    (row,) = remote.contents_table([tag], PidTagSubject.equals("one")).query_rows(2)  # type: ignore[list-item]

    assert row[tag] == value  # type: ignore[index]  # the tags have values of several types


def test_a_row_does_not_say_what_only_the_message_could(remote: RemoteHeaders) -> None:
    (row,) = remote.contents_table([PidTagHasAttachments], PidTagSubject.equals("one")).query_rows(2)

    with pytest.raises(PropertyNotFound):
        _ = row[PidTagHasAttachments]


def test_the_entry_id_of_a_row_is_its_instance_key(remote: RemoteHeaders) -> None:
    (row,) = remote.contents_table([PidTagEntryId, PidTagInstanceKey], PidTagSubject.equals("one")).query_rows(2)

    assert row[PidTagEntryId] == row[PidTagInstanceKey]


def test_a_size_that_the_server_does_not_say_is_none(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    drop.put(letter("four", 4), size_octets=-1)
    remote.refresh()

    assert remote.list()[3].size_octets is None


def test_no_store_takes_the_entry_id_of_a_header_for_its_own(session: Session, remote: RemoteHeaders) -> None:
    with pytest.raises(ForeignEntryId):
        session.load_message(remote.list()[0].entry_id)


def test_what_another_client_has_deleted_is_there_no_more(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    drop.take_away(0)
    remote.refresh()

    assert [one.subject for one in remote.list()] == ["two", "three"]


def test_refreshing_retrieves_no_message(session: Session, drop: MemoryMaildrop) -> None:
    assert (stored(session), waiting(drop)) == ([], ["one", "two", "three"])


def test_refreshing_takes_the_headers_of_what_is_new_only(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    drop.put(letter("four", 4))

    assert remote.refresh().headers == 1


# Marks


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("mark_for_download", DOWNLOAD),
        ("mark_for_deletion", DELETE),
        ("mark_for_move", DOWNLOAD | DELETE),
        ("unmark", MessageStatus(0)),
    ],
)
def test_a_mark_replaces_the_one_before_it(remote: RemoteHeaders, verb: str, status: MessageStatus) -> None:
    (one,) = ids(remote, "one")
    for before in ("mark_for_download", "mark_for_deletion"):
        getattr(remote, before)([one])
        getattr(remote, verb)([one])
        assert remote.list()[0].status == status


def test_a_status_is_set_within_its_mask(remote: RemoteHeaders) -> None:
    (one,) = ids(remote, "one")
    remote.mark_for_deletion([one])
    remote.set_message_status([one], DOWNLOAD, DOWNLOAD)

    assert remote.list()[0].status == DOWNLOAD | DELETE


def test_marks_are_there_again_at_the_next_logon(desk: Desk, session: Session, remote: RemoteHeaders) -> None:
    remote.mark_for_download(ids(remote, "two"))
    session.close()
    with log_on(desk) as again:
        assert [one.status for one in again.remote_headers().list()] == [0, DOWNLOAD, 0]


def test_refreshing_leaves_marks(remote: RemoteHeaders) -> None:
    remote.mark_for_deletion(ids(remote, "two"))
    remote.refresh()

    assert [one.status for one in remote.list()] == [0, DELETE, 0]


def test_a_table_that_is_open_shows_a_new_mark(remote: RemoteHeaders) -> None:
    table = remote.contents_table([PidTagMessageStatus], PidTagMessageStatus.has_any_bit(int(DOWNLOAD)))
    before = table.row_count()
    remote.mark_for_download(ids(remote, "one", "two"))

    assert (before, table.row_count()) == (0, 2)


@pytest.mark.parametrize("count", [1, 50, 500])
def test_many_are_marked_at_once(remote: RemoteHeaders, drop: MemoryMaildrop, count: int) -> None:
    """Some of very many: the journal is read in pages, from the next one that is wanted."""
    for number in range(1_200):
        drop.put(letter(f"s{number % 7}"))
    remote.refresh()
    chosen = [one.entry_id for one in remote.list() if one.subject == "s3"][:count]
    remote.mark_for_download(chosen)

    assert {one.entry_id for one in remote.list() if one.status == DOWNLOAD} == set(chosen)


@pytest.mark.parametrize("status", [MessageStatus.TAGGED, MessageStatus(0x10000)])
def test_other_bits_are_refused(remote: RemoteHeaders, status: MessageStatus) -> None:
    with pytest.raises(UsageError, match="REMOTE_DOWNLOAD and REMOTE_DELETE"):
        remote.set_message_status(ids(remote, "one"), status, status)


def test_one_entry_id_is_no_sequence(remote: RemoteHeaders) -> None:
    with pytest.raises(UsageError, match="sequence"):
        remote.mark_for_download(ids(remote, "one")[0])  # type: ignore[arg-type]  # what somebody may write


@pytest.mark.parametrize("entry_id", [b"", b"x" * 60, bytes(29)], ids=["empty", "rubbish", "short"])
def test_what_is_no_entry_id_of_a_header_is_refused(remote: RemoteHeaders, entry_id: bytes) -> None:
    with pytest.raises(ForeignEntryId, match="ann"):
        remote.mark_for_download([entry_id])


def test_when_one_is_not_waiting_none_is_marked(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    chosen = ids(remote, "one", "two")
    drop.take_away(0)
    remote.refresh()
    with pytest.raises(NotFound, match="is not waiting"):
        remote.mark_for_deletion(chosen)

    assert [one.status for one in remote.list()] == [0, 0]


@given(
    st.text(min_size=1, max_size=30),
    st.binary(max_size=UNIQUE_ID_OCTETS),
    st.binary(min_size=1, max_size=64),
    st.booleans(),
)
def test_an_entry_id_gives_back_what_the_journal_calls_the_message(
    account: str, unique_id: bytes, fingerprint: bytes, is_other: bool
) -> None:
    entry_id = remote_entry_id(Origin(account, unique_id, fingerprint))
    assert journal_key(account, entry_id) == (unique_id, fingerprint)
    with pytest.raises(ForeignEntryId):
        journal_key(f"{account}!", entry_id)


# Processing


def test_processing_does_what_the_marks_say_and_nothing_else(
    session: Session, remote: RemoteHeaders, drop: MemoryMaildrop
) -> None:
    drop.put(letter("four"))
    remote.mark_for_move(ids(remote, "one"))
    remote.mark_for_deletion(ids(remote, "two"))
    remote.process()

    assert (stored(session), waiting(drop)) == (["one"], ["three", "four"])


@pytest.mark.parametrize("verb", ["mark_for_download", "mark_for_deletion", "mark_for_move"])
def test_what_was_processed_waits_no_more(remote: RemoteHeaders, verb: str) -> None:
    getattr(remote, verb)(ids(remote, "one"))
    remote.process()

    assert [one.subject for one in remote.list()] == ["two", "three"]


def test_what_is_downloaded_stays_at_the_server_until_the_policy_or_a_mark_removes_it(
    session: Session, remote: RemoteHeaders, drop: MemoryMaildrop
) -> None:
    remote.mark_for_download(ids(remote, "one"))
    remote.process()

    assert (stored(session), waiting(drop)) == (["one"], ["one", "two", "three"])


def test_processing_again_does_nothing(session: Session, remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    remote.mark_for_move(ids(remote, "one"))
    remote.process()
    report = remote.process()

    assert (report.stored, report.removed, stored(session)) == (0, 0, ["one"])


def test_a_processing_that_breaks_keeps_the_marks(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    remote.mark_for_deletion(ids(remote, "one"))
    drop.fail("delete", ConnectionLost("gone"))
    with pytest.raises(ConnectionLost):
        remote.process()

    assert [one.status for one in remote.list()] == [DELETE, 0, 0]


def test_without_a_check_the_report_has_the_error(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    drop.fail("open", ConnectionLost("gone"))

    assert "gone" in str(remote.process(check=False).error)


def test_progress_is_told(remote: RemoteHeaders) -> None:
    told: list[RetrievalProgress] = []
    remote.mark_for_download(ids(remote, "one", "two"))
    remote.process(on_progress=told.append)

    assert (told[-1].done, told[-1].total) == (2, 2)


def test_receiving_executes_marks_too(session: Session, remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    remote.mark_for_download(ids(remote, "two"))
    session.receive()

    assert stored(session) == ["two"]


def test_progress_is_told_to_a_plain_function(remote: RemoteHeaders) -> None:
    async def told(progress: RetrievalProgress) -> None: ...

    with pytest.raises(UsageError, match="need a plain function"):
        remote.process(on_progress=told)  # type: ignore[arg-type]  # what somebody may write


def test_a_call_without_a_limit_of_time_is_one(remote: RemoteHeaders) -> None:
    remote.refresh(timeout_seconds=None)
    remote.mark_for_deletion(ids(remote, "one"), timeout_seconds=None)
    remote.process(timeout_seconds=None)

    assert [one.subject for one in remote.list(timeout_seconds=None)] == ["two", "three"]


def test_a_message_that_waits_is_not_loaded_and_the_error_says_what_to_do(
    session: Session, remote: RemoteHeaders
) -> None:
    (one,) = ids(remote, "one")
    with pytest.raises(ForeignEntryId) as caught:
        session.load_message(one)

    assert str(caught.value) == "a remote header: its message waits at the server of ann; mark it for download"


def test_a_message_that_waits_no_more_is_named_by_its_subject(remote: RemoteHeaders, drop: MemoryMaildrop) -> None:
    (one,) = ids(remote, "one")
    drop.take_away(0)
    remote.refresh()
    with pytest.raises(NotFound) as caught:
        remote.mark_for_download([one])

    assert str(caught.value) == "ann: message b'id-1' (one) is not waiting at the server (any more)"


# Whose headers


def test_the_only_account_need_not_be_named(session: Session) -> None:
    assert session.remote_headers().service == "ann"


@pytest.mark.parametrize(
    ("service", "text"), [(None, "name the service; there are ann, bob"), ("eve", "'eve' is no service")]
)
def test_of_several_accounts_one_is_named(desk: Desk, drop: MemoryMaildrop, service: str | None, text: str) -> None:
    bob = {**ACCOUNT, "name": "bob", "url": "maildrop://bob"}
    with desk.log_on(desk.mailbox(), ACCOUNT, bob) as session, pytest.raises(UsageError, match=text):
        session.remote_headers(service)


def test_the_headers_of_two_accounts_are_apart(desk: Desk, drop: MemoryMaildrop) -> None:
    drop.put(letter("one"))
    bob = {**ACCOUNT, "name": "bob", "url": "maildrop://bob"}
    with desk.log_on(desk.mailbox(), ACCOUNT, bob) as session:
        session.receive()

        assert [len(session.remote_headers(name).list()) for name in ("ann", "bob")] == [1, 0]


def test_without_a_store_there_are_no_headers(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.log_on(ACCOUNT) as session, pytest.raises(NotSupported, match="add personal-folders"):
        session.remote_headers()


def test_the_time_of_the_first_sight_is_when_a_row_was_made(remote: RemoteHeaders) -> None:
    (row,) = remote.contents_table([PidTagCreationTime], PidTagSubject.equals("one")).query_rows(2)

    assert row[PidTagCreationTime].tzinfo is not None
