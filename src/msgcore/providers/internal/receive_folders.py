"""Receive folders: where a new message belongs by its class ([MS-OXCSTOR] section 3.2.5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import StoreCorrupt, UsageError
from msgcore.providers.internal.folder_tree import find_folder
from msgcore.providers.internal.prepare import COLUMN_NAMES, Prepared
from msgcore.providers.internal.special_folders import special_folders
from msgcore.runtime import Connection, Row
from msgcore.spi.folders import ReceiveFolder
from msgcore.spi.store import SpecialFolder

__all__ = [
    "check_class",
    "drop_receive_folder",
    "find_receive_folder",
    "keep_default_entry",
    "list_receive_folders",
    "make_receive_folders",
    "place_by_class",
    "receive_folder",
    "set_receive_folder",
]

_MOST_OCTETS = 255
_CLASS = COLUMN_NAMES.index("message_class")
_SELECT = "select message_class, folder_id from receive_folder where mailbox_id = ?"


def make_receive_folders(connection: Connection, mailbox: int, special: Mapping[SpecialFolder, int]) -> None:
    """Make the entries that every mailbox has."""
    inbox = special[SpecialFolder.INBOX]
    for message_class in ("", "IPM", "REPORT"):
        set_receive_folder(connection, mailbox, message_class, inbox)
    set_receive_folder(connection, mailbox, "IPC", special[SpecialFolder.ROOT])


def check_class(message_class: str) -> str:
    """Give a message class that is one ([MS-OXCSTOR] section 2.2.1.2.1).

    Raises:
        UsageError: it is not ASCII, has control characters, is longer than 255 characters, or has an empty part.
    """
    is_plain = all(" " <= c <= "\x7f" for c in message_class)
    has_parts = not message_class or "" not in message_class.split(".")
    if not is_plain or not has_parts or len(message_class) > _MOST_OCTETS:
        raise UsageError(f"{message_class[:300]!r} is no message class")
    return message_class


def find_receive_folder(connection: Connection, mailbox: int, message_class: str) -> tuple[str, int]:
    """Find the entry for a class, whatever text it is: the class of the entry and the number of its folder.

    Raises:
        StoreCorrupt: not even the one of ``""`` is there.
    """
    keys = list(_prefixes(message_class))
    row = connection.row(
        f"{_SELECT} and class_key in ({', '.join('?' * len(keys))}) order by length(class_key) desc limit 1",
        (mailbox, *keys),
    )
    if row is None:
        raise StoreCorrupt(f"mailbox {mailbox} has no receive folder")
    return row[0], row[1]


def _prefixes(message_class: str) -> Iterable[bytes]:
    """Give the keys of a class and of the classes above it, and that of ``""``; a class is cut where none goes on."""
    key = _key(message_class[:_MOST_OCTETS])
    while key:
        yield key
        key = key.rpartition(b".")[0]
    yield b""


def _key(message_class: str) -> bytes:
    return message_class.lower().encode("utf-8", "replace")


def list_receive_folders(connection: Connection, uid: bytes, mailbox: int) -> list[ReceiveFolder]:
    """List the entries by class."""
    rows = connection.rows(f"{_SELECT} order by class_key", (mailbox,))
    return [receive_folder(uid, row) for row in rows]


def receive_folder(uid: bytes, entry: Row) -> ReceiveFolder:
    """Make an entry of its class and its folder's number."""
    return ReceiveFolder(entry[0], EntryId(uid, ObjectKind.FOLDER, entry[1]))


def set_receive_folder(connection: Connection, mailbox: int, message_class: str, folder: int) -> None:
    """Make or change an entry.

    Raises:
        UsageError: it is a search folder.
        NotFound: there is no such folder.
    """
    if find_folder(connection, mailbox, folder).search is not None:
        raise UsageError("a search folder receives nothing")
    connection.run(
        "insert into receive_folder (mailbox_id, class_key, message_class, folder_id) values (?, ?, ?, ?)"
        " on conflict (mailbox_id, class_key)"
        " do update set message_class = excluded.message_class, folder_id = excluded.folder_id",
        (mailbox, _key(message_class), message_class, folder),
    )


def drop_receive_folder(connection: Connection, mailbox: int, message_class: str) -> None:
    """Drop an entry, if it is there.

    Raises:
        UsageError: it is the one for all classes that have no other.
    """
    if not message_class:
        raise UsageError("the receive folder of all other classes can be changed, not dropped")
    connection.run("delete from receive_folder where mailbox_id = ? and class_key = ?", (mailbox, _key(message_class)))


def keep_default_entry(connection: Connection, mailbox: int, folders: Sequence[int]) -> None:
    """Before folders are deleted: whatever went into one of them by default goes into the inbox."""
    if find_receive_folder(connection, mailbox, "")[1] in folders:
        set_receive_folder(connection, mailbox, "", special_folders(connection, mailbox)[SpecialFolder.INBOX])


def place_by_class(connection: Connection, mailbox: int, messages: Iterable[Prepared]) -> list[tuple[int, Prepared]]:
    """Put the number of its receive folder before each message."""
    known: dict[str, int] = {}
    placed: list[tuple[int, Prepared]] = []
    for one in messages:
        message_class = _class_of(one)
        if message_class not in known:
            known[message_class] = find_receive_folder(connection, mailbox, message_class)[1]
        placed.append((known[message_class], one))
    return placed


def _class_of(message: Prepared) -> str:
    value = message.columns[_CLASS]
    return value.decode() if isinstance(value, bytes) else str(value)
