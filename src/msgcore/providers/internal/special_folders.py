"""Special folders: those that have a role in their mailbox, whatever they are called ([MS-OXOSFLD] section 2.2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.providers.internal.folder_tree import folder_of_name, insert_folder, role_of
from msgcore.providers.internal.numbers import mailbox_removed, take_numbers
from msgcore.runtime import Connection
from msgcore.spi.store import SpecialFolder

__all__ = ["make_special_folders", "special_folders"]

_NAMES = {
    SpecialFolder.ROOT: "",
    SpecialFolder.IPM_SUBTREE: "Top of Information Store",
    SpecialFolder.INBOX: "Inbox",
    SpecialFolder.OUTBOX: "Outbox",
    SpecialFolder.SENT_ITEMS: "Sent Items",
    SpecialFolder.DELETED_ITEMS: "Deleted Items",
    SpecialFolder.DRAFTS: "Drafts",
    SpecialFolder.JUNK_EMAIL: "Junk E-mail",
    SpecialFolder.CONTACTS: "Contacts",
    SpecialFolder.FINDER: "Finder",
}

_BELOW_ROOT = frozenset({SpecialFolder.IPM_SUBTREE, SpecialFolder.FINDER})


def special_folders(connection: Connection, mailbox: int) -> Mapping[SpecialFolder, int]:
    """Give the number of each special folder.

    Raises:
        ObjectDeleted: the mailbox was removed.
    """
    rows = connection.rows("select role, id from folder where mailbox_id = ? and role is not null", (mailbox,))
    if not rows and connection.row("select 1 from mailbox where id = ?", (mailbox,)) is None:
        raise mailbox_removed()
    return {role: number for text, number in rows if (role := role_of(text)) is not None}


def make_special_folders(connection: Connection, mailbox: int) -> Mapping[SpecialFolder, int]:
    """Make those that a mailbox has not, and give all; a folder that has the name already gets the role."""
    found = dict(special_folders(connection, mailbox))
    if SpecialFolder.ROOT not in found:
        found[SpecialFolder.ROOT] = insert_folder(connection, mailbox, None, "", role=SpecialFolder.ROOT)
    root = found[SpecialFolder.ROOT]
    for role in _NAMES:
        if role not in found:
            above = root if role in _BELOW_ROOT else found[SpecialFolder.IPM_SUBTREE]
            found[role] = _make(connection, mailbox, above, role)
    return found


def _make(connection: Connection, mailbox: int, parent: int, role: SpecialFolder) -> int:
    name = _NAMES[role]
    while (known := folder_of_name(connection, parent, name)) is not None:
        row = connection.row("select role, search from folder where id = ?", (known,))
        if row == (None, None):
            (change,) = take_numbers(connection, mailbox, 1)
            connection.run("update folder set role = ?, change_number = ? where id = ?", (role.value, change, known))
            return known
        name += " (special)"
    return insert_folder(connection, mailbox, parent, name, role=role)
