"""The message service: what profiles and URLs name."""

from collections.abc import Mapping, Sequence

from msgcore import Message, Outcome, Recipient
from msgcore.spi import Deadline, Envelope, Runtime

from msgcore_sms.config import SmsConfig
from msgcore_sms.sending import ADDRESS_TYPE, SmsSender

__all__ = ["SmsTransport"]


class SmsTransport:
    """Takes messages to phones: ``SMS:+46701234567``."""

    config_type = SmsConfig
    max_threads = 4
    """How many submissions the operator lets go on at once."""

    def __init__(self, config: SmsConfig, runtime: Runtime) -> None:
        self._sender = SmsSender(config)

    @property
    def address_types(self) -> Sequence[str]:
        return (ADDRESS_TYPE,)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return self._sender.send(envelope, message, deadline)
