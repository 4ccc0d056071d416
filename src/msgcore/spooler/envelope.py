"""The envelope of a try: who the transport acts for, and what is asked of the servers on the way."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.model.delivery import DeliveryRequest, Notify
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagMessageClass, PidTagOriginatorDeliveryReportRequested
from msgcore.spi.outgoing_queue import OutgoingItem

__all__ = ["envelope_of", "is_report"]


def is_report(message: Message) -> bool:
    """Whether a message is a report by its class: nothing is ever reported about one."""
    found = message.said(PidTagMessageClass)
    return found is not None and found.upper().startswith("REPORT.")


def envelope_of(item: OutgoingItem, recipients: Sequence[Recipient], message: Message) -> Envelope:
    """Make the envelope of a message for some recipients.

    The transfer id, which nobody can guess, goes along as envelope id: a report that brings it back is about this
    submission, and no forgery. Recipients keep the address that they were submitted with (RFC 3461 section 4.2).
    A report has the null return path (RFC 5321 section 4.5.5).
    """
    wanted = message.get(PidTagOriginatorDeliveryReportRequested, False)
    request = DeliveryRequest(notify=Notify.SUCCESS | Notify.FAILURE if wanted else None, envelope_id=item.transfer_id)
    named = tuple(one if one.original else attrs.evolve(one, original=one.address) for one in recipients)
    return Envelope(None if is_report(message) else item.sender, named, item.transfer_id, request)
