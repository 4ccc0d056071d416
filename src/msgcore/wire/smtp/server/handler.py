"""What a server's session tells of its client and of the mail, and who decides about it."""

from __future__ import annotations

import enum
from typing import Protocol

import attrs

from msgcore.base.status import Reply
from msgcore.model.address import Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.envelope import Envelope
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import TlsFacts

__all__ = ["BodyKind", "Client", "Handler", "MailFacts"]


class BodyKind(enum.Enum):
    """What a client says that its message is made of (RFC 6152, RFC 3030)."""

    SEVEN_BIT = "7BIT"
    EIGHT_BIT = "8BITMIME"
    BINARY = "BINARYMIME"


@attrs.frozen
class Client:
    """Who a session is with.

    ``address`` is where it connects from; ``name`` is what it calls itself behind ``hello`` (``HELO``, ``EHLO`` or
    ``LHLO``), both empty before that. ``user`` is who has logged in, empty for nobody.
    """

    address: str
    name: str = ""
    hello: str = ""
    tls: TlsFacts | None = None
    user: str = ""


@attrs.frozen
class MailFacts:
    """What stands in MAIL besides the return path, and who says it.

    ``size_octets`` is the size that was declared, 0 when none was; ``request`` is what the servers are asked for.
    ``trace`` is where the message has been, as the client says, who may be anybody: see :attr:`Envelope.trace`.
    """

    client: Client
    size_octets: int = 0
    body: BodyKind = BodyKind.SEVEN_BIT
    is_utf8: bool = False
    request: DeliveryRequest = NO_REQUEST
    trace: tuple[str, ...] = ()

    @property
    def protocol(self) -> str:
        """What a Received field calls it: ``ESMTPSA``, ``UTF8LMTP``, … (RFC 3848, RFC 6531 section 4.3)."""
        if self.client.hello == "HELO":
            return "SMTP"
        base = "LMTP" if self.client.hello == "LHLO" else "SMTP"
        first = "UTF8" if self.is_utf8 else "E" if base == "SMTP" else ""
        return f"{first}{base}{'S' if self.client.tls else ''}{'A' if self.client.user else ''}"


class Handler(Protocol):
    """Decides what a session accepts; one object serves one session.

    A reply of 2yz accepts, 421 closes the session too. An error of msgcore's becomes 452 (``StoreFull``) or 451.
    """

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply: ...

    async def rcpt(self, recipient: Recipient) -> Reply: ...

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        """Take responsibility for a message; 2yz only when no crash can lose it any more.

        Its lines end with CR LF, unless the body is ``BINARY``. In LMTP it is asked for one recipient after the other,
        each in an envelope of its own (RFC 2033 section 4.2).
        """
        ...
