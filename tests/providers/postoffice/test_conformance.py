"""The post office under the three suites that it has to pass: as store, as transport and as gateway."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from msgcore.base.times import Deadline
from msgcore.model import Envelope, Message, Outcome, Recipient
from msgcore.providers.postoffice import (
    PostOfficeConfig,
    PostOfficeGateway,
    PostOfficeGatewayConfig,
    PostOfficeService,
)
from msgcore.providers.postoffice.mailbox import Found, Mailbox
from msgcore.providers.postoffice.office import MailboxOnShare, Office, create_office
from msgcore.providers.postoffice.transport import PostOfficeTransport
from msgcore.spi.capability import Capability
from msgcore.spi.gateway import Content
from msgcore.spi.store import SpecialFolder
from msgcore.testing.far_ends import Taken
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.stores import StoreConformance
from msgcore.testing.transports import TransportConformance
from tests.conftest import SOAK
from tests.providers.postoffice.places import IN_MEMORY

C = Capability


class TestStore(StoreConformance):
    """Each place is a post office of one mailbox."""

    service_class = PostOfficeService
    capabilities = frozenset(
        {
            C.CREATE,
            C.MODIFY,
            C.READ_FLAGS,
            C.MOVE,
            C.DELETE,
            C.FOLDERS,
            C.HIERARCHY,
            C.OUTGOING_QUEUE,
            C.GROUPS,
            C.MESSAGE_STATUS,
            C.BULK_LOAD,
            C.NOTIFY,
        }
    )
    examples = 20 if SOAK else 4

    def config(self, place: Path) -> PostOfficeConfig:
        office = create_office(place / "office", "NET", "PO1")
        office.add_mailbox("ann", "Ann Alm", exist_ok=True)
        return PostOfficeConfig(path=office.path, mailbox="ann")


def mail_in(office: Office, mailbox: MailboxOnShare) -> list[Message]:
    """Give the messages in a mailbox's inbox."""
    box = Mailbox(mailbox.place)
    inbox = box.tree.special(SpecialFolder.INBOX)
    return [box.read(Found(inbox, one)).message() for one in box.messages(inbox).values()]


class Share:
    """The far end: a post office that gives a mailbox to everybody who is written to, but for those who are refused."""

    is_idempotent = True
    asked: ClassVar[Counter[str]] = Counter()

    def __enter__(self) -> Self:
        self._place = Path(tempfile.mkdtemp(prefix="msgcore-share-", dir=IN_MEMORY))
        self.office = create_office(self._place / "office", "NET", "PO1")
        self.office.add_mailbox("ann", "Ann", exist_ok=True)
        self.asked.clear()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._place)

    def address(self, name: str) -> str:
        if name not in self.asked:
            self.office.add_mailbox(name, name, exist_ok=True)
        return f"MS:NET/PO1/{name}"

    def refuse(self, address: str) -> None:
        self.asked[name_in(address)] = 0
        self.office.remove_mailbox(name_in(address))

    def defer(self, address: str) -> None:
        """Leave a mailbox without its folder for what is being made, as a disk that was half copied would."""
        mailbox = self.office.mailbox(name_in(address))
        assert mailbox is not None
        (mailbox.place / "tmp").rmdir()

    def taken(self) -> list[Taken]:
        return [
            Taken((f"MS:NET/PO1/{mailbox.name}",), message.text or "")
            for mailbox in self.office.mailboxes()
            for message in mail_in(self.office, mailbox)
        ]

    def attempts(self, address: str) -> int:
        return self.asked[name_in(address)]

    @contextmanager
    def down(self) -> Generator[None]:
        away = self.office.path.rename(self._place / "away")
        try:
            yield
        finally:
            away.rename(self.office.path)


def name_in(address: str) -> str:
    return address.rpartition("/")[2]


def count(envelope: Envelope) -> None:
    Share.asked.update(name_in(one.email_address) for one in envelope.recipients)


class CountingTransport(PostOfficeTransport):
    """Notes whom it is asked to take a message to."""

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        count(envelope)
        return super().submit(envelope, message, deadline)


class CountingService(PostOfficeService):
    transport_class = CountingTransport


class CountingGateway(PostOfficeGateway):
    """Notes whom it is asked to deliver to."""

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        count(envelope)
        return super().deliver(envelope, content, next_hop, deadline)


class TestTransport(TransportConformance[Share]):
    service_class = CountingService
    far_end_class = Share
    capabilities = frozenset({C.IDENTITY, C.PREVIEW})
    sender = "MS:NET/PO1/ann"

    def config(self, far_end: Share) -> PostOfficeConfig:
        return PostOfficeConfig(path=far_end.office.path, mailbox="ann")


class TestGateway(GatewayConformance[Share]):
    gateway_class = CountingGateway
    far_end_class = Share

    def config(self, far_end: Share) -> PostOfficeGatewayConfig:
        return PostOfficeGatewayConfig(path=far_end.office.path)
