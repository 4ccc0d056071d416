"""A hook of one's own: it writes a line below what goes out, and holds what should not leave.

The hook is a service of the profile, as a transport is. Makes its files in the current folder.
"""

import attrs

import msgcore
from msgcore import Message
from msgcore.spi import Deadline, Envelope, Hold, Processed, Runtime
from msgcore.testing.servers import LoopbackSmtpServer


@attrs.frozen
class DisclaimerConfig:
    """``text``: the line; ``inside``: the domain whose mail goes as it is."""

    text: str
    inside: str


class Disclaimer:
    config_type = DisclaimerConfig

    def __init__(self, config: DisclaimerConfig, runtime: Runtime) -> None:
        self._config = config

    def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> Processed | Hold | None:
        """Get a copy of the message; what is given back goes out, and the sender's copy stays as it was written."""
        outside = [one for one in envelope.recipients if one.address.domain != self._config.inside]
        if not outside:
            return None
        if "confidential" in message.subject.lower():
            return Hold(f"confidential, and for {outside[0]}")
        message.text = f"{(message.text or '').rstrip()}\n\n{self._config.text}\n"
        return Processed(message)


msgcore.register_service("disclaimer", Disclaimer)

with LoopbackSmtpServer() as server:
    admin = msgcore.ProfileAdmin("profiles")
    admin.create(
        "work",
        services=[
            {"service": "personal-folders", "path": "archive.db"},
            {"service": "smtp", "url": server.url, "email": "ann@athena.test"},
            {"service": "disclaimer", "text": "Athena plc. This is no offer.", "inside": "athena.test"},
        ],
        replace=True,
    )
    with msgcore.logon("work", admin=admin) as session:
        session.submit(Message(to="eve@athena.test", subject="Lunch", text="At one?"))
        session.submit(Message(to="bob@b.test", subject="Price", text="Ten each."))
        session.submit(Message(to="bob@b.test", subject="Confidential", text="Seven each."))
        session.flush_queues()
        for received in server.received:
            message = msgcore.read_message(received.octets)
            print(f"{message.subject}: {message.text!r}")
        for waiting in session.submissions():
            print(f"held: {waiting.reason}")
        for item in session.sent_items.messages():
            print(f"sent: {item.subject}: {item.load().text!r}")
