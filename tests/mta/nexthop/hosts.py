"""Hosts that take mail on loopback addresses, all on one port, as those of MX records do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError
from msgcore.model import Envelope, Outcome
from msgcore.model.delivery import DeliveryRequest
from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.mta.manager.ways import is_link_failure, outcome_of_error
from msgcore.mta.nexthop.results import SessionResult
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node_services import NodeServices
from msgcore.mta.node_settings import NodeSettings
from msgcore.runtime import Runtime
from msgcore.runtime.abc import Endpoint, TlsServerSettings
from msgcore.spi.config import build_config
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER, to
from msgcore.testing.servers import EVERY_EXTENSION, LoopbackSmtpServer
from tests.servers import Authority, KeyPair
from tests.servers.name_server import NameServer
from tests.servers.server import free_ports

__all__ = [
    "FIRST",
    "SECOND",
    "ZONE",
    "Counted",
    "MxHostServer",
    "Place",
    "place",
    "tls_of",
    "tlsa_of",
]


def tls_of(pair: KeyPair) -> TlsServerSettings:
    return TlsServerSettings(pair.certificate, pair.key)


class MxHostServer(LoopbackSmtpServer):
    """A server on an address and a port."""

    def __init__(self, address: str, port: int, **options: object) -> None:
        super().__init__(extensions=EVERY_EXTENSION, **options)  # type: ignore[arg-type]  # the options of its base
        self._address = address
        self._port = port

    async def _start(self) -> None:
        self._listener = await self.runtime.listen(Endpoint(self._address, self._port, "smtp"), self._serve)


def tlsa_of(pair: KeyPair) -> str:
    """Write the TLSA record of a server's own key."""
    certificate = load_pem_x509_certificate(pair.certificate.read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"TLSA 3 1 1 {hashlib.sha256(key).hexdigest()}"


@attrs.define
class Counted:
    """Keeps what sessions came to."""

    results: list[SessionResult] = attrs.field(factory=list[SessionResult])

    def count(self, result: SessionResult) -> None:
        self.results.append(result)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(one.policy.kind, one.result, one.host) for one in self.results]


class _Services(NodeServices):
    """Counts sessions where a test looks."""

    def __init__(self, runtime: Runtime, names: NameServer, outbound: OutboundSettings, counted: Counted) -> None:
        super().__init__(runtime, "mx.a.test", NodeSettings(names.settings, outbound))
        self._counted = counted

    @property
    def tls_reports(self) -> Counted:
        return self._counted


T = TypeVar("T")

FIRST, SECOND = "127.0.0.1", "127.0.0.2"
ZONE = """
@ MX 10 mx1
@ MX 20 mx2
mx1 A 127.0.0.1
mx2 A 127.0.0.2
"""


@attrs.define
class Place:
    """A name server, and two hosts on one port."""

    names: NameServer
    first: MxHostServer
    second: MxHostServer
    port: int
    ca_file: Path
    counted: Counted = attrs.field(factory=Counted)
    outbound: OutboundSettings = attrs.field(factory=lambda: OutboundSettings(uses_mta_sts=False))

    def at_gateway(
        self, mode: Mode, story: Callable[[SmtpGateway, Runtime], Coroutine[Any, Any, T]], **options: object
    ) -> T:
        values = {"port": self.port, "allow_loopback": True, "ca_file": str(self.ca_file), **options}

        async def main(runtime: Runtime) -> T:
            config = build_config(SmtpGatewayConfig, values, folder=Path("/"), secret=Secret)
            assert isinstance(config, SmtpGatewayConfig)
            gateway = SmtpGateway(config, runtime, _Services(runtime, self.names, self.outbound, self.counted))
            try:
                return await story(gateway, runtime)
            finally:
                await gateway.close()

        return mode.run(main)

    def deliver(
        self, mode: Mode, domain: str = "b.test", *, times: int = 1, octets: bytes = LETTER, **request: object
    ) -> list[Outcome]:
        """Send messages one behind the other, and give what became of each; an error as the manager takes it."""

        async def story(gateway: SmtpGateway, runtime: Runtime) -> list[Outcome]:
            outcomes: list[Outcome] = []
            for number in range(times):
                envelope = Envelope(ANN, to("bob"), f"t{number}", DeliveryRequest(**request))  # type: ignore[arg-type]
                try:
                    told = await gateway.deliver(envelope, Content(octets), domain, runtime.deadline(30))
                    outcomes += told.values()
                except MsgcoreError as error:
                    assert is_link_failure(error)
                    outcomes.append(outcome_of_error(error))
            return outcomes

        return self.at_gateway(mode, story)


def place(
    authority: Authority, pair: KeyPair | None, zones: Mapping[str, str], signed: Sequence[str] = ()
) -> Generator[Place]:
    [port] = free_ports(1, FIRST, SECOND)
    tls = None if pair is None else tls_of(pair)
    with (
        NameServer({name: text.replace("PORT", str(port)) for name, text in zones.items()}, signed) as names,
        MxHostServer(FIRST, port, tls=tls) as first,
        MxHostServer(SECOND, port, tls=tls) as second,
    ):
        yield Place(names, first, second, port, authority.ca_file)
