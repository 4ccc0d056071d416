"""Distribution lists and redirects: the SQL of one transaction, on a connection that is handed in.

Who writes holds the lock of the mailboxes (:func:`msgcore.providers.internal.opening.lock_mailboxes`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.providers.internal.dialect import chunks
from msgcore.providers.internal.folder_tree import name_key
from msgcore.providers.internal.mailboxes import find_mailbox, mailbox_of_address
from msgcore.runtime import Connection, Row
from msgcore.wire.domain import address_key

__all__ = [
    "DEFAULT_DELIMITER",
    "Entry",
    "add_entry_addresses",
    "add_members",
    "all_lists",
    "all_redirects",
    "check_free_address",
    "check_free_name",
    "create_list",
    "create_redirect",
    "drop_entry",
    "entries_by_id",
    "find_list",
    "id_of_list",
    "key_of",
    "read_delimiter",
    "redirect_of",
    "remove_members",
    "set_delimiter",
    "set_members",
]

DEFAULT_DELIMITER = "+"

_COLUMNS = "id, name, display_name, owner_type, owner_address, only_from, mailbox_id, keep_copy"
_MOST_OCTETS = 2_000  # what an index of PostgreSQL takes is 2,704 octets a row


@attrs.frozen
class Entry:
    """A list or, without a name, a redirect; of a redirected mailbox the addresses are that mailbox's."""

    id: int
    name: str
    display_name: str
    addresses: tuple[Address, ...]
    members: tuple[Address, ...]
    owner: Address | None
    only_from: tuple[str, ...]
    mailbox_id: int | None
    keep_copy: bool


def key_of(address: Address) -> bytes:
    return address_key(address.address_type, address.email_address).encode("utf-8", "surrogatepass")


def check_free_name(connection: Connection, name: str) -> None:
    """Go on if no list is called so.

    Raises:
        UsageError: one is.
    """
    if connection.value("select 1 from directory_entry where name_key = ?", (name_key(name),)):
        raise UsageError(f"there is a list {name!r} already")


def check_free_address(connection: Connection, address: Address) -> None:
    """Go on if the address is no list's, no redirect's and no mailbox's.

    Raises:
        UsageError: it is.
    """
    if len(key_of(address)) + len(address.address_type.encode("utf-8", "surrogatepass")) > _MOST_OCTETS:
        raise UsageError(f"{address.typed[:80]!r}…: too long for an address of the directory")
    mailbox = mailbox_of_address(connection, address)
    if mailbox is not None:
        raise UsageError(f"{address.typed} belongs to mailbox {mailbox.name!r} already")
    row = connection.row(
        "select coalesce(name, '') from directory_entry where id ="
        " (select entry_id from directory_address where address_type = ? and address_key = ?)",
        (address.address_type, key_of(address)),
    )
    if row is not None:
        holder = f"belongs to list {row[0]!r}" if row[0] else "is redirected"
        raise UsageError(f"{address.typed} {holder} already")


def create_list(
    connection: Connection, name: str, display_name: str, owner: Address | None, only_from: Sequence[str]
) -> int:
    """Make a list without addresses and members, and give its id.

    Raises:
        UsageError: the name is empty, too long, or taken.
    """
    if not refuse_line_ends(name, "list name").strip():
        raise UsageError("a list needs a name")
    if len(name_key(name)) > _MOST_OCTETS:
        raise UsageError(f"a list's name of {len(name):,} characters is too long")
    refuse_line_ends(display_name, "display name")
    if find_mailbox(connection, name) is not None:
        raise UsageError(f"there is a mailbox {name!r} already")
    check_free_name(connection, name)
    number: int = connection.value(
        "insert into directory_entry (name, name_key, display_name, owner_type, owner_address, only_from)"
        " values (?, ?, ?, ?, ?, ?) returning id",
        (
            name,
            name_key(name),
            display_name or name,
            None if owner is None else owner.address_type,
            None if owner is None else owner.email_address,
            json.dumps(list(only_from)),
        ),
    )
    return number


def create_redirect(connection: Connection, address: Address, *, keep_copy: bool) -> int:
    """Make a redirect of the mailbox whose address it is, or of an address that is nobody's, without targets.

    Raises:
        UsageError: it is redirected already, is a list's, or no mailbox is there to keep a copy.
    """
    mailbox = mailbox_of_address(connection, address)
    if mailbox is None:
        check_free_address(connection, address)
        if keep_copy:
            raise UsageError(f"{address.typed} is no mailbox's, so that none can keep a copy")
    elif connection.value("select 1 from directory_entry where mailbox_id = ?", (mailbox.id,)):
        raise UsageError(f"mailbox {mailbox.name!r} is redirected already")
    number: int = connection.value(
        "insert into directory_entry (mailbox_id, keep_copy) values (?, ?) returning id",
        (None if mailbox is None else mailbox.id, int(keep_copy)),
    )
    if mailbox is None:
        add_entry_addresses(connection, number, [address])
    return number


def add_entry_addresses(connection: Connection, entry_id: int, addresses: Iterable[Address]) -> None:
    """Give a list or redirect more addresses.

    Raises:
        UsageError: one is taken.
    """
    behind = "select coalesce(max(position) + 1, 0) from directory_address where entry_id = ?"
    position = connection.value(behind, (entry_id,))
    for number, address in enumerate(addresses, position):
        check_free_address(connection, address)
        connection.run(
            "insert into directory_address (address_type, address_key, address, entry_id, position)"
            " values (?, ?, ?, ?, ?)",
            (address.address_type, key_of(address), address.email_address, entry_id, number),
        )


def remove_entry_addresses(connection: Connection, entry_id: int, addresses: Iterable[Address]) -> None:
    connection.run_many(
        "delete from directory_address where entry_id = ? and address_type = ? and address_key = ?",
        [(entry_id, one.address_type, key_of(one)) for one in addresses],
    )


def is_redirected(connection: Connection, mailbox_id: int) -> bool:
    return connection.row("select 1 from directory_entry where mailbox_id = ?", (mailbox_id,)) is not None


def set_members(connection: Connection, entry_id: int, members: Sequence[Address]) -> None:
    connection.run("delete from directory_member where entry_id = ?", (entry_id,))
    add_members(connection, entry_id, members)


def add_members(connection: Connection, entry_id: int, members: Sequence[Address]) -> None:
    """Put members behind those that are there; who is one stays where it is.

    Raises:
        UsageError: an address is too long.
    """
    for one in members:
        if len(key_of(one)) + len(one.address_type.encode("utf-8", "surrogatepass")) > _MOST_OCTETS:
            raise UsageError(f"{one.typed[:80]!r}…: too long for an address of the directory")
    last = connection.value("select max(position) from directory_member where entry_id = ?", (entry_id,))
    connection.run_many(
        "insert into directory_member (entry_id, address_type, address_key, address, display_name, position)"
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        [
            (entry_id, one.address_type, key_of(one), one.email_address, one.display_name, number)
            for number, one in enumerate(members, 0 if last is None else last + 1)
        ],
    )


def remove_members(connection: Connection, entry_id: int, members: Sequence[Address]) -> None:
    connection.run_many(
        "delete from directory_member where entry_id = ? and address_type = ? and address_key = ?",
        [(entry_id, one.address_type, key_of(one)) for one in members],
    )


def drop_entry(connection: Connection, entry_id: int) -> None:
    connection.run("delete from directory_entry where id = ?", (entry_id,))


def find_list(connection: Connection, name: str) -> Entry:
    """Find a list by name, without case.

    Raises:
        NotFound: there is none.
    """
    row = connection.row(f"select {_COLUMNS} from directory_entry where name_key = ?", (name_key(name),))
    if row is None:
        raise NotFound(f"there is no list {name!r}")
    return _entry(connection, row)


def id_of_list(connection: Connection, name: str) -> int:
    """Give the id of a list, without reading who is in it; raises as :func:`find_list` does."""
    found: int | None = connection.value("select id from directory_entry where name_key = ?", (name_key(name),))
    if found is None:
        raise NotFound(f"there is no list {name!r}")
    return found


def redirect_of(connection: Connection, address: Address) -> Entry:
    """Find the redirect of an address, or of the mailbox whose address it is.

    Raises:
        NotFound: there is none.
    """
    mailbox = mailbox_of_address(connection, address)
    if mailbox is not None:
        row = connection.row(f"select {_COLUMNS} from directory_entry where mailbox_id = ?", (mailbox.id,))
    else:
        row = connection.row(
            f"select {_COLUMNS} from directory_entry where name is null and id ="
            " (select entry_id from directory_address where address_type = ? and address_key = ?)",
            (address.address_type, key_of(address)),
        )
    if row is None:
        raise NotFound(f"{address.typed} is not redirected")
    return _entry(connection, row)


def all_lists(connection: Connection) -> list[Entry]:
    """Give the lists by name."""
    sql = f"select {_COLUMNS} from directory_entry where name is not null order by name_key"
    return [_entry(connection, row) for row in connection.rows(sql)]


def all_redirects(connection: Connection) -> list[Entry]:
    """Give the redirects in the order in which they were made."""
    sql = f"select {_COLUMNS} from directory_entry where name is null order by id"
    return [_entry(connection, row) for row in connection.rows(sql)]


def entries_by_id(connection: Connection, ids: Sequence[int], *, with_members: bool) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    for some in chunks(ids):
        marks = ", ".join("?" * len(some))
        for row in connection.rows(f"select {_COLUMNS} from directory_entry where id in ({marks})", some):
            found[row[0]] = _entry(connection, row, with_members=with_members)
    return found


def _entry(connection: Connection, row: Row, *, with_members: bool = True) -> Entry:
    number, name, display_name, owner_type, owner, only_from, mailbox_id, keep_copy = row
    if mailbox_id is None:
        sql = "select address_type, address from directory_address where entry_id = ? order by position"
    else:
        sql = (
            "select address_type, address from mailbox_address where mailbox_id = ?"
            " order by is_primary desc, address_type, address_key"
        )
    addresses = connection.rows(sql, (number if mailbox_id is None else mailbox_id,))
    members = _members(connection, number) if with_members else ()
    return Entry(
        number,
        name or "",
        display_name,
        tuple(Address(kind, address, display_name) for kind, address in addresses),
        tuple(members),
        None if owner_type is None else Address(owner_type, owner),
        tuple(json.loads(only_from)),
        mailbox_id,
        bool(keep_copy),
    )


def _members(connection: Connection, entry_id: int) -> Iterable[Address]:
    sql = "select address_type, address, display_name from directory_member where entry_id = ? order by position"
    return (Address(*member) for member in connection.rows(sql, (entry_id,)))


def read_delimiter(connection: Connection) -> str:
    """Give what stands between an address and its tag (RFC 5233); empty when addresses have none."""
    found = connection.value("select recipient_delimiter from directory_setting")
    return DEFAULT_DELIMITER if found is None else str(found)


def set_delimiter(connection: Connection, delimiter: str) -> None:
    connection.run(
        "insert into directory_setting (id, recipient_delimiter) values (1, ?)"
        " on conflict (id) do update set recipient_delimiter = excluded.recipient_delimiter",
        (delimiter,),
    )
