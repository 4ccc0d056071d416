"""Search folders and the tables: filled for a new search, or when a folder goes into or out of its scope; verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgcore.base.times import Deadline
from msgcore.errors import MissingExtra, StoreCorrupt
from msgcore.props.check import parts_of
from msgcore.props.restriction import Comparison, Content, Exists, PropertyComparison, Restriction, Size
from msgcore.props.table import PidTagSearchAttachments
from msgcore.providers.internal.contents import FolderTable
from msgcore.providers.internal.folder_tree import folders_above, folders_inside
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.paging import ALL
from msgcore.providers.internal.searches import (
    KeptSearch,
    SearchFolder,
    count_links,
    is_behind,
    read_search,
    searches_of,
    write_search,
)
from msgcore.runtime import Connection
from msgcore.spi.store import TableQuery

__all__ = ["catch_up", "copy_links", "fill_search", "follow_folder", "verify_search"]

_INSERT = "insert into search_link (folder_id, message_id)"


def fill_search(connection: Connection, mailbox: int, folder: SearchFolder, deadline: Deadline) -> None:
    """Link what a search folder shows, in the place of what it showed before.

    Raises:
        TimedOut: the deadline passed before all messages were looked at.
    """
    connection.run("delete from search_link where folder_id = ?", (folder.number,))
    _link(connection, mailbox, folder, _folders_of(connection, folder.search), deadline)
    count_links(connection, folder.number)


def catch_up(connection: Connection, mailbox: int, number: int, deadline: Deadline) -> None:
    """Fill a search folder anew that is behind, unless another has done so.

    Raises:
        MissingExtra: its search has a regular expression, and RE2 is not installed here.
        StoreCorrupt, TimedOut: as :func:`read_search` and :func:`fill_search` do.
    """
    text = connection.value("select search from folder where id = ?", (number,))
    if text is not None and is_behind(text):
        search = read_search(text)
        (change,) = take_numbers(connection, mailbox, 1)
        connection.run(
            "update folder set search = ?, change_number = ? where id = ?", (write_search(search), change, number)
        )
        fill_search(connection, mailbox, SearchFolder(number, search), deadline)


def copy_links(connection: Connection, source: int, target: int) -> None:
    """Let a copy of a search folder show what the search folder shows."""
    connection.run(f"{_INSERT} select ?, message_id from search_link where folder_id = ?", (target, source))


def follow_folder(
    connection: Connection, mailbox: int, folder: int, was_above: Sequence[int], deadline: Deadline
) -> None:
    """Bring search folders up to date with a folder that has come from somewhere else, with all that is in it.

    ``was_above`` are the folders that it was in before; none for a new one. Raises as :func:`fill_search` does.
    """
    above = folders_above(connection, folder)[1:]
    inside = folders_inside(connection, folder)
    for search_folder in searches_of(connection, mailbox):
        search = search_folder.search
        was_held, is_held = (search.is_recursive and search.holds(one) for one in (was_above, above))
        if was_held is is_held:
            continue
        # A folder of the scope that has come along is held as ever, with what is in it.
        own = {below for one in set(search.scope).intersection(inside) for below in folders_inside(connection, one)}
        moved = [one for one in inside if one not in own]
        if is_held:
            _link(connection, mailbox, search_folder, moved, deadline)
        else:
            _unlink(connection, search_folder, moved)
        count_links(connection, search_folder.number)


def verify_search(connection: Connection, mailbox: int, number: int, deadline: Deadline) -> None:
    """Go on if a search folder shows what its search finds in the tables.

    What hooks say of attachments they may say in another way now, so a search that asks for it is not verified; neither
    is one with a regular expression where RE2 is not installed, or was not when messages came.

    Raises:
        StoreCorrupt: it does not, or its search is damaged.
        TimedOut: the deadline passed before all messages were looked at.
    """
    text = connection.value("select search from folder where id = ?", (number,))
    try:
        search = read_search(text)
    except MissingExtra:
        return
    if is_behind(text) or _asks_hooks(search.restriction):
        return
    rows = connection.rows("select message_id from search_link where folder_id = ?", (number,))
    missing = {one for (one,) in rows}
    for folder in _folders_of(connection, search):
        missing ^= _found_in(connection, mailbox, search, folder, deadline)
    if missing:
        raise StoreCorrupt(f"it does not show what its search finds: {len(missing)} messages are missing or too many")


def _asks_hooks(restriction: Restriction) -> bool:
    match restriction:
        case Content() | Comparison() | Size() | Exists():
            return restriction.tag == PidTagSearchAttachments
        case PropertyComparison():
            return PidTagSearchAttachments in {restriction.tag, restriction.other}
        case _:
            return any(map(_asks_hooks, parts_of(restriction)))


def _found_in(connection: Connection, mailbox: int, search: KeptSearch, folder: int, deadline: Deadline) -> set[int]:
    table = _table(connection, mailbox, search, folder, deadline)
    if table.is_exact:
        return {number for (number,) in connection.rows(*table.select("id", ALL))}
    return {source.number for source in table.matching()}


def _table(connection: Connection, mailbox: int, search: KeptSearch, folder: int, deadline: Deadline) -> FolderTable:
    uid: bytes = connection.value("select uid from mailbox where id = ?", (mailbox,))
    return FolderTable(connection, uid, folder, TableQuery((), search.restriction), deadline)


def _folders_of(connection: Connection, search: KeptSearch) -> set[int]:
    """Give the folders of the scope that are there."""
    if search.is_recursive:
        return {inside for one in search.scope for inside in folders_inside(connection, one)}
    return {one for one in search.scope if connection.value("select 1 from folder where id = ?", (one,))}


def _link(
    connection: Connection, mailbox: int, folder: SearchFolder, folders: Iterable[int], deadline: Deadline
) -> None:
    """Link those messages of some folders that the search finds; none of them is linked yet."""
    for one in sorted(folders):
        deadline.check("filling a search folder")
        table = _table(connection, mailbox, folder.search, one, deadline)
        if table.is_exact:
            found, values = table.select(f"{folder.number}, id", ALL)
            connection.run(f"{_INSERT} {found}", values)
        else:
            numbers = [source.number for source in table.matching()]
            connection.run_many(f"{_INSERT} values (?, ?)", [(folder.number, number) for number in numbers])


def _unlink(connection: Connection, folder: SearchFolder, folders: Iterable[int]) -> None:
    connection.run_many(
        "delete from search_link where folder_id = ? and message_id in (select id from message where folder_id = ?)",
        [(folder.number, one) for one in folders],
    )
