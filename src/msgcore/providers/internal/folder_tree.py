"""Where folders stand: their rows, what is above and inside of them, and their names."""

from __future__ import annotations

import attrs

from msgcore.base.text import fold
from msgcore.errors import UsageError
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.standing import missing_folder
from msgcore.runtime import Connection
from msgcore.spi.store import SpecialFolder

__all__ = [
    "FolderRow",
    "check_free_name",
    "find_folder",
    "find_ordinary",
    "find_parent",
    "folder_of_name",
    "folders_above",
    "folders_inside",
    "insert_folder",
    "name_key",
    "role_of",
    "set_name",
]

_ROLES = {role.value: role for role in SpecialFolder}

# What an index of PostgreSQL takes is 2,704 octets a row.
_MOST_OCTETS_OF_A_NAME = 2_000

_ABOVE = (
    "with recursive above (id, parent_id, height) as (select id, parent_id, 0 from folder where id = ?"
    " union all select folder.id, folder.parent_id, height + 1 from folder join above on folder.id = above.parent_id)"
    " select id from above order by height"
)
_INSIDE = (
    "with recursive inside (id, depth) as (select id, 0 from folder where id = ?"
    " union all select folder.id, depth + 1 from folder join inside on folder.parent_id = inside.id)"
    " select id from inside order by depth, id"
)


@attrs.frozen
class FolderRow:
    """A folder's row, but for its counts and properties."""

    number: int
    parent: int | None
    name: str
    role: SpecialFolder | None
    search: str | None


def role_of(role: str | None) -> SpecialFolder | None:
    """Give a folder's role; one that a newer msgcore has given it, beside this process, is none."""
    return _ROLES.get(role or "")


def find_folder(connection: Connection, mailbox: int, number: int) -> FolderRow:
    """Find a folder of a mailbox.

    Raises:
        ObjectDeleted: it was deleted.
        NotFound: it never was.
    """
    row = connection.row(
        "select id, parent_id, name, role, search from folder where id = ? and mailbox_id = ?", (number, mailbox)
    )
    if row is None:
        raise missing_folder(connection, number)
    return FolderRow(row[0], row[1], row[2], role_of(row[3]), row[4])


def find_ordinary(connection: Connection, mailbox: int, number: int) -> FolderRow:
    """Find a folder that is not special; raises as :func:`find_folder` does, or ``UsageError``."""
    folder = find_folder(connection, mailbox, number)
    if folder.role is not None:
        raise UsageError(f"the {folder.name or 'root'} folder cannot be deleted, moved or copied")
    return folder


def find_parent(connection: Connection, mailbox: int, number: int) -> FolderRow:
    """Find a folder that may have others in it; raises as :func:`find_folder` does, or ``UsageError``."""
    folder = find_folder(connection, mailbox, number)
    if folder.search is not None:
        raise UsageError(f"{folder.name!r} is a search folder, which has no folders in it")
    return folder


def folders_above(connection: Connection, number: int) -> list[int]:
    """Give a folder, the one that it is in, and so on up to the root."""
    return [above for (above,) in connection.rows(_ABOVE, (number,))]


def folders_inside(connection: Connection, number: int) -> list[int]:
    """Give a folder and all that are in it, each before those in it."""
    return [inside for (inside,) in connection.rows(_INSIDE, (number,))]


def name_key(name: str) -> bytes:
    """Give what names are compared by."""
    return fold(name).encode("utf-8", "surrogatepass")


def check_free_name(connection: Connection, parent: int, name: str, *, besides: int | None = None) -> None:
    """Go on if a folder in ``parent`` can be called so.

    Raises:
        UsageError: it is no name, or another folder there has it.
    """
    known = folder_of_name(connection, parent, name)
    if known is not None and known != besides:
        raise UsageError(f"there is a folder {name!r} already")


def folder_of_name(connection: Connection, parent: int, name: str) -> int | None:
    """Find the folder of a name in ``parent``, without case.

    Raises:
        UsageError: it is no name.
    """
    if not name.strip() or any(c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise UsageError(f"{name!r} is no name for a folder")
    key = name_key(name)
    if len(key) > _MOST_OCTETS_OF_A_NAME:
        raise UsageError(f"a folder's name of {len(name)} characters is too long")
    known: int | None = connection.value("select id from folder where parent_id = ? and name_key = ?", (parent, key))
    return known


def insert_folder(
    connection: Connection,
    mailbox: int,
    parent: int | None,
    name: str,
    *,
    role: SpecialFolder | None = None,
    search: str | None = None,
) -> int:
    """Write a new folder."""
    (change,) = take_numbers(connection, mailbox, 1)
    number: int = connection.value(
        "insert into folder (mailbox_id, parent_id, name, name_key, role, search, created_number, change_number)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
        (mailbox, parent, name, name_key(name), None if role is None else role.value, search, change, change),
    )
    return number


def set_name(connection: Connection, mailbox: int, number: int, parent: int | None, name: str) -> None:
    """Give a folder another name, another parent, or both."""
    (change,) = take_numbers(connection, mailbox, 1)
    connection.run(
        "update folder set parent_id = ?, name = ?, name_key = ?, change_number = ? where id = ?",
        (parent, name, name_key(name), change, number),
    )
