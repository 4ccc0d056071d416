"""What the policy makes of a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import NO_STATUS, MessageStatus
from msgcore.spooler.retrieval.policy import Fate, Task, fate_of_known, fate_of_new, mark_when_stored

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STORED = EntryId(bytes(16), ObjectKind.MESSAGE, 1)
DOWNLOAD, DELETE = MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE
RECEIVE, REFRESH, PROCESS = Task.RECEIVE, Task.REFRESH, Task.PROCESS

STRICT = RetrievalPolicy()
LEAVE = RetrievalPolicy(leave_on_server=True)
THREE_DAYS = RetrievalPolicy(leave_on_server=True, remove_after_days=3)
UNTIL_DELETED = RetrievalPolicy(leave_on_server=True, remove_when_deleted=True)
NO_LARGE_COPIES = RetrievalPolicy(leave_on_server=True, remove_larger_than=100)
HEADERS = RetrievalPolicy(headers_only=True)
NO_LARGE = RetrievalPolicy(skip_larger_than=100)


def entry(
    status: MessageStatus = NO_STATUS,
    *,
    is_stored: bool = True,
    size: int = 100,
    days: float = 0,
    is_gone: bool = False,
) -> JournalEntry:
    origin = Origin("a", b"id", b"f", size)
    first_seen = NOW - timedelta(days=days)
    return JournalEntry(origin, first_seen, status, stored=STORED if is_stored else None, is_gone=is_gone)


@pytest.mark.parametrize(
    ("task", "policy", "size", "fate"),
    [
        (RECEIVE, STRICT, 100, Fate.DOWNLOAD),
        (RECEIVE, LEAVE, 100, Fate.DOWNLOAD),
        (RECEIVE, HEADERS, 100, Fate.HEADER),
        (RECEIVE, NO_LARGE, 100, Fate.DOWNLOAD),
        (RECEIVE, NO_LARGE, 101, Fate.HEADER),
        (RECEIVE, NO_LARGE, -1, Fate.DOWNLOAD),
        (REFRESH, STRICT, 100, Fate.HEADER),
        (PROCESS, STRICT, 100, Fate.WAIT),
        (PROCESS, HEADERS, 100, Fate.WAIT),
    ],
)
def test_a_new_message(task: Task, policy: RetrievalPolicy, size: int, fate: Fate) -> None:
    assert fate_of_new(task, policy, size) is fate


@pytest.mark.parametrize(
    ("task", "policy", "known", "fate"),
    [
        (RECEIVE, STRICT, entry(), Fate.REMOVE),
        (PROCESS, STRICT, entry(), Fate.LEAVE),
        (REFRESH, STRICT, entry(), Fate.LEAVE),
        (RECEIVE, LEAVE, entry(days=9_999, size=1 << 40, is_gone=True), Fate.LEAVE),
        (RECEIVE, LEAVE, entry(DELETE), Fate.REMOVE),
        (PROCESS, LEAVE, entry(DELETE), Fate.REMOVE),
        (REFRESH, LEAVE, entry(DELETE), Fate.LEAVE),
        (RECEIVE, THREE_DAYS, entry(days=3), Fate.REMOVE),
        (RECEIVE, THREE_DAYS, entry(days=2.9), Fate.LEAVE),
        (PROCESS, THREE_DAYS, entry(days=3), Fate.LEAVE),
        (RECEIVE, UNTIL_DELETED, entry(is_gone=True), Fate.REMOVE),
        (RECEIVE, UNTIL_DELETED, entry(), Fate.LEAVE),
        (RECEIVE, NO_LARGE_COPIES, entry(size=101), Fate.REMOVE),
        (RECEIVE, NO_LARGE_COPIES, entry(size=100), Fate.LEAVE),
        (RECEIVE, NO_LARGE_COPIES, entry(size=-1), Fate.LEAVE),
    ],
)
def test_a_message_that_is_stored(task: Task, policy: RetrievalPolicy, known: JournalEntry, fate: Fate) -> None:
    assert fate_of_known(task, policy, known, NOW) is fate


@pytest.mark.parametrize(
    ("task", "policy", "status", "fate"),
    [
        (RECEIVE, STRICT, NO_STATUS, Fate.DOWNLOAD),
        (RECEIVE, HEADERS, NO_STATUS, Fate.WAIT),
        (REFRESH, STRICT, NO_STATUS, Fate.WAIT),
        (PROCESS, STRICT, NO_STATUS, Fate.WAIT),
        (RECEIVE, HEADERS, DOWNLOAD, Fate.DOWNLOAD),
        (PROCESS, HEADERS, DOWNLOAD | DELETE, Fate.DOWNLOAD),
        (RECEIVE, STRICT, DELETE, Fate.REMOVE),
        (PROCESS, LEAVE, DELETE, Fate.REMOVE),
        (REFRESH, STRICT, DOWNLOAD | DELETE, Fate.WAIT),
    ],
)
def test_a_message_that_waits_with_its_header_noted(
    task: Task, policy: RetrievalPolicy, status: MessageStatus, fate: Fate
) -> None:
    assert fate_of_known(task, policy, entry(status, is_stored=False), NOW) is fate


@pytest.mark.parametrize(
    ("task", "policy", "size", "marks", "status"),
    [
        (RECEIVE, STRICT, 100, NO_STATUS, DELETE),
        (RECEIVE, LEAVE, 100, NO_STATUS, NO_STATUS),
        (RECEIVE, LEAVE, 100, DOWNLOAD, NO_STATUS),
        (RECEIVE, LEAVE, 100, DOWNLOAD | DELETE, DELETE),
        (RECEIVE, NO_LARGE_COPIES, 101, NO_STATUS, DELETE),
        (RECEIVE, NO_LARGE_COPIES, 100, NO_STATUS, NO_STATUS),
        (PROCESS, STRICT, 100, DOWNLOAD, NO_STATUS),
        (PROCESS, STRICT, 100, DOWNLOAD | DELETE, DELETE),
    ],
)
def test_a_message_that_is_downloaded_is_stored_with_its_mark(
    task: Task, policy: RetrievalPolicy, size: int, marks: MessageStatus, status: MessageStatus
) -> None:
    assert mark_when_stored(task, policy, size, marks) == status


POLICIES = st.builds(
    RetrievalPolicy,
    leave_on_server=st.just(True),
    remove_after_days=st.none() | st.integers(1, 5),
    remove_when_deleted=st.booleans(),
    remove_larger_than=st.none() | st.integers(1, 200),
    headers_only=st.booleans(),
    skip_larger_than=st.none() | st.integers(1, 200),
)
ENTRIES = st.builds(
    entry,
    st.sampled_from([NO_STATUS, DOWNLOAD, DELETE, DOWNLOAD | DELETE]),
    is_stored=st.booleans(),
    size=st.integers(-1, 300),
    days=st.integers(0, 9),
    is_gone=st.booleans(),
)


@given(st.sampled_from(Task), POLICIES, ENTRIES)
def test_what_is_not_stored_is_deleted_only_when_it_is_marked(
    task: Task, policy: RetrievalPolicy, known: JournalEntry
) -> None:
    is_lost = known.stored is None and fate_of_known(task, policy, known, NOW) is Fate.REMOVE

    assert not is_lost or known.status == DELETE


@given(POLICIES, ENTRIES)
def test_refreshing_never_downloads_or_removes(policy: RetrievalPolicy, known: JournalEntry) -> None:
    assert fate_of_known(REFRESH, policy, known, NOW) in {Fate.WAIT, Fate.LEAVE}


@given(POLICIES, ENTRIES)
def test_what_is_stored_is_never_downloaded(policy: RetrievalPolicy, known: JournalEntry) -> None:
    assert known.stored is None or fate_of_known(RECEIVE, policy, known, NOW) is not Fate.DOWNLOAD
