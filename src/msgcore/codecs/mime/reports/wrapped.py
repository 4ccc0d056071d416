"""Delivery reports that are all of a mail, in another form: a TNEF stream that says no key, or a message in it.

Some gateways hand on what Exchange wrote as it is. Nobody but a mail system may have sent the mail, for who passes on
a report to somebody does not report anything.
"""

from __future__ import annotations

from msgcore.codecs.mime.reports.bounces.reading import looks_like_a_bounce
from msgcore.codecs.mime.reports.delivery import delivery_report_of
from msgcore.codecs.mime.reports.in_properties import delivery_report_in_properties
from msgcore.codecs.mime.source import source_of
from msgcore.codecs.mime.tnef_part.stream import stream_in
from msgcore.codecs.mime.tree.contents import contents_of
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef
from msgcore.model.message import Message
from msgcore.model.report import DeliveryReport

__all__ = ["wrapped_delivery_report"]


def wrapped_delivery_report(root: Entity) -> DeliveryReport | None:
    """Read the delivery report that a mail of a mail system holds, or ``None``. Never raises."""
    parts = [part for part in contents_of(root).attachments if may_hold_tnef(part)]
    inner = root.message
    if (inner is None and not parts) or not looks_like_a_bounce(root.header):
        return None
    if inner is not None:
        return delivery_report_in_properties(Message.from_source(source_of(inner))) or delivery_report_of(inner)
    streams = filter(None, map(stream_in, parts))
    return next(filter(None, map(delivery_report_in_properties, streams)), None)
