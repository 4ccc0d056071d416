"""The directory: whose address is whose, and what a mailbox is called inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.model.address import SMTP, Address
from msgcore.mta.directory import EX, DirectoryEntry
from msgcore.providers.internal.mailboxes import Mailbox, find_mailbox, list_mailboxes, mailbox_of_address
from msgcore.runtime import Connection, Database, Runtime
from msgcore.runtime.abc import NEVER

__all__ = ["AddressBook", "Directory", "primary_address"]

T = TypeVar("T")

_NO_HOST = re.compile(r"[^a-z0-9]+")


class Directory:
    """The mailboxes of the organisation ``name``, in its database."""

    def __init__(self, runtime: Runtime, database: Database, name: str) -> None:
        self.runtime = runtime
        self.database = database
        self.name = name

    async def read(self, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        return await self.database.read(self.runtime, work, deadline)

    async def write(self, work: Callable[[Connection], T], deadline: Deadline = NEVER) -> T:
        return await self.database.write(self.runtime, work, deadline)

    @property
    def host(self) -> str:
        """The organisation's name in the form of a host, for trace fields and reports."""
        return f"{_NO_HOST.sub('-', self.name).strip('-')[:50] or 'organization'}.msgcore"

    def distinguished_name(self, mailbox: Mailbox) -> Address:
        return Address(EX, f"/o={self.name}/cn=recipients/cn={mailbox.name}", mailbox.display_name)

    def find(self, connection: Connection, address: Address) -> Mailbox | None:
        if address.address_type != EX:
            return mailbox_of_address(connection, address)
        name, here = fold(address.email_address), fold(f"/o={self.name}/cn=recipients/cn=")
        return find_mailbox(connection, name.removeprefix(here)) if name.startswith(here) else None

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        """Find whose address it is; a distinguished name is its own."""
        mailbox = await self.read(lambda c: self.find(c, address), deadline)
        return None if mailbox is None else DirectoryEntry(self.distinguished_name(mailbox), mailbox.name)


class AddressBook:
    """Resolves bare names: the whole name or display name of a mailbox, without case."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address]:
        wanted = fold(name)
        mailboxes = await self._directory.read(list_mailboxes, deadline)
        found = [one for one in mailboxes if wanted in {fold(one.name), fold(one.display_name)}]
        return [primary_address(one) or self._directory.distinguished_name(one) for one in found]


def primary_address(mailbox: Mailbox) -> Address | None:
    """Give the first SMTP address of a mailbox, or the first at all."""
    smtp = [address for address in mailbox.addresses if address.address_type == SMTP]
    return smtp[0] if smtp else mailbox.addresses[0] if mailbox.addresses else None
