"""A message service of one's own: a transport for addresses such as SMS:+4670123456.

A plain ``def`` is enough: msgcore runs it in a thread where a loop must not wait. Makes its files in the current
folder.
"""

from collections.abc import Mapping, Sequence

import attrs

import msgcore
from msgcore import Accepted, Message, Outcome, Recipient, Refused
from msgcore.spi import Deadline, Envelope, Runtime

SENT: list[str] = []


@attrs.frozen
class SmsConfig:
    """``sender``: what the phone shows."""

    sender: str


class SmsTransport:
    config_type = SmsConfig

    def __init__(self, config: SmsConfig, runtime: Runtime) -> None:
        self._config = config

    @property
    def address_types(self) -> Sequence[str]:
        return ("SMS",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        outcomes: dict[Recipient, Outcome] = {}
        for recipient in envelope.recipients:
            if not recipient.email_address.startswith("+"):
                outcomes[recipient] = Refused(text="a number starts with + and the country", stage="number")
                continue
            SENT.append(f"{self._config.sender} -> {recipient.email_address}: {message.text}")
            outcomes[recipient] = Accepted(text="handed to the operator")
        return outcomes


msgcore.register_service("sms", SmsTransport)
admin = msgcore.ProfileAdmin("profiles")
services = [{"service": "personal-folders", "path": "archive.db"}, {"service": "sms", "sender": "Athena"}]
admin.create("phone", services=services, replace=True)

with msgcore.logon("phone", admin=admin) as session:
    message = Message(from_="ann@athena.test", to=["SMS:+46701234567", "Bob [SMS:0701]"], subject="!", text="Call me")
    submission = session.submit(message)
    session.flush_queues()
    print(session.outcomes(submission))
    print(SENT)
    print([item.subject for item in session.inbox.messages()])
