"""The message service ``post-office``: a mailbox, the way to the others, and their names."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, SetupError, StoreError
from msgcore.providers.postoffice.administration import OfficeOnShare
from msgcore.providers.postoffice.config import PostOfficeConfig
from msgcore.providers.postoffice.delivery import Offices
from msgcore.providers.postoffice.office import MailboxOnShare, Office
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.providers.postoffice.transport import PostOfficeTransport
from msgcore.runtime.abc import Runtime
from msgcore.spi.addressbook import AddressBookEntry, NameMatch, NamePattern, best_matches

__all__ = ["PostOfficeService"]

_log = logging.getLogger("msgcore.providers.postoffice")


_FRESH_SECONDS = 5.0


class PostOfficeBook:
    """The names of all who have a mailbox.

    They are read from a file each; for the names of one message they are read once.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: tuple[float, int, list[MailboxOnShare]] | None = None

    def resolve_name(self, name: str, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """Give those whose mailbox or display name it is, or begins.

        Raises:
            StoreError: it is that of a mailbox that cannot be read; or one cannot be, and it only begins another name.
        """
        deadline.check("post office")
        found, hidden = self._seen_and_hidden()
        if hidden:
            self._office.mailbox(name)  # which may be one of them
        matches = best_matches(name, map(self._entry, found))
        # Nobody gets what is meant for somebody of just that name who is not seen now.
        if hidden and matches and NamePattern(name).match(matches[0].names) is NameMatch.BEGINS:
            raise hidden[0]
        return matches

    def find_entries(self, name: str, limit: int, deadline: Deadline) -> Sequence[AddressBookEntry]:
        """List those whose mailbox or display name it is, or begins; a mailbox that cannot be read is logged only."""
        deadline.check("post office")
        pattern = NamePattern(name)
        found, hidden = self._seen_and_hidden()
        for error in hidden:
            _log.warning("%s", error)
        everybody = map(self._entry, found)
        fitting = [one for one in everybody if not name.strip() or pattern.match(one.names)]
        return sorted(fitting, key=lambda one: fold(one.display_name))[:limit]

    def _seen_and_hidden(self) -> tuple[list[MailboxOnShare], list[StoreError]]:
        """List the mailboxes as they are now, or were a moment ago, when none was hidden, come or gone since."""
        changed_ns, now = self._office.changed_ns(), time.monotonic()
        if self._known is not None:
            since, known_ns, known = self._known
            if known_ns == changed_ns and now - since < _FRESH_SECONDS:
                return known, []
        found, hidden = self._office.seen_and_hidden()
        self._known = None if hidden else (now, changed_ns, found)
        return found, hidden

    def _entry(self, mailbox: MailboxOnShare) -> AddressBookEntry:
        return AddressBookEntry(self._office.address(mailbox), other_names=(mailbox.name,))


class PostOfficeService:
    """A store, a transport and an address book over one folder."""

    config_type = PostOfficeConfig
    transport_class: ClassVar[type[PostOfficeTransport]] = PostOfficeTransport

    def __init__(self, config: PostOfficeConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._store: PostOfficeStore | None = None
        self._transport: PostOfficeTransport | None = None
        self._providers: tuple[object, ...] = ()

    def logon(self, deadline: Deadline) -> None:
        """Open the mailbox.

        Raises:
            SetupError: the folder is no post office, or has no such mailbox.
            ConnectionLost: the folder is not there.
            StoreError, StoreCorrupt: it cannot be used.
        """
        deadline.check("post office")
        offices = Offices(self._config.path, self._config.others)
        try:
            office = offices.open()
        except NotFound as error:
            raise SetupError(str(error)) from error
        mailbox = office.mailbox(self._config.mailbox)
        if mailbox is None:
            raise SetupError(f"post office {office.network}/{office.name} has no mailbox {self._config.mailbox!r}")
        self._store = PostOfficeStore(mailbox, self._runtime)
        self._store.open(deadline)
        self._transport = self.transport_class(offices, office.address(mailbox), self._runtime.now)
        self._providers = (self._store, self._transport, PostOfficeBook(office))

    def providers(self) -> Sequence[object]:
        return self._providers

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
        if self._transport is not None:
            self._transport.close()

    @classmethod
    async def open_post_office(
        cls,
        path: Path,
        *,
        network: str,
        name: str,
        create: bool,
        runtime: Runtime,
        deadline: Deadline,
    ) -> OfficeOnShare:
        return await OfficeOnShare.open(
            path, network=network, name=name, create=create, runtime=runtime, deadline=deadline
        )
