"""The gateway: what connectors of an organisation's MTA name."""

from collections.abc import Mapping

from msgcore import Outcome, Recipient, mime
from msgcore.spi import Content, Deadline, Envelope, Runtime

from msgcore_sms.config import SmsConfig
from msgcore_sms.sending import SmsSender

__all__ = ["SmsGateway"]


class SmsGateway:
    """Delivers what an MTA routes to phones; there is one next hop, so its name says nothing."""

    config_type = SmsConfig
    max_threads = 4

    def __init__(self, config: SmsConfig, runtime: Runtime) -> None:
        self._sender = SmsSender(config)

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return self._sender.send(envelope, mime.read(content.octets), deadline)
