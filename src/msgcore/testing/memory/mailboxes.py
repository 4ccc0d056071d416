"""The mailboxes of an organisation in memory: its directory, its address book of names, and delivery into them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.text import fold
from msgcore.base.times import Clock, Deadline
from msgcore.errors import NotFound, UsageError
from msgcore.model.address import SMTP, Address
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient, RecipientsLike
from msgcore.mta.directory import EX, without_tag
from msgcore.mta.expansion.given import is_among, own_addresses
from msgcore.mta.trace import traced_message
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.mailbox_names import check_mailbox_names
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.wire.domain import address_key, typed_key
from msgcore.wire.sasl import KeyedUsers, StoredUser, Verifier, stranger

__all__ = ["HOST", "RECIPIENTS", "Key", "Mailbox", "MailboxGateway", "MailboxUsers", "Mailboxes"]

HOST = "office.msgcore"
"""How the organisation's MTA names itself."""

RECIPIENTS = "/o=office/cn=recipients/cn="

Key = tuple[str, str]


@attrs.frozen(eq=False)
class Mailbox:
    """A mailbox: its addresses, the primary one first, and the memory of its store."""

    name: str
    display_name: str
    addresses: tuple[Address, ...]
    memory: StoreMemory

    @property
    def distinguished_name(self) -> Address:
        return Address(EX, RECIPIENTS + self.name, self.display_name)

    @property
    def primary(self) -> Address:
        """The address that its mail comes from: the first SMTP one, if it has any."""
        own = [attrs.evolve(address, display_name=self.display_name) for address in self.addresses]
        smtp = [address for address in own if address.address_type == SMTP]
        return (smtp or own or [self.distinguished_name])[0]


class Mailboxes:
    """All of them, found by name, by address, or by a name that stands for an address. May be shared by threads.

    ``guard`` is held by who changes anything; ``holders`` and ``list_names`` say what else is taken.
    """

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.holders: dict[Key, str] = {}
        self.list_names: set[str] = set()
        self.delimiter = "+"
        self._by_name: dict[str, Mailbox] = {}
        self._by_address: dict[Key, str] = {}
        self._keys: dict[str, Verifier] = {}
        self._secret = secrets.token_bytes(32)

    def add(self, name: str, addresses: RecipientsLike, display_name: str, *, exist_ok: bool = False) -> Mailbox:
        """Make a mailbox; raises as :meth:`msgcore.mta.organization.Organization.add_mailbox` does."""
        given = own_addresses(addresses, "a mailbox", name)
        check_mailbox_names(name, display_name)
        with self.guard:
            known = self._by_name.get(fold(name))
            if known is not None and exist_ok:
                return known
            self.check_free_name(name)
            self.take(given, f"belongs to mailbox {name!r}")
            made = Mailbox(name, display_name or name, (), StoreMemory(display_name or name))
            return self._put(made, given)

    def add_addresses(self, mailbox: Mailbox, given: Sequence[Address]) -> Mailbox:
        """Give it more addresses."""
        with self.guard:
            self.take(given, f"belongs to mailbox {mailbox.name!r}")
            return self._put(mailbox, given)

    def remove_addresses(self, mailbox: Mailbox, given: Sequence[Address]) -> Mailbox:
        """Take addresses from it; what is none of its own stays whose it is."""
        with self.guard:
            gone = [address for address in mailbox.addresses if is_among(address, given)]
            for address in gone:
                del self._by_address[typed_key(address)], self.holders[typed_key(address)]
            left = tuple(address for address in mailbox.addresses if address not in gone)
            return self._put(attrs.evolve(mailbox, addresses=left), ())

    def remove(self, name: str) -> None:
        """Remove one that has no address any more."""
        del self._by_name[fold(name)]
        self._keys.pop(fold(name), None)

    def _put(self, mailbox: Mailbox, more: Sequence[Address]) -> Mailbox:
        self._by_address.update((typed_key(address), fold(mailbox.name)) for address in more)
        held = self._by_name[fold(mailbox.name)] = attrs.evolve(mailbox, addresses=(*mailbox.addresses, *more))
        return held

    def set_keys(self, name: str, keys: Verifier | None) -> None:
        """Have a mailbox log in by these keys; raises :class:`NotFound` where there is none of this name."""
        with self.guard:
            if fold(name) not in self._by_name:
                raise NotFound(f"there is no mailbox {name!r}")
            self._keys.pop(fold(name), None)
            if keys is not None:
                self._keys[fold(name)] = keys

    def user(self, claimed: str) -> StoredUser:
        """Find who logs in under the name of a mailbox or one of its SMTP addresses."""
        mailbox = self.named(claimed) or self.of_address(Address(SMTP, claimed))
        keys = None if mailbox is None else self._keys.get(fold(mailbox.name))
        if mailbox is not None and keys is not None:
            return StoredUser(mailbox.name, keys)
        name = address_key(SMTP, claimed) if "@" in claimed else fold(claimed)
        return stranger(self._secret, name.encode("utf-8", "surrogatepass"))

    def check_free_name(self, name: str) -> None:
        """Go on if no mailbox and no list is called so; raises :class:`UsageError` if one is."""
        for kind, names in (("mailbox", self._by_name), ("list", self.list_names)):
            if fold(name) in names:
                raise UsageError(f"there is a {kind} {name!r} already")

    def take(self, addresses: Sequence[Address], holder: str) -> None:
        """Note whose these addresses are; raises :class:`UsageError` and takes none when one is taken."""
        taken: dict[Key, str] = {}
        for address in addresses:
            key = typed_key(address)
            if key in self.holders or key in taken:
                raise UsageError(f"{address.typed} {self.holders.get(key, holder)} already")
            taken[key] = holder
        self.holders.update(taken)

    def all(self) -> list[Mailbox]:
        """List them by name."""
        with self.guard:
            return [self._by_name[name] for name in sorted(self._by_name)]

    def named(self, name: str) -> Mailbox | None:
        return self._by_name.get(fold(name))

    def of_address(self, address: Address) -> Mailbox | None:
        """Find whose address it is, as it stands; a distinguished name is its own."""
        if address.address_type == EX:
            given = fold(address.email_address)
            return self.named(given.removeprefix(RECIPIENTS)) if given.startswith(RECIPIENTS) else None
        name = self._by_address.get(typed_key(address))
        return None if name is None else self._by_name[name]

    def has_domain(self, domain: str) -> bool:
        """Say whether somebody has an address in a domain, which is in ASCII and lower case."""
        with self.guard:
            return any(kind == SMTP and key.endswith(f"@{domain}") for kind, key in self.holders)

    def find(self, address: Address) -> Mailbox | None:
        """Find whose address it is, as it stands or without its tag."""
        base = without_tag(address, self.delimiter)
        return self.of_address(address) or (None if base is None else self.of_address(base))


class MailboxUsers:
    """The mailboxes as listeners know them."""

    def __init__(self, mailboxes: Mailboxes, runtime: Runtime) -> None:
        self._mailboxes = mailboxes
        self.authenticator = KeyedUsers(runtime, mailboxes.user)

    async def owner_of(self, address: Address, deadline: Deadline) -> str:
        held = self._mailboxes
        # A list's address, or a redirected one, may look like a mailbox's with a tag.
        mailbox = held.of_address(address) if typed_key(address) in held.holders else held.find(address)
        return "" if mailbox is None else mailbox.name


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
