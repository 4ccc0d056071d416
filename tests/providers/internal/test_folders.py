"""Folders of the internal store."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import ForeignEntryId, NotFound, ObjectDeleted, UsageError
from msgcore.model import Message
from msgcore.props.table import PidTagComment, PidTagReadReceiptRequested, PidTagSubject
from msgcore.runtime import NEVER
from msgcore.spi.folders import Search
from msgcore.spi.store import EVERY_ROW, Contents, Incoming, SpecialFolder, TableQuery
from tests.providers.internal.box import Box


def search_of(folder: EntryId) -> Search:
    return Search(PidTagSubject.exists(), (folder,))


def test_folders_are_listed_by_name_without_case(box: Box) -> None:
    parent = box.folder("parent")
    for name in ("b", "A", "Ä", "c"):
        box.run(box.store.create_folder(parent, name, NEVER))

    assert [one.name for one in box.run(box.store.folders(parent, NEVER))] == ["A", "b", "c", "Ä"]


def test_a_folder_says_its_parent(box: Box) -> None:
    facts = box.run(box.store.folder(box.inbox, NEVER))

    assert facts.parent_id == box.special[SpecialFolder.IPM_SUBTREE]


def test_the_root_has_no_parent(box: Box) -> None:
    assert box.run(box.store.folder(box.special[SpecialFolder.ROOT], NEVER)).parent_id is None


def test_a_folder_counts_its_messages_and_the_unread_ones(box: Box) -> None:
    first, *_ = box.save(Message(), Message(subject="b"), Message(subject="c"))
    box.run(box.store.set_read_flag([first], True, NEVER))

    facts = box.run(box.store.folder(box.inbox, NEVER))

    assert (facts.content_count, facts.unread_count) == (3, 2)


@pytest.mark.parametrize("again", ["Straße", "STRASSE", "straße"])
def test_a_folder_of_the_same_name_without_case_is_found_not_made(box: Box, again: str) -> None:
    assert box.folder("Straße") == box.folder(again)


def test_a_folder_is_found_by_the_other_unicode_form_of_its_name(box: Box) -> None:
    assert box.folder("\u00e9t\u00e9") == box.folder("e\u0301te\u0301")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "\ud800"])
def test_a_name_that_is_none_is_refused(box: Box, name: str) -> None:
    with pytest.raises(UsageError):
        box.folder(name)


@pytest.mark.parametrize("role", list(SpecialFolder))
def test_a_special_folder_is_never_deleted(box: Box, role: SpecialFolder) -> None:
    with pytest.raises(UsageError, match="cannot be deleted"):
        box.run(box.store.delete_folder(box.special[role], NEVER))


def test_a_deleted_folder_takes_what_is_in_it_along(box: Box) -> None:
    outer = box.folder("outer")
    inner = box.run(box.store.create_folder(outer, "inner", NEVER))
    entry_id = box.save_one(Message(subject="deep"), inner)

    box.run(box.store.delete_folder(outer, NEVER))

    with pytest.raises(NotFound):
        box.load(entry_id)


def test_a_deleted_folder_leaves_no_content_behind(box: Box) -> None:
    outer = box.folder("outer")
    inner = box.run(box.store.create_folder(outer, "inner", NEVER))
    box.save(Message(subject="1"), folder=outer)
    box.save(Message(subject="2"), folder=inner)

    box.run(box.store.delete_folder(outer, NEVER))

    assert box.sql("select count(*) from content") == [(0,)]


def test_a_deleted_folder_leaves_none_of_many_messages(box: Box) -> None:
    """They go by the thousand."""
    folder = box.folder("folder")
    box.save(*[Message()] * 2_001, folder=folder)

    box.run(box.store.delete_folder(folder, NEVER))

    assert box.sql("select (select count(*) from message), (select count(*) from gone)") == [(0, 2_002)]


def test_a_deleted_folder_leaves_content_that_another_folder_names(box: Box) -> None:
    folder = box.folder("one")
    (kept,) = box.run(box.store.copy(box.save(Message(subject="both"), folder=folder), box.inbox, NEVER))

    box.run(box.store.delete_folder(folder, NEVER))

    assert box.load(kept).subject == "both"


def nested(box: Box, top: EntryId, levels: int) -> None:
    """Put folders into one another, deeper than SQLite's foreign keys cascade (1,000 levels) and Python recurses."""
    box.sql(
        "with recursive n(i) as (select ? union all select i + 1 from n where i < ? + ?) insert into folder"
        " (id, mailbox_id, parent_id, name, name_key, created_number, change_number) select i + 1, 1, i, 'x', x'78', 1,"
        " 1 from n",
        top.number,
        top.number,
        levels - 1,
    )


def test_folders_that_nest_deep_are_deleted(box: Box) -> None:
    top = box.folder("top")
    nested(box, top, 1_200)

    box.run(box.store.delete_folder(top, NEVER))

    assert box.sql("select count(*) from folder where role is null") == [(0,)]


def test_folders_that_nest_deep_are_copied(box: Box) -> None:
    top = box.folder("top")
    nested(box, top, 1_200)

    box.run(box.store.copy_folder(top, box.inbox, "copy", NEVER))

    assert box.sql("select count(*) from folder where role is null") == [(2 * 1_201,)]


def test_a_folder_that_nests_deep_goes_into_no_folder_of_its_own(box: Box) -> None:
    top = box.folder("top")
    nested(box, top, 1_200)
    innermost = EntryId(box.store.uid, ObjectKind.FOLDER, top.number + 1_200)

    with pytest.raises(UsageError, match="into itself"):
        box.run(box.store.move_folder(top, innermost, "top", NEVER))


def test_a_folder_moved_into_one_made_before_it_is_deleted_with_it(either_box: Box) -> None:
    """Numbers do not say what is inside of what."""
    first, second = either_box.folder("first"), either_box.folder("second")
    either_box.run(either_box.store.move_folder(first, second, "first", NEVER))

    either_box.run(either_box.store.delete_folder(second, NEVER))

    assert either_box.sql("select count(*) from folder where role is null") == [(0,)]


def test_an_emptied_folder_keeps_its_messages_to_be_restored(either_box: Box) -> None:
    folder = either_box.folder("folder")
    entry_id = either_box.save_one(Message(subject="kept"), folder)

    either_box.run(either_box.store.empty_folder(folder, NEVER))
    either_box.run(either_box.store.restore([entry_id], NEVER))

    assert either_box.load(entry_id).subject == "kept"


def test_an_emptied_folder_keeps_what_programs_keep_in_it(box: Box) -> None:
    folder = box.folder("folder")
    (entry_id,) = box.run(box.store.save_associated(folder, [Incoming(Message(subject="view"))], NEVER))

    box.run(box.store.empty_folder(folder, NEVER))

    assert box.load(entry_id).subject == "view"


def test_a_folder_that_is_emptied_unread_owes_the_receipts_that_were_asked_for(either_box: Box) -> None:
    folder = either_box.folder("folder")
    asking = Message(subject="receipt, please")
    asking[PidTagReadReceiptRequested] = True
    asked, _, read = (either_box.save_one(one, folder) for one in (asking, Message(), asking))
    either_box.run(either_box.store.set_read_flag([read], True, NEVER))
    either_box.run(either_box.store.clear_receipts([read], NEVER))

    either_box.run(either_box.store.empty_folder(folder, NEVER))

    assert [(one.entry_id, one.is_read) for one in either_box.run(either_box.store.owed_receipts(NEVER))] == [
        (asked, False)
    ]


def test_the_outbox_is_not_emptied_of_what_is_to_be_sent(box: Box) -> None:
    box.submit(Message(from_="a@a.test", to="b@b.test"))

    with pytest.raises(UsageError, match="submitted"):
        box.run(box.store.empty_folder(box.special[SpecialFolder.OUTBOX], NEVER))


def test_each_message_of_an_emptied_folder_has_a_change_number_of_its_own(either_box: Box) -> None:
    folder = either_box.folder("folder")
    either_box.save(*[Message(subject=str(number)) for number in range(5)], folder=folder)

    either_box.run(either_box.store.empty_folder(folder, NEVER))

    ((distinct,),) = either_box.sql(
        "select count(distinct change_number) from message where folder_id = ?", folder.number
    )
    assert distinct == 5


def test_a_copied_folder_leaves_the_deleted_messages_behind(either_box: Box) -> None:
    folder = either_box.folder("folder")
    gone, _ = either_box.save(Message(subject="gone"), Message(subject="there"), folder=folder)
    either_box.run(either_box.store.delete([gone], NEVER))

    copy = either_box.run(either_box.store.copy_folder(folder, either_box.inbox, "copy", NEVER))

    assert [row[PidTagSubject] for row in either_box.query(folder=copy)] == ["there"]


def test_a_copied_folder_has_the_associated_contents(either_box: Box) -> None:
    folder = either_box.folder("folder")
    either_box.run(either_box.store.save_associated(folder, [Incoming(Message(subject="view"))], NEVER))

    copy = either_box.run(either_box.store.copy_folder(folder, either_box.inbox, "copy", NEVER))

    query = TableQuery((PidTagSubject,), contents=Contents.ASSOCIATED)
    assert [row[PidTagSubject] for row in either_box.run(either_box.store.query(copy, query, NEVER))] == ["view"]


def test_a_copied_message_shares_its_content(box: Box) -> None:
    folder = box.folder("folder")
    box.save_one(Message(subject="once"), folder)

    box.run(box.store.copy_folder(folder, box.inbox, "copy", NEVER))

    assert box.sql("select count(*) from content") == [(1,)]


def test_messages_saved_after_a_folder_was_copied_get_numbers_of_their_own(either_box: Box) -> None:
    folder = either_box.folder("folder")
    either_box.save(Message(), Message(), folder=folder)
    copy = either_box.run(either_box.store.copy_folder(folder, either_box.inbox, "copy", NEVER))

    entry_id = either_box.save_one(Message(subject="new"), copy)

    assert either_box.load(entry_id).subject == "new"


def test_a_name_that_an_index_could_not_hold_is_refused(box: Box) -> None:
    with pytest.raises(UsageError, match="too long"):
        box.folder("x" * 2_001)


def test_a_folder_cannot_be_made_in_a_search_folder(box: Box) -> None:
    found = box.run(box.store.create_search_folder(box.inbox, "found", search_of(box.inbox), NEVER))

    with pytest.raises(UsageError, match="search folder"):
        box.run(box.store.create_folder(found, "x", NEVER))


def test_a_search_folder_is_not_found_as_a_folder_to_save_in(box: Box) -> None:
    box.run(box.store.create_search_folder(box.inbox, "found", search_of(box.inbox), NEVER))

    with pytest.raises(UsageError, match="search folder"):
        box.run(box.store.create_folder(box.inbox, "FOUND", NEVER))


UseOfAFolder = Callable[[Box, EntryId], object]
USES: dict[str, UseOfAFolder] = {
    "folder": lambda box, gone: box.run(box.store.folder(gone, NEVER)),
    "folders": lambda box, gone: box.run(box.store.folders(gone, NEVER)),
    "create_folder": lambda box, gone: box.run(box.store.create_folder(gone, "x", NEVER)),
    "delete_folder": lambda box, gone: box.run(box.store.delete_folder(gone, NEVER)),
    "query": lambda box, gone: box.query(folder=gone),
    "count": lambda box, gone: box.run(box.store.count(gone, EVERY_ROW, NEVER)),
    "save": lambda box, gone: box.save(Message(), folder=gone),
    "move": lambda box, gone: box.run(box.store.move(box.save(Message()), gone, NEVER)),
    "copy": lambda box, gone: box.run(box.store.copy(box.save(Message()), gone, NEVER)),
    "move_folder": lambda box, gone: box.run(box.store.move_folder(gone, box.inbox, "x", NEVER)),
    "copy_folder": lambda box, gone: box.run(box.store.copy_folder(gone, box.inbox, "x", NEVER)),
    "copy_folder into": lambda box, gone: box.run(box.store.copy_folder(box.folder("other"), gone, "x", NEVER)),
    "empty_folder": lambda box, gone: box.run(box.store.empty_folder(gone, NEVER)),
    "folder_properties": lambda box, gone: box.run(box.store.folder_properties(gone, NEVER)),
    "set_folder_properties": lambda box, gone: box.run(
        box.store.set_folder_properties(gone, {PidTagComment: "x"}, NEVER)
    ),
    "set_receive_folder": lambda box, gone: box.run(box.store.set_receive_folder("IPM.X", gone, NEVER)),
    "search_criteria": lambda box, gone: box.run(box.store.search_criteria(gone, NEVER)),
    "create_search_folder": lambda box, gone: box.run(
        box.store.create_search_folder(box.inbox, "found", search_of(gone), NEVER)
    ),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_folder_that_is_gone_is_deleted(box: Box, use: UseOfAFolder) -> None:
    gone = box.folder("gone")
    box.run(box.store.delete_folder(gone, NEVER))

    with pytest.raises(ObjectDeleted, match=f"folder {gone.number} is deleted"):
        use(box, gone)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_folder_of_another_store_is_not_found(box: Box, use: UseOfAFolder) -> None:
    with pytest.raises(ForeignEntryId, match="another store"):
        use(box, EntryId(bytes(16), ObjectKind.FOLDER, box.inbox.number))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_message_is_not_taken_for_a_folder(box: Box, use: UseOfAFolder) -> None:
    with pytest.raises(UsageError, match="another kind"):
        use(box, box.save_one(Message()))
