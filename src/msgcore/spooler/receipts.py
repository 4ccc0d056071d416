"""Receipts that are owed: answered once, where they may be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from msgcore.base.ids import new_message_id
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.read_report import ReadReport, SendingMode
from msgcore.props.table import PidTagDeleteAfterSubmit
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.message_state import OwedReceipt
from msgcore.spooler.reports import original_of

__all__ = ["answer_receipt", "reader_of"]

_LOAD_LIMIT_OCTETS = 1 << 20


def reader_of(message: Message, identities: Iterable[Address]) -> Address | None:
    """Say whom of us a message was for: the identity that it names, else the first."""
    known = list(identities)
    named = {recipient.address.search_key for recipient in message.recipients}
    return next((one for one in known if one.search_key in named), known[0] if known else None)


async def answer_receipt(
    store: GuardedStore,
    queue: GuardedStore,
    owed: OwedReceipt,
    identities: Iterable[Address],
    now: datetime,
    deadline: Deadline,
    *,
    was_asked: bool = False,
) -> bool:
    """Submit the receipt that a message read is owed, and say whether it is owed no more.

    One that may not be sent is owed no more; one that only a person may decide about stays, unless the person was
    asked. Its transfer id is the message's: whoever is cut before the note that it was sent submits the same one again.
    """
    message = await store.load(owed.entry_id, _LOAD_LIMIT_OCTETS, deadline)
    decision = mime.receipt_decision(message)
    reader = reader_of(message, identities)
    may_send = decision is mime.ReceiptDecision.MAY or (decision is mime.ReceiptDecision.ASK and was_asked)
    if decision is not mime.ReceiptDecision.NEVER:
        if not may_send or reader is None:
            return False
        receipt = _receipt(message, reader, now, was_asked=was_asked)
        name = hashlib.sha256(b"receipt " + bytes(owed.entry_id)).hexdigest()
        await queue.submit(receipt, name, deadline, recipients=receipt.recipients)
    await store.clear_receipts([owed.entry_id], deadline)
    return True


def _receipt(message: Message, reader: Address, now: datetime, *, was_asked: bool) -> Message:
    sending = SendingMode.MANUAL if was_asked else SendingMode.AUTOMATIC
    report = ReadReport(
        reader,
        original_message_id=message.message_id,
        original_subject=message.subject or "",
        sending_mode=sending,
    )
    first, *others = mime.receipt_recipients(message)
    octets = mime.write_read_report(
        report,
        to=first,
        from_=reader,
        original=original_of(message),
        message_id=new_message_id(reader.domain or "localhost"),
        date=now.replace(microsecond=0),
    )
    receipt = mime.read(octets)
    if others:
        receipt.to = [first, *others]
    receipt[PidTagDeleteAfterSubmit] = True
    return receipt
