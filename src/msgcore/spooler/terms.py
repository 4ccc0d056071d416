"""The terms that a message sets for its own sending, by its properties."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagDeferredDeliveryTime,
    PidTagDeferredSendNumber,
    PidTagDeferredSendTime,
    PidTagDeferredSendUnits,
    PidTagExpiryTime,
    PidTagLatestDeliveryTime,
)
from msgcore.spi.outgoing import SubmitTerms

__all__ = ["terms_of"]

# [MS-OXOMSG] section 2.2.3.5: the number is 0 to 999.
_UNITS = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1))
_MOST = 999


def terms_of(message: Message, now: datetime, *, at_least_once: bool) -> SubmitTerms:
    """Read when a message that is submitted ``now`` may be sent, and until when.

    Not before the latest of PidTagDeferredSendTime (or so many PidTagDeferredSendUnits from now) and
    PidTagDeferredDeliveryTime; not from the earliest of PidTagExpiryTime and PidTagLatestDeliveryTime on.
    """
    deferred = message.get(PidTagDeferredSendTime) or _counted(message, now)
    waits = [moment for moment in (deferred, message.get(PidTagDeferredDeliveryTime)) if moment is not None]
    ends = [message.get(tag) for tag in (PidTagExpiryTime, PidTagLatestDeliveryTime)]
    return SubmitTerms(
        not_before=max(waits, default=None),
        expires_at=min((moment for moment in ends if moment is not None), default=None),
        at_least_once=at_least_once,
    )


def _counted(message: Message, now: datetime) -> datetime | None:
    number, unit = message.get(PidTagDeferredSendNumber), message.get(PidTagDeferredSendUnits, 0)
    if number is None or not 0 <= number <= _MOST or not 0 <= unit < len(_UNITS):
        return None
    return now + number * _UNITS[unit]
