"""Delivery reports, read (RFC 3464)."""

from __future__ import annotations

from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.reports.envelope_ids import read_envelope_id
from msgcore.codecs.mime.reports.original import header_of_original
from msgcore.codecs.mime.reports.status_fields import first_text, groups_of, reported_recipients, status_part
from msgcore.codecs.mime.reports.typed_fields import typed_value
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.report import DeliveryReport

__all__ = ["delivery_report_of"]


def delivery_report_of(root: Entity) -> DeliveryReport | None:
    """Read the delivery report that a message is, or ``None``. Never raises."""
    part = status_part(root)
    stated = None if part is None else _stated(root, part)
    # What names no recipient may name one in words.
    return stated if stated is not None and stated.recipients else read_bounce(root) or stated


def _stated(root: Entity, part: Entity) -> DeliveryReport:
    groups = groups_of(part)
    original = header_of_original(root)
    arrival = first_text(groups, b"arrival-date")
    return DeliveryReport(
        reporting_mta=typed_value(first_text(groups, b"reporting-mta"))[1],
        recipients=tuple(reported_recipients(groups)),
        original_message_id=None if original is None else original.text(b"message-id"),
        original_subject=("" if original is None else original.text(b"subject")) or "",
        arrived_at=parse_date(arrival) if arrival else None,
        envelope_id=read_envelope_id(first_text(groups, b"original-envelope-id")),
        dsn_gateway=typed_value(first_text(groups, b"dsn-gateway"))[1],
        received_from_mta=typed_value(first_text(groups, b"received-from-mta"))[1],
    )
