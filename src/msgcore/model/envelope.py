"""The envelope: who a transport or gateway acts for, apart from what the message says."""

from __future__ import annotations

import attrs

from msgcore.model.address import Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.recipient import Recipient

__all__ = ["Envelope"]


@attrs.frozen
class Envelope:
    """Return path and recipients of one transfer (RFC 5321 section 2.3.1).

    ``sender`` is ``None`` for the null return path of reports. ``transfer_id`` stays the same on every try, so that a
    receiver can recognise what it already took. ``request`` is what the sender asks of the servers on the way.
    ``trace`` names the sites and nodes that a copy for another site of the organisation has been at, the first one
    first; it begins anew where a list or a redirect puts other recipients in the place of one.
    """

    sender: Address | None
    recipients: tuple[Recipient, ...]
    transfer_id: str = ""
    request: DeliveryRequest = NO_REQUEST
    trace: tuple[str, ...] = ()
