"""Reports that arrive, tied to what they are about: delivery and non-delivery reports, and receipts.

Anybody can send a report. One that brings back the envelope id of a submission comes from a server that had it, for
nobody can guess that: what it says is believed, and becomes the recipient's outcome. Every other one that names the
Message-ID is told in the outcome's note, and changes nothing: whoever got the message knows its Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import attrs

from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Delivered, Outcome, Refused, Unknown
from msgcore.model.read_report import ReadReport
from msgcore.model.recipient import Recipient
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient
from msgcore.props.table import PidTagOriginalMessageEntryId
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spooler.envelope import is_report

__all__ = ["Tied", "note_report", "reported_recipients", "submission_of", "tie_report"]

_log = logging.getLogger("msgcore.spooler")

_MOST_TEXT = 500
_STAGE = "report"
_SERVERS = frozenset({"mailer-daemon", "postmaster"})


@attrs.frozen
class Tied:
    """A report, and the submission that it is about; ``is_proven``: it brought back what only servers were told."""

    report: DeliveryReport | ReadReport
    item: OutgoingItem
    is_proven: bool


async def submission_of(queue: GuardedStore, message: Message, deadline: Deadline) -> Tied | None:
    """Find what a report, or a bounce in words, is about; ``None`` for what is neither, or about nothing known here."""
    if not (is_report(message) or _may_be_a_bounce(message)):
        return None
    report = mime.read_read_report(message) or mime.read_delivery_report(message)
    if report is None:
        return None
    envelope_id = report.envelope_id if isinstance(report, DeliveryReport) else ""
    for item in await queue.find_submissions(envelope_id, report.original_message_id or "", deadline):
        if _concerned(report, item):
            return Tied(report, item, bool(envelope_id) and item.transfer_id == envelope_id)
    return None


def _may_be_a_bounce(message: Message) -> bool:
    """Whether it may be one that is no report by its class; to read every letter for that takes too long."""
    sender = message.from_
    return sender is None or sender.email_address.partition("@")[0].lower() in _SERVERS


def _concerned(report: DeliveryReport | ReadReport, item: OutgoingItem) -> list[Recipient]:
    """Find the recipients of a submission that a report says something about."""
    if not isinstance(report, ReadReport):
        return list(reported_recipients(item, report))
    found = _one_of(_by_address(item), report.original_recipient, report.final_recipient)
    return [] if found is None else [found]


async def tie_report(queue: GuardedStore, message: Message, deadline: Deadline) -> None:
    """Note in the queue what a report tells, if it is about something that was submitted there.

    Of one that is proven, the message is told, too: ``PidTagOriginalMessageEntryId`` names the submission. The report
    itself is stored whatever becomes of this: what cannot be written down now is logged.
    """
    try:
        tied = await submission_of(queue, message, deadline)
        if tied is None:
            return
        await note_report(queue, tied, deadline)
        if tied.is_proven:
            message[PidTagOriginalMessageEntryId] = bytes(tied.item.entry_id)
    except OperationCancelled:
        raise
    except MsgcoreError as error:
        _log.warning("a report could not be tied to its submission: %s", error)


async def note_report(queue: GuardedStore, tied: Tied, deadline: Deadline) -> None:
    """Note in the queue what a report tells of its submission."""
    told = _told(tied.report, tied.item, is_proven=tied.is_proven)
    if told:
        await queue.note_outcomes(tied.item.entry_id, told, deadline)
        await _go_on(queue, tied.item, told, deadline)


async def _go_on(
    queue: GuardedStore, item: OutgoingItem, told: Mapping[Recipient, Outcome], deadline: Deadline
) -> None:
    """Let the spooler end a submission that was held for outcomes which nobody knew, and which are known by now."""
    outcomes = {**item.outcomes, **told}
    if item.state is OutgoingState.HELD and all(
        one.is_final and not isinstance(one, Unknown) for one in outcomes.values()
    ):
        await queue.retry(item.entry_id, deadline)


def _told(report: DeliveryReport | ReadReport, item: OutgoingItem, *, is_proven: bool) -> dict[Recipient, Outcome]:
    """Give the outcomes after a report, of those that it says something about."""
    told: dict[Recipient, Outcome] = {}
    if isinstance(report, ReadReport):
        for recipient in _concerned(report, item):
            if isinstance(item.outcomes[recipient], Accepted | Delivered | Unknown):
                text = f"a receipt says: {report.disposition_type.value}"
                told[recipient] = attrs.evolve(item.outcomes[recipient], note=text)
        return told
    for recipient, one in reported_recipients(item, report).items():
        outcome = _outcome(item.outcomes[recipient], one, report, is_proven=is_proven)
        told.update({} if outcome is None else {recipient: outcome})
    return told


def reported_recipients(item: OutgoingItem, report: DeliveryReport) -> dict[Recipient, ReportedRecipient]:
    """Give those of a submission that a report is about, with the last that it says of each."""
    known = _by_address(item)  # both may have thousands
    about: dict[Recipient, ReportedRecipient] = {}
    for one in report.recipients:
        original = Address(one.original_type, one.original_address) if one.original_address else None
        found = _one_of(known, original, one.address)
        about.update({} if found is None else {found: one})
    return about


def _by_address(item: OutgoingItem) -> dict[bytes, Recipient]:
    return {recipient.address.search_key: recipient for recipient in reversed(list(item.outcomes))}


def _one_of(known: Mapping[bytes, Recipient], *addresses: Address | None) -> Recipient | None:
    found = (known.get(address.search_key) for address in addresses if address is not None)
    return next((recipient for recipient in found if recipient is not None), None)


def _outcome(now: Outcome, reported: ReportedRecipient, report: DeliveryReport, *, is_proven: bool) -> Outcome | None:
    """Say what is known of a recipient after a report; ``None``: no more than before."""
    if not isinstance(now, Accepted | Unknown):  # nobody was given it, or it has ended
        return None
    status = None if reported.status.klass == 0 else reported.status
    text = one_line(reported.diagnostic, _MOST_TEXT)
    by = f"told by {one_line(report.reporting_mta, _MOST_TEXT) or 'a report'}"
    if not is_proven:
        said = " ".join(part for part in (reported.action.value, str(reported.status), text) if part)
        return attrs.evolve(now, note=f"a report that proves nothing says: {said}")
    match reported.action:
        case ReportAction.FAILED:
            return Refused(None, status, text or "not delivered", _STAGE, by)
        case ReportAction.DELIVERED:
            return Delivered(None, status, text, _STAGE, by)
        case _:
            return Accepted(
                now.code, now.enhanced, now.text, now.stage, f"{by}: {reported.action.value} {text}".strip()
            )
