"""The passwords of mailboxes: kept as SCRAM keys only, and asked for by the listeners of a node."""

from __future__ import annotations

from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import SMTP, Address
from msgcore.providers.internal.folder_tree import name_key
from msgcore.providers.internal.mailboxes import find_mailbox
from msgcore.providers.organization.directory import Directory
from msgcore.providers.organization.entries import key_of
from msgcore.runtime import Connection
from msgcore.wire.sasl import STORED_MECHANISM, KeyedUsers, StoredUser, Verifier, stranger

__all__ = ["DirectoryUsers", "find_user", "set_keys"]

_KEYS = "select mailbox.name, salt, iterations, stored_key, server_key from mailbox_keys join mailbox on mailbox.id ="
_BY_NAME = f"{_KEYS} mailbox_id where mechanism = ? and name_key = ?"
_BY_ADDRESS = (
    f"{_KEYS} mailbox_id where mechanism = ? and mailbox_id ="
    " (select mailbox_id from mailbox_address where address_type = ? and address_key = ?)"
)
_ENTRY = "select 1 from directory_address where address_type = ? and address_key = ?"


def set_keys(connection: Connection, name: str, keys: Verifier | None) -> None:
    """Give a mailbox these keys instead of those that it has; ``None`` takes them away.

    Raises:
        NotFound: there is no mailbox of this name.
    """
    mailbox = find_mailbox(connection, name)
    if mailbox is None:
        raise NotFound(f"there is no mailbox {name!r}")
    connection.run("delete from mailbox_keys where mailbox_id = ?", (mailbox.id,))
    if keys is not None:
        connection.run(
            "insert into mailbox_keys (mailbox_id, mechanism, salt, iterations, stored_key, server_key)"
            " values (?, ?, ?, ?, ?, ?)",
            (mailbox.id, STORED_MECHANISM, keys.salt, keys.iterations, keys.stored_key, keys.server_key),
        )


def find_user(connection: Connection, claimed: str) -> StoredUser:
    """Find who logs in under the name of a mailbox or one of its SMTP addresses; the same steps for a stranger."""
    name, address = name_key(claimed), key_of(Address(SMTP, claimed))
    by_name = connection.row(_BY_NAME, (STORED_MECHANISM, name))
    by_address = connection.row(_BY_ADDRESS, (STORED_MECHANISM, SMTP, address))
    # Who is known has one salt however his name is written, and so has who is not.
    unknown = stranger(connection.value("select octets from directory_secret"), address if "@" in claimed else name)
    row = by_name or by_address
    return unknown if row is None else StoredUser(row[0], Verifier(*row[1:]))


class DirectoryUsers:
    """The mailboxes of an organisation as its listeners know them; see :class:`msgcore.mta.listener.users.Users`."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        database = directory.database
        self.authenticator = KeyedUsers(directory.runtime, lambda name: database.look(lambda c: find_user(c, name)))

    async def owner_of(self, address: Address, deadline: Deadline) -> str:
        return await self._directory.read(lambda c: self._owner(c, address), deadline)

    def _owner(self, connection: Connection, address: Address) -> str:
        # A list's address, or a redirected one, may look like a mailbox's with a tag.
        if connection.value(_ENTRY, (address.address_type, key_of(address))):
            return ""
        mailbox = self._directory.find(connection, address)
        return "" if mailbox is None else mailbox.name
