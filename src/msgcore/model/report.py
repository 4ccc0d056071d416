"""Delivery reports as values (RFC 3464; REPORT.IPM.Note.NDR and .DR in MAPI)."""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import one_line
from msgcore.model.address import SMTP, Address
from msgcore.model.outcome import Outcome

__all__ = ["OWN_DIAGNOSTIC", "DeliveryReport", "ReportAction", "ReportedRecipient", "general_status", "report_class"]

OWN_DIAGNOSTIC = "x-msgcore"
"""The type of a diagnostic that is no reply of another system, but what this one found."""


class ReportAction(enum.Enum):
    """What happened to a recipient (RFC 3464 section 2.3.3), the worst first ([MS-OXCMAIL] section 2.2.3.7.1.1)."""

    FAILED = "failed"
    DELAYED = "delayed"
    RELAYED = "relayed"
    EXPANDED = "expanded"
    DELIVERED = "delivered"


_CLASS_SUFFIXES = {
    ReportAction.FAILED: "NDR",
    ReportAction.DELAYED: "Delayed.DR",
    ReportAction.DELIVERED: "DR",
    ReportAction.RELAYED: "Relayed.DR",
    ReportAction.EXPANDED: "Expanded.DR",
}


@attrs.frozen
class ReportedRecipient:
    """One recipient's part of a report (RFC 3464 section 2.3).

    ``diagnostic`` is the reply as the next hop gave it, and ``diagnostic_type`` says in which protocol;
    ``original_address`` is the one that the sender wrote, of ``original_type``. X-Display-Name is the display name of
    ``address``.
    """

    address: Address
    action: ReportAction
    status: EnhancedStatus
    diagnostic: str = ""
    remote_mta: str = ""
    original_address: str = ""
    diagnostic_type: str = "smtp"
    last_attempt_at: datetime | None = None
    will_retry_until: datetime | None = None
    final_log_id: str = ""
    supplementary_info: str = ""
    original_type: str = SMTP

    @classmethod
    def of_outcome(cls, address: Address, outcome: Outcome, action: ReportAction) -> ReportedRecipient:
        """Report an outcome; a reply without an enhanced status gets the general one of its class.

        What was no reply is a diagnostic of msgcore's own type.
        """
        status = general_status(action)
        if outcome.enhanced is not None and outcome.enhanced.klass == status.klass:
            status = outcome.enhanced
        # The reply as it was given; what was no reply has its text only.
        text = one_line(outcome.text)
        reply = (outcome.code, outcome.enhanced, text) if outcome.code is not None else (text,)
        diagnostic = " ".join(str(part) for part in reply if part)
        is_reply = outcome.code is not None or not diagnostic
        return cls(address, action, status, diagnostic, diagnostic_type="smtp" if is_reply else OWN_DIAGNOSTIC)


@attrs.frozen
class DeliveryReport:
    """What one MTA tells the sender about one message (RFC 3464 section 2.2)."""

    reporting_mta: str
    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str | None = None
    original_subject: str = ""
    arrived_at: datetime | None = None
    envelope_id: str = ""
    dsn_gateway: str = ""
    received_from_mta: str = ""

    @property
    def message_class(self) -> str:
        return report_class(tuple(recipient.action for recipient in self.recipients))


def general_status(action: ReportAction) -> EnhancedStatus:
    """Give the status that says no more than the action does (RFC 3463 section 2)."""
    return EnhancedStatus({ReportAction.FAILED: 5, ReportAction.DELAYED: 4}.get(action, 2), 0, 0)


def report_class(actions: tuple[ReportAction, ...]) -> str:
    """Name the message class of a report: the worst action sets it ([MS-OXCMAIL] section 2.2.3.7)."""
    worst = next((action for action in ReportAction if action in actions), ReportAction.FAILED)
    return f"REPORT.IPM.Note.{_CLASS_SUFFIXES[worst]}"
