"""The SMTP gateway: delivers to the relay that its connector names."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.link import SmtpLink, SmtpServer

__all__ = ["SmtpGateway", "SmtpGatewayConfig"]


@attrs.frozen
class SmtpGatewayConfig(SmtpAccount):
    """A relay that takes everything (delivery by MX is not in this version)."""

    relay: ServiceUrl = attrs.field(metadata=setting("the server", protocols=("smtp", "lmtp")))

    def __attrs_post_init__(self) -> None:
        self.server()

    def server(self) -> SmtpServer:
        return self.server_at(self.relay)


class SmtpGateway:
    """Delivers to a relay over SMTP; each connector has connections of its own."""

    config_type = SmtpGatewayConfig

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime) -> None:
        self._link = SmtpLink(runtime, config.server(), config.pool_limits)

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; what keeps the session from opening is raised, and the MTA defers."""
        return await self._link.transmit(envelope, mime.wire_writer(mime.read(content.octets)), deadline)

    async def close(self) -> None:
        await self._link.close()
