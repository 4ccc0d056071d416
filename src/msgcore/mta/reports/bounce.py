"""Non-delivery reports of the MTA (RFC 3464), made for the transaction that ends their recipients.

A report goes to the return path with a null one of its own, so that nobody ever reports about a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgcore.base.ids import new_message_id
from msgcore.codecs import mime
from msgcore.model.address import SMTP, Address
from msgcore.model.outcome import Refused
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.mta.forms import quoted_header
from msgcore.mta.queue.contract import Accept, NewReport, QueuedMessage, Settlement
from msgcore.spi.gateway import Content

__all__ = ["non_delivery_report"]


def non_delivery_report(
    message: QueuedMessage, content: Content, settlements: Sequence[Settlement], host: str, now: datetime
) -> NewReport | None:
    """Report the recipients that were refused; ``None`` when there are none, or nobody to tell."""
    refused = [one for one in settlements if isinstance(one.outcome, Refused)]
    if not refused or message.sender is None:
        return None
    report = DeliveryReport(
        reporting_mta=host,
        recipients=tuple(
            ReportedRecipient.of_outcome(one.queued.recipient.address, one.outcome, ReportAction.FAILED)
            for one in refused
        ),
        original_message_id=message.message_id or None,
        original_subject=message.subject,
        arrived_at=message.accepted_at,
        envelope_id=message.transfer_id,
    )
    octets = mime.write_delivery_report(
        report,
        to=message.sender,
        from_=Address(SMTP, f"postmaster@{host}", "Mail Delivery System"),
        original=quoted_header(content),
        message_id=new_message_id(host),
        date=now,
    )
    about = tuple(one.queued for one in refused)
    accept = Accept(
        # With the token: what a lost lease reported about its other recipients must not hide this one's report.
        transfer_id=f"{message.transfer_id}/report/{about[0].number}.{about[0].token}",
        sender=None,
        recipients=(Recipient(message.sender),),
        content=Content(octets),
        subject=f"Undeliverable: {message.subject}",
        message_class=report.message_class,
    )
    return NewReport(accept, "failed", about)
