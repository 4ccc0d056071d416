"""Delivery reports, read (RFC 3464)."""

from __future__ import annotations

from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.reports.original import header_of_original
from msgcore.codecs.mime.reports.status_fields import delivery_report, groups_of, reported_recipients, status_part
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
    return delivery_report(groups, tuple(reported_recipients(groups)), header_of_original(root))
