"""The SMTP gateway: delivers to the relay that its connector names."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime, read_message
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
    """A relay that takes everything (delivery by MX is not in this version).

    ``rich`` is for a site of the same organisation, which reads TNEF: what travels as that goes there with all that it
    has, inside a mail. Anywhere else people would get a file that they cannot read.
    """

    relay: ServiceUrl = attrs.field(metadata=setting("the server", protocols=("smtp", "lmtp")))
    rich: bool = attrs.field(default=False, metadata=setting("whether whoever is behind it reads TNEF"), kw_only=True)

    def __attrs_post_init__(self) -> None:
        self.server()

    def server(self) -> SmtpServer:
        return self.server_at(self.relay)


class SmtpGateway:
    """Delivers to a relay over SMTP; each connector has connections of its own."""

    config_type = SmtpGatewayConfig
    content_forms = frozenset({"mime", "tnef"})

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime) -> None:
        self._link = SmtpLink(runtime, config.server(), config.pool_limits)
        self._is_rich = config.rich

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; what keeps the session from opening is raised, and the MTA defers."""
        message = read_message(content.octets, form=content.form)
        is_rich = self._is_rich and content.form == "tnef"
        return await self._link.transmit(envelope, mime.wire_writer(message, tnef=is_rich), deadline)

    async def close(self) -> None:
        await self._link.close()
