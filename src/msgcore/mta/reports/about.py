"""Reports about what became of recipients just now, for the transaction that writes it (RFC 3461, 3464, 6522, 6533).

What is due is decided recipient by recipient; the recipients of one kind share a report. A report has the null return
path and wants no reports itself, so that nobody ever reports about it. All of this is a function of what it is given
and of new Message-IDs: the same end of the same lease has the same transfer id, and is taken in once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import attrs

from msgcore.base.batches import batches
from msgcore.base.ids import new_message_id
from msgcore.codecs import mime, read_message
from msgcore.errors import MsgcoreError
from msgcore.model.address import SMTP, Address
from msgcore.model.delivery import DeliveryRequest, Notify, ReturnedContent
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.mta.forms import quoted_header
from msgcore.mta.queue.contract import Accept, NewReport, QueuedMessage, Settlement
from msgcore.mta.reports.due import POSTMASTER_CLASS, Audience, audience_of, report_due, wanted_notify
from msgcore.mta.reports.settings import ReportSettings
from msgcore.spi.gateway import Content
from msgcore.wire.domain import ascii_domain

__all__ = ["delivery_report", "reports_about"]

_MOST_LOOKED_AT = 100_000

_SUBJECTS = {
    ReportAction.FAILED: "Undeliverable",
    ReportAction.DELAYED: "Delayed",
    ReportAction.DELIVERED: "Delivered",
    ReportAction.RELAYED: "Relayed",
    ReportAction.EXPANDED: "Expanded",
}
_TO_POSTMASTER = (
    "A report of ours could not be delivered, so this goes to you as the postmaster. The message below is that report,"
    " of which nobody else is told."
)


def reports_about(
    message: QueuedMessage,
    content: Content,
    settlements: Sequence[Settlement],
    now: datetime,
    settings: ReportSettings,
) -> tuple[NewReport, ...]:
    """Make the reports that are due about recipients of one message: of each kind one, or several of a great many.

    Time and memory are in proportion to the recipients, and bounded in the size of the message.
    """
    due: dict[ReportAction, list[Settlement]] = {}
    for one in settlements:
        action = report_due(one, message, now, settings)
        if action is not None:
            due.setdefault(action, []).append(one)
    if not due:
        return ()
    if ReportAction.DELAYED in due and _is_automatic(content):
        # A delay that the sender asked to hear of is told to programs, too.
        asked = [
            one for one in due.pop(ReportAction.DELAYED) if wanted_notify(one.queued.recipient, message) is not None
        ]
        due |= {ReportAction.DELAYED: asked} if asked else {}
    return tuple(
        _report(message, content, some, action, now, settings)
        for action, concerned in due.items()
        for some in batches(concerned, settings.most_recipients)
    )


def delivery_report(
    message: QueuedMessage, settlements: Sequence[Settlement], action: ReportAction, now: datetime, host: str
) -> DeliveryReport:
    """Say what became of recipients as the value of a report (RFC 3464 sections 2.2 and 2.3)."""
    return DeliveryReport(
        reporting_mta=host,
        recipients=tuple(_reported(message, one, action, now) for one in settlements),
        original_message_id=message.message_id or None,
        original_subject=message.subject,
        arrived_at=message.accepted_at,
        # Only what the sender gave (RFC 3464 section 2.2.1).
        envelope_id=message.request.envelope_id,
        received_from_mta=message.received_from,
    )


def _reported(message: QueuedMessage, settlement: Settlement, action: ReportAction, now: datetime) -> ReportedRecipient:
    recipient, outcome = settlement.queued.recipient, settlement.outcome
    original = recipient.original
    is_late = action is ReportAction.DELAYED and message.expires_at > now
    return attrs.evolve(
        ReportedRecipient.of_outcome(recipient.address, outcome, action),
        # What was no reply, nobody else said.
        remote_mta=outcome.remote_mta or ("" if outcome.code is None else _host(settlement.next_hop)),
        original_address="" if original is None else original.email_address,
        original_type=SMTP if original is None else original.address_type,
        last_attempt_at=now if settlement.is_try else None,
        will_retry_until=message.expires_at if is_late else None,
    )


def _host(next_hop: str) -> str:
    """Take the name of a host out of a next hop, which may be a URL."""
    if "://" not in next_hop:
        return next_hop
    try:
        return urlsplit(next_hop).hostname or ""
    except ValueError:
        return ""


def _report(
    message: QueuedMessage,
    content: Content,
    settlements: Sequence[Settlement],
    action: ReportAction,
    now: datetime,
    settings: ReportSettings,
) -> NewReport:
    value = delivery_report(message, settlements, action, now, settings.host)
    is_last = audience_of(message, settings) is Audience.POSTMASTER
    to = settings.postmaster if is_last else message.sender
    assert to is not None
    # The sender decides about failures alone (RFC 3461 section 4.3).
    is_full = not is_last and action is ReportAction.FAILED and _returns_full(message)
    utf8 = _has_utf8_way(to)
    message_id = new_message_id(ascii_domain(settings.host))
    octets = mime.write_delivery_report(
        value,
        to=to,
        from_=settings.reporter(utf8=utf8),
        original=_original(content, settings.most_returned_octets if is_full else 0),
        message_id=message_id,
        date=now,
        return_full=is_full,
        max_original_octets=settings.most_returned_octets,
        utf8=utf8,
        preface=_TO_POSTMASTER if is_last else "",
    )
    about = tuple(one.queued for one in settlements)
    accept = Accept(
        # With the token: what a lost lease reported about its other recipients must not hide this one's report.
        transfer_id=f"{message.transfer_id}/report/{action.value}/{about[0].number}.{about[0].token}",
        sender=None,
        # RFC 3461 section 6.1: nobody reports about a report.
        recipients=(Recipient(to, notify=Notify.NEVER),),
        content=Content(octets),
        message_id=message_id,
        subject=f"{_SUBJECTS[action]}: {message.subject}",
        message_class=POSTMASTER_CLASS if is_last else value.message_class,
        # It goes as urgently (RFC 6710), and as safely (RFC 8689 section 5), as what it quotes.
        request=DeliveryRequest(priority=message.request.priority, require_tls=message.request.require_tls),
    )
    return NewReport(accept, action.value, about)


def _has_utf8_way(to: Address) -> bool:
    """Say whether a report to an address can have UTF-8 in it (RFC 6533).

    An address that is not ASCII can be reached by SMTPUTF8 alone. About the way to any other one nothing is known, and
    a report in ASCII arrives everywhere.
    """
    return to.address_type == SMTP and not to.email_address.isascii()


def _returns_full(message: QueuedMessage) -> bool:
    return message.request.returned_content is ReturnedContent.FULL


def _original(content: Content, most: int) -> bytes | None:
    """Give the message for a report to quote; one that is no mail is written whole only if it has at most ``most``."""
    if content.form != "mime" and 0 < len(content.octets) <= most:
        try:
            return mime.write(read_message(content.octets, form=content.form), bcc=False)
        except MsgcoreError:
            return None
    return quoted_header(content)


def _is_automatic(content: Content) -> bool:
    header = quoted_header(content)
    return header is not None and mime.is_automatic(mime.read(header[:_MOST_LOOKED_AT]))
