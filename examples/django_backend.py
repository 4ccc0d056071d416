"""A Django e-mail backend that sends over msgcore. Needs django; EMAIL_BACKEND = "django_backend.MsgcoreBackend"."""
# pyright: basic, reportMissingTypeStubs=false

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

import msgcore
from msgcore.errors import MsgcoreError
from msgcore.testing.servers import LoopbackSmtpServer


class MsgcoreBackend(BaseEmailBackend):
    """Sends by the URL of the setting MSGCORE_URL, with MSGCORE_OPTIONS; connections are kept between messages.

    A message counts as sent when every recipient was accepted. ``outcomes`` has what became of each, by message.
    """

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.fail_silently = fail_silently
        self.outcomes: list[msgcore.Outcomes] = []
        self._transport: msgcore.Transport | None = None

    def open(self) -> bool:
        if self._transport is not None:
            return False
        self._transport = msgcore.open_transport(settings.MSGCORE_URL, **getattr(settings, "MSGCORE_OPTIONS", {}))
        return True

    def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        is_ours = self.open()
        try:
            return sum(self._send(message) for message in email_messages)
        finally:
            if is_ours:
                self.close()

    def _send(self, email: EmailMessage) -> bool:
        assert self._transport is not None
        try:
            message = msgcore.read_message(email.message().as_bytes())
            message.bcc = email.bcc
            outcomes = self._transport.send(message, check=not self.fail_silently)
        except MsgcoreError:
            if not self.fail_silently:
                raise
            return False
        self.outcomes.append(outcomes)
        return not outcomes.not_accepted


def main() -> None:
    with LoopbackSmtpServer(refusals={"gone@b.test": "550 5.1.1 no such mailbox"}) as server:
        settings.configure(MSGCORE_URL=server.url, USE_TZ=True)
        letter = EmailMultiAlternatives("Plan", "By train?", "ann@a.test", ["bob@b.test"], bcc=["carol@c.test"])
        letter.attach_alternative("<p>By train?", "text/html")
        print("sent:", MsgcoreBackend().send_messages([letter]))
        print("by:", sorted(one.email_address for one in server.received[0].envelope.recipients))
        print("no Bcc in it:", b"carol" not in server.received[0].octets)
        lost = EmailMessage("Plan", "By train?", "ann@a.test", ["gone@b.test"])
        backend = MsgcoreBackend(fail_silently=True)
        print("sent:", backend.send_messages([lost]), backend.outcomes[0]["gone@b.test"])


if __name__ == "__main__":
    main()
