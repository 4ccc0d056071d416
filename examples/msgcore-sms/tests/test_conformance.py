"""The transport and the gateway under the suites of msgcore, in front of a loopback operator."""

from msgcore.spi import Secret
from msgcore.testing.gateways import GatewayConformance
from msgcore.testing.transports import TransportConformance

from loopback_operator import LoopbackOperator
from msgcore_sms import SmsConfig, SmsGateway, SmsTransport


def config_of(operator: LoopbackOperator) -> SmsConfig:
    return SmsConfig(operator.url, Secret(operator.token), "Athena")


class TestSmsTransport(TransportConformance[LoopbackOperator]):
    service_class = SmsTransport
    far_end_class = LoopbackOperator
    secret = LoopbackOperator.token

    def config(self, far_end: LoopbackOperator) -> SmsConfig:
        return config_of(far_end)


class TestSmsGateway(GatewayConformance[LoopbackOperator]):
    gateway_class = SmsGateway
    far_end_class = LoopbackOperator
    secret = LoopbackOperator.token

    def config(self, far_end: LoopbackOperator) -> SmsConfig:
        return config_of(far_end)
