"""Administering addresses, distribution lists and redirects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import Address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.expansion.given import (
    LAST_OF_A_REDIRECT,
    check_delimiter,
    checked_patterns,
    is_among,
    one_address,
    own_addresses,
    proxy_addresses,
)
from msgcore.mta.organization import ListFacts, RedirectFacts
from msgcore.providers.internal.mailboxes import Mailbox, add_address, find_mailbox, remove_addresses
from msgcore.providers.internal.opening import lock_mailboxes
from msgcore.providers.organization import entries
from msgcore.providers.organization.directory import Directory
from msgcore.providers.organization.entries import Entry
from msgcore.runtime import Connection

__all__ = ["ListAdministration", "close_mailbox"]

T = TypeVar("T")


class ListAdministration:
    """What an organisation's contract says of lists and redirects, in a database."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def _deadline(self, timeout_seconds: float) -> Deadline:
        return self._directory.runtime.deadline(timeout_seconds)

    async def _write(self, work: Callable[[Connection], T], timeout_seconds: float) -> T:
        def alone(connection: Connection) -> T:
            lock_mailboxes(connection)
            return work(connection)

        return await self._directory.write(alone, self._deadline(timeout_seconds))

    async def add_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        given = own_addresses(addresses, repr(name), name)

        def work(connection: Connection) -> tuple[Address, ...]:
            mailbox = find_mailbox(connection, name)
            if mailbox is None:
                found = entries.find_list(connection, name)
                if found.owner is not None and is_among(found.owner, given):
                    raise UsageError(_OWNS_ITSELF.format(name))
                entries.add_entry_addresses(connection, found.id, given)
                return (*found.addresses, *given)
            for number, address in enumerate(given, len(mailbox.addresses)):
                entries.check_free_address(connection, address)
                add_address(connection, mailbox.id, address, is_primary=number == 0)
            return (*mailbox.addresses, *given)

        return await self._write(work, timeout_seconds)

    async def remove_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        given = own_addresses(addresses, repr(name), name)

        def work(connection: Connection) -> tuple[Address, ...]:
            mailbox = find_mailbox(connection, name)
            if mailbox is None:
                number = entries.id_of_list(connection, name)
                entries.remove_entry_addresses(connection, number, given)
                return entries.find_list(connection, name).addresses
            left = remove_addresses(connection, mailbox.id, given)
            if not left and entries.is_redirected(connection, mailbox.id):
                raise UsageError(LAST_OF_A_REDIRECT.format(name))
            return left

        return await self._write(work, timeout_seconds)

    async def add_list(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        members: RecipientsLike = (),
        owner: str | Address | None = None,
        only_from: Sequence[str] = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> ListFacts:
        own, those = own_addresses(addresses, "a list", name), proxy_addresses(members, "a list")
        who = None if owner is None else one_address(owner, "a list's owner")
        patterns = checked_patterns(only_from)
        if who is not None and is_among(who, own):
            raise UsageError(_OWNS_ITSELF.format(name))

        def work(connection: Connection) -> Entry:
            if exist_ok:
                try:
                    return entries.find_list(connection, name)
                except NotFound:
                    pass
            number = entries.create_list(connection, name, display_name, who, patterns)
            entries.add_entry_addresses(connection, number, own)
            entries.set_members(connection, number, those)
            return entries.find_list(connection, name)

        return _list_facts(await self._write(work, timeout_seconds))

    async def lists(self, *, timeout_seconds: float = 60.0) -> tuple[ListFacts, ...]:
        found = await self._directory.read(entries.all_lists, self._deadline(timeout_seconds))
        return tuple(_list_facts(one) for one in found)

    async def set_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        await self._change_members(entries.set_members, name, members, timeout_seconds)

    async def add_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        await self._change_members(entries.add_members, name, members, timeout_seconds)

    async def remove_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        await self._change_members(entries.remove_members, name, members, timeout_seconds)

    async def _change_members(
        self,
        change: Callable[[Connection, int, Sequence[Address]], None],
        name: str,
        members: RecipientsLike,
        timeout_seconds: float,
    ) -> None:
        given = proxy_addresses(members, "a list")
        await self._write(lambda c: change(c, entries.id_of_list(c, name), given), timeout_seconds)

    async def remove_list(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        await self._write(lambda c: entries.drop_entry(c, entries.id_of_list(c, name)), timeout_seconds)

    async def add_redirect(
        self, address: str | Address, *, to: RecipientsLike, keep_copy: bool = False, timeout_seconds: float = 60.0
    ) -> RedirectFacts:
        (given,) = own_addresses(address, "a redirect")
        targets = proxy_addresses(to, "a redirect")
        if not targets:
            raise UsageError(f"{given.typed}: say to whom it is redirected")

        def work(connection: Connection) -> Entry:
            number = entries.create_redirect(connection, given, keep_copy=keep_copy)
            entries.set_members(connection, number, targets)
            made = entries.redirect_of(connection, given)
            if any(is_among(target, made.addresses) for target in targets):
                raise UsageError(f"{given.typed} would be redirected to itself; a copy is kept by keep_copy")
            return made

        return _redirect_facts(await self._write(work, timeout_seconds))

    async def redirects(self, *, timeout_seconds: float = 60.0) -> tuple[RedirectFacts, ...]:
        found = await self._directory.read(entries.all_redirects, self._deadline(timeout_seconds))
        return tuple(_redirect_facts(one) for one in found)

    async def remove_redirect(self, address: str | Address, *, timeout_seconds: float = 60.0) -> None:
        given = one_address(address, "a redirect")
        await self._write(lambda c: entries.drop_entry(c, entries.redirect_of(c, given).id), timeout_seconds)

    async def set_recipient_delimiter(self, delimiter: str, *, timeout_seconds: float = 60.0) -> None:
        check_delimiter(delimiter)
        await self._write(lambda c: entries.set_delimiter(c, delimiter), timeout_seconds)


def close_mailbox(connection: Connection, name: str) -> Mailbox:
    """Take from a mailbox that is to be removed its addresses, redirect and password.

    Raises:
        NotFound: there is no mailbox of this name.
    """
    lock_mailboxes(connection)
    mailbox = find_mailbox(connection, name)
    if mailbox is None:
        raise NotFound(f"there is no mailbox {name!r}")
    for table in ("mailbox_address", "mailbox_keys", "directory_entry"):
        connection.run(f"delete from {table} where mailbox_id = ?", (mailbox.id,))
    return mailbox


_OWNS_ITSELF = "list {!r}: its owner would be the list itself, which would get the reports about its own mail"


def _list_facts(one: Entry) -> ListFacts:
    return ListFacts(one.name, one.display_name, one.addresses, one.members, one.owner, one.only_from)


def _redirect_facts(one: Entry) -> RedirectFacts:
    return RedirectFacts(one.addresses[0], one.members, one.keep_copy)
