"""The providers of this project under the suites that it ships."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Self

import attrs
import pytest

import msgcore
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.model import Delivered, Envelope, Outcome, Recipient
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.providers.internet_mail import InternetMailConfig, InternetMailService
from msgcore.providers.organization import OrganizationConfig, OrganizationService
from msgcore.providers.smtp import SmtpConfig, SmtpService
from msgcore.runtime import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.gateway import Content
from msgcore.spi.registry import register_gateway
from msgcore.spi.url import DatabaseUrl, ServiceUrl
from msgcore.testing.far_ends import Taken
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.smtp_far_end import SmtpFarEnd
from msgcore.testing.transports import TransportConformance


@pytest.fixture(autouse=True)
def brief_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a server that is silent behind the final dot a moment, and not half a minute."""
    monkeypatch.setattr(import_module("msgcore.wire.smtp.transmit"), "ANSWER_SECONDS", 0.15)


@attrs.frozen
class PigeonConfig:
    """The loft that the pigeons fly to."""

    loft: str


class PigeonGateway:
    """Keeps what the MTA hands over, by loft."""

    config_type = PigeonConfig
    lofts: ClassVar[dict[str, list[tuple[Envelope, Content]]]] = {}

    def __init__(self, config: PigeonConfig, runtime: Runtime) -> None:
        self._loft = self.lofts[config.loft]

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        self._loft.append((envelope, content))
        return dict.fromkeys(envelope.recipients, Delivered(250))


class Office:
    """An organisation, whose MTA sends all mail for others by pigeon."""

    is_idempotent = True

    def __enter__(self) -> Self:
        register_gateway("pigeon", PigeonGateway)
        self._folder = Path(tempfile.mkdtemp(prefix="msgcore-office-"))
        self.url = f"sqlite:///{self._folder / 'office.db'}"
        self._loft = PigeonGateway.lofts[self.url] = []
        with msgcore.open_organization(self.url, create=True) as office:
            office.add_mailbox("ann", addresses="ann@a.test")
            pigeons = Connector("pigeons", "pigeon", [AddressSpace("SMTP", "*")], options={"loft": self.url})
            office.set_routes(RouteTable([pigeons]))
        return self

    def __exit__(self, *_: object) -> None:
        del PigeonGateway.lofts[self.url]
        shutil.rmtree(self._folder)

    def address(self, name: str) -> str:
        return f"{name}@b.test"

    def delivered(self) -> list[tuple[Envelope, Content]]:
        with msgcore.open_organization(self.url) as office:
            office.deliver()
        return self._loft

    def taken(self) -> list[Taken]:
        return [Taken(_addresses(envelope), content.octets.decode()) for envelope, content in self.delivered()]

    def attempts(self, address: str) -> int:
        return sum(address in _addresses(envelope) for envelope, _ in self.delivered())

    def octets(self) -> list[bytes]:
        return [content.octets for _, content in self.delivered()]


def _addresses(envelope: Envelope) -> tuple[str, ...]:
    return tuple(one.email_address for one in envelope.recipients)


class TestRelay(TransportConformance[Office]):
    service_class = OrganizationService
    far_end_class = Office
    capabilities = frozenset(
        {
            Capability.IDENTITY,
            Capability.TRACKING,
            Capability.PREVIEW,
            Capability.FLUSH,
            Capability.CONFIG_CHANGES,
            Capability.PROVIDER_UIDS,
        }
    )

    def config(self, far_end: Office) -> object:
        return OrganizationConfig(DatabaseUrl.parse(far_end.url, Path()), "ann")


class HeldAtTheGreeting(SmtpFarEnd):
    hold_stage = "greeting"


class TestSmtp(TransportConformance[SmtpFarEnd]):
    deadline_seconds = 0.15
    service_class: ClassVar[type[object]] = SmtpService
    far_end_class = SmtpFarEnd
    capabilities = frozenset({Capability.BATCHES, Capability.IDENTITY})
    secret = SmtpFarEnd.password

    def config(self, far_end: SmtpFarEnd) -> object:
        return SmtpConfig(
            url=ServiceUrl.parse(far_end.url),
            user=far_end.user,
            password=Secret(far_end.password),
            allow_cleartext_login=True,
        )


class TestSmtpOfAServerThatIsSilentAtFirst(TestSmtp):
    far_end_class = HeldAtTheGreeting


class LmtpFarEnd(SmtpFarEnd):
    is_lmtp = True


class TestLmtp(TestSmtp):
    far_end_class = LmtpFarEnd

    def config(self, far_end: SmtpFarEnd) -> object:
        return SmtpConfig(
            url=ServiceUrl.parse(far_end.url, ("lmtp",)),
            user=far_end.user,
            password=Secret(far_end.password),
            allow_cleartext_login=True,
        )


class TestInternetMail(TransportConformance[SmtpFarEnd]):
    deadline_seconds = 0.15
    service_class: ClassVar[type[object]] = InternetMailService
    far_end_class = SmtpFarEnd
    capabilities = frozenset({Capability.BATCHES, Capability.IDENTITY})
    secret = SmtpFarEnd.password

    def config(self, far_end: SmtpFarEnd) -> object:
        return InternetMailConfig(
            email=self.sender,
            smtp=ServiceUrl.parse(far_end.url),
            user=far_end.user,
            password=Secret(far_end.password),
            allow_cleartext_login=True,
        )


class TestSmtpGateway(GatewayConformance[SmtpFarEnd]):
    deadline_seconds = 0.15
    gateway_class = SmtpGateway
    far_end_class = SmtpFarEnd

    def config(self, far_end: SmtpFarEnd) -> object:
        return SmtpGatewayConfig(ServiceUrl.parse(far_end.url))
