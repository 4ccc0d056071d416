"""Mailboxes and their addresses: the SQL of one transaction, on a connection that is handed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import attrs

from msgcore.base.ids import new_uid
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.providers.internal.dialect import new_ids
from msgcore.providers.internal.folder_tree import name_key
from msgcore.providers.internal.receive_folders import make_receive_folders
from msgcore.providers.internal.special_folders import make_special_folders
from msgcore.providers.internal.word_upkeep import begin_index
from msgcore.runtime import Connection, Engine, Row
from msgcore.spi.mailbox_names import check_mailbox_names
from msgcore.wire.domain import address_key

__all__ = [
    "Mailbox",
    "add_address",
    "create_mailbox",
    "find_mailbox",
    "list_mailboxes",
    "mailbox_of_address",
    "remove_addresses",
]


# What an index of PostgreSQL takes is 2,704 octets a row.
_MOST_OCTETS = 2_000


@attrs.frozen
class Mailbox:
    """One mailbox of a database, with its addresses, the primary one first."""

    id: int
    uid: bytes
    name: str
    display_name: str
    addresses: tuple[Address, ...]


def create_mailbox(connection: Connection, name: str, display_name: str = "") -> Mailbox:
    """Make a mailbox with its special and receive folders.

    Raises:
        UsageError: the name is empty, too long, or taken.
    """
    check_mailbox_names(name, display_name)
    if find_mailbox(connection, name) is not None:
        raise UsageError(f"there is a mailbox {name!r} already")
    if connection.value("select 1 from words_index") is None:
        begin_index(connection)
    uid, number = new_uid(), _new_number(connection)
    connection.run(
        "insert into mailbox (id, uid, name, name_key, display_name, epoch) values (?, ?, ?, ?, ?, ?)",
        (number, uid, name, name_key(name), display_name or name, new_uid()),
    )
    make_receive_folders(connection, number, make_special_folders(connection, number))
    return Mailbox(number, uid, name, display_name or name, ())


def _new_number(connection: Connection) -> int:
    """Give a number that no mailbox ever had: a session may still hold that of one that was removed.

    SQLite gives a highest number again that is free; never a folder's, of which every mailbox had one at least.
    """
    table = "mailbox" if connection.engine is Engine.POSTGRES else "folder"
    return new_ids(connection, table, 1)[0]


def add_address(connection: Connection, mailbox_id: int, address: Address, *, is_primary: bool) -> None:
    """Give a mailbox an address.

    Raises:
        UsageError: another mailbox, or this one, has it; or it is too long.
    """
    if len(_address_key(address)) + len(address.address_type.encode("utf-8", "surrogatepass")) > _MOST_OCTETS:
        raise UsageError(f"{address.typed[:80]!r}…: too long for an address of a mailbox")
    holder = mailbox_of_address(connection, address)
    if holder is not None:
        raise UsageError(f"{address.typed} belongs to mailbox {holder.name!r} already")
    connection.run(
        "insert into mailbox_address (address_type, address_key, address, mailbox_id, is_primary)"
        " values (?, ?, ?, ?, ?)",
        (address.address_type, _address_key(address), address.email_address, mailbox_id, int(is_primary)),
    )


def remove_addresses(connection: Connection, mailbox_id: int, addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Take addresses from a mailbox; the first of those that are left, which it gives, is the primary one."""
    connection.run_many(
        "delete from mailbox_address where mailbox_id = ? and address_type = ? and address_key = ?",
        [(mailbox_id, one.address_type, _address_key(one)) for one in addresses],
    )
    row = connection.row("select id, uid, name, display_name from mailbox where id = ?", (mailbox_id,))
    assert row is not None
    left = _mailbox(connection, row).addresses
    for first in left[:1]:
        connection.run(
            "update mailbox_address set is_primary = 1 where address_type = ? and address_key = ?",
            (first.address_type, _address_key(first)),
        )
    return left


def _address_key(address: Address) -> bytes:
    return address_key(address.address_type, address.email_address).encode("utf-8", "surrogatepass")


def find_mailbox(connection: Connection, name: str) -> Mailbox | None:
    """Find a mailbox by name, without case."""
    row = connection.row("select id, uid, name, display_name from mailbox where name_key = ?", (name_key(name),))
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
    addresses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, kind, address in connection.rows(
        "select mailbox_id, address_type, address from mailbox_address"
        " order by is_primary desc, address_type, address_key"
    ):
        addresses[number].append((kind, address))
    rows = connection.rows("select id, uid, name, display_name from mailbox order by name_key")
    return [
        Mailbox(number, uid, name, shown, tuple(Address(*one, shown) for one in addresses[number]))
        for number, uid, name, shown in rows
    ]


def _mailbox(connection: Connection, row: Row) -> Mailbox:
    addresses = connection.rows(
        "select address_type, address from mailbox_address where mailbox_id = ? order by is_primary desc, address_type,"
        " address_key",
        (row[0],),
    )
    return Mailbox(row[0], row[1], row[2], row[3], tuple(Address(kind, address, row[3]) for kind, address in addresses))
