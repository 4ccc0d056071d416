"""Search folders of the internal store."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import MissingExtra, StoreCorrupt, StoreError, TimedOut, TooComplex, UsageError, WrongType
from msgcore.model import Message
from msgcore.props.data_form import restriction_to_data
from msgcore.props.restriction import Bitmask, Count, Restriction
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagParentEntryId,
    PidTagSubject,
)
from msgcore.providers.internal.searches import read_search
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.runtime import NEVER
from msgcore.spi.folders import Search
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import EVERY_ROW, Incoming, MessageFlag, SpecialFolder, TableQuery
from tests.conftest import SOAK
from tests.providers.internal import strategies
from tests.providers.internal.box import Box

UNREAD = Bitmask(PidTagMessageFlags, MessageFlag.READ, is_set=False)
REPORTS = PidTagSubject.contains("report", ignore_case=True)


def search(
    box: Box,
    restriction: Restriction,
    *scope: EntryId,
    is_recursive: bool = True,
    name: str = "found",
    parent: EntryId | None = None,
) -> EntryId:
    wanted = Search(restriction, scope or (box.special[SpecialFolder.ROOT],), is_recursive)
    above = parent or box.special[SpecialFolder.FINDER]
    return box.run(box.store.create_search_folder(above, name, wanted, NEVER))


def shown(box: Box, found: EntryId) -> set[EntryId]:
    return set(box.ids(folder=found))


def counts(box: Box, found: EntryId) -> tuple[int, int]:
    facts = box.run(box.store.folder(found, NEVER))
    return facts.content_count, facts.unread_count


def report(number: int = 1) -> Message:
    return Message(subject=f"Report {number}", text=f"the figures of month {number}")


def test_a_new_search_folder_shows_what_is_there(box: Box) -> None:
    wanted, _ = box.save(report(), Message(subject="other"))

    assert shown(box, search(box, REPORTS)) == {wanted}


def test_a_message_that_comes_is_shown_at_once(box: Box) -> None:
    found = search(box, REPORTS)
    wanted, _ = box.save(report(), Message(subject="other"))

    assert shown(box, found) == {wanted}


def test_of_many_messages_that_come_at_once_each_is_shown(box: Box) -> None:
    """They are looked at by the hundred."""
    found = search(box, REPORTS)
    box.save(*[report()] * 600)

    assert counts(box, found) == (600, 600)


@settings(max_examples=2_000 if SOAK else 20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(incoming=st.lists(strategies.incoming, min_size=1, max_size=3), restriction=strategies.restrictions)
def test_what_comes_is_found_just_as_what_is_there(
    shelf: Box, incoming: list[Incoming], restriction: Restriction
) -> None:
    """Messages that come are asked of the reference evaluator, those that are there of the tables."""
    folder = shelf.folder("folder")
    try:
        before = search(shelf, restriction, folder, name="before", parent=folder)
        shelf.run(shelf.store.save(folder, incoming, NEVER))
        after = search(shelf, restriction, folder, name="after", parent=folder)

        as_table = set(shelf.ids(restriction, folder=folder))
        assert (shown(shelf, before), shown(shelf, after)) == (as_table, as_table)
    finally:
        shelf.run(shelf.store.delete_folder(folder, NEVER))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(restriction=strategies.restrictions, is_recursive=st.booleans())
def test_a_search_folder_says_what_it_searches_for(box: Box, restriction: Restriction, is_recursive: bool) -> None:
    found = search(box, restriction, box.inbox, is_recursive=is_recursive)
    wanted = box.run(box.store.search_criteria(found, NEVER))
    box.run(box.store.delete_folder(found, NEVER))

    assert (restriction_to_data(wanted.restriction), wanted.scope, wanted.is_recursive) == (
        restriction_to_data(restriction),
        (box.inbox,),
        is_recursive,
    )


def test_a_message_shown_has_the_folder_that_it_is_kept_in_as_its_parent(box: Box) -> None:
    found = search(box, REPORTS)
    box.save(report())

    (row,) = box.query(folder=found, columns=(PidTagEntryId, PidTagParentEntryId))
    assert row[PidTagParentEntryId] == bytes(box.inbox)


def test_a_search_folder_counts_its_messages_and_the_unread_ones(either_box: Box) -> None:
    found = search(either_box, REPORTS)
    first, *_ = either_box.save(report(1), report(2), report(3))
    either_box.run(either_box.store.set_read_flag([first], True, NEVER))

    assert counts(either_box, found) == (3, 2)


def test_a_message_that_is_read_leaves_the_unread_ones(box: Box) -> None:
    found = search(box, UNREAD)
    first, second = box.save(report(1), report(2))
    box.run(box.store.set_read_flag([first], True, NEVER))

    assert (shown(box, found), counts(box, found)) == ({second}, (1, 1))


def test_a_changed_message_is_shown_by_what_it_says_now(box: Box) -> None:
    found = search(box, PidTagBody.has_phrase("figures"))
    entry_id = box.save_one(Message(subject="x", text="nothing"))
    box.run(box.store.save_changes(entry_id, report(), NEVER))

    assert shown(box, found) == {entry_id}


@pytest.mark.parametrize("is_recursive", [False, True])
def test_folders_in_the_scope_are_searched_when_the_search_is_recursive(box: Box, is_recursive: bool) -> None:
    outer = box.folder("outer")
    inner = box.run(box.store.create_folder(outer, "inner", NEVER))
    found = search(box, REPORTS, outer, is_recursive=is_recursive)
    box.save(report(), folder=inner)

    assert counts(box, found)[0] == int(is_recursive)


def test_a_folder_that_moves_into_the_scope_brings_its_messages(either_box: Box) -> None:
    scope, other = either_box.folder("scope"), either_box.folder("other")
    inner = either_box.run(either_box.store.create_folder(other, "inner", NEVER))
    wanted = either_box.save(report(1), folder=other) + either_box.save(report(2), folder=inner)
    found = search(either_box, REPORTS, scope)

    either_box.run(either_box.store.move_folder(other, scope, "other", NEVER))

    assert shown(either_box, found) == set(wanted)


def test_a_folder_that_moves_out_of_the_scope_takes_its_messages(either_box: Box) -> None:
    scope = either_box.folder("scope")
    inner = either_box.run(either_box.store.create_folder(scope, "inner", NEVER))
    stays = either_box.save(report(1), folder=scope)
    either_box.save(report(2), folder=inner)
    found = search(either_box, REPORTS, scope)

    either_box.run(either_box.store.move_folder(inner, either_box.inbox, "inner", NEVER))

    assert (shown(either_box, found), counts(either_box, found)) == (set(stays), (1, 1))


def test_a_folder_of_the_scope_is_searched_wherever_it_moves(box: Box) -> None:
    scope = box.folder("scope")
    inner = box.run(box.store.create_folder(scope, "inner", NEVER))
    wanted = box.save(report(), folder=inner)
    found = search(box, REPORTS, scope, inner)

    box.run(box.store.move_folder(inner, box.inbox, "inner", NEVER))

    assert shown(box, found) == set(wanted)


def test_when_a_folder_of_the_scope_is_deleted_the_rest_is_searched(either_box: Box) -> None:
    gone, stays = either_box.folder("gone"), either_box.folder("stays")
    found = search(either_box, REPORTS, gone, stays)
    either_box.save(report(1), folder=gone)

    either_box.run(either_box.store.delete_folder(gone, NEVER))
    wanted = either_box.save(report(2), folder=stays)

    assert (shown(either_box, found), counts(either_box, found)) == (set(wanted), (1, 1))


def test_a_search_whose_whole_scope_is_deleted_shows_nothing(box: Box) -> None:
    gone = box.folder("gone")
    found = search(box, REPORTS, gone)
    box.save(report(), folder=gone)

    box.run(box.store.delete_folder(gone, NEVER))

    assert (shown(box, found), counts(box, found)) == (set(), (0, 0))


def test_an_emptied_folder_empties_the_search(either_box: Box) -> None:
    folder = either_box.folder("folder")
    found = search(either_box, REPORTS)
    either_box.save(report(), folder=folder)

    either_box.run(either_box.store.empty_folder(folder, NEVER))

    assert (shown(either_box, found), counts(either_box, found)) == (set(), (0, 0))


def test_a_restored_message_is_shown_again(box: Box) -> None:
    found = search(box, REPORTS)
    (entry_id,) = box.save(report())
    box.run(box.store.delete([entry_id], NEVER))
    box.run(box.store.restore([entry_id], NEVER))

    assert shown(box, found) == {entry_id}


def test_what_programs_keep_is_not_shown(box: Box) -> None:
    found = search(box, REPORTS)
    box.run(box.store.save_associated(box.inbox, [Incoming(report())], NEVER))

    assert counts(box, found) == (0, 0)


def test_the_copy_of_a_search_folder_is_the_same_search(either_box: Box) -> None:
    found = search(either_box, REPORTS)
    either_box.save(report(1))

    copy = either_box.run(either_box.store.copy_folder(found, either_box.special[SpecialFolder.FINDER], "copy", NEVER))
    either_box.save(report(2))

    assert (shown(either_box, copy), counts(either_box, copy)) == (shown(either_box, found), (2, 2))


def test_a_deleted_search_folder_leaves_the_messages(box: Box) -> None:
    found = search(box, REPORTS)
    (entry_id,) = box.save(report())

    box.run(box.store.delete_folder(found, NEVER))

    assert box.load(entry_id).subject == "Report 1"


def test_a_search_that_is_changed_shows_something_else(box: Box) -> None:
    found = search(box, REPORTS)
    _, other = box.save(report(), Message(subject="other"))

    wanted = Search(PidTagSubject.equals("other"), (box.inbox,))
    box.run(box.store.set_search_criteria(found, wanted, NEVER))

    assert (shown(box, found), counts(box, found)) == ({other}, (1, 1))


def test_a_search_that_is_changed_changes_the_folder(box: Box) -> None:
    found = search(box, REPORTS)
    token = box.run(box.store.changes_since(None, None, 1_000, NEVER)).token

    box.run(box.store.set_search_criteria(found, Search(UNREAD, (box.inbox,)), NEVER))

    changes = box.run(box.store.changes_since(None, token, 1_000, NEVER)).changes
    assert [one.entry_id for one in changes] == [found]


def test_a_time_in_a_search_stays_what_it_was(box: Box) -> None:
    """What is newer than a moment stays so: nothing has to be looked at again as time passes."""
    moment = box.runtime.now()
    found = search(box, PidTagMessageDeliveryTime > moment - timedelta(days=7))
    (entry_id,) = box.save(report())
    box.clock.move(timedelta(days=30))

    assert shown(box, found) == {entry_id}


# What is refused


def test_a_search_folder_is_not_searched(box: Box) -> None:
    with pytest.raises(UsageError, match="cannot be searched"):
        search(box, REPORTS, search(box, UNREAD), name="again")


def test_a_search_of_nothing_is_refused(box: Box) -> None:
    with pytest.raises(UsageError, match="needs a folder"):
        box.run(box.store.create_search_folder(box.inbox, "found", Search(REPORTS, ()), NEVER))


def test_a_search_for_the_first_few_is_refused(box: Box) -> None:
    with pytest.raises(TooComplex, match="Count"):
        search(box, Count(3, REPORTS))


def test_a_search_that_has_no_meaning_is_refused(box: Box) -> None:
    with pytest.raises(WrongType):
        search(box, Bitmask(PidTagSubject, 1))


def test_a_name_that_is_taken_is_refused(box: Box) -> None:
    search(box, REPORTS)

    with pytest.raises(UsageError, match="already"):
        search(box, UNREAD, name="FOUND")


def test_a_folder_that_searches_nothing_has_no_search(box: Box) -> None:
    with pytest.raises(UsageError, match="no search folder"):
        box.run(box.store.search_criteria(box.inbox, NEVER))


def test_nothing_is_saved_in_a_search_folder(box: Box) -> None:
    with pytest.raises(UsageError, match="search folder"):
        box.save(report(), folder=search(box, REPORTS))


def test_a_search_folder_is_not_emptied(box: Box) -> None:
    with pytest.raises(UsageError, match="search folder"):
        box.run(box.store.empty_folder(search(box, REPORTS), NEVER))


def test_a_search_that_is_not_made_in_time_leaves_no_folder_behind(box: Box) -> None:
    box.save(report())
    with pytest.raises(TimedOut):
        passed = box.runtime.deadline(0.0)
        wanted = Search(PidTagBody.contains("month"), (box.inbox,))
        box.run(box.store.create_search_folder(box.inbox, "found", wanted, passed))

    assert box.run(box.store.folders(box.inbox, NEVER)) == []


def test_a_damaged_search_is_reported(box: Box) -> None:
    found = search(box, REPORTS)
    box.sql("update folder set search = '{}' where id = ?", found.number)

    box.save(report())

    with pytest.raises(StoreCorrupt, match=r"'found'.*delete it"):
        shown(box, found)
    assert ["search" in one.text for one in box.run(box.store.check(NEVER))] == [True]


def test_a_search_for_a_pattern_where_none_can_be_looked_for_is_no_damage(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(box, PidTagSubject.matches("^Report"))
    box.save(report(1))
    monkeypatch.setitem(sys.modules, "re2", None)
    read_search.cache_clear()

    assert len(shown(box, found)) == 1
    assert list(box.run(box.store.check(NEVER))) == []


def test_mail_comes_where_a_search_folder_cannot_be_asked_which_has_it_as_soon_as_it_can(
    either_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = either_box
    found = search(box, PidTagSubject.matches("^Report"))
    (one,) = box.save(report(1))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "re2", None)
        read_search.cache_clear()
        box.save(report(2), Message(subject="Lunch"))
        box.run(box.store.delete([one], NEVER))
        box.run(box.store.create_folder(box.inbox, "inside", NEVER))
        with pytest.raises(MissingExtra, match=r"'found'.*pip install 'msgcore\[regex\]'"):
            shown(box, found)
        assert list(box.run(box.store.check(NEVER))) == []
    read_search.cache_clear()

    box.save(report(3))
    assert (len(shown(box, found)), counts(box, found)) == (2, (2, 2))
    assert list(box.run(box.store.check(NEVER))) == []
    assert box.run(box.store.search_criteria(found, NEVER)).restriction == PidTagSubject.matches("^Report")


def test_a_store_opened_to_be_read_only_says_which_search_folder_is_behind(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(box, PidTagSubject.matches("^Report"))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "re2", None)
        read_search.cache_clear()
        box.save(report(1))
    read_search.cache_clear()

    service = PersonalFoldersService(PersonalFoldersConfig(box.path, read_only=True), box.runtime)
    box.run(service.logon(NEVER))
    [reader] = service.providers()
    with pytest.raises(StoreError, match=r"search folder 'found' lacks .* open the store to write"):
        box.run(GuardedStore(Plugin("reader", reader, box.runtime), reader).count(found, EVERY_ROW, NEVER))
    box.run(service.close())


def test_what_goes_for_good_goes_where_its_search_cannot_be_read(
    either_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a mailbox can be cleared of such a search folder."""
    box = either_box
    found = search(box, PidTagSubject.matches("^Report"))
    box.save(report(1))
    one = box.save_one(report(2), folder=box.folder("other"))
    monkeypatch.setitem(sys.modules, "re2", None)
    read_search.cache_clear()

    box.run(box.store.purge([one], NEVER))
    box.run(box.store.delete_folder(found, NEVER))
    box.save(report(3))

    assert box.subjects() == [report(1).subject, report(3).subject]


def test_a_table_of_a_search_folder_is_restricted_and_counted(box: Box) -> None:
    found = search(box, REPORTS)
    box.save(report(1), report(2), Message(subject="Report", text="x" * 5_000))

    query = TableQuery((), PidTagMessageSize > 4_000)
    assert (box.run(box.store.count(found, query, NEVER)), box.run(box.store.count(found, EVERY_ROW, NEVER))) == (1, 3)
