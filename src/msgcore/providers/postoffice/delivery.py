"""Putting mail into mailboxes: of one post office, and of others whose folders are known.

A message is delivered once to a mailbox under a transfer id, however often it is tried: its delivery key is published
with it, by one rename, and stays when the message is long gone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, MsgcoreError, NotFound, StoreBusy, StoreError, StoreFull
from msgcore.model.address import Address
from msgcore.model.outcome import Deferred, Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.providers.postoffice.folders import Folder, special_path
from msgcore.providers.postoffice.mailbox import Mailbox
from msgcore.providers.postoffice.message_file import Prepared, hashed_key
from msgcore.providers.postoffice.names import new_name
from msgcore.providers.postoffice.office import MS, MailboxOnShare, Office, open_office
from msgcore.providers.postoffice.share import share_errors
from msgcore.spi.store import SpecialFolder
from msgcore.spi.transport import RoutePreview

__all__ = ["Offices"]

_STAGE = "delivery"


class Offices:
    """The post office at ``path``, and those at ``others``. Opens nothing before it is asked to. Shared by threads."""

    def __init__(self, path: Path, others: Sequence[str]) -> None:
        self._path = path
        self._others = [Path(one) for one in others]
        self._known: dict[Path, Office] = {}

    def open(self) -> Office:
        """Open the post office itself; raises as :func:`.open_office` does."""
        return self._open(self._path)

    def _open(self, path: Path) -> Office:
        if path not in self._known:
            self._known[path] = open_office(path)
        return self._known[path]

    def deliver(
        self, recipients: Sequence[Recipient], transfer_id: str, prepare: Callable[[], Prepared], deadline: Deadline
    ) -> dict[Recipient, Outcome]:
        """Put a message into the mailboxes of recipients, each for itself; it is encoded when somebody is to get it.

        Those whose turn does not come before the deadline are deferred.

        Raises:
            ConnectionLost: the post office is not there; nobody was given anything.
            MsgcoreError: what ``prepare`` raises; nobody was given anything.
        """
        own = self.open()
        if not own.mark.is_dir():
            raise ConnectionLost(f"{own.path}: is not there: is its share?")
        found: dict[Recipient, Outcome | tuple[Office, MailboxOnShare]] = {}
        for one in recipients:
            found[one] = self._find(own, one.address)
        if all(isinstance(one, Outcome) for one in found.values()):
            return {one: outcome for one, outcome in found.items() if isinstance(outcome, Outcome)}
        prepared = prepare()
        key = transfer_id or new_name()
        return {
            one: where if isinstance(where, Outcome) else _put(*where, key, prepared, deadline)
            for one, where in found.items()
        }

    def preview(self, recipients: Sequence[Recipient]) -> dict[Recipient, RoutePreview]:
        """Say into whose mailbox each would be put, or why into none; what is away would wait.

        Raises:
            ConnectionLost: the post office is not there.
        """
        own = self.open()
        return {one: self._previewed(own, one.address) for one in recipients}

    def _previewed(self, own: Office, address: Address) -> RoutePreview:
        found = self._find(own, address)
        if isinstance(found, Refused):
            return RoutePreview(None, found.text)
        if isinstance(found, Outcome):
            return RoutePreview(address.email_address.rpartition("/")[0], found.text)
        office, mailbox = found
        return RoutePreview(f"{office.network}/{office.name}", f"the mailbox of {mailbox.display_name}")

    def _find(self, own: Office, address: Address) -> Outcome | tuple[Office, MailboxOnShare]:
        """Find somebody's mailbox, or say why there is none."""
        if address.address_type != MS:
            return Refused(enhanced="5.1.3", text=f"{address.typed}: is no address of type {MS}", stage=_STAGE)
        away: MsgcoreError | None = None
        for path in (own.path, *self._others):
            try:
                office = self._open(path)
                name = office.name_in(address)
                if name is None:
                    continue
                mailbox = office.mailbox(name)
            except (NotFound, ConnectionLost, StoreError) as error:
                away = error
                continue
            if mailbox is None:
                text = f"post office {office.network}/{office.name} has no mailbox {name!r}"
                return Refused(enhanced="5.1.1", text=text, stage=_STAGE)
            return office, mailbox
        if away is not None:  # it may be the one
            return Deferred(enhanced="4.4.1", text=str(away), stage=_STAGE)
        return Refused(enhanced="5.1.2", text=f"{address.typed}: no such post office is known here", stage=_STAGE)


def _put(office: Office, mailbox: MailboxOnShare, key: str, prepared: Prepared, deadline: Deadline) -> Outcome:
    if deadline.is_past:
        return Deferred(text="there was no time left", stage=_STAGE)
    place = mailbox.place
    inbox = Folder(0, special_path(place, SpecialFolder.INBOX), "Inbox", SpecialFolder.INBOX)
    try:
        with share_errors(place, office.mark):
            Mailbox(place).save(inbox, [attrs.evolve(prepared, key=hashed_key("transfer", key.encode()))])
    except StoreFull as error:
        return Deferred(enhanced="4.3.1", text=str(error), stage=_STAGE)
    except ConnectionLost as error:
        return Deferred(enhanced="4.4.1", text=str(error), stage=_STAGE)
    except (StoreError, StoreBusy, NotFound) as error:
        return Deferred(enhanced="4.2.0", text=str(error), stage=_STAGE)
    text = f"in the mailbox of {mailbox.display_name}"
    return Delivered(enhanced="2.1.5", text=text, stage=_STAGE)
