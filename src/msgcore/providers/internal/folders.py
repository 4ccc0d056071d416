"""Folders: listed, made, moved, copied, emptied and deleted; the SQL of one transaction."""

from __future__ import annotations

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.providers.internal.bulk import copy_all, purge_all, put_all_away
from msgcore.providers.internal.folder_tree import (
    FolderRow,
    check_free_name,
    find_folder,
    find_ordinary,
    find_parent,
    folder_of_name,
    folders_above,
    folders_inside,
    insert_folder,
    name_key,
    role_of,
    set_name,
)
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.receive_folders import keep_default_entry
from msgcore.providers.internal.search_filling import copy_links, follow_folder
from msgcore.providers.internal.searches import unlink_folder
from msgcore.runtime import Connection
from msgcore.spi.store import FolderFacts

__all__ = [
    "copy_folder",
    "delete_folder",
    "empty_folder",
    "folder_facts",
    "make_folder",
    "move_folder",
    "rename_folder",
]

_FACTS = "select id, parent_id, name, role, message_count, unread_count, search is not null from folder"


def folder_facts(
    connection: Connection,
    uid: bytes,
    mailbox_id: int,
    *,
    parent: int | None = None,
    name: str | None = None,
    number: int | None = None,
) -> list[FolderFacts]:
    """Describe the folders below ``parent`` by name, or the one of a name there, or the one folder ``number``."""
    condition, value = ("parent_id = ?", parent) if number is None else ("id = ?", number)
    named, key = ("", ()) if name is None else (" and name_key = ?", (name_key(name),))
    sql = f"{_FACTS} where mailbox_id = ? and {condition}{named} order by name_key, id"
    rows = connection.rows(sql, (mailbox_id, value, *key))
    return [
        FolderFacts(
            EntryId(uid, ObjectKind.FOLDER, row[0]),
            None if row[1] is None else EntryId(uid, ObjectKind.FOLDER, row[1]),
            row[2],
            role_of(row[3]),
            row[4],
            row[5],
            bool(row[6]),
        )
        for row in rows
    ]


def make_folder(connection: Connection, mailbox: int, parent: int, name: str) -> int:
    """Make a folder below ``parent``, or find the one of that name (without case).

    Raises:
        UsageError: it is no name, or a search folder has it; or ``parent`` is one.
        NotFound: there is no such parent.
    """
    find_parent(connection, mailbox, parent)
    known = folder_of_name(connection, parent, name)
    if known is None:
        return insert_folder(connection, mailbox, parent, name)
    if find_folder(connection, mailbox, known).search is not None:
        raise UsageError(f"there is a search folder {name!r} already")
    return known


def rename_folder(connection: Connection, mailbox: int, number: int, name: str) -> None:
    """Give a folder another name; a special one keeps its role.

    Raises:
        UsageError: it is the root, or the name is taken or none.
        NotFound: there is no such folder.
    """
    folder = find_folder(connection, mailbox, number)
    if folder.parent is None:
        raise UsageError("the root folder has no name")
    if name != folder.name:
        check_free_name(connection, folder.parent, name, besides=number)
        set_name(connection, mailbox, number, folder.parent, name)


def move_folder(connection: Connection, mailbox: int, number: int, parent: int, name: str, deadline: Deadline) -> None:
    """Move a folder with all that is in it below ``parent``, as ``name``.

    Raises:
        UsageError: it is special, the name is taken or none, or ``parent`` is inside it or a search folder.
        NotFound: there is no such folder.
    """
    folder = find_ordinary(connection, mailbox, number)
    _check_place(connection, mailbox, folder, parent)
    check_free_name(connection, parent, name, besides=number)
    if (parent, name) == (folder.parent, folder.name):
        return
    was_above = folders_above(connection, number)[1:]
    set_name(connection, mailbox, number, parent, name)
    if parent != folder.parent:
        follow_folder(connection, mailbox, number, was_above, deadline)


def _check_place(connection: Connection, mailbox: int, folder: FolderRow, parent: int) -> None:
    find_parent(connection, mailbox, parent)
    if folder.number in folders_above(connection, parent):
        raise UsageError(f"folder {folder.name!r} cannot go into itself, or into a folder in it")


def copy_folder(connection: Connection, mailbox: int, number: int, parent: int, name: str, deadline: Deadline) -> int:
    """Copy a folder with all that is in it below ``parent``, as ``name``; what is deleted in it stays behind.

    A search folder is copied as the search that it is. Raises as :func:`move_folder` does.
    """
    folder = find_ordinary(connection, mailbox, number)
    _check_place(connection, mailbox, folder, parent)
    check_free_name(connection, parent, name)
    copies: dict[int, int] = {}
    for one in folders_inside(connection, number):
        row = find_folder(connection, mailbox, one)
        above, called = (parent, name) if one == number else (copies[row.parent or 0], row.name)
        copies[one] = insert_folder(connection, mailbox, above, called, search=row.search)
        connection.run(
            "update folder set properties = (select properties from folder where id = ?) where id = ?",
            (one, copies[one]),
        )
        copy_all(connection, mailbox, one, copies[one])
        if row.search is not None:
            copy_links(connection, one, copies[one])
    follow_folder(connection, mailbox, copies[number], (), deadline)
    return copies[number]


def empty_folder(connection: Connection, mailbox: int, number: int, now: int) -> None:
    """Delete a folder's messages, which can be restored, and the folders in it for good.

    Raises:
        UsageError: it is a search folder, or a special folder or a submitted message is in it.
        NotFound: there is no such folder.
    """
    folder = find_folder(connection, mailbox, number)
    if folder.search is not None:
        raise UsageError(f"{folder.name!r} is a search folder: delete its messages, or the search folder itself")
    for (inside,) in connection.rows("select id from folder where parent_id = ? order by id", (number,)):
        delete_folder(connection, mailbox, inside)
    unlink_folder(connection, mailbox, number)
    put_all_away(connection, mailbox, number, now)


def delete_folder(connection: Connection, mailbox: int, number: int) -> None:
    """Delete a folder with the folders and messages in it, for good.

    Raises:
        NotFound: there is none.
        UsageError: it is a special folder.
    """
    find_ordinary(connection, mailbox, number)
    inside = folders_inside(connection, number)
    keep_default_entry(connection, mailbox, inside)
    # The innermost first: SQLite's cascades nest 1,000 deep and no deeper.
    for folder in reversed(inside):
        unlink_folder(connection, mailbox, folder)
        purge_all(connection, mailbox, folder)
        (change,) = take_numbers(connection, mailbox, 1)
        connection.run(
            "insert into gone (mailbox_id, number, folder_id, object_id, is_folder, is_move, is_associated,"
            " created_number, arrived_number) select mailbox_id, ?, parent_id, id, 1, 0, 0, created_number,"
            " created_number from folder where id = ?",
            (change, folder),
        )
        connection.run("delete from folder where id = ?", (folder,))
