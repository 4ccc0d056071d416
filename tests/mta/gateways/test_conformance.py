"""The suite for gateways, for the SMTP gateway over LMTP; over SMTP it is in ``tests/providers``."""

from __future__ import annotations

from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.spi.url import ServiceUrl
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.smtp_far_end import SmtpFarEnd


class LmtpFarEnd(SmtpFarEnd):
    is_lmtp = True


class TestLmtpGateway(GatewayConformance[LmtpFarEnd]):
    deadline_seconds = 0.15
    gateway_class = SmtpGateway
    far_end_class = LmtpFarEnd

    def config(self, far_end: LmtpFarEnd) -> object:
        return SmtpGatewayConfig(ServiceUrl.parse(far_end.url, ("lmtp",)))
