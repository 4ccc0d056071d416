"""The fields of message/delivery-status (RFC 3464 section 2), read as leniently as real bounces need."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.reports.envelope_ids import read_envelope_id
from msgcore.codecs.mime.reports.original import id_and_subject
from msgcore.codecs.mime.reports.typed_fields import read_address, read_date, typed_value
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.address import SMTP
from msgcore.model.report import DeliveryReport, ReportAction, ReportedRecipient, general_status

__all__ = [
    "actions_of",
    "delivery_report",
    "first_text",
    "groups_of",
    "reported_recipients",
    "status_part",
    "typed_value",
]

_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_BLANK = re.compile(rb"\n[ \t]*+(?:\n[ \t]*+|(?!))++")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_CODE = re.compile(r"(?:^|[ ;])([245])\d\d[ -]")
_ACTIONS = {action.value: action for action in ReportAction}
_ACTION_OF_CLASS = {2: ReportAction.DELIVERED, 4: ReportAction.DELAYED, 5: ReportAction.FAILED}
_MOST_RECIPIENTS = 10_000


def status_part(root: Entity) -> Entity | None:
    """Find the delivery status of a report; one inside an attached message belongs to that."""
    return next((entity for entity in root.walk(into_messages=False) if entity.media_type in _STATUS_PARTS), None)


def groups_of(part: Entity) -> list[HeaderBlock]:
    """Split a delivery status into its groups: the first is about the message, each other about a recipient."""
    octets = part.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip(b" \t\n")
    return [HeaderBlock(group) for group in _BLANK.split(octets, _MOST_RECIPIENTS)]


def first_text(groups: list[HeaderBlock], name: bytes) -> str:
    """Give the first value of a field in any group; empty when there is none."""
    return next((text for group in groups if (text := group.text(name)) is not None), "")


def actions_of(part: Entity) -> tuple[ReportAction, ...]:
    return tuple(recipient.action for recipient in reported_recipients(groups_of(part)))


def delivery_report(
    groups: list[HeaderBlock], recipients: tuple[ReportedRecipient, ...], original: HeaderBlock | None
) -> DeliveryReport:
    """Make the report of what its groups say of the message, and of what was read of the recipients and the header."""
    arrival = first_text(groups, b"arrival-date")
    message_id, subject = id_and_subject(original)
    return DeliveryReport(
        reporting_mta=typed_value(first_text(groups, b"reporting-mta"))[1],
        recipients=recipients,
        original_message_id=message_id,
        original_subject=subject,
        arrived_at=parse_date(arrival) if arrival else None,
        envelope_id=read_envelope_id(first_text(groups, b"original-envelope-id")),
        dsn_gateway=typed_value(first_text(groups, b"dsn-gateway"))[1],
        received_from_mta=typed_value(first_text(groups, b"received-from-mta"))[1],
    )


def reported_recipients(groups: list[HeaderBlock]) -> Iterator[ReportedRecipient]:
    """Read the groups that name a recipient; also the first, when a server wrote everything into one."""
    for group in groups[:_MOST_RECIPIENTS]:
        original = read_address(group, b"original-recipient")
        address = read_address(group, b"final-recipient") or original
        if address is None:
            continue
        kind, diagnostic = typed_value(group.text(b"diagnostic-code") or "")
        action, status = _action_and_status(group.text(b"action") or "", group.text(b"status") or "", diagnostic)
        yield ReportedRecipient(
            attrs.evolve(address, display_name=group.text(b"x-display-name") or ""),
            action,
            status,
            diagnostic,
            _host(typed_value(group.text(b"remote-mta") or "")[1]),
            "" if original is None else original.email_address,
            kind or "smtp",
            read_date(group, b"last-attempt-date"),
            read_date(group, b"will-retry-until"),
            group.text(b"final-log-id") or "",
            group.text(b"x-supplementary-info") or "",
            SMTP if original is None else original.address_type,
        )


def _host(text: str) -> str:
    """Take a comment and the root's dot off the name of an MTA."""
    return without_comments(text).strip().rstrip(".")


def _action_and_status(action_text: str, status_text: str, diagnostic: str) -> tuple[ReportAction, EnhancedStatus]:
    """Read both, and make each from the other, or from the reply in the diagnostic, where it is missing or nonsense."""
    words = action_text.lower().split()
    action = _ACTIONS.get(words[0].strip(";.,()")) if words else None
    found, told = _STATUS.search(status_text), _STATUS.search(diagnostic)
    # x.0.0 says no more than that something is wrong.
    if told is not None and (found is None or (found[0].endswith(".0.0") and found[1] == told[1])):
        found = told
    if found is not None:
        status = EnhancedStatus(int(found[1]), int(found[2]), int(found[3]))
        return action or _ACTION_OF_CLASS[status.klass], status
    if action is None:
        code = _CODE.search(diagnostic)
        action = _ACTION_OF_CLASS[int(code[1])] if code else ReportAction.FAILED
    return action, general_status(action)
