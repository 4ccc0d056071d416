"""The SMTP gateway: delivers to the relay that its connector names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing, UsageError
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp import Extensions
from msgcore.wire.smtp.link import SmtpLink, SmtpServer

__all__ = ["SmtpGateway", "SmtpGatewayConfig"]

_NOT_CONVERTIBLE = EnhancedStatus(5, 6, 3)


@attrs.frozen
class SmtpGatewayConfig:
    """A relay that takes everything (delivery by MX is not in this version)."""

    relay: ServiceUrl = attrs.field(metadata=setting("the server"))
    user: str | None = attrs.field(default=None, metadata=setting("who logs in"))
    password: Secret | None = attrs.field(default=None, metadata=setting("goes with the user"))
    ca_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a private authority"))
    ehlo_name: str = attrs.field(default="[127.0.0.1]", metadata=setting("how this host names itself to the server"))

    def __attrs_post_init__(self) -> None:
        if (self.login is None) != (self.password is None):
            raise UsageError("user and password go together: one of them is missing")

    @property
    def login(self) -> str | None:
        return self.user or self.relay.user


class SmtpGateway:
    """Delivers to a relay over SMTP, one connection a connector."""

    config_type = SmtpGatewayConfig

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime) -> None:
        relay = config.relay
        self._link = SmtpLink(
            runtime,
            SmtpServer(
                relay.endpoint,
                relay.security,
                config.login,
                config.password,
                config.ca_file,
                ehlo_name=config.ehlo_name,
            ),
        )

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; what keeps the session from opening is raised, and the MTA defers.

        What the relay lacks for this message it will lack tomorrow, so that refuses it (RFC 6531 section 3.5).
        """
        message = mime.read(content.octets)

        def render(extensions: Extensions) -> bytes:
            return mime.write_for_wire(
                message, allow_8bit=extensions.offers("8BITMIME"), allow_utf8=extensions.offers("SMTPUTF8")
            )

        try:
            return await self._link.transmit(envelope, render, deadline)
        except CapabilityMissing as error:
            return dict.fromkeys(envelope.recipients, Refused(None, _NOT_CONVERTIBLE, str(error), "DATA"))

    async def close(self) -> None:
        await self._link.close()
