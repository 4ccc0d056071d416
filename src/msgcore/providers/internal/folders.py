"""Mailboxes and folders: the SQL of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from msgcore.base.ids import EntryId, ObjectKind, new_uid
from msgcore.base.text import fold, refuse_line_ends
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.providers.internal.writing import drop_unused
from msgcore.runtime import Connection
from msgcore.spi.store import FolderFacts, MessageFlag, SpecialFolder
from msgcore.wire.domain import address_key

__all__ = [
    "Mailbox",
    "add_address",
    "create_mailbox",
    "delete_folder",
    "find_mailbox",
    "folder_facts",
    "list_mailboxes",
    "mailbox_of_address",
    "make_folder",
    "special_folders",
]

_NAMES = {
    SpecialFolder.ROOT: "",
    SpecialFolder.IPM_SUBTREE: "Top of Information Store",
    SpecialFolder.INBOX: "Inbox",
    SpecialFolder.OUTBOX: "Outbox",
    SpecialFolder.SENT_ITEMS: "Sent Items",
    SpecialFolder.DELETED_ITEMS: "Deleted Items",
    SpecialFolder.DRAFTS: "Drafts",
}

_FACTS = f"""
    select folder.id, folder.parent_id, folder.name, folder.role, count(message.id),
        coalesce(sum(message.flags & {int(MessageFlag.READ)} = 0), 0)
    from folder left join message on message.folder_id = folder.id
"""


@attrs.frozen
class Mailbox:
    """One mailbox of a database, with its addresses, the primary one first."""

    id: int
    uid: bytes
    name: str
    display_name: str
    addresses: tuple[Address, ...]


def create_mailbox(connection: Connection, name: str, display_name: str = "") -> Mailbox:
    """Make a mailbox with its special folders.

    Raises:
        UsageError: the name is empty or taken.
    """
    if not refuse_line_ends(name, "mailbox name").strip():
        raise UsageError("a mailbox needs a name")
    if find_mailbox(connection, name) is not None:
        raise UsageError(f"there is a mailbox {name!r} already")
    uid = new_uid()
    mailbox_id = connection.insert(
        "insert into mailbox (uid, name, name_key, display_name) values (?, ?, ?, ?)",
        (uid, name, _name_key(name), display_name or name),
    )
    root = _insert_folder(connection, mailbox_id, None, SpecialFolder.ROOT)
    subtree = _insert_folder(connection, mailbox_id, root, SpecialFolder.IPM_SUBTREE)
    for role in SpecialFolder:
        if role not in {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE}:
            _insert_folder(connection, mailbox_id, subtree, role)
    return Mailbox(mailbox_id, uid, name, display_name or name, ())


def _insert_folder(connection: Connection, mailbox_id: int, parent: int | None, role: SpecialFolder) -> int:
    name = _NAMES[role]
    return connection.insert(
        "insert into folder (mailbox_id, parent_id, name, name_key, role) values (?, ?, ?, ?, ?)",
        (mailbox_id, parent, name, _name_key(name), role.value),
    )


def add_address(connection: Connection, mailbox_id: int, address: Address, *, is_primary: bool) -> None:
    """Give a mailbox an address.

    Raises:
        UsageError: another mailbox, or this one, has it.
    """
    holder = mailbox_of_address(connection, address)
    if holder is not None:
        raise UsageError(f"{address.typed} belongs to mailbox {holder.name!r} already")
    connection.insert(
        "insert into mailbox_address (address_type, address_key, address, mailbox_id, is_primary)"
        " values (?, ?, ?, ?, ?)",
        (address.address_type, _address_key(address), address.email_address, mailbox_id, is_primary),
    )


def _address_key(address: Address) -> bytes:
    return address_key(address.address_type, address.email_address).encode("utf-8", "surrogatepass")


def _name_key(name: str) -> bytes:
    return fold(name).encode("utf-8", "surrogatepass")


def find_mailbox(connection: Connection, name: str) -> Mailbox | None:
    """Find a mailbox by name, without case."""
    row = connection.row("select id, uid, name, display_name from mailbox where name_key = ?", (_name_key(name),))
    return None if row is None else _mailbox(connection, row)


def mailbox_of_address(connection: Connection, address: Address) -> Mailbox | None:
    """Find whose address it is."""
    row = connection.row(
        "select id, uid, name, display_name from mailbox where id ="
        " (select mailbox_id from mailbox_address where address_type = ? and address_key = ?)",
        (address.address_type, _address_key(address)),
    )
    return None if row is None else _mailbox(connection, row)


def list_mailboxes(connection: Connection) -> list[Mailbox]:
    """List all mailboxes by name."""
    rows = connection.rows("select id, uid, name, display_name from mailbox order by name_key")
    return [_mailbox(connection, row) for row in rows]


def _mailbox(connection: Connection, row: tuple[Any, ...]) -> Mailbox:
    addresses = connection.rows(
        "select address_type, address from mailbox_address where mailbox_id = ? order by is_primary desc, address_type,"
        " address_key",
        (row[0],),
    )
    return Mailbox(row[0], row[1], row[2], row[3], tuple(Address(kind, address, row[3]) for kind, address in addresses))


def special_folders(connection: Connection, mailbox_id: int) -> Mapping[SpecialFolder, int]:
    """Give the number of each special folder."""
    rows = connection.rows("select role, id from folder where mailbox_id = ? and role is not null", (mailbox_id,))
    return {SpecialFolder(role): number for role, number in rows}


def folder_facts(
    connection: Connection, uid: bytes, mailbox_id: int, *, parent: int | None = None, number: int | None = None
) -> list[FolderFacts]:
    """Describe the folders below ``parent`` by name, or the one folder ``number``."""
    condition, value = ("folder.parent_id = ?", parent) if number is None else ("folder.id = ?", number)
    rows = connection.rows(
        f"{_FACTS} where folder.mailbox_id = ? and {condition} group by folder.id order by folder.name_key",
        (mailbox_id, value),
    )
    return [
        FolderFacts(
            EntryId(uid, ObjectKind.FOLDER, row[0]),
            None if row[1] is None else EntryId(uid, ObjectKind.FOLDER, row[1]),
            row[2],
            None if row[3] is None else SpecialFolder(row[3]),
            row[4],
            row[5],
        )
        for row in rows
    ]


def make_folder(connection: Connection, mailbox_id: int, parent: int, name: str) -> int:
    """Make a folder below ``parent``, or find the one of that name (without case).

    Raises:
        UsageError: the name is empty or holds control characters.
        NotFound: there is no such parent.
    """
    if not name.strip() or any(c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise UsageError(f"{name!r} is no name for a folder")
    if connection.value("select 1 from folder where id = ? and mailbox_id = ?", (parent, mailbox_id)) is None:
        raise NotFound(f"folder {parent} is not in the store (any more)")
    key = _name_key(name)
    known = connection.value("select id from folder where parent_id = ? and name_key = ?", (parent, key))
    if known is not None:
        return int(known)
    return connection.insert(
        "insert into folder (mailbox_id, parent_id, name, name_key) values (?, ?, ?, ?)",
        (mailbox_id, parent, name, key),
    )


def delete_folder(connection: Connection, mailbox_id: int, number: int) -> None:
    """Delete a folder with the folders and messages in it.

    Raises:
        NotFound: there is none.
        UsageError: it is a special folder.
    """
    row = connection.row("select role from folder where id = ? and mailbox_id = ?", (number, mailbox_id))
    if row is None:
        raise NotFound(f"folder {number} is not in the store (any more)")
    if row[0] is not None:
        raise UsageError(f"the {_NAMES[SpecialFolder(row[0])] or 'root'} folder cannot be deleted")
    inside = (
        "with recursive inside(id) as (select ? union select folder.id from folder join inside"
        " on folder.parent_id = inside.id)"
    )
    gone = connection.rows(
        f"{inside} select content_id, words_id from message where folder_id in (select id from inside)", (number,)
    )
    # The innermost first: SQLite's cascades nest 1,000 deep and no deeper.
    folders = connection.rows(f"{inside} select id from inside order by id desc", (number,))
    connection.run_many("delete from folder where id = ?", folders)
    drop_unused(connection, [(content_id, words_id) for content_id, words_id in gone])
