"""Reports that a message asks for by its properties, as requests to the servers on the way."""

from __future__ import annotations

from typing import cast

import attrs

from msgcore.model.delivery import NO_REQUEST, DeliveryRequest, Notify
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagOriginatorDeliveryReportRequested

__all__ = ["as_asked"]

_REPORTS = Notify.SUCCESS | Notify.FAILURE


def as_asked(envelope: Envelope, message: Message) -> Envelope:
    """Ask for the delivery reports that the message, or a recipient's row, asks for, where nobody has asked.

    ``PidTagOriginatorDeliveryReportRequested`` ([MS-OXOMSG] section 2.2.1.21), which MIME has as Return-Receipt-To, is
    NOTIFY=SUCCESS,FAILURE (RFC 3461 section 4.1): who wants to hear of success does not want to miss a failure.
    """
    is_unasked = envelope.request is NO_REQUEST or envelope.request == NO_REQUEST
    if is_unasked and message.said(PidTagOriginatorDeliveryReportRequested):
        envelope = attrs.evolve(envelope, request=DeliveryRequest(notify=_REPORTS))
    if not any(map(_asks, envelope.recipients)):
        return envelope
    recipients = tuple(attrs.evolve(one, notify=_REPORTS) if _asks(one) else one for one in envelope.recipients)
    return attrs.evolve(envelope, recipients=recipients)


def _asks(recipient: Recipient) -> bool:
    if recipient.notify is not None or not recipient.properties:
        return False
    return bool(cast("bool | None", recipient.get(PidTagOriginatorDeliveryReportRequested)))
