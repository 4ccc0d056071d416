"""Sending a message again, to those only who have not got it (MAPI's MSGFLAG_RESEND)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotFound, ObjectDeleted, UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Refused
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction
from msgcore.props.table import PidTagMessageFlags
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.persist import written_down
from msgcore.spi.store import NO_LOAD_LIMIT, MessageFlag
from msgcore.spooler.tying import Tied, reported_recipients, submission_of

__all__ = ["Resend", "resend_of_report", "resend_of_submission"]


@attrs.frozen
class Resend:
    """A message as it was submitted, and those that it goes to again."""

    message: Message
    recipients: tuple[Recipient, ...]


async def resend_of_submission(runtime: Runtime, queue: GuardedStore, item: OutgoingItem, deadline: Deadline) -> Resend:
    """Find whom a submission has not reached.

    Raises:
        UsageError: it has not ended, or nobody was refused.
        NotFound: its message is gone.
    """
    if item.state is OutgoingState.ABORTED:
        raise UsageError("the submission is aborted: its message is a draft, which may be submitted")
    if item.state is not OutgoingState.SENT:
        raise UsageError(f"the submission is {item.state.value}: retry_submit sends it to those that are open")
    refused = [recipient for recipient, one in item.outcomes.items() if isinstance(one, Refused)]
    return await _again(runtime, queue, item, refused, deadline)


async def resend_of_report(runtime: Runtime, queue: GuardedStore, message: Message, deadline: Deadline) -> Resend:
    """Find whom a non-delivery report says that a message has not reached, and the message.

    Of what was submitted here, it is that message, and those of its recipients, whatever the report brings back, which
    may be forged; of any other, what it brings back.

    Raises:
        UsageError: it is no such report, or brings no message back.
        NotFound: the message that was submitted here is gone.
    """
    tied = await submission_of(queue, message, deadline)
    if tied is not None:
        return await _again(runtime, queue, tied.item, _failed_of(tied), deadline)
    report = mime.read_delivery_report(message)
    failed = [] if report is None else [one for one in report.recipients if one.action is ReportAction.FAILED]
    if not failed:
        raise UsageError("this is neither a submission nor a report that names somebody who was not reached")
    original = next((one.message for one in message.attachments if one.message is not None), None)
    if original is None:
        raise UsageError("the report does not bring the message back, and it is not among those submitted here")
    kinds = {one.address.search_key: one for one in original.recipients}
    recipients = [kinds.get(one.address.search_key, Recipient(one.address)) for one in failed]
    return Resend(_marked(original), tuple(dict.fromkeys(recipients)))


def _failed_of(tied: Tied) -> list[Recipient]:
    if not isinstance(tied.report, DeliveryReport):
        return []
    about = reported_recipients(tied.item, tied.report)
    return [recipient for recipient, one in about.items() if one.action is ReportAction.FAILED]


async def _again(
    runtime: Runtime, queue: GuardedStore, item: OutgoingItem, recipients: Sequence[Recipient], deadline: Deadline
) -> Resend:
    if not recipients:
        raise UsageError("nobody was refused: there is nothing to send again")
    message = await _load(runtime, queue, item.entry_id, deadline)
    return Resend(_marked(message), tuple(dict.fromkeys(recipients)))


async def _load(runtime: Runtime, queue: GuardedStore, entry_id: EntryId, deadline: Deadline) -> Message:
    """Load a message that was submitted, also one that was filed in its account's store, or deleted, since."""
    try:
        return await queue.load(entry_id, NO_LOAD_LIMIT, deadline)
    except ObjectDeleted:
        if not queue.can(Capability.RECOVERY):
            raise

    async def delete() -> None:
        with suppress(NotFound):  # whoever files what was sent may have found it there
            await queue.delete([entry_id], NEVER)

    try:
        await queue.restore([entry_id], deadline)
        return await queue.load(entry_id, NO_LOAD_LIMIT, deadline)
    finally:
        # Also when the time is over: it is in no folder of this store, or was to be kept in none.
        await written_down(runtime, delete)


def _marked(message: Message) -> Message:
    again = message.copy()
    again[PidTagMessageFlags] = int(MessageFlag.RESEND)
    return again
