"""Whom a message goes to: names resolved to addresses, and who takes each of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import (
    InvalidAddress,
    LimitExceeded,
    MsgcoreError,
    OperationCancelled,
    SetupError,
    TryAgain,
    UsageError,
)
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.session.checked import checked_limit
from msgcore.session.contacts.address_book import AddressBook
from msgcore.session.contacts.book import ContactsBook
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.resolving import Book, NameResolver, Standing, is_address, once
from msgcore.session.services import OpenService
from msgcore.session.sessions.stores import SessionStores
from msgcore.spi.addressbook import AddressBookEntry
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.store import SpecialFolder
from msgcore.spooler.order import assign

__all__ = ["RecipientCheck", "SessionRecipients"]

_log = logging.getLogger("msgcore.session")

_ASKING_SECONDS = 10.0
"""So long a transport may take to say its address types."""


@attrs.frozen
class RecipientCheck:
    """Who takes a recipient: the service, its connector if it routes, and why, or why nobody does.

    ``address`` is the one that a name stands for. A personal list has a check of its own, which ``is_list`` says, and
    behind it one for each member; ``lists`` are those by way of which a member gets the message, the outermost first.
    """

    recipient: Recipient
    service: str | None
    connector: str | None
    reason: str
    address: Address | None = None
    lists: tuple[str, ...] = ()
    is_list: bool = False

    @property
    def is_claimed(self) -> bool:
        """Whether somebody takes it; of a list with members, each of these says so itself."""
        return self.is_list or (self.service is not None and self.connector != "")

    def __str__(self) -> str:
        shown = str(self.recipient)
        if self.address is not None and not is_address(self.recipient) and not self.is_list:
            shown = f"{shown} is {self.address}"
        elif self.lists:
            shown = f"{' > '.join(self.lists)} > {shown}"
        if self.is_list:
            return f"{shown}: {self.reason}"
        taker = " / ".join(part for part in (self.service, self.connector) if part) or "nobody"
        return f"{shown}: {taker}: {self.reason}"


class SessionRecipients(SessionStores):
    """Resolve recipients, and say who takes them."""

    def _transports(self) -> list[GuardedTransport]:
        in_order = sorted(self._services, key=lambda opened: self._profile.transport_rank(opened.entry.name))
        return [transport for opened in in_order for transport in opened.transports]

    async def _follow_config(self, deadline: Deadline) -> None:
        """Have each transport say which address types it takes by now; one that cannot keeps those it said last."""
        for transport in self._transports():
            try:
                # Others wait for the answer, which may never come.
                await transport.follow_config(deadline.sooner(_ASKING_SECONDS))
            except OperationCancelled:
                raise
            except MsgcoreError as error:
                _log.warning("%s: its address types cannot be read: %s", transport.name, error)

    @property
    def primary_identity(self) -> Address | None:
        """The address of the service that the profile names for it, or else of the first one that has one."""
        primary = self._primary_service
        return None if primary is None else primary.identity

    @property
    def _primary_service(self) -> OpenService | None:
        named_first = sorted(self._services, key=lambda opened: not opened.entry.is_primary_identity)
        return next((opened for opened in named_first if opened.identity is not None), None)

    # Address books

    @property
    def address_book(self) -> AddressBook:
        """The personal address book: people and lists in the Contacts folder of the default store.

        Raises:
            NotSupported: there is no default store, or it has no such folder.
        """
        return self.default_store.address_book

    async def resolve_name(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> AddressBookEntry:
        """Find whom a name stands for, in the address books of all services and the Contacts folders of their stores.

        An entry of just that name comes before one that has more names, or longer ones, in whichever address book.

        Raises:
            UnresolvedName: nobody knows the name.
            AmbiguousName: it may be any of its ``candidates``.
        """
        return await self._resolver().entry(name, self._runtime.deadline(timeout_seconds))

    async def find_entries(
        self, name: str = "", *, limit: int = 100, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[AddressBookEntry, ...]:
        """List the entries that a name begins, as somebody types it: in all address books that can be browsed.

        Those of the first address book come first; of two with one address, only the first.
        """
        wanted = checked_limit(limit, "find_entries")
        return tuple(await self._resolver().entries(name, wanted, self._runtime.deadline(timeout_seconds)))

    def _resolver(self) -> NameResolver:
        books: list[Book] = []
        for opened in self._services:
            books += opened.address_books
            having = [one for one in opened.stores if SpecialFolder.CONTACTS in one.special_folders]
            books += [ContactsBook(one, one.known_contacts) for one in having]
        named_by = {
            uid: opened.address_books
            for opened in self._services
            for transport in opened.transports
            for uid in transport.provider_uids
        }
        return NameResolver(books, named_by)

    async def _resolved(self, recipients: Sequence[Recipient], deadline: Deadline) -> tuple[Recipient, ...]:
        resolver = self._resolver()
        standings = [await resolver.standing(one, deadline) for one in recipients]
        for standing in standings:
            for loop in standing.loops:
                _log.warning("%s: %s", self._profile.name, _told(loop))
        found = once(standings)
        if not found:
            raise UsageError("the message has no recipient: there is nobody in the lists that it is for")
        return tuple(found)

    async def check_recipients(
        self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RecipientCheck, ...]:
        """Say before submit, for each recipient, which service and connector takes it, or why none does.

        Behind a personal list comes each of its members.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        resolver = self._resolver()
        asked: list[_Asked] = []
        for recipient in message.recipients:
            try:
                asked += _to_ask(await resolver.standing(recipient, deadline))
            except (InvalidAddress, LimitExceeded) as error:
                asked.append((RecipientCheck(recipient, None, None, str(error)), None))
        await self._follow_config(deadline)
        going = dict.fromkeys(recipient for _, recipient in asked if recipient is not None)
        takers = await self._takers([*going], message, deadline)
        return tuple(_answered(asked, takers))

    async def _takers(
        self, recipients: Sequence[Recipient], message: Message, deadline: Deadline
    ) -> Mapping[Recipient, _Taker]:
        sender = message.from_ or self.primary_identity
        transports = self._transports()
        assignment = assign(recipients, sender, transports)
        takers: dict[Recipient, _Taker] = {}
        for recipient in assignment.unclaimed:
            failed = [str(opened.failed) for opened in self._services if opened.could_not_open]
            reason = "; ".join(failed) or f"no service of this profile takes {recipient.address_type}"
            takers[recipient] = (None, None, reason)
        by_name = {transport.name: transport for transport in transports}
        for name, taken in assignment.by_transport:
            previews = await self._previews(by_name[name], Envelope(sender, taken), message, deadline)
            for recipient in taken:
                takers[recipient] = (name, *previews.get(recipient, (None, f"takes {recipient.address_type}")))
        return takers

    async def _previews(
        self, transport: GuardedTransport, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, tuple[str | None, str]]:
        if not transport.can(Capability.PREVIEW):
            return {}
        try:
            found = await transport.preview(envelope, message, deadline)
        except OperationCancelled:
            raise
        except (SetupError, TryAgain) as error:
            return dict.fromkeys(envelope.recipients, (None, str(error)))
        # A routing transport without a connector takes the recipient only to report it.
        return {recipient: (one.connector or "", one.reason) for recipient, one in found.items()}


_Taker = tuple[str | None, str | None, str]
"""Service, connector, reason."""


_Asked = tuple[RecipientCheck, Recipient | None]
"""A check, and the recipient that somebody is to take; there is none where the check has its answer already."""


def _to_ask(standing: Standing) -> list[_Asked]:
    """Give the checks of a recipient and of those behind it, as they are before anybody is asked who takes whom."""
    given = standing.recipient
    if not standing.is_list:
        return [
            (RecipientCheck(given, None, None, "", one.address), one.as_recipient(given)) for one in standing.reached
        ]
    count = len(standing.reached)
    reason = f"a personal list of {count:,}, expanded at submit" if count else "a personal list without members"
    reason = "; ".join([reason, *(_told(loop) for loop in standing.loops)])
    asked: list[_Asked] = [(RecipientCheck(given, None, None, reason, standing.entry.address, is_list=count > 0), None)]
    for one in standing.reached:
        member = attrs.evolve(given, address=one.address, properties=())
        asked.append((RecipientCheck(member, None, None, "", one.address, one.lists), one.as_recipient(member)))
    return asked


def _told(loop: Sequence[str]) -> str:
    return f"list {loop[0]!r} is inside itself ({' > '.join(loop)}), where it is passed over"


def _answered(asked: Sequence[_Asked], takers: Mapping[Recipient, _Taker]) -> list[RecipientCheck]:
    answered: list[RecipientCheck] = []
    there = {going.address.search_key for one, going in asked if going is not None and not one.lists}
    for one, going in asked:
        if going is None:
            answered.append(one)
            continue
        service, connector, reason = takers[going]
        if one.lists and going.address.search_key in there:
            reason += "; is a recipient otherwise, and gets it once"
        there.add(going.address.search_key)
        answered.append(attrs.evolve(one, service=service, connector=connector, reason=reason))
    return answered
