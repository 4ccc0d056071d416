"""Whom a message goes to: names resolved to addresses, and who takes each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, OperationCancelled, SetupError, TryAgain
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.services import OpenService
from msgcore.session.sessions.stores import SessionStores
from msgcore.spi.addressbook import AddressBookProvider
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spooler.order import assign

__all__ = ["RecipientCheck", "SessionRecipients"]


@attrs.frozen
class RecipientCheck:
    """Who takes a recipient: the service, its connector if it routes, and why, or why nobody does."""

    recipient: Recipient
    service: str | None
    connector: str | None
    reason: str

    @property
    def is_claimed(self) -> bool:
        return self.service is not None and self.connector != ""

    def __str__(self) -> str:
        taker = " / ".join(part for part in (self.service, self.connector) if part) or "nobody"
        return f"{self.recipient}: {taker}: {self.reason}"


class SessionRecipients(SessionStores):
    """Resolve recipients, and say who takes them."""

    def _transports(self) -> list[GuardedTransport]:
        return [transport for opened in self._services for transport in opened.transports]

    @property
    def primary_identity(self) -> Address | None:
        """The address of the first service that has one."""
        return next((opened.identity for opened in self._services if opened.identity is not None), None)

    async def _resolved(self, recipients: Sequence[Recipient], deadline: Deadline) -> tuple[Recipient, ...]:
        return tuple([attrs.evolve(one, address=await self._resolve(one.address, deadline)) for one in recipients])

    async def _resolve(self, address: Address, deadline: Deadline) -> Address:
        if address.is_resolved:
            return address
        name = address.display_name
        for opened in self._services:
            for book in opened.address_books:
                found = await _resolved_by(opened, book, name, deadline)
                if len(found) > 1:
                    several = ", ".join(str(one) for one in found)
                    raise InvalidAddress(f"{name!r} may be any of {several}; give the address")
                if found:
                    return found[0]
        raise InvalidAddress(f"{name!r} is no address, and no address book of this profile knows the name")

    async def check_recipients(
        self, message: Message, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RecipientCheck, ...]:
        """Say before submit, for each recipient, which service and connector takes it, or why none does."""
        deadline = self._runtime.deadline(timeout_seconds)
        checks: dict[Recipient, RecipientCheck] = {}
        given: dict[Recipient, list[Recipient]] = {}  # who stands for whom: two names may be one person
        for recipient in message.recipients:
            try:
                address = await self._resolve(recipient.address, deadline)
                given.setdefault(attrs.evolve(recipient, address=address), []).append(recipient)
            except InvalidAddress as error:
                checks[recipient] = RecipientCheck(recipient, None, None, str(error))
        sender = message.from_ or self.primary_identity
        transports = self._transports()
        assignment = assign(given, sender, transports)
        for recipient in assignment.unclaimed:
            failed = [str(opened.failed) for opened in self._services if opened.could_not_open]
            reason = "; ".join(failed) or f"no service of this profile takes {recipient.address_type}"
            checks.update({one: RecipientCheck(one, None, None, reason) for one in given[recipient]})
        by_name = {transport.name: transport for transport in transports}
        for name, recipients in assignment.by_transport:
            previews = await self._previews(by_name[name], Envelope(sender, recipients), message, deadline)
            for recipient in recipients:
                connector, reason = previews.get(recipient, (None, f"takes {recipient.address_type}"))
                checks.update({one: RecipientCheck(one, name, connector, reason) for one in given[recipient]})
        return tuple(checks[recipient] for recipient in message.recipients)

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


async def _resolved_by(
    opened: OpenService, book: AddressBookProvider, name: str, deadline: Deadline
) -> Sequence[Address]:
    """Ask one address book; an error is raised, for a name that it may know is not to be guessed elsewhere."""
    assert opened.plugin is not None
    given = await opened.plugin.call(book.resolve_name, name, deadline, deadline=deadline)
    return opened.plugin.sequence(Address, book.resolve_name, given)
