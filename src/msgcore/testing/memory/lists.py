"""The directory of an organisation in memory: its mailboxes, and the distribution lists and redirects beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from msgcore.base.text import fold, refuse_line_ends
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import SMTP, Address
from msgcore.mta.directory import EX, DirectoryEntry, DirectoryObject, DistributionList, Redirect, without_tag
from msgcore.mta.expansion.given import LAST_OF_A_REDIRECT, is_among
from msgcore.mta.organization import ListFacts, RedirectFacts
from msgcore.spi.addressbook import AddressBookEntry, DisplayType, NamePattern, best_matches
from msgcore.testing.memory.mailboxes import RECIPIENTS, Key, Mailboxes
from msgcore.wire.domain import typed_key

__all__ = ["Lists"]


class Lists:
    """Lists and redirects beside ``mailboxes``. May be shared by threads."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes
        self._guard = mailboxes.guard
        self._lists: dict[str, ListFacts] = {}
        self._list_of: dict[Key, str] = {}
        self._redirects: dict[Key | str, RedirectFacts] = {}

    def add(self, facts: ListFacts, *, exist_ok: bool) -> ListFacts:
        """Make a list; raises as :meth:`msgcore.mta.organization.Organization.add_list` does."""
        if not refuse_line_ends(facts.name, "list name").strip():
            raise UsageError("a list needs a name")
        refuse_line_ends(facts.display_name, "display name")
        with self._guard:
            known = self._lists.get(fold(facts.name))
            if known is not None and exist_ok:
                return known
            self._mailboxes.check_free_name(facts.name)
            self._mailboxes.list_names.add(fold(facts.name))
            made = self._lists[fold(facts.name)] = attrs.evolve(
                facts, addresses=(), members=_once(facts.members), display_name=facts.display_name or facts.name
            )
            try:
                return self._with_addresses(made, facts.addresses)
            except UsageError:
                self.remove(facts.name)
                raise

    def _with_addresses(self, facts: ListFacts, more: Sequence[Address]) -> ListFacts:
        if facts.owner is not None and is_among(facts.owner, more):
            raise UsageError(f"list {facts.name!r}: its owner would be the list itself")
        self._mailboxes.take(more, f"belongs to list {facts.name!r}")
        self._list_of.update((typed_key(address), fold(facts.name)) for address in more)
        changed = self._lists[fold(facts.name)] = attrs.evolve(facts, addresses=(*facts.addresses, *more))
        return changed

    def add_addresses(self, name: str, more: Sequence[Address]) -> tuple[Address, ...]:
        with self._guard:
            mailbox = self._mailboxes.named(name)
            if mailbox is not None:
                return self._mailboxes.add_addresses(mailbox, more).addresses
            return self._with_addresses(self.named(name), more).addresses

    def remove_addresses(self, name: str, these: Sequence[Address]) -> tuple[Address, ...]:
        with self._guard:
            mailbox = self._mailboxes.named(name)
            if mailbox is not None:
                redirect = self._redirects.get(fold(mailbox.name))
                if redirect is not None and all(is_among(own, these) for own in mailbox.addresses):
                    raise UsageError(LAST_OF_A_REDIRECT.format(name))
                left = self._mailboxes.remove_addresses(mailbox, these).addresses
                if redirect is not None:
                    self._redirects[fold(mailbox.name)] = attrs.evolve(redirect, address=left[0])
                return left
            one = self.named(name)
            left = tuple(own for own in one.addresses if not is_among(own, these))
            for gone in set(one.addresses) - set(left):
                del self._list_of[typed_key(gone)], self._mailboxes.holders[typed_key(gone)]
            self._lists[fold(name)] = attrs.evolve(one, addresses=left)
            return left

    def remove_mailbox(self, name: str) -> None:
        """Remove a mailbox; raises as :meth:`msgcore.mta.organization.Organization.remove_mailbox` does."""
        with self._guard:
            mailbox = self._mailboxes.named(name)
            if mailbox is None:
                raise NotFound(f"there is no mailbox {name!r}")
            self._redirects.pop(fold(name), None)
            self._mailboxes.remove_addresses(mailbox, mailbox.addresses)
            self._mailboxes.remove(name)

    def all(self) -> tuple[ListFacts, ...]:
        with self._guard:
            return tuple(self._lists[name] for name in sorted(self._lists))

    def named(self, name: str) -> ListFacts:
        if fold(name) not in self._lists:
            raise NotFound(f"there is no list {name!r}")
        return self._lists[fold(name)]

    def change_members(self, name: str, change: Callable[[tuple[Address, ...]], Sequence[Address]]) -> None:
        with self._guard:
            one = self.named(name)
            self._lists[fold(name)] = attrs.evolve(one, members=_once(change(one.members)))

    def remove(self, name: str) -> None:
        with self._guard:
            for address in self.named(name).addresses:
                del self._list_of[typed_key(address)], self._mailboxes.holders[typed_key(address)]
            del self._lists[fold(name)]
            self._mailboxes.list_names.discard(fold(name))

    def add_redirect(self, facts: RedirectFacts) -> RedirectFacts:
        """Make one; raises as :meth:`msgcore.mta.organization.Organization.add_redirect` does."""
        with self._guard:
            mailbox = self._mailboxes.of_address(facts.address)
            own = (facts.address,) if mailbox is None else mailbox.addresses
            if any(is_among(target, own) for target in facts.to):
                raise UsageError(f"{facts.address.typed} would be redirected to itself")
            if mailbox is None and facts.keep_copy:
                raise UsageError(f"{facts.address.typed} is no mailbox's, so that none can keep a copy")
            if mailbox is None:
                self._mailboxes.take(own, "is redirected")
            elif fold(mailbox.name) in self._redirects:
                raise UsageError(f"mailbox {mailbox.name!r} is redirected already")
            self._redirects[self._redirect_key(facts.address)] = attrs.evolve(facts, to=_once(facts.to))
            return self._shown(facts.address)

    def _redirect_key(self, address: Address) -> Key | str:
        mailbox = self._mailboxes.of_address(address)
        return typed_key(address) if mailbox is None else fold(mailbox.name)

    def _shown(self, address: Address) -> RedirectFacts:
        found = self._redirects[self._redirect_key(address)]
        mailbox = self._mailboxes.of_address(address)
        return found if mailbox is None else attrs.evolve(found, address=mailbox.addresses[0])

    def redirects(self) -> tuple[RedirectFacts, ...]:
        with self._guard:
            return tuple(self._shown(one.address) for one in self._redirects.values())

    def remove_redirect(self, address: Address) -> None:
        with self._guard:
            if self._redirects.pop(self._redirect_key(address), None) is None:
                raise NotFound(f"{address.typed} is not redirected")
            if self._mailboxes.of_address(address) is None:
                del self._mailboxes.holders[typed_key(address)]

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        """Keep the contract of :class:`msgcore.mta.directory.Directory`."""
        with self._guard:
            base = without_tag(address, self._mailboxes.delimiter)
            return self._exactly(address) or (None if base is None else self._exactly(base))

    def _exactly(self, address: Address) -> DirectoryObject | None:
        mailbox = self._mailboxes.of_address(address)
        entry = None if mailbox is None else DirectoryEntry(mailbox.distinguished_name, mailbox.name)
        if address.address_type == EX:
            given = fold(address.email_address)
            one = self._lists.get(given.removeprefix(RECIPIENTS)) if given.startswith(RECIPIENTS) else None
        else:
            one = self._lists.get(self._list_of.get(typed_key(address), ""))
        if one is not None:
            return DistributionList(_distinguished_name(one), one.members, one.owner, one.only_from)
        redirect = self._redirects.get(self._redirect_key(address))
        if redirect is None or address.address_type == EX:
            return entry
        return Redirect(self._shown(address).address, redirect.to, entry if redirect.keep_copy else None)

    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """Find the mailboxes and lists of that name, or else those whose names it begins."""
        return best_matches(name, self._entries())

    def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        pattern = NamePattern(name)
        found = [one for one in self._entries() if not name.strip() or pattern.match(one.names)]
        return sorted(found, key=lambda one: fold(one.display_name))[:limit]

    def _entries(self) -> list[AddressBookEntry]:
        mailboxes = [AddressBookEntry(one.primary, other_names=(one.name,)) for one in self._mailboxes.all()]
        lists = [AddressBookEntry(_primary(one), _LIST, (one.name, one.display_name)) for one in self.all()]
        return mailboxes + lists

    def list_members(self, entry: AddressBookEntry, deadline: Deadline) -> Sequence[AddressBookEntry]:
        with self._guard:
            found = self._exactly(entry.address)
            if not isinstance(found, DistributionList):
                raise NotFound(f"{entry}: there is no such list (any more)")
            return [
                AddressBookEntry(one, _LIST)
                if isinstance(self._exactly(one), DistributionList)
                else AddressBookEntry(one)
                for one in found.members
            ]


_LIST = DisplayType.DISTRIBUTION_LIST


def _distinguished_name(one: ListFacts) -> Address:
    return Address(EX, RECIPIENTS + one.name, one.display_name)


def _primary(one: ListFacts) -> Address:
    smtp = [address for address in one.addresses if address.address_type == SMTP]
    return (smtp or [*one.addresses] or [_distinguished_name(one)])[0]


def _once(addresses: Sequence[Address]) -> tuple[Address, ...]:
    there: dict[Key, Address] = {}
    for address in addresses:
        there.setdefault(typed_key(address), address)
    return tuple(there.values())
