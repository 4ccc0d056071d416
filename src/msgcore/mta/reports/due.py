"""Which report is due about a recipient, if any: the decision table, without any octets.

A report goes by the envelope alone: the return path is where the sender wants it, a list's own handler of bounces
among them, and RFC 5321 section 6.1 leaves no choice about a message that was accepted. RFC 3834 forbids answers to
automatic messages to *responders*, and a report cannot start a loop: it has the null return path, which nobody
reports to. Only what nobody asked for, the notice of a delay, is spared to lists and programs (see ``automatic``).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgcore.model.delivery import Notify
from msgcore.model.outcome import Accepted, Delivered, Refused
from msgcore.model.recipient import Recipient
from msgcore.model.report import ReportAction, report_class
from msgcore.mta.queue.contract import QueuedMessage, QueuedRecipient, Settlement
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.trust.verdicts import UNKNOWN_SENDER

__all__ = [
    "POSTMASTER_CLASS",
    "Audience",
    "absorbed",
    "audience_of",
    "report_due",
    "wanted_notify",
]

POSTMASTER_CLASS = "REPORT.IPM.Note.NDR.Postmaster"
"""The class of the note to the postmaster about a report that could not be delivered: the last that is ever sent."""

_OWN_CLASSES = frozenset(report_class((action,)) for action in ReportAction)


class Audience(enum.Enum):
    """Who is told about a message."""

    SENDER = "sender"
    POSTMASTER = "postmaster"
    NOBODY = "nobody"


def audience_of(message: QueuedMessage, settings: ReportSettings) -> Audience:
    """Say who hears of a message: its sender; of a report of our own the postmaster; of any other report nobody.

    Nobody hears of a message that nothing shows to come from its return path: whoever is named there need not have
    sent it. A report is known by its class, and not by its null return path alone. One that somebody brought is not
    ours: whoever wants to flood the postmaster could send as many as he likes.
    """
    if UNKNOWN_SENDER in message.verdicts and not settings.tells_unknown_senders:
        return Audience.NOBODY
    if message.sender is None:
        is_own_report = message.message_class in _OWN_CLASSES and not message.received_from
        return Audience.POSTMASTER if is_own_report and settings.postmaster is not None else Audience.NOBODY
    is_report = message.message_class.upper().startswith("REPORT.")
    is_nobody = is_report or not message.sender.email_address or settings.is_own(message.sender)
    return Audience.NOBODY if is_nobody else Audience.SENDER


def wanted_notify(recipient: Recipient, message: QueuedMessage) -> Notify | None:
    """Give what the sender wants to hear of a recipient; ``None`` when it was not said."""
    return message.request.notify if recipient.notify is None else recipient.notify


def report_due(
    settlement: Settlement, message: QueuedMessage, now: datetime, settings: ReportSettings
) -> ReportAction | None:
    """Say what is reported about a recipient (RFC 3461 sections 4.1 and 5.2), ``None`` for nothing.

    Of each kind there is one report; that the recipient had it already is in what it was ``told``.
    """
    if settlement.outcome.is_final and not _may_be_told(settlement, message):
        return None
    audience = audience_of(message, settings)
    if audience is Audience.NOBODY:
        return None
    if audience is Audience.POSTMASTER:
        # NOTIFY of a report is always NEVER.
        action = ReportAction.FAILED if _has_failed(settlement) else None
    else:
        action = _told_to_sender(settlement, message, now, settings)
    return None if action is None or action.value in settlement.queued.told else action


def absorbed(
    message: QueuedMessage, settlements: Sequence[Settlement], settings: ReportSettings
) -> tuple[QueuedRecipient, ...]:
    """Give the recipients that failed now and of whom nobody is told, though nobody forbade it: for the log."""
    failed = tuple(one.queued for one in settlements if _has_failed(one))
    return failed if failed and audience_of(message, settings) is Audience.NOBODY else ()


def _told_to_sender(
    settlement: Settlement, message: QueuedMessage, now: datetime, settings: ReportSettings
) -> ReportAction | None:
    notify = wanted_notify(settlement.queued.recipient, message)
    wants_success = _wants_success(settlement.queued.recipient, message)
    outcome = settlement.outcome
    if settlement.successors:
        # Whoever carries the question on is reported instead, as what an alias stands for (RFC 3461 section 5.2.7.2).
        is_carried_on = any(_wants_success(one, message) for one in settlement.successors)
        return ReportAction.EXPANDED if wants_success and not is_carried_on else None
    if isinstance(outcome, Refused):
        return ReportAction.FAILED if notify is None or Notify.FAILURE in notify else None
    # A list that sends on in its own name is where a message arrives (RFC 3461 section 5.2.7.1).
    if isinstance(outcome, Delivered) or settlement.is_expanded:
        return ReportAction.DELIVERED if wants_success else None
    if isinstance(outcome, Accepted):
        return ReportAction.RELAYED if wants_success and not outcome.reports_itself else None
    if outcome.is_final:
        return None
    may_be_told = notify is None or Notify.DELAY in notify
    return ReportAction.DELAYED if may_be_told and _is_late(message, now, settings) else None


def _wants_success(recipient: Recipient, message: QueuedMessage) -> bool:
    return Notify.SUCCESS in (wanted_notify(recipient, message) or Notify.NEVER)


def _may_be_told(settlement: Settlement, message: QueuedMessage) -> bool:
    """Say whether an end may be news: most mail arrives, and nobody has asked to hear of that."""
    return isinstance(settlement.outcome, Refused) or wanted_notify(settlement.queued.recipient, message) is not None


def _has_failed(settlement: Settlement) -> bool:
    return isinstance(settlement.outcome, Refused) and not settlement.successors


def _is_late(message: QueuedMessage, now: datetime, settings: ReportSettings) -> bool:
    """Say whether a delay is worth a notice: after a time of our own, or what the sender gave it (RFC 2852)."""
    request = message.request
    waits = [] if settings.delay_notice_after is None else [settings.delay_notice_after]
    if request.only_tell_when_late and request.within_seconds is not None:
        waits.append(timedelta(seconds=request.within_seconds))
    return bool(waits) and now >= message.released_at + min(waits)
