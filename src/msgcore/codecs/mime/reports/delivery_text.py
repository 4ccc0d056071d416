"""What a delivery report says to a person: what happened, to whom, and what to do now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.composing import shown
from msgcore.model.address import Address
from msgcore.model.report import OWN_DIAGNOSTIC, DeliveryReport, ReportAction, ReportedRecipient

__all__ = ["MOST_SHOWN", "readable_report"]

MOST_SHOWN = 100
"""Recipients of one kind that the text names; programs find all of them in the delivery status."""

_LONGEST = 500

_OPENINGS = {
    ReportAction.FAILED: "Your message could not be delivered to {whom}:",
    ReportAction.DELAYED: "Your message has not been delivered yet to {whom}:",
    ReportAction.DELIVERED: "Your message was delivered to {whom}:",
    ReportAction.RELAYED: "Your message was passed on to a system that may send no further reports, for {whom}:",
    ReportAction.EXPANDED: "Your message was passed on to everybody on {whom}:",
}
_CLOSINGS = {
    ReportAction.FAILED: "It will not be tried again. Your message, or its header, is attached to this report.",
    ReportAction.DELAYED: "This is only a warning. You need not send your message again: it is tried further, and"
    " you are told if it cannot be delivered.",
    ReportAction.DELIVERED: "You asked to be told. That it was delivered does not say that somebody has read it.",
    ReportAction.RELAYED: "You asked to be told. If it cannot be delivered there, that system may tell you.",
    ReportAction.EXPANDED: "You asked to be told. If it cannot be delivered to one of them, you may be told.",
}

# By subject and detail of the status (RFC 3463 section 3), else by subject alone.
_ADVICE = {
    (1, 1): "There is no such mailbox. Check how the address is spelled.",
    (1, 2): "There is no such mail domain. Check what stands behind the @ of the address.",
    (1, 3): "The address is not complete or not well-formed. Check how it is spelled.",
    (1, 6): "The mailbox has moved, and nobody knows where to. Ask the recipient for the new address.",
    (1, 10): "That domain takes no mail at all. Check what stands behind the @ of the address.",
    (1, None): "Something is wrong with the address. Check how it is spelled.",
    (2, 1): "The mailbox is switched off. Reach the recipient in another way.",
    (2, 2): "The mailbox is full. Try again in some days, or reach the recipient in another way.",
    (2, 3): "The message is larger than the mailbox takes. Send less at once, or a link to it.",
    (2, None): "The mailbox cannot take the message now. Try again in some days.",
    (3, 4): "The message is larger than the system takes. Send less at once, or a link to it.",
    (3, None): "The system of the recipient cannot take the message. Try again in some days.",
    (4, 4): "No way leads there. Check the address, or show this report to your postmaster.",
    (4, 6): "The message was going round in a circle. Show this report to your postmaster.",
    (4, 7): "It could not be delivered in time, and is given up. Try again later.",
    (4, None): "The system of the recipient could not be reached. Try again later.",
    (
        6,
        7,
    ): "That system knows no addresses with such characters. Use another address, if there is one.",
    (6, None): "The system of the recipient does not take messages of this form. Send it as plain text, without files.",
    (7, 1): "You may not send to this recipient. Ask the recipient, or your postmaster.",
    (7, 30): "The way there is not encrypted as you demand.",
    (7, None): "The system of the recipient refuses it by its rules. Show this report to your postmaster.",
}


def readable_report(report: DeliveryReport, preface: str = "") -> str:
    """Write the text of a report; it grows with ``MOST_SHOWN``, however many recipients there are."""
    lines = [f"This is the mail system at {one_line(report.reporting_mta) or 'an unnamed host'}.", ""]
    if preface:
        lines += [one_line(preface), ""]
    if report.original_subject:
        lines += [f"Subject of your message: {one_line(report.original_subject, 200)}", ""]
    for action in ReportAction:
        concerned = [recipient for recipient in report.recipients if recipient.action is action]
        if concerned:
            lines += [_opening(action, len(concerned)), "", *_named(concerned), _CLOSINGS[action], ""]
    return "\n".join(lines)


def _opening(action: ReportAction, count: int) -> str:
    one, many = (
        ("this list", "these lists") if action is ReportAction.EXPANDED else ("this recipient", "these recipients")
    )
    return _OPENINGS[action].format(whom=one if count == 1 else many)


def _named(recipients: Sequence[ReportedRecipient]) -> Iterator[str]:
    for recipient in recipients[:MOST_SHOWN]:
        original = Address(recipient.original_type, recipient.original_address)
        written = one_line(shown(original), 320) if recipient.original_address else ""
        address = one_line(shown(recipient.address), 320)
        yield f"  {address}" + (f" (you wrote to {written})" if written and written != address else "")
        yield from (f"    {one_line(text, _LONGEST)}" for text in _told(recipient))
        yield ""
    more = len(recipients) - MOST_SHOWN
    if more > 0:
        yield f"  and {more:,} more, all named in the delivery status of this report."
        yield ""


def _told(recipient: ReportedRecipient) -> Iterator[str]:
    if recipient.action is ReportAction.FAILED:
        yield _advice(recipient.status)
    if recipient.diagnostic and recipient.action in {ReportAction.FAILED, ReportAction.DELAYED}:
        is_own = recipient.diagnostic_type == OWN_DIAGNOSTIC
        who = "Reason" if is_own else f"{recipient.remote_mta or 'The next system'} said"
        yield f"{who}: {recipient.diagnostic}"
    if recipient.will_retry_until is not None:
        yield f"It is tried until {recipient.will_retry_until:%Y-%m-%d %H:%M %Z}."


def _advice(status: EnhancedStatus) -> str:
    known = _ADVICE.get((status.subject, status.detail)) or _ADVICE.get((status.subject, None))
    return known or "If you do not know why, show this report to your postmaster."
