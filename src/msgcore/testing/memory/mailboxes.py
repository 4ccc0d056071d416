"""The mailboxes of an organisation in memory: its directory, its address book of names, and delivery into them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.text import fold, refuse_line_ends
from msgcore.base.times import Clock, Deadline
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, check_smtp_address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient, RecipientKind, RecipientsLike, parse_recipients
from msgcore.mta.directory import EX, DirectoryEntry
from msgcore.mta.trace import traced_message
from msgcore.spi.gateway import Content
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.wire.domain import address_key

__all__ = ["HOST", "Mailbox", "MailboxGateway", "Mailboxes"]

HOST = "office.msgcore"
"""How the organisation's MTA names itself."""

_RECIPIENTS = "/o=office/cn=recipients/cn="


@attrs.frozen(eq=False)
class Mailbox:
    """A mailbox: its addresses, the primary one first, and the memory of its store."""

    name: str
    display_name: str
    addresses: tuple[Address, ...]
    memory: StoreMemory

    @property
    def distinguished_name(self) -> Address:
        return Address(EX, _RECIPIENTS + self.name, self.display_name)

    @property
    def primary(self) -> Address:
        """The address that its mail comes from: the first SMTP one, if it has any."""
        own = [attrs.evolve(address, display_name=self.display_name) for address in self.addresses]
        smtp = [address for address in own if address.address_type == SMTP]
        return (smtp or own or [self.distinguished_name])[0]


class Mailboxes:
    """All of them, found by name, by address, or by a name that stands for an address. May be shared by threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._by_name: dict[str, Mailbox] = {}

    def add(self, name: str, addresses: RecipientsLike, display_name: str, *, exist_ok: bool = False) -> Mailbox:
        """Make a mailbox; raises as :meth:`msgcore.mta.organization.Organization.add_mailbox` does."""
        given = [recipient.address for recipient in parse_recipients(addresses, RecipientKind.TO)]
        for address in given:
            _check(address, name)
        if not refuse_line_ends(name, "mailbox name").strip():
            raise UsageError("a mailbox needs a name")
        with self._guard:
            known = self._by_name.get(fold(name))
            if known is not None and exist_ok:
                return known
            if known is not None:
                raise UsageError(f"there is a mailbox {name!r} already")
            holders = {_key(address): one.name for one in self._by_name.values() for address in one.addresses}
            for address in given:
                if _key(address) in holders:
                    raise UsageError(f"{address.typed} belongs to mailbox {holders[_key(address)]!r} already")
                holders[_key(address)] = name
            made = Mailbox(name, display_name or name, tuple(given), StoreMemory(display_name or name))
            self._by_name[fold(name)] = made
            return made

    def all(self) -> list[Mailbox]:
        """List them by name."""
        with self._guard:
            return [self._by_name[name] for name in sorted(self._by_name)]

    def named(self, name: str) -> Mailbox | None:
        return self._by_name.get(fold(name))

    def find(self, address: Address) -> Mailbox | None:
        """Find whose address it is; a distinguished name is its own."""
        if address.address_type == EX:
            given = fold(address.email_address)
            return self.named(given.removeprefix(_RECIPIENTS)) if given.startswith(_RECIPIENTS) else None
        key = _key(address)
        return next((one for one in self.all() if key in map(_key, one.addresses)), None)

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        """Keep the contract of :class:`msgcore.mta.directory.Directory`."""
        found = self.find(address)
        return None if found is None else DirectoryEntry(found.distinguished_name, found.name)

    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[Address]:
        """Find the mailboxes of that name or display name, without case."""
        wanted = fold(name)
        return [one.primary for one in self.all() if wanted in {fold(one.name), fold(one.display_name)}]


class MailboxGateway:
    """Delivers inside: into each recipient's inbox, once for each mailbox."""

    content_forms = frozenset({"mime", "tnef"})

    def __init__(self, mailboxes: Mailboxes, clock: Clock) -> None:
        self._mailboxes = mailboxes
        self._clock = clock

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        now = self._clock.now()
        message = traced_message(content, envelope.sender, HOST, envelope.transfer_id, now)
        incoming = Incoming(message, received_at=now, delivery_key=envelope.transfer_id.encode())
        outcomes: dict[Recipient, Outcome] = {}
        for recipient in envelope.recipients:
            mailbox = self._mailboxes.find(recipient.address)
            if mailbox is None:
                outcomes[recipient] = Refused(550, "5.1.1", "no such mailbox in the organisation", "delivery")
                continue
            store = MemoryStore(mailbox.memory, self._clock)
            store.save(store.special_folders(deadline)[SpecialFolder.INBOX], [incoming], deadline)
            outcomes[recipient] = Delivered(250, "2.1.5", f"in the mailbox of {mailbox.display_name}", "delivery")
        return outcomes


def _check(address: Address, name: str) -> None:
    if not address.is_resolved:
        raise UsageError(f"{address}: a mailbox needs addresses, such as SMTP:{name}@a.test")
    refuse_line_ends(address.typed, "address")
    if address.address_type == SMTP:
        check_smtp_address(address.email_address)


def _key(address: Address) -> tuple[str, str]:
    return address.address_type, address_key(address.address_type, address.email_address)
