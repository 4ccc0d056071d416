"""The suite for gateways, for the SMTP gateway over LMTP; over SMTP it is in ``tests/providers``."""

from __future__ import annotations

from importlib import import_module

import pytest

from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.spi.url import ServiceUrl
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.smtp_far_end import SmtpFarEnd


@pytest.fixture(autouse=True)
def brief_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a server that is silent behind the final dot a moment, and not half a minute."""
    monkeypatch.setattr(import_module("msgcore.wire.smtp.transmit"), "ANSWER_SECONDS", 0.15)


class LmtpFarEnd(SmtpFarEnd):
    is_lmtp = True


class TestLmtpGateway(GatewayConformance[LmtpFarEnd]):
    deadline_seconds = 0.15
    gateway_class = SmtpGateway
    far_end_class = LmtpFarEnd

    def config(self, far_end: LmtpFarEnd) -> object:
        return SmtpGatewayConfig(ServiceUrl.parse(far_end.url, ("lmtp",)))
