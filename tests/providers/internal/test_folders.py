"""Folders of the internal store."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotFound, UsageError
from msgcore.model import Message
from msgcore.runtime import NEVER
from msgcore.spi.store import EVERY_ROW, SpecialFolder
from tests.providers.internal.box import Box


def test_a_new_mailbox_has_every_special_folder(box: Box) -> None:
    assert set(box.special) == set(SpecialFolder)


def test_special_folders_lie_below_the_subtree_with_their_roles(box: Box) -> None:
    listed = box.run(box.store.folders(box.special[SpecialFolder.IPM_SUBTREE], NEVER))

    assert {one.role for one in listed} == set(SpecialFolder) - {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE}


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


def test_a_deleted_folder_leaves_content_that_another_folder_names(box: Box) -> None:
    folder = box.folder("one")
    (kept,) = box.run(box.store.copy(box.save(Message(subject="both"), folder=folder), box.inbox, NEVER))

    box.run(box.store.delete_folder(folder, NEVER))

    assert box.load(kept).subject == "both"


def test_folders_that_nest_deeper_than_the_database_cascades_are_deleted(box: Box) -> None:
    """SQLite's foreign keys cascade 1,000 levels."""
    top = box.folder("top")
    box.sql(
        "with recursive n(i) as (select ? union all select i + 1 from n where i < ? + 1200)"
        " insert into folder (id, mailbox_id, parent_id, name, name_key) select i + 1, 1, i, 'x', x'78' from n",
        top.number,
        top.number,
    )

    box.run(box.store.delete_folder(top, NEVER))

    assert box.sql("select count(*) from folder where role is null") == [(0,)]


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
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_folder_that_is_gone_is_not_found(box: Box, use: UseOfAFolder) -> None:
    gone = box.folder("gone")
    box.run(box.store.delete_folder(gone, NEVER))

    with pytest.raises(NotFound, match="not in the store"):
        use(box, gone)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_folder_of_another_store_is_not_found(box: Box, use: UseOfAFolder) -> None:
    with pytest.raises(NotFound, match="another store"):
        use(box, EntryId(bytes(16), ObjectKind.FOLDER, box.inbox.number))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_message_is_not_taken_for_a_folder(box: Box, use: UseOfAFolder) -> None:
    with pytest.raises(UsageError, match="another kind"):
        use(box, box.save_one(Message()))
