"""Properties of folders: those that were set, and those that the store works out ([MS-OXCFOLD] section 2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import UsageError
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAdditionalRenEntryIds,
    PidTagAssociatedContentCount,
    PidTagContainerClass,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDeletedCountTotal,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFolderType,
    PidTagIpmContactEntryId,
    PidTagIpmDraftsEntryId,
    PidTagParentEntryId,
    PidTagSubfolders,
)
from msgcore.props.values import check_value
from msgcore.providers.internal.folder_tree import FolderRow, find_folder
from msgcore.providers.internal.folders import rename_folder
from msgcore.providers.internal.named_properties import make_ids
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.special_folders import special_folders
from msgcore.providers.internal.standing import Section
from msgcore.runtime import Connection
from msgcore.spi.overlay import overlay_from_json, overlay_to_json
from msgcore.spi.store import SpecialFolder

__all__ = ["read_properties", "set_properties"]

_ROOT, _GENERIC, _SEARCH = 0, 1, 2  # PidTagFolderType
# Of all others IPF.Note ([MS-OXOSFLD] section 2.2.5).
_CLASSES: Mapping[SpecialFolder | None, str] = {SpecialFolder.CONTACTS: "IPF.Contact"}
_JUNK = 4  # its place in PidTagAdditionalRenEntryIds ([MS-OXOSFLD] section 2.2.4)

_WORKED_OUT = keys_of(Owner.STORE) | {PidTagDeletedCountTotal.bag_key}
_KNOW_SPECIAL_FOLDERS = frozenset({SpecialFolder.ROOT, SpecialFolder.INBOX})
_OF_SPECIAL_FOLDERS = frozenset(
    {PidTagIpmDraftsEntryId.bag_key, PidTagIpmContactEntryId.bag_key, PidTagAdditionalRenEntryIds.bag_key}
)


def read_properties(connection: Connection, uid: bytes, mailbox: int, number: int) -> dict[PropertyKey, object]:
    """Read all properties of a folder.

    Raises:
        NotFound: there is no such folder.
    """
    folder = find_folder(connection, mailbox, number)
    properties: dict[PropertyKey, object] = {PidTagContainerClass: _CLASSES.get(folder.role, "IPF.Note")}
    for tag, value in _set_ones(connection, number).values():
        properties[tag] = value
    properties.update(_worked_out(connection, uid, folder))
    if folder.role in _KNOW_SPECIAL_FOLDERS:
        special = special_folders(connection, mailbox)
        ids = {role: bytes(_id(uid, number)) for role, number in special.items()}
        properties[PidTagIpmDraftsEntryId] = ids[SpecialFolder.DRAFTS]
        if SpecialFolder.CONTACTS in ids:  # a file that is only read may be of before there was one
            properties[PidTagIpmContactEntryId] = ids[SpecialFolder.CONTACTS]
        properties[PidTagAdditionalRenEntryIds] = (*[b""] * _JUNK, ids[SpecialFolder.JUNK_EMAIL])
    return properties


def _worked_out(connection: Connection, uid: bytes, folder: FolderRow) -> dict[PropertyKey, object]:
    kind = _ROOT if folder.parent is None else _GENERIC if folder.search is None else _SEARCH
    counts = connection.row("select message_count, unread_count from folder where id = ?", (folder.number,)) or (0, 0)
    inside = connection.value("select 1 from folder where parent_id = ? limit 1", (folder.number,))
    found: dict[PropertyKey, object] = {
        PidTagEntryId: bytes(_id(uid, folder.number)),
        PidTagDisplayName: folder.name,
        PidTagFolderType: kind,
        PidTagContentCount: counts[0],
        PidTagContentUnreadCount: counts[1],
        PidTagAssociatedContentCount: _count(connection, folder, Section.ASSOCIATED),
        PidTagDeletedCountTotal: _count(connection, folder, Section.DELETED),
        PidTagSubfolders: inside is not None,
    }
    if folder.parent is not None:
        found[PidTagParentEntryId] = bytes(_id(uid, folder.parent))
    return found


def _id(uid: bytes, number: int) -> EntryId:
    return EntryId(uid, ObjectKind.FOLDER, number)


def _count(connection: Connection, folder: FolderRow, section: Section) -> int:
    sql = "select count(*) from message where folder_id = ? and section = ?"
    return int(connection.value(sql, (folder.number, int(section))))


def _set_ones(connection: Connection, number: int) -> dict[BagKey, tuple[PropertyKey, object]]:
    found = overlay_from_json(connection.value("select properties from folder where id = ?", (number,)))
    return {tag.bag_key: (tag, value) for tag, value in found}


def set_properties(connection: Connection, mailbox: int, number: int, values: Mapping[PropertyKey, object]) -> None:
    """Set properties of a folder; ``None`` deletes one. Its display name is the folder's name.

    Raises:
        UsageError: the store works one out itself, or a value is none of the property's type; or the name is taken or
            none.
        NotFound: there is no such folder.
        LimitExceeded: the store would have more named properties than it takes.
    """
    folder = find_folder(connection, mailbox, number)
    before = _set_ones(connection, number)
    properties = dict(before)
    for tag, value in values.items():
        _check_own(folder, tag)
        if tag.bag_key == PidTagDisplayName.bag_key:
            rename_folder(connection, mailbox, number, str(check_value(PidTagDisplayName, value)))
        elif value is None:
            properties.pop(tag.bag_key, None)
        else:
            properties[tag.bag_key] = (tag, check_value(tag, value))
    if properties != before:
        make_ids(connection, mailbox, [key for key in properties if not isinstance(key, int)])
        (change,) = take_numbers(connection, mailbox, 1)
        connection.run(
            "update folder set properties = ?, change_number = ? where id = ?",
            (overlay_to_json(properties.values()), change, number),
        )


def _check_own(folder: FolderRow, tag: PropertyKey) -> None:
    knows = folder.role in _KNOW_SPECIAL_FOLDERS and tag.bag_key in _OF_SPECIAL_FOLDERS
    if knows or tag.bag_key in _WORKED_OUT:
        raise UsageError(f"{tag.label}: the store works it out itself")
