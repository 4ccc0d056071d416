"""The reports that the spooler makes about recipients that were refused, and what reports bring back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from msgcore.base.ids import new_message_id
from msgcore.codecs import mime
from msgcore.errors import MsgcoreError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.props.table import PidTagOriginalMessageEntryId
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import Incoming
from msgcore.spooler.envelope import is_report

__all__ = ["non_delivery_reports", "original_of"]


def original_of(message: Message) -> bytes | None:
    """Write what a report returns; a message that cannot be written is reported all the same."""
    try:
        return mime.write(message, bcc=False)
    except MsgcoreError:
        return None


def non_delivery_reports(
    item: OutgoingItem, outcomes: Mapping[Recipient, Outcome], message: Message | None, now: datetime
) -> list[Incoming]:
    """Make one report about all recipients that were refused just now; it names the submission, as tied ones do.

    Without a ``message``, which cannot be read, it brings none back.
    """
    refused = [
        (recipient, outcome)
        for recipient, outcome in outcomes.items()
        if isinstance(outcome, Refused) and not isinstance(item.outcomes[recipient], Refused)
    ]
    if not refused or item.sender is None or (message is not None and is_report(message)):
        return []
    here = item.sender.domain or "localhost"
    report = DeliveryReport(
        reporting_mta=here,
        recipients=tuple(ReportedRecipient.of_outcome(r.address, o, ReportAction.FAILED) for r, o in refused),
        original_message_id=None if message is None else message.message_id,
        original_subject="" if message is None else message.subject,
        envelope_id=item.transfer_id,
        arrived_at=item.submitted_at,
    )
    octets = mime.write_delivery_report(
        report,
        to=item.sender,
        from_=Address("SMTP", f"postmaster@{here}", "Message Spooler"),
        original=None if message is None else original_of(message),
        message_id=new_message_id(here),
        date=now,
    )
    about = "\n".join([item.transfer_id, *(recipient.address.typed for recipient, _ in refused)])
    key = hashlib.sha256(about.encode("utf-8", "surrogatepass")).digest()
    made = mime.read(octets)
    made[PidTagOriginalMessageEntryId] = bytes(item.entry_id)
    return [Incoming(made, received_at=now, delivery_key=key)]
