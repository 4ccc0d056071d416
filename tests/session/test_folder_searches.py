"""Search folders, and the search box."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

import msgcore
from msgcore import Message
from msgcore.base.ids import EntryId
from msgcore.base.text import Secret
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound, RestrictionSyntax, UsageError
from msgcore.props import PidTagSubject, at_most
from msgcore.session.access import StoreAccess
from msgcore.session.item import Item
from msgcore.session.listing import list_messages
from msgcore.testing.servers import LoopbackImapServer
from tests.servers import ANYBODY

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
REPORTS = PidTagSubject.contains("report", ignore_case=True)


def filled(folder: Folder, *subjects: str, day: int = 0) -> list[bytes]:
    """Save messages that arrived an hour apart."""
    return [
        folder.save(Message(subject=subject), received_at=EPOCH + timedelta(days=day, hours=number))
        for number, subject in enumerate(subjects)
    ]


def subjects(folder: Folder) -> list[str]:
    return sorted(item.subject for item in folder.messages())


def test_a_search_folder_shows_what_is_there_and_what_comes(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", "Lunch")
    found = store.finder.create_search_folder("Reports", REPORTS)
    filled(store.drafts, "report 2", "Dinner")

    assert subjects(found) == ["Report 1", "report 2"]


def test_in_finder_a_search_folder_looks_in_all_that_a_person_sees(store: MessageStore) -> None:
    found = store.finder.create_search_folder("Reports", REPORTS)

    assert found.search_criteria().scope == (store.root.facts().entry_id,)


def test_elsewhere_a_search_folder_looks_in_the_folder_that_it_is_in(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    filled(store.inbox, "Report 1")
    filled(folder, "Report 2")

    assert subjects(folder.create_search_folder("Reports", REPORTS)) == ["Report 2"]


def test_a_scope_may_leave_out_the_folders_below(store: MessageStore) -> None:
    filled(store.inbox, "Report 1")
    filled(store.inbox.create_folder("Projects"), "Report 2")

    found = store.finder.create_search_folder("Reports", REPORTS, [store.inbox], recursive=False)
    assert subjects(found) == ["Report 1"]


def test_a_search_is_written_as_text(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", "Lunch")

    assert subjects(store.finder.create_search_folder("Reports", 'subject:contains("Report")')) == ["Report 1"]


def test_a_message_in_a_search_folder_is_the_message_itself(store: MessageStore) -> None:
    (entry_id,) = filled(store.inbox, "Report 1")
    found = store.finder.create_search_folder("Reports", REPORTS)

    assert [item.entry_id for item in found.messages()] == [entry_id]


def test_what_a_search_folder_shows_is_changed_in_part(store: MessageStore) -> None:
    found = store.finder.create_search_folder("Reports", REPORTS)
    before = found.search_criteria()
    found.set_search_criteria(scope=[store.inbox], recursive=False)

    assert found.search_criteria() == attrs.evolve(before, scope=(store.inbox.facts().entry_id,), is_recursive=False)


def test_a_search_folder_with_another_restriction_shows_others(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", "Lunch")
    found = store.finder.create_search_folder("Reports", REPORTS)
    found.set_search_criteria('subject:contains("Lunch")')

    assert subjects(found) == ["Lunch"]


def test_a_folder_that_is_no_search_folder_has_no_criteria(store: MessageStore) -> None:
    with pytest.raises(UsageError):
        store.inbox.search_criteria()


def test_deleting_a_search_folder_leaves_the_messages(store: MessageStore) -> None:
    filled(store.inbox, "Report 1")
    store.finder.create_search_folder("Reports", REPORTS).delete()

    assert subjects(store.inbox) == ["Report 1"]


def test_a_search_of_no_restriction_is_refused(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="needs a restriction"):
        store.finder.create_search_folder("All", None)  # type: ignore[arg-type]


def test_a_search_folder_shows_not_only_the_first_few(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="at_most"):
        store.finder.create_search_folder("Reports", at_most(3, REPORTS))


def test_a_scope_is_several_folders(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="need a sequence of folders"):
        store.finder.create_search_folder("Reports", REPORTS, store.inbox)  # type: ignore[arg-type]


# The search box


def test_a_search_looks_in_all_folders_and_gives_the_newest_first(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", "Lunch", "Report 3")
    filled(store.inbox.create_folder("Projects"), "Report 0", day=-1)
    filled(store.drafts, "Report 4", day=1)

    assert [item.subject for item in store.search(REPORTS)] == ["Report 4", "Report 3", "Report 1", "Report 0"]


def test_messages_of_one_time_stand_in_the_order_of_the_folders_whichever_answers_first(
    store: MessageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store.inbox, "Report 1")
    filled(store.drafts, "Report 2")
    second_is_there = threading.Event()

    async def first_answers_last(access: StoreAccess, folder: EntryId, *args: Any, **named: Any) -> list[Item]:
        if folder == store.inbox.entry_id:
            await access.runtime.in_thread(lambda: second_is_there.wait(2))
        found = await list_messages(access, folder, *args, **named)
        if folder == store.drafts.entry_id:
            second_is_there.set()
        return found

    monkeypatch.setattr("msgcore.session.store.list_messages", first_answers_last)

    assert [item.subject for item in store.search(REPORTS, [store.inbox, store.drafts])] == ["Report 1", "Report 2"]


def test_a_search_gives_all_that_it_finds(store: MessageStore) -> None:
    store.inbox.save_all([Message(subject=f"Report {number}") for number in range(120)])
    assert len(store.search(REPORTS)) == len(store.inbox.messages(REPORTS)) == 120


def test_a_search_gives_no_more_than_the_limit(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", "Report 2")
    filled(store.drafts, "Report 3", day=1)

    assert [item.subject for item in store.search(REPORTS, limit=2)] == ["Report 3", "Report 2"]


def test_a_search_looks_only_in_the_folders_that_are_named(store: MessageStore) -> None:
    filled(store.inbox, "Report 1")
    filled(store.drafts, "Report 2")

    assert [item.subject for item in store.search('subject:contains("Report")', [store.drafts])] == ["Report 2"]


def test_a_message_that_a_search_folder_shows_is_found_once(store: MessageStore) -> None:
    filled(store.inbox, "Report 1")
    store.inbox.create_search_folder("Reports", REPORTS)

    assert [item.subject for item in store.search(REPORTS)] == ["Report 1"]


def test_a_search_does_not_find_what_was_deleted(store: MessageStore) -> None:
    store.delete(*filled(store.inbox, "Report 1"))

    assert store.search(REPORTS) == ()


def test_a_search_in_a_folder_that_is_gone_is_an_error(store: MessageStore) -> None:
    folder = store.inbox.create_folder("Projects")
    folder.delete()

    with pytest.raises(NotFound):
        store.search(REPORTS, [folder])


def test_a_search_for_what_is_no_restriction_is_an_error(store: MessageStore) -> None:
    with pytest.raises(RestrictionSyntax):
        store.search("subject:")


def test_a_count_is_of_all_folders_together(store: MessageStore) -> None:
    filled(store.inbox, "Report 1", day=1)
    filled(store.drafts, "Report 2", day=2)

    assert [item.subject for item in store.search(at_most(1, REPORTS))] == ["Report 2"]


def test_a_search_for_nothing_is_refused(store: MessageStore) -> None:
    with pytest.raises(UsageError, match="need a restriction"):
        store.search(None)  # type: ignore[arg-type]


USES: list[tuple[Callable[[Folder], object], str]] = [
    (lambda found: found.changes_since(), "search"),
    (lambda found: found.empty(), "delete its messages"),
]


@pytest.mark.parametrize(("use", "says"), USES, ids=["changes", "empty"])
def test_what_a_search_folder_cannot_do_says_what_to_do(
    store: MessageStore, use: Callable[[Folder], object], says: str
) -> None:
    found = store.finder.create_search_folder("Reports", REPORTS)
    with pytest.raises(UsageError, match=says) as raised:
        use(found)

    assert "saved" not in str(raised.value)


@pytest.mark.parametrize("folders", [1, 3, 4, 5, 30])
def test_a_search_looks_in_every_folder_however_many_there_are(store: MessageStore, folders: int) -> None:
    for number in range(folders):
        filled(store.inbox.create_folder(f"Project {number}"), f"Report {number}", day=number)

    assert [item.subject for item in store.search(REPORTS)] == [f"Report {n}" for n in reversed(range(folders))]


def test_a_search_asks_an_account_nothing_of_folders_without_messages() -> None:
    with LoopbackImapServer({"ann": ANYBODY}) as server:
        for number in range(9):
            server.account("ann").add(b"%d" % number)
        server.put("ann", b"Subject: Report 1\r\n\r\n", b"7")
        password = Secret(ANYBODY)
        with msgcore.open_store(server.url, user="ann", password=password, allow_cleartext_login=True) as account:
            found = [item.subject for item in account.search(REPORTS)]
        opened = [line for session in server.sessions for line in session if line.startswith(("SELECT", "EXAMINE"))]

    assert (found, opened) == (["Report 1"], ['EXAMINE "7"'])
