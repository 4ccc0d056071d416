"""The directory: whose address is whose, and what a mailbox is called inside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.model.address import SMTP, Address
from msgcore.mta.directory import EX, DirectoryEntry, DirectoryObject, DistributionList, Redirect, without_tag
from msgcore.providers.internal.mailboxes import Mailbox, find_mailbox, mailbox_of_address
from msgcore.providers.organization.entries import Entry, read_delimiter
from msgcore.providers.organization.finding import Found, find_all
from msgcore.runtime import Connection, Database, Runtime
from msgcore.runtime.abc import NEVER

__all__ = ["Directory", "primary_address"]

T = TypeVar("T")

_IN_DOMAIN = [
    f"select 1 from {table} where address_type = 'SMTP' and length(address_key) > ?"
    " and substr(address_key, cast(length(address_key) - ? as integer)) = ? limit 1"
    for table in ("mailbox_address", "directory_address")
]

_NO_HOST = re.compile(r"[^a-z0-9]+")


class Directory:
    """The mailboxes, distribution lists and redirects of the organisation ``name``, in its database."""

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

    @property
    def provider_uid(self) -> bytes:
        """The 16 octets by which entry ids of its people and lists are known."""
        return hashlib.sha256(fold(self._recipients).encode()).digest()[:16]

    def entry_id(self, named: Mailbox | Entry) -> bytes:
        """Give the entry id of one of its people or lists: the organisation's octets, and the name inside."""
        return bytes(4) + self.provider_uid + self.distinguished_name(named).email_address.encode()

    @property
    def _recipients(self) -> str:
        return f"/o={self.name}/cn=recipients/cn="

    def distinguished_name(self, named: Mailbox | Entry) -> Address:
        return Address(EX, self._recipients + named.name, named.display_name)

    def find(self, connection: Connection, address: Address) -> Mailbox | None:
        """Find the mailbox that has an address, or has it without its tag; redirects and lists are past."""
        if address.address_type == EX:
            name, here = fold(address.email_address), fold(self._recipients)
            return find_mailbox(connection, name.removeprefix(here)) if name.startswith(here) else None
        mailbox = mailbox_of_address(connection, address)
        if mailbox is None:
            base = without_tag(address, read_delimiter(connection))
            mailbox = None if base is None else mailbox_of_address(connection, base)
        return mailbox

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        """Find whose address it is; a distinguished name is its own."""
        (found,) = await self.look_up_many([address], deadline)
        return found

    async def look_up_many(self, addresses: Sequence[Address], deadline: Deadline) -> Sequence[DirectoryObject | None]:
        found = await self.read(lambda c: find_all(c, addresses, self._recipients), deadline)
        return [None if one is None else self._object(one) for one in found]

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        """Look an address up; the members of a list and the targets of a redirect are not read."""

        def look(connection: Connection) -> Found | None:
            (found,) = find_all(connection, [address], self._recipients, with_members=False)
            return found

        found = await self.read(look, deadline)
        return None if found is None else self._object(found)

    async def has_domain(self, domain: str, deadline: Deadline) -> bool:
        """Say whether somebody has an address in a domain, which is in ASCII and lower case."""
        ending = f"@{domain}".encode()
        values = len(ending), len(ending) - 1, ending

        def look(connection: Connection) -> bool:
            return any(connection.row(statement, values) is not None for statement in _IN_DOMAIN)

        return await self.read(look, deadline)

    def _object(self, found: Found) -> DirectoryObject:
        entry, mailbox = found.entry, None
        if found.mailbox is not None:
            name, display_name = found.mailbox
            mailbox = DirectoryEntry(Address(EX, self._recipients + name, display_name), name)
        if entry is None:
            assert mailbox is not None  # one of both is there
            return mailbox
        if entry.name:
            return DistributionList(self.distinguished_name(entry), entry.members, entry.owner, entry.only_from)
        return Redirect(entry.addresses[0], entry.members, mailbox if entry.keep_copy else None)


def primary_address(named: Mailbox | Entry) -> Address | None:
    """Give the first SMTP address of a mailbox or a list, or the first at all; with its display name."""
    smtp = [address for address in named.addresses if address.address_type == SMTP]
    return smtp[0] if smtp else named.addresses[0] if named.addresses else None
