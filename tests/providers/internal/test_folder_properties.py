"""Properties of the internal store's folders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAdditionalRenEntryIds,
    PidTagAssociatedContentCount,
    PidTagComment,
    PidTagContainerClass,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagCreationTime,
    PidTagDeletedCountTotal,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFolderType,
    PidTagIpmDraftsEntryId,
    PidTagParentEntryId,
    PidTagSubfolders,
    PidTagSubject,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.runtime import NEVER
from msgcore.spi.changes import ChangeKind
from msgcore.spi.folders import Search
from msgcore.spi.store import SpecialFolder
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import COLOUR


def said(box: Box, folder: EntryId, tag: PropertyKey) -> object:
    return box.run(box.store.folder_properties(folder, NEVER)).get(tag)


def put(box: Box, folder: EntryId, tag: Property[object], value: object) -> None:
    box.run(box.store.set_folder_properties(folder, {tag: value}, NEVER))


def test_a_new_folder_holds_notes(box: Box) -> None:
    assert said(box, box.folder("new"), PidTagContainerClass) == "IPF.Note"


def test_a_container_class_that_was_set_and_deleted_is_the_usual_one_again(box: Box) -> None:
    folder = box.folder("folder")
    put(box, folder, PidTagContainerClass, "IPF.Contact")
    put(box, folder, PidTagContainerClass, None)

    assert said(box, folder, PidTagContainerClass) == "IPF.Note"


OWN: list[tuple[Property[object], object]] = [
    (PidTagComment, "a\0b"),
    (PidTagComment, "\ud83d"),
    (COLOUR, "red"),
    (PropertyTag(0x6801, PropertyType.SYSTIME, "Time"), datetime(2026, 1, 1, tzinfo=UTC)),
    (PropertyTag(0x6802, PropertyType.MV_BINARY, "Octets"), (b"", b"\0\xff")),
    (PropertyTag(0x6803, PropertyType.I8, "Number"), -(2**63)),
]


@pytest.mark.parametrize(("tag", "value"), OWN)
def test_a_property_is_kept_as_it_was_set(box: Box, tag: Property[object], value: object) -> None:
    folder = box.folder("folder")
    put(box, folder, tag, value)

    assert said(box, folder, tag) == value


def test_a_folder_has_one_property_of_an_id(box: Box) -> None:
    folder, as_text = box.folder("folder"), PropertyTag[object](0x6801, PropertyType.UNICODE, "Text")
    put(box, folder, PropertyTag(0x6801, PropertyType.LONG, "Number"), 1)
    put(box, folder, as_text, "one")

    properties = box.run(box.store.folder_properties(folder, NEVER))
    assert [tag.value_type for tag in properties if tag.bag_key == 0x6801] == [PropertyType.UNICODE]


def test_a_named_property_of_a_folder_has_an_id_in_the_store(box: Box) -> None:
    put(box, box.folder("folder"), COLOUR, "red")

    (number,) = box.run(box.store.property_ids([(PS_PUBLIC_STRINGS, "Colour")], False, NEVER))
    assert number == 0x8000


def test_the_copy_of_a_folder_has_its_properties(box: Box) -> None:
    folder = box.folder("folder")
    put(box, folder, PidTagComment, "ours")

    copy = box.run(box.store.copy_folder(folder, box.inbox, "copy", NEVER))

    assert said(box, copy, PidTagComment) == "ours"


# Names


def test_the_display_name_renames(box: Box) -> None:
    folder = box.folder("old")
    put(box, folder, PidTagDisplayName, "new")

    assert box.run(box.store.folder(folder, NEVER)).name == "new"


def test_a_display_name_that_is_taken_is_refused(box: Box) -> None:
    box.folder("taken")

    with pytest.raises(UsageError, match="already"):
        put(box, box.folder("other"), PidTagDisplayName, "TAKEN")


@pytest.mark.parametrize("value", ["", " ", None, 7, "a\nb"])
def test_what_is_no_display_name_is_refused(box: Box, value: object) -> None:
    with pytest.raises(UsageError):
        put(box, box.folder("folder"), PidTagDisplayName, value)


def test_a_refused_property_leaves_the_folder_as_it_was(box: Box) -> None:
    folder = box.folder("folder")
    values: dict[PropertyKey, object] = {PidTagDisplayName: "new", PidTagComment: "new", PidTagContentCount: 7}
    with pytest.raises(UsageError):
        box.run(box.store.set_folder_properties(folder, values, NEVER))

    assert (said(box, folder, PidTagDisplayName), said(box, folder, PidTagComment)) == ("folder", None)


# What the store works out


WORKED_OUT: list[tuple[Property[object], object]] = [
    (PidTagEntryId, b"x"),
    (PidTagParentEntryId, b"x"),
    (PidTagFolderType, 1),
    (PidTagContentCount, 7),
    (PidTagContentUnreadCount, 7),
    (PidTagAssociatedContentCount, 7),
    (PidTagDeletedCountTotal, 7),
    (PidTagSubfolders, True),
    (PidTagCreationTime, datetime(2026, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("tag", "value"), WORKED_OUT, ids=lambda one: getattr(one, "label", ""))
@pytest.mark.parametrize("is_deleting", [False, True], ids=["set", "deleted"])
def test_what_the_store_works_out_is_neither_set_nor_deleted(
    box: Box, tag: Property[object], value: object, is_deleting: bool
) -> None:
    with pytest.raises(UsageError, match="works it out"):
        put(box, box.folder("folder"), tag, None if is_deleting else value)


@pytest.mark.parametrize("role", [SpecialFolder.INBOX, SpecialFolder.ROOT])
@pytest.mark.parametrize("tag", [PidTagIpmDraftsEntryId, PidTagAdditionalRenEntryIds], ids=lambda tag: tag.label)
def test_where_special_folders_are_is_not_set(box: Box, role: SpecialFolder, tag: Property[object]) -> None:
    with pytest.raises(UsageError, match="works it out"):
        put(box, box.special[role], tag, None)


@pytest.mark.parametrize("role", [SpecialFolder.INBOX, SpecialFolder.ROOT])
def test_inbox_and_root_say_where_the_drafts_are(box: Box, role: SpecialFolder) -> None:
    """[MS-OXOSFLD] section 2.2.3."""
    drafts = box.special[SpecialFolder.DRAFTS]

    assert said(box, box.special[role], PidTagIpmDraftsEntryId) == bytes(drafts)


@pytest.mark.parametrize("role", [SpecialFolder.INBOX, SpecialFolder.ROOT])
def test_inbox_and_root_say_where_the_junk_is(box: Box, role: SpecialFolder) -> None:
    """[MS-OXOSFLD] section 2.2.4: the fifth of the entry ids."""
    junk = bytes(box.special[SpecialFolder.JUNK_EMAIL])

    assert said(box, box.special[role], PidTagAdditionalRenEntryIds) == (b"", b"", b"", b"", junk)


def test_another_folder_does_not_say_where_the_drafts_are(box: Box) -> None:
    assert said(box, box.folder("folder"), PidTagIpmDraftsEntryId) is None


def test_the_root_has_no_parent_entry_id(box: Box) -> None:
    assert said(box, box.special[SpecialFolder.ROOT], PidTagParentEntryId) is None


def test_a_folder_counts_what_was_deleted_from_it(box: Box) -> None:
    folder = box.folder("folder")
    deleted, _ = box.save(Message(subject="a"), Message(subject="b"), folder=folder)
    box.run(box.store.delete([deleted], NEVER))

    assert said(box, folder, PidTagDeletedCountTotal) == 1


@pytest.mark.parametrize(("role", "kind"), [(SpecialFolder.ROOT, 0), (SpecialFolder.INBOX, 1)])
def test_a_folder_says_its_kind(box: Box, role: SpecialFolder, kind: int) -> None:
    assert said(box, box.special[role], PidTagFolderType) == kind


def test_a_search_folder_says_its_kind(box: Box) -> None:
    search = Search(PidTagSubject.exists(), (box.inbox,))
    found = box.run(box.store.create_search_folder(box.inbox, "found", search, NEVER))

    assert said(box, found, PidTagFolderType) == 2


# Changes


def kinds_of_changes(box: Box, token: bytes) -> list[tuple[ChangeKind, EntryId]]:
    changes = box.run(box.store.changes_since(None, token, 1_000, NEVER)).changes
    return [(one.kind, one.entry_id) for one in changes]


def token_now(box: Box) -> bytes:
    return box.run(box.store.changes_since(None, None, 1_000, NEVER)).token


def test_a_property_that_is_set_changes_the_folder(box: Box) -> None:
    folder = box.folder("folder")
    token = token_now(box)
    put(box, folder, PidTagComment, "new")

    assert kinds_of_changes(box, token) == [(ChangeKind.CHANGED, folder)]


def test_a_property_that_is_set_again_to_the_same_changes_nothing(box: Box) -> None:
    folder = box.folder("folder")
    put(box, folder, PidTagComment, "same")
    token = token_now(box)
    put(box, folder, PidTagComment, "same")

    assert kinds_of_changes(box, token) == []
