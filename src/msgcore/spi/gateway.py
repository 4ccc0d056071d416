"""The gateway contract: what an MTA delivers through, one next hop a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.spi.answer import Answer

__all__ = ["Content", "Gateway"]


@attrs.frozen
class Content:
    """A message as the MTA keeps it: octets in their form, without Bcc, trace fields in front."""

    octets: bytes = attrs.field(repr=lambda octets: f"<{len(octets)} octets>")
    form: str = "mime"


class Gateway(Protocol):
    """Delivers to one kind of system. ``deliver`` may be plain ``def`` or ``async def``."""

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Answer[Mapping[Recipient, Outcome]]:
        """Hand the content over for the envelope's recipients, all of one ``next_hop``, with an outcome for each.

        One try, under the rules of :meth:`~msgcore.spi.transport.TransportProvider.submit`. ``UsageError`` says that
        this message can never be delivered, and refuses it.
        """
        ...
